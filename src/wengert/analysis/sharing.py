"""Which names must not be overwritten: those that are read again after the point where their array could be.

`a += b` writes into the array of `a`. As a value it is `a + b`, if nobody sees the old array afterwards: no other name for it is
read (that is for `state.py` to watch), and the old name itself is not. An augmented assignment and every handing over (`yield`,
the initial value of a loop) may be the last thing done with a name; where it is not, the name is *shared*.

>>> from wengert.ir.text import parse
>>> sorted(sharing(parse('''
... function f(x):
...     a.0 = np.sin(x)
...     a.1 = iadd(a.0, x)
...     c.0 = a.1 + a.0
...     c.1 = iadd(c.0, x)
...     return c.1
... ''')).shared)
['a.0']
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from wengert.ir.core import Apply, Atom, Block, Const, Def, For, Function, If, Name, Pass, Return, While
from wengert.ir.walk import INPLACE, atoms, blocks_of, bound, defined, names, reads


@dataclass(frozen=True, slots=True)
class Sharing:
    shared: frozenset[Name]


def sharing(function: Function) -> Sharing:
    """The names of a generic program that are read at, or after, a point that may overwrite their array."""
    survey = _Survey()
    for name in function.parameters:
        survey.loops[name] = ()
    survey.block(function.body, (), ())
    return Sharing(frozenset(name for name, points in survey.points.items() if survey.is_shared(name, points)))


Path = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class _Point:
    position: int
    path: Path  # the branches around: (position of the `if`, which branch)
    loops: tuple[int, ...] | None = None  # of a point that hands over or overwrites: the loops around


class _Survey:
    def __init__(self) -> None:
        self.position = 0
        self.loops: dict[Name, tuple[int, ...]] = {}
        self.points: dict[Name, list[_Point]] = {}

    def read(self, read: Iterable[Atom], path: Path, loops: tuple[int, ...] | None = None) -> None:
        for atom in read:
            if not isinstance(atom, Const):
                self.points.setdefault(atom, []).append(_Point(self.position, path, loops))

    def block(self, block: Block, path: Path, loops: tuple[int, ...]) -> None:
        for line in block.lines:
            self.position += 1
            here = self.position
            match line:
                case Apply() if line.op in INPLACE:
                    self.read(line.args[:1], path, loops)
                    self.read((atom for atom in line.args[1:] if atom != line.args[0]), path)
                case For() | While():
                    self.read(line.sources if isinstance(line, For) else (), path)
                    self.read(line.initial, path, loops)
                case Def():
                    self.read(reads(line), path)
                case _:
                    self.read(atoms(line), path)
            inner = (*loops, here) if isinstance(line, (For, While)) else loops
            for name in bound(line):
                self.loops[name] = inner
            if not isinstance(line, Def):
                for branch, inside in enumerate(blocks_of(line)):
                    self.block(inside, (*path, (here, branch)) if isinstance(line, If) else path, inner)
            for name in defined(line):
                self.loops[name] = loops
        self.position += 1
        end = block.terminator
        if isinstance(end, Pass):
            self.read((end.value,), path)
            self.read(end.values, path, loops)
        elif isinstance(end, Return):
            self.read(names(end), path, self.loops.get(end.value) if isinstance(end.value, str) else None)
        else:
            self.read(atoms(end), path, loops)

    def is_shared(self, name: Name, points: list[_Point]) -> bool:
        for point in points:
            if point.loops is None:
                continue
            if point.loops != self.loops.get(name):
                return True
            if any(other is not point and other.position >= point.position and not _exclusive(point, other) for other in points):
                return True
        return False


def _exclusive(a: _Point, b: _Point) -> bool:
    """Do the two stand in different branches of one `if`?"""
    for (where, branch), (other, another) in zip(a.path, b.path):
        if where != other:
            return False
        if branch != another:
            return True
    return False
