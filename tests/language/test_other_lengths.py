"""What each turn of a loop makes anew at another length, and of which only the last turn's is read."""

from __future__ import annotations

import math

import numpy as np
import pytest
from whole_functions import Case, agree, collecting

from wengert import grad

CASES: dict[str, Case] = {}
case = collecting(CASES)


@case(0.3)
def shorter_lists(x):
    for i in range(3):
        found = []
        for k in range(3 - i):
            found.append(math.sin(x * k + 0.2))
        x = 0.5 * x + 0.1
    return found[0] + x


@case(0.3)
def longer_lists(x):
    for i in range(3):
        found = [math.sin(x * k) for k in range(i)]
        x = 0.5 * x + 0.1
    return found[1] * x


@case(0.3, [0.1, 0.2, 0.3, 0.4])
def lists_of_what_is_left(x, xs):
    for turn in range(3):
        found = [math.sin(v * x) for v in xs]
        x = 0.6 * xs.pop() + 0.3 * found[0]
    return x * found[turn % len(found)]


@case(0.3)
def lists_of_tuples(x):
    for i in range(3):
        found = [(math.sin(x * k + 0.3), x) for k in range(3 - i)]
        x = 0.5 * x + 0.1
    a, b = found[0]
    return a + b * x


@case(0.3)
def shorter_arrays(x):
    for i in range(3):
        r = np.sin(x * np.arange(1.0, 5 - i))
        x = 0.5 * x + 0.1
    return r @ r + x


@case(0.3, np.array([0.4, -0.2, 0.7, 0.1]))
def shorter_slices(x, p):
    for i in range(3):
        r = np.sin(x * p[i:]) * p[i:]
        x = 0.5 * x + 0.1 * p[i]
    return r[0] * x + r[-1]


@case(0.9)
def until_it_is_small(x):
    n = 5
    while x > 0.2:
        r = np.tanh(x * np.ones(n))
        n -= 1
        if n == 1:
            break
        x = 0.6 * x
    return r.sum() + x


@pytest.mark.parametrize("name", CASES)
def test_lengths_of_turns(name):
    agree(*CASES[name], order=2)


def lists_as_long(x, n):
    for i in range(3):
        found = [math.sin(x * k) for k in range(n)]
        x = 0.5 * x + 0.1
    return found[1] + x


def test_nothing_is_asked_where_all_are_as_long():
    assert "!=" not in grad(lists_as_long).source(0.3, 3)
    assert grad(lists_as_long)(0.3, 3) == pytest.approx(0.125 + 0.25 * math.cos(0.225))
