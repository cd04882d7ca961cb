"""Return where the value is made: a branch at the end of a function leaves it, as its author wrote it.

Transformations want one way out (`analysis/returns.py`); the text of a callee reads better with several.
"""

from __future__ import annotations

import re
from dataclasses import replace

from wengert.ir.build import Names
from wengert.ir.core import Apply, Block, Function, If, Line, Name, Return, Stop, Yield
from wengert.ir.kinds import Kind
from wengert.ir.walk import all_names, base, lines_of, rename


def return_early(function: Function) -> Function:
    """Let the branches of an `if` that does nothing but choose the result return it themselves.

    >>> from wengert.ir.text import parse, show
    >>> print(show(return_early(parse('''
    ... function f(x, n):
    ...     %0 = n == 0
    ...     %1 = if %0:
    ...         yield 1.0
    ...     else:
    ...         y.0 = x * x
    ...         yield y.0
    ...     %2 = tuple(%1, x)
    ...     return %2
    ... '''))))
    function f(x, n):
        %0 = n == 0
        if %0:
            %3 = tuple(1.0, x)
            return %3
        else:
            y.0 = x * x
            %4 = tuple(y.0, x)
            return %4
        stop
    """
    names, kinds = Names(all_names(function)), dict(function.kinds)

    def sink(block: Block) -> Block:
        end = block.terminator
        start = len(block.lines)
        while start and isinstance(line := block.lines[start - 1], Apply) and line.op in ("tuple", "save"):
            start -= 1
        chosen = block.lines[start - 1] if start else None
        if not isinstance(end, Return) or not isinstance(chosen, If) or not chosen.targets or _is_expression(chosen):
            return _unnamed(block, names, kinds)

        def branch(inner: Block) -> Block:
            if not isinstance(inner.terminator, Yield):
                return inner
            mapping = dict(zip(chosen.targets, inner.terminator.values))
            tail: list[Line] = []
            for line in block.lines[start:]:
                assert isinstance(line, Apply)
                (target,) = line.targets
                name = names.fresh()
                kinds.update({name: kinds[target]} if target in kinds else {})
                tail.append(replace(rename(line, mapping), targets=(name,)))
                mapping[target] = name
            return sink(Block((*inner.lines, *tail), rename(Block((), end), mapping).terminator))

        then, orelse = branch(chosen.then), branch(chosen.orelse)
        return Block((*block.lines[: start - 1], replace(chosen, targets=(), then=then, orelse=orelse)), Stop())

    return replace(function, body=sink(function.body), kinds=kinds)


def _unnamed(block: Block, names: Names, kinds: dict[Name, Kind]) -> Block:
    """`return x_bar + f_backward(...)`: an adjoint that is made only to be returned needs no name."""
    end, line = block.terminator, block.lines[-1] if block.lines else None
    if isinstance(end, Return) and len(block.lines) > 1 and _hands_on(*block.lines[-2:]) and line is not None and line.targets == (end.value,):
        call = block.lines[-2]
        return Block((*block.lines[:-2], replace(call, targets=line.targets)), end)  # type: ignore[arg-type]  # `_hands_on` says that it is an Apply
    if not isinstance(end, Return) or not isinstance(line, Apply) or line.targets != (end.value,) or not DERIVED.search(base(line.targets[0])):
        return block
    name = names.fresh()
    kinds.update({name: kinds[line.targets[0]]} if line.targets[0] in kinds else {})
    return Block((*block.lines[:-1], replace(line, targets=(name,))), replace(end, value=name))


def _hands_on(call: Line, display: Line) -> bool:
    """Is the tuple what the call has just returned?"""
    return isinstance(call, Apply) and isinstance(display, Apply) and (call.op, display.op) == ("invoke", "tuple") and len(call.targets) > 1 and call.targets == display.args


DERIVED = re.compile(r"_(bar|dot)$")


def _is_expression(line: If) -> bool:
    """Is it a conditional expression of the user's, and can it still be written as one?"""
    if line.place is None or line.place.expression is None:
        return False
    return all(isinstance(inner, (Apply, If)) and len(inner.targets) == 1 for inner in lines_of(line))
