"""A variable that branches or turns bind to other views of one array is followed by its index."""

from __future__ import annotations

import numpy as np
import pytest
from whole_functions import Case, agree, collecting

import wengert

CASES: dict[str, Case] = {}
case = collecting(CASES)
RANDOM = np.random.default_rng(5)
U, M = RANDOM.uniform(0.5, 1.5, 6), RANDOM.uniform(0.5, 1.5, (3, 4))
WEIGHTS = np.arange(1.0, 7.0)


@case(U, 0.7)
def a_view_chosen_by_a_branch(u, x):
    if x > 0:
        w = u[1:]
    else:
        w = u[:-1]
    w *= x
    return WEIGHTS @ (u * u)


@case(U, 0.7)
def one_view_taken_in_both_branches(u, x):
    if x > 0:
        w, c = u[1:], 2.0
    else:
        w, c = u[1:], 1.0
    u *= x
    return np.sum(w * w) * c


@case(M, 0.7)
def the_row_of_the_last_turn(m, x):
    for i in range(2):
        row = m[i]
        row *= x
    m += x
    return np.sum(row * m[2])


@case(M, 0.7)
def the_best_row(m, x):
    best = m[0]
    for i in range(1, 3):
        if m[i].sum() > best.sum():
            best = m[i]
    m *= x
    return np.sum(best * best)


@case(M, 0.7)
def rows_that_change_places(m, x):
    a, b = m[0], m[1]
    for _ in range(3):
        a, b = b, a
        a += x * b * b
    m *= x
    return np.sum(a * b * b)


@case(M, 0.7)
def a_row_through_nested_loops_that_break(m, x):
    best = m[0]
    for i in range(3):
        for j in range(3):
            if m[j].sum() > best.sum():
                best = m[j]
                if i > 1:
                    break
            best *= 1.1
        else:
            best = m[i % 3]
        if best[0] > 3:
            continue
        best[0] += m[1, 2] * best[1]
    m[0] *= best * x
    return np.sum(best) + np.sum(m * m)


class Cursor:
    def __init__(self, row):
        self.row = row


@case(M, 0.7)
def a_view_in_a_field_chosen_by_a_branch(m, x):
    cursor = Cursor(m[0])
    if x > 0:
        cursor.row = m[2, 1:]
    else:
        cursor.row = m[1, :3]
    cursor.row *= m[0, 1:]
    m *= x
    return np.sum(cursor.row * cursor.row)


def part(u, first):
    if first:
        return u[:-1]
    return u[1:]


@case(U, 0.7)
def a_view_that_a_helper_returns(u, x):
    w = part(u, x > 0)
    w *= w
    return WEIGHTS @ (u * u)


BRANCHES = ("a_view_chosen_by_a_branch", "a_view_in_a_field_chosen_by_a_branch", "a_view_that_a_helper_returns")
CASES.update({f"{name}, the other way": (CASES[name][0], (CASES[name][1][0], -0.7)) for name in BRANCHES})


@pytest.mark.parametrize("name", CASES)
def test_the_text_does_what_the_function_does_in_both_modes(name: str) -> None:
    agree(*CASES[name])


def test_where_nothing_is_written_the_view_is_a_value_like_others() -> None:
    def unwritten(u, x):
        w = u[1:] if x > 0 else u[:-1]
        return np.sum(w * w)

    assert "_at" not in wengert.grad(unwritten).source(U, 0.7)


def test_what_may_be_a_view_of_either_of_two_arrays_is_refused() -> None:
    def either(u, v, x):
        w = u[1:] if x > 0 else v[1:]
        w *= x
        return np.sum(u * v)

    with pytest.raises(wengert.AliasError, match="W081"):
        wengert.grad(either)(U.copy(), U.copy(), 0.7)
