"""When each value is needed: live ranges as intervals on one line of positions.

The positions follow the text, except that a block which leaves (a `break`, a `return`) stands where it leads: after
its loop, or after the whole function. So what is needed only on the way on takes no room there, and a
value's range is a handful of intervals, found by one walk from the end to the start.

A line reads at one position and binds at the next, so `v.1 = 4 * v.0` can bind the name that it reads:

>>> from wengert.backend.fuse import fuse
>>> from wengert.ir.text import parse
>>> f = parse('''
... function f(v.0):
...     v.1 = 4 * v.0
...     return v.1
... ''')
>>> live_ranges(f, fuse(f)).spans
{'v.1': [(-1, 1)], 'v.0': [(-3, -1)]}
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from wengert.backend.fused import Fused
from wengert.ir.core import Apply, Block, Break, Continue, Def, For, Function, If, Line, Name, Return, Stop, While
from wengert.ir.walk import atoms, base, blocks_of, exits, reads

Span = tuple[int, int]
TURN = -1  # a block leads to the next turn of its loop


@dataclass(slots=True)
class Ranges:
    spans: dict[Name, list[Span]] = field(default_factory=dict)


@dataclass(slots=True)
class _Walk:
    fused: Fused
    outer: frozenset[Name] = frozenset()
    now: int = 0
    open: dict[Name, int] = field(default_factory=dict)  # what is needed further on -> where its interval ends
    journal: list[Name] = field(default_factory=list)  # the names of `open` in the order in which they got there
    spans: dict[Name, list[Span]] = field(default_factory=dict)
    exposed: dict[int, list[Name]] = field(default_factory=dict)  # id of a block that leaves -> what it needs from above
    leaving: dict[int, list[Block]] = field(default_factory=dict)  # id of a loop, 0 of the function -> blocks that lead to its end
    apart: set[int] = field(default_factory=set)  # ids of those blocks
    order: dict[int, int] = field(default_factory=dict)  # id of a block that leaves the function -> when `survey` saw it
    captured: list[tuple[int, Name]] = field(default_factory=list)  # when `survey` saw the nested function, what it reads
    time: int = 0
    free: dict[int, tuple[Name, ...]] = field(default_factory=dict)  # id of a loop -> what it reads of the names around it

    # events

    def read(self, names: Iterable[Name]) -> None:
        for name in names:
            if name not in self.open:
                self.open[name] = self.now + 1
                self.journal.append(name)

    def bind(self, names: Iterable[Name]) -> None:
        for name in names:
            end = self.open.pop(name, self.now + 1)
            self.spans.setdefault(name, []).append((self.now, end))
        self.now -= 1

    def branch(self, block: Block) -> list[Name]:
        """Walk a block of its own; what it needs from above, which is closed at its start."""
        mark = len(self.journal)
        self.now -= 1
        self.block(block)
        needed = []
        for name in self.journal[mark:]:
            if name in self.open:
                self.spans.setdefault(name, []).append((self.now, self.open.pop(name)))
                needed.append(name)
        del self.journal[mark:]
        self.now -= 1
        return needed

    # the program, from the end to the start

    def block(self, block: Block) -> None:
        for atom in atoms(block.terminator):
            self.read(self.fused.leaves(atom))
        self.now -= 1
        for line in reversed(block.lines):
            self.line(line)

    def line(self, line: Line) -> None:
        fused = self.fused
        targets = line.targets
        if len(targets) == 1 and targets[0] in fused.inside or isinstance(line, Apply) and line.op in ("comment", "undo"):
            return
        if isinstance(line, If) and id(line) not in fused.forms:
            self.bind(targets)
            needed: dict[Name, None] = {}
            for inner in (line.orelse, line.then):
                if id(inner) in self.apart:
                    needed.update(dict.fromkeys(self.exposed[id(inner)]))
                else:
                    needed.update(dict.fromkeys(self.branch(inner)))
            self.read(needed)
            self.read(fused.leaves(line.test))
            self.now -= 1
        elif isinstance(line, (For, While)):
            self.loop(line)
        elif isinstance(line, Def):
            self.bind(targets)
        else:
            if isinstance(line, Apply) and any(pattern is line for pattern in _own(fused, line)):
                return
            self.bind(targets)
            self.read(fused.reads(line))
            self.now -= 1

    def loop(self, line: For | While) -> None:
        fused = self.fused
        self.bind(line.targets)
        leaving = self.leaving.get(id(line), ())
        for block in leaving:
            if isinstance(block.terminator, Break):
                self.exposed[id(block)] = self.branch(block)
        if line.exit is not None and fused.uses.get(line.exit):
            self.read((line.exit,))
        self.read(self.free[id(line)])
        for block in leaving:
            if isinstance(block.terminator, Continue):
                self.exposed[id(block)] = self.branch(block)
        self.block(line.body)
        if isinstance(line, For):
            self.bind(name for element in line.elements for name in fused.bound(element))
        else:
            if not getattr(line.test.terminator, "values", ()):
                self.read(line.carried)
            self.block(line.test)
        self.now -= 1
        families = [base(name) for name in line.carried]
        sources: list[Name] = []
        starts: list[Name] = []  # in the header a carried value still is its initial value
        if isinstance(line, For):
            pairs = [(name, family) for name, family in zip(line.initial, families) if isinstance(name, str)]
            named = not any(family.startswith("%") and family[1:].isdigit() for family in families)  # `%9_tape` says what it is
            initial = {name for name, family in pairs if named and base(name) == family and families.count(family) == 1}
            for atom in line.sources:
                for name in fused.leaves(atom):
                    (starts if name in initial else sources).append(name)
        self.read(sources)
        self.now -= 1
        self.bind((*line.carried, line.exit) if line.exit is not None else line.carried)
        self.read(starts)
        for atom in line.initial:
            self.read(fused.leaves(atom))
        self.now -= 1

    # what leads where

    def survey(self, block: Block, loop: int) -> tuple[set[int], dict[Name, None], dict[Name, None]]:
        """Find the blocks that leave. Where control may leave to (0 for the function), what is read, what is bound."""
        leads: set[int] = set()
        read: dict[Name, None] = {}
        made: dict[Name, None] = {}
        fused = self.fused
        for line in block.lines:
            if not (len(line.targets) == 1 and line.targets[0] in fused.inside):
                for atom in fused.operands(line):
                    read.update(dict.fromkeys(fused.leaves(atom)))
            made.update(dict.fromkeys(line.targets))
            self.time += 1
            if isinstance(line, Def):
                inner_names = (name for captured in reads(line.function) for name in fused.leaves(captured))
                self.captured += [(self.time, name) for name in inner_names if name not in self.outer]
            if isinstance(line, If):
                for inner in (line.then, line.orelse):
                    below = self._nested(inner, loop, read, made)
                    if exits(inner):
                        target = 0 if isinstance(inner.terminator, (Return, Stop)) else loop
                        if not (target == 0 and below - {0}) and not (isinstance(inner.terminator, Break) and TURN in below):
                            self.leaving.setdefault(target, []).append(inner)
                            self.order[id(inner)] = self.time
                            self.apart.add(id(inner))
                        leads.add(TURN if isinstance(inner.terminator, Continue) else target)
                    leads |= below
            elif isinstance(line, (For, While)):
                own_read: dict[Name, None] = {}
                own_made = dict.fromkeys(line.carried)
                if isinstance(line, For):
                    own_made.update(dict.fromkeys(name for element in line.elements for name in (element, *fused.bound(element))))
                for inner in blocks_of(line):
                    leads |= self._nested(inner, id(line), own_read, own_made) & {0}
                self.free[id(line)] = tuple(name for name in own_read if name not in own_made)
                read.update(dict.fromkeys(self.free[id(line)]))
                if line.exit is not None:
                    made[line.exit] = None
        for atom in atoms(block.terminator):
            read.update(dict.fromkeys(fused.leaves(atom)))
        return leads, read, made

    def _nested(self, block: Block, loop: int, read: dict[Name, None], made: dict[Name, None]) -> set[int]:
        leads, inner_read, inner_made = self.survey(block, loop)
        read.update(inner_read)
        made.update(inner_made)
        return leads


def _own(fused: Fused, line: Apply) -> Iterable[Apply]:
    return (fused.patterns[atom] for atom in line.args if isinstance(atom, str) and atom in fused.patterns)


def live_ranges(function: Function, fused: Fused, outer: Collection[Name] = ()) -> Ranges:
    """The intervals in which each name (but for those of an outer function) must keep its value.

    What a nested function captures is needed to the end.
    """
    walk = _Walk(fused, frozenset(outer))
    walk.survey(function.body, 0)
    for block in walk.leaving.get(0, ()):  # the earliest stands last, so that what is captured below it takes no room there
        walk.read(name for definition, name in walk.captured if definition <= walk.order[id(block)])
        walk.exposed[id(block)] = walk.branch(block)
    walk.read(name for _, name in walk.captured)
    walk.block(function.body)
    walk.bind(function.parameters)
    return Ranges(walk.spans)
