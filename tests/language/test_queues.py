"""`collections.deque`, `iter` and `next`, and objects of the user's classes that have items and a length, in both modes."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from tests.language.whole_functions import Case, agree, collecting
from wengert import check_grads, grad
from wengert.errors import Error

CASES: dict[str, Case] = {}
case = collecting(CASES)

A = np.array([0.3, -1.2, 2.0, 0.7, 1.1, -0.4])


@case(A, 3)
def mean_of_the_last(a: Any, n: int) -> Any:
    q: Any = deque(maxlen=n)
    s = 0.0
    for x in a:
        q.append(x * x)
        s += sum(q) ** 2 / len(q)
    return s


@case(A, 3)
def moving_average(a: Any, w: int) -> Any:
    out, q, total = [], deque(), 0.0  # type: ignore[var-annotated]
    for x in a:
        q.append(x)
        total += x
        if len(q) > w:
            total -= q.popleft()
        out.append(total / len(q))
    return np.sum(np.array(out) ** 2)


@case(A, 2)
def delay_line(a: Any, n: int) -> Any:
    line = deque([0.0] * n, maxlen=n)
    y, out = 0.0, []
    for x in a:
        y = 0.5 * y + x - 0.3 * line[0]
        line.append(y)
        out.append(y)
    return sum(v * v for v in out) + max(line) + np.mean(list(line)) * np.array(line)[1]


@case(A, 3)
def largest_in_each_window(a: Any, w: int) -> Any:
    q: Any = deque()
    s = 0.0
    for i, x in enumerate(a):
        while q and a[q[-1]] <= x:
            q.pop()
        q.append(i)
        if q[0] <= i - w:
            q.popleft()
        if i >= w - 1:
            s += a[q[0]] ** 2
    return s


@case(A, 3)
def breadth_first(a: Any, depth: int) -> Any:
    q = deque([(0, a[0])])
    s = 0.0
    while q:
        d, v = q.popleft()
        s += v * v
        if not d >= depth:
            q.append((d + 1, v * a[1]))
            q.appendleft((d + 1, v * a[2]))
    return s


@case(A, 2)
def all_that_a_queue_does(a: Any, n: int) -> Any:
    q = deque(a[:2])
    q.extend(a[2:])
    q.extendleft([a[0] * 2, a[1]])
    q.rotate(n)
    q.rotate(-1)
    q[1] *= 2
    p, s = q.copy(), 0.0
    q.reverse()
    for i, v in enumerate(reversed(p)):
        s += i * v * q[i]
    while p and s < 1000.0:
        s = s * 0.5 + p.pop() ** 2
        if p:
            s += p.popleft()
    short = deque(a, 3)
    q.clear()
    return s + sum(v * v for v in short) + len(q)


@case(A, 4)
def numbers_seen_already(a: Any, n: int) -> Any:
    seen, s = deque([0]), 0.0
    for i in (1, 2, 1, n, 0):
        if i not in seen:
            seen.append(i)
            s += a[i] ** 2
        elif i in seen:
            s *= a[i]
    return s


@case(A, 4)
def taken_by_hand(a: Any, n: int) -> Any:
    it = iter(a)
    first, s = next(it), 0.0
    for x in it:
        s += x * first
    again = iter([1.0, a[2]])
    return s + next(again) * next(again) + next(again, 5.0) * a[3] + next(iter(a[4:])) * sum(it)


class Buffer:
    def __init__(self) -> None:
        self.kept: list[Any] = []
        self.scale = 1.0

    def put(self, x: Any) -> None:
        self.kept.append(x * self.scale)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.kept)

    def __len__(self) -> int:
        return len(self.kept)

    def __getitem__(self, k: int) -> Any:
        return self.kept[k]


class Ring:
    def __init__(self, parts: Any) -> None:
        self.parts = parts

    def __iter__(self) -> Iterator[Any]:
        for i in range(len(self.parts)):
            yield self.parts[i] * self.parts[i - 1]

    def __bool__(self) -> bool:
        return len(self.parts) > 2

    def __contains__(self, x: float) -> bool:
        return len(self.parts) > x


@case(A, 3)
def objects_with_items(a: Any, n: int) -> Any:
    kept, s = Buffer(), 0.0
    if not kept:
        kept.scale = a[0]
    for x in a[:n]:
        kept.put(x)
    for i, x in enumerate(kept):
        s += i * x
    ring = Ring(list(kept))
    if kept and ring and n in Ring(a):
        s += max(kept) * sum(kept) + sum(v * v for v in ring)
    for x, y in zip(kept, a):
        s += x * y
    return s * np.sum(np.array(list(ring))) * np.mean(kept) if ring or n else s


@pytest.mark.parametrize("name", CASES)
def test_both_modes_agree_with_differences(name: str) -> None:
    function, args = CASES[name]
    agree(function, args)
    if name not in ("all_that_a_queue_does", "objects_with_items"):
        check_grads(function, args, order=2)


def a_queue_that_leaves(a: Any) -> Any:
    return deque(a)


def test_a_queue_cannot_leave_the_function() -> None:
    with pytest.raises(Error, match="W085"):
        grad(a_queue_that_leaves)(A)


def asked_too_often(a: Any) -> Any:
    it = iter(a)
    s = 0.0
    for _ in range(7):
        s += next(it) ** 2
    return s


def popped_too_often(a: Any) -> Any:
    q = deque(a)
    for _ in range(7):
        q.pop()
    return q


@pytest.mark.parametrize(("function", "error"), [(asked_too_often, StopIteration), (popped_too_often, IndexError)])
def test_what_has_no_more_items_raises_as_it_does(function: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        function(A)
    with pytest.raises((error, Error)):
        grad(function)(A)
