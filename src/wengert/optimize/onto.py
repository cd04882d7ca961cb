"""Add to the adjoint that is there what was first gathered in an array of zeros.

    u_bar.0 = store(a_bar, %s, 0.0)
    un_bar.0 = np.zeros_like(un)
    un_bar.1 = scatter_add(un_bar.0, 0, v)         ==>     u_bar.1 = scatter_add(u_bar.0, 0, v)
    u_bar.1 = u_bar.0 + un_bar.1

A copy of an array has an adjoint of its own while both are read; where the array's is complete before, there is no need for it.
"""

from __future__ import annotations

from dataclasses import replace

from wengert.ir.build import Names
from wengert.ir.core import Apply, Atom, Block, Def, Function, Line
from wengert.ir.kinds import Array
from wengert.ir.walk import all_names, base, defined, map_blocks
from wengert.optimize.uses import consumers

ADDING = frozenset({"scatter_add", "add_at"})


def add_onto(function: Function) -> Function:
    """Let sums of slices begin with the array that they are added to, if nobody else asks for it.

    >>> from wengert.ir.axes import MANY
    >>> from wengert.ir.text import parse, show
    >>> f = parse('''
    ... function f(u, v):
    ...     u_bar.0 = 2 * u
    ...     un_bar.0 = np.zeros_like(u)
    ...     un_bar.1 = scatter_add(un_bar.0, 0, v)
    ...     un_bar.2 = scatter_add(un_bar.1, 1, v)
    ...     u_bar.1 = u_bar.0 + un_bar.2
    ...     return u_bar.1
    ... ''')
    >>> kinds = dict.fromkeys(("u", "u_bar.0", "u_bar.1", "un_bar.0", "un_bar.1", "un_bar.2"), Array("float64", (MANY,)))
    >>> print(show(add_onto(replace(f, kinds=kinds))))
    function f(u, v):
        u_bar.0 = 2 * u
        un_bar.0 = np.zeros_like(u)
        u_bar.2 = scatter_add(u_bar.0, 0, v)
        u_bar.1 = scatter_add(u_bar.2, 1, v)
        return u_bar.1
    """
    uses = {name: found.total() for name, found in consumers(function).items()}
    names, kinds = Names(all_names(function)), dict(function.kinds)

    def block(old: Block) -> Block:
        made = {target: k for k, line in enumerate(old.lines) for target in defined(line)}
        lines: list[Line | None] = list(old.lines)

        def sums(total: Atom) -> list[int]:
            """The lines that add to an array of zeros, from the last to the first, which makes it; none, if that is not what it is."""
            found: list[int] = []
            while isinstance(total, str) and total in made and uses.get(total) == 1:
                found.append(made[total])
                line = lines[made[total]]
                if not isinstance(line, Apply) or len(line.targets) > 1:
                    break
                if line.op == "np.zeros_like" and not line.keywords:
                    return found
                if line.op not in ADDING:
                    break
                total = line.args[0]
            return []

        for k, line in enumerate(old.lines):
            if not isinstance(line, Apply) or line.op != "add" or len(line.args) != 2:
                continue
            for start, total in (line.args, line.args[::-1]):
                found = sums(total)
                if len(found) < 2 or not isinstance(start, str) or uses.get(start) != 1 or made.get(start, -1) > found[-1]:
                    continue
                if not isinstance(kinds.get(start), Array) or kinds.get(start) != kinds.get(str(total)):
                    continue
                before = start
                for position in reversed(found[:-1]):
                    adding = lines[position]
                    assert isinstance(adding, Apply)
                    target = line.targets[0] if position == found[0] else names.fresh(base(line.targets[0]))
                    kinds[target] = kinds[start]
                    lines[position] = replace(adding, targets=(target,), args=(before, *adding.args[1:]))
                    before = target
                lines[k] = None
                made[line.targets[0]] = found[0]
                break
        return Block(tuple(map(inside, (line for line in lines if line is not None))), old.terminator)

    def inside(line: Line) -> Line:
        if isinstance(line, Def):
            return replace(line, function=replace(line.function, body=block(line.function.body)))
        return map_blocks(line, block)

    return replace(function, body=block(function.body), kinds=kinds)
