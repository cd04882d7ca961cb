"""Structured matrices of `scipy.linalg`: toeplitz, hankel, circulant, leslie, block_diag ..., and Khatri-Rao products.

A function that only puts elements in their places is linear, and where it puts them is what it makes of the numbers 1, 2, 3,
...: a place that holds k gives its adjoint to element k, and a place that holds 0 to none.
"""

from __future__ import annotations

from collections.abc import Mapping

from wengert.ir.build import Builder
from wengert.ir.core import Atom, Const
from wengert.ir.kinds import UNKNOWN, Array, Kind, Known, is_real
from wengert.rules.composite import composite
from wengert.rules.solving import inexact, refused
from wengert.rules.table import Call, KindOf, again, general


def _operands(b: Builder, call: Call) -> tuple[str, ...]:
    """The operands that are given; of toeplitz without a row, the column counts twice, as it is and as its conjugate."""
    given = tuple(name for name in call.differentiable if b.kind(call[name]) != Known(None))
    if call.primitive.op.endswith("toeplitz") and len(given) == 1 and not is_real(b.kind(call[given[0]])):
        raise refused(call, "complex numbers without a row")
    return given


def _vjp(b: Builder, call: Call, y_bar: Atom, parameter: str) -> Atom:
    given = _operands(b, call)
    numbers: dict[str, Atom] = {
        name: b.text("np.zeros_like(x, dtype=int)", {"x": call[name], "int": Const(int, "int")}) for name in given
    }
    numbers[parameter] = b.text("np.arange(1, x.size + 1).reshape(x.shape)", {"x": call[parameter]})
    places = again(b, call, numbers)
    zeros = b.text("np.zeros(x.size + 1, dtype=g.dtype)", {"x": call[parameter], "g": y_bar})
    gathered = b.apply("add_at", zeros, places, y_bar)
    return b.text("g[1:].reshape(x.shape)", {"g": gathered, "x": call[parameter]})


def _jvp(b: Builder, call: Call, tangents: Mapping[str, Atom]) -> Atom:
    return again(
        b, call, {name: tangents[name] if name in tangents else b.apply("np.zeros_like", call[name]) for name in _operands(b, call)}
    )


def _kind(call: Call, kind: KindOf) -> Kind:
    dtype = inexact(*(kind(call[name]) for name in call.differentiable if kind(call[name]) != Known(None)))
    return UNKNOWN if dtype is None else Array(dtype, (f"{call.result}:0", f"{call.result}:1"))


def _placing(text: str, *operands: str) -> None:
    general(f"y = scipy.linalg.{text}", vjp=_vjp, jvp=_jvp, of=operands, kind=_kind, cost=100)


_placing("toeplitz(c, r=None)", "c", "r")
_placing("hankel(c, r=None)", "c", "r")
_placing("circulant(c)", "c")
_placing("leslie(f, s)", "f", "s")
_placing("convolution_matrix(a, n, mode='full')", "a")
_placing("block_diag(*arrays)", "arrays")
composite("y = scipy.linalg.companion(a)", "np.concatenate(((-a[1:] / (1.0 * a[0]))[None, :], np.eye(a.size - 2, a.size - 1)))")
composite("y = scipy.linalg.fiedler(a)", "np.abs(a[:, None] - a)")
composite("y = scipy.linalg.khatri_rao(a, b)", "(a[:, None, :] * b[None, :, :]).reshape((-1, a.shape[1]))")
