"""Lists, tuples and iterators whose length only the run knows, and the functions of the standard library that take them."""

from __future__ import annotations

import bisect
import functools
import heapq
import itertools
import math
import operator
import statistics

import pytest
from both_modes import function_of
from whole_functions import agree, collecting

from wengert import NoRule, grad

CASES: dict = {}
case = collecting(CASES)


@case([0.5, 1.5, 2.0], 0.7)
def a_tuple_of_a_generator(xs, a):
    t = tuple(x * a for x in xs)
    return t[0] * t[-1] + sum(t)


@case([0.5, 1.5, 2.0], 0.7)
def a_tuple_of_a_list(xs, a):
    t = tuple(xs)
    s = 0.0
    for v in t:
        s += v * a
    return s * t[1]


@case(0.7, 5)
def an_endless_generator(a, n):
    def powers():
        p = 1.0
        while True:
            yield p
            p *= a

    s = 0.0
    for k, p in zip(range(n), powers()):
        s += k * p
    return s


@case(0.7, 5)
def count(a, n):
    s = 0.0
    for k in itertools.count(1):
        if k > n:
            break
        s += a**k / k
    return s


@case([0.5, 1.5, 2.0], 7)
def cycle(xs, n):
    s = 1.0
    for k, x in zip(range(n), itertools.cycle(xs)):
        s = s * 0.5 + x * x * k
    return s


@case([0.5, 1.5, 2.0, 0.4])
def islice(xs):
    s = 0.0
    for x in itertools.islice(xs, 1, 3):
        s += x**2
    for x in itertools.islice(xs, 2):
        s += x**3
    return s


@case([0.5, 1.5, 2.0, 0.4], [1.0, 2.0])
def chain(xs, ys):
    s = 0.0
    for x in itertools.chain(xs, ys, [s]):
        s += x * x
    return s + sum(itertools.chain.from_iterable([xs, ys]))


@case([0.5, 1.5, 2.0, 0.4])
def accumulated(xs):
    c = list(itertools.accumulate(xs))
    d = list(itertools.accumulate(xs, operator.mul))
    return sum(v * v for v in c) + d[-1] * d[1]


@case([0.5, 1.5, 2.0, 0.4], [1.0, 2.0])
def product(xs, ys):
    s = 0.0
    for x, y in itertools.product(xs, ys):
        s += x * y**2
    for i, j, k in itertools.product(range(2), range(2), range(2)):
        s += xs[i] * xs[j] * ys[k]
    for x, y in itertools.product(xs, repeat=2):
        s += x * y * y
    return s


@case([0.5, 1.5, 2.0, 0.4])
def combinations(xs):
    s = 0.0
    for x, y in itertools.combinations(xs, 2):
        s += 1 / abs(x - y)
    for i, j in itertools.combinations(range(len(xs)), 2):
        s += xs[i] * xs[j] ** 2
    return s


@case([0.5, 1.5, 2.0, 0.4])
def permutations(xs):
    s = 0.0
    for x, y in itertools.permutations(xs, 2):
        s += x * y**2
    return s


@case([0.5, 1.5, 2.0, 0.4])
def pairwise(xs):
    return sum((b - a) ** 2 for a, b in itertools.pairwise(xs))


@case([0.5, 1.5, 2.0, 0.4], 0.3)
def repeat(xs, a):
    return sum(x * y for x, y in zip(xs, itertools.repeat(a))) + sum(map(pow, xs, itertools.repeat(2)))


@case([0.5, 1.5, 2.0, 0.4], 0.3)
def starmap(xs, a):
    return sum(itertools.starmap(lambda x, y: x * y, zip(xs, xs[1:]))) + sum(itertools.starmap(operator.mul, [(a, a), (xs[0], a)]))


@case([0.5, 1.5, 2.0, 0.4], 0.3)
def while_true(xs, a):
    return sum(itertools.takewhile(lambda x: x < 1.8, xs)) * a + sum(itertools.dropwhile(lambda x: x < 1.8, xs)) ** 2


@case([0.5, 1.5, 2.0, 0.4], [1.0, 2.0])
def zip_longest(xs, ys):
    s = 0.0
    for x, y in itertools.zip_longest(xs, ys, fillvalue=1.0):
        s += x * y
    return s


@case([0.5, 1.5, 2.0, 0.4])
def groups(xs):
    s = 0.0
    for key, group in itertools.groupby(xs, key=lambda x: x > 1):
        s += sum(group) ** 2
    return s


@case([0.5, 1.5, 2.0, 0.4])
def hypot_star(xs):
    return math.hypot(*xs[:2]) + math.hypot(*xs) + math.hypot(*[x * 2 for x in xs])


@case([0.5, 1.5, 2.0, 0.4], [1.5, 0.5, 1.0, 0.2])
def sums_and_distances(xs, ys):
    return (
        math.dist(xs, ys)
        + math.fsum(x * y for x, y in zip(xs, ys))
        + math.prod(xs)
        + math.prod(x + 1 for x in xs)
        + math.dist([v * 2 for v in xs], ys)
    )


@case([0.5, 1.5, 2.0, 0.4], [1.5, 0.5, 1.0, 0.2])
def map_of_two(xs, ys):
    return sum(map(operator.mul, xs, ys)) ** 2 + sum(map(lambda x, y: x / y, xs, ys))


@case([0.5, 1.5, 2.0, 0.4], [1.5, 0.5, 1.0, 0.2])
def map_filter(xs, ys):
    z = list(map(lambda x, y: x * y, xs, ys))
    return sum(filter(lambda v: v > 0.3, z)) ** 2 + max(map(abs, z))


@case([0.5, 1.5, 2.0, 0.4])
def reversed_and_counted(xs):
    s = 0.0
    for i, x in enumerate(reversed(xs), start=1):
        s = s * x + i
    for i, x in enumerate(xs, 2):
        s += x**i
    for i, x in reversed(list(enumerate(xs))):
        s = s * x + i
    return s


@case([0.5, 1.5, 2.0, 0.4])
def any_all(xs):
    if any(x > 1.8 for x in xs) and not all(x > 0.6 for x in xs):
        return xs[0] * xs[1]
    return 0.0


@case([0.5, 1.5, 2.0, 0.4])
def moments(xs):
    return statistics.mean(xs) + statistics.fmean(xs) ** 2 + statistics.stdev(xs)


@case([0.5, 1.5, 2.0, 0.4])
def more_moments(xs):
    return statistics.pstdev(xs) + statistics.variance(xs) + statistics.pvariance(xs) + statistics.median(xs)


@case([0.5, 1.5, 2.0, 0.4])
def other_means(xs):
    return statistics.harmonic_mean(xs) + statistics.geometric_mean(xs)


@case([0.5, 1.5, 2.0, 0.4], 0.3)
def heap(xs, a):
    h = []
    for x in xs:
        heapq.heappush(h, x * a)
    s = 0.0
    while h:
        s = s * 0.5 + heapq.heappop(h) ** 2
    return s


@case([0.5, 1.5, 2.0, 0.4])
def heap2(xs):
    return sum(heapq.nlargest(2, xs)) * heapq.nsmallest(1, xs)[0]


@case([0.5, 1.5, 2.0, 3.4], 1.7)
def interpolation(xs, a):
    i = bisect.bisect(xs, a)
    x0, x1 = xs[i - 1], xs[i]
    return (a - x0) / (x1 - x0)


@case([0.5, 1.5, 2.0, 3.4], 1.7)
def sorted_as_it_grows(xs, a):
    ys = list(xs)
    bisect.insort(ys, a)
    return sum(y**i for i, y in enumerate(ys))


@case([0.5, 1.5, 2.0, 3.4])
def unpack_star(xs):
    first, *rest, last = xs
    return first * last + sum(r * r for r in rest)


@case([0.5, 1.5, 2.0, 3.4])
def zip_star(xs):
    pairs = [(x, x * x) for x in xs]
    a, b = zip(*pairs)
    return sum(a) * sum(b)


@case([0.5, 1.5, 2.0, 3.4])
def max_star(xs):
    return max(*xs) + min(xs[0], *xs[1:])


@case([0.5, 1.5, 2.0, 3.4])
def reductions(xs):
    return functools.reduce(lambda p, c: p * 0.5 + c, xs) + functools.reduce(operator.mul, xs, 1.0)


@case([0.5, 1.5, 2.0, 3.4])
def sliding(xs):
    w = 2
    return sum(sum(xs[i : i + w]) ** 2 for i in range(len(xs) - w + 1))


@case([0.5, 1.5, 2.0, 3.4])
def tuples_joined(xs):
    t = tuple(x * x for x in xs)
    u = t + tuple(xs)
    v = t[1:]
    w = list(t)
    w[0] = w[1] * 3
    xs.append(t[0])
    s = 0.0
    for k, a in enumerate(u):
        s += k * a
    if isinstance(t, tuple) and not isinstance(v, list):
        s += v[0] * t[0]
    return s + sum(w) * len(t) + max(v) + xs[-1]


@case([0.5, 1.5, 2.0, 3.4], 0.5)
def a_state_that_is_a_tuple(xs, h):
    state = tuple(xs)
    for _ in range(5):
        state = tuple(v + h * (state[(i + 1) % len(state)] - v) for i, v in enumerate(state))
    return sum(v * v for v in state)


@pytest.mark.parametrize("name", CASES)
def test_a_program_with_iterators(name):
    agree(*CASES[name], order=2)


def test_a_tuple_of_unknown_length_is_refused_where_it_is_kept():
    for body in ("return tuple([x * k for k in range(n)])", "ts = [tuple([x * k for k in range(n)])]\nreturn ts[0][1]"):
        with pytest.raises(NoRule, match="W049"):
            grad(function_of(body))(0.7, 3)


def test_a_generator_beside_another_is_asked_in_the_order_of_zip(capsys):
    def powers(a):
        p = 1.0
        while True:
            print(p)
            yield p
            p = p * a

    def f(a, xs):
        s = 0.0
        for x, p in zip(xs, powers(a)):
            s += x * p
        for p, x in zip(powers(a), xs):
            s += x * p
        return s

    f(0.5, [1.0, 2.0])
    plain = capsys.readouterr().out
    assert grad(f)(0.5, [1.0, 2.0]) == 4.0
    assert plain and capsys.readouterr().out == plain
