"""The adjoint from the tangent: the lines run backward, several results, parts that nobody asks for."""

from __future__ import annotations

from typing import Any

import numpy as np

from wengert import grad, jvp
from wengert.modes import JVP


def text_of(function: Any, *arguments: Any) -> str:
    return grad(function, tuple(range(len(arguments)))).source(*arguments)


def test_tangent_of_the_inverse_runs_backward() -> None:
    text = text_of(lambda a, w: np.sum(np.linalg.inv(a) * w), np.eye(2), np.eye(2))
    assert "out_2 = out_1.T" in text and "np.linalg.inv" in text and text.count("np.linalg.inv(") == 2  # the line and its quotation


def test_operand_twice_gains_from_both_places() -> None:
    a = np.array([[2.0, 1.0], [0.5, 3.0]])
    d, h = np.array([[0.3, -0.1], [0.2, 0.5]]), 1e-6

    def value(a: Any) -> Any:
        return np.sum(np.linalg.solve(a, a @ a.T))

    assert np.isclose(np.sum(grad(value)(a) * d), (value(a + h * d) - value(a - h * d)) / (2 * h))


def test_result_of_which_a_part_is_read_gets_zero_for_the_others() -> None:
    def first(a: Any) -> Any:
        q, _ = np.linalg.qr(a)
        return q[0, 0]

    a, h = np.array([[2.0, 1.0], [0.5, 3.0]]), 1e-6
    step = h * np.array([[1.0, 0.0], [0.0, 0.0]])
    assert np.isclose(grad(first)(a)[0, 0], (first(a + step) - first(a - step)) / (2 * h))


def test_names_that_the_program_gave_to_the_results_are_used() -> None:
    def product(a: Any) -> Any:
        q, r = np.linalg.qr(a)
        return np.sum(q * r)

    assert "q, r = np.linalg.qr(a)" in grad(product).source(np.eye(2))
    assert JVP(product).source(np.eye(2)).count("np.linalg.qr(") == 1


def test_decomposition_in_a_branch_and_a_loop() -> None:
    def spread(a: Any, n: int) -> Any:
        total = 0.0
        for i in range(n):
            if i % 2:
                w, v = np.linalg.eigh(a * (i + 1))
                total = total + np.sum(w**2) + v[0, 0] ** 2
            else:
                total = total + np.linalg.det(a) / (i + 1)
        return total

    a = np.array([[2.0, 0.3], [0.3, 1.0]])
    d, h = np.array([[0.1, 0.2], [0.2, -0.3]]), 1e-6
    slope = (spread(a + h * d, 4) - spread(a - h * d, 4)) / (2 * h)
    assert np.isclose(np.sum(grad(spread)(a, 4) * d), slope) and np.isclose(jvp(spread, (a, 4), (d, None))[1], slope)
