"""`scipy.linalg`: the decompositions and systems of `np.linalg` under its names and options, triangular, factored, banded and
Toeplitz systems, and the matrix equations of Sylvester, Lyapunov and Riccati.

What solves `A x = b` has `A x_dot = b_dot - A_dot x`, whatever form A comes in; the right side's adjoint is the solution of the
transposed system. What overwrites its arguments (`overwrite_a=True`) is refused.
"""

from __future__ import annotations

from wengert.ir.build import Builder
from wengert.ir.core import Atom, Const
from wengert.ir.kinds import BOOL, EITHER, UNKNOWN, Array, Kind, Known, NumpyScalar, Tuple, axes_of, is_real
from wengert.rules.decompositions import SINGULAR_VALUES, constant_of, dimensions, eig_text, hermitian, qr_text, shorter, svd_text
from wengert.rules.fitting import ndim_of
from wengert.rules.norms import norm_kind, norm_text
from wengert.rules.result_kinds import NotStatic, as_result, value_of
from wengert.rules.solving import inexact, matrix_kind, real_dtype, refused
from wengert.rules.table import Call, KindFunction, KindOf
from wengert.rules.tangents import by_tangent

CHECK = "check_finite=True"

# inverses, determinants, norms

by_tangent(f"y = scipy.linalg.inv(x, *, {CHECK})", "y_dot = -(y @ x_dot @ y)", kind=matrix_kind(None))
by_tangent(
    f"y = scipy.linalg.det(x, *, {CHECK})", "y_dot = np.sum(cofactors(x) * x_dot, axis=(-2, -1))",
    kind=lambda call, kind: _det_kind(dimensions(call, kind)),
)  # fmt: skip
by_tangent(
    f"y = scipy.linalg.pinv(x, *, atol=None, rtol=None, {CHECK})",
    "h = x_dot.mH; y_dot = y @ (y.mH @ (h - h @ x @ y)) + (h - y @ (x @ h)) @ y.mH @ y - y @ x_dot @ y",
    kind=matrix_kind(lambda axes, call: (*axes[:-2], axes[-1], axes[-2])),
)  # fmt: skip
by_tangent(f"y = scipy.linalg.norm(x, ord=None, axis=None, keepdims=False, {CHECK})", norm_text, kind=norm_kind)


def _det_kind(found: tuple[str, tuple[object, ...]] | None) -> Kind:
    return UNKNOWN if found is None or len(found[1]) != 2 else NumpyScalar(found[0])


# systems


def solution_kind(matrix: str, right: str = "b") -> KindFunction:
    """A solution is of the shape of the right side."""

    def kind_function(call: Call, kind: KindOf) -> Kind:
        a, b = kind(call[matrix]), kind(call[right])
        parts = a.items if isinstance(a, Tuple) else (a,)
        axes, dtype = axes_of(b), inexact(*(part for part in (*parts, b) if inexact(part) is not None and axes_of(part) != ()))
        return UNKNOWN if not axes or dtype is None or len(axes) > 2 else Array(dtype, axes)

    return kind_function


def _one_system(call: Call, kind: KindOf, *names: str) -> None:
    if any((ndim_of(kind(call[name])) or 3) > 2 for name in names):
        raise refused(call, "operands that are not surely one matrix, and one vector or matrix")


def _solve(call: Call, kind: KindOf) -> str:
    _one_system(call, kind, "a", "b")
    form = constant_of(call, kind, "assume_a")
    if form in (None, "gen", "general"):
        return "x_dot = scipy.linalg.solve(a, b_dot - a_dot @ x)"
    if form not in ("sym", "symmetric", "her", "hermitian", "pos", "positive definite"):
        raise refused(call, f"`assume_a={form!r}`")
    real = is_real(kind(call["a"]))
    if not real and form in ("sym", "symmetric"):
        raise refused(call, "a symmetric matrix of complex numbers")
    triangle = hermitian("a", real, not constant_of(call, kind, "lower"))
    return f"{triangle}\nx_dot = scipy.linalg.solve(a, b_dot - h @ x, lower, assume_a=assume_a)"


def _solve_back(b: Builder, call: Call, x_bar: Atom, parameter: str) -> Atom:
    _one_system(call, b.kind, "a", "b")
    names = {**call.names, "x_bar": x_bar}
    if constant_of(call, b.kind, "assume_a") in (None, "gen", "general"):
        return b.text("scipy.linalg.solve(a.mT, x_bar)", names)
    if is_real(b.kind(call["a"])):
        return b.text("scipy.linalg.solve(a, x_bar, lower, assume_a=assume_a)", names)
    return b.text("np.conj(scipy.linalg.solve(a, np.conj(x_bar), lower, assume_a=assume_a))", names)


by_tangent(
    f"x = scipy.linalg.solve(a, b, lower=False, *, {CHECK}, assume_a=None)", _solve, of=("a", "b"), transposes={"b": _solve_back},
    kind=solution_kind("a"),
)  # fmt: skip


def _transposition(call: Call, kind: KindOf) -> int:
    """0: as it is; 1: transposed; 2: conjugated, too."""
    trans = constant_of(call, kind, "trans")
    found = {"N": 0, "T": 1, "C": 2}.get(str(trans), trans)
    if found == 2 and is_real(kind(call[call.primitive.parameters[0]])):
        found = 1
    if found not in (0, 1):
        raise refused(call, f"`trans={trans!r}`")
    return int(found)


def _triangular(call: Call, kind: KindOf) -> str:
    _one_system(call, kind, "a", "b")
    turned, lower = _transposition(call, kind), bool(constant_of(call, kind, "lower"))
    unit = bool(constant_of(call, kind, "unit_diagonal"))
    triangle = f"np.{'tril' if lower else 'triu'}(a_dot{f', {-1 if lower else 1}' if unit else ''}){'.mT' if turned else ''}"
    return f"x_dot = scipy.linalg.solve_triangular(a, b_dot - {triangle} @ x, trans, lower, unit_diagonal)"


def _triangular_back(b: Builder, call: Call, x_bar: Atom, parameter: str) -> Atom:
    turned = 1 - _transposition(call, b.kind)
    return b.text(f"scipy.linalg.solve_triangular(a, x_bar, {turned}, lower, unit_diagonal)", {**call.names, "x_bar": x_bar})


by_tangent(
    f"x = scipy.linalg.solve_triangular(a, b, trans=0, lower=False, unit_diagonal=False, *, {CHECK})", _triangular, of=("a", "b"),
    transposes={"b": _triangular_back}, kind=solution_kind("a"),
)  # fmt: skip

# factored systems


def _is_lower(call: Call, kind: KindOf, name: str) -> bool:
    """The flag beside a Cholesky factor."""
    pair = kind(call[name])
    try:
        return bool(value_of(call, lambda atom: pair.items[1] if isinstance(pair, Tuple) else kind(atom), name))
    except NotStatic:
        raise refused(call, "a factor of which it is not known whether it is the lower one") from None


def _cho_solve(call: Call, kind: KindOf) -> str:
    if _is_lower(call, kind, "c"):
        return """
l = np.tril(c[0])
l_dot = np.tril(c_dot[0])
x_dot = scipy.linalg.cho_solve(c, b_dot - (l_dot @ (l.mH @ x) + l @ (l_dot.mH @ x)))
"""
    return """
l = np.triu(c[0])
l_dot = np.triu(c_dot[0])
x_dot = scipy.linalg.cho_solve(c, b_dot - (l_dot.mH @ (l @ x) + l.mH @ (l_dot @ x)))
"""


by_tangent(
    f"x = scipy.linalg.cho_solve(c, b, *, {CHECK})", _cho_solve, of=("c", "b"), kind=solution_kind("c"), sequences=frozenset({"c"}),
    transposes={"b": "b_bar += conj(scipy.linalg.cho_solve(c, conj(x_bar)))"},
)  # fmt: skip


def _lu_solve(call: Call, kind: KindOf) -> str:
    if _transposition(call, kind):
        raise refused(call, "a transposed system")
    return """
f = lu[0]
l = np.tril(f, -1) + np.eye(f.shape[0])
u = np.triu(f)
d = lu_dot[0]
e = np.linalg.solve(u, np.linalg.solve(l, np.tril(d, -1) @ (u @ x)) + np.triu(d) @ x)
x_dot = scipy.linalg.lu_solve(lu, b_dot) - e
"""


def _lu_solve_back(b: Builder, call: Call, x_bar: Atom, parameter: str) -> Atom:
    pair = b.kind(call["lu"])
    real = isinstance(pair, Tuple) and is_real(pair.items[0])
    turned = {0: 1, 1: 0}.get(int(str(constant_of(call, b.kind, "trans"))))
    if turned is None and not real:
        raise refused(call, "a conjugated system")
    return b.text(f"scipy.linalg.lu_solve(lu, x_bar, {turned or 0})", {**call.names, "x_bar": x_bar})


by_tangent(
    f"x = scipy.linalg.lu_solve(lu, b, trans=0, *, {CHECK})", _lu_solve, of=("lu", "b"), kind=solution_kind("lu"),
    sequences=frozenset({"lu"}), transposes={"b": _lu_solve_back},
)  # fmt: skip

# factorisations

LU = """
f = np.linalg.solve(l, {0})
f = np.linalg.solve({1}.mT, f.mT).mT
l_dot = l @ np.tril(f, -1)
u_dot = np.triu(f) @ {1}
"""


def _lu_kind(call: Call, kind: KindOf) -> Kind:
    found = dimensions(call, kind)
    if found is None or len(found[1]) != 2:
        return Tuple((UNKNOWN,) * 3)
    dtype, (m, n) = found
    k = shorter(call, (m, n))
    return Tuple((Array(real_dtype(dtype), (m, m)), Array(dtype, (m, k)), Array(dtype, (k, n))))


def _lu_factor_kind(call: Call, kind: KindOf) -> Kind:
    found = dimensions(call, kind)
    if found is None or len(found[1]) != 2:
        return Tuple((UNKNOWN, UNKNOWN))
    return Tuple((Array(*found), Array("int32", (shorter(call, found[1]),))))


by_tangent(f"p, l, u = scipy.linalg.lu(a, *, {CHECK})", LU.format("p.mT @ a_dot", "u"), kind=_lu_kind)
by_tangent(
    f"lu, piv = scipy.linalg.lu_factor(a, *, {CHECK})",
    "e = scipy.linalg.lu(a)\nl = e[1]\nu = e[2]" + LU.format("e[0].mT @ a_dot", "u") + "lu_dot = l_dot + u_dot", kind=_lu_factor_kind,
)  # fmt: skip


def _cholesky(call: Call, kind: KindOf, factor: str) -> str:
    lower = bool(constant_of(call, kind, "lower"))
    h = "" if lower else ".mH"
    return f"""
{hermitian("x", is_real(kind(call["x"])), not lower)}
p = np.linalg.solve({factor}{h}, np.linalg.solve({factor}{h}, h).mH)
l = (np.tril(p) + np.tril(p, -1)) / 2
y_dot = {f"{factor} @ l" if lower else f"l.mH @ {factor}"}
"""


def _cho_factor(call: Call, kind: KindOf) -> str:
    """The other triangle is left as it was."""
    lower = bool(constant_of(call, kind, "lower"))
    kept, left = ("tril(y)", "triu(x_dot, 1)") if lower else ("triu(y)", "tril(x_dot, -1)")
    return f"c = np.{kept}\n{_cholesky(call, kind, 'c')}\ny_dot = y_dot + np.{left}"


by_tangent(
    f"y = scipy.linalg.cholesky(x, lower=False, *, {CHECK})", lambda call, kind: _cholesky(call, kind, "y"), kind=matrix_kind(None)
)  # fmt: skip


def _cho_factor_kind(call: Call, kind: KindOf) -> Kind:
    lower = kind(call["lower"])
    return Tuple((matrix_kind(None)(call, kind), lower if isinstance(lower, Known) else BOOL))


by_tangent(f"y, low = scipy.linalg.cho_factor(x, lower=False, *, {CHECK})", _cho_factor, kind=_cho_factor_kind)


def _qr(call: Call, kind: KindOf) -> str:
    mode = constant_of(call, kind, "mode")
    if mode not in ("full", "economic") or constant_of(call, kind, "pivoting"):
        raise refused(call, f"`mode={mode!r}` or pivoting")
    return qr_text(call, kind, "q", "r", mode == "full")


def _qr_kind(call: Call, kind: KindOf) -> Kind:
    found, mode = dimensions(call, kind), call.value("mode")
    if found is None or mode not in ("full", "economic"):
        return Tuple((UNKNOWN, UNKNOWN))
    dtype, axes = found
    k = shorter(call, axes) if mode == "economic" else axes[-2]
    return Tuple((Array(dtype, (*axes[:-1], k)), Array(dtype, (*axes[:-2], k, axes[-1]))))


by_tangent(f"q, r = scipy.linalg.qr(a, *, mode='full', pivoting=False, {CHECK})", _qr, kind=_qr_kind)


def _svd_kind(call: Call, kind: KindOf) -> Kind:
    found = dimensions(call, kind)
    full = kind(call["full_matrices"])
    if found is None or not isinstance(full, Known):
        return Tuple((UNKNOWN,) * 3)
    dtype, axes = found
    k = shorter(call, axes)
    u, vh = ((axes[-2], axes[-2]), (axes[-1], axes[-1])) if full.value else ((axes[-2], k), (k, axes[-1]))
    return Tuple((Array(dtype, (*axes[:-2], *u)), Array(real_dtype(dtype), (*axes[:-2], k)), Array(dtype, (*axes[:-2], *vh))))


def _singular_kind(call: Call, kind: KindOf) -> Kind:
    found = dimensions(call, kind)
    return UNKNOWN if found is None else as_result(real_dtype(found[0]), (*found[1][:-2], shorter(call, found[1])))


SVD = f"scipy.linalg.svd{{}}(x, full_matrices=True, compute_uv=True, *, {CHECK}, lapack_driver='gesdd')"
by_tangent(
    f"u, s, vh = {SVD.format('')}", svd_text, kind=_svd_kind,
    variant=lambda call: "scipy.linalg.svd/values" if call["compute_uv"] == Const(False) else None,
)  # fmt: skip
by_tangent(f"s = {SVD.format('/values')}", SINGULAR_VALUES, kind=_singular_kind)
by_tangent(f"s = scipy.linalg.svdvals(x, *, {CHECK})", SINGULAR_VALUES, kind=_singular_kind)

# eigenvalues


def _triangle(call: Call, kind: KindOf) -> str:
    return hermitian("a", is_real(kind(call["a"])), not constant_of(call, kind, "lower"))


def _eigh(call: Call, kind: KindOf) -> str:
    return f"""
{_triangle(call, kind)}
d = h @ v
w_dot = real(np.sum(conj(v) * d, axis=-2))
v_dot = v @ (inverse_gaps(w) * (v.mH @ d))
"""


def _eigvalsh(call: Call, kind: KindOf) -> str:
    return f"{_triangle(call, kind)}\ne = scipy.linalg.eigh(a, lower=lower)\nw_dot = real(np.sum(conj(e[1]) * (h @ e[1]), axis=-2))"


def _eigh_kind(call: Call, kind: KindOf) -> Kind:
    found = dimensions(call, kind)
    return Tuple((UNKNOWN, UNKNOWN)) if found is None else Tuple((Array(real_dtype(found[0]), found[1][:-1]), Array(*found)))


EIGH = f"scipy.linalg.eigh{{}}(a, *, lower=True, eigvals_only=False, {CHECK}, driver=None)"
VALUES = matrix_kind(lambda axes, call: axes[:-1], real=True)
by_tangent(
    f"w, v = {EIGH.format('')}", _eigh, kind=_eigh_kind,
    variant=lambda call: "scipy.linalg.eigh/values" if call["eigvals_only"] == Const(True) else None,
)  # fmt: skip
by_tangent(f"w = {EIGH.format('/values')}", _eigvalsh, kind=VALUES)
by_tangent(f"w = scipy.linalg.eigvalsh(a, *, lower=True, {CHECK}, driver=None)", _eigvalsh, kind=VALUES)


def _eig_kind(call: Call, kind: KindOf) -> Kind:
    found = dimensions(call, kind)
    if found is None or found[0] not in ("float64", "complex128"):
        return Tuple((UNKNOWN, UNKNOWN))
    return Tuple((Array("complex128", found[1][:-1]), Array(EITHER if found[0] == "float64" else found[0], found[1])))


def _eigvals_kind(call: Call, kind: KindOf) -> Kind:
    both = _eig_kind(call, kind)
    return both.items[0] if isinstance(both, Tuple) else UNKNOWN


by_tangent(f"w, v = scipy.linalg.eig(a, *, {CHECK})", eig_text("w", "v"), kind=_eig_kind)
by_tangent(f"w = scipy.linalg.eigvals(a, *, {CHECK})", "e = scipy.linalg.eig(a)\n" + eig_text("w", "e[1]"), kind=_eigvals_kind)

TRIDIAGONAL = "h = np.diag(d_dot)\ng = np.diag(e_dot, 1)\nh = h + g + g.mT\nz = h @ {0}\nw_dot = np.sum({0} * z, axis=0)\n"


def _tridiagonal_kind(call: Call, kind: KindOf) -> Kind:
    axes, dtype = axes_of(kind(call["d"])), inexact(kind(call["d"]), kind(call["e"]))
    return Tuple((UNKNOWN, UNKNOWN)) if not axes or dtype is None else Tuple((Array(dtype, axes), Array(dtype, axes * 2)))


def _tridiagonal_values_kind(call: Call, kind: KindOf) -> Kind:
    both = _tridiagonal_kind(call, kind)
    return both.items[0] if isinstance(both, Tuple) else UNKNOWN


by_tangent(
    f"w, v = scipy.linalg.eigh_tridiagonal(d, e, *, {CHECK})", TRIDIAGONAL.format("v") + "v_dot = v @ (inverse_gaps(w) * (v.mT @ z))",
    of=("d", "e"), kind=_tridiagonal_kind,
)  # fmt: skip
by_tangent(
    f"w = scipy.linalg.eigvalsh_tridiagonal(d, e, *, {CHECK})", "v = scipy.linalg.eigh_tridiagonal(d, e)[1]\n" + TRIDIAGONAL.format("v"),
    of=("d", "e"), kind=_tridiagonal_values_kind,
)  # fmt: skip
