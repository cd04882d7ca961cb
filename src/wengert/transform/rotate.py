"""Loops whose test computes or binds something differentiated, written with the test in the body.

    x.2 = while carry x.0 = a:               x.2 = while carry x.0 = a:
        test:                                    test:
            d.0 = x.0 * x.0                          pass True
            %1 = d.0 > 2                         body:
            pass %1                   ==>            d.0 = x.0 * x.0
        body:                                        %1 = d.0 > 2
            ...                                      if %1: yield else: break x.0
            yield x.1                                ...
                                                     yield x.1
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import replace

from wengert.ir.core import Block, Break, Const, Def, Function, If, Name, Pass, While, Yield
from wengert.ir.walk import lines_of, map_blocks


def rotate_loops(function: Function, active: Set[Name]) -> Function:
    """Move the tests that make active values, or put others in their place, into the bodies of their loops.

    >>> from wengert.ir.text import parse, show
    >>> f = parse('''
    ... function f(a):
    ...     x.2 = while carry x.0 = a:
    ...         test:
    ...             %0 = x.0 * x.0
    ...             %1 = %0 > 2
    ...             pass %1
    ...         body:
    ...             x.1 = x.0 - %0
    ...             yield x.1
    ...     return x.2
    ... ''')
    >>> print(show(rotate_loops(f, {"%0"})))
    function f(a):
        x.2 = while carry x.0 = a:
            test:
                pass True
            body:
                %0 = x.0 * x.0
                %1 = %0 > 2
                if %1:
                    yield
                else:
                    break x.0 exit 0
                x.1 = x.0 - %0
                yield x.1
        return x.2
    """

    def block(old: Block) -> Block:
        lines = tuple(line if isinstance(line, Def) else map_blocks(line, block) for line in old.lines)
        return Block(tuple(_rotate(line, active) if isinstance(line, While) else line for line in lines), old.terminator)

    return replace(function, body=block(function.body))


def _rotate(loop: While, active: Set[Name]) -> While:
    end = loop.test.terminator
    assert isinstance(end, Pass)
    made = {target for line in lines_of(loop.test) for target in line.targets}
    bound = (at for at in zip(loop.carried, loop.targets, end.values) if at[2] != at[0])
    if made.isdisjoint(active) and not any(carried in active or target in active for carried, target, _ in bound):
        return loop
    leave = If((), end.value, Block((), Yield()), Block((), Break(end.values or loop.carried, 0)), loop.place)
    body = Block((*loop.test.lines, leave, *loop.body.lines), loop.body.terminator)
    return replace(loop, test=Block((), Pass(Const(True))), body=body)
