"""Axes: what is known of the length of each axis of an array.

An axis is `1` (its length is 1), `MANY` (its length is 2 or more), or a string: some length that may be 0 or 1 as well.
Two `MANY` axes that meet in a primitive that succeeded are equal; two axes of the same string are equal.

>>> broadcast_axes([(1, "n"), (MANY, 1)])
('*', 'n')
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

MANY = "*"
EMPTY = "0"  # an axis without elements: an ordinary symbol, so that `MANY` can mean two or more
Axis: TypeAlias = Literal[1] | str


def same_axis(a: Axis, b: Axis) -> bool:
    """Are the two lengths surely equal, given that they met in a primitive that succeeded?"""
    return a == b and a != "?"


def broadcast_axes(shapes: Sequence[tuple[Axis, ...]], fresh: str = "?") -> tuple[Axis, ...]:
    """The axes of the broadcast result.

    >>> broadcast_axes([(MANY, 1), (MANY,)])
    ('*', '*')
    """
    length = max((len(shape) for shape in shapes), default=0)
    result: list[Axis] = []
    for position in range(-length, 0):
        axes = [shape[position] for shape in shapes if len(shape) >= -position]
        if MANY in axes:
            result.append(MANY)
            continue
        named = [axis for axis in axes if axis != 1]
        if not named:
            result.append(1)
        elif all(same_axis(named[0], axis) for axis in named):
            result.append(named[0])
        else:
            result.append(f"{fresh}:{length + position}" if fresh != "?" else "?")
    return tuple(result)
