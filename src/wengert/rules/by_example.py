"""The kind of a result, found by running the function on small arrays: for functions that only move or combine elements.

Lengths of examples are small and all different, in two rounds. An axis of the result that follows one of the
operands' lengths in both rounds is that axis; one that has the same length in both has that length whatever the operands' are;
of any other nothing is known.

>>> from wengert.rules.table import lookup
>>> by_example(np.roll, "x", {"x": Array("float32", (MANY, "n"))}, {"shift": 1, "axis": 0})
Array(dtype='float32', axes=('*', 'n'))
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from wengert.ir.axes import EMPTY, MANY, Axis
from wengert.ir.core import Const
from wengert.ir.kinds import NUMERIC, UNKNOWN, Array, Kind, List, NumpyScalar, Scalar, Tuple, axes_of, scalar_type
from wengert.rules.result_kinds import NotStatic, example_of, static
from wengert.rules.table import Call, KindFunction, KindOf, function_of

ROUNDS = ((3, 4, 7, 11, 13, 17), (5, 9, 6, 13, 17, 11))
MOST = 5000
"""Operands with more elements than this in an example are not tried."""


def exemplified(*operands: str, function: Callable[..., Any] | None = None) -> KindFunction:
    """A row's kind function: `operands` are arrays (or lists of them), the other arguments must be known."""

    def kind_function(call: Call, kind: KindOf) -> Kind:
        row = call.primitive.head
        given = {name: kind(atom) for name, atom in call.arguments.items()}
        settings: dict[str, Any] = {}
        arrays: dict[str, Kind] = {}
        for name, value in given.items():
            said_so = name not in row.defaults or call[name] != Const(row.defaults[name])
            if said_so and (name in operands or name in call.starred and row.star in operands):
                arrays[name] = value
                continue
            try:
                settings[name] = static(value)
            except NotStatic:
                return NUMERIC if all(isinstance(k, (Array, NumpyScalar)) for k in arrays.values()) else UNKNOWN
        defaults = row.defaults
        said = {n: v for n, v in settings.items() if not (n in defaults and type(defaults[n]) is type(v) and defaults[n] == v)}
        leading = []
        for name in row.parameters[: row.positional]:
            if name not in arrays and name not in said:
                break
            leading.append(name)
        order = (*leading, *call.starred, *(name for name in call.arguments if name not in leading and name not in call.starred))
        return by_example(function or function_of(row.op), call.result, arrays, said, order, len(leading) + len(call.starred))

    return kind_function


def by_example(
    function: Callable[..., Any], fresh: str, operands: Mapping[str, Kind], settings: Mapping[str, Any],
    order: tuple[str, ...] = (), positional: int = 1,
) -> Kind:  # fmt: skip
    """The kind of a call with these arguments; `fresh` begins the names of lengths that are new."""
    key = (function, fresh, tuple(operands.items()), repr(settings), order, positional)
    if key not in _KEPT:
        if len(_KEPT) > 4096:
            _KEPT.clear()
        _KEPT[key] = _found(function, fresh, operands, settings, order, positional)
    return _KEPT[key]


_KEPT: dict[Any, Kind] = {}
"""What was found before: a loop is walked several times."""


def _found(
    function: Callable[..., Any], fresh: str, operands: Mapping[str, Kind], settings: Mapping[str, Any], order: tuple[str, ...], positional: int,
) -> Kind:  # fmt: skip
    outcomes = []
    for numbers in ROUNDS:
        lengths: dict[Axis, int] = {1: 1, EMPTY: 0}
        unused = list(numbers)
        try:
            values = {name: _sample(kind, lengths, unused) for name, kind in operands.items()}
        except NotStatic:
            return UNKNOWN
        result = _run(function, {**values, **settings}, order or (*values, *settings), positional)
        if result is None:
            return UNKNOWN
        outcomes.append((result[0], lengths))
    (first, lengths), (second, others) = outcomes
    return _kind(first, second, {(n, others[axis]): axis for axis, n in lengths.items() if axis in others}, fresh)


def _sample(kind: Kind, lengths: dict[Axis, int], unused: list[int]) -> Any:
    if isinstance(kind, Tuple) or (isinstance(kind, List) and kind.items is not None):
        return type_of(kind)(_sample(item, lengths, unused) for item in kind.items or ())
    example, axes = example_of(kind), axes_of(kind)
    if example is None or axes is None:
        raise NotStatic
    if scalar_type(kind):
        return {"float": 1.0, "int": 1, "bool": True, "complex": 1j, "number": 1.0}[example[1]]
    shape = []
    for axis in axes:
        if axis not in lengths:
            if not unused or axis == "?":
                raise NotStatic
            lengths[axis] = unused.pop(0)
        shape.append(lengths[axis])
    if math.prod(shape) > MOST:
        raise NotStatic
    make = np.zeros if example[1].startswith(("int", "uint")) else np.ones  # an index is to be one
    return make(tuple(shape), example[1])[()] if isinstance(kind, NumpyScalar) else make(tuple(shape), example[1])


def type_of(kind: Kind) -> Callable[..., Any]:
    return tuple if isinstance(kind, Tuple) else list


def _run(function: Callable[..., Any], values: Mapping[str, Any], order: tuple[str, ...], positional: int) -> tuple[Any] | None:
    """The result in a tuple; None if this is no call, the line itself will raise."""
    args = [values[name] for name in order[:positional]]
    keywords = {name: values[name] for name in order[positional:] if name in values}
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return (function(*args, **keywords),)
    except Exception:  # noqa: BLE001 - the line itself will raise this when it runs
        return None


def _kind(first: Any, second: Any, axes: Mapping[tuple[int, int], Axis], fresh: str) -> Kind:
    if type(first) is not type(second):
        return UNKNOWN
    if isinstance(first, (tuple, list)):
        if len(first) != len(second):
            return UNKNOWN
        items = tuple(_kind(a, b, axes, f"{fresh}.{i}") for i, (a, b) in enumerate(zip(first, second)))
        if isinstance(first, tuple):
            return Tuple(items)
        from wengert.ir.lattice import join_all

        return List(join_all(items), items)
    if isinstance(first, np.generic):
        return NumpyScalar(first.dtype.name)
    if isinstance(first, np.ndarray):
        if first.ndim != second.ndim:
            return UNKNOWN
        found: list[Axis] = []
        for position, pair in enumerate(zip(first.shape, second.shape)):
            if pair[0] == pair[1]:
                found.append(1 if pair[0] == 1 else EMPTY if pair[0] == 0 else MANY)
            else:
                found.append(axes.get(pair, f"{fresh}:{position}"))
        return Array(first.dtype.name, tuple(found))
    return Scalar(type(first).__name__) if type(first) in (float, int, bool, complex) else UNKNOWN
