"""Which elements an index names, as far as the text tells: enough to see that a loop writes `y[i]` and reads `y[i - 1]`.

An index is a constant or the variable of a `range` loop plus a constant; of a tuple of indices one suffices. Two indices are *apart* if they
surely name different elements. Asked is, of a place that is looked at once, whether it is touched by any later turn:

    for i in range(1, n):
        y[i] = w * y[i - 1]         # no later turn writes y[i - 1]: they write from y[i] on

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

from dataclasses import dataclass

from wengert.analysis.regions import Memory, Moment
from wengert.ir.core import Apply, Atom, Const, For, Function, Name
from wengert.ir.walk import lines_of


@dataclass(frozen=True, slots=True)
class Affine:
    """A loop's variable plus a constant; without a loop, the constant."""

    loop: int | None
    offset: int


@dataclass(frozen=True, slots=True)
class Steps:
    """How the variable of a loop runs: by how much, and from which smallest value on (of a loop around, too; None: not known)."""

    step: int
    least: Affine | None


class Places:
    def __init__(self, function: Function, memory: Memory) -> None:
        self.memory = memory
        self.made: dict[Name, Apply] = {}
        self.variables: dict[Name, int] = {}
        self.steps: dict[int, Steps] = {}
        for line in lines_of(function):
            if isinstance(line, Apply) and len(line.targets) == 1:
                self.made[line.targets[0]] = line
            elif isinstance(line, For):
                for element, source in zip(line.elements, line.sources):
                    steps = self._range(source)
                    if steps is not None and id(line) not in self.steps:
                        self.variables[element], self.steps[id(line)] = id(line), steps

    def _range(self, source: Atom) -> Steps | None:
        line = self.made.get(source) if isinstance(source, str) else None
        if line is None or line.op != "range":
            return None
        start, stop, step = (Const(0), *line.args, Const(1)) if len(line.args) == 1 else (*line.args, Const(1))[:3]
        by = _int(step)
        if by is None or by == 0:
            return None
        least = self.affine(start if by > 0 else stop)
        return Steps(by, least if least is None or by > 0 else Affine(least.loop, least.offset + 1))

    def affine(self, index: Atom) -> Affine | None:
        """What an index is, if it is a variable and a constant."""
        offset = 0
        while isinstance(index, str) and index not in self.variables:
            line = self.made.get(index)
            if line is None or line.op not in ("add", "sub") or len(line.args) != 2:
                return None
            first, second = line.args
            if line.op == "add" and _int(second) is None:
                first, second = second, first
            by = _int(second)
            if by is None:
                return None
            offset += by if line.op == "add" else -by
            index = first
        if isinstance(index, str):
            return Affine(self.variables[index], offset)
        constant = _int(index)
        return None if constant is None else Affine(None, constant + offset)

    def apart(self, one: Atom, here: Moment, other: Atom, there: Moment, array: Name) -> bool:
        """Does `other`, whenever it is used after `one` was used once, surely name other elements of the array?"""
        pairs = zip(self._parts(one), self._parts(other))
        return any(self._differ(a, here, b, there, array) for a, b in pairs)

    def _parts(self, index: Atom) -> tuple[Atom, ...]:
        if isinstance(index, Const) and isinstance(index.value, tuple):
            return tuple(map(Const, index.value))
        line = self.made.get(index) if isinstance(index, str) else None
        parts = line.args if line is not None and line.op == "tuple" else (index,)
        until = next((k for k, part in enumerate(parts) if isinstance(part, Const) and part.value in (None, ...)), len(parts))
        return parts[:until]

    def _differ(self, one: Atom, here: Moment, other: Atom, there: Moment, array: Name) -> bool:
        a, b = self.affine(one), self.affine(other)
        if a is None or b is None:
            return False
        if a.loop is None and b.loop is None:
            return a.offset != b.offset and (a.offset < 0) == (b.offset < 0)
        if a.loop is not None and a.loop == b.loop:
            return a.loop == self._outermost(here, there, array) and self._passed(a, b, a.loop, 0 if there.time > here.time else 1)
        if a.loop is not None and b.loop is not None:
            return self._beyond(a, b, here, there, array)
        number, variable = (a, b) if a.loop is None else (b, a)
        least = self._least(variable)
        return least is not None and 0 <= number.offset < least

    def _beyond(self, one: Affine, other: Affine, here: Moment, there: Moment, array: Name) -> bool:
        """Does an inner loop, `for j in range(i + 1, n)`, stay beyond where the outer one is, or gets to later?"""
        assert one.loop is not None and other.loop is not None
        outermost = self._outermost(here, there, array)
        for inner, outer, ahead in ((one, other, -1), (other, one, 1)):  # what runs later only gets further away
            assert inner.loop is not None and outer.loop is not None
            least = self.steps[inner.loop].least
            if least is None or least.loop != outer.loop or outer.loop != outermost or self.steps[outer.loop].step * ahead < 0:
                continue
            lowest = self._least(outer)
            return lowest is not None and lowest >= 0 and least.offset + inner.offset > outer.offset
        return False

    def _outermost(self, here: Moment, there: Moment, array: Name) -> int | None:
        """The loop around both in whose turns they come one after the other, the array being the same."""
        home = len(self.memory.homes.get(self.memory.region(array), ()))
        common = [one for one, other in zip(here.loops, there.loops) if one == other]
        return common[home] if len(common) > home else None

    def _passed(self, one: Affine, other: Affine, loop: int, turns: int) -> bool:
        """After so many turns or more: can `other` be where `one` was?"""
        step = self.steps[loop].step
        for variable in (one, other):
            least = self._least(variable)
            if least is None or least < 0:
                return False
        ahead = one.offset - other.offset
        return ahead % step != 0 or ahead // step < turns

    def _least(self, variable: Affine) -> int | None:
        """The smallest value that it may have."""
        offset = variable.offset
        while variable.loop is not None:
            least = self.steps[variable.loop].least
            if least is None:
                return None
            variable, offset = least, offset + least.offset
        return offset


def _int(atom: Atom) -> int | None:
    return atom.value if isinstance(atom, Const) and type(atom.value) is int else None
