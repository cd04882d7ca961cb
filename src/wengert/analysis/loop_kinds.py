"""What a loop walks over, and what is known when it begins.

`for i, (a, b) in enumerate(zip(xs, ys))` walks over three sources in step; no tuple is ever made:

    %0 = call(zip, xs, ys)
    %1 = call(enumerate, %0)                    %2 = count(0)
    for %2 in %1:                       ==>     for i.0, a.0, b.0 in %2, xs, ys:
        i.0, %3 = unpack(%2)
        a.0, b.0 = unpack(%3)
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from wengert import errors
from wengert.analysis.aliases import mutable, taken
from wengert.analysis.facts import Fact
from wengert.analysis.frame import Frame
from wengert.analysis.heap import Heap, Location, Slot
from wengert.analysis.ragged import named_axes
from wengert.analysis.state import State
from wengert.ir.core import Apply, Atom, Const, For, Line, Name
from wengert.ir.kinds import INT, Array, Dict, Kind, Known, List, Map, Scalar
from wengert.rules import element_of

Tree: TypeAlias = "Atom | Entries | tuple[Tree, ...]"
"""A source, or the trees of sources that are walked over in step."""


@dataclass(frozen=True, slots=True)
class Entries:
    """The values of a dict whose keys only the run knows, or its items: what is walked over is its keys."""

    source: Name
    pairs: bool


ITERABLES = frozenset({"zip", "enumerate", "items", "keys", "values"})
"""Calls whose result is only walked over, and then never made."""


def settled(fact: Fact) -> Fact:
    """What is assumed of a carried value at first: a number of the text will not stay that number.

    >>> settled(Fact(Known(0), False, True)).kind, settled(Fact(Known(None), False, True)).kind
    (Scalar(type='int'), Known(value=None))
    """
    if isinstance(fact.kind, Known) and type(fact.kind.value) in (int, float, complex):
        return replace(fact, kind=Scalar(type(fact.kind.value).__name__))
    return fact


@dataclass(frozen=True, slots=True)
class Sources:
    """The sources of a loop, and how its elements are made of theirs."""

    line: For
    trees: tuple[Tree, ...]

    indexed: set[Atom] = field(default_factory=set)  # the sources whose items are written to: they are read by their number
    taken: dict[Name, Atom] = field(default_factory=dict)  # the elements that are objects, and where they come from

    @property
    def atoms(self) -> tuple[Atom, ...]:
        return tuple(_leaves(self.trees))

    def written(self, state: State, spoilt: Collection[Location]) -> bool:
        """Are items of a source written to that were not known to be, or their numbers asked for? The loop is then walked again."""
        found = {source for name, source in self.taken.items() if name in spoilt or name in state.asked} - self.indexed
        self.indexed.update(found)
        return bool(found)

    def changed(self, state: State, slots: Collection[Slot], resized: Collection[Location]) -> bool:
        """Is a source written to in the loop? A later turn then sees what was written: its items are read by their number, too."""
        heap = state.heap
        changed = {location for location, part in slots if part is None}
        written = [atom for atom in self.atoms if isinstance(atom, str) and heap.root(heap.location(atom)) in changed]
        for atom in written:
            if not isinstance(state.kind(atom), (Array, Map)) and _may_be(heap, atom, resized):
                raise errors.error("W083", state.place, what="a list that a loop walks over")
        found = set(written) - self.indexed
        self.indexed.update(found)
        return bool(found)

    def _item(self, state: State, frame: Frame, source: Name, new: Name, kind: Kind, elements: list[Name], out: list[Line]) -> Name:
        """An item that is written to: `row` is `a[k]`."""
        counter = state.names.fresh()
        state.define(counter, INT)
        elements.append(counter)
        state.counters.add(counter)
        now = state.read(source)
        state.emit(Apply((new,), "getitem", (now, counter), place=frame.place(self.line.place)), out)
        return new

    def bind(self, state: State, frame: Frame, out: list[Line]) -> tuple[Name, ...]:
        """Name the elements; where one stands for several, write the tuple of them, which goes if nobody reads it."""
        elements: list[Name] = []

        def entry(tree: Entries, old: Name | None) -> Name:
            key = state.names.fresh()
            state.define(key, element_of(state.kind(tree.source)))
            elements.append(key)
            value = state.names.fresh() if tree.pairs or old is None else state.target(frame, old)
            state.emit(Apply((value,), "getitem", (state.read(tree.source), key), place=frame.place(self.line.place)), out)
            state.lazy.add(value)
            if not tree.pairs:
                return value
            new = state.names.fresh() if old is None else state.target(frame, old)
            state.emit(Apply((new,), "tuple", (key, value), place=frame.place(self.line.place)), out)
            state.lazy.add(new)
            state.made[new] = (key, value)
            return new

        def element(tree: Tree, old: Name | None) -> Name:
            if isinstance(tree, Entries):
                return entry(tree, old)
            if isinstance(tree, tuple):
                parts = tuple(element(branch, None) for branch in tree)
                new = state.names.fresh() if old is None else state.target(frame, old)
                state.emit(Apply((new,), "tuple", parts, place=frame.place(self.line.place)), out)
                state.lazy.add(new)
                state.made[new] = parts
                return new
            new = state.names.fresh() if old is None else state.target(frame, old)
            kind = element_of(state.kind(tree))
            if isinstance(state.kind(tree), Map):
                state.define(new, kind)
                elements.append(new)
                return new
            if tree in self.indexed and isinstance(tree, str):
                return self._item(state, frame, tree, new, kind, elements, out)
            state.define(new, named_axes(kind, new), state.varies(tree))
            if mutable(kind):
                taken(state, new, tree)
                state.elements.add(new)
                self.taken[new] = tree
            elements.append(new)
            return new

        for tree, old in zip(self.trees, self.line.elements):
            element(tree, old)
        return tuple(elements)


def _may_be(heap: Heap, name: Name, locations: Collection[Location]) -> bool:
    """Is it one of these, as far as the heap knows?"""
    location = heap.location(name)
    root = heap.root(location)
    return any(other == location or location != root and heap.root(other) == root for other in locations)


def sources_of(state: State, frame: Frame, line: For, out: list[Line]) -> Sources:
    """Take `zip`, `enumerate` and the methods of dicts apart."""

    def emit(op: str, *args: Atom) -> Name:
        name = state.names.fresh()
        state.emit(Apply((name,), op, args, place=frame.place(line.place)), out)
        return name

    def tree(atom: Atom) -> Tree:
        found = state.iterables.get(atom) if isinstance(atom, str) else None
        if found is None:
            atom = state.read(atom)
            state.give_away(atom)
            return atom
        op, args = found
        if op == "zip":
            return tuple(map(tree, args))
        if op == "enumerate":
            return emit("count", args[1]), tree(args[0])
        args = (state.read(args[0]), *args[1:])
        kind = state.kind(args[0])
        if isinstance(kind, Map) and isinstance(args[0], str):
            return args[0] if op == "keys" else Entries(args[0], op == "items")
        assert isinstance(kind, Dict)
        keys = [Const(key) for key, _ in kind.items]
        parts: list[Tree] = []
        if op in ("items", "keys"):
            parts.append(emit("tuple", *keys))
        if op in ("items", "values"):
            parts.append(emit("tuple", *(emit("getitem", args[0], key) for key in keys)))
        return tuple(parts) if op == "items" else parts[0]

    sources = Sources(line, tuple(tree(frame.handle(atom)) for atom in line.sources))
    if state.following:
        kinds = {atom: state.kind(atom) for atom in sources.atoms if isinstance(atom, str)}
        sources.indexed.update(atom for atom, kind in kinds.items() if isinstance(kind, List) and mutable(kind.element))
    return sources


def counted(sources: Sources, state: State, frame: Frame, out: list[Line]) -> tuple[Atom, ...]:
    """The atoms of the sources, where those whose items are written to are walked over by number."""
    atoms: list[Atom] = []
    for atom in sources.atoms:
        if atom not in sources.indexed:
            atoms.append(atom)
            continue
        if isinstance(state.kind(atom), Map):
            keys = state.names.fresh()
            state.emit(Apply((keys,), "list_of", (atom,), place=frame.place(sources.line.place)), out)
            state.define(keys, List(element_of(state.kind(atom))))
            atoms.append(keys)
            continue
        length, run = state.names.fresh(), state.names.fresh()
        state.emit(Apply((length,), "len", (state.read(atom),), place=frame.place(sources.line.place)), out)
        state.emit(Apply((run,), "range", (length,), place=frame.place(sources.line.place)), out)
        atoms.append(run)
    return tuple(atoms)


def _leaves(trees: Sequence[Tree]) -> list[Atom]:
    found: list[Atom] = []
    for tree in trees:
        found += _leaves(tree) if isinstance(tree, tuple) else [tree.source if isinstance(tree, Entries) else tree]
    return found
