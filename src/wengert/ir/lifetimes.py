"""Whose value has been overwritten: the half of `verify` that watches the consuming ops.

`xs.1 = append(xs.0, v)` appends to the list itself, so `xs.0` is dead below, and with it every name that may stand for the
same list: an `if` or a loop may hand on a name from outside, and one name may be handed on twice.

    b.0, c.0 = if t:
        yield g.0, g.0              `b.0` and `c.0` are one array,
    else:
        yield h.0, k.0              or `b.0` is `h.0`: all are dead after `iadd(b.0, 1.0)`
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from wengert.ir.core import Atom, Block, Break, Const, Continue, For, If, Name, Pass, Terminator, While, Yield

Fail = Callable[[str], Exception]
"""Makes the error of a reason: the line is the caller's to know."""


@dataclass(frozen=True, slots=True)
class _Death:
    text: str  # of the line that overwrote the value
    direct: bool  # that line names it; otherwise only a name that may stand for the same value


@dataclass(slots=True)
class Lives:
    depth: dict[Name, int] = field(default_factory=dict)
    """The depth of loops and nested functions at which each visible name is bound."""
    dead: dict[Name, _Death] = field(default_factory=dict)
    consumed: set[Name] = field(default_factory=set)  # on any path, even one that leaves
    captured: dict[Name, str] = field(default_factory=dict)  # the head of a nested function that reads the name
    aliases: dict[Name, set[Name]] = field(default_factory=dict)  # names that may stand for the same value
    trail: list[Name] = field(default_factory=list)  # the dead, in the order in which they died

    def same(self, name: Name) -> list[Name]:
        """The name, and all that it may be another name of."""
        found = [name]
        if name in self.aliases:
            seen = {name}
            for one in found:
                fresh = self.aliases.get(one, set()) - seen
                seen |= fresh
                found += sorted(fresh)
        return found

    def link(self, name: Name, others: Iterable[Name]) -> None:
        """`name` may be one of the others, too. Not of the dead: what they stood for lives on under the new name alone."""
        others = {other for other in others if other != name and other not in self.dead}
        if others:
            self.aliases.setdefault(name, set()).update(others)

    def read(self, name: Name, fail: Fail) -> None:
        for other in self.same(name):
            death = self.dead.get(other)
            if death is not None and (other == name or death.direct):
                which = f"`{name}`" if other == name else f"`{name}`, which may be `{other}`,"
                raise fail(f"{which} is read, but `{death.text}` has overwritten it")

    def consume(self, name: Name, depth: int, text: str, fail: Fail) -> None:
        for other in self.same(name):
            which = f"`{name}`" if other == name else f"`{name}`, which may be `{other}`,"
            if other not in self.depth:
                continue
            if self.depth[other] < depth:
                raise fail(f"{which} is overwritten, but is not of this turn: carry it, or copy it")
            if other in self.captured:
                raise fail(f"{which} is overwritten, but `{self.captured[other]}` may read it later")
            self.kill(other, _Death(text, other == name))
        self.consumed.add(name)

    def kill(self, name: Name, death: _Death) -> None:
        if name not in self.dead:
            self.dead[name] = death
            self.trail.append(name)

    def spoil(self, name: Name, text: str) -> None:
        """The name still stands for the same object, but its content is another."""
        self.kill(name, _Death(text, False))

    def undo(self, mark: int) -> dict[Name, _Death]:
        """Forget the deaths since the trail had that length, and say what they were."""
        deaths = {name: self.dead.pop(name) for name in self.trail[mark:]}
        del self.trail[mark:]
        return deaths

    def twins(self, names: Sequence[Name], values: Sequence[Atom]) -> None:
        """Values handed to `names` together: two that are one name make aliases of the two that get them."""
        first: dict[Name, Name] = {}
        for name, value in zip(names, values):
            if isinstance(value, Const):
                continue
            if value in first:
                self.link(name, (first[value],))
                self.link(first[value], (name,))
            first.setdefault(value, name)


@dataclass(slots=True)
class Flow:
    """How values move through the carried positions of a loop."""

    outer: list[set[Name]]  # at each position: the names from around the loop that may stand there
    into: list[Sequence[Atom]]  # what each way into the next turn hands over
    positions: list[set[int]]  # at each position: the positions whose earlier values may come to stand there


def flow_of(loop: For | While, depth: dict[Name, int]) -> Flow:
    """Follow the loop's values from the initial ones through every way into the next turn; `depth` knows the names around."""
    into: list[Sequence[Atom]] = [loop.initial, *(end.values for end in _ends(loop.body) if isinstance(end, (Yield, Continue)))]
    if isinstance(loop, While) and isinstance(loop.test.terminator, Pass) and loop.test.terminator.values:
        into.append(loop.test.terminator.values)
    index = {name: position for position, name in enumerate(loop.carried)}
    outer: list[set[Name]] = [set() for _ in loop.carried]
    positions: list[set[int]] = [{position} for position in range(len(loop.carried))]
    for values in into:
        for position, value in enumerate(values[: len(positions)]):
            if isinstance(value, Const):
                continue
            if value in index:
                positions[position].add(index[value])
            elif value in depth:
                outer[position].add(value)
    changed = True
    while changed:
        changed = False
        for position, earlier in enumerate(positions):
            grown = earlier.union(*(positions[other] for other in earlier))
            changed |= grown != earlier
            positions[position] = grown
    outer = [set().union(*(outer[other] for other in earlier)) for earlier in positions]
    return Flow(outer, into, positions)


def leaving(loop: For | While, flow: Flow, depth: dict[Name, int]) -> list[set[Name]]:
    """The names around the loop that each of its results may stand for."""
    index = {name: position for position, name in enumerate(loop.carried)}
    found = [set(names) for names in flow.outer]
    for end in _ends(loop.body):
        if isinstance(end, Break):
            for position, value in enumerate(end.values[: len(found)]):
                if not isinstance(value, Const) and value in index:
                    found[position] |= flow.outer[index[value]]
                elif not isinstance(value, Const) and value in depth:
                    found[position].add(value)
    return found


def breaks(loop: For | While) -> Iterator[Sequence[Atom]]:
    return (end.values for end in _ends(loop.body) if isinstance(end, Break))


def _ends(block: Block) -> Iterator[Terminator]:
    """The terminators by which control leaves a turn of a loop: its body's own, and those of branches that exit."""
    for line in block.lines:
        if isinstance(line, If):
            for branch in (line.then, line.orelse):
                yield from (end for end in _ends(branch) if not isinstance(end, Yield))
    yield block.terminator
