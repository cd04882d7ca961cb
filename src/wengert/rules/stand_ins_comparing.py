"""Objects of the user's classes compared and put in order, by their own comparisons.

    sorted(points)          [points[k] for k in order_of_objects(points, False)]      # `points[k] < points[j]`

They are inlined like helpers of the user's.
"""

from __future__ import annotations

from typing import Any


def same_fields(one: Any, other: Any, names: tuple[str, ...]) -> bool:
    """The `__eq__` that `dataclasses` writes."""
    same = True
    for name in names:
        same = same and getattr(one, name) == getattr(other, name)
    return same


def less_by_fields(one: Any, other: Any, names: tuple[str, ...], if_same: bool) -> bool:
    """The `__lt__` that `dataclasses` writes; `__le__`, if those that are the same count as well."""
    less, same = False, True
    for name in names:
        if same:
            less = getattr(one, name) < getattr(other, name)
            same = getattr(one, name) == getattr(other, name)
    return less or (same and if_same)


def order_of_objects(keys: Any, reverse: bool) -> list[int]:
    """The positions of objects in their order, by the comparisons with which Python sorts a short list."""
    count = len(keys)
    order = [k for k in range(count)]  # noqa: C416
    if reverse:
        order = order[::-1]
    run = 1
    if count > 1:
        down = keys[order[1]] < keys[order[0]]
        run = 2
        while run < count and (keys[order[run]] < keys[order[run - 1]]) == down:
            run += 1
        if down:
            order = order[:run][::-1] + order[run:]
    for start in range(run, count):
        pivot, left, right = order[start], 0, start
        while left < right:
            middle = (left + right) // 2
            if keys[pivot] < keys[order[middle]]:
                right = middle
            else:
                left = middle + 1
        order = order[:left] + [pivot] + order[left:start] + order[start + 1 :]
    return order[::-1] if reverse else order


def first_of_objects(keys: Any, greatest: bool) -> int:
    """Which of the objects is the first of the largest, or of the smallest."""
    best = 0
    for k in range(1, len(keys)):
        if (keys[k] > keys[best]) if greatest else (keys[k] < keys[best]):
            best = k
    return best
