"""What a loop carries: the user's variables that are bound in it, and the objects that it changes.

    for k in r:                                a.2 = for k.0 in r carry a.1 = a.0:
        setitem(a.0, k, x)         ==>             a.3 = write(a.1, k.0, x)
                                                   yield a.3

Which objects a body changes is found by walking it: a walk that changes one more, or that lets a variable stand for another object than
was thought, does not count, and the body is walked again. A variable that is the same object in every turn is not carried; one
that is bound to others (`u, v = v, u`) is an object of its own at the head of the loop, which overlaps whatever it may be.
Objects of the user's classes are carried field by field.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from wengert.analysis.aliases import may_be, mutable
from wengert.analysis.facts import Fact
from wengert.analysis.frame import Frame
from wengert.analysis.heap import Content, Location, Memory, Slot, Spoilt
from wengert.analysis.indexed import array_of, bind_view, common_array, index_in, named_index
from wengert.analysis.loop_kinds import settled
from wengert.analysis.peeling import note_growth
from wengert.analysis.ragged import ragged
from wengert.analysis.state import State
from wengert.analysis.turns import INDEX, Edge, Found, Key, Shape, Turn
from wengert.ir.core import UNDEF, Atom, For, Name, While
from wengert.ir.kinds import BOTTOM, NUMERIC, UNKNOWN
from wengert.ir.lattice import join


class Carrying:
    """The carried values of one loop, from walk to walk."""

    def __init__(self, state: State, frame: Frame, line: For | While) -> None:
        self.state, self.frame, self.line = state, frame, line
        self.entry = state.heap.fork()
        self.initial = [frame.handle(atom) for atom in line.initial]
        self.found = self._known()
        self.found.slots = {slot: None for slot in self.found.slots if state.heap.existed(slot[0], self.entry)}
        self.keys: list[Key] = []
        self.heads: dict[Key, Name] = {}
        self.starts: dict[Key, Atom] = {}
        self.start_facts: dict[Key, Fact] = {}
        self.mark = state.mark()
        self.rounds = 0
        self.grown: dict[Key, int] = {}  # how often a kind has turned out to be more than was thought
        self.thought = self._opinion()

    def _known(self) -> Found:
        """What an earlier walk, of a loop around, has found; only kinds, if that loop has since been seen to be of another form."""
        key, stable = (id(self.line), *self.frame.path), self.state.stable
        known: Found | None = stable.get(key)
        if known is None or known.generation != self.state.generation:
            views = {} if known is not None or not self.state.following else self._views_at_first()
            facts = {} if known is None else {name: fact for name, fact in known.facts.items() if isinstance(name[0], int) and not name[1]}
            known = stable[key] = Found(facts, views=views, generation=self.state.generation)
        return known

    def _views_at_first(self) -> dict[int, Location]:
        """The variables that are views of arrays when the loop begins: it is thought that they stay such."""
        arrays = {position: array_of(self.state, handle) for position, handle in enumerate(self.initial)}
        return {position: whole for position, whole in arrays.items() if whole is not None}

    def _opinion(self) -> tuple[object, ...]:
        found = self.found
        return frozenset(found.slots), tuple(found.shapes.items()), frozenset(found.same.items()), frozenset(found.spoilt), frozenset(found.overlaps), dict(found.sources), dict(found.views)

    # the head of a turn

    def begin(self) -> Turn:
        """Bind the carried values at the head of a turn."""
        state, heap, found = self.state, self.state.heap, self.found
        if self.rounds:
            state.reset(self.mark)
            heap.purge(self.entry.clock)
        self.thought = self._opinion()
        heap.restore(self.entry)
        self.keys, self.heads, self.starts = [], {}, {}
        state.heap.derived = {}  # views are taken again in every turn
        for position, (old, handle) in enumerate(zip(self.line.carried, self.initial)):
            self._head_of_variable(position, old, handle)
        for slot in found.slots:
            self._head_of_slot(slot)
        for pair in found.overlaps:
            names = [self.heads[key] for key in pair if key in self.heads]
            if len(names) == 2:
                heap.overlap(*names)
        return Turn(self.keys, self.edge)

    def _head_of_variable(self, position: int, old: Name, handle: Atom) -> None:
        state, heap, key = self.state, self.state.heap, (position, ())
        if position in self.found.same:
            self.frame.atoms[old] = self.found.same[position]
            return
        if isinstance(handle, str) and heap.location(handle) in heap.fields:
            self.frame.atoms[old] = self._virtual(key, state.target(self.frame, old), handle)
            return
        if position in self.found.views:
            whole, index = self.found.views[position], named_index(state, old)
            start = index_in(state, handle, whole, self.entry.contents)
            bind_view(state, state.target(self.frame, old), whole, self._plain((position, (INDEX,)), index, UNDEF if start is None else start))
            return
        if position in self.found.shapes and key not in self.found.spoilt:
            self.frame.atoms[old] = self.without_value(key, state.target(self.frame, old), self.found.shapes[position], self._plain)
            return
        content = state.content(handle)
        if isinstance(content, Spoilt) or key in self.found.spoilt:
            self.frame.atoms[old] = self.spoil(state.target(self.frame, old))
            return
        name = state.target(self.frame, old)
        self._plain(key, name, content, old)

    def _plain(self, key: Key, name: Name, start: Atom, old: Name = "") -> Name:
        state, heap = self.state, self.state.heap
        fact = settled(state.fact(start))
        known = self.found.facts.get(key)
        if known is not None:
            fact = fact.join(known, [f"{name}:{axis}" for axis in range(8)])
        self.start_facts[key] = fact
        self.keys.append(key)
        self.heads[key], self.starts[key] = name, start
        state.bind_fact(self.frame, old, name, fact)
        if isinstance(key[0], tuple) and key[0][1] is None:
            heap.where[name] = key[0][0]
        elif mutable(fact.kind):
            if key not in self.found.sources:
                self.found.sources[key] = frozenset(self._around(self._root_at_entry(key)))
            for source in self.found.sources[key]:
                may_be(state, name, source)
        return name

    def _around(self, root: Location | None) -> set[Location]:
        """The objects from before the loop that this one may be."""
        if root is None:
            return set()
        heap = self.state.heap
        around = {root, *heap.overlaps.get(root, ()), *heap.holders.get(root, ())}
        return {location for location in around if heap.existed(location, self.entry)}

    def _virtual(self, key: Key, name: Name, handle: Name) -> Name:
        """An object of the user's class: its fields, one by one."""
        state, heap = self.state, self.state.heap
        location = heap.location(handle)
        state.define(name, state.kind(handle))
        heap.fields[name] = None
        heap.overlap(name, location)
        for (owner, part), content in self.entry.contents.items():
            if owner != location or part is None:
                continue
            inner: Key = (key[0], (*key[1], part))
            heap.contents[name, part] = self._part(inner, content, part)
        return name

    def without_value(self, key: Key, name: Name, shape: Shape, plain: Callable[[Key, Name, Atom], Name]) -> Name:
        """A variable that has no value yet and will be an object: its fields have none."""
        state, heap = self.state, self.state.heap
        kind, parts = shape
        state.define(name, kind)
        heap.fields[name] = None
        for part, inner in parts:
            path: Key = (key[0], (*key[1], part))
            fresh = state.names.fresh(part)
            if path in self.found.spoilt:
                heap.contents[name, part] = Spoilt(part)
            elif inner is not None:
                heap.contents[name, part] = self.without_value(path, fresh, inner, plain)
            else:
                heap.contents[name, part] = plain(path, fresh, UNDEF)
        return name

    def _shape(self, handle: Atom) -> Shape | None:
        heap = self.state.heap
        location = _location(self.state, handle)
        if location is None or location not in heap.fields or location in self.state.parameters:
            return None
        contents = [(part, content) for (owner, part), content in heap.contents.items() if owner == location and part is not None]
        parts = tuple((part, self._shape(content) if isinstance(content, str) else None) for part, content in contents)
        return self.state.kind(location), parts

    def _part(self, key: Key, content: Content, hint: str) -> Content:
        state, heap = self.state, self.state.heap
        if isinstance(content, Spoilt) or key in self.found.spoilt:
            return content if isinstance(content, Spoilt) else Spoilt(hint)
        if isinstance(content, str) and heap.location(content) in heap.fields:
            return self._virtual(key, state.names.fresh(hint), content)
        newest = state.content(content)
        return newest if isinstance(newest, Spoilt) else self._plain(key, state.names.fresh(hint), newest)

    def spoil(self, name: Name) -> Name:
        self.state.define(name, UNKNOWN)
        self.state.heap.contents[name, None] = Spoilt(name)
        return name

    def _head_of_slot(self, slot: Slot) -> None:
        state, heap, key = self.state, self.state.heap, (slot, ())
        content = heap.content_in(self.entry, slot)
        if content is None or isinstance(content, Spoilt) or key in self.found.spoilt:
            heap.contents[slot] = content if isinstance(content, Spoilt) else Spoilt(slot[0])
            return
        location, part = slot
        if part is not None:
            heap.contents[slot] = self._part(key, content, part)
            return
        heap.contents[slot] = self._plain(key, state.names.fresh(state.called(location)), content)

    # the ends of a turn

    def edge(self, values: Sequence[Atom]) -> Edge:
        """What is carried, read here; `values` are those of the user's variables."""
        state, heap = self.state, self.state.heap
        edge = Edge({}, {}, {}, values, heap.fork())
        for key in self.keys:
            handle = self._follow(key, values)
            content: Content = UNDEF if handle is None else handle
            if isinstance(content, str) and heap.location(content) in heap.fields:
                content = Spoilt(content)
            elif not isinstance(content, Spoilt):
                content = state.content(content)
            if isinstance(content, Spoilt):
                if not (key[0] in self.found.shapes and not key[1]) and not self._takes_shape(key, values):
                    self.found.spoilt.add(key)
                edge.atoms[key], edge.facts[key], edge.roots[key] = UNDEF, Fact(BOTTOM, False, True), None
                continue
            edge.atoms[key], edge.facts[key] = content, state.fact(content)
            edge.roots[key] = heap.root(heap.location(handle)) if isinstance(handle, str) else None
        for position, handle in enumerate(self.initial):
            if handle == UNDEF and position not in self.found.shapes:
                shape = self._shape(values[position])
                if shape is not None:
                    self.found.shapes[position] = shape
            if position in self.found.same and _location(state, values[position]) != _location(state, self.found.same[position]):
                del self.found.same[position]
                self.found.moved.add(position)
        edge.memory = heap.fork()
        return edge

    def _takes_shape(self, key: Key, values: Sequence[Atom]) -> bool:
        """Is it a variable that was thought to have no fields, and turns out to be an object?"""
        position = key[0]
        return isinstance(position, int) and not key[1] and self.initial[position] == UNDEF and self._shape(values[position]) is not None

    def _follow(self, key: Key, values: Sequence[Atom]) -> Content | None:
        heap = self.state.heap
        start, path = key
        if isinstance(start, int) and start in self.found.views:
            return index_in(self.state, values[start], self.found.views[start], heap.contents)
        found: Content | None = values[start] if isinstance(start, int) else heap.content_in(heap.fork(), start)
        for part in path:
            if not isinstance(found, str):
                return found if isinstance(found, Spoilt) else Spoilt("an object")
            found = heap.contents.get((heap.location(found), part))
        return found

    def settled(self, turn: Turn) -> bool:
        """Take in what a walk has found; True if it was thought so before."""
        found, heap, state = self.found, self.state.heap, self.state
        self.rounds += 1
        edges = [*turn.again, *turn.left]
        head = Memory({**self.entry.contents, **self._head_contents()}, {}, self.entry.clock)
        for edge in edges:
            for slot in heap.changed(head, edge.memory):
                if isinstance(edge.memory.contents[slot], Spoilt):
                    found.spoilt.add((slot, ()))
                found.slots.setdefault(slot)
        for key in self.keys:
            name, fact = self.heads[key], self.start_facts[key]
            axes = [f"{name}:{axis}" for axis in range(8)]
            result = fact
            for edge in turn.again:
                result = result.join(edge.facts[key], axes)
            result = replace(result, kind=ragged(result.kind, self._is_of_a_turn))
            if result.kind != fact.kind:
                self.grown[key] = self.grown.get(key, 0) + 1
                note_growth(state, self.line, fact.kind, result.kind)
                result = widened(result) if self.grown[key] > 3 else result
            found.facts[key] = result
        if self._notice_same([edge.values for edge in edges]) or state.following and self._notice_views(edges):
            self.again()
            return False
        self._notice_overlaps(turn)
        stable = all(self.start_facts[key] == found.facts[key] for key in self.keys) and self.thought == self._opinion()
        if self.rounds > 60:
            raise RuntimeError(f"the kinds of a loop of `{state.spelled(self.line.carried[0]) if self.line.carried else 'it'}` do not settle")
        return stable

    def _is_of_a_turn(self, axis: str) -> bool:
        """Is a length named after something that each turn binds anew?"""
        heap, name = self.state.heap, axis.lstrip("=").partition(":")[0].partition("[")[0]
        return not heap.existed(name, self.entry)

    def again(self) -> None:
        """The walk did not count; the next one begins without what it found."""
        self.rounds += 1
        self.state.generation += 1
        found = self.found
        again = Found(same=found.same, moved=found.moved, views=found.views, loose=found.loose, generation=self.state.generation)
        self.found = self.state.stable[id(self.line), *self.frame.path] = again

    def spoilers(self, turn: Turn) -> set[Location]:
        """The objects through which the walk has spoilt others."""
        edges = [*turn.again, *turn.left]
        return {content.other for edge in edges for content in edge.memory.contents.values() if isinstance(content, Spoilt)}

    def _head_contents(self) -> dict[Slot, Content]:
        contents: dict[Slot, Content] = {}
        for key in self.keys:
            if isinstance(key[0], tuple) and not key[1]:
                contents[key[0]] = self.heads[key]
        for slot in self.found.slots:
            if (slot, ()) in self.found.spoilt:
                contents[slot] = self.entry.contents.get(slot, slot[0])
        return contents

    def _notice_same(self, ends: Sequence[Sequence[Atom]]) -> bool:
        """A variable that is, at all ends, the object that it was at the head, is that one object. True if there is a new one."""
        known = len(self.found.same)
        for position, handle in enumerate(self.initial):
            key: Key = (position, ())
            head = self.frame.atoms.get(self.line.carried[position], self.line.carried[position])
            if position in self.found.same or position in self.found.moved or not ends:
                continue
            places = {_location(self.state, end[position]) for end in ends}
            if handle == UNDEF:
                (place, *others) = places
                if place is not None and not others and self.state.heap.existed(place, self.entry) and mutable(self.state.kind(place)):
                    self.found.same[position] = place
                continue
            if not isinstance(handle, str) or not mutable(self.state.kind(handle)) or not isinstance(head, str):
                continue
            if places <= {self.heads.get(key, head), _location(self.state, handle)}:
                self.found.same[position] = handle
        return len(self.found.same) > known

    def _notice_views(self, edges: Sequence[Edge]) -> bool:
        """A variable that is, at all ends, a view of one array from before. True if this changes what was thought."""
        found, before = self.found, (dict(self.found.views), set(self.found.loose))
        for position, handle in enumerate(self.initial):
            if position in found.same or position in found.shapes or position in found.loose or not edges:
                continue
            ends, known = [handle, *(edge.values[position] for edge in edges)], [self.entry.contents, *(edge.memory.contents for edge in edges)]
            views = common_array(self.state, ends, known)
            if views is None or views[0] != found.views.get(position, views[0]) or not self.state.heap.existed(views[0], self.entry):
                if found.views.pop(position, None) is not None:
                    found.loose.add(position)
            elif position not in found.views:
                found.views[position] = views[0]
        return before != (found.views, found.loose)

    def _notice_overlaps(self, turn: Turn) -> None:
        found, heap = self.found, self.state.heap
        carried = [key for key in self.keys if not (isinstance(key[0], tuple) and key[0][1] is None) and mutable(found.facts[key].kind)]
        if not carried:
            return
        by_head = {self.heads[key]: key for key in carried}
        entry = {key: self._root_at_entry(key) for key in carried}
        ways = [entry, *(edge.roots for edge in turn.again)]
        for index, one in enumerate(carried):
            for other in carried[index + 1 :]:
                for way in ways:
                    a, b = way[one], way[other]
                    if a is not None and b is not None and not heap.disjoint(a, b):
                        found.overlaps.add(frozenset((one, other)))
        direct: dict[Key, set[Location]] = {key: set() for key in carried}
        passed: dict[Key, set[Key]] = {key: set() for key in carried}
        for way in ways:
            for key in carried:
                root = way[key]
                if root is None:
                    continue
                if root in by_head:
                    passed[key].add(by_head[root])
                    continue
                direct[key] |= self._around(root)
        for key in carried:
            seen, todo = {key}, [key]
            while todo:
                for other in passed[todo.pop()]:
                    if other not in seen:
                        seen.add(other)
                        todo.append(other)
            found.sources[key] = frozenset().union(*(direct[other] for other in seen))

    def _root_at_entry(self, key: Key) -> Location | None:
        heap = self.state.heap
        start, path = key
        found: Content | None = self.initial[start] if isinstance(start, int) else heap.content_in(self.entry, start)
        for part in path:
            found = heap.content_in(self.entry, (heap.location(found), part)) if isinstance(found, str) else None
        return heap.root(heap.location(found)) if isinstance(found, str) else None


def _location(state: State, atom: Atom) -> Location | None:
    return state.heap.location(atom) if isinstance(atom, str) else None


def widened(fact: Fact) -> Fact:
    """The kind did not come to rest: the kind of all numbers if it is one, else unknown."""
    return replace(fact, kind=NUMERIC if join(fact.kind, NUMERIC) == NUMERIC else UNKNOWN)
