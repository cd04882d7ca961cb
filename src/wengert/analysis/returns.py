"""One way out: rewrite a function so that its only `return` is its last line.

A function that is inlined hands its value to the line that called it, and a sweep that goes backward wants one place to
begin. An early return becomes a branch that yields the value, with the rest of the block nested into the other branch; a
return inside a loop becomes a `break` that carries the value out and says so by its exit code.

    if %0:                                %1 = if %0:
        return x                              yield x
    else:                        ==>      else:
        yield                                 y.0 = 2 * x
    y.0 = 2 * x                               yield y.0
    return y.0                            return %1

Where both branches of an `if` may go on and one of them may return, nothing is copied: a flag says whether there is a value already.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from wengert.ir.build import Names
from wengert.ir.core import (
    UNDEF,
    Apply,
    Atom,
    Block,
    Break,
    Const,
    Continue,
    For,
    Function,
    If,
    Line,
    Name,
    Pass,
    Return,
    Stop,
    Terminator,
    While,
    Yield,
)  # fmt: skip
from wengert.ir.walk import all_names, blocks_of, exits, lines_of, map_blocks, rename

TRUE, FALSE = Const(True), Const(False)


def nest_returns(function: Function) -> Function:
    """Make the last terminator of the body the only `return`; what raises instead of returning stays as it is.

    >>> from wengert.ir.text import parse, show
    >>> print(show(nest_returns(parse('''
    ... function f(x, n):
    ...     %0 = n == 1
    ...     if %0:
    ...         return x
    ...     y.0 = 2 * x
    ...     return y.0
    ... '''))))
    function f(x, n):
        %0 = n == 1
        %1 = if %0:
            yield x
        else:
            y.0 = 2 * x
            yield y.0
        return %1
    """
    if not any(map(_returns, function.body.lines)):
        return function
    body = _Nesting(Names(all_names(function))).function(function.body)
    return replace(function, body=body)


def returns_in_loops(function: Function) -> bool:
    """Is there a `return` inside a loop?"""
    return any(isinstance(line, (For, While)) and _returns(line) for line in lines_of(function))


def _returns(line: Line) -> bool:
    """Is there a `return` of this function inside the line?"""
    if not isinstance(line, (If, For, While)):
        return False
    return any(isinstance(block.terminator, Return) or any(map(_returns, block.lines)) for block in blocks_of(line))


@dataclass(frozen=True, slots=True)
class _Region:
    """How the ends of a region that is being nested hand over: `count` values, the last of which is the returned one."""

    count: int
    returned: Callable[[Atom], Terminator]  # for a `return`
    passed: Callable[[tuple[Atom, ...]], Terminator]  # for the region's own `yield`


def _tail(values: tuple[Atom, ...]) -> Terminator:
    raise ValueError("a function's body ends in `return` or `stop`")


_BODY = _Region(1, lambda value: Yield((value,)), _tail)


class _Nesting:
    def __init__(self, names: Names) -> None:
        self.names = names

    def function(self, body: Block) -> Block:
        nested = self.region(body.lines, body.terminator, _BODY)
        end = nested.terminator
        return Block(nested.lines, Return(end.values[0])) if isinstance(end, Yield) else nested

    def region(self, lines: Sequence[Line], end: Terminator, region: _Region) -> Block:
        """Nest what follows each `if` that returns; the block made ends in `yield` or `stop`."""
        done: list[Line] = []
        for index, line in enumerate(lines):
            if isinstance(line, (For, While)) and _returns(line):
                line, value, left, endless = self.loop(line)
                done.append(line)
                if endless:
                    return Block(tuple(done), region.returned(value))
                test = self.names.fresh()
                done.append(Apply((test,), "eq", left, place=line.place))
                line = If((), test, Block((), Return(value)), Block((), Yield(())), line.place)
            if not (isinstance(line, If) and _returns(line)):
                done.append(line)
                continue
            rest = lines[index + 1 :]
            if exits(line.then) or exits(line.orelse):
                return self.branches(done, line, rest, end, region)
            line, flag, value = self.flagged(line)
            done.append(line)
            follow = If((), flag, Block((), Return(value)), Block((), Yield(())), line.place)
            return self.branches(done, follow, rest, end, region)
        return Block(tuple(done), self.end(end, region))

    def end(self, end: Terminator, region: _Region) -> Terminator:
        if isinstance(end, Return):
            return region.returned(end.value)
        return region.passed(end.values) if isinstance(end, Yield) else end

    def branches(self, done: list[Line], line: If, rest: Sequence[Line], end: Terminator, region: _Region) -> Block:
        """The `if` has a branch that exits: the rest of the block goes into the other one."""

        def nest(block: Block) -> Block:
            if not isinstance(block.terminator, Yield):
                return self.region(block.lines, block.terminator, region)
            mapping = dict(zip(line.targets, block.terminator.values))
            below = rename(Block(tuple(rest), end), mapping) if mapping else Block(tuple(rest), end)
            return self.region((*block.lines, *below.lines), below.terminator, region)

        then, orelse = nest(line.then), nest(line.orelse)
        if isinstance(then.terminator, Stop) and isinstance(orelse.terminator, Stop):
            return Block((*done, If((), line.test, then, orelse, line.place)), Stop())
        targets = tuple(self.names.fresh() for _ in range(region.count))
        return Block((*done, If(targets, line.test, then, orelse, line.place)), Yield(targets))

    def flagged(self, line: If) -> tuple[If, Name, Name]:
        """Both branches may go on: they yield, beside their values, whether there is a value to return, and that value."""
        missing = (UNDEF,) * len(line.targets)
        region = _Region(
            len(line.targets) + 2, lambda value: Yield((*missing, TRUE, value)), lambda values: Yield((*values, FALSE, UNDEF))
        )
        then = self.region(line.then.lines, line.then.terminator, region)
        orelse = self.region(line.orelse.lines, line.orelse.terminator, region)
        flag, value = self.names.fresh(), self.names.fresh()
        return If((*line.targets, flag, value), line.test, then, orelse, line.place), flag, value

    def loop(self, line: For | While) -> tuple[For | While, Name, tuple[Atom, Atom], bool]:
        """Returns inside become breaks: the loop, the name of the value, what exit code to compare, and if it always returns."""
        codes = [end.exit for end in _breaks(line.body)]
        code = max([1, *codes]) + 1
        inner, value = self.names.fresh(), self.names.fresh()
        left = line.exit or self.names.fresh("exit")
        body = self.body(line.body, code, line.carried)
        made = replace(
            line, targets=(*line.targets, value), carried=(*line.carried, inner), initial=(*line.initial, UNDEF), body=body, exit=left
        )
        endless = False
        if isinstance(made, While):
            asked = made.test.terminator
            assert isinstance(asked, Pass)
            if asked.values:
                made = replace(made, test=replace(made.test, terminator=replace(asked, values=(*asked.values, UNDEF))))
            always = isinstance(asked.value, Const) and bool(asked.value.value)
            endless = always and not codes
        return made, value, (left, Const(code)), endless

    def body(self, block: Block, code: int, carried: tuple[Atom, ...], branch: bool = False) -> Block:
        """Carry one value more through the body of a loop, and let its returns be breaks; nobody reads the others behind one, so they are as the turn found them."""
        lines: list[Line] = []
        for line in block.lines:
            if isinstance(line, If):
                lines.append(map_blocks(line, lambda block: self.body(block, code, carried, branch=True)))
            elif isinstance(line, (For, While)) and _returns(line):
                loop, value, left, endless = self.loop(line)
                lines.append(loop)
                leave = Break((*carried, value), code)
                if endless:
                    return Block(tuple(lines), leave)
                test = self.names.fresh()
                lines.append(Apply((test,), "eq", left, place=line.place))
                lines.append(If((), test, Block((), leave), Block((), Yield(())), line.place))
            else:
                lines.append(line)
        end = block.terminator
        if isinstance(end, Return):
            end = Break((*carried, end.value), code)
        elif isinstance(end, (Break, Continue)) or (isinstance(end, Yield) and not branch):
            end = replace(end, values=(*end.values, UNDEF))
        return Block(tuple(lines), end)


def _breaks(block: Block) -> list[Break]:
    """The breaks of a loop's own body."""
    found = [block.terminator] if isinstance(block.terminator, Break) else []
    for line in block.lines:
        if isinstance(line, If):
            found += _breaks(line.then) + _breaks(line.orelse)
    return found
