"""Decompositions of matrices: cholesky, qr, eigh, eig, svd, and the functions that return only a part of one.

Where a decomposition is not unique (the sign of an eigenvector, the basis of a space that belongs to a repeated eigenvalue),
the tangent is that of the choice which turns least; what does not depend on the choice gets its exact derivative, repeated
values or not. Functions of a symmetric matrix read one triangle, and so do their derivatives: the other triangle's gradient is
zero.

Sources: M. Giles (2008), sections 2.2 and 3; I. Murray, "Differentiation of the Cholesky decomposition" (2016); J. Townsend,
"Differentiating the singular value decomposition" (2016); S. Walter and L. Lehmann, "Algorithmic differentiation of linear
algebra functions with application in optimum experimental design" (2010) for qr.
"""

from __future__ import annotations

import numpy as np

from wengert.ir.axes import Axis
from wengert.ir.core import Const
from wengert.ir.kinds import UNKNOWN, Array, Kind, Record, axes_of, is_real
from wengert.rules.result_kinds import NotStatic, as_result, value_of
from wengert.rules.solving import inexact, matrix_kind, real_dtype, record, refused
from wengert.rules.table import Call, KindOf
from wengert.rules.tangents import by_tangent


def dimensions(call: Call, kind: KindOf) -> tuple[str, tuple[Axis, ...]] | None:
    """The dtype of the results and the axes of the matrices that are decomposed."""
    operand = kind(call[call.primitive.parameters[0]])
    axes, dtype = axes_of(operand), inexact(operand)
    return None if axes is None or dtype is None or len(axes) < 2 else (dtype, axes)


def shorter(call: Call, axes: tuple[Axis, ...]) -> Axis:
    """The smaller of the last two lengths."""
    m, n = axes[-2:]
    return m if m == n or m == 1 else n if n == 1 else f"{call.result}:k"


def constant_of(call: Call, kind: KindOf, name: str) -> object:
    """The value of an option, which has to be known before the program runs."""
    if isinstance(call[name], Const):
        return call.value(name)
    try:
        return value_of(call, kind, name)
    except NotStatic:
        raise refused(call, f"a value of `{name}` known only at run time") from None


def hermitian(name: str, real: bool, upper: bool) -> str:
    """The text of the tangent `h` of a symmetric matrix of which one triangle is read."""
    triangle, strictly = ("triu", 1) if upper else ("tril", -1)
    if real:
        return f"h = np.{triangle}({name}_dot) + np.{triangle}({name}_dot, {strictly}).mT"
    return f"""
t = np.{triangle}({name}_dot, {strictly})
h = t + t.mH + np.real(np.triu(np.tril({name}_dot)))"""


# cholesky: Murray, equation 8; NumPy has no triangular solve, so the two systems are factorised again: some 12 times the primal, which is n^3 / 3 operations


def _cholesky(call: Call, kind: KindOf) -> str:
    upper = bool(constant_of(call, kind, "upper"))
    return f"""
{hermitian("x", is_real(kind(call["x"])), upper)}
p = np.linalg.solve(y{".mH" if upper else ""}, np.linalg.solve(y{".mH" if upper else ""}, h).mH)
l = (np.tril(p) + np.tril(p, -1)) / 2
y_dot = {"l.mH @ y" if upper else "y @ l"}
"""


by_tangent("y = np.linalg.cholesky(x, *, upper=False)", _cholesky, kind=matrix_kind(None))

# eigenvalues of symmetric matrices: Giles 3.1


def uplo(call: Call, kind: KindOf) -> bool:
    """Is the upper triangle read?"""
    return str(constant_of(call, kind, "UPLO")).upper() == "U"


def _eigh(call: Call, kind: KindOf) -> str:
    return f"""
{hermitian("a", is_real(kind(call["a"])), uplo(call, kind))}
d = h @ v
w_dot = real(np.sum(conj(v) * d, axis=-2))
v_dot = v @ (inverse_gaps(w) * (v.mH @ d))
"""


def _eigvalsh(call: Call, kind: KindOf) -> str:
    return f"""
{hermitian("a", is_real(kind(call["a"])), uplo(call, kind))}
e = np.linalg.eigh(a, UPLO)
w_dot = real(np.sum(conj(e[1]) * (h @ e[1]), axis=-2))
"""


def _eigh_kind(call: Call, kind: KindOf) -> Kind:
    found = dimensions(call, kind)
    if found is None:
        return record(np.linalg.eigh, UNKNOWN, UNKNOWN)
    dtype, axes = found
    return record(np.linalg.eigh, Array(real_dtype(dtype), axes[:-1]), Array(dtype, axes))


def _values(axes: tuple[Axis, ...], call: Call) -> tuple[Axis, ...]:
    return axes[:-1]


by_tangent("w, v = np.linalg.eigh(a, UPLO='L')", _eigh, kind=_eigh_kind)
by_tangent("w = np.linalg.eigvalsh(a, UPLO='L')", _eigvalsh, kind=matrix_kind(_values, real=True))
by_tangent(
    "f = inverse_gaps(w)", "f_dot = (w_dot[..., :, None] - w_dot[..., None, :]) * f * f",
    kind=lambda call, kind: _gaps_kind(kind(call["w"])),
)  # fmt: skip


def _gaps_kind(values: Kind) -> Kind:
    axes, dtype = axes_of(values), inexact(values)
    return UNKNOWN if axes is None or dtype is None else Array(dtype, (*axes, axes[-1]))


# eigenvalues of any matrix: LAPACK makes each vector of length one, with a real largest component


def eig_text(values: str, vectors: str) -> str:
    return f"""
m = np.linalg.solve({vectors}, a_dot @ {vectors})
w_dot = np.sum(m * np.eye({values}.shape[-1]), axis=-1)
p = {vectors} @ (inverse_gaps({values}) * m)
largest = np.arange({values}.shape[-1])[:, None] == np.argmax(np.abs({vectors}), axis=-2)[..., None, :]
length = np.real(np.sum(np.conj({vectors}) * p, axis=-2, keepdims=True))
turn = np.sum(p / np.where(largest, {vectors}, 1.0) * largest, axis=-2, keepdims=True)
v_dot = p - {vectors} * (length + turn - np.real(turn))
"""


def _eig_dtype(dtype: str, real: bool) -> str | None:
    """Of real matrices they may be real or complex, as it comes."""
    return dtype if not real else "inexact" if dtype == "float64" else None


def _eig_kind(call: Call, kind: KindOf) -> Kind:
    found = dimensions(call, kind)
    dtype = _eig_dtype(found[0], is_real(kind(call["a"]))) if found else None
    if found is None or dtype is None:
        return record(np.linalg.eig, UNKNOWN, UNKNOWN)
    return record(np.linalg.eig, Array(dtype, found[1][:-1]), Array(dtype, found[1]))


def _eigvals_kind(call: Call, kind: KindOf) -> Kind:
    vectors = _eig_kind(call, kind)
    return vectors.items[0][1] if isinstance(vectors, Record) else UNKNOWN


by_tangent("w, v = np.linalg.eig(a)", eig_text("w", "v"), kind=_eig_kind)
by_tangent("w = np.linalg.eigvals(a)", "e = np.linalg.eig(a)\n" + eig_text("w", "e[1]"), kind=_eigvals_kind)

# singular values: Townsend, equations 16 to 21; with all vectors the matrices of the rotations are as wide as the vectors' spaces


def svd_text(call: Call, kind: KindOf) -> str:
    """The vectors turn by the symmetric part of `m` over the differences of the values, and by the other part over their sums."""
    if call.arguments.get("hermitian", Const(False)) != Const(False):
        raise refused(call, "`hermitian=True`")
    full = bool(constant_of(call, kind, "full_matrices"))
    wide = """
mu = m @ np.eye(m.shape[-1], m.shape[-2])
su = s @ np.eye(s.shape[-1], m.shape[-2])
mv = m.mH @ np.eye(m.shape[-2], m.shape[-1])
sv = s @ np.eye(s.shape[-1], m.shape[-1])
"""
    u, v = ("mu", "su") if full else ("m", "s"), ("mv", "sv") if full else ("n", "s")
    sums = "({1}[..., :, None] + {1}[..., None, :])"
    rotation = f"(inverse_gaps({{1}}) * ({{0}} + {{0}}.mH) + ({{0}} - {{0}}.mH) / ({sums} + ({sums} == 0))) / 2"
    kept = "u[..., :s.shape[-1]]" if full else "u"
    rest_u = "" if full else " + (d - u @ m) / (s + (s == 0))[..., None, :]"
    rest_v = "" if full else " + (x_dot.mH @ u - vh.mH @ n) / (s + (s == 0))[..., None, :]"
    return f"""
d = x_dot @ vh.mH
s_dot = real(np.sum(conj({kept}) * d{"[..., :s.shape[-1]]" if full else ""}, axis=-2))
m = u.mH @ d
{wide if full else "n = m.mH"}
ou = {rotation.format(*u)}
u_dot = u @ ou{rest_u}
ov = {rotation.format(*v)}
v_dot = vh.mH @ ov{rest_v}
vh_dot = v_dot.mH
"""


def _svd_kind(call: Call, kind: KindOf) -> Kind:
    found = dimensions(call, kind)
    if found is None:
        return record(np.linalg.svd, UNKNOWN, UNKNOWN, UNKNOWN)
    dtype, axes = found
    k = shorter(call, axes)
    try:
        full = bool(value_of(call, kind, "full_matrices"))
    except NotStatic:
        return record(np.linalg.svd, UNKNOWN, UNKNOWN, UNKNOWN)
    u, vh = (axes[-2], axes[-2]) if full else (axes[-2], k), (axes[-1], axes[-1]) if full else (k, axes[-1])
    return record(
        np.linalg.svd, Array(dtype, (*axes[:-2], *u)), Array(real_dtype(dtype), (*axes[:-2], k)), Array(dtype, (*axes[:-2], *vh))
    )  # fmt: skip


SINGULAR_VALUES = """
t = np.linalg.svd(x, full_matrices=False)
s_dot = real(np.sum(conj(t[0]) * (x_dot @ t[2].mH), axis=-2))
"""


def _singular_values_kind(call: Call, kind: KindOf) -> Kind:
    found = dimensions(call, kind)
    return UNKNOWN if found is None else as_result(real_dtype(found[0]), (*found[1][:-2], shorter(call, found[1])))


def _values_only(call: Call) -> str | None:
    return "np.linalg.svd/values" if call["compute_uv"] == Const(False) else None


SVD = "np.linalg.svd{}(x, full_matrices=True, compute_uv=True, hermitian=False)"
by_tangent(f"u, s, vh = {SVD.format('')}", svd_text, kind=_svd_kind, variant=_values_only)
by_tangent(f"s = {SVD.format('/values')}", SINGULAR_VALUES, kind=_singular_values_kind)
by_tangent("s = np.linalg.svdvals(x)", SINGULAR_VALUES, kind=_singular_values_kind)

# qr: Walter and Lehmann, section 3.3; of a wide matrix the first columns say how Q turns


def qr_text(call: Call, kind: KindOf, q: str, r: str, complete: bool) -> str:
    real = is_real(kind(call["a"]))
    wide = "m = m @ np.eye(m.shape[-1], m.shape[-2])" if complete else ""
    k = "min(a.shape[-2:])" if complete else f"{r}.shape[-2]"
    return f"""
k = {k}
t = np.linalg.solve({r}[..., :k, :k].mT, a_dot[..., :, :k].mT).mT
m = {q}.mH @ t
{wide}
l = np.tril(m, -1)
o = l - l.mH{"" if real else " + (np.tril(np.triu(m)) - np.tril(np.triu(m)).mH) / 2"}
r_dot = np.triu({q}.mH @ a_dot - o @ {r})
q_dot = {q} @ o{"" if complete else f" + (t - {q} @ m)"}
"""


def _qr(call: Call, kind: KindOf) -> str:
    mode = constant_of(call, kind, "mode")
    if mode not in ("reduced", "complete"):
        raise refused(call, f"`mode={mode!r}`")
    return qr_text(call, kind, "q", "r", mode == "complete")


def _r_only(call: Call, kind: KindOf) -> str:
    return "e = np.linalg.qr(a)\n" + qr_text(call, kind, "e[0]", "r", False)


def _qr_kind(call: Call, kind: KindOf) -> Kind:
    found = dimensions(call, kind)
    mode = call.value("mode")
    if found is None or mode not in ("reduced", "complete"):
        return record(np.linalg.qr, UNKNOWN, UNKNOWN)
    dtype, axes = found
    k = shorter(call, axes) if mode == "reduced" else axes[-2]
    return record(np.linalg.qr, Array(dtype, (*axes[:-1], k)), Array(dtype, (*axes[:-2], k, axes[-1])))


def _r_kind(call: Call, kind: KindOf) -> Kind:
    found = dimensions(call, kind)
    return UNKNOWN if found is None else Array(found[0], (*found[1][:-2], shorter(call, found[1]), found[1][-1]))


def _only_r(call: Call) -> str | None:
    return "np.linalg.qr/r" if call["mode"] == Const("r") else None


by_tangent("q, r = np.linalg.qr(a, mode='reduced')", _qr, kind=_qr_kind, variant=_only_r)
by_tangent("r = np.linalg.qr/r(a, mode='reduced')", _r_only, kind=_r_kind)
