"""Lists, dicts and objects that hold arrays of other lengths in each turn: a length of one turn is none of another's."""

from __future__ import annotations

import numpy as np
import pytest
from whole_functions import Case, agree, collecting

from wengert import check_grads

CASES: dict[str, Case] = {}
case = collecting(CASES)
X = np.array([0.3, 0.8, -0.4, 0.6])


class Box:
    def __init__(self, a):
        self.a = a


@case(X, 4)
def a_list_that_grows(x, n):
    xs = []
    for k in range(n):
        xs.append(x[: k + 1] * 2)
    s = 0.0
    for k in range(len(xs) - 1):
        s = s + np.sum(xs[0] * xs[k + 1])
    return s


@case(X, 4)
def a_comprehension(x, n):
    xs = [x[: k + 1] ** 2 for k in range(n)]
    return sum(np.sum(xs[0] * b) for b in xs[1:]) + sum(np.sum(a[:1] * b) for a, b in zip(xs, xs[::-1]))


@case(X, 4)
def objects(x, n):
    boxes = []
    for k in range(n):
        boxes.append(Box(x[: k + 1] * 2))
    s = 0.0
    for k in range(len(boxes) - 1):
        s = s + np.sum(boxes[0].a * boxes[k + 1].a)
    return s


@case(X, 4)
def a_dict_under_keys_of_the_run(x, n):
    d = {}
    for k in range(n):
        d[k] = x[: k + 1] * 2
    s = 0.0
    for k in range(n):
        s = s + np.sum(d[0] * d[k])
    return s


@case(X, 4)
def a_stack(x, n):
    xs = [x[:1] * 2]
    while len(xs) < n:
        xs.append(x[: len(xs) + 1] * xs[0])
    total = 0.0
    while xs:
        p = xs.pop()
        total += np.sum(p * (xs[0] if xs else p))
    return total


@case(X, 4)
def a_pair(x, n):
    pair = (x[:1], x[:1])
    s = 0.0
    for k in range(n):
        pair = (pair[1], x[: k + 1] * 2)
        s += np.sum(pair[0][:1] * pair[1])
    return s + np.sum(pair[0][:1] * pair[1])


@pytest.mark.parametrize("name", CASES)
def test_both_modes_agree_with_differences_and_leave_what_a_plain_call_leaves(name: str) -> None:
    agree(*CASES[name])


@pytest.mark.parametrize("name", CASES)
def test_second_order(name: str) -> None:
    function, args = CASES[name]
    check_grads(function, args, order=2)
