"""Classes, dataclasses and namedtuples that are defined inside of the differentiated function, or of one that it calls."""

from __future__ import annotations

import abc
import collections
import dataclasses
import functools
import math
from collections import namedtuple
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple

import numpy as np
import pytest
from whole_functions import Case, agree, collecting

from wengert import grad
from wengert.errors import Error

CASES: dict[str, Case] = {}
case = collecting(CASES)


class Base:
    scale = 2.0

    def __init__(self, a):
        self.a = a

    def value(self):
        return self.a * self.scale


@case(0.7)
def a_class_derived_from_one_of_the_module(x):
    class Mid(Base):
        scale = x * x

        def value(self):
            return super().value() + self.a

    class Leaf(Mid):
        def __init__(self, a, b=3.0):
            super().__init__(a)
            self.__b = b

        def value(self):
            return super().value() * self.__b

        @property
        def b(self):
            return self.__b

        @b.setter
        def b(self, v):
            self.__b = v * x
    l = Leaf(x)
    l.b = l.b + 1
    return l.value() + Mid(2.0).value() * Base(x).value() + l.b


@case(0.7)
def a_vector_with_operators_and_slots(x):
    class Vec:
        __slots__ = ("a", "b")

        def __init__(self, a, b):
            self.a, self.b = (a, b)

        def __add__(self, o):
            return Vec(self.a + o.a, self.b + o.b)

        def __mul__(self, k):
            return Vec(self.a * k, self.b * k)
        __rmul__ = __mul__

        def __iadd__(self, o):
            self.a += o.a
            self.b += o.b
            return self

        def dot(self, o):
            return self.a * o.a + self.b * o.b

        @classmethod
        def zero(cls):
            return cls(0.0, 0.0)

        @staticmethod
        def unit(k=1.0):
            return Vec(k, 0.0)
    p, v = (Vec.zero(), Vec(x, 1.0))
    for _ in range(4):
        p += 0.1 * v
        v = v + p * -0.3 + Vec.unit()
    return p.dot(v)


@case(0.7)
def defaults_and_attributes_that_vary(x):
    k = x * 3

    class A:
        rate = k + 1
        items = [x, 2 * x]

        def __init__(self, m=k, *, n=x):
            self.m = m
            self.n = n

        def f(self, y=k * k):
            return self.m * y * self.rate * self.n + sum(A.items)
    k = 5.0
    a = A()
    return a.f() + A(2.0, n=1.0).f(x) + k


@case(0.7)
def a_method_sees_the_latest_value(x):
    k = x

    class A:
        def f(self):
            return k * k
    a = A()
    s = a.f()
    k = x * x
    return s + a.f()


@case(0.7)
def a_class_made_in_each_turn(x):
    s = 0.0
    for i in range(3):

        class A:
            c = 2.0

            def __init__(self, v):
                self.v = v

            def f(self):
                return self.v ** 2 * self.c
        s += A(x * i).f()
    return s


def make(k):
    class A:
        def __init__(self, v):
            self.v = v

        def f(self):
            return self.v * k
    return A


@case(0.7)
def classes_that_a_function_makes(x):
    A, B = (make(x), make(x * x))
    return A(2.0).f() * B(x).f() + A(x).f()


@case(0.7)
def a_class_that_a_function_makes_in_each_turn(x):
    s = 0.0
    for i in range(3):
        s += make(x * i)(x).f()
    return s


@case(0.7)
def a_dataclass_with_factories_and_a_post_init(x):
    @dataclass
    class P:
        a: float
        b: float = x * x
        hist: list = field(default_factory=list)
        arr: np.ndarray = field(default_factory=lambda: np.zeros(2) + x)
        e: float = field(default=x, init=False)
        n: ClassVar[float] = 3.0

        def __post_init__(self):
            self.e = self.a * self.b * self.n

        def step(self):
            self.a += self.b
            self.hist.append(self.a)
            self.arr[0] *= self.a
    p = P(x)
    q = P(a=2.0, b=x)
    for _ in range(3):
        p.step()
        q.step()
    return sum(p.hist) * q.a + p.e + np.sum(p.arr * q.arr) + dataclasses.replace(p, a=1.0).b


@case(0.7)
def a_frozen_dataclass(x):
    @dataclass(frozen=True)
    class P:
        a: float
        b: float = 2.0

        def move(self, d):
            return P(self.a + d, self.b * x)
    p = P(x)
    for _ in range(3):
        p = p.move(p.b)
    return p.a * p.b


@case(0.7)
def dataclasses_put_in_order(x):
    @dataclass(order=True)
    class P:
        k: float
        v: float
    l = sorted([P(x, 1.0), P(0.1, x), P(-x, 3.0)])
    return l[0].v * l[1].v + l[2].k


@case(0.7)
def a_namedtuple_carried_by_a_loop(x):
    State = namedtuple("State", ["pos", "vel"], defaults=[1.0])
    s = State(x)
    for _ in range(4):
        s = State(s.pos + 0.1 * s.vel, s.vel - 0.1 * s.pos)
    a, b = s
    return a * b + s[0]


@case(0.7)
def namedtuples_in_a_list(x):
    P = collections.namedtuple("P", "a b")
    l = [P(x * i, i + 1.0) for i in range(3)]
    l.append(P(x, x))
    return sum(p.a * p.b for p in l)


@case(0.7)
def a_typed_namedtuple_with_methods(x):
    class S(NamedTuple):
        a: float
        b: float = 2.0

        @property
        def prod(self):
            return self.a * self.b * x

        def shifted(self, d=1.0):
            return self._replace(a=self.a + d * x)
    s = S(x)
    for _ in range(3):
        s = s.shifted()
    return s.prod + s[1]


@case(0.7)
def an_abstract_class(x):
    class Shape(abc.ABC):
        @abc.abstractmethod
        def area(self):
            ...

        def twice(self):
            return 2 * self.area()

    class Disc(Shape):
        def __init__(self, r):
            self.r = r

        def area(self):
            return math.pi * self.r ** 2

    class Sq(Shape):
        def __init__(self, r):
            self.r = r

        def area(self):
            return self.r ** 2
    return sum(s.twice() for s in (Disc(x), Sq(2 * x)))


@case(0.7)
def a_cached_property(x):
    class C:
        def __init__(self, a):
            self.a = a

        @functools.cached_property
        def sq(self):
            return self.a * self.a * x
    c = C(x)
    r = c.sq
    c.a = 5.0
    return r * c.sq


@case(0.7)
def a_manager(x):
    log = []

    class Scope:
        def __enter__(self):
            log.append(x)
            return self

        def __exit__(self, *a):
            log.append(2 * x)
            return False
    with Scope():
        log.append(x * x)
    return sum((v * (i + 1) for i, v in enumerate(log)))


@case(np.arange(3.0) + 1)
def objects_that_hold_arrays(a):
    class Layer:
        def __init__(self, w):
            self.w = w

        def __call__(self, h):
            return np.tanh(self.w * h)

        def decay(self, k):
            self.w *= k
    ls = [Layer(a * k) for k in (1.0, 0.5)]
    h = np.ones(3)
    for _ in range(2):
        for l in ls:
            h = l(h)
            l.decay(0.9)
        ls[0].w[1] += h[0]
    return np.sum(h * ls[0].w)


@case(0.7)
def an_object_that_a_nested_function_returns(x):
    def outer(k):

        class T:

            def g(self):
                return k * x
        return T()
    return outer(x).g() * outer(2.0).g()


@case(0.7)
def a_list_of_objects(x):
    class P:
        def __init__(self, a, m):
            self.a = a
            self.m = m
    ps = [P(x * i, 1.0) for i in range(3)]
    for p in ps:
        for q in ps:
            if p is not q:
                p.a += 0.1 * q.a * q.m
    for p in ps:
        p.m = p.a * x
    return sum(p.a * p.m for p in ps)


@case(0.7)
def a_class_of_the_same_name_outside(x):
    class Particle:
        def __init__(self, a):
            self.a = 3 * a
    return Particle(x).a


class Particle:

    def __init__(self, a):
        self.a = a


@case(0.7)
def methods_that_return_the_object(x):
    class B:
        def __init__(self):
            self.v = x

        def add(self, k):
            self.v += k
            return self
    return B().add(x).add(2.0).v ** 2


@case(0.7)
def total_ordering(x):
    @functools.total_ordering
    class T:
        def __init__(self, v):
            self.v = v

        def __lt__(self, o):
            return self.v < o.v

        def __eq__(self, o):
            return self.v == o.v
    a, b = (T(x), T(2 * x))
    s = x if a < b else 0.0
    s += x * x if a >= b else 3 * x
    return s


@case(0.7)
def a_class_in_a_try(x):
    try:

        class A:

            def f(self):
                return math.sqrt(x)
        y = A().f()
    except ValueError:
        y = 0.0
    return y


@case(0.7)
def instances_and_attributes_asked_for(x):
    class A:
        def __init__(self):
            self.v = x

    class B(A):
        pass
    o = B()
    s = 0.0
    if isinstance(o, A):
        s += o.v
    if type(o) is B:
        s += o.v ** 2
    if hasattr(o, "v"):
        s *= o.v
    return s


@pytest.mark.parametrize(("function", "args"), CASES.values(), ids=list(CASES))
def test_a_class_inside_of_a_function_means_what_it_means_in_python(function: Callable[..., Any], args: tuple[Any, ...]) -> None:
    agree(function, args, order=2)


def test_the_text_has_the_fields_and_not_the_class() -> None:
    def ball(x):
        class Ball:
            def __init__(self, height):
                self.height = height

            def fall(self, time):
                self.height -= 4.905 * time**2

        one = Ball(x)
        one.fall(0.5 * x)
        return one.height * one.height

    assert "Ball" not in grad(ball).source(0.7)
    assert grad(ball)(0.7) == pytest.approx(2 * (0.7 - 4.905 * 0.35**2) * (1 - 4.905 * 0.5 * 0.7))


def a_body_with_a_loop(x):
    class A:
        for _ in range(3):
            pass

    return x


def a_decorator_that_is_not_known(x):
    @agree
    class A:
        pass

    return x


def a_metaclass(x):
    class A(metaclass=abc.ABCMeta):  # noqa: B024
        pass

    return x


def an_object_that_is_returned(x):
    @dataclass
    class A:
        a: float

    return A(x)


def a_namedtuple_that_is_returned(x):
    pair = namedtuple("pair", "a b")
    return pair(x, x)


def an_attribute_that_is_another_in_each_turn(x):
    total = 0.0
    for i in range(3):

        class A:
            k = x * i

        total += A().k
    return total


def an_object_of_an_earlier_turn(x):
    kept, total = None, 0.0
    for i in range(3):
        k = x * i

        class A:
            def f(self):
                return k  # noqa: B023  # what a closure of a turn sees is the point

        if i == 0:
            kept = A()
        total += kept.f()
    return total


def a_name_of_the_class_that_is_read_before_it_is_bound(x):
    rate = x

    class A:
        rate = rate * 2

    return A().rate


REFUSED = [
    a_body_with_a_loop, a_decorator_that_is_not_known, a_metaclass, an_object_that_is_returned, a_namedtuple_that_is_returned,
    an_attribute_that_is_another_in_each_turn, an_object_of_an_earlier_turn, a_name_of_the_class_that_is_read_before_it_is_bound,
]  # fmt: skip


@pytest.mark.parametrize("function", REFUSED)
def test_what_cannot_be_followed_is_refused(function: Callable[..., Any]) -> None:
    with pytest.raises(Error, match="W010|W08[15]"):
        grad(function)(0.7)
