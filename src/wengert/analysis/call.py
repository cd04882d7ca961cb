"""One call that is being written, which `calls.py` decides about and many files write for: builtins, methods, rules, primitives."""

from __future__ import annotations

import types
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np

from wengert.analysis.frame import Frame
from wengert.analysis.generators import collected
from wengert.analysis.state import State
from wengert.ir.core import Apply, Atom, Const, Line
from wengert.ir.kinds import UNKNOWN, Kind
from wengert.rules import op_of

Keywords: TypeAlias = "tuple[tuple[str, Atom], ...]"


class Call:
    """A call that is being written: its line, and the function and arguments as the program has them now."""

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

    def named(self) -> dict[str, Kind]:
        """The kinds of the arguments given by keyword."""
        return {key: self.state.kind(atom) for key, atom in self.keywords}

    def bind(self, atom: Atom) -> None:
        self.state.bind(self.frame, self.target, atom)

    def emit(self, op: str, *args: Atom, keywords: Keywords = (), spelled: str | None = None, varied: bool | None = None) -> str:
        args = tuple(map(self.state.read, args))
        keywords = tuple((key, self.state.read(atom)) for key, atom in keywords)
        return self.state.apply(
            self.target, self.frame, self.out, op, *args, keywords=keywords, spelled=spelled, varied=varied, place=self.line.place
        )

    def write(self) -> bool:
        """Write the call, or what it does (`calls.py`); True if it surely does not return."""
        return self.state.write(self)

    def returned(self, value: Atom | None) -> bool:
        """Bind what lines of a callee return; True if they never do."""
        if value is None:
            return True
        self.bind(value)
        return False

    def inside(self, number: int) -> Frame:
        """A frame for one of several calls that this one line makes."""
        return replace(self.frame, atoms={}, around=self.frame, main=False, path=(*self.frame.path, number))

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

    def taken(self, atom: Atom) -> Atom:
        """An argument all of whose items the call takes: those of a generator as a list."""
        if atom not in self.state.generators:
            return atom
        return collected(self.state, self.frame, atom, self.frame.place(self.line.place), self.out)


def is_hashable(function: object) -> bool:
    return type(function) in (type, type(np.copyto), types.BuiltinFunctionType, types.FunctionType)


def known_atom(value: Any) -> Atom:
    """An object as a constant of the text: called as its row says, as `math` and NumPy share names; the user's module may not know a function's."""
    op = op_of(value) if is_hashable(value) or isinstance(value, np.ufunc) else None
    return Const(value, op or (None if isinstance(value, types.FunctionType) else getattr(value, "__name__", None)))


OBJECTS: dict[type, Callable[[Any], tuple[Atom, tuple[Atom, ...]] | None]] = {}
"""Objects that are called like functions: what they call, and with which first arguments (`getters.py`)."""

SPECIAL: dict[Any, Callable[[Call], bool]] = {}
"""Builtins that kinds decide: each writes a call, or says that it does not (`builtin_calls.py`)."""
