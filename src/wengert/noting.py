"""Lines that note the adjoints of the user's variables, for `watch` (`watching.py`).

After each line that assigns a watched variable the program says that its adjoint is to be noted when it is complete:

    h.0 = math.sin(x)                    h.0 = math.sin(x)
                              ==>        h.1 = ruled(h.0, @note, h.0)      # reverse: h_bar = note('h', h_bar)

A parameter counts as assigned when the function is called.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import replace
from typing import Any

import numpy as np

from wengert.errors import error
from wengert.ir.build import Names
from wengert.ir.core import Apply, Block, Const, Function, Line, Return
from wengert.ir.kinds import Tuple, may_carry_derivative
from wengert.ir.values import substitute
from wengert.ir.walk import all_names, base, lines_of, map_blocks, rename
from wengert.transform.calls import cotangent_kind
from wengert.transform.ruled import Program as Rule
from wengert.transform.ruled import ruled
from wengert.tree import map_leaves

NOTED: ContextVar[list[tuple[str, Any]]] = ContextVar("noted")


def note(name: str, adjoint: Any) -> Any:
    """Remember the adjoint of a variable, and hand it on."""
    NOTED.get().append((name, map_leaves(lambda leaf: leaf.copy() if isinstance(leaf, np.ndarray) else leaf, adjoint)))
    return adjoint


def with_notes(function: Function, names: Sequence[str], about: str) -> Function:
    """The program with a note after each assignment of the variables `names` of the function itself, its parameters included."""
    supply, kinds = Names(all_names(function)), dict(function.kinds)
    watched: dict[str, str] = {}  # a version -> the one whose adjoint is noted
    assigned = [line for line in lines_of(function) if isinstance(line, Apply) and not (line.place is not None and line.place.call)]
    for name in (*function.parameters, *(target for line in assigned for target in line.targets)):
        if base(name) in names and may_carry_derivative(substitute(kinds, name)):
            watched[name] = supply.fresh(base(name))
            kinds[watched[name]] = substitute(kinds, name)
    for name in names:
        if name not in map(base, watched):
            raise error("W110", function=about, name=name)

    def noted(name: str, place: Any) -> Line:
        bar, made, result = supply.fresh(f"{base(name)}_bar"), supply.fresh(f"{base(name)}_bar"), supply.fresh()
        kinds[bar] = kinds[made] = cotangent_kind(substitute(kinds, name))
        kinds[result] = Tuple((kinds[made],))
        lines = (Apply((made,), "call", (Const(note), Const(base(name)), bar)), Apply((result,), "tuple", (made,)))
        program = Rule(Function("note", (supply.fresh("_"), bar), Block(lines, Return(result)), kinds), 1, base(name))
        return ruled(watched[name], name, program, [name], place)

    def block(old: Block) -> Block:
        lines: list[Line] = []
        for line in old.lines:
            lines.append(map_blocks(line, block))
            lines += [noted(target, line.place) for target in line.targets if target in watched and isinstance(line, Apply)]
        return Block(tuple(lines), old.terminator)

    body = block(rename(function.body, dict(watched)))
    first = tuple(noted(name, None) for name in function.parameters if name in watched)
    return replace(function, body=Block((*first, *body.lines), body.terminator), kinds=kinds)
