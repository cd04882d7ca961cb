"""Is this a well-formed program? Asked between all passes in tests, so that a wrong pass is found where it is wrong.

>>> from wengert.ir.text import parse
>>> verify(parse("function f(x):\\n    y.0 = 2 * z.0\\n    return y.0"))
Traceback (most recent call last):
wengert.ir.verify.Malformed: `z.0` is read but not defined here
    y.0 = 2 * z.0
in function f

What it proves: every name is bound once in the whole program, and before it is read, where the reader can see it; blocks hand
over as many values as their line binds; control leaves a block only where it may; and a name whose value a consuming op has
overwritten is not read again on any path (`ir/lifetimes.py`), nor a view of what the primal has written to. One walk over the program, linear in its length.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from wengert.ir.core import (
    Apply,
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
    Return,
    Stop,
    Terminator,
    While,
    Yield,
)
from wengert.ir.kinds import Array, Kind, Known, Scalar, Slice, Tuple
from wengert.ir.lifetimes import Lives, breaks, flow_of, leaving
from wengert.ir.text import show_line, show_terminator
from wengert.ir.values import substitute
from wengert.ir.walk import CONSUMING, INPLACE, PURE, WRITES, Part, defined, exits, functions_of, names, reads


class Malformed(ValueError):
    """A pass made a program that has no meaning: a defect of this library, never of the user's function."""


def verify(function: Function, generic: bool = False) -> None:
    """Raise `Malformed` unless the program is well formed.

    In a `generic` program, one not yet specialised, the in-place operators may also mean numbers, so they end no life.
    """
    callees = {name: len(callee.parameters) for name, callee in function.callees.items()}
    for one in functions_of(function):
        checker = _Checker(CONSUMING.difference(INPLACE) if generic else CONSUMING, callees, one.kinds)
        try:
            checker.function(one, _Where(0), f"function {one.name}({', '.join(one.parameters)}):")
        except Malformed as error:
            raise Malformed(f"{error}\nin function {one.name}") from None


@dataclass(frozen=True, slots=True)
class _Where:
    """What may be done where a block stands."""

    depth: int  # names bound at a smaller depth belong to all turns of a loop, or to the function around
    loop: For | While | None = None  # the loop that `break` and `continue` mean
    returns: bool = True  # not so in the test of a `while`


def _text(part: Part) -> str:
    return show_line(part) if isinstance(part, (Apply, If, For, While, Def)) else show_terminator(part)


def _need(holds: bool, reason: str, part: Part | str) -> None:
    if not holds:
        raise Malformed(f"{reason}\n    {part if isinstance(part, str) else _text(part)}")


@dataclass(slots=True)
class _Checker:
    consuming: frozenset[str]
    callees: Mapping[str, int]  # how many arguments each takes
    kinds: Mapping[Name, Kind]
    views: dict[Name, list[Name]] = field(default_factory=dict)  # of each array, the parts of it that were read as views
    bound: set[Name] = field(default_factory=set)  # anywhere in the program
    lives: Lives = field(default_factory=Lives)  # `lives.depth` holds the names that are visible where the walk stands

    def function(self, function: Function, where: _Where, head: str) -> None:
        self.bind(function.parameters, where.depth, head)
        end = function.body.terminator
        _need(isinstance(end, (Return, Stop)), "a function ends in `return` or `stop`", end)
        self.block(function.body, where)
        self.hide(function.parameters)

    # Names

    def bind(self, fresh: Iterable[Name], depth: int, part: Part | str) -> None:
        for name in fresh:
            _need(name not in self.bound, f"`{name}` is bound a second time", part)
            self.bound.add(name)
            self.lives.depth[name] = depth

    def hide(self, gone: Iterable[Name]) -> None:
        for name in gone:
            del self.lives.depth[name]

    def read(self, name: Name, part: Part) -> None:
        _need(name in self.lives.depth, f"`{name}` is read but not defined here", part)
        self.lives.read(name, lambda reason: Malformed(f"{reason}\n    {_text(part)}"))

    def consume(self, name: Name, depth: int, part: Part, text: str) -> None:
        self.lives.consume(name, depth, text, lambda reason: Malformed(f"{reason}\n    {_text(part)}"))

    def spoil(self, name: Name, text: str) -> None:
        """A view shows what the primal has written into its array: the value that it was is gone."""
        for view in self.views.get(name, ()):
            if view in self.lives.depth:
                self.lives.spoil(view, text)
            self.spoil(view, text)

    # Blocks

    def block(self, block: Block, where: _Where) -> None:
        """Check a block and forget what it bound; its deaths stay known."""
        self.hide(self.lines(block, where))

    def lines(self, block: Block, where: _Where) -> list[Name]:
        """Check a block; the names it bound, still visible."""
        fresh: list[Name] = []
        last: Line | None = None
        for line in block.lines:
            if last is not None:
                _need(not _never_passed(last), f"this line is never reached, it stands below `{_text(last)}`", line)
            self.line(line, where)
            fresh += defined(line)
            last = line
        end = block.terminator
        for name in names(end):
            self.read(name, end)
        self.terminator(end, last, where)
        return fresh

    def terminator(self, end: Terminator, last: Line | None, where: _Where) -> None:
        match end:
            case Break() | Continue():
                word = "break" if isinstance(end, Break) else "continue"
                _need(where.loop is not None, f"`{word}` outside of the body of a loop", end)
                assert where.loop is not None
                count = len(where.loop.carried)
                _need(len(end.values) == count, f"`{word}` hands over {len(end.values)} values, the loop carries {count}", end)
                if isinstance(end, Break):
                    _need(end.exit >= 0, "an exit code is 0, as if the loop had ended by itself, or more", end)
                    _need(end.exit <= 1 or where.loop.exit is not None, "an exit code for a loop that binds none", end)
            case Return():
                _need(where.returns, "`return` in the test of a `while`", end)
            case Stop():
                _need(last is not None and (_never_passed(last) or _endless(last)), "`stop` can be reached", end)
                return
            case Pass():
                _need(False, "`pass` ends the test of a `while` and no other block", end)
        _need(last is None or not _never_passed(last), f"never reached: it stands below `{_text(last) if last else ''}`", end)

    # Lines

    def line(self, line: Line, where: _Where) -> None:
        for name in names(line):
            self.read(name, line)
        match line:
            case Apply():
                if line.op == "invoke":
                    self.call(line)
                if line.op in self.consuming and line.args and not isinstance(line.args[0], Const):
                    taken = line.args[0]
                    rest = [*line.args[1:], *(atom for _, atom in line.keywords)]
                    _need(taken not in rest or line.op in WRITES, f"`{taken}` is overwritten and read by the same op", line)
                    self.consume(taken, where.depth, line, _text(line))
                    if line.op in WRITES:
                        self.spoil(taken, _text(line))
                elif line.op == "getitem" and isinstance(line.args[0], str) and is_view(line, self.kinds):
                    self.views.setdefault(line.args[0], []).append(line.targets[0])
            case If():
                self.branch(line, where)
            case For() | While():
                self.loop(line, where)
                return  # which binds its targets itself
            case Def():
                for name in reads(line):
                    self.read(name, line)
                    self.lives.captured[name] = _text(line)
                self.function(line.function, _Where(where.depth + 1), _text(line))
        self.bind(defined(line), where.depth, line)

    def call(self, line: Apply) -> None:
        """What `invoke` names is there, and takes as many arguments."""
        callee = line.args[0].value if line.args and isinstance(line.args[0], Const) else None
        count = self.callees.get(callee) if isinstance(callee, str) else None
        _need(count is not None, f"there is no function {callee!r} to invoke", line)
        _need(count == len(line.args) - 1, f"`{callee}` takes {count} arguments", line)
        _need(line.keywords in ((), PURE), "only `pure=True` is said of an `invoke`", line)

    def branch(self, line: If, where: _Where) -> None:
        lives = self.lives
        survived = {}
        links: list[tuple[Name, list[Name]]] = []
        if exits(line.then) and exits(line.orelse):
            _need(not line.targets, "neither branch yields, so there is nothing to bind", line)
        for branch in (line.then, line.orelse):
            end, mark = branch.terminator, len(lives.trail)
            if isinstance(end, Yield):
                count = len(line.targets)
                _need(len(end.values) == count, f"yields {len(end.values)} values where {count} are bound by `{_text(line)}`", end)
            fresh = self.lines(branch, where)
            inner = set(fresh)
            if isinstance(end, Yield):
                for target, value in zip(line.targets, end.values):
                    if not isinstance(value, Const):
                        links.append((target, [name for name in lives.same(value) if name not in inner]))
                lives.twins(line.targets, end.values)
            self.hide(fresh)
            deaths = lives.undo(mark)
            if isinstance(end, Yield):
                survived.update(deaths)
        for name, death in survived.items():
            if name in lives.depth:
                lives.kill(name, death)
        for target, around in links:
            lives.link(target, around)

    def loop(self, line: For | While, where: _Where) -> None:
        lives, depth = self.lives, where.depth + 1
        head = _text(line)
        counts = len(line.targets), len(line.carried), len(line.initial)
        _need(len(set(counts)) == 1, f"carries {counts[1]} values, from {counts[2]} initial values, to {counts[0]} targets", line)
        flow = flow_of(line, lives.depth)
        mark, inside = len(lives.trail), replace(where, depth=depth, loop=line)
        self.bind(line.carried, depth, line)
        for values in flow.into:
            lives.twins(line.carried, values)
        fresh: list[Name] = list(line.carried)
        if isinstance(line, For):
            _need(len(line.elements) == len(line.sources) > 0, "a loop has one element for each source, and one at least", line)
            self.bind(line.elements, depth, line)
            fresh += line.elements
        else:
            fresh += self.test(line, replace(inside, loop=None, returns=False))
        end = line.body.terminator
        _need(
            not isinstance(end, Yield) or len(end.values) == counts[1],
            f"yields {_size(end)} values, `{head}` carries {counts[1]}",
            end,
        )
        fresh += self.lines(line.body, inside)
        self.hide(fresh)
        lives.undo(mark)
        taken = [position for position, name in enumerate(line.carried) if not lives.consumed.isdisjoint(lives.same(name))]
        overwritten = sorted(set().union(*(flow.outer[position] for position in taken)))
        inner = set(reads(line.body)) if overwritten else set()
        if overwritten:
            inner.update(
                reads(line.test) if isinstance(line, While) else [name for name in line.sources if not isinstance(name, Const)]
            )
        for name in overwritten:
            _need(name not in inner, f"`{name}` is read in the loop, but it is carried and a later turn overwrites it", line)
            self.consume(name, where.depth, line, head)
        self.bind(defined(line), where.depth, line)
        for target, around in zip(line.targets, leaving(line, flow, lives.depth)):
            lives.link(target, around)
        for values in (*flow.into, *breaks(line)):
            lives.twins(line.targets, values)

    def test(self, line: While, where: _Where) -> list[Name]:
        """Check the test of a loop; the names it bound, which the body sees, too."""
        end = line.test.terminator
        _need(isinstance(end, Pass), "the test of a `while` ends in `pass`", end)
        assert isinstance(end, Pass)
        count = len(line.carried)
        _need(len(end.values) in (0, count), f"passes {len(end.values)} values, the loop carries {count}", end)
        return self.lines(replace(line.test, terminator=Yield((end.value, *end.values))), where)


def is_view(line: Apply, kinds: Mapping[Name, Kind]) -> bool:
    """Is it a part of an array that shows the array's memory, for all that kinds tell? Elements at the places of an index array are copies."""
    array, index = (substitute(kinds, atom) for atom in line.args)
    steps = index.items if isinstance(index, Tuple) else (index,)
    basic = all(isinstance(step, (Slice, Scalar, Known)) for step in steps)
    return basic and isinstance(array, Array) and isinstance(substitute(kinds, line.targets[0]), Array)


def _size(end: Terminator) -> int:
    return len(end.values) if isinstance(end, Yield) else 0


def _never_passed(line: Line) -> bool:
    """Does control never get below this line?"""
    match line:
        case Apply(op=op):
            return op == "raise"
        case If(then=then, orelse=orelse):
            return exits(then) and exits(orelse)
    return False


def _endless(line: Line) -> bool:
    """A `while True` that nothing breaks: the one line that control might pass for all that its form tells."""
    end = line.test.terminator if isinstance(line, While) else None
    return isinstance(line, While) and isinstance(end, Pass) and end.value == Const(True) and not any(True for _ in breaks(line))
