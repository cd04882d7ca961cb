"""What Python says of a variable that has no value on one way of an `if`, and is surely read: the way raises.

    if x > 1:                  y.1 = if %0:
        y = x * x                  ...
    return y             ==>   else:
                                   %2 = call(@UnboundLocalError, "cannot access local variable 'y' ...")
                                   raise(%2)
                                   stop

A derivative may not need the value at all, so it would not find out by reading it. Of loops, `analysis/unturned.py` says it.
"""

from __future__ import annotations

from dataclasses import replace

from wengert.ir.build import Names
from wengert.ir.core import UNDEF, Block, Function, If, Name, Stop, Yield
from wengert.ir.unset import SurelyRead, Wanted
from wengert.ir.walk import all_names


def raise_unbound(function: Function) -> Function:
    """The program with an error on each way of an `if` that leaves a variable without the value that is read after it."""
    return replace(function, body=_Settling(Names(all_names(function))).block(function.body, ()))


class _Settling(SurelyRead):
    def branches(self, line: If, wanted: Wanted) -> If:
        then, orelse = sides = self.block(line.then, wanted), self.block(line.orelse, wanted)
        unset = [[k for k in wanted if isinstance(side.terminator, Yield) and side.terminator.values[k] == UNDEF] for side in sides]
        if unset[0] and not unset[1] and isinstance(orelse.terminator, Yield):
            then = self.stopped(then, line.targets[unset[0][0]], line)
        elif unset[1] and not unset[0] and isinstance(then.terminator, Yield):
            orelse = self.stopped(orelse, line.targets[unset[1][0]], line)
        return replace(line, then=then, orelse=orelse)

    def stopped(self, side: Block, name: Name, line: If) -> Block:
        return Block((*side.lines, *self.raising(name, line.place)), Stop())
