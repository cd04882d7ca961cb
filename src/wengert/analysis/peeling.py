"""Loops whose first turn is written out, because what they carry is of another kind in the turns after it.

    m = {}                                  i = 0, m = {}
    for i in range(n):                      if 0 < n:
        for k in p:                             for k in p: m[k] = g(m.get(k, 0.0), k)
            m[k] = g(m.get(k, 0.0), k)          for i in range(1, n):
                                                    for k in p: m[k] = g(m.get(k, 0.0), k)

It is tried where a program is refused otherwise: a dict that gets its keys in the first turn, a momentum that is a number there and an array
in all others.
"""

from __future__ import annotations

from dataclasses import replace

from wengert.analysis.emitting import emit
from wengert.analysis.frame import Frame
from wengert.analysis.generators import fresh_name
from wengert.analysis.state import State
from wengert.analysis.unroll import leaves, turns
from wengert.analysis.writing_out import place_of
from wengert.ir.core import Apply, Atom, Block, Const, For, If, Line, Name, While, Yield
from wengert.ir.kinds import Array, Kind, Range, is_scalar

MOST = 3
"""So many loops of a program have their first turn written out, at most."""


def note_growth(state: State, line: For | While, before: Kind, after: Kind) -> None:
    """A loop carries what is of another kind once a turn has been made: there may be a kind for the first turn and one for the others."""
    if isinstance(line, For) and not is_scalar(after) and not isinstance(after, Array) and len(state.recursion.growing) < MOST:
        state.recursion.growing.add(place_of(line))


def peeled(state: State, frame: Frame, line: For, out: list[Line]) -> tuple[Line, ...] | None:
    """The generic lines that stand for the loop: the first turn, and a loop over the others. None if it stays as it is."""
    if place_of(line) not in state.recursion.peeled or id(line) in state.rests or len(line.sources) != 1 or line.exit is not None:
        return None
    source = state.read(frame.handle(line.sources[0]))
    made = next((found for found in reversed(out) if isinstance(found, Apply) and source in found.targets), None)
    if not isinstance(state.kind(source), Range) or made is None or made.op != "range" or len(made.args) > 2 or leaves(line.body.lines):
        return None
    if not isinstance(line.body.terminator, Yield):
        return None
    start, stop = made.args if len(made.args) == 2 else (Const(0), made.args[0])
    key = id(line), "peeled"
    if key not in state.woven:
        state.woven[key] = (line, _lines(state, frame, line))
    lines: tuple[Line, ...]
    (first, second, last), initial, lines = state.woven[key][1]
    after = Const(start.value + 1) if isinstance(start, Const) else emit(state, "add", start, Const(1))
    for name, atom in ((first, start), (second, after), (last, stop)):
        state.bind(frame, name, atom)
    ((element, carried, _),) = turns(state, frame, line, 1)
    state.bind(frame, element, start)
    for name, old in zip(carried, initial):
        state.bind(frame, name, frame.handle(old))
    return lines


def _lines(state: State, frame: Frame, line: For) -> tuple[tuple[Name, Name, Name], tuple[Atom, ...], tuple[Line, ...]]:
    first, last, second, over, test = (fresh_name(state, frame) for _ in range(5))
    ((_, _, body),) = turns(state, frame, line, 1)
    assert isinstance(body.terminator, Yield)
    ends = tuple(fresh_name(state, frame, "" if name.startswith("%") else name.rpartition(".")[0]) for name in line.targets)
    rest = replace(line, targets=ends, sources=(over,), initial=body.terminator.values)
    state.rests[id(rest)] = rest
    then = (
        *body.lines,
        Apply((over,), "call", (Const(range, "range"), second, last), place=line.place),
        rest,
    )
    lines = (
        Apply((test,), "lt", (first, last), place=line.place),
        If(line.targets, test, Block(then, Yield(ends)), Block((), Yield(line.initial)), line.place),
    )
    return (first, second, last), line.initial, lines
