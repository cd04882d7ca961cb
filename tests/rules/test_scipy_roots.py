"""Roots, fixed points and minima: the implicit function theorem, at first and second order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from wengert import grad, jvp, value_and_grad
from wengert.errors import Error

optimize = pytest.importorskip("scipy.optimize")


def root_of_two(s: Any) -> Any:
    return optimize.brentq(lambda t: t * t - s, 0.0, 4.0, xtol=1e-14)


def cubic(t: Any, s: Any) -> Any:
    return t**3 + t - s


def root_of_cubic(s: Any) -> Any:
    return optimize.newton(cubic, 1.0, args=(s,), tol=1e-14)


def fixed(s: Any) -> Any:
    return np.sum(optimize.fixed_point(lambda t: np.cos(s * t), np.array([0.5, 0.7]), xtol=1e-12))


def many(a: Any) -> Any:
    return np.sum(optimize.root(lambda t: np.array([t[0] ** 2 + t[1] - a[0], t[1] ** 3 - a[1]]), np.array([1.0, 1.0]), tol=1e-13).x)


def solved(a: Any) -> Any:
    return np.sum(optimize.fsolve(lambda t: t * t - a, np.array([1.0, 2.0]), xtol=1e-13))


def lowest(a: Any) -> Any:
    found = optimize.minimize(
        lambda t: np.sum((t - a) ** 4) + np.sum(t**2), np.array([0.5, 0.5]), jac=lambda t: 4 * (t - a) ** 3 + 2 * t, tol=1e-12
    )
    return np.sum(found.x) + found.fun


@pytest.mark.parametrize(
    ("function", "at"), [(root_of_two, 2.0), (root_of_cubic, 3.0), (fixed, 0.8)], ids=lambda value: getattr(value, "__name__", "")
)
def test_root_of_one_equation_at_first_and_second_order(function: Callable[..., Any], at: float) -> None:
    value, slope = value_and_grad(function)(at)
    assert value == function(at)
    assert slope == pytest.approx((function(at + 1e-5) - function(at - 1e-5)) / 2e-5, rel=1e-7)
    second = jvp(grad(function), (at,), (1.0,))[1]
    assert second == pytest.approx((grad(function)(at + 1e-5) - grad(function)(at - 1e-5)) / 2e-5, rel=1e-6)


@pytest.mark.parametrize("function", [many, solved], ids=lambda value: value.__name__)
def test_roots_of_many_equations(function: Callable[..., Any]) -> None:
    a, v = np.array([1.7, 2.3]), np.array([0.4, -0.9])
    value, slope = value_and_grad(function)(a)
    assert value == function(a)
    assert slope @ v == pytest.approx((function(a + 1e-5 * v) - function(a - 1e-5 * v)) / 2e-5, rel=1e-5)


def test_minimum_and_its_place() -> None:
    """At the minimum 4 (x - a)**3 + 2 x is 0."""
    a = np.array([1.7, 2.3])
    value, slope = value_and_grad(lowest)(a)
    assert value == lowest(a)
    x = np.array([optimize.brentq(lambda t, c: 4 * (t - c) ** 3 + 2 * t, 0.0, c, args=(c,), xtol=1e-15) for c in a])
    place, least = 12 * (x - a) ** 2 / (12 * (x - a) ** 2 + 2), -4 * (x - a) ** 3
    np.testing.assert_allclose(slope, place + least, rtol=1e-6)


def bounded(a: Any) -> Any:
    return optimize.minimize(lambda t: np.sum((t - a) ** 2), np.zeros(2), bounds=[(0, 1), (0, 1)]).x[0]


def test_minimum_within_bounds_is_refused() -> None:
    with pytest.raises(Error):
        grad(bounded)(np.array([0.5, 2.0]))


def valley(x: Any) -> Any:
    return optimize.rosen(x)


def test_rosenbrocks_function() -> None:
    x, v = np.array([0.5, 1.2, 0.9]), np.array([1.0, -0.3, 0.2])
    np.testing.assert_allclose(grad(valley)(x), optimize.rosen_der(x), rtol=1e-13)
    np.testing.assert_allclose(jvp(grad(valley), (x,), (v,))[1], optimize.rosen_hess(x) @ v, rtol=1e-12)
