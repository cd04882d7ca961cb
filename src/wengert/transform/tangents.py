"""Forward mode through calls that are not inlined: each callee becomes one that returns its results and their tangents.

    y.0 = invoke('power', x, n)    ==>    y.0, y_dot.0 = invoke('power_jvp', x, n, x_dot)

Which arguments have a tangent is part of what the callee is asked for; each answer is made once, and named before it is made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace

from wengert.ir.build import Builder
from wengert.ir.callees import with_callees
from wengert.ir.core import Apply, Function, Name, Return, Terminator
from wengert.ir.kinds import Kind
from wengert.transform.calls import cotangent_kind, results_of, whole_tangent
from wengert.transform.forward import Forward
from wengert.transform.variants import Variants


def forward_program(function: Function, wanted: Sequence[int], with_value: bool = True) -> Function:
    """Forward mode of a program with callees.

    >>> from wengert.ir.kinds import FLOAT
    >>> from wengert.ir.text import parse, show
    >>> f = parse('''
    ... function f(x):
    ...     y.0 = invoke('g', x)
    ...     return y.0
    ...
    ... function g(a):
    ...     b.0 = math.sin(a)
    ...     return b.0
    ... ''')
    >>> g = replace(f.callees["g"], kinds=dict.fromkeys(("a", "b.0"), FLOAT))
    >>> print(show(forward_program(replace(f, kinds={"x": FLOAT, "y.0": FLOAT}, callees={"g": g}), [0])))
    function jvp_f(x, x_dot):
        y.0, y_dot.0 = invoke('g_jvp', x, x_dot)
        %0 = tuple(y.0, y_dot.0)
        return %0
    <BLANKLINE>
    function g_jvp(a, a_dot):
        %0 = math.cos(a)
        b_dot.0 = a_dot * %0
        b.0 = math.sin(a)
        %1 = tuple(b.0, b_dot.0)
        return %1
    """
    tangents = Tangents(function)
    while True:
        tangents.begin()
        main = Forward(replace(function, callees={}), wanted, with_value, tangents).function()
        made = {one.name: _Callee(one, tangents).function() for one in tangents.asked()}
        if tangents.settled():
            return with_callees(main, {**function.callees, **made})


@dataclass(frozen=True)
class Tangent:
    """A callee with tangents of the arguments at `positions`."""

    callee: Function
    positions: tuple[int, ...]
    results: int  # how many values the callee returns
    name: str


class Tangents(Variants[Tangent]):
    """The tangent functions that a program needs."""

    def tangent(self, line: Apply, active: Set[Name]) -> Tangent:
        """The callee of a line with tangents of what is active."""
        key = self.key(line, active)
        if key not in self.made:
            self.made[key] = Tangent(self.program.callees[key[0]], key[1], len(line.targets), self.name(f"{key[0]}_jvp"))
        return self.made[key]


class _Callee(Forward):
    """Makes one of them."""

    def __init__(self, asked: Tangent, tangents: Tangents) -> None:
        super().__init__(asked.callee, asked.positions, calls=tangents)
        self.asked = asked

    def function(self) -> Function:
        made = super().function()
        kinds = {**made.kinds, **{f"{name}_dot": cotangent_kind(made.kinds[name]) for name in self.wanted if name in made.kinds}}
        return replace(made, name=self.asked.name, kinds=kinds)

    def end(self, end: Terminator, b: Builder, targets: Mapping[int, Kind]) -> Terminator:
        if not isinstance(end, Return):
            return super().end(end, b, targets)
        values = results_of(self.primal.body, end.value, self.asked.results)
        return Return(b.apply("tuple", *values, *(whole_tangent(b, value, self.dot(b, value) if value in self.dots else self.none(b, value)) for value in values)))
