"""Derivatives that are called inside of a function that is differentiated."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import wengert
from wengert import check_grads, differentiate, grad, hessian, jvp, vjp

X = np.array([0.3, -0.7, 1.2])


def f(x: float) -> float:
    if x > 0:
        return math.sin(x)
    return x * x


df = grad(f)


def newton(x: float, n: int) -> float:
    for _ in range(n):
        x = x - f(x) / df(x)
    return x


def test_a_derivative_in_a_loop_is_differentiated_like_any_lines() -> None:
    check_grads(newton, (0.4, 2), order=2)
    assert not any("df(" in line for line in grad(newton).source(0.4, 2).splitlines() if "# line" not in line)


def h(x: Any) -> Any:
    return np.sum(np.sin(x) ** 3)


dh = grad(h)


def test_a_gradient_of_arrays_and_a_hessian_inside() -> None:
    check_grads(lambda x: np.sum(dh(x) ** 2), (X,), order=2)
    hh = hessian(h)
    check_grads(lambda x: np.sum(hh(x) * np.outer(x, x)), (X,), order=1)
    check_grads(h, (X,), order=4)


def test_what_does_not_vary_stays_a_call() -> None:
    def g(x: Any, y: Any) -> Any:
        return np.sum(dh(y) * x)

    np.testing.assert_allclose(grad(g)(X, 2 * X), dh(2 * X))
    assert "dh(y)" in grad(g).source(X, X)


def test_a_derivative_rebound_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    derivative = grad(newton)
    before = derivative(0.4, 1)
    monkeypatch.setitem(globals(), "df", lambda x: 1.0)
    assert derivative(0.4, 1) == pytest.approx(1 - math.cos(0.4)) != before


def k(x: float, n: int, y: float) -> float:
    return x * n * y


def test_a_pullback_inside_returns_one_cotangent_for_each_primal() -> None:
    def g(x: float) -> Any:
        out, pullback = vjp(k, x, 3, 2.0 * x)
        a, b, c = pullback(1.0)
        return a * c + out if b is None else 0.0

    assert grad(g)(2.0) == pytest.approx((g(2.0 + 1e-6) - g(2.0 - 1e-6)) / 2e-6)

    def last(x: float) -> Any:
        return vjp(k, x, 3, 2.0)[1](1.0)[2]

    assert last(2.0) == 6.0 and grad(last)(2.0) == 3.0


def test_forward_mode_inside() -> None:
    def g(x: float) -> Any:
        out, tangent = jvp(k, (x, 3, 2.0), (1.0, None, 0.5 * x))
        return out * tangent

    assert grad(g)(2.0) == pytest.approx((g(2.0 + 1e-6) - g(2.0 - 1e-6)) / 2e-6)


@differentiate
def square(x: float) -> float:
    return x * x


def test_the_vjp_of_a_differentiated_function_inside_is_refused_not_wrong() -> None:
    def g(x: float) -> Any:
        return square.vjp(x)[1](1.0)[0]  # type: ignore[attr-defined]

    with pytest.raises(wengert.Error):
        grad(g)(2.0)
