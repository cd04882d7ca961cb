"""Which axes of a program's arrays, of two elements or more, are surely as long as each other.

One array is made like another, is what that became by a write, or is the result of an elementwise operation on it: they are as long as each
other wherever both are. Two that a line puts together, element by element, are so where the line has been run.

>>> from dataclasses import replace
>>> from wengert.ir.text import parse
>>> f = parse('''
... function f(a, b, n):
...     %0 = range(n)
...     c.0 = np.zeros_like(a)
...     c.2 = for i.0 in %0 carry c.1 = c.0:
...         c.3 = c.1 * b
...         yield c.3
...     return c.2
... ''')
>>> arrays = dict.fromkeys(("a", "b", "c.0", "c.1", "c.2", "c.3"), Array("float64", (MANY,)))
>>> found = Measuring(replace(f, kinds=arrays))
>>> same = found.always()
>>> [same.find(f"{name}:0") for name in ("a", "c.0", "c.2", "c.3", "b")]
['a:0', 'a:0', 'a:0', 'a:0', 'b:0']
>>> found.met(f.body.lines[2].body)
[('c.1:0', 'b:0')]
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from wengert.analysis.memory import ends_of, memory
from wengert.ir.axes import MANY
from wengert.ir.core import Apply, Atom, Block, Const, For, Function, If, Line, Name, While, Yield
from wengert.ir.kinds import Array, Kind, Known, Slice, Union, axes_of, scalar_type
from wengert.ir.values import substitute
from wengert.ir.walk import blocks_of, bound, defined, exits, lines_of
from wengert.rules.table import lookup

ALIKE = frozenset({"write", "write_add", "copy", "np.copy", "np.zeros_like", "np.ones_like", "np.empty_like", "np.full_like"})
"""What makes an array of the shape of its first operand."""

MADE = frozenset({"np.zeros", "np.ones", "np.empty", "np.full"})
"""What makes an array of a shape that is its first operand."""

EVERYTHING = Slice(Known(None), Known(None), Known(None))

Cut = tuple[int, Slice, Sequence[Atom]]
"""Which axis is cut, and the bounds: their kinds, and themselves."""


class Same:
    """Which nodes, axes of two elements or more, are equal. A block that knows more than the blocks around it has its own."""

    def __init__(self, parent: Mapping[str, str] = {}) -> None:
        self.parent = dict(parent)

    def find(self, node: str) -> str:
        while node in self.parent:
            node = self.parent[node]
        return node

    def join(self, a: str, b: str) -> None:
        a, b = self.find(a), self.find(b)
        if a != b:
            self.parent[b] = a


class Measuring:
    """Nodes stand for axes of two elements or more: `a:0` for the first axis of `a`."""

    def __init__(self, function: Function) -> None:
        self.function = function
        self.line: dict[Name, Line] = {name: line for line in lines_of(function) for name in line.targets}
        self.kept = {axis for line in lines_of(function) if isinstance(line, (For, While)) for axis in self.handed_on(line)}
        self.made: dict[str, str] = {}  # of lengths that are numbers of the program: the axis that each is the length of
        self.made = self.made_by_number()

    def kind(self, atom: Atom) -> Kind:
        return substitute(self.function.kinds, atom)

    def handed_on(self, loop: For | While) -> set[str]:
        """The lengths, named in the turns of a loop, that it hands on to the next turn: they may be those of another turn."""
        axes = {axis for name in (*loop.carried, *loop.targets) for axis in _axes_in(self.kind(name)) if axis != MANY}
        inside = {*loop.carried, *(name for line in lines_of(loop) if line is not loop for name in defined(line))} if axes else set()
        inside.update(name for line in lines_of(loop) if isinstance(line, (For, While)) for name in bound(line))
        return {axis for axis in axes if axis.lstrip("=").partition(":")[0] in inside}

    def node(self, name: Atom, axis: int) -> str | None:
        axes = axes_of(self.kind(name)) if isinstance(name, str) else None
        if axes is None or axis >= len(axes):
            return None
        return f"{name}:{axis}" if axes[axis] == MANY else self.made.get(str(axes[axis]))

    def made_by_number(self) -> dict[str, str]:
        """The lengths of arrays made with `np.zeros(len(a))` and `np.zeros(a.shape)`: the axes that the numbers are the lengths of."""
        found: dict[str, str] = {}
        for name, kind in self.function.kinds.items():
            line = self.line.get(name)
            shape = self.line.get(str(line.args[0])) if isinstance(line, Apply) and line.op in MADE and line.args else None
            for k, axis in enumerate(kind.axes if isinstance(kind, Array) else ()):
                node: str | None = None
                if not isinstance(axis, str):
                    continue
                if axis.startswith("=") and axis not in self.kept:
                    node = self.measured(axis[1:])
                elif axis == f"{name}:{k}" and axis not in self.kept and isinstance(shape, Apply) and shape.op == "np.shape":
                    node = self.node(shape.args[0], k)
                if node is not None:
                    found[axis] = node
        return found

    def measured(self, number: Atom) -> str | None:
        """The axis of which it is the length."""
        line = self.line.get(number) if isinstance(number, str) else None
        match line:
            case Apply(op="len", args=(array,)):
                return self.node(array, 0)
            case Apply(op="getitem", args=(str(shape), Const(value=int(axis)))) if axis >= 0:
                line = self.line.get(shape)
            case Apply(op="unpack", args=(str(shape),)):
                axis = line.targets.index(str(number))
                line = self.line.get(shape)
            case _:
                return None
        return self.node(line.args[0], axis) if isinstance(line, Apply) and line.op == "np.shape" else None

    # what is the same wherever it is

    def always(self) -> Same:
        """What holds wherever both arrays are; that all turns of a loop carry equal lengths is assumed, until that is found to be wrong."""
        dropped: set[str] = set()
        origins = memory(self.function).origin
        while True:
            same = Same()
            for name, origin in origins.items():
                self.alike(same, origin, name)
            wrong = self.assume(self.function.body, same, dropped)
            if not wrong:
                return same
            dropped |= wrong

    def alike(self, same: Same, a: Atom, b: Atom) -> None:
        for k in range(len(axes_of(self.kind(a)) or ())):
            self.equal_axes(same, self.node(a, k), self.node(b, k))

    def equal_axes(self, same: Same, one: str | None, other: str | None) -> None:
        if one is not None and other is not None:
            same.join(one, other)

    def assume(self, block: Block, same: Same, dropped: set[str]) -> set[str]:
        wrong: set[str] = set()
        for line in block.lines:
            match line:
                case Apply():
                    if len(line.targets) == 1 and line.op in ALIKE and not line.keywords:
                        self.alike(same, line.args[0], line.targets[0])
                    elif line.op == "getitem" and isinstance(self.kind(line.args[0]), Array):
                        for k, (axis, cut, _) in enumerate(self.cuts(*line.args) or ()):
                            if cut == EVERYTHING:
                                self.equal_axes(same, self.node(line.args[0], axis), self.node(line.targets[0], k))
                    elif len(line.targets) == 1:
                        for k, nodes in enumerate(self.operands(line)):
                            if nodes and (result := self.node(line.targets[0], k)) is not None:
                                same.join(nodes[0], result)
                case If():
                    wrong |= self.assume(line.then, same, dropped) | self.assume(line.orelse, same, dropped)
                    ends = [inner.terminator.values for inner in (line.then, line.orelse) if isinstance(inner.terminator, Yield)]
                    for position, target in enumerate(line.targets):
                        self.equal(same, target, [values[position] for values in ends])
                case For() | While():
                    wrong |= self.turns(line, same, dropped)
        return wrong

    def turns(self, line: For | While, same: Same, dropped: set[str]) -> set[str]:
        carried = [(k, name, axis) for k, name in enumerate(line.carried) for axis in range(len(axes_of(self.kind(name)) or ()))]
        nodes = {(k, axis): node for k, name, axis in carried if (node := self.node(name, axis)) is not None and node not in dropped}
        for (k, axis), node in nodes.items():
            if (start := self.node(line.initial[k], axis)) is not None:
                same.join(start, node)
        wrong = {node for (k, axis), node in nodes.items() if self.node(line.initial[k], axis) is None}
        for element, source in zip(line.elements, line.sources) if isinstance(line, For) else ():
            for axis in range(len(axes_of(self.kind(element)) or ()) if isinstance(self.kind(source), Array) else 0):
                self.equal_axes(same, self.node(source, axis + 1), self.node(element, axis))
        for inner in blocks_of(line):
            wrong |= self.assume(inner, same, dropped)
        for values in ends_of(line):
            for (k, axis), node in nodes.items():
                end = self.node(values[k], axis)
                if end is None or same.find(end) != same.find(node):
                    wrong.add(node)
        for (k, axis), node in nodes.items():
            if k < len(line.targets) and node not in wrong and (target := self.node(line.targets[k], axis)) is not None:
                same.join(node, target)
        return wrong

    def equal(self, same: Same, target: Name, values: Sequence[Atom]) -> None:
        for axis in range(len(axes_of(self.kind(target)) or ())):
            nodes = [self.node(value, axis) for value in values]
            node = self.node(target, axis)
            if node is not None and nodes and nodes[0] is not None and all(n is not None and same.find(n) == same.find(nodes[0]) for n in nodes):
                same.join(nodes[0], node)

    def operands(self, line: Apply) -> list[list[str]]:
        """Of each axis of an elementwise result: the axes of two elements or more that meet there."""
        row = lookup(line.op)
        axes = axes_of(self.kind(line.targets[0])) if row is not None and row.family == "elementwise" else None
        found: list[list[str]] = []
        shapes = [(atom, axes_of(self.kind(atom)) or ()) for atom in line.args]
        for k in range(len(axes or ())):
            behind = len(axes or ()) - k
            found.append([node for atom, shape in shapes if len(shape) >= behind and (node := self.node(atom, len(shape) - behind)) is not None])
        return found

    # what is the same where a line has been run

    def met(self, block: Block) -> list[tuple[str, str]]:
        """The axes that the lines of a block put together, as long as nothing may leave it before."""
        found: list[tuple[str, str]] = []
        for line in block.lines:
            if _may_leave(line):
                break
            if isinstance(line, Apply) and len(line.targets) == 1:
                found += [(nodes[0], other) for nodes in (*self.operands(line), *self.written(line)) for other in nodes[1:]]
        return found

    def written(self, line: Apply) -> list[list[str]]:
        """The same of `u[:] = v`."""
        if line.op not in ("write", "write_add") or len(line.args) != 3 or not isinstance(self.kind(line.args[0]), Array):
            return []
        whole, index, value = line.args
        cuts, shape = self.cuts(whole, index), axes_of(self.kind(value))
        if cuts is None or shape is None or len(cuts) != len(shape):
            return []
        pairs = [(self.node(whole, axis), self.node(value, k)) for k, (axis, cut, _) in enumerate(cuts) if cut == EVERYTHING]
        return [[one, other] for one, other in pairs if one is not None and other is not None]

    def cuts(self, whole: Atom, index: Atom) -> list[Cut] | None:
        """What an index of whole numbers and slices leaves of the axes; None if it is another."""
        line = self.line.get(index) if isinstance(index, str) else None
        parts = line.args if isinstance(line, Apply) and line.op == "tuple" else (index,)
        axes = axes_of(self.kind(whole)) or ()
        parts = () if index == Const(Ellipsis) else parts
        found: list[Cut] = []
        for axis, part in enumerate(parts):
            kind = self.kind(part)
            made = self.line.get(part) if isinstance(part, str) else None
            if isinstance(kind, Slice) and isinstance(made, Apply) and made.op == "slice" and len(made.args) == 3:
                found.append((axis, Slice(*map(self.kind, made.args)), made.args))
            elif scalar_type(kind) != "int":
                return None
        nothing = (Const(None),) * 3
        return [*found, *((axis, EVERYTHING, nothing) for axis in range(len(parts), len(axes)))] if len(parts) <= len(axes) else None


def _may_leave(line: Line) -> bool:
    return isinstance(line, If) and any(exits(block) or any(map(_may_leave, block.lines)) for block in (line.then, line.orelse))


def _axes_in(kind: Kind) -> list[str]:
    if isinstance(kind, Union):
        return [axis for option in kind.options for axis in _axes_in(option)]
    return [axis for axis in kind.axes if isinstance(axis, str)] if isinstance(kind, Array) else []
