"""Lists of objects, of arrays and of lists that are read and written by numbers that only the run knows."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from wengert import check_grads, grad, hessian, jacfwd, jacrev


class Body:
    def __init__(self, m, q, v):
        self.m, self.q, self.v, self.a = m, q, v, 0.0


def bodies(x):
    return [Body(1.0, 0.0, x), Body(x, 1.0, 0.0), Body(0.1, x, 1.0)]


def energy(bodies):
    return sum(b.m * b.v**2 for b in bodies)


def bodies_pull_each_other_in_pairs(x):
    bs = bodies(x)
    for _ in range(2):
        for b in bs:
            b.a = 0.0
        for i in range(3):
            for j in range(i + 1, 3):
                f = math.tanh(bs[j].q - bs[i].q)
                bs[i].a += bs[j].m * f
                bs[j].a -= bs[i].m * f
        for b in bs:
            b.v += 0.1 * b.a
            b.q += 0.1 * b.v
    return energy(bs)


def bodies_have_names_in_the_loop(x):
    bs = bodies(x)
    for _ in range(2):
        for b in bs:
            b.a = 0.0
        for i in range(3):
            for j in range(3):
                if i != j:
                    b, c = bs[i], bs[j]
                    b.a = b.a + c.m * math.tanh(c.q - b.q)
        for b in bs:
            b.v += 0.1 * b.a
            b.q += 0.1 * b.v
    return energy(bs)


def bodies_are_made_by_a_comprehension(x):
    bs = [Body(1.0 + i, x * i, 1.0) for i in range(4)]
    for _ in range(2):
        for i in range(len(bs)):
            bs[i].a = sum(bs[j].m * math.tanh(bs[j].q - bs[i].q) for j in range(len(bs)) if j != i)
        for b in bs:
            b.v += 0.1 * b.a
            b.q += 0.1 * b.v
    return energy(bs)


def arrays_in_a_list(x):
    qs, vs = [np.array([0.0, x]), np.array([x, 1.0])], [np.zeros(2), np.ones(2)]
    for _ in range(2):
        for i in range(2):
            for j in range(2):
                if i != j:
                    vs[i] += 0.1 * (qs[j] - qs[i])
        for i in range(2):
            qs[i] += 0.1 * vs[i]
    return sum(q @ q for q in qs)


def arrays_are_replaced(x):
    qs = [np.array([0.0, x]), np.array([x, 1.0])]
    for k in range(3):
        qs[k % 2] = qs[k % 2] * x + qs[k - 2]
        qs[k % 2][0] += x * qs[1][1]
    return qs[0] @ qs[1]


def rows_of_a_table(x):
    g = [[x, 1.0, 2.0], [0.0, x, 1.0], [1.0, 1.0, x]]
    for i in range(1, 3):
        for j in range(1, 3):
            g[i][j] += x * g[i - 1][j] + g[i][j - 1]
    return g[2][2]


def a_list_in_a_dict(x):
    d = {"a": [x, 2 * x, 1.0], "b": x}
    for k in range(3):
        d["a"][k] = d["b"] * d["a"][k - 1]
        d["a"][k - 1] += d["a"][k]
    return d["a"][0] * d["a"][1] + d["a"][2]


PROGRAMS = [
    bodies_pull_each_other_in_pairs,
    bodies_have_names_in_the_loop,
    bodies_are_made_by_a_comprehension,
    arrays_in_a_list,
    arrays_are_replaced,
    rows_of_a_table,
    a_list_in_a_dict,
]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_right_in_both_modes_and_again(program: Callable[[float], Any]) -> None:
    check_grads(program, (0.6,))


def test_the_adjoint_of_a_list_of_objects_is_not_copied_for_each_write() -> None:
    assert "_bars.copy()" not in grad(bodies_pull_each_other_in_pairs).source(0.6)


def test_an_item_by_a_number_outside_of_loops() -> None:
    def chosen(x, k):
        qs = [np.array([0.0, x]), np.array([x, 1.0]), np.ones(2)]
        qs[k] = qs[0] * x
        qs[k][1] = x
        qs[k - 1] *= 2.0
        return sum(q @ q for q in qs)

    for k in (0, 1, 2):
        check_grads(chosen, (0.6, k))


def item_scaled(qs, i, x):
    qs[i] *= x
    return qs[0] @ qs[0] + np.sum(qs[1] ** 3)


def item_set(qs, i, x):
    qs[i][...] = x * qs[i - 1]
    qs[0][:] = qs[0] * 2
    return qs[0] @ qs[0] + np.sum(qs[1] ** 3)


@pytest.mark.parametrize("function", [item_scaled, item_set])
def test_an_array_in_a_list_that_is_overwritten_as_a_whole_leaves_nothing_of_what_it_was(function: Callable[..., Any]) -> None:
    for i in (0, 1):
        check_grads(function, ([np.array([0.3, 0.5]), np.array([0.4, 0.6])], i, 0.6))


def test_a_row_in_a_list_that_is_overwritten_as_a_whole_leaves_nothing_of_what_it_was() -> None:
    def row_set(xs, i, x):
        xs[i][:] = [x, x * x]
        return xs[0][0] * xs[1][1] + xs[i][0] * xs[1][0]

    check_grads(row_set, ([[0.1, 0.2], [0.3, 0.4]], 0, 0.6))


def tables_are_joined(p):
    rows = [np.concatenate([p[:1] * i, p]) for i in range(3)]
    return np.sum(rows[-1] ** 2)


def arrays_are_made_of_items(p):
    hist = [p]
    for _ in range(3):
        hist.append(np.array([hist[-1][0] * p[1], p[0], hist[-1][2]]))
    return np.sum(hist[1] ** 2)


def numbers_and_arrays_in_tuples(p):
    pairs = [(p[0] * i, p * i) for i in range(3)]
    return pairs[1][0] * pairs[2][1][0]


def arrays_in_dicts(p):
    tables = [{"a": p[0] * i, "b": np.concatenate([p, p * i])} for i in range(3)]
    return tables[1]["a"] * tables[2]["b"][0]


def arrays_are_filled(p):
    pairs = [np.zeros(2) for _ in range(3)]
    for i in range(3):
        pairs[i][0] = p[i]
        pairs[i][1] = pairs[i - 1][0]
    return pairs[1][0] * pairs[1][1]


@pytest.mark.parametrize("function", [
    tables_are_joined, arrays_are_made_of_items, numbers_and_arrays_in_tuples, arrays_in_dicts, arrays_are_filled,
], ids=lambda function: function.__name__)  # fmt: skip
def test_items_that_nobody_reads_have_an_adjoint_of_their_own_form(function: Callable[..., Any]) -> None:
    check_grads(function, (np.array([0.3, 0.5, 0.7]),))


def constants_come_first(x):
    xs = [1.0, x]
    for i in range(3):
        xs.append(x * x * (i + 1))
    return xs[2] * xs[0] * xs[4] + xs[1] ** 3


def test_the_second_derivative_of_a_list_of_which_not_every_adjoint_is_read() -> None:
    check_grads(constants_come_first, (0.6,))

    def lengthened(x, xs):
        xs.append(x**3)
        return xs[2] * xs[1] ** 2 * x

    assert hessian(lengthened)(0.6, [0.3, 0.4]) == pytest.approx(jacrev(grad(lengthened))(0.6, [0.3, 0.4]), rel=1e-12)


def test_a_list_that_one_branch_lengthens_has_a_tangent_in_the_other_too() -> None:
    def lengthened(x, xs):
        if x > 0:
            xs.append(x * xs[0])
        return sum(v * v for v in xs)

    assert jacfwd(lengthened)(0.3, [0.4, 0.5]) == pytest.approx(2 * 0.3 * 0.4**2)
    assert jacfwd(lengthened)(-0.3, [0.4, 0.5]) == 0.0
