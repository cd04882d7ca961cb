"""Factors of one and sums with zero, which stand in a derivative where a seed or an empty adjoint was put in; `x.T.T`; items of displays.

Two numbers make one. Only what is exact is folded, and only in derivative lines: `1.0 * x` is `x` for a float, `x + 0.0` for an adjoint; never `x * 0`.
What is added to an array of zeros is put there.
"""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Collection
from dataclasses import replace

from wengert.analysis.memory import overwritten
from wengert.ir.core import Apply, Atom, Block, Const, Def, Function, Line, Name
from wengert.ir.kinds import Array, is_floating, is_scalar
from wengert.ir.values import substitute
from wengert.ir.walk import atoms, blocks_of, lines_of, map_atoms, map_blocks


def fold_constants(function: Function, given: Collection[Name] = ()) -> Function:
    """Fold multiplications by one and additions of zero; lines that make a `given` name stay as they are.

    >>> from wengert.ir.kinds import FLOAT
    >>> from wengert.ir.text import parse, show
    >>> f = parse('''
    ... function f(x):
    ...     x_bar.0 = 1.0 * x
    ...     x_bar.1 = 0.0 + x_bar.0
    ...     return x_bar.1
    ... ''')
    >>> print(show(fold_constants(replace(f, kinds=dict.fromkeys(("x", "x_bar.0", "x_bar.1"), FLOAT)))))
    function f(x):
        return x
    """
    same: dict[Name, Atom] = {}
    displays: dict[Name, tuple[Atom, ...]] = {}
    gone = overwritten(function)
    uses = _uses(function)
    numbers: dict[Name, Const] = {}  # what unnamed lines of the user's make of two numbers
    turned: dict[Name, Atom] = {}  # transposes, and what they are the transposes of

    def read(atom: Atom) -> Atom:
        return same.get(atom, atom) if isinstance(atom, str) else atom

    def read_or_know(atom: Atom) -> Atom:
        return numbers.get(atom) or read(atom) if isinstance(atom, str) else atom

    def block(old: Block) -> Block:
        lines: list[Line] = []
        zeros: set[Atom] = set()
        for line in old.lines:
            own = bool(line.targets) and all(target in given for target in line.targets)
            line = map_atoms(line, read if own else read_or_know)
            if isinstance(line, Def):
                line = replace(line, function=replace(line.function, body=block(line.function.body)))
            else:
                line = map_blocks(line, block)
            if isinstance(line, Apply) and line.op == "np.zeros_like" and uses[line.targets[0]] == 1:
                zeros.add(line.targets[0])
            if isinstance(line, Apply) and line.op == "scatter_add" and line.args[0] in zeros and line.targets[0] not in given:
                line = replace(line, op="store")
            if isinstance(line, Apply) and line.op in ("list", "tuple", "record"):
                displays[line.targets[0]] = line.args[2::2] if line.op == "record" else line.args
            if _unpacks(line, displays) and not any(target in given for target in line.targets):
                same.update(zip(line.targets, displays[str(line.args[0])]))  # type: ignore[union-attr]  # `_unpacks` says that it is an Apply
                continue
            if _is_transpose(line):
                turned[line.targets[0]] = line.args[0]  # type: ignore[union-attr]  # `_is_transpose` says that it is an Apply
            if own and isinstance(line, Apply) and line.targets[0].startswith("%"):
                made = _folded(line, function)
                numbers.update({line.targets[0]: made} if isinstance(made, Const) else {})
                if isinstance(made, str) and is_scalar(substitute(function.kinds, made)) and _reads_a_number(line):  # of an array it is a copy
                    same[line.targets[0]] = made
                    continue
            if isinstance(line, Apply) and len(line.targets) == 1 and line.targets[0] not in given:
                value = _item(line, displays) or _turned_back(line, turned) or _folded(line, function) or _whole(line, function)
                if value is not None and value not in gone:
                    same[line.targets[0]] = value
                    continue
            lines.append(line)
        return Block(tuple(lines), map_atoms(old.terminator, read))

    return replace(function, body=block(function.body))


def _uses(function: Function) -> Counter[Atom]:
    """How often each name is read."""
    found = Counter(atoms(function.body.terminator))
    for line in lines_of(function):
        found.update(atoms(line))
        for inner in blocks_of(line):
            found.update(atoms(inner.terminator))
    return found


def _item(line: Apply, displays: dict[Name, tuple[Atom, ...]]) -> Atom | None:
    """An item of a list or tuple that was just written down."""
    match line:
        case Apply(op="getitem", args=(str(container), Const(value=int(position)))) if container in displays:
            items = displays[container]
            return items[position] if -len(items) <= position < len(items) else None
    return None


def _unpacks(line: Line, displays: dict[Name, tuple[Atom, ...]]) -> bool:
    """Is a tuple taken apart that was just written down?"""
    match line:
        case Apply(op="unpack", args=(str(container),)):
            return len(displays.get(container, ())) == len(line.targets)
    return False


def _whole(line: Apply, function: Function) -> Atom | None:
    """`x` of `x[...]`: before anything is written in place, a view is the value."""
    if line.op == "getitem" and line.args[1] == Const(...):
        kind = substitute(function.kinds, line.args[0])
        return line.args[0] if isinstance(kind, Array) and kind.axes != () else None
    return None


def _is_transpose(line: Line) -> bool:
    return isinstance(line, Apply) and line.op == "np.transpose" and len(line.args) == 1 and not line.keywords


def _turned_back(line: Apply, turned: dict[Name, Atom]) -> Atom | None:
    """`x` of `x.T.T`."""
    return turned.get(line.args[0]) if _is_transpose(line) and isinstance(line.args[0], str) else None


def _computed(op: str, left: Const, right: Const) -> Const | None:
    """What Python makes of two numbers, where that is no longer to read than they are: `1.0 * 9.81`, and not `0.1 * 3`."""
    numbers = left.value, right.value
    if any(type(number) not in (int, float) for number in numbers) or left.spelled or right.spelled or op == "truediv" and not right.value:
        return None
    made = getattr(operator, op)(*numbers)
    return Const(made) if len(repr(made)) <= sum(len(repr(number)) for number in numbers) else None


def _reads_a_number(line: Apply) -> bool:
    """Is the number none that the user wrote there, but what a name or field was found to be, `force / self.mass`?"""
    node = line.place.expression if line.place is not None else None
    sides = getattr(node, "left", None), getattr(node, "right", None)
    if len(line.args) != 2 or None in sides:
        return False
    return all(not isinstance(atom, Const) or type(side).__name__ in ("Name", "Attribute") for atom, side in zip(line.args, sides))


NEUTRAL = {"mul": (1, True), "truediv": (1, False), "add": (0, True), "sub": (0, False)}
"""The number that leaves the other operand as it is, and whether it may stand on either side."""


def _folded(line: Apply, function: Function) -> Atom | None:
    """The operand that the other one leaves as it is."""
    if line.op not in NEUTRAL or len(line.args) != 2 or line.keywords:
        return None
    neutral, either = NEUTRAL[line.op]
    left, right = line.args
    if isinstance(left, Const) and isinstance(right, Const):
        return _computed(line.op, left, right)
    made = substitute(function.kinds, line.targets[0])
    for value, other in ((right, left), (left, right))[: 2 if either else 1]:
        number = isinstance(value, Const) and type(value.value) in (int, float) and value.value == neutral
        kind = substitute(function.kinds, other)
        if number and isinstance(other, str) and is_floating(kind) and kind == made:
            return other
    return None
