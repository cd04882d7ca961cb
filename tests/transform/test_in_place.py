"""Functions that work in place, from their text to their derivatives: all modes against differences and each other."""

from __future__ import annotations

import math

import numpy as np
import pytest
from differences import check

from wengert import differentiate, grad, vjp

RANDOM = np.random.default_rng(0)
SIX, THREE = RANDOM.normal(size=6), RANDOM.normal(size=3)


@pytest.fixture(autouse=True)
def no_cache_on_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WENGERT_CACHE_DIR", "")


def diffusion(u, c):
    v = u.copy()
    for _ in range(3):
        w = v.copy()
        w[1:-1] = v[1:-1] + c * (v[2:] - 2 * v[1:-1] + v[:-2])
        v = w
    return np.sum(v * v)


def scaled_in_place(u, c):
    x = np.empty_like(u)
    x[0] = u[0]
    x[1:] = np.cumsum(u[1:]) * c
    x *= 2.0
    x[::2] -= u[::2] * c
    return np.dot(x, u)


def elimination(A, b):
    A, b = A.copy(), b.copy()
    n = len(b)
    for k in range(n):
        for i in range(k + 1, n):
            f = A[i, k] / A[k, k]
            A[i, k:] -= f * A[k, k:]
            b[i] -= f * b[k]
    x = np.zeros(n)
    for i in range(n - 1, -1, -1):
        s = b[i]
        for j in range(i + 1, n):
            s -= A[i, j] * x[j]
        x[i] = s / A[i, i]
    return np.sum(x**2)


def list_of_results(xs, c):
    out = [0.0] * len(xs)
    for i in range(len(xs)):
        out[i] = math.sin(xs[i]) * c
    return sum(v * v for v in out)


def dict_of_arrays(d, x):
    e = {"a": d["a"] * x, "b": 0.0}
    e["b"] = x * x
    e["a"][0] = 3 * x
    return np.sum(e["a"]) * e["b"]


def symmetric(x, n):
    y = np.zeros((n, n))
    for i in range(n):
        for j in range(i + 1):
            y[i, j] = x[j] * (i + 1)
            if i != j:
                y[j, i] = y[i, j] ** 2
    return np.sum(np.sin(y))


def leapfrog(q, dt, n):
    pos, vel, energy = q.copy(), np.zeros_like(q), np.zeros(n)
    for i in range(n):
        vel -= 0.5 * dt * pos
        pos += dt * vel
        vel -= 0.5 * dt * pos
        energy[i] = 0.5 * np.sum(vel**2) + 0.5 * np.sum(pos**2)
    return energy[-1] + np.mean(energy)


def masks(x):
    y = x.copy()
    m = y > 0
    y[m] *= 2.0
    y[~m] = 0.1 * y[~m] ** 2
    return np.sum(y**3)


def repeated_indices_and_out(x, i):
    y = x.copy()
    y[i] += x[: len(i)]
    np.multiply(y, x, out=y)
    return np.sum(y**2)


def swaps(x):
    a, b = x.copy(), x.copy()
    for k in range(3):
        a[k], b[k] = b[k + 1] * a[k], a[k]
    return np.sum(a * b)


def history(x):
    h = np.zeros((4, len(x)))
    h[0] = x
    for t in range(3):
        h[t + 1] = np.tanh(h[t] * 1.3 + x)
    return np.sum(h[-1] * h[1])


def pieces_of_a_list(x):
    a = np.zeros(4)
    a[1:3] = [x, 2 * x * x]
    a[0] = x
    return np.sum(a**2)


def one_number(x):
    a = np.array(x.sum())
    a[()] = a * 2
    return float(a) * 3


def into_complex(x):
    a = np.zeros(3, dtype=complex)
    a[0] = x[0]
    a[1:] = x[1:] * 1j
    return np.sum(np.abs(a) ** 2)


def until(x, k):
    y = x.copy()
    while y[0] < k:
        y[0] += y[1] ** 2 + 0.3
        y[1] *= 0.9
    return y[0] * y[1]


def rows(x):
    m = np.zeros((3, 3))
    for i, row in enumerate(m):
        row[i] = x[i] * 2
        row[0] += x[0]
    return np.sum(m**2)


def transposed(x):
    m = np.outer(x, x)
    v = m[1]
    v[:] = v * 2
    w = m.T
    w[0] = x
    return np.sum(m**3)


def views_of_views(x):
    a = x.copy()
    b = a[::2]
    b += 1.0
    c = b[1:]
    c *= a[1]
    return np.sum(a**2) + np.sum(c)


FUNCTIONS = [
    (diffusion, (SIX, 0.1)), (scaled_in_place, (SIX, 0.7)), (elimination, (RANDOM.normal(size=(4, 4)) + 4 * np.eye(4), SIX[:4])),
    (list_of_results, ([0.1, 0.2, 0.5], 1.3)), (dict_of_arrays, ({"a": THREE}, 0.7)), (symmetric, (SIX[:4], 4)), (leapfrog, (THREE, 0.1, 5)),
    (masks, (SIX,)), (repeated_indices_and_out, (SIX, np.array([3, 1, 3]))), (swaps, (SIX,)), (history, (THREE,)), (pieces_of_a_list, (0.7,)),
    (one_number, (THREE,)), (into_complex, (THREE,)), (until, (np.array([0.1, 0.5]), 1.5)), (rows, (THREE,)), (transposed, (THREE,)),
    (views_of_views, (SIX,)),
]  # fmt: skip


@pytest.mark.parametrize(("function", "args"), FUNCTIONS, ids=lambda value: getattr(value, "__name__", ""))
def test_all_modes(function, args):
    check(function, *args)


def test_nothing_of_an_elimination_is_saved_that_no_later_write_reaches():
    text = differentiate(elimination).grad.source(np.eye(4), np.ones(4))
    assert "A[k, k]" in text.split("# reverse sweep")[1] and "copy()" not in text.split("# reverse sweep")[1]


def test_the_callers_array_is_left_as_the_function_leaves_it():
    def f(a, x):
        a[0] = x
        return np.sum(a * a)

    left, given = np.ones(3), np.ones(3)
    f(left, 3.0)
    assert grad(f, 1)(given, 3.0) == 6.0
    np.testing.assert_array_equal(given, left)


def test_the_callers_list_grows_as_the_function_makes_it_grow():
    def f(x, xs):
        xs.append(x * x)
        return xs[0] * xs[-1]

    given = [2.0]
    assert grad(f)(3.0, given) == 12.0 and given == [2.0, 9.0]


def test_a_pullback_of_a_list_that_has_grown_is_for_the_list_that_was_given():
    def f(x, xs):
        xs.append(x)
        return xs[0] * xs[-1]

    out, pullback = vjp(f, 3.0, [2.0, 5.0])
    assert out == 6.0 and pullback(1.0) == (2.0, [3.0, 0.0])


def test_a_pullback_keeps_no_copy_for_the_sake_of_a_shape():
    def f(a):
        y = np.zeros(len(a))
        for i in range(len(a)):
            y[i] = 2 * a[i]
        return y[-1]

    assert "copy" not in differentiate(f).vjp.source(np.ones(3)) and "snapshot" not in differentiate(f).vjp.source(np.ones(3))


def test_a_tuple_returned_from_inside_a_loop_gives_its_items_their_adjoints():
    def f(x, n):
        for _ in range(n):
            return x, 0.5

    _, pullback = vjp(f, 0.3, 2)
    assert pullback((2.0, 1.0))[0] == 2.0


def test_the_adjoint_of_what_is_written_once_is_not_cleared_though_a_view_reads_it():
    def f(x):
        l = np.zeros((3, 3))
        for i in range(3):
            l[i, i] = x[i] ** 2
        return np.sum(np.diag(l) * np.arange(3.0))

    def remade(x):
        d = np.diag(x)
        m = np.diag(d).copy()
        m[0] = 2.0
        return np.sum(m * x)

    def made_of_the_argument(x):
        m = np.diagonal(np.outer(x, x)).copy()
        m[1] = x[0]
        return np.sum(m * m)

    assert "= 0.0" not in differentiate(f).grad.source(THREE)
    for function in (f, made_of_the_argument):
        check(function, THREE)
    check(remade, np.outer(THREE, THREE))
