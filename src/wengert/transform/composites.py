"""Primitives that are a few others are written out where a derivative goes through them.

    %0 = np.ptp(x)          %1 = np.max(x)
                     ==>    %2 = np.min(x)
                            %0 = %1 - %2

The rows are in `rules/` (`composite`). A line that nothing differentiated goes through stays as the user wrote it; so this is done
for each derivative anew, before it is made.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import replace

from wengert.analysis.activity import active
from wengert.ir.build import Builder, Names
from wengert.ir.core import Apply, Atom, Block, Function, Line, Name
from wengert.ir.walk import all_names, lines_of, map_atoms, map_blocks, rename
from wengert.rules.composite import expansion, is_composite
from wengert.rules.line_kinds import kinds_of_line


def expand_composites(function: Function, wanted: Sequence[Name]) -> Function:
    """Write out the active lines of composites.

    >>> from wengert.ir.kinds import Array
    >>> from wengert.ir.axes import MANY
    >>> from wengert.ir.text import parse, show
    >>> f = parse('''
    ... function f(x, y):
    ...     %0 = np.ptp(x)
    ...     %1 = np.ptp(y)
    ...     %2 = %0 * %1
    ...     return %2
    ... ''')
    >>> vector = Array("float64", (MANY,))
    >>> print(show(expand_composites(replace(f, kinds={"x": vector, "y": vector}), ["x"])))
    function f(x, y):
        %3 = np.max(x)
        %4 = np.min(x)
        %0 = %3 - %4
        %1 = np.ptp(y)
        %2 = %0 * %1
        return %2
    """
    if function.callees:  # which of their arguments vary is another for each call: all are taken to
        callees = {name: expand_composites(callee, callee.parameters) for name, callee in function.callees.items()}
        function = replace(function, callees=callees)
    if not any(isinstance(line, Apply) and is_composite(line) for line in lines_of(function)):
        return function
    pass_ = _Expansion(function, active(function, wanted))
    made = replace(function, body=pass_.block(function.body), kinds=pass_.builder.kinds)
    return rename(made, pass_.bound) if pass_.bound else made


class _Expansion:
    def __init__(self, function: Function, live: Set[Name]) -> None:
        self.live = live
        self.builder = Builder(Names(all_names(function)), dict(function.kinds), kinds_of_line)
        self.bound: dict[Name, Atom] = {}  # results that are an operand, or a constant

    def block(self, block: Block) -> Block:
        lines: list[Line] = []
        for line in block.lines:
            lines += self.line(line)
        return replace(block, lines=tuple(lines))

    def line(self, line: Line) -> list[Line]:
        if not isinstance(line, Apply):
            return [map_blocks(line, self.block)]
        if not is_composite(line) or line.targets[0] not in self.live:
            return [line]
        (target,) = line.targets
        lines, result = expansion(self.builder, line)
        self.builder.kinds[target] = self.builder.kind(result)
        if not any(isinstance(made, Apply) and result in made.targets for made in lines):
            self.bound[target] = result
            return lines
        return [_renamed(made, result, target) for made in lines]


def _renamed(line: Line, old: Atom, new: Name) -> Line:
    """The line with the name of the result."""
    assert isinstance(line, Apply)
    line = map_atoms(line, lambda atom: new if atom == old else atom)
    return replace(line, targets=tuple(new if target == old else target for target in line.targets))
