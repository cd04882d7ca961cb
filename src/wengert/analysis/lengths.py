"""One name for each length: which axes of a program's arrays are surely as long as each other.

Kinds name the length of a slice after the array and the line that cut it. Two lengths have one name where the same axis is cut by the same
bounds; and two arrays have the same axis where one is made like the other, is what the other became by a write, or where a line that is run
in any case has put them together, element by element, so that the program would have failed otherwise.

    old = u.copy()                          # as long as `u`
    v *= u                                  # from here on, `v` is as long as `u`, and `v[1:]` as `u[1:]`

What a loop puts together is known in its own turns, what a branch does in the branch.

>>> from dataclasses import replace
>>> from wengert.ir.kinds import INT
>>> from wengert.ir.text import parse
>>> f = parse('''
... function f(a, b, k):
...     %0 = k + 1
...     %1 = slice(%0, None, None)
...     %2 = getitem(a, %1)
...     %3 = 1 + k
...     %4 = slice(%3, None, None)
...     %5 = getitem(b, %4)
...     %6 = %2 * %5
...     %7 = a * b
...     return %6
... ''')
>>> many = Array("float64", (MANY,))
>>> kinds = {"a": many, "b": many, "%7": many, "k": INT, "%0": INT, "%3": INT, **{n: Array("float64", (f"{n}:0",)) for n in ("%2", "%5", "%6")}}
>>> kinds.update(dict.fromkeys(("%1", "%4"), Slice(INT, Known(None), Known(None))))
>>> found = lengths(replace(f, kinds=kinds)).kinds
>>> [found[name].axes for name in ("%2", "%5", "%6")]
[('a:0[k+1:]',), ('a:0[k+1:]',), ('a:0[k+1:]',)]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from wengert.analysis.same_lengths import Cut, Measuring, Same
from wengert.ir.axes import MANY, Axis, broadcast_axes
from wengert.ir.core import Apply, Atom, Block, Const, Def, Function, Name
from wengert.ir.kinds import Array, Kind, Known, Slice, Tuple, Union, axes_of
from wengert.ir.walk import blocks_of
from wengert.rules.index_kinds import slice_axis
from wengert.rules.table import lookup

Bound = tuple[Name | None, int] | None
"""A variable plus a number, a number, or the end."""


@dataclass
class Lengths:
    """What is known of the lengths of a program's axes."""

    kinds: dict[Name, Kind]
    slots: dict[Name, tuple[Axis, ...]]  # a write -> the axes of what it writes into


def lengths(function: Function) -> Lengths:
    """Name the lengths of a function's axes."""
    naming = _Naming(function)
    naming.block(function.body, naming.always())
    return Lengths({name: _renamed(kind, naming.names) for name, kind in function.kinds.items()}, naming.slots)


class _Naming(Measuring):
    def __init__(self, function: Function) -> None:
        super().__init__(function)
        self.names: dict[str, Axis] = dict.fromkeys(self.made, MANY)  # of a length, the name that it gets
        self.first: dict[str, Axis] = dict(self.names)
        self.slots: dict[Name, tuple[Axis, ...]] = {}

    def block(self, block: Block, around: Same) -> None:
        here = around
        for one, other in self.met(block):
            if here.find(one) != here.find(other):
                here = Same(around.parent) if here is around else here
                here.join(one, other)
        for line in block.lines:
            if isinstance(line, Apply) and len(line.targets) == 1:
                self.name(line, here)
            for inner in blocks_of(line) if not isinstance(line, Def) else ():
                self.block(inner, here)

    def name(self, line: Apply, same: Same) -> None:
        (target,) = line.targets
        axes = axes_of(self.kind(target))
        if line.op in ("write", "write_add") and len(line.args) == 3 and isinstance(self.kind(line.args[0]), Array):
            cuts = self.cuts(line.args[0], line.args[1])
            if cuts is not None:
                self.slots[target] = tuple(self.cut(line.args[0], one, same, f"{target}[]:{k}") for k, one in enumerate(cuts))
        elif line.op == "getitem" and isinstance(self.kind(line.args[0]), Array) and axes:
            cuts = self.cuts(line.args[0], line.args[1])
            for one, axis in zip(cuts or (), axes):
                if isinstance(axis, str) and axis != MANY and axis not in self.kept:
                    self.call(axis, self.cut(line.args[0], one, same, axis))
        elif axes and (row := lookup(line.op)) is not None and row.family == "elementwise":
            given = [axes_of(self.kind(atom)) for atom in line.args]
            shapes = [tuple(map(self.named, shape)) for shape in given if shape is not None]
            for axis, known in zip(axes, broadcast_axes(shapes, target)) if len(shapes) == len(given) else ():
                if str(axis).startswith(f"{target}:") and axis not in self.kept:
                    self.call(str(axis), known)

    def call(self, length: str, name: Axis) -> None:
        """Give a length a name; one that two places would name differently keeps its own."""
        self.names[length] = name if self.first.setdefault(length, name) == name else length

    def named(self, axis: Axis) -> Axis:
        return self.names.get(axis, axis) if isinstance(axis, str) else axis

    def cut(self, whole: Atom, one: Cut, same: Same, fresh: str) -> Axis:
        """The name of what is cut off an axis."""
        axis, kinds, atoms = one
        (length,) = (axes_of(self.kind(whole)) or ())[axis : axis + 1]
        node = self.node(whole, axis)
        source = same.find(node) if node is not None else str(self.named(length))
        start, stop, step = map(self.bound, atoms, (kinds.start, kinds.stop, kinds.step))
        if step is None:
            start, stop = self.from_the_end(start, source, same) if start is not None and start[1] else start, self.from_the_end(stop, source, same)
        bounds = [Known(None if found is None else found[1]) for found in (start, stop, step) if found is None or found[0] is None]
        if len(bounds) == 3:
            return slice_axis(self.named(length), Slice(*bounds), source, fresh)
        if length == 1 or source == "?" or step is not None and step[0] is not None:
            return fresh
        said = ["" if found is None else f"{found[0] or ''}{found[1]:+d}" if found[0] and found[1] else str(found[0] or found[1]) for found in (start, stop, step)]
        return f"{source}[{':'.join(said if step is not None else said[:2])}]"

    def bound(self, atom: Atom, kind: Kind) -> Bound:
        if isinstance(kind, Known) and (kind.value is None or type(kind.value) is int):
            return None if kind.value is None else (None, kind.value)
        plus = 0
        while isinstance(atom, str):
            match self.line.get(atom):
                case Apply(op="add", args=(str(inner), Const(value=int(number)))) | Apply(op="add", args=(Const(value=int(number)), str(inner))):
                    atom, plus = inner, plus + number
                case Apply(op="sub", args=(str(inner), Const(value=int(number)))):
                    atom, plus = inner, plus - number
                case _:
                    break
        return str(atom), plus

    def from_the_end(self, bound: Bound, source: str, same: Same) -> Bound:
        """The length of the axis, less 0, 1 or 2 of the two elements that there are at least, counted from the end."""
        measured = self.measured(bound[0]) if bound is not None and bound[0] is not None and -2 <= bound[1] <= 0 else None
        if bound is None or measured is None or same.find(measured) != source:
            return bound
        return (None, bound[1]) if bound[1] else None


def _renamed(kind: Kind, names: Mapping[str, Axis]) -> Kind:
    match kind:
        case Array(axes=axes) if any(axis in names for axis in axes):
            return replace(kind, axes=tuple(names.get(axis, axis) if isinstance(axis, str) else axis for axis in axes))
        case Union(options):
            arrays = ((option, _renamed(option, names)) for option in options)
            return replace(kind, options=tuple(new if isinstance(new, Array) else option for option, new in arrays))
        case Tuple(items) if type(kind) is Tuple:
            return Tuple(tuple(_renamed(item, names) for item in items))
    return kind
