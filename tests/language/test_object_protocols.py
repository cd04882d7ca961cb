"""What objects of the user's are asked by Python itself: whether they are true, for their items, in which order they are."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from whole_functions import Case, agree, collecting

CASES: dict[str, Case] = {}
case = collecting(CASES)


class Window:
    """A window of the last values."""

    def __init__(self, size):
        self.items = [0.0] * size
        self.at = 0

    def push(self, v):
        self.items[self.at % len(self.items)] = v
        self.at += 1

    def __len__(self):
        return min(self.at, len(self.items))

    def __bool__(self):
        return self.at > 1

    def __iter__(self):
        return iter(self.items)

    def __contains__(self, v):
        return any(abs(v - u) < 1e-09 for u in self.items)

    def __getitem__(self, i):
        return self.items[i]

    def __setitem__(self, i, v):
        self.items[i] = v


@case(0.7, 5)
def a_window_of_the_last_values(x, n):
    r = Window(3)
    s = 0.0
    for i in range(n):
        r.push(math.sin(x * i))
        if r:
            s += sum(r) / len(r)
        if 0.0 not in r:
            s += max(r) * x
        r[0] *= 0.9
    return s + sum(v * v for v in r)


@case(np.array([0.7, 0.8, 0.3]))
def an_iterator_of_an_array(a):
    it = iter(a)
    prev = next(it)
    s = 0.0
    for v in it:
        s += (v - prev) ** 2
        prev = v
    return s


@case([0.7, 0.8, 0.9])
def an_iterator_of_a_list(xs):
    it = iter(xs)
    prev = next(it)
    s = 0.0
    for v in it:
        s += (v - prev) ** 2
        prev = v
    return s + next(it, prev) + prev


@case([0.7, 0.8, 0.9])
def next_with_a_default(xs):
    it = iter(xs)
    a = next(it)
    b = next(it)
    c = next(it, 1.0)
    d = next(it, a * b)
    return a * b * c * d


@case([0.7, 0.8, 0.9])
def next_until_none(xs):
    it = iter(xs)
    s = 0.0
    while True:
        v = next(it, None)
        if v is None:
            break
        s = s * 0.5 + v * v
    return s


@case([0.7, 0.8, 0.9])
def next_until_it_raises(xs):
    it = iter(xs)
    s = 0.0
    while True:
        try:
            v = next(it)
        except StopIteration:
            break
        s = s * 0.5 + v * v
    return s


class Interval:
    def __init__(self, lo, hi):
        self.lo = lo
        self.hi = hi

    def __contains__(self, v):
        return self.lo <= v <= self.hi

    def __len__(self):
        return 0 if self.hi < self.lo else 2

    def __iter__(self):
        yield self.lo
        yield self.hi

    def __lt__(self, o):
        return self.hi < o.lo

    def __gt__(self, o):
        return self.lo > o.hi

    def __eq__(self, o):
        return self.lo == o.lo and self.hi == o.hi

    def __add__(self, o):
        return Interval(self.lo + o.lo, self.hi + o.hi)

    def __neg__(self):
        return Interval(-self.hi, -self.lo)

    def __abs__(self):
        return self.hi - self.lo


@case(0.7)
def intervals_in_a_list_are_asked(x):
    l = [Interval(x * i, x * (i + 0.5)) for i in range(4)]
    s = 0.0
    for iv in l:
        lo, hi = iv
        s += lo * hi
        if x in iv:
            s += 10 * x
        if iv != l[0]:
            s += x
        if iv == l[1]:
            s *= 1.5
        s += sum(iv) * abs(iv)
    return s + max(l).hi


@case(0.7)
def while_an_object_is_true(x):
    q = Stack()
    q.push(x)
    q.push(2 * x)
    q.push(x * x)
    s = 0.0
    while q:
        s = s * 0.5 + q.pop() ** 2
    return s


class Stack:
    def __init__(self):
        self._d = []

    def push(self, v):
        self._d.append(v)

    def pop(self):
        return self._d.pop()

    def __len__(self):
        return len(self._d)


@case(0.7)
def while_an_object_is_not_true(x):
    q = Stack()
    s = x
    while not q:
        s *= x
        if s < 0.1:
            q.push(s)
    return s + q.pop()


class Reversed:
    def __init__(self, v, w):
        self.v = v
        self.w = w

    def __lt__(self, o):
        return self.v > o.v

    def __gt__(self, o):
        return self.v < o.v


class OnlyLess:
    def __init__(self, v, w):
        self.v = v
        self.w = w

    def __lt__(self, o):
        return self.v > o.v


@case(0.7)
def sorted_max_and_min_by_the_class(x):
    l = [Reversed(x * i, i + 1.0) for i in (2, 1, 3)]
    s = sorted(l)
    m = max(l)
    n = min(l)
    return s[0].v * s[0].w + 2 * s[2].v ** 2 + m.v * m.w + n.v ** 2 * n.w


@case(0.7)
def max_and_min_of_two(x):
    a, b = (Reversed(x, 1.0), Reversed(x * 2, 5.0))
    return max(a, b).v ** 2 + min(a, b).v * x


@case(0.7)
def sort_by_less_than_alone(x):
    l = [OnlyLess(x * i, i + 1.0) for i in (2, 1, 3)]
    l.sort()
    return l[0].v * l[0].w + 2 * l[2].v ** 2 + min(l).v ** 2 + max(l).v * x


@case(0.7)
def sorted_by_a_key(x):
    l = [Reversed(x * i, i) for i in (2, 1, 3)]
    s = sorted(l, key=lambda r: r.w, reverse=True)
    return s[0].v ** 2 * s[1].v


@case(0.7)
def keys_that_are_objects(x):
    l = [x * 2, x, x * 3]
    s = sorted(l, key=lambda v: Reversed(v, 1.0))
    return s[0] ** 2 * s[1]


@case(0.7)
def order_that_does_not_vary(x):
    a, b = (Reversed(1.0, x), Reversed(2.0, x * x))
    return max(a, b).w ** 2 + sorted([a, b])[0].w * x + max([a, b]).w


@dataclass(order=True)
class Ordered:
    w: float
    a: float
    skip: float = field(default=0.0, compare=False)


@case(0.7)
def dataclasses_in_the_order_of_their_fields(x):
    l = [Ordered(2.0, x), Ordered(1.0, 3 * x), Ordered(1.0, 2 * x), Ordered(2.0, -x)]
    s = sorted(l)
    t = sorted(l, reverse=True)
    m, n = (max(l), min(l))
    return s[0].a + 2 * s[1].a ** 2 + 3 * s[2].a + 4 * s[3].a ** 2 + t[0].a ** 3 + m.a * n.a


@case(0.7)
def comparisons_of_dataclasses(x):
    a, b = (Ordered(1.0, x), Ordered(1.0, 2 * x, x))
    s = 0.0
    if a < b:
        s += x
    if a <= b:
        s += x ** 2
    if a > b:
        s += 100 * x
    if a >= Ordered(1.0, x):
        s += x ** 3
    if a == Ordered(1.0, x, 3.0):
        s += x ** 4
    if a != b:
        s += x ** 5
    if a != Ordered(1.0, x):
        s += 100 * x
    return s


@case(0.7)
def comparisons_of_dataclasses_in_a_list(x):
    l = [Ordered(x * i, 1.0) for i in range(3)]
    s = x
    for p in l:
        if p == l[1]:
            s *= 2 * p.w
        if p != l[1]:
            s += p.w ** 2
        if p < l[1]:
            s += x
    return s


@pytest.mark.parametrize(("function", "args"), CASES.values(), ids=list(CASES))
def test_an_object_answers_as_in_python(function: Callable[..., Any], args: tuple[Any, ...]) -> None:
    agree(function, args, order=2)
