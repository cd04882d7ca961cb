"""Adjoints of what each turn of a loop makes anew, maybe at another length.

    for i in range(3):                          e_bar = [...]                   # of the last turn's list
        e = [x * k for k in range(3 - i)]       for i in reversed(range(3)):
    return e[0]                          ==>        if len(e_bar) != len(e):    # an earlier turn's, longer: nothing asks for it
                                                        e_bar = [0.0] * len(e)

Only the last turn's is read after the loop. What the turns hand back to each other is zero, of the length that the later turn had.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeGuard

from wengert.ir.build import Builder
from wengert.ir.core import UNDEF, Apply, Atom, Block, For, If, Line, Name, Place, While, Yield
from wengert.ir.kinds import Array, List
from wengert.ir.walk import reads
from wengert.transform.bars import hint, zero_like
from wengert.transform.homes import may_leave

COUNTING = frozenset({"range", "len", "add", "sub", "mul", "floordiv", "slice", "getitem"})  # what lengths are computed with


def made_anew(line: For | While, k: int) -> bool:
    """Has the carried value no value before the loop, and does no turn look at the one of the turn before?"""
    blocks = (line.test, line.body) if isinstance(line, While) else (line.body,)
    return line.initial[k] == UNDEF and not any(line.carried[k] in reads(block) for block in blocks)


def may_differ(value: Atom, b: Builder, inside: frozenset[Name], lines: Mapping[Name, Line]) -> TypeGuard[Name]:
    """May a value that a turn makes be as long as that of no other? `inside` has the names of the loop."""
    if not isinstance(value, str):
        return False
    kind = b.kind(value)
    if isinstance(kind, Array):
        names = [axis.lstrip("=").partition(":")[0] for axis in kind.axes or () if isinstance(axis, str)]
        return any(name == "?" or not _steady(name, inside, lines) for name in names)
    return isinstance(kind, List) and kind.items is None and not _of_one_length(value, inside, lines)


def _steady(atom: Atom, inside: frozenset[Name], lines: Mapping[Name, Line]) -> bool:
    """Is it the same in all turns?"""
    if not isinstance(atom, str) or atom not in inside:
        return True
    line = lines.get(atom)
    return isinstance(line, Apply) and line.op in COUNTING and all(_steady(arg, inside, lines) for arg in line.args)


def _of_one_length(value: Name, inside: frozenset[Name], lines: Mapping[Name, Line]) -> bool:
    """Is it a list to which each turn of a loop over something from outside appends once?"""
    line = lines.get(value)
    if isinstance(line, Apply) and line.op == "mul":
        return _steady(line.args[1], inside, lines)
    if not isinstance(line, For) or not all(_steady(source, inside, lines) for source in line.sources) or any(map(may_leave, line.body.lines)):
        return False
    k = line.targets.index(value)
    start = line.initial[k]
    made = lines.get(start) if isinstance(start, str) else None
    grown = [inner for inner in line.body.lines if isinstance(inner, Apply) and inner.op == "append" and inner.args[0] == line.carried[k]]
    return (
        isinstance(made, Apply)
        and made.op == "list"
        and isinstance(line.body.terminator, Yield)
        and [inner.targets[0] for inner in grown] == [line.body.terminator.values[k]]
    )


def fitted(b: Builder, bar: Name, value: Name, place: Place | None) -> Name:
    """The adjoint that a later turn handed back, as long as this turn's value."""
    kind = b.kind(value)
    op = "np.shape" if isinstance(kind, Array) else "len"
    test = b.apply("ne", b.apply(op, bar), b.apply(op, value))
    inner = b.nested()
    made = zero_like(inner, kind, value, hint((value,)))
    target = b.names.fresh(hint((value,)))
    b.kinds[target] = b.kind(bar)
    b.add(If((target,), test, Block(tuple(inner.lines), Yield((made,))), Block((), Yield((bar,))), place))
    return target
