"""Composites are written out where derivatives go through them, and stay what the user wrote elsewhere."""

from __future__ import annotations

from typing import Any

import numpy as np

from wengert import grad, value_and_grad
from wengert.rules.table import lookup

X = np.array([0.3, 1.2, 0.7])


def ranges(x: Any, y: Any) -> Any:
    return np.ptp(x) * np.ptp(y)


def in_a_loop(x: Any, n: Any) -> Any:
    total = 0.0
    for i in range(n):
        if i > 0:
            total = total + np.ptp(x) ** 2
    return total


def pieces(x: Any) -> Any:
    first, second, third = np.split(x, 3)
    return np.sum(first * second + third)


def test_only_the_active_line_is_written_out() -> None:
    text = value_and_grad(ranges).source(X, X)
    assert "= np.ptp(y)" in text and "np.max(x)" in text and "np.max(y)" not in text


def test_a_line_that_a_further_derivative_makes_active_is_written_out_then() -> None:
    np.testing.assert_allclose(grad(lambda y: np.sum(grad(ranges)(X, y) ** 2))(X), np.multiply(4, [-0.9, 0.9, 0.0]))


def test_lines_in_loops_and_branches_are_written_out() -> None:
    np.testing.assert_allclose(grad(in_a_loop)(X, 3), np.multiply(4 * 0.9, [-1, 1, 0]))


def test_a_list_of_results_is_taken_apart() -> None:
    np.testing.assert_allclose(grad(pieces)(X), [1.2, 0.3, 1.0])


def test_a_composite_has_no_rule_of_its_own() -> None:
    row = lookup("np.ptp")
    assert row is not None and row.family == "composite" and row.vjp is None and row.body is not None
