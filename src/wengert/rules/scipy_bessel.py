"""Bessel functions and their relatives: every derivative by the argument is a sum of neighbours in the order.

With C for J and Y: C'(v) = (C(v - 1) - C(v + 1)) / 2 (DLMF 10.6.1), for I with a plus, for K with a minus in front (10.29.1).
The derivative by the order has no such form; `bessel_by_order` integrates Schlaefli's integrals (10.9.6, 10.9.7, 10.32.4, 10.32.9).
"""

from __future__ import annotations

from typing import Any

from wengert.ir.build import parse_expression
from wengert.ir.kinds import Known
from wengert.rules.notation import Partial
from wengert.rules.scipy_special import slope, special
from wengert.rules.table import Call, KindOf, Partials

_DOMAIN: dict[str, Any] = {"domain": (0.6, 3.2)}

# of the orders 0 and 1
special("y = j0(x)", "x_bar -= y_bar * j1(x)", **_DOMAIN)
special("y = j1(x)", "x_bar += y_bar * (j0(x) - jv(2, x)) / 2", **_DOMAIN)
special("y = y0(x)", "x_bar -= y_bar * y1(x)", **_DOMAIN)
special("y = y1(x)", "x_bar += y_bar * (y0(x) - yn(2, x)) / 2", **_DOMAIN)
special("y = i0(x)", "x_bar += y_bar * i1(x)", **_DOMAIN)
special("y = i1(x)", "x_bar += y_bar * (i0(x) + iv(2, x)) / 2", **_DOMAIN)
special("y = k0(x)", "x_bar -= y_bar * k1(x)", **_DOMAIN)
special("y = k1(x)", "x_bar -= y_bar * (k0(x) + kn(2, x)) / 2", **_DOMAIN)
special("y = i0e(x)", "x_bar += y_bar * (i1e(x) - np.sign(x) * y)", **_DOMAIN)
special("y = i1e(x)", "x_bar += y_bar * ((i0e(x) + ive(2, x)) / 2 - np.sign(x) * y)", **_DOMAIN)
special("y = k0e(x)", "x_bar += y_bar * (y - k1e(x))", **_DOMAIN)
special("y = k1e(x)", "x_bar += y_bar * (y - (k0e(x) + kve(2, x)) / 2)", **_DOMAIN)

# of any real order; those with an `e` are scaled by an exponential of the argument
special("y = jv(v, x)", "v_bar += y_bar * bessel_by_order('j', v, x)", "x_bar += y_bar * (jv(v - 1, x) - jv(v + 1, x)) / 2", **_DOMAIN)
special("y = yv(v, x)", "v_bar += y_bar * bessel_by_order('y', v, x)", "x_bar += y_bar * (yv(v - 1, x) - yv(v + 1, x)) / 2", **_DOMAIN)
special("y = iv(v, x)", "v_bar += y_bar * bessel_by_order('i', v, x)", "x_bar += y_bar * (iv(v - 1, x) + iv(v + 1, x)) / 2", **_DOMAIN)
special("y = kv(v, x)", "v_bar += y_bar * bessel_by_order('k', v, x)", "x_bar -= y_bar * (kv(v - 1, x) + kv(v + 1, x)) / 2", **_DOMAIN)
special("y = jve(v, x)", "v_bar += y_bar * bessel_by_order('j', v, x)", "x_bar += y_bar * (jve(v - 1, x) - jve(v + 1, x)) / 2", **_DOMAIN)
special("y = yve(v, x)", "v_bar += y_bar * bessel_by_order('y', v, x)", "x_bar += y_bar * (yve(v - 1, x) - yve(v + 1, x)) / 2", **_DOMAIN)
special("y = ive(v, x)", "v_bar += y_bar * bessel_by_order('i', v, x) * np.exp(-np.abs(x))",
        "x_bar += y_bar * ((ive(v - 1, x) + ive(v + 1, x)) / 2 - np.sign(x) * y)", **_DOMAIN)  # fmt: skip
special("y = kve(v, x)", "v_bar += y_bar * bessel_by_order('k', v, x) * np.exp(x)",
        "x_bar += y_bar * (y - (kve(v - 1, x) + kve(v + 1, x)) / 2)", **_DOMAIN)  # fmt: skip
for _name, _sign in (("hankel1", "+"), ("hankel2", "-")):  # J + i Y and J - i Y
    special(f"y = {_name}(v, x)", f"v_bar += y_bar * (bessel_by_order('j', v, x) {_sign} 1j * bessel_by_order('y', v, x))",
            f"x_bar += y_bar * ({_name}(v - 1, x) - {_name}(v + 1, x)) / 2", **_DOMAIN)  # fmt: skip
    special(f"y = {_name}e(v, x)",
            f"v_bar += y_bar * (bessel_by_order('j', v, x) {_sign} 1j * bessel_by_order('y', v, x)) * np.exp({'-' if _sign == '+' else ''}1j * x)",
            f"x_bar += y_bar * (({_name}e(v - 1, x) - {_name}e(v + 1, x)) / 2 {'-' if _sign == '+' else '+'} 1j * y)", **_DOMAIN)  # fmt: skip
special("y = yn(n, x)", "x_bar += y_bar * (yn(n - 1, x) - yn(n + 1, x)) / 2", flat=("n",), **_DOMAIN)
special("y = kn(n, x)", "x_bar -= y_bar * (kn(n - 1, x) + kn(n + 1, x)) / 2", flat=("n",), **_DOMAIN)

# n-th derivatives, of which SciPy has the next
for _name in ("jvp", "yvp", "ivp", "kvp"):
    special(f"y = {_name}(v, x, n=1)", f"x_bar += y_bar * {_name}(v, x, n + 1)", **_DOMAIN)

# spherical ones; the slope of the slope by the differential equation (DLMF 10.47.1, 10.47.2)


def _spherical(name: str, equation: str) -> None:
    slope = {"x": Partial(1, (("*", parse_expression(f"{name}(n, x, True)")),))}
    curvature = {"x": Partial(1, (("*", parse_expression(equation)),))}

    def choose(call: Call, kind: KindOf) -> Partials:
        return curvature if kind(call["derivative"]) == Known(True) else slope

    special(f"y = {name}(n, x, derivative=False)", "x_bar += y_bar", choose=choose, flat=("n",), **_DOMAIN)


for _name in ("spherical_jn", "spherical_yn"):
    _spherical(_name, f"((n * (n + 1) / (x * x) - 1) * {_name}(n, x) - 2 / x * y)")
for _name in ("spherical_in", "spherical_kn"):
    _spherical(_name, f"((n * (n + 1) / (x * x) + 1) * {_name}(n, x) - 2 / x * y)")

# Struve functions (DLMF 11.4.27, 11.4.29 and their recurrences 11.4.23, 11.4.25)
special("y = struve(v, x)", "x_bar += y_bar * (struve(v - 1, x) - v / x * y)", **_DOMAIN)
special("y = modstruve(v, x)", "x_bar += y_bar * (modstruve(v - 1, x) - v / x * y)", **_DOMAIN)

# Kelvin functions: ber + i bei and ker + i kei solve x**2 w'' + x w' = i x**2 w (DLMF 10.61.3)
for _real, _imaginary in (("ber", "bei"), ("ker", "kei")):
    special(f"y = {_real}(x)", f"x_bar += y_bar * {_real}p(x)", **_DOMAIN)
    special(f"y = {_imaginary}(x)", f"x_bar += y_bar * {_imaginary}p(x)", **_DOMAIN)
    special(f"y = {_real}p(x)", f"x_bar -= y_bar * ({_imaginary}(x) + y / x)", **_DOMAIN)
    special(f"y = {_imaginary}p(x)", f"x_bar += y_bar * ({_real}(x) - y / x)", **_DOMAIN)

# integrals from 0 to x, or of t from x to infinity divided by t
special("y = itstruve0(x)", "x_bar += y_bar * struve(0, x)", **_DOMAIN)
special("y = it2struve0(x)", "x_bar -= y_bar * struve(0, x) / x", **_DOMAIN)
special("y = itmodstruve0(x)", "x_bar += y_bar * modstruve(0, x)", **_DOMAIN)

slope("y = bessel_by_order(kind, v, x)", of=("v", "x"))
