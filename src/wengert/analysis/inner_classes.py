"""Classes that are defined in the program: made when it is read, of the text that the frontend has left of them.

    Spring.0 = class_('class Spring: ...', part_0=rest.0, part_1=energy.0)     ==>     Spring.0 is a class

It is Python that makes the class, so only decorators and bases whose effect is the class are let near it. What the class is made of anew in each turn
of a loop is one class here.
"""

from __future__ import annotations
import __future__

import ast
import collections
import enum
import types
from typing import Any

from wengert import errors
from wengert.analysis.call import SPECIAL, Call
from wengert.analysis.environment import Guard
from wengert.analysis.frame import Frame
from wengert.analysis.held import Held
from wengert.analysis.state import State
from wengert.ir.core import Apply, Atom, Const
from wengert.ir.kinds import Closure
from wengert.rules.result_kinds import NotStatic, static

DECORATING = frozenset({"functools", "dataclasses", "abc", "typing", "enum", "builtins"})
"""Modules whose decorators and base classes do nothing but make a class."""


def define_class(state: State, frame: Frame, line: Apply) -> None:
    """Let the target of the line stand for the class."""
    text, names = (atom.value for atom in line.args if isinstance(atom, Const))
    key = (id(line), *frame.path)
    before = state.inner.made.get(key)
    parts = {name: _part(state, frame, line, atom, None if before is None else before[1][name]) for name, atom in line.keywords}
    if before is not None and all(before[1][name] is part or _equal(before[1][name], part) for name, part in parts.items()):
        state.bind(frame, line.targets[0], Const(before[0], before[0].__name__))
        return
    around = {name: _outside(state, frame, line, name) for name in names}
    flags = __future__.annotations.compiler_flag
    space: dict[str, Any] = {"__name__": frame.environment.lookup("__name__"), **around, **parts}
    node = ast.parse(text).body[0]
    assert isinstance(node, ast.ClassDef)
    for base in node.bases:
        _check_base(state, frame, line, parts[base.id] if isinstance(base, ast.Name) else None)
    try:
        exec(compile(text, "<class>", "exec", flags, dont_inherit=True), space)
    except Exception as problem:
        raise errors.error("W010", frame.place(line.place), name=node.name, what=f"it cannot be made ({problem})") from None
    made = space[node.name]
    state.inner.made[key] = (made, parts)
    state.inner.classes[made] = None
    for part in parts.values():
        if isinstance(part, types.FunctionType) and part in state.inner.methods:
            state.inner.owners[id(state.closures[state.inner.methods[part]][0])] = made
    state.bind(frame, line.targets[0], Const(made, made.__name__))


def define_tuple(call: Call) -> bool:
    """`namedtuple("Point", "x y")` in the program: the class, of names that are known."""
    given = [call.state.kind(call.state.read(atom)) for atom in call.args]
    named = {key: call.state.kind(call.state.read(atom)) for key, atom in call.keywords}
    key = (id(call.line), *call.frame.path)
    try:
        args, options = [static(kind) for kind in given], {name: static(kind) for name, kind in named.items()}
        made = collections.namedtuple(*args, **options)  # type: ignore[misc]  # the names are the program's
    except (NotStatic, TypeError, ValueError):
        return False
    parts = {"args": repr((args, options))}
    known = call.state.inner.made.get(key)
    if known is None or known[1] != parts:
        known = call.state.inner.made[key] = (made, parts)
        call.state.inner.classes[made] = None
    call.bind(Const(known[0], made.__name__))
    return True


SPECIAL[collections.namedtuple] = define_tuple


def _part(state: State, frame: Frame, line: Apply, atom: Atom, before: Any) -> Any:
    """What the class is given for a value of the program; what it was given in an earlier walk, if that is of the same form."""
    handle = frame.handle(atom)
    kind = state.kind(handle)
    if isinstance(kind, Closure) and kind.name in state.closures:
        if isinstance(before, types.FunctionType):
            stub = before
        else:
            stub = _stub(state.closures[kind.name][0].name)
        state.inner.methods[stub] = kind.name
        return stub
    if isinstance(handle, Const):
        return handle.value
    try:
        return static(kind)
    except NotStatic:
        pass
    if any(block > 0 for block in state.inside):
        raise errors.error("W010", frame.place(line.place), name="it", what="an attribute of it is another in each turn of a loop")
    if isinstance(before, Held):
        before.atom = handle
        return before
    return Held(handle)


def _stub(name: str) -> Any:
    """A function without lines; as a decorator, of a stub that the text has, it is what the method is."""

    def method(*args: Any) -> Any:
        return method

    method.__name__ = name
    return method


def _outside(state: State, frame: Frame, line: Apply, name: str) -> Any:
    """What a decorator is called, as the module has it."""
    found = frame.environment.lookup(name)
    home = found.__name__ if isinstance(found, types.ModuleType) else getattr(found, "__module__", "")
    if str(home).partition(".")[0] not in DECORATING:
        raise errors.error("W010", frame.place(line.place), name=line.targets[0].rpartition(".")[0], what=f"what the decorator `{name}` does is not known")
    state.guards.setdefault((id(frame.environment), "global", name), Guard(frame.environment, "global", name, found))
    return found


def _check_base(state: State, frame: Frame, line: Apply, base: Any) -> None:
    """Refuse what does more than being inherited from."""
    name = line.targets[0].rpartition(".")[0]
    library = str(getattr(base, "__module__", "")).partition(".")[0] in DECORATING
    if isinstance(base, type) and (library or type(base) is type or type(base).__module__.partition(".")[0] in DECORATING) or library:
        own = next((cls for cls in getattr(base, "__mro__", ()) if "__init_subclass__" in vars(cls)), object)
        if own is object or own.__module__.partition(".")[0] in DECORATING:
            return
    raise errors.error("W010", frame.place(line.place), name=name, what="what its base class does with it is not known")


def _equal(one: Any, other: Any) -> bool:
    return type(one) is type(other) and isinstance(one, (bool, int, float, str, tuple, enum.Enum, type(None))) and bool(one == other)
