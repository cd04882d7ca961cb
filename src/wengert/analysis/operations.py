"""One generic line, by what its arguments are: a name's object, an attribute, an augmented assignment, a comparison, a call.

Each function writes the line in new names, as a primitive where it is one, or binds the old name to a value that is there already.
What stays generic although it should not have is refused at the end (`leftovers.py`).
"""

from __future__ import annotations

import math
import operator
import sys
import types
from collections.abc import Callable
from typing import Any

import numpy as np

from wengert import errors
from wengert.analysis.calls import specialise_call
from wengert.analysis.environment import Environment, Guard
from wengert.analysis.state import Frame, Method, State
from wengert.ir.core import Apply, Const, Line, Stop, Terminator
from wengert.ir.kinds import (
    BOTTOM,
    UNKNOWN,
    Array,
    Bottom,
    Dict,
    Kind,
    Known,
    List,
    Numeric,
    NumpyScalar,
    Scalar,
    Text,
    Tuple,
    is_scalar,
    kind_of,
    options_of,
)  # fmt: skip
from wengert.ir.walk import INPLACE
from wengert.rules import attribute_op, kinds_of_line, method_op

COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "eq": operator.eq, "ne": operator.ne, "lt": operator.lt, "le": operator.le, "gt": operator.gt, "ge": operator.ge,
}  # fmt: skip
TESTS = frozenset({*COMPARISONS, "is_", "is_not", "in_", "not_in", "not_"})
LIBRARY = (np, math)
"""Modules that nobody rebinds names of: no guards for these."""


def specialise_apply(state: State, frame: Frame, line: Apply, out: list[Line]) -> Terminator | None:
    """Write one generic line; a terminator, if control surely never gets past it."""
    if line.op == "call":
        return Stop() if specialise_call(state, frame, line, out) else None
    if line.op in ("global", "cell"):
        read_global(state, frame, line, out)
    elif line.op == "getattr":
        read_attribute(state, frame, line, out)
    elif line.op in INPLACE:
        assign_in_place(state, frame, line, out)
    elif line.op == "unpack":
        unpack(state, frame, line, out)
    else:
        plain(state, frame, line, out)
    return None


def plain(state: State, frame: Frame, line: Apply, out: list[Line]) -> None:
    """An op that means the same whatever its arguments are; a test whose answer is known leaves no line."""
    args = tuple(map(frame.atom, line.args))
    if line.op in TESTS:
        answer = known_answer(line.op, [state.kind(atom) for atom in args])
        if answer is not None:
            state.bind(frame, line.targets[0], Const(answer))
            return
    if line.op == "getitem" and isinstance(args[0], str) and args[0] in state.made and isinstance(args[1], Const):
        parts, index = state.made[args[0]], args[1].value
        if type(index) is int and -len(parts) <= index < len(parts):
            state.bind(frame, line.targets[0], parts[index])
            return
    keywords = tuple((key, frame.atom(atom)) for key, atom in line.keywords)
    targets = tuple(state.target(frame, old) for old in line.targets)
    state.emit(Apply(targets, line.op, args, keywords, line.spelled, frame.place(line.place)), out)
    if line.op in ("is_", "is_not") and isinstance(args[0], str) and args[1] == Const(None):
        state.none_tests[targets[0]] = (line.op, args[0])
    for old, new in zip(line.targets, targets):
        if old in frame.sharing.shared:
            state.give_away(new)
    if line.op == "tuple" and frame.call is not None:  # the result of a callee is mostly taken apart at once
        state.made[targets[0]] = args
        state.lazy.add(targets[0])


def known_answer(op: str, kinds: list[Kind]) -> bool | None:
    """The truth of a test that kinds decide.

    >>> known_answer("eq", [Text("relu"), Text("tanh")]), known_answer("is_", [Scalar("float"), Known(None)])
    (False, False)
    """
    if op in COMPARISONS:
        if not all(map(_literal, kinds)):
            return None
        try:
            return bool(COMPARISONS[op](*(kind.value for kind in kinds)))  # type: ignore[union-attr]
        except TypeError:  # the line itself will say so when it runs
            return None
    names = tuple(map(str, range(len(kinds))))
    (kind,) = kinds_of_line(Apply(("answer",), op, names), dict(zip(names, kinds)))
    return kind.value if isinstance(kind, Known) and isinstance(kind.value, bool) else None


def _literal(kind: Kind) -> bool:
    if isinstance(kind, Text):
        return kind.value is not None
    return isinstance(kind, Known) and isinstance(kind.value, (bool, int, float, str, type(None)))


# names and attributes


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
    if is_code(value):
        state.guards.setdefault(key, Guard(frame.environment, "global", name, value))
        state.bind(frame, target, Const(value, name))
        return
    home = home_of(state, frame, name, value)
    if home is OWN or isinstance(home, types.ModuleType):
        state.guards.setdefault(key, Guard(frame.environment, "global", name, kind=kind_of(value)))
        if isinstance(home, types.ModuleType):
            new = state.apply(target, frame, out, "getattr", Const(home, home.__name__), Const(name), place=line.place)
        else:
            new = state.apply(target, frame, out, line.op, *line.args, place=line.place)
        state.define(new, kind_of(value))
        state.lazy.add(new)
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


def read_attribute(state: State, frame: Frame, line: Apply, out: list[Line]) -> None:
    value, wanted = frame.atom(line.args[0]), line.args[1]
    assert isinstance(wanted, Const)
    name, kind, target = wanted.value, state.kind(value), line.targets[0]
    if isinstance(kind, Known) and is_code(kind.value) and hasattr(kind.value, name):
        found = getattr(kind.value, name)
        owner = kind.value
        spelled = f"{value.spelled}.{name}" if isinstance(value, Const) and value.spelled else name
        simple = type(found) in (float, int, bool, type(None)) and owner in LIBRARY
        if is_code(found) or simple:
            if isinstance(owner, types.ModuleType) and not _from_library(owner):
                state.guards.setdefault((id(owner), "attribute", name), Guard(owner, "attribute", name, found))
            state.bind(frame, target, Const(found, spelled))
            return
        if isinstance(owner, types.ModuleType):
            state.guards.setdefault((id(owner), "attribute", name), Guard(owner, "attribute", name, kind=kind_of(found)))
        new = state.apply(target, frame, out, "getattr", value, wanted, place=line.place, varied=False)
        state.define(new, kind_of(found))
        return
    op = attribute_op(name)
    if op is not None and (isinstance(kind, (Array, NumpyScalar, Numeric)) or (isinstance(kind, Scalar) and name in ("real", "imag"))):
        state.apply(target, frame, out, op, value, place=line.place, spelled=f".{name}")
        return
    new = state.apply(target, frame, out, "getattr", value, wanted, place=line.place)
    if isinstance(kind, Bottom):
        state.define(new, BOTTOM)
    elif op is None and (isinstance(kind, (List, Dict, Text, Tuple)) or method_op(name) is not None or kind is UNKNOWN):
        varied = state.varies(new)
        state.define(new, UNKNOWN, varied)
    state.methods[new] = Method(value, name)
    state.lazy.add(new)


def _from_library(module: types.ModuleType) -> bool:
    return module in LIBRARY or module.__name__.partition(".")[0] in ("numpy", "math", "operator", "functools")


# writes and unpacking


def assign_in_place(state: State, frame: Frame, line: Apply, out: list[Line]) -> None:
    """`a += b`: a new value for numbers, tuples and strings, and for an array that surely nobody else sees; else refused."""
    first, second = map(frame.atom, line.args)
    kind = state.kind(first)
    op, place = INPLACE[line.op], frame.place(line.place)
    probe = Apply(("probe",), op, (first, second))
    immutable = is_scalar(kind) or isinstance(kind, (Tuple, Text, Bottom)) or (isinstance(kind, Known) and not is_code(kind.value))
    if not immutable and not (isinstance(first, str) and first in state.owned and keeps_form(state, probe)):
        name = line.targets[0].rpartition(".")[0] or str(first)
        raise errors.error("W023", place, name=name)
    new = state.apply(line.targets[0], frame, out, op, first, second, place=line.place)
    if not immutable and line.targets[0] not in frame.sharing.shared:
        state.owned.add(new)


def keeps_form(state: State, line: Apply) -> bool:
    """Is the result of the operator, for all that its first operand may be, of the dtype and axes that this one has?"""
    first = line.args[0]
    assert isinstance(first, str)
    for kind in options_of(state.kind(first)):
        if is_scalar(kind):
            continue
        if not isinstance(kind, Array) or "?" in kind.axes:
            return False
        names = tuple(f"{index}" for index in range(len(line.args)))
        kinds = dict(zip(names, (kind, *(state.kind(atom) for atom in line.args[1:]))))
        if line.args[1] == first:
            kinds[names[1]] = kind
        if kinds_of_line(Apply(("probe",), line.op, names), kinds) != (kind,):
            return False
    return True


def unpack(state: State, frame: Frame, line: Apply, out: list[Line]) -> None:
    """Taking a tuple apart that has just been made leaves no line."""
    value = frame.atom(line.args[0])
    parts = state.made.get(value) if isinstance(value, str) else None
    if parts is not None and len(parts) == len(line.targets):
        for target, part in zip(line.targets, parts):
            state.bind(frame, target, part)
        return
    plain(state, frame, line, out)
