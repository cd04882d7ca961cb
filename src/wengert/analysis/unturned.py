"""What Python says of a variable that only the turns of a loop set, and that is surely read after it: no turn, no value.

    for i in range(n):             %1 = range(n)
        y = x * i                  %2 = not_(%1)
    return y                       if %2:
                             ==>       %3 = call(@UnboundLocalError, "cannot access local variable 'y' ...")
                                       raise(%3)
                                       stop
                                   y.2 = for i.0 in %1 carry y.0 = undef: ...

A gradient may not need the value, and would be zero. Where a turn that is made may leave the variable unset, or nobody knows before the
loop how many will be made (`while`), a flag is carried beside it, and asked after the loop. A derivative that returns the value
reads it, and needs none of this.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeAlias

from wengert.analysis.memory import ends_of
from wengert.ir.build import Names
from wengert.ir.core import (
    UNDEF,
    Apply,
    Atom,
    Block,
    Break,
    Const,
    Continue,
    For,
    Function,
    If,
    Line,
    Name,
    Pass,
    Stop,
    While,
    Yield,
)
from wengert.ir.kinds import BOOL, INT, Array, Kind, List, Range, Tuple
from wengert.ir.unset import SurelyRead, Wanted
from wengert.ir.values import substitute
from wengert.ir.walk import all_names, base, lines_of, map_functions

NEVER, SET = Const(False), Const(True)
Flags: TypeAlias = dict[Name, Atom]  # of the names that may be without a value


def raise_unturned(function: Function) -> Function:
    """The program with an error after, or before, each loop that may end without the value that is read after it."""
    return map_functions(function, _checked)


def _checked(function: Function) -> Function:
    if not any(isinstance(line, (For, While)) and UNDEF in line.initial for line in lines_of(function)):
        return function
    checking = _Checking(function)
    body = checking.block(function.body, ())
    return replace(function, body=body, kinds=checking.kinds)


class _Checking(SurelyRead):
    def __init__(self, function: Function) -> None:
        super().__init__(Names(all_names(function)))
        self.kinds: dict[Name, Kind] = dict(function.kinds)
        made = [line for line in lines_of(function) if isinstance(line, Apply) and line.op in ("range", "count")]
        self.lengths = {line.targets[0]: line for line in made if line.op == "range"}
        self.endless = {line.targets[0] for line in made if line.op == "count"}

    def loop(self, line: For | While, wanted: Wanted) -> list[Line]:
        unset = [k for k in wanted if line.initial[k] == UNDEF]
        if not unset:
            return [line]
        flags: Flags = {}
        made = self.flagged(line, flags)
        if isinstance(line, For) and all(_flag(values[k], flags) == SET for values in ends_of(line) for k in unset):
            before = self.emptiness(line, line.targets[unset[0]])
            if before is not None:
                return [*before, line]
        return [made, *(check for k in unset for check in self.refusing(flags[line.targets[k]], line.targets[k], line, lacks=False))]

    # by the length of what the loop runs over

    def emptiness(self, line: For, name: Name) -> list[Line] | None:
        """The lines that raise if the loop makes no turn; None if its length is not known before."""
        lines: list[Line] = []
        for source in line.sources:
            kind = substitute(self.kinds, source)
            ends = self.lengths[source].args if isinstance(source, str) and source in self.lengths else ()
            if isinstance(kind, (Tuple, List)) and kind.items:
                continue
            if isinstance(kind, Range) and ends and all(isinstance(end, Const) for end in ends):
                if len(range(*(end.value for end in ends if isinstance(end, Const)))):
                    continue
            if isinstance(kind, Array):
                length = self.emit(lines, "len", source)
                lines += self.refusing(self.emit(lines, "eq", length, Const(0)), name, line, lacks=True)
            elif isinstance(kind, (List, Range)):
                lines += self.refusing(self.emit(lines, "not_", source), name, line, lacks=True)
            elif not (isinstance(source, str) and source in self.endless):
                return None
        return lines

    def emit(self, lines: list[Line], op: str, *args: Atom) -> Name:
        made = self.supply.fresh()
        self.kinds[made] = INT if op == "len" else BOOL
        lines.append(Apply((made,), op, args))
        return made

    def refusing(self, test: Atom, name: Name, line: For | While, lacks: bool) -> list[Line]:
        """`if test: raise`, or, unless it says what is lacking, `if not test: raise`."""
        lines: list[Line] = []
        test = test if lacks else self.emit(lines, "not_", test)
        raising = Block(self.raising(name, line.place), Stop())
        return [*lines, If((), test, raising, Block((), Yield(())), line.place)]

    # by a flag that is carried beside the variable

    def flagged(self, line: For | While, flags: Flags) -> For | While:
        """The loop with a flag for each variable it carries that may be without a value."""
        places = [k for k, value in enumerate(line.initial) if _flag(value, flags) != SET]
        initial = tuple(_flag(line.initial[k], flags) for k in places)
        carried = self.named(line.carried, places, flags)
        made = replace(line, carried=(*line.carried, *carried), initial=(*line.initial, *initial))
        if isinstance(made, While):
            made = replace(made, test=self.handing(made.test, places, flags, places))
        made = replace(made, body=self.handing(line.body, places, flags, places))
        return replace(made, targets=(*line.targets, *self.named(line.targets, places, flags)))

    def handing(self, block: Block, places: Sequence[int], flags: Flags, turn: Sequence[int]) -> Block:
        """A block that hands on the flags of the values at these places, and at `turn` where it ends the turn of the loop around."""
        return _ended(Block(self.within(block, flags, turn), block.terminator), places, flags, turn)

    def within(self, block: Block, flags: Flags, turn: Sequence[int]) -> tuple[Line, ...]:
        lines: list[Line] = []
        for line in block.lines:
            if isinstance(line, (For, While)):
                line = self.flagged(line, flags)
            elif isinstance(line, If):
                sides = [Block(self.within(side, flags, turn), side.terminator) for side in (line.then, line.orelse)]
                ends = [side.terminator.values for side in sides if isinstance(side.terminator, Yield)]
                places = [k for k in range(len(line.targets)) if any(_flag(values[k], flags) != SET for values in ends)]
                then, orelse = (_ended(side, places, flags, turn) for side in sides)
                line = replace(line, targets=(*line.targets, *self.named(line.targets, places, flags)), then=then, orelse=orelse)
            lines.append(line)
        return tuple(lines)

    def named(self, names: Sequence[Name], places: Sequence[int], flags: Flags) -> tuple[Name, ...]:
        for name in (names[k] for k in places):
            flags[name] = made = self.supply.fresh(f"{base(name)}_is_set")
            self.kinds[made] = BOOL
        return tuple(str(flags[names[k]]) for k in places)


def _flag(value: Atom, flags: Flags) -> Atom:
    return NEVER if value == UNDEF else flags.get(value, SET) if isinstance(value, str) else SET


def _ended(block: Block, places: Sequence[int], flags: Flags, turn: Sequence[int]) -> Block:
    """The block, its terminator handing on flags, too."""
    end = block.terminator
    match end:
        case Yield(values):
            end = Yield((*values, *(_flag(values[k], flags) for k in places)))
        case Pass(test, values) if values:
            end = Pass(test, (*values, *(_flag(values[k], flags) for k in places)))
        case Break(values) | Continue(values):
            end = replace(end, values=(*values, *(_flag(values[k], flags) for k in turn)))
    return replace(block, terminator=end)
