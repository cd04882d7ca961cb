"""Distributions of vectors and matrices in `scipy.stats`: their logarithmic densities, written as tangents.

With d = x - mean and s = cov^-1 d, that of the normal distribution moves by `s @ (mean_dot - x_dot)` and by
`(s @ cov_dot @ s - trace(cov^-1 cov_dot)) / 2` (Petersen and Pedersen, The Matrix Cookbook, 8.1.1, 57 and 61).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MethodType
from typing import Any

import scipy.stats

from wengert import errors
from wengert.ir.kinds import Kind, Known, NumpyScalar
from wengert.rules.fitting import ndim_of
from wengert.rules.result_kinds import always
from wengert.rules.stand_ins import RESOLVERS
from wengert.rules.table import Call, KindOf, function_of, lookup
from wengert.rules.tangents import by_tangent

NAMES = ("multivariate_normal", "multivariate_t", "dirichlet", "multinomial", "wishart")


def resolve(function: Any, kinds: Sequence[Kind], keywords: Mapping[str, Kind]) -> str | None:
    if not isinstance(function, MethodType):
        return None
    for name in NAMES:
        op = f"scipy.stats.{name}.{function.__name__}"
        if function.__self__ is getattr(scipy.stats, name) and lookup(op) is not None:
            return op
    return None


RESOLVERS.append(resolve)


def require(call: Call, kind: KindOf, **axes: int) -> None:
    """Refuse operands of other numbers of axes than these."""
    for name, wanted in axes.items():
        if ndim_of(kind(call[name])) != wanted:
            what = f"a `{name}` that is not surely of {wanted} ax{'is' if wanted == 1 else 'es'}"
            raise errors.error("W044", call.line.place, name=call.line.op, what=what)


def density(signature: str, tangent: str, of: tuple[str, ...], **axes: int) -> None:
    """Rows of `logpdf` and `pdf` (or `logpmf` and `pmf`) of one vector."""
    name, _, arguments = signature.partition("(")
    for method, factor in (("logpdf", ""), ("pdf", "; y_dot = y * y_dot"), ("logpmf", ""), ("pmf", "; y_dot = y * y_dot")):
        if function_of(f"scipy.stats.{name}.{method}") is None:
            continue

        def text(call: Call, kind: KindOf, factor: str = factor) -> str:
            require(call, kind, **axes)
            return (tangent + factor) if kind(call.arguments.get("mean", call[of[0]])) != Known(None) else refuse(call)

        by_tangent(f"y = scipy.stats.{name}.{method}({arguments}", text, of=of, kind=always(NumpyScalar("float64")))


def refuse(call: Call) -> str:
    raise errors.error("W044", call.line.place, name=call.line.op, what="a call without mean or covariance")


density(
    "multivariate_normal(x, mean=None, cov=1, allow_singular=False)",
    "s = np.linalg.solve(cov, x - mean);"
    " y_dot = s @ (mean_dot - x_dot) + (s @ cov_dot @ s - np.trace(np.linalg.solve(cov, cov_dot))) / 2",
    of=("x", "mean", "cov"), x=1, mean=1, cov=2,
)  # fmt: skip
density(
    "dirichlet(x, alpha)",
    "y_dot = np.sum((alpha - 1) / x * x_dot)"
    " + np.sum((np.log(x) - scipy.special.digamma(alpha) + scipy.special.digamma(np.sum(alpha))) * alpha_dot)",
    of=("x", "alpha"), x=1, alpha=1,
)  # fmt: skip
# SciPy makes the last probability one less the others where they do not add up to it, so the last is no variable of its own
density("multinomial(x, n, p)", "y_dot = np.sum((x[:-1] / p[:-1] - x[-1] / p[-1]) * p_dot[:-1])", of=("p",), x=1, p=1)


def _entropy(call: Call, kind: KindOf) -> str:
    require(call, kind, cov=2)
    return "y_dot = np.trace(np.linalg.solve(cov, cov_dot)) / 2"


by_tangent("y = scipy.stats.multivariate_normal.entropy(mean=None, cov=1)", _entropy, of=("cov",), kind=always(NumpyScalar("float64")))
density(
    "multivariate_t(x, loc=None, shape=1, df=1)",
    "d = x - loc; s = np.linalg.solve(shape, d);"
    " y_dot = (df + x.size) / (df + d @ s) * (s @ (loc_dot - x_dot) + s @ shape_dot @ s / 2)"
    " - np.trace(np.linalg.solve(shape, shape_dot)) / 2",
    of=("x", "loc", "shape"), x=1, loc=1, shape=2,
)  # fmt: skip
density(
    "wishart(x, df, scale)",
    "y_dot = (df - x.shape[0] - 1) / 2 * np.trace(np.linalg.solve(x, x_dot)) - np.trace(np.linalg.solve(scale, x_dot)) / 2"
    " - df / 2 * np.trace(np.linalg.solve(scale, scale_dot))"
    " + np.trace(np.linalg.solve(scale, scale_dot @ np.linalg.solve(scale, x))) / 2",
    of=("x", "scale"), x=2, scale=2,
)  # fmt: skip
