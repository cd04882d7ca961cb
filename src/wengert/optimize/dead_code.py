"""Drop what nobody reads and what does nothing else.

Effects, exits and what they need stay; comments stay where code stays under them (the printer drops the others).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from wengert.analysis.memory import may_write, memory
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
from wengert.ir.kinds import Array, Kind, List
from wengert.ir.walk import base, blocks_of, exits, lines_of, map_blocks, names, reads
from wengert.rules.line_kinds import acts

REMARKS = frozenset({"comment", "undo"})
T = TypeVar("T", bound=Atom)


def eliminate_dead_code(function: Function, kept: frozenset[str] = frozenset(), tapes: frozenset[Name] = frozenset()) -> Function:
    """Drop every line whose results nobody reads and that does nothing else; lines of the ops `kept` stay.

    A loop does not run over one of the `tapes` (`read_back`) whose items nobody reads, if it runs over something else, too.

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
    return replace(function, body=_Sweep(seen_writes(function), attempts(function), kept, tapes, function.kinds).block(function.body, set(), ()))


def read_back(function: Function, given: Collection[Name]) -> frozenset[Name]:
    """The tapes as a reversed loop runs over them: they and all that it runs over have one item for each turn. `given` are the user's names.

    >>> from wengert.ir.text import parse
    >>> sorted(read_back(parse('''
    ... function f(x_tape.0, y_tape.0):
    ...     %0 = reversed(x_tape.0)
    ...     %1 = reversed(y_tape.0)
    ...     return %1
    ... '''), {"%0"}))
    ['%1']
    """
    found = (line for line in lines_of(function) if isinstance(line, Apply) and line.op == "reversed")
    tapes = (line for line in found if isinstance(line.args[0], str) and base(line.args[0]).rstrip("s").endswith("_tape"))
    return frozenset(line.targets[0] for line in tapes if line.targets[0] not in given)


def attempts(function: Function) -> frozenset[Name]:
    """The functions that are run to see whether they raise: every line of theirs may be what does."""
    tried = [line.args[0] for line in lines_of(function) if isinstance(line, Apply) and line.op == "caught"]
    return frozenset(name for name in tried if isinstance(name, str))


def seen_writes(function: Function) -> frozenset[Name]:
    """The targets of writes into memory that the function did not make, or that others hold: they are seen whoever reads the result."""
    if not may_write(function):
        return frozenset()
    found = memory(function)
    return frozenset(write.line.targets[-1] for writes in found.writes.values() for write in writes if found.is_outside(write.line.targets[-1]))


def _pick(values: Sequence[T], keep: Sequence[bool]) -> tuple[T, ...]:
    return tuple(value for value, kept in zip(values, keep) if kept)


class _Sweep:
    def __init__(
        self, seen: frozenset[Name], attempts: frozenset[Name], kept: frozenset[str], tapes: frozenset[Name], kinds: Mapping[Name, Kind]
    ) -> None:
        self.kinds = kinds
        self.seen, self.attempts, self.kept, self.tapes = seen, attempts, kept, tapes
        self.loops: list[Sequence[bool]] = []

    def acts(self, line: Apply) -> bool:
        return acts(line) or self.checks(line) or line.op in self.kept or not self.seen.isdisjoint(line.targets)

    def checks(self, line: Apply) -> bool:
        """Does the line raise where a sequence has another length than there are names? A gradient may need none of the values."""
        if line.op not in ("unpack", "unpack_star"):
            return False
        match self.kinds.get(line.args[0]) if isinstance(line.args[0], str) else None:
            case List(items=None) | Array(axes=None):
                return True
            case Array(axes=axes):
                return line.op == "unpack_star" or not axes or axes[0] != len(line.targets)
        return False

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
                if line.op not in REMARKS and live.isdisjoint(line.targets) and not self.acts(line):
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
                if line.target in self.attempts:
                    live |= set(reads(line))
                    return line
                inner: set[Name] = set()
                body = _Sweep(self.seen, self.attempts, self.kept, self.tapes, {**self.kinds, **line.function.kinds}).block(line.function.body, inner, ())
                live |= inner.difference(line.function.parameters)
                return replace(line, function=replace(line.function, body=body))

    def busy(self, block: Block) -> bool:
        """Does it hold a line that acts, whatever is read of it?"""
        for line in block.lines:
            match line:
                case Apply():
                    if line.op not in REMARKS and self.acts(line):
                        return True
                case If() | For() | While():
                    if any(map(self.busy, blocks_of(line))):
                        return True
        return isinstance(block.terminator, (Return, Stop))

    def branches(self, line: If, live: set[Name]) -> Line | None:
        keep = [target in live for target in line.targets]
        targets = tuple(target for target in line.targets if target in live)
        live.difference_update(targets)
        sides = [(self.block(branch, side := set(live), keep), side) for branch in (line.then, line.orelse)]
        then, orelse = (block for block, _ in sides)
        if not targets and not any(leaves(block) or self.busy(block) for block, _ in sides):
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
        if not asked and not self.busy(body) and (test is None or not self.busy(test)):
            return None
        live.difference_update(line.targets)
        live |= inside.difference(line.carried)
        if isinstance(line, For):
            live.difference_update(line.elements)
            line = self.read(line, inside)
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


    def read(self, line: For, inside: set[Name]) -> For:
        """The loop without the tapes whose items are not read."""
        keep = [element in inside or source not in self.tapes for element, source in zip(line.elements, line.sources)]
        if not any(keep):
            keep[0] = True
        return replace(line, elements=_pick(line.elements, keep), sources=_pick(line.sources, keep))


def _without_codes(block: Block) -> Block:
    """The body of a loop whose exit code nobody reads."""
    lines = tuple(map_blocks(line, _without_codes) if isinstance(line, If) else line for line in block.lines)
    end = block.terminator
    return Block(lines, replace(end, exit=1) if isinstance(end, Break) else end)


def leaves(block: Block) -> bool:
    """May control leave the block before its end?"""
    return exits(block) or any(leaves(line.then) or leaves(line.orelse) for line in block.lines if isinstance(line, If))


def _read(end: Terminator, live: set[Name]) -> None:
    live.update(names(end))


def _read_atom(atom: Atom, live: set[Name]) -> None:
    if isinstance(atom, str):
        live.add(atom)
