"""Statements that write: `x[i] = v` and `x += v`, told apart by what `x` is.

    setitem(a.0, i, v)       a.1 = write(a.0, i, v)
    b.0 = iadd(a.0, v)       a.1 = write_add(a.0, Ellipsis, v)       # an array: `b` is `a`
    b.0 = imul(a.0, v)       %0 = a.0 * v
                             a.1 = write(a.0, Ellipsis, %0)
    b.0 = iadd(x.0, v)       b.0 = x.0 + v                           # a number
"""

from __future__ import annotations

import numpy as np

from wengert import errors
from wengert.analysis.clobbering import overwrite
from wengert.analysis.emitting import emit
from wengert.analysis.facts import Augmented
from wengert.analysis.frame import Frame
from wengert.analysis.mapped import ask_for_holder, ask_for_map, check_value, origin, under_unknown_key
from wengert.analysis.mutators import extend
from wengert.analysis.removals import replaced_slice
from wengert.analysis.state import State
from wengert.analysis.stores import WHOLE, store
from wengert.ir.core import Apply, Atom, Const, Line, Name
from wengert.ir.kinds import (
    UNKNOWN,
    Array,
    Bottom,
    Dict,
    Known,
    List,
    Map,
    Slice,
    Text,
    Tuple,
    describe,
    dtype_of,
    is_scalar,
    scalar_type,
)
from wengert.ir.lattice import options_of
from wengert.ir.walk import INPLACE


def set_item(state: State, frame: Frame, line: Apply, out: list[Line]) -> bool:
    """`x[i] = v`; true if it surely raises."""
    target, index, value = frame.handle(line.args[0]), frame.atom(line.args[1]), frame.handle(line.args[2])
    kind = state.kind(state.read(target))
    if isinstance(kind, (Array, List, Dict, Map)) and not isinstance(target, Const):
        location = state.heap.location(target)
        if not isinstance(value, Const):
            same = state.heap.views.get(state.heap.location(value))
            if same is not None and same.base == location and same.line.op == "getitem" and same.line.args[1] == index:
                return False  # `x[1:] += v` has written already; this puts the view back into its place
            added = state.augmented.get(value)
            if added is not None and added.location == location and added.index == index and isinstance(kind, (Array, Map)) and added.version == state.read(target):
                store(state, target, (index,), state.read(added.value), "write_add")
                return False
        new = state.read(value)
        if isinstance(kind, Dict) and not isinstance(state.kind(index), (Text, Known)):
            if state.varies(new) or state.varies(target):
                under_unknown_key(state, target)
            elif is_scalar(state.kind(new)):
                ask_for_map(state, target)
        if isinstance(kind, Map):
            check_value(state, new, origin(state, target))
        if isinstance(kind, List) and isinstance(state.kind(index), Slice) and state.varies(new, target):
            if replaced_slice(state, target, kind, index, new):
                return False
        store(state, target, (index,), new)
        return False
    value = state.read(value)
    target = state.read(target)
    if is_scalar(kind):
        raised = emit(state, "call", Const(TypeError, "TypeError"), Const("a number has no items that can be assigned"))
        out.append(Apply((), "raise", (raised,), place=state.place))
        return True
    if state.varies(value) or state.varies(target):
        ask_for_map(state, frame.handle(line.args[0]))
        ask_for_holder(state, target)
        what = "a value of unknown kind" if kind == UNKNOWN else describe(kind)
        raise errors.error("W083", state.place, what=what)
    out.append(Apply((), "setitem", (target, index, value), place=frame.place(line.place)))
    overwrite(state, frame, line, frame.handle(line.args[0]))
    return False


def assign_in_place(state: State, frame: Frame, line: Apply, out: list[Line]) -> None:
    """`a += b`: a new value for numbers, tuples and strings, a write for arrays and lists."""
    handle, second = frame.handle(line.args[0]), frame.atom(line.args[1])
    first = state.read(handle)
    kind, op, place = state.kind(first), INPLACE[line.op], frame.place(line.place)
    if isinstance(kind, Array) and isinstance(handle, str) and state.heap.root(state.heap.location(handle)) is not None:
        if not (str(line.args[0]).startswith("%") and _is_copy_of_item(state, handle)):
            _array_in_place(state, handle, first, op, second)
            state.bind(frame, line.targets[0], handle)
            return
    elif isinstance(kind, List) and line.op == "iadd" and isinstance(handle, str):
        if not extend(state, handle, second):
            raise errors.error("W023", place, name=state.spelled(handle))
        state.bind(frame, line.targets[0], handle)
        return
    immutable = is_scalar(kind) or isinstance(kind, (Tuple, Text, Bottom)) or (isinstance(kind, Known) and not callable(kind.value))
    probe = Apply(("probe",), op, (first, second))
    copied = isinstance(kind, Array)
    if not (immutable or copied) and not (isinstance(first, str) and first in state.owned and keeps_form(state, probe)):
        varies = state.varies(first, second)
        if kind == UNKNOWN and first in state.items and varies:
            ask_for_map(state, state.items[str(first)][0])
            ask_for_holder(state, state.items[str(first)][2])
        if kind == UNKNOWN:
            shared = {state.heap.location(handle), *state.heap.overlaps.get(state.heap.location(handle), ())} if isinstance(handle, str) else set()
            if not varies and shared & state.shown:  # a number, or an array that others know
                raise errors.error("W023", place, name=state.spelled(handle))
            state.apply(line.targets[0], frame, out, line.op, first, second, place=line.place)
            return
        raise errors.error("W023", place, name=line.targets[0].rpartition(".")[0] or state.spelled(first))
    new = state.apply(line.targets[0], frame, out, op, first, second, place=line.place)
    if not immutable and line.targets[0] not in frame.sharing.shared:
        state.owned.add(new)
    item = state.items.get(first) if isinstance(first, str) else None
    if item is not None and op in ("add", "sub"):
        if op == "sub":
            second = emit(state, "neg", second)
        state.augmented[new] = Augmented(*item, second)


def _is_copy_of_item(state: State, handle: Name) -> bool:
    """Was it copied out of an array by an index that gives copies, for `x[i] += v`?"""
    heap, location = state.heap, state.heap.location(handle)
    return handle in state.items and location not in heap.views and not heap.overlaps.get(location) and not heap.holders.get(location)


def _array_in_place(state: State, handle: Name, first: Atom, op: str, second: Atom) -> None:
    """Write the result of the operator into the array, or refuse where NumPy would: a wider dtype does not fit."""
    probe = Apply(("probe",), op, (first, second), place=state.place)
    (result,) = state.kinds_of(probe)
    kind = state.kind(first)
    assert isinstance(kind, Array)
    wide = dtype_of(result) or {"float": "float64", "complex": "complex128"}.get(scalar_type(result) or "", kind.dtype)
    if not np.can_cast(wide, kind.dtype, "same_kind"):
        raise errors.error("W084", state.place, name=state.spelled(handle), dtype=kind.dtype, other=wide)
    if op in ("add", "sub"):
        if op == "sub":
            second = emit(state, "neg", second)
        store(state, handle, (WHOLE,), second, "write_add")
    else:
        store(state, handle, (WHOLE,), emit(state, op, first, second))


def keeps_form(state: State, line: Apply) -> bool:
    """Is the result of the operator, for all that its first operand may be, of the dtype and axes that this one has?"""
    first = line.args[0]
    assert isinstance(first, str)
    for kind in options_of(state.kind(first)):
        if is_scalar(kind):
            continue
        if not isinstance(kind, Array) or "?" in kind.axes:
            return False
        names = tuple(f"{index}" for index in range(len(line.args)))
        kinds = dict(zip(names, (kind, *(state.kind(atom) for atom in line.args[1:]))))
        if line.args[1] == first:
            kinds[names[1]] = kind
        if state.kinds_of(Apply(("probe",), line.op, names), kinds) != (kind,):
            return False
    return True
