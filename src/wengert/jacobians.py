"""Jacobians and Hessians: all partial derivatives of all results, in JAX's names, trees and axes.

    jacobian(f)(x)[result's tree][parameter's tree]     # an array of the result's axes, then the parameter's

Forward mode takes all directions through one run of the text (`transform/directions.py`); reverse mode runs `f` once and calls the
pullback for each number of the result. Where the directions cannot go through at once (a value whose kind is not known), they go one by one.

>>> import numpy as np
>>> Jacobian(lambda x: x * x, "jacfwd")(np.array([1.0, 2.0]))
array([[2., 0.],
       [0., 4.]])
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, ParamSpec

import numpy as np

from wengert.arguments import Argnums, check_varies
from wengert.derivative import Derivative
from wengert.errors import Error, error
from wengert.modes import JVP, VJP, Pullback, zero_like
from wengert.tree import flatten, form_of, leaves_of, map_leaves, unflatten, varies

if TYPE_CHECKING:
    from wengert.ir.kinds import Kind
    from wengert.pipeline import Stages

P = ParamSpec("P")


class Jacobian(Derivative[P, Any]):
    """The Jacobian of a function, made forward, in reverse, or whichever costs less."""

    def __init__(self, function: Callable[..., Any], way: str = "jacobian", argnums: Argnums = 0, source: str | None = None,
                 has_aux: bool = False, with_value: bool = False) -> None:  # fmt: skip
        super().__init__(function, "value_and_jacfwd" if with_value or has_aux else "jacfwd", argnums, source)
        self._way, self._aux, self._with_value = way, has_aux, with_value
        self._chosen: dict[Any, str] = {}
        self._columns = JVP(function, source, argnums)
        self._rows = VJP(function, source, argnums)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Any:
        values = self.target.bind(args, kwargs)
        wanted = self.wanted(values)
        for position in wanted:
            check_varies(values[position], self.target.parameters[position], self.target.name)
        way = self._way if self._way != "jacobian" else self.choose(values, wanted)
        if any(map(np.iscomplexobj, leaves_of(tuple(moving(values, wanted))))):
            way = "jacrev"  # by convention, `df/dRe - i df/dIm`, which is an adjoint and no tangent
        out, made = (self.forward if way == "jacfwd" else self.reverse)(values, wanted)
        if self._aux:
            (value, aux), (rows, _) = out, made
            return ((value, aux), rows) if self._with_value else (rows, aux)
        return (out, made) if self._with_value else made

    def choose(self, values: tuple[Any, ...], wanted: tuple[int, ...]) -> str:
        """Forward if there are no more numbers in the arguments than in the result; a function with effects is not run to count."""
        inputs = [leaf for tree in moving(values, wanted) for leaf in leaves_of(tree) if varies(leaf)]
        size = sum(np.size(leaf) for leaf in inputs)
        key = tuple((np.shape(leaf), type(leaf)) for leaf in inputs)
        if key not in self._chosen:
            self._chosen[key] = "jacrev"
            try:
                quiet = self.quiet(values, wanted)
            except Error as problem:
                if problem.code != "W103":
                    raise
                return "jacrev"  # a user's rule that has no forward mode
            if size <= 1:
                self._chosen[key] = "jacfwd"
            elif quiet:
                out = self.target.function(*values) if self.target.plain else self._callable(*values[len(self.target.first) :])
                self._chosen[key] = "jacfwd" if size <= sum(np.size(leaf) for leaf in leaves_of(out) if varies(leaf)) else "jacrev"
        return self._chosen[key]

    def quiet(self, values: tuple[Any, ...], wanted: tuple[int, ...]) -> bool:
        """May the function be run once more without anybody noticing?"""
        from wengert.effects import unrepeatable
        from wengert.ir.values import kind_of

        return unrepeatable(self._columns.stages(self.kinds(tuple(map(kind_of, values)), wanted), wanted).primal) is None

    def program(self, kinds: tuple[Kind, ...]) -> Stages:
        """Its stages, forward in all directions, whichever way it goes when it is called."""
        if self._aux:
            raise error("W040", name="a Jacobian with has_aux")
        return super().program(kinds)

    def source(self, *args: Any, **kwargs: Any) -> str:
        """The text that runs for such arguments: of all directions at once, or in reverse of the value and the pullback."""
        return self._rows.source(*args, **kwargs) if self._way == "jacrev" else super().source(*args, **kwargs)

    def all_stages(self, *args: Any, **kwargs: Any) -> Stages:
        """The stages of making that text."""
        return self._rows.all_stages(*args, **kwargs) if self._way == "jacrev" else super().all_stages(*args, **kwargs)

    # forward

    def forward(self, values: tuple[Any, ...], wanted: tuple[int, ...]) -> tuple[Any, Any]:
        """The value (None if nobody asked) and the Jacobian, all directions at once, or else one by one; in reverse, if it may be run only once."""
        try:
            ready = self.ready(values)
        except Error:
            return self.one_by_one(values, wanted) if self.quiet(values, wanted) else self.reverse(values, wanted)
        result = self.run(ready, ready.values(values))
        return result if self._plain == "value_and_jacfwd" else (None, result)

    def one_by_one(self, values: tuple[Any, ...], wanted: tuple[int, ...]) -> tuple[Any, Any]:
        out: Any = None
        columns: list[list[Any]] = []
        inputs = moving(values, wanted)
        for dots in _directions(inputs):
            out, tangent = self._columns.along(values, wanted, dots)
            columns.append(list(leaves_of(tangent)))
        leaves, form = flatten(out)
        rows = [
            self.tree(_split(leaf, [column[number] for column in columns], inputs)) if varies(leaf) else None
            for number, leaf in enumerate(leaves)
        ]
        return out, unflatten(form, rows)

    # reverse

    def reverse(self, values: tuple[Any, ...], wanted: tuple[int, ...]) -> tuple[Any, Any]:
        """One run of the function, and its pullback for each number of the result."""
        out, pullback = self._rows.at(values, wanted)
        inputs = moving(values, wanted)
        leaves, form = flatten(out)
        asked = form_of(out[0]).size if self._aux else len(leaves)
        rows: list[Any] = [None] * len(leaves)
        for number, leaf in enumerate(leaves[:asked]):
            if varies(leaf):
                bars = [self.row(pullback, number, unit, inputs) for unit in units(leaf)]
                rows[number] = self.tree([_stacked(leaf, [bar[k] for bar in bars], tree) for k, tree in enumerate(inputs)])
        return out, unflatten(form, rows)

    def row(self, pullback: Pullback, number: int, unit: Any, inputs: Sequence[Any]) -> Any:
        """The derivatives of one number of the result; of a complex one by real numbers, real and imaginary part one after the other."""
        bars = pullback.of_leaf(number, unit)
        if not np.iscomplexobj(unit):
            return bars
        if any(map(np.iscomplexobj, leaves_of(tuple(inputs)))):
            raise error("W067", function=self.target.name, name="a Jacobian by complex numbers", what="the result")
        turned = pullback.of_leaf(number, -1j * unit)
        return map_leaves(lambda real, imaginary: None if real is None else real + 1j * imaginary, bars, turned)

    def tree(self, blocks: Sequence[Any]) -> Any:
        return tuple(blocks) if isinstance(self._argnums, tuple) else blocks[0]

    def __reduce__(self) -> tuple[Any, ...]:
        from wengert.pickling import portable

        return rebuild_jacobian, (portable(self._callable), self._way, self._argnums, self._source, self._aux, self._with_value)


def rebuild_jacobian(function: Any, way: str, argnums: Argnums, source: str | None, has_aux: bool, with_value: bool) -> Jacobian[...]:
    """Unpickle it."""
    from wengert.pickling import restore

    return Jacobian(restore(function), way, argnums, source, has_aux, with_value)


def moving(values: Sequence[Any], wanted: Sequence[int]) -> list[Any]:
    """The arguments that derivatives are by; an int counts as a float."""
    return [float(values[position]) if type(values[position]) is int else values[position] for position in wanted]


def units(leaf: Any) -> Iterator[Any]:
    """For each number of a leaf, a leaf like it that is one there and zero elsewhere."""
    if not isinstance(leaf, np.ndarray):
        yield leaf.dtype.type(1) if isinstance(leaf, np.generic) else type(leaf)(1) if isinstance(leaf, complex) else 1.0
        return
    for position in range(leaf.size):
        unit = np.zeros(leaf.size, leaf.dtype)
        unit[position] = 1
        yield unit.reshape(leaf.shape)


def _directions(trees: Sequence[Any]) -> Iterator[list[Any]]:
    """For each number of the arguments, the tangents that move it alone."""
    leaves, form = flatten(list(trees))
    zeros = [zero_like(leaf) if varies(leaf) else None for leaf in leaves]
    for number, leaf in enumerate(leaves):
        for unit in units(leaf) if varies(leaf) else ():
            yield list(unflatten(form, [*zeros[:number], unit, *zeros[number + 1 :]]))


def _split(out: Any, columns: Sequence[Any], inputs: Sequence[Any]) -> list[Any]:
    """The derivatives of one leaf of the result along all directions, as trees like the arguments."""
    supply = iter(columns)

    def block(leaf: Any) -> Any:
        if not varies(leaf):
            return None
        own = [next(supply) for _ in range(np.size(leaf))]
        return _typed(np.stack(own, axis=-1).reshape(np.shape(out) + np.shape(leaf)) if own else np.zeros(np.shape(out) + np.shape(leaf)), out, leaf)

    return [map_leaves(block, tree) for tree in inputs]


def _stacked(out: Any, bars: Sequence[Any], primal: Any) -> Any:
    """The gradients of all numbers of a leaf of the result, stacked: a tree like the argument."""
    shape = np.shape(out)
    rows = [list(leaves_of(bar)) for bar in bars]

    def block(number: int, leaf: Any) -> Any:
        if not varies(leaf):
            return None
        own = [row[number] for row in rows]
        return _typed(np.stack(own).reshape(shape + np.shape(leaf)) if own else np.zeros(shape + np.shape(leaf)), out, leaf)

    leaves, form = flatten(primal)
    return unflatten(form, [block(number, leaf) for number, leaf in enumerate(leaves)])


def _typed(block: Any, out: Any, leaf: Any) -> Any:
    """A single number in the type that a number of the result's kind has."""
    if block.shape or isinstance(out, np.ndarray) or isinstance(leaf, np.ndarray):
        return block
    return block.item() if not isinstance(out, np.generic) and not isinstance(leaf, np.generic) else block[()]


class Hessian(Jacobian[P]):
    """The Hessian: forward over reverse of a scalar function; of one with several results, forward over forward."""

    def __init__(self, function: Callable[..., Any], argnums: Argnums = 0, source: str | None = None) -> None:
        super().__init__(Derivative(function, "grad", argnums, source), "jacfwd", argnums)
        self._function, self._given = function, source
        self._of_several: Jacobian[P] | None = None

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Any:
        if self._of_several is None:
            try:
                self.ready(self.target.bind(args, kwargs))
            except Error as problem:
                if problem.code != "W060":
                    return super().__call__(*args, **kwargs)
                inner: Jacobian[P] = Jacobian(self._function, "jacfwd", self._argnums or 0, self._given)
                self._of_several = Jacobian(inner, "jacfwd", self._argnums or 0)
            else:
                return super().__call__(*args, **kwargs)
        return self._of_several(*args, **kwargs)

    def __reduce__(self) -> tuple[Any, ...]:
        from wengert.pickling import portable

        return rebuild_hessian, (portable(self._function), self._argnums, self._given)


def rebuild_hessian(function: Any, argnums: Argnums, source: str | None) -> Hessian[...]:
    """Unpickle it."""
    from wengert.pickling import restore

    return Hessian(restore(function), argnums, source)
