"""Which exceptions a line of primitives may raise, by its op and the kinds of its arguments.

    x + y, of floats        none
    x / y, of floats        ZeroDivisionError
    a[i]                    IndexError, of an array; KeyError, of a dict
    math.log(x)             ValueError, OverflowError

`try` asks it, to run first only what may raise what it has a handler for. Of what is not known here, anything is expected. What
only runs out of memory or is interrupted is not thought of, nor an operand of another type than its kind.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

import numpy as np

from wengert.analysis.state import State
from wengert.ir.core import Apply, Block, Const, Def, Line, Stop
from wengert.ir.kinds import Array, Dict, Kind, Known, List, Range, Record, Slice, Text, Tuple, axes_of, is_scalar, scalar_type
from wengert.ir.walk import blocks_of, lines_of
from wengert.rules import lookup
from wengert.rules.line_kinds import acts

Classes: TypeAlias = "tuple[type[BaseException], ...]"

NOTHING: Classes = ()
ANYTHING: Classes = (BaseException,)
BROADCAST: Classes = (ValueError,)
FLOATING: Classes = (FloatingPointError, Warning)
"""What NumPy raises where the user has asked for it."""

NEVER = frozenset({
    "tuple", "list", "slice", "is_", "is_not", "append", "copy", "global", "cell", "fstring", "format", "record", "stop_gradient", "comment", "not_",
    "np.zeros_like", "np.ones_like", "np.empty_like", "np.full_like", "isinstance", "range", "enumerate", "zip", "callable", "print", "str", "repr",
})  # fmt: skip

PLAIN = frozenset({"add", "sub", "mul", "neg", "pos", "eq", "ne", "lt", "le", "gt", "ge", "abs", "min", "max"})
DIVISIONS = frozenset({"truediv", "floordiv", "mod", "divmod"})
UNARY = frozenset({"neg", "pos", "abs", "eq", "ne", "lt", "le", "gt", "ge"})
"""Operators that never complain in NumPy, either."""


def may_raise(state: State, line: Line, classes: Classes) -> bool:
    """May the line, or one inside of it, raise an exception of one of the classes?"""
    if isinstance(line, Def):
        return False
    if not isinstance(line, Apply):
        return any(may_raise(state, inner, classes) for block in blocks_of(line) for inner in block.lines)
    return meets(raises(state, line), classes)


def meets(raised: Classes, caught: Classes) -> bool:
    """May what is raised be of one of the classes that are caught?"""
    return any(issubclass(one, other) or issubclass(other, one) for one in raised for other in caught)


def all_raised(state: State, lines: Sequence[Line], own: str) -> Classes:
    """The classes of all exceptions that the lines of a callee may raise, of what it does when it calls itself, too."""
    found = [cls for inner in lines_of(Block(tuple(lines), Stop())) if isinstance(inner, Apply) and not _invokes(inner, own) for cls in raises(state, inner)]
    return tuple(dict.fromkeys(found))


def does_more(state: State, line: Line, own: str = "") -> bool:
    """Does it do something that must not be done twice: print, call what is not known, ...? Where the callee `own` calls itself, what else it does tells."""
    applied = (inner for inner in lines_of(Block((line,), Stop())) if isinstance(inner, Apply))
    return any(_does_more(state, inner) for inner in applied if acts(inner) and not _invokes(inner, own))


def _does_more(state: State, line: Apply) -> bool:
    if line.op == "invoke":
        callee = state.recursion.named(line.args[0])
        return callee is None or not callee.only_computes
    return line.op != "raise" and not makes_exception(line) and not of_text(state, line)


def _invokes(line: Apply, callee: str) -> bool:
    return line.op == "invoke" and line.args[0] == Const(callee)


def makes_exception(line: Apply) -> bool:
    called = line.args[0] if line.op == "call" else None
    return isinstance(called, Const) and isinstance(called.value, type) and issubclass(called.value, BaseException)


def raises(state: State, line: Apply) -> Classes:
    """The classes of the exceptions that it may raise."""
    kinds = [state.kind(atom) for atom in line.args]
    if line.op in SPECIAL:
        return SPECIAL[line.op](state, line, kinds)
    if line.op in NEVER:
        return NOTHING
    python = all(isinstance(kind, (Known, Text)) or scalar_type(kind) in ("float", "int", "bool") for kind in kinds)
    if python and line.op in PLAIN:
        return NOTHING
    if python and line.op in DIVISIONS:
        return (ZeroDivisionError,)
    if python and line.op == "pow":
        return ZeroDivisionError, OverflowError
    numbers = all(is_scalar(kind) or isinstance(kind, Array) for kind in kinds)
    if not numbers:
        return ANYTHING
    if line.op.startswith("math."):
        return ValueError, OverflowError
    if line.op in ("float", "int"):
        return NOTHING if line.op == "float" and all(axes_of(kind) == () for kind in kinds) else (ValueError, OverflowError, TypeError)
    row = lookup(line.op)
    if row is None or row.family not in ("elementwise", "linear", "bilinear", "weighted") and line.op not in (*PLAIN, *DIVISIONS, "pow"):
        return ANYTHING
    arrays = sum(1 for kind in kinds if axes_of(kind) != ())
    noise = NOTHING if line.op in UNARY else FLOATING
    return (*noise, *(BROADCAST if arrays > 1 or line.op == "matmul" else NOTHING))


def _getitem(state: State, line: Apply, kinds: Sequence[Kind]) -> Classes:
    match kinds:
        case [Dict(items), Known(key) | Text(key)] if key is not None and key in dict(items):
            return NOTHING
        case [Dict(), Known() | Text()]:
            return (KeyError,)
        case [Tuple() | List(), Slice()]:
            return NOTHING
        case [Tuple(items), Known(int(index))] | [List(items=tuple(items)), Known(int(index))] if -len(items) <= index < len(items):
            return NOTHING
        case [Tuple() | List() | Text() | Range(), index] if scalar_type(index) in ("int", "bool") or isinstance(index, Known):
            return (IndexError,)
        case [Array(), Slice()]:
            return NOTHING
        case [Array(), _]:
            return (IndexError,)
    return ANYTHING


def _unpack(state: State, line: Apply, kinds: Sequence[Kind]) -> Classes:
    match kinds[0]:
        case Tuple(items) | List(items=tuple(items)) if len(items) == len(line.targets):
            return NOTHING
        case Tuple() | List() | Array():
            return (ValueError,)
    return ANYTHING


def _getattr(state: State, line: Apply, kinds: Sequence[Kind]) -> Classes:
    match kinds:
        case [Known(module), Text(str(name))]:  # of a module's own data: that it is there is guarded
            return NOTHING if isinstance(module, types.ModuleType) and hasattr(module, name) else ANYTHING
        case [Record(), _]:
            return NOTHING
        case [kind, Text(str(name))]:
            classes = [cls for cls, its in BUILTIN if isinstance(kind, its)]
            return NOTHING if any(hasattr(cls, name) for cls in classes) else ANYTHING
    return ANYTHING


def _raise(state: State, line: Apply, kinds: Sequence[Kind]) -> Classes:
    made = state.exceptions.get(line.args[0]) if line.args and isinstance(line.args[0], str) else None
    return ANYTHING if made is None else (made,)


def of_text(state: State, line: Apply) -> bool:
    """Is it a call of a method of a string, which only computes?"""
    method = state.methods.get(line.args[0]) if line.op == "call" and isinstance(line.args[0], str) else None
    return method is not None and isinstance(state.kind(method.value), Text)


def _call(state: State, line: Apply, kinds: Sequence[Kind]) -> Classes:
    if of_text(state, line):
        return (LookupError, ValueError) if state.methods[str(line.args[0])].name in ("format", "index", "rindex", "format_map") else NOTHING
    called = kinds[0].value if isinstance(kinds[0], Known) else None
    if called is print or isinstance(called, type) and issubclass(called, BaseException):
        return NOTHING
    owner = getattr(called, "__self__", None)
    if "logging" in (getattr(type(owner), "__module__", ""), getattr(called, "__module__", "")) or getattr(called, "__module__", "") == "time":
        return NOTHING
    return (Warning,) if getattr(called, "__module__", "") == "warnings" else ANYTHING


def _write(state: State, line: Apply, kinds: Sequence[Kind]) -> Classes:
    *path, value = kinds[1:]
    reading = raises(state, Apply(("item",), "getitem", line.args[:2])) if len(path) == 1 else ANYTHING
    if isinstance(kinds[0], Dict):
        return NOTHING
    return reading if not isinstance(kinds[0], Array) or axes_of(value) == () else (*reading, *BROADCAST)


def _invoke(state: State, line: Apply, kinds: Sequence[Kind]) -> Classes:
    callee = state.recursion.named(line.args[0])
    return ANYTHING if callee is None else callee.raised


BUILTIN: Sequence[tuple[type, type]] = ((list, List), (tuple, Tuple), (dict, Dict), (str, Text), (np.ndarray, Array))
"""The classes of values whose kind says what methods they have."""

SPECIAL: Mapping[str, Callable[[State, Apply, Sequence[Kind]], Classes]] = {
    "getitem": _getitem, "unpack": _unpack, "getattr": _getattr, "raise": _raise, "call": _call, "write": _write, "write_add": _write, "invoke": _invoke,
}  # fmt: skip
