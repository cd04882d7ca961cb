"""The abstract memory: which object each name stands for, and which version of it is the latest.

In Python a name refers to an object, and an object changes. In the program that is written, names are values. Between the two
stands the heap: an object (an array, list, dict) is a *location*, called after the first name that was bound to it, and its
content is the newest *version*, a name. A write makes a version; whoever reads a name gets the newest one of its location.

    a.0 = np.zeros(n)                 a.0 = np.zeros(n)                 # location a.0, version a.0
    b.0 = getitem(a.0, %s)            b.0 = getitem(a.0, %s)            # a view: location b.0, of base a.0
    setitem(b.0, 0, x)         ==>    a.1 = write(a.0, %s, 0, x)        # location a.0, version a.1
    return b.0                        b.1 = getitem(a.1, %s)            # read again: its base has changed
                                      return b.1

Two locations that *may* be one object (`b` after `b = a if t else c`) overlap: a write to one spoils the others, and reading what is
spoilt is refused. Objects of the user's classes and closure variables have no version; their content is a value for each field.

>>> heap = Heap()
>>> heap.write("a.0", "a.1"), heap.newest("a.0")
(None, 'a.1')
>>> before = heap.fork(); heap.write("a.0", "a.2"); heap.restore(before); heap.newest("a.0")
'a.1'
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from wengert.ir.core import Apply, Atom, Const, Name

Location: TypeAlias = str
"""The name first bound to an object; `object at ...` for one that is a constant of the program."""

Slot: TypeAlias = tuple[Location, str | None]
"""What a write changes: the version of an object (None), or one of its fields."""


@dataclass(frozen=True, slots=True)
class Spoilt:
    """The content of a location that may or may not have been written to, under another name."""

    other: Location
    inside: bool = False  # it was never written to itself: what it holds has changed


Content: TypeAlias = "Atom | Spoilt"


@dataclass(frozen=True, slots=True)
class View:
    """How a view is taken of its base: the line, whose first argument is a version of the base."""

    base: Location
    line: Apply


@dataclass(frozen=True, slots=True)
class Half:
    """A line that puts an item of a list into another place of it, which may be half of a swap, and of what it alone is the reason to be in `doubly` and `twins`."""

    line: Apply
    doubly: set[Location]
    twins: set[Location]


@dataclass(frozen=True, slots=True)
class Memory:
    """All contents at one point of the program."""

    contents: Mapping[Slot, Content]
    derived: Mapping[Location, tuple[Atom, Name]]
    clock: int


NEVER = 1 << 62
"""When an object was made whose making has been thrown away: no point of the program is as late."""


@dataclass(slots=True)
class Heap:
    where: dict[Name, Location] = field(default_factory=dict)  # names that are not their own location
    views: dict[Location, View] = field(default_factory=dict)
    contents: dict[Slot, Content] = field(default_factory=dict)
    derived: dict[Location, tuple[Atom, Name]] = field(default_factory=dict)  # a view: the version it was last read from, and its name
    overlaps: dict[Location, set[Location]] = field(default_factory=dict)
    holders: dict[Location, set[Location]] = field(default_factory=dict)  # an object: the containers that it was put into
    initial: dict[Slot, Atom] = field(default_factory=dict)  # the fields of objects that were there before the program
    doubly: set[Location] = field(default_factory=set)  # the containers that may hold one object twice
    twins: set[Location] = field(default_factory=set)  # those of them that may hold one object of the user's classes twice
    half: Half | None = None  # what the last write was
    fields: dict[Location, None] = field(default_factory=dict)  # the objects whose content is a value for each field
    packs: set[Location] = field(default_factory=set)  # such objects as one value, to be put into a list
    resized: list[Location] = field(default_factory=list)  # what may have another length than before, in the order of the writes
    born: dict[Location, int] = field(default_factory=dict)
    births: list[tuple[int, Name]] = field(default_factory=list)
    clock: int = 0

    def location(self, name: Name) -> Location:
        return self.where.get(name, name)

    def root(self, location: Location) -> Location:
        """The object that owns the memory: of a view, its base's."""
        while location in self.views:
            location = self.views[location].base
        return location

    def forget(self, name: Name) -> None:
        """The name is bound anew: what was known of an object of that name is about another one."""
        self.clock += 1
        self.born[name] = self.clock
        self.births.append((self.clock, name))
        self._drop(name)

    def purge(self, clock: int) -> None:
        """Forget all names bound since then: what was made with them has been thrown away."""
        while self.births and self.births[-1][0] > clock:
            born, name = self.births.pop()
            if self.born.get(name) == born:
                self._drop(name)
                self.born[name] = NEVER  # until the name is bound again

    def _drop(self, name: Name) -> None:
        if name in self.where:
            del self.where[name]
        self.views.pop(name, None)
        self.derived.pop(name, None)
        self.holders.pop(name, None)
        if name in self.fields:
            del self.fields[name]
            for slot in [slot for slot in self.contents if slot[0] == name]:
                del self.contents[slot]
        self.contents.pop((name, None), None)
        self.packs.discard(name)
        for other in self.overlaps.pop(name, ()):
            self.overlaps.get(other, set()).discard(name)

    # contents

    def newest(self, location: Location) -> Content:
        return self.contents.get((location, None), location)

    def write(self, location: Location, version: Name, field: str | None = None, as_long: bool = False) -> None:
        """The object, or its field, has a new content; what may be the same object, or holds it, is spoilt.

        `as_long`: it has as many items as before.
        """
        if not as_long:
            self.resized.append(location)
        self.contents[location, field] = version
        if field is None:
            self.where[version] = location
        self.spoil(location, field)

    def spoil(self, location: Location, field: str | None = None) -> None:
        for other in self.overlaps.get(location, ()):
            self._spoil_object(other, location, field)
            self._spoil_holders(other)
        self._spoil_holders(location)

    def _spoil_object(self, location: Location, cause: Location, field: str | None = None) -> None:
        """What the object holds, or one field of it, is not known any more."""
        if location not in self.fields:
            self.contents[location, None] = Spoilt(cause)
            return
        names = [field] if field is not None else [None, *(part for owner, part in self.contents if owner == location)]
        for part in names:
            self.contents[location, part] = Spoilt(cause)

    def _spoil_holders(self, location: Location) -> None:
        for holder in map(self._owner, list(self.holders.get(location, ()))):
            if not isinstance(self.contents.get((holder, None)), Spoilt):
                self.contents[holder, None] = Spoilt(location, (holder, None) not in self.contents)
                self._spoil_holders(holder)

    def _owner(self, holder: Name) -> Location:
        """The object to spoil if what the holder holds has changed: a view that nobody has replaced is taken again."""
        location = self.location(holder)
        return location if (location, None) in self.contents else self.root(location)

    def overlap(self, one: Location, other: Location) -> None:
        """The two may be the same object, or share memory."""
        if one != other:
            self.overlaps.setdefault(one, set()).add(other)
            self.overlaps.setdefault(other, set()).add(one)

    def may_be(self, new: Location, other: Location) -> None:
        """The new object may be the other one, or share memory with it, and so with all that the other may."""
        for one in {other, *self.overlaps.get(other, ())}:
            self.overlap(new, one)

    def disjoint(self, one: Location, other: Location) -> bool:
        return one != other and other not in self.overlaps.get(one, ())

    def hold(self, container: Location, items: Iterable[Atom]) -> None:
        """The container refers to these objects from now on: a write to one of them changes what the container holds."""
        for item in items:
            if not isinstance(item, Const):
                root = self.root(self.location(item))
                self._hold(container, root, container not in self.packs)
                for part in self.packed_in(root) if root in self.packs and container not in self.packs else ():
                    if part != container:
                        self._hold(container, part, part in self.fields)

    def _hold(self, container: Location, item: Location, is_object: bool) -> None:
        holders = self.holders.setdefault(item, set())
        if container in holders:
            self.doubly.add(container)
            if is_object:
                self.twins.add(container)
        holders.add(container)

    def packed_in(self, pack: Location) -> list[Location]:
        """The objects and arrays that a packed object holds, and the object itself."""
        return [item for item, holders in self.holders.items() if pack in holders]

    def change_inside(self, container: Location, field: str | None = None, seen: frozenset[Location] = frozenset()) -> None:
        """An item of a container, or a field of it, has been written to in place: what it may be has changed, and what else holds that."""
        for held, holders in list(self.holders.items()):
            owners = set(map(self._owner, holders))
            if container not in owners or held in seen:
                continue
            if field is not None and held not in self.fields and self._in_pack(container, holders):
                continue  # what the other fields of the object hold is as it was
            self.change_inside(held, field, seen | {container, held})
            self._spoil_object(held, container, field)
            for other in self.overlaps.get(held, ()):
                self._spoil_object(other, container, field)
            for owner in owners - {container}:
                self.contents[owner, None] = Spoilt(container)
                self._spoil_holders(owner)

    def _in_pack(self, container: Location, holders: Iterable[Location]) -> bool:
        """Is what has these holders held by packed objects of the container?"""
        return container in self.packs or any(one in self.packs and container in self.holders.get(one, ()) for one in holders)

    # points of the program

    def fork(self) -> Memory:
        return Memory(dict(self.contents), dict(self.derived), self.clock)

    def restore(self, memory: Memory) -> None:
        self.contents, self.derived = dict(memory.contents), dict(memory.derived)

    def existed(self, location: Location, memory: Memory) -> bool:
        """Was the object there at that point?"""
        return self.born.get(location, 0) <= memory.clock

    def changed(self, before: Memory, *after: Memory) -> list[Slot]:
        """The slots of objects that were there before and have another content at one of the points after, eldest first."""
        found: set[Slot] = set()
        for memory in after:
            for slot, content in memory.contents.items():
                if content != self.content_in(before, slot) and self.existed(slot[0], before):
                    found.add(slot)
        return sorted(found, key=lambda slot: (self.born.get(slot[0], 0), slot[0], slot[1] or ""))

    def content_in(self, memory: Memory, slot: Slot) -> Content | None:
        """What a slot held at a point; a version that was never written is the location's own name, an unset field is None."""
        return memory.contents.get(slot, self.initial.get(slot) if slot[1] is not None else slot[0])
