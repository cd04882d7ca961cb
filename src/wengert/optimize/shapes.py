"""Ask a value at hand for a shape, not one that would have to be computed for it.

    %1 = p - y                          %1 = p - y
    %2 = %1 ** 2                        %2 = %1 ** 2
    %3 = np.size(%2)           ==>      %3 = np.size(p)
"""

from __future__ import annotations

from dataclasses import replace

from wengert.analysis.memory import overwritten
from wengert.ir.axes import same_axis
from wengert.ir.core import Apply, Block, Def, Function, Line, Name
from wengert.ir.kinds import Array
from wengert.ir.values import substitute
from wengert.ir.walk import lines_of, map_blocks
from wengert.rules.table import lookup

QUERIES = frozenset({"np.size", "np.shape", "np.zeros_like", "np.ones_like", "np.full_like"})


def ask_at_hand(function: Function) -> Function:
    """Let shape queries read an operand of the same axes and dtype instead of an elementwise result.

    >>> from wengert.ir.axes import MANY
    >>> from wengert.ir.text import parse, show
    >>> f = parse('''
    ... function f(p, y):
    ...     %1 = p - y
    ...     %2 = np.size(%1)
    ...     return %2
    ... ''')
    >>> kinds = dict.fromkeys(("p", "y", "%1"), Array("float64", (MANY,)))
    >>> print(show(ask_at_hand(replace(f, kinds=kinds))))
    function f(p, y):
        %1 = p - y
        %2 = np.size(p)
        return %2
    """
    made = {line.targets[0]: line for line in lines_of(function) if isinstance(line, Apply) and len(line.targets) == 1}

    gone = overwritten(function)

    def alike(name: Name) -> Name:
        while (line := made.get(name)) is not None and name.startswith("%"):
            row = lookup(line.op)
            if row is None or row.family != "elementwise":
                break
            kind = substitute(function.kinds, name)
            same = [atom for atom in line.args if isinstance(atom, str) and atom not in gone and _same(substitute(function.kinds, atom), kind)]
            if not same:
                break
            name = same[0]
        return name

    def block(old: Block) -> Block:
        return Block(tuple(map(line, old.lines)), old.terminator)

    def line(old: Line) -> Line:
        if isinstance(old, Def):
            return replace(old, function=replace(old.function, body=block(old.function.body)))
        if isinstance(old, Apply):
            if old.op in QUERIES and isinstance(old.args[0], str):
                return replace(old, args=(alike(old.args[0]), *old.args[1:]))
            return old
        return map_blocks(old, block)

    return replace(function, body=block(function.body))


def _same(a: object, b: object) -> bool:
    return (
        isinstance(a, Array) and isinstance(b, Array) and a.dtype == b.dtype and len(a.axes) == len(b.axes)
        and all(map(same_axis, a.axes, b.axes))
    )  # fmt: skip
