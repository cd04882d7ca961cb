"""What Python says of a variable that has no value on one way, and is surely read: the way raises.

    if x > 1:                  y.1 = if %0:
        y = x * x                  ...
    return y             ==>   else:
                                   %2 = call(@UnboundLocalError, "cannot access local variable 'y' ...")
                                   raise(%2)
                                   stop

A derivative may not need the value at all, so it would not find out by reading it.
"""

from __future__ import annotations

from dataclasses import replace

from wengert.ir.build import Names
from wengert.ir.core import (
    UNDEF,
    Apply,
    Block,
    Break,
    Const,
    Continue,
    Def,
    For,
    Function,
    If,
    Line,
    Name,
    Return,
    Stop,
    While,
    Yield,
)
from wengert.ir.walk import all_names, atoms, base, blocks_of, lines_of, map_blocks, names

MAKING_ROOM = frozenset({"box"})
"""Ops that take a variable without a value, too."""


def raise_unbound(function: Function) -> Function:
    """The program with an error on each way of an `if` that leaves a variable without the value that is read after it."""
    return replace(function, body=_Settling(Names(all_names(function))).block(function.body, ()))


class _Settling:
    def __init__(self, supply: Names) -> None:
        self.supply = supply

    def block(self, block: Block, wanted: tuple[int, ...]) -> Block:
        """The block; `wanted` are the positions of what it yields that are surely read."""
        end = block.terminator
        read = set(names(end)) if isinstance(end, Return) else set()
        if isinstance(end, Yield):
            read = {value for k in wanted if isinstance(value := end.values[k], str)}
        lines: list[Line] = []
        for line in reversed(block.lines):
            if any(map(_leaves, blocks_of(line))) and not isinstance(line, Def):
                read.clear()
            match line:
                case If():
                    lines.append(self.branches(line, tuple(k for k, target in enumerate(line.targets) if target in read)))
                    read.update(name for name in (line.test,) if isinstance(name, str))
                case Def():
                    lines.append(replace(line, function=replace(line.function, body=self.block(line.function.body, ()))))
                case For() | While():
                    lines.append(map_blocks(line, lambda inner: self.block(inner, ())))
                case Apply():
                    lines.append(line)
                    if line.op not in MAKING_ROOM:
                        read.update(atom for atom in atoms(line) if isinstance(atom, str))
        return replace(block, lines=tuple(reversed(lines)))

    def branches(self, line: If, wanted: tuple[int, ...]) -> If:
        sides = self.block(line.then, wanted), self.block(line.orelse, wanted)
        unset = [[k for k in wanted if isinstance(side.terminator, Yield) and side.terminator.values[k] == UNDEF] for side in sides]
        then, orelse = sides
        if unset[0] and not unset[1] and isinstance(orelse.terminator, Yield):
            then = self.raising(then, line.targets[unset[0][0]], line)
        elif unset[1] and not unset[0] and isinstance(then.terminator, Yield):
            orelse = self.raising(orelse, line.targets[unset[1][0]], line)
        return replace(line, then=then, orelse=orelse)

    def raising(self, side: Block, name: Name, line: If) -> Block:
        words = f"cannot access local variable {base(name)!r} where it is not associated with a value"
        made = self.supply.fresh()
        kind = Const(UnboundLocalError, "UnboundLocalError")
        raised = Apply((made,), "call", (kind, Const(words)), place=line.place), Apply((), "raise", (made,), place=line.place)
        return Block((*side.lines, *raised), Stop())


def _leaves(block: Block) -> bool:
    """Does a way through it end somewhere else?"""
    ends = (block, *(inner for line in lines_of(block) if not isinstance(line, Def) for inner in blocks_of(line)))
    return any(isinstance(end.terminator, (Return, Break, Continue, Stop)) for end in ends)
