"""Fields of objects of the user's classes: read, bound, and found behind properties and methods.

    setattr(o, 'x', v)            the field x of o is v                # no line, where this function made o
    getattr(o, 'x')               v
    getattr(o, 'area')            the lines of the property, or of a descriptor's `__get__`
    getattr(o, 'step')            a method, for the call that comes

An object that was there before the program has its fields read once, at the beginning, and is written to as the function does.
"""

from __future__ import annotations

import functools
import types
from typing import Any

from wengert import errors
from wengert.analysis.clobbering import overwrite
from wengert.analysis.emitting import emit
from wengert.analysis.environment import Guard
from wengert.analysis.facts import Method
from wengert.analysis.frame import Frame
from wengert.analysis.heap import Location, Spoilt
from wengert.analysis.held import Held
from wengert.analysis.inline import inline_function
from wengert.analysis.objects import MISSING, class_of, is_own_object, is_real, location_of, note_class, static_attribute
from wengert.analysis.packing import part_of
from wengert.analysis.state import State
from wengert.analysis.stores import bind_part
from wengert.ir.core import Apply, Atom, Const, Line
from wengert.ir.kinds import UNKNOWN, Closure, Record
from wengert.ir.values import kind_of


def get_attribute(state: State, frame: Frame, line: Apply, handle: Atom, cls: Any, name: str, out: list[Line], after: Any = None) -> bool:
    """Bind the target of the line to the attribute of an object; False if there is none."""
    heap, target = state.heap, line.targets[0]
    location = location_of(state, handle)
    static = static_attribute(cls, name, after)
    if isinstance(static, property) and static.fget is not None:
        found = inline_function(state, frame, line, static.fget, (handle,), {}, out)
        state.bind(frame, target, Const(None) if found is None else found)
        return True
    getter = descriptor_method(static, "__get__")
    if getter is not None and descriptor_method(static, "__set__") is not None:
        _described(state, frame, line, getter, (Const(static), handle, Const(cls)), out)
        return True
    if after is None:
        content = heap.contents.get((location, name))
        if content is None and location in heap.fields:
            content = heap.contents.get((location, None))
        if isinstance(content, Spoilt):
            raise errors.error("W081", state.place, name=name, other=state.spelled(content.other))
        if content is None:
            content = _loaded(state, handle, location, name) if is_real(state, handle) else part_of(state, handle, name)
        if content is not None:
            state.bind(frame, target, content)
            return True
    if name == "__class__":
        state.bind(frame, target, Const(cls))
        return True
    if isinstance(static, functools.cached_property):
        found = inline_function(state, frame, line, static.func, (handle,), {}, out)
        value: Atom = Const(None) if found is None else found
        heap.contents[location, name] = value
        state.bind(frame, target, value)
        return True
    if getter is not None:
        _described(state, frame, line, getter, (Const(static), handle, Const(cls)), out)
        return True
    if static is MISSING:
        fallback = static_attribute(cls, "__getattr__")
        if not isinstance(fallback, types.FunctionType):
            return False
        found = inline_function(state, frame, line, fallback, (handle, Const(name)), {}, out)
        state.bind(frame, target, Const(None) if found is None else found)
        return True
    if isinstance(static, Held) or (state.inner.has(cls) and type(static) in (float, int, bool, str)):
        state.bind(frame, target, static.atom if isinstance(static, Held) else Const(static))
        return True
    note_class(state, cls, name)
    if name in ("_replace", "_asdict") and issubclass(cls, tuple):  # `copying.py` knows what they do
        new = state.target(frame, target)
        state.define(new, Closure(new))
        state.methods[new] = Method(handle, name)
        state.lazy.add(new)
        out.append(Apply((new,), "getattr", (Const(cls), Const(name)), place=state.place))
        return True
    if isinstance(static, types.FunctionType):
        new = state.target(frame, target)
        state.define(new, UNKNOWN)
        state.methods[new] = Method(handle, name)
        state.bound[new] = static
        state.lazy.add(new)
        out.append(Apply((new,), "getattr", (Const(cls), Const(name)), place=state.place))
        return True
    value = getattr(cls, name)
    if isinstance(static, (staticmethod, classmethod)) or callable(value) or value is None:
        state.bind(frame, target, Const(value))
        return True
    new = state.apply(target, frame, out, "getattr", Const(cls), Const(name), place=line.place, varied=False)
    state.define(new, kind_of(value))
    return True


def descriptor_method(static: Any, name: str) -> types.FunctionType | None:
    """What an attribute of a class does when it is read, or bound, through an object: a method of the user's class of it."""
    found = static_attribute(type(static), name) if is_own_object(static) else None
    return found if isinstance(found, types.FunctionType) else None


def _described(state: State, frame: Frame, line: Apply, getter: types.FunctionType, args: tuple[Atom, ...], out: list[Line]) -> None:
    found = inline_function(state, frame, line, getter, args, {}, out)
    state.bind(frame, line.targets[0], Const(None) if found is None else found)


def _loaded(state: State, handle: Atom, location: Location, name: str) -> Atom | None:
    """A field of an object that was there before the program: read once, when the program begins."""
    if (location, name) in state.heap.initial:
        return state.heap.initial[location, name]
    if isinstance(handle, Const):
        fields = getattr(handle.value, "__dict__", {})
        found = fields[name] if name in fields else getattr(handle.value, name, MISSING) if _slotted(handle.value, name) else MISSING
        if found is MISSING:
            return None
        guard = (id(handle.value), "attribute", name)
        if callable(found) or found is None or kind_of(found) == UNKNOWN:  # an object: it is itself
            state.guards.setdefault(guard, Guard(handle.value, "attribute", name, found))
            return Const(found)
        state.guards.setdefault(guard, Guard(handle.value, "attribute", name, kind=kind_of(found)))
        kind = kind_of(found)
    else:
        record = state.kind(handle)
        items = dict(record.items) if isinstance(record, Record) else {}
        if name not in items or handle not in state.parameters:
            return None
        kind = items[name]
    new = state.names.fresh(name)
    line = Apply((new,), "getattr", (handle, Const(name)), place=state.beginning)
    state.define(new, kind, state.varies(handle))
    state.heap.born[new] = 0
    state.prologue.append(line)
    if isinstance(kind, Record):
        state.parameters.add(new)
    state.heap.hold(location, [new])
    state.heap.initial[location, name] = new
    return new


def _slotted(value: Any, name: str) -> bool:
    return any(name in getattr(base, "__slots__", ()) for base in type(value).__mro__)


def set_attribute(state: State, frame: Frame, line: Apply, out: list[Line]) -> bool:
    """`o.name = v`; True if it surely raises."""
    assert isinstance(line.args[1], Const)
    handle, name = frame.handle(line.args[0]), str(line.args[1].value)
    why = refused(class_of(state, handle), name)
    if why is not None:
        raised = emit(state, "call", Const(AttributeError, "AttributeError"), Const(why))
        out.append(Apply((), "raise", (raised,), place=state.place))
        return True
    assign(state, frame, line, handle, name, frame.handle(line.args[2]), out)
    return False


def refused(cls: Any, name: str) -> str | None:
    """Why an object of a class does not let this attribute be set: it is a property without a setter, or none of its slots."""
    static = MISSING if cls is None else static_attribute(cls, name)
    if isinstance(static, property) and static.fset is None:
        return f"property {name!r} of {cls.__name__!r} object has no setter"
    settable = cls is None or cls.__dictoffset__ or isinstance(static, (property, types.MemberDescriptorType)) or descriptor_method(static, "__set__")
    return None if settable else f"{cls.__name__!r} object has no attribute {name!r}"


def assign(state: State, frame: Frame, line: Apply, handle: Atom, name: str, value: Atom, out: list[Line]) -> None:
    """Let the attribute of an object be a value; `line` is the line that does."""
    wanted, cls = Const(name), class_of(state, handle)
    if cls is None:
        value, target = state.read(value), state.read(handle)
        owner = id(state.callee(target))
        guard = state.guards.get((owner, "attribute", name))
        state.rebound.add((owner, name))
        if state.varies(value, target) or (guard is not None and type(guard.value) is int):  # it has been taken to be constant
            raise errors.error("W024", state.place, name=name)
        out.append(Apply((), "setattr", (target, wanted, value), place=state.place))
        overwrite(state, frame, line, handle)
        return
    static = static_attribute(cls, name)
    if isinstance(static, property) and static.fset is not None:
        inline_function(state, frame, line, static.fset, (handle, value), {}, out)
        return
    setter = descriptor_method(static, "__set__")
    if setter is not None:
        inline_function(state, frame, line, setter, (Const(static), handle, value), {}, out)
        return
    location = location_of(state, handle)
    state.suggest(value, name)
    if isinstance(handle, str) and location not in state.heap.fields:
        bind_part(state, handle, cls, name, value)
        return
    if is_real(state, handle) and (location, name) not in state.heap.contents:
        _loaded(state, handle, location, name)
    state.heap.contents[location, name] = value
    state.heap.spoil(location, name)
    if is_real(state, handle):
        found = state.read(value)
        if isinstance(found, str) and state.heap.location(found) in state.heap.fields and not is_real(state, found):
            raise errors.error("W085", state.place, name=name)
        out.append(Apply((), "setattr", (handle, wanted, found), place=state.place))
