"""Drop the carried and yielded values that nobody needs, and number the names anew.

Lowering hands over every variable that a loop or branch binds. Many of them are temporaries of one turn:

>>> from wengert.ir.text import parse, show
>>> f = parse('''
... function f(x, n):
...     %5 = range(n)
...     t.7, v.9 = for i.1 in %5 carry t.2 = undef, v.3 = x:
...         t.4 = 2 * v.3
...         v.6 = t.4 + 1
...         yield t.4, v.6
...     return v.9
... ''')
>>> print(show(renumber(drop_slots(f))))
function f(x, n):
    %0 = range(n)
    v.2 = for i.0 in %0 carry v.0 = x:
        t.0 = 2 * v.0
        v.1 = t.0 + 1
        yield v.1
    return v.2

A slot is one position of what a loop carries or an `if` yields. It is needed if a line reads a name that gets its value
through it, maybe through other slots. A slot whose value never changes is no slot: its names stand for the first value.
Two walks, linear in the length of the program.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from wengert.ir.build import Names
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
    Stop,
    While,
    Yield,
)  # fmt: skip
from wengert.ir.walk import atoms, base, blocks_of, bound, defined, lines_of, map_atoms, names, rename

T = TypeVar("T")


def drop_slots(function: Function) -> Function:
    """The program without the slots that are not needed."""
    flow = _Flow()
    flow.block(function.body, [])
    flow.mark()
    return replace(function, body=flow.without(function.body, None))


def handed_on(function: Function) -> set[Name]:
    """The names that a block hands to the line that holds it."""
    ends = [block.terminator for line in lines_of(function) for block in blocks_of(line)]
    return {name for end in ends if isinstance(end, (Yield, Break, Continue, Pass)) for name in names(end)}


def renumber(function: Function) -> Function:
    """Versions and temporaries counted in the order of the text; parameters keep their names."""
    supply = Names()
    mapping: dict[Name, Atom] = {}
    _number(function, supply, mapping)
    return rename(function, mapping, definitions=True)


class _Flow:
    """Where each name gets its value from, if that is through slots."""

    def __init__(self) -> None:
        self.sources: dict[Name, list[Atom]] = {}  # of a name bound by a slot: what it may stand for
        self.same: dict[Name, Atom] = {}  # of a slot that never changes: what it stands for
        self.needed: list[Name] = []  # read by a line
        self.alive: set[Name] = set()

    def atom(self, atom: Atom) -> Atom:
        while not isinstance(atom, Const) and atom in self.same:
            atom = self.same[atom]
        return atom

    def block(self, block: Block, handed: list[tuple[Atom, ...]]) -> None:
        """Note what flows in a block; `handed` gets what goes to the innermost loop."""
        for line in block.lines:
            self.line(line, handed)
        end = block.terminator
        if isinstance(end, (Break, Continue)):
            handed.append(end.values)
        elif isinstance(end, Pass):
            self.read([end.value])
        elif not isinstance(end, (Yield, Stop)):
            self.read(atoms(end))

    def read(self, read: Sequence[Atom]) -> None:
        self.needed += [atom for atom in read if not isinstance(atom, Const)]

    def line(self, line: Line, handed: list[tuple[Atom, ...]]) -> None:
        match line:
            case Apply():
                self.read(atoms(line))
            case If():
                self.read([line.test])
                sides = [side for side in (line.then, line.orelse) if self._falls_through(side, handed)]
                for position, target in enumerate(line.targets):
                    values = [side.terminator.values[position] for side in sides if isinstance(side.terminator, Yield)]
                    self.sources[target] = values
                    first = self.atom(values[0])  # of one branch, it may be bound inside of it
                    if len(values) == 2 and self.atom(values[1]) == first:
                        self.same[target] = first
            case For() | While():
                self.loop(line)
            case Def():
                self.read(atoms(line))
                self.block(line.function.body, [])

    def _falls_through(self, side: Block, handed: list[tuple[Atom, ...]]) -> bool:
        self.block(side, handed)
        return isinstance(side.terminator, Yield)

    def loop(self, line: For | While) -> None:
        values: list[tuple[Atom, ...]] = []
        if isinstance(line, For):
            self.read(line.sources)
        else:
            self.block(line.test, values)
            end = line.test.terminator
            if isinstance(end, Pass) and end.values:
                values.append(end.values)
        self.block(line.body, values)
        if isinstance(line.body.terminator, Yield):
            values.append(line.body.terminator.values)
        for position, (target, carried, initial) in enumerate(zip(line.targets, line.carried, line.initial)):
            handed = [given[position] for given in values]
            self.sources[target] = [carried]
            if all(self.atom(atom) == carried for atom in handed):
                self.same[carried] = self.same[target] = initial
            else:
                self.sources[carried] = [initial, *handed]

    def mark(self) -> None:
        waiting = [self.atom(name) for name in self.needed]
        while waiting:
            name = waiting.pop()
            if not isinstance(name, Const) and name not in self.alive:
                self.alive.add(name)
                waiting += map(self.atom, self.sources.get(name, ()))

    # The program without them

    def without(self, block: Block, kept: list[int] | None) -> Block:
        """The block; `kept` are the slots of the innermost loop that stay."""
        lines = tuple(self.kept_line(line, kept) for line in block.lines)
        end = block.terminator
        if isinstance(end, (Break, Continue)) and kept is not None:
            end = replace(end, values=_at(kept, end.values))
        return Block(lines, map_atoms(end, self.atom))

    def kept_line(self, line: Line, kept: list[int] | None) -> Line:
        match line:
            case Apply():
                return map_atoms(line, self.atom)
            case If():
                slots = [k for k, target in enumerate(line.targets) if target in self.alive]
                then, orelse = (_yields(self.without(side, kept), slots) for side in (line.then, line.orelse))
                return replace(line, targets=_at(slots, line.targets), test=self.atom(line.test), then=then, orelse=orelse)
            case For() | While():
                return self.kept_loop(line)
            case Def():
                return map_atoms(replace(line, function=replace(line.function, body=self.without(line.function.body, None))), self.atom)

    def kept_loop(self, line: For | While) -> Line:
        slots = [k for k, carried in enumerate(line.carried) if carried in self.alive]
        body = _yields(self.without(line.body, slots), slots)
        targets, carried = _at(slots, line.targets), _at(slots, line.carried)
        initial = tuple(map(self.atom, _at(slots, line.initial)))
        if isinstance(line, For):
            sources = tuple(map(self.atom, line.sources))
            return replace(line, targets=targets, carried=carried, initial=initial, sources=sources, body=body)
        test, end = self.without(line.test, slots), line.test.terminator
        if isinstance(end, Pass):
            values = tuple(map(self.atom, _at(slots, end.values))) if end.values else ()
            test = replace(test, terminator=Pass(self.atom(end.value), () if values == carried else values))
        return replace(line, targets=targets, carried=carried, initial=initial, test=test, body=body)


def _at(slots: Sequence[int], values: Sequence[T]) -> tuple[T, ...]:
    return tuple(values[k] for k in slots)


def _yields(block: Block, slots: Sequence[int]) -> Block:
    end = block.terminator
    return replace(block, terminator=Yield(_at(slots, end.values))) if isinstance(end, Yield) else block


def _number(function: Function, supply: Names, mapping: dict[Name, Atom]) -> None:
    def number(found: Sequence[Name]) -> None:
        for name in found:
            hint = "" if name.startswith("%") else base(name)
            if hint != name:
                mapping[name] = supply.fresh(hint)

    def block(part: Block) -> None:
        for line in part.lines:
            number(bound(line))
            for inner in blocks_of(line):
                block(inner)
            number(defined(line))

    block(function.body)
