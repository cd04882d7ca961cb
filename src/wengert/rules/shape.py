"""Functions that only move elements about: linear, and undone by another of their kind.

The adjoint that comes in has the result's full shape; what goes out has the operand's.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from wengert import errors
from wengert.ir.axes import MANY, Axis
from wengert.ir.build import Builder
from wengert.ir.core import Atom, Const
from wengert.ir.kinds import (
    NUMERIC,
    UNKNOWN,
    Array,
    Kind,
    Known,
    List,
    NumpyScalar,
    Scalar,
    Sparse,
    Tuple,
    axes_of,
    dtype_of,
    is_real,
    is_scalar,
    scalar_type,
)
from wengert.ir.values import kind_of
from wengert.rules.by_example import exemplified
from wengert.rules.composite import composite
from wengert.rules.fitting import fit
from wengert.rules.result_kinds import NotStatic, axes_of_shape, axis_of_length, normalized, static, value_of
from wengert.rules.table import Call, KindFunction, KindOf, again, linear


def rearranged(f: Any) -> KindFunction:
    """The kind of a result with the operand's dtype and axes made by `f(axes, call, kind)`."""

    def kind_function(call: Call, kind: KindOf) -> Kind:
        operand = kind(call["x"])
        if isinstance(operand, Sparse):
            return operand if call.primitive.op == "np.transpose" else UNKNOWN
        axes = axes_of(operand)
        dtype = dtype_of(operand) or ({"float": "float64", "int": "int64", "bool": "bool"}.get(scalar_type(operand) or ""))
        if axes is None or dtype is None:
            return UNKNOWN
        try:
            result = f(axes, call, kind)
        except NotStatic:
            return NUMERIC
        if result is None:
            return UNKNOWN
        return Array(dtype, tuple(result)) if result or axes else NUMERIC  # of a scalar some return an array, some a scalar

    return kind_function


def _view(text: str, rule: Any, axes: Any, **options: Any) -> None:
    linear(text, rule, kind=rearranged(axes), **{"cost": 0, "view": True, **options})


# transpose


def _permutation(call: Call, kind: KindOf) -> tuple[int, ...] | None:
    """The axes of the result in terms of the operand's; None for the reverse of all."""
    given = [static(kind(call[name])) for name in call.starred]
    if not given or given == [None]:
        return None
    return tuple(given[0]) if isinstance(given[0], (tuple, list)) else tuple(given)


def _transposed(axes: tuple[Axis, ...], call: Call, kind: KindOf) -> tuple[Axis, ...]:
    order = _permutation(call, kind)
    return axes[::-1] if order is None else tuple(axes[i] for i in order)


def _transpose_vjp(b: Builder, call: Call, y_bar: Atom, parameter: str) -> Atom:
    try:
        order = _permutation(call, b.kind)
    except NotStatic:
        raise errors.error("W044", call.line.place, name=call.line.op, what="axes known only at run time") from None
    if order is None:
        return b.apply("np.transpose", y_bar, spelled=".T")
    back = np.argsort(np.array(order) % len(order)).tolist()
    return b.apply("np.transpose", y_bar, b.apply("tuple", *map(Const, back)))


_view("y = np.transpose(x, *axes)", _transpose_vjp, _transposed, method=True, attribute="T")

# reshape and the like: all go back by `reshape(x.shape)`


def _back(b: Builder, call: Call, y_bar: Atom, parameter: str) -> Atom:
    operand, names = b.kind(call["x"]), {**call.names, "y_bar": y_bar}
    if is_scalar(operand):
        return b.text("np.sum(y_bar)", names) if axes_of(b.kind(y_bar)) != () else y_bar
    return b.text("y_bar.reshape(x.shape)" if isinstance(operand, Array) else "np.reshape(y_bar, np.shape(x))", names)


def _reshaped(axes: tuple[Axis, ...], call: Call, kind: KindOf) -> tuple[Axis, ...] | None:
    if len(call.starred) == 1 and not scalar_type(kind(call["shape0"])):
        return axes_of_shape(call, "shape0", kind)
    return tuple(axis_of_length(kind(call[name]), call[name], f"{call.result}:{i}") for i, name in enumerate(call.starred))


def _raveled(axes: tuple[Axis, ...], call: Call, kind: KindOf) -> tuple[Axis, ...]:
    lengths = [axis for axis in axes if axis != 1]
    if len(lengths) < 2:
        return tuple(lengths) or (1,)
    return (MANY,) if all(axis == MANY for axis in lengths) else (f"{call.result}:0",)


def _squeezed(axes: tuple[Axis, ...], call: Call, kind: KindOf) -> tuple[Axis, ...] | None:
    axis = value_of(call, kind, "axis")
    if axis is None:
        return tuple(a for a in axes if a != 1) if all(a in (1, MANY) for a in axes) else None
    gone = normalized(axis, len(axes))
    return tuple(a for i, a in enumerate(axes) if i not in gone)


def _expanded(axes: tuple[Axis, ...], call: Call, kind: KindOf) -> tuple[Axis, ...]:
    axis = value_of(call, kind, "axis")
    count = len(axes) + (len(axis) if isinstance(axis, tuple) else 1)
    new = normalized(axis, count)
    rest = iter(axes)
    return tuple(1 if i in new else next(rest) for i in range(count))


_view("y = np.reshape(x, *shape)", _back, _reshaped, method=True)
_view("y = np.ravel(x)", _back, _raveled, method=True)
_view("y = np.flatten(x)", _back, _raveled, method="flatten", view=False, cost=1)
_view("y = np.squeeze(x, axis=None)", _back, _squeezed, method=True)
_view("y = np.expand_dims(x, axis)", _back, _expanded)


def _at_least(count: int) -> Any:
    def axes_at_least(axes: tuple[Axis, ...], call: Call, kind: KindOf) -> tuple[Axis, ...]:
        one: Axis = 1
        ahead = 1 if count > 1 and len(axes) == 1 else 0  # a vector is a row of a matrix, and a column of a stack of one row
        made = (one,) * (count - len(axes) if count < 3 else ahead) + axes
        return made + (one,) * (count - len(made))

    return axes_at_least


for _count in (1, 2, 3):
    _view(f"y = np.atleast_{_count}d(x)", _back, _at_least(_count))


# axes exchanged and moved


def own_adjoint(b: Builder, call: Call, y_bar: Atom, parameter: str) -> Atom:
    """The same call undoes it: a symmetric matrix, if one wrote it as one."""
    return again(b, call, {"x": y_bar})


def _swapped(axes: tuple[Axis, ...], call: Call, kind: KindOf) -> tuple[Axis, ...]:
    result = list(axes)
    (i,), (j,) = (normalized(value_of(call, kind, name), len(axes)) for name in ("axis1", "axis2"))
    result[i], result[j] = result[j], result[i]
    return tuple(result)


def _moved(axes: tuple[Axis, ...], call: Call, kind: KindOf) -> tuple[Axis, ...]:
    source, target = (normalized(value_of(call, kind, name), len(axes)) for name in ("source", "destination"))
    rest = [a for i, a in enumerate(axes) if i not in source]
    for place, origin in sorted(zip(target, source)):
        rest.insert(place, axes[origin])
    return tuple(rest)


_view("y = np.swapaxes(x, axis1, axis2)", own_adjoint, _swapped, method=True)
composite("y = np.matrix_transpose(x)", "np.swapaxes(x, -1, -2)", attribute="mT", view=True)


def _rollaxis(b: Builder, call: Call) -> Atom:
    axes = axes_of(b.kind(call["x"]))
    if axes is None:
        raise NotStatic
    (axis,) = normalized(value_of(call, b.kind, "axis"), len(axes))
    start = value_of(call, b.kind, "start")
    start += len(axes) if start < 0 else 0
    order = [k for k in range(len(axes)) if k != axis]
    order.insert(start - (axis < start), axis)
    return b.apply("np.transpose", call["x"], b.apply("tuple", *map(Const, order)))


composite("y = np.rollaxis(x, axis, start=0)", _rollaxis, of=("x",), view=True)
_view("y = np.moveaxis(x, source, destination)", "x_bar += np.moveaxis(y_bar, destination, source)", _moved)


# broadcasting by hand


def _broadcast(axes: tuple[Axis, ...], call: Call, kind: KindOf) -> tuple[Axis, ...] | None:
    return axes_of_shape(call, "shape", kind)


def _broadcast_vjp(b: Builder, call: Call, y_bar: Atom, parameter: str) -> Atom:
    return fit(b, y_bar, b.kind(call["x"]), lambda: call["x"])


_view("y = np.broadcast_to(x, shape)", _broadcast_vjp, _broadcast)


# orders reversed and rotated, parts set to zero


def _unchanged(axes: tuple[Axis, ...], call: Call, kind: KindOf) -> tuple[Axis, ...]:
    return axes


def _triangle(axes: tuple[Axis, ...], call: Call, kind: KindOf) -> tuple[Axis, ...]:
    return axes * 2 if len(axes) == 1 else axes


def _triangle_vjp(b: Builder, call: Call, y_bar: Atom, parameter: str) -> Atom:
    if len(axes_of(b.kind(call["x"])) or ()) < 2:
        raise errors.error("W044", call.line.place, name=call.line.op, what="an operand that is not surely a matrix")
    return own_adjoint(b, call, y_bar, parameter)


_view("y = np.flip(x, axis=None)", own_adjoint, _unchanged)
_view("y = np.flipud(x)", own_adjoint, _unchanged)
_view("y = np.fliplr(x)", own_adjoint, _unchanged)
for _name in ("triu", "tril"):
    _view(f"y = np.{_name}(x, k=0)", _triangle_vjp, _triangle, view=False, cost=100)


def _roll_vjp(b: Builder, call: Call, y_bar: Atom, parameter: str) -> Atom:
    axis = [] if call["axis"] == Const(None) else [("axis", call["axis"])]
    shifts = b.kind(call["shift"])
    if not isinstance(shifts, (Tuple, List)):
        return b.apply("np.roll", y_bar, _negative(b, call["shift"]), keywords=axis)
    try:
        back = b.apply("tuple", *(Const(-shift) for shift in static(shifts)))
    except NotStatic:
        raise errors.error("W044", call.line.place, name=call.line.op, what="several shifts known only at run time") from None
    return b.apply("np.roll", y_bar, back, keywords=axis)


def _negative(b: Builder, atom: Atom) -> Atom:
    return Const(-atom.value) if isinstance(atom, Const) else b.apply("neg", atom)


_view("y = np.roll(x, shift, axis=None)", _roll_vjp, _unchanged, view=False, cost=100)


def _rot90_vjp(b: Builder, call: Call, y_bar: Atom, parameter: str) -> Atom:
    axes = [] if b.kind(call["axes"]) == kind_of((0, 1)) or call["axes"] == Const((0, 1)) else [call["axes"]]
    return b.apply("np.rot90", y_bar, _negative(b, call["k"]), *axes)


def _rotated(axes: tuple[Axis, ...], call: Call, kind: KindOf) -> tuple[Axis, ...]:
    """An odd number of quarter turns exchanges the two axes."""
    first, second = normalized(call.value("axes") or value_of(call, kind, "axes"), len(axes))
    result = list(axes)
    if value_of(call, kind, "k") % 2:
        result[first], result[second] = axes[second], axes[first]
    return tuple(result)


_view("y = np.rot90(x, k=1, axes=(0, 1))", _rot90_vjp, _rotated)


# diagonals


def _diagonal(axes: tuple[Axis, ...], call: Call, kind: KindOf) -> tuple[Axis, ...]:
    if len(axes) != 1:
        return (f"{call.result}:0",)
    return axes * 2 if axes == (1,) and call.value("k") == 0 else (f"{call.result}:0",) * 2


def _onto_diagonal(b: Builder, call: Call, y_bar: Atom, offset: Atom, first: int = 0, second: int = 1) -> Atom:
    """Zeros with `y_bar` on the diagonal of two axes: written with these at the end, and moved back."""
    axes = axes_of(b.kind(call["x"]))
    if axes is None:
        raise errors.error("W044", call.line.place, name=call.line.op, what="an operand that is not surely a matrix")
    count = "len(y_bar)" if len(axes) == 2 else "y_bar.shape[-1]"
    names: dict[str, Atom] = {**call.names, "y_bar": y_bar, "k": offset, "n": b.text(f"np.arange({count})", {"y_bar": y_bar}, hint="diagonal")}
    shift = b.kind(offset)
    rows, columns = b.text("n + max(-k, 0)", names) if shift != Known(0) else names["n"], names["n"]
    if shift != Known(0):
        columns = b.text("n + max(k, 0)", names)
    names.update(rows=rows, columns=columns)
    if len(axes) == 2:
        pair = "(rows, columns)" if (first, second) == (0, 1) else "(columns, rows)"
        return b.text(f"scatter_add(np.zeros_like(x), {pair}, y_bar)", names)
    moved = b.text(f"np.zeros_like(np.moveaxis(x, {(first, second)}, (-2, -1)))", names)
    whole = [b.apply("slice", *[Const(None)] * 3) for _ in range(len(axes) - 2)]
    filled = b.apply("scatter_add", moved, b.apply("tuple", *whole, rows, columns), y_bar)
    return b.text(f"np.moveaxis(filled, (-2, -1), {(first, second)})", {"filled": filled})


def _diag_vjp(b: Builder, call: Call, y_bar: Atom, parameter: str) -> Atom:
    axes = axes_of(b.kind(call["x"]))
    if axes is not None and len(axes) == 1:
        return b.text("np.diag(y_bar, k)" if call.value("k") != 0 else "np.diag(y_bar)", {**call.names, "y_bar": y_bar})
    return _onto_diagonal(b, call, y_bar, call["k"])


# the primal sees n numbers, the adjoint writes n * n of which nearly all are zero; so with the trace
_view("y = np.diag(x, k=0)", _diag_vjp, _diagonal, cost=100)
composite("y = np.diagflat(x, k=0)", "np.diag(np.ravel(x), k)")


def _taken_diagonal(axes: tuple[Axis, ...], call: Call, kind: KindOf) -> tuple[Axis, ...]:
    gone = {axis % len(axes) for axis in (value_of(call, kind, "axis1"), value_of(call, kind, "axis2"))}
    return (*(axis for k, axis in enumerate(axes) if k not in gone), f"{call.result}:0")


def _diagonal_vjp(b: Builder, call: Call, y_bar: Atom, parameter: str) -> Atom:
    axes = axes_of(b.kind(call["x"])) or (1, 1)
    try:
        first, second = (value_of(call, b.kind, name) % len(axes) for name in ("axis1", "axis2"))
    except NotStatic:
        raise errors.error("W044", call.line.place, name=call.line.op, what="axes known only at run time") from None
    return _onto_diagonal(b, call, y_bar, call["offset"], first, second)


_view("y = np.diagonal(x, offset=0, axis1=0, axis2=1)", _diagonal_vjp, _taken_diagonal, method=True, cost=0)


def _trace_vjp(b: Builder, call: Call, y_bar: Atom, parameter: str) -> Atom:
    axes = axes_of(b.kind(call["x"]))
    if axes is None or len(axes) != 2:
        raise errors.error("W044", call.line.place, name=call.line.op, what="an operand that is not surely a matrix")
    return b.text("y_bar * np.eye(x.shape[0], x.shape[1], dtype=x.dtype)", {**call.names, "y_bar": y_bar})


def _trace_of_stack_vjp(b: Builder, call: Call, y_bar: Atom, parameter: str) -> Atom:
    if any(call.value(name) != default for name, default in (("offset", 0), ("axis1", 0), ("axis2", 1))) or len(axes_of(b.kind(call["x"])) or ()) != 2:
        raise errors.error("W044", call.line.place, name=call.line.op, what="another diagonal than the main one of a matrix")
    return _trace_vjp(b, call, y_bar, parameter)


linear("y = np.trace(x, offset=0, axis1=0, axis2=1)", _trace_of_stack_vjp, method=True, cost=100, kind=exemplified("x"))

# the same elements in another array, dtype or type


def _cast_vjp(b: Builder, call: Call, y_bar: Atom, parameter: str) -> Atom:
    operand, bar = b.kind(call["x"]), b.kind(y_bar)
    if dtype_of(operand) is None or dtype_of(operand) == dtype_of(bar):
        return y_bar
    if is_real(operand) and not is_real(bar):
        y_bar = b.apply("np.real", y_bar, spelled=".real")
    return b.text("y_bar.astype(x.dtype)", {**call.names, "y_bar": y_bar})


def _cast_kind(call: Call, kind: KindOf) -> Kind:
    operand = kind(call["x"])
    try:
        dtype = np.dtype(value_of(call, kind, "dtype")).name
    except (NotStatic, TypeError):
        return UNKNOWN
    if isinstance(operand, Array):
        return Array(dtype, operand.axes)
    return NumpyScalar(dtype) if isinstance(operand, NumpyScalar) else UNKNOWN


linear("y = np.astype(x, dtype, *, copy=True)", _cast_vjp, kind=_cast_kind, method="astype", cost=1)
linear("y = np.copy(x)", "x_bar += y_bar", kind=rearranged(_unchanged), method=True, cost=1)


def _item_vjp(b: Builder, call: Call, y_bar: Atom, parameter: str) -> Atom:
    axes, names = axes_of(b.kind(call["x"])), {**call.names, "y_bar": y_bar}
    if axes == ():
        return y_bar
    if not call.starred:
        return b.text("np.full_like(x, y_bar)", names)
    if len(call.starred) == 1 and axes is not None and len(axes) == 1:
        return b.text("scatter_add(np.zeros_like(x), index0, y_bar)", names)
    if axes is not None and len(call.starred) == len(axes):
        return b.apply("scatter_add", b.text("np.zeros_like(x)", names), b.apply("tuple", *(call[name] for name in call.starred)), y_bar)
    raise errors.error("W044", call.line.place, name=call.line.op, what="an index into the elements of all axes")


def _item_kind(call: Call, kind: KindOf) -> Kind:
    dtype = dtype_of(kind(call["x"])) or ""
    known = next((python for python in ("float", "int", "bool", "complex") if dtype.startswith(python)), None)
    return Scalar(known) if known else UNKNOWN


linear("y = np.item(x, *index)", _item_vjp, kind=_item_kind, method="item", cost=1, of=("x",))


# the same elements, seen or laid out otherwise
for _name in ("asfortranarray", "asarray_chkfinite", "require"):
    _view(f"y = np.{_name}(x)", _back, _unchanged)
_view("y = np.view(x)", "x_bar += y_bar", _unchanged, method="view")
composite("y = np.flat(x)", "np.ravel(x)", method="flat", attribute="flat")
