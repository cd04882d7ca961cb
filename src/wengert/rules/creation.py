"""Arrays from nothing: zeros, ones, full, eye, arange, linspace, and their `_like` forms."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from wengert import errors
from wengert.ir.axes import Axis
from wengert.ir.build import Builder
from wengert.ir.core import Atom, Const
from wengert.ir.kinds import UNKNOWN, Array, Kind, Known, Numeric, NumpyScalar, axes_of, dtype_of, is_scalar, scalar_type
from wengert.rules.array_kinds import PYTHON_DTYPES
from wengert.rules.composite import composite
from wengert.rules.fitting import fit
from wengert.rules.result_kinds import NotStatic, axes_of_shape, axis_of_length, dtype_argument, promoted, value_of
from wengert.rules.table import Call, KindOf, constant, general, linear
from wengert.rules.tangents import by_tangent


def _dtype(call: Call, kind: KindOf, default: str) -> str | None:
    try:
        return dtype_argument(call, kind) or default
    except NotStatic:
        return None


def _filled(call: Call, kind: KindOf) -> Kind:
    axes = axes_of_shape(call, "shape", kind)
    value = kind(call["value"]) if "value" in call.arguments else None
    default = "float64" if value is None else dtype_of(value) or PYTHON_DTYPES.get(scalar_type(value) or "")
    dtype = default and _dtype(call, kind, default)
    return UNKNOWN if axes is None or dtype is None else Array(dtype, axes)


def _like(call: Call, kind: KindOf) -> Kind:
    operand = kind(call["x"])
    axes, dtype = axes_of(operand), dtype_of(operand) or PYTHON_DTYPES.get(scalar_type(operand) or "")
    if isinstance(operand, Numeric) or axes is None or dtype is None:
        return operand if isinstance(operand, Numeric) else UNKNOWN
    found = _dtype(call, kind, dtype)
    return UNKNOWN if found is None else Array(found, axes)


for _name in ("zeros", "ones", "empty"):
    constant(f"y = np.{_name}(shape, dtype=None)", kind=_filled, cost=100)
    constant(f"y = np.{_name}_like(x, dtype=None)", kind=_like, cost=100)


def _full_vjp(b: Builder, call: Call, y_bar: Atom, parameter: str) -> Atom:
    return fit(b, y_bar, b.kind(call["value"]), lambda: call["value"])


linear("y = np.full(shape, value, dtype=None)", _full_vjp, of=("value",), kind=_filled, cost=100)
linear("y = np.full_like(x, value, dtype=None)", _full_vjp, of=("value",), kind=_like, cost=100, flat_in=frozenset({"x"}))


def _square(call: Call, kind: KindOf) -> Kind:
    axis = axis_of_length(kind(call["n"]), call["n"], f"{call.result}:0")
    columns = call.arguments.get("m", Const(None))
    other = axis if columns == Const(None) else axis_of_length(kind(columns), columns, f"{call.result}:1")
    dtype = _dtype(call, kind, "float64")
    return UNKNOWN if dtype is None else Array(dtype, (axis, other))


constant("y = np.eye(n, m=None, k=0, dtype=None)", kind=_square, cost=100)
constant("y = np.identity(n, dtype=None)", kind=_square, cost=100)


# arange and linspace are linear in where they start and how they step


def _arange_kind(call: Call, kind: KindOf) -> Kind:
    kinds = [kind(call[name]) for name in call.starred]
    if not all(map(is_scalar, kinds)):
        return UNKNOWN
    ints = all(scalar_type(k) == "int" or (isinstance(k, NumpyScalar) and k.dtype == "int64") for k in kinds)
    dtype = _dtype(call, kind, "int64" if ints else "float64")
    fresh = f"{call.result}:0"
    axis: Axis = axis_of_length(kinds[0], call[call.starred[0]], fresh) if len(kinds) == 1 and ints else fresh
    return UNKNOWN if dtype is None else Array(dtype, (axis,))


def _arange_vjp(b: Builder, call: Call, y_bar: Atom, parameter: str) -> Atom:
    names = {**call.names, "y_bar": y_bar}
    if len(call.starred) > 1 and parameter == "bounds0":
        return b.text("y_bar.sum()", names)
    return b.text("y_bar @ np.arange(y.size)", names) if parameter == "bounds2" else Const(0.0)  # flat in where it stops


def _arange_jvp(b: Builder, call: Call, tangents: Mapping[str, Atom]) -> Atom:
    names = {**call.names, **{f"{name}_dot": tangent for name, tangent in tangents.items()}}
    parts = []
    if "bounds0" in tangents and len(call.starred) > 1:
        parts.append(b.text("np.full_like(y, bounds0_dot)", names))
    if "bounds2" in tangents:
        parts.append(b.text("bounds2_dot * np.arange(y.size)", names))
    if not parts:
        return b.text("np.zeros_like(y)", names)
    return parts[0] if len(parts) == 1 else b.apply("add", *parts)


general("y = np.arange(*bounds, dtype=None)", vjp=_arange_vjp, jvp=_arange_jvp, of=("bounds",), kind=_arange_kind, cost=100)


def _linspace_kind(call: Call, kind: KindOf) -> Kind:
    if not (is_scalar(kind(call["start"])) and is_scalar(kind(call["stop"]))):
        return UNKNOWN
    dtype = promoted("np.linspace", np.linspace, [kind(call["start"]), kind(call["stop"])]) or "float64"
    return Array(dtype, (axis_of_length(kind(call["num"]), call["num"], f"{call.result}:0"),))


def _linspace_vjp(b: Builder, call: Call, y_bar: Atom, parameter: str) -> Atom:
    if not (is_scalar(b.kind(call["start"])) and is_scalar(b.kind(call["stop"]))):
        raise errors.error("W044", call.line.place, name=call.line.op, what="bounds that are not surely numbers")
    names = {**call.names, "y_bar": y_bar}
    end = "" if kind_is_true(b, call["endpoint"]) else ", endpoint=endpoint"
    return b.text(f"y_bar @ np.linspace({'1, 0' if parameter == 'start' else '0, 1'}, y.size{end})", names)


def kind_is_true(b: Builder, atom: Atom) -> bool:
    return b.kind(atom) == Known(True)


linear("y = np.linspace(start, stop, num=50, endpoint=True)", _linspace_vjp, of=("start", "stop"), kind=_linspace_kind, cost=100)
composite("y = np.logspace(start, stop, num=50, endpoint=True, base=10.0)", "np.power(base, np.linspace(start, stop, num, endpoint))",
          of=("start", "stop", "base"))  # fmt: skip
by_tangent("y = np.geomspace(start, stop, num=50)", """
t = np.linspace(0, 1, y.size)
y_dot = start_dot * (y * (1 - t) / start) + stop_dot * (y * t / stop)
""", of=("start", "stop"), kind=lambda call, kind: _linspace_kind(call, kind))  # fmt: skip


def _vander(call: Call, kind: KindOf) -> str:
    """The neighbouring column times its power; the column of ones gets the last one times 0."""
    if value_of(call, kind, "increasing"):
        return "y_dot = x_dot[:, None] * (np.roll(y, 1, axis=1) * np.arange(y.shape[1]))"
    return "y_dot = x_dot[:, None] * (np.roll(y, -1, axis=1) * np.arange(y.shape[1] - 1, -1, -1))"


def _vander_kind(call: Call, kind: KindOf) -> Kind:
    """A row for each number, and as many columns as are asked for, or rows; of integers wide ones."""
    axes, dtype, columns = axes_of(kind(call["x"])), dtype_of(kind(call["x"])), kind(call["N"])
    if axes is None or dtype is None or len(axes) != 1:
        return Numeric()
    if dtype.startswith(("int", "uint", "bool")):
        dtype = str(np.vander(np.ones(1, dtype)).dtype)
    wide = axes[0] if columns == Known(None) else axis_of_length(columns, call["N"], f"{call.result}:1")
    return Array(dtype, (axes[0], wide))


by_tangent("y = np.vander(x, N=None, increasing=False)", _vander, kind=_vander_kind)
composite("y = np.fromiter(x, dtype)", "np.array(x, dtype)", of=("x",))
linear("y = np.bincount(x, weights=None, minlength=0)", "weights_bar += y_bar[x]", of=("weights",),
       kind=lambda call, kind: Array("float64", (f"{call.result}:0",)), cost=100)  # fmt: skip
