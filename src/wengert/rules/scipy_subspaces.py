"""`scipy.linalg`: least squares, projections and bases of subspaces, and the Schur form.

The Schur form is differentiated where it is a triangle with different eigenvalues on the diagonal; a real one with a block for
a pair of complex eigenvalues, or with equal ones, raises LinAlgError in the derivative. Its linear system has a row for each
element under the diagonal, so it is meant for small matrices.
"""

from __future__ import annotations

from wengert.ir.kinds import UNKNOWN, Array, Kind, NumpyScalar, Tuple, axes_of, is_real
from wengert.rules.decompositions import constant_of, dimensions, hermitian
from wengert.rules.fitting import ndim_of
from wengert.rules.result_kinds import as_result
from wengert.rules.scipy_linalg import CHECK
from wengert.rules.solving import inexact, matrix_kind, real_dtype, refused
from wengert.rules.table import Call, KindOf
from wengert.rules.tangents import by_tangent


def _lstsq(call: Call, kind: KindOf) -> str:
    """As `np.linalg.lstsq`: the tangent of `pinv(a) @ b`, with the residual in place of the projection."""
    if ndim_of(kind(call["b"])) is None:
        raise refused(call, "a right side whose number of axes is not known")
    return """
p = scipy.linalg.pinv(a)
e = b - a @ x
e_dot = b_dot - a_dot @ x
w = a_dot.mH @ (p.mH @ x)
x_dot = p @ e_dot + p @ (p.mH @ (a_dot.mH @ e)) + (w - p @ (a @ w))
residues_dot = np.broadcast_to(2 * np.real(np.sum(conj(e) * e_dot, axis=0)), np.shape(residues))
u = np.linalg.svd(a, full_matrices=False)
s_dot = np.real(np.sum(conj(u[0]) * (a_dot @ u[2].mH), axis=0))
"""


def _lstsq_kind(call: Call, kind: KindOf) -> Kind:
    a, b, dtype = axes_of(kind(call["a"])), axes_of(kind(call["b"])), inexact(kind(call["a"]), kind(call["b"]))
    if a is None or b is None or dtype is None or len(a) != 2 or not b:
        return Tuple((UNKNOWN, UNKNOWN, NumpyScalar("int32"), UNKNOWN))
    real = real_dtype(dtype)
    return Tuple((Array(dtype, (a[1], *b[1:])), UNKNOWN, NumpyScalar("int32"), Array(real, (f"{call.result}:s",))))


by_tangent(f"x, residues, rank, s = scipy.linalg.lstsq(a, b, *, {CHECK})", _lstsq, of=("a", "b"), kind=_lstsq_kind)


def _pinvh(call: Call, kind: KindOf) -> str:
    """As `np.linalg.pinv`, of the matrix that one triangle says: that of which `y` is the inverse."""
    return f"""
{hermitian("a", is_real(kind(call["a"])), not constant_of(call, kind, "lower"))}
g = np.linalg.pinv(y)
y_dot = y @ (y @ (h - h @ g @ y)) + (h - y @ (g @ h)) @ y @ y - y @ h @ y
"""


by_tangent(f"y = scipy.linalg.pinvh(a, *, atol=None, rtol=None, lower=True, {CHECK})", _pinvh, kind=matrix_kind(None))

# the orthogonal matrix nearest to a.T @ b, and the sum of its singular values: those turn like the vectors of an SVD


def _procrustes(call: Call, kind: KindOf) -> str:
    if not is_real(kind(call["a"])) or not is_real(kind(call["b"])):
        raise refused(call, "operands that are not surely real")
    return """
e = np.linalg.svd(b.mT @ a)
u = e[0]
v = e[2]
m = u.mT @ (b_dot.mT @ a + b.mT @ a_dot) @ v.mT
scale_dot = np.sum(m * np.eye(m.shape[0]))
r_dot = (u @ ((m - m.mT) / (e[1][:, None] + e[1])) @ v).mT
"""


def _procrustes_kind(found: tuple[str, tuple[str | int, ...]] | None) -> Kind:
    if found is None:
        return Tuple((UNKNOWN, UNKNOWN))
    dtype, axes = found
    return Tuple((Array(dtype, (axes[-1], axes[-1])), as_result(dtype, ())))  # type: ignore[arg-type]  # an axis that is an int is 1


by_tangent(
    f"r, scale = scipy.linalg.orthogonal_procrustes(a, b, *, {CHECK})",
    _procrustes,
    of=("a", "b"),
    kind=lambda call, kind: _procrustes_kind(dimensions(call, kind)),
)

# schur: `t = z.mH @ a @ z` stays a triangle, which says how z turns


def _schur(call: Call, kind: KindOf) -> str:
    if constant_of(call, kind, "output") != "real" or (inexact(kind(call["a"])) or "complex").startswith("complex"):
        raise refused(call, "complex numbers")
    return """
m = z.mT @ a_dot @ z
below = np.tril_indices(t.shape[0], -1)
i = below[0]
j = below[1]
k = t[i[:, None], i] * (j[:, None] == j) - (i[:, None] == i) * t[j, j[:, None]]
w = np.linalg.solve(k * np.all(np.tril(t, -1) == 0), -m[i, j])
o = scatter_add(np.zeros_like(t), (i, j), w)
o = o - o.mT
z_dot = z @ o
t_dot = np.triu(m + t @ o - o @ t)
"""


def _schur_kind(call: Call, kind: KindOf) -> Kind:
    one = matrix_kind(None)(call, kind)
    return Tuple((one, one))


by_tangent(f"t, z = scipy.linalg.schur(a, output='real', *, {CHECK})", _schur, kind=_schur_kind)
