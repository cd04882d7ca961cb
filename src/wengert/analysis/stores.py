"""Writes: `x[i] = v`, `x += v`, `xs.append(v)` make a new version of the object that they change.

    setitem(a.0, i, v)       a.1 = write(a.0, i, v)
    b.0 = iadd(a.0, v)       a.1 = write_add(a.0, Ellipsis, v)       # an array: `b` is `a`
    b.0 = imul(a.0, v)       %0 = a.0 * v
                             a.1 = write(a.0, Ellipsis, %0)
    b.0 = iadd(x.0, v)       b.0 = x.0 + v                           # a number

A write through a view is one through its base, with a path of several steps: `a[1:][0] = v` is `write(a.0, %s, 0, v)`. Through
views that are no index (`a.T`), the view is written to, and the base is the view turned back.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from wengert import errors
from wengert.analysis.aliases import mutable
from wengert.analysis.frame import Frame
from wengert.analysis.heap import Spoilt, View
from wengert.analysis.mapped import ask_for_map, check_value, under_unknown_key
from wengert.analysis.state import Augmented, State
from wengert.ir.core import Apply, Atom, Const, Line, Name
from wengert.ir.kinds import (
    UNKNOWN,
    Array,
    Bottom,
    Dict,
    Known,
    List,
    Map,
    Packed,
    Slice,
    Text,
    Tuple,
    describe,
    dtype_of,
    is_scalar,
    scalar_type,
)
from wengert.ir.walk import INPLACE

WHOLE = Const(Ellipsis)
"""The index of all of an array."""


def store(
    state: State, target: Atom, steps: tuple[Atom, ...], value: Atom, op: str = "write", spelled: str | None = None, inside: bool = False,
    field: str | None = None,
) -> None:  # fmt: skip
    """Write into the object that an atom stands for, and let its location have the new version.

    `inside`: into an item of it, in place, or into one `field` of an item.
    """
    heap = state.heap
    if isinstance(target, Const):
        raise errors.error("W023", state.place, name=state.spelled(target))
    location = heap.location(target)
    packed = state.kind(location)
    if isinstance(packed, Packed) and len(steps) == 1 and op == "write" and isinstance(steps[0], Const):
        from wengert.analysis.packing import bind_part

        bind_part(state, location, packed.cls, packed.names[steps[0].value], value)  # what is written is itself a field of an object
        return
    view = None if (location, None) in heap.contents else heap.views.get(location)
    if view is not None and isinstance(state.kind(view.base), Packed) and isinstance(state.kind(location), Array):
        from wengert.analysis.packing import write_part

        if write_part(state, view, location, steps, value, op):
            return
    if view is not None and view.line.op == "getitem":
        whole = steps == (WHOLE,) and isinstance(state.kind(state.read(view.base)), Array)
        inner = () if whole else steps  # `d['w'][...] = v` is no `d['w'] = v`
        store(state, view.base, (view.line.args[1], *inner), value, op, spelled, inside=True, field=field)
        return
    old = state.read(location)
    assert isinstance(old, str)
    check_is_own(state, location, value)
    kind = state.kind(old)
    if isinstance(kind, (List, Dict, Map)) and len(steps) == 1 and not inside:
        detach(state, location, steps[0])
    new = state.names.fresh(state.called(location))
    state.define(new, kind, state.varies(old, value))
    line = Apply((new,), op, (old, *steps, value), spelled=spelled, place=state.place)
    if not isinstance(kind, Array) and (op != "write_add" or isinstance(kind, Map)):  # which leaves the item what it is
        (kind,) = state.kinds_of(line)
        state.define(new, kind, state.varies(old, value))
    state.out.append(line)
    state.written.update({location, *heap.overlaps.get(location, ())} & state.parameters)
    held = inside and not isinstance(kind, Array)
    if held:
        heap.change_inside(location, field)
    heap.write(location, new, as_long=not isinstance(state.kind(steps[-1]), Slice))
    if held and location in (heap.doubly if field is None else heap.twins):
        heap.contents[location, None] = Spoilt(location)
    if mutable(state.kind(value)) and not isinstance(kind, Array):
        heap.hold(location, [value])
    if view is not None:
        _turn_back(state, view, new)


def check_is_own(state: State, location: str, *values: Atom) -> None:
    """Refuse to write something differentiated into an object of a global: the next read of the global would not know of it."""
    if not (state.from_outside and state.varies(*values)):
        return
    heap = state.heap
    held = {item for item, holders in heap.holders.items() if location in map(heap.location, holders)}
    for name in {location, *heap.overlaps.get(location, ()), *held} & state.from_outside.keys():
        raise errors.error("W014", state.place, function=state.place.function if state.place else "it", name=state.from_outside[name])


def detach(state: State, location: str, index: Atom) -> None:
    """An item of a list is bound to something else: what was read from it stays what it was, and may still be in the list."""
    heap = state.heap
    for item, view in list(heap.views.items()):
        if view.base == location and (item, None) not in heap.contents and mutable(state.kind(item)):
            known = isinstance(index, Const) and isinstance(view.line.args[1], Const) and isinstance(index.value, str)
            if known and index != view.line.args[1]:
                continue
            found = state.content(item)
            heap.contents[item, None] = found
            heap.overlap(item, location)


RESHAPED = {"np.expand_dims", "np.squeeze", "np.reshape", "np.ravel"}


MIRRORED = {"np.flip", "np.fliplr", "np.flipud", "np.matrix_transpose", "np.linalg.matrix_transpose"}
"""Views that, taken twice, give the array."""


def _other_way(line: Apply, rest: tuple[Atom, ...]) -> tuple[Atom, ...] | None:
    """The axes by which a view is turned back whose axes stand in another order."""
    if line.op == "np.moveaxis" and len(rest) == 2 and not line.keywords:
        return rest[::-1]
    values = [atom.value if isinstance(atom, Const) else None for atom in rest]
    order: list[Any] = list(values[0] if len(values) == 1 and isinstance(values[0], tuple) else values)
    if line.op != "np.transpose" or line.keywords or not order or not all(type(axis) is int and 0 <= axis < len(order) for axis in order):
        return None
    back = [order.index(axis) for axis in range(len(order))] if sorted(order) == list(range(len(order))) else []
    return (Const(tuple(back)),) if isinstance(values[0], tuple) else tuple(map(Const, back))


def _turn_back(state: State, view: View, written: Name) -> None:
    """The base of a view that was written to: the view undone, of the same memory."""
    line, old = view.line, state.read(view.base)
    rest = (*line.args[1:], *(atom for _, atom in line.keywords))
    axes = _other_way(line, rest)
    if line.op in MIRRORED or line.op == "np.swapaxes" or (line.op == "np.transpose" and not rest):
        turned = Apply((), line.op, (written, *line.args[1:]), line.keywords, line.spelled, state.place)
    elif axes is not None:
        turned = Apply((), line.op, (written, *axes), (), line.spelled, state.place)
    elif line.op in RESHAPED:
        shape = state.names.fresh()
        made = Apply((shape,), "np.shape", (old,), spelled=".shape", place=state.place)
        state.define(shape, state.kinds_of(made)[0])
        state.out.append(made)
        turned = Apply((), "np.reshape", (written, shape), spelled=".reshape", place=state.place)
    else:
        raise errors.error("W082", state.place, name=line.op)
    root = view.base
    name = state.names.fresh(state.called(root))
    state.define(name, state.kind(old), state.varies(written))
    state.out.append(Apply((name,), turned.op, turned.args, turned.keywords, turned.spelled, turned.place))
    heap = state.heap
    outer = heap.views.get(root) if (root, None) not in heap.contents else None
    heap.write(root, name)
    heap.derived[heap.location(written)] = (name, written)
    heap.contents.pop((heap.location(written), None), None)
    if outer is not None:
        if outer.line.op == "getitem":
            store(state, outer.base, (outer.line.args[1],), name)
            heap.contents.pop((root, None), None)
            heap.derived[root] = (state.read(outer.base), name)
        else:
            _turn_back(state, outer, name)


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
        if isinstance(kind, Dict) and not isinstance(state.kind(index), (Text, Known)) and (state.varies(new) or state.varies(target)):
            under_unknown_key(state, target)
        if isinstance(kind, Map):
            check_value(state, new)
        if isinstance(kind, List) and isinstance(state.kind(index), Slice) and state.varies(new, target):
            from wengert.analysis.removals import replaced_slice

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
        what = "a value of unknown kind" if kind == UNKNOWN else describe(kind)
        raise errors.error("W083", state.place, what=what)
    out.append(Apply((), "setitem", (target, index, value), place=frame.place(line.place)))
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
        from wengert.analysis.mutators import extend

        if not extend(state, handle, second):
            raise errors.error("W023", place, name=state.spelled(handle))
        state.bind(frame, line.targets[0], handle)
        return
    immutable = is_scalar(kind) or isinstance(kind, (Tuple, Text, Bottom)) or (isinstance(kind, Known) and not callable(kind.value))
    probe = Apply(("probe",), op, (first, second))
    copied = isinstance(kind, Array)
    if not (immutable or copied) and not (isinstance(first, str) and first in state.owned and keeps_form(state, probe)):
        if kind == UNKNOWN and not state.varies(first, second):
            state.apply(line.targets[0], frame, out, line.op, first, second, place=line.place)
            return
        name = line.targets[0].rpartition(".")[0] or str(first)
        raise errors.error("W023", place, name=name)
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


def emit(state: State, op: str, *args: Atom, spelled: str | None = None, keywords: tuple[tuple[str, Atom], ...] = ()) -> Name:
    """Append a line that no line of the user's program says."""
    name = state.names.fresh()
    state.emit(Apply((name,), op, args, keywords, spelled, state.place), state.out)
    return name


def keeps_form(state: State, line: Apply) -> bool:
    """Is the result of the operator, for all that its first operand may be, of the dtype and axes that this one has?"""
    from wengert.ir.lattice import options_of

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
