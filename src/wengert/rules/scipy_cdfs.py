"""Distribution functions and their inverses in `scipy.special`: incomplete gamma and beta functions under many names.

By the argument the slope is a density; an inverse y = F(x) has 1 over it. By a shape parameter there is no closed form;
`gammainc_by_shape` and `betainc_by_shape` sum the differentiated series. A quantile moves by minus that over the density.
"""

from __future__ import annotations

from wengert.rules.scipy_special import slope, special

# incomplete gamma functions (DLMF 8.8.13)
_GAMMA = "np.exp(xlogy(a - 1, {0}) - {0} - gammaln(a))"
special("y = gammainc(a, x)", "a_bar += y_bar * gammainc_by_shape(a, x)", f"x_bar += y_bar * {_GAMMA.format('x')}", domain=(0.6, 3.2))
special("y = gammaincc(a, x)", "a_bar -= y_bar * gammainc_by_shape(a, x)", f"x_bar -= y_bar * {_GAMMA.format('x')}", domain=(0.6, 3.2))
special("x = gammaincinv(a, y)", f"a_bar -= x_bar * gammainc_by_shape(a, x) / {_GAMMA.format('x')}", f"y_bar += x_bar / {_GAMMA.format('x')}")
special("x = gammainccinv(a, y)", f"a_bar -= x_bar * gammainc_by_shape(a, x) / {_GAMMA.format('x')}",
        f"y_bar -= x_bar / {_GAMMA.format('x')}")  # fmt: skip

# incomplete beta functions (DLMF 8.17.1)
_BETA = "np.exp(xlogy(a - 1, {0}) + xlog1py(b - 1, -{0}) - betaln(a, b))"
_BY_A, _BY_B = "betainc_by_shape(a, b, {0})", "betainc_by_shape(b, a, 1 - {0})"
special("y = betainc(a, b, x)", f"a_bar += y_bar * {_BY_A.format('x')}", f"b_bar -= y_bar * {_BY_B.format('x')}",
        f"x_bar += y_bar * {_BETA.format('x')}")  # fmt: skip
special("y = betaincc(a, b, x)", f"a_bar -= y_bar * {_BY_A.format('x')}", f"b_bar += y_bar * {_BY_B.format('x')}",
        f"x_bar -= y_bar * {_BETA.format('x')}")  # fmt: skip
special("x = betaincinv(a, b, y)", f"a_bar -= x_bar * {_BY_A.format('x')} / {_BETA.format('x')}",
        f"b_bar += x_bar * {_BY_B.format('x')} / {_BETA.format('x')}", f"y_bar += x_bar / {_BETA.format('x')}")  # fmt: skip
special("x = betainccinv(a, b, y)", f"a_bar -= x_bar * {_BY_A.format('x')} / {_BETA.format('x')}",
        f"b_bar += x_bar * {_BY_B.format('x')} / {_BETA.format('x')}", f"y_bar -= x_bar / {_BETA.format('x')}")  # fmt: skip

# chi-square and gamma distributions
_CHI = "np.exp(xlogy(v / 2 - 1, x / 2) - x / 2 - gammaln(v / 2)) / 2"
for _name, _sign, _other in (("chdtr", "+", "-"), ("chdtrc", "-", "+")):
    special(f"y = {_name}(v, x)", f"v_bar {_sign}= y_bar * gammainc_by_shape(v / 2, x / 2) / 2", f"x_bar {_sign}= y_bar * {_CHI}")
special("x = chdtri(v, y)", f"v_bar -= x_bar * gammainc_by_shape(v / 2, x / 2) / (2 * {_CHI})", f"y_bar -= x_bar / ({_CHI})")
_RATE = "np.exp(xlogy(b - 1, a * x) - a * x - gammaln(b))"
for _name, _sign in (("gdtr", "+"), ("gdtrc", "-")):
    special(f"y = {_name}(a, b, x)", f"a_bar {_sign}= y_bar * x * {_RATE}", f"b_bar {_sign}= y_bar * gammainc_by_shape(b, a * x)",
            f"x_bar {_sign}= y_bar * a * {_RATE}")  # fmt: skip

# Poisson, binomial and negative binomial: by the parameter that is no count
special("y = pdtr(k, m)", "m_bar -= y_bar * np.exp(xlogy(np.floor(k), m) - m - gammaln(np.floor(k) + 1))", flat=("k",))
special("y = pdtrc(k, m)", "m_bar += y_bar * np.exp(xlogy(np.floor(k), m) - m - gammaln(np.floor(k) + 1))", flat=("k",))
_BINOMIAL = "np.exp(xlogy(np.floor(k), p) + xlog1py(n - np.floor(k) - 1, -p) - betaln(np.floor(k) + 1, n - np.floor(k)))"
special("y = bdtr(k, n, p)", f"p_bar -= y_bar * {_BINOMIAL}", flat=("k", "n"))
special("y = bdtrc(k, n, p)", f"p_bar += y_bar * {_BINOMIAL}", flat=("k", "n"))
_NEGATIVE = "np.exp(xlogy(n - 1, p) + xlog1py(np.floor(k), -p) - betaln(n, np.floor(k) + 1))"
special("y = nbdtr(k, n, p)", f"p_bar += y_bar * {_NEGATIVE}", flat=("k", "n"))
special("y = nbdtrc(k, n, p)", f"p_bar -= y_bar * {_NEGATIVE}", flat=("k", "n"))

# Student's t and Fisher's F: the incomplete beta function of w = t * t / (v + t * t), and of w = m * x / (m * x + n).
# Where a parameter enters through w, too, its share is the density times how far it moves x: -t / (2 * v), x / m and -x / n
_T = "np.exp(-(v + 1) / 2 * np.log1p(t * t / v) - betaln(v / 2, 0.5)) / np.sqrt(v)"
_T_BY_V = f"(-np.sign(t) * betainc_by_shape(v / 2, 0.5, v / (v + t * t)) / 4 - t / (2 * v) * {_T})"
special("y = stdtr(v, t)", f"v_bar += y_bar * {_T_BY_V}", f"t_bar += y_bar * {_T}")
special("t = stdtrit(v, y)", f"v_bar -= t_bar * {_T_BY_V} / ({_T})", f"y_bar += t_bar / ({_T})")
_F = ("np.exp(xlogy(m / 2, m * x) + xlogy(n / 2, n) - xlogy((m + n) / 2, m * x + n) - betaln(m / 2, n / 2)) / x")
for _name, _sign, _back in (("fdtr", "+", "-"), ("fdtrc", "-", "+")):
    _z = "m * x / (m * x + n)"
    special(f"y = {_name}(m, n, x)",
            f"m_bar {_sign}= y_bar * (betainc_by_shape(m / 2, n / 2, {_z}) / 2 + x / m * {_F})",
            f"n_bar {_sign}= y_bar * (-betainc_by_shape(n / 2, m / 2, 1 - {_z}) / 2 - x / n * {_F})",
            f"x_bar {_sign}= y_bar * {_F}")  # fmt: skip

# the noncentral chi-square distribution (Johnson, Kotz, Balakrishnan 29.4): by the noncentrality, half of what two more degrees change
_NONCENTRAL = "np.exp(-(np.sqrt({x}) - np.sqrt(c)) ** 2 / 2) / 2 * ({x} / c) ** (v / 4 - 0.5) * ive(v / 2 - 1, np.sqrt(c * {x}))"
special("y = chndtr(x, v, c)", f"x_bar += y_bar * ({_NONCENTRAL.format(x='x')})", "c_bar += y_bar * (chndtr(x, v + 2, c) - y) / 2")
special("x = chndtrix(y, v, c)", f"y_bar += x_bar / ({_NONCENTRAL.format(x='x')})",
        f"c_bar -= x_bar * (chndtr(x, v + 2, c) - y) / (2 * ({_NONCENTRAL.format(x='x')}))")  # fmt: skip
# Tukey's lambda distribution is known by its quantiles, (y**l - (1 - y)**l) / l; beyond them it is flat, at the last the mean of both sides
_SLOPE = "np.heaviside(1 - l * np.abs(x), 0.5) / (y ** (l - 1) + (1 - y) ** (l - 1))"
special("y = tklmbda(x, l)", f"x_bar += y_bar * {_SLOPE}",
        f"l_bar -= y_bar * ((xlogy(y ** l, y) - xlogy((1 - y) ** l, 1 - y)) / l - x / l) * {_SLOPE}")  # fmt: skip

slope("y = gammainc_by_shape(a, x)", f"x_bar += y_bar * (np.log(x) - digamma(a)) * {_GAMMA.format('x')}", of=("a", "x"))
slope("y = betainc_by_shape(a, b, x)", f"x_bar += y_bar * (np.log(x) - digamma(a) + digamma(a + b)) * {_BETA.format('x')}",
      of=("a", "b", "x"))  # fmt: skip
_AT = "m * x / (m * x + n)"
special("x = fdtri(m, n, y)", f"m_bar -= x_bar * (betainc_by_shape(m / 2, n / 2, {_AT}) / 2 + x / m * {_F}) / ({_F})",
        f"n_bar += x_bar * (betainc_by_shape(n / 2, m / 2, 1 - {_AT}) / 2 + x / n * {_F}) / ({_F})",
        f"y_bar += x_bar / ({_F})")  # fmt: skip

# Kolmogorov's and Smirnov's distributions, whose densities SciPy has among its inner functions
special("y = kolmogorov(x)", "x_bar += y_bar * scipy.special._ufuncs._kolmogp(x)")
special("x = kolmogi(y)", "y_bar += x_bar / scipy.special._ufuncs._kolmogp(x)")
special("y = smirnov(n, x)", "x_bar += y_bar * scipy.special._ufuncs._smirnovp(n, x)", flat=("n",))
special("x = smirnovi(n, y)", "y_bar += x_bar / scipy.special._ufuncs._smirnovp(n, x)", flat=("n",))
special("y = _ufuncs._kolmogc(x)", "x_bar -= y_bar * scipy.special._ufuncs._kolmogp(x)")
special("x = _ufuncs._kolmogci(y)", "y_bar -= x_bar / scipy.special._ufuncs._kolmogp(x)")
special("y = _ufuncs._smirnovc(n, x)", "x_bar -= y_bar * scipy.special._ufuncs._smirnovp(n, x)", flat=("n",))
special("x = _ufuncs._smirnovci(n, y)", "y_bar -= x_bar / scipy.special._ufuncs._smirnovp(n, x)", flat=("n",))
special("y = _ufuncs._kolmogp(x)")
special("y = _ufuncs._smirnovp(n, x)", flat=("n",))
