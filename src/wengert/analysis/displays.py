"""Containers made of containers: `{**d, 'k': v}`, `dict(d, k=v)`, `[a, *b]`, `a + b`, `[a] * 3` are written out, item by item.

    d.1 = dict('k', v)              %0 = getitem(d.0, 'a')
    e.0 = d.0 | d.1         ==>     e.0 = dict('a', %0, 'k', v)

That needs to be known: the keys, or how many items there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wengert.analysis.emitting import emit
from wengert.analysis.frame import Frame
from wengert.analysis.mutators import extend
from wengert.analysis.state import State
from wengert.ir.core import Apply, Atom, Const, Line, Name
from wengert.ir.kinds import Dict, Frozen, Known, List, Tuple, is_scalar

MOST = 32
"""So many items are written one by one, at most."""


def merged(state: State, frame: Frame, line: Apply, target: Name, handles: Sequence[Atom], more: Sequence[tuple[str, Atom]], out: list[Line]) -> bool:
    """Bind the target to a dict of the items of all these dicts, and of keywords; False if one is not known by its keys."""
    values = [state.read(handle) for handle in handles]
    kinds = [state.kind(value) for value in values]
    if not all(isinstance(kind, Dict) for kind in kinds):
        return False
    place = frame.place(line.place)
    last: dict[Any, int] = {}
    for position, kind in enumerate(kinds):
        assert isinstance(kind, Dict)
        last.update(dict.fromkeys((key for key, _ in kind.items), position))  # the last one wins, at the place of the first
    named = {key: state.read(atom) for key, atom in more}
    items: dict[Any, Atom] = {}
    for key, position in last.items():
        if key in named:
            items[key] = named[key]
            continue
        items[key] = name = state.names.fresh()
        state.emit(Apply((name,), "getitem", (values[position], Const(key)), place=place), out)
    items.update(named)
    atoms = [atom for key, value in items.items() for atom in (Const(key), value)]
    state.apply(target, frame, out, "dict", *atoms, place=line.place)
    return True


def joined(state: State, frame: Frame, line: Apply, handles: Sequence[Atom], out: list[Line]) -> bool:
    """`a + b` of two lists or two tuples."""
    values = [state.read(handle) for handle in handles]
    one, other = map(state.kind, values)
    if any(isinstance(kind, Frozen) for kind in (one, other)) and all(isinstance(kind, (Frozen, Tuple)) for kind in (one, other)):
        return any(map(state.varies, values)) and _frozen(state, frame, line, values, out)
    if not (isinstance(one, (List, Tuple)) and type(one) is type(other)):
        return False
    if not any(map(state.varies, values)):
        return False
    parts = [_items(state, frame, line, value, out) for value in values]
    if None in parts:
        return isinstance(one, List) and _longer(state, frame, line, handles, out)
    items = [item for part in parts for item in part or ()]
    return _display(state, frame, line, isinstance(one, List), items, out)


def _longer(state: State, frame: Frame, line: Apply, handles: Sequence[Atom], out: list[Line]) -> bool:
    """A copy of one list to which the items of the other are appended."""
    new = state.apply(line.targets[0], frame, out, "copy", state.read(handles[0]), place=line.place)
    return extend(state, new, state.read(handles[1]))


def _frozen(state: State, frame: Frame, line: Apply, values: Sequence[Atom], out: list[Line]) -> bool:
    """A sum of tuples, of which one has an unknown length: the tuple of a list."""
    first = state.kind(values[0])
    if isinstance(first, Frozen):
        whole = emit(state, "copy", values[0], spelled="list")
    else:
        whole = emit(state, "list", *(_items(state, frame, line, values[0], out) or ()))
    if not extend(state, whole, values[1]):
        return False
    state.apply(line.targets[0], frame, out, "copy", state.read(whole), place=line.place, spelled="tuple")
    return True


def repeated(state: State, frame: Frame, line: Apply, handles: Sequence[Atom], out: list[Line]) -> bool:
    """`a * 3` of a list or tuple of numbers that vary."""
    values = [state.read(handle) for handle in handles]
    value, times = values if isinstance(state.kind(values[0]), (List, Tuple)) else values[::-1]
    kind, count = state.kind(value), state.kind(times)
    if not (isinstance(kind, (List, Tuple)) and isinstance(count, Known) and type(count.value) is int and state.varies(value)):
        return False
    if kind.items is None or len(kind.items) * count.value > MOST or not all(map(is_scalar, kind.items)):
        return False
    items = _items(state, frame, line, value, out)
    return items is not None and _display(state, frame, line, isinstance(kind, List), items * count.value, out)


def _items(state: State, frame: Frame, line: Apply, value: Atom, out: list[Line]) -> list[Atom] | None:
    kind = state.kind(value)
    if isinstance(value, str) and value in state.made:
        return list(state.made[value])
    if not isinstance(kind, (List, Tuple)) or kind.items is None or len(kind.items) > MOST:
        return None
    names = [state.names.fresh() for _ in kind.items]
    if names:
        state.emit(Apply(tuple(names), "unpack", (value,), place=frame.place(line.place)), out)
    return [*names]


def _display(state: State, frame: Frame, line: Apply, is_list: bool, items: Sequence[Atom], out: list[Line]) -> bool:
    state.apply(line.targets[0], frame, out, "list" if is_list else "tuple", *map(state.read, items), place=line.place)
    return True
