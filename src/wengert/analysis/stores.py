"""What writes have in common: each makes a new version of the object that it changes, and of whatever that is a view of or stands in.

    a[i] = v                 a.1 = write(a.0, i, v)

Which statements and methods write, and what, is said in `assigning.py`, `mutators.py` and `removals.py`. A write through a view is one
through its base, with a path of several steps: `a[1:][0] = v` is `write(a.0, %s, 0, v)`. Through views that are no index (`a.T`), the view is
written to, and the base is the view turned back. A field of an object that is one value (`packing.py`) is written by putting another such value
in its place.
"""

from __future__ import annotations

from typing import Any

from wengert import errors
from wengert.analysis.aliases import mutable
from wengert.analysis.emitting import emit
from wengert.analysis.heap import Location, Spoilt, View
from wengert.analysis.mapped import ask_for_object, origin
from wengert.analysis.maybe_views import DECIDABLE
from wengert.analysis.objects import is_virtual
from wengert.analysis.packing import pack, packed, part_of
from wengert.analysis.replacing import detach, left_alone, put_back
from wengert.analysis.state import State
from wengert.ir.core import Apply, Atom, Const, Name
from wengert.ir.kinds import Array, Dict, Kind, List, Map, Packed, Record, Slice
from wengert.rules.index_kinds import item_kind

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
    own = state.kind(location)
    if isinstance(own, Packed) and len(steps) == 1 and op == "write" and isinstance(steps[0], Const):
        bind_part(state, location, own.cls, own.names[steps[0].value], value)  # what is written is itself a field of an object
        return
    view = None if (location, None) in heap.contents else heap.views.get(location)
    if view is not None and isinstance(state.kind(view.base), Packed) and isinstance(state.kind(location), Array):
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
    if isinstance(kind, Map) and len(steps) > 1 and state.varies(old, value):
        ask_for_object(state, origin(state, location))
    replaced = isinstance(kind, (List, Dict, Map)) and len(steps) == 1 and not inside
    if replaced:
        detach(state, location, steps[0])
    left = left_alone(state, location) if replaced else {}
    before, heap.half = heap.half, None
    new = state.names.fresh(state.called(location))
    state.define(new, kind, state.varies(old, value))
    line = Apply((new,), op, (old, *steps, value), spelled=spelled, place=state.place)
    if not isinstance(kind, Array) and (_is_new_key(state, kind, steps, state.varies(value)) or op != "write_add"):  # which leaves the item what it is
        (kind,) = state.kinds_of(line)
        state.define(new, kind, state.varies(old, value))
    state.out.append(line)
    state.written.update({location, *heap.overlaps.get(location, ())} & state.parameters)
    held = inside and not isinstance(kind, Array)
    if held:
        heap.change_inside(location, field)
    heap.write(location, new, as_long=not isinstance(state.kind(steps[-1]), Slice))
    heap.contents.update(left)
    if held and location in (heap.doubly if field is None else heap.twins):
        heap.contents[location, None] = Spoilt(location)
    if mutable(state.kind(value)) and not isinstance(kind, Array):
        if isinstance(value, str) and (heap.location(value), None) in left:
            put_back(state, location, line, before)
        else:
            heap.hold(location, [value])
    if view is not None:
        _turn_back(state, view, new)


def _is_new_key(state: State, kind: Kind, steps: tuple[Atom, ...], varied: bool) -> bool:
    """May the path lead to an item that is not there yet, of a dict whose keys only the run knows? Such a dict in a list has no adjoint of its own."""
    listed = False
    for step in steps:
        if isinstance(kind, Map):
            if listed and varied:
                raise errors.error("W083", state.place, what="a dict under a key that only the run knows, which is in a list or in another such dict")
            return True
        listed = listed or isinstance(kind, List) and kind.items is None
        kind = item_kind(kind, state.kind(step), "", "")
    return False


def check_is_own(state: State, location: str, *values: Atom) -> None:
    """Refuse to write something differentiated into an object of a global: the next read of the global would not know of it."""
    if not (state.from_outside and state.varies(*values)):
        return
    heap = state.heap
    held = {item for item, holders in heap.holders.items() if location in map(heap.location, holders)}
    for name in {location, *heap.overlaps.get(location, ()), *held} & state.from_outside.keys():
        raise errors.error("W014", state.place, function=state.place.function if state.place else "it", name=state.from_outside[name])


RESHAPED = {"np.expand_dims", "np.squeeze"} | DECIDABLE


MIRRORED = {"np.flip", "np.fliplr", "np.flipud", "np.matrix_transpose", "np.linalg.matrix_transpose", "np.view"}
"""Views that, taken twice, give the array."""


def _other_way(line: Apply, rest: tuple[Atom, ...]) -> tuple[Atom, ...] | None:
    """The arguments that turn a view back whose axes stand in another order."""
    if line.op == "np.moveaxis" and len(rest) == 2 and not line.keywords:
        return rest[::-1]
    values = [atom.value if isinstance(atom, Const) else None for atom in rest]
    if line.op == "np.rot90":
        turns = values[0] if rest else 1
        return (Const(-turns), *rest[1:]) if isinstance(turns, int) else None
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


def _is_field(state: State, location: Location, name: str, value: Atom) -> bool:
    """Is the value what the object holds under this name?"""
    view = state.heap.views.get(state.heap.location(value)) if isinstance(value, str) else None
    kind = state.kind(location)
    return view is not None and view.base == location and isinstance(kind, Packed) and view.line.args[1] == Const(kind.names.index(name))


def _detach_field(state: State, cls: Any, name: str) -> None:
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
    if _is_field(state, location, name, value):
        return  # `o.x += v` has written already; this puts the array back into its place
    _detach_field(state, cls, name)
    if mutable(state.kind(value)) and isinstance(value, str) and heap.root(heap.location(value)) == heap.root(location):
        heap.doubly.add(heap.root(location))
    _bind_field(state, handle, cls, name, value, name)


def _bind_field(state: State, handle: Name, cls: Any, name: str, value: Atom, field: str | None) -> None:
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
    _bind_field(state, view.base, kind.cls, kind.names[number.value], new, None)
    return True
