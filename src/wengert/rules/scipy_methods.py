"""Methods of distributions that SciPy computes by a compiled function, a sum or an integral: rows of their own.

Each is of the standard distribution, without `loc` and `scale`; `scipy_stats.py` adds these. By the variable the slope of a cdf is
the density. A shape without a contribution here is refused where it varies.
"""

from __future__ import annotations

import numpy as np
import scipy.stats  # noqa: F401 - a row is entered if its function is there

from wengert.ir.kinds import Kind
from wengert.rules.notation import head
from wengert.rules.result_kinds import broadcast_kind
from wengert.rules.scipy_special import slope
from wengert.rules.table import Call, KindOf, elementwise


def method(text: str, *rule: str, flat: tuple[str, ...] = ()) -> None:
    """A row of a method of a distribution; nothing else gives a float64 for any arguments."""
    result, _, call = text.partition(" = ")
    row = head(f"{result} = scipy.stats.{call}")
    ruled = {line.partition("_bar")[0] for line in rule}
    refusals = [
        f"{name}_bar += {result}_bar * no_rule('{row.op}', 'derivatives with respect to `{name}`')"
        for name in row.parameters
        if name not in ruled and name not in flat
    ]

    def kind_function(call: Call, kind: KindOf) -> Kind:
        return broadcast_kind(call, lambda *values: sum(values, np.float64(0.0)), [kind(call[name]) for name in row.parameters])

    elementwise(f"{result} = scipy.stats.{call}", *rule, *refusals, module="scipy.special", kind=kind_function, cost=100)


_SKEW = "np.exp(-x * x / 2) * ndtr(a * x) * (2 / math.sqrt(2 * math.pi))"
_BY_SHAPE = "np.exp(-x * x * (1 + a * a) / 2) / (math.pi * (1 + a * a))"  # twice the slope of Owen's T
for _name, _sign, _back in (("cdf", "+", "-"), ("sf", "-", "+")):
    method(f"y = skewnorm.{_name}(x, a)", f"x_bar {_sign}= y_bar * {_SKEW}", f"a_bar {_back}= y_bar * {_BY_SHAPE}")
    method(f"y = skewnorm.log{_name}(x, a)", f"x_bar {_sign}= y_bar * {_SKEW} / np.exp(y)",
           f"a_bar {_back}= y_bar * {_BY_SHAPE} / np.exp(y)")  # fmt: skip
for _name in ("ppf", "isf"):
    _sign = "+" if _name == "ppf" else "-"
    method(f"x = skewnorm.{_name}(q, a)", f"q_bar {_sign}= x_bar / ({_SKEW})", f"a_bar += x_bar * {_BY_SHAPE} / ({_SKEW})")

_MISES = "np.exp(kappa * cosm1(x)) / (2 * math.pi * i0e(kappa))"
for _name, _sign in (("cdf", "+"), ("sf", "-")):
    method(f"y = vonmises.{_name}(x, kappa)", f"x_bar {_sign}= y_bar * {_MISES}", f"kappa_bar {_sign}= y_bar * vonmises_by_shape(kappa, x)")
    method(f"y = vonmises.log{_name}(x, kappa)", f"x_bar {_sign}= y_bar * {_MISES} / np.exp(y)",
           f"kappa_bar {_sign}= y_bar * vonmises_by_shape(kappa, x) / np.exp(y)")  # fmt: skip
slope("y = vonmises_by_shape(kappa, x)", of=("kappa", "x"))
method("y = _stats.von_mises_cdf(kappa, x)", "kappa_bar += y_bar * vonmises_by_shape(kappa, x)", f"x_bar += y_bar * {_MISES}")

for _name, _sign in (("cdf", "+"), ("sf", "-")):
    for _log, _over in (("", ""), ("log", " / np.exp(y)")):
        method(f"y = betabinom.{_log}{_name}(k, n, a, b)", f"a_bar {_sign}= y_bar * betabinom_by_shape(k, n, a, b){_over}",
               f"b_bar {_sign}= y_bar * -betabinom_by_shape(n - k - 1, n, b, a){_over}", flat=("k", "n"))  # fmt: skip
slope("y = betabinom_by_shape(k, n, a, b)", of=("k", "n", "a", "b"))

# SciPy takes the logarithm of the smaller of cdf and sf in place (`nbinom_gen._logcdf`)
method("y = nbinom.logcdf(k, n, p)", "n_bar += y_bar * betainc_by_shape(n, np.floor(k) + 1, p) / np.exp(y)",
       "p_bar += y_bar * np.exp(xlogy(n - 1, p) + xlog1py(np.floor(k), -p) - betaln(n, np.floor(k) + 1) - y)", flat=("k",))  # fmt: skip
