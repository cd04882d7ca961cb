"""Which variables without a value a program surely reads: where Python raises UnboundLocalError, whatever a derivative needs.

The walk goes backward through each block and knows at every line which names are read below it on each way through. What is done
about an `if` or a loop that may leave such a name unset, its users say (`frontend/unbound.py`, `analysis/unturned.py`).
"""

from __future__ import annotations

from dataclasses import replace

from wengert.ir.build import Names
from wengert.ir.core import (
    Apply,
    Block,
    Break,
    Const,
    Continue,
    Def,
    For,
    If,
    Line,
    Name,
    Place,
    Return,
    Stop,
    While,
    Yield,
)
from wengert.ir.walk import atoms, base, blocks_of, map_blocks, names

MAKING_ROOM = frozenset({"box"})
"""Ops that take a variable without a value, too."""

Wanted = tuple[int, ...]


class SurelyRead:
    """Walks a program backward; `branches` and `loop` get the positions of those of their targets that are surely read below them."""

    def __init__(self, supply: Names) -> None:
        self.supply = supply

    def block(self, block: Block, wanted: Wanted) -> Block:
        """The block; `wanted` are the positions of what it yields that are surely read."""
        end = block.terminator
        read = set(names(end)) if isinstance(end, Return) else set()
        if isinstance(end, Yield):
            read = {value for k in wanted if isinstance(value := end.values[k], str)}
        lines: list[Line] = []  # the last one first
        for line in reversed(block.lines):
            after = _places(line, read) if isinstance(line, (For, While)) else ()  # without a turn, nothing in it leaves
            if not isinstance(line, Def) and any(_leaves(block, isinstance(line, If)) for block in blocks_of(line)):
                read.clear()
            match line:
                case If():
                    lines.append(self.branches(line, _places(line, read)))
                    read.update(name for name in (line.test,) if isinstance(name, str))
                case Def():
                    lines.append(replace(line, function=replace(line.function, body=self.block(line.function.body, ()))))
                case For() | While():
                    walked = map_blocks(line, lambda inner: self.block(inner, ()))
                    assert isinstance(walked, (For, While))
                    lines += reversed(self.loop(walked, after))
                    if isinstance(line, For):
                        read.update(atom for atom in line.sources if isinstance(atom, str))
                case Apply():
                    lines.append(line)
                    if line.op not in MAKING_ROOM:
                        read.update(atom for atom in atoms(line) if isinstance(atom, str))
        return replace(block, lines=tuple(reversed(lines)))

    def branches(self, line: If, wanted: Wanted) -> If:
        return replace(line, then=self.block(line.then, wanted), orelse=self.block(line.orelse, wanted))

    def loop(self, line: For | While, wanted: Wanted) -> list[Line]:
        """The lines that stand for a loop whose blocks have been walked."""
        return [line]

    def raising(self, name: Name, place: Place | None) -> tuple[Line, ...]:
        """The lines that raise what Python raises."""
        words = f"cannot access local variable {base(name)!r} where it is not associated with a value"
        made = self.supply.fresh()
        kind = Const(UnboundLocalError, "UnboundLocalError")
        return Apply((made,), "call", (kind, Const(words)), place=place), Apply((), "raise", (made,), place=place)


def _places(line: If | For | While, read: set[Name]) -> Wanted:
    return tuple(k for k, target in enumerate(line.targets) if target in read)


def _leaves(block: Block, turn: bool) -> bool:
    """Does a way through it end elsewhere than at its end? `turn`: also where it ends the turn of a loop around it."""
    if isinstance(block.terminator, (Return, Stop)) or turn and isinstance(block.terminator, (Break, Continue)):
        return True
    inside = (line for line in block.lines if not isinstance(line, (Apply, Def)))
    return any(_leaves(inner, turn and isinstance(line, If)) for line in inside for inner in blocks_of(line))
