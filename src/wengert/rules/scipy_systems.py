"""`scipy.linalg`: banded, Toeplitz and circulant systems, and the matrix equations of Sylvester, Lyapunov and Riccati.

An equation `F(x, data) = 0` gives `F_x x_dot = -F_data data_dot`, and `F_x` is the left side of a linear equation of the same
kind: the tangent is the solution of that one (for the Riccati equations of a Lyapunov equation with the closed loop).
"""

from __future__ import annotations

from wengert.ir.build import Builder
from wengert.ir.core import Atom
from wengert.ir.kinds import Known, Tuple, is_real
from wengert.rules.decompositions import constant_of
from wengert.rules.fitting import ndim_of
from wengert.rules.result_kinds import NotStatic, value_of
from wengert.rules.scipy_linalg import CHECK, solution_kind
from wengert.rules.solving import matrix_kind, refused
from wengert.rules.table import Call, KindOf
from wengert.rules.tangents import Text, by_tangent

# bands: element (i, j) stands at [upper + i - j, j]


def _widths(call: Call, kind: KindOf) -> tuple[int, int]:
    try:
        lower, upper = value_of(call, kind, "l_and_u")
    except NotStatic:
        raise refused(call, "numbers of diagonals known only at run time") from None
    return int(lower), int(upper)


def _times(band: str, shift: int, x: str, column: str) -> str:
    """The product of one diagonal, `shift` above the main one, with x."""
    if shift >= 0:
        product = f"{band}[{shift}:]{column} * {x}[{shift}:]" if shift else f"{band}{column} * {x}"
        return f"np.concatenate(({product}, np.zeros_like({x}[:{shift}])))" if shift else product
    return f"np.concatenate((np.zeros_like({x}[:{-shift}]), {band}[:{shift}]{column} * {x}[:{shift}]))"


def _banded(call: Call, kind: KindOf) -> str:
    lower, upper = _widths(call, kind)
    column = "[:, None]" if ndim_of(kind(call["b"])) == 2 else ""
    terms = [_times(f"ab_dot[{upper - shift}]", shift, "x", column) for shift in range(-lower, upper + 1)]
    return f"p = {' + '.join(terms)}\nx_dot = scipy.linalg.solve_banded(l_and_u, ab, b_dot - p)"


def _banded_back(b: Builder, call: Call, x_bar: Atom, parameter: str) -> Atom:
    lower, upper = _widths(call, b.kind)
    rows = []
    for shift in range(lower, -upper - 1, -1):  # of the transposed matrix
        row = f"ab[{upper + shift}]"
        if shift > 0:
            row = f"np.concatenate((np.zeros_like({row}[:{shift}]), {row}[:-{shift}]))"
        elif shift < 0:
            row = f"np.concatenate(({row}[{-shift}:], np.zeros_like({row}[:{-shift}])))"
        rows.append(row)
    return b.text(
        f"scipy.linalg.solve_banded(({upper}, {lower}), np.stack([{', '.join(rows)}]), x_bar)", {**call.names, "x_bar": x_bar}
    )


by_tangent(
    f"x = scipy.linalg.solve_banded(l_and_u, ab, b, *, {CHECK})", _banded, of=("ab", "b"), transposes={"b": _banded_back},
    kind=solution_kind("ab"),
)  # fmt: skip


def _symmetric_banded(call: Call, kind: KindOf) -> str:
    raise refused(call, "derivatives by the matrix (`scipy.linalg.solve_banded` has them)")


by_tangent(
    f"x = scipy.linalg.solveh_banded(ab, b, *, lower=False, {CHECK})", _symmetric_banded, of=("ab", "b"),
    transposes={"b": "b_bar += conj(scipy.linalg.solveh_banded(ab, conj(x_bar), lower=lower))"}, kind=solution_kind("ab"),
)  # fmt: skip

# Toeplitz and circulant matrices


def _toeplitz_of(call: Call, kind: KindOf) -> tuple[str, bool]:
    """The text of the tangent's matrix; is the matrix given by two vectors?"""
    given = kind(call["c"])
    if isinstance(given, Tuple):
        return "scipy.linalg.toeplitz(c_dot[0], c_dot[1])", True
    if not is_real(given):
        raise refused(call, "complex numbers without a row")
    return "scipy.linalg.toeplitz(c_dot)", False


def _solve_toeplitz(call: Call, kind: KindOf) -> str:
    return f"x_dot = scipy.linalg.solve_toeplitz(c, b_dot - {_toeplitz_of(call, kind)[0]} @ x)"


def _turned(call: Call, kind: KindOf) -> str:
    """The transposed matrix: the row for the column; what stands in the corner is the column's."""
    return "(np.concatenate((c[0][:1], c[1][1:])), c[0])" if _toeplitz_of(call, kind)[1] else "c"


def _solve_toeplitz_back(b: Builder, call: Call, x_bar: Atom, parameter: str) -> Atom:
    return b.text(f"scipy.linalg.solve_toeplitz({_turned(call, b.kind)}, x_bar)", {**call.names, "x_bar": x_bar})


by_tangent(
    f"x = scipy.linalg.solve_toeplitz(c, b, *, {CHECK})", _solve_toeplitz, of=("c", "b"), sequences=frozenset({"c"}),
    transposes={"b": _solve_toeplitz_back}, kind=solution_kind("c"),
)  # fmt: skip


def _matmul_toeplitz_back(b: Builder, call: Call, y_bar: Atom, parameter: str) -> Atom:
    return b.text(f"scipy.linalg.matmul_toeplitz({_turned(call, b.kind)}, y_bar)", {**call.names, "y_bar": y_bar})


def _matmul_toeplitz(call: Call, kind: KindOf) -> str:
    return f"y_dot = scipy.linalg.matmul_toeplitz(c, x_dot) + {_toeplitz_of(call, kind)[0]} @ x"


by_tangent(
    "y = scipy.linalg.matmul_toeplitz(c, x, *, check_finite=False, workers=None)", _matmul_toeplitz, of=("c", "x"),
    sequences=frozenset({"c"}), transposes={"x": _matmul_toeplitz_back}, kind=solution_kind("c", "x"),
)  # fmt: skip
by_tangent(
    "x = scipy.linalg.solve_circulant(c, b)", "x_dot = scipy.linalg.solve_circulant(c, b_dot - scipy.linalg.circulant(c_dot) @ x)",
    of=("c", "b"), transposes={"b": "b_bar += scipy.linalg.solve_circulant(np.roll(c[::-1], 1), x_bar)"}, kind=solution_kind("c"),
)  # fmt: skip

# matrix equations: a x + x b = q; a x + x a.mH = q; a x a.mH - x + q = 0

by_tangent(
    "x = scipy.linalg.solve_sylvester(a, b, q)", "x_dot = scipy.linalg.solve_sylvester(a, b, q_dot - (a_dot @ x + x @ b_dot))",
    of=("a", "b", "q"), transposes={"q": "q_bar += scipy.linalg.solve_sylvester(a.mT, b.mT, x_bar)"}, kind=solution_kind("a", "q"),
)  # fmt: skip
by_tangent(
    "x = scipy.linalg.solve_continuous_lyapunov(a, q)",
    "x_dot = scipy.linalg.solve_continuous_lyapunov(a, q_dot - (a_dot @ x + x @ a_dot.mH))",
    of=("a", "q"), transposes={"q": "q_bar += scipy.linalg.solve_continuous_lyapunov(a.mT, x_bar)"}, kind=solution_kind("a", "q"),
)  # fmt: skip
by_tangent(
    "x = scipy.linalg.solve_discrete_lyapunov(a, q, method=None)",
    "x_dot = scipy.linalg.solve_discrete_lyapunov(a, q_dot + (a_dot @ x @ a.mH + a @ x @ a_dot.mH), method)",
    of=("a", "q"), transposes={"q": "q_bar += scipy.linalg.solve_discrete_lyapunov(a.mT, x_bar, method)"}, kind=solution_kind("a", "q"),
)  # fmt: skip


def _riccati(text: str) -> Text:
    def write(call: Call, kind: KindOf) -> str:
        if any(kind(call[name]) != Known(None) for name in ("e", "s")) or not constant_of(call, kind, "balanced"):
            raise refused(call, "`e`, `s` or `balanced=False`")
        return text

    return write


by_tangent(
    "x = scipy.linalg.solve_continuous_are(a, b, q, r, e=None, s=None, balanced=True)",
    _riccati("""
k = np.linalg.solve(r, b.mH @ x)
c = a - b @ k
d = x @ (a_dot - b_dot @ k)
x_dot = scipy.linalg.solve_continuous_lyapunov(c.mH, -(q_dot + (d + d.mH) + k.mH @ r_dot @ k))
"""), of=("a", "b", "q", "r"), kind=matrix_kind(None),
)  # fmt: skip
by_tangent(
    "x = scipy.linalg.solve_discrete_are(a, b, q, r, e=None, s=None, balanced=True)",
    _riccati("""
k = np.linalg.solve(r + b.mH @ x @ b, b.mH @ x @ a)
c = a - b @ k
d = c.mH @ x @ (a_dot - b_dot @ k)
x_dot = scipy.linalg.solve_discrete_lyapunov(c.mH, q_dot + (d + d.mH) + k.mH @ r_dot @ k)
"""), of=("a", "b", "q", "r"), kind=matrix_kind(None),
)  # fmt: skip
