"""Inverses, determinants and systems of equations: inv, solve, det, slogdet, pinv, lstsq, tensorsolve, tensorinv.

The tangents are those of M. Giles, "Collected matrix derivative results for forward and reverse mode algorithmic
differentiation" (2008), section 2; no inverse is formed that the program did not form. Stacks of matrices are like one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np

from wengert import errors
from wengert.ir.axes import Axis, broadcast_axes
from wengert.ir.build import Builder
from wengert.ir.core import Atom, Const
from wengert.ir.kinds import (
    EITHER,
    UNKNOWN,
    Array,
    Kind,
    Known,
    NumpyScalar,
    Record,
    Tuple,
    axes_of,
    dtype_of,
    is_real,
    scalar_type,
)
from wengert.rules.fitting import fit, ndim_of
from wengert.rules.result_kinds import as_result
from wengert.rules.table import Call, KindFunction, KindOf
from wengert.rules.tangents import by_tangent

# kinds


def inexact(*kinds: Kind) -> str | None:
    """The dtype in which NumPy does linear algebra with these operands; None if one is not known.

    >>> inexact(Array("int64", ()), Array("float32", ())), inexact(Array("complex64", ()))
    ('float64', 'complex64')
    """
    names = [dtype_of(kind) or scalar_type(kind) for kind in kinds]
    if None in names or "number" in names:
        return None
    if EITHER in names:
        return EITHER
    dtype = np.result_type(*(str(name) for name in names))
    return "float64" if dtype.kind in "iub" else str(dtype.name)


def real_dtype(dtype: str) -> str:
    """The dtype of the absolute value.

    >>> real_dtype("complex64"), real_dtype("float64")
    ('float32', 'float64')
    """
    return "float64" if dtype == EITHER else str(np.zeros((), dtype).real.dtype.name)


def matrix_kind(axes: object, *, real: bool = False) -> KindFunction:
    """An array in the dtype of linear algebra, with axes made by `axes(axes of the first operand, call)`."""

    def kind_function(call: Call, kind: KindOf) -> Kind:
        operand = kind(call[call.primitive.parameters[0]])
        found, dtype = axes_of(operand), inexact(operand)
        if found is None or dtype is None or len(found) < 2:
            return UNKNOWN
        made = axes(found, call) if callable(axes) else found
        return as_result(real_dtype(dtype) if real else dtype, tuple(made))

    return kind_function


def _rest(axes: tuple[Axis, ...], call: Call) -> tuple[Axis, ...]:
    return axes[:-2]


def _transposed(axes: tuple[Axis, ...], call: Call) -> tuple[Axis, ...]:
    return (*axes[:-2], axes[-1], axes[-2])


@cache
def _result_class(function: Callable[..., Any]) -> type:
    return type(function(np.eye(2)))


def record(function: Callable[..., Any], *items: Kind) -> Kind:
    """The namedtuple that a function of a matrix returns (a tuple, if it returns one), of items of these kinds."""
    cls = _result_class(function)
    return Record(cls, tuple(zip(cls._fields, items))) if hasattr(cls, "_fields") else Tuple(items)


def refused(call: Call, what: str) -> errors.Error:
    return errors.error("W044", call.line.place, name=call.line.op, what=what)


def matrices(call: Call, kind: KindOf, *names: str) -> Sequence[int | None]:
    """The numbers of axes of operands."""
    return [ndim_of(kind(call[name])) for name in names]


# inverses and systems

by_tangent("y = np.linalg.inv(x)", "y_dot = -(y @ x_dot @ y)", kind=matrix_kind(None))

NUMPY_2 = int(np.__version__.partition(".")[0]) >= 2


def _is_vector(call: Call, kind: KindOf) -> bool:
    """Is the right side one vector? NumPy 2: if it has one axis; before: if it has one axis less than the matrices."""
    a, b = matrices(call, kind, "a", "b")
    if b is None or (a is None and not NUMPY_2):
        raise refused(call, "operands whose number of axes is not known")
    if not NUMPY_2 and a is not None and b == a - 1 and b > 1:
        raise refused(call, "a stack of vectors, which means another thing in NumPy 2; write `b[..., None]`")
    return b == 1


def _solve(call: Call, kind: KindOf) -> str:
    """`a x = b`, so `a x_dot = b_dot - a_dot x` (Giles 2.3.1)."""
    if not _is_vector(call, kind):
        return "x_dot = np.linalg.solve(a, b_dot - a_dot @ x)"
    if ndim_of(kind(call["a"])) == 2:
        return "x_dot = np.linalg.solve(a, b_dot - a_dot @ x)"
    return "x_dot = np.linalg.solve(a, b_dot[..., None] - a_dot @ x[..., None])[..., 0]"


def _solve_kind(call: Call, kind: KindOf) -> Kind:
    a, b, dtype = axes_of(kind(call["a"])), axes_of(kind(call["b"])), inexact(kind(call["a"]), kind(call["b"]))
    if a is None or b is None or dtype is None or len(a) < 2 or not b:
        return UNKNOWN
    if len(b) == 1:
        return Array(dtype, (*a[:-2], b[0]))
    if len(a) - 1 == len(b) and not NUMPY_2:
        return UNKNOWN
    return Array(dtype, (*broadcast_axes([a[:-2], b[:-2]], call.result), *b[-2:]))


def _solve_transposed(b: Builder, call: Call, x_bar: Atom, parameter: str) -> Atom:
    names = {**call.names, "x_bar": x_bar}
    vector = _is_vector(call, b.kind)
    if not vector or ndim_of(b.kind(call["a"])) == 2:
        found = b.text("np.linalg.solve(a.mT, x_bar)", names)
    else:
        found = b.text("np.linalg.solve(a.mT, x_bar[..., None])[..., 0]", names)
    return fit(b, found, b.kind(call["b"]), lambda: call["b"])


by_tangent("x = np.linalg.solve(a, b)", _solve, of=("a", "b"), transposes={"b": _solve_transposed}, kind=_solve_kind)

# determinants: their gradient, the cofactors, is finite also where there is no inverse

# the primal is one factorisation, 2 n^3 / 3 operations; the inverse that all cofactors (or all quotients of slogdet) need has 2 n^3: 4 to 5 times
by_tangent("y = np.linalg.det(x)", "y_dot = np.sum(cofactors(x) * x_dot, axis=(-2, -1))", kind=matrix_kind(_rest))
by_tangent("y = cofactors(x)", "y_dot = cofactors_along(x, x_dot)", kind=matrix_kind(None))


def _third_derivative(call: Call, kind: KindOf) -> str:
    raise refused(call, "third derivatives of a determinant")


by_tangent(
    "y = cofactors_along(x, v)", _third_derivative, of=("x", "v"), kind=matrix_kind(None),
    transposes={"v": "v_bar += cofactors_along(x, y_bar)"},
)  # fmt: skip


def _slogdet_kind(call: Call, kind: KindOf) -> Kind:
    axes, dtype = axes_of(kind(call["x"])), inexact(kind(call["x"]))
    if axes is None or dtype is None or len(axes) < 2:
        return record(np.linalg.slogdet, UNKNOWN, UNKNOWN)
    return record(np.linalg.slogdet, as_result(dtype, axes[:-2]), as_result(real_dtype(dtype), axes[:-2]))


def _slogdet(call: Call, kind: KindOf) -> str:
    """`log det` has the gradient `inv(x).T`; the sign of a complex determinant turns with the imaginary part."""
    slope = "np.sum(np.linalg.inv(x).mT * x_dot, axis=(-2, -1))"
    if is_real(kind(call["x"])):
        return f"logdet_dot = {slope}"
    return f"slope = {slope}; sign_dot = sign * (slope - np.real(slope)); logdet_dot = np.real(slope)"


by_tangent("sign, logdet = np.linalg.slogdet(x)", _slogdet, kind=_slogdet_kind)

# generalised inverses, of constant rank: Golub and Pereyra, SIAM J. Numer. Anal. 10 (1973), equation 4.12


def _pinv(call: Call, kind: KindOf) -> str:
    if call["hermitian"] != Const(False):
        raise refused(call, "`hermitian=True`")
    return "h = x_dot.mH; y_dot = y @ (y.mH @ (h - h @ x @ y)) + (h - y @ (x @ h)) @ y.mH @ y - y @ x_dot @ y"


by_tangent("y = np.linalg.pinv(x, rcond=None, hermitian=False, *, rtol=None)", _pinv, kind=matrix_kind(_transposed))


def _lstsq(call: Call, kind: KindOf) -> str:
    """The tangent of `pinv(a) @ b`, with the residual `e = b - a x` in place of the projection."""
    if ndim_of(kind(call["b"])) is None:
        raise refused(call, "a right side whose number of axes is not known")
    cut = "rcond" if kind(call["rcond"]) != Known(None) else f"max(a.shape) * {np.finfo(_single(kind(call['a']))).eps}"
    return f"""
p = np.linalg.pinv(a, {cut})
e = b - a @ x
e_dot = b_dot - a_dot @ x
w = a_dot.mH @ (p.mH @ x)
x_dot = p @ e_dot + p @ (p.mH @ (a_dot.mH @ e)) + (w - p @ (a @ w))
residuals_dot = np.reshape(2 * np.real(np.sum(conj(e) * e_dot, axis=0)), (-1,))[:residuals.size]
u = np.linalg.svd(a, full_matrices=False)
s_dot = np.real(np.sum(conj(u[0]) * (a_dot @ u[2].mH), axis=0))
"""


def _single(kind: Kind) -> str:
    return "float32" if inexact(kind) in ("float32", "complex64") else "float64"


def _lstsq_kind(call: Call, kind: KindOf) -> Kind:
    a, b, dtype = axes_of(kind(call["a"])), axes_of(kind(call["b"])), inexact(kind(call["a"]), kind(call["b"]))
    if a is None or b is None or dtype is None or len(a) != 2 or not b:
        return Tuple((UNKNOWN, UNKNOWN, NumpyScalar("int32"), UNKNOWN))
    real = real_dtype(dtype)
    return Tuple(
        (Array(dtype, (a[1], *b[1:])), Array(real, (f"{call.result}:r",)), NumpyScalar("int32"), Array(real, (f"{call.result}:s",)))
    )


by_tangent("x, residuals, rank, s = np.linalg.lstsq(a, b, rcond=None)", _lstsq, of=("a", "b"), kind=_lstsq_kind)
