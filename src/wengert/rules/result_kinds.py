"""The kind of a primitive's result, from the kinds of its arguments: dtype promotion, broadcasting, reduced axes.

What NumPy does with dtypes is not written down a second time: the primitive itself is run once on empty or one-element
examples of the dtypes at hand, and the answer kept.

>>> import operator
>>> promoted("np.sin", np.sin, (Array("int64", (MANY,)),)), promoted("add", operator.add, (NumpyScalar("float32"), FLOAT))
('float64', 'float32')
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np

from wengert.ir.axes import EMPTY, MANY, Axis, broadcast_axes
from wengert.ir.kinds import (
    EITHER,
    FLOAT,
    INT,
    NUMBER,
    NUMERIC,
    UNKNOWN,
    Array,
    Frozen,
    Kind,
    Known,
    List,
    Numeric,
    NumpyScalar,
    Scalar,
    Slice,
    Text,
    Tuple,
    axes_of,
    dtype_of,
    scalar_type,
)
from wengert.rules.table import Call, KindFunction, KindOf, function_of

Example = tuple[bool, str]  # (is a Python scalar, the name of its type or dtype)


class NotStatic(Exception):
    """The value of a kind is not known before the program runs."""


def static(kind: Kind) -> Any:
    """The value that a kind stands for.

    >>> static(Tuple((Known(0), Known(-1))))
    (0, -1)
    """
    match kind:
        case Known(value):
            return value
        case Text(value) if value is not None:
            return value
        case Tuple(items):
            return tuple(map(static, items))
        case List(_, items) if items is not None:
            return list(map(static, items))
        case Slice(start, stop, step):
            return slice(static(start), static(stop), static(step))
    raise NotStatic


def value_of(call: Call, kind: KindOf, parameter: str) -> Any:
    """The value of a parameter; `NotStatic` if the text does not say it."""
    return static(kind(call[parameter]))


def example_of(kind: Kind) -> Example | None:
    python = scalar_type(kind)
    if python:
        return True, python
    dtype = dtype_of(kind)
    return (False, dtype) if dtype and not dtype.startswith(("str", "bytes", "object", "void", "datetime", "timedelta")) else None


_PYTHON: dict[str, Any] = {"float": 1.0, "int": 1, "bool": True, "complex": 1j, "number": 1.0}


@cache
def _run(function: Callable[..., Any], examples: tuple[Example, ...], arrays: tuple[bool, ...]) -> tuple[bool, str] | None:
    if (False, EITHER) in examples:
        each = [_run(function, tuple((python, name if name != EITHER else choice) for python, name in examples), arrays)
                for choice in ("float64", "complex128")]  # fmt: skip
        return each[0] if each[0] == each[1] else None if None in each else (False, EITHER)
    values: list[Any] = []
    for (python, name), array in zip(examples, arrays):
        values.append(_PYTHON[name] if python else np.ones((0,) if array else (), name)[() if not array else slice(None)])
    try:
        with np.errstate(all="ignore"):
            result = function(*values)
    except Exception:  # noqa: BLE001 - the line itself will raise this when it runs
        return None
    if isinstance(result, (np.ndarray, np.generic)):
        return False, result.dtype.name
    return (True, type(result).__name__) if type(result) in (float, int, bool, complex) else None


def promoted(op: str, function: Callable[..., Any], kinds: Sequence[Kind]) -> str | None:
    """The dtype of the result; None if it is not known."""
    examples = tuple(map(example_of, kinds))
    if None in examples:
        return None
    arrays = tuple(isinstance(kind, Array) and bool(kind.axes) for kind in kinds)
    found = _run(function, tuple(example for example in examples if example), arrays)
    return found[1] if found and not found[0] else None


def elementwise_kind(*parameters: str) -> KindFunction:
    """The result of a NumPy ufunc, or of a function that treats its operands like one: never a Python number."""

    def kind_function(call: Call, kind: KindOf) -> Kind:
        kinds = [kind(call[name]) for name in parameters]
        return broadcast_kind(call, function_of(call.primitive.op), kinds)

    return kind_function


def broadcast_kind(call: Call, function: Callable[..., Any], kinds: Sequence[Kind]) -> Kind:
    dtype = promoted(call.primitive.op, function, kinds)
    shapes = [axes_of(kind) for kind in kinds]
    known = [shape for shape in shapes if shape is not None]
    if len(known) < len(shapes):
        return NUMERIC if all(isinstance(kind, Numeric) or example_of(kind) for kind in kinds) else UNKNOWN
    if dtype is None:
        return UNKNOWN
    axes = broadcast_axes(known, call.result)
    return Array(dtype, axes) if axes else NumpyScalar(dtype)


def operator_kind(function: Callable[..., Any]) -> KindFunction:
    """The result of an operator: of Python's own arithmetic between Python numbers, else as a ufunc."""

    def kind_function(call: Call, kind: KindOf) -> Kind:
        kinds = [kind(call[name]) for name in call.primitive.parameters]
        types = [scalar_type(k) for k in kinds]
        if None in types:
            if any(isinstance(k, (List, Tuple, Text)) for k in kinds):
                return sequence_kind(call.primitive.op, kinds)
            return broadcast_kind(call, function, kinds)
        if all(isinstance(k, Known) and type(k.value) in (int, bool) for k in kinds):
            return _folded(function, kinds)
        if call.primitive.op == "neg" and isinstance(kinds[0], Known):
            return Known(-kinds[0].value)  # `-np.inf`, an order of a norm
        return python_kind(call.primitive.op, function, [t or "" for t in types])

    return kind_function


def _folded(function: Callable[..., Any], kinds: Sequence[Kind]) -> Kind:
    """Small integers of the text are computed with: an axis, an index, a test that can be decided."""
    try:
        result = function(*map(static, kinds))
    except Exception:  # noqa: BLE001 - the line itself will raise this when it runs
        return UNKNOWN
    small = type(result) is bool or (type(result) is int and abs(result) < 2**31)
    return Known(result) if small else Scalar(type(result).__name__)


def python_kind(op: str, function: Callable[..., Any], types: Sequence[str]) -> Kind:
    """The result of Python's arithmetic, from the names of the types."""
    if "number" in types:
        found = {
            python_kind(op, function, [*types[:i], choice, *types[i + 1 :]])
            for i in [types.index("number")]
            for choice in ("int", "float")
        }
        return found.pop() if len(found) == 1 else NUMBER if found <= {INT, FLOAT, NUMBER} else UNKNOWN
    if op == "pow" and types[0] in ("int", "bool") and types[1] == "int":
        return NUMBER  # 2 ** 3 is an int, 2 ** -3 a float
    run = _run(function, tuple((True, name) for name in types), (False,) * len(types))
    return Scalar(run[1]) if run and run[0] else UNKNOWN


def sequence_kind(op: str, kinds: Sequence[Kind]) -> Kind:
    """`+` and `*` of lists and tuples; with an array they are no sequences, and `UNKNOWN` says so."""
    if op in ("eq", "ne", "lt", "le", "gt", "ge"):
        plain = all(isinstance(k, (List, Tuple, Text)) or scalar_type(k) for k in kinds)
        return Scalar("bool") if plain and not any(_holds_arrays(k) for k in kinds) else UNKNOWN
    match op, list(kinds):
        case "add", [Text(), Text()]:
            return Text()
        case "mod", [Text(), _]:
            return Text()
        case "add", [Tuple(a), Tuple(b)]:
            return Tuple((*a, *b))
        case "add", [List(a, p), List(b, q)]:
            from wengert.ir.lattice import join

            if isinstance(kinds[0], Frozen) or isinstance(kinds[1], Frozen):
                return Frozen(join(a, b)) if type(kinds[0]) is type(kinds[1]) else UNKNOWN
            return List(join(a, b), (*p, *q) if p is not None and q is not None else None)
        case "mul", [Frozen(), _] | [_, Frozen()]:
            return UNKNOWN
        case "mul", [List(a), other] | [other, List(a)] if scalar_type(other) in ("int", "bool"):
            python = scalar_type(a)
            return List(Scalar(python) if python else a)  # to be filled: its items will not stay that number
        case "mul", [Text(), other] if scalar_type(other) == "int":
            return Text()
    return UNKNOWN


def _holds_arrays(kind: Kind) -> bool:
    match kind:
        case List(element, items):
            return _holds_arrays(element) or any(map(_holds_arrays, items or ()))
        case Tuple(items):
            return any(map(_holds_arrays, items))
    return not (scalar_type(kind) or isinstance(kind, (Text, Known)))


def always(result: Kind) -> KindFunction:
    return lambda call, kind: result


def same_as(parameter: str) -> KindFunction:
    return lambda call, kind: kind(call[parameter])


# reductions and shapes


def normalized(axis: Any, ndim: int) -> tuple[int, ...]:
    """The axes, counted from 0, that an `axis=` argument names; None names all.

    >>> normalized(-1, 3), normalized(None, 2)
    ((2,), (0, 1))
    """
    if axis is None:
        return tuple(range(ndim))
    given = axis if isinstance(axis, (tuple, list)) else (axis,)
    if not all(type(a) is int and -ndim <= a < ndim for a in given):
        raise NotStatic
    return tuple(a % ndim for a in given)


def reduced(axes: tuple[Axis, ...], axis: Any, keepdims: bool) -> tuple[Axis, ...]:
    gone = normalized(axis, len(axes))
    if keepdims:
        return tuple(1 if i in gone else a for i, a in enumerate(axes))
    return tuple(a for i, a in enumerate(axes) if i not in gone)


def reduction_kind(call: Call, kind: KindOf) -> Kind:
    """Of a reduction with `axis=` and `keepdims=`: the dtype of the function itself, the axes that are left."""
    operand = kind(call["x"])
    if isinstance(operand, Numeric):
        return NUMERIC
    axes, example = axes_of(operand), example_of(operand)
    if axes is None or example is None:
        return listed_kind(call, operand)
    run = _run(_reduce_one(call.primitive.op), (example,), (False,))
    if run is None or run[0]:
        return UNKNOWN
    try:
        left = reduced(axes, value_of(call, kind, "axis"), bool(value_of(call, kind, "keepdims")))
        dtype = dtype_argument(call, kind) or run[1]
    except NotStatic:
        return NUMERIC
    return as_result(dtype, left)


def dtype_argument(call: Call, kind: KindOf) -> str | None:
    """The name of the dtype that a call asks for, None if it asks for none; `NotStatic` where it is not known."""
    value = value_of(call, kind, "dtype") if "dtype" in call.arguments else None
    if value is None:
        return None
    try:
        return str(np.dtype(value).name)
    except TypeError:
        raise NotStatic from None


def as_result(dtype: str, axes: tuple[Axis, ...]) -> Kind:
    return Array(dtype, axes) if axes else NumpyScalar(dtype)


def listed_kind(call: Call, operand: Kind) -> Kind:
    """A reduction of a whole list of numbers gives a number."""
    element = operand.element if isinstance(operand, List) else None
    example = example_of(element) if element is not None and axes_of(element) == () else None
    if example is None or call.value("axis") is not None or call.value("keepdims") not in (None, False):
        return UNKNOWN
    run = _run(_reduce_one(call.primitive.op), (example,), (False,))
    return NumpyScalar(run[1]) if run and not run[0] else UNKNOWN


@cache
def _reduce_one(op: str) -> Callable[[Any], Any]:
    function = function_of(op.replace("masked_", "np."))
    return lambda x: function(np.asarray(x).reshape(1))[()]


def axis_of_length(kind: Kind, atom: Any, fresh: str) -> Axis:
    """The axis of an array that is made with this length.

    >>> axis_of_length(Known(3), None, "a"), axis_of_length(INT, "n", "a")
    ('*', '=n')
    """
    if isinstance(kind, Known) and type(kind.value) is int:
        return 1 if kind.value == 1 else MANY if kind.value > 1 else EMPTY if kind.value == 0 else fresh
    return f"={atom}" if isinstance(atom, str) and scalar_type(kind) == "int" else fresh


def axes_of_shape(call: Call, parameter: str, kind: KindOf) -> tuple[Axis, ...] | None:
    """The axes that a `shape` argument asks for; None if even their number is not known."""
    atom, shape = call[parameter], kind(call[parameter])
    if scalar_type(shape) in ("int", "bool") or isinstance(shape, NumpyScalar):
        return (axis_of_length(shape, atom, f"{call.result}:0"),)
    items = shape.items if isinstance(shape, (Tuple, List)) else None
    if items is None:
        return None
    return tuple(axis_of_length(item, None, f"{call.result}:{i}") for i, item in enumerate(items))
