"""Loops over a long time: what a derivative keeps of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

S = TypeVar("S", bound=Sequence[int])


def checkpointed(steps: S, snapshots: int | None = None) -> S:
    """`for k in checkpointed(range(n), snapshots=c):` is the loop over `range(n)`; a derivative keeps the state of `c` of its turns only.

    The loop is undone in `c` parts, the last one first, each run once more from its snapshot while everything in it is kept. So it needs memory for
    `c` states and the values of `n / c` turns, and time for one more run. Without `snapshots` the parts are about `sqrt(n)` turns long. The body may not
    leave the loop, and must have no effects but on variables and arrays of its own.

    >>> from wengert import checkpointed, grad
    >>> def swing(x, v, n):
    ...     for k in checkpointed(range(n), snapshots=10):
    ...         v = v - 0.01 * x * x
    ...         x = x + 0.01 * v
    ...     return x
    >>> round(grad(swing)(1.0, 0.0, 100), 6)
    0.196579
    """
    if snapshots is not None and snapshots < 1:
        raise ValueError(f"checkpointed() needs at least one snapshot, not {snapshots}")
    return steps
