"""Jacobians forward: one direction for each number in the arguments, all of them in one run of the primal.

    def jacobian_f(x):
        x_dot = np.eye(x.size)                      # the directions
        y_dot = x_dot * np.cos(x)                   # the tangents along them (many_directions.py)
        return y_dot.T                              # are the columns of the Jacobian
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from wengert import errors
from wengert.ir.build import Builder
from wengert.ir.core import Atom, Const, Function, Return, Terminator
from wengert.ir.kinds import (
    UNKNOWN,
    Array,
    Kind,
    axes_of,
    dtype_of,
    is_complex,
    is_floating,
    is_scalar,
    may_carry_derivative,
    scalar_type,
)  # fmt: skip
from wengert.ir.walk import base, rename
from wengert.rules.line_kinds import kinds_of_line
from wengert.transform.bars import Spot, follow, items_of, kind_at, packed, parts, shape_of
from wengert.transform.forward import Forward
from wengert.transform.many_directions import DIRECTIONS, ManyDirections, batched, is_real, refusal
from wengert.transform.tangents import forward_program
from wengert.transform.terms import Term


def jacobian_program(function: Function, wanted: Sequence[int], with_value: bool = False, tupled: bool = False) -> Function:
    """The function that returns the Jacobian of the result with respect to the wanted parameters: for each leaf of the result
    a tree like the parameters (a tuple of them for several), of arrays of the result's and then the parameter's axes.

    >>> from wengert.ir.axes import MANY
    >>> from wengert.ir.text import parse, show
    >>> f = parse('''
    ... function f(x):
    ...     %0 = np.sin(x)
    ...     return %0
    ... ''')
    >>> vector = Array("float64", (MANY,))
    >>> print(show(jacobian_program(replace(f, kinds={"x": vector, "%0": vector}), [0])))
    function jacfwd_f(x):
        %1 = np.size(x)
        x_dot.0 = np.eye(%1)
        %2 = np.cos(x)
        %0_dot.0 = x_dot.0 * %2
        %0 = np.sin(x)
        %3 = np.transpose(%0_dot.0)
        return %3
    """
    kinds = [function.kinds.get(function.parameters[position], UNKNOWN) for position in wanted]
    if len(kinds) == 1 and is_scalar(kinds[0]) and is_floating(kinds[0]):
        if function.callees:
            return _slope_of_recursion(function, wanted, with_value, tupled)
        return Slope(function, wanted, with_value, tupled).program()
    return Directions(function, wanted, with_value, tupled).program()


def tangents_program(function: Function, wanted: Sequence[int]) -> Function:
    """The function that takes several directions for each wanted parameter, along a first axis, and returns the tangents along them."""
    return Along(function, wanted, False, False).program()


def _slope_of_recursion(function: Function, wanted: Sequence[int], with_value: bool, tupled: bool) -> Function:
    """The tangent along 1, of a function that calls itself."""
    if tupled:
        raise refusal(None, "a function that calls itself, for a tuple of one argument")
    made = forward_program(function, wanted, with_value)
    body = rename(made.body, {made.parameters[-1]: Const(1.0)})
    return replace(made, name=f"jacfwd_{function.name}", parameters=made.parameters[:-1], body=body)


class Slope(Forward):
    """The derivative by one number: forward mode with the tangent 1, and no axis of directions."""

    def __init__(self, function: Function, wanted: Sequence[int], with_value: bool, tupled: bool) -> None:
        super().__init__(function, wanted, with_value)
        self.tupled = tupled

    def program(self) -> Function:
        b = Builder(self.names, self.kinds, kinds_of_line)
        self.dots[self.wanted[0]] = [Term(Const(1.0))]
        block = self.block(self.primal.body, b, {})
        return replace(self.primal, name=f"jacfwd_{self.primal.name}", body=block, kinds=self.kinds, docstring=None)

    def end(self, end: Terminator, b: Builder, targets: Mapping[int, Kind]) -> Terminator:
        if not isinstance(end, Return):
            return super().end(end, b, targets)
        b.place = None
        made = self.slopes(b, end.value, self.dot(b, end.value), b.kind(end.value))
        return Return(b.apply("tuple", end.value, made) if self.with_value else made)

    def slopes(self, b: Builder, value: Atom, dot: Atom, kind: Kind) -> Atom:
        """The tangents of the leaves of a result, in its tree."""
        items = items_of(kind)
        if items is not None:
            made: list[Atom] = []
            for key, inner in items:
                part: Atom = follow(b, dot, kind, (key,)) if may_carry_derivative(inner) else Const(None)
                made.append(self.slopes(b, follow(b, value, kind, (key,)), part, inner) if is_real(inner) else Const(None))
            return packed(b, kind, made)
        if not is_real(kind):
            raise errors.error("W071", self.primal.place, function=self.primal.name, name="jacobian", what="a constant")
        if not may_carry_derivative(kind):
            dot = Const(0.0)
        have = b.kind(dot)
        if isinstance(kind, Array) and axes_of(have) != kind.axes:
            dot = b.apply("copy", b.apply("np.broadcast_to", dot, shape_of(b, value)))
        elif isinstance(kind, Array) and kind.axes:
            dot = b.apply("fresh", dot)
        elif scalar_type(kind) and not is_complex(kind) and not isinstance(dot, Const) and scalar_type(have) != "float":
            dot = b.apply("float", dot)
        return b.apply("tuple", dot) if self.tupled else dot


class Directions(ManyDirections):
    def __init__(self, function: Function, wanted: Sequence[int], with_value: bool, tupled: bool) -> None:
        super().__init__(function, wanted, with_value)
        self.single = len(wanted) == 1 and not tupled
        self.blocks: list[tuple[Spot, Atom, Atom]] = []  # each leaf of the wanted parameters, and which directions are its own

    def program(self) -> Function:
        b = Builder(self.names, self.kinds, kinds_of_line)
        self.seeds(b)
        block = self.block(self.primal.body, b, {})
        return replace(self.primal, name=f"jacfwd_{self.primal.name}", body=block, kinds=self.kinds, docstring=None)

    # seeds and blocks

    def seeds(self, b: Builder) -> None:
        """A direction for each number in the wanted parameters."""
        leaves = [((name, *path), kind) for name in self.wanted for path, kind in parts(self.kinds.get(name, UNKNOWN))]
        for spot, kind in leaves:
            if axes_of(kind) is None or dtype_of(kind) and not str(dtype_of(kind)).startswith("float"):
                raise refusal(None, f"`{spot[0]}`, of which the shape is not known")
        start: Atom = Const(0)
        sizes: list[tuple[Atom, Atom]] = []
        for spot, kind in leaves:
            size: Atom = Const(1) if axes_of(kind) == () else self.size(b, follow(b, spot[0], self.kinds[spot[0]], spot[1:]))
            end = size if start == Const(0) else _plus(b, start, size)
            sizes.append((start, end))
            start = end
        self.count = start
        dots: dict[Spot, Atom] = {}
        dtypes = {dtype_of(kind) or "float64" for _, kind in leaves}
        single = [("dtype", Const(np.float32, "np.float32"))] if dtypes == {"float32"} else []
        eye = b.apply("np.eye", self.count, keywords=single, hint=f"{base(self.wanted[0])}_dot" if len(leaves) == 1 else "directions")
        self.kinds[eye] = Array("float32" if single else "float64", (DIRECTIONS, DIRECTIONS))
        for (spot, kind), (first, end) in zip(leaves, sizes):
            whole = len(leaves) == 1
            if axes_of(kind) == ():
                dots[spot] = b.apply("getitem", eye, self.index(b, [first]))
            else:
                rows = eye if whole else b.apply("getitem", eye, self.index(b, [b.apply("slice", first, end, Const(None))]))
                value = follow(b, spot[0], self.kinds[spot[0]], spot[1:])
                dots[spot] = rows if len(axes_of(kind) or ()) == 1 else b.apply("np.reshape", rows, self.shape(b, value))
            self.kinds[str(dots[spot])] = batched(kind)
            self.blocks.append((spot, first, end))
        for name in self.wanted:
            self.dots[name] = [Term(self.tree_of_dots(b, (name,), dots, still=0.0))]  # a loop may run over floats and ints alike

    def size(self, b: Builder, value: Atom) -> Atom:
        return b.apply("np.size", value, spelled=".size" if isinstance(b.kind(value), Array) else None)

    def tree_of_dots(self, b: Builder, spot: Spot, dots: dict[Spot, Atom], still: float | None = None) -> Atom:
        """The tree of a parameter with these parts, and `still` for the numbers that do not vary."""
        if spot in dots:
            return dots[spot]
        kind = kind_at(b, spot)
        items = items_of(kind)
        if items is None:
            return Const(still if is_scalar(kind) else None)
        return packed(b, kind, [self.tree_of_dots(b, (*spot, key), dots, still) for key, _ in items])

    def end(self, end: Terminator, b: Builder, targets: Mapping[int, Kind]) -> Terminator:
        if not isinstance(end, Return):
            return super().end(end, b, targets)
        b.place = None
        made = self.jacobian(b, end.value, self.dot(b, end.value), b.kind(end.value))
        return Return(b.apply("tuple", end.value, made) if self.with_value else made)

    def jacobian(self, b: Builder, value: Atom, dot: Atom, kind: Kind) -> Atom:
        """The blocks of a result: for each of its leaves, in its tree, a tree like the parameters."""
        items = items_of(kind)
        if items is not None:
            rows: list[Atom] = []
            for key, inner in items:
                if not is_real(inner):
                    rows.append(Const(None))
                    continue
                rows.append(self.jacobian(b, follow(b, value, kind, (key,)), follow(b, dot, kind, (key,)), inner))
            return packed(b, kind, rows)
        if not is_real(kind):
            raise errors.error("W071", self.primal.place, function=self.primal.name, name="jacobian", what="a constant")
        if axes_of(kind) is None:
            raise refusal(None, "a result of which the shape is not known")
        whole = self.full(b, dot, value)
        blocks = {spot: self.one_block(b, whole, value, spot, first, end) for spot, first, end in self.blocks}
        trees = [self.tree_of_dots(b, (name,), blocks) for name in self.wanted]
        return trees[0] if self.single else b.apply("tuple", *trees)

    def one_block(self, b: Builder, whole: Atom, value: Atom, spot: Spot, first: Atom, end: Atom) -> Atom:
        """The directions of one leaf, laid out in the axes of the result and then of the leaf."""
        kind, out = kind_at(b, spot), axes_of(b.kind(value)) or ()
        own = axes_of(kind) or ()
        if own == ():
            row = b.apply("getitem", whole, first)
            self.kinds[row] = b.kind(value)
            return b.apply("float", row) if out == () and scalar_type(kind) and scalar_type(b.kind(value)) else row
        part = whole
        if len(self.blocks) > 1:
            part = b.apply("getitem", whole, b.apply("slice", first, end, Const(None)))
            self.kinds[part] = batched(b.kind(value))
        turned = part
        if len(out) == 1:
            part = b.apply("np.transpose", part, spelled=".T")
        elif len(out) > 1:
            part = b.apply("np.moveaxis", part, Const(0), Const(-1))
        if len(own) > 1:
            shape = shape_of(b, follow(b, spot[0], self.kinds[spot[0]], spot[1:]))
            if out:  # of the tangents, so that the value itself need not be computed for its shape
                shape = b.apply("add", b.apply("getitem", shape_of(b, turned), b.apply("slice", Const(1), Const(None), Const(None))), shape)
            part = b.apply("np.reshape", part, shape)
        self.kinds[str(part)] = Array(dtype_of(b.kind(whole)) or "float64", (*out, *own))
        return part

    # tangents of many directions


class Along(Directions):
    """Forward mode along directions that are given."""

    def program(self) -> Function:
        b = Builder(self.names, self.kinds, kinds_of_line)
        dots = []
        for name in self.wanted:
            dot = self.names.fresh(f"{base(name)}_dot").rpartition(".")[0]
            self.names.reserve(dot)
            self.kinds[dot] = batched(self.kinds.get(name, UNKNOWN))
            dots.append(dot)
            self.dots[name] = [Term(dot)]
        self.count = b.apply("len", dots[0])
        block = self.block(self.primal.body, b, {})
        parameters = (*self.primal.parameters, *dots)
        return replace(self.primal, name=f"tangents_{self.primal.name}", parameters=parameters, body=block, kinds=self.kinds, docstring=None)

    def jacobian(self, b: Builder, value: Atom, dot: Atom, kind: Kind) -> Atom:
        if axes_of(kind) is None:
            raise refusal(None, "a result of which the shape is not known")
        whole = self.full(b, dot, value)
        return b.apply("fresh", whole) if axes_of(kind) else whole


def _plus(b: Builder, x: Atom, y: Atom) -> Atom:
    if isinstance(x, Const) and isinstance(y, Const):
        return Const(x.value + y.value)
    return b.apply("add", x, y)
