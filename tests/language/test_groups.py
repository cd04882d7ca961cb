"""Dicts of lists, arrays, tuples and objects under keys that only the run knows, in both modes."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
import pytest

from tests.language.whole_functions import Case, agree, collecting
from wengert import check_grads, grad
from wengert.errors import AliasError

CASES: dict[str, Case] = {}
case = collecting(CASES)

A = np.array([0.3, -1.2, 2.0, 0.7, 1.1, -0.4])
K = np.array([3, 1, 3, 2, 1, 3])


@case(A, K)
def grouped_by_key(a: Any, keys: Any) -> Any:
    groups = defaultdict(list)
    for k, x in zip(keys, a):
        groups[k].append(x**2)
    return sum(np.std(np.array(v)) + max(v) * k for k, v in groups.items())


@case(A, K)
def grouped_by_setdefault(a: Any, keys: Any) -> Any:
    groups: dict[Any, Any] = {}
    for k, x in zip(keys, a):
        groups.setdefault(k, []).append(x)
    taken, missing = groups.pop(3), groups.pop(9, [1.0])
    s = sum(taken) * sum(missing)
    if 3 not in groups:
        groups[3] = [s]
    del groups[2]
    for k, v in sorted(groups.items()):
        s = s * 0.5 + k * v[-1] * v[0]
    return s * len(groups)


@case(A, K)
def grouped_by_a_test(a: Any, keys: Any) -> Any:
    groups: dict[Any, Any] = {}
    for k, x in zip(keys, a):
        if k not in groups:
            groups[k] = []
        groups[k].append(x * x)
    s = 0.0
    for k in groups:
        s += np.mean(np.array(groups[k])) * k
    return s + groups.get(3)[0]


@case(A, K)
def histograms(a: Any, keys: Any) -> Any:
    rows, total = defaultdict(lambda: np.zeros(3)), defaultdict(lambda: 1.0)
    for i, (k, x) in enumerate(zip(keys, a)):
        rows[k][i % 3] += x**2
        rows[k] *= 1.5
        total[k] *= x
    return sum(np.sum(v**2) * k for k, v in rows.items()) + sum(total.values()) + total[9]


@case(A, K)
def arrays_in_a_display(a: Any, keys: Any) -> Any:
    d: dict[Any, Any] = {}
    for k in keys:
        d[k] = np.zeros(2)
    for i, k in enumerate(keys):
        d[k][i % 2] += a[i] ** 2
        d[k] *= a[0]
    return sum(np.sum(v**2) * k for k, v in d.items())


@case(A, K)
def running_means(a: Any, keys: Any) -> Any:
    means: dict[Any, Any] = {}
    for k, x in zip(keys, a):
        n, m = means.get(k, (0, 0.0))
        means[k] = (n + 1, m + (x - m) / (n + 1))
    return sum(n * m**2 for n, m in means.values())


class Mean:
    def __init__(self) -> None:
        self.n = 0
        self.m = 0.0

    def add(self, x: Any) -> None:
        self.n += 1
        self.m += (x - self.m) / self.n


@case(A, K)
def objects_by_key(a: Any, keys: Any) -> Any:
    means = defaultdict(Mean)
    for k, x in zip(keys, a):
        means[k].add(x * x)
    return sum(p.m**2 * p.n for p in means.values())


@case(A, K)
def pairs_as_keys(a: Any, keys: Any) -> Any:
    d = defaultdict(lambda: np.zeros(2))
    for i, k in enumerate(keys):
        d[i % 2, int(k)] += a[i] * np.array([1.0, a[0]])
    d[0, 3] *= a[1]
    return sum((i + j) * np.sum(v**2) for (i, j), v in d.items())


@case(A, K)
def another_list_in_the_place_of_one(a: Any, keys: Any) -> Any:
    d = defaultdict(list)
    for k, x in zip(keys, a):
        d[k].append(x)
    old = d[keys[0]]
    d[keys[0]] = [a[0]]
    old.append(a[1] * 3)
    return sum(sum(v) ** 2 * k for k, v in d.items()) + sum(old) ** 3


@case(A, K)
def changed_while_walked_over(a: Any, keys: Any) -> Any:
    d = defaultdict(list)
    for k, x in zip(keys, a):
        d[k].append(x)
    for v in d.values():
        v.append(a[0] * sum(v))
    for k in d:
        d[k] = [sum(d[k]) * k, a[0]]
    return sum(v[0] ** 2 * v[-1] for v in d.values())


@case(A, K)
def lists_by_number(a: Any, keys: Any) -> Any:
    rows: list[Any] = [[] for _ in range(4)]
    for k, x in zip(keys, a):
        rows[k].append(x**2)
    return sum(sum(v) ** 2 * k for k, v in enumerate(rows))


@pytest.mark.parametrize("name", CASES)
def test_both_modes_agree_with_differences(name: str) -> None:
    function, args = CASES[name]
    agree(function, args)
    if name in ("grouped_by_setdefault", "histograms", "objects_by_key", "lists_by_number"):
        check_grads(function, args, order=2)


def one_list_under_two_keys(a: Any, keys: Any) -> Any:
    d: dict[Any, Any] = {}
    shared: list[Any] = []
    d[keys[0]] = shared
    d[keys[1]] = shared
    d[keys[0]].append(a[0])
    return sum(d[keys[1]])


def one_array_for_all_keys(a: Any, keys: Any) -> Any:
    base = np.zeros(2)
    d = defaultdict(lambda: base)
    for k, x in zip(keys, a):
        d[k][0] += x
    return sum(np.sum(v) for v in d.values())


@pytest.mark.parametrize("function", [one_list_under_two_keys, one_array_for_all_keys])
def test_one_object_under_two_keys_is_refused(function: Any) -> None:
    with pytest.raises(AliasError, match="W081"):
        grad(function)(A, K)
