"""Callables of every sort: methods and properties, operators of one's own classes, wrapped and partial functions, chosen ones."""

from __future__ import annotations

import functools
import linecache
import math
import operator
import types
from dataclasses import dataclass, field

import numpy as np
import pytest
from whole_functions import Case, agree, collecting

from wengert import check_grads, grad

CASES: dict[str, Case] = {}
case = collecting(CASES)
A = np.array([0.9, 0.5, 1.3])


class Shape:
    scale = 2.0

    def __init__(self, size):
        self.size = size

    @property
    def area(self):
        return self.size * self.size

    @area.setter
    def area(self, value):
        self.size = math.sqrt(value)

    @staticmethod
    def twice(x):
        return 2 * x

    @classmethod
    def scaled(cls, size):
        return cls(size * cls.scale)

    def __call__(self, x):
        return self.size * x

    def grow(self, by):
        self.size += by
        return self


class Box(Shape):
    scale = 3.0

    def __init__(self, size, depth):
        super().__init__(size)
        self.depth = depth

    @property
    def area(self):
        return super().area * self.depth

    def grow(self, by):
        super().grow(by).depth *= by
        return self


@dataclass
class Vector:
    x: float
    y: float = 1.0
    tags: list = field(default_factory=list)

    def __add__(self, other):
        return Vector(self.x + other.x, self.y + other.y)

    def __mul__(self, k):
        return Vector(self.x * k, self.y * k)

    __rmul__ = __mul__

    def __matmul__(self, other):
        return self.x * other.x + self.y * other.y

    def __getitem__(self, i):
        return self.y if i else self.x

    def __iadd__(self, other):
        self.x += other.x
        return self

    def __neg__(self):
        return Vector(-self.x, -self.y)


@case(0.7)
def methods_properties_static_and_class_methods(x):
    s = Shape.scaled(x)
    s.grow(x * x)
    t = s.grow
    t(1.0)
    return s.area * Shape.twice(x) + s(x)


@case(0.7)
def a_property_that_is_set(x):
    s = Shape(x)
    s.area = x * x * x
    return s.size * s.area


class Left:
    def __init__(self, value):
        self.value = value

    def __mul__(self, other):
        if isinstance(other, Left):
            return self.value * other.value
        return NotImplemented


class Right:
    def __init__(self, value):
        self.value = value

    def __rmul__(self, other):
        return 3 * self.value * other.value


class Derived(Left):
    def __rmul__(self, other):
        return 7 * self.value * other.value


@case(0.7)
def operators_that_leave_it_to_the_other_operand(x):
    return Left(x) * Right(x)


@case(0.7)
def the_operator_of_a_derived_class_comes_first(x):
    return Left(x) * Derived(x * x) + Left(x) * Left(2.0)


@case(0.7)
def inheritance_and_super(x):
    b = Box(x, x * x)
    b.grow(2 * x)
    return b.area * b.depth + b.size


@case(0.7)
def operators_of_a_class(x):
    a, b = Vector(x), Vector(x * x, x)
    c = a
    c += 2.0 * b + a * x
    return (a @ -b) * a[0] + c[1] * c.x


def squared(f):
    @functools.wraps(f)
    def wrapper(*args, **keywords):
        y = f(*args, **keywords)
        return y * y

    return wrapper


@squared
def wave(x, *, k=1.0):
    return math.sin(k * x)


@functools.lru_cache(maxsize=16)
def coefficient(k):
    return 1.0 / (k + 1)


@case(0.7)
def decorated_and_cached_functions(x):
    return wave(x, k=2.0) + wave(x) * coefficient(3)


@case(0.7)
def partial_functions(x):
    power = functools.partial(lambda a, b, c=1.0: a**b * c, c=x)
    return power(x, 3.0) + functools.partial(power, 2.0)(x) + functools.reduce(lambda a, b: a * x + b, [1.0, x, 3.0])


@case(0.7, A)
def functions_of_operator(x, a):
    return operator.mul(x, a[0]) + operator.add(x, 1.0) * operator.neg(a[1]) + operator.truediv(a[2], x)


TABLE = {"sin": np.sin, "double": lambda x: 2 * x, "square": operator.mul}


@case(0.7, "double")
def chosen_by_a_name_and_by_a_branch(x, name):
    f = TABLE[name] if x > 0 else math.cos
    g = math.sin if name == "sin" else (lambda t: t * x)
    return f(x) * g(x) + TABLE["square"](x, x)


@case(A, 0.7)
def a_helper_that_writes_into_what_it_is_given(a, x):
    def relax(u, w):
        u[1:-1] += w * (u[2:] - 2 * u[1:-1] + u[:-2])

    def normalise(u):
        u /= np.sum(u)
        return u

    for _ in range(2):
        relax(a, x)
    b = normalise(a)
    b[0] *= x
    return np.sum(a * a)


@case(0.7)
def closures_that_share_a_variable(x):
    total = 0.0

    def add(v):
        nonlocal total
        total += v * v
        return total

    def scaled(k):
        return k * total

    add(x)
    add(2 * x)
    return scaled(x) + add(1.0)


def product_of_quarters(a, b):
    n = a.shape[0]
    if n <= 1:
        return a * b
    m = n // 2
    left = product_of_quarters(a[:m, :m], b[:m, :m])
    right = product_of_quarters(a[m:, m:], b[m:, m:])
    return np.block([[left, left * right], [right, left + 1.0]]) * np.ptp(a)


@case(np.linspace(0.1, 1.0, 16).reshape(4, 4) ** 2)
def a_recursion_that_calls_functions_made_of_others(a):
    return np.sum(product_of_quarters(a, a) ** 2)


@pytest.mark.parametrize("name", CASES)
def test_both_modes_agree_with_differences(name):
    agree(*CASES[name])


@functools.cache
def remembered(x):
    return x * x + 1.0


@functools.cache
def remembered_recursion(n):
    return 1.0 if n == 0 else n * remembered_recursion(n - 1)


def asked_twice(x, n):
    return remembered(x) * remembered(2 * x) + remembered_recursion(n) * x


def test_a_function_that_remembers_its_results_is_differentiated() -> None:
    agree(asked_twice, (0.7, 3))


def square_and_one(y):
    return y * y + 1.0


def picked_by_a_number(x, n):
    table = [math.sin, square_and_one, math.tanh]
    s = 0.0
    for i in range(n):
        f = table[(i * i) % 3]
        s += f(x) * table[-1 - i % 2](s)
    return s + (np.tanh, np.cos)[n - 4](x)


def test_a_function_picked_from_a_list_by_a_number_of_the_run_is_told_by_tests() -> None:
    for n in (2, 4, 5):
        agree(picked_by_a_number, (0.7, n))
        check_grads(picked_by_a_number, (0.7, n), order=2)


def test_a_number_that_picks_no_function_is_an_index_error() -> None:
    with pytest.raises(IndexError):
        grad(picked_by_a_number)(0.7, 6)


def of_two_libraries(x, n):
    tables = (functools.partial(np.tanh), functools.partial(math.tanh))
    return sum((np.cos, math.cos, np.abs)[i](x) for i in range(3)) * tables[0](x) * NUMPYS(x) * MATHS(x)


NUMPYS, MATHS = functools.partial(np.sqrt), functools.partial(math.sqrt)


def test_functions_of_one_name_in_two_libraries_are_told_apart() -> None:
    agree(of_two_libraries, (0.7, 3))
    text = grad(of_two_libraries).source(0.7, 3)
    assert "np.sqrt(x)" in text and "math.sqrt(x)" in text


def _module(text: str) -> types.ModuleType:
    """Another module, with names that this one has not."""
    file = "<another module>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    found = types.ModuleType("another_module")
    exec(compile(text, file, "exec"), found.__dict__)
    return found


ELSEWHERE = _module("""
import functools

@functools.lru_cache(maxsize=None)
def chosen(mode):
    return mode.lower()

def shout(text):
    return text.upper()

MODE, shouted = "Square", functools.partial(shout, "abc")
del shout

def power(x):
    y = x * x if chosen(MODE) == "square" else x
    return y * len(shouted())
""")


def of_another_module(x):
    return ELSEWHERE.power(x) * x


def test_functions_that_another_module_remembers_or_hides_have_a_name_in_the_text() -> None:
    agree(of_another_module, (0.7,))
