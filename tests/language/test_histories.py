"""Lists that grow while they are read: histories, recurrences, stacks. Both modes, to the second order."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from wengert import check_grads, grad, jacfwd, jacrev, vjp
from wengert.errors import AliasError


def the_next_item_is_computed_from_the_last(x):
    xs = [x]
    for _ in range(4):
        xs.append(3.1 * xs[-1] * (1 - xs[-1]))
    return xs[-1] + sum(xs)


def the_next_item_is_computed_from_several_by_number(x):
    xs = [x, x * x]
    for i in range(4):
        xs.append(xs[i] * xs[i + 1] + 0.5)
    return xs[-1]


def the_first_item_is_a_constant(x):
    xs = [1.0, x]
    for _ in range(2, 5):
        xs.append(xs[-1] + xs[-2] * x)
    return xs[-1]


def two_lists_grow_from_each_other(x):
    a, b = [x], [1.0]
    while len(a) < 4:
        a.append(a[-1] + b[-1])
        b.append(a[-1] * b[-1])
    return a[-1] * b[2]


def a_constant_list_grows_beside(x):
    ks, s = [1.0], 0.0
    for _ in range(4):
        s += math.sin(x * ks[-1])
        ks.append(ks[-1] * 2)
    return s


def a_rule_reads_the_list_before_it_grows(x):
    xs = [x, x * x]
    p = math.prod(xs)
    xs.append(3 * x)
    return p * xs[2]


def an_array_is_made_of_the_list_before_it_grows(x):
    xs = [x, x * x]
    p = np.sin(np.array(xs))
    xs.append(3 * x)
    return p.sum() * xs[2]


def a_loop_runs_over_the_list_before_it_grows(x):
    xs, s = [x, x * x], 0.0
    for k in range(3):
        for v in xs:
            s += v * v * v
        xs.append(s * xs[0])
    return s


def the_largest_item_and_the_length(x):
    xs = [x]
    for _ in range(3):
        xs.append(max(xs) * 1.5 + xs[-1] ** 2)
    return sum(xs) / len(xs)


def branches_append_different_items(x):
    xs = [x]
    for i in range(4):
        if xs[-1] < 1:
            xs.append(xs[-1] * 2)
        else:
            xs.append(xs[-1] * 0.3)
        if i == 2:
            continue
        xs.append(xs[0] * xs[-1])
    return xs[-1]


def a_loop_ends_when_the_items_agree(x):
    xs = [x]
    while True:
        new = 0.5 * (xs[-1] + 2 / xs[-1])
        if abs(new - xs[-1]) < 1e-1:
            break
        xs.append(new)
    return xs[-1]


def rows_grow_from_the_rows_before(x):
    rows = []
    for i in range(4):
        row = [1.0]
        for j in range(i):
            row.append(row[-1] * x + (rows[i - 1][j] if j < i - 1 else 0.0))
        rows.append(row)
    return rows[-1][-1]


def a_row_is_replaced_by_a_longer_one(x):
    row = [x]
    for _ in range(4):
        new = [row[0]]
        for j in range(1, len(row)):
            new.append(row[j - 1] + row[j])
        new.append(row[-1] * x)
        row = new
    return row[1] * row[-1]


def the_items_are_tuples(x):
    states = [(x, 1.0)]
    for _ in range(4):
        q, v = states[-1]
        states.append((q + 0.1 * v, v - 0.1 * q))
    return states[-1][0] * states[1][1]


def an_item_is_written_and_others_appended_in_each_turn(x):
    s = 0.0
    for i in range(3):
        e = [x * i, 2.0]
        e[1] = 0.6 * x
        e.append(x * x)
        e.append(0.5 * x)
        s += e[3] * e[1] * e[0]
    return s


def a_branch_gives_the_list(x):
    e = [x, x * x] if x > 0 else [x, x]
    e.append(x**3)
    return e[2] * e[1] * e[0]


def a_function_appends(x):
    def more(e):
        e.append(x * 2)
        return e

    e = more([x, x * x])
    return e[2] * e[0] + e[1]


PROGRAMS = [
    the_next_item_is_computed_from_the_last,
    the_next_item_is_computed_from_several_by_number,
    the_first_item_is_a_constant,
    two_lists_grow_from_each_other,
    a_constant_list_grows_beside,
    a_rule_reads_the_list_before_it_grows,
    an_array_is_made_of_the_list_before_it_grows,
    a_loop_runs_over_the_list_before_it_grows,
    the_largest_item_and_the_length,
    branches_append_different_items,
    a_loop_ends_when_the_items_agree,
    rows_grow_from_the_rows_before,
    a_row_is_replaced_by_a_longer_one,
    the_items_are_tuples,
    an_item_is_written_and_others_appended_in_each_turn,
    a_branch_gives_the_list,
    a_function_appends,
]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_right_in_both_modes_and_again(program: Callable[[float], Any]) -> None:
    check_grads(program, (0.3,))
    check_grads(program, (0.7,))


def an_argument_gets_an_item_in_a_branch(x, xs):
    if x > 0:
        xs.append(x * xs[0])
    s = 0.0
    for v in xs:
        s += v * v
    return s


def an_argument_is_read_while_it_grows(x, xs):
    s = 0.0
    for i in range(4):
        if i % 2:
            xs.append(x * xs[-1])
        s += xs[-1] * x
    return s + xs[0]


@pytest.mark.parametrize("program", [an_argument_gets_an_item_in_a_branch, an_argument_is_read_while_it_grows], ids=lambda p: p.__name__)
@pytest.mark.parametrize("x", [0.3, -0.3])
def test_an_argument_that_grows_is_longer_afterwards_and_its_gradient_as_long_as_it_was(program: Callable[..., Any], x: float) -> None:
    check_grads(program, (x, [0.4, 0.5]))
    plain, given = [0.4, 0.5], [0.4, 0.5]
    value = program(x, plain)
    out, pullback = vjp(program, x, given)
    assert out == value and given == plain and len(pullback(1.0)[1]) == 2


def test_a_history_of_arrays_has_the_same_jacobian_in_both_modes() -> None:
    def trajectory(p, n):
        hist, y = [], p
        for _ in range(n):
            y = y + 0.1 * np.cos(y)
            hist.append(y)
        return np.array(hist)

    p = np.array([0.3, 0.5, 0.7])
    np.testing.assert_allclose(jacfwd(trajectory)(p, 4), jacrev(trajectory)(p, 4))
    assert jacfwd(trajectory)(p, 4).shape == (4, 3, 3)


def test_a_history_of_arrays_is_read_while_it_grows() -> None:
    def energy(p):
        hist = [p]
        for k in range(3):
            hist.append(np.sin(hist[-1]) + hist[k] * 0.5)
        return np.sum(hist[-1] * hist[0])

    check_grads(energy, (np.array([0.3, 0.5, 0.7]),))


def test_the_adjoint_of_a_list_that_is_read_while_it_grows_is_popped() -> None:
    text = grad(the_next_item_is_computed_from_the_last).source(0.3)
    assert "xs_1_bar = xs_bar.pop()\n        xs_bar[-1] -= " in text


def test_the_cotangent_of_a_list_is_not_shortened() -> None:
    def orbit(x):
        xs = [x]
        for _ in range(2):
            xs.append(xs[-1] * xs[-1])
        return xs

    cotangent = [1.0, 1.0, 1.0]
    out, pullback = vjp(orbit, 0.5)
    assert pullback(cotangent) == pullback(copy.copy(cotangent)) == (1 + 2 * 0.5 + 4 * 0.5**3,)
    assert cotangent == [1.0, 1.0, 1.0]


class RungeKutta:
    def __init__(self, f, y0):
        self.f = f
        self.y = np.asarray(y0)

    def solve(self, dt, steps):
        self.us = [self.y]
        for _ in range(steps):
            k = self.f(self.y)
            self.y = self.y + dt * self.f(self.y + dt / 2 * k)
            self.us.append(self.y)
        return np.array(self.us)


def test_a_history_begins_with_the_array_that_each_turn_replaces() -> None:
    def simulated(a):
        return np.sum(RungeKutta(lambda y: a * y * (1 - y), [0.1, 0.2]).solve(0.5, 4) ** 2)

    def variables(a):
        y = np.array([0.1, 0.2])
        us = [y]
        for _ in range(4):
            y = y + a * y * y
            us.append(y)
        return np.sum(us[1] * us[-1]) + y[0] * us[0][1]

    for function in (simulated, variables):
        check_grads(function, (0.7,), order=2)


def test_an_array_that_is_written_after_it_was_put_into_a_history_is_refused() -> None:
    def below(a):
        y = np.array([1.0, 2.0])
        us = [y]
        for _ in range(3):
            y = y * a
            us.append(y)
        y[0] = a * 5
        return us[-1][0]

    def in_each_turn(a):
        y = np.array([1.0, 2.0])
        us = [y]
        for i in range(3):
            y[0] = a * (i + 1)
            y = y * a
            us.append(y)
        return us[1][0]

    def through_the_history(a):
        y = np.array([1.0, 2.0])
        us = [y]
        for i in range(3):
            us[-1][0] = a * (i + 1)
            y = y * a
            us.append(y)
        return y[0]

    for function in (below, in_each_turn, through_the_history):
        with pytest.raises(AliasError, match="W081"):
            grad(function)(0.7)
