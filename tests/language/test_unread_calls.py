"""Functions and objects whose source nobody can read: they may write into what they are given, and the reverse sweep must not see that."""

from __future__ import annotations

import copy
import math
from typing import Any

import numpy as np
import pytest
from whole_functions import same as same_value

import wengert

UNREAD: dict[str, Any] = {"np": np}
exec(  # noqa: S102 - made so that its source cannot be read
    """
def bump(a):
    a += 1.0
def grow(xs):
    xs.append(3.0)
def same(a):
    return a
class Source:
    def __init__(self):
        self.level, self.table = 1.0, np.ones(3)
    def advance(self):
        self.level += 0.5
        self.table += 0.25
    def now(self):
        return self.table
    def __call__(self, a):
        a *= 1.5
    def __getitem__(self, i):
        return self.table[i]
    def __setitem__(self, i, v):
        self.table[i] = v
def source():
    return Source()
""",
    UNREAD,
)
bump, grow, same, source = (UNREAD[name] for name in ("bump", "grow", "same", "source"))


def an_array_in_a_loop(w, n):
    scale = np.ones(3)
    for _ in range(n):
        w = np.sum(np.sin(w * scale))
        bump(scale)
    return w


def an_argument(w, n, scale):
    for _ in range(n):
        w = np.sum(np.sin(w * scale))
        bump(scale)
    return w


def a_row(w, n):
    a = np.ones((2, 3))
    for i in range(n):
        w = np.sum(np.sin(w * a.T[1]))
        bump(a[i % 2])
    return w


def the_same_sum_twice(w):
    a = np.ones(3)
    first = np.sum(a)
    bump(a)
    return np.sin(w * first) * np.sin(w * np.sum(a))


def a_list_that_grows(w, n):
    scale = [1.0, 2.0]
    for _ in range(n):
        w = math.sin(w * scale[-1]) * len(scale)
        grow(scale)
    return w


def in_a_dict(w, n):
    d = {"a": np.ones(3), "k": 2.0}
    for _ in range(n):
        w = np.sum(np.sin(w * d["a"])) * d["k"]
        bump(d["a"])
    return w


def in_a_list(w, n):
    rows = [np.ones(2), np.ones(2)]
    for _ in range(n):
        w = np.sum(np.sin(w * rows[1]))
        bump(rows[1])
    return w


def in_a_helper_and_a_branch(w, n):
    def scaled(a, w):
        bump(a)
        return w * a[0]

    if n > 2:
        a = np.ones(3)
        bump(a)
    else:
        a = np.zeros(3)
    while w < 2:
        w = w + np.cos(scaled(a, w)) ** 2 + 0.1
    return w * np.sum(a)


def the_state_of_an_object(w, n):
    o = source()
    table = o.now()
    for i in range(n):
        w = np.sum(np.sin(w * table)) * o.level + o[1] * w
        o.advance()
        o[1] = i + 2.0
    return w


def an_object_that_is_called(w, n):
    o, a = source(), np.ones(3)
    for _ in range(n):
        w = np.sum(np.sin(w * a))
        o(a)
    return w


def methods_of_lists(w, n):
    order = list(range(4))
    for i in range(n):
        order.remove(i)
        for k in order:
            w = math.sin(w * k + 1.0)
    return w


def functions_of_numpy_that_write(w, n):
    a = np.ones(3)
    for _ in range(n):
        w = np.sum(np.sin(w * a))
        np.putmask(a, a > 0.5, a + 0.3)
        np.place(a, a > 1.5, [0.7])
    return w


def through_another_name(w, n):
    a = np.ones(3)
    b = same(a)
    shown = memoryview(a)
    for i in range(n):
        w = np.sum(np.sin(w * a))
        b[i] = 3.0 + i
        shown[i - 1] = 0.5 * i
    return w


CASES: list[tuple[Any, tuple[Any, ...]]] = [
    (an_array_in_a_loop, (0.7, 3)), (an_argument, (0.7, 3, np.ones(3))), (a_row, (0.7, 3)), (the_same_sum_twice, (0.7,)),
    (a_list_that_grows, (0.7, 3)), (in_a_dict, (0.7, 3)), (in_a_list, (0.7, 3)), (in_a_helper_and_a_branch, (0.7, 3)),
    (the_state_of_an_object, (0.7, 3)), (an_object_that_is_called, (0.7, 3)), (methods_of_lists, (0.7, 3)),
    (functions_of_numpy_that_write, (0.7, 3)), (through_another_name, (0.7, 3)),
]  # fmt: skip


@pytest.mark.parametrize(("function", "args"), CASES, ids=[function.__name__ for function, _ in CASES])
def test_what_is_not_read_may_write(function: Any, args: tuple[Any, ...]) -> None:
    def at(w: float) -> Any:
        return function(w, *copy.deepcopy(args[1:]))

    h, w = 1e-5, args[0]
    slope, curve = (at(w + h) - at(w - h)) / (2 * h), (at(w + h) + at(w - h) - 2 * at(w)) / h**2
    given = copy.deepcopy(args[1:])
    value, gradient = wengert.value_and_grad(function)(w, *given)
    left = copy.deepcopy(args[1:])
    assert same_value(value, function(w, *left)) and same_value(given, left)
    assert gradient == pytest.approx(slope, rel=1e-6)
    for derivative, expected in ((wengert.jacfwd(function), slope), (wengert.hessian(function), curve), (wengert.grad(wengert.grad(function)), curve)):
        assert derivative(w, *copy.deepcopy(args[1:])) == pytest.approx(expected, rel=1e-4, abs=1e-4)


def test_what_is_read_leaves_its_arguments_and_costs_no_copies() -> None:
    text = wengert.grad(_asked).source()
    assert "copy" not in text and "scale_tape" not in text


def _largest(scale):
    return max(scale)


def _asked(w: float, n: int) -> float:
    scale = np.ones(3)
    for _ in range(n):
        w = np.sum(np.sin(w * scale)) + _largest(scale)
    return w


def _a_number_that_is_added_to(w, n):
    b = same(2.0)
    for _ in range(n):
        w = np.sin(w * b)
        b += 0.5
    return w


def _an_array_that_is_added_to(w, n):
    a = np.ones(3)
    b = same(a)
    for _ in range(n):
        w = np.sum(np.sin(w * a))
        b += 0.5
    return w


def test_what_came_back_is_added_to_only_where_it_is_nothing_that_was_given() -> None:
    wengert.check_grads(_a_number_that_is_added_to, (0.7, 3))
    with pytest.raises(wengert.UnsupportedSyntax, match="W023"):
        wengert.grad(_an_array_that_is_added_to)(0.7, 3)
