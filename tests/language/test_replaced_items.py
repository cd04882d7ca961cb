"""Items of lists that change places or are replaced: rows of a system of equations, lists that are sorted, objects."""

from __future__ import annotations

import math

import numpy as np
import pytest
from whole_functions import Case, agree, collecting

from wengert import AliasError, grad

CASES: dict[str, Case] = {}
case = collecting(CASES)


class Box:
    def __init__(self, a, b=0.25):
        self.a = a
        self.b = b


@case(0.3)
def ends_of_a_list(x):
    rows = [[x, 0.5], [math.sin(x)]]
    rows[0], rows[-1] = rows[-1], rows[0]
    return rows[0][0] * rows[1][0] ** 2


@case(0.3, np.array([0.3, 0.4, 0.5]))
def arrays(x, p):
    rows = [p[:2], p[1:] * x]
    rows[0], rows[-1] = rows[-1], rows[0]
    return rows[0][0] * rows[1][0] ** 2


@case(0.3)
def written_to_after_the_swap(x):
    rows = [[x * k, 0.5] for k in range(3)]
    rows[0], rows[2] = rows[2], rows[0]
    q, t = rows[0], rows[2]
    q[0] *= x
    t[1] += x
    return rows[0][0] * rows[2][1] + q[0] * t[1] ** 2


@case(0.3)
def objects(x):
    boxes = [Box(x), Box(x * x), Box(math.sin(x))]
    boxes[0], boxes[2] = boxes[2], boxes[0]
    boxes[0].a *= x
    return boxes[0].a * boxes[2].a ** 2 + boxes[0].b


@case(0.7, np.array([0.3, 0.4, 0.5]))
def elimination_with_pivots(x, p):
    A = [[x, 2.0, p[0]], [3.0, x * x, 1.0], [p[1], -4.0, x]]
    b = [1.0, x, p[2]]
    n = len(b)
    for k in range(n):
        pivot = k
        for i in range(k + 1, n):
            if abs(A[i][k]) > abs(A[pivot][k]):
                pivot = i
        A[k], A[pivot] = A[pivot], A[k]
        b[k], b[pivot] = b[pivot], b[k]
        for i in range(k + 1, n):
            m = A[i][k] / A[k][k]
            for j in range(k, n):
                A[i][j] -= m * A[k][j]
            b[i] -= m * b[k]
    return b[2] / A[2][2] + b[1] * A[1][1]


@case(0.3)
def sorted_by_neighbours(x):
    rows = [[math.cos(x * k * 3), x * k] for k in range(4)]
    for i in range(3):
        for j in range(3 - i):
            if rows[j][0] > rows[j + 1][0]:
                rows[j], rows[j + 1] = rows[j + 1], rows[j]
            rows[j][1] += 0.1 * rows[j + 1][0] ** 2
    return sum(r[0] * r[1] * (k + 1) for k, r in enumerate(rows))


@case(0.3)
def the_row_that_was_there(x):
    rows = [[x, 0.5], [math.sin(x)]]
    row = rows[0]
    rows[0] = [x * x]
    return row[0] * rows[0][0]


@case(0.3)
def again_and_again(x):
    rows = [[x], [x * x], [x**3]]
    s = 0.0
    for _ in range(3):
        first = rows[0]
        rows[0], rows[2] = rows[2], rows[0]
        s += first[0] * rows[0][0] ** 2
        rows[0][0] *= 1.0 + x
    return s


@pytest.mark.parametrize("name", CASES)
def test_items_that_change_places(name):
    agree(*CASES[name], order=2)


def twice_in_the_list(x):
    rows = [[x], [x * x], [x**3]]
    rows[0] = rows[1]
    rows[0][0] *= 3.0
    return rows[1][0]


def twice_and_swapped(x):
    rows = [[x], [x * x], [x**3]]
    rows[1] = rows[0]
    rows[0], rows[2] = rows[2], rows[0]
    rows[2][0] *= 3.0
    return rows[0][0] * rows[1][0]


def moved_on(x):
    rows = [[x], [x * x], [x**3]]
    for k in range(2):
        rows[k] = rows[k + 1]
    rows[1][0] *= x
    return rows[0][0] * rows[1][0] * rows[2][0]


def swapped_with_itself(x):
    rows = [[x], [x * x], [x**3]]
    rows[0], rows[0] = rows[1], rows[0]
    rows[1], rows[0] = rows[0], rows[2]
    rows[0][0] *= x
    return rows[0][0] * rows[1][0] * rows[2][0]


def half_of_a_swap(x):
    rows = [[x, 1.0], [x * x, 2.0]]
    row = rows[0]
    rows[0] = rows[1]
    if x > 0.5:
        rows[1] = row
    rows[0][0] += x
    return rows[0][0] * rows[1][0] ** 2


def half_of_a_swap_before_the_loop_ends(x):
    rows = [[x, 1.0], [x * x, 2.0]]
    for _ in range(2):
        row = rows[0]
        rows[0] = rows[1]
        if x < 0.5:
            break
        rows[1] = row
    rows[0][0] += x
    return rows[0][0] * rows[1][0] ** 2


def held_by_another(x):
    rows = [[x], [x * x], [x**3]]
    kept = list(rows)
    rows[0], rows[2] = rows[2], rows[0]
    kept[0][0] *= 3.0
    return rows[0][0] * rows[2][0] ** 2


TWICE = [
    twice_in_the_list, twice_and_swapped, moved_on, swapped_with_itself, half_of_a_swap, half_of_a_swap_before_the_loop_ends, held_by_another,
]  # fmt: skip


@pytest.mark.parametrize("function", TWICE)
def test_what_may_be_in_a_list_twice_is_not_written_to_through_it(function):
    with pytest.raises(AliasError, match="W081"):
        grad(function)(0.3)
