"""What a function that is not inlined changes of what it is given: it works on copies, and gives the new contents back with its value.

    def fill(a, i, x):                  function fill(a, i, x):
        a[i] = x * a[i - 1]                 a.0 = np.copy(a)
        if i + 1 < len(a):       ==>        ...
            fill(a, i + 1, x)               %5 = invoke('fill', a.2, %4, x)
                                            %6, a.3 = unpack(%5)
                                            ...
                                            %9 = tuple(None, a.4)
                                            return %9

So its lines are values like all others, and the one that calls it writes what comes back into its own object. A variable
that it shares with a nested function, and the field of an object, are handed back without a copy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from wengert import errors
from wengert.analysis.aliases import mutable
from wengert.analysis.crossing import Entering, Survey
from wengert.analysis.emitting import emit
from wengert.analysis.heap import Memory, Spoilt
from wengert.analysis.inline import tuple_of
from wengert.analysis.mapped import note_origin, origin
from wengert.analysis.mutators import replace_items
from wengert.analysis.state import State
from wengert.analysis.stores import WHOLE, store
from wengert.ir.core import Apply, Atom, Block, Const, Line, Name, Place, Stop
from wengert.ir.kinds import UNKNOWN, Array, Dict, Kind, Known, List, Map, Optional, Record, Text, Tuple, is_scalar
from wengert.ir.walk import lines_of


@dataclass(frozen=True, slots=True)
class Changed:
    """The content of one value that was given, or of one field of an object, by its number."""

    number: int
    field: str | None = None


def changes(inner: State, entering: Entering, before: Memory, lines: Sequence[Line]) -> list[Changed] | None:
    """What a walk over the function has changed of what it was given; None if not all of it can be handed back."""
    found: list[Changed] = []
    for line in lines_of(Block(tuple(lines), Stop())):
        if isinstance(line, Apply) and line.op in ("write", "write_add") and len(line.args) > 3 and not isinstance(inner.kind(line.args[0]), Array):
            return None  # into an item of a list, which the copy of the list shares with it
    copies = {name: number for number, name in entering.own.items()}
    for location, field in inner.heap.changed(before, inner.heap.fork()):
        if field is not None and location in entering.made:
            found.append(Changed(entering.made.index(location), field))
        elif field is None and location in copies:
            found.append(Changed(copies[location]))
        elif field is None and location in entering.parameters:
            found.append(Changed(entering.parameters.index(location)))
        else:
            return None
    return found


def copy_given(inner: State, entering: Entering, numbers: Sequence[int], place: Place | None, out: list[Line]) -> bool:
    """Copy what the function writes into; False if that cannot be copied."""
    outer, inner.out = inner.out, out
    inner.place = place
    for number in numbers:
        given = entering.parameters[number]
        kind = inner.kind(given)
        match kind:
            case Array():
                made = emit(inner, "np.copy", given)
            case List() | Map():
                made = emit(inner, "copy", given)
            case Dict(items):
                parts = [atom for key, _ in items for atom in (Const(key), emit(inner, "getitem", given, Const(key)))]
                made = emit(inner, "dict", *parts)
                note_origin(inner, made, origin(inner, given))
            case _:
                inner.out = outer
                return False
        inner.heap.views.pop(made, None)
        inner.heap.overlaps.pop(made, None)
        entering.own[number] = made
    inner.out = outer
    return True


def _holds_objects(kind: Kind) -> bool:
    """May a value of this kind be, or hold, something that is written into?"""
    if isinstance(kind, Tuple):
        return any(map(_holds_objects, kind.items))
    if isinstance(kind, Record):
        return any(_holds_objects(item) for _, item in kind.items)
    return not (is_scalar(kind) or isinstance(kind, (Known, Text, Optional)))


def returned(inner: State, entering: Entering, value: Atom) -> int | None:
    """Which of the objects that it has changed the function returns; None if none of them. -1: a part of one, or something that holds one."""
    heap = inner.heap
    if not isinstance(value, str) or not entering.own:
        return None
    for number, name in entering.own.items():
        if heap.location(value) == heap.location(name):
            return number
    kind = inner.kind(inner.read(value))
    if kind == UNKNOWN or isinstance(kind, (Tuple, Record)) and _holds_objects(kind) and value not in inner.made:
        return -1
    roots = {heap.root(heap.location(name)) for name in entering.own.values()}
    waiting, seen = [value], set()
    while waiting:
        atom = waiting.pop()
        root = heap.root(heap.location(atom))
        if root in seen:
            continue
        seen.add(root)
        holding = any(root in map(heap.location, heap.holders.get(one, ())) for one in roots)
        if holding or any(root == one or not heap.disjoint(root, one) for one in roots):
            return -1
        waiting += [part for part in inner.made.get(atom, ()) if isinstance(part, str)]
        waiting += [content for (owner, key), content in heap.contents.items() if owner == root and key is not None and isinstance(content, str)]
    return None


def packed_result(inner: State, entering: Entering, value: Atom, changed: Sequence[Changed], place: Place | None, out: list[Line]) -> Name | None:
    """The value of the function with the new contents behind it; None if one of them is no longer known."""
    outer, inner.out = inner.out, out
    parts: list[Atom] = [inner.read(value)]
    for one in changed:
        content = inner.heap.contents.get((entering.made[one.number], one.field)) if one.field is not None else inner.content(entering.own[one.number])
        if content is None or isinstance(content, Spoilt):
            inner.out = outer
            return None
        if one.field is not None and returned(inner, entering, content) is not None:
            inner.out = outer
            return None
        parts.append(inner.read(content))
    made = tuple_of(inner, parts, place, out)
    inner.lazy.discard(made)
    inner.out = outer
    return made


def hand_back(state: State, survey: Survey, changed: Sequence[Changed], contents: Sequence[Name], name: str) -> None:
    """Let the caller's objects have the contents that come back."""
    handles = [survey.handles[one.number] for one in changed if one.field is None]
    for handle in handles:
        if not isinstance(handle, str) or any(_touch(state, handle, other) for k, other in enumerate(survey.handles) if survey.handles.index(handle) != k):
            raise errors.error("W026", state.place, function=name, through=", and writes into what it is given more than once")
    for one, content in zip(changed, contents):
        if one.field is not None:
            location = survey.objects[one.number]
            state.heap.contents[location, one.field] = content
            state.heap.spoil(location, one.field)
            continue
        handle = survey.handles[one.number]
        assert isinstance(handle, str)
        _put_back(state, handle, content)


def _touch(state: State, handle: Name, other: Atom) -> bool:
    """May a write to the one change the other?"""
    if not isinstance(other, str) or not mutable(state.kind(state.read(other))):
        return False
    one, two = (state.heap.root(state.heap.location(atom)) for atom in (handle, other))
    return one == two or not state.heap.disjoint(one, two)


def _put_back(state: State, handle: Name, content: Name) -> None:
    """Give an object a new content: one that only this function holds has it at once, another one is written to."""
    heap, kind = state.heap, state.kind(content)
    location = heap.location(handle)
    shared = location in state.parameters or location in heap.views or location in heap.overlaps or heap.holders.get(location)
    if isinstance(kind, List):
        replace_items(state, handle, content)
    elif isinstance(kind, Dict):
        for key, _ in kind.items:
            store(state, handle, (Const(key),), emit(state, "getitem", content, Const(key)))
    elif isinstance(kind, Map) and (shared or location in state.from_outside):
        raise errors.error("W083", state.place, what="a dict under a key that only the run knows, in a function that calls itself, where others hold the dict, too")
    elif shared or location in state.from_outside:
        store(state, handle, (WHOLE,), content)
    else:
        heap.write(location, content)
