"""Dicts of lists, arrays, dicts and objects under keys that only the run knows, each as an object of a class that is written here.

    groups = defaultdict(list)             groups = Defaulted(list)
    for k, x in zip(keys, xs):      ==>    for k, x in zip(keys, xs):
        groups[k].append(x)                    groups[k].append(x)       # if k not in at: at[k] = len(kept); kept.append([])
                                                                         # kept[at[k]].append(x)

What the values are is then a list, of which all is known that is known of lists; where each stands is a dict of whole numbers.
A value that another takes the place of, or whose key is deleted, stays where it is, and nobody asks for it.

>>> d = Defaulted(list)
>>> d["b"].append(1); d["a"].append(2); d["b"].append(3)
>>> list(d.items()), len(d), d.pop("b"), "b" in d, d.get("c", 0)
([('b', [1, 3]), ('a', [2])], 2, [1, 3], False, 0)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any


class Keyed:
    """A dict: where the value of each key stands in a list."""

    def __init__(self) -> None:
        self.at: dict[Any, int] = {}
        self.kept: list[Any] = []

    def __getitem__(self, key: Any) -> Any:
        return self.kept[self.at[key]]

    def __setitem__(self, key: Any, value: Any) -> None:
        self.at[key] = len(self.kept)
        self.kept.append(value)

    def __delitem__(self, key: Any) -> None:
        del self.at[key]

    def __contains__(self, key: Any) -> bool:
        return key in self.at

    def __len__(self) -> int:
        return len(self.at)

    def __iter__(self) -> Iterator[Any]:
        yield from self.at

    def keys(self) -> Iterator[Any]:
        yield from self.at

    def values(self) -> Iterator[Any]:
        for key in self.at:
            yield self.kept[self.at[key]]

    def items(self) -> Iterator[Any]:
        for key in self.at:
            yield key, self.kept[self.at[key]]

    def get(self, key: Any, default: Any = None) -> Any:
        return self.kept[self.at[key]] if key in self.at else default

    def setdefault(self, key: Any, default: Any = None) -> Any:
        if key not in self.at:
            self.at[key] = len(self.kept)
            self.kept.append(default)
        return self.kept[self.at[key]]

    def pop(self, key: Any, *default: Any) -> Any:
        if len(default) == 1 and key not in self.at:
            return default[0]
        return self.kept[self.at.pop(key)]

    def clear(self) -> None:
        self.at = {}
        self.kept = []


class Defaulted(Keyed):
    """One that makes a value where it has none."""

    def __init__(self, factory: Callable[[], Any]) -> None:
        self.at = {}
        self.kept = []
        self.factory = factory

    def __getitem__(self, key: Any) -> Any:
        if key not in self.at:
            self.at[key] = len(self.kept)
            self.kept.append(self.factory())
        return self.kept[self.at[key]]


def defaulted(factory: Callable[[], Any]) -> Defaulted:
    return Defaulted(factory)
