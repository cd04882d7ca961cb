"""Where branches meet: what each variable and each changed object is after an `if`.

    a.0 = np.zeros(n)                          a.0 = np.zeros(n)
    if c:                                      a.2 = if c:
        setitem(a.0, 0, x)         ==>             a.1 = write(a.0, 0, x)
        yield                                      yield a.1
    else:                                      else:
        yield                                      yield a.0

A variable that is one object in both branches stays that object. One that may be either of two gets a location of its own, which overlaps
theirs. Objects of the user's classes meet field by field.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from wengert.analysis.aliases import mutable
from wengert.analysis.facts import Fact
from wengert.analysis.frame import Frame
from wengert.analysis.heap import Content, Location, Memory, Slot, Spoilt
from wengert.analysis.indexed import bind_view, common_array, named_index
from wengert.analysis.state import State
from wengert.ir.core import UNDEF, Atom, Const, Line, Name
from wengert.ir.walk import base


@dataclass(slots=True)
class Side:
    """A branch that falls through: its lines, the values it hands over (not read yet), and the memory at its end."""

    out: list[Line]
    values: Sequence[Atom]
    memory: Memory


@dataclass(frozen=True, slots=True)
class Same:
    """One object on all sides."""

    atom: Atom


@dataclass(frozen=True, slots=True)
class Column:
    """A value of its own on each side."""

    atoms: tuple[Atom, ...]
    handles: tuple[Atom, ...]


@dataclass(frozen=True, slots=True)
class Fields:
    """An object of one class on each side, other ones."""

    handles: tuple[Name, ...]
    parts: dict[str, Node] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Views:
    """A view of one array on each side, at other indices."""

    whole: Location
    indices: tuple[Atom, ...]


Node: TypeAlias = "Same | Column | Fields | Views | Spoilt"


def meet(state: State, frame: Frame, olds: Sequence[Name], sides: Sequence[Side], before: Memory) -> tuple[list[Name], list[list[Atom]]]:
    """Bind what the branches hand over; the targets of the new line, and for each side what it yields."""
    heap, outside = state.heap, state.out
    reader = _Reader(state, sides, before)
    nodes = [reader.node([side.values[position] for side in sides]) for position in range(len(olds))]
    slots = heap.changed(before, *(side.memory for side in sides))
    changed = {slot: reader.slot(slot) for slot in slots}
    state.out = outside
    derived = [side.memory.derived for side in sides]
    kept = {name: value for name, value in before.derived.items() if all(other.get(name) == value for other in derived)}
    own = {slot: content for side in sides for slot, content in side.memory.contents.items() if not heap.existed(slot[0], before)}
    heap.restore(Memory({**before.contents, **own}, kept, heap.clock))
    writer = _Writer(state, frame, len(sides), before)
    for old, node in zip(olds, nodes):
        writer.variable(old, node)
    for slot, node in changed.items():
        writer.slot(slot, node)
    return writer.targets, writer.columns


class _Reader:
    """Reads values at the end of each side."""

    def __init__(self, state: State, sides: Sequence[Side], before: Memory) -> None:
        self.state, self.sides, self.before = state, sides, before

    def node(self, handles: Sequence[Content | None]) -> Node:
        state, heap = self.state, self.state.heap
        for handle in handles:
            if isinstance(handle, Spoilt):
                return handle
        atoms = [UNDEF if handle is None else handle for handle in handles if not isinstance(handle, Spoilt)]
        if any(isinstance(atom, str) and heap.location(atom) in heap.fields for atom in atoms):
            return self.objects(atoms)
        views = self.views(atoms) if state.following else None
        if views is not None:
            return views
        found: list[Atom] = []
        for side, atom in zip(self.sides, atoms):
            heap.restore(side.memory)
            state.out = side.out
            content = state.content(atom)
            side.memory = heap.fork()
            if isinstance(content, Spoilt):
                return content
            found.append(content)
        return Column(tuple(found), tuple(atoms))

    def views(self, atoms: Sequence[Atom]) -> Views | None:
        found = common_array(self.state, atoms, [side.memory.contents for side in self.sides])
        if found is None or not self.state.heap.existed(found[0], self.before) or len(set(map(repr, atoms))) == 1:
            return None
        return Views(found[0], tuple(found[1]))

    def objects(self, atoms: Sequence[Atom]) -> Node:
        heap = self.state.heap
        locations = [heap.location(atom) if isinstance(atom, str) else "" for atom in atoms]
        if len(set(locations)) == 1:
            return Same(atoms[0])
        classes = {self.state.kind(atom) for atom in atoms}
        if "" in locations or any(location not in heap.fields for location in locations) or len(classes) > 1:
            return Spoilt("an object of another class")
        keys = dict.fromkeys(key for side in self.sides for name, key in side.memory.contents if name in locations and key is not None)
        parts = {
            key: self.node([heap.content_in(side.memory, (location, key)) for side, location in zip(self.sides, locations)]) for key in keys
        }
        return Fields(tuple(locations), parts)

    def slot(self, slot: Slot) -> Node:
        heap = self.state.heap
        contents = [heap.content_in(side.memory, slot) for side in self.sides]
        if slot[1] is not None:
            return self.node(contents)
        spoilt = [content for content in contents if isinstance(content, Spoilt)]
        if spoilt:
            inside = all(content.inside if isinstance(content, Spoilt) else content == slot[0] for content in contents)
            return Spoilt(spoilt[0].other, inside)
        atoms = tuple(content for content in contents if content is not None and not isinstance(content, Spoilt))
        return Column(atoms, atoms)


class _Writer:
    """Binds what was read to new names."""

    def __init__(self, state: State, frame: Frame, sides: int, before: Memory) -> None:
        self.state, self.frame, self.before = state, frame, before
        self.targets: list[Name] = []
        self.columns: list[list[Atom]] = [[] for _ in range(sides)]

    def column(self, name: Name, atoms: Sequence[Atom]) -> Name:
        self.targets.append(name)
        for column, atom in zip(self.columns, atoms):
            column.append(atom)
        return name

    def fact(self, name: Name, atoms: Sequence[Atom]) -> Fact:
        first, *rest = map(self.state.fact, atoms)
        for other in rest:
            first = first.join(other, [f"{name}:{axis}" for axis in range(8)])
        return first

    def variable(self, old: Name, node: Node) -> None:
        state, frame = self.state, self.frame
        match node:
            case Same(atom):
                frame.atoms[old] = atom
            case Column(atoms, handles):
                locations = {state.heap.location(handle) if isinstance(handle, str) else None for handle in handles}
                if len(locations) == 1 and None not in locations and mutable(state.kind(atoms[0])) and self.outside(handles[0]):
                    frame.atoms[old] = handles[0]
                    return
                new = state.target(frame, old)
                fact = self.fact(new, atoms)
                state.bind_fact(frame, old, new, fact)
                self.column(new, atoms)
                self.mark(new, handles)
            case Views():
                bind_view(state, state.target(frame, old), node.whole, self.index(node, old))
            case Fields() | Spoilt():
                new = state.target(frame, old)
                self.virtual(new, node)

    def index(self, node: Views, variable: Name) -> Atom:
        """The index that the sides hand over."""
        first, *rest = node.indices
        if isinstance(first, Const) and all(index == first for index in rest):
            return first
        name = named_index(self.state, variable)
        fact = self.fact(name, node.indices)
        self.state.define(name, fact.kind, fact.varied)
        return self.column(name, node.indices)

    def outside(self, handle: Atom) -> bool:
        """Is the object there before the branches?"""
        heap = self.state.heap
        return isinstance(handle, str) and heap.existed(heap.location(handle), self.before)

    def virtual(self, new: Name, node: Fields | Spoilt) -> None:
        state, heap = self.state, self.state.heap
        if isinstance(node, Spoilt):
            state.define(new, state.kinds.get(node.other, state.unknown))
            heap.contents[new, None] = node
            return
        state.define(new, state.kind(node.handles[0]))
        heap.fields[new] = None
        for handle in node.handles:
            heap.may_be(new, handle)
        for key, part in node.parts.items():
            heap.contents[new, key] = self.part(part, key)

    def part(self, node: Node, hint: str) -> Content:
        """The content of a field."""
        state = self.state
        match node:
            case Same(atom):
                return atom
            case Column(atoms, handles):
                if len({repr(handle) for handle in handles}) == 1 and (isinstance(handles[0], Const) or self.outside(handles[0])):
                    return handles[0]
                new = state.names.fresh(hint)
                fact = self.fact(new, atoms)
                state.define(new, fact.kind, fact.varied)
                self.column(new, atoms)
                self.mark(new, handles)
                return new
            case Views(whole):
                return bind_view(state, state.names.fresh(hint), whole, self.index(node, hint))
            case Fields():
                new = state.names.fresh(hint)
                self.virtual(new, node)
                return new
        return node

    def slot(self, slot: Slot, node: Node) -> None:
        state, heap = self.state, self.state.heap
        location, key = slot
        if key is not None or not isinstance(node, Column):
            heap.contents[slot] = self.part(node, key or base(location))
            return
        new = state.names.fresh(state.called(location))
        fact = self.fact(new, node.atoms)
        state.define(new, fact.kind, fact.varied)
        self.column(new, node.atoms)
        heap.where[new] = location
        heap.contents[slot] = new

    def mark(self, new: Name, handles: Sequence[Atom]) -> None:
        """The value may be any of these objects, as far as others can still see them."""
        heap = self.state.heap
        if not mutable(self.state.kind(new)):
            return
        for handle in handles:
            if isinstance(handle, str):
                root = heap.root(heap.location(handle))
                if heap.existed(root, self.before) or root in heap.holders or root in heap.overlaps:
                    heap.may_be(new, root)
                    heap.holders.setdefault(new, set()).update(heap.holders.get(root, ()))
