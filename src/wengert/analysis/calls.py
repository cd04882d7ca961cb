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
from typing import Any, TypeAlias

import numpy as np

from wengert import errors
from wengert.analysis.frame import Frame
from wengert.analysis.generators import collected
from wengert.analysis.inline import inline_closure, inline_function
from wengert.analysis.inner import Inner, call_inner, call_maker, maker_of
from wengert.analysis.loop_kinds import settled
from wengert.analysis.meeting import Side, meet
from wengert.analysis.method_calls import call_method_of
from wengert.analysis.mutators import AT, FUNCTIONS
from wengert.analysis.objects import BUILTINS, call_method, construct, is_own, materialised, method_of
from wengert.analysis.primitive_calls import call_primitive
from wengert.analysis.ruled import call_derivative, call_ruled, has_program, is_derivative, note_rule, tried
from wengert.analysis.stars import as_many_as_wanted
from wengert.analysis.state import Fact, State
from wengert.entries import rule_of
from wengert.ir.core import Apply, Atom, Block, Const, If, Line, Yield
from wengert.ir.kinds import BOTTOM, UNKNOWN, Closure, Dict, Kind, Known, List, Tuple
from wengert.records import fields_of_class, is_plain
from wengert.rules import op_of
from wengert.rules.stand_ins import OPAQUE, is_constant, stand_in

Keywords: TypeAlias = "tuple[tuple[str, Atom], ...]"


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


class Call:
    def __init__(
        self, state: State, frame: Frame, line: Apply, function: Atom, args: tuple[Atom, ...], keywords: Keywords, out: list[Line]
    ) -> None:
        self.state, self.frame, self.line, self.out = state, frame, line, out
        self.function, self.args, self.keywords = function, args, keywords

    @property
    def target(self) -> str:
        return self.line.targets[0]

    @property
    def varied(self) -> bool:
        return self.state.varies(*self.args, *(atom for _, atom in self.keywords))

    def bind(self, atom: Atom) -> None:
        self.state.bind(self.frame, self.target, atom)

    def emit(self, op: str, *args: Atom, keywords: Keywords = (), spelled: str | None = None, varied: bool | None = None) -> str:
        args = tuple(map(self.state.read, args))
        keywords = tuple((key, self.state.read(atom)) for key, atom in keywords)
        return self.state.apply(
            self.target, self.frame, self.out, op, *args, keywords=keywords, spelled=spelled, varied=varied, place=self.line.place
        )

    def write(self) -> bool:
        state = self.state
        kind = state.kind(self.function)
        if isinstance(kind, Known) and self.ruled(kind.value):
            return False
        if isinstance(kind, Known) and has_program(kind.value):
            call_derivative(self, kind.value) if is_derivative(kind.value) else self.opaque(UNKNOWN)
            return False
        if isinstance(self.function, str) and self.function in state.chosen:
            self.choose(*state.chosen[self.function])
            return False
        if isinstance(self.function, str) and self.function in state.partials:
            inner, given, named = state.partials[self.function]
            keywords = {**named, **dict(self.keywords)}
            return Call(state, self.frame, self.line, inner, (*given, *self.args), tuple(keywords.items()), self.out).write()
        if isinstance(self.function, str) and self.function in state.bound:
            handle, function = state.methods[self.function].value, state.bound[self.function]
            if rule_of(function) is not None:
                self.args = (materialised(state, handle), *self.args)
                self.ruled(function)
                return False
            found = getattr(handle.value, function.__name__, None) if isinstance(handle, Const) else None
            if found is not None and stand_in(found, [state.kind(atom) for atom in self.args], self.named()) is not None:
                spelled = handle.spelled if isinstance(handle, Const) else None
                self.function = Const(found, f"{spelled}.{function.__name__}" if spelled else None)
                return bool(self.replaced(found))
            return self.returned(call_method(state, self.frame, self.line, handle, function, self.args, dict(self.keywords), self.out))
        if isinstance(kind, Known) and not isinstance(kind.value, CODE) and callable(kind.value):
            replaced = self.replaced(kind.value)  # an object of a library that is called
            if replaced is not None:
                return replaced
        called = method_of(state, self.function, "__call__") if state.heap.fields or isinstance(self.function, Const) else None
        if called is not None:
            return self.returned(call_method(state, self.frame, self.line, self.function, called, self.args, dict(self.keywords), self.out))
        if isinstance(self.function, str) and self.function in state.methods:
            method = state.methods[self.function]
            owner, name = method.value, method.name
            if isinstance(owner, Const) and is_constant(owner.value) and hasattr(owner.value, name):
                self.function = Const(getattr(owner.value, name), f"{owner.spelled}.{name}" if owner.spelled else None)
                replaced = self.replaced(self.function.value)
                if replaced is not None:
                    return replaced
            call_method_of(self, owner, name)
            return False
        if isinstance(kind, Closure) and kind.name in state.closures:
            return self.returned(inline_closure(state, self.frame, self.line, self.function, kind, self.args, dict(self.keywords), self.out))
        if not (isinstance(kind, Known) and callable(kind.value)):
            self.opaque(UNKNOWN)
            return False
        return self.known(kind.value)

    def named(self) -> dict[str, Kind]:
        """The kinds of the arguments given by keyword."""
        return {key: self.state.kind(atom) for key, atom in self.keywords}

    def replaced(self, function: Any) -> bool | None:
        """Write what stands in for a library's function, for arguments of these kinds; None if there is nothing."""
        found = stand_in(function, [self.state.kind(atom) for atom in self.args], self.named())
        if found == OPAQUE:
            self.opaque(UNKNOWN)
            return False
        if isinstance(found, str):
            call_primitive(self, found, function)
            return False
        if found is not None and getattr(found, "always", False):
            return self.returned(inline_function(self.state, self.frame, self.line, found, self.args, dict(self.keywords), self.out))
        return None if found is None else self.own(found)

    def ruled(self, function: object) -> bool:
        """Write a call of a function for which the user has given a rule, if he has."""
        rule = rule_of(function)
        if rule is not None:
            call_ruled(self, rule)
        return rule is not None

    def inside(self, number: int) -> Frame:
        """A frame for one of several calls that this one line makes."""
        return replace(self.frame, atoms={}, around=self.frame, main=False, path=(*self.frame.path, number))

    def choose(self, test: Atom, *functions: Atom) -> None:
        """A call of the one or the other function."""
        state, frame = self.state, self.frame
        before, sides, outer = state.heap.fork(), [], state.out
        for function in functions:
            state.heap.restore(before)
            out: list[Line] = []
            state.out = out
            inner = self.inside(len(state.kinds))
            target = state.names.fresh()
            Call(state, inner, replace(self.line, targets=(target,)), function, self.args, self.keywords, out).write()
            sides.append(Side(out, (inner.handle(target),), state.heap.fork()))
        state.out = outer
        targets, columns = meet(state, frame, (self.target,), sides, before)
        then, orelse = (Block(tuple(side.out), Yield(tuple(column))) for side, column in zip(sides, columns))
        self.out.append(If(tuple(targets), test, then, orelse, frame.place(self.line.place)))

    def returned(self, value: Atom | None) -> bool:
        if value is None:
            return True
        self.bind(value)
        return False

    def opaque(self, kind: Kind) -> None:
        """A call that is not looked into; `leftovers.py` refuses it if anything differentiated goes in."""
        state = self.state
        state.give_away(*self.args, *(atom for _, atom in self.keywords))
        varied = self.varied or state.varies(self.function)
        new = self.emit("call", self.function, *self.args, keywords=self.keywords, varied=varied)
        state.define(new, kind, varied)

    # a callee that is known

    def known(self, function: Callable[..., Any]) -> bool:
        maker = maker_of(function)
        if maker is not None:
            if not call_maker(self, maker, function):
                self.opaque(UNKNOWN)  # refused in the end if anything that varies goes in
            return False
        if isinstance(function, Inner):
            self.bind(call_inner(self, function))
            return False
        if getattr(function, "__module__", None) in ("logging", "warnings") or isinstance(getattr(function, "__self__", None), logging.Logger):
            new = self.emit("call", self.function, *self.args, keywords=self.keywords, varied=False)
            self.state.define(new, Known(None))
            return False
        if isinstance(function, functools.partial):
            inner = known_atom(function.func)
            given = tuple(map(known_atom, function.args))
            named = {**{key: known_atom(value) for key, value in function.keywords.items()}, **dict(self.keywords)}
            return Call(
                self.state, self.frame, self.line, inner, (*given, *self.args), tuple(named.items()), self.out
            ).write()
        if _hashable(function) and function in BUILTINS and self.args:
            own = method_of(self.state, self.args[0], BUILTINS[function])
            if own is not None:
                return self.returned(call_method(self.state, self.frame, self.line, self.args[0], own, self.args[1:], {}, self.out))
        opened = OBJECTS[type(function)](function) if type(function) in OBJECTS else None
        if opened is not None:
            return Call(self.state, self.frame, self.line, opened[0], (*opened[1], *self.args), self.keywords, self.out).write()
        writer = FUNCTIONS.get(function) if _hashable(function) else None
        if writer is None and isinstance(getattr(function, "__self__", None), np.ufunc) and getattr(function, "__name__", "") == "at":
            writer = AT.get(getattr(function, "__self__", None))
        if writer is not None and self.args and isinstance(self.args[0], str):
            kind = self.state.kind(self.state.read(self.args[0]))
            given = tuple(map(self.state.read, self.args[1:]))
            result = writer(self.state, kind, self.args[0], given, {key: self.state.read(atom) for key, atom in self.keywords})
            if result is not None:
                self.bind(result)
                return False
        if self.state.generators and _hashable(function) and (function in TAKING or op_of(function) is not None):
            taken = tuple(self.taken(atom) for atom in self.args)
            if function is list and taken != self.args:
                self.bind(taken[0])
                return False
            self.args = taken
        if _hashable(function) and function in OF_NAMES and (not self.args or function in (exec, eval)):
            raise errors.error("W029", self.frame.place(self.line.place), name=function.__name__)
        special = SPECIAL.get(function) if _hashable(function) else None
        if special is not None and special(self):
            return False
        op = op_of(function)
        if op is not None:
            call_primitive(self, op, function)
            return False
        replaced = self.replaced(function)
        if replaced is not None:
            return replaced
        if isinstance(function, types.MethodType) and (rule_of(function.__func__) or isinstance(function.__func__, types.FunctionType)):
            written = (self.function, self.args)
            self.args = (known_atom(function.__self__), *self.args)
            method = function.__func__
            self.function = Const(method, method.__name__)
            if self.ruled(method):
                return False
            assert isinstance(method, types.FunctionType)
            return self.own(method, written)
        if isinstance(function, types.FunctionType):
            return self.own(function)
        if isinstance(function, type) and issubclass(function, BaseException):
            new = self.emit("call", self.function, *self.args, keywords=self.keywords, varied=self.varied)
            self.state.define(new, UNKNOWN, self.varied)
            self.state.exceptions[new] = function
            return False
        if isinstance(function, type) and is_own(function) and not _frozen(function):
            self.bind(construct(self.state, self.frame, self.line, function, self.args, dict(self.keywords), self.out))
            return False
        if isinstance(function, type) and is_plain(function) and self.record(function):
            return False
        self.opaque(UNKNOWN)
        return False

    def record(self, cls: type) -> bool:
        """A namedtuple or dataclass that is made: its fields by name; False if the call gives other arguments than its fields."""
        try:
            signature = inspect.signature(cls)
            given = signature.bind(*self.args, **dict(self.keywords)).arguments
        except (TypeError, ValueError):
            return False
        missing = [parameter.default for name, parameter in signature.parameters.items() if name not in given]
        names = fields_of_class(cls)
        if tuple(signature.parameters) != names or any(type(value) not in (float, int, bool, str, type(None)) for value in missing):
            return False
        atoms = [given.get(name, Const(parameter.default)) for name, parameter in signature.parameters.items()]
        self.emit("record", self.function, *(atom for name, value in zip(names, atoms) for atom in (Const(name), value)))
        return True

    def taken(self, atom: Atom) -> Atom:
        """An argument all of whose items the call takes: those of a generator as a list."""
        if atom not in self.state.generators:
            return atom
        return collected(self.state, self.frame, atom, self.frame.place(self.line.place), self.out)

    def own(self, function: types.FunctionType, written: tuple[Atom, tuple[Atom, ...]] | None = None) -> bool:
        """A function written in Python: its lines, if something differentiated goes in; else a call, of a kind found by reading it.

        `written` are the function and the arguments as the text has them, where that is a method of an object.
        """
        note_rule(self.state, None, function)
        closures = [atom for atom in self.args if isinstance(self.state.kind(atom), Closure)]
        named = dict(self.keywords)
        if self.varied or closures or function.__code__.co_flags & inspect.CO_GENERATOR:
            return self.returned(inline_function(self.state, self.frame, self.line, function, self.args, named, self.out))
        state = self.state
        kind, changes = tried(state, lambda: inline_function(state, self.frame, self.line, function, self.args, named, []))
        if _holds_function(kind) or changes:
            return self.returned(inline_function(self.state, self.frame, self.line, function, self.args, named, self.out))
        if kind is BOTTOM:  # so far nobody has seen it return
            return True
        self.function, self.args = written or (self.function, self.args)
        self.opaque(settled(Fact(kind, False, False)).kind)
        return False

    def iterable(self, op: str, args: tuple[Atom, ...]) -> bool:
        """Something only walked over, for `loop_kinds.py` to take apart; the call stays only if it is read otherwise."""
        if not self.target.startswith("%"):
            return False
        varied = self.varied or self.state.varies(*args)
        new = self.emit("call", self.function, *self.args, keywords=self.keywords, varied=varied)
        self.state.define(new, UNKNOWN, varied)
        self.state.iterables[new] = (op, args)
        self.state.lazy.add(new)
        return True


def _holds_function(kind: Kind) -> bool:
    """Is it a function, or has it one inside? What such a callee returns must be known to be called."""
    if isinstance(kind, (Tuple, List)):
        return any(map(_holds_function, kind.items or ()))
    if isinstance(kind, Dict):
        return any(_holds_function(item) for _, item in kind.items)
    return isinstance(kind, Closure) or (isinstance(kind, Known) and callable(kind.value))


def _frozen(cls: Any) -> bool:
    parameters = getattr(cls, "__dataclass_params__", None)
    return parameters is not None and parameters.frozen and is_plain(cls)


def _hashable(function: object) -> bool:
    return type(function) in (type, type(np.copyto), types.BuiltinFunctionType, types.FunctionType)


def known_atom(value: Any) -> Atom:
    """An object as a constant of the text; what has a row is called as the row says, for `math` and NumPy share names."""
    op = op_of(value) if _hashable(value) or isinstance(value, np.ufunc) else None
    return Const(value, op or getattr(value, "__name__", None))


OF_NAMES = frozenset({exec, eval, locals, globals, vars, dir})
"""Functions that see the names of the function that calls them, which are others in the text of a derivative."""

TAKING = frozenset({list, tuple, set, frozenset, dict, sorted, sum, min, max, any, all})
"""Functions that take all items of their argument at once."""

CODE = (type, types.FunctionType, types.BuiltinFunctionType, types.MethodType, functools.partial, np.ufunc)
"""What is called by its own code; other callables are objects."""

OBJECTS: dict[type, Callable[[Any], tuple[Atom, tuple[Atom, ...]] | None]] = {}
"""Objects that are called like functions: what they call, and with which first arguments (`getters.py`)."""

SPECIAL: dict[Any, Callable[[Call], bool]] = {}
"""Builtins that kinds decide: each writes a call, or says that it does not (`builtin_calls.py`)."""
