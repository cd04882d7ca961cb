"""What a loop walks over, and what is known when it begins.

`for i, (a, b) in enumerate(zip(xs, ys))` walks over three sources in step; no tuple is ever made:

    %0 = call(zip, xs, ys)
    %1 = call(enumerate, %0)                    %2 = count(0)
    for %2 in %1:                       ==>     for i.0, a.0, b.0 in %2, xs, ys:
        i.0, %3 = unpack(%2)
        a.0, b.0 = unpack(%3)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from wengert.analysis.state import Fact, Frame, State
from wengert.ir.core import Apply, Atom, Const, For, Line, Name
from wengert.ir.kinds import Dict, Known, Scalar
from wengert.rules import element_of

Tree: TypeAlias = "Atom | tuple[Tree, ...]"
"""A source, or the trees of sources that are walked over in step."""

ITERABLES = frozenset({"zip", "enumerate", "items", "keys", "values"})
"""Calls whose result is only walked over, and then never made."""


def settled(fact: Fact) -> Fact:
    """What is assumed of a carried value at first: a number of the text will not stay that number.

    >>> settled(Fact(Known(0), False, True)).kind, settled(Fact(Known(None), False, True)).kind
    (Scalar(type='int'), Known(value=None))
    """
    if isinstance(fact.kind, Known) and type(fact.kind.value) in (int, float, complex):
        return replace(fact, kind=Scalar(type(fact.kind.value).__name__))
    return fact


@dataclass(frozen=True, slots=True)
class Sources:
    """The sources of a loop, and how its elements are made of theirs."""

    line: For
    trees: tuple[Tree, ...]

    @property
    def atoms(self) -> tuple[Atom, ...]:
        return tuple(_leaves(self.trees))

    def bind(self, state: State, frame: Frame, out: list[Line]) -> tuple[Name, ...]:
        """Name the elements; where one stands for several, write the tuple of them, which goes if nobody reads it."""
        elements: list[Name] = []

        def element(tree: Tree, old: Name | None) -> Name:
            if isinstance(tree, tuple):
                parts = tuple(element(branch, None) for branch in tree)
                new = state.names.fresh() if old is None else state.target(frame, old)
                state.emit(Apply((new,), "tuple", parts, place=frame.place(self.line.place)), out)
                state.lazy.add(new)
                state.made[new] = parts
                return new
            new = state.names.fresh() if old is None else state.target(frame, old)
            state.define(new, element_of(state.kind(tree)), state.varies(tree))
            elements.append(new)
            return new

        for tree, old in zip(self.trees, self.line.elements):
            element(tree, old)
        return tuple(elements)


def sources_of(state: State, frame: Frame, line: For, out: list[Line]) -> Sources:
    """Take `zip`, `enumerate` and the methods of dicts apart."""

    def emit(op: str, *args: Atom) -> Name:
        name = state.names.fresh()
        state.emit(Apply((name,), op, args, place=frame.place(line.place)), out)
        return name

    def tree(atom: Atom) -> Tree:
        found = state.iterables.get(atom) if isinstance(atom, str) else None
        if found is None:
            state.give_away(atom)
            return atom
        op, args = found
        if op == "zip":
            return tuple(map(tree, args))
        if op == "enumerate":
            return emit("count", args[1]), tree(args[0])
        kind = state.kind(args[0])
        assert isinstance(kind, Dict)
        keys = [Const(key) for key, _ in kind.items]
        parts: list[Tree] = []
        if op in ("items", "keys"):
            parts.append(emit("tuple", *keys))
        if op in ("items", "values"):
            parts.append(emit("tuple", *(emit("getitem", args[0], key) for key in keys)))
        return tuple(parts) if op == "items" else parts[0]

    return Sources(line, tuple(tree(frame.atom(atom)) for atom in line.sources))


def _leaves(trees: Sequence[Tree]) -> list[Atom]:
    found: list[Atom] = []
    for tree in trees:
        found += _leaves(tree) if isinstance(tree, tuple) else [tree]
    return found
