"""What a call calls, and what it becomes: a primitive, the callee's own lines, or a call that nothing differentiated goes into.

The callee is known by its kind, wherever it came from: a global, an attribute of a module, an argument, an entry of a dict.

    call(@np.sin, x)          np.sin(x)
    call(getattr(x, 'sum'))   np.sum(x)          # a method of an array
    call(@softplus, x)        the lines of softplus
    call(@logging.info, s)    call(@logging.info, s)
"""

from __future__ import annotations

import functools
import inspect
import logging
import types
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from wengert import errors
from wengert.analysis.call import OBJECTS, SPECIAL, Call, is_hashable, known_atom
from wengert.analysis.clobbering import opaque
from wengert.analysis.derivative_calls import call_derivative, has_program, is_derivative
from wengert.analysis.draws import draw, draw_of_module, source_of
from wengert.analysis.facts import Fact
from wengert.analysis.frame import Frame
from wengert.analysis.held import Held
from wengert.analysis.inline import inline_closure, inline_function
from wengert.analysis.inner import Inner, call_inner, call_maker, maker_of
from wengert.analysis.loop_kinds import settled
from wengert.analysis.managers import manager_of
from wengert.analysis.maps import take_all
from wengert.analysis.meeting import Side, meet
from wengert.analysis.method_calls import call_method_of
from wengert.analysis.mutators import AT, FUNCTIONS
from wengert.analysis.objects import BUILTINS, call_method, construct, is_own, materialised, method_of
from wengert.analysis.packing import pack
from wengert.analysis.primitive_calls import call_primitive
from wengert.analysis.protocols import items_of_object
from wengert.analysis.relied_on import note_rule
from wengert.analysis.ruled import call_ruled, tried
from wengert.analysis.stars import as_many_as_wanted, as_one_list
from wengert.analysis.state import State
from wengert.entries import rule_of
from wengert.ir.core import Apply, Atom, Block, Const, If, Line, Yield
from wengert.ir.kinds import BOTTOM, UNKNOWN, Closure, Dict, Known, List, Tuple, holds_function
from wengert.records import fields_of_class, is_plain
from wengert.rules import op_of
from wengert.rules.stand_ins import OPAQUE, is_constant, stand_in


def specialise_call(state: State, frame: Frame, line: Apply, out: list[Line]) -> bool:
    """Write a call, or what it does; True if it surely does not return."""
    function, *args = map(frame.handle, line.args)
    keywords = tuple((key, frame.handle(atom)) for key, atom in line.keywords)
    call = Call(state, frame, line, function, tuple(args), keywords, out)
    return call.write()


def call_star(state: State, frame: Frame, line: Apply, out: list[Line]) -> bool:
    """`f(*args, **kwargs)` with as many arguments as kinds know of is a call; True if it surely does not return."""
    function, star, options = map(frame.handle, line.args)
    parts = items_of(state, frame, line, star, out)
    kind = state.kind(state.read(options))
    if parts is None and isinstance(kind, Dict):
        parts = as_many_as_wanted(state, frame, line, function, star, {key for key, _ in kind.items}, out)
    if parts is None and kind == Dict(()):
        found = as_one_list(state, frame, line, function, star, out)
        if found is not None:
            return Call(state, frame, line, found[0], (found[1],), (), out).write()
    if parts is None or not (isinstance(kind, Dict) and all(isinstance(key, str) for key, _ in kind.items)):
        args = tuple(map(state.read, (function, star, options)))
        state.apply(line.targets[0], frame, out, "call_star", *args, place=line.place)
        return False
    keywords = []
    for key, _ in kind.items:
        name = state.names.fresh()
        state.emit(Apply((name,), "getitem", (state.read(options), Const(key)), place=frame.place(line.place)), out)
        keywords.append((key, name))
    return Call(state, frame, line, function, tuple(parts), tuple(keywords), out).write()


def items_of(state: State, frame: Frame, line: Apply, handle: Atom, out: list[Line]) -> Sequence[Atom] | None:
    """The items of a tuple or list of known length."""
    if isinstance(handle, str) and handle in state.made:
        return state.made[handle]
    if handle in state.generators:
        return None
    value = state.read(handle)
    kind = state.kind(value)
    items = kind.items if isinstance(kind, (Tuple, List)) else None
    if items is None:
        return None
    names = tuple(state.names.fresh() for _ in items)
    if names:
        state.emit(Apply(names, "unpack", (value,), place=frame.place(line.place)), out)
    return names


def write_call(call: Call) -> bool:
    """Write a call, or what it does; True if it surely does not return."""
    state = call.state
    kind = state.kind(call.function)
    if isinstance(kind, Known) and _ruled(call, kind.value):
        return False
    if isinstance(kind, Known) and has_program(kind.value):
        call_derivative(call, kind.value) if is_derivative(kind.value) else opaque(call, UNKNOWN)
        return False
    if isinstance(call.function, str) and call.function in state.chosen:
        _choose(call, *state.chosen[call.function])
        return False
    if isinstance(call.function, str) and call.function in state.partials:
        inner, given, named = state.partials[call.function]
        keywords = {**named, **dict(call.keywords)}
        return Call(state, call.frame, call.line, inner, (*given, *call.args), tuple(keywords.items()), call.out).write()
    if isinstance(call.function, str) and call.function in state.bound:
        handle, function = state.methods[call.function].value, state.bound[call.function]
        if rule_of(function) is not None:
            call.args = (materialised(state, handle), *call.args)
            _ruled(call, function)
            return False
        found = getattr(handle.value, function.__name__, None) if isinstance(handle, Const) else None
        if found is not None and stand_in(found, [state.kind(atom) for atom in call.args], call.named()) is not None:
            spelled = handle.spelled if isinstance(handle, Const) else None
            call.function = Const(found, f"{spelled}.{function.__name__}" if spelled else None)
            return bool(_replaced(call, found))
        return call.returned(call_method(state, call.frame, call.line, handle, function, call.args, dict(call.keywords), call.out))
    if isinstance(kind, Known) and not isinstance(kind.value, CODE) and callable(kind.value):
        replaced = _replaced(call, kind.value)  # an object of a library that is called
        if replaced is not None:
            return replaced
    called = method_of(state, call.function, "__call__") if state.heap.fields or isinstance(call.function, Const) else None
    if called is not None:
        return call.returned(call_method(state, call.frame, call.line, call.function, called, call.args, dict(call.keywords), call.out))
    if isinstance(call.function, str) and call.function in state.methods:
        method = state.methods[call.function]
        owner, name = method.value, method.name
        if isinstance(owner, Const) and is_constant(owner.value) and hasattr(owner.value, name):
            call.function = Const(getattr(owner.value, name), f"{owner.spelled}.{name}" if owner.spelled else None)
            replaced = _replaced(call, call.function.value)
            if replaced is not None:
                return replaced
        source = source_of(call, owner)
        drawn = None if source is None else draw(call, source, owner, name)
        if drawn is not None:
            return drawn
        call_method_of(call, owner, name)
        return False
    if isinstance(kind, Closure) and kind.name in state.closures:
        return call.returned(inline_closure(state, call.frame, call.line, call.function, kind, call.args, dict(call.keywords), call.out))
    if not (isinstance(kind, Known) and callable(kind.value)):
        opaque(call, UNKNOWN)
        return False
    return _known(call, kind.value)


def _replaced(call: Call, function: Any) -> bool | None:
    """Write what stands in for a library's function, for arguments of these kinds; None if there is nothing."""
    found = stand_in(function, [call.state.kind(atom) for atom in call.args], call.named())
    if found == OPAQUE:
        opaque(call, UNKNOWN)
        return False
    if isinstance(found, str):
        call_primitive(call, found, function)
        return False
    if found is not None and getattr(found, "always", False):
        return call.returned(inline_function(call.state, call.frame, call.line, found, call.args, dict(call.keywords), call.out))
    return None if found is None else _own(call, found)


def _ruled(call: Call, function: object) -> bool:
    """Write a call of a function for which the user has given a rule, if he has."""
    rule = rule_of(function)
    if rule is not None:
        call_ruled(call, rule)
    return rule is not None


def _choose(call: Call, test: Atom, *functions: Atom) -> None:
    """A call of the one or the other function."""
    state, frame = call.state, call.frame
    before, sides, outer = state.heap.fork(), [], state.out
    for function in functions:
        state.heap.restore(before)
        out: list[Line] = []
        state.out = out
        inner = call.inside(len(state.kinds))
        target = state.names.fresh()
        Call(state, inner, replace(call.line, targets=(target,)), function, call.args, call.keywords, out).write()
        sides.append(Side(out, (inner.handle(target),), state.heap.fork()))
    state.out = outer
    targets, columns = meet(state, frame, (call.target,), sides, before)
    then, orelse = (Block(tuple(side.out), Yield(tuple(column))) for side, column in zip(sides, columns))
    call.out.append(If(tuple(targets), test, then, orelse, frame.place(call.line.place)))


def _known(call: Call, function: Callable[..., Any]) -> bool:
    drawn = draw_of_module(call, function)
    if drawn is not None:
        return drawn
    maker = maker_of(function)
    if maker is not None:
        if not call_maker(call, maker, function):
            opaque(call, UNKNOWN)  # refused in the end if anything that varies goes in
        return False
    if isinstance(function, Inner):
        call.bind(call_inner(call, function))
        return False
    if getattr(function, "__module__", None) in ("logging", "warnings") or isinstance(getattr(function, "__self__", None), logging.Logger):
        new = call.emit("call", call.function, *call.args, keywords=call.keywords, varied=False)
        call.state.define(new, Known(None))
        return False
    if isinstance(function, functools.partial):
        inner = known_atom(function.func)
        given = tuple(map(known_atom, function.args))
        named = {**{key: known_atom(value) for key, value in function.keywords.items()}, **dict(call.keywords)}
        return Call(
            call.state, call.frame, call.line, inner, (*given, *call.args), tuple(named.items()), call.out
        ).write()
    if is_hashable(function) and function in BUILTINS and call.args:
        own = method_of(call.state, call.args[0], BUILTINS[function])
        if own is not None:
            return call.returned(call_method(call.state, call.frame, call.line, call.args[0], own, call.args[1:], {}, call.out))
    opened = OBJECTS[type(function)](function) if type(function) in OBJECTS else None
    if opened is not None:
        return Call(call.state, call.frame, call.line, opened[0], (*opened[1], *call.args), call.keywords, call.out).write()
    writer = FUNCTIONS.get(function) if is_hashable(function) else None
    if writer is None and isinstance(getattr(function, "__self__", None), np.ufunc) and getattr(function, "__name__", "") == "at":
        writer = AT.get(getattr(function, "__self__", None))
    if writer is not None and call.args and isinstance(call.args[0], str):
        kind = call.state.kind(call.state.read(call.args[0]))
        given = tuple(map(call.state.read, call.args[1:]))
        result = writer(call.state, kind, call.args[0], given, {key: call.state.read(atom) for key, atom in call.keywords})
        if result is not None:
            call.bind(result)
            return False
    if is_hashable(function) and (function in WALKED or (op_of(function) or "").startswith("np.")):
        place, as_array = call.frame.place(call.line.place), function not in WALKED
        call.args = tuple(items_of_object(call.state, call.frame, atom, place, call.out, as_array) for atom in call.args)
    if call.state.generators and is_hashable(function) and (function in TAKING or op_of(function) is not None):
        taken = tuple(call.taken(atom) for atom in call.args)
        if function is list and taken != call.args:
            call.bind(taken[0])
            return False
        call.args = taken
    if is_hashable(function):
        take_all(call, function)
    if is_hashable(function) and function in OF_NAMES and (not call.args or function in (exec, eval)):
        raise errors.error("W029", call.frame.place(call.line.place), name=function.__name__)
    special = SPECIAL.get(function) if is_hashable(function) else None
    if special is not None and special(call):
        return False
    op = op_of(function)
    if op is not None:
        call_primitive(call, op, function)
        return False
    replaced = _replaced(call, function)
    if replaced is not None:
        return replaced
    if isinstance(function, types.MethodType) and (rule_of(function.__func__) or isinstance(function.__func__, types.FunctionType)):
        written = (call.function, call.args)
        call.args = (known_atom(function.__self__), *call.args)
        method = function.__func__
        call.function = Const(method, method.__name__)
        if _ruled(call, method):
            return False
        assert isinstance(method, types.FunctionType)
        return _own(call, method, written)
    if isinstance(function, types.FunctionType):
        return _own(call, function)
    if isinstance(function, type) and issubclass(function, BaseException):
        new = call.emit("call", call.function, *call.args, keywords=call.keywords, varied=call.varied)
        call.state.define(new, UNKNOWN, call.varied)
        call.state.exceptions[new] = function
        return False
    if isinstance(function, type) and call.state.inner.has(function) and issubclass(function, tuple) and is_plain(function):
        call.bind(_named_tuple(call, function))
        return False
    if isinstance(function, type) and (is_own(function) and not _frozen(function) or call.state.inner.has(function) and _frozen(function)):
        call.bind(construct(call.state, call.frame, call.line, function, call.args, dict(call.keywords), call.out))
        return False
    if isinstance(function, type) and is_plain(function) and _record(call, function):
        return False
    opaque(call, UNKNOWN)
    return False


def _record(call: Call, cls: type) -> bool:
    """A namedtuple or dataclass that is made: its fields by name; False if the call gives other arguments than its fields."""
    try:
        signature = inspect.signature(cls)
        given = signature.bind(*call.args, **dict(call.keywords)).arguments
    except (TypeError, ValueError):
        return False
    missing = [parameter.default for name, parameter in signature.parameters.items() if name not in given]
    names = fields_of_class(cls)
    if tuple(signature.parameters) != names or any(type(value) not in (float, int, bool, str, type(None)) for value in missing):
        return False
    atoms = [given.get(name, Const(parameter.default)) for name, parameter in signature.parameters.items()]
    call.emit("record", call.function, *(atom for name, value in zip(names, atoms) for atom in (Const(name), value)))
    return True


def _named_tuple(call: Call, cls: Any) -> Atom:
    """A namedtuple of a class that the program defines: no text can name it, so it is a tuple whose items have names."""
    signature = inspect.signature(cls)
    try:
        given = signature.bind(*call.args, **dict(call.keywords)).arguments
    except TypeError as problem:
        raise errors.error("W044", call.state.place, name=cls.__name__, what=f"these arguments ({problem})") from None
    others = {name: parameter.default for name, parameter in signature.parameters.items() if name not in given}
    given |= {name: value.atom if isinstance(value, Held) else Const(value) for name, value in others.items()}
    return pack(call.state, cls, {name: call.state.read(given[name]) for name in signature.parameters})


def _own(call: Call, function: types.FunctionType, written: tuple[Atom, tuple[Atom, ...]] | None = None) -> bool:
    """A function written in Python: its lines, if something differentiated goes in; else a call, of a kind found by reading it.

    `written` are the function and the arguments as the text has them, where that is a method of an object.
    """
    note_rule(call.state, None, function)
    closures = [atom for atom in call.args if isinstance(call.state.kind(atom), Closure)]
    named = dict(call.keywords)
    if function in call.state.inner.methods or call.varied or closures or function.__code__.co_flags & inspect.CO_GENERATOR or _managed(call, function):
        return call.returned(inline_function(call.state, call.frame, call.line, function, call.args, named, call.out))
    if manager_of(function) is not None:  # it stays the library's
        call.function, call.args = written or (call.function, call.args)
        opaque(call, UNKNOWN)
        return False
    state = call.state
    kind, changes, read = tried(state, lambda: inline_function(state, call.frame, call.line, function, call.args, named, []))
    if holds_function(kind) or changes:
        return call.returned(inline_function(call.state, call.frame, call.line, function, call.args, named, call.out))
    if kind is BOTTOM:  # so far nobody has seen it return
        return True
    call.function, call.args = written or (call.function, call.args)
    opaque(call, settled(Fact(kind, False, False)).kind, reads=read)
    return False


def _managed(call: Call, function: types.FunctionType) -> bool:
    """Does it make a manager that is handed something it may change?"""
    return manager_of(function) is not None and any(isinstance(atom, str) and bool(call.state.heap.location(atom)) for atom in call.args)


def _frozen(cls: Any) -> bool:
    parameters = getattr(cls, "__dataclass_params__", None)
    return parameters is not None and parameters.frozen and is_plain(cls)


OF_NAMES = frozenset({exec, eval, locals, globals, vars, dir})
"""Functions that see the names of the function that calls them, which are others in the text of a derivative."""

TAKING = frozenset({list, tuple, set, frozenset, dict, sorted, sum, min, max, any, all})
"""Functions that take all items of their argument at once."""

WALKED = TAKING | {zip, enumerate, reversed, iter, map, filter}
"""Functions that walk over their arguments."""

CODE = (type, types.FunctionType, types.BuiltinFunctionType, types.MethodType, functools.partial, np.ufunc)
"""What is called by its own code; other callables are objects."""
