"""NumPy's functions that call a function of the user's, or go through an array step by step: each as the Python that it is.

    np.piecewise(x, [c], [f, g])            y = np.zeros_like(x)
                                   ==>      y[c] = f(x[c])
                                            y[~c] = g(x[~c])

>>> stand_in(np.vectorize, [FLOAT], {}).__name__
'vectorize'
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from types import FunctionType
from typing import Any

import numpy as np

from wengert.ir.axes import MANY
from wengert.ir.kinds import FLOAT, Array, Closure, Kind, Known, List, Tuple, axes_of, scalar_type
from wengert.rules.result_kinds import NotStatic, static
from wengert.rules.stand_ins import RESOLVERS, made_from, stand_in

__all__ = ["INDICES", "VECTOR", "stand_in"]

VECTOR, INDICES = Array("float64", (MANY,)), Array("int64", (MANY,))


@cache
def written(name: str, text: str) -> FunctionType:
    return made_from(text, name, f"{name} {zlib.crc32(text.encode())}", {"np": np})


def resolver(*functions: Any) -> Callable[[Callable[..., FunctionType | None]], None]:
    """Enter what makes the stand-in of these functions from the kinds of their arguments, by position and by NumPy's names."""

    def enter(make: Callable[..., FunctionType | None]) -> None:
        def resolve(function: Any, kinds: Sequence[Kind], keywords: Mapping[str, Kind]) -> FunctionType | None:
            try:
                return make(*kinds, **keywords) if any(function is one for one in functions) else None
            except (NotStatic, TypeError):
                return None

        RESOLVERS.append(resolve)

    return enter


def _items(kind: Kind) -> tuple[Kind, ...]:
    if isinstance(kind, (List, Tuple)) and kind.items is not None:
        return tuple(kind.items)
    raise NotStatic


def ndim_of(kind: Kind) -> int:
    axes = axes_of(kind)
    if axes is None:
        raise NotStatic
    return len(axes)


@resolver(np.piecewise)
def piecewise(x: Kind, condlist: Kind, funclist: Kind) -> FunctionType | None:
    """A function of what fulfils each condition; one more is for what fulfils none. A number stands for itself."""
    conditions, functions = _items(condlist), _items(funclist)
    if not all(isinstance(condition, Array) for condition in conditions) or len(functions) - len(conditions) not in (0, 1):
        return None
    lines = ["y = np.zeros_like(x)"]
    for k, function in enumerate(functions):
        called = isinstance(function, Closure) or (isinstance(function, Known) and callable(function.value))
        lines.append(f"c{k} = condlist[{k}]" if k < len(conditions) else f"c{k} = ~({' | '.join(f'c{i}' for i in range(k))})")
        lines.append(f"y[c{k}] = funclist[{k}](x[c{k}])" if called else f"y[c{k}] = funclist[{k}]")
    return function_of("piecewise", "x, condlist, funclist", [*lines, "return y"])


def function_of(name: str, parameters: str, lines: Sequence[str]) -> FunctionType:
    return written(name, f"def {name}({parameters}):\n" + "".join(f"    {line}\n" for line in lines))


@resolver(np.fromfunction)
def fromfunction(function: Kind, shape: Kind) -> FunctionType:
    """A function of the positions along each axis, all at once."""
    given = ", ".join(f"i[{k}]" for k in range(len(_items(shape))))
    return function_of("fromfunction", "function, shape", ["i = np.indices(shape, dtype=float)", f"return function({given})"])


@resolver(np.apply_along_axis)
def apply_along_axis(func1d: Kind, axis: Kind, arr: Kind) -> FunctionType | None:
    """The function of each row, or of each column, of a matrix."""
    if ndim_of(arr) != 2:
        return None
    rows = static(axis) % 2 == 1
    made = "np.stack([func1d(row) for row in arr])" if rows else "np.stack([func1d(column) for column in arr.T], axis=-1)"
    return function_of("apply_along_axis", "func1d, axis, arr", [f"return {made}"])


@resolver(np.apply_over_axes)
def apply_over_axes(func: Kind, a: Kind, axes: Kind) -> FunctionType:
    """The function along one axis after the other, which all stay."""
    lines = []
    for axis in static(axes):
        lines += [f"r = func(a, {axis})", f"a = r if np.ndim(r) == np.ndim(a) else np.expand_dims(r, {axis})"]
    return function_of("apply_over_axes", "func, a, axes", [*lines, "return a"])


def _nested(count: int, given: str) -> list[str]:
    """Loops over all positions under the lengths `n0`, `n1`, ..., row by row, that yield what is said of the position `{0}`."""
    loops = [f"{'    ' * k}for i{k} in range(n{k}):" for k in range(count)]
    position = ", ".join(f"i{k}" for k in range(count)) if count > 1 else "i0,"
    return [*loops, f"{'    ' * count}yield {given.format(f'({position})')}"]


def _lengths(count: int) -> str:
    return ", ".join(f"n{k}" for k in range(count)) if count > 1 else "(n0,)"


@resolver(np.ndenumerate)
def ndenumerate(arr: Kind) -> FunctionType | None:
    """Positions and elements."""
    count = ndim_of(arr)
    return function_of("ndenumerate", "arr", [f"{_lengths(count)} = arr.shape", *_nested(count, "{0}, arr[{0}]")]) if count else None


@resolver(np.ndindex)
def ndindex(*shape: Kind) -> FunctionType | None:
    """Positions in an array of this shape, which is one tuple or a number for each axis."""
    if len(shape) == 1 and scalar_type(shape[0]) is None:
        count = len(_items(shape[0]))
        return function_of("ndindex", "shape", [f"{_lengths(count)} = shape", *_nested(count, "{0}")]) if count else None
    return function_of("ndindex", _lengths(len(shape)).strip("(),"), _nested(len(shape), "{0}")) if shape else None


@resolver(sorted)
def in_order(values: Kind) -> FunctionType | None:
    """A list of floats in a new list."""
    plain = isinstance(values, List) and all(scalar_type(kind) == "float" for kind in values.items or (values.element,))
    return function_of("in_order", "values", ["return np.sort(np.array(values)).tolist()"]) if plain and values != List(FLOAT, ()) else None


def histogram_of_weights(function: Any, kinds: Sequence[Kind], keywords: Mapping[str, Kind]) -> FunctionType | None:
    """The sums of the weights in each bin; where the bins are, the data say."""
    if function is not np.histogram or "weights" not in keywords or set(keywords) - {"bins", "range", "weights"} or not kinds:
        return None
    lines = [
        "edges = np.histogram_bin_edges(a, bins, range)",
        "a = np.ravel(a)",
        "place = np.clip(np.searchsorted(edges, a, side='right') - 1, 0, len(edges) - 2)",
        "inside = (a >= edges[0]) & (a <= edges[-1])",
        "return np.bincount(place, np.where(inside, np.ravel(weights), 0.0), len(edges) - 1), edges",
    ]
    return function_of("histogram", "a, bins=10, range=None, weights=None", lines)


RESOLVERS.append(histogram_of_weights)


def histogram_of_pairs(function: Any, kinds: Sequence[Kind], keywords: Mapping[str, Kind]) -> FunctionType | None:
    """The same in two dimensions, with one number of bins (or their edges) for both."""
    if function is not np.histogram2d or "weights" not in keywords or set(keywords) - {"bins", "weights"} or len(kinds) not in (2, 3):
        return None
    bins = kinds[2] if len(kinds) == 3 else keywords.get("bins", Known(10))
    if scalar_type(bins) != "int":
        return None
    lines = []
    for name in "xy":
        lines += [
            f"{name}edges = np.histogram_bin_edges({name}, bins)",
            f"{name}place = np.clip(np.searchsorted({name}edges, {name}, side='right') - 1, 0, bins - 1)",
        ]
    lines = [*lines, "h = np.bincount(xplace * bins + yplace, weights, bins * bins)", "return h.reshape((bins, bins)), xedges, yedges"]
    return function_of("histogram2d", "x, y, bins=10, weights=None", lines)


RESOLVERS.append(histogram_of_pairs)


@resolver(np.vectorize)
def vectorize(pyfunc: Kind) -> FunctionType:
    """A function of one number, of each element of an array."""
    return function_of("vectorize", "pyfunc", [
        "def vectorized(x):",
        "    return np.reshape(np.array([pyfunc(v) for v in np.ravel(x)]), np.shape(x))",
        "return vectorized",
    ])  # fmt: skip
