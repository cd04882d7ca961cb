"""Reductions of `scipy.special`: logsumexp, softmax, log_softmax.

The Jacobian of softmax is symmetric, so its adjoint and its tangent are one text.
"""

from __future__ import annotations

from collections.abc import Mapping

from wengert import errors
from wengert.ir.build import Builder, parse_expression
from wengert.ir.core import Atom, Const
from wengert.ir.kinds import Known
from wengert.rules.by_example import exemplified
from wengert.rules.notation import Partial
from wengert.rules.reduce import expand, filled
from wengert.rules.result_kinds import reduction_kind
from wengert.rules.table import Call, KindOf, Partials, general, weighted


def _logsumexp(call: Call, kind: KindOf) -> Partials:
    """`exp(x - y)`, times the weights if there are any; where all x are -inf, the slope is 0."""
    if kind(call["return_sign"]) != Known(False):
        raise errors.error("W044", call.line.place, name=call.line.op, what="`return_sign=True`")
    share = filled("np.exp(x - np.maximum(Y, -3e38))", call, kind)
    weights = [] if kind(call["b"]) == Known(None) else [("*", parse_expression("b"))]
    refusal = parse_expression("no_rule('scipy.special.logsumexp', 'weights that vary')")
    return {"x": Partial(1, (("*", share), *weights)), "b": Partial(1, (("*", refusal),))}


weighted(
    "y = scipy.special.logsumexp(x, axis=None, b=None, keepdims=False, return_sign=False)", "x_bar += y_bar", "b_bar += y_bar",
    kind=reduction_kind, choose=_logsumexp, expand=expand, cost=100,
)  # fmt: skip


def _symmetric(name: str, text: str, transposed: str) -> None:
    """A row whose tangent is `text` of the tangent `v`, and its adjoint `transposed` of the adjoint."""

    def write(b: Builder, call: Call, v: Atom, text: str) -> Atom:
        along = "" if call["axis"] == Const(None) else ", axis=axis, keepdims=True"
        return b.text(text.replace("ALONG", along), {**call.names, "v": v})

    def vjp(b: Builder, call: Call, y_bar: Atom, parameter: str) -> Atom:
        return write(b, call, y_bar, transposed)

    def jvp(b: Builder, call: Call, tangents: Mapping[str, Atom]) -> Atom:
        return write(b, call, tangents["x"], text)

    general(f"y = scipy.special.{name}(x, axis=None)", vjp=vjp, jvp=jvp, of=("x",), kind=exemplified("x"), cost=100)


_symmetric("softmax", "y * (v - np.sum(v * yALONG))", "y * (v - np.sum(v * yALONG))")
_symmetric("log_softmax", "v - np.sum(v * np.exp(y)ALONG)", "v - np.exp(y) * np.sum(vALONG)")
