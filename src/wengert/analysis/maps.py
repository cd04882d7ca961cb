"""What the methods of a dict do whose keys only the run knows: an op, or lines of Python that are inlined like a helper.

d.get(k, 0.0)              get_key(d.0, k, 0.0)
d.pop(k)                   v, d.1 = pop_key(d.0, k)
d.setdefault(k, v)         if k not in d: d[k] = v
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from wengert import errors
from wengert.analysis.emitting import emit
from wengert.analysis.facts import Method
from wengert.analysis.mapped import ask_for_map
from wengert.analysis.mutators import put_back
from wengert.analysis.stores import check_is_own, store
from wengert.ir.core import Apply, Atom, Const, Line
from wengert.ir.kinds import UNKNOWN, Bottom, Closure, Dict, List, Map, Tuple
from wengert.rules import element_of

if TYPE_CHECKING:
    from wengert.analysis.call import Call
    from wengert.analysis.frame import Frame
    from wengert.analysis.state import State


def or_else(d: dict[Any, Any], key: Any, default: Any = None) -> Any:
    return d[key] if key in d else default  # noqa: SIM401


def set_default(d: dict[Any, Any], key: Any, default: Any = None) -> Any:
    if key not in d:
        d[key] = default
    return d[key]


def updated(d: dict[Any, Any], other: Any) -> None:
    for key in other:
        d[key] = other[key]


def copied(d: dict[Any, Any]) -> dict[Any, Any]:
    return {key: d[key] for key in d}


def united(d: dict[Any, Any], other: dict[Any, Any]) -> dict[Any, Any]:
    made = {key: d[key] for key in d}
    for key in other:
        made[key] = other[key]
    return made


def values_of(d: dict[Any, Any]) -> list[Any]:
    return [d[key] for key in d]


def items_of(d: dict[Any, Any]) -> list[tuple[Any, Any]]:
    return [(key, d[key]) for key in d]


def of_pairs(pairs: Any) -> dict[Any, Any]:
    return {key: value for key, value in pairs}  # noqa: C416


def of_keys(keys: Any, value: Any = None) -> dict[Any, Any]:
    return {key: value for key in keys}  # noqa: C420


def map_method(call: Call, handle: Atom, name: str) -> bool:
    """`d.name(...)` of a dict whose keys only the run knows."""
    state = call.state
    value = state.read(handle)
    kind = state.kind(value)
    if not isinstance(kind, Map) or call.keywords or not isinstance(handle, str):
        return False
    count = len(call.args)
    if name == "__getitem__" and count == 1:
        call.emit("getitem", handle, *call.args)
    elif name == "__contains__" and count == 1:
        call.emit("in_", call.args[0], handle)
    elif name == "get" and count == 2 and not state.varies(call.args[1]) and not _holds_objects(kind):
        call.emit("get_key", handle, *call.args)
    elif name == "get" and count in (1, 2):
        return inline(call, or_else, handle)
    elif name == "pop" and count in (1, 2) and not state.varies(*call.args[1:]):
        call.bind(popped(state, handle, *call.args))
    elif name in INLINED and count in INLINED[name][0] and not (kind.default and name == "copy"):
        return inline(call, INLINED[name][1], handle)
    else:
        return False
    return True


INLINED: dict[str, tuple[tuple[int, ...], Callable[..., Any]]] = {
    "setdefault": ((1, 2), set_default), "update": ((1,), updated), "copy": ((0,), copied),
}  # fmt: skip
"""Methods, with how many arguments they take, and what they do."""


def inline(call: Call, function: Any, *first: Atom) -> bool:
    from wengert.analysis.inline import inline_function

    args = (*first, *call.args)
    call.returned(inline_function(call.state, call.frame, call.line, function, args, {}, call.out))
    return True


def popped(state: State, handle: str, *args: Atom) -> Atom:
    """The value of a key, or what is said instead; the dict is without it."""
    location = state.heap.location(handle)
    check_is_own(state, location)
    item, new = state.names.fresh(), state.names.fresh(state.called(location))
    state.emit(Apply((item, new), "pop_key", (state.read(handle), *map(state.read, args)), place=state.place), state.out)
    put_back(state, handle, new)
    return item


def _holds_objects(kind: Map) -> bool:
    from wengert.analysis.aliases import mutable

    return mutable(kind.element)


def made_of(call: Call) -> bool:
    """`dict(d)` of such a dict, `dict(zip(keys, values))`, `dict(pairs)`: a dict of which the keys show as it is made."""
    state, source = call.state, call.args[0]
    op, _ = state.iterables.get(source, ("", ())) if isinstance(source, str) else ("", ())
    kind = UNKNOWN if op or source in state.generators else state.kind(state.read(source))
    if isinstance(kind, Map):
        return inline(call, copied)
    if op in ("zip", "items", "enumerate") or isinstance(kind, (List, Tuple)):
        return call.varied and inline(call, of_pairs)
    return False


def joined_maps(state: State, frame: Frame, line: Apply, handles: Sequence[Atom], out: list[Line]) -> bool:
    """`d | e`, and `d |= e`, of such a dict and another dict; False if none is such a dict."""
    from wengert.analysis.inline import inline_function

    kinds = [state.kinds.get(state.heap.location(handle)) if isinstance(handle, str) else None for handle in handles]
    if not any(isinstance(kind, Map) for kind in kinds):
        return False
    for handle in handles:
        if isinstance(state.kind(state.read(handle)), Dict):
            ask_for_map(state, handle)
        if not isinstance(state.kind(state.read(handle)), (Map, Bottom)):
            raise errors.error("W083", state.place, what="a dict under a key that only the run knows, what another one holds")
    found = inline_function(state, frame, line, united if line.op == "or_" else updated, tuple(handles), {}, out)
    state.bind(frame, line.targets[0], handles[0] if line.op == "ior" or found is None else found)
    return True


def read_with_default(state: State, frame: Frame, line: Apply, handle: Atom) -> bool:
    """`d[k]` of a dict that has a number for every key: reading it may put the key in, which is written down; False if it is no such dict."""
    place = line.place
    kind = state.kind(state.read(handle)) if isinstance(handle, str) and isinstance(state.kinds.get(state.heap.location(handle)), Map) else None
    if not isinstance(kind, Map) or not kind.default or not isinstance(handle, str):
        return False
    if place is not None and place.file == __file__:
        return False  # the functions above ask for keys that are there
    if place is not None and place.expression is not None and place.expression is getattr(place.statement, "target", None):
        return False  # `d[k] += v`: the line that puts it back says so
    before, key = state.read(handle), frame.atom(line.args[1])
    state.apply(line.targets[0], frame, state.out, "get_key", before, key, Const(0), place=place)
    if state.heap.location(handle) not in state.tallies:
        store(state, handle, (key,), Const(0), "write_add")
    return True


def take_all(call: Call, function: Any) -> None:
    """A function that takes all keys, values or items of such a dict gets a list of them."""
    from wengert.analysis.inline import inline_function

    state = call.state

    def taken(atom: Atom) -> Atom:
        plain = ("keys", (atom,)) if function in TAKING else ("", ())
        op, args = state.iterables.get(atom, plain) if isinstance(atom, str) else ("", ())
        source = args[0] if op in ITEMS else None
        if not isinstance(source, str) or not isinstance(state.kinds.get(state.heap.location(source)), Map):
            return atom
        if op == "keys":
            keys = emit(state, "list_of", state.read(args[0]))
            state.define(keys, List(element_of(state.kind(state.read(args[0])))))
            return keys
        inner = call.inside(len(state.kinds))
        return inline_function(state, inner, call.line, ITEMS[op], args, {}, call.out) or Const(None)

    if function in WALKING:
        return
    call.args = tuple(map(taken, call.args))
    call.keywords = tuple((name, _sure(state, atom) if name == "key" else atom) for name, atom in call.keywords)


def _sure(state: State, atom: Atom) -> Atom:
    """`d.get` as a key, of keys that the dict has: `d.__getitem__`."""
    method = state.methods.get(atom) if isinstance(atom, str) else None
    if method is None or method.name != "get" or not isinstance(state.kind(state.read(method.value)), Map):
        return atom
    new = state.names.fresh()
    state.emit(Apply((new,), "getattr", (state.read(method.value), Const("__getitem__")), place=state.place), state.out)
    state.define(new, Closure(new), True)
    state.methods[new] = Method(method.value, "__getitem__")
    state.lazy.add(new)
    return new


ITEMS: dict[str, Any] = {"keys": None, "values": values_of, "items": items_of}
WALKING = frozenset({zip, enumerate, len})
TAKING = frozenset({list, tuple, sorted, sum, min, max, any, all, set, reversed})
