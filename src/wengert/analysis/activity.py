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

from collections.abc import Iterable, Mapping, Set

from wengert.analysis.flows import differentiable_atoms
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
from wengert.ir.kinds import Map, may_carry_derivative
from wengert.ir.values import substitute
from wengert.ir.walk import exits, reads

Key = tuple[str, frozenset[int]]
"""A callee, and the positions of the arguments that vary."""


def active(function: Function, wanted: Iterable[Name], summaries: Summaries | None = None) -> set[Name]:
    """The names of all active values, wanted parameters included where the result depends on them.

    `summaries` know the callees; of a main function they are made from its own.
    """
    summaries = summaries or Summaries(function.callees)
    varied = _Varied(function, set(wanted), summaries).names
    return varied & _Useful(function, varied, summaries).names


class Summaries:
    """What calls that are not inlined do for derivatives: which of its varied arguments the result of each depends on.

        y = invoke('power', x, n)      `x` varied, `n` not: the result varies with `x`

    The answer for a callee depends on which arguments vary, and, as a callee may invoke others or itself, on the answers for
    those: it begins with "on none" for all, and grows until nothing is new.

    >>> from wengert.ir.text import parse
    >>> f = parse('''
    ... function f(x, y):
    ...     z.0 = invoke('g', x, y)
    ...     return z.0
    ...
    ... function g(a, b):
    ...     %0 = invoke('g', b, a)
    ...     %1 = a + %0
    ...     return %1
    ... ''')
    >>> sorted(Summaries(f.callees).positions("g", frozenset({1})))
    [1]
    """

    def __init__(self, callees: Mapping[str, Function]) -> None:
        self.callees = callees
        self._known: dict[Key, frozenset[int]] = {}
        self._settling = False

    def positions(self, callee: str, varied: frozenset[int]) -> frozenset[int]:
        """The positions of arguments on which the result depends in a differentiable way, if those at `varied` vary."""
        key = (callee, varied)
        if callee not in self.callees:
            return varied
        if key not in self._known:
            self._known[key] = frozenset()
            self._settle()
        return self._known[key]

    def _settle(self) -> None:
        if self._settling:  # the round that asked goes on to another
            return
        self._settling, count = True, 0
        while count != (count := sum(map(len, self._known.values())) + len(self._known)):
            for callee, varied in list(self._known):
                function = self.callees[callee]
                names = active(function, [function.parameters[k] for k in varied], self)
                self._known[callee, varied] = frozenset(k for k in varied if function.parameters[k] in names)
        self._settling = False

    def atoms(self, line: Apply, varied: Set[Name]) -> tuple[Atom, ...]:
        """The arguments of an `invoke` through which a derivative flows."""
        assert isinstance(line.args[0], Const)
        given = line.args[1:]
        here = frozenset(k for k, atom in enumerate(given) if isinstance(atom, str) and atom in varied)
        return tuple(given[k] for k in sorted(self.positions(line.args[0].value, here))) if here else ()


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
