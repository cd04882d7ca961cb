"""Give a value to what may have none where it is put on a tape.

A name defined in some turns only is `undef` in the others. The primal never reads it then; a tape that saves it in every
turn does. So wherever such a name gets no value it gets None, which the reverse sweep reads back and never uses.
"""

from __future__ import annotations

from dataclasses import replace

from wengert.ir.core import (
    UNDEF,
    Apply,
    Atom,
    Block,
    Break,
    Const,
    Continue,
    Def,
    For,
    Function,
    If,
    Line,
    Name,
    Pass,
    Terminator,
    While,
    Yield,
)  # fmt: skip
from wengert.ir.walk import base, lines_of, map_blocks

NONE = Const(None)
NO_ITEMS = Const(())
COPYING = frozenset({"append", "copy", "snapshot", "save"})


def define_saved(function: Function) -> Function:
    """Replace `undef` by None on every way that leads to a tape.

    >>> from wengert.ir.text import parse, show
    >>> print(show(define_saved(parse('''
    ... function f(x, n):
    ...     t.0 = list()
    ...     %0 = range(n)
    ...     y.2, t.3 = for i.0 in %0 carry y.0 = undef, t.1 = t.0:
    ...         t.2 = append(t.1, y.0)
    ...         y.1 = x * x
    ...         yield y.1, t.2
    ...     return t.3
    ... '''))))
    function f(x, n):
        t.0 = list()
        %0 = range(n)
        y.2, t.3 = for i.0 in %0 carry y.0 = None, t.1 = t.0:
            t.2 = append(t.1, y.0)
            y.1 = x * x
            yield y.1, t.2
        return t.3
    """
    feeds: dict[Name, list[Atom]] = {}
    _feeds(function.body, feeds, (), [])
    pending: list[Atom] = [a for line in lines_of(function) if isinstance(line, Apply) and _asks(line) for a in line.args]
    saved: set[Name] = set()
    while pending:
        atom = pending.pop()
        if isinstance(atom, str) and atom in feeds and atom not in saved:
            saved.add(atom)
            pending += feeds[atom]
    if not any(UNDEF in feeds[name] for name in saved):
        return function
    return replace(function, body=_Defining(saved).block(function.body, (), ()))


def _asks(line: Apply) -> bool:
    """Is it a line that a derivative adds, and that reads its argument where the primal may not have defined it?"""
    if line.op == "np.zeros_like":  # the adjoint of what another branch defines
        return base(line.targets[0]).endswith("_bar")
    return line.op in COPYING or line.op in ("len", "zero_of") and isinstance(line.args[0], str) and _is_tape(line.args[0])


def _is_tape(name: Name) -> bool:
    return base(name).rstrip("s").endswith("_tape")


def _feeds(block: Block, feeds: dict[Name, list[Atom]], targets: tuple[Name, ...], loops: list[For | While]) -> None:
    """What each name that joins ways may become."""

    def feed(names: tuple[Name, ...], values: tuple[Atom, ...]) -> None:
        for name, value in zip(names, values):
            feeds.setdefault(name, []).append(value)

    for line in block.lines:
        match line:
            case If():
                _feeds(line.then, feeds, line.targets, loops)
                _feeds(line.orelse, feeds, line.targets, loops)
            case For() | While():
                feed(line.carried, line.initial)
                feed(line.targets, line.carried)
                if isinstance(line, While):
                    _feeds(line.test, feeds, line.targets, [*loops, line])
                _feeds(line.body, feeds, line.carried, [*loops, line])
            case Def():
                _feeds(line.function.body, feeds, (), [])
    match block.terminator:
        case Yield(values):
            feed(targets, values)
        case Break(values):
            feed(loops[-1].targets, values)
        case Continue(values):
            feed(loops[-1].carried, values)
        case Pass(_, values) if values:
            feed(targets, values)


class _Defining:
    def __init__(self, saved: set[Name]) -> None:
        self.saved = saved

    def given(self, values: tuple[Atom, ...], names: tuple[Name, ...]) -> tuple[Atom, ...]:
        return tuple(
            (NO_ITEMS if _is_tape(name) else NONE) if value == UNDEF and name in self.saved else value for value, name in zip(values, names)
        )

    def block(self, block: Block, targets: tuple[Name, ...], loop: tuple[tuple[Name, ...], ...]) -> Block:
        lines = tuple(self.line(line, loop) for line in block.lines)
        return Block(lines, self.end(block.terminator, targets, loop))

    def end(self, end: Terminator, targets: tuple[Name, ...], loop: tuple[tuple[Name, ...], ...]) -> Terminator:
        match end:
            case Yield(values):
                return Yield(self.given(values, targets))
            case Break(values):
                return replace(end, values=self.given(values, loop[0]))
            case Continue(values):
                return replace(end, values=self.given(values, loop[1]))
        return end

    def line(self, line: Line, loop: tuple[tuple[Name, ...], ...]) -> Line:
        match line:
            case If():
                return map_blocks(line, lambda inner: self.block(inner, line.targets, loop))
            case For() | While():
                made = replace(line, initial=self.given(line.initial, line.carried))
                return replace(made, body=self.block(line.body, line.carried, (line.targets, line.carried)))
            case Def():
                return replace(line, function=replace(line.function, body=self.block(line.function.body, (), ())))
        return line
