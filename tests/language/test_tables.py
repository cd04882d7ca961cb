"""Lists of lists: an item of a row costs an item, and not the row, in first and second order."""

from __future__ import annotations

import pytest
from whole_functions import Case, agree, collecting

from wengert import check_grads, grad

CASES: dict[str, Case] = {}
case = collecting(CASES)
A = [[0.5, 1.5, 0.7], [1.2, 0.4, 0.9], [0.8, 1.1, 0.6]]
B = [[1.0, 0.3, 0.2], [0.6, 1.4, 0.5], [0.9, 0.7, 1.3]]


def rows(table):
    return [list(row) for row in table]


@case(rows(A), rows(B))
def product(a, b):
    n = len(a)
    c = [[0.0] * n for _ in range(n)]
    for i in range(n):
        for j in range(n):
            for k in range(n):
                c[i][j] += a[i][k] * b[k][j]
    return sum(sum(v * v for v in row) for row in c)


@case(rows(A), 0.7)
def a_table_that_is_overwritten(a, x):
    for i in range(1, len(a)):
        for j in range(len(a[i])):
            a[i][j] = a[i - 1][j] * x + a[i][j] * a[i][j]
    return a[-1][0] * a[-1][1] + sum(a[0])


@case(rows(A), 0.7)
def rows_that_are_replaced_and_then_read_by_items(a, x):
    s = 0.0
    for i in range(len(a)):
        s += a[i][0] * a[i][1]
        a[i] = [a[i][1] * x, s]
        s += a[i][0]
    return s * a[0][1]


@case(rows(A), rows(B))
def a_row_that_is_used_whole_and_by_items(a, b):
    s = 0.0
    for i in range(len(a)):
        row = a[i]
        for k in range(len(row)):
            s += row[k] * b[i][k] * sum(row)
        s *= a[i][0]
    return s


@case(rows(A), 0.7)
def rows_that_are_replaced_twice(a, x):
    for k in range(5):
        a[(2 * k + 1) % len(a)] = [0.6 * x, a[0][0] - 0.3 * x]
    return a[0][0] * x + a[-1][-1]


@case(rows(A), 0.7)
def rows_that_are_replaced_and_written_into(a, x):
    for k in range(4):
        a[k % 2][0] = x * k
        x = x + a[(k + 1) % 2][0] * 0.1
        a[k % 2] = [x, x * a[0][0]]
        a[1][0] *= x
        if k == 2:
            a[0] = [x]
    return a[0][0] * x


@case([[1.0, 2.0], [3.0]], 0.7)
def a_number_that_a_row_takes_and_that_is_read_again(a, x):
    a[1].append(x)
    return a[0][0] * x + a[1][-1] * a[1][0]


@case(rows(A), 0.7)
def elimination(a, x):
    n = len(a)
    a[0][0] += x + 3.0
    for k in range(n):
        for i in range(k + 1, n):
            f = a[i][k] / a[k][k]
            for j in range(k, n):
                a[i][j] -= f * a[k][j]
    return a[0][0] * a[1][1] * a[2][2]


@pytest.mark.parametrize("name", CASES)
def test_the_text_does_what_the_function_does_in_both_modes(name: str) -> None:
    agree(*CASES[name])


@pytest.mark.parametrize("name", CASES)
def test_second_derivatives_are_right(name: str) -> None:
    function, args = CASES[name]
    check_grads(function, args, order=2)


def test_no_row_is_copied_to_add_to_one_of_its_items() -> None:
    turn = grad(product, argnums=(0, 1)).source(rows(A), rows(B)).partition("zero_of(b)\n")[2]
    assert "a_bar[i][k] += " in turn and "b_bar[k][j] += " in turn
    assert not any(copying in turn for copying in ("copy", "snapshot", "plus"))
