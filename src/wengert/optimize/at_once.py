"""What is added to one element of an adjoint one after the other is added at once, and what is cleared first is assigned.

    x_bar.1 = scatter_add(x_bar.0, i, a)
    x_bar.2 = scatter_add(x_bar.1, k, b)        x_bar.2 = scatter_add(x_bar.0, k, b)
    x_bar.3 = scatter_add(x_bar.2, i, c)  ==>   %0 = a + c
                                                x_bar.3 = scatter_add(x_bar.2, i, %0)

The versions between are read by nothing else, so nobody sees the difference.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from wengert.analysis.memory import overwritten
from wengert.ir.build import Names
from wengert.ir.core import Apply, Block, Const, Def, Function, Line, Name
from wengert.ir.kinds import Array, Kind, is_floating
from wengert.ir.values import substitute
from wengert.ir.walk import all_names, defined, map_blocks
from wengert.optimize.dead_code import REMARKS
from wengert.optimize.subexpressions import Sayings
from wengert.optimize.uses import consumers

CHANGES = frozenset({"scatter_add", "store"})


def change_at_once(function: Function, given: Collection[Name] = ()) -> Function:
    """Join what derivative lines do to one element; lines that make a `given` name stay as they are.

    >>> from wengert.ir.axes import MANY
    >>> from wengert.ir.kinds import FLOAT, INT
    >>> from wengert.ir.text import parse, show
    >>> f = parse('''
    ... function f(x_bar, i, a):
    ...     x_bar.1 = store(x_bar, i, 0.0)
    ...     x_bar.2 = scatter_add(x_bar.1, 0, a)
    ...     %0 = i + 1
    ...     x_bar.3 = scatter_add(x_bar.2, %0, a)
    ...     x_bar.4 = scatter_add(x_bar.3, i, a)
    ...     return x_bar.4
    ... ''')
    >>> arrays = dict.fromkeys(("x_bar", "x_bar.1", "x_bar.2", "x_bar.3", "x_bar.4"), Array("float64", (MANY,)))
    >>> print(show(change_at_once(replace(f, kinds={"a": FLOAT, "i": INT, "%0": INT, **arrays}))))
    function f(x_bar, i, a):
        x_bar.1 = store(x_bar, i, a)
        x_bar.2 = scatter_add(x_bar.1, 0, a)
        %0 = i + 1
        x_bar.4 = scatter_add(x_bar.2, %0, a)
        return x_bar.4
    """
    joining = _Joining(function, given)
    return replace(function, body=joining.block(function.body), kinds=joining.kinds)


class _Joining:
    def __init__(self, function: Function, given: Collection[Name]) -> None:
        self.given = given
        self.kinds: dict[Name, Kind] = dict(function.kinds)
        self.names = Names(all_names(function))
        self.read = consumers(function)
        self.gone = overwritten(function)
        self.sayings = Sayings(self.gone)

    def block(self, old: Block) -> Block:
        run = _Run()
        for line in old.lines:
            if isinstance(line, Def):
                line = replace(line, function=replace(line.function, body=self.block(line.function.body)))
            else:
                line = map_blocks(line, self.block)
            if isinstance(line, Apply):
                self.sayings.add(line)
                if line.op == "scatter_add" and self.is_change(line) and self.joins(line, run):
                    continue
            run.add(line)
        return Block(tuple(line for slot in run.slots for line in slot), old.terminator)

    def is_change(self, line: Apply) -> bool:
        """Is it a line of the derivative that changes one part of an array?"""
        return (
            line.op in CHANGES and len(line.args) == 3 and line.targets[0] not in self.given
            and isinstance(substitute(self.kinds, line.targets[0]), Array)
        )  # fmt: skip

    def joins(self, line: Apply, run: _Run) -> bool:
        """Was the addition joined with what has been done to the same element since anybody looked?"""
        index, between = self.sayings.of(line.args[1]), list[Name]()
        array, value = line.args[0], line.args[2]
        while isinstance(array, str) and value not in self.gone and self.read[array].total() == 1:
            before = run.found(array)
            if before is None or not self.is_change(before):
                return False
            if self.sayings.of(before.args[1]) == index:
                return (self.assigned if before.op == "store" else self.added)(line, before, between, run)
            if before.op != "scatter_add":
                return False
            between.append(array)
            array = before.args[0]
        return False

    def added(self, line: Apply, before: Apply, between: list[Name], run: _Run) -> bool:
        """Add the sum of the two values, where the second one was added."""
        one, other = before.args[2], line.args[2]
        kinds = [substitute(self.kinds, value) for value in (one, other)]
        if one in self.gone or kinds[0] != kinds[1] or not is_floating(kinds[0]):
            return False
        total = self.names.fresh()
        self.kinds[total] = kinds[0]
        run.put(before.targets[0])
        if between:
            first = run.found(between[-1])
            assert first is not None
            run.put(between[-1], replace(first, args=(before.args[0], *first.args[1:])))
        array = line.args[0] if between else before.args[0]
        run.add(Apply((total,), "add", (one, other), place=line.place))
        run.add(replace(line, args=(array, line.args[1], total)))
        return True

    def assigned(self, line: Apply, before: Apply, between: list[Name], run: _Run) -> bool:
        """Assign the value to what has been cleared, before anything else is added."""
        value = line.args[2]
        cleared = isinstance(before.args[2], Const) and before.args[2].value == 0
        if not cleared or (between and isinstance(value, str) and run.slot.get(value, -1) >= run.slot[between[-1]]):
            return False
        run.put(before.targets[0])
        assigned = replace(before, args=(*before.args[:2], value))
        if not between:
            run.add(replace(assigned, targets=line.targets))
            return True
        first, last = run.found(between[-1]), run.found(between[0])
        assert first is not None and last is not None
        run.put(between[-1], assigned, first)
        run.put(between[0], replace(last, targets=line.targets))
        return True


class _Run:
    """The lines of a block so far, in slots, and what has been defined since the last remark: what stands there undoes one statement."""

    def __init__(self) -> None:
        self.slots: list[list[Line]] = []
        self.slot: dict[Name, int] = {}
        self.since: set[Name] = set()

    def add(self, line: Line) -> None:
        if isinstance(line, Apply) and line.op in REMARKS:
            self.since.clear()
        self.slot.update((name, len(self.slots)) for name in defined(line))
        self.since.update(defined(line))
        self.slots.append([line])

    def found(self, name: Name) -> Apply | None:
        """The line that has made the name since the last remark."""
        lines = self.slots[self.slot[name]] if name in self.since else ()
        return next((line for line in lines if isinstance(line, Apply) and name in line.targets), None)

    def put(self, name: Name, *lines: Apply) -> None:
        """Put lines where the line stands that makes the name."""
        slot = self.slot[name]
        at = next(k for k, line in enumerate(self.slots[slot]) if name in defined(line))
        self.slots[slot][at : at + 1] = lines
        for line in lines:
            self.slot.update((target, slot) for target in line.targets)
            self.since.update(line.targets)
