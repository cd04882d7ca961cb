"""Integrals of functions, and differential equations: the function is the user's own, and all that it reads may vary."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from wengert import grad, value_and_grad
from wengert.errors import Error

integrate = pytest.importorskip("scipy.integrate")


def area(s: Any, b: Any) -> Any:
    return integrate.quad(lambda t: np.exp(-t * s), 0.0, b)[0]


def peak(x: Any, width: Any) -> Any:
    return width / (x * x + width * width)


def peaked(width: Any) -> Any:
    return integrate.quad(peak, -1.0, 2.0, (width,))[0]


def endless(s: Any) -> Any:
    return integrate.quad(lambda t: np.exp(-t * s), 0.0, np.inf)[0]


def endless_by_value(s: Any, b: Any) -> Any:
    return integrate.quad(lambda t: np.exp(-t * s), 0.0, b)[0]


def test_integral_by_limit_and_by_what_the_integrand_reads() -> None:
    value, (by_s, by_b) = value_and_grad(area, (0, 1))(0.7, 1.4)
    assert value == area(0.7, 1.4)
    assert by_b == pytest.approx(np.exp(-0.98), rel=1e-12)
    assert by_s == pytest.approx((np.exp(-0.98) * 1.98 - 1) / 0.49, rel=1e-12)


def test_integral_over_a_peak_uses_the_intervals_that_scipy_ended_with() -> None:
    def closed(w: float) -> float:
        return float(np.arctan(2.0 / w) + np.arctan(1.0 / w))

    assert grad(peaked)(0.01) == pytest.approx((closed(0.01 + 1e-7) - closed(0.01 - 1e-7)) / 2e-7, rel=1e-6)


def by_fixed_nodes(s: Any, b: Any) -> Any:
    return integrate.fixed_quad(lambda t, c: np.exp(-t * c), 0.0, b, args=(s,), n=4)[0]


def test_integral_over_fixed_nodes() -> None:
    value, slopes = value_and_grad(by_fixed_nodes, (0, 1))(0.7, 1.4)
    assert value == by_fixed_nodes(0.7, 1.4)
    np.testing.assert_allclose(slopes, value_and_grad(area, (0, 1))(0.7, 1.4)[1], rtol=1e-6)


def test_integral_over_an_infinite_interval_is_refused() -> None:
    with pytest.raises(Error):
        grad(endless)(0.7)
    with pytest.raises(ValueError, match="infinite"):
        grad(endless_by_value)(0.7, float("inf"))


def pendulum(state: Any, t: Any, k: Any) -> Any:
    angle, speed = state
    return [speed, -k * np.sin(angle)]


TIMES = np.linspace(0.0, 3.0, 7)


def swing(k: Any, angle: Any) -> Any:
    return integrate.odeint(pendulum, np.array([angle, 0.0]), TIMES, args=(k,))[-1, 0]


def growth(rate: Any, start: Any) -> Any:
    found = integrate.solve_ivp(lambda t, u: rate * u, (0.0, 2.0), np.array([start]), t_eval=np.array([1.0, 2.0]), rtol=1e-9, atol=1e-11)
    return found.y[0, -1]


def until(rate: Any, end: Any) -> Any:
    return integrate.solve_ivp(lambda t, u: rate * u, (0.0, end), np.array([1.0])).y[0, -1]


def asked_for(rate: Any, end: Any) -> Any:
    return integrate.solve_ivp(lambda t, u: rate * u, (0.0, 3.0), np.array([1.0]), t_eval=np.array([1.0, end])).y[0, -1]


def test_solution_of_a_differential_equation_by_parameter_and_start() -> None:
    value, slopes = value_and_grad(swing, (0, 1))(2.0, 1.0)
    assert value == swing(2.0, 1.0)
    by_k = (swing(2.0 + 1e-4, 1.0) - swing(2.0 - 1e-4, 1.0)) / 2e-4
    by_angle = (swing(2.0, 1.0 + 1e-4) - swing(2.0, 1.0 - 1e-4)) / 2e-4
    np.testing.assert_allclose(slopes, (by_k, by_angle), rtol=1e-4)


def test_solution_that_begins_before_the_times_asked_for() -> None:
    _, slopes = value_and_grad(growth, (0, 1))(0.3, 1.5)
    np.testing.assert_allclose(slopes, (3.0 * np.exp(0.6), np.exp(0.6)), rtol=1e-7)


def test_end_of_the_time_that_varies_is_refused() -> None:
    assert grad(until)(0.3, 2.0) == pytest.approx(2 * np.exp(0.6), rel=1e-3)
    with pytest.raises(Error, match="times that vary"):
        grad(until, 1)(0.3, 2.0)
    with pytest.raises(Error, match="times that vary"):
        grad(asked_for, 1)(0.3, 2.0)
