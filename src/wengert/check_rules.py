"""Check a rule that a user has given: in both modes, to second order, for broadcast operands, against finite differences.

>>> import math
>>> from wengert import elementwise
>>> @elementwise("y = cube(x)", "x_bar += y_bar * 2 * x")
... def cube(x):
...     return x * x * x
>>> check_rule(cube, 2.0)  # doctest: +ELLIPSIS, +IGNORE_EXCEPTION_DETAIL
Traceback (most recent call last):
wengert.errors.GradientMismatch: the tangent of `cube` by `x` is 4.0, but the difference quotient is 12.0...
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from wengert.arguments import name_of
from wengert.check import check_grads, weighted_gradient
from wengert.entries import Rule, rule_of
from wengert.errors import error


def check_rule(function: Callable[..., Any], *args: Any, order: int = 2, atol: float | None = None, rtol: float | None = None,
               eps: float | None = None) -> None:  # fmt: skip
    """Raise `GradientMismatch` unless the rule of `function` is right at these arguments, in every mode that it has.

    Derivatives up to `order` are compared with finite differences, and forward with reverse mode. Of an elementwise rule also the shape and the dtype
    of the result are checked, and operands that are broadcast.
    """
    rule = rule_of(function)
    if rule is None:
        raise error("W107", name=name_of(function))
    if rule.constant:
        raise error("W107", name=name_of(function))
    for given in variants(rule, args):
        if rule.primitive.family == "elementwise":
            check_result(rule, given)
        modes = modes_of(rule)
        check_grads(function, given, 1, modes, atol, rtol, eps)
        if order > 1:
            gradient = weighted_gradient(function, given)
            if gradient is not None:
                check_grads(gradient, given, order - 1, ("fwd", "rev"), atol, rtol, eps)


def modes_of(rule: Rule) -> tuple[str, ...]:
    """The modes that the rule has."""
    if rule.primitive.family == "custom" and not rule.again:
        return ("fwd", "rev") if rule.tangent is not None else ("rev",)
    if rule.primitive.family == "general":
        tangents = [text for text in rule.texts[1:] if text.partition("=")[0].rstrip("+- ").endswith("_dot")]
        return ("fwd", "rev") if tangents else ("rev",)
    return ("fwd", "rev")


def variants(rule: Rule, args: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
    """The arguments, and for an elementwise rule of several operands the same with one of them shortened along an axis, or a number."""
    yield tuple(args)
    if rule.primitive.family != "elementwise" or len(rule.primitive.differentiable) < 2:
        return
    for position, value in enumerate(args):
        if isinstance(value, np.ndarray) and value.dtype.kind == "f" and value.ndim:
            for other in (value[:1], value[0]):
                yield (*args[:position], other, *args[position + 1 :])


def check_result(rule: Rule, args: Sequence[Any]) -> None:
    """Does the function give what an elementwise function does?"""
    out = rule.function(*args)
    operands = [value for value in args if isinstance(value, (float, np.ndarray, np.floating))]
    shape = np.broadcast_shapes(*map(np.shape, operands))
    if np.shape(out) != shape:
        what, expected = f"a result of shape {np.shape(out)}", f"{shape}, that of its operands"
        raise error("W105", name=name_of(rule.function), what=what, expected=expected)
    dtypes = [value.dtype for value in operands if not isinstance(value, float)]
    if dtypes and isinstance(out, (np.ndarray, np.generic)) and out.dtype != np.result_type(*dtypes):
        raise error("W105", name=name_of(rule.function), what=f"a result of {out.dtype}", expected=f"{np.result_type(*dtypes)}, that of its operands")
