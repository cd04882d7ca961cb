"""Functions that call themselves and write into what they are given: arrays and their views, lists, dicts, fields, variables of functions around."""

from __future__ import annotations

import math

import numpy as np
import pytest
from whole_functions import Case, agree, collecting

from wengert import Error, grad

CASES: dict[str, Case] = {}
case = collecting(CASES)


def fill(a, i, x):
    if i < len(a):
        a[i] = x * a[i - 1]
        fill(a, i + 1, x)


def filled(a, i, x):
    if i == len(a):
        return a
    a[i] = x * a[i - 1]
    return filled(a, i + 1, x)


def filled_and_counted(a, i, x):
    if i == len(a):
        return 0
    a[i] = x * a[i - 1]
    return 1 + filled_and_counted(a, i + 1, x)


def rest_of_filled(a, i, x):
    if i == len(a):
        return a[1:]
    a[i] = x * a[i - 1]
    return rest_of_filled(a, i + 1, x)


def filled_with_number(a, i, x):
    if i == len(a):
        return a, i
    a[i] = x * a[i - 1]
    return filled_with_number(a, i + 1, x)


def quicksort(a, low, high):
    if low >= high:
        return
    pivot, i = a[high], low
    for j in range(low, high):
        if a[j] < pivot:
            a[i], a[j] = a[j], a[i]
            i += 1
    a[i], a[high] = a[high], a[i]
    quicksort(a, low, i - 1)
    quicksort(a, i + 1, high)


def scan(a):
    if len(a) > 1:
        h = len(a) // 2
        scan(a[:h])
        scan(a[h:])
        a[h:] += a[h - 1]


def transform(a):
    n = len(a)
    if n == 1:
        return
    even, odd = a[0::2].copy(), a[1::2].copy()
    transform(even)
    transform(odd)
    a[: n // 2] = even + 2.0 * odd
    a[n // 2 :] = even - 2.0 * odd


def collect(out, x, k):
    out.append(x**k)
    if k < 4:
        collect(out, x, k + 1)


def mix(a, b, k):
    if k:
        a[0] += b[0] * 2
        b[1] = a[0] * a[1]
        mix(b, a, k - 1)


def move(state, k, x):
    if k:
        move(state, k - 1, x)
        state["count"] += 1
        state["v"] = state["v"] * x + k
        move(state, k - 1, x)


def simpson(g, a, b, fa, fb, nodes):
    m = 0.5 * (a + b)
    fm = g(m)
    nodes.append(m)
    if b - a < 0.3:
        return (b - a) * (fa + 4 * fm + fb) / 6
    return simpson(g, a, m, fa, fm, nodes) + simpson(g, m, b, fm, fb, nodes)


def fibonacci(memo, k, x):
    if k < 2:
        return x
    if memo[k] == 0.0:
        memo[k] = fibonacci(memo, k - 1, x) + fibonacci(memo, k - 2, x) * x
    return memo[k]


def eliminate(a, k):
    if k < len(a):
        for i in range(k + 1, len(a)):
            a[i, k] = a[i, k] / a[k, k]
            a[i, k + 1 :] -= a[i, k] * a[k, k + 1 :]
        eliminate(a, k + 1)


def doubles(a, k):
    if k:
        a[k] = a[k - 1] * 2
        squares(a, k - 1)


def squares(a, k):
    if k:
        a[k] = a[k - 1] ** 2
        doubles(a, k - 1)


class Grid:
    def __init__(self, x):
        self.a = np.ones(4) * x
        self.calls = 0
        self.total = 0.0

    def relax(self, i):
        if i < 3:
            self.calls += 1
            self.a[i] = 0.5 * (self.a[i - 1] + self.a[i + 1]) * self.a[i]
            self.total += self.a[i]
            self.relax(i + 1)


def items_of_a_list(xs, k, x):
    if k:
        xs[0][k] = x * k
        items_of_a_list(xs, k - 1, x)


@case(0.7)
def an_array_of_this_function(x):
    a = np.ones(5)
    fill(a, 1, x)
    return np.sum(a)


@case(0.7, np.array([1.0, 2.0, 3.0]))
def an_array_that_was_given(x, a):
    fill(a, 1, x)
    return np.sum(a * a)


@case(0.7, [1.0])
def a_list_that_was_given(x, out):
    collect(out, x, 1)
    return sum(out)


@case(0.7)
def the_array_comes_back_as_the_result(x):
    a = np.ones(5)
    b = filled(a, 1, x)
    b[0] = x
    return np.sum(a)


@case(0.7)
def a_result_beside_the_array(x):
    a = np.ones(5)
    return filled_and_counted(a, 1, x) * np.sum(a)


@case(0.7)
def sorting_in_place(x):
    a = np.array([3.0, x, 2.0 * x, 1.0, x * x])
    quicksort(a, 0, 4)
    return np.dot(a, np.arange(5.0))


@case(0.7)
def views_of_the_array(x):
    a = np.arange(1.0, 9.0) * x
    scan(a)
    return np.sum(a * a)


@case(0.7)
def a_transform_in_place(x):
    a = np.arange(1.0, 9.0) * x
    transform(a)
    return np.sum(a * a * np.arange(8.0))


@case(0.7)
def two_arrays_that_change_places(x):
    a, b = np.array([x, 1.0]), np.array([2.0, x])
    mix(a, b, 3)
    return a[0] * a[1] + np.sum(b)


@case(0.7)
def a_dict(x):
    state = {"count": 0, "v": x}
    move(state, 3, x)
    return state["v"] * state["count"]


@case(0.7)
def nodes_of_an_adaptive_rule(x):
    nodes = []

    def g(t):
        return math.sin(t * x)

    return simpson(g, 0.0, x, g(0.0), g(x), nodes) * sum(nodes)


@case(0.7)
def results_that_are_kept(x):
    return fibonacci(np.zeros(8), 6, x)


@case(0.7)
def results_that_are_kept_in_a_list_around(x):
    memo = [0.0] * 8

    def inner(k):
        if k < 2:
            return x
        if memo[k] == 0.0:
            memo[k] = inner(k - 1) + inner(k - 2) * x
        return memo[k]

    return inner(6)


@case(0.7)
def a_factorisation(x):
    a = np.array([[4.0, x, 1.0], [x, 3.0, x * x], [1.0, x, 5.0]])
    eliminate(a, 0)
    return np.prod(np.diag(a))


@case(0.7)
def two_functions_that_call_each_other(x):
    a = np.arange(1.0, 6.0) * x
    doubles(a, 4)
    return np.sum(a)


@case(0.7)
def fields_of_an_object_and_the_array_in_one(x):
    grid = Grid(x)
    grid.relax(1)
    grid.relax(1)
    return np.sum(grid.a) * grid.calls + grid.total


@case(0.7)
def a_variable_of_the_function_around(x):
    total = 0.0

    def go(k):
        nonlocal total
        total += x**k
        if k:
            go(k - 1)

    go(3)
    return total


def written_by_itself(a, x, n):
    if n == 0:
        return a[0]
    a[0] = a[0] * x
    return written_by_itself(a, x, n - 1) + x


CASES["the function itself"] = written_by_itself, (np.array([1.5, 2.0]), 0.7, 3)


def counted(x, n, state):
    state["calls"] += 1
    state["total"] += x * x
    if n:
        counted(x * state["total"], n - 1, state)


@case(0.4)
def a_dict_with_a_count(x):
    state = {"calls": 0, "total": 0.0}
    counted(x, 3, state)
    return state["total"] * state["calls"]


@pytest.mark.parametrize("name", CASES)
def test_both_modes_agree_with_differences_and_leave_what_a_plain_call_leaves(name):
    agree(*CASES[name], order=2)


def given_twice(x):
    a = np.array([x, 1.0])
    mix(a, a, 3)
    return np.sum(a)


def two_views_given(x):
    a = np.array([x, 1.0, 2.0, x])
    mix(a[:2], a[2:], 3)
    return np.sum(a)


def a_view_comes_back(x):
    b = rest_of_filled(np.ones(5), 1, x)
    return np.sum(b)


def the_array_comes_back_in_a_tuple(x):
    a = np.ones(5)
    b, k = filled_with_number(a, 1, x)
    b[0] = x
    return np.sum(a) * k


def an_array_in_a_list(x):
    xs = [np.zeros(5), np.ones(5)]
    items_of_a_list(xs, 3, x)
    return np.sum(xs[0])


REFUSED = [given_twice, two_views_given, a_view_comes_back, the_array_comes_back_in_a_tuple, an_array_in_a_list]


@pytest.mark.parametrize("function", REFUSED, ids=lambda function: function.__name__)
def test_what_others_hold_too_is_refused(function):
    with pytest.raises(Error, match="W026"):
        grad(function)(0.7)
