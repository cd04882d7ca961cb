"""Dicts whose keys only the run knows: histograms, sparse matrices, graphs, tables of what was computed before."""

from __future__ import annotations

import collections
import math
from collections import defaultdict

import numpy as np
import pytest
from whole_functions import Case, agree, collecting

import wengert

CASES: dict[str, Case] = {}
case = collecting(CASES)


@case(1.5, 4)
def filled(x, n):
    d = {}
    for i in range(n):
        d[i] = x * i
    return d[1] * d[2]


@case(np.array([1.0, 2.0, 3.0, 4.0]))
def histogram(x):
    bins = np.array([0, 1, 0, 2])
    h = {}
    for i in range(len(x)):
        b = bins[i]
        h[b] = h.get(b, 0.0) + x[i] ** 2
    s = 0.0
    for k, v in h.items():
        s += v * v * (k + 1)
    return s


@case(np.array([1.0, 2.0, 3.0, 4.0]))
def histogram_by_asking(x):
    bins = [int(k) for k in 0.1 * np.arange(12, 30, 5)]
    h = {}
    for i in range(len(x)):
        b = bins[i]
        if b in h:
            h[b] += x[i] ** 2
        else:
            h[b] = x[i]
    return sum(h.values()) + h[1] ** 2 + len(h)


@case(np.array([1.0, 2.0, 3.0, 4.0]), 3)
def sparse(x, n):
    A = {}
    for i in range(n):
        A[i, i] = 2.0 * x[i]
        A[i, (i + 1) % n] = A.get((i, (i + 1) % n), 0.0) - x[i + 1]
    y = [0.0] * n
    for (i, j), a in A.items():
        y[i] += a * x[j]
    return sum(y)


@case(0.7, "abca")
def strings(x, names):
    d = {"a": x}
    for k in names:
        if k not in d:
            d[k] = 1.0
        d[k] = d[k] * x + 1
    t = 1.0
    for k in d:
        d[k] = d[k] ** 2
        t = t * d[k]
    for v in d.values():
        t += v
    return t


@case(0.7, 6)
def popping(x, n):
    d = {}
    for i in range(n):
        d[i % 4] = x**i
    s = d.pop(2) * 3 + d.pop(9, 0.0)
    k = n - 3
    del d[k]
    d.setdefault(7 + n, x * 3)
    d.setdefault(n - 5, x)
    for i in d:
        s += (i + 1) * d[i]
    return s


@case(0.7, 6)
def fib(x, n):
    memo = {}
    memo[0] = x
    memo[1] = x * x
    for i in range(2, n):
        memo[i] = memo[i - 1] + memo[i - 2] * x
    return memo[n - 1]


@case(0.7, 6)
def overwritten(x, n):
    d = {}
    for i in range(n):
        d[i // 2] = x * (i + 1)
        d[i // 2] *= x
    d[n] = 1.0
    d[n] = x
    return sum(v**2 for v in d.values()) + d[n]


@case([("a", 1.0), ("b", 2.0), ("a", 3.0)])
def comp(pairs):
    d = {k: v * v for k, v in pairs}
    s = 0.0
    for k, v in d.items():
        s += v
    return s


@case(np.array([0.5, 2.0, 1.0, 3.0, 1.2]))
def bellman(w):
    edges = [(0, 1), (0, 2), (2, 1), (1, 3), (2, 3)]
    dist = {0: 0.0}
    for u in range(1, 4):
        dist[u] = math.inf
    for _ in range(3):
        for e in range(len(edges)):
            u, v = edges[e]
            if dist[u] + w[e] < dist[v]:
                dist[v] = dist[u] + w[e]
    return dist[3] * dist[1]


@case(0.7, 6)
def asked(x, n):
    d = {}
    for i in range(n):
        d[i] = math.sin(x * i * 1.7)
    best = max(d, key=d.get)
    worst = min(d.values())
    s = 0.0
    for k in sorted(d):
        s += d[k] * k
    for k in list(d.keys()):
        s = s * d[k]
    t = np.array(list(d.values()))
    for k, v in sorted(d.items()):
        s += v / (k + 1)
    for i, (k, v) in enumerate(d.items()):
        s += i * v
    return s + d[best] ** 2 + worst + np.sum(t * t) + len(d) + max(v for k, v in d.items() if k)


@case(0.7, 6)
def got(x, n):
    d = {}
    for i in range(n):
        if i % 2:
            d[i] = x**i
    s = 0.0
    for i in range(n):
        v = d.get(i)
        if v is not None:
            s += v * v
        s += d.get(i, x)
    e = d.copy()
    e[1] = 2.0
    f = dict(d)
    f[n] = x
    d.update(f)
    for k in e:
        s += e[k] * d.get(k, 0.0)
    return s * d[1] + d[n]


@case(np.array([0.5, 1.5, 0.2]))
def zipped(x):
    names = [chr(97 + int(k)) for k in np.arange(3)]
    d = dict(zip(names, x))
    s = 0.0
    for name in names:
        s += d[name] ** 2
    e = dict((name, 2 * v) for name, v in d.items())  # noqa: C402
    return s + sum(e.values())


@case(0.7, 5)
def again(x, n):
    d = {k: 0.0 for k in range(n)}  # noqa: C420
    e = dict.fromkeys(range(n + 1), x)
    d[0] = x
    for t in range(3):
        new = {}
        for k, v in d.items():
            new[k] = v * x
            if k > 0:
                new[k] += d[k - 1]
        d = new
    return sum(d.values()) + e[n]


@case({0: 1.0, 1: 2.0, 5: 3.0}, 4)
def argument(p, n):
    s = 0.0
    for i in range(n):
        s += p[i % 2] ** 2 * i
    return s


@case({"a": 1.0, "b": 2.0, "c": 3.0}, "a b a")
def parameters_by_name(p, path):
    s = 0.0
    for k in path.split():
        s += p[k] * p["a"]
    return s


@case({(0, 1): np.array([1.0, 2.0]), (1, 0): np.array([0.5, 3.0])}, 2)
def arrays_by_pairs(w, n):
    s = 0.0
    for i in range(n):
        s += np.sum(w[i, 1 - i] ** 3) * (i + 1)
    return s


@case({0: 1.0, 1: 2.0, 5: 3.0}, 3)
def argument_that_changes(p, n):
    s = p.pop(n - 2) * 3.0
    p[n] = s * p[0]
    p[0] = s
    return p[n] + s + sum(p.values())


@case({0: 1.0, 1: 2.0}, 2.0, 3)
def argument_that_is_filled(p, x, n):
    for i in range(1, n):
        p[i] = x * i + p[i - 1]
    return p[1] * p[2]


@case(2.0, 5)
def with_a_default(x, n):
    d = defaultdict(float)
    for i in range(n):
        d[i % 2] += x * i
        if d[i] > 3:
            d[i * 2] -= x * x
        d[i] *= 0.5
    s = 0.0
    for k in range(3):
        s += d[k] * k
    for k, v in d.items():
        s += v * v + k
    return s + len(d) + d[9] + sum(d.values()) ** 2


@case(2.0, 5)
def counted(x, n):
    d = collections.Counter()
    for i in range(n):
        d[i % 2] += x * i
        if d[i] > 3:
            d[i * 2] -= x * x
    s = 0.0
    for k in range(3):
        s += d[k] * k
    for k, v in d.items():
        s += v * v + k
    return s + len(d) + d[9]


@case(0.7, 6)
def remembered(x, n):
    memo = {}

    def fib(k):
        if k in memo:
            return memo[k]
        memo[k] = x if k < 2 else fib(k - 1) * x + fib(k - 2)
        return memo[k]

    return fib(n) * len(memo)


def looked_up(memo, n, x):
    if n not in memo:
        memo[n] = looked_up(memo, n - 1, x) * x + looked_up(memo, n - 2, x)
    return memo[n]


@case(0.7, 7)
def remembered_in_an_argument(x, n):
    memo = {0: 1.0, 1: x}
    return looked_up(memo, n, x) + memo[n - 2]


@case(0.7)
def added_to_while_it_is_computed(x):
    d = {}
    for i in range(3):
        d[i] = x * i

    def changed(i):
        d[i] = 5.0 * x
        return x * x

    for i in range(3):
        d[i] += changed(i)
    return d[1] * d[2]


@case(0.7, 4)
def in_a_tuple(x, n):
    d = {}
    for i in range(n):
        d[i] = x * i
    t = (d, x)
    e, y = t
    s = 0.0
    for k in e:
        s += e[k] * t[0][k] * y
    return s


@case(0.7, 4)
def in_a_dict(x, n):
    d = {}
    for i in range(n):
        d[i] = x * i
    t = {"d": d, "y": x}
    s = 0.0
    for k in t["d"]:
        s += t["d"][k] ** 2
    t["d"][n] = x
    return s + t["d"][n] * t["y"]


class Table:
    def __init__(self, x):
        self.items = {}
        self.x = x

    def put(self, i):
        self.items[i] = self.x * i


@case(0.7, 4)
def in_an_object(x, n):
    table = Table(x)
    for i in range(n):
        table.put(i)
    return sum(v * v for v in table.items.values()) * table.x


@case(0.7, 4)
def chosen_by_a_branch(x, n):
    d = {}
    if n > 2:
        for i in range(n):
            d[i] = x * i
    else:
        d = {0: x, n: x * x}
    e = d if x > 0 else {n: x}
    return sum(e.values()) + d.get(2, 1.0)


@case(0.7, 4)
def under_two_names(x, n):
    d = {}
    e = d
    for i in range(n):
        e[i] = x * i
    d[1] = x
    return e[1] * e[2] + len(d)


@case(0.7, 7)
def left_early(x, n):
    d = {}
    for i in range(n):
        d[i] = x ** (i + 1)
        if d[i] < 0.3:
            return d[i] * d[0]
        if i in d and i > 10:
            break
    return d[n - 1]


@case(0.7, 7)
def read_when_it_is_gone(x, n):
    d = {}
    for i in range(n):
        d[i % 3] = x * (i + 1)
        r = d.get((i + 1) % 3, 0.0)
        if (i + 1) % 3 in d:
            del d[(i + 1) % 3]
        x = x + 0.1 * r + d.get((i + 1) % 3, 0.0) * 7
    return x + sum(d.values())


@case(0.7, 5)
def largest_first(x, n):
    q = {0: x}
    for i in range(1, n):
        q[i] = x / i
    while len(q) > 1:
        k = max(q, key=q.get)
        v = q.pop(k)
        for j in q:
            q[j] = q[j] + v * 0.1
    return sum(q.values())


@case(0.7, 5)
def tried(x, n):
    d = {}
    for i in range(n):
        try:
            d[i % 2] = d[i % 2] * x + 1
        except KeyError:
            d[i % 2] = x
    return d[0] * d[1]


@case(0.7, 5)
def united(x, n):
    d = {i: x * i for i in range(n)}
    e = {k: v * 2 for k, v in d.items() if k % 2}
    f = {**d, **e, n: x}
    d |= {k: v * x for k, v in e.items()}
    return sum(f.values()) + sum((d | e).values()) * d[1]


def gained(d, k):
    d[k] = d.get(k, 0.0) + 1.5
    return d[k]


@case(0.7, 5)
def changed_by_a_helper(x, n):
    d = {}
    s = 0.0
    for i in range(n):
        s += gained(d, i % 2) * x
        d[i % 2] *= x
    return s + d[0]


@case(np.array([[1.0, 2.0], [3.0, 4.0], [0.5, 0.7]]))
def arrays_by_name(X):
    d = {}
    for i, k in enumerate("aba"):
        k = k + "x"
        d[k] = d.get(k, 0.0) + X[i] ** 2
    s = 0.0
    for v in d.values():
        s += np.sum(v * v)
    return s


@case(np.array([1.0, 2.0, 3.0]))
def finite_elements(k):
    K = {}
    for e in range(3):
        for i in (e, e + 1):
            for j in (e, e + 1):
                K[i, j] = K.get((i, j), 0.0) + (k[e] if i == j else -k[e])
    A = np.zeros((4, 4))
    for (i, j), v in K.items():
        A[i, j] = v
    return np.linalg.solve(A + np.eye(4), np.arange(4.0))[2] * A.sum() + A[1, 1] ** 2


@pytest.mark.parametrize("name", CASES)
def test_both_modes_agree_with_differences_to_second_order(name):
    agree(*CASES[name], order=2)


def test_an_access_costs_one_access_of_the_adjoint():
    text = wengert.grad(CASES["histogram"][0]).source(np.ones(4))
    assert "x_bar[i] += h_bar.get(b, 0.0) * (2 * x[i])" in text
    assert "for k in reversed(h):" in text


def test_derivatives_of_every_kind():
    f, (x,) = CASES["histogram"]
    gradient = wengert.grad(f)(x)
    assert np.allclose(wengert.jacfwd(f)(x), gradient)
    hessian = wengert.hessian(f)(x)
    assert np.allclose(hessian, wengert.jacrev(wengert.grad(f))(x)) and np.allclose(hessian @ x, wengert.hvp(f)(x, x))
    value, pullback = wengert.vjp(f, x)
    assert value == f(x)
    assert np.allclose(pullback(2.0)[0], 2 * gradient) and np.allclose(pullback(2.0)[0], 2 * gradient)


def test_a_gradient_has_every_key_of_the_argument():
    f, args = CASES["argument"]
    assert wengert.grad(f)(*args) == {0: 4.0, 1: 16.0, 5: 0.0}


def test_a_dict_is_returned():
    def powers(x, n):
        d = {}
        for i in range(n):
            d[i] = x**i
        return d

    value, tangent = wengert.jvp(powers, (2.0, 3), (1.0, 0))
    assert value == {0: 1.0, 1: 2.0, 2: 4.0} and tangent == {0: 0.0, 1: 1.0, 2: 4.0}
    value, pullback = wengert.vjp(powers, 2.0, 3)
    bar = {0: 1.0, 1: 10.0, 2: 100.0}
    assert value == powers(2.0, 3) and pullback(bar)[0] == pullback(bar)[0] == 410.0 and bar == {0: 1.0, 1: 10.0, 2: 100.0}
    assert wengert.jacobian(powers)(2.0, 3) == {0: 0.0, 1: 1.0, 2: 4.0}
    with pytest.raises(wengert.Error, match="W060"):
        wengert.grad(powers)(2.0, 3)


def test_values_of_different_kinds_are_not_read_under_such_a_key():
    def f(p, n):
        return p[f"a{n}"] * 2

    with pytest.raises(wengert.Error, match="W040"):
        wengert.grad(f)({"a1": 1.0, "b": [1.0]}, 1)


def test_a_missing_key_is_what_it_is_in_python():
    def f(x, n):
        d = {}
        for i in range(n):
            d[i] = x * i
        return d[n] * x

    with pytest.raises(KeyError):
        wengert.grad(f)(1.0, 3)


def test_values_that_are_no_numbers_of_one_kind_are_refused():
    def f(x, n):
        d = {"a": x, "b": [x, x]}
        for i in range(n):
            d[f"{i}"] = x
        return d["a"]

    with pytest.raises(wengert.Error, match="W083"):
        wengert.grad(f)(1.0, 3)
