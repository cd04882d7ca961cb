"""Which names of a program may show the same memory, and which of them lose what they show to a write.

    b.0 = getitem(a.0, %s)          # a view: it shows the memory of a.0
    c.0 = b.0 * 2                   # memory of its own
    a.1 = write(a.0, 0, x)          # a.0 and b.0 are overwritten, c.0 and a.1 are not

A *region* is what names may share: an array with its views and versions, a list with what it holds. Numbers have no memory. What is asked
is asked of the whole program: may a write come after the name was bound? A loop's writes come after what its turns bind, too, unless the
region begins anew in each turn.

>>> from dataclasses import replace
>>> from wengert.ir.kinds import FLOAT
>>> from wengert.ir.axes import MANY
>>> from wengert.ir.text import parse
>>> array = Array("float64", (MANY,))
>>> f = parse('''
... function f(a, x, n):
...     y.0 = np.zeros(n)
...     %1 = slice(1, None, None)
...     b.0 = getitem(a, %1)
...     c.0 = b.0 * 2
...     a.1 = write(a, 0, x)
...     y.1 = write(y.0, 0, x)
...     return y.1
... ''')
>>> found = memory(replace(f, kinds={"x": FLOAT, **dict.fromkeys(("a", "a.1", "b.0", "c.0", "y.0", "y.1"), array)}))
>>> sorted(found.overwritten), found.is_outside("a.1"), found.is_outside("y.1")
(['a', 'b.0', 'y.0'], True, False)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set

from wengert.analysis.regions import Loops, Memory, Moment, Write, common, may_share
from wengert.ir.core import (
    Apply,
    Atom,
    Block,
    Break,
    Const,
    Continue,
    Def,
    For,
    Function,
    If,
    Line,
    Name,
    Pass,
    Return,
    While,
    Yield,
)
from wengert.ir.kinds import UNKNOWN, Array, Dict, Kind, List, Map, Numeric, Tuple, Unknown
from wengert.ir.values import substitute
from wengert.ir.walk import CONSUMING, GROWING, RESIZING, WRITES, lines_of
from wengert.rules.table import lookup
from wengert.rules.views import SOMETIMES

HOLDING = frozenset({
    "getitem", "get_key", "getattr", "tuple", "list", "dict", "mapping", "record", "set", "unpack", "unpack_star", "reversed", "next", "unread", *GROWING, "plus", "alias",
    "unbroadcast", "box", "unbox", "save", "restore",
})  # fmt: skip
"""Ops of structure whose results may hold, or be, (a part of) their arguments."""

DISPLAYS = frozenset({"tuple", "list", "dict", "mapping", "record", "set", "plus", "save", "restore"})
"""Those that hold every argument, not the first alone."""

NOTHING = frozenset({"comment", "undo", "raise", "slice", "count", "fstring", "format", "copy", "fresh", "snapshot", "last_writes", "zero_of", "apart", "unit", "project", "segment"})
"""Ops whose results are new: they share nothing."""

ACCESS = frozenset({"getitem", "getattr", "unpack", "unpack_star", "global", "cell", "call", "call_star", "invoke"})
"""Ops that give objects which were there before, or that others hold."""

def _picks(kinds: Mapping[Name, Kind], line: Apply) -> bool:
    """Is it an array's elements at the places of an index array, which are copied?"""
    index = substitute(kinds, line.args[1])
    each = index.items if isinstance(index, Tuple) else (index,)
    return isinstance(substitute(kinds, line.args[0]), Array) and any(isinstance(one, (Array, List)) for one in each)


def overwritten(function: Function) -> frozenset[Name]:
    """The names that lose what they show to a write."""
    return memory(function).overwritten if may_write(function) else frozenset()


def may_write(function: Function) -> bool:
    """Does it write into anything that it has not made itself, or that others hold, for all that a glance tells?"""
    kinds = (substitute(function.kinds, name) for name in function.parameters)
    lists = any(may_share(kind) and not isinstance(kind, (Array, Numeric)) for kind in kinds)
    ops = {line.op for line in lines_of(function) if isinstance(line, Apply)}
    return not ops.isdisjoint(WRITES) or not ops.isdisjoint(RESIZING) and (lists or not ops.isdisjoint(ACCESS))


def memory(function: Function) -> Memory:
    """The regions of a function."""
    walk = _Walk(Memory(function.kinds))
    walk.bind(function.parameters)
    found = walk.found
    found.seen_outside.update(function.parameters)
    walk.block(function.body)
    for name, moment in found.bound.items():
        region = found.region(name)
        loops = moment.loops[:-1] if name in walk.carried else moment.loops
        found.homes[region] = tuple(common(found.homes.get(region, loops), loops))
    found.seen_outside = {found.region(name) for name in found.seen_outside}
    found.returned = {found.region(name) for name in found.returned}
    given = walk.taken.union(function.parameters)
    walk.writes += [made for made in walk.appends if found.origin[made.line.targets[-1]] in given and found.is_outside(made.line.targets[-1])]
    for write in walk.writes:
        assert isinstance(write.line.args[0], str)
        found.writes.setdefault(found.region(write.line.args[0]), []).append(write)
    if walk.writes or walk.resized:
        found.overwritten = frozenset((*_overwritten(found), *_resized(walk)))
    for name in found.bound:
        of = found.origin.get(name)  # None is that of what has no tangent
        if of in found.bound and not isinstance(substitute(found.kinds, name), (List, Dict, Map)):  # those may change in length
            found.versions.setdefault(found.origin[name], [found.origin[name]]).append(name)
    for names in found.versions.values():
        names.sort(key=lambda name: found.bound[name].time)
    return found


def _overwritten(found: Memory) -> Iterator[Name]:
    """The names bound before the last write into their region, or in a turn of a loop that writes into it, the region being older."""
    last = {region: max(write.moment.time for write in writes) for region, writes in found.writes.items()}
    loops = {
        (region, write.moment.loops[: len(found.homes[region]) + 1])
        for region, writes in found.writes.items()
        for write in writes
        if len(write.moment.loops) > len(found.homes[region])
    }
    for name, moment in found.bound.items():
        region = found.region(name)
        if region in last and found.has_memory(name):
            if last[region] > moment.time or (region, moment.loops[: len(found.homes[region]) + 1]) in loops:
                yield name


def _resized(walk: _Walk) -> Iterator[Name]:
    """The names of lists that become longer or shorter after they were bound: as other versions of the same object."""
    found = walk.found
    last: dict[Name, int] = {}
    loops: set[tuple[Name, Loops]] = set()
    unclear: dict[tuple[Name, int], list[Moment]] = {}  # of lists that turns exchange, all of the same depth in their region
    for write in walk.resized:
        first = found.origin[write.line.targets[-1]]
        home = _home(walk, first)
        last[first] = max(last.get(first, 0), write.moment.time)
        if len(write.moment.loops) > len(home):
            loops.add((first, write.moment.loops[: len(home) + 1]))
        if first in walk.exchanged:
            unclear.setdefault((found.region(first), _depth(found.kinds.get(first, UNKNOWN))), []).append(write.moment)
    for name, moment in found.bound.items():
        first = found.origin.get(name, name)
        if first in last and (last[first] > moment.time or (first, moment.loops[: len(_home(walk, first)) + 1]) in loops):
            yield name
        elif unclear and found.has_memory(name):
            moments = unclear.get((found.region(name), _depth(found.kinds.get(name, UNKNOWN))), ())
            if any(later.time > moment.time or any(common(later.loops, moment.loops)) for later in moments):
                yield name


def _home(walk: _Walk, name: Name) -> Loops:
    """The loops in each of whose turns the object is another one."""
    loops = walk.found.bound[name].loops
    return loops[:-1] if name in walk.carried else loops


def _depth(kind: Kind) -> int:
    return 1 + _depth(kind.element) if isinstance(kind, List) else 0


def _same(atom: Atom) -> object:
    """What tells a constant from others: a name, or the object itself."""
    value = atom.value if isinstance(atom, Const) else atom
    return value if isinstance(value, str) else id(value)


class _Walk:
    def __init__(self, found: Memory) -> None:
        self.found = found
        self.time = 0
        self.loops: Loops = ()
        self.holding: list[For | While] = []
        self.carried: set[Name] = set()
        self.writes: list[Write] = []
        self.appends: list[Write] = []
        self.resized: list[Write] = []  # where a list becomes longer or shorter
        self.exchanged: set[Name] = set()  # carried names that are not one object throughout
        self.globals: dict[tuple[object, ...], Name] = {}
        self.taken: set[Name] = set()  # names of objects that were there before: items, fields, globals, what unknown functions return

    def bind(self, names: Iterable[Name]) -> None:
        self.time += 1
        self.found.bound.update((name, Moment(self.time, self.loops)) for name in names)

    def share(self, a: Atom, b: Atom) -> None:
        found = self.found
        if not (found.has_memory(a) and found.has_memory(b)):
            return
        if isinstance(a, Const) or isinstance(b, Const):
            found.seen_outside.update(name for name in (a, b) if isinstance(name, str))
            return
        one, other = found.region(a), found.region(b)
        if one != other:
            found.parent[one] = other

    def block(self, block: Block, targets: tuple[Name, ...] = ()) -> None:
        for line in block.lines:
            self.line(line)
        match block.terminator:
            case Yield(values) | Continue(values) | Break(values) | Pass(_, values):
                if isinstance(block.terminator, (Continue, Break)):
                    targets = self.holding[-1].targets
                for target, value in zip(targets, values):
                    self.share(target, value)
            case Return(value):
                self.found.returned.update([value] if isinstance(value, str) else [])

    def line(self, line: Line) -> None:
        match line:
            case Apply():
                self.bind(line.targets)
                self.apply(line)
            case If():
                self.block(line.then, line.targets)
                self.block(line.orelse, line.targets)
                self.bind(line.targets)
                self.joined(line.targets, [b.terminator.values for b in (line.then, line.orelse) if isinstance(b.terminator, Yield)])
            case For() | While():
                self.loop(line)
            case Def():
                self.bind((*line.targets, *line.function.parameters))
                self.found.seen_outside.update(line.function.parameters)
                self.block(line.function.body)

    def loop(self, line: For | While) -> None:
        before, same = dict(self.found.origin), set(range(len(line.carried)))
        while True:
            self.turn(line, same)
            ends = list(ends_of(line))
            kept = {k for k in same if all(self.first(values[k]) == self.first(line.initial[k]) for values in ends)}
            if kept == same:
                break
            same, self.found.origin = kept, dict(before)  # the others are not one array throughout
            self.writes = [write for write in self.writes if id(line) not in write.moment.loops]
            self.appends = [write for write in self.appends if id(line) not in write.moment.loops]
            self.resized = [write for write in self.resized if id(line) not in write.moment.loops]
        self.exchanged.update(name for k, name in enumerate(line.carried) if k not in same)
        for target, carried in zip(line.targets, line.carried):
            self.share(target, carried)
        self.bind((*line.targets, *((line.exit,) if line.exit is not None else ())))
        self.joined(line.targets, [*ends, line.initial])

    def turn(self, line: For | While, same: Set[int]) -> None:
        outer, self.loops = self.loops, (*self.loops, id(line))
        self.holding.append(line)
        self.carried.update(line.carried)
        self.bind(line.carried)
        for k, (carried, start) in enumerate(zip(line.carried, line.initial)):
            self.share(carried, start)
            if k in same and isinstance(start, str):
                self.found.origin[carried] = self.found.origin.get(start, start)
        if isinstance(line, For):
            self.bind(line.elements)
            for element, source in zip(line.elements, line.sources):
                self.share(element, source)
        else:
            self.block(line.test, line.targets)
        self.block(line.body, line.targets)
        self.holding.pop()
        self.loops = outer

    def first(self, value: Atom) -> Atom:
        return self.found.origin.get(value, value) if isinstance(value, str) else value

    def joined(self, targets: tuple[Name, ...], ways: list[tuple[Atom, ...]]) -> None:
        """A name on which ways join is a version of the array that it is on all of them."""
        for target, *values in zip(targets, *ways):
            firsts = {self.first(value) for value in values}
            (first,) = firsts if len(firsts) == 1 else (None,)
            if isinstance(first, str):
                self.found.origin[target] = first

    def apply(self, line: Apply) -> None:
        op, found = line.op, self.found
        if op in WRITES:
            self.writes.append(Write(line, found.bound[line.targets[0]]))
        if op in CONSUMING and op not in ("next", "unread"):
            self.found.origin[line.targets[-1]] = str(self.first(line.args[0]))
        if op in GROWING:
            self.resized.append(Write(line, found.bound[line.targets[-1]]))
        if op in RESIZING:
            self.appends.append(Write(line, found.bound[line.targets[-1]]))
        if op in ACCESS:
            self.taken.update(line.targets)
        if op in ("global", "cell", "getattr") and all(isinstance(atom, Const) for atom in line.args):  # the same object each time
            self.share(line.targets[0], self.globals.setdefault((op, *(_same(atom) for atom in line.args)), line.targets[0]))
        if op in CONSUMING and op not in GROWING and op not in ("next", "unread"):
            self.share(line.targets[0], line.args[0])
            if not isinstance(substitute(found.kinds, line.args[0]), Array):
                self.share(line.targets[0], line.args[-1])  # a list holds what was put into it
            return
        row = lookup(op)
        if op == "getitem" and _picks(found.kinds, line):
            return
        if op == "np.einsum" and len(line.args) == 2:  # of one array: what only moves its axes is a view
            self.share(line.targets[0], line.args[1])
            return
        if op in HOLDING or (row is not None and (row.view or op in SOMETIMES)):
            for target in line.targets:
                for atom in line.args if op in DISPLAYS or op in GROWING else line.args[:1]:
                    self.share(target, atom)
                    if op == "getattr" and isinstance(substitute(found.kinds, atom), Unknown):
                        found.seen_outside.add(target)
            return
        if op == "ruled":  # each result is the value in its place
            for target, atom in zip(line.targets, line.args):
                self.share(target, atom)
            return
        if op in NOTHING or (row is not None and row.pure):
            return
        named = [atom for atom in (*line.args, *(atom for _, atom in line.keywords)) if isinstance(atom, str) and found.has_memory(atom)]
        for name in (*line.targets, *named):  # nobody knows what it does
            if found.has_memory(name):
                found.seen_outside.add(name)
                for other in named:
                    self.share(name, other)


def ends_of(line: For | While) -> Iterator[tuple[Atom, ...]]:
    """The carried values at every end of a turn."""

    def walk(block: Block, branch: bool) -> Iterator[tuple[Atom, ...]]:
        end = block.terminator
        if isinstance(end, (Break, Continue)) or (isinstance(end, Yield) and not branch):
            yield end.values
        for inner in block.lines:
            if isinstance(inner, If):
                yield from walk(inner.then, True)
                yield from walk(inner.orelse, True)

    yield from walk(line.body, False)
    if isinstance(line, While) and isinstance(line.test.terminator, Pass) and line.test.terminator.values:
        yield line.test.terminator.values
