"""Reading an attribute: of a module, an object, a record, an array.

    getattr(@np, 'sin')        @np.sin                            # a constant of the text
    getattr(x, 'T')            np.transpose(x)                    # of an array: a primitive
    getattr(o, 'rate')         the field of the object            # `fields.py`
    getattr(x, 'sum')          a method, for the call that comes
"""

from __future__ import annotations

import logging
import math
import types

import numpy as np

from wengert.analysis.emitting import emit
from wengert.analysis.environment import Guard
from wengert.analysis.facts import Method
from wengert.analysis.fields import get_attribute
from wengert.analysis.frame import Frame
from wengert.analysis.global_names import is_code
from wengert.analysis.held import Held
from wengert.analysis.objects import class_of, is_own_object
from wengert.analysis.record_methods import bind_attribute
from wengert.analysis.state import State
from wengert.ir.constants import object_name
from wengert.ir.core import Apply, Const, Line
from wengert.ir.kinds import (
    BOTTOM,
    UNKNOWN,
    Array,
    Bottom,
    Closure,
    Dict,
    Known,
    List,
    Map,
    Numeric,
    NumpyScalar,
    Record,
    Scalar,
    Sparse,
    Text,
    Tuple,
    scalar_type,
)
from wengert.ir.values import kind_of
from wengert.rules import attribute_op, method_op

LIBRARY = (np, math)
"""Modules that nobody rebinds names of: no guards for these."""


def read_attribute(state: State, frame: Frame, line: Apply, out: list[Line]) -> None:
    handle, wanted = frame.handle(line.args[0]), line.args[1]
    assert isinstance(wanted, Const)
    name, target = wanted.value, line.targets[0]
    after, handle = state.supers.get(handle, (None, handle)) if isinstance(handle, str) else (None, handle)
    cls = class_of(state, handle)
    if cls is not None and get_attribute(state, frame, line, handle, cls, name, out, after):
        return
    value = state.read(handle)
    kind = state.kind(value)
    if isinstance(kind, Known) and is_code(kind.value) and hasattr(kind.value, name):
        found = getattr(kind.value, name)
        owner = kind.value
        if isinstance(found, Held) or (state.inner.has(owner) and type(found) in (float, int, bool, str)):
            state.bind(frame, target, found.atom if isinstance(found, Held) else Const(found))
            return
        spelled = f"{value.spelled}.{name}" if isinstance(value, Const) and value.spelled else _canonical(owner, name)
        simple = type(found) in (float, int, bool, type(None)) and owner in LIBRARY
        if is_code(found) or simple or is_own_object(found):
            if isinstance(owner, types.ModuleType) and not _from_library(owner):
                state.guards.setdefault((id(owner), "attribute", name), Guard(owner, "attribute", name, found))
            state.bind(frame, target, Const(found, spelled))
            return
        if is_option(owner, name, found) and (id(owner), name) not in state.rebound:
            state.guards.setdefault((id(owner), "attribute", name), Guard(owner, "attribute", name, found))
            state.bind(frame, target, Const(found))
            return
        if isinstance(owner, types.ModuleType):
            state.guards.setdefault((id(owner), "attribute", name), Guard(owner, "attribute", name, kind=kind_of(found)))
        new = state.apply(target, frame, out, "getattr", value, wanted, place=line.place, varied=False)
        state.define(new, kind_of(found))
        return
    if isinstance(kind, Record) and name in dict(kind.items):
        state.apply(target, frame, out, "getattr", value, wanted, place=line.place)
        return
    if isinstance(kind, Record) and bind_attribute(state, frame, line, value, kind.cls, name, out):
        return
    if isinstance(value, Const) and isinstance(value.value, logging.Logger) and callable(getattr(value.value, name, None)):
        state.bind(frame, target, Const(getattr(value.value, name)))
        return
    if isinstance(kind, Known) and isinstance(kind.value, (np.dtype, np.finfo, np.iinfo)) and hasattr(kind.value, name):
        found = getattr(kind.value, name)
        state.bind(frame, target, Const(float(found) if isinstance(found, np.floating) else found, None))
        return
    op = attribute_op(name)
    if op is not None and (isinstance(kind, (Array, NumpyScalar, Numeric)) or (isinstance(kind, Sparse) and name == "T") or (name in ("real", "imag") and (isinstance(kind, Scalar) or kind == UNKNOWN and state.varies(value)))):
        state.apply(target, frame, out, op, value, place=line.place, spelled=f".{name}")
        return
    new = state.apply(target, frame, out, "getattr", value, wanted, place=line.place)
    if isinstance(kind, Bottom):
        state.define(new, BOTTOM)
    elif op is None and (isinstance(kind, (List, Dict, Map, Text, Tuple)) or method_op(name) is not None or kind is UNKNOWN):
        varied = state.varies(new)
        cls = next(
            (cls for form, cls in ((List, list), (Dict, dict), (Map, dict), (Tuple, tuple), (Text, str)) if isinstance(kind, form)),
            None,
        )
        state.define(new, Closure(new) if cls is not None and hasattr(cls, name) else UNKNOWN, varied)
    state.methods[new] = Method(handle, name)
    state.lazy.add(new)


def is_option(owner: object, name: str, value: object) -> bool:
    """An integer under a name in capitals, such as a bit of an `outmask`: known by value, so that tests of it are decided."""
    return name.isupper() and type(value) is int and isinstance(owner, (type, types.ModuleType))


NUMBERS = (float, int, complex, np.float64, np.ndarray)


def lacks(state: State, frame: Frame, line: Apply, out: list[Line]) -> bool:
    """An attribute that no number and no array has, asked for in a `try`: what its handler is for."""
    value, wanted = frame.atom(line.args[0]), line.args[1]
    assert isinstance(wanted, Const)
    kind, name = state.kind(value), str(wanted.value)
    number = isinstance(kind, (NumpyScalar, Array, Numeric)) or scalar_type(kind) is not None
    if isinstance(kind, Scalar):
        found = any(hasattr(cls, name) for cls in (float, int, complex))
    else:
        found = any(hasattr(cls, name) for cls in NUMBERS) or method_op(name) is not None
    if not number or found:
        return False
    raised = emit(state, "call", Const(AttributeError, "AttributeError"), Const(f"a number has no attribute {name!r}"))
    out.append(Apply((), "raise", (raised,), place=state.place))
    return True


def lacks_item(state: State, frame: Frame, line: Apply, out: list[Line]) -> bool:
    """A key that a dict has not, or an index past the items of a tuple or list, asked for in a `try`."""
    kind, key = (state.kind(frame.atom(atom)) for atom in line.args)
    match kind, key:
        case Dict(items), (Known(wanted) | Text(str(wanted))) if wanted not in dict(items):
            cls: type[Exception] = KeyError
        case (Tuple(items) | List(items=tuple(items))), Known(int(wanted)) if not -len(items) <= wanted < len(items):
            cls, wanted = IndexError, f"{'tuple' if isinstance(kind, Tuple) else 'list'} index out of range"
        case _:
            return False
    raised = emit(state, "call", Const(cls, cls.__name__), Const(wanted))
    out.append(Apply((), "raise", (raised,), place=state.place))
    return True


def takes_none(state: State, frame: Frame, line: Apply, out: list[Line]) -> bool:
    """An attribute that no number and no array has, set in a `try`: a table or series would take it."""
    wanted = line.args[1]
    assert isinstance(wanted, Const)
    kind = state.kind(frame.atom(line.args[0]))
    number = isinstance(kind, (NumpyScalar, Array, Numeric)) or scalar_type(kind) is not None
    if not number or any(hasattr(cls, str(wanted.value)) for cls in (*NUMBERS, float, int, complex)):
        return False
    raised = emit(state, "call", Const(AttributeError, "AttributeError"), Const(f"a number has no attribute {wanted.value!r}"))
    out.append(Apply((), "raise", (raised,), place=state.place))
    return True


def _canonical(owner: object, name: str) -> str | None:
    """The name of a module's attribute that means the same in every text."""
    known = isinstance(owner, types.ModuleType) and owner.__name__.partition(".")[0] in ("numpy", "math", "scipy")
    return f"{object_name(owner)}.{name}" if known else None


def _from_library(module: types.ModuleType) -> bool:
    return module in LIBRARY or module.__name__.partition(".")[0] in ("numpy", "math", "cmath", "operator", "functools")
