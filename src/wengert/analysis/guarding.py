"""A function that is left where one of its lines raises: it says so in a box, and returns.

    a[0] = x                      probe.0 = def (): a[0] = x
    y = math.sqrt(x)              %1 = probe(probe.0)               # what the line raises, or None
                                  if %1 is not None:
                                      rebox(@raised, %1)
                                      return None
                        ==>       a[0] = x
                                  %3 = unbox(@raised)               # a function that it calls may have been left so, too
                                  if %3 is not None:
                                      return None
                                  probe.1 = def (): ...

So the body of a `try` (`frontend/piecewise.py`), and what it calls, is a program like any other, with all that it did before it raised. Most of
this goes again when kinds are known, as most lines cannot raise.
"""

from __future__ import annotations

from dataclasses import replace

from wengert.ir.build import Names
from wengert.ir.core import (
    UNDEF,
    Apply,
    Atom,
    Block,
    Break,
    Const,
    Def,
    For,
    Function,
    If,
    Line,
    Name,
    Pass,
    Place,
    Return,
    While,
    Yield,
)
from wengert.ir.walk import all_names, blocks_of, lines_of, map_blocks

RAISED = "@raised"
"""In the frame of such a function: the box of the exception that it is left with."""

CLASSES = "@classes"
"""In the same frame: the classes of exceptions, a tuple, that it is left for; others leave the derivative."""

WHOLE = "@whole"
"""In the same frame: was the copy of the last line that was probed all that can raise? If not, what the line calls is left, too."""

DONE = "@done"
"""In the same frame, after such a line was run instead of a copy of it: its value."""

QUIET = frozenset({
    "global", "cell", "unbox", "box", "rebox", "is_", "is_not", "not_", "tuple", "list", "slice", "fstring", "generate", "generator", "import_",
    "import_from", "probe", "attempted", "consume", "offer", "raise", "cleanup",
})  # fmt: skip
"""Generic lines that raise nothing that a `try` is written for, or look after it themselves."""

NONE = Const(None)


def guarded(function: Function) -> Function:
    """The program, left where a line raises."""
    if any(isinstance(line, Apply) and line.op == "unbox" and line.args[0] == RAISED for line in lines_of(function)):
        return function  # the body of a loop over a generator
    ends = (function.body.terminator, *(block.terminator for line in lines_of(function) for block in blocks_of(line)))
    numbered = all(isinstance(end.value, Const) for end in ends if isinstance(end, Return))  # the body of a `try` says how it was left
    left = Const(0) if numbered else UNDEF
    return replace(function, body=_Guarding(Names(all_names(function)), left).block(function.body))


class _Guarding:
    def __init__(self, names: Names, left: Atom) -> None:
        self.names = names
        self.left = Return(left)

    def block(self, block: Block) -> Block:
        lines: list[Line] = []
        for line in block.lines:
            if isinstance(line, Apply) and line.op == "raise" and line.args:
                lines += self.raised(line)
                return Block(tuple(lines), self.left)
            lines += self.line(line)
        return Block(tuple(lines), block.terminator)

    def line(self, line: Line) -> list[Line]:
        match line:
            case If():
                return [map_blocks(line, self.block)]
            case For():
                return [replace(line, body=self.block(line.body)), *self.called(line.place)]
            case While():
                return [self.loop(line)]
            case Apply() if line.op not in QUIET:
                return [*self.probed(line), line, *self.called(line.place)]
            case Apply() if line.op in ("attempted", "offer"):
                return [line, *self.called(line.place)]
        return [line]

    def loop(self, line: While) -> While:
        """A test that may raise is asked in the body."""
        end = line.test.terminator
        if not line.test.lines or all(isinstance(part, Apply) and part.op in QUIET for part in line.test.lines) or not isinstance(end, Pass):
            return replace(line, body=self.block(line.body))
        left = Break(end.values or line.carried, 0)
        asked = If((), end.value, Block((), Yield()), Block((), left), line.place)
        inside = self.block(Block((*line.test.lines, asked, *line.body.lines), line.body.terminator))
        code = line.exit or self.names.fresh("exit")  # 0 is what it is without a `break`
        return replace(line, test=Block((), Pass(Const(True))), body=inside, exit=code)

    def raised(self, line: Apply) -> list[Line]:
        exception = self.names.fresh("raised")
        lines = [Apply((exception,), "exception", line.args, place=line.place)]
        return [*lines, Apply((), "rebox", (RAISED, exception), place=line.place)]

    def probed(self, line: Apply) -> list[Line]:
        probe, found, test = self.names.fresh("probe"), self.names.fresh("raised"), self.names.fresh()
        fresh: dict[Name, Atom] = {name: self.names.fresh() for name in line.targets}
        tried = Function("attempt", (), Block((replace(line, targets=tuple(map(str, fresh.values()))),), Return(NONE)), place=line.place)
        leave = Block((Apply((), "rebox", (RAISED, found), place=line.place),), self.left)
        return [
            Def(probe, tried, line.place),
            Apply((found,), "probe", (probe,), place=line.place),
            Apply((test,), "is_", (found, NONE), place=line.place),
            If((), test, Block((), Yield()), leave, line.place),
        ]

    def called(self, place: Place | None) -> list[Line]:
        found, test = self.names.fresh("raised"), self.names.fresh()
        return [
            Apply((found,), "unbox", (RAISED,), place=place),
            Apply((test,), "is_", (found, NONE), place=place),
            If((), test, Block((), Yield()), Block((), self.left), place),
        ]
