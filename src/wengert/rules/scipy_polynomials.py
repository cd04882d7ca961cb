"""Hypergeometric functions, elliptic integrals, zeta functions and orthogonal polynomials of `scipy.special`.

A hypergeometric function's slope by the argument is itself with all parameters one higher (DLMF 13.3.15, 13.3.22, 15.5.1,
16.3.1), and so is that of a Jacobi polynomial (18.9.15). Elliptic integrals are written with Carlson's R_D, which has no pole at m == 0.
"""

from __future__ import annotations

from wengert.ir.build import parse_expression
from wengert.ir.kinds import Known
from wengert.rules.notation import Partial
from wengert.rules.scipy_special import slope, special
from wengert.rules.table import Call, KindOf, Partials

# hypergeometric functions
special("y = hyp0f1(b, x)", "x_bar += y_bar * hyp0f1(b + 1, x) / b")
special("y = hyp1f1(a, b, x)", "a_bar += y_bar * hypergeometric_by_parameter((a,), (b,), x, 0)",
        "b_bar += y_bar * hypergeometric_by_parameter((a,), (b,), x, 1)", "x_bar += y_bar * a / b * hyp1f1(a + 1, b + 1, x)")  # fmt: skip
special("y = hyp2f1(a, b, c, x)", "a_bar += y_bar * hypergeometric_by_parameter((a, b), (c,), x, 0)",
        "b_bar += y_bar * hypergeometric_by_parameter((a, b), (c,), x, 1)",
        "c_bar += y_bar * hypergeometric_by_parameter((a, b), (c,), x, 2)",
        "x_bar += y_bar * a * b / c * hyp2f1(a + 1, b + 1, c + 1, x)")  # fmt: skip
special("y = hyperu(a, b, x)", "x_bar -= y_bar * a * hyperu(a + 1, b + 1, x)")

# complete and incomplete elliptic integrals of parameter m; (K - E) / m = R_D(0, 1 - m, 1) / 3 (DLMF 19.25.1, 19.4.1, 19.4.5)
special("y = ellipk(m)", "m_bar += y_bar * (y - elliprd(0, 1 - m, 1) / 3) / (2 * (1 - m))")
special("y = ellipkm1(p)", "p_bar -= y_bar * (y - elliprd(0, p, 1) / 3) / (2 * p)")
special("y = ellipe(m)", "m_bar -= y_bar * elliprd(0, 1 - m, 1) / 6")
_DELTA = "np.sqrt(1 - m * np.sin(phi) ** 2)"
special("y = ellipkinc(phi, m)", f"phi_bar += y_bar / {_DELTA}",
        f"m_bar += y_bar * (y - (y - ellipeinc(phi, m)) / m - np.sin(phi) * np.cos(phi) / {_DELTA}) / (2 * (1 - m))")  # fmt: skip
special("y = ellipeinc(phi, m)", f"phi_bar += y_bar * {_DELTA}", "m_bar += y_bar * (y - ellipkinc(phi, m)) / (2 * m)")
# Carlson's forms (DLMF 19.18.1; R_F is symmetric, and R_D is R_J with two equal)
special("w = elliprf(x, y, z)", "x_bar -= w_bar * elliprd(y, z, x) / 6", "y_bar -= w_bar * elliprd(z, x, y) / 6",
        "z_bar -= w_bar * elliprd(x, y, z) / 6")  # fmt: skip
special("w = elliprd(x, y, z)")
# R_C(x, y) = R_F(x, y, y) (19.2.17)
special("w = elliprc(x, y)", "x_bar -= w_bar * elliprd(y, y, x) / 6", "y_bar -= w_bar * elliprd(x, y, y) / 3")
# the arithmetic-geometric mean is pi / 2 over the complete integral R_F(0, x * x, y * y) (DLMF 19.8.5, 19.25.2)
_AGM = "z_bar * z * z * (2 / (3 * math.pi)) * {0} * elliprd(0, {1} * {1}, {0} * {0})"
special("z = agm(x, y)", f"x_bar += {_AGM.format('x', 'y')}", f"y_bar += {_AGM.format('y', 'x')}")

# zeta functions (DLMF 25.11.17; by s with Euler and Maclaurin's sum, 25.11.8)
def _zeta(call: Call, kind: KindOf) -> Partials:
    """Without q, the sum begins at 1."""
    q = "1.0" if kind(call["q"]) == Known(None) else "q"
    by_s = Partial(1, (("*", parse_expression(f"zeta_by_exponent(s, {q})")),))
    return {"s": by_s, "q": Partial(-1, (("*", parse_expression("s")), ("*", parse_expression("zeta(s + 1, q)"))))}


special("y = zeta(s, q=None)", "s_bar += y_bar", "q_bar += y_bar", choose=_zeta, domain=(1.3, 3.2))
special("y = zetac(s)", "s_bar += y_bar * zeta_by_exponent(s, 1.0)", domain=(1.3, 3.2))

# orthogonal polynomials of a fixed degree
special("y = eval_jacobi(n, a, b, x)", "x_bar += y_bar * (n + a + b + 1) / 2 * eval_jacobi(n - 1, a + 1, b + 1, x)")
special("y = eval_sh_jacobi(n, p, q, x)", "x_bar += y_bar * n * eval_sh_jacobi(n - 1, p + 2, q + 1, x)")
special("y = eval_legendre(n, x)", "x_bar += y_bar * (n + 1) / 2 * eval_jacobi(n - 1, 1, 1, x)")
special("y = eval_sh_legendre(n, x)", "x_bar += y_bar * (n + 1) * eval_jacobi(n - 1, 1, 1, 2 * x - 1)")
special("y = eval_chebyt(n, x)", "x_bar += y_bar * n * eval_chebyu(n - 1, x)")
special("y = eval_chebyu(n, x)", "x_bar += y_bar * 2 * eval_gegenbauer(n - 1, 2, x)")
special("y = eval_chebyc(n, x)", "x_bar += y_bar * n * eval_chebys(n - 1, x)")
special("y = eval_chebys(n, x)", "x_bar += y_bar * eval_gegenbauer(n - 1, 2, x / 2)")
special("y = eval_sh_chebyt(n, x)", "x_bar += y_bar * 2 * n * eval_sh_chebyu(n - 1, x)")
special("y = eval_sh_chebyu(n, x)", "x_bar += y_bar * 4 * eval_gegenbauer(n - 1, 2, 2 * x - 1)")
special("y = eval_gegenbauer(n, a, x)", "x_bar += y_bar * 2 * a * eval_gegenbauer(n - 1, a + 1, x)")
special("y = eval_laguerre(n, x)", "x_bar -= y_bar * eval_genlaguerre(n - 1, 1, x)")
special("y = eval_genlaguerre(n, a, x)", "x_bar -= y_bar * eval_genlaguerre(n - 1, a + 1, x)")

slope("y = hypergeometric_by_parameter(upper, lower, x, which)", of=("x",))
slope("y = zeta_by_exponent(s, q)", of=("s", "q"))
