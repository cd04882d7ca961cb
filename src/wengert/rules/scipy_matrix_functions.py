"""Functions of matrices: expm and what is made of it, sqrtm, logm, fractional powers, polar.

The derivative of the exponential along a matrix is `scipy.linalg.expm_frechet`, and its transpose that of the transposed matrix
(A. Al-Mohy and N. Higham, SIAM J. Matrix Anal. Appl. 30, 2009). Of other functions it is, in the basis of the eigenvectors, the
matrix of divided differences times the matrix, element by element (N. Higham, "Functions of Matrices", theorem 3.11).
"""

from __future__ import annotations

from wengert.ir.core import Const
from wengert.ir.kinds import EITHER, UNKNOWN, Array, Kind, Tuple, axes_of, is_real
from wengert.rules.decompositions import constant_of
from wengert.rules.fitting import ndim_of
from wengert.rules.solving import inexact, matrix_kind, refused
from wengert.rules.table import Call, KindOf
from wengert.rules.tangents import Text, by_tangent

FRECHET = "scipy.linalg.expm_frechet({0}, {1}, compute_expm=False)"


def of_matrix(text: str) -> Text:
    """A text for one matrix; a stack is refused."""

    def write(call: Call, kind: KindOf) -> str:
        if ndim_of(kind(call[call.primitive.parameters[0]])) != 2:
            raise refused(call, "an operand that is not surely one matrix")
        return text

    return write


by_tangent("y = scipy.linalg.expm(x)", of_matrix(f"y_dot = {FRECHET.format('x', 'x_dot')}"), kind=matrix_kind(None))

# the derivative of `expm_frechet` by the matrix: its value is a block of the exponential of a matrix twice as large

BLOCK = f"""
z = np.zeros_like(x)
d = np.concatenate((np.concatenate((x, e), axis=1), np.concatenate((z, x), axis=1)))
d_dot = np.concatenate((np.concatenate((x_dot, z), axis=1), np.concatenate((z, x_dot), axis=1)))
big = {FRECHET.format("d", "d_dot")}
f_dot = big[:x.shape[0], x.shape[0]:] + {FRECHET.format("x", "e_dot")}
"""
ADJOINT = f"e_bar += {FRECHET.format('x.mT', 'f_bar')}"


def _only_derivative(call: Call) -> str | None:
    return "scipy.linalg.expm_frechet/derivative" if call["compute_expm"] == Const(False) else None


def _both_kind(call: Call, kind: KindOf) -> Kind:
    one = matrix_kind(None)(call, kind)
    return Tuple((one, one))


by_tangent(
    "y, f = scipy.linalg.expm_frechet(x, e, *, method=None, compute_expm=True, check_finite=True)",
    BLOCK + f"y_dot = {FRECHET.format('x', 'x_dot')}", of=("x", "e"), kind=_both_kind, variant=_only_derivative,
)  # fmt: skip
by_tangent(
    "f = scipy.linalg.expm_frechet/derivative(x, e, *, method=None, compute_expm=True, check_finite=True)", BLOCK,
    of=("x", "e"), kind=matrix_kind(None), transposes={"e": ADJOINT},
)  # fmt: skip


# cosine, sine and their kin are exponentials of `x` and of `1j * x`

COS = f"np.real({FRECHET.format('1j * x', '1j * x_dot')})"
SIN = f"np.imag({FRECHET.format('1j * x', '1j * x_dot')})"
COSH = f"({FRECHET.format('x', 'x_dot')} - {FRECHET.format('-x', 'x_dot')}) / 2"
SINH = f"({FRECHET.format('x', 'x_dot')} + {FRECHET.format('-x', 'x_dot')}) / 2"


def _real_matrix(text: str) -> Text:
    def write(call: Call, kind: KindOf) -> str:
        if not is_real(kind(call["x"])):
            raise refused(call, "an operand that is not surely real")
        return of_matrix(text)(call, kind)  # type: ignore[operator]  # a `Text` may be a text: this one is a function

    return write


for _name, _text in (
    ("cosm", f"y_dot = {COS}"), ("sinm", f"y_dot = {SIN}"), ("coshm", f"y_dot = {COSH}"), ("sinhm", f"y_dot = {SINH}"),
    ("tanm", f"c = scipy.linalg.cosm(x)\nc_dot = {COS}\ns_dot = {SIN}\ny_dot = np.linalg.solve(c, s_dot - c_dot @ y)"),
    ("tanhm", f"c = scipy.linalg.coshm(x)\nc_dot = {COSH}\ns_dot = {SINH}\ny_dot = np.linalg.solve(c, s_dot - c_dot @ y)"),
):  # fmt: skip
    by_tangent(f"y = scipy.linalg.{_name}(x)", _real_matrix(_text), kind=matrix_kind(None))


# roots, logarithms and powers


def _either_kind(call: Call, kind: KindOf) -> Kind:
    """Of a real matrix they may be real or complex, as it comes."""
    operand = kind(call["x"])
    axes, dtype = axes_of(operand), inexact(operand)
    if axes is None or dtype not in ("float64", "complex128"):
        return UNKNOWN
    return Array(EITHER if dtype == "float64" else dtype, axes)


by_tangent("y = scipy.linalg.sqrtm(x)", of_matrix("y_dot = scipy.linalg.solve_sylvester(y, y, x_dot)"), kind=_either_kind)


def _by_differences(value: str, slope: str) -> Text:
    return of_matrix(f"""
e = np.linalg.eig(x)
w = e[0] + 0j
v = e[1]
f = {value}
gap = w[:, None] - w
same = np.abs(gap) <= 1e-8 * np.max(np.abs(w))
d = np.where(same, {slope}, (f[:, None] - f) / np.where(same, 1.0, gap))
m = np.linalg.solve(v, x_dot @ v)
y_dot = np.linalg.solve(v.mT, (v @ (d * m)).mT).mT
""")


by_tangent(
    "y = scipy.linalg.logm(x)", _by_differences("np.log(w)", "2.0 / (w[:, None] + w)"), kind=_either_kind,
)  # fmt: skip
by_tangent(
    "y = scipy.linalg.fractional_matrix_power(x, t)", _by_differences("w ** t", "t * ((w[:, None] + w) / 2) ** (t - 1)"), kind=_either_kind,
)  # fmt: skip

# polar: p is the root of x.mH @ x


def _polar(call: Call, kind: KindOf) -> str:
    if constant_of(call, kind, "side") != "right":
        raise refused(call, "`side='left'`")
    return """
p_dot = scipy.linalg.solve_sylvester(p, p, x_dot.mH @ x + x.mH @ x_dot)
u_dot = np.linalg.solve(p.mT, (x_dot - u @ p_dot).mT).mT
"""


def _polar_kind(call: Call, kind: KindOf) -> Kind:
    axes, dtype = axes_of(kind(call["x"])), inexact(kind(call["x"]))
    if axes is None or dtype is None or len(axes) != 2:
        return Tuple((UNKNOWN, UNKNOWN))
    return Tuple((Array(dtype, axes), Array(dtype, (axes[1], axes[1]))))


by_tangent("u, p = scipy.linalg.polar(x, side='right')", _polar, kind=_polar_kind)
