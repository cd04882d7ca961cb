"""Calls of builtins that kinds decide: `isinstance(x, float)` is True, `zip(xs, ys)` is never made, `super()` is known.

    call(@isinstance, x, @float)         True                       # x is a float
    call(@map, @math.sin, t)             the calls, one by one      # t is a tuple

Each function writes the call it is given, or returns False where kinds do not say enough; then the call is as any other.
"""

from __future__ import annotations

import builtins
import collections
import functools
import operator
import types
from collections.abc import Callable
from dataclasses import replace

from wengert.analysis.attributes import has_attribute, name_of
from wengert.analysis.call import SPECIAL, Call
from wengert.analysis.calls import items_of
from wengert.analysis.displays import merged
from wengert.analysis.fields import assign
from wengert.analysis.generators import enumerated
from wengert.analysis.inline import inline_function, tuple_of
from wengert.analysis.instances import is_instance, type_of
from wengert.analysis.maps import inline, made_of, of_keys
from wengert.ir.core import Atom, Const
from wengert.ir.kinds import (
    BOTTOM,
    FLOAT,
    INT,
    UNKNOWN,
    Array,
    Closure,
    Frozen,
    Known,
    List,
    Map,
    Range,
    Tuple,
)  # fmt: skip
from wengert.rules import element_of
from wengert.rules.result_kinds import NotStatic, static
from wengert.rules.stand_ins_dicts import defaulted
from wengert.rules.stand_ins_iterators import zipped_with
from wengert.rules.stand_ins_lists import OF_LISTS
from wengert.snapshots import checkpointed
from wengert.surgery import adjoint


def _getitem(call: Call) -> bool:
    if len(call.args) != 2 or call.keywords:
        return False
    call.emit("getitem", *call.args)
    return True


def _zip(call: Call) -> bool:
    endless = [k for k, atom in enumerate(call.args) if atom in call.state.generators]
    others = [call.state.kind(call.state.read(atom)) for k, atom in enumerate(call.args) if k not in endless]
    if len(endless) == 1 and others and not call.keywords and all(isinstance(kind, (List, Tuple, Range, Array)) for kind in others):
        zipped = zipped_with(endless[0], len(call.args) - 1 - endless[0])
        made = inline_function(call.state, call.frame, call.line, zipped, call.args, {}, call.out)
        return made is not None and not call.returned(made)
    return bool(call.args) and not call.keywords and call.iterable("zip", call.args)


def _of_lists(stand_in: Callable[..., object]) -> Callable[[Call], bool]:
    def write(call: Call) -> bool:
        """A function of lists, where what varies is in one of unknown length."""
        kinds = [call.state.kind(call.state.read(atom)) for atom in call.args]
        if not call.varied or not any(isinstance(kind, List) and kind.items is None for kind in kinds):
            return False
        made = inline_function(call.state, call.frame, call.line, stand_in, call.args, dict(call.keywords), call.out)
        return made is not None and not call.returned(made)

    return write


def _enumerate(call: Call) -> bool:
    named = dict(call.keywords)
    if not call.args or set(named) - {"start"}:
        return False
    start = call.args[1] if len(call.args) > 1 else named.get("start", Const(0))
    if call.args[0] in call.state.generators:
        call.bind(enumerated(call.state, call.args[0], start))
        return True
    return call.iterable("enumerate", (call.args[0], start))


def _reversed(call: Call) -> bool:
    if len(call.args) != 1 or isinstance(call.state.kind(call.args[0]), Known):
        return False
    call.emit("reversed", call.args[0])
    return True


def _super(call: Call) -> bool:
    frame, state = call.frame, call.state
    inner = state.inner.owners.get(id(frame.callees[-1])) if frame.callees else None
    function = next((callee for callee in reversed(frame.callees) if isinstance(callee, types.FunctionType)), None)
    if function is None and inner is None:
        return False
    if len(call.args) == 2:
        cls, handle = state.callee(call.args[0]), call.args[1]
    elif inner is not None:
        cls, handle = inner, frame.handle(frame.function.parameters[0])
    else:
        assert function is not None
        code = function.__code__
        if "__class__" not in code.co_freevars or not code.co_argcount:
            return False
        cls = (function.__closure__ or ())[code.co_freevars.index("__class__")].cell_contents
        handle = frame.handle(frame.function.parameters[0])
    new = state.names.fresh()
    state.define(new, UNKNOWN)
    state.supers[new] = (cls, handle)
    call.bind(new)
    return True


def _partial(call: Call) -> bool:
    if not call.args:
        return False
    new = call.emit("call", call.function, call.args[0], varied=False)
    call.state.define(new, Closure(new))  # a function, and no other than this one
    call.state.partials[new] = (call.args[0], call.args[1:], dict(call.keywords))
    call.state.lazy.add(new)
    return True


def _reduce(call: Call) -> bool:
    """`functools.reduce(f, xs, start)` over items that are known one by one."""
    if len(call.args) not in (2, 3) or call.keywords:
        return False
    items = items_of(call.state, call.frame, call.line, call.args[1], call.out)
    if items is None:
        return False
    *start, = call.args[2:]
    values = [*start, *items]
    if not values:
        return False
    total = values[0]
    for value in values[1:]:
        target = call.state.names.fresh()
        inner = call.inside(len(call.state.kinds))
        if Call(call.state, inner, replace(call.line, targets=(target,)), call.args[0], (total, value), (), call.out).write():
            return True
        total = inner.handle(target)
    call.bind(total)
    return True


def _map(call: Call) -> bool:
    """`map(f, xs, ...)` over items that are known one by one."""
    if len(call.args) < 2 or call.keywords:
        return False
    columns = [items_of(call.state, call.frame, call.line, handle, call.out) for handle in call.args[1:]]
    if any(column is None for column in columns):
        return False
    results: list[Atom] = []
    for number, row in enumerate(zip(*(column or () for column in columns))):
        inner, target = call.inside(number), call.state.names.fresh()
        if Call(call.state, inner, replace(call.line, targets=(target,)), call.args[0], row, (), call.out).write():
            return True
        results.append(inner.handle(target))
    call.bind(tuple_of(call.state, results, call.frame.place(call.line.place), call.out))
    return True


def _isinstance(call: Call) -> bool:
    if len(call.args) != 2:
        return False
    try:
        classes = static(call.state.kind(call.args[1]))
    except NotStatic:
        return False
    made = call.state.exceptions.get(call.args[0]) if isinstance(call.args[0], str) else None
    answer = issubclass(made, classes) if made is not None else is_instance(call.state.kind(call.args[0]), classes)
    if answer is None:
        return False
    call.bind(Const(answer))
    return True


def _callable(call: Call) -> bool:
    kind = call.state.kind(call.args[0]) if len(call.args) == 1 else UNKNOWN
    found = type_of(kind)
    if found is None and not isinstance(kind, Closure):
        return False
    call.bind(Const(found is None or any("__call__" in vars(base) for base in found.__mro__)))
    return True


def _type(call: Call) -> bool:
    found = type_of(call.state.kind(call.args[0])) if len(call.args) == 1 else None
    if found is None:
        return False
    call.bind(Const(found, found.__name__ if found.__module__ == "builtins" else None))
    return True


def _hasattr(call: Call) -> bool:
    name = name_of(call.state, call.args[1]) if len(call.args) == 2 else None
    answer = None if name is None else has_attribute(call.state, call.args[0], name)
    if answer is None:
        return False
    call.bind(Const(answer))
    return True


def _getattr(call: Call) -> bool:
    name = name_of(call.state, call.args[1]) if 2 <= len(call.args) <= 3 and not call.keywords else None
    answer = None if name is None else has_attribute(call.state, call.args[0], name)
    if name is None or (answer is None and len(call.args) == 3):
        return False
    if answer is False and len(call.args) == 3:
        call.bind(call.args[2])
        return True
    from wengert.analysis.attribute_reads import read_attribute

    call.frame.atoms[OBJECT] = call.args[0]
    read_attribute(call.state, call.frame, replace(call.line, op="getattr", args=(OBJECT, Const(name)), keywords=()), call.out)
    return True


OBJECT = "@object"
"""In a frame: what `getattr` is asked of."""


def _setattr(call: Call) -> bool:
    name = name_of(call.state, call.args[1]) if len(call.args) == 3 and not call.keywords else None
    if name is None:
        return False
    assign(call.state, call.frame, call.line, call.args[0], name, call.args[2], call.out)
    call.bind(Const(None))
    return True


def _sequence(op: str) -> Callable[[Call], bool]:
    def write(call: Call) -> bool:
        """`tuple(xs)`, `list(xs)` of something of known length: its items."""
        if call.keywords or len(call.args) > 1:
            return False
        if not call.args:
            call.emit(op)
            return True
        if op == "tuple" and isinstance(call.state.kind(call.args[0]), Tuple):
            call.bind(call.args[0])
            return True
        names = items_of(call.state, call.frame, call.line, call.args[0], call.out)
        if not names and op == "list" and names is None:
            return _listed(call)
        if names is None and isinstance(call.state.kind(call.state.read(call.args[0])), List):
            call.emit("copy", call.args[0], spelled="tuple")
            return True
        if not names:
            return False
        if op == "tuple":
            call.bind(tuple_of(call.state, names, call.frame.place(call.line.place), call.out))
        else:
            call.emit(op, *names)
        return True

    return write


def _listed(call: Call) -> bool:
    """`list(xs)` of something of unknown length."""
    kind = call.state.kind(call.state.read(call.args[0]))
    if isinstance(kind, List):
        call.emit("copy", call.args[0], spelled="list" if isinstance(kind, Frozen) else None)
        return True
    element = element_of(call.state.kind(call.state.read(call.args[0])))
    if element == UNKNOWN or call.state.varies(call.args[0]):
        return False
    new = call.emit("call", call.function, *call.args, varied=False)
    call.state.define(new, List(element))
    return True


def _dict(call: Call) -> bool:
    if len(call.args) == 1 and not call.keywords and made_of(call):
        return True
    if call.args:
        return len(call.args) == 1 and merged(call.state, call.frame, call.line, call.target, call.args, call.keywords, call.out)
    atoms: list[Atom] = []
    for key, atom in call.keywords:
        atoms += [Const(key), atom]
    call.emit("dict", *atoms)
    return True




def _default_dict(call: Call) -> bool:
    """`defaultdict(float)`, `Counter()`: a dict that has a number for every key; `defaultdict(list)`: one that makes a value for each."""
    counter = call.state.callee(call.function) is collections.Counter
    factory = call.state.callee(call.args[0]) if len(call.args) == 1 else None
    if not counter and len(call.args) == 1 and not call.keywords and factory not in (float, int):
        return inline(call, defaulted)
    if call.keywords or not (not call.args if counter else factory in (float, int)):
        return False
    new = call.emit("call", call.function, *call.args, varied=False)
    call.state.define(new, Map(BOTTOM, INT if factory is not float else FLOAT, True))
    if counter:
        call.state.tallies.add(new)
    return True


def _from_keys(call: Call) -> bool:
    """`dict.fromkeys(keys, value)`."""
    return len(call.args) in (1, 2) and not call.keywords and inline(call, of_keys)


def _checkpointed(call: Call) -> bool:
    named = dict(call.keywords)
    if not 1 <= len(call.args) <= 2 or set(named) - {"snapshots"} or not isinstance(call.state.kind(call.args[0]), Range):
        return False
    snapshots = call.args[1] if len(call.args) == 2 else named.get("snapshots", Const(None))
    call.emit("checkpointed", call.args[0], snapshots, varied=False)
    return True


def _adjoint(call: Call) -> bool:
    if len(call.args) != 1 or call.keywords:
        return False
    handle = call.frame.handle(call.line.args[1])
    new = call.emit("adjoint_of", call.args[0], varied=False)
    call.state.adjoints[new] = handle
    call.state.lazy.add(new)
    return True



SPECIAL.update({
    adjoint: _adjoint, checkpointed: _checkpointed,
    builtins.zip: _zip, builtins.enumerate: _enumerate, builtins.reversed: _reversed, builtins.isinstance: _isinstance,
    builtins.callable: _callable, builtins.type: _type, builtins.hasattr: _hasattr, builtins.getattr: _getattr, builtins.setattr: _setattr,
    builtins.tuple: _sequence("tuple"),
    builtins.list: _sequence("list"), builtins.dict: _dict, dict.fromkeys: _from_keys,
    collections.defaultdict: _default_dict, collections.Counter: _default_dict, builtins.super: _super,
    **{function: _of_lists(stand_in) for function, stand_in in OF_LISTS.items()},
    builtins.map: _map, functools.partial: _partial, operator.getitem: _getitem, functools.reduce: _reduce,
})  # fmt: skip
