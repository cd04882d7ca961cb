"""Drop what nobody reads and what does nothing else.

Effects, exits and what they need stay; comments stay where code stays under them (the printer drops the others).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from wengert.ir.core import (
    Apply,
    Atom,
    Block,
    Break,
    Continue,
    Def,
    For,
    Function,
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
from wengert.ir.walk import exits, map_blocks, names
from wengert.rules.line_kinds import acts

REMARKS = frozenset({"comment", "undo"})
T = TypeVar("T", bound=Atom)


def eliminate_dead_code(function: Function) -> Function:
    """Drop every line whose results nobody reads and that does nothing else.

    >>> from wengert.ir.text import parse, show
    >>> print(show(eliminate_dead_code(parse('''
    ... function f(x, n):
    ...     %1 = np.sin(x)
    ...     %2 = range(n)
    ...     s.2, t.2 = for i.0 in %2 carry s.0 = 0.0, t.0 = x:
    ...         s.1 = s.0 + t.0
    ...         t.1 = t.0 * 2
    ...         yield s.1, t.1
    ...     return t.2
    ... '''))))
    function f(x, n):
        %2 = range(n)
        t.2 = for i.0 in %2 carry t.0 = x:
            t.1 = t.0 * 2
            yield t.1
        return t.2
    """
    return replace(function, body=_Sweep().block(function.body, set(), ()))


def _pick(values: Sequence[T], keep: Sequence[bool]) -> tuple[T, ...]:
    return tuple(value for value, kept in zip(values, keep) if kept)


class _Sweep:
    def __init__(self) -> None:
        self.loops: list[Sequence[bool]] = []

    def block(self, block: Block, live: set[Name], keep: Sequence[bool]) -> Block:
        """The block without what is dead; `live`, what is read after it, becomes what is read before it."""
        end = self.end(block.terminator, keep)
        if not isinstance(end, (Yield, Pass)):
            live.clear() if isinstance(end, (Return, Stop)) else None
        _read(end, live)
        kept: list[Line] = []
        for line in reversed(block.lines):
            new = self.line(line, live)
            if new is not None:
                kept.append(new)
        return Block(tuple(reversed(kept)), end)

    def end(self, end: Terminator, keep: Sequence[bool]) -> Terminator:
        match end:
            case Yield(values):
                return Yield(_pick(values, keep))
            case Pass(value, values) if values:
                return Pass(value, _pick(values, keep))
            case Break(values) | Continue(values):
                return replace(end, values=_pick(values, self.loops[-1]))
        return end

    def line(self, line: Line, live: set[Name]) -> Line | None:
        match line:
            case Apply():
                if line.op not in REMARKS and live.isdisjoint(line.targets) and not acts(line):
                    return None
                live.difference_update(line.targets)
                for atom in (*line.args, *(value for _, value in line.keywords)):
                    if isinstance(atom, str):
                        live.add(atom)
                return line
            case If():
                return self.branches(line, live)
            case For() | While():
                return self.loop(line, live)
            case Def():
                if line.target not in live:
                    return None
                live.discard(line.target)
                inner: set[Name] = set()
                body = _Sweep().block(line.function.body, inner, ())
                live |= inner.difference(line.function.parameters)
                return replace(line, function=replace(line.function, body=body))

    def branches(self, line: If, live: set[Name]) -> Line | None:
        keep = [target in live for target in line.targets]
        targets = tuple(target for target in line.targets if target in live)
        live.difference_update(targets)
        sides = [(self.block(branch, side := set(live), keep), side) for branch in (line.then, line.orelse)]
        then, orelse = (block for block, _ in sides)
        if not targets and not any(leaves(block) or busy(block) for block, _ in sides):
            return None
        for _, side in sides:
            live |= side
        _read_atom(line.test, live)
        return replace(line, targets=targets, then=then, orelse=orelse)

    def loop(self, line: For | While, live: set[Name]) -> Line | None:
        keep = [target in live for target in line.targets]
        while True:
            self.loops.append(keep)
            inside = live | {name for name, kept in zip(line.carried, keep) if kept}
            body = self.block(line.body, inside, keep)
            test = None
            if isinstance(line, While):
                after = inside | live
                test = self.block(line.test, after, keep)
                inside |= after
            self.loops.pop()
            wider = [kept or name in inside for kept, name in zip(keep, line.carried)]
            if wider == keep:
                break
            keep = wider
        asked = any(target in live for target in line.targets) or (line.exit is not None and line.exit in live)
        if not asked and not busy(body) and (test is None or not busy(test)):
            return None
        live.difference_update(line.targets)
        live |= inside.difference(line.carried)
        if isinstance(line, For):
            live.difference_update(line.elements)
        new = replace(
            line, targets=_pick(line.targets, keep), carried=_pick(line.carried, keep), initial=_pick(line.initial, keep), body=body
        )
        if new.exit is not None and new.exit not in live:
            new = replace(new, exit=None, body=_without_codes(new.body))
        elif new.exit is not None:
            live.discard(new.exit)
        if isinstance(new, While) and test is not None:
            new = replace(new, test=test)
        for atom in (*new.initial, *(new.sources if isinstance(new, For) else ())):
            _read_atom(atom, live)
        return new


def _without_codes(block: Block) -> Block:
    """The body of a loop whose exit code nobody reads."""
    lines = tuple(map_blocks(line, _without_codes) if isinstance(line, If) else line for line in block.lines)
    end = block.terminator
    return Block(lines, replace(end, exit=1) if isinstance(end, Break) else end)


def leaves(block: Block) -> bool:
    """May control leave the block before its end?"""
    return exits(block) or any(leaves(line.then) or leaves(line.orelse) for line in block.lines if isinstance(line, If))


def busy(block: Block) -> bool:
    """Does it hold a line that acts, whatever is read of it?"""
    for line in block.lines:
        match line:
            case Apply():
                if line.op not in REMARKS and acts(line):
                    return True
            case If():
                if busy(line.then) or busy(line.orelse):
                    return True
            case For():
                if busy(line.body):
                    return True
            case While():
                if busy(line.body) or busy(line.test):
                    return True
    return isinstance(block.terminator, (Return, Stop))


def _read(end: Terminator, live: set[Name]) -> None:
    live.update(names(end))


def _read_atom(atom: Atom, live: set[Name]) -> None:
    if isinstance(atom, str):
        live.add(atom)
