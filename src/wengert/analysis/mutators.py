"""Methods and functions that write into what they are given: each is a write of a value that a pure line computes.

    xs.append(v)          xs.1 = append(xs.0, v)
    a.fill(v)             a.1 = write(a.0, Ellipsis, v)
    a.sort()              %0 = np.sort(a.0)
                          a.1 = write(a.0, Ellipsis, %0)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

from wengert.analysis.aliases import mutable
from wengert.analysis.emitting import emit
from wengert.analysis.mapped import ask_for_map
from wengert.analysis.objects import is_virtual
from wengert.analysis.packing import packed
from wengert.analysis.state import State
from wengert.analysis.stores import WHOLE, check_is_own, store
from wengert.ir.core import Apply, Atom, Block, Const, For, Name, Yield
from wengert.ir.kinds import Array, Dict, Kind, Known, List, Text, Tuple
from wengert.ir.lattice import join
from wengert.ir.walk import base
from wengert.rules import element_of

Writer: TypeAlias = "Callable[[State, Kind, Name, Sequence[Atom], Mapping[str, Atom]], Atom | None]"
"""Writes the lines of a call; the atom that it gives back, or None if it is not about such a value."""

NONE = Const(None)


def _append(state: State, kind: Kind, handle: Name, args: Sequence[Atom], keywords: Mapping[str, Atom]) -> Atom | None:
    if not isinstance(kind, List) or len(args) != 1 or keywords:
        return None
    item = args[0]
    if is_virtual(state, item):
        item = packed(state, item)
    consume(state, handle, "append", item)
    return NONE


def consume(state: State, handle: Name, op: str, *args: Atom) -> Name:
    """Write a line that makes a new version of a list."""
    heap = state.heap
    location = heap.location(handle)
    check_is_own(state, location, *args)
    new = state.names.fresh(state.called(location))
    state.emit(Apply((new,), op, (state.read(handle), *args), place=state.place), state.out)
    heap.hold(location, [atom for atom in args if mutable(state.kind(atom))])
    put_back(state, handle, new)
    return new


def put_back(state: State, handle: Name, new: Name) -> None:
    """Let a list or dict have a new version; where it is in another one, that has one, too."""
    heap = state.heap
    location = heap.location(handle)
    view = None if (location, None) in heap.contents else heap.views.get(location)
    if view is None or view.line.op != "getitem":
        heap.write(location, new)
        return
    heap.resized.append(location)
    store(state, view.base, (view.line.args[1],), new, inside=True)
    whole = state.content(view.base)
    if isinstance(whole, str):
        heap.where[new] = location
        heap.derived[location] = (whole, new)


def _extend(state: State, kind: Kind, handle: Name, args: Sequence[Atom], keywords: Mapping[str, Atom]) -> Atom | None:
    if not isinstance(kind, List) or len(args) != 1 or keywords or not extend(state, handle, args[0]):
        return None
    return NONE


def extend(state: State, handle: Name, items: Atom) -> bool:
    """`xs += ys`: an `append` for each item; in a loop where the length is not known."""
    kind = state.kind(items)
    if not isinstance(kind, (List, Tuple)):
        return False
    if kind.items is not None:
        known = state.displays.get(items, ()) if isinstance(items, str) else ()
        for index in range(len(kind.items)):
            consume(state, handle, "append", known[index] if known else emit(state, "getitem", items, Const(index)))
        return True
    old, element = state.read(handle), state.names.fresh()
    location, hint = state.heap.location(handle), base(handle) if not handle.startswith("%") else ""
    inside, longer, after = state.names.fresh(hint), state.names.fresh(hint), state.names.fresh(hint)
    state.define(element, kind.element, state.varies(items))
    line = Apply((longer,), "append", (inside, element), place=state.place)
    whole = List(join(element_of(state.kind(old)), kind.element))
    for name in (inside, longer, after):
        state.define(name, whole, state.varies(old, items))
    state.out.append(For((after,), (element,), (items,), (inside,), (old,), Block((line,), Yield((longer,))), place=state.place))
    state.heap.hold(location, [items])
    state.heap.write(location, after)
    return True


def taken_out(state: State, handle: Name, *where: Atom) -> Name:
    """The item of a list at a position that the text says, by default the last; the list is without it."""
    heap = state.heap
    location = heap.location(handle)
    check_is_own(state, location)
    item, new = state.names.fresh(), state.names.fresh("" if location.startswith("%") else base(location))
    state.emit(Apply((item, new), "pop", (state.read(handle), *where), place=state.place), state.out)
    put_back(state, handle, new)
    return item


def _fill(state: State, kind: Kind, handle: Name, args: Sequence[Atom], keywords: Mapping[str, Atom]) -> Atom | None:
    if not isinstance(kind, Array) or len(args) != 1 or keywords:
        return None
    store(state, handle, (WHOLE,), args[0])
    return NONE


def _sort(state: State, kind: Kind, handle: Name, args: Sequence[Atom], keywords: Mapping[str, Atom]) -> Atom | None:
    if not isinstance(kind, Array):
        return None
    found = emit(state, "np.sort", state.read(handle), *args, keywords=tuple(keywords.items()))
    store(state, handle, (WHOLE,), found)
    return NONE


def _update(state: State, kind: Kind, handle: Name, args: Sequence[Atom], keywords: Mapping[str, Atom]) -> Atom | None:
    if not isinstance(kind, Dict) or len(args) > 1:
        return None
    for given in args:
        other = state.kind(given)
        if not isinstance(other, Dict):
            return None
        for key, _ in other.items:
            store(state, handle, (Const(key),), emit(state, "getitem", given, Const(key)))
    for key, atom in keywords.items():
        store(state, handle, (Const(key),), atom)
    return NONE


def _setdefault(state: State, kind: Kind, handle: Name, args: Sequence[Atom], keywords: Mapping[str, Atom]) -> Atom | None:
    if not isinstance(kind, Dict) or not args or keywords:
        return None
    key = state.kind(args[0])
    if not isinstance(key, (Text, Known)) or key.value is None:
        ask_for_map(state, handle)
        return None
    if key.value not in dict(kind.items):
        store(state, handle, (args[0],), args[1] if len(args) > 1 else NONE)
    return emit(state, "getitem", state.read(handle), args[0])


def _reversed(state: State, kind: Kind, handle: Name, args: Sequence[Atom], keywords: Mapping[str, Atom]) -> Atom | None:
    if not isinstance(kind, List) or args or keywords:
        return None
    backward = emit(state, "slice", NONE, NONE, Const(-1))
    replace_items(state, handle, emit(state, "getitem", state.read(handle), backward))
    return NONE


def _pop(state: State, kind: Kind, handle: Name, args: Sequence[Atom], keywords: Mapping[str, Atom]) -> Atom | None:
    """The last item; the list without it."""
    if not isinstance(kind, List) or keywords or tuple(args) not in ((), (Const(-1),)):
        return None
    if kind.items is None:
        return taken_out(state, handle, *args)
    old = state.read(handle)
    item = emit(state, "getitem", old, Const(-1))
    shorter = emit(state, "slice", NONE, Const(-1), NONE)
    replace_items(state, handle, emit(state, "getitem", old, shorter))
    return item


def replace_items(state: State, handle: Name, value: Name) -> None:
    """All items of a list are others: of one that this function made, a new list; in another, in place."""
    location = state.heap.location(handle)
    if location in state.parameters or location in state.heap.views or location in state.heap.overlaps:
        whole = emit(state, "slice", NONE, NONE, NONE)
        store(state, handle, (whole,), value)
        return
    state.heap.views.pop(value, None)
    state.heap.write(location, value)


def _whole(op: str) -> Writer:
    def write(state: State, kind: Kind, handle: Name, args: Sequence[Atom], keywords: Mapping[str, Atom]) -> Atom | None:
        """The array is overwritten with what a function of it gives."""
        if not isinstance(kind, Array):
            return None
        store(state, handle, (WHOLE,), emit(state, op, state.read(handle), *args, keywords=tuple(keywords.items())))
        return NONE

    return write


def _copyto(state: State, kind: Kind, handle: Name, args: Sequence[Atom], keywords: Mapping[str, Atom]) -> Atom | None:
    if not isinstance(kind, Array) or len(args) != 1 or set(keywords) - {"where"}:
        return None
    value = args[0]
    if "where" in keywords:
        value = emit(state, "np.where", keywords["where"], value, state.read(handle))
    store(state, handle, (WHOLE,), value)
    return NONE


WRITING: Mapping[str, Writer] = {
    "append": _append, "extend": _extend, "fill": _fill, "sort": _sort, "update": _update, "setdefault": _setdefault,
    "reverse": _reversed, "pop": _pop, "partition": _whole("np.partition"),
}  # fmt: skip
"""By the name of the method."""


def _add_at(state: State, kind: Kind, handle: Name, args: Sequence[Atom], keywords: Mapping[str, Atom]) -> Atom | None:
    if not isinstance(kind, Array) or len(args) != 2 or keywords:
        return None
    copied = emit(state, "copy", state.read(handle))
    store(state, handle, (WHOLE,), emit(state, "add_at", copied, *args))
    return NONE


def _subtract_at(state: State, kind: Kind, handle: Name, args: Sequence[Atom], keywords: Mapping[str, Atom]) -> Atom | None:
    return _add_at(state, kind, handle, (args[0], emit(state, "neg", args[1])), keywords) if len(args) == 2 else None


AT: Mapping[Any, Writer] = {np.add: _add_at, np.subtract: _subtract_at}
"""By the ufunc whose method `at` it is."""

FUNCTIONS: Mapping[Any, Writer] = {np.copyto: _copyto}
"""NumPy's functions that write into their first argument."""
