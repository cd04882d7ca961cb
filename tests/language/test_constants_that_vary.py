"""Constants beside what varies: helpers that give containers of constants, which are then written into, and constants in heaps and dicts."""

from __future__ import annotations

import heapq

import numpy as np
import pytest
from whole_functions import Case, agree, collecting

from wengert import Error, grad

CASES: dict[str, Case] = {}
case = collecting(CASES)
W = np.array([0.3, -0.2, 0.5])


def defaults(**over):
    settings = {"a": 1, "b": 2.0, "c": [1, 2, 3], "d": None, "flags": {"clip": False}}
    settings.update(over)
    return settings


@case(0.4, 2.0)
def settings_are_changed(x, y):
    p = defaults(b=x, c=[x, y, 1])
    q = defaults()
    q["flags"]["clip"] = True
    q["c"][1] = y
    out = p["a"] * p["b"] + sum(p["c"]) + sum(q["c"]) * q["b"]
    if q["flags"]["clip"]:
        out = min(out, 100 * x)
    q["a"] += x
    q["d"] = x if q["d"] is None else q["d"]
    return out * q["a"] * q["d"]


@case(1.0, 0.1)
def events_in_a_heap(rate, damping):
    events = [(0.3 / rate, "kick"), (0.1, "damp"), (0.2 * rate, "kick")]
    heapq.heapify(events)
    v, last = 0.0, 0.0
    while events:
        t, kind = heapq.heappop(events)
        v *= np.exp(-damping * (t - last))
        if kind == "kick":
            v += 1.0
        last = t
    return v + last


@case(W)
def the_best_so_far_is_none_at_first(w):
    values = [v * w[0] for v in w]
    best = None
    for k, v in enumerate(values):
        if best is None or v > best[1]:
            best = (k, v)
    return best[1] * (best[0] + 1) + sum(values)


@case(W, 0.4)
def lists_of_constants_among_pieces(x, s):
    c = np.concatenate([[0], x, [1, 2]])
    c *= s
    rows = np.vstack([[1, 2, 3], x])
    rows[0] *= s
    longer = np.append(x, [1, 2])
    longer += s
    other = np.insert(x, 0, [5, 6])
    powers = np.power([2, 3, 4], x)
    return c.sum() * rows.sum() + longer.sum() * other.sum() + powers.sum() * np.polyval([1, 2, 3], x)[0]


class Node:
    def __init__(self, value, left=None, right=None):
        self.value, self.left, self.right = value, left, right

    def evaluate(self, variables):
        if self.left is None:
            return variables[self.value] if isinstance(self.value, str) else self.value
        return self.left.evaluate(variables) * self.right.evaluate(variables)


@case(1.3, 0.4)
def a_tree_of_names(x, y):
    tree = Node("*", Node("x"), Node("*", Node("y"), Node(2.0)))
    return tree.evaluate({"x": x, "y": y})


@pytest.mark.parametrize(("function", "args"), CASES.values(), ids=CASES.keys())
def test_constants_beside_what_varies(function, args):
    agree(function, args, order=2)


def a_name_and_a_number_that_are_none_at_first(w):
    best = None
    for k, v in enumerate(w):
        if best is None or v > best[1]:
            best = (f"n{k}", v)
    return best[1] * len(best[0])


def begun_with_a_tuple_of_the_same_form(w):
    best = ("", w[0])
    for k, v in enumerate(w):
        if v >= best[1]:
            best = (f"n{k}", v)
    return best[1] * len(best[0])


def kept_in_variables_of_their_own(w):
    name, value = None, None
    for k, v in enumerate(w):
        if value is None or v > value:
            name, value = f"n{k}", v
    return value * len(name)


def test_what_has_no_zero_is_refused():
    with pytest.raises(Error, match="W050"):
        grad(a_name_and_a_number_that_are_none_at_first)(W)


@pytest.mark.parametrize("function", [begun_with_a_tuple_of_the_same_form, kept_in_variables_of_their_own])
def test_the_rewrites_of_a_tuple_that_may_be_none_are_differentiated(function):
    agree(function, (W,), order=2)
