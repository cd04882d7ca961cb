"""Loops that are written out turn by turn, because of the functions that they make.

    fs = [lambda y, k=k: k * y for k in ks]        # each turn makes another function
    return sum(f(x) for f in fs)                   # which is called when the loop is over

That a function from an earlier turn is called shows when it is; then the program is read again, with the loop around its `def` written out.
"""

from __future__ import annotations

from collections.abc import Sequence

from wengert.analysis.state import State
from wengert.ir.core import For, While


class Unroll(Exception):
    """A function that is made in a turn of this loop is called elsewhere: which one, only a loop written out can tell."""

    def __init__(self, place: tuple[object, ...]) -> None:
        super().__init__(place)
        self.place = place


def place_of(line: For | While) -> tuple[object, ...]:
    """What tells a loop of the text from others."""
    place = line.place
    return () if place is None else (place.file, place.line, place.column, place.end_line, place.end_column)


def write_out(state: State, blocks: Sequence[int]) -> None:
    """Begin anew, with the outermost loop among these blocks written out; nothing, if that has been tried."""
    for block in blocks:
        place = state.loops.get(block)
        if place and place not in state.recursion.unrolled:
            raise Unroll(place)
