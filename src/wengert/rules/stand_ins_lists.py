"""Functions of the standard library that take a list of numbers: `statistics`, `heapq`, `bisect`, and those of `math` about coordinates.

    statistics.fmean(xs)       math.fsum(xs) / len(xs)
    heapq.heappush(h, x)       h.append(x), and the exchanges that `heapq` itself makes
    math.hypot(*xs)            math.hypot(math.hypot(0.0, xs[0]), xs[1]) ...     # a list of any length

`statistics` adds without rounding what stands here as a sum of floats, so a value may differ in its last bit.

>>> mean([1.0, 2.5]), stdev([1.0, 2.0, 3.0]), hypot_of([3.0, 4.0])
(1.75, 1.0, 5.0)
"""

from __future__ import annotations

import bisect
import heapq
import math
import statistics
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from types import FunctionType
from typing import Any

from wengert.rules.stand_ins import made_from, replace_by
from wengert.rules.stand_ins_builtins import largest, smallest


def hypot_of(values: Sequence[float]) -> float:
    """`math.hypot(*values)`."""
    total = 0.0
    for value in values:
        total = math.hypot(total, value)
    return total


def distance(p: Sequence[float], q: Sequence[float]) -> float:
    """`math.dist` of points of unknown dimension."""
    if len(p) != len(q):
        raise ValueError("both points must have the same number of dimensions")
    total = 0.0
    for a, b in zip(p, q):
        total = math.hypot(total, a - b)
    return total


def columns(rows: Sequence[Sequence[Any]]) -> Iterator[Any]:
    """`zip(*rows)` of a list of lists."""
    for k in range(min([len(row) for row in rows]) if rows else 0):
        yield tuple([row[k] for row in rows])


@cache
def columns_of(width: int) -> FunctionType:
    """`zip(*rows)` of a list of tuples with so many items."""
    parts = ", ".join(f"tuple([row[{k}] for row in rows])" for k in range(width))
    lines = ["if not rows:", "    raise ValueError('zip(*rows) of no rows')", f"return ({parts},)"]
    return made_from("def columns(rows):\n" + "".join(f"    {line}\n" for line in lines), "columns", f"columns {width}", {})


def product(values: Sequence[Any], *, start: Any = 1) -> Any:
    """`math.prod` of a list of unknown length."""
    total = start
    for value in values:
        total = total * value
    return total


OF_LISTS: dict[Any, Callable[..., Any]] = {math.dist: distance, math.prod: product}
"""What stands for a function of lists, where their length is not known."""

STARRED: dict[Any, Callable[..., Any]] = {math.hypot: hypot_of, max: largest, min: smallest, zip: columns}
"""What stands for `f(*values)` of a list whose length is not known, as a function of the list."""


@replace_by(statistics.mean)
def mean(data: Iterable[float]) -> float:
    values = [value for value in data]  # noqa: C416
    return sum(values) / len(values)


@replace_by(statistics.fmean)
def fmean(data: Iterable[float], weights: Iterable[float] | None = None) -> float:
    values = [value for value in data]  # noqa: C416
    if weights is None:
        return math.fsum(values) / len(values)
    shares = [weight for weight in weights]  # noqa: C416
    return math.fsum([value * share for value, share in zip(values, shares)]) / math.fsum(shares)


@replace_by(statistics.pvariance)
def pvariance(data: Iterable[float], mu: float | None = None) -> float:
    values = [value for value in data]  # noqa: C416
    middle = sum(values) / len(values) if mu is None else mu
    return sum([(value - middle) ** 2 for value in values]) / len(values)


@replace_by(statistics.variance)
def variance(data: Iterable[float], xbar: float | None = None) -> float:
    values = [value for value in data]  # noqa: C416
    middle = sum(values) / len(values) if xbar is None else xbar
    return sum([(value - middle) ** 2 for value in values]) / (len(values) - 1)


@replace_by(statistics.pstdev)
def pstdev(data: Iterable[float], mu: float | None = None) -> float:
    return math.sqrt(pvariance(data, mu))


@replace_by(statistics.stdev)
def stdev(data: Iterable[float], xbar: float | None = None) -> float:
    return math.sqrt(variance(data, xbar))


@replace_by(statistics.median)
def median(data: Iterable[float]) -> float:
    values = sorted(data)
    half = len(values) // 2
    return values[half] if len(values) % 2 else (values[half - 1] + values[half]) / 2


@replace_by(statistics.geometric_mean)
def geometric_mean(data: Iterable[float]) -> float:
    values = [math.log(value) for value in data]
    return math.exp(math.fsum(values) / len(values))


@replace_by(statistics.harmonic_mean)
def harmonic_mean(data: Iterable[float], weights: Iterable[float] | None = None) -> float:
    values = [value for value in data]  # noqa: C416
    if weights is None:
        return len(values) / sum([1 / value for value in values])
    shares = [weight for weight in weights]  # noqa: C416
    return sum(shares) / sum([share / value for value, share in zip(values, shares)])


@replace_by(getattr(statistics, "covariance", None))
def covariance(x: Sequence[float], y: Sequence[float]) -> float:
    p, q = math.fsum(x) / len(x), math.fsum(y) / len(y)
    return math.fsum([(a - p) * (b - q) for a, b in zip(x, y)]) / (len(x) - 1)


@replace_by(bisect.insort)
def inserted(a: list[Any], x: Any) -> None:
    i = bisect.bisect_right(a, x)
    a[i:i] = [x]


@replace_by(bisect.insort_left)
def inserted_left(a: list[Any], x: Any) -> None:
    i = bisect.bisect_left(a, x)
    a[i:i] = [x]


@replace_by(heapq.heappush)
def pushed(heap: list[Any], item: Any) -> None:
    heap.append(item)
    heapq._siftdown(heap, 0, len(heap) - 1)  # type: ignore[attr-defined]  # noqa: SLF001


@replace_by(heapq.heappop)
def popped(heap: list[Any]) -> Any:
    last = heap.pop()
    if heap:
        first = heap[0]
        heap[0] = last
        heapq._siftup(heap, 0)  # type: ignore[attr-defined]  # noqa: SLF001
        return first
    return last


@replace_by(heapq.heapify)
def heaped(heap: list[Any]) -> None:
    for k in range(len(heap) // 2 - 1, -1, -1):
        heapq._siftup(heap, k)  # type: ignore[attr-defined]  # noqa: SLF001


@replace_by(heapq.nlargest)
def first_largest(n: int, iterable: Iterable[Any], key: Callable[[Any], Any] | None = None) -> list[Any]:
    return sorted(iterable, key=key, reverse=True)[:n]


@replace_by(heapq.nsmallest)
def first_smallest(n: int, iterable: Iterable[Any], key: Callable[[Any], Any] | None = None) -> list[Any]:
    return sorted(iterable, key=key)[:n]
