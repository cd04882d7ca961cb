"""NumPy's functions that write several values at once: each as the assignments that it is.

    np.place(a, mask, v)          a[mask] = np.resize(v, np.count_nonzero(mask))
    np.multiply.at(a, i, b)       for k, at in enumerate(i): a[at] = a[at] * b[k]

What is cheaper to say where the lengths are known to fit is said so; where they do not fit, NumPy begins with the values again.

>>> from wengert.rules.stand_ins_arrays import INDICES, VECTOR, stand_in
>>> stand_in(np.multiply.at, [VECTOR, INDICES, VECTOR], {}).__name__
'multiply_at'
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import BuiltinMethodType, FunctionType

import numpy as np

from wengert.ir.axes import MANY
from wengert.ir.kinds import Array, Kind, List, Tuple, is_scalar
from wengert.rules.index_kinds import element_of
from wengert.rules.result_kinds import NotStatic, static
from wengert.rules.stand_ins import RESOLVERS
from wengert.rules.stand_ins_arrays import function_of, ndim_of, resolver


def _depth(kind: Kind) -> int:
    """The number of axes of what NumPy makes of a number, an array, or a list or tuple of numbers."""
    if isinstance(kind, (List, Tuple)) and kind.items != ():
        items = kind.items or (element_of(kind),)
        if all(is_scalar(item) for item in items):
            return 1
    return ndim_of(kind)


def _alike(one: Kind, other: Kind) -> bool:
    """Are the two surely arrays of the same lengths?"""
    return isinstance(one, Array) and isinstance(other, Array) and one.axes == other.axes and not {MANY, "?"} & set(one.axes)


def _as_long(values: Kind, index: Kind) -> bool:
    """Are there surely as many values as the index names elements, or is it one number for all?"""
    return _depth(values) == 0 or _alike(values, index)


@resolver(np.put)
def put(a: Kind, ind: Kind, v: Kind) -> FunctionType | None:
    """Positions count through all elements, row by row; values begin again where there are too few."""
    count = ndim_of(a)
    if count == 0:
        return None
    lines = ["at = np.ravel(ind)"] if count == 1 else ["at = np.unravel_index(np.arange(a.size)[np.ravel(ind)], a.shape)"]
    value = "v" if _as_long(v, ind) else "np.resize(v, np.size(ind))"
    if count == 1 and _as_long(v, ind):
        return function_of("put", "a, ind, v", ["a[ind] = v"])
    at = "at" if count == 1 else ", ".join(f"at[{axis}]" for axis in range(count))
    return function_of("put", "a, ind, v", [*lines, f"a[{at}] = {value}"])


@resolver(np.place)
def place(arr: Kind, mask: Kind, vals: Kind) -> FunctionType:
    return function_of("place", "arr, mask, vals", ["arr[mask] = vals" if _depth(vals) == 0 else "arr[mask] = np.resize(vals, np.count_nonzero(mask))"])


@resolver(np.putmask)
def putmask(a: Kind, mask: Kind, values: Kind) -> FunctionType | None:
    """Where the mask is true, the values that stand in the same place; they begin again where there are too few."""
    if ndim_of(a) != ndim_of(mask):
        return None
    if _depth(values) == 0:
        return function_of("putmask", "a, mask, values", ["a[mask] = values"])
    return function_of("putmask", "a, mask, values", ["a[mask] = values[mask]" if _alike(a, values) else "a[mask] = np.resize(values, a.shape)[mask]"])


@resolver(np.put_along_axis)
def put_along_axis(arr: Kind, indices: Kind, values: Kind, axis: Kind) -> FunctionType | None:
    """The index names the place on one axis; on the others, it is where it stands itself."""
    count = ndim_of(arr)
    along = static(axis)
    if along is None or ndim_of(indices) != count:
        return None
    if count == 1:
        return function_of("put_along_axis", "arr, indices, values, axis", ["arr[indices] = values"])
    at = []
    for k in range(count):
        stands = f"np.arange(arr.shape[{k}]).reshape({tuple(-1 if k == other else 1 for other in range(count))})"
        at.append("indices" if k == along % count else stands)
    return function_of("put_along_axis", "arr, indices, values, axis", [f"arr[{', '.join(at)}] = values"])


@resolver(np.fill_diagonal)
def fill_diagonal(a: Kind, val: Kind, wrap: Kind | None = None) -> FunctionType | None:
    """The elements whose indices are all the same; under `wrap` the diagonal of a tall matrix begins again after an empty row."""
    count = ndim_of(a)
    if wrap is not None and static(wrap) and count == 2:
        lines = ["steps = np.arange(0, a.size, a.shape[1] + 1)", "rows, columns = steps // a.shape[1], steps % a.shape[1]"]
        value = "val" if _depth(val) == 0 else "np.resize(val, len(steps))"
        return function_of("fill_diagonal", "a, val, wrap=False", [*lines, f"a[rows, columns] = {value}"])
    value = "val" if _depth(val) == 0 else "np.resize(val, len(at))"
    return function_of("fill_diagonal", "a, val, wrap=False", ["at = np.arange(min(a.shape))", f"a[{', '.join(['at'] * count)}] = {value}"]) if count > 1 else None


def methods_of_ufuncs(function: object, kinds: Sequence[Kind], keywords: Mapping[str, Kind]) -> FunctionType | None:
    """`np.multiply.at(a, indices, b)` and `np.add.reduceat(a, indices)`: one index after the other."""
    if not isinstance(function, BuiltinMethodType) or not isinstance(function.__self__, np.ufunc) or keywords:
        return None
    ufunc, method = function.__self__.__name__, function.__name__
    try:
        if method == "at" and len(kinds) == 1 + function.__self__.nin:
            return _at(ufunc, kinds)
        if method == "reduceat" and [ndim_of(kind) for kind in kinds] == [1, 1]:
            return _reduceat(ufunc)
    except NotStatic:
        pass
    return None


def _at(ufunc: str, kinds: Sequence[Kind]) -> FunctionType | None:
    """An element that is named twice is changed twice; the values are those from before, though `b` may show the array itself."""
    count, given = ndim_of(kinds[0]), kinds[1]
    named = "a, indices, b" if len(kinds) == 3 else "a, indices"
    value = ["b" if _depth(kinds[2]) == 0 else "values[k]"] if len(kinds) == 3 else []
    lines = []
    if count == 1 and _depth(given) == 1:
        at, turns = "indices[k]", "len(indices)"
        if value == ["values[k]"]:
            lines = ["values = np.array(b)"] if _alike(given, kinds[2]) else ["values = np.full(len(indices), b)"]
    elif count in (1, 2):
        lines = ["chosen = np.arange(a.size).reshape(a.shape)[indices]", "places = np.ravel(chosen)"]
        at, turns = ("places[k]" if count == 1 else "places[k] // a.shape[1], places[k] % a.shape[1]"), "len(places)"
        if value == ["values[k]"]:
            lines.append("values = np.ravel(np.full(np.shape(chosen), b))")
    else:
        return None
    step = f"    a[{at}] = np.{ufunc}({', '.join([f'a[{at}]', *value])})"
    return function_of(f"{ufunc}_at", named, [*lines, f"for k in range({turns}):", step])


def _reduceat(ufunc: str) -> FunctionType:
    return function_of(f"{ufunc}_reduceat", "a, indices", [
        "out = []",
        "for k in range(len(indices)):",
        "    start = indices[k]",
        "    stop = indices[k + 1] if k + 1 < len(indices) else len(a)",
        f"    out.append(np.{ufunc}.reduce(a[start:stop]) if start < stop else a[start])",
        "return np.array(out)",
    ])  # fmt: skip


RESOLVERS.append(methods_of_ufuncs)
