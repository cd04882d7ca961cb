"""Calls of methods of values: of an array a primitive or a write, of a dict or list what its kind decides.

    call(getattr(x, 'sum'))           np.sum(x)
    call(getattr(x, 'fill'), 0.0)     x.1 = write(x.0, Ellipsis, 0.0)
    call(getattr(d, 'get'), 'k')      getitem(d, 'k')             # or None, where there is no such key
"""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType

import numpy as np

from wengert import errors
from wengert.analysis.call import Call
from wengert.analysis.clobbering import CHANGING, clobber, may_write
from wengert.analysis.loop_kinds import ITERABLES
from wengert.analysis.mapped import ask_for_holder, ask_for_map
from wengert.analysis.maps import inline, map_method
from wengert.analysis.mutators import WRITING
from wengert.analysis.primitive_calls import call_primitive
from wengert.analysis.removals import REMOVING
from wengert.ir.core import Atom, Const
from wengert.ir.kinds import UNKNOWN, Array, Dict, Kind, List, Map, Numeric, NumpyScalar, Scalar, Sparse, Text, Tuple
from wengert.rules import method_op
from wengert.rules.result_kinds import NotStatic, static
from wengert.rules.stand_ins import stand_in

METHODS: dict[str, Callable[[Call, Atom], bool]] = {}
"""Methods that kinds decide: each writes a call of a method of a value, or says that it does not (`ordering.py`)."""

FUNCTIONS: dict[str, Callable[..., None]] = {"put": np.put}
"""Methods that are functions of their array."""

TEXT_METHODS = frozenset({"format", "join", "strip", "lower", "upper", "replace", "lstrip", "rstrip", "title", "ljust", "rjust", "center"})


def call_method_of(call: Call, value: Atom, name: str) -> None:
    """`value.name(...)`: of arrays a primitive, of dicts and lists what is easy."""
    special = METHODS.get(name)
    if special is not None and special(call, value):
        return
    if map_method(call, value, name) or _changes(call, value, name) or _as_function(call, value, name):
        return
    handle, value = value, call.state.read(value)
    kind = call.state.kind(value)
    if isinstance(kind, (List, Dict, Tuple)) and name == "__getitem__" and len(call.args) == 1 and not call.keywords:
        call.emit("getitem", value, *call.args)
        return
    op = method_op(name)
    arraylike = isinstance(kind, (Array, NumpyScalar, Numeric)) or (isinstance(kind, Sparse) and name == "transpose") or (isinstance(kind, Scalar) and name == "conjugate") or (kind == UNKNOWN and value in call.state.computed)
    if isinstance(kind, Sparse) and name == "dot" and len(call.args) == 1:
        call.emit("matmul", value, *call.args)
        return
    if op is not None and arraylike:
        call.args = (value, *call.args)
        call_primitive(call, op, None, f".{name}")
        return
    if isinstance(kind, Map) and name in ITERABLES and not call.args and call.iterable(name, (handle,)):
        return
    if isinstance(kind, Dict) and _dict_method(call, handle, value, kind, name):
        return
    if isinstance(kind, (List, Dict, Map)) and name in CHANGING and (call.varied or call.state.varies(value)):
        if isinstance(kind, Dict):
            ask_for_map(call.state, handle)
        what = "a list" if isinstance(kind, List) else "a dict"
        raise errors.error("W046", call.frame.place(call.line.place), name=name, what=what)
    varied = call.varied or call.state.varies(value)
    if varied and kind == UNKNOWN and name in CHANGING:
        ask_for_holder(call.state, value)
    result: Kind = UNKNOWN
    if isinstance(kind, Sparse) and name in ("tocsc", "tocsr", "tocoo", "copy") and not call.varied:
        result, varied = kind, False
    if isinstance(kind, Text) and kind.value is not None and not call.keywords:
        given = [call.state.kind(atom) for atom in call.args]
        if name in TEXT_METHODS and name != "format" and all(isinstance(one, Text) and one.value is not None for one in given):
            made = getattr(kind.value, name)(*(one.value for one in given if isinstance(one, Text)))  # `axes.lower()` of an option
            call.bind(Const(made))
            return
    if isinstance(kind, Text):
        result, varied = Text() if name in TEXT_METHODS else UNKNOWN, call.varied
    new = call.emit("call", call.function, *call.args, keywords=call.keywords, varied=varied)
    call.state.give_away(value, *call.args)
    call.state.define(new, result, varied)
    if not varied and may_write(call):
        clobber(call, new)


def _changes(call: Call, handle: Atom, name: str) -> bool:
    """A method that writes into the array, list or dict that it is called on."""
    if isinstance(handle, Const):
        return False
    kind = call.state.kind(call.state.read(handle))
    writer = WRITING.get(name)
    if isinstance(kind, (List, Dict)) and name in REMOVING and (name != "pop" or call.args):
        writer = REMOVING[name]
    if writer is None:
        return False
    result = writer(call.state, kind, handle, tuple(map(call.state.read, call.args)), dict(call.keywords))
    if result is None:
        return False
    call.bind(result)
    return True


def _as_function(call: Call, handle: Atom, name: str) -> bool:
    """A method of an array that is one of NumPy's functions, which is written out."""
    function = FUNCTIONS.get(name)
    kind = call.state.kind(call.state.read(handle))
    if function is None or not isinstance(kind, Array) or not (call.varied or call.state.varies(handle)):
        return False
    found = stand_in(function, [kind, *map(call.state.kind, call.args)], call.named())
    return isinstance(found, FunctionType) and inline(call, found, handle)


def _dict_method(call: Call, handle: Atom, value: Atom, kind: Dict, name: str) -> bool:
    if name in ITERABLES and not call.args:
        return call.iterable(name, (value,))
    if name == "get" and 1 <= len(call.args) <= 2 and not call.keywords:
        try:
            key = static(call.state.kind(call.args[0]))
        except NotStatic:
            if call.varied or call.state.varies(value):
                ask_for_map(call.state, handle)
            return False
        if key in dict(kind.items):
            call.emit("getitem", value, Const(key))
        else:
            call.bind(call.args[1] if len(call.args) == 2 else Const(None))
        return True
    return False
