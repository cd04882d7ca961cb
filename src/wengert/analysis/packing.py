"""Objects as single values: a list of objects holds tuples of their fields.

    append(xs, o)              append(xs, (o.x, o.y))
    getattr(xs[0], 'x')        getitem(xs[0], 0)
    xs[0].x = v                write(xs, 0, (v, xs[0].y))       # another value in its place (`stores.py`)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wengert import errors
from wengert.analysis.aliases import mutable
from wengert.analysis.emitting import emit
from wengert.analysis.heap import Spoilt
from wengert.analysis.objects import class_of, is_virtual, location_of
from wengert.analysis.state import State
from wengert.ir.core import Atom, Const, Name
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
