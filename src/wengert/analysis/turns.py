"""One walk over a loop's body: the ways from a turn into the next and out of the loop, and what the walks so far have found.

    for k in r:
        if done(u):
            break          # an edge out of the loop
        u = step(u)        # the end of the body is an edge into the next turn

`Carrying` (carrying.py) decides by these what the loop carries.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from wengert.analysis.facts import Fact
from wengert.analysis.heap import Location, Memory, Slot
from wengert.ir.core import Atom
from wengert.ir.kinds import Kind

Key: TypeAlias = "tuple[int | Slot, tuple[str, ...]]"
"""A carried value: the position of a variable, or a slot, and the fields that lead to it from there."""

INDEX = "[]"
"""The part of a view that is carried: its index."""

Shape: TypeAlias = "tuple[Kind, tuple[tuple[str, Shape | None], ...]]"
"""The class of an object, and its fields; those that are objects, too, have a shape of their own."""


@dataclass(slots=True)
class Edge:
    """A way into the next turn, or out of the loop."""

    atoms: dict[Key, Atom]
    facts: dict[Key, Fact]
    roots: dict[Key, Location | None]  # the objects that the values are
    values: Sequence[Atom]  # of the user's variables, not read
    memory: Memory


@dataclass(slots=True)
class Turn:
    """One walk over the body of a loop."""

    keys: Sequence[Key]  # what is carried
    edge: Callable[[Sequence[Atom]], Edge]  # a way out of the body that ends here, by the values of the user's variables
    again: list[Edge] = field(default_factory=list)
    left: list[Edge] = field(default_factory=list)

    def values(self, edge: Edge) -> tuple[Atom, ...]:
        return tuple(edge.atoms[key] for key in self.keys)


@dataclass(slots=True)
class Found:
    """What is known of a loop after a walk that counted; an outer loop's next walk begins from here."""

    facts: dict[Key, Fact] = field(default_factory=dict)
    slots: dict[Slot, None] = field(default_factory=dict)
    generation: int = 0
    same: dict[int, Atom] = field(default_factory=dict)  # variables that are one object from before, in every turn
    moved: set[int] = field(default_factory=set)  # those that were thought to be, and are not
    views: dict[int, Location] = field(default_factory=dict)  # variables that are, in every turn, a view of one array (`indexed.py`)
    loose: set[int] = field(default_factory=set)  # those that are not
    spoilt: set[Key] = field(default_factory=set)
    shapes: dict[int, Shape] = field(default_factory=dict)  # variables without a value at first that become objects
    overlaps: set[frozenset[Key]] = field(default_factory=set)  # pairs of carried objects that may be one
    sources: dict[Key, frozenset[Location]] = field(default_factory=dict)  # the objects from before that a carried one may be
