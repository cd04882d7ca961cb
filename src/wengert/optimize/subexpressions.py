"""What the derivative computes again although it is at hand: one value serves."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from wengert.analysis.memory import overwritten
from wengert.ir.core import Apply, Atom, Block, Const, Def, Function, Line, Name
from wengert.ir.walk import CONSUMING, map_atoms, map_blocks
from wengert.rules.line_kinds import acts

NEW_EACH_TIME = frozenset({
    "list", "tuple", "dict", "mapping", "record", "set", "slice", "copy", "fresh", "reversed", "count", "range", "np.zeros_like", "np.ones_like", "np.full_like",
    "np.zeros", "np.ones", "np.full", "np.empty", "np.empty_like", "comment", "undo", "global", "cell", "getitem", "getattr", "np.shape",
    "np.size", "np.ndim", "neg",
})  # fmt: skip
"""What makes an object of its own, or costs no more than a name (the printer writes it at each use)."""


def share_subexpressions(function: Function, given: Collection[Name] = ()) -> Function:
    """Let a derivative line that repeats a computation use its result; lines that make a `given` name stay.

    >>> from wengert.ir.text import parse, show
    >>> print(show(share_subexpressions(parse('''
    ... function f(t, y_bar):
    ...     %0 = math.cos(t)
    ...     %1 = math.cos(t)
    ...     %2 = y_bar * %1
    ...     return %2
    ... '''), given={"%0"})))
    function f(t, y_bar):
        %0 = math.cos(t)
        %2 = y_bar * %0
        return %2
    """
    same: dict[Name, Atom] = {}
    gone = overwritten(function)
    sayings = Sayings(gone)

    def read(atom: Atom) -> Atom:
        return same.get(atom, atom) if isinstance(atom, str) else atom

    def block(old: Block, known: dict[Any, Name]) -> Block:
        lines: list[Line] = []
        for line in old.lines:
            line = map_atoms(line, read)
            if isinstance(line, Apply):
                sayings.add(line)
            if isinstance(line, Def):
                line = replace(line, function=replace(line.function, body=block(line.function.body, dict(known))))
            else:
                line = map_blocks(line, lambda inner: block(inner, dict(known)))
            if isinstance(line, Apply) and (key := _key(line, sayings)) is not None:
                before = known.setdefault(key, line.targets[0])
                if before in gone and before != line.targets[0]:
                    known[key] = line.targets[0]
                elif before != line.targets[0] and line.targets[0] not in given:
                    same[line.targets[0]] = before
                    continue
            lines.append(line)
        return Block(tuple(lines), map_atoms(old.terminator, read))

    return replace(function, body=block(function.body, {}))


class Sayings:
    """What the printer writes at each use, by what it says: two slices are alike if their ends are, two elements of an array if their indices are."""

    def __init__(self, gone: Collection[Name]) -> None:
        self.gone = gone
        self.said: dict[Name, Any] = {}

    def add(self, line: Apply) -> None:
        element = line.op == "getitem" and line.args[0] not in self.gone
        if line.op in ("slice", "tuple", "neg") or element or (line.op in ("add", "sub") and isinstance(line.args[-1], Const)):
            self.said[line.targets[0]] = (line.op, tuple(map(self.of, line.args)))

    def of(self, atom: Atom) -> Any:
        return self.said.get(atom, atom) if isinstance(atom, str) else atom


def _key(line: Apply, sayings: Sayings) -> Any:
    if len(line.targets) != 1 or line.op in NEW_EACH_TIME or line.op in CONSUMING or acts(line):
        return None
    if all(isinstance(atom, Const) for atom in line.args):
        return None
    return line.op, tuple(map(sayings.of, line.args)), tuple((key, sayings.of(atom)) for key, atom in line.keywords)
