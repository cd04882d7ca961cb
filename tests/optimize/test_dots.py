"""Sums of products of rows are scalar products in derivative lines."""

from __future__ import annotations

import numpy as np
import pytest

from wengert import check_grads, grad


def test_the_adjoint_of_a_number_that_multiplies_a_row_is_a_scalar_product():
    def f(x, c):
        return np.sum(np.sin(c * x))

    x = np.array([0.3, -0.5, 0.7])
    assert "@ x" in grad(f, argnums="c").source(x, 0.4)
    check_grads(f, (x, 0.4))


@pytest.mark.parametrize("x", [np.array([[0.3, -0.5], [0.7, 0.1]]), np.array([0.5 + 1j, 2.0]), np.array([0.3, 0.5], np.float32)])
def test_other_arrays_keep_their_value(x):
    def f(x, c):
        return np.sum(np.abs(c * x) ** 2)

    check_grads(f, (x, 0.4))


def test_the_users_sums_stay_as_they_are():
    def f(x, y):
        s = np.sum(x * y)
        return s * s

    assert "np.sum(x * y)" in grad(f).source(np.ones(3), np.ones(3))
