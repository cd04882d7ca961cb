"""Where a ufunc with `where=` computes nothing, nothing is computed for its derivatives, of any order."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.language.whole_functions import Case, agree, collecting
from wengert import grad, hessian, jvp

CASES: dict[str, Case] = {}
case = collecting(CASES)
X, DIRECTION = np.array([1.5, 0.0, 2.0]), np.array([0.3, 0.7, -0.2])


def root(x: Any) -> Any:
    z = np.zeros(3)
    np.sqrt(x, where=x > 0, out=z)
    return np.sum(z * z * z * z)


def quotient(x: Any) -> Any:
    z = np.zeros(3)
    np.divide(1.0, x, out=z, where=x != 0)
    return np.sum(z**3)


def logarithm_spread_over_rows(x: Any) -> Any:
    r = np.zeros((2, 3))
    np.log(x, where=x > 0, out=r)
    return np.sum(r**3)


def roots_in_a_loop(x: Any) -> Any:
    r, m = np.zeros_like(x), x > 0
    for k in range(3):
        np.sqrt(x * (k + 1), where=m, out=r)
        x = x + 0.1 * r**3
    return np.sum(x**2)


def a_power_and_two_choices_of_one_root(x: Any) -> Any:
    z, q = np.zeros_like(x), np.sqrt(x)
    np.power(x, 0.5, out=z, where=x > 0)
    return np.sum(z**3) + np.sum(np.where(x > 0, q, 0.0) * 2 + np.where(x > 1, q**2, 1.0) ** 2)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("f", [root, quotient, logarithm_spread_over_rows, roots_in_a_loop, a_power_and_two_choices_of_one_root])
def test_second_derivatives_are_finite_in_all_orders_of_modes(f: Any) -> None:
    gradient = grad(f)
    rows = np.array([(gradient(X + step) - gradient(X - step)) @ DIRECTION / 2e-6 for step in 1e-6 * np.eye(3)[[0, 2]]])
    backward = grad(lambda x: np.sum(gradient(x) * DIRECTION))(X)
    np.testing.assert_allclose(backward[[0, 2]], rows, rtol=1e-6)
    np.testing.assert_allclose(jvp(gradient, (X,), (DIRECTION,))[1], backward)
    np.testing.assert_allclose(hessian(f)(X) @ DIRECTION, backward)
    np.testing.assert_allclose(grad(lambda x: jvp(f, (x,), (DIRECTION,))[1])(X), backward)
    assert np.all(np.isfinite(grad(lambda x: np.sum(grad(lambda x: np.sum(gradient(x) * DIRECTION))(x) * DIRECTION))(X)))


@pytest.mark.parametrize("f", [root, quotient, logarithm_spread_over_rows])
def test_no_flag_is_raised_where_the_ufunc_raises_none(f: Any) -> None:
    with np.errstate(all="raise"):
        f(X)
        assert np.all(np.isfinite(grad(f)(X)))
        assert np.isfinite(jvp(f, (X,), (DIRECTION,))[1])


@case(np.array([0.4, 1.5, 2.5]), np.array([0.7, 1.2, 0.3]), 1.7)
def several(a: Any, b: Any, s: Any) -> Any:
    r = np.ones(3)
    np.divide(a, s, out=r, where=a > 1)
    np.arccosh(a, out=r, where=[False, True, False])
    np.multiply(r, b, out=r, where=b > 0.5)
    np.arctan2(a, b, out=b, where=r > 0.9)
    np.subtract(s, r, r, where=True)
    return np.sum(r * b * a)


@pytest.mark.parametrize("name", CASES)
def test_both_modes_agree_with_differences_and_leave_what_a_plain_call_leaves(name: str) -> None:
    function, args = CASES[name]
    agree(function, args, order=2)
