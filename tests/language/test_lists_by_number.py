"""Lists of objects, of arrays and of lists that are read and written by numbers that only the run knows."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from wengert import check_grads, grad


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
