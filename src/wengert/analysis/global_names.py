"""Global names: a function, class or module becomes a constant of the text, data stays a read.

    %0 = global('np')          @np                                # a constant
    %1 = global('rate')        %1 = global('rate')                # data, of a kind that a guard remembers
    %2 = import_('math')       @math

A derivative relies on what a name is bound to, so each name read leaves a guard: where it is bound to something else later, the
derivative is made again.
"""

from __future__ import annotations

import importlib
import sys
import types
from typing import Any

from wengert import errors
from wengert.analysis.environment import Environment, Guard
from wengert.analysis.frame import Frame
from wengert.analysis.objects import is_own_object
from wengert.analysis.state import State
from wengert.ir.core import Apply, Const, Line
from wengert.ir.values import kind_of
from wengert.rules.stand_ins import is_constant


def read_global(state: State, frame: Frame, line: Apply, out: list[Line]) -> None:
    """Functions, modules and classes become constants of the text; data stays a read, of a kind that is guarded."""
    assert isinstance(line.args[0], Const)
    name, target = line.args[0].value, line.targets[0]
    try:
        value = frame.environment.lookup(name)
    except (LookupError, NameError, AttributeError, ValueError):  # the line itself will raise when it runs
        state.apply(target, frame, out, line.op, *line.args, place=line.place)
        return
    key = (id(frame.environment), "global", name)
    if is_code(value) or is_own_object(value) or is_constant(value) or value is NotImplemented:
        state.guards.setdefault(key, Guard(frame.environment, "global", name, value))
        here = frame.environment is state.environment or _found(state.environment, name) is value
        state.bind(frame, target, Const(value, name if here else None))
        return
    home = home_of(state, frame, name, value)
    if home is OWN or isinstance(home, types.ModuleType):
        state.guards.setdefault(key, Guard(frame.environment, "global", name, kind=kind_of(value)))
        if isinstance(home, types.ModuleType):
            new = state.apply(target, frame, out, "getattr", Const(home), Const(name), place=line.place)
        else:
            new = state.apply(target, frame, out, line.op, *line.args, place=line.place)
        state.define(new, kind_of(value))
        state.lazy.add(new)
        state.from_outside[new] = str(name)
        return
    state.guards.setdefault(key, Guard(frame.environment, "global", name, value))
    state.bind(frame, target, Const(value))


OWN = "the program's own names"


def home_of(state: State, frame: Frame, name: str, value: object) -> types.ModuleType | str | None:
    """Where the text can read a global: by its name, from the module of an inlined function, or, as a captured variable of one, nowhere."""
    if frame.environment is state.environment:
        return OWN
    callee = next((callee for callee in reversed(frame.callees) if isinstance(callee, types.FunctionType)), None)
    if callee is None or name in callee.__code__.co_freevars:
        return None
    module = callee.__globals__.get("__name__")
    if _found(state.environment, "__name__") == module and _found(state.environment, name) is value:
        return OWN
    home = sys.modules.get(module) if isinstance(module, str) else None
    return home if home is not None and vars(home) is callee.__globals__ and name in vars(home) else None


def _found(environment: Environment, name: str) -> object:
    try:
        return environment.lookup(name)
    except (LookupError, NameError, AttributeError, ValueError):
        return None


def is_code(value: object) -> bool:
    """A function, class or module: what a program refers to by name and never computes with."""
    return callable(value) or isinstance(value, types.ModuleType)


def import_name(state: State, frame: Frame, line: Apply) -> None:
    """`import` in a function: the module is a constant of the text."""
    names = [atom.value for atom in line.args if isinstance(atom, Const)]
    try:
        if line.op == "import_":
            found: Any = importlib.import_module(names[0], names[1] if len(names) > 1 else None)
            if not line.targets:
                return
        else:
            module = importlib.import_module(names[0], names[2] if len(names) > 2 else None)
            found = getattr(module, names[1]) if hasattr(module, names[1]) else importlib.import_module(f"{names[0]}.{names[1]}")
    except Exception as problem:
        raise errors.error("W019", state.place, name=names[0], problem=problem) from None
    state.bind(frame, line.targets[0], Const(found))  # the text's own name for it: the user's globals may not have it
