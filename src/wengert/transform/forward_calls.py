"""Forward mode at calls that are not inlined, and at what the halves of a pair hand to each other.

    y.0 = invoke('f', x)      ==>    y.0, y_dot.0 = invoke('f_jvp', x, x_dot)

`tangents.py` makes the callee with tangents.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import replace
from typing import Any, Protocol

from wengert.analysis.activity import Summaries
from wengert.ir.build import Builder
from wengert.ir.core import Apply, Atom, Const, Name
from wengert.ir.kinds import Array, Kind, NumpyScalar, is_scalar
from wengert.ir.walk import base
from wengert.transform.calls import cotangent_kind, whole_tangent
from wengert.transform.terms import Term


class Calls(Protocol):
    """What knows the callees of a program, and what they are with tangents (`tangents.py`)."""

    summaries: Summaries

    def tangent(self, line: Apply, active: Set[Name]) -> Any:
        """The callee of a line with tangents of what is active: its `name`, and the `positions` of those arguments."""


class CallTangents:
    """What the tangents of calls need to know of the function's others."""

    active: set[Name]
    kinds: dict[Name, Kind]
    dots: dict[Name, list[Term]]

    def dot(self, b: Builder, atom: Atom, kind: Kind | None = None) -> Atom:
        raise NotImplementedError

    def zero(self, b: Builder, atom: Atom, becomes: Kind | None = None) -> Atom:
        raise NotImplementedError

    def call(self, line: Apply, calls: Calls, b: Builder) -> None:
        """A call that is not inlined: of the callee with tangents."""
        given = line.args[1:]
        callee = calls.tangent(line, self.active & self.dots.keys())
        dots = [whole_tangent(b, given[k], self.dot(b, given[k]) if given[k] in self.dots else self.none(b, given[k])) for k in callee.positions]
        targets = tuple(b.names.fresh(f"{base(target)}_dot" if target in self.active else "") for target in line.targets)
        self.kinds.update((dot, cotangent_kind(b.kind(target))) for target, dot in zip(line.targets, targets))
        b.add(replace(line, targets=(*line.targets, *targets), args=(Const(callee.name), *given, *dots)))
        self.dots.update((target, [Term(dot)]) for target, dot in zip(line.targets, targets) if target in self.active)

    def none(self, b: Builder, atom: Atom) -> Atom:
        """The tangent of an argument that does not vary here, as a callee expects it."""
        return self.zero(b, atom) if isinstance(atom, Const) or is_scalar(b.kind(atom)) else b.apply("zero_of", atom)

    def keep(self, line: Apply, b: Builder) -> None:
        """What the half of a pair keeps, or gets back: beside it the tangents, put together in the same way."""
        dots = [(atom, self.dot(b, atom) if atom in self.dots else self.none(b, atom)) for atom in line.args[1:]]
        plain = [line.op == "restore" or not isinstance(b.kind(dot), (Array, NumpyScalar)) for _, dot in dots]  # it may be None
        whole = [dot if keep else whole_tangent(b, atom, dot) for (atom, dot), keep in zip(dots, plain)]
        targets = tuple(b.names.fresh(f"{base(target)}_dot") for target in line.targets)
        self.kinds.update((dot, cotangent_kind(b.kind(target))) for target, dot in zip(line.targets, targets))
        b.add(replace(line, targets=targets, args=(line.args[0], *whole)))
        self.dots.update((target, [Term(dot)]) for target, dot in zip(line.targets, targets) if target in self.active)
