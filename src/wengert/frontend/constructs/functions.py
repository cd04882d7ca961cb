"""Functions, methods and objects of your own."""

from __future__ import annotations

from wengert.frontend.constructs.construct import Construct

FUNCTIONS = (
    Construct("methods, properties, static and class methods", """
class Body:
    gravity = 9.81

    def __init__(self, mass, *, height=1.0):
        self.mass, self.height = mass, height

    @property
    def weight(self):
        return self.mass * self.gravity

    @staticmethod
    def doubled(v):
        return 2 * v

    @classmethod
    def of_weight(cls, weight):
        return cls(weight / cls.gravity)

    def lift(self, by):
        self.height += by
        return self

def f(x, n):
    b = Body.of_weight(x).lift(x)
    return b.doubled(b.weight) * b.height"""),
    Construct("operators, `__call__` and `__getitem__` of your own classes", """
class Dual:
    def __init__(self, a, b):
        self.a, self.b = a, b

    def __add__(self, other):
        return Dual(self.a + other.a, self.b + other.b)

    def __mul__(self, other):
        return Dual(self.a * other.a, self.a * other.b + self.b * other.a)

    def __call__(self, t):
        return self.a + t * self.b

    def __getitem__(self, k):
        return (self.a, self.b)[k]

    def __len__(self):
        return 2

def f(x, n):
    d = Dual(x, 1.0) * Dual(x, 1.0) + Dual(x, 0.0)
    return d(3.0) * d[1] + len(d)"""),
    Construct("inheritance and `super()`", """
class Shape:
    def __init__(self, scale):
        self.scale = scale

    def area(self):
        return self.scale ** 2

class Disk(Shape):
    def __init__(self, radius):
        super().__init__(radius)
        self.factor = math.pi

    def area(self):
        return self.factor * super().area()

def f(x, n):
    return sum(shape.area() for shape in (Shape(x), Disk(2 * x)))"""),
    Construct("dataclasses, and objects that keep what they have gone through", """
import dataclasses

@dataclasses.dataclass
class State:
    t: float
    y: float = 1.0
    path: list = dataclasses.field(default_factory=list)

    def step(self, h):
        self.y += h * self.t * self.y
        self.t += h
        self.path.append(self.y)

def f(x, n):
    s = State(x)
    for _ in range(n):
        s.step(0.1)
    return dataclasses.replace(s, t=x).t * sum(s.path)"""),
    Construct("objects in lists, called by a number", """
class Particle:
    def __init__(self, at):
        self.at, self.speed = at, 0.0

    def push(self, by):
        self.speed += by
        self.at += self.speed

def f(x, n):
    some = [Particle(x * k) for k in range(n)]
    for k in range(2 * n):
        some[k % n].push(some[0].at - x)
    for p in some:
        p.at *= x
    return sum(p.at * p.speed for p in some)"""),
    Construct("namedtuples and `SimpleNamespace`", """
from collections import namedtuple
from types import SimpleNamespace

Point = namedtuple('Point', 'a b')

def f(x, n):
    p = Point(x, b=2.0)
    q = p._replace(b=p.a * p.b)
    s = SimpleNamespace(v=q.b)
    s.v *= x
    a, b = q
    return s.v + a * b + q[1]"""),
    Construct("decorated functions", """
import functools

def scaled(by):
    def decorate(function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            return by * function(*args, **kwargs)
        return wrapper
    return decorate

@scaled(3.0)
def square(t, power=2):
    return t ** power

def f(x, n):
    return square(x) + square(x, power=3)"""),
    Construct("`functools.partial` and `reduce`, `operator`", """
from functools import partial, reduce
import operator
power = partial(lambda a, b, c=1.0: a ** b * c, c=x)
second = operator.itemgetter(1)
return power(x, 2) + reduce(operator.mul, [x, 2.0, x]) + second([n, x])"""),
    Construct("functions that remember what they gave", """
import functools

@functools.lru_cache(maxsize=None)
def binomial(n, k):
    return 1 if k in (0, n) else binomial(n - 1, k - 1) + binomial(n - 1, k)

def f(x, n):
    return sum(binomial(n, k) * x ** k for k in range(n + 1))"""),
    Construct("recursion, also of two functions, and with writes", """
def even(v, k):
    return v if k == 0 else odd(v * v, k - 1)

def odd(v, k):
    return even(2 * v, k - 1) if k else 0.0

def halve(a, lo, hi):
    if hi - lo > 1:
        mid = (lo + hi) // 2
        halve(a, lo, mid)
        halve(a, mid, hi)
        a[lo:hi] *= a[mid]

def f(x, n):
    a = np.arange(1.0, 5.0) * x
    halve(a, 0, 4)
    return np.sum(a) + even(x, 2)"""),
    Construct("functions chosen in the run: from a dict, from a list by a number, by a test", """
steps = [math.cos, lambda t: t * x]
shapes = {'square': lambda t: t * t, 'wave': math.sin}
total = shapes['wave' if n > 2 else 'square'](x)
for i in range(n):
    total += steps[i % 2](x)
g = math.sin if x > 0 else math.exp
return total * g(x)"""),
    Construct("functions made in a loop", """
steps = [lambda v, k=k: v * x + k for k in range(3)]
v = 1.0
for step in steps:
    v = step(v)
return v"""),
    Construct("`*args`, keyword-only parameters, `**kwargs`", """
def g(a, *rest, scale, power=2, **more):
    return scale * (a ** power + sum(rest)) + more['bias']
return g(x, x, 2.0, scale=x, bias=x * x)"""),
    Construct("a derivative inside of the differentiated function", """
import wengert

def f(x, n):
    g = wengert.grad(lambda t: t ** 3 * x)
    return g(2.0 * x)"""),
)  # fmt: skip
