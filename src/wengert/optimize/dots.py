"""The sum of a product of two rows of numbers is their scalar product: `(a * b).sum()` is `a @ b`, which is quicker and makes no array.

Only derivative lines are changed: the primal's own sums are added up as the user has said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import replace

from wengert.analysis.memory import overwritten
from wengert.ir.axes import same_axis
from wengert.ir.core import Apply, Atom, Block, Def, Function, Line, Name
from wengert.ir.kinds import Array
from wengert.ir.values import substitute
from wengert.ir.walk import map_blocks
from wengert.optimize.uses import consumers


def multiply_rows(function: Function, given: Collection[Name] = ()) -> Function:
    """Write sums of products of two rows as products; lines that make a `given` name stay as they are.

    >>> from wengert.ir.text import parse, show
    >>> from wengert.optimize.dead_code import eliminate_dead_code
    >>> f = parse('''
    ... function f(a, b):
    ...     %0 = a * b
    ...     %1 = np.sum(%0)
    ...     return %1
    ... ''')
    >>> row = Array("float64", ("n",))
    >>> print(show(eliminate_dead_code(multiply_rows(replace(f, kinds={"a": row, "b": row, "%0": row})))))
    function f(a, b):
        %1 = a @ b
        return %1
    """
    gone = overwritten(function)
    read = consumers(function)

    def row(atom: Atom) -> Array | None:
        kind = substitute(function.kinds, atom)
        return kind if isinstance(kind, Array) and len(kind.axes) == 1 and kind.dtype in ("float64", "float32") and atom not in gone else None

    def product(line: Line) -> bool:
        if not isinstance(line, Apply) or line.op != "mul" or line.keywords or line.targets[0] in given or read[line.targets[0]].total() != 1:
            return False
        a, b = map(row, line.args)
        return a is not None and b is not None and a.dtype == b.dtype and same_axis(a.axes[0], b.axes[0])

    def block(old: Block) -> Block:
        lines: list[Line] = []
        made: dict[Atom, Apply] = {}
        for line in old.lines:
            if isinstance(line, Def):
                line = replace(line, function=replace(line.function, body=block(line.function.body)))
            elif not isinstance(line, Apply):
                line = map_blocks(line, block)
            elif line.targets and read.get(line.targets[0], Counter()).total() and product(line):
                made[line.targets[0]] = line
            elif line.op == "np.sum" and len(line.args) == 1 and not line.keywords and line.args[0] in made and line.targets[0] not in given:
                line = replace(line, op="matmul", args=made[line.args[0]].args, spelled=None)
            lines.append(line)
        return Block(tuple(lines), old.terminator)

    return replace(function, body=block(function.body))
