"""Functions of `scipy.special` of each element alone: gamma, error and entropy functions, exponentials, integrals.

Formulas are from the Digital Library of Mathematical Functions (DLMF) where a number is given; the others follow from the
definition in SciPy's documentation. A bare name in a rule is that of `scipy.special`. Bessel functions, elliptic integrals,
polynomials, distribution functions and reductions have files of their own.

>>> from wengert.rules.table import lookup
>>> lookup("scipy.special.gammaln").texts
('x_bar += y_bar * digamma(x)',)
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.special  # noqa: F401 - a row is entered if its function is there

from wengert.ir.build import parse_expression
from wengert.ir.kinds import Kind, axes_of
from wengert.rules.notation import Partial, head
from wengert.rules.result_kinds import broadcast_kind, elementwise_kind
from wengert.rules.table import Call, KindOf, Partials, elementwise

PI, LOG2, LOG10 = "math.pi", "math.log(2)", "math.log(10)"  # Python floats, so that float32 stays float32


def special(text: str, *rule: str, flat: tuple[str, ...] = (), **options: Any) -> None:
    """A row of `scipy.special`: an operand without a contribution is refused where it varies, unless the function is `flat` in it."""
    result, _, call = text.partition(" = ")
    text = f"{result} = scipy.special.{call}"
    row = head(text)
    ruled = {line.partition("_bar")[0] for line in rule}
    open_ = [name for name in row.parameters if name not in ruled and name not in flat and name not in row.defaults]
    refusals = [f"{name}_bar += {result}_bar * no_rule('{row.op}', 'derivatives with respect to `{name}`')" for name in open_]
    operands = tuple(name for name in row.parameters if name not in row.defaults)
    kind = options.pop("kind", elementwise_kind(*operands))
    elementwise(text, *rule, *refusals, module="scipy.special", kind=kind, **{"cost": 20, **options})


def slope(text: str, *rule: str, of: tuple[str, ...]) -> None:
    """A row of a helper for the slope by a parameter (`wengert/slopes.py`), with its own slopes as far as they are known."""
    row = head(text)
    ruled = {line.partition("_bar")[0] for line in rule}
    refusals = [f"{name}_bar += {row.result}_bar * no_rule('{row.op}', 'second derivatives by `{name}`')" for name in of if name not in ruled]

    def kind_function(call: Call, kind: KindOf) -> Kind:
        return broadcast_kind(call, lambda *values: sum(values, np.float64(0.0)), [kind(call[name]) for name in of])

    elementwise(text, *rule, *refusals, module="scipy.special", kind=kind_function, cost=100)


# gamma function and relatives (DLMF 5.2, 5.5, 5.15); poles are where SciPy has them
_WIDE: dict[str, Any] = {"domain": (0.6, 3.2)}
special("y = gamma(x)", "x_bar += y_bar * y * digamma(x)", **_WIDE)
special("y = gammaln(x)", "x_bar += y_bar * digamma(x)", **_WIDE)
special("y = loggamma(x)", "x_bar += y_bar * digamma(x)", **_WIDE)
special("y = rgamma(x)", "x_bar -= y_bar * y * digamma(x)", **_WIDE)
special("y = digamma(x)", "x_bar += y_bar * scipy.special.polygamma(1, x)", **_WIDE)  # `psi` is the same function
special("y = polygamma(n, x)", "x_bar += y_bar * scipy.special.polygamma(n + 1, x)", flat=("n",), **_WIDE)
special("y = gammasgn(x)", flat=("x",))
special("z = poch(x, m)", "x_bar += z_bar * z * (digamma(x + m) - digamma(x))", "m_bar += z_bar * z * digamma(x + m)", **_WIDE)
special("z = beta(x, y)", "x_bar += z_bar * z * (digamma(x) - digamma(x + y))", "y_bar += z_bar * z * (digamma(y) - digamma(x + y))",
        **_WIDE)  # fmt: skip
special("z = betaln(x, y)", "x_bar += z_bar * (digamma(x) - digamma(x + y))", "y_bar += z_bar * (digamma(y) - digamma(x + y))", **_WIDE)
for _call in ("binom(n, k)", "comb(n, k, *, exact=False)"):
    special(f"z = {_call}", "n_bar += z_bar * z * (digamma(n + 1) - digamma(n - k + 1))",
            "k_bar += z_bar * z * (digamma(n - k + 1) - digamma(k + 1))", **_WIDE)  # fmt: skip
special("z = perm(n, k, *, exact=False)", "n_bar += z_bar * z * (digamma(n + 1) - digamma(n - k + 1))",
        "k_bar += z_bar * z * digamma(n - k + 1)", **_WIDE)  # fmt: skip


def _multigammaln(call: Call, kind: KindOf) -> Partials:
    """`multigammaln(x, d)` is a constant plus the sum of gammaln(x - j / 2) over j < d (DLMF 35.3.5)."""
    scalar = axes_of(kind(call["x"])) == ()
    x, axis = ("x", "") if scalar else ("np.expand_dims(x, -1)", "-1")
    return {"x": Partial(1, (("*", parse_expression(f"np.sum(digamma({x} - np.arange(d) / 2), {axis or 'None'})")),))}


special("y = multigammaln(x, d)", "x_bar += y_bar", choose=_multigammaln, flat=("d",), kind=elementwise_kind("x"), domain=(1.2, 3.2))

# error functions (DLMF 7.2, 7.10)
_ERF = f"(2 / math.sqrt({PI}))"
special("y = erf(x)", f"x_bar += y_bar * {_ERF} * np.exp(-x * x)")
special("y = erfc(x)", f"x_bar -= y_bar * {_ERF} * np.exp(-x * x)")
special("y = erfcx(x)", f"x_bar += y_bar * (2 * x * y - {_ERF})")
special("y = erfi(x)", f"x_bar += y_bar * {_ERF} * np.exp(x * x)")
special("y = dawsn(x)", "x_bar += y_bar * (1 - 2 * x * y)")
special("y = erfinv(x)", f"x_bar += y_bar * (math.sqrt({PI}) / 2) * np.exp(y * y)")
special("y = erfcinv(x)", f"x_bar -= y_bar * (math.sqrt({PI}) / 2) * np.exp(y * y)")
_ROOT = f"math.sqrt(2 * {PI})"
special("y = ndtr(x)", f"x_bar += y_bar * np.exp(-x * x / 2) / {_ROOT}")
special("y = log_ndtr(x)", f"x_bar += y_bar * np.exp(-x * x / 2 - y) / {_ROOT}")
special("y = ndtri(x)", f"x_bar += y_bar * {_ROOT} * np.exp(y * y / 2)")
special("y = ndtri_exp(x)", f"x_bar += y_bar * {_ROOT} * np.exp(x + y * y / 2)", domain=(-3.0, -0.3))
special("z = owens_t(h, a)", f"h_bar -= z_bar * np.exp(-h * h / 2) * erf(a * h / math.sqrt(2)) / (2 * {_ROOT})",
        f"a_bar += z_bar * np.exp(-h * h * (1 + a * a) / 2) / (2 * {PI} * (1 + a * a))")  # fmt: skip

# logistic functions and entropies
special("y = expit(x)", "x_bar += y_bar * y * (1 - y)")
special("y = logit(x)", "x_bar += y_bar / (x * (1 - x))")
special("y = log_expit(x)", "x_bar += y_bar * expit(-x)")
special("y = softplus(x)", "x_bar += y_bar * expit(x)")
special("y = entr(x)", "x_bar -= y_bar * (np.log(x) + 1)")
special("z = rel_entr(x, y)", "x_bar += z_bar * (np.log(x / y) + 1)", "y_bar -= z_bar * x / y")
special("z = kl_div(x, y)", "x_bar += z_bar * np.log(x / y)", "y_bar += z_bar * (1 - x / y)")
special("z = xlogy(x, y)", "x_bar += z_bar * np.log(y)", "y_bar += z_bar * x / (y + (x == 0))")  # 0 where x is 0, also at y == 0
special("z = xlog1py(x, y)", "x_bar += z_bar * np.log1p(y)", "y_bar += z_bar * x / (1 + y + (x == 0))")
special("z = huber(delta, r)", "delta_bar += z_bar * np.maximum(np.abs(r) - delta, 0)", "r_bar += z_bar * np.clip(r, -delta, delta)")
special("z = pseudo_huber(delta, r)", "delta_bar += z_bar * z * z / (delta * (delta * delta + z))",
        "r_bar += z_bar * r * (delta * delta / (delta * delta + z))")  # fmt: skip

# Box-Cox transformations; (exp(u) - 1) / u = 1F1(1; 2; u), whose slope is 1F1(2; 3; u) / 2 also at u == 0 (DLMF 13.3.15)
special("y = exprel(x)", "x_bar += y_bar * hyp1f1(2, 3, x) / 2")
_SLOPE = "hyp1f1(2, 3, l * np.log({})) / 2"
special("z = boxcox(x, l)", "x_bar += z_bar * x ** (l - 1)", f"l_bar += z_bar * np.log(x) ** 2 * {_SLOPE.format('x')}")
special("z = boxcox1p(x, l)", "x_bar += z_bar * (1 + x) ** (l - 1)", f"l_bar += z_bar * np.log1p(x) ** 2 * {_SLOPE.format('1 + x')}")
special("x = inv_boxcox(y, l)", "y_bar += x_bar * x ** (1 - l)", f"l_bar -= x_bar * x ** (1 - l) * np.log(x) ** 2 * {_SLOPE.format('x')}")
special("x = inv_boxcox1p(y, l)", "y_bar += x_bar * (1 + x) ** (1 - l)",
        f"l_bar -= x_bar * (1 + x) ** (1 - l) * np.log1p(x) ** 2 * {_SLOPE.format('1 + x')}")  # fmt: skip

# exponentials, powers and angles in degrees
special("y = exp2(x)", f"x_bar += y_bar * y * {LOG2}")
special("y = exp10(x)", f"x_bar += y_bar * y * {LOG10}")
special("y = expm1(x)", "x_bar += y_bar * (y + 1)")
special("y = log1p(x)", "x_bar += y_bar / (1 + x)")
special("y = cbrt(x)", "x_bar += y_bar / (3 * y * y)")
special("y = cosm1(x)", "x_bar -= y_bar * np.sin(x)")
special("z = powm1(x, y)", "x_bar += z_bar * y * x ** (y - 1)", "y_bar += z_bar * (z + 1) * np.log(x)")
special("y = sindg(x)", f"x_bar += y_bar * cosdg(x) * ({PI} / 180)")
special("y = cosdg(x)", f"x_bar -= y_bar * sindg(x) * ({PI} / 180)")
special("y = tandg(x)", f"x_bar += y_bar * (1 + y * y) * ({PI} / 180)")
special("y = cotdg(x)", f"x_bar -= y_bar * (1 + y * y) * ({PI} / 180)")
special("y = radian(d, m, s)", f"d_bar += y_bar * ({PI} / 180)", f"m_bar += y_bar * ({PI} / 10800)", f"s_bar += y_bar * ({PI} / 648000)")
special("y = diric(x, n)", "x_bar += y_bar * (np.cos(n * x / 2) - y * np.cos(x / 2)) / (2 * (np.sin(x / 2) + (np.sin(x / 2) == 0)))",
        flat=("n",), kind=elementwise_kind("x"))  # fmt: skip
special("y = round(x)", flat=("x",))

# exponential integrals, dilogarithm, inverse of x * exp(x) (DLMF 6.2, 8.19.13, 25.12, 4.13.4)
special("y = exp1(x)", "x_bar -= y_bar * np.exp(-x) / x")
special("y = expi(x)", "x_bar += y_bar * np.exp(x) / x")
special("y = expn(n, x)", "x_bar -= y_bar * expn(n - 1, x)", flat=("n",))
special("y = spence(x)", "x_bar -= y_bar / exprel(np.log(x))")  # log(x) / (1 - x), also at x == 1
special("y = wrightomega(x)", "x_bar += y_bar * y / (1 + y)")
special("y = lambertw(x, k=0, tol=1e-8)", "x_bar += y_bar / (np.exp(y) * (1 + y))")
special("y = wofz(x)", f"x_bar += y_bar * (2j / math.sqrt({PI}) - 2 * x * y)")  # DLMF 7.10.2

# the Voigt profile is the real part of w(z) / (s * sqrt(2 * pi)) at z = (x + i g) / (s * sqrt(2)) (DLMF 7.19), and w' = 2i / sqrt(pi) - 2 z w
_Z = "((x + 1j * g) / (s * math.sqrt(2)))"
_W = f"(2j / math.sqrt({PI}) - 2 * {_Z} * wofz({_Z})) / (2 * s * s * math.sqrt({PI}))"
special("y = voigt_profile(x, s, g)", f"x_bar += y_bar * np.real({_W})", f"s_bar -= y_bar * (y + np.real({_Z} * math.sqrt(2) * s * {_W})) / s",
        f"g_bar -= y_bar * np.imag({_W})")  # fmt: skip
