"""Norms of vectors and matrices: norm, vector_norm, matrix_norm, cond.

At zero the derivative of every norm is 0, and ties of a largest or smallest element or singular value share equally. The order,
the axes and `keepdims` have to be known before the program runs, as they say which function it is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from wengert.ir.kinds import NUMERIC, Kind, axes_of, is_real
from wengert.rules.composite import composite
from wengert.rules.decompositions import constant_of
from wengert.rules.fitting import index_text, ndim_of
from wengert.rules.result_kinds import NotStatic, as_result, normalized, reduced, value_of
from wengert.rules.solving import inexact, real_dtype, refused
from wengert.rules.table import Call, KindOf
from wengert.rules.tangents import by_tangent

Axes = Callable[[Call, KindOf], Any]


def _kind(axes: Axes) -> Callable[[Call, KindOf], Kind]:
    def kind_function(call: Call, kind: KindOf) -> Kind:
        operand = kind(call["x"])
        found, dtype = axes_of(operand), inexact(operand)
        if found is None or dtype is None:
            return NUMERIC
        try:
            left = reduced(found, axes(call, kind), bool(value_of(call, kind, "keepdims")))
        except NotStatic:
            return NUMERIC
        return as_result(real_dtype(dtype), left)

    return kind_function


def _vector(call: Call, kind: KindOf, order: Any, axis: Any) -> str:
    """Of the elements along one axis, or of all: `|x|` as the length of a vector."""
    keepdims = bool(constant_of(call, kind, "keepdims"))
    ndim = ndim_of(kind(call["x"]))
    given = "".join([f", axis={axis!r}" if axis is not None else "", ", keepdims=True" if keepdims else ""])
    if ndim is None and axis is not None and not keepdims:
        raise refused(call, "an operand whose number of axes is not known")
    y = "y" if keepdims or axis is None else index_text("y", ndim or 0, normalized(axis, ndim or 0))
    along = "real(conj(x) * x_dot)" if not is_real(kind(call["x"])) else "x * x_dot"
    slope = "real(conj(np.sign(x)) * x_dot)" if not is_real(kind(call["x"])) else "np.sign(x) * x_dot"
    if order in (None, 2, "fro"):
        return f"y_dot = np.sum({along}{given}) / (y + (y == 0))"
    if order == 0:
        return "y_dot = np.zeros_like(y)"
    if order == 1:
        return f"y_dot = np.sum({slope}{given})"
    if order in (np.inf, -np.inf):
        return f"t = np.abs(x) == {y}; y_dot = np.sum(t * ({slope}){given}) / np.sum(t{given})"
    if not isinstance(order, (int, float)):
        raise refused(call, f"the order {order!r}")
    if order > 1:
        return f"y_dot = np.sum((np.abs(x) / ({y} + ({y} == 0))) ** {order - 1!r} * ({slope}){given})"
    return f"y_dot = np.sum(({y} / (np.abs(x) + (x == 0))) ** {1 - order!r} * ({slope}){given})"


def _matrix(call: Call, kind: KindOf, order: Any, axes: tuple[int, int], ndim: int) -> str:
    """Of the matrices in two axes."""
    keepdims = bool(constant_of(call, kind, "keepdims"))
    if order in (None, "fro"):
        return _vector(call, kind, None, axes)
    row, column = normalized(axes, ndim)
    slope = "real(conj(np.sign(x)) * x_dot)" if not is_real(kind(call["x"])) else "np.sign(x) * x_dot"
    kept = f"y_dot = np.expand_dims(y_dot, {tuple(sorted((row, column)))!r})" if keepdims else ""
    if order in (1, -1, np.inf, -np.inf):
        added, left = (row, column) if order in (1, -1) else (column, row)
        left -= left > added
        best = "max" if order > 0 else "min"
        return f"""
e = np.sum(np.abs(x), axis={added})
t = e == np.{best}(e, axis={left}, keepdims=True)
y_dot = np.sum(t * np.sum({slope}, axis={added}), axis={left}) / np.sum(t, axis={left})
{kept}
"""
    weights = {"nuc": "s", 2: "s == np.max(s, axis=-1, keepdims=True)", -2: "s == np.min(s, axis=-1, keepdims=True)"}.get(order)
    if weights is None:
        raise refused(call, f"the order {order!r}")
    last = (row, column) == (ndim - 2, ndim - 1)
    moved = (
        ("x", "x_dot")
        if last
        else (f"np.moveaxis(x, {(row, column)!r}, (-2, -1))", f"np.moveaxis(x_dot, {(row, column)!r}, (-2, -1))")
    )
    share = "(s != 0)" if order == "nuc" else "(s != 0) * t / np.sum(t, axis=-1, keepdims=True)"
    return f"""
d = np.linalg.svd({moved[0]}, full_matrices=False)
s = d[1]
t = {weights}
g = (d[0] * ({share})[..., None, :]) @ d[2]
y_dot = np.sum(real(conj(g) * {moved[1]}), axis=(-2, -1))
{kept}
"""


def _axes_of_norm(call: Call, kind: KindOf) -> Any:
    return value_of(call, kind, "axis")


def norm_text(call: Call, kind: KindOf) -> str:
    order, axis, ndim = constant_of(call, kind, "ord"), constant_of(call, kind, "axis"), ndim_of(kind(call["x"]))
    if axis is None and order is None:
        return _vector(call, kind, None, None)
    if ndim is None:
        raise refused(call, "an operand whose number of axes is not known")
    if axis is None:
        axis = 0 if ndim == 1 else (0, 1)
    if isinstance(axis, tuple) and len(axis) == 2:
        return _matrix(call, kind, order, axis, ndim)
    return _vector(call, kind, order, axis)


norm_kind = _kind(_axes_of_norm)


def _vector_norm(call: Call, kind: KindOf) -> str:
    return _vector(call, kind, constant_of(call, kind, "ord"), constant_of(call, kind, "axis"))


def _matrix_norm(call: Call, kind: KindOf) -> str:
    ndim = ndim_of(kind(call["x"]))
    if ndim is None:
        raise refused(call, "an operand whose number of axes is not known")
    return _matrix(call, kind, constant_of(call, kind, "ord"), (-2, -1), ndim)


# the primal only reads, with BLAS; the adjoint writes an array of x's size: 5 times as long, most of it the memory's
by_tangent("y = np.linalg.norm(x, ord=None, axis=None, keepdims=False)", norm_text, kind=norm_kind)
by_tangent("y = np.linalg.vector_norm(x, *, axis=None, keepdims=False, ord=2)", _vector_norm, kind=_kind(_axes_of_norm))
by_tangent("y = np.linalg.matrix_norm(x, *, keepdims=False, ord='fro')", _matrix_norm, kind=_kind(lambda call, kind: (-2, -1)))


def _cond(call: Call, kind: KindOf) -> str:
    p = value_of(call, kind, "p")
    if p not in (None, 2, -2):
        return "np.linalg.norm(x, p, axis=(-2, -1)) * np.linalg.norm(np.linalg.inv(x), p, axis=(-2, -1))"
    first, last = (-1, 0) if p == -2 else (0, -1)
    values = "np.linalg.svd(x, compute_uv=False)"
    return f"{values}[..., {first}] / {values}[..., {last}]"


composite("y = np.linalg.cond(x, p=None)", lambda b, call: b.text(_cond(call, b.kind), call.names))
