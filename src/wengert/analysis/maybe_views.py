"""Where a program makes what may be a view of an array or a copy, and at which of these places the run is asked which it is.

A program is first read without asking: most views are only read, and then it makes no difference.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from wengert.analysis.heap import Heap, Location, Spoilt
from wengert.ir.core import Apply, Atom, Const, Place

Spot: TypeAlias = tuple[object, ...]

MOST = 3
"""So many are asked in one program, at most: each doubles the text after it."""

DECIDABLE = frozenset({
    "np.reshape", "np.ravel", "np.asarray", "np.atleast_1d", "np.atleast_2d", "np.atleast_3d", "np.ascontiguousarray", "np.asanyarray",
    "np.require", "np.asfortranarray", "np.astype",
})  # fmt: skip
"""Those of the views or copies that keep all elements, in their order by index."""


class Undecided(Exception):
    """One of two arrays was written to and the other is read: whether they share memory is to be asked at this place."""

    def __init__(self, spot: Spot) -> None:
        super().__init__(spot)
        self.spot = spot


@dataclass(slots=True)
class MaybeViews:
    spots: dict[Location, Spot] = field(default_factory=dict)
    asked: set[Spot] = field(default_factory=set)
    open: Apply | None = None  # the line that was just read, if the run is to be asked about it

    def note(self, line: Apply, place: Place | None) -> None:
        """The target of the line may be a view of its first argument."""
        if place is None or line.op not in DECIDABLE or any(keyword == "order" for keyword, _ in line.keywords):
            return
        if line.op == "np.ravel" and len(line.args) > 1 or line.op == "np.reshape" and len(line.args) > 2 and line.spelled is None:
            return
        spot = self.spots[line.targets[0]] = (place.file, place.line, place.column, place.end_line, place.end_column)
        if spot in self.asked:
            self.open = line

    def ask(self, heap: Heap, atom: Atom, found: Spoilt) -> None:
        """Begin anew, with the question asked where this, or what it may share memory with, was made; nothing, if that has been tried."""
        if isinstance(atom, Const):
            return
        location = heap.location(atom)
        root = heap.root(location)
        for one in (location, root, found.other, *sorted(heap.overlaps.get(root, ()))):
            spot = self.spots.get(one)
            if spot and spot not in self.asked and len(self.asked) < MOST:
                raise Undecided(spot)
