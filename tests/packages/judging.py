"""What becomes of the gradient of a function of a package: right, wrong, refused, or that the package is missing.

A gradient is right where it is what central differences say, to `TOLERANCE` of its largest element.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from cases import Case

import wengert

TOLERANCE = 1e-4
STEP = 1e-6


@dataclass(frozen=True)
class Outcome:
    """`right`, `wrong`, `refused` or `missing`; what there is to say about it; the cost of the gradient in plain calls."""

    word: str
    note: str = ""
    ratio: float | None = None


def differences(function: Callable[[Any], Any], point: Any, step: float | None = None) -> Any:
    """The gradient by central differences."""
    if isinstance(point, float):
        step = step or STEP * max(1.0, abs(point))
        return (function(point + step) - function(point - step)) / (2 * step)
    found = np.zeros_like(point)
    for index in np.ndindex(point.shape):
        above, below = point.copy(), point.copy()
        above[index] += STEP
        below[index] -= STEP
        found[index] = (function(above) - function(below)) / (2 * STEP)
    return found


def agree(found: Any, expected: Any) -> bool:
    """Are the two the same, to the accuracy of the differences?"""
    found, expected = np.asarray(found, float), np.asarray(expected, float)
    return found.shape == expected.shape and bool(np.all(abs(found - expected) <= TOLERANCE * np.max(abs(expected))))


def outcome(case: Case, timed: bool = False) -> Outcome:
    """What becomes of one function."""
    try:
        function = case.function()
    except ImportError as problem:
        return Outcome("missing", str(problem))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = differences(function, case.at(), case.step)
        gradient = wengert.grad(function)
        try:
            found = gradient(case.at())
        except wengert.Error as refusal:
            return Outcome("refused", str(refusal))
        if not agree(found, expected):
            return Outcome("wrong", f"{found}, not {expected}")
        return Outcome("right", ratio=_time(gradient, case) / _time(function, case) if timed else None)


def _time(function: Callable[[Any], Any], case: Case) -> float:
    """Seconds per call, the best of some."""
    point, best = case.at(), float("inf")
    start = time.perf_counter()
    function(point)
    count = max(1, int(2e-3 / (time.perf_counter() - start)))
    for _ in range(5):
        start = time.perf_counter()
        for _ in range(count):
            function(point)
        best = min(best, (time.perf_counter() - start) / count)
    return best
