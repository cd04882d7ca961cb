"""Objects of the standard library that change as they are used, each as an object of a class that is written here.

    q = deque(maxlen=3)              q = Deque([], 3)              # its items are a list, and a variable of the derivative
    q.append(x)              ==>     q.append(x)                   # items.append(x); if len(items) > 3: items.pop(0)

Such an object is nothing but its fields (`analysis/objects.py`), so it is never made, and may not leave the function.

>>> q = Deque([1, 2], 2)
>>> q.appendleft(5); q.rotate(); list(q), q[0], len(q)
([1, 5], 1, 2)
>>> it = Walked([1, 2])
>>> next(it), [v for v in it], next(it, 0)
(1, [2], 0)
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import FunctionType
from typing import Any

from wengert.ir.kinds import Array, Kind, List, Range, Tuple
from wengert.rules.stand_ins import RESOLVERS


class Walked:
    """What `iter` gives: a sequence, and how many of its items have been taken."""

    def __init__(self, items: Sequence[Any]) -> None:
        self.items = items
        self.count = 0

    def __iter__(self) -> Iterator[Any]:
        while self.count < len(self.items):
            self.count += 1
            yield self.items[self.count - 1]

    def __next__(self, *default: Any) -> Any:
        if self.count >= len(self.items):
            if len(default) == 1:
                return default[0]
            raise StopIteration
        self.count += 1
        return self.items[self.count - 1]


def walked(items: Sequence[Any]) -> Walked:
    return Walked(items)


def _iterator(function: Any, kinds: Sequence[Kind], keywords: Mapping[str, Kind]) -> FunctionType | None:
    return walked if function is iter and len(kinds) == 1 and isinstance(kinds[0], (Array, List, Range, Tuple)) else None  # type: ignore[return-value]


class Deque:
    """A queue with two ends; of more than `maxlen` items the one at the other end goes."""

    def __init__(self, items: list[Any], maxlen: int | None) -> None:
        self.maxlen = maxlen
        self.items = items

    def append(self, x: Any) -> None:
        self.items.append(x)
        if self.maxlen is not None and len(self.items) > self.maxlen:
            self.items.pop(0)

    def appendleft(self, x: Any) -> None:
        self.items.insert(0, x)
        if self.maxlen is not None and len(self.items) > self.maxlen:
            self.items.pop()

    def pop(self) -> Any:
        return self.items.pop()

    def popleft(self) -> Any:
        return self.items.pop(0)

    def extend(self, iterable: Iterable[Any]) -> None:
        for x in iterable:
            self.append(x)

    def extendleft(self, iterable: Iterable[Any]) -> None:
        for x in iterable:
            self.appendleft(x)

    def rotate(self, n: int = 1) -> None:
        if len(self.items) > 0:
            first = (len(self.items) - n) % len(self.items)
            self.items = self.items[first:] + self.items[:first]

    def reverse(self) -> None:
        self.items = self.items[::-1]

    def clear(self) -> None:
        self.items = []

    def copy(self) -> Deque:
        return Deque(list(self.items), self.maxlen)

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, index: int) -> Any:
        return self.items[index]

    def __setitem__(self, index: int, value: Any) -> None:
        self.items[index] = value

    def __contains__(self, value: Any) -> bool:
        return value in self.items

    def __iter__(self) -> Iterator[Any]:
        return iter(self.items)

    def __reversed__(self) -> Iterator[Any]:
        return iter(self.items[::-1])


def empty(*, maxlen: int | None = None) -> Deque:
    return Deque([], maxlen)


def filled(iterable: Iterable[Any], maxlen: int | None = None) -> Deque:
    items = list(iterable)
    if maxlen is not None and len(items) > maxlen:
        items = items[len(items) - maxlen :]
    return Deque(items, maxlen)


def _queue(function: Any, kinds: Sequence[Kind], keywords: Mapping[str, Kind]) -> FunctionType | None:
    return (filled if kinds else empty) if function is deque else None  # type: ignore[return-value]


_ALWAYS: tuple[Any, ...] = (walked, empty, filled)
"""Also where nothing differentiated goes in yet."""
for _function in _ALWAYS:
    _function.always = True
RESOLVERS.append(_iterator)
RESOLVERS.append(_queue)
