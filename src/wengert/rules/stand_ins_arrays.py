"""NumPy's functions that call a function of the user's, or go through an array step by step: each as the Python that it is.

    np.piecewise(x, [c], [f, g])            y = np.zeros_like(x)
                                   ==>      y[c] = f(x[c])
                                            y[~c] = g(x[~c])

>>> stand_in(np.multiply.at, [VECTOR, INDICES, VECTOR], {}).__name__
'multiply_at'
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from types import BuiltinMethodType, FunctionType
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
    """Enter what makes the stand-in of these functions from the kinds of the positional arguments; calls with keywords are left alone."""

    def enter(make: Callable[..., FunctionType | None]) -> None:
        def resolve(function: Any, kinds: Sequence[Kind], keywords: Mapping[str, Kind]) -> FunctionType | None:
            try:
                return make(*kinds) if not keywords and any(function is one for one in functions) else None
            except (NotStatic, TypeError):
                return None

        RESOLVERS.append(resolve)

    return enter


def _items(kind: Kind) -> tuple[Kind, ...]:
    if isinstance(kind, (List, Tuple)) and kind.items is not None:
        return tuple(kind.items)
    raise NotStatic


def _ndim(kind: Kind) -> int:
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
    return _function("piecewise", "x, condlist, funclist", [*lines, "return y"])


def _function(name: str, parameters: str, lines: Sequence[str]) -> FunctionType:
    return written(name, f"def {name}({parameters}):\n" + "".join(f"    {line}\n" for line in lines))


@resolver(np.fromfunction)
def fromfunction(function: Kind, shape: Kind) -> FunctionType:
    """A function of the positions along each axis, all at once."""
    given = ", ".join(f"i[{k}]" for k in range(len(_items(shape))))
    return _function("fromfunction", "function, shape", ["i = np.indices(shape, dtype=float)", f"return function({given})"])


@resolver(np.apply_along_axis)
def apply_along_axis(func1d: Kind, axis: Kind, arr: Kind) -> FunctionType | None:
    """The function of each row, or of each column, of a matrix."""
    if _ndim(arr) != 2:
        return None
    rows = static(axis) % 2 == 1
    made = "np.stack([func1d(row) for row in arr])" if rows else "np.stack([func1d(column) for column in arr.T], axis=-1)"
    return _function("apply_along_axis", "func1d, axis, arr", [f"return {made}"])


@resolver(np.apply_over_axes)
def apply_over_axes(func: Kind, a: Kind, axes: Kind) -> FunctionType:
    """The function along one axis after the other, which all stay."""
    lines = []
    for axis in static(axes):
        lines += [f"r = func(a, {axis})", f"a = r if np.ndim(r) == np.ndim(a) else np.expand_dims(r, {axis})"]
    return _function("apply_over_axes", "func, a, axes", [*lines, "return a"])


@resolver(np.ndenumerate)
def ndenumerate(arr: Kind) -> FunctionType | None:
    """Positions and elements, of vectors and matrices."""
    one, two = ["for i in range(arr.shape[0]):"], "    for j in range(arr.shape[1]):"
    lines = {1: [*one, "    yield (i,), arr[i]"], 2: [*one, two, "        yield (i, j), arr[i, j]"]}.get(_ndim(arr))
    return None if lines is None else _function("ndenumerate", "arr", lines)


@resolver(sorted)
def in_order(values: Kind) -> FunctionType | None:
    """A list of floats in a new list."""
    plain = isinstance(values, List) and all(scalar_type(kind) == "float" for kind in values.items or (values.element,))
    return _function("in_order", "values", ["return np.sort(np.array(values)).tolist()"]) if plain and values != List(FLOAT, ()) else None


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
    return _function("histogram", "a, bins=10, range=None, weights=None", lines)


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
    return _function("histogram2d", "x, y, bins=10, weights=None", lines)


RESOLVERS.append(histogram_of_pairs)


@resolver(np.vectorize)
def vectorize(pyfunc: Kind) -> FunctionType:
    """A function of one number, of each element of an array."""
    return _function("vectorize", "pyfunc", [
        "def vectorized(x):",
        "    return np.reshape(np.array([pyfunc(v) for v in np.ravel(x)]), np.shape(x))",
        "return vectorized",
    ])  # fmt: skip


def methods_of_ufuncs(function: Any, kinds: Sequence[Kind], keywords: Mapping[str, Kind]) -> FunctionType | None:
    """`np.multiply.at(a, indices, b)` and `np.add.reduceat(a, indices)`, of vectors: one index after the other."""
    if not isinstance(function, BuiltinMethodType) or not isinstance(function.__self__, np.ufunc) or keywords:
        return None
    ufunc, method = function.__self__.__name__, function.__name__
    try:
        ndims = [_ndim(kind) for kind in kinds]
    except NotStatic:
        return None
    if method == "at" and ndims[:2] == [1, 1] and len(ndims) == 3 and ndims[2] < 2:
        value = "b[k]" if ndims[2] else "b"
        step = f"    a[indices[k]] = np.{ufunc}(a[indices[k]], {value})"
        return _function(f"{ufunc}_at", "a, indices, b", ["for k in range(len(indices)):", step])
    if method == "reduceat" and ndims == [1, 1]:
        return _function(f"{ufunc}_reduceat", "a, indices", [
            "out = []",
            "for k in range(len(indices)):",
            "    start = indices[k]",
            "    stop = indices[k + 1] if k + 1 < len(indices) else len(a)",
            f"    out.append(np.{ufunc}.reduce(a[start:stop]) if start < stop else a[start])",
            "return np.array(out)",
        ])  # fmt: skip
    return None


RESOLVERS.append(methods_of_ufuncs)


# writes of several values: where their numbers do not fit, NumPy's `a[i] = v` is an error, and never a number


@resolver(np.put)
def put(a: Kind, ind: Kind, v: Kind) -> FunctionType | None:
    return _function("put", "a, ind, v", ["a[ind] = v"]) if _ndim(a) == 1 and _ndim(v) == 1 else None


@resolver(np.place)
def place(arr: Kind, mask: Kind, vals: Kind) -> FunctionType | None:
    return _function("place", "arr, mask, vals", ["arr[mask] = vals"]) if _ndim(vals) == 1 else None


@resolver(np.putmask)
def putmask(a: Kind, mask: Kind, values: Kind) -> FunctionType | None:
    return _function("putmask", "a, mask, values", ["a[mask] = values[mask]"]) if _ndim(a) == _ndim(mask) == _ndim(values) else None


@resolver(np.put_along_axis)
def put_along_axis(arr: Kind, indices: Kind, values: Kind, axis: Kind) -> FunctionType | None:
    return _function("put_along_axis", "arr, indices, values, axis", ["arr[indices] = values"]) if _ndim(arr) == 1 else None
