"""What the reverse sweep reads of the forward sweep, and how it gets it: at hand, computed again, or saved.

A reversed loop body names values of the forward body that are gone by then. For each the cheapest way is taken:

- the index of a `range` without `break` comes from running through the range backward;
- up to three cheap operations on values that come back anyway are done again (`1 - v`);
- everything else is saved once a turn, on a list of its own, and read back by `for v in reversed(v_tape)`;
  what only some turns make is read by `next`, exactly where the forward sweep appended it.

A tape is never popped, so a pullback can be called again. An inner loop's tape is itself a value that the outer
loop saves, so zero trips, breaks and counts look after themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from wengert.ir.build import Builder
from wengert.ir.core import Apply, Atom, Block, Break, Const, Def, For, Function, If, Line, Name, While
from wengert.ir.kinds import INT, Array, Iterator, Kind, List, Range, Tuple, is_scalar
from wengert.ir.walk import base, blocks_of, bound, defined, exits, map_atoms, map_blocks, reads, rename
from wengert.rules.table import lookup
from wengert.transform.variables import MARK, alias, hint_of, variable

LIMIT = 3
"""Float additions that cost less than appending a value and reading it back."""

FAR = 32
"""No more values than these are looked at to find what one value is computed from."""


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


def homes(function: Function) -> Homes:
    """Find the segment of every name."""
    found = Homes({}, {}, {}, {})
    root = Segment(None, None, True)
    for name in function.parameters:
        found.segment[name] = root
    _scan(function.body, root, found)
    return found


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


@dataclass
class Keeping:
    """What the forward sweep is asked to keep: lines to put into it, by where they go."""

    homes: Homes
    before: dict[int, list[Line]] = field(default_factory=dict)  # id of a loop -> lines before it
    start: dict[int, list[Line]] = field(default_factory=dict)  # id of a loop -> lines at the start of a turn
    after: dict[Name, list[Line]] = field(default_factory=dict)  # a name -> lines after the one that defines it
    below: dict[int, list[Line]] = field(default_factory=dict)  # id of a loop -> lines after it
    counted: dict[int, Name] = field(default_factory=dict)  # id of a loop -> the name of its turn's number
    counters: dict[Name, Name] = field(default_factory=dict)  # that name -> the name of what it runs over
    tapes: dict[tuple[int, Name], Name] = field(default_factory=dict)  # (id of loop, saved name) -> the tape's variable
    trips: dict[int, Name] = field(default_factory=dict)
    exported: dict[Name, Name] = field(default_factory=dict)

    def variable(self, hint: str) -> Name:
        return variable(hint, len(self.tapes) + len(self.trips) + len(self.exported))

    def adopt(self, name: Name, loop: For | While) -> None:
        """A variable that belongs to a loop lives where the loop stands."""
        target = self._home(loop)
        self.homes.segment[name], self.homes.line[name] = target, loop

    def _home(self, loop: For | While) -> Segment:
        body = self.homes.starts[id(loop.body)]
        assert body.parent is not None
        return body.parent

    def tape(self, b: Builder, loop: For | While, name: Name) -> Name:
        """The tape of `name` in `loop`, made when first asked for."""
        if (id(loop), name) in self.tapes:
            return self.tapes[id(loop), name]
        hint = hint_of(name) if name.startswith(MARK) else base(name)
        tape = self.variable(hint + "s" if hint.endswith("_tape") else hint + "_tape")
        self.tapes[id(loop), name] = tape
        b.kinds[tape] = List(b.kind(name))
        self.before.setdefault(id(loop), []).append(Apply((tape,), "list"))
        append = Apply((tape,), "append", (tape, name))
        self.adopt(tape, loop)
        line = self.homes.line[name]
        if line is loop:
            self.start.setdefault(id(loop), []).append(append)
        elif name.startswith(MARK):
            self.below.setdefault(id(line), []).append(append)
        else:
            self.after.setdefault(name, []).append(append)
        return tape

    def count(self, b: Builder, loop: For | While) -> Name:
        """A counter of the turns started."""
        if id(loop) not in self.trips:
            name = self.trips[id(loop)] = self.variable("trips")
            b.kinds[name] = INT
            self.before.setdefault(id(loop), []).append(alias(name, Const(0)))
            self.start.setdefault(id(loop), []).append(Apply((name,), "add", (name, Const(1))))
            self.adopt(name, loop)
        return self.trips[id(loop)]

    def index(self, b: Builder, loop: For) -> Name:
        """The name of the number of the turn of a loop over arrays or lists."""
        for element, source in zip(loop.elements, loop.sources):  # the user counts already
            line = self.homes.line.get(source) if isinstance(source, str) else None
            if isinstance(line, Apply) and line.op == "count" and line.args in ((), (Const(0),)):
                return element
        if id(loop) not in self.counted:
            name = self.counted[id(loop)] = b.names.fresh("k")
            b.kinds[name] = INT
            self.counters[name] = b.names.fresh()
            self.homes.segment[name], self.homes.line[name] = self.homes.starts[id(loop.body)], loop
        return self.counted[id(loop)]

    def export(self, b: Builder, name: Name) -> Name:
        """A variable for a value that a branch outside all loops made."""
        if name not in self.exported:
            made = self.exported[name] = self.variable(base(name))
            b.kinds[made] = b.kind(name)
            self.after.setdefault(name, []).append(alias(made, name))
        return self.exported[name]

    # putting it in

    def put_in(self, block: Block) -> Block:
        """The block with everything that is kept."""
        lines: list[Line] = []
        for line in block.lines:
            lines += self.before.get(id(line), ())
            if self._numbered(line):
                lines.append(Apply((self.counters[self.counted[id(line)]],), "count", (Const(0),)))
            lines.append(self._line(line))
            for name in defined(line):
                lines += self.after.get(name, ())
            lines += self.below.get(id(line), ())
        return replace(block, lines=tuple(lines))

    def _line(self, line: Line) -> Line:
        made = map_blocks(line, self.put_in)
        if isinstance(made, (For, While)) and id(line) in self.start:
            made = replace(made, body=replace(made.body, lines=(*self.start[id(line)], *made.body.lines)))
        if isinstance(made, For) and self._numbered(line):
            index = self.counted[id(line)]
            made = replace(made, elements=(index, *made.elements), sources=(self.counters[index], *made.sources))
        return made

    def _numbered(self, line: Line) -> bool:
        """Does the forward loop have to number its turns, because it may end early?"""
        return (id(line), self.counted.get(id(line), "")) in self.tapes


# deciding


@dataclass
class Plan:
    """How one reversed loop gets what it reads."""

    aligned: list[Name] = field(default_factory=list)  # saved in every turn
    partial: dict[Segment, list[Name]] = field(default_factory=dict)  # saved in some turns
    again: dict[Segment, list[Apply]] = field(default_factory=dict)  # computed again, in the order of the forward sweep
    index: list[Name] = field(default_factory=list)  # elements of a range, or a turn's number, that come back by themselves


def plan(b: Builder, loop: For | While, lines: Sequence[Line], ends: Iterable[Atom], keeping: Keeping) -> Plan:
    """Decide for every value of the loop's forward body that the reversed lines read."""
    segment = keeping.homes.segment
    wanted = [
        name
        for name in dict.fromkeys((*(n for line in lines for n in reads(line)), *(a for a in ends if isinstance(a, str))))
        if name in segment and segment[name].loop is loop
    ]
    return _Deciding(b, loop, keeping, wanted).plan()


class _Deciding:
    def __init__(self, b: Builder, loop: For | While, keeping: Keeping, wanted: list[Name]) -> None:
        self.b, self.loop, self.keeping, self.wanted = b, loop, keeping, wanted
        self.saved: dict[Name, None] = {}
        self.free: dict[Name, None] = {}
        self.order = {name: k for k, name in enumerate(keeping.homes.segment)}
        whole = isinstance(loop, For) and not may_break(loop.body) and sized(b, loop)
        if whole and isinstance(loop, For):
            if isinstance(b.kind(loop.sources[0]), Range):
                self.free[loop.elements[0]] = None
            if id(loop) in keeping.counted:
                self.free[keeping.counted[id(loop)]] = None

    def plan(self) -> Plan:
        self.wanted.sort(key=lambda name: self.order[name])
        used: dict[Name, None] = {}
        rest = []
        for name in self.wanted:
            if name in self.free:
                used[name] = None
            elif self.cost(name) > LIMIT:
                self.saved[name] = None
            else:
                rest.append(name)
        asked: dict[Name, int] = {}
        for name in rest:
            for root in self.roots(name):
                asked[root] = asked.get(root, 0) + 1
        for name in rest:
            missing = [root for root in self.roots(name) if root not in self.saved]
            shared = not missing or asked[missing[0]] > 1 or base(name).startswith("%")
            if len(missing) > 1 or not shared or self.chain(name) > LIMIT:
                self.saved[name] = None
            elif missing:
                self.saved[missing[0]] = None
        again: dict[Name, None] = {}
        for name in self.wanted:
            self.collect(name, again, used)
        return self.result(again, used)

    def result(self, again: dict[Name, None], used: dict[Name, None]) -> Plan:
        found = Plan(index=list(used))
        for name in sorted(self.saved, key=lambda name: self.order[name]):
            home = self.keeping.homes.segment[name]
            if home.every:
                found.aligned.append(name)
            else:
                found.partial.setdefault(home, []).append(name)
        for name in sorted(again, key=lambda name: self.order[name]):
            line = self.keeping.homes.line[name]
            assert isinstance(line, Apply)
            found.again.setdefault(self.keeping.homes.segment[name], []).append(line)
        return found

    def inner(self, atom: Atom) -> bool:
        """Is it a value of this loop's body?"""
        return isinstance(atom, str) and (home := self.keeping.homes.segment.get(atom)) is not None and home.loop is self.loop

    def cost(self, name: Name) -> int:
        """What its own line costs, too much if it cannot be run again."""
        line = self.keeping.homes.line[name]
        if not isinstance(line, Apply) or len(line.targets) != 1 or name.startswith(MARK):
            return LIMIT + 1
        if line.op in ("slice", "tuple", "global", "cell"):
            return 0
        if line.op == "getitem":
            return LIMIT if is_scalar(self.b.kind(name)) else 0 if isinstance(line.args[1], Const) else LIMIT + 1
        primitive = lookup(line.op)
        if primitive is None or not primitive.pure:
            return LIMIT + 1
        if is_scalar(self.b.kind(name)) and all(is_scalar(self.b.kind(atom)) for atom in line.args):
            return primitive.cost
        return 0 if primitive.view or primitive.cost == 0 else LIMIT + 1

    def chain(self, name: Name) -> int:
        """What it costs to compute it from what is saved, counted only to where it is too much."""
        total, steps = 0, 0
        pending: list[Name] = [name]
        while pending and total <= LIMIT and steps <= FAR:
            now = pending.pop()
            if not self.inner(now) or now in self.saved or now in self.free:
                continue
            line, cost = self.keeping.homes.line[now], self.cost(now)
            if cost <= LIMIT and isinstance(line, Apply):
                total, steps = total + cost, steps + 1
                pending += [atom for atom in line.args if isinstance(atom, str)]
        return total if steps <= FAR else LIMIT + 1

    def roots(self, name: Name) -> list[Name]:
        """The values that have to be saved for it to be computed."""
        found: dict[Name, None] = {}
        seen: set[Name] = set()
        pending: list[Name] = [name]
        while pending:
            now = pending.pop()
            if now in seen:
                continue
            seen.add(now)
            if len(seen) > FAR:
                return [name]
            line = self.keeping.homes.line.get(now)
            if not self.inner(now) or now in self.free:
                continue
            if now in self.saved or self.cost(now) > LIMIT:
                found[now] = None
            elif isinstance(line, Apply):
                pending += [atom for atom in (*line.args, *(v for _, v in line.keywords)) if isinstance(atom, str)]
        return list(found)

    def collect(self, name: Name, again: dict[Name, None], used: dict[Name, None]) -> None:
        if name in self.free:
            used[name] = None
        if not self.inner(name) or name in self.saved or name in again or name in self.free:
            return
        line = self.keeping.homes.line[name]
        assert isinstance(line, Apply)
        for atom in (*line.args, *(v for _, v in line.keywords)):
            if isinstance(atom, str):
                self.collect(atom, again, used)
        again[name] = None


# carrying it out


def reversed_sources(b: Builder, loop: For | While, found: Plan, keeping: Keeping) -> tuple[list[Atom], list[Name], dict[Name, Atom]]:
    """What the reversed loop runs over: its sources, its elements, and what the elements stand for."""
    sources: list[Atom] = []
    elements: list[Name] = []
    mapping: dict[Name, Atom] = {}
    for name in found.index:
        assert isinstance(loop, For)
        source = loop.sources[0]
        if name == keeping.counted.get(id(loop)):
            source = b.apply("range", b.apply("len", source))
        sources.append(_reversed(b, source, INT))
        elements.append(_again(b, name))
        mapping[name] = elements[-1]
    for name in found.aligned:
        sources.append(_reversed(b, keeping.tape(b, loop, name), b.kind(name)))
        elements.append(_again(b, name))
        mapping[name] = elements[-1]
    if not sources:
        if isinstance(loop, For) and sized(b, loop) and not may_break(loop.body):
            source = loop.sources[0]
            sources = [source if isinstance(b.kind(source), Range) else b.apply("range", b.apply("len", source))]
            elements = [b.names.fresh(base(loop.elements[0]) if isinstance(b.kind(source), Range) else "_")]
        else:
            sources = [b.apply("range", keeping.count(b, loop))]
            elements = [b.names.fresh("_")]
        b.kinds[elements[0]] = INT
    return sources, elements, mapping


def sized(b: Builder, loop: For) -> bool:
    """Is the number of turns that of one range, array or list?"""
    return len(loop.sources) == 1 and isinstance(b.kind(loop.sources[0]), (Range, Array, List, Tuple))


def _reversed(b: Builder, source: Atom, element: Kind) -> Name:
    made = b.apply("reversed", source)
    b.kinds[made] = Iterator(element)
    return made


def _again(b: Builder, name: Name) -> Name:
    hint = hint_of(name) if name.startswith(MARK) else base(name)
    made = b.names.fresh("" if hint.startswith("%") and hint[1:].isdigit() else hint)
    b.kinds[made] = b.kind(name)
    return made


def segment_marker(segment: Segment) -> Apply:
    """Stands in reversed code where the lines of a segment begin to be undone."""
    return Apply((), "segment", (Const(segment),))


def open_iterators(b: Builder, loop: For | While, found: Plan, keeping: Keeping) -> dict[Name, Name]:
    """The reverse iterators of the tapes that only some turns append to: name -> the iterator's variable."""
    made: dict[Name, Name] = {}
    for name in (name for names in found.partial.values() for name in names):
        tape = keeping.tape(b, loop, name)
        back = keeping.variable(hint_of(tape).replace("_tape", "_back"))
        keeping.exported[back] = back
        b.kinds[back] = Iterator(b.kind(name))
        b.add(Apply((back,), "reversed", (tape,)))
        made[name] = back
    return made


def fetch(b: Builder, block: Block, found: Plan, mapping: Mapping[Name, Atom], backs: Mapping[Name, Name]) -> Block:
    """The reversed lines with every value of the forward body fetched where its segment begins to be undone."""
    lines: list[Line] = []
    known = dict(mapping)
    for line in block.lines:
        if isinstance(line, Apply) and line.op == "segment":
            assert isinstance(line.args[0], Const)
            segment = line.args[0].value
            if segment not in found.partial and segment not in found.again:
                lines.append(line)  # of a loop around this one, or nothing to fetch
                continue
            for name in found.partial.get(segment, ()):
                value = _again(b, name)
                lines.append(Apply((value, backs[name]), "next", (backs[name],)))
                known[name] = value
            for old in found.again.get(segment, ()):
                value = _again(b, old.targets[0])
                lines.append(replace(rename(old, known), targets=(value,)))
                known[old.targets[0]] = value
            continue
        if blocks_of(line) and not isinstance(line, Def):
            line = map_atoms(line, lambda atom: known.get(atom, atom) if isinstance(atom, str) else atom)
            line = map_blocks(line, lambda inner: fetch(b, inner, found, known, backs))
        else:
            line = rename(line, known)
        lines.append(line)
    return Block(tuple(lines), rename(Block((), block.terminator), known).terminator)

