"""What SciPy's own formulas are built of besides public functions: a choice by masks, and compiled densities of distributions.

`apply_where(mask, (x, a), f, g)` computes f where the mask holds and g elsewhere, each only there. Its stand-in asks whether the mask
holds everywhere or nowhere; where it is mixed, each function is given an element of its own part in place of those of the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from types import FunctionType
from typing import Any

import numpy as np
import scipy.special._ufuncs  # noqa: F401 - its functions have rows below

from wengert.ir.kinds import Kind, Known, Tuple, axes_of
from wengert.rules.scipy_special import special
from wengert.rules.stand_ins import RESOLVERS, made_from


def resolve(function: Any, kinds: Sequence[Kind], keywords: Mapping[str, Kind]) -> FunctionType | None:
    if getattr(function, "__name__", "") != "apply_where" or "array_api_extra" not in getattr(function, "__module__", ""):
        return None
    second = len(kinds) > 3 and kinds[3] != Known(None)
    mask, args = axes_of(kinds[0]), kinds[1]
    if mask is None or second == ("fill_value" in keywords) or set(keywords) - {"fill_value"}:
        return None
    items = tuple(axes_of(item) for item in (args.items if isinstance(args, Tuple) else (args,)))
    if any(item is None or len(item) not in (0, len(mask)) for item in items) and mask:
        return None
    return _made(not mask, second, isinstance(args, Tuple), tuple(not item for item in items), str(kinds[2]))


RESOLVERS.append(resolve)


@cache
def _made(scalar: bool, second: bool, packed: bool, plain: tuple[bool, ...], inside: str) -> FunctionType:
    """One for each function `inside`, so that one in another is no recursion."""
    names = ", ".join(f"a{i}" for i in range(len(plain)))
    f, g = f"f1({names})", f"f2({names})" if second else "fill_value"
    lines = [f"{names}{',' if packed and len(plain) == 1 else ''} = args"]
    if scalar:
        lines += ["if cond:", f"    return {f}", f"return {g}"]
    else:
        lines += ["if np.all(cond):", f"    return {f}"]
        lines += ["if not np.any(cond):", f"    return {g}"] if second else []
        inner, outer = (_own_part(test, plain) for test in ("cond", "~cond"))
        f, g = f"f1({inner})", f"f2({outer})" if second else "fill_value"
        lines.append(f"return np.where(cond, {f}, {g})")
    text = f"def apply_where(cond, args, f1{', f2' if second else ', *, fill_value'}):\n" + "".join(f"    {line}\n" for line in lines)
    return made_from(text, "apply_where", f"apply_where{(scalar, second, packed, plain)}", {"np": np})


def _own_part(test: str, plain: tuple[bool, ...]) -> str:
    return ", ".join(
        f"a{i}" if scalar else f"np.where({test}, a{i}, np.ravel(a{i})[np.argmax({test})])" for i, scalar in enumerate(plain)
    )


# compiled densities and distribution functions (Boost's), in the order of their arguments there
_U = "_ufuncs."
special(f"y = {_U}_beta_pdf(x, a, b)", "x_bar += y_bar * y * ((a - 1) / x - (b - 1) / (1 - x))",
        "a_bar += y_bar * y * (np.log(x) - digamma(a) + digamma(a + b))",
        "b_bar += y_bar * y * (np.log1p(-x) - digamma(b) + digamma(a + b))")  # fmt: skip
special(f"x = {_U}_beta_ppf(y, a, b)", "y_bar += x_bar / np.exp(xlogy(a - 1, x) + xlog1py(b - 1, -x) - betaln(a, b))",
        "a_bar -= x_bar * betainc_by_shape(a, b, x) / np.exp(xlogy(a - 1, x) + xlog1py(b - 1, -x) - betaln(a, b))",
        "b_bar += x_bar * betainc_by_shape(b, a, 1 - x) / np.exp(xlogy(a - 1, x) + xlog1py(b - 1, -x) - betaln(a, b))")  # fmt: skip
special(f"x = {_U}_cauchy_ppf(q, loc, scale)", "q_bar += x_bar * math.pi * scale * (1 + ((x - loc) / scale) ** 2)", "loc_bar += x_bar",
        "scale_bar += x_bar * (x - loc) / scale")  # fmt: skip
special(f"y = {_U}_binom_pmf(k, n, p)", "p_bar += y_bar * y * (k / p - (n - k) / (1 - p))", flat=("k", "n"))
special(f"y = {_U}_nbinom_pmf(k, n, p)", "n_bar += y_bar * y * (digamma(n + k) - digamma(n) + np.log(p))",
        "p_bar += y_bar * y * (n / p - k / (1 - p))", flat=("k",))  # fmt: skip
_BINOMIAL = "np.exp(xlogy(k, p) + xlog1py(n - k - 1, -p) - betaln(k + 1, n - k))"
_NEGATIVE = "np.exp(xlogy(n - 1, p) + xlog1py(k, -p) - betaln(n, k + 1))"
for _name, _sign, _back in (("cdf", "+", "-"), ("sf", "-", "+")):
    special(f"y = {_U}_binom_{_name}(k, n, p)", f"p_bar {_back}= y_bar * {_BINOMIAL}", flat=("k", "n"))
    special(f"y = {_U}_nbinom_{_name}(k, n, p)", f"n_bar {_sign}= y_bar * betainc_by_shape(n, k + 1, p)",
            f"p_bar {_sign}= y_bar * {_NEGATIVE}", flat=("k",))  # fmt: skip
special(f"y = {_U}_cosine_cdf(x)", "x_bar += y_bar * (1 + np.cos(x)) / (2 * math.pi)")
special(f"x = {_U}_cosine_invcdf(y)", "y_bar += x_bar * 2 * math.pi / (1 + np.cos(x))")
