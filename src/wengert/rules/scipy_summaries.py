"""Summaries of samples in `scipy.stats`: means of many kinds, moments, standard errors.

Each is a weighted sum to first order, like NumPy's reductions (`reduce.py`, which also says what `count`, `Y`, `axis` and `kept` stand for).
In these rows `D` is x less its mean, `V` the variance (with `ddof=0`). How nan is left out (`nan_policy`) has no rule.
"""

from __future__ import annotations

from collections.abc import Mapping

import scipy.stats  # noqa: F401 - a row is entered if its function is there

from wengert import errors
from wengert.ir.build import Builder
from wengert.ir.core import Atom
from wengert.ir.kinds import Known
from wengert.rules.by_example import exemplified
from wengert.rules.notation import Partial
from wengert.rules.reduce import expand, filled
from wengert.rules.result_kinds import NotStatic, reduction_kind, value_of
from wengert.rules.table import Call, KindFunction, KindOf, Partials, general, weighted

D = "(x - x.mean(axis=axis, keepdims=kept))"
V = "x.var(axis=axis, keepdims=kept)"
M = "x.mean(axis=axis, keepdims=kept)"


def summary(signature: str, weight: str, **expected: object) -> None:
    """A row; the parameters in `expected` must have this value."""
    expected = {"nan_policy": "propagate", **expected}

    def choose(call: Call, kind: KindOf) -> Partials:
        check(call, kind, expected)
        text = weight.replace("D", D).replace("V", V).replace("M", M)
        return {"x": Partial(1, (("*", filled(text, call, kind)),))}

    kind: KindFunction = reduction_kind
    weighted(f"y = scipy.stats.{signature}", "x_bar += y_bar", kind=kind, choose=choose, expand=expand, cost=200)


def check(call: Call, kind: KindOf, expected: Mapping[str, object]) -> None:
    for name, value in expected.items():
        if name not in call.arguments:
            continue
        try:
            found = value_of(call, kind, name)
        except NotStatic:
            found = ...
        if found is not value and found != value:
            raise errors.error("W044", call.line.place, name=call.line.op, what=f"a `{name}` other than {value!r}")


_END = "nan_policy='propagate', keepdims=False"
summary(f"gmean(x, axis=0, dtype=None, weights=None, *, {_END})", "Y / (x * count)", weights=None, dtype=None)
summary(f"hmean(x, axis=0, dtype=None, *, weights=None, {_END})", "Y * Y / (x * x * count)", weights=None, dtype=None)
summary(f"pmean(x, p, *, axis=0, dtype=None, weights=None, {_END})", "(x / Y) ** (p - 1) / count", weights=None, dtype=None)
summary("moment(x, order=1, axis=0, nan_policy='propagate', *, center=None, keepdims=False)",
        "order * (D ** (order - 1) - np.mean(D ** (order - 1), axis=axis, keepdims=kept)) / count", center=None)  # fmt: skip
summary("skew(x, axis=0, bias=True, nan_policy='propagate', *, keepdims=False)",
        "3 * ((D * D / V - 1) / np.sqrt(V) - Y * D / V) / count", bias=True)  # fmt: skip
summary("kurtosis(x, axis=0, fisher=True, bias=True, nan_policy='propagate', *, keepdims=False)",
        "4 * ((D ** 3 - np.mean(D ** 3, axis=axis, keepdims=kept)) / V ** 2 - (Y + 3) * D / V) / count",
        fisher=True, bias=True)  # fmt: skip
summary("sem(x, axis=0, ddof=1, nan_policy='propagate', *, keepdims=False)", "D / ((freedom) * Y * count)")
summary("variation(x, axis=0, nan_policy='propagate', ddof=0, *, keepdims=False)",
        "D / ((freedom) * Y * M ** 2) - Y / (M * count)")  # fmt: skip
# of x / sum(x)
summary(f"entropy(x, qk=None, base=None, axis=0, *, {_END})",
        "-(np.log(x / x.sum(axis=axis, keepdims=kept)) + Y) / x.sum(axis=axis, keepdims=kept)", qk=None, base=None)  # fmt: skip
_ANGLE = "np.cos((x - Y) * (2 * math.pi / (high - low)))"
summary("circmean(x, high=6.283185307179586, low=0, axis=None, nan_policy='propagate', *, keepdims=False)",
        f"{_ANGLE} / np.sum({_ANGLE}, axis=axis, keepdims=kept)")  # fmt: skip
# those of which as many are smaller, and as many larger, as are left out
_RANK = "np.argsort(np.argsort(x, axis=axis), axis=axis)"
_CUT = "np.floor(proportiontocut * count)"
summary(f"trim_mean(x, proportiontocut, axis=0, *, {_END})",
        f"(({_CUT} <= {_RANK}) & ({_RANK} < count - {_CUT})) / (count - 2 * {_CUT})")  # fmt: skip


def _zscore(b: Builder, call: Call, v: Atom) -> Atom:
    """The Jacobian of `(x - mean) / std` is symmetric: it takes the parts along 1 and along y away, and divides by std."""
    check(call, b.kind, {"nan_policy": "propagate"})
    if kind_is_none(call, b.kind, "axis"):
        text = "(v - np.mean(v) - y * np.sum(v * y) / (x.size - ddof)) / np.std(x, ddof=ddof)"
    else:
        text = ("(v - np.mean(v, axis=axis, keepdims=True) - y * np.sum(v * y, axis=axis, keepdims=True) / (x.shape[axis] - ddof))"
                " / np.std(x, axis=axis, ddof=ddof, keepdims=True)")  # fmt: skip
    return b.text(text, {**call.names, "v": v})


def kind_is_none(call: Call, kind: KindOf, name: str) -> bool:
    return kind(call[name]) == Known(None)


general("y = scipy.stats.zscore(x, axis=0, ddof=0, nan_policy='propagate')", of=("x",), cost=200, kind=exemplified("x"),
        vjp=lambda b, call, y_bar, parameter: _zscore(b, call, y_bar),
        jvp=lambda b, call, tangents: _zscore(b, call, tangents["x"]))  # fmt: skip
