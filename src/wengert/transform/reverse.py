"""The reverse sweep: every line of the primal undone, last first.

A line `y = op(x1, x2)` is undone by adding to the adjoints of `x1` and `x2` what the row of `op` says, once the adjoint of `y`
is complete. A branch is undone by a branch on the same test, a loop by a loop over the turns that were started:

    y = if c:                     x_bar = if c:
        y.0 = 2 * x                   x_bar.0 = y_bar * 2
        yield y.0          ==>        yield x_bar.0
    else:                         else:
        yield x                       yield y_bar

Only the reverse is nested: where a line may leave its block, what follows is undone in the branch that did not leave.
What reversed lines read of the forward sweep is the business of `saving.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from wengert.ir.build import Builder
from wengert.ir.core import (
    Apply,
    Block,
    Break,
    Continue,
    For,
    If,
    Line,
    Name,
    Pass,
    Return,
    Stop,
    Terminator,
    While,
    Yield,
)
from wengert.ir.kinds import Iterator
from wengert.ir.lattice import join
from wengert.ir.walk import atoms, names, reads
from wengert.transform.bars import Bars, hint, parts
from wengert.transform.homes import Segment, may_leave, segment_marker
from wengert.transform.loops import Leave, LoopReversal
from wengert.transform.terms import Term


class Reversal(LoopReversal):
    """Writes the lines that undo lines of one function."""

    def block(self, lines: Sequence[Line], end: Terminator, b: Builder, bars: Bars, leave: Leave) -> None:
        """Undo a run of lines; `leave` hands the adjoints of what comes after it to what its terminator carries."""
        sunk: set[int] = set()
        for index, line in enumerate(lines):
            if isinstance(line, If) and may_leave(line):
                tail = lines[index + 1 :]
                marker = self.keeping.homes.after.get(id(line))

                def after(inner: Builder, inner_bars: Bars, tail: Sequence[Line] = tail, marker: Segment | None = marker) -> None:
                    if marker is not None:
                        inner.add(segment_marker(marker))
                    self.block(tail, end, inner, inner_bars, leave)

                live = self._live_after(tail, end)
                sunk = self.branches(line, b, bars, after, leave, live, lines[:index])
                lines = lines[:index]
                break
        else:
            leave(end, b, bars)
        statement: object = None
        for index, line in zip(range(len(lines) - 1, -1, -1), reversed(lines)):
            if id(line) in sunk:
                continue
            if isinstance(line, If):
                self._flush(b, bars)
                sunk |= self.branches(line, b, bars, lambda inner, inner_bars: None, _nowhere, [], lines[:index])
                statement = None
            else:
                statement = self._undo(line, b, bars, statement)
        self._flush(b, bars)

    def _undo(self, line: Line, b: Builder, bars: Bars, statement: object) -> object:
        """Undo a line under a comment that quotes its statement, one for all lines of it."""
        place = line.place
        b.place = place
        if isinstance(line, (For, While)):
            self._flush(b, bars)
            self.loop(line, b, bars)
            return None
        if self.active.isdisjoint(line.targets) and not self.active.intersection(_taken(line)):
            return statement
        if place is not None and (place.statement or place) is not statement:
            self._flush(b, bars)
            statement = place.statement or place
            b.add(Apply((), "undo", place=place))
        if isinstance(line, Apply):
            self.apply(line, b, bars)
        return statement

    def _live_after(self, tail: Sequence[Line], end: Terminator) -> list[Name]:
        names = [name for line in tail for name in reads(line)] + [a for a in atoms(end) if isinstance(a, str)]
        return list(dict.fromkeys(names))

    def _flush(self, b: Builder, bars: Bars) -> None:
        self.settle(b, bars, [spot for spot, terms in bars.items() if len(terms) > 1 or not terms[0].plain])

    def branches(self, line: If, b: Builder, bars: Bars, after: Callable[[Builder, Bars], None], leave: Leave,
                 live: Sequence[Name], head: Sequence[Line]) -> set[int]:  # fmt: skip
        """Undo an `if` and, in the branches that fall through, what comes `after` it.

        Lines of the `head`, what stands above it, that only one branch asks for are undone in that branch; their ids are returned.
        """
        gone = [_never_comes_here(branch) for branch in (line.then, line.orelse)]
        if any(gone):  # nothing after the line is undone unless the other branch was taken
            self._branch(line, line.orelse if gone[0] else line.then, b, bars, after, leave)
            return set()
        touched = self._touched(b, [*reads(line.then), *reads(line.orelse), *live], [*self._inside(line)])
        results = [(*self.spots.of(t), *path) for t in line.targets if t in self.active for path, _ in parts(b.kind(t))]
        self.settle(b, bars, [spot for spot in (*touched, *results) if spot in bars])
        sides: list[tuple[Builder, Bars]] = []
        for branch in (line.then, line.orelse):
            inner, inner_bars = b.nested(), {spot: list(terms) for spot, terms in bars.items()}
            self._branch(line, branch, inner, inner_bars, after, leave)
            sides.append((inner, inner_bars))
        for spot in results:
            bars.pop(spot, None)
        sunk = self._sink(head, bars, sides)
        inside = self._inside(line)
        spots = [s for s in dict.fromkeys((*bars, *touched, *(s for _, side in sides for s in side))) if s[0] not in inside]
        changed = [s for s in spots if any(side.get(s) != bars.get(s) for _, side in sides)]
        values = [[self.take(inner, side, spot, backward=True) for spot in changed] for inner, side in sides]
        for k in range(len(changed)):  # a list is read from its end by both, or by none
            if any(isinstance(b.kind(value[k]), Iterator) for value in values):
                for (inner, _), value in zip(sides, values):
                    value[k] = self.backward_iterator(inner, value[k])
        same = [k for k, (one, other) in enumerate(zip(*values)) if one == other]
        bars.update((changed[k], [Term(values[0][k])]) for k in same)  # handed through alike: no branch is needed for it
        changed = [spot for k, spot in enumerate(changed) if k not in same]
        values = [[value for k, value in enumerate(side) if k not in same] for side in values]
        if not changed:
            return sunk
        targets = tuple(b.names.fresh(hint(spot)) for spot in changed)
        for target, one, other in zip(targets, *values):
            b.kinds[target] = join(b.kind(one), b.kind(other))
        then, orelse = (Block(tuple(inner.lines), Yield(tuple(given))) for (inner, _), given in zip(sides, values))
        b.add(If(targets, line.test, then, orelse, line.place))
        bars.update((spot, [Term(target)]) for spot, target in zip(changed, targets))
        return sunk

    def _sink(self, head: Sequence[Line], bars: Bars, sides: Sequence[tuple[Builder, Bars]]) -> set[int]:
        """Undo, inside one branch, the lines above whose adjoints come from that branch alone."""
        sunk: set[int] = set()
        needed: set[Name] = set()  # what lines that stay outside may still contribute to
        statements: list[object] = [None, None]
        for line in reversed(head):
            roots = {self.spots.of(target)[0] for target in line.targets}
            here = [any(spot[0] in roots for spot in side) for _, side in sides]
            before = any(spot[0] in roots for spot in bars)
            if not isinstance(line, Apply) or len(line.targets) != 1 or line.op == "restore" or before or all(here) or line.targets[0] in needed:
                needed.update(reads(line))
                if not isinstance(line, Apply):
                    break
                continue
            if any(here):
                k = here.index(True)
                statements[k] = self._undo(line, *sides[k], statements[k])
                sunk.add(id(line))
        for inner, side in sides:
            self._flush(inner, side)
        return sunk

    def _branch(self, line: If, branch: Block, b: Builder, bars: Bars, after: Callable[[Builder, Bars], None], leave: Leave) -> None:
        def fall(end: Terminator, inner: Builder, inner_bars: Bars) -> None:
            match end:
                case Yield(values):
                    after(inner, inner_bars)
                    for target, value in zip(line.targets, values):
                        self.pass_on(inner, inner_bars, target, value)
                case Stop():
                    pass
                case _:
                    leave(end, inner, inner_bars)

        b.add(segment_marker(self.keeping.homes.starts[id(branch)]))
        self.block(branch.lines, branch.terminator, b, bars, fall)


def _nowhere(end: Terminator, b: Builder, bars: Bars) -> None:
    raise AssertionError(f"{end} leaves a block that nothing leaves")


def _never_comes_here(block: Block) -> bool:
    """Does the branch end in a `return` or `raise`, so that what follows the `if` was reached by the other one?"""
    return isinstance(block.terminator, (Return, Pass)) or isinstance(block.terminator, Stop) and not _goes_on_elsewhere(block)


def _goes_on_elsewhere(block: Block) -> bool:
    """Does one of the branches in it `break` or `continue`?"""
    branches = [inner for line in block.lines if isinstance(line, If) for inner in (line.then, line.orelse)]
    return isinstance(block.terminator, (Break, Continue)) or any(map(_goes_on_elsewhere, branches))


def _taken(line: Line) -> tuple[Name, ...]:
    """What a `restore` takes apart: its adjoint is put together even if nothing in it is asked for."""
    return names(line) if isinstance(line, Apply) and line.op == "restore" else ()
