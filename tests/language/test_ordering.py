"""`sorted`, `list.sort`, `max` and `min` with a key, and the getters of `operator` that people give them."""

from __future__ import annotations

import math
import operator

import numpy as np
import pytest

from wengert import check_grads, value_and_grad

SECOND = operator.itemgetter(1)


def numbers_by_key(x, n):
    ys = sorted([x * i - 2 for i in range(n)], key=lambda v: -abs(v))
    return ys[0] + 2 * ys[1] * ys[1]


def pairs_by_their_first(x, n):
    pairs = [(math.sin(3.0 * i), x * i) for i in range(n)]
    s = 0.0
    for k, (a, b) in enumerate(sorted(pairs, key=lambda p: p[0])):
        s += k * b * b + a
    return s


def pairs_without_key_backward(x, n):
    pairs = [(math.sin(3.0 * i), x * i) for i in range(n)]
    s = 0.0
    for k, (a, b) in enumerate(sorted(pairs, reverse=True)):
        s += k * b * a
    return s


def a_list_sorted_in_place(x, n):
    pairs = [(math.sin(3.0 * i), x * i) for i in range(n)]
    same = pairs
    pairs.sort(key=operator.itemgetter(0), reverse=True)
    return same[0][1] * pairs[-1][1]


def numbers_sorted_in_place(x, n):
    xs = [math.sin(i) * x for i in range(n)]
    xs.sort()
    return xs[0] + 2 * xs[-1] * xs[1]


def positions_in_the_order_of_values(x, n):
    xs = [math.sin(i) * x for i in range(n)]
    order = sorted(range(n), key=lambda i: xs[i])
    return sum(k * xs[i] ** 2 for k, i in enumerate(order))


def positions_by_a_method(x, n):
    xs = [math.sin(i) * x for i in range(n)]
    order = sorted(range(len(xs)), key=xs.__getitem__)
    return sum(k * xs[i] ** 2 for k, i in enumerate(order))


def the_largest_and_the_smallest_pair(x, n):
    pairs = [(math.sin(3.0 * i), x * i) for i in range(n)]
    return max(pairs, key=lambda p: p[0])[1] * min(pairs, key=operator.itemgetter(0))[1] + min(pairs)[1] * max(pairs, key=SECOND)[0]


def the_nearest_number(x, n):
    return min([x, -x, 2 * x], key=abs) ** 2 + max(x, -3 * x, key=lambda v: v * v)


def arrays_by_their_norm(x, n):
    rows = [np.array([x * i, math.cos(i)]) for i in range(n)]
    rows = sorted(rows, key=np.linalg.norm)
    return rows[0] @ rows[-1] * x


def items_of_a_dict_in_the_order_of_keys(x, n):
    d = {"b": x, "a": 2 * x * x}
    first, second = (v for _, v in sorted(d.items()))
    s = 0.0
    for k in sorted(d):
        s = s * x + d[k]
    return first * 3 + second * x + s


def getters(x, n):
    b, a = operator.itemgetter(1, 0)([x, x * x])
    scaled = operator.methodcaller("sum")(np.ones(3) * x)
    return a * b + SECOND((1.0, x)) * operator.getitem([x, 2 * x], 1) * scaled + operator.itemgetter("k")({"k": x}) + operator.attrgetter("real")(x * 1j + x)


PROGRAMS = [value for value in list(globals().values()) if getattr(value, "__module__", "") == __name__]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_items_are_put_in_order(program):
    check_grads(program, (1.3, 5), order=2)
    assert value_and_grad(program)(1.3, 5)[0] == program(1.3, 5)


def test_an_argument_that_is_sorted_is_sorted_afterwards():
    def f(xs):
        xs.sort(key=lambda v: -v)
        return xs[0] * 3 + xs[1] * xs[2]

    given = [1.0, 3.0, 2.0]
    value, gradient = value_and_grad(f)(given)
    assert (value, given, gradient) == (11.0, [3.0, 2.0, 1.0], [2.0, 3.0, 1.0])
    check_grads(f, ([1.0, 3.0, 2.0],), order=2)
