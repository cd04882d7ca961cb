"""What the forward sweep is asked to keep for the reverse sweep, and the lines by which it does.

A tape is a list of its own for each value, appended to in every turn and never popped, so that a pullback can be called again. An inner loop's
tape is itself a value that the outer loop saves, so zero trips, breaks and counts look after themselves.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from wengert.analysis.memory import ends_of, memory
from wengert.analysis.places import Places
from wengert.analysis.regions import Memory, Moment
from wengert.ir.axes import Axis
from wengert.ir.build import Builder
from wengert.ir.core import UNDEF, Apply, Atom, Block, Const, For, Function, If, Line, Name, While, Yield
from wengert.ir.kinds import INT, UNKNOWN, Array, Kind, List, Numeric, Saved, is_scalar
from wengert.ir.walk import RESIZING, base, defined, lines_of, map_blocks
from wengert.rules.index_kinds import item_kind
from wengert.transform.homes import Homes, Segment, homes, numbers
from wengert.transform.same_reads import same_reads
from wengert.transform.variables import MARK, alias, hint_of, variable

SHAPES = frozenset({"len", "np.size", "np.ndim", "np.shape"})
"""What asks an array for its shape, which no write changes."""

FAR = 32
"""No more writes than these are looked at to find what one of them leaves alone."""


@dataclass
class Keeping:
    """What the forward sweep is asked to keep: lines to put into it, by where they go."""

    homes: Homes
    memory: Memory
    places: Places
    lost: Collection[Name] = ()  # values whose memory is written to later: what is kept of them is a copy
    visible: set[Name] = field(default_factory=set)  # what is bound outside all loops where the reverse sweep stands
    first: list[Line] = field(default_factory=list)  # lines before all others
    before: dict[int, list[Line]] = field(default_factory=dict)  # id of a loop -> lines before it
    start: dict[int, list[Line]] = field(default_factory=dict)  # id of a loop -> lines at the start of a turn
    after: dict[Name, list[Line]] = field(default_factory=dict)  # a name -> lines after the one that defines it
    below: dict[int, list[Line]] = field(default_factory=dict)  # id of a loop -> lines after it
    last: dict[int, list[Line]] = field(default_factory=dict)  # id of a block -> lines at its end
    counted: dict[int, Name] = field(default_factory=dict)  # id of a loop -> the name of its turn's number
    counters: dict[Name, Name] = field(default_factory=dict)  # that name -> the name of what it runs over
    tapes: dict[tuple[int, Name], Name] = field(default_factory=dict)  # (id of loop, saved name) -> the tape's variable
    trips: dict[int, Name] = field(default_factory=dict)
    exported: dict[Name, Name] = field(default_factory=dict)
    put: dict[Name, list[Apply]] = field(default_factory=dict)  # a value -> the lines that write it into an array
    slots: Mapping[Name, tuple[Axis, ...]] = field(default_factory=dict)  # a write into an array -> the axes of what it writes into
    same: dict[Name, Name] = field(default_factory=dict)  # an item of an array -> where the same was read before

    def newest(self, name: Name) -> Name:
        """The version of an array that writes leave behind, where the reverse sweep stands; the name itself if there is none."""
        memory, segments = self.memory, self.homes.segment
        around: list[object] = []
        home = segments.get(name)
        while home is not None:
            around.append(home.loop)
            home = home.parent
        found: Name | None = None
        for one in memory.versions.get(memory.origin.get(name, name), ()):
            home = segments.get(one)
            if home is None or not (one in self.visible if home.loop is None else home.every and home.loop in around):
                continue
            if found is None or around.index(home.loop) >= around.index(segments[found].loop):
                found = one
        return found or name

    def read_later(self, line: Line, b: Builder) -> Apply | None:
        """A read of an array by which the reverse sweep gets the same as the forward sweep: no write that follows it comes there."""
        if isinstance(line, Apply) and line.op in SHAPES and isinstance(line.args[0], str) and isinstance(b.kind(line.args[0]), Array):
            newest = self.newest(line.args[0])
            return None if newest in self.memory.overwritten else replace(line, args=(newest, *line.args[1:]))
        if not (isinstance(line, Apply) and line.op == "getitem" and isinstance(line.args[0], str)):
            return None
        array = self._kept(line.args[0], line.args[1], self.memory.bound[line.targets[0]])
        return None if array is None else replace(line, args=(array, *line.args[1:]))

    def stored(self, b: Builder, name: Name) -> Apply | None:
        """A read of the element of an array that a value was written to: it is still there, and reads as the value itself."""
        for line in self.put.get(name, ()):
            array, index, _ = line.args
            home = self.homes.segment.get(line.targets[0])
            if home is None or home is not self.homes.segment.get(name) or not isinstance(array, str):
                continue
            there = item_kind(b.kind(array), b.kind(index), "", "")
            if isinstance(there, Array) and len(axes := self.slots.get(line.targets[0], ())) == len(there.axes):
                there = replace(there, axes=axes)
            if there != b.kind(name):
                continue
            newest = self._kept(array, index, self.memory.bound[line.targets[0]])
            if newest is not None:
                return Apply((name,), "getitem", (newest, index), place=line.place)
        return None

    def _kept(self, array: Name, index: Atom, here: Moment) -> Name | None:
        """The array as the reverse sweep has it, if no write after this moment comes to where the index points."""
        memory = self.memory
        newest = self.newest(array)
        if newest == array or newest in memory.overwritten:
            return None
        region, first = memory.region(array), memory.origin.get(array, array)
        writes = memory.writes.get(region, ())
        if len(writes) > FAR or any(write.line.op in RESIZING or write.line.op == "clobber" and memory.may_follow(write, here, region) for write in writes):
            return None
        for write in writes:
            other, *path = write.line.args
            if not memory.may_follow(write, here, region):
                continue
            if memory.origin.get(str(other), other) != first or not self.places.apart(index, here, path[0], write.moment, array):
                return None
        return newest

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
        self.adopt(tape, loop)
        line = self.homes.line[name]
        if line is loop or (isinstance(loop, While) and any(name in inner.targets for inner in lines_of(loop.test))):
            # what the test binds is kept once it has let the turn begin
            where = self.start.setdefault(id(loop), [])
        elif name.startswith(MARK):
            where = self.below.setdefault(id(line), [])
        else:
            where = self.after.setdefault(name, [])
        kept = name
        if name in self.lost:
            kept = b.names.fresh()
            b.kinds[kept] = b.kind(name)
            where.append(Apply((kept,), self._copying(b, name), (name,)))
        where.append(Apply((tape,), "append", (tape, kept)))
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

    def numbered(self, b: Builder, loop: For | While) -> dict[Name, tuple[Atom, Name]]:
        """The user's own numbers of the turns that come back by themselves: where each begins, and an array or list of as many items."""
        found = numbers(b, loop, self.homes)
        for element, (start, source) in list(found.items()):
            along = self.newest(source) if isinstance(b.kind(source), Array) and source in self.memory.overwritten else source
            found[element] = start, along
            if along in self.memory.overwritten or isinstance(start, str) and self.homes.segment[start].loop is loop:
                del found[element]
        return found

    def export(self, b: Builder, name: Name) -> Name:
        """A variable for a value, from outside all loops, that a branch made or that a write destroys later."""
        if name not in self.exported:
            lost = name in self.lost
            made = self.exported[name] = self.variable(f"{base(name)}_saved" if lost else base(name))
            b.kinds[made] = b.kind(name)
            line = Apply((made,), self._copying(b, name), (name,)) if lost else alias(made, name)
            if isinstance(b.kind(name), Saved):  # what is not made is None
                self.first.append(alias(made, Const(None)))
            where = self.after.setdefault(name, []) if name in self.homes.line else self.first
            where.append(line)
        return self.exported[name]

    def _copying(self, b: Builder, name: Name) -> str:
        """How a value is copied that is perhaps not there."""
        return "snapshot" if _may_be_missing(self.homes.line, name) else copying(b.kind(name))

    # putting it in

    def put_in_all(self, body: Block) -> Block:
        """The body of the function with everything that is kept."""
        block = self.put_in(body)
        return replace(block, lines=(*self.first, *block.lines))

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
        lines += self.last.get(id(block), ())
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


def keeping_of(function: Function, mode: str, slots: Mapping[Name, tuple[Axis, ...]] = {}) -> Keeping:
    """Nothing is kept yet. What the caller can write to, a pullback must not keep a reference to."""
    found = memory(function)
    known = homes(function)
    lost = {name for name in found.overwritten if not isinstance(function.kinds.get(name), Saved)}  # what a pair saves is its own
    if mode == "vjp":
        lost.update(
            name for name, home in known.segment.items()
            if (home.loop is not None or not home.every) and isinstance(function.kinds.get(name, UNKNOWN), (Array, Numeric))
            and (found.is_outside(name) or found.is_returned(name))
        )  # fmt: skip
    put: dict[Name, list[Apply]] = {}
    for line in (write.line for writes in found.writes.values() for write in writes):
        if line.op == "write" and len(line.args) == 3 and isinstance(line.args[2], str):
            put.setdefault(line.args[2], []).append(line)
    return Keeping(known, found, Places(function, found), lost, put=put, slots=slots, same=same_reads(function, found.overwritten))


def copying(kind: Kind) -> str:
    """How a value is copied before a write destroys it, also in what it holds."""
    return "copy" if isinstance(kind, Array) or (isinstance(kind, List) and is_scalar(kind.element)) else "snapshot"


def _may_be_missing(lines: Mapping[Name, Line], name: Name) -> bool:
    """May the name have no value, because only some branches, or only some turns of a loop, give it one?"""
    seen: set[Name] = set()
    waiting: list[Atom] = [name]
    while waiting:
        now = waiting.pop()
        if now in (UNDEF, Const(None)):
            return True
        line = lines.get(now) if isinstance(now, str) and now not in seen else None
        places = (line.targets, line.carried) if isinstance(line, (For, While)) else (line.targets,) if line else ()
        place = next((names for names in places if now in names), None)
        if line is None or place is None or not isinstance(now, str):
            continue
        seen.add(now)
        position = place.index(now)
        if isinstance(line, Apply) and line.op == "restore":
            return True
        if isinstance(line, If):
            ends = (branch.terminator for branch in (line.then, line.orelse))
            waiting += [end.values[position] for end in ends if isinstance(end, Yield)]
        elif isinstance(line, (For, While)):
            waiting += [line.initial[position], *(values[position] for values in ends_of(line))]
    return False
