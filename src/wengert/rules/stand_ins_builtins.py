"""`map`, `filter` and their like: each as the generator function that it is, to be walked over like one of the user's.

    for y in map(f, xs): ...        for x in xs:
                             ==>        y = f(x)
                                        ...

So each item is made when the `for` asks for it, and sees what the turns before it have changed.

>>> stand_in(filter, (), {}) is filtered
True
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import FunctionType
from typing import Any

from wengert.ir.kinds import Kind
from wengert.rules.stand_ins import RESOLVERS, replace_by, stand_in
from wengert.runtime import first_extreme, order_of

__all__ = ["filtered", "listed", "mapped", "stand_in"]


def mapped(function: Callable[[Any], Any], iterable: Iterable[Any]) -> Iterator[Any]:
    for item in iterable:
        yield function(item)


def mapped_in_step(function: Callable[..., Any], *iterables: Iterable[Any]) -> Iterator[Any]:
    for items in zip(*iterables):
        yield function(*items)


def map_by_count(function: Any, kinds: Sequence[Kind], keywords: Mapping[str, Kind]) -> FunctionType | None:
    """`map` over one iterable, or over several."""
    if function is not map or keywords:
        return None
    return mapped if len(kinds) == 2 else mapped_in_step  # type: ignore[return-value]  # functions of their own signatures


RESOLVERS.append(map_by_count)


@replace_by(list)
def listed(values: Iterable[Any]) -> list[Any]:
    """What `list` makes of anything that can be walked over."""
    return [value for value in values]  # noqa: C416


@replace_by(filter)
def filtered(function: Callable[[Any], Any] | None, iterable: Iterable[Any]) -> Iterator[Any]:
    for item in iterable:
        if item if function is None else function(item):
            yield item


def reduced(function: Callable[[Any, Any], Any], iterable: Iterable[Any]) -> Any:
    total: Any
    started = False
    for item in iterable:
        total = function(total, item) if started else item  # noqa: F821
        started = True
    if not started:
        raise TypeError("reduce() of empty iterable with no initial value")
    return total


def reduced_from(function: Callable[[Any, Any], Any], iterable: Iterable[Any], initial: Any) -> Any:
    total = initial
    for item in iterable:
        total = function(total, item)
    return total


def reduce_by_count(function: Any, kinds: Sequence[Kind], keywords: Mapping[str, Kind]) -> FunctionType | None:
    """`functools.reduce` from the first item, or from an initial value."""
    if function is not functools.reduce or keywords:
        return None
    return reduced if len(kinds) == 2 else reduced_from  # type: ignore[return-value]  # functions of their own signatures


RESOLVERS.append(reduce_by_count)


def in_order(values: Any, is_list: bool, key: Callable[[Any], Any] | None = None, reverse: bool = False) -> list[Any]:
    """`sorted`: the items that stand at positions which do not vary."""
    items = values if is_list else [value for value in values]  # noqa: C416
    keys = items if key is None else [key(value) for value in items]
    return [items[k] for k in order_of(keys, reverse)]


def first_of(values: Any, is_list: bool, key: Callable[[Any], Any] | None, greatest: bool) -> Any:
    """`max` or `min`: the first of the items whose keys are the largest, or the smallest."""
    items = values if is_list else [value for value in values]  # noqa: C416
    keys = items if key is None else [key(value) for value in items]
    return items[first_extreme(keys, greatest)]


def largest(values: list[Any]) -> Any:
    """`max` of a list whose length only the run knows."""
    best = values[0]
    for k in range(1, len(values)):
        best = max(best, values[k])
    return best


def smallest(values: list[Any]) -> Any:
    """`min` of a list whose length only the run knows."""
    best = values[0]
    for k in range(1, len(values)):
        best = min(best, values[k])
    return best
