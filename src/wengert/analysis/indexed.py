"""A variable that may be one of several views of one array: they differ in the index, and that is what branches and loops hand on.

    if c:                              w_at.0 = if c:
        w = u[1:]                          yield %s
    else:                              else:
        w = u[:-1]             ==>         yield %t
    w *= 2                             u.1 = write(u.0, w_at.0, ...)
    return u.sum()

So a write through the variable is a write into the array, and the variable is read again where the array was written to. Where nothing is
written, such a variable is a value like others; only a program that is refused otherwise (W081) is read this way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from wengert.analysis.heap import Content, Location, Slot, View
from wengert.analysis.state import State
from wengert.analysis.stores import WHOLE
from wengert.ir.core import UNDEF, Apply, Atom, Name
from wengert.ir.kinds import Array, Bottom
from wengert.ir.walk import base


def index_in(state: State, handle: Atom, whole: Location, contents: Mapping[Slot, Content]) -> Atom | None:
    """The index at which an object is a view of an array; `undef` of what has no value."""
    heap = state.heap
    if not isinstance(handle, str):
        return UNDEF if handle == UNDEF else None
    location = heap.location(handle)
    if location == whole:
        return WHOLE
    view = heap.views.get(location)
    if view is None:
        return UNDEF if isinstance(state.kind(handle), Bottom) else None
    if view.base != whole or view.line.op != "getitem" or (location, None) in contents:
        return None
    return view.line.args[1]


def array_of(state: State, handle: Atom) -> Location | None:
    """The array of which an object is a view, by an index."""
    view = state.heap.views.get(state.heap.location(handle)) if isinstance(handle, str) else None
    if view is None or view.line.op != "getitem" or not isinstance(state.kinds.get(view.base), Array):
        return None
    return view.base


def common_array(state: State, handles: Sequence[Atom], contents: Sequence[Mapping[Slot, Content]]) -> tuple[Location, list[Atom]] | None:
    """The array of which all these objects are views, and at which indices."""
    for handle in handles:
        whole = array_of(state, handle)
        if whole is not None:
            indices = [index_in(state, one, whole, known) for one, known in zip(handles, contents)]
            found = [index for index in indices if index is not None]
            return (whole, found) if len(found) == len(indices) else None
    return None


def bind_view(state: State, name: Name, whole: Location, index: Atom) -> Name:
    """The name stands for a view of the array at the index, which is taken where it is read."""
    line = Apply((name,), "getitem", (whole, index), place=state.place)
    state.define(name, state.kinds_of(line)[0], state.varies(whole))
    state.heap.views[name] = View(whole, line)
    return name


def named_index(state: State, variable: Name) -> Name:
    """A new name for the index of a variable."""
    return state.names.fresh("" if variable.startswith("%") else f"{base(variable)}_at")
