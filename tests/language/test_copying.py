"""Copies of lists, dicts, records and objects; arrays that a loop over a container changes; loops over containers that end early."""

from __future__ import annotations

import copy
import dataclasses
from collections import namedtuple

import numpy as np
import pytest

import wengert
from wengert import check_grads, value_and_grad

State = namedtuple("State", "position velocity")


@dataclasses.dataclass
class Particle:
    mass: float
    charge: float


@dataclasses.dataclass(frozen=True)
class Point:
    x: float
    y: float = 2.0


class Box:
    def __init__(self, value):
        self.value = value
        self.items = [value, 2 * value]


def a_namedtuple_with_other_fields(x, n):
    s = State(x, 2.0)
    for _ in range(n):
        s = s._replace(position=s.position + 0.1 * s.velocity * x)
    t = s._asdict()
    return s.position * s._replace(velocity=x * x).velocity + t["velocity"] * t["position"]


def a_dataclass_with_other_fields(x, n):
    p, q = Particle(x, 2.0), Point(x)
    r = dataclasses.replace(p, charge=x * x)
    p.mass = 3 * x
    return r.mass * r.charge + p.mass * dataclasses.replace(q, y=x).y


def shallow_copies(x, n):
    a = [x, 2 * x]
    b = copy.copy(a)
    b[0] = x * x
    c = [x * i for i in range(n)]
    d = copy.copy(c)
    d[1] = x * x
    e = copy.copy({"k": x, "l": a})
    e["k"] = e["l"][1]
    y = copy.copy(np.ones(2) * x)
    y[0] = 3.0
    return a[0] + b[0] * sum(c) + sum(d) + e["k"] ** 2 + y.sum() * copy.copy(x)


def deep_copies(x, n):
    a = [x, 2 * x]
    c = copy.deepcopy({"k": [x, a], "z": np.ones(2) * x})
    c["k"][0] = 5.0 * x
    c["z"][0] = 3.0
    d = copy.deepcopy([x * i for i in range(n)])
    d.append(x)
    return a[0] + c["k"][0] * c["z"][1] + c["k"][1][1] + sum(d)


def copies_of_objects(x, n):
    p = Particle(x, 2.0)
    q = copy.copy(p)
    q.mass = x * x
    b = Box(x)
    c, d = copy.copy(b), copy.deepcopy(b)
    b.items[0] = x * x * x
    d.value = 2.0
    return p.mass * q.mass * q.charge + c.items[0] * d.items[0] + d.value * b.value


def arrays_of_a_dict_changed_in_place(x, n):
    d = {"a": x * np.ones(3), "b": np.ones(2) * x**2}
    for u in d.values():
        u *= x
    a, b = x * np.ones(3), np.ones(2)
    for u in (a, b):
        u[0] = x * u[1]
        u += 1
    return d["a"].sum() * d["b"].sum() + a.sum() * b.sum()


def pairs_until_one_is_large(x, n):
    s = 0.0
    pairs = [(x * i, x**i) for i in range(n)]
    for a, b in pairs:
        if a > 3:
            break
        if b < 1.1:
            continue
        s += a * b
    for a, b in pairs[1:]:
        if a > 4:
            return s
        s += b
    return s


def one_array_in_two_containers(x, n):
    a = np.ones(3) * x
    rows, named = [a], {"k": a}
    a[0] = x * x
    b = [x]
    held = {"a": b, "b": [b, b]}
    b.append(x * x)
    return rows[0].sum() * named["k"][0] + held["a"][1] * held["b"][0][0] + len(held["b"][1]) * x


PROGRAMS = [value for value in list(globals().values()) if getattr(value, "__module__", "") == __name__ and not isinstance(value, type)]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_what_is_copied_is_apart(program):
    check_grads(program, (1.3, 5), order=2)
    assert value_and_grad(program)(1.3, 5)[0] == program(1.3, 5)


def test_a_loop_over_dicts_leaves_some_out():
    def f(particles, x):
        s = 0.0
        for i, p in enumerate(particles):
            if p["m"] < 1:
                continue
            for q in particles:
                if q["m"] > 1.8:
                    break
                s += p["q"] * q["q"] * x * i
        return s

    check_grads(f, ([{"m": 0.5, "q": 1.0}, {"m": 1.5, "q": 2.0}, {"m": 2.0, "q": 0.3}], 1.3), order=2)


def test_a_list_that_holds_one_row_many_times_is_not_written_through_one_of_them():
    def f(x, n):
        rows = [[0.0] * 2] * n
        rows[0][0] = x
        return rows[1][0] * x

    with pytest.raises(wengert.AliasError, match="W081"):
        wengert.grad(f)(1.3, 3)


def test_a_list_of_whole_numbers_among_the_arguments_is_passed_over_by_check_grads():
    def f(xs, where):
        return sum(xs[i] ** 2 for i in where)

    check_grads(f, ([1.0, 2.0, 3.0], [0, 2]), order=2)


def a_copy_of_a_row_is_put_into_a_table(rows, x):
    table = [[0.0] * 2 for _ in range(2)]
    table[0] = list(rows[0])
    for k in range(1, 2):
        table[k][0] = table[k - 1][1] * x + rows[k][0]
    return table[1][0] * rows[0][0]


def the_method_copy_of_lists_and_dicts(x, n):
    state, history, settings = [x, 1.0], [], {"a": x, "b": n}
    other = settings.copy()
    other["a"] = other["a"] * x
    for _ in range(n):
        state[0] = state[0] * x + state[1]
        history.append(state.copy())
    return history[1][0] * history[-1][0] * settings["a"] * other["a"]


def test_copies_of_lists_of_numbers_are_lists_of_their_own():
    check_grads(a_copy_of_a_row_is_put_into_a_table, ([[1.0, 2.0], [3.0, 4.0]], 0.7), order=1)
    check_grads(the_method_copy_of_lists_and_dicts, (0.7, 3), order=2)
