"""Items that go, or come in between: `del d[k]`, `d.pop(k)`, `xs.pop(0)`, `xs.insert(0, v)`, `xs.clear()`.

    k.0 = call(getattr(d.0, 'pop'), 'b')        k.0 = getitem(d.0, 'b')
                                         ==>    %0 = getitem(d.0, 'a')
                                                d.1 = dict('a', %0)

The list or dict is another one afterwards, under all its names; which items there are must be known. A dict that the caller handed in
is not touched.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from wengert.analysis.emitting import emit
from wengert.analysis.mutators import NONE, Writer, consume, extend, put_back, replace_items, taken_out
from wengert.analysis.state import State
from wengert.ir.core import Atom, Const, Name
from wengert.ir.kinds import Dict, Kind, Known, List, Slice, Text, Tuple

MISSING = object()


def without(state: State, handle: Name, key: Any) -> bool:
    """`del x[key]`."""
    value = state.read(handle)
    kind = state.kind(value)
    items = _items(state, value, kind)
    if items is None or not _has(kind, key):
        return False
    del items[key % len(items) if isinstance(kind, List) else key]
    return _put(state, handle, kind, items)


def replaced_slice(state: State, handle: Name, kind: List, index: Atom, value: Atom) -> bool:
    """`xs[i:j] = ys`, of any length: the items before, the new ones, the items behind. False if there are as many as before, or all are new."""
    cut, new = state.kind(index), state.kind(value)
    if not isinstance(cut, Slice) or not isinstance(new, (List, Tuple)) or cut.step not in (Known(None), Known(1)):
        return False
    if cut.start in (Known(None), Known(0)) and cut.stop == Known(None):
        return False
    old = state.read(handle)
    ends = [end.value for end in (cut.start, cut.stop) if isinstance(end, Known)]
    if kind.items is not None and new.items is not None and len(ends) == 2:
        items = [emit(state, "getitem", old, Const(k)) for k in range(len(kind.items))]
        items[slice(*ends)] = [emit(state, "getitem", value, Const(k)) for k in range(len(new.items))]
        replace_items(state, handle, emit(state, "list", *items))
        return True
    bounds = emit(state, "slice_bounds", emit(state, "len", old), index)
    first, last = (emit(state, "getitem", bounds, Const(k)) for k in (0, 1))
    made = emit(state, "getitem", old, emit(state, "slice", NONE, first, NONE))
    for more in (value, emit(state, "getitem", old, emit(state, "slice", last, NONE, NONE))):
        if not extend(state, made, more):
            return False
    replace_items(state, handle, str(state.read(made)))
    return True


def _items(state: State, value: Atom, kind: Kind) -> dict[Any, Atom] | None:
    """The items by their keys, read one by one; None if they are not known."""
    if isinstance(kind, Dict):
        keys = [key for key, _ in kind.items]
    elif isinstance(kind, List) and kind.items is not None:
        keys = list(range(len(kind.items)))
    else:
        return None
    return {key: emit(state, "getitem", value, Const(key)) for key in keys}


def _has(kind: Kind, key: Any) -> bool:
    if isinstance(kind, Dict):
        return key in dict(kind.items)
    return isinstance(kind, List) and type(key) is int and -len(kind.items or ()) <= key < len(kind.items or ())


def _put(state: State, handle: Name, kind: Kind, items: Mapping[Any, Atom]) -> bool:
    """Let the object have these items, a list in their order."""
    if isinstance(kind, List):
        replace_items(state, handle, emit(state, "list", *items.values()))
        return True
    if state.heap.location(handle) in state.parameters:
        return False
    put_back(state, handle, emit(state, "dict", *(atom for key, value in items.items() for atom in (Const(key), value))))
    return True


def _key(state: State, atom: Atom) -> Any:
    kind = state.kind(atom)
    return kind.value if isinstance(kind, (Known, Text)) and kind.value is not None else MISSING


def _pop(state: State, kind: Kind, handle: Name, args: Sequence[Atom], keywords: Mapping[str, Atom]) -> Atom | None:
    if not args or keywords or state.heap.location(handle) in state.parameters and isinstance(kind, Dict):
        return None
    key = _key(state, args[0])
    if isinstance(kind, Dict) and key is not MISSING and not _has(kind, key):
        return args[1] if len(args) == 2 else None
    if isinstance(kind, List) and kind.items is None and type(key) is int:
        return taken_out(state, handle, Const(key))
    if not _has(kind, key):
        return None
    item = emit(state, "getitem", state.read(handle), Const(key))
    return item if without(state, handle, key) else None


def _insert(state: State, kind: Kind, handle: Name, args: Sequence[Atom], keywords: Mapping[str, Atom]) -> Atom | None:
    if not isinstance(kind, List) or len(args) != 2 or keywords:
        return None
    where, items = _key(state, args[0]), _items(state, state.read(handle), kind)
    if type(where) is not int:
        return None
    if items is None:
        consume(state, handle, "insert", Const(where), args[1])
        return NONE
    values = list(items.values())
    values.insert(where, args[1])
    return NONE if _put(state, handle, kind, dict(enumerate(values))) else None


def _clear(state: State, kind: Kind, handle: Name, args: Sequence[Atom], keywords: Mapping[str, Atom]) -> Atom | None:
    if not isinstance(kind, (List, Dict)) or args or keywords:
        return None
    return NONE if _put(state, handle, kind, {}) else None


REMOVING: Mapping[str, Writer] = {"pop": _pop, "insert": _insert, "clear": _clear}
