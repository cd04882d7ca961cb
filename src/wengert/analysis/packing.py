"""Objects as single values: a list of objects holds tuples of their fields.

    append(xs, o)              append(xs, (o.x, o.y))
    getattr(xs[0], 'x')        getitem(xs[0], 0)
    xs[0].x = v                write(xs, 0, (v, xs[0].y))       # another value in its place
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wengert import errors
from wengert.analysis.aliases import mutable
from wengert.analysis.heap import Location, Spoilt, View
from wengert.analysis.objects import class_of, is_virtual, location_of
from wengert.analysis.state import State
from wengert.analysis.stores import WHOLE, emit, store
from wengert.ir.core import Apply, Atom, Const, Name
from wengert.ir.kinds import Packed, Record


def part_of(state: State, handle: Atom, name: str) -> Atom | None:
    """A field of an object that is one value, such as an item of a list."""
    if state.heap.location(str(handle)) in state.heap.fields:
        return None
    value = state.read(handle)
    kind = state.kind(value)
    known = state.recorded.get(str(value), {})
    if name in known and not mutable(state.kind(known[name])):
        return known[name]
    if isinstance(kind, Packed):
        return emit(state, "getitem", value, Const(kind.names.index(name))) if name in kind.names else None
    if not isinstance(kind, Record) or name not in dict(kind.items):
        return None
    return emit(state, "getattr", value, Const(name))


def packed(state: State, handle: Atom) -> Name:
    """An object as one value, to be put into a list: a tuple of its fields as they are."""
    cls, location = class_of(state, handle), location_of(state, handle)
    parts: dict[str, Atom] = {}
    for (owner, name), content in state.heap.contents.items():
        if owner != location or name is None:
            continue
        if isinstance(content, Spoilt):
            raise errors.error("W081", state.place, name=name, other=state.spelled(content.other))
        parts[name] = packed(state, content) if is_virtual(state, content) else state.read(content)
    made = pack(state, cls, dict(sorted(parts.items())))
    if made in state.heap.packs:
        state.heap.hold(made, [location])
    return made


def pack(state: State, cls: Any, parts: Mapping[str, Atom]) -> Name:
    made = emit(state, "tuple", *parts.values())
    state.define(made, Packed(tuple(map(state.kind, parts.values())), cls, tuple(parts)), state.varies(*parts.values()))
    state.recorded[made] = dict(parts)
    if mutable(state.kind(made)):
        state.heap.packs.add(made)
    return made


def _is_part(state: State, location: Location, name: str, value: Atom) -> bool:
    """Is the value what the object holds under this name?"""
    view = state.heap.views.get(state.heap.location(value)) if isinstance(value, str) else None
    kind = state.kind(location)
    return view is not None and view.base == location and isinstance(kind, Packed) and view.line.args[1] == Const(kind.names.index(name))


def _detach(state: State, cls: Any, name: str) -> None:
    """A field of an object is bound to something else: what was read from this field of such objects stays what it was, and may still be in one."""
    heap = state.heap
    for item, view in list(heap.views.items()):
        kind = state.kind(view.base)
        if not isinstance(kind, Packed) or kind.cls is not cls or view.line.args[1] != Const(kind.names.index(name)) or (item, None) in heap.contents:
            continue
        if mutable(state.kind(item)):
            heap.contents[item, None] = state.content(item)
            heap.overlap(item, heap.root(view.base))


def bind_part(state: State, handle: Name, cls: Any, name: str, value: Atom) -> None:
    """`o.name = v` of an object that is one value: another value, in its place."""
    heap, location = state.heap, state.heap.location(handle)
    if _is_part(state, location, name, value):
        return  # `o.x += v` has written already; this puts the array back into its place
    _detach(state, cls, name)
    if mutable(state.kind(value)) and isinstance(value, str) and heap.root(heap.location(value)) == heap.root(location):
        heap.doubly.add(heap.root(location))
    _put(state, handle, cls, name, value, name)


def _put(state: State, handle: Name, cls: Any, name: str, value: Atom, field: str | None) -> None:
    """The object with another value in its place; `field` is None if the field is what it was, and has changed inside."""
    heap, location, old = state.heap, state.heap.location(handle), state.read(handle)
    kind = state.kind(old)
    names = kind.names if isinstance(kind, Packed) else [field for field, _ in kind.items] if isinstance(kind, Record) else []
    parts = {field: found for field in names if (found := part_of(state, handle, field)) is not None}
    parts[name] = packed(state, value) if is_virtual(state, value) else state.read(value)
    if isinstance(kind, Packed):
        made = pack(state, cls, parts)
        heap.holders.get(heap.root(location), set()).discard(made)  # its other fields are where they were
    else:
        named = [atom for field, part in parts.items() for atom in (Const(field), part)]
        made = emit(state, "record", Const(cls), *named)
        state.recorded[made] = parts
    view = None if (location, None) in heap.contents else heap.views.get(location)
    if view is None or view.line.op != "getitem":
        if field is None:
            heap.change_inside(location)
        heap.write(location, made)
        return
    store(state, view.base, (view.line.args[1],), made, inside=True, field=field)
    whole = state.content(view.base)
    if isinstance(whole, str):
        heap.where[made] = location
        heap.derived[location] = (whole, made)
        heap.contents.pop((location, None), None)


def write_part(state: State, view: View, array: Location, steps: tuple[Atom, ...], value: Atom, op: str) -> bool:
    """`o.x[i] = v`, `o.x += v` of an object that is one value: another array, in its place. False if the array may be one of the caller's."""
    heap, kind = state.heap, state.kind(view.base)
    around = {heap.root(view.base)}
    while more := {item for item, holders in heap.holders.items() if not around.isdisjoint(map(heap.root, map(heap.location, holders)))} - around:
        around |= more
    around |= {other for location in around for other in (*heap.overlaps.get(location, ()), *map(heap.location, heap.holders.get(location, ())))}
    if not isinstance(kind, Packed) or around & (state.parameters | state.from_outside.keys()):
        return False
    old, whole = state.read(array), steps == (WHOLE,)
    if whole and op == "write_add":
        new = emit(state, "add", old, value)
    elif whole and op == "write" and value in state.owned and state.kind(value) == state.kind(old):
        new = str(value)
    else:
        copied = emit(state, "copy", old)
        new = state.names.fresh(state.called(array))
        state.emit(Apply((new,), op, (copied, *steps, value), place=state.place), state.out)
    number = view.line.args[1]
    assert isinstance(number, Const)
    _put(state, view.base, kind.cls, kind.names[number.value], new, None)
    return True
