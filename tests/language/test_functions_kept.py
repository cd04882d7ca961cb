"""Functions that are made in the turns of a loop and called when it is over: the loop is written out."""

from __future__ import annotations

import math

import pytest
from whole_functions import Case, agree, collecting

from wengert import Error, grad

CASES: dict[str, Case] = {}
case = collecting(CASES)


def compose(f, g):
    return lambda t: f(g(t))


def affine(k, x):
    def layer(y):
        return k * y + x

    return layer


class Event:
    def __init__(self):
        self.handlers = []

    def on(self, handler):
        self.handlers.append(handler)

    def fire(self, v):
        return sum(handler(v) for handler in self.handlers)


@case(0.7)
def a_comprehension_of_lambdas(x):
    ks = [1.0, 2.0, 3.0]
    fs = [lambda y, k=k: k * y**k * x for k in ks]
    return sum(g(x) for g in fs)


@case(0.7)
def a_range_of_known_length(x):
    fs = [lambda y, k=k: y**k * x for k in range(1, 4)]
    return fs[0](x) * fs[2](2.0)


@case(0.7)
def all_of_them_see_the_last_value_of_a_variable(x):
    fs = [lambda y: k * y * x for k in (1.0, 2.0, 3.0)]  # noqa: B023
    return sum(g(x) for g in fs)


@case(0.7)
def lambdas_appended_in_a_loop(x):
    fs = []
    for k in range(1, 4):
        fs.append(lambda y, k=k: y**k * x)
    s = 0.0
    for g in fs:
        s += g(x)
    return s


@case(0.7)
def layers_made_by_a_function(x):
    v = x
    for layer in [affine(k, x) for k in (1.0, 2.0, 3.0)]:
        v = layer(v) * v
    return v


@case(0.7)
def a_function_composed_in_a_loop(x):
    def h(t):
        return t * x

    for _ in range(3):
        h = compose(h, lambda t: t * t + x)
    return h(0.5)


@case(0.7)
def functions_composed_from_a_list(x):
    def h(t):
        return t

    for g in [math.sin, math.exp, lambda t: t * x]:
        h = compose(g, h)
    return h(x)


@case(0.7)
def functions_by_name(x):
    d = {}
    for name, p in (("a", 1), ("b", 2)):
        d[name] = lambda t, p=p: t**p * x
    return d["a"](x) * d["b"](2.0)


@case(0.7)
def handlers_of_an_object(x):
    event = Event()
    for k in range(1, 3):
        event.on(lambda v, k=k: v**k * x)
    return event.fire(x)


@case(0.7)
def functions_that_hold_what_was_computed_in_their_turn(x):
    fs, c = [], x
    for _ in range(3):
        c = c * x
        fs.append(lambda t, c=c: t * c)
    return fs[0](1.0) * fs[2](x)


@case(0.7)
def the_function_of_the_turn_before(x):
    g = None
    for i in range(3):
        if g is not None:
            x = g(x)
        g = lambda t, i=i: t * t * (i + 2)  # noqa: E731
    return x


@pytest.mark.parametrize("name", CASES)
def test_both_modes_agree_with_differences_and_leave_what_a_plain_call_leaves(name):
    agree(*CASES[name], order=2)


def test_functions_of_as_many_turns_as_the_run_decides_are_refused():
    def f(x, n):
        fs = [lambda y, k=k: k * y * x for k in range(n)]
        return sum(g(2.0) for g in fs)

    with pytest.raises(Error, match="W041"):
        grad(f)(0.7, 3)
