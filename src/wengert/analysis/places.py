"""Which elements an index names, as far as the text tells: enough to see that a loop writes `y[i]` and reads `y[i - 1]`.

An index is a sum of loop variables, other whole numbers and a constant, or a slice between two of them; of a tuple of indices one suffices.
Two indices are *apart* if they surely name different elements. Asked is, of a place that is looked at once, whether a write comes there later:

    for i in range(1, n):
        y[i] = w * y[i - 1]         # no later turn writes y[i - 1]: they write from y[i] on

A write comes later in a later turn of one of the loops around both, the outer ones being in the same turn, or further down in the same
turn of them all. Each is a case, and in each some index of the tuple must be apart.

A negative index counts from the end, so a variable is taken only where it surely is not negative.

>>> from wengert.analysis.memory import memory
>>> from wengert.ir.text import parse
>>> f = parse('''
... function f(y, w, n):
...     %0 = range(1, n)
...     y.2 = for i.0 in %0 carry y.0 = y:
...         %1 = i.0 - 1
...         %2 = getitem(y.0, %1)
...         %3 = w * %2
...         y.1 = write(y.0, i.0, %3)
...         yield y.1
...     return y.2
... ''')
>>> found = memory(f)
>>> places = Places(f, found)
>>> (write,) = found.writes[found.region("y")]
>>> places.apart("%1", found.bound["%2"], "i.0", write.moment, "y"), places.apart("i.0", found.bound["%2"], "i.0", write.moment, "y")
(True, False)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from wengert.analysis.linear_forms import HERE, THERE, Sum, Symbol, common_divisor, least, number, of
from wengert.analysis.regions import Loops, Memory, Moment, common
from wengert.ir.core import Apply, Atom, Const, For, Function, Name
from wengert.ir.kinds import INT, Array, Slice, dtype_of
from wengert.ir.values import substitute
from wengert.ir.walk import lines_of

AHEAD = Symbol("turns ahead", 0)
"""By how many turns the later moment is ahead: one or more."""

LENGTH = "length of axis "
"""Symbols of the array's own lengths begin like this."""

NATURAL = frozenset({"len", "np.size", "np.ndim"})
"""Ops that give no negative number."""


@dataclass(frozen=True, slots=True)
class Running:
    """The loop of a variable, and how it runs: from `first`, if that is known, by `step`, and not to `stop`."""

    loop: int
    first: Atom
    stop: Atom | None
    step: int


@dataclass(frozen=True, slots=True)
class Case:
    """One way in which a write may come later: in the same turn of some loops, and a later turn of the next one, if any."""

    same: Loops
    ahead: int | None


@dataclass(frozen=True, slots=True)
class Span:
    """What an index names along one axis: from `first` on, by `step`, and not `stop`. None: not known."""

    first: Sum | None
    stop: Sum | None
    step: int = 0  # 0: a single element
    exact: bool = True  # is `first` named itself, if anything is?


class Places:
    def __init__(self, function: Function, memory: Memory) -> None:
        self.memory, self.kinds = memory, function.kinds
        self.made: dict[Name, Apply] = {}
        self.variables: dict[Name, Running] = {}
        for line in lines_of(function):
            if isinstance(line, Apply) and len(line.targets) == 1:
                self.made[line.targets[0]] = line
            elif isinstance(line, For):
                for element, source in zip(line.elements, line.sources):
                    running = self._running(source, id(line))
                    if running is not None:
                        self.variables[element] = running

    def _running(self, source: Atom, loop: int) -> Running | None:
        line = self.made.get(source) if isinstance(source, str) else None
        if line is not None and line.op == "count" and len(line.args) < 2:
            return Running(loop, line.args[0] if line.args else Const(0), None, 1)
        if line is None or line.op != "range":
            return None
        start, stop, step = (Const(0), *line.args, Const(1)) if len(line.args) == 1 else (*line.args, Const(1))[:3]
        by = _int(step)
        return Running(loop, start, stop, by) if by else None

    def apart(self, one: Atom, here: Moment, other: Atom, there: Moment, array: Name) -> bool:
        """Does `other`, whenever it is used after `one` was used once, surely name other elements of the array?"""
        return all(self._differ(one, other, case) for case in self._cases(here, there, array))

    def _cases(self, here: Moment, there: Moment, array: Name) -> Iterator[Case]:
        around = tuple(common(here.loops, there.loops))
        home = len(self.memory.homes.get(self.memory.region(array), ()))  # in other turns of these loops it is another array
        for depth in range(home, len(around)):
            yield Case(around[:depth], around[depth])
        if there.time > here.time:
            yield Case(around, None)

    def _differ(self, one: Atom, other: Atom, case: Case) -> bool:
        pairs = zip(self._spans(one, HERE, case), self._spans(other, THERE, case))
        return any(self._disjoint(a, b, case) for a, b in pairs)

    def _disjoint(self, one: Span, other: Span, case: Case) -> bool:
        for before, after in ((one, other), (other, one)):
            if before.stop is not None and after.first is not None and self._least(after.first.plus(before.stop, -1), case, 0):
                return True
        if one.first is None or other.first is None or not (one.exact and other.exact):
            return False
        between = self._ahead(other.first.plus(one.first, -1), case)
        divisor = common_divisor(between, (one.step, other.step))
        return divisor > 1 and between.constant % divisor != 0

    # indices

    def _spans(self, index: Atom, moment: int, case: Case) -> list[Span]:
        """What an index names along each axis, as far as it is clear which axes are meant."""
        line = self.made.get(index) if isinstance(index, str) else None
        parts: tuple[Atom, ...] = line.args if line is not None and line.op == "tuple" else (index,)
        if isinstance(index, Const) and isinstance(index.value, tuple):
            parts = tuple(map(Const, index.value))
        found: list[Span] = []
        for axis, part in enumerate(parts):
            span = self._span(part, axis, moment, case)
            if span is None:
                break
            found.append(span)
        return found

    def _span(self, part: Atom, axis: int, moment: int, case: Case) -> Span | None:
        length = of(Symbol(f"{LENGTH}{axis}", 0))
        line = self.made.get(part) if isinstance(part, str) else None
        if line is not None and line.op == "slice":
            start, stop, step = line.args
            by = 1 if step == Const(None) else _int(step)
            if by is None or by <= 0:
                return Span(None, None)
            first = number(0) if start == Const(None) else self._from_the_start(start, length, moment, case)
            last = length if stop == Const(None) else self._from_the_start(stop, length, moment, case)
            return Span(first, last, by, exact=(_int(start) or 0) >= 0)
        where = self._from_the_start(part, length, moment, case)
        if where is not None:
            return Span(where, where.plus(number(1)))
        kind = substitute(self.kinds, part)
        one_axis = kind == INT or isinstance(kind, Slice) or (isinstance(kind, Array) and (dtype_of(kind) or "").startswith(("int", "uint")))
        return Span(None, None) if one_axis or self.sum(part, moment, case) is not None else None

    def _from_the_start(self, index: Atom, length: Sum, moment: int, case: Case) -> Sum | None:
        """An index or end of a slice as it counts from the start of the axis: a negative number counts from its end."""
        value = self.sum(index, moment, case)
        if value is None:
            return None
        if not value.terms and value.constant < 0:
            return length.plus(value)
        return value if self._least(value, case, 0, alone=True) else None

    # sums

    def sum(self, index: Atom, moment: int, case: Case) -> Sum | None:
        """A whole number as a sum of what is known by name."""
        if isinstance(index, Const):
            constant = _int(index)
            return None if constant is None else number(constant)
        line = self.made.get(index)
        if index not in self.variables and line is not None and line.op in ("add", "sub") and len(line.args) == 2 and not line.keywords:
            first, second = (self.sum(atom, moment, case) for atom in line.args)
            return None if first is None or second is None else first.plus(second, 1 if line.op == "add" else -1)
        if index not in self.variables and line is not None and line.op == "mul":
            first, second = (self.sum(atom, moment, case) for atom in line.args)
            if first is not None and second is not None and not (first.terms and second.terms):
                return number(0).plus(*((second, first.constant) if second.terms else (first, second.constant)))
        if index in self.variables or substitute(self.kinds, index) == INT:
            loops = self.memory.bound[index].loops if index in self.memory.bound else ()
            same = loops == case.same[: len(loops)]
            return of(Symbol(index, 0 if same else moment, len(loops)))
        return None

    def _least(self, total: Sum, case: Case, wanted: int, alone: bool = False) -> bool:
        """Is the sum surely as much as `wanted`, or more? `alone`: without the other moment."""
        if not alone:
            total = self._ahead(total, case)

        def bound(symbol: Symbol, lower: bool) -> Sum | None:
            running = self.variables.get(symbol.name)
            if running is not None:
                end = self._end(running, lower, symbol.moment, case)
                return end if end is None or alone else self._ahead(end, case)
            line = self.made.get(symbol.name)
            natural = symbol.name.startswith(LENGTH) or (line is not None and line.op in NATURAL)
            return number(1) if symbol == AHEAD and lower else number(0) if natural and lower else None

        found = least(total, bound)
        return found is not None and found >= wanted

    def _end(self, running: Running, lower: bool, moment: int, case: Case) -> Sum | None:
        """The least or the greatest that the variable of a loop can be."""
        if (running.step > 0) == lower:
            return self.sum(running.first, moment, case)
        stop = None if running.stop is None else self.sum(running.stop, moment, case)
        return None if stop is None else stop.plus(number(1 if lower else -1))

    def _ahead(self, total: Sum, case: Case) -> Sum:
        """The sum with the later turn's variables said by those of the earlier turn, and by how many turns lie between."""
        for symbol, factor in total.terms:
            running = self.variables.get(symbol.name)
            if running is not None and running.loop == case.ahead and symbol.moment == THERE:
                later = of(Symbol(symbol.name, HERE, symbol.depth)).plus(of(AHEAD), running.step)
                total = total.without(symbol).plus(later, factor)
        return total


def _int(atom: Atom) -> int | None:
    return atom.value if isinstance(atom, Const) and type(atom.value) is int else None
