"""Which values take part in the derivative: those that the wanted arguments vary and that the result needs.

A value is *varied* if it depends on a wanted argument in a differentiable way, *useful* if the result depends on it in
a differentiable way, and *active* if it is both and its kind can carry a derivative at all. Only active values
get adjoints and tangents.

>>> from wengert.ir.text import parse
>>> f = parse('''
... function f(x, n):
...     %0 = 2 * n
...     %1 = np.sin(x)
...     %2 = np.cos(x)
...     %3 = %1 * %0
...     return %3
... ''')
>>> sorted(active(f, {"x"}))
['%1', '%3', 'x']
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from wengert.analysis.summaries import Summaries
from wengert.ir.core import (
    Apply,
    Atom,
    Block,
    Break,
    Const,
    Continue,
    Def,
    For,
    Function,
    If,
    Line,
    Name,
    Pass,
    Return,
    While,
    Yield,
)
from wengert.ir.kinds import Kind, Map, Record, may_carry_derivative
from wengert.ir.values import substitute
from wengert.ir.walk import exits, reads
from wengert.rules.table import bind, is_flat, lookup

STRUCTURE = frozenset({
    "getitem", "tuple", "list", "dict", "record", "unpack", "unpack_star", "append", "insert", "pop", "push", "pull", "scatter_add", "add_at", "store", "write",
    "mapping", "get_key", "add_key", "take_key", "pop_key",
    "write_add", "copy", "fresh", "snapshot",
    "unbroadcast", "project", "plus", "save", "restore", "next", "unread", "reversed", "iadd", "isub", "imul", "itruediv",
})  # fmt: skip
"""Ops that hand derivatives on and have no row of their own."""

RULED = frozenset({"ruled", "pushed"})
"""Lines of which a program says how they are differentiated (`transform/ruled.py`)."""

CONSTANT = frozenset({
    "checkpointed", "comment", "last_writes", "undo", "global", "cell", "getattr", "raise", "unit", "zero_of", "count", "set", "slice", "fstring", "format", "is_", "is_not", "in_",
    "not_in", "not_",
})  # fmt: skip
"""Ops without a row through which no derivative flows; through any other that is unknown it may, and is refused later."""


def active(function: Function, wanted: Iterable[Name], summaries: Summaries | None = None) -> set[Name]:
    """The names of all active values, wanted parameters included where the result depends on them.

    `summaries` know the callees; of a main function they are made from its own.
    """
    summaries = summaries or Summaries(function.callees)
    varied = _Varied(function, set(wanted), summaries).names
    return varied & _Useful(function, varied, summaries).names


def differentiable_atoms(line: Apply, kinds: Mapping[Name, Kind] = {}) -> tuple[Atom, ...]:
    """The arguments through which a derivative may flow: those that the primitive's row names."""
    if line.op in RULED:  # the program that says how stands behind the values
        first = 1 + (len(line.targets) if line.op == "ruled" else 0)
        return line.args[first : first + line.args[first - 1].value.operands]  # type: ignore[union-attr]  # that argument is the constant with the program
    if line.op in STRUCTURE:
        if line.op in ("getitem", "next", "reversed", "pop", "pull", "take_key"):
            return line.args[:1]
        if line.op == "reversed" and isinstance(substitute(kinds, line.args[0]), Map):  # the keys
            return ()
        if line.op in ("get_key", "pop_key"):
            return (line.args[0], *line.args[2:])
        if line.op == "push":
            return line.args[:2]
        if line.op in ("scatter_add", "add_at", "store", "write", "write_add", "insert", "add_key"):
            return (line.args[0], line.args[-1])
        if line.op in ("dict", "mapping", "record"):
            return line.args[2::2] if line.op == "record" else line.args[1::2]
        return line.args
    if line.op == "getattr" and isinstance(substitute(kinds, line.args[0]), Record):
        return line.args[:1]
    if line.op == "list_of" and isinstance(substitute(kinds, line.args[0]), Map):
        return ()
    primitive = lookup(line.op)
    if primitive is None:
        return () if line.op in CONSTANT else line.args
    if is_flat(line, lambda atom: substitute(kinds, atom)):
        return ()
    call = bind(line)
    return tuple(atom for name in call.primitive.differentiable for atom in call.atoms(name))


class _Varied:
    """Forward: a target varies if a differentiable argument does; around a loop until nothing is new."""

    def __init__(self, function: Function, names: set[Name], summaries: Summaries) -> None:
        self.names, self.summaries = names, summaries
        self.kinds = function.kinds
        self.loops: list[For | While] = []
        self._block(function.body)

    def _mark(self, targets: Iterable[Name], values: Iterable[Atom]) -> None:
        for target, value in zip(targets, values):
            if value in self.names and may_carry_derivative(substitute(self.kinds, target)):
                self.names.add(target)

    def _block(self, block: Block, targets: tuple[Name, ...] = ()) -> None:
        for line in block.lines:
            self._line(line)
        match block.terminator:
            case Yield(values):
                self._mark(targets, values)
            case Break(values):
                self._mark(self.loops[-1].targets, values)
            case Continue(values):
                self._mark(self.loops[-1].carried, values)
            case Pass(_, values) if values:
                self._mark(targets, values)

    def _line(self, line: Line) -> None:
        match line:
            case Apply():
                invoked = line.op == "invoke"
                through = self.summaries.atoms(line, self.names) if invoked else differentiable_atoms(line, self.kinds)
                if any(atom in self.names for atom in through):
                    self.names.update(t for t in line.targets if may_carry_derivative(substitute(self.kinds, t)))
            case If():
                self._block(line.then, line.targets)
                self._block(line.orelse, line.targets)
            case For() | While():
                self._loop(line)
            case Def():
                if any(name in self.names for name in reads(line)):
                    self.names.add(line.target)

    def _loop(self, line: For | While) -> None:
        self._mark(line.carried, line.initial)
        if isinstance(line, For):
            self._mark(
                line.elements, [Const(None) if isinstance(substitute(self.kinds, atom), Map) else atom for atom in line.sources]
            )
        self.loops.append(line)
        before = -1
        while before != (before := sum(name in self.names for name in line.carried)):
            if isinstance(line, While):
                self._block(line.test, line.carried)
            self._block(line.body, line.carried)
        self.loops.pop()
        self._mark(line.targets, line.carried)


class _Useful:
    """Backward: a varied argument is useful if a target is; around a loop until nothing is new."""

    def __init__(self, function: Function, varied: set[Name], summaries: Summaries) -> None:
        self.names: set[Name] = set()
        self.summaries = summaries
        self.varied, self.kinds = varied, function.kinds
        self.loops: list[For | While] = []
        self._block(function.body)

    def _mark(self, values: Iterable[Atom], targets: Iterable[Name]) -> None:
        self.names.update(v for v, t in zip(values, targets) if t in self.names and isinstance(v, str) and v in self.varied)

    def _block(self, block: Block, targets: tuple[Name, ...] = ()) -> None:
        match block.terminator:
            case Yield(values):
                self._mark(values, targets)
            case Break(values):
                self._mark(values, self.loops[-1].targets)
            case Continue(values):
                self._mark(values, self.loops[-1].carried)
            case Pass(_, values) if values:
                self._mark(values, targets)
            case Return(value):
                if value in self.varied and isinstance(value, str):
                    self.names.add(value)
        for line in reversed(block.lines):
            self._line(line)

    def _line(self, line: Line) -> None:
        match line:
            case Apply():
                if any(target in self.names for target in line.targets):
                    invoked = line.op == "invoke"
                    through = self.summaries.atoms(line, self.varied) if invoked else differentiable_atoms(line, self.kinds)
                    self.names.update(a for a in through if isinstance(a, str) and a in self.varied)
            case If():
                for block in (line.orelse, line.then):
                    self._block(block, () if exits(block) else line.targets)
            case For() | While():
                self._loop(line)
            case Def():
                if line.target in self.names:
                    self.names.update(name for name in reads(line) if name in self.varied)

    def _loop(self, line: For | While) -> None:
        self._mark(line.carried, line.targets)
        self.loops.append(line)
        before = -1
        while before != (before := sum(name in self.names for name in line.carried)):
            self._block(line.body, line.carried)
            if isinstance(line, While):
                self._block(line.test, line.carried)
        self.loops.pop()
        self._mark(line.initial, line.carried)
        if isinstance(line, For):
            self._mark(line.sources, line.elements)
