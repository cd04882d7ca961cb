"""`with` of generator functions under `contextlib.contextmanager`, of `nullcontext`, and of functions that clean up behind them."""

from __future__ import annotations

import contextlib
import math

import numpy as np
import pytest
from whole_functions import Case, agree, collecting

from wengert import Error, grad

CASES: dict[str, Case] = {}
case = collecting(CASES)


@contextlib.contextmanager
def scaled(x, k):
    y = x * k
    try:
        yield y
    finally:
        print("done")


@contextlib.contextmanager
def with_item(a, i, v):
    old = a[i]
    a[i] = v
    try:
        yield a
    finally:
        a[i] = old


@contextlib.contextmanager
def pushed(stack, v):
    stack.append(v)
    yield len(stack)
    stack.pop()


@contextlib.contextmanager
def higher_gain(state, k):
    if state["busy"]:
        raise RuntimeError("busy")
    state["busy"] = True
    old = state["gain"]
    state["gain"] = old * k
    try:
        yield state
    finally:
        state["gain"] = old
        state["busy"] = False


@contextlib.contextmanager
def noted(log, *names, scale=1.0, **options):
    """What is before and after, with all kinds of parameters."""
    log.append(scale)
    yield
    log.append(len(names) * scale)
    if options:
        return
    log.append(2.0)


@contextlib.contextmanager
def forgiving(default):
    box = [default]
    try:
        yield box
    except ValueError:
        box[0] = default * default


def times(k):
    @contextlib.contextmanager
    def manager(v):
        yield v * k

    return manager


tripled = times(3.0)


class Spring:
    def __init__(self, k):
        self.k, self.depth = k, 0

    @contextlib.contextmanager
    def stiffer(self, factor):
        old, self.k = self.k, self.k * factor
        self.depth += 1
        try:
            yield self.k
        finally:
            self.k = old
            self.depth -= 1


@case(0.7)
def the_value_of_the_yield(x):
    with scaled(x, x) as y:
        z = math.sin(y) * x
    return z * y


@case(np.array([0.7, 0.2, 1.3]), 0.4)
def an_item_that_is_put_back(a, v):
    b = a * a
    with with_item(b, 1, v * v) as w:
        s = np.sum(w**2)
    return s * b[1] + np.sum(b)


@case(0.7, 0.4)
def one_in_the_other(x, y):
    stack = [x]
    with pushed(stack, y) as n:
        with pushed(stack, x * y):
            s = sum(q * q for q in stack) * n
    return s + stack[-1]


@case(0.7, 0.4)
def a_return_inside(x, k):
    state = {"busy": False, "gain": x}

    def inner(t):
        with higher_gain(state, k) as s:
            if t > 0.5:
                return s["gain"] ** 2 * t
            t = t * 2
        return t

    return inner(x) * inner(0.3 * x) + state["gain"]


@case(0.7)
def continue_and_break_inside(x):
    state = {"busy": False, "gain": x}
    t = 0.0
    for n in range(4):
        with higher_gain(state, 1.0 + n * x):
            if n == 2:
                continue
            t += state["gain"] * x
            if n == 3:
                break
        t = t * x
    return t * state["gain"]


@case(0.7)
def arguments_of_all_kinds(x):
    log = []
    with noted(log, "a", "b", scale=x):
        log.append(x * x)
    with noted(log, k=1):
        pass
    return sum((i + 1) * v for i, v in enumerate(log))


@case(0.7)
def an_exception_that_is_kept(x):
    with forgiving(x) as box:
        box[0] = math.sqrt(x - 1)
    return box[0] * x


@case(1.7)
def an_exception_that_does_not_come(x):
    with forgiving(x) as box:
        box[0] = math.sqrt(x - 1)
    return box[0] * x


@case(0.7)
def an_exception_that_passes(x):
    log = [1.0]
    try:
        with noted_at_last(log, x * x):
            y = math.log(x - 1)
    except ValueError:
        y = x
    return y * log[-1] * len(log)


@contextlib.contextmanager
def noted_at_last(log, x):
    try:
        yield
    finally:
        log.append(x)


@case(0.7)
def one_that_a_function_returned(x):
    with tripled(x) as y:
        return y * x


@case(0.7, 1.3)
def a_method(x, factor):
    spring = Spring(x)
    with spring.stiffer(factor) as k, spring.stiffer(k) as stiffest:
        y = k * stiffest * spring.k
    return y * spring.k


@case(0.7)
def nullcontext_of_a_number(x):
    with contextlib.nullcontext(x * x) as y:
        return y * x


@pytest.mark.parametrize("name", CASES)
def test_both_modes_agree_with_differences_and_leave_what_a_plain_call_leaves(name):
    agree(*CASES[name], order=2)


def test_the_derivative_says_what_was_done_before_and_after():
    text = grad(the_value_of_the_yield).source(0.7)
    assert "contextmanager" not in text and 'print("done")' in text


@contextlib.contextmanager
def one_of_two(flag, x):
    if flag:
        yield x
    else:
        yield x * x


def two_yields(x):
    with one_of_two(True, x) as y:
        return x * y


def test_one_with_two_yields_is_refused():
    with pytest.raises(Error, match="W040"):
        grad(two_yields)(0.7)
