"""Factors of one and sums with zero, which stand in a derivative where a seed or an empty adjoint was put in.

Only what is exact is folded, and only in derivative lines: `1.0 * x` is `x` for a float, `x + 0.0` for an adjoint; never `x * 0`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from wengert.ir.core import Apply, Atom, Block, Const, Def, Function, Line, Name
from wengert.ir.kinds import is_floating, substitute
from wengert.ir.walk import map_atoms, map_blocks


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

    def read(atom: Atom) -> Atom:
        return same.get(atom, atom) if isinstance(atom, str) else atom

    def block(old: Block) -> Block:
        lines: list[Line] = []
        for line in old.lines:
            line = map_atoms(line, read)
            if isinstance(line, Def):
                line = replace(line, function=replace(line.function, body=block(line.function.body)))
            else:
                line = map_blocks(line, block)
            if isinstance(line, Apply) and line.op in ("list", "tuple"):
                displays[line.targets[0]] = line.args
            if isinstance(line, Apply) and len(line.targets) == 1 and line.targets[0] not in given:
                value = _item(line, displays) or _folded(line, function)
                if value is not None:
                    same[line.targets[0]] = value
                    continue
            lines.append(line)
        return Block(tuple(lines), map_atoms(old.terminator, read))

    return replace(function, body=block(function.body))


def _item(line: Apply, displays: dict[Name, tuple[Atom, ...]]) -> Atom | None:
    """An item of a list or tuple that was just written down."""
    match line:
        case Apply(op="getitem", args=(str(container), Const(value=int(position)))) if container in displays:
            items = displays[container]
            return items[position] if -len(items) <= position < len(items) else None
    return None


NEUTRAL = {"mul": (1, True), "truediv": (1, False), "add": (0, True), "sub": (0, False)}
"""The number that leaves the other operand as it is, and whether it may stand on either side."""


def _folded(line: Apply, function: Function) -> Atom | None:
    """The operand that the other one leaves as it is."""
    if line.op not in NEUTRAL or len(line.args) != 2 or line.keywords:
        return None
    neutral, either = NEUTRAL[line.op]
    left, right = line.args
    made = substitute(function.kinds, line.targets[0])
    for value, other in ((right, left), (left, right))[: 2 if either else 1]:
        number = isinstance(value, Const) and type(value.value) in (int, float) and value.value == neutral
        kind = substitute(function.kinds, other)
        if number and isinstance(other, str) and is_floating(kind) and kind == made:
            return other
    return None
