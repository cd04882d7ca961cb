"""Programs that once had a wrong gradient, each as small as it could be made, against differences."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from wengert import grad, jvp


def an_exit_two_branches_deep_is_not_dropped(x):
    count = 0
    while count < 4:
        count += 1
        x /= 1.81
        if count != 2:
            if count > 0:
                continue
        for _ in range(3):
            x = 0.6 * x + 0.3 * math.sin(x)
    return math.tanh(x)


def what_a_branch_that_may_leave_defines_is_saved_only_where_it_is_defined(x):
    y = x
    for i in range(3):
        if i == 2:
            break
        else:
            z = y + x
        y = z * z
    return y


def a_line_that_another_line_still_adds_to_is_not_sunk_into_a_branch(x):
    c = math.sin(x)
    kept = [c * c, math.cos(c)]
    if x > 0.1:
        y = c * 2
    else:
        y = x
    return y * kept[-1]


def the_value_of_a_break_varies(x):
    for i in range(4):
        if i > 1:
            return x * math.cos(x)
        x = x * 1.5
    return x


def an_element_of_a_container_varies(x):
    s = 0.0
    for a, b in zip((x, 0.5, x * x), reversed([x, 2.0, 3.0])):
        s += a * b
    return s


def a_name_of_some_turns_only_can_be_saved(x):
    for i in range(3):
        if i == 1:
            w = math.sin(x)
        elif i == 2:
            x = x * w
    return x


def a_star_takes_items_of_a_list(x):
    x, *rest, y = [x * 2, math.sin(x), x * x, 0.5]
    return x * rest[0] + rest[-1] * y


PROGRAMS = [
    an_exit_two_branches_deep_is_not_dropped,
    what_a_branch_that_may_leave_defines_is_saved_only_where_it_is_defined,
    a_line_that_another_line_still_adds_to_is_not_sunk_into_a_branch,
    the_value_of_a_break_varies,
    an_element_of_a_container_varies,
    a_name_of_some_turns_only_can_be_saved,
    a_star_takes_items_of_a_list,
]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_right_in_both_modes_and_again(program: Callable[[float], Any]) -> None:
    step = 1e-6
    for x in (0.3, 0.7):
        quotient = (program(x + step) - program(x - step)) / (2 * step)
        assert grad(program)(x) == pytest.approx(quotient, rel=1e-7)
        assert jvp(program, (x,), (1.0,))[1] == pytest.approx(quotient, rel=1e-7)


def test_a_sum_over_an_axis_keeps_its_axis_in_the_tangent() -> None:
    def loss(w):
        return np.sum(np.tanh(np.sum(w * w, axis=0)))

    w, direction = np.arange(6.0).reshape(2, 3) / 7, np.ones((2, 3))
    quotient = (loss(w + 1e-6 * direction) - loss(w - 1e-6 * direction)) / 2e-6
    assert jvp(loss, (w,), (direction,))[1] == pytest.approx(quotient, rel=1e-7)
    again = (grad(loss)(w + 1e-6 * direction) - grad(loss)(w - 1e-6 * direction)) / 2e-6
    np.testing.assert_allclose(jvp(grad(loss), (w,), (direction,))[1], again, rtol=1e-6)


def test_a_derivative_of_a_derivative_with_nested_loops_is_right() -> None:
    def coupled(x, n, m):
        s = 1.0
        for _ in range(n):
            y = x
            for _ in range(m):
                y = math.sin(y) + s
            s = s * y
        return s

    slope = grad(coupled)
    quotient = (slope(0.6 + 1e-6, 3, 2) - slope(0.6 - 1e-6, 3, 2)) / 2e-6
    assert grad(slope)(0.6, 3, 2) == pytest.approx(quotient, rel=1e-7)
