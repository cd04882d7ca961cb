"""Time several callables fairly on a machine that is not idle: in turn, many times, and the median of each."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Mapping
from typing import Any

Call = Callable[[], Any]


def once(call: Call, repeats: int = 1) -> float:
    """Seconds for one call."""
    start = time.perf_counter()
    for _ in range(repeats):
        call()
    return (time.perf_counter() - start) / repeats


def medians(calls: Mapping[str, Call], seconds: float = 2.0, rounds: int = 15) -> dict[str, float]:
    """The median time of each; they take turns, so that a slow spell of the machine meets all of them.

    A call shorter than a fifth of a millisecond is repeated in its turn; one longer than a second has three turns.
    """
    first = {name: once(call) for name, call in calls.items()}  # warm
    first = {name: once(call) if spent < 1 else spent for name, spent in first.items() for call in [calls[name]]}
    repeats = {name: max(1, int(2e-4 / max(spent, 1e-8))) for name, spent in first.items()}
    turns = {name: rounds if spent * repeats[name] * rounds < seconds else max(3, int(seconds / spent)) for name, spent in first.items()}
    times: dict[str, list[float]] = {name: [] for name in calls}
    gc.collect()
    for turn in range(max(turns.values(), default=0)):
        for name, call in calls.items():
            if turn < turns[name] and (first[name] < 5 or turn == 0):
                times[name].append(once(call, repeats[name]))
    return {name: statistics.median(spent) for name, spent in times.items()}
