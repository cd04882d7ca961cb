"""Numbers and signs that a derivative multiplies by meet: `2 * x / 2` is `x`, `x + x` is `2 * x`, `a + -b * c` is `a - b * c`.

Such numbers come from different lines of the user's (`speed ** 2 / 2`) or from one value in two places (`z @ z`). Only derivative lines are
touched, of which the order of the multiplications is ours to choose, and only where fewer of them are left.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace
from fractions import Fraction

from wengert.analysis.memory import overwritten
from wengert.ir.build import Names
from wengert.ir.core import Apply, Atom, Block, Const, Def, Function, Line, Name
from wengert.ir.kinds import Kind, axes_of, is_floating
from wengert.ir.values import substitute
from wengert.ir.walk import all_names, base, lines_of, map_atoms, map_blocks
from wengert.optimize.rematerialise import is_cheap
from wengert.optimize.uses import consumers
from wengert.rules.line_kinds import kinds_of_line

PRODUCTS = frozenset({"mul", "truediv", "neg"})
SMALL = 1 << 20


def gather_factors(function: Function, given: Collection[Name] = ()) -> Function:
    """Let numbers meet in derivative lines; lines that make a `given` name stay as they are.

    >>> from wengert.ir.kinds import FLOAT
    >>> from wengert.ir.text import parse, show
    >>> from wengert.optimize.dead_code import eliminate_dead_code
    >>> f = parse('''
    ... function f(x, b):
    ...     %0 = 0.5 * x
    ...     x_bar.0 = %0 + %0
    ...     %1 = -b
    ...     %2 = %1 * x
    ...     x_bar.1 = x_bar.0 + %2
    ...     return x_bar.1
    ... ''')
    >>> made = gather_factors(replace(f, kinds=dict.fromkeys(("x", "b", "%0", "%1", "%2", "x_bar.0", "x_bar.1"), FLOAT)))
    >>> print(show(eliminate_dead_code(made)))
    function f(x, b):
        %3 = b * x
        x_bar.1 = x - %3
        return x_bar.1
    """
    gathering = _Gathering(function, given)
    return replace(function, body=gathering.block(function.body), kinds=gathering.kinds)


@dataclass(frozen=True, slots=True)
class Parts:
    """A value as `number * factors`, and how many multiplications by numbers that leaves out."""

    number: Fraction
    steps: int
    factors: tuple[Atom, ...]


class _Gathering:
    def __init__(self, function: Function, given: Collection[Name]) -> None:
        self.given = given
        self.kinds: dict[Name, Kind] = dict(function.kinds)
        self.names = Names(all_names(function))
        self.gone = overwritten(function)
        self.readers = consumers(function)
        self.same: dict[Name, Atom] = {}
        self.users = {line.targets[0]: line for line in lines_of(function) if isinstance(line, Apply) and len(line.targets) == 1 and line.targets[0] in given}

    def read(self, atom: Atom) -> Atom:
        return self.same.get(atom, atom) if isinstance(atom, str) else atom

    def kind(self, atom: Atom) -> Kind:
        return substitute(self.kinds, atom)

    def block(self, old: Block) -> Block:
        lines: list[Line] = []
        made: dict[Name, Apply] = {}  # the products of this block
        for line in old.lines:
            line = map_atoms(line, self.read)
            if isinstance(line, Def):
                line = replace(line, function=replace(line.function, body=self.block(line.function.body)))
            else:
                line = map_blocks(line, self.block)
            if not isinstance(line, Apply) or len(line.targets) != 1 or line.targets[0] in self.given or line.keywords:
                lines.append(line)
                continue
            new = self.line(line, made)
            lines += new
            made.update((one.targets[0], one) for one in new if one.op in PRODUCTS)
        return Block(tuple(lines), map_atoms(old.terminator, self.read))

    def line(self, line: Apply, made: dict[Name, Apply]) -> list[Apply]:
        if line.op == "scatter_add":
            return self.added(line, made)
        if line.op not in PRODUCTS and line.op not in ("add", "sub") or not all(map(self.floats, (*line.args, line.targets[0]))):
            return [line]
        if line.op == "add" and line.args[0] == line.args[1]:
            return self.product(replace(line, op="mul", args=(Const(2), line.args[0])), made, twice=True)
        return self.sum(line, made) if line.op in ("add", "sub") else self.product(line, made)

    def floats(self, atom: Atom) -> bool:
        return isinstance(atom, Const) or is_floating(self.kind(atom))

    # signs

    def sum(self, line: Apply, made: dict[Name, Apply]) -> list[Apply]:
        """`a + -b` as `a - b`."""
        new: list[Apply] = []
        first, second = line.args
        if (positive := self.without_sign(second, made, new)) is not None:
            return [*new, replace(line, op="sub" if line.op == "add" else "add", args=(first, positive))]
        if line.op == "add" and (positive := self.without_sign(first, made, new)) is not None:
            return [*new, replace(line, op="sub", args=(second, positive))]
        return [line]

    def added(self, line: Apply, made: dict[Name, Apply]) -> list[Apply]:
        """`x_bar[i] += -b * c` as `x_bar[i] -= b * c`."""
        value, new = line.args[-1], list[Apply]()
        inner = made.get(value) if isinstance(value, str) else None
        if inner is None or inner.op == "neg" or isinstance(inner.args[0], Const):
            return [line]
        positive = self.without_sign(value, made, new)
        if positive is None:
            return [line]
        negative = self.fresh(value)
        return [*new, Apply((negative,), "neg", (positive,), place=line.place), replace(line, args=(*line.args[:-1], negative))]

    def without_sign(self, atom: Atom, made: dict[Name, Apply], new: list[Apply]) -> Atom | None:
        """`b * c` of `-b * c`, by a `new` line; None where there is no minus sign to leave out."""
        line = made.get(atom) if isinstance(atom, str) else None
        if line is None or not isinstance(atom, str) or not all(atom not in self.gone and self.floats(atom) for atom in line.args):
            return None
        if line.op == "neg":
            return line.args[0]
        if self.readers.get(atom, Counter()).total() != 1:
            return None
        first, second = line.args
        if isinstance(first, Const):
            value = first.value
            if line.op != "mul" or first.spelled or type(value) not in (int, float) or not value < 0:
                return None
            positive: Atom | None = Const(-value)
        else:
            positive = self.without_sign(first, made, new)
        if positive is not None:
            args = (positive, second) if positive != Const(1) else ()
        else:
            positive = self.without_sign(second, made, new)
            args = (first, positive) if positive is not None else ()
        if not args:
            return None
        found = self.fresh(atom)
        new.append(replace(line, targets=(found,), args=args))
        made[found] = new[-1]
        self.readers[found] = Counter({"": 1})
        return found

    # numbers

    def product(self, line: Apply, made: dict[Name, Apply], twice: bool = False) -> list[Apply]:
        parts = Parts(Fraction(1), 0, ())
        for position, atom in enumerate(line.args):
            found = self.parts(atom, made, twice)
            inverse = position == 1 and line.op == "truediv"
            if inverse and len(found.factors) > 1:
                found = Parts(Fraction(1), 0, (atom,))
            number = 1 / found.number if inverse else found.number
            parts = Parts(parts.number * number, parts.steps + found.steps, (*parts.factors, *found.factors))
        number, steps, factors = parts.number, parts.steps, list(parts.factors)
        if line.op == "neg":
            number, steps = -number, steps + 1
        divided = line.op == "truediv" and not isinstance(line.args[1], Const)
        if not factors or (divided and isinstance(line.args[0], Const)) or not (0 if number == 1 else 1) < steps or not _small(number):
            return [line]
        new: list[Apply] = []
        divisor = factors.pop() if divided else None
        factors.sort(key=lambda atom: axes_of(self.kind(atom)) != ())
        value = self.times(number, factors[0], new, line)
        for atom in factors[1:]:
            value = self.made("mul", value, atom, new, line)
        if divisor is not None:
            value = self.made("truediv", value, divisor, new, line)
        if self.kind(value) != self.kind(line.targets[0]) or value in self.gone:
            return [line]
        if new:
            return [*new[:-1], replace(new[-1], targets=line.targets)]
        if isinstance(value, str) and value in self.users and value.startswith("%") and is_cheap(self.users[value], self.kinds):
            return [replace(self.users[value], targets=line.targets, place=line.place)]
        self.same[line.targets[0]] = value
        return []

    def times(self, number: Fraction, atom: Atom, new: list[Apply], line: Apply) -> Atom:
        if number == 1:
            return atom
        if number == -1:
            return self.made("neg", atom, None, new, line)
        if number.denominator == 1:
            return self.made("mul", Const(int(number)), atom, new, line)
        return self.made("truediv", atom, Const(int(1 / number)), new, line)

    def made(self, op: str, first: Atom, second: Atom | None, new: list[Apply], line: Apply) -> Name:
        name = self.names.fresh()
        new.append(Apply((name,), op, (first,) if second is None else (first, second), place=line.place))
        (self.kinds[name],) = kinds_of_line(new[-1], self.kinds)
        return name

    def parts(self, atom: Atom, made: dict[Name, Apply], twice: bool) -> Parts:
        """The numbers that a factor is multiplied by, taken apart from the rest."""
        if isinstance(atom, Const):
            number = _number(atom)
            return Parts(Fraction(1), 0, (atom,)) if number is None else Parts(number, 1, ())
        line = made.get(atom)
        if line is None or not all(self.floats(inner) and inner not in self.gone for inner in line.args):
            return Parts(Fraction(1), 0, (atom,))
        read = self.readers.get(atom, Counter())
        if line.op != "neg" and not (read.total() == 1 or (twice and read == {"add": 2})):
            return Parts(Fraction(1), 0, (atom,))
        found = [self.parts(inner, made, False) for inner in line.args]
        if line.op == "neg":
            (one,) = found
            alike = all(self.kind(inner) == self.kind(atom) for inner in one.factors[:1])
            return Parts(-one.number, one.steps + 1, one.factors) if alike and one.factors else Parts(Fraction(1), 0, (atom,))
        first, second = found
        if line.op == "truediv" and second.factors or not (first.steps or second.steps) or not (first.factors or second.factors):
            return Parts(Fraction(1), 0, (atom,))
        number = first.number / second.number if line.op == "truediv" else first.number * second.number
        return Parts(number, first.steps + second.steps, (*first.factors, *second.factors))

    def fresh(self, like: Atom) -> Name:
        name = self.names.fresh(base(like) if isinstance(like, str) and not like.startswith("%") else "")
        self.kinds[name] = self.kind(like)
        return name


def _number(atom: Const) -> Fraction | None:
    """A number that is short enough to be multiplied by others without a loss."""
    value = atom.value
    if type(value) not in (int, float) or atom.spelled or not value or not abs(value) < SMALL:
        return None
    exact = Fraction(value)
    return exact if exact.denominator <= SMALL else None


def _small(number: Fraction) -> bool:
    """Is it written as a whole number, or as a division by one?"""
    return number.denominator == 1 or abs(number.numerator) == 1 and number.denominator < SMALL
