"""Reductions with `axis=` and `keepdims=`: sum, mean, prod, max, min, var, std.

Each is a weighted sum to first order. The row gives the weight: the adjoint of x is `y_bar` times the weight, with `y_bar` (and
in the weight `Y`, the result) laid out so that it broadcasts against x; the tangent is the sum of `x_dot` times the weight.
In these rows `count` is the number of elements that go into one result (`freedom`: less `ddof`), `Y` the result laid out
against x, and `axis` the axis as the user gave it. All become plain text for the call at hand: `x.shape[0]`, `y[:, None]`.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from wengert import errors
from wengert.ir.build import Builder
from wengert.ir.core import Atom, Const
from wengert.ir.kinds import UNKNOWN, Array, Kind, Known, NumpyScalar, axes_of, dtype_of, scalar_type
from wengert.rules.fitting import index_text
from wengert.rules.notation import Partial
from wengert.rules.result_kinds import NotStatic, as_result, normalized, promoted, reduction_kind, value_of
from wengert.rules.table import Call, KindOf, Partials, also_called, general, weighted


def reduction(name: str, *rule: str, signature: str = "x, axis=None, *, keepdims=False", **options: Any) -> None:
    options = {"kind": reduction_kind, "choose": _partials(rule), "expand": expand, "method": True, "cost": 100, **options}
    weighted(f"y = np.{name}({signature})", *rule, **options)


def _partials(rule: tuple[str, ...]) -> Callable[[Call, KindOf], Partials]:
    """The partial of one call: the row with its placeholders filled in."""

    def choose(call: Call, kind: KindOf) -> Partials:
        static = call.primitive.partials["x"]
        if not static.factors:
            return call.primitive.partials
        fill = _Fill(call, kind)
        factors = tuple((op, fill.visit(_parse(ast.unparse(factor)))) for op, factor in static.factors)
        return {"x": Partial(static.sign, factors)}

    return choose


def filled(text: str, call: Call, kind: KindOf) -> ast.expr:
    """The expression of a text with placeholders, for one call."""
    found = _Fill(call, kind).visit(_parse(text))
    assert isinstance(found, ast.expr)
    return found


class _Fill(ast.NodeTransformer):
    """Put the texts of one call in place of the placeholders."""

    def __init__(self, call: Call, kind: KindOf) -> None:
        self.call, self.kind = call, kind

    def visit_Name(self, node: ast.Name) -> ast.expr:
        text = PLACEHOLDERS.get(node.id)
        return _parse(text(self.call, self.kind)) if text else node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        node.keywords = [k for k in node.keywords if not (isinstance(k.value, ast.Name) and k.value.id == "DEFAULT")]
        return node


def _parse(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _count(call: Call, kind: KindOf) -> str:
    """How many elements one result is made of, as a person writes it."""
    axes = axes_of(kind(call["x"]))
    try:
        axis = value_of(call, kind, "axis")
        if axes == ():
            return "1"
        if axis is None:
            return "x.size"
        if axes is not None and len(axes) == len(normalized(axis, len(axes))):
            return "x.size"
        if isinstance(axis, int):
            return f"x.shape[{axis}]"
        return " * ".join(f"x.shape[{a}]" for a in axis) or "1"
    except NotStatic:
        return "(x.size // np.size(y))"


def laid_out(call: Call, kind: KindOf, name: str) -> str:
    """`y` with the axes back that the reduction took away."""
    axes = axes_of(kind(call["x"]))
    try:
        axis, keepdims = value_of(call, kind, "axis"), value_of(call, kind, "keepdims")
    except NotStatic:
        raise _unclear(call) from None
    if keepdims or axis is None or axes == ():
        return name
    if axes is None:
        return f"np.expand_dims({name}, {axis})"
    return index_text(name, len(axes), normalized(axis, len(axes)))


def _unclear(call: Call) -> errors.Error:
    return errors.error("W044", call.line.place, name=call.line.op, what="an `axis` or `keepdims` known only at run time")


def _axis(call: Call, kind: KindOf) -> str:
    try:
        axis = value_of(call, kind, "axis")
    except NotStatic:
        raise _unclear(call) from None
    return "DEFAULT" if axis is None else repr(axis)


def _kept(call: Call, kind: KindOf) -> str:
    """Inside the weight a reduction along an axis keeps it; one over all axes gives a scalar, which broadcasts anyway."""
    return "DEFAULT" if _axis(call, kind) == "DEFAULT" else "True"


def _dtype(call: Call, kind: KindOf) -> str:
    """Counts are ints, which would make float64 of a float32."""
    operand = kind(call["x"])
    return "x.dtype" if isinstance(operand, (Array, NumpyScalar)) and dtype_of(operand) != "float64" else "DEFAULT"


PLACEHOLDERS: dict[str, Callable[[Call, KindOf], str]] = {
    "count": _count,
    "Y": lambda call, kind: laid_out(call, kind, "y"),
    "axis": _axis,
    "kept": _kept,
    "dtype": _dtype,
    "freedom": lambda call, kind: _count(call, kind) if kind(call["ddof"]) == Known(0) else f"{_count(call, kind)} - ddof",
}


def expand(b: Builder, call: Call, y_bar: Atom) -> Atom:
    """`y_bar` laid out so that it broadcasts against x; constants and scalars do so as they are."""
    if isinstance(y_bar, Const) or axes_of(b.kind(y_bar)) == ():
        return y_bar
    text = laid_out(call, b.kind, "y_bar")
    return y_bar if text == "y_bar" else b.text(text, {"y_bar": y_bar})


_CAST = "x, axis=None, dtype=None, *, keepdims=False"
reduction("sum", "x_bar += y_bar", signature=_CAST, masked="masked_sum")
reduction("mean", "x_bar += y_bar / count", signature=_CAST, masked="masked_mean")
# ties share equally; the primal only reads, here a mask is made, counted, and an array written: some eight times as long
for _name in ("max", "min"):
    reduction(_name, "x_bar += y_bar / (x == Y).sum(axis=axis, keepdims=kept, dtype=dtype) * (x == Y)", masked=f"masked_{_name}")
    also_called(getattr(np, f"a{_name}"), f"np.{_name}")
# right with zeros, too, so it is no quotient; the helper multiplies from both ends
reduction("prod", "x_bar += y_bar * product_of_others(x, axis=axis)", domain=(0.5, 1.5), masked="masked_prod")
_SPREAD = "x, axis=None, *, ddof=0, keepdims=False"
reduction("var", "x_bar += y_bar * 2 * conj(x - x.mean(axis=axis, keepdims=kept)) / freedom", signature=_SPREAD, real=True)
# 0 where all elements are equal
reduction("std", "x_bar += y_bar * conj(x - x.mean(axis=axis, keepdims=kept)) / (freedom * (Y + (Y == 0)))", signature=_SPREAD, real=True)


# the product of all elements but one, and its derivatives: D(x; v, w, ...) is symmetric in x's places and the directions,
# so every derivative of it is the same function with one more direction, or another in the place of one


def _others_kind(call: Call, kind: KindOf) -> Kind:
    x, dtype = kind(call["x"]), promoted(call.primitive.op, _product, [kind(call[name]) for name in ("x", *call.starred)])
    return UNKNOWN if dtype is None and not scalar_type(x) else as_result(dtype or "float64", axes_of(x) or ())


def _product(*values: Any) -> Any:
    return math.prod(values)


def _others_vjp(b: Builder, call: Call, y_bar: Atom, parameter: str) -> Atom:
    directions = [call[name] for name in call.starred]
    if parameter == "x":
        directions.append(y_bar)
    else:
        directions[call.starred.index(parameter)] = y_bar
    return b.apply("product_of_others", call["x"], *directions, keywords=call.line.keywords)


def _others_jvp(b: Builder, call: Call, tangents: Mapping[str, Atom]) -> Atom:
    parts = [_others_vjp(b, call, tangent, name) for name, tangent in tangents.items()]
    total = parts[0]
    for part in parts[1:]:
        total = b.apply("add", total, part)
    return total


general(
    "y = product_of_others(x, *directions, axis=None)", vjp=_others_vjp, jvp=_others_jvp, of=("x", "directions"),
    kind=_others_kind, cost=100,
)  # fmt: skip
