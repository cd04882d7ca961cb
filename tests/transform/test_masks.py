"""Zero wins over an infinite partial where a mask says so, and nowhere else is anything added to the text."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from wengert import grad, jvp

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")  # of the primal
Q = np.array([0.0, 1.0, 4.0])


def masked(q: Any) -> Any:
    return np.sum(np.where(q > 0, np.sqrt(q), 0.0))


def nested(q: Any) -> Any:
    return np.sum(np.where(q < 9, np.where(q > 0, np.log(q), 0.0), q))


def otherwise(q: Any) -> Any:
    return np.sum(np.where(q == 0, 1.0, np.sin(q) / q))


def elementwise_in_between(q: Any, s: Any) -> Any:
    return np.sum(np.where(q > 0, 3 * (np.sqrt(q * s) - 1), 0.0) * q)


def spread(q: Any, c: Any) -> Any:
    return np.sum(np.where(c[:, None] > 0, 1 / c[:, None], 0.0) * q)


def plain(q: Any) -> Any:
    return np.sum(np.where(q > 0, q * q + np.sin(q), 0.0))


def summed_first(q: Any) -> Any:
    return np.sum(np.where(q > 1, np.sqrt(q), 0.0) + np.where(q > 1, np.sqrt(q), 0.0))


def test_the_text_is_one_division_under_the_mask() -> None:
    text = grad(masked).source(Q)
    assert "return np.divide(1.0, 2 * np.sqrt(q), out=np.zeros_like(q), where=q > 0)" in text


def test_nested_masks_hold_together() -> None:
    np.testing.assert_allclose(grad(nested)(Q), [0.0, 1.0, 0.25])


def test_the_mask_of_the_second_value_is_the_negated_condition() -> None:
    np.testing.assert_allclose(grad(otherwise)(Q)[:2], [0.0, np.cos(1.0) - np.sin(1.0)])


def test_the_mask_stays_along_elementwise_lines_and_ends_where_the_shape_changes() -> None:
    np.testing.assert_allclose(grad(elementwise_in_between)(Q, 4.0), [0.0, 6.0, 15.0])
    np.testing.assert_allclose(grad(elementwise_in_between, 1)(Q, 4.0), np.sum(3 * Q**1.5 / 4.0))


def test_an_operand_of_another_shape_is_summed_after_the_mask() -> None:
    np.testing.assert_allclose(grad(spread, 1)(np.ones(2), np.array([0.0, 2.0])), [0.0, -0.5])


def test_finite_partials_need_no_mask() -> None:
    assert "where=" not in grad(plain).source(Q)


def test_two_masked_uses_of_a_value_are_both_right() -> None:
    np.testing.assert_allclose(grad(summed_first)(Q), [0.0, 0.0, 0.5])


def test_derivatives_of_the_masked_division_are_masked() -> None:
    ones = np.ones(3)
    np.testing.assert_allclose(jvp(grad(masked), (Q,), (ones,))[1], [0.0, -0.25, -1 / 32])
    np.testing.assert_allclose(grad(lambda q: np.sum(grad(masked)(q) * q))(Q), [0.0, 0.25, 0.125])
