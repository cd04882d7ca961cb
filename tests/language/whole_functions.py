"""Differentiate a function as it stands in both modes: against differences, and the value and the arguments against a plain call.

    @case(np.ones(3), 0.7)          # a case of CASES: the function, and the arguments it is called with
    def scaled(a, x):
        a *= x
        return np.sum(a * a)
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np

from wengert import check_grads, jvp, value_and_grad
from wengert.tree import leaves_of

Case = tuple[Callable[..., Any], tuple[Any, ...]]


def collecting(cases: dict[str, Case]) -> Callable[..., Callable[[Callable[..., Any]], Callable[..., Any]]]:
    """A decorator that puts a function, with arguments to call it with, among the cases."""

    def case(*args: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        def keep(function: Callable[..., Any]) -> Callable[..., Any]:
            assert function.__name__ not in cases
            cases[function.__name__] = function, args
            return function

        return keep

    return case


def same(found: Any, expected: Any) -> bool:
    """The same type, and the same numbers to the last bit or two, in trees of the same form."""
    if isinstance(expected, dict):
        return type(found) is type(expected) and list(found) == list(expected) and all(same(found[k], expected[k]) for k in expected)
    if isinstance(expected, (list, tuple)):
        return type(found) is type(expected) and len(found) == len(expected) and all(map(same, found, expected))
    if isinstance(expected, (float, complex, np.ndarray, np.generic)):
        like = type(found) is type(expected) and np.shape(found) == np.shape(expected)
        return like and np.asarray(found).dtype == np.asarray(expected).dtype and bool(np.allclose(found, expected, rtol=1e-13, atol=1e-13, equal_nan=True))
    return bool(found == expected)


def tangents(args: tuple[Any, ...]) -> tuple[Any, ...]:
    """Ones for what can vary."""

    def one(value: Any) -> Any:
        if isinstance(value, float):
            return 1.0
        if isinstance(value, np.ndarray) and value.dtype.kind in "fc":
            return np.ones_like(value)
        if isinstance(value, (list, tuple)):
            return type(value)(map(one, value))
        return {key: one(item) for key, item in value.items()} if isinstance(value, dict) else None

    return tuple(map(one, args))


def agree(function: Callable[..., Any], args: tuple[Any, ...], order: int = 1) -> None:
    """Both modes agree with differences; value and arguments are then what a plain call returns and leaves."""
    left = copy.deepcopy(args)
    value = function(*left)
    check_grads(function, args, order=order)
    wanted = tuple(i for i, dot in enumerate(tangents(args)) if any(leaf is not None for leaf in leaves_of((dot,))))

    given = copy.deepcopy(args)
    out, _ = value_and_grad(function, argnums=wanted)(*given)
    assert same(out, value), f"the value is {out}, not {value}"
    assert same(given, left), f"reverse mode leaves {given}, not {left}"

    given = copy.deepcopy(args)
    out, _ = jvp(function, given, tangents(args))
    assert same(out, value), f"the value is {out}, not {value}"
    assert same(given, left), f"forward mode leaves {given}, not {left}"
