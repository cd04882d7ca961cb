"""What the names of a user's function stand for now, and whether they still stand for what a derivative was made with.

The analysis asks `Surroundings` and notes each answer it relied on as a guard; the guards of a derivative become checks
cheap enough for every call: a comparison of identities for functions and modules, of keys for data.

>>> import math
>>> def area(r):
...     return math.pi * r ** 2
>>> Surroundings(area).lookup("math") is math, Surroundings(area).lookup("abs") is abs
(True, True)
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from itertools import chain, islice
from operator import is_
from types import CodeType, FunctionType, ModuleType
from typing import Any

import numpy as np

from wengert.analysis.environment import Environment, Guard
from wengert.analysis.managers import is_manager
from wengert.analysis.piecemeal import Piecemeal
from wengert.backend.cache import path_of, resolve, stamp
from wengert.dispatch import key_of
from wengert.entries import EPOCH, RuleOf, rule_of
from wengert.frontend.lower import lower
from wengert.frontend.piecewise import EVERYWHERE, At
from wengert.frontend.source import source_of
from wengert.ir.core import Function
from wengert.ir.values import kind_of
from wengert.programs import derive_part

Identity = tuple[dict[str, Any], str, object, object]
"""A dict, a name in it, the object that it must be, and what counts as found where the dict lacks the name."""

Checks = tuple[tuple[Identity, ...], tuple[Callable[[], bool], ...]]

_MISSING = object()
_STEADY = (np, math)  # modules whose names nobody rebinds


class Surroundings:
    """The names around one function of the user: its captured variables, its module's globals, the builtins."""

    def __init__(self, function: FunctionType, source: str | None = None, pieces: dict[CodeType, set[At]] | None = None) -> None:
        self.function, self._source = function, source
        self.pieces: dict[CodeType, set[At]] = {} if pieces is None else pieces  # of each function, which `try`s are done piece by piece
        self.cells = dict(zip(function.__code__.co_freevars, function.__closure__ or ()))

    def lookup(self, name: str) -> object:
        """What a name stands for now; `LookupError` if nothing."""
        if name in self.cells:
            try:
                return self.cells[name].cell_contents
            except ValueError:
                raise LookupError(f"{name} has no value yet") from None
        found = self.function.__globals__.get(name, _MISSING)
        if found is not _MISSING:
            return found
        built_in: dict[str, object] = getattr(self.function, "__builtins__")  # noqa: B009
        return built_in[name]

    def load(self, function: Callable[..., Any], everywhere: bool = False) -> Function:
        """The generic program of another function (or of this one, whose text the user may have given)."""
        assert isinstance(function, FunctionType)
        manager = is_manager(function)
        source = source_of(function.__dict__["__wrapped__"] if manager else function, self._source if function is self.function else None)
        chosen = EVERYWHERE if everywhere else self.pieces.get(function.__code__, ())
        return lower(source, function.__code__.co_freevars, chosen, manager)

    def choose(self, found: Piecemeal) -> None:
        """From here on, this `try` is done piece by piece."""
        chosen = self.pieces.setdefault(found.code, set())
        assert found.at not in chosen, f"the `try` at {found.at} of {found.code} is done piece by piece already"
        chosen.add(found.at)

    def derive(self, program: Function, mode: str, wanted: tuple[int, ...]) -> Function:
        """The derivative of a part of a program, which the program itself takes."""
        return derive_part(program, mode, wanted, self)

    @property
    def code(self) -> object:
        """What tells the function from others: methods made twice of one text are the same."""
        return self.function.__code__

    def of(self, function: Callable[..., Any]) -> Environment:
        """The names around another function."""
        assert isinstance(function, FunctionType)
        return self if function is self.function else Surroundings(function, None, self.pieces)


def rebind(guards: Iterable[Guard], surroundings: Surroundings) -> list[Guard]:
    """The guards of another function of the same code and globals, asked of this one: its captured variables are its own."""
    code = surroundings.function.__code__
    return [
        Guard(surroundings, guard.scope, guard.name, guard.value, guard.kind)
        if isinstance(guard.owner, Surroundings) and guard.owner.function.__code__ is code
        else guard
        for guard in guards
    ]  # fmt: skip


def hold(guards: Iterable[Guard]) -> bool:
    """Do the names still stand for what they did?"""
    return all(map(_holds, guards))


def _holds(guard: Guard) -> bool:
    try:
        return guard.holds(guard.current())
    except (LookupError, AttributeError):
        return False


def checks_of(guards: Iterable[Guard]) -> Checks:
    """The guards as comparisons quick enough to make at every call."""
    identities: list[Identity] = []
    others: list[Callable[[], bool]] = []
    epoch = EPOCH["rules"]
    guards = list(guards)
    rules = [guard for guard in guards if guard.scope == "rule"]
    if rules:  # one comparison for all: where it fails, the guards themselves are asked
        identities.append((EPOCH, "rules", epoch if hold(rules) else _MISSING, None))
    for guard in guards:
        owner = guard.owner
        if guard.scope == "rule":
            continue
        if any(guard.value is module for module in _STEADY) or any(owner is module for module in _STEADY):
            continue
        if guard.kind is None and guard.scope == "attribute" and isinstance(owner, ModuleType):
            identities.append((owner.__dict__, guard.name, guard.value, _MISSING))
        elif guard.kind is None and isinstance(owner, Surroundings) and guard.name not in owner.cells:
            namespace = owner.function.__globals__
            default = _MISSING if guard.name in namespace else guard.value  # a builtin counts until a global hides it
            identities.append((namespace, guard.name, guard.value, default))
        else:
            others.append(_check_of(guard))
    return tuple(identities), tuple(others)


def _parts(table: Any) -> tuple[object, ...] | None:
    """What a dict, list or tuple of constants holds: while it holds the very same, its kind is the same; None of anything else."""
    found = (*table, *table.values()) if type(table) is dict else tuple(table) if isinstance(table, (list, tuple)) else ()
    return (type(table), len(table), *found) if found and all(map(_constant, found)) else None


def _constant(value: object) -> bool:
    if type(value) is tuple:
        return all(map(_constant, value))
    return value is None or type(value) in (float, int, bool, str)


def _same_parts(table: Any, parts: tuple[object, ...] | None) -> bool:
    if parts is None or type(table) is not parts[0] or len(table) != parts[1]:
        return False
    return all(map(is_, chain(table, table.values()) if parts[0] is dict else table, islice(parts, 2, None)))


def _check_of(guard: Guard) -> Callable[[], bool]:
    if guard.kind is None:
        return lambda: _holds(guard)
    first = guard.current()
    key, parts = key_of(first), _parts(first)

    def check() -> bool:
        try:
            value = guard.current()
            return _same_parts(value, parts) or bool(key_of(value) == key)
        except (LookupError, AttributeError):
            return False

    return check


def write_guards(guards: Iterable[Guard], surroundings: Surroundings) -> tuple[tuple[str, str, str], ...] | None:
    """The guards in words that another process understands; None if there are none for one of them."""
    written = []
    for guard in guards:
        if guard.scope == "rule":  # the stamp of a function says which rule it has
            continue
        own = isinstance(guard.owner, Surroundings) and guard.owner.function is surroundings.function
        place = "" if own else path_of(guard.owner.function if isinstance(guard.owner, Surroundings) else guard.owner)
        words = stamp(guard.value) if guard.kind is None else f"kind {guard.kind!r}"
        if place is None or words is None or " object at 0x" in words:
            return None
        written.append((f"{guard.scope} {place}", guard.name, words))
    return tuple(written)


def read_guards(written: Iterable[tuple[str, str, str]], surroundings: Surroundings) -> list[Guard] | None:
    """The guards again, if they hold in this process; None if one does not."""
    guards = []
    for where, name, words in written:
        scope, _, path = where.partition(" ")
        try:
            owner: Any = resolve(path) if path else surroundings
            if isinstance(owner, FunctionType):
                owner = Surroundings(owner)
            value = getattr(owner, name) if scope == "attribute" else owner.lookup(name)
        except (ImportError, LookupError, AttributeError):
            return None
        kind = kind_of(value) if words.startswith("kind ") else None
        if words != (stamp(value) if kind is None else f"kind {kind!r}"):
            return None
        guards.append(Guard(owner, scope, name, value if kind is None else None, kind))
        if callable(value):
            guards.append(Guard(RuleOf(value), "rule", name, rule_of(value)))
    return guards
