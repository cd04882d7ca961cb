"""Where each name of the primal is defined: in which segment, a run of lines that are executed together.

A reversed line asks for values of the forward sweep; whether they can be had, and how, depends on where they come from: from the same turn
of a loop, from a branch that was perhaps not taken, from around.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from wengert.ir.build import Builder
from wengert.ir.core import Apply, Atom, Block, Break, Const, For, Function, If, Line, Name, While
from wengert.ir.kinds import Array, List, Map, Range, Tuple
from wengert.ir.walk import blocks_of, bound, defined, exits, lines_of, reads


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """A run of lines that are executed together: up to the next line that may leave the block."""

    loop: For | While | None  # the innermost loop around it
    parent: Segment | None
    every: bool  # is it run in every turn of that loop (or call of the function)?


@dataclass(frozen=True)
class Homes:
    """Where each name of the primal is defined."""

    segment: dict[Name, Segment]
    line: dict[Name, Line]
    starts: dict[int, Segment]  # id of a block -> its first segment
    after: dict[int, Segment]  # id of a line that may exit -> the segment of what follows it
    backward: dict[int, Name]  # id of a loop over `reversed(range(n))` -> the range


def homes(function: Function) -> Homes:
    """Find the segment of every name."""
    found = Homes({}, {}, {}, {}, {})
    root = Segment(None, None, True)
    for name in function.parameters:
        found.segment[name] = root
    _scan(function.body, root, found)
    _find_ranges_run_backward(function, found)
    return found


def _find_ranges_run_backward(function: Function, found: Homes) -> None:
    """The ranges that a loop runs over backward, by an iterator made for this loop alone, which is used up after it."""
    lines = list(lines_of(function))
    loops = [line for line in lines if isinstance(line, For) and len(line.sources) == 1]
    uses = Counter(atom for line in lines for atom in reads(line)) if loops else Counter()
    for loop in loops:
        source = loop.sources[0]
        made = found.line.get(source) if isinstance(source, str) else None
        if not isinstance(source, str) or not isinstance(made, Apply) or made.op != "reversed" or uses[source] > 1:
            continue
        (collection,) = made.args
        around = found.segment[loop.elements[0]].parent
        alone = around is not None and found.segment[source].loop is around.loop
        if alone and isinstance(collection, str) and isinstance(function.kinds.get(collection), Range):
            found.backward[id(loop)] = collection


def _scan(block: Block, segment: Segment, found: Homes) -> None:
    segments, lines = found.segment, found.line
    found.starts[id(block)] = segment
    for line in block.lines:
        match line:
            case If():
                for branch in (line.then, line.orelse):
                    _scan(branch, Segment(segment.loop, segment, False), found)
                if segment.loop is not None and may_leave(line):
                    segment = Segment(segment.loop, segment, False)
                    found.after[id(line)] = segment
            case For() | While():
                inner = Segment(line, segment, True)
                for name in bound(line):
                    segments[name], lines[name] = inner, line
                if isinstance(line, While):
                    _scan(line.test, inner, found)
                _scan(line.body, inner, found)
        for name in defined(line):  # what a line that may leave the block defines, it defines only if it does not
            segments[name], lines[name] = segment, line


def may_leave(line: Line) -> bool:
    """May the line leave the block it stands in?"""
    if not isinstance(line, If):
        return False
    return any(exits(block) or any(map(may_leave, block.lines)) for block in (line.then, line.orelse))


def may_break(block: Block) -> bool:
    """May the loop whose body this is end before its sources do?"""
    return isinstance(block.terminator, Break) or any(
        may_break(inner) for line in block.lines if isinstance(line, If) for inner in blocks_of(line)
    )


def sized(b: Builder, loop: For, known: Homes) -> bool:
    """Is the number of turns that of one range, array or list?"""
    return id(loop) in known.backward or (len(loop.sources) == 1 and isinstance(b.kind(loop.sources[0]), (Range, Array, List, Map, Tuple)))


def numbers(b: Builder, loop: For | While, known: Homes) -> dict[Name, tuple[Atom, Name]]:
    """The elements of an `enumerate` that number all turns of a loop: where each begins, and what the loop runs over.

    What ends a loop over several sources, nobody knows.
    """
    found: dict[Name, Atom] = {}
    others: set[Atom] = set()
    for element, source in zip(loop.elements, loop.sources) if isinstance(loop, For) and not may_break(loop.body) else ():
        line = known.line.get(source) if isinstance(source, str) else None
        if isinstance(line, Apply) and line.op == "count":
            found[element] = line.args[0] if line.args else Const(0)
        else:
            others.add(source)
    (other,) = others if len(others) == 1 else (Const(None),)
    if not isinstance(other, str) or not isinstance(b.kind(other), (Range, Array, List, Map, Tuple)):
        return {}
    return {element: (start, other) for element, start in found.items()}


def segment_marker(segment: Segment) -> Apply:
    """Stands in reversed code where the lines of a segment begin to be undone."""
    return Apply((), "segment", (Const(segment),))
