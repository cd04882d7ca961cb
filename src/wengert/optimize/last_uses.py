"""Where each value is read for the last time: what may be overwritten there.

    a.1 = scatter_add(a.0, i, 1.0)      # the last use of a.0
    b.0 = a.1 * 2
    c.0 = a.1 + b.0                     # the last use of a.1

A value read inside a loop and made outside is needed in the next turn, so it has no last use there; what a nested function reads has none
anywhere. One walk from the end to the start.

>>> from wengert.ir.text import parse
>>> f = parse('''
... function f(x, i):
...     a.0 = np.zeros_like(x)
...     b.0 = a.0 * x
...     a.1 = scatter_add(a.0, i, b.0)
...     return a.1
... ''')
>>> found = last_uses(f)
>>> [sorted(found.at(line)) for line in f.body.lines]
[[], ['x'], ['a.0', 'b.0', 'i']]
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from wengert.ir.core import Apply, Atom, Block, Break, Const, Continue, Def, For, Function, If, Line, Name, Return, Stop, While
from wengert.ir.walk import CONSUMING, atoms, blocks_of, bound, defined, lines_of, names, reads

OVERWRITING = CONSUMING | {"fresh", "add", "sub"}
"""Ops that overwrite an argument, or may be written so."""


@dataclass(slots=True)
class LastUses:
    dying: dict[int, frozenset[Name]] = field(default_factory=dict)  # id of a line or block -> what its text (or its end) reads last
    views: dict[tuple[int, Name], tuple[Name, ...]] = field(default_factory=dict)  # id of a line or block, what it reads -> views read below

    def at(self, part: Line | Block) -> Collection[Name]:
        return self.dying.get(id(part), frozenset())

    def views_below(self, part: Line | Block, name: Atom) -> tuple[Name, ...]:
        """Views of what a line may overwrite, or hand on, that are read after it."""
        return self.views.get((id(part), name), ()) if isinstance(name, str) else ()


def last_uses(function: Function, views: Mapping[Name, Iterable[Name]] = {}) -> LastUses:
    """The last uses in a function; `views` are the names that show the memory of each."""
    forever = {name for line in lines_of(function) if isinstance(line, Def) for name in reads(line)}
    walk = _Walk(views, frozenset(forever))
    walk.block(function.body, set(), set())
    return walk.found


class _Walk:
    def __init__(self, views: Mapping[Name, Iterable[Name]], forever: frozenset[Name]) -> None:
        self.views, self.forever = views, forever
        self.found = LastUses()

    def block(self, block: Block, live: set[Name], turn: set[Name]) -> None:
        """Walk up a block; `live`, what is read below it, becomes what is read from its start on. `turn` is what the loop around reads."""
        end = block.terminator
        if isinstance(end, (Return, Stop)):
            live.clear()
        elif isinstance(end, (Break, Continue)):
            live.clear()
            live |= turn
        self.note_views(block, names(end), live)
        self.use(block, names(end), live)
        for line in reversed(block.lines):
            self.line(line, live, turn)

    def use(self, part: Line | Block, read: Iterable[Name], live: set[Name]) -> None:
        fresh = {name for name in read if name not in live}
        self.found.dying[id(part)] = frozenset(fresh - self.forever)
        live |= fresh

    def note_views(self, part: Line | Block, read: Iterable[Name], live: set[Name]) -> None:
        for name in read:
            below = tuple(view for view in self.views.get(name, ()) if view in live)
            if below:
                self.found.views[id(part), name] = below

    def line(self, line: Line, live: set[Name], turn: set[Name]) -> None:
        live.difference_update(line.targets)
        match line:
            case Apply():
                if line.op in OVERWRITING:
                    self.note_views(line, names(line), live)
            case If():
                sides = [set(live), set(live)]
                for branch, side in zip((line.then, line.orelse), sides):
                    self.block(branch, side, turn)
                live.clear()
                live |= sides[0] | sides[1]
            case For() | While():
                inner = set(reads(line)) - set(names(line))
                for block in blocks_of(line):
                    inner |= set(reads(block))
                inner.difference_update(bound(line))
                if isinstance(line, While):
                    inner.difference_update(name for below in line.test.lines for name in defined(below))
                again = live | inner
                self.note_views(line, names(line), again)
                for block in reversed(blocks_of(line)):
                    self.block(block, set(again) | self._bound_by_test(line, block), again)
                live |= inner
            case Def():
                self.block(line.function.body, set(), set())
                live |= set(reads(line))
        self.use(line, [atom for atom in atoms(line) if not isinstance(atom, Const)], live)

    def _bound_by_test(self, line: For | While, block: Block) -> set[Name]:
        """What the test of a loop reads is still read by its body, and by what follows where it hands values on."""
        if not (isinstance(line, While) and block is line.test):
            return set()
        return {*reads(line.body), *line.carried}
