"""Objects of the user's classes: the program that is written has their fields, and the lines of their methods.

    %0 = call(@Particle, x0, v0)        the lines of `Particle.__init__`, which bind the fields `x` and `v`
    %1 = getattr(%0, 'x')               x.0, what the field was last bound to
    setattr(%0, 'x', v)                 the field is bound to v
    %2 = getattr(%0, 'move')
    %3 = call(%2, dt)                   the lines of `Particle.move`
    %4 = %0 + %5                        the lines of `Particle.__add__`

An object that a call made is nothing but these fields. One that was there before (an argument, `self` of a bound method) has its fields
read when the program begins, and a field that is bound is bound in the object, too: `setattr(p, 'x', v)` stays as an effect.
"""

from __future__ import annotations

import dataclasses
import functools
import inspect
import sys
import types
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from wengert import errors
from wengert.analysis.environment import Guard
from wengert.analysis.frame import Frame
from wengert.analysis.heap import Location, Spoilt
from wengert.analysis.held import Held
from wengert.analysis.inline import inline_function
from wengert.analysis.state import State
from wengert.ir.core import Apply, Atom, Const, Line, Name
from wengert.ir.kinds import Packed, Record
from wengert.ir.walk import INPLACE
from wengert.rules.stand_ins_comparing import less_by_fields, same_fields

HEAP_TYPE = 1 << 9
MISSING: Any = object()

OPERATORS: Mapping[str, tuple[str, ...]] = {
    **{op: (f"__{op}__", f"__r{op}__") for op in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "lshift", "rshift")},
    "and_": ("__and__", "__rand__"), "or_": ("__or__", "__ror__"), "xor": ("__xor__", "__rxor__"),
    "neg": ("__neg__",), "pos": ("__pos__",), "invert": ("__invert__",), "getitem": ("__getitem__",),
    "eq": ("__eq__", "__eq__"), "ne": ("__ne__", "__ne__"), "lt": ("__lt__", "__gt__"), "le": ("__le__", "__ge__"),
    "gt": ("__gt__", "__lt__"), "ge": ("__ge__", "__le__"), "setitem": ("__setitem__",), "delitem": ("__delitem__",),
    **{op: (f"__i{plain.removesuffix('_')}__",) for op, plain in INPLACE.items()},
}  # fmt: skip
"""The method of the first operand, and that of the second, for each operator."""

BUILTINS: Mapping[Any, str] = {
    len: "__len__", abs: "__abs__", float: "__float__", int: "__int__", bool: "__bool__", round: "__round__", complex: "__complex__",
    next: "__next__", iter: "__iter__", reversed: "__reversed__",
}  # fmt: skip


@functools.lru_cache(maxsize=1024)
def is_own(cls: Any) -> bool:
    """Is an object of the class nothing but what Python code puts into its fields?

    >>> class Point:
    ...     def __init__(self, x):
    ...         self.x = x
    >>> is_own(Point), is_own(dict), is_own(ValueError)
    (True, False, False)
    """
    if cls is types.SimpleNamespace:
        return True
    if cls.__module__.partition(".")[0] in (*sys.stdlib_module_names, "numpy", "scipy"):
        return bool(cls.__module__ == "__main__")
    if type(cls).__call__ is not type.__call__ or cls.__new__ is not object.__new__ or issubclass(cls, (tuple, BaseException)):
        return False
    bases = cls.__mro__[:-1]
    own = {name for base in bases for name in vars(base)}
    return all(base.__flags__ & HEAP_TYPE for base in bases) and not own & {"__setattr__", "__getattribute__", "__delattr__"}


def is_own_object(value: Any) -> bool:
    """Is it an object of such a class?"""
    return is_own(type(value))  # type: ignore[arg-type]  # mypy takes `type` for unhashable


def class_of(state: State, handle: Atom) -> Any:
    """The class of an object whose fields are known one by one; None for other values."""
    if isinstance(handle, Const):
        value = handle.value
        code = isinstance(value, (type, types.FunctionType, types.BuiltinFunctionType, types.MethodType, types.ModuleType, functools.partial))
        return type(value) if not code and is_own_object(value) else None
    if state.heap.location(handle) in state.heap.fields:
        kind = state.kind(state.heap.location(handle))
        return kind.cls if isinstance(kind, Record) else None
    kind = state.kind(handle)
    if isinstance(kind, Packed):
        return kind.cls
    if not (isinstance(kind, Record) and is_own(kind.cls)):
        return None
    if handle in state.parameters:
        state.heap.fields[handle] = None
    return kind.cls


def location_of(state: State, handle: Atom) -> Location:
    if not isinstance(handle, Const):
        return state.heap.location(handle)
    location = f"object {id(handle.value)}"
    state.heap.fields.setdefault(location)
    return location


def construct(state: State, frame: Frame, line: Apply, cls: Any, args: Sequence[Atom], keywords: Mapping[str, Atom], out: list[Line]) -> Name:
    """The object that a call of its class makes."""
    heap = state.heap
    new = state.names.fresh(line.targets[0].rpartition(".")[0])
    state.define(new, Record(cls, ()))
    heap.fields[new] = None
    init = cls.__init__
    generated = dataclasses.is_dataclass(cls) and getattr(getattr(init, "__code__", None), "co_filename", "") == "<string>"
    if generated:
        _fill(state, frame, line, new, cls, args, keywords, out)
    elif cls is types.SimpleNamespace:
        for key, atom in keywords.items():
            heap.contents[new, key] = atom
    elif isinstance(init, types.FunctionType):
        note_class(state, cls, "__init__")
        inline_function(state, frame, line, init, (new, *args), keywords, out)
    return new


def _fill(state: State, frame: Frame, line: Apply, new: Name, cls: Any, args: Sequence[Atom], keywords: Mapping[str, Atom], out: list[Line]) -> None:
    """What the `__init__` of a dataclass does."""
    signature = inspect.signature(cls)
    try:
        given = signature.bind(*args, **keywords).arguments
    except TypeError as problem:
        raise errors.error("W044", state.place, name=cls.__name__, what=f"these arguments ({problem})") from None
    for field in dataclasses.fields(cls):
        if field.name in given:
            value = given[field.name]
        elif field.default_factory is not dataclasses.MISSING:
            value = state.names.fresh()
            made = Apply((value,), "call", (Const(field.default_factory, getattr(field.default_factory, "__name__", None)),), place=line.place)
            inner = Frame(frame.function, frame.environment, frame.sharing, frame.call, frame, frame.callees, path=frame.path, read=state.read)
            state.call(inner, made, out)
            value = inner.atoms.get(value, value)
        elif field.default is not dataclasses.MISSING:
            value = field.default.atom if isinstance(field.default, Held) else Const(field.default)
        else:
            continue
        state.heap.contents[new, field.name] = value
    after = inspect.getattr_static(cls, "__post_init__", None)
    if isinstance(after, types.FunctionType):
        inline_function(state, frame, line, after, (new,), {}, out)


def note_class(state: State, owner: Any, name: str) -> None:
    """The program relies on what the class has under this name; not if it defines the class itself."""
    for base in owner.__mro__:
        if name in vars(base):
            if base in state.inner.classes:
                return
            state.guards.setdefault((id(base), "attribute", name), Guard(base, "attribute", name, getattr(base, name)))
            return


def static_attribute(cls: Any, name: str, after: Any = None) -> Any:
    """What a class has under a name, as it is stored; `after` a class of its bases."""
    bases = cls.__mro__
    if after is not None:
        bases = bases[bases.index(after) + 1 :]
    for base in bases:
        if name in vars(base):
            return vars(base)[name]
    return MISSING


def is_virtual(state: State, handle: Atom) -> bool:
    """Is it an object that is nothing but its fields, so that no value stands for it?"""
    return isinstance(handle, str) and state.heap.location(handle) in state.heap.fields and not is_real(state, handle)


def is_real(state: State, handle: Atom) -> bool:
    """Is there such an object when the program runs?"""
    return isinstance(handle, Const) or state.heap.location(handle) in state.parameters


def call_method(state: State, frame: Frame, line: Apply, handle: Atom, function: Any, args: Sequence[Atom], keywords: Mapping[str, Atom],
                out: list[Line]) -> Atom | None:  # fmt: skip
    return inline_function(state, frame, line, function, (handle, *args), keywords, out)


def operate(state: State, frame: Frame, line: Apply, op: str, handles: Sequence[Atom], out: list[Line]) -> tuple[Atom] | None:
    """An operator on an object of the user's: the lines of its method. None if none of the operands is one."""
    asked = list(enumerate(zip(handles, OPERATORS.get(op, ()))))
    if len(asked) == 2 and _comes_first(class_of(state, handles[0]), class_of(state, handles[1]), asked[1][1][1]):
        asked.reverse()
    for position, (handle, name) in asked:
        cls = class_of(state, handle)
        static = MISSING if cls is None else static_attribute(cls, name)
        if not isinstance(static, types.FunctionType):
            continue
        note_class(state, cls, name)
        others = [other for place, other in enumerate(handles) if place != position]
        if is_written_by_dataclass(static):
            return (compare_fields(state, frame, line, op, handles, out),)
        found = inline_function(state, frame, line, static, (handle, *others), {}, out)
        if isinstance(found, Const) and found.value is NotImplemented:
            continue
        return (Const(None) if found is None else found,)
    return None


def is_written_by_dataclass(function: types.FunctionType) -> bool:
    """Is it a method without a text, as `dataclasses` makes them?"""
    return function.__code__.co_filename == "<string>" and function.__name__ in ("__eq__", "__lt__", "__le__", "__gt__", "__ge__")


def compare_fields(state: State, frame: Frame, line: Apply, op: str, handles: Sequence[Atom], out: list[Line]) -> Atom:
    """A comparison of two objects of a dataclass that wrote the method for it: of one field after the other."""
    one, other = handles if op not in ("gt", "ge") else (handles[1], handles[0])
    cls = class_of(state, one)
    if cls is not class_of(state, other):
        if op != "eq":
            raise errors.error("W044", state.place, name=op, what="objects of two classes")
        return Const(False)
    names = Const(tuple(field.name for field in dataclasses.fields(cls) if field.compare))
    if op == "eq":
        found = inline_function(state, frame, line, same_fields, (one, other, names), {}, out)
    else:
        found = inline_function(state, frame, line, less_by_fields, (one, other, names, Const(op in ("le", "ge"))), {}, out)
    return Const(False) if found is None else found


def _comes_first(first: type | None, second: type | None, name: str) -> bool:
    """Is the second operand asked first, as one of a class that is derived from the first's and has a method of its own?"""
    if first is None or second is None or first is second or not issubclass(second, first):
        return False
    return static_attribute(second, name) is not static_attribute(first, name)


def method_of(state: State, handle: Atom, name: str) -> Callable[..., Any] | None:
    """The function of a special method of an object of the user's."""
    cls = class_of(state, handle)
    static = MISSING if cls is None else static_attribute(cls, name)
    return static if isinstance(static, types.FunctionType) else None


def materialised(state: State, handle: Atom) -> Atom:
    """The value of an atom that leaves the program: an object is made of its fields."""
    cls = class_of(state, handle)
    if cls is None or (isinstance(handle, str) and state.heap.location(handle) not in state.heap.fields):
        return state.read(handle)
    if is_real(state, handle):
        location = location_of(state, handle)
        changed = [name for (owner, name), content in state.heap.contents.items() if owner == location and name is not None]
        if any(state.varies(content) for name in changed for content in [state.heap.contents[location, name]] if isinstance(content, str)):
            raise errors.error("W085", state.place, name=state.spelled(handle))
        return handle
    names = [field.name for field in dataclasses.fields(cls)] if dataclasses.is_dataclass(cls) else None
    location = location_of(state, handle)
    if names is None or any((location, name) not in state.heap.contents for name in names):
        raise errors.error("W085", state.place, name=state.spelled(handle))
    parts: list[Atom] = []
    for name in names:
        content = state.heap.contents[location, name]
        if isinstance(content, Spoilt):
            raise errors.error("W081", state.place, name=name, other=state.spelled(content.other))
        parts += [Const(name), materialised(state, content)]
    made = state.names.fresh()
    state.emit(Apply((made,), "record", (Const(cls), *parts), place=state.place), state.out)
    return made
