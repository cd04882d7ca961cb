"""Copies: `copy.copy`, `copy.deepcopy`, `dataclasses.replace`, and `_replace` and `_asdict` of a namedtuple.

    q = call(@copy.copy, p)                 q has the fields that `p` has now
    q = call(@dataclasses.replace, p, b=v)  q = call(@Point, a=getattr(p, 'a'), b=v)
    t = call(getattr(s, '_replace'), b=v)   t = record(@State, 'a', getattr(s, 'a'), 'b', v)

A deep copy copies what the value holds, too; of what it holds twice there is one copy.
"""

from __future__ import annotations

import copy
import dataclasses
from typing import Any

from wengert.analysis.aliases import mutable
from wengert.analysis.attribute_reads import read_attribute
from wengert.analysis.call import SPECIAL, Call, known_atom
from wengert.analysis.emitting import emit
from wengert.analysis.heap import Spoilt
from wengert.analysis.inline import tuple_of
from wengert.analysis.method_calls import METHODS
from wengert.analysis.objects import class_of, is_real
from wengert.analysis.packing import pack
from wengert.ir.core import Apply, Atom, Const, Name
from wengert.ir.kinds import Array, Dict, List, Packed, Record, Tuple, is_scalar

OBJECT = "@copied"
"""In a frame: what a field is read of."""

CUSTOM = ("__copy__", "__deepcopy__", "__reduce_ex__", "__reduce__", "__getstate__", "__setstate__", "__slots__")
"""By these a class says itself how it is copied."""


def _read(call: Call, handle: Atom, name: str) -> Atom:
    inner = call.inside(len(call.state.kinds))
    inner.atoms[OBJECT] = handle
    target = call.state.names.fresh()
    read_attribute(call.state, inner, Apply((target,), "getattr", (OBJECT, Const(name)), place=call.line.place), call.out)
    return inner.handle(target)


def _replace(call: Call) -> bool:
    """`dataclasses.replace(p, b=v)`: a new object of the class, made by its `__init__`."""
    if len(call.args) != 1:
        return False
    kind = call.state.kind(call.args[0])
    cls = class_of(call.state, call.args[0]) or (kind.cls if isinstance(kind, Record) else None)
    if not (isinstance(cls, type) and dataclasses.is_dataclass(cls)):
        return False
    named = dict(call.keywords)
    fields = [field for field in dataclasses.fields(cls) if field.init]
    if not named.keys() <= {field.name for field in fields}:
        return False
    for field in fields:
        if field.name not in named:
            named[field.name] = _read(call, call.args[0], field.name)
    Call(call.state, call.frame, call.line, known_atom(cls), (), tuple(named.items()), call.out).write()
    return True


def _fields_of_record(call: Call, handle: Atom) -> dict[str, Atom] | None:
    kind = call.state.kind(call.state.read(handle))
    if isinstance(kind, Packed) and issubclass(kind.cls, tuple):
        return {name: emit(call.state, "getitem", call.state.read(handle), Const(k)) for k, name in enumerate(kind.names)}
    if not (isinstance(kind, Record) and issubclass(kind.cls, tuple)):
        return None
    return {name: emit(call.state, "getattr", call.state.read(handle), Const(name)) for name, _ in kind.items}


def _with_fields(call: Call, handle: Atom) -> bool:
    """`t._replace(b=v)`"""
    named = dict(call.keywords)
    kind = call.state.kind(call.state.read(handle))
    found = None if call.args else _fields_of_record(call, handle)
    if found is None or not named.keys() <= found.keys():
        return False
    assert isinstance(kind, (Record, Packed))
    found.update((name, call.state.read(atom)) for name, atom in named.items())
    if isinstance(kind, Packed):
        call.bind(pack(call.state, kind.cls, found))
        return True
    call.emit("record", known_atom(kind.cls), *(atom for name, value in found.items() for atom in (Const(name), value)))
    return True


def _as_dict(call: Call, handle: Atom) -> bool:
    found = _fields_of_record(call, handle) if not call.args and not call.keywords else None
    if found is None:
        return False
    call.emit("dict", *(atom for name, value in found.items() for atom in (Const(name), value)))
    return True


def _copy(deep: bool) -> Any:
    def write(call: Call) -> bool:
        if len(call.args) != 1 or call.keywords:
            return False
        made = _Copying(call, deep).copied(call.args[0])
        if made is None:
            return False
        call.bind(made)
        return True

    return write


def _copy_method(call: Call, handle: Atom) -> bool:
    """`xs.copy()` of a list or dict."""
    if call.args or call.keywords or not isinstance(call.state.kind(call.state.read(handle)), (List, Dict)):
        return False
    made = _Copying(call, deep=False).copied(handle)
    if made is None:
        return False
    call.bind(made)
    return True


class _Copying:
    """One copy, of a value and, if it is a deep one, of what the value holds."""

    def __init__(self, call: Call, deep: bool) -> None:
        self.call, self.state, self.deep = call, call.state, deep
        self.made: dict[str, Atom] = {}

    def copied(self, handle: Atom) -> Atom | None:
        """The copy; None if how it is made is not known."""
        state = self.state
        location = state.heap.location(handle) if isinstance(handle, str) else ""
        if location in self.made:
            return self.made[location]
        if class_of(state, handle) is not None:
            return self._object(handle)
        value = state.read(handle)
        kind = state.kind(value)
        found: Atom | None
        if not mutable(kind):
            return handle
        match kind:
            case Array():
                found = emit(state, "copy", value)
            case List(element, None) if is_scalar(element) or not self.deep:
                found = emit(state, "copy", value)
            case List(_, items) if items is not None:
                found = self._items(value, len(items), "list")
            case Tuple(items) if type(kind) is Tuple:
                found = self._items(value, len(items), "tuple") if self.deep else handle
            case Dict(items):
                found = self._dict(value, [key for key, _ in items])
            case _:
                return None
        if found is not None and location:
            self.made[location] = found
        return found

    def _part(self, value: Atom, key: Any) -> Atom | None:
        part = emit(self.state, "getitem", value, Const(key))
        return self.copied(part) if self.deep else part

    def _items(self, value: Atom, count: int, op: str) -> Name | None:
        parts = [self._part(value, k) for k in range(count)]
        known = [part for part in parts if part is not None]
        if len(known) < count:
            return None
        if op == "tuple":
            return tuple_of(self.state, known, self.call.frame.place(self.call.line.place), self.call.out)
        return emit(self.state, op, *map(self.state.read, known))

    def _dict(self, value: Atom, keys: list[Any]) -> Name | None:
        atoms: list[Atom] = []
        for key in keys:
            part = self._part(value, key)
            if part is None:
                return None
            atoms += [Const(key), self.state.read(part)]
        return emit(self.state, "dict", *atoms)

    def _object(self, handle: Atom) -> Name | None:
        """An object of the user's class: one with the same fields, made without `__init__`."""
        state, heap = self.state, self.state.heap
        cls = class_of(state, handle)
        own = [base for base in cls.__mro__ if base is not object]
        if any(name in vars(base) for base in own for name in CUSTOM) or is_real(state, handle):
            return None
        location = heap.location(str(handle))
        new = state.names.fresh()
        state.define(new, state.kind(location))
        heap.fields[new] = None
        self.made[location] = new
        for (owner, name), content in list(heap.contents.items()):
            if owner != location or name is None:
                continue
            if isinstance(content, Spoilt):
                return None
            part = self.copied(content) if self.deep else content
            if part is None:
                return None
            heap.contents[new, name] = part
        return new


METHODS["copy"] = _copy_method
METHODS["_replace"] = _with_fields
METHODS["_asdict"] = _as_dict
SPECIAL.update({copy.copy: _copy(False), copy.deepcopy: _copy(True), dataclasses.replace: _replace})
