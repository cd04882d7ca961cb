"""What the reverse sweep reads of the forward sweep, and how it gets it: at hand, computed again, or saved.

A reversed loop body names values of the forward body that are gone by then. For each the cheapest way is taken:

- the index of a `range` without `break` comes from running through the range backward;
- up to three cheap operations on values that come back anyway are done again (`1 - v`);
- everything else is saved once a turn, on a list of its own, and read back by `for v in reversed(v_tape)`;
  what only some turns make is read by `next`, exactly where the forward sweep appended it.

This file decides; `keeping.py` puts the saves into the forward sweep, `fetching.py` gets the values back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from wengert.ir.build import Builder
from wengert.ir.core import Apply, Atom, Const, For, Line, Name, While
from wengert.ir.kinds import Array, Kind, Known, Range, Record, Slice, Tuple, is_scalar, scalar_type
from wengert.ir.walk import base, reads
from wengert.rules.table import lookup
from wengert.transform.fewer import gathered, made_of
from wengert.transform.homes import Segment, may_break, sized
from wengert.transform.keeping import SHAPES, Keeping
from wengert.transform.variables import MARK

LIMIT = 3
"""Float additions that cost less than appending a value and reading it back."""

NEVER = 1000
"""The cost of what cannot be computed again."""


FAR = 32
"""No more values than these are looked at to find what one value is computed from."""


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
    return Deciding(b, loop, keeping, wanted).plan()


class Deciding:
    """Decides for the values of one loop's body, or, without a loop, for those of the function outside of all loops."""

    def __init__(self, b: Builder, loop: For | While | None, keeping: Keeping, wanted: list[Name]) -> None:
        self.b, self.loop, self.keeping, self.wanted = b, loop, keeping, wanted
        self.limit = LIMIT
        self.saved: dict[Name, None] = {}
        self.free: dict[Name, None] = {}
        self.rereads: dict[Name, Apply | None] = {}
        self.stored: dict[Name, Apply | None] = {}
        self.quick: set[Name] = set()  # arrays that are made again of one that is saved
        self.order = {name: k for k, name in enumerate(keeping.homes.segment)}
        whole = isinstance(loop, For) and not may_break(loop.body) and sized(b, loop, keeping.homes)
        if whole and isinstance(loop, For):
            if isinstance(b.kind(keeping.homes.backward.get(id(loop), loop.sources[0])), Range):
                self.free[loop.elements[0]] = None
            if id(loop) in keeping.counted:
                self.free[keeping.counted[id(loop)]] = None
        if loop is not None:
            self.free.update(dict.fromkeys(keeping.numbered(b, loop)))

    def plan(self) -> Plan:
        self.wanted.sort(key=lambda name: self.order[name])
        used: dict[Name, None] = {}
        rest = []
        for name in self.wanted:
            if name in self.free:
                used[name] = None
            elif self.is_saved(name):
                self.saved[name] = None
            else:
                rest.append(name)
        self.save_fewer()
        asked: dict[Name, int] = {}
        for name in rest:
            for root in self.roots(name):
                asked[root] = asked.get(root, 0) + 1
        for name in rest:
            missing = [root for root in self.roots(name) if root not in self.saved]
            shared = not missing or asked.get(missing[0], 0) > 1 or base(name).startswith("%")
            if len(missing) > 1 or not shared or self.chain(name) > self.limit and not self.is_fixed(name):
                self.saved[name] = None
            elif missing:
                self.saved[missing[0]] = None
        again: dict[Name, None] = {}
        for name in self.wanted:
            self.collect(name, again, used)
        return self.result(again, used)

    def save_fewer(self) -> None:
        """Save one array where several are quickly made of it."""
        homes = self.keeping.homes

        def root_of(name: Name) -> Name | None:
            root, line = made_of(name, homes.line, self.b.kind, self.inner), homes.line[name]
            if isinstance(line, Apply) and any(self.lost(atom) for atom in line.args if not self.inner(atom)):
                return None  # what else it is made of is overwritten later
            return root if root is not None and homes.segment[root].every == homes.segment[name].every else None

        for root, names in gathered(list(self.saved), self.saved, root_of).items():
            self.saved[root] = None
            self.quick.update(names)
            for name in names:
                del self.saved[name]

    def result(self, again: dict[Name, None], used: dict[Name, None]) -> Plan:
        found = Plan(index=list(used))
        for name in sorted(self.saved, key=lambda name: self.order[name]):
            home = self.keeping.homes.segment[name]
            if home.every:
                found.aligned.append(name)
            else:
                found.partial.setdefault(home, []).append(name)
        turn: dict[Name, int] = {}  # an element is read where it was written to, and what is computed of it comes after that
        for name in again:
            line = self.again(name)
            assert line is not None
            turn[name] = max(self.order[name], *(turn.get(atom, 0) for atom in _read(line)), 0)
        whole: set[int] = set()  # ids of lines that unpack what is wanted: all items at once
        for name in sorted(again, key=lambda name: turn[name]):
            line, made = self.again(name), self.keeping.homes.line[name]
            assert line is not None
            if isinstance(made, Apply) and made.op == "unpack" and all(item in again for item in made.targets):
                if id(made) in whole:
                    continue
                whole.add(id(made))
                line = made
            found.again.setdefault(self.keeping.homes.segment[name], []).append(line)
        return found

    def inner(self, atom: Atom) -> bool:
        """Is it a value of this loop's body?"""
        return isinstance(atom, str) and (home := self.keeping.homes.segment.get(atom)) is not None and home.loop is self.loop

    def again(self, name: Name) -> Apply | None:
        """The line that makes the value once more where the reverse sweep stands."""
        line = _alone(name, self.keeping.homes.line.get(name))
        if (stored := self.read_stored(name)) is not None:
            return stored
        if not isinstance(line, Apply) or not any(map(self.lost, line.args)):
            return line if isinstance(line, Apply) else None
        if name not in self.rereads:
            self.rereads[name] = self.keeping.read_later(line, self.b)
        return self.rereads[name]

    def lost(self, atom: Atom) -> bool:
        """Is it overwritten, and no (part of an) array that is saved before that?"""
        if atom not in self.keeping.memory.overwritten or atom in self.saved:
            return False
        line = self.keeping.homes.line.get(atom) if isinstance(atom, str) and self.inner(atom) else None
        return not (isinstance(line, Apply) and line.op == "getitem") or self.lost(line.args[0])

    def read_stored(self, name: Name) -> Apply | None:
        """The element of an array that a computed value was written to, if it is there to the end."""
        if name not in self.keeping.put:
            return None
        if name not in self.stored:
            line = self.keeping.homes.line.get(name)
            computed = isinstance(line, Apply) and line.op != "getitem"
            self.stored[name] = self.keeping.stored(self.b, name) if computed else None
        return self.stored[name]

    def cost(self, name: Name) -> int:
        """What its own line costs, too much if it cannot be run again."""
        line = _alone(name, self.keeping.homes.line[name])
        if not isinstance(line, Apply) or len(line.targets) != 1 or name.startswith(MARK):
            return NEVER
        if self.read_stored(name) is not None:
            return self.limit - 1 if is_scalar(self.b.kind(name)) else 0
        if name in self.quick:
            return 0
        if any(map(self.lost, line.args)):
            if self.again(name) is None:
                return NEVER
            if line.op in SHAPES:
                return 1
            return self.limit - 1 if is_scalar(self.b.kind(name)) else 0
        if line.op in ("slice", "tuple", "global", "cell"):
            return 0
        if line.op == "range":
            return 1
        if line.op == "getitem" and isinstance(self.b.kind(line.args[0]), Tuple) and isinstance(line.args[1], Const):
            return 1
        if line.op == "getitem" or (line.op == "getattr" and isinstance(self.b.kind(line.args[0]), Record)):
            return self.limit if is_scalar(self.b.kind(name)) else 0 if _shows(self.b.kind(line.args[0]), self.b.kind(line.args[1])) else NEVER
        primitive = lookup(line.op)
        if primitive is None or not primitive.pure:
            return NEVER
        if line.op in SHAPES and isinstance(line.args[0], str) and isinstance(self.b.kind(line.args[0]), Array):
            home = self.keeping.homes.segment.get(line.args[0])
            return 1 if home is None or home.loop is None else NEVER  # an array that is there all the time, and keeps its shape
        if is_scalar(self.b.kind(name)) and all(is_scalar(self.b.kind(atom)) for atom in line.args):
            return primitive.cost
        return 0 if primitive.view or primitive.cost == 0 else NEVER

    def is_saved(self, name: Name) -> bool:
        """Does its own line cost too much to be run again?"""
        return self.cost(name) > self.limit and not self.is_fixed(name)

    def is_fixed(self, name: Name) -> bool:
        """Is it the same number in every turn? A tape of it would cost more than its line, up to the price of a function."""
        if not is_scalar(self.b.kind(name)) or name.startswith(MARK):
            return False
        pending, seen = [name], {name}
        while pending and len(seen) <= FAR:
            line = self.keeping.homes.line.get(pending.pop())
            primitive = lookup(line.op) if isinstance(line, Apply) else None
            if not isinstance(line, Apply) or primitive is None or not primitive.pure or primitive.cost > 4:
                return False
            if not all(is_scalar(self.b.kind(atom)) for atom in line.args):
                return False
            found = {atom for atom in line.args if isinstance(atom, str) and self.inner(atom)} - seen
            seen |= found
            pending += found
        return not pending

    def chain(self, name: Name) -> int:
        """What it costs to compute it from what is saved, counted only to where it is too much."""
        total, steps = 0, 0
        pending: list[Name] = [name]
        while pending and total <= self.limit and steps <= FAR:
            now = pending.pop()
            if not self.inner(now) or now in self.saved or now in self.free:
                continue
            line, cost = self.again(now), self.cost(now)
            if cost <= self.limit and isinstance(line, Apply):
                total, steps = total + cost, steps + 1
                counted = line.args[:1] if line.op == "getitem" else line.args  # an index is written where it is used
                pending += [atom for atom in counted if isinstance(atom, str)]
        return total if steps <= FAR else NEVER

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
            if not self.inner(now) or now in self.free:
                continue
            line = self.again(now)
            if now in self.saved or self.is_saved(now):
                found[now] = None
            elif line is not None:
                pending += _read(line)
        return list(found)

    def collect(self, name: Name, again: dict[Name, None], used: dict[Name, None]) -> None:
        if name in self.free:
            used[name] = None
        if not self.inner(name) or name in self.saved or name in again or name in self.free:
            return
        line = self.again(name)
        assert line is not None
        for atom in _read(line):
            self.collect(atom, again, used)
        again[name] = None


def _alone(name: Name, line: Line | None) -> Line | None:
    """The line that makes a value, and no other: of what is unpacked, an item of it."""
    if not isinstance(line, Apply) or line.op != "unpack" or not isinstance(line.args[0], str):
        return line
    return Apply((name,), "getitem", (line.args[0], Const(line.targets.index(name))), place=line.place)


def _shows(kind: Kind, index: Kind) -> bool:
    """Is what the index names a view, and no copy?"""
    parts = index.items if isinstance(index, Tuple) else (index,)
    basic = (isinstance(part, (Slice, Known)) or scalar_type(part) == "int" for part in parts)
    return not isinstance(kind, Array) or all(basic)


def _read(line: Apply) -> list[Name]:
    return [atom for atom in (*line.args, *(value for _, value in line.keywords)) if isinstance(atom, str)]
