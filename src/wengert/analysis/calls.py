"""What a call calls, and what it becomes: a primitive, the callee's own lines, or a call that nothing differentiated goes into.

The callee is known by its kind, wherever it came from: a global, an attribute of a module, an argument, an entry of a dict.

    call(@np.sin, x)          np.sin(x)
    call(getattr(x, 'sum'))   np.sum(x)          # a method of an array
    call(@softplus, x)        the lines of softplus
    call(@logging.info, s)    call(@logging.info, s)
"""

from __future__ import annotations

import builtins
import functools
import types
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from wengert import errors
from wengert.analysis.inline import inline_closure, inline_function
from wengert.analysis.instances import is_instance, type_of
from wengert.analysis.loop_kinds import ITERABLES, settled
from wengert.analysis.state import Fact, Frame, State
from wengert.ir.core import Apply, Atom, Const, Line
from wengert.ir.kinds import (
    UNKNOWN,
    Array,
    Closure,
    Dict,
    Kind,
    Known,
    List,
    Numeric,
    NumpyScalar,
    Text,
    Tuple,
)  # fmt: skip
from wengert.rules import bind, method_op, op_of
from wengert.rules.result_kinds import NotStatic, static

Keywords: TypeAlias = "tuple[tuple[str, Atom], ...]"


def specialise_call(state: State, frame: Frame, line: Apply, out: list[Line]) -> bool:
    """Write a call, or what it does; True if it surely does not return."""
    function, *args = map(frame.atom, line.args)
    keywords = tuple((key, frame.atom(atom)) for key, atom in line.keywords)
    call = _Call(state, frame, line, function, tuple(args), keywords, out)
    return call.write()


class _Call:
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
        return self.state.apply(
            self.target, self.frame, self.out, op, *args, keywords=keywords, spelled=spelled, varied=varied, place=self.line.place
        )

    def write(self) -> bool:
        state = self.state
        kind = state.kind(self.function)
        if isinstance(self.function, str) and self.function in state.methods:
            self.method(state.methods[self.function].value, state.methods[self.function].name)
            return False
        if isinstance(kind, Closure) and kind.name in state.closures:
            return self.returned(inline_closure(state, self.frame, self.line, kind, self.args, dict(self.keywords), self.out))
        if not (isinstance(kind, Known) and callable(kind.value)):
            self.opaque(UNKNOWN)
            return False
        return self.known(kind.value)

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
        if isinstance(function, functools.partial):
            inner = known_atom(function.func)
            given = tuple(map(known_atom, function.args))
            named = {**{key: known_atom(value) for key, value in function.keywords.items()}, **dict(self.keywords)}
            return _Call(
                self.state, self.frame, self.line, inner, (*given, *self.args), tuple(named.items()), self.out
            ).write()
        special = SPECIAL.get(function) if _hashable(function) else None
        if special is not None and special(self):
            return False
        op = op_of(function)
        if op is not None:
            self.primitive(op, function)
            return False
        if isinstance(function, types.MethodType) and isinstance(function.__func__, types.FunctionType):
            self.args = (known_atom(function.__self__), *self.args)
            function = function.__func__
            self.function = Const(function, function.__name__)
        if isinstance(function, types.FunctionType):
            return self.own(function)
        if isinstance(function, type) and issubclass(function, BaseException):  # what it holds never comes back
            new = self.emit("call", self.function, *self.args, keywords=self.keywords, varied=False)
            self.state.define(new, UNKNOWN)
            return False
        self.opaque(UNKNOWN)
        return False

    def primitive(self, op: str, function: Callable[..., Any] | None, spelled: str | None = None) -> None:
        """A call of what has a row; where the row does not cover it and nothing varies, it stays a call."""
        if spelled is None and isinstance(self.function, Const):
            spelled = self.function.spelled
        probe = Apply((self.target,), op, self.args, self.keywords, place=self.frame.place(self.line.place))
        try:
            bind(probe)
        except errors.Error:
            if self.varied or (function is None and not isinstance(self.function, str)):
                raise
            self.opaque(UNKNOWN)
            return
        self.emit(op, *self.args, keywords=self.keywords, spelled=spelled if spelled != op else None)

    def own(self, function: types.FunctionType) -> bool:
        """A function written in Python: its lines, if something differentiated goes in; else a call, of a kind found by reading it."""
        closures = [atom for atom in self.args if isinstance(self.state.kind(atom), Closure)]
        named = dict(self.keywords)
        if self.varied or closures:
            return self.returned(inline_function(self.state, self.frame, self.line, function, self.args, named, self.out))
        state, mark = self.state, self.state.mark()
        kind: Kind = UNKNOWN
        try:
            value = inline_function(state, self.frame, self.line, function, self.args, named, [])
            kind = UNKNOWN if value is None else state.kind(value)
        except errors.Error:
            pass
        if _holds_function(kind):
            state.reset(mark)
            return self.returned(inline_function(self.state, self.frame, self.line, function, self.args, named, self.out))
        state.reset(mark)
        self.opaque(settled(Fact(kind, False, False)).kind)
        return False

    # methods

    def method(self, value: Atom, name: str) -> None:
        """`value.name(...)`: of arrays a primitive, of dicts and lists what is easy."""
        kind = self.state.kind(value)
        op = method_op(name)
        arraylike = isinstance(kind, (Array, NumpyScalar, Numeric)) or (kind == UNKNOWN and value in self.state.computed)
        if op is not None and arraylike:
            self.args = (value, *self.args)
            self.primitive(op, None, f".{name}")
            return
        if isinstance(kind, Dict) and self.dict_method(value, kind, name):
            return
        if isinstance(kind, (List, Dict)) and name in CHANGING and (self.varied or self.state.varies(value)):
            what = "a list" if isinstance(kind, List) else "a dict"
            raise errors.error("W046", self.frame.place(self.line.place), name=name, what=what)
        varied = self.varied or self.state.varies(value)
        result: Kind = UNKNOWN
        if isinstance(kind, Text):
            result, varied = Text() if name in TEXT_METHODS else UNKNOWN, self.varied
        new = self.emit("call", self.function, *self.args, keywords=self.keywords, varied=varied)
        self.state.give_away(value, *self.args)
        self.state.define(new, result, varied)

    def dict_method(self, value: Atom, kind: Dict, name: str) -> bool:
        if name in ITERABLES and not self.args:
            return self.iterable(name, (value,))
        if name == "get" and 1 <= len(self.args) <= 2 and not self.keywords:
            try:
                key = static(self.state.kind(self.args[0]))
            except NotStatic:
                return False
            if key in dict(kind.items):
                self.emit("getitem", value, Const(key))
            else:
                self.bind(self.args[1] if len(self.args) == 2 else Const(None))
            return True
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


def _hashable(function: object) -> bool:
    return type(function) in (type, types.BuiltinFunctionType, types.FunctionType)


def known_atom(value: Any) -> Atom:
    """An object as a constant of the text."""
    return Const(value, getattr(value, "__name__", None))


CHANGING = frozenset({
    "append", "extend", "insert", "pop", "remove", "clear", "sort", "reverse", "update", "setdefault", "popitem",
})  # fmt: skip
TEXT_METHODS = frozenset({"format", "join", "strip", "lower", "upper", "replace", "lstrip", "rstrip", "title", "ljust", "rjust", "center"})


# builtins that kinds decide


def _zip(call: _Call) -> bool:
    return bool(call.args) and not call.keywords and call.iterable("zip", call.args)


def _enumerate(call: _Call) -> bool:
    named = dict(call.keywords)
    if not call.args or set(named) - {"start"}:
        return False
    start = call.args[1] if len(call.args) > 1 else named.get("start", Const(0))
    return call.iterable("enumerate", (call.args[0], start))


def _reversed(call: _Call) -> bool:
    if len(call.args) != 1 or isinstance(call.state.kind(call.args[0]), Known):
        return False
    call.emit("reversed", call.args[0])
    return True


def _isinstance(call: _Call) -> bool:
    if len(call.args) != 2:
        return False
    try:
        classes = static(call.state.kind(call.args[1]))
    except NotStatic:
        return False
    answer = is_instance(call.state.kind(call.args[0]), classes)
    if answer is None:
        return False
    call.bind(Const(answer))
    return True


def _callable(call: _Call) -> bool:
    kind = call.state.kind(call.args[0]) if len(call.args) == 1 else UNKNOWN
    found = type_of(kind)
    if found is None and not isinstance(kind, Closure):
        return False
    call.bind(Const(found is None or any("__call__" in vars(base) for base in found.__mro__)))
    return True


def _type(call: _Call) -> bool:
    found = type_of(call.state.kind(call.args[0])) if len(call.args) == 1 else None
    if found is None:
        return False
    call.bind(Const(found, found.__name__))
    return True


def _hasattr(call: _Call) -> bool:
    if len(call.args) != 2:
        return False
    found, name = type_of(call.state.kind(call.args[0])), call.state.kind(call.args[1])
    if found is None or not (isinstance(name, Text) and name.value is not None):
        return False
    call.bind(Const(hasattr(found, name.value)))
    return True


def _sequence(op: str) -> Callable[[_Call], bool]:
    def write(call: _Call) -> bool:
        """`tuple(xs)`, `list(xs)` of something of known length: its items."""
        if call.keywords or len(call.args) > 1:
            return False
        if not call.args:
            call.emit(op)
            return True
        state, kind = call.state, call.state.kind(call.args[0])
        if op == "tuple" and isinstance(kind, Tuple):
            call.bind(call.args[0])
            return True
        items = kind.items if isinstance(kind, (Tuple, List)) else None
        if not items:
            return False
        names = tuple(state.names.fresh() for _ in items)
        state.emit(Apply(names, "unpack", (call.args[0],), place=call.frame.place(call.line.place)), call.out)
        call.emit(op, *names)
        return True

    return write


def _dict(call: _Call) -> bool:
    if call.args:
        return False
    atoms: list[Atom] = []
    for key, atom in call.keywords:
        atoms += [Const(key), atom]
    call.emit("dict", *atoms)
    return True


SPECIAL: Mapping[Any, Callable[[_Call], bool]] = {
    builtins.zip: _zip, builtins.enumerate: _enumerate, builtins.reversed: _reversed, builtins.isinstance: _isinstance,
    builtins.callable: _callable, builtins.type: _type, builtins.hasattr: _hasattr, builtins.tuple: _sequence("tuple"),
    builtins.list: _sequence("list"), builtins.dict: _dict,
}  # fmt: skip
