"""What is written inside other lines: the decisions of `fuse`, and what the text of a line reads by them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from wengert.ir.core import Apply, Atom, Const, If, Line, Name, Terminator
from wengert.ir.walk import CONSUMING, atoms

DERIVED = re.compile(r"_(bar|dot)(_\d+)?$")
SAVED = re.compile(r"_(tape|tapes|back)(_\d+)?(_bar|_dot)*$")


class Idle(str):
    """`_`, the name of what the text must bind and nobody reads; a user's own `_` is an ordinary name."""


@dataclass(frozen=True, slots=True)
class Form:
    """How an `if` line reads as an expression (`forms.py` says whether it does)."""

    kind: str  # "if", "and", "or", "chain"
    parts: tuple[Atom, ...]  # in the order of the text: "if" has then, test, else
    once: tuple[Name, ...] = ()  # names that the lines read twice and the text once


@dataclass(slots=True)
class Fused:
    """What is written inside other lines, and how."""

    inside: dict[Name, Apply | If] = field(default_factory=dict)  # written at its one use, or at every use if `repeatable`
    forms: dict[int, Form] = field(default_factory=dict)  # id of an `If` that is an expression
    patterns: dict[Name, Apply] = field(default_factory=dict)  # loop elements that are unpacked in the `for` itself
    gradients: dict[Name, str] = field(default_factory=dict)  # an item of the returned dict -> its key
    uses: dict[Name, int] = field(default_factory=dict)  # how often a name is read, as far as the text shows it

    def operands(self, line: Line | Terminator) -> tuple[Atom, ...]:
        """The atoms of a line in the order in which its text reads them."""
        form = self.forms.get(id(line))
        return atoms(line) if form is None else form.parts

    def leaves(self, atom: Atom) -> Iterator[Name]:
        """The names that the text of an atom reads."""
        stack = [atom]
        while stack:
            one = stack.pop()
            if isinstance(one, Const):
                continue
            line = self.inside.get(one)
            if line is None:
                yield one
            else:
                stack.extend(reversed(self.operands(line)))

    def reads(self, line: Line | Terminator) -> Iterator[Name]:
        for atom in self.operands(line):
            yield from self.leaves(atom)

    def bound(self, name: Name) -> tuple[Name, ...]:
        """The names that stand where a loop binds an element."""
        return self.patterns[name].targets if name in self.patterns else (name,)


def fusible(fused: Fused, line: Line) -> bool:
    """Is the line an expression?"""
    if isinstance(line, If):
        return id(line) in fused.forms
    statements = ("unpack", "unpack_star", "raise", "comment", "undo")
    return isinstance(line, Apply) and line.op not in CONSUMING and line.op not in statements
