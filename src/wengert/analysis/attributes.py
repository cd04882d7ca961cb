"""`hasattr(o, 'name')` and `getattr(o, 'name', default)` with a name that is known.

    call(@hasattr, p.0, 'rate')              True                   # `p` is an object that was given a rate
    call(@getattr, p.0, 'rate', 1.0)         getattr(p.0, 'rate')
"""

from __future__ import annotations

from wengert.analysis.environment import Guard
from wengert.analysis.instances import type_of
from wengert.analysis.objects import MISSING, class_of, is_real, location_of, static_attribute
from wengert.analysis.state import State
from wengert.ir.core import UNDEF, Atom, Const, For, If, Line, While, Yield
from wengert.ir.kinds import Known, Record, Text


def name_of(state: State, atom: Atom) -> str | None:
    """The attribute that is asked for."""
    kind = state.kind(atom)
    return kind.value if isinstance(kind, Text) else None


def has_attribute(state: State, handle: Atom, name: str) -> bool | None:
    """Does the object surely have the attribute, or surely not?"""
    cls = class_of(state, handle)
    if cls is not None:
        return _object_has(state, handle, cls, name)
    kind = state.kind(state.read(handle))
    if isinstance(kind, Known):
        answer = hasattr(kind.value, name)
        if answer:
            state.guards.setdefault((id(kind.value), "attribute", name), Guard(kind.value, "attribute", name, getattr(kind.value, name)))
        return answer
    if isinstance(kind, Record) and name in dict(kind.items):
        return True
    found = type_of(kind)
    return None if found is None else hasattr(found, name)


def _object_has(state: State, handle: Atom, cls: type, name: str) -> bool | None:
    slot = location_of(state, handle), name
    if slot in state.heap.contents:
        content = state.heap.contents[slot]
        return None if content == UNDEF or _maybe_undefined(state.out, content) else True
    if static_attribute(cls, name) is not MISSING:
        return True
    if isinstance(handle, Const):
        return hasattr(handle.value, name)
    kind = state.kinds.get(handle)
    if isinstance(kind, Record) and name in dict(kind.items):
        return True
    return None if is_real(state, handle) or slot[0] not in state.heap.fields else False


def _maybe_undefined(lines: list[Line], content: object) -> bool:
    """Was it set on one path only?"""
    for line in reversed(lines):
        if isinstance(line, (For, While)) and content in line.targets:
            return line.initial[line.targets.index(str(content))] == UNDEF
        if isinstance(line, If) and content in line.targets:
            position = line.targets.index(str(content))
            ends = [side.terminator for side in (line.then, line.orelse)]
            return any(isinstance(end, Yield) and end.values[position] == UNDEF for end in ends)
    return False
