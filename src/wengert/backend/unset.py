"""Variables that a copy may read before they have a value.

SSA hands `undef` on like any value. Where naming could not give both ends one variable, the text has a copy `y_1 = y`, and a `y`
without a value would be an error that the program does not have: such a variable is None from the start.
"""

from __future__ import annotations

from collections.abc import Mapping

from wengert.backend.fused import Idle
from wengert.ir.core import UNDEF, Atom, Block, Break, Continue, Def, For, Function, If, Name, While, Yield
from wengert.ir.walk import blocks_of

Moves = list[tuple[Name, Atom]]


def unset_names(function: Function, names: Mapping[Name, str]) -> frozenset[str]:
    """The variables that must be None where the program says `undef`."""
    moves: Moves = []
    _collect(function.body, None, moves)
    targets: dict[Name, list[Name]] = {}
    waiting = []
    for target, value in moves:
        if value == UNDEF:
            waiting.append(target)
        elif isinstance(value, str):
            targets.setdefault(value, []).append(target)
    maybe = set(waiting)
    while waiting:
        for target in targets.get(waiting.pop(), ()):
            if target not in maybe:
                maybe.add(target)
                waiting.append(target)
    named = ((target, value) for target, value in moves if isinstance(value, str) and value in maybe)
    known = ((names[target], names[value]) for target, value in named if value in names and target in names)
    return frozenset(value for target, value in known if target != value and not isinstance(target, Idle))


def _collect(block: Block, loop: For | While | None, moves: Moves) -> None:
    for line in block.lines:
        if isinstance(line, Def):
            continue
        if isinstance(line, (For, While)):
            moves.extend(zip(line.carried, line.initial))
            moves.extend(zip(line.targets, line.carried))
        for inner in blocks_of(line):
            around = line if isinstance(line, (For, While)) else loop
            end = inner.terminator
            if isinstance(end, Yield) and isinstance(line, If):
                moves.extend(zip(line.targets, end.values))
            elif isinstance(end, (Yield, Continue)) and around is not None:
                moves.extend(zip(around.carried, end.values))
            elif isinstance(end, Break) and around is not None:
                moves.extend(zip(around.targets, end.values))
            elif values := getattr(end, "values", ()):
                moves.extend(zip(line.targets, values))
            _collect(inner, around, moves)
