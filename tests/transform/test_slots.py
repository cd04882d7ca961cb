"""Values as long as the slice that they are written into: nothing to sum, nothing to ask as the derivative runs."""

from __future__ import annotations

import numpy as np
import pytest
from differences import check

from wengert import grad


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
