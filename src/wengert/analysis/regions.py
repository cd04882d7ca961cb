"""What is known of the memory that the names of a program show (`memory.py` finds it out).

A region is named by one of its names. A `Moment` says when a name is bound, or a write done.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from wengert.ir.core import Apply, Atom, Const, Name
from wengert.ir.kinds import Bottom, Kind, Known, Range, Slice, Text, is_scalar
from wengert.ir.values import substitute

Loops = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Moment:
    """When something happens: its turn in reading order, and the loops around."""

    time: int
    loops: Loops


@dataclass(frozen=True, slots=True)
class Write:
    """A write of the primal."""

    line: Apply
    moment: Moment


@dataclass(slots=True)
class Memory:
    kinds: Mapping[Name, Kind]
    parent: dict[Name, Name] = field(default_factory=dict)
    bound: dict[Name, Moment] = field(default_factory=dict)
    homes: dict[Name, Loops] = field(default_factory=dict)  # of a region: the loops that all its names are bound in
    seen_outside: set[Name] = field(default_factory=set)  # names whose memory others can see: parameters, results of unknown calls
    returned: set[Name] = field(default_factory=set)
    writes: dict[Name, list[Write]] = field(default_factory=dict)  # by region
    origin: dict[Name, Name] = field(default_factory=dict)  # the first version of the array that a name is a version of
    versions: dict[Name, list[Name]] = field(default_factory=dict)  # of each origin, in the order in which they are made
    _members: dict[Name, list[Name]] = field(default_factory=dict)
    overwritten: frozenset[Name] = frozenset()  # names that a write may come after

    def region(self, name: Name) -> Name:
        root = name
        while root in self.parent:
            root = self.parent[root]
        while name != root:
            self.parent[name], name = root, self.parent[name]
        return root

    def members(self, region: Name) -> list[Name]:
        """The names that may share the memory of a region."""
        if not self._members:
            for name in self.bound:
                self._members.setdefault(self.region(name), []).append(name)
        return self._members.get(region, [])

    def is_outside(self, name: Name) -> bool:
        """May somebody else see the memory: the caller, an unknown function?"""
        return self.region(name) in self.seen_outside

    def is_returned(self, name: Name) -> bool:
        return self.region(name) in self.returned

    def has_memory(self, atom: Atom) -> bool:
        if isinstance(atom, Const):
            return isinstance(atom.value, (np.ndarray, list, dict))
        return may_share(substitute(self.kinds, atom))

    def may_follow(self, write: Write, moment: Moment, region: Name) -> bool:
        """May the write be done after this moment?"""
        shared = sum(1 for _ in common(write.moment.loops, moment.loops))
        return write.moment.time > moment.time or shared > len(self.homes.get(region, ()))


def may_share(kind: Kind) -> bool:
    return not (is_scalar(kind) or isinstance(kind, (Text, Range, Slice, Bottom, Known)))


def common(a: Loops, b: Loops) -> Iterator[int]:
    for one, other in zip(a, b):
        if one != other:
            return
        yield one
