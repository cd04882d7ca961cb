"""Values as long as the slice that they are written into: nothing to sum, nothing to ask as the derivative runs."""

from __future__ import annotations

import numpy as np
import pytest
from differences import check

from wengert import check_grads, grad


@pytest.fixture(autouse=True)
def no_cache_on_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WENGERT_CACHE_DIR", "")


A = np.random.default_rng(3).normal(size=(4, 4)) + 4 * np.eye(4)
V = np.random.default_rng(4).normal(size=5)


def eliminated(a):
    a = a.copy()
    for k in range(len(a)):
        a[k + 1 :, k] /= a[k, k]
        a[k + 1 :, k + 1 :] -= np.outer(a[k + 1 :, k], a[k, k + 1 :])
    return np.sum(a**2)


def row_by_row(a):
    a = a.copy()
    for k in range(len(a)):
        for i in range(k + 1, len(a)):
            a[i, k:] -= a[i, k] / a[k, k] * a[k, k:]
    return np.sum(a**2)


def counted_the_other_way(v, n):
    v = v.copy()
    for k in range(n):
        v[1 + k :] = k * np.sin(v[k + 1 :])
    return np.sum(v**2)


@pytest.mark.parametrize(("function", "args"), [(eliminated, (A,)), (row_by_row, (A,)), (counted_the_other_way, (V, 3))])
def test_the_same_cut_of_a_version_of_the_array_is_seen(function, args):
    assert "unbroadcast" not in grad(function).source(*args)
    check(function, *args)


def of_the_turn_before(v, n):
    v = v.copy()
    c = v[n - 1 :] * 1.5
    for k in range(n - 1, 0, -1):
        v[k:] = c[:1] * 2.0
        c = v[k:] * 1.5
    return np.sum(v**2)


def whole_of_the_turn_before(v, n):
    v = v.copy()
    c = v[n - 1 :] * 1.5
    for k in range(n - 1, n - 3, -1):
        v[k:] = c * 2.0
        if k < n - 1:
            break
        c = v[k:] * 1.5
    return np.sum(v**2)


def cut_otherwise(v, n):
    v = v.copy()
    for k in range(n - 1, n - 2, -1):
        v[k - 1 :] = v[k:] * 2.0
    return np.sum(v**2)


@pytest.mark.parametrize("function", [of_the_turn_before, whole_of_the_turn_before, cut_otherwise])
def test_a_shorter_value_is_still_summed_to(function):
    assert "unbroadcast" in grad(function).source(V, 5)
    check(function, V, 5)


# arrays that are as long as each other


def leapfrog(u, steps):
    old = u.copy()
    new = np.zeros_like(u)
    for _ in range(steps):
        new[1:-1] = 2 * u[1:-1] - old[1:-1] + 0.1 * (u[2:] - 2 * u[1:-1] + u[:-2])
        old[:] = u
        u[:] = new
    return np.sum(u**3)


def wave(u, v, steps):
    for _ in range(steps):
        v[1:-1] += np.sin(u[2:]) - 2 * u[1:-1] + u[:-2]
        u += 0.1 * v
    return np.sum(u**2)


def exchanged(u, v, steps):
    for _ in range(steps):
        w = u[1:-1] * v[1:-1]
        u[1:-1] += w
        v[1:-1] -= u[2:] * w
    return np.sum(u * v)


def by_length(u, steps):
    n = len(u)
    y = np.zeros(n)
    for _ in range(steps):
        m = len(u)
        u[1 : n - 1] += 0.1 * u[2:m] * u[: m - 2]
        y[1:] += u[:-1] * u[1:]
    return y @ y


def out_of_place(u, steps):
    for _ in range(steps):
        new = u.copy()
        new[1:-1] = u[1:-1] * u[2:] - u[:-2]
        u = new
    return np.sum(u)


def column_by_column(a):
    l = np.zeros(a.shape)
    for j in range(len(a)):
        l[j, j] = np.sqrt(a[j, j] - l[j, :j] @ l[j, :j])
        l[j + 1 :, j] = (a[j + 1 :, j] - l[j + 1 :, :j] @ l[j, :j]) / l[j, j]
    return np.sum(np.log(np.diag(l)))


W = np.random.default_rng(5).uniform(0.5, 1.5, size=5)


@pytest.mark.parametrize(
    ("function", "args"),
    [(leapfrog, (V, 3)), (wave, (V, W, 3)), (exchanged, (V, W, 2)), (by_length, (V, 3)), (out_of_place, (V, 3)), (column_by_column, (A @ A.T,))],
)
def test_arrays_that_are_as_long_as_each_other_are_seen(function, args):
    assert "unbroadcast" not in grad(function, argnums=tuple(range(min(2, len(args))))).source(*args)
    check_grads(function, args, order=1)


def never_put_together(u, v, steps):
    u, v = u.copy(), v.copy()
    for _ in range(steps):
        v += u
    return np.sum(u[1:] * v[1:])


def put_together_in_a_branch(u, v, steps):
    u, v = u.copy(), v.copy()
    if steps > 0:
        v += u
    else:
        v[1:] *= u[1:]
    return np.sum(v)


def put_together_behind_a_break(u, v, steps):
    u, v = u.copy(), v.copy()
    for k in range(3):
        v[1:] *= u[1:]
        if k >= steps:
            break
        v += u
    return np.sum(v)


def put_together_behind_a_return(u, v, steps):
    u, v = u.copy(), v.copy()
    v[1:] *= u[1:]
    if steps == 0:
        return np.sum(v)
    v += u
    return np.sum(u[1:] * v[1:])


def grows(u, v, steps):
    for _ in range(2):
        v = np.concatenate([v[:2], v]) * np.sum(u)
        v[1:] *= u[1:]
    return np.sum(v)


def cut_by_other_numbers(u, v, steps):
    c = v[1:] * 2.0
    for k in range(3):
        c = v[k:] * u[1:]
    return np.sum(c) + np.sum(c * u[1:])


def shrinks(u, v, steps):
    w = v
    for k in range(2):
        w = w[1:] * u[1:]
    return np.sum(w)


def two_arrays_in_turn(u, v, steps):
    a, b = v.copy(), np.concatenate([v, v])
    for _ in range(3):
        a[1:] = b[1:2] * np.sum(u)
        a, b = b, a
    return np.sum(a) + np.sum(b)


def beyond_the_end(u, v, steps):
    n = len(v)
    w = v.copy()
    w[n - 3 :] = u[-1:] * 2.0
    w[: n - 2] *= v[: n - 2] * u[1:]
    return np.sum(w) + np.sum(w[n:] * v[n:]) + np.sum(w[: n - 3] * u[:1]) + np.sum(w[: n - 1 : -1])


@pytest.mark.parametrize(
    "function",
    [beyond_the_end, never_put_together, put_together_in_a_branch, put_together_behind_a_break, put_together_behind_a_return, grows, cut_by_other_numbers, shrinks, two_arrays_in_turn],
)
def test_what_is_shorter_is_summed_to_where_nothing_says_that_it_is_as_long(function):
    short, long = V[:2].copy(), W[:4].copy()
    check(function, short, long, 0)
    check(function, long[:2].copy(), W.copy(), 0)
