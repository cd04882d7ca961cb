"""Kinds to a fixpoint: a generic program becomes one of primitives, for arguments of given kinds.

The program is walked once in the order in which it runs. The kinds of the arguments are known; the kind of every value that
is computed follows, and with it what a generic line means: `call(np.sin, x)` is the primitive `np.sin`, `x.sum()` is `np.sum(x)`,
`a += b` is `a + b` or a write, a call of the user's own function is that function's lines (`inline.py`). Where the branches of an `if`
meet, kinds are joined; a test that is known leaves only its branch. The body of a loop is walked until the kinds of its
carried values no longer change, and only the last walk counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from wengert.analysis.environment import Environment, Guard
from wengert.analysis.inline import ready
from wengert.analysis.leftovers import finish
from wengert.analysis.loop_kinds import settled, sources_of
from wengert.analysis.operations import specialise_apply
from wengert.analysis.state import Fact, Frame, State, Turn
from wengert.ir.build import Names
from wengert.ir.core import (
    Apply,
    Atom,
    Block,
    Break,
    Continue,
    Def,
    For,
    Function,
    If,
    Line,
    Name,
    Pass,
    Stop,
    Terminator,
    While,
    Yield,
)  # fmt: skip
from wengert.ir.kinds import BOTTOM, INT, NUMERIC, UNKNOWN, Closure, Kind, Known, Optional, Text, join, may_carry_derivative
from wengert.ir.walk import all_names, map_atoms, reads


@dataclass(frozen=True, slots=True)
class Specialised:
    """A program of primitives with the kind of every name, and what it relied on."""

    function: Function
    guards: tuple[Guard, ...]


def specialise(
    function: Function, kinds: Sequence[Kind], environment: Environment, varied: Sequence[bool] | None = None
) -> Specialised:
    """Turn a generic program into primitives, for arguments of these kinds.

    `varied` says which arguments derivatives are asked for (all that can have one, if not given): what depends on them must
    be differentiable, what does not may be anything.

    >>> import numpy as np
    >>> from wengert.ir.kinds import MANY, Array
    >>> from wengert.ir.text import parse, show
    >>> class Globals(dict):
    ...     lookup = dict.__getitem__
    >>> f = parse('''
    ... function f(x):
    ...     %0 = global('np')
    ...     %1 = getattr(%0, 'sin')
    ...     %2 = call(%1, x)
    ...     %3 = getattr(%2, 'sum')
    ...     %4 = call(%3)
    ...     return %4
    ... ''')
    >>> print(show(specialise(f, [Array("float64", (MANY,))], Globals(np=np)).function))
    function f(x):
        %2 = np.sin(x)
        %4 = np.sum(%2)
        return %4
    """
    state = State(Names(all_names(function)), environment)
    program, sharing = ready(state, function, environment, function, nested=False)
    for name in all_names(program):
        state.names.reserve(name)
    frame = Frame(program, environment, sharing, main=True)
    walk = _Walk(state)
    state.run = walk.run
    for index, (parameter, kind) in enumerate(zip(function.parameters, kinds)):
        state.define(parameter, kind, may_carry_derivative(kind) if varied is None else varied[index])
    out: list[Line] = []
    end = walk.run(program.body, frame, None, out)
    made = finish(state, replace(program, body=Block(tuple(out), end)))
    return Specialised(made, tuple(state.guards.values()))


class _Walk:
    def __init__(self, state: State) -> None:
        self.state = state

    def run(self, block: Block, frame: Frame, turn: Turn | None, out: list[Line]) -> Terminator:
        """Write the lines of a block in new names; its terminator, also in new names, is the caller's to place."""
        learnt: dict[Name, Kind] = {}  # by the tests that this block got past: the kinds to restore below it
        end = self.lines(block, frame, turn, out, learnt)
        if end is None:
            end = map_atoms(block.terminator, frame.atom)
            if turn is not None and isinstance(end, (Break, Continue)):
                (turn.left if isinstance(end, Break) else turn.again).append([self.state.fact(atom) for atom in end.values])
        self.state.kinds.update(learnt)
        return end

    def lines(
        self, block: Block, frame: Frame, turn: Turn | None, out: list[Line], learnt: dict[Name, Kind]
    ) -> Terminator | None:
        """Write the lines of a block; the terminator of a line that control never gets past."""
        for line in block.lines:
            end: Terminator | None = None
            match line:
                case Apply():
                    end = specialise_apply(self.state, frame, line, out)
                case If():
                    end = self.branch(line, frame, turn, out, learnt)
                case For():
                    self.walk_for(line, frame, out)
                case While():
                    self.walk_while(line, frame, out)
                case Def():
                    self.define_function(line, frame, out)
            if end is not None:
                return end
        return None

    def block(self, block: Block, frame: Frame, turn: Turn | None, learnt: dict[Name, Kind]) -> Block:
        """Write a branch, knowing what its test says of kinds."""
        out: list[Line] = []
        before = {name: self.state.kinds[name] for name in learnt}
        self.state.kinds.update(learnt)
        end = self.run(block, frame, turn, out)
        self.state.kinds.update(before)
        return Block(tuple(out), end)

    def branch(
        self, line: If, frame: Frame, turn: Turn | None, out: list[Line], learnt: dict[Name, Kind]
    ) -> Terminator | None:
        """Walk both branches, or the one that a known test takes; the terminator, if control never gets past the `if`."""
        state = self.state
        test = frame.atom(line.test)
        truth = truth_of(state.kind(test))
        if truth is not None:
            end = self.run(line.then if truth else line.orelse, frame, turn, out)
            if not isinstance(end, Yield):
                return end
            for target, value in zip(line.targets, end.values):
                state.bind(frame, target, value)
            return None
        true, false = self.told(test)
        then, orelse = self.block(line.then, frame, turn, true), self.block(line.orelse, frame, turn, false)
        ends = [block.terminator for block in (then, orelse) if isinstance(block.terminator, Yield)]
        if not ends:
            out.append(If((), test, then, orelse, frame.place(line.place)))
            return Stop()
        targets = []
        for position, old in enumerate(line.targets):
            facts = [state.fact(end.values[position]) for end in ends]
            new = state.target(frame, old)
            axes = [f"{new}:{axis}" for axis in range(8)]
            state.bind_fact(frame, old, new, facts[0] if len(facts) == 1 else facts[0].join(facts[1], axes))
            targets.append(new)
        out.append(If(tuple(targets), test, then, orelse, frame.place(line.place)))
        if len(ends) == 1:  # below, the test has the answer of the branch that goes on
            for name, kind in (false if isinstance(orelse.terminator, Yield) else true).items():
                learnt.setdefault(name, state.kinds[name])
                state.kinds[name] = kind
        return None

    def told(self, test: Atom) -> tuple[dict[Name, Kind], dict[Name, Kind]]:
        """The kinds of names in the branches of a test for None, where they are other than outside."""
        op, name = self.state.none_tests.get(test, ("", "")) if isinstance(test, str) else ("", "")
        kind = self.state.kinds.get(name)
        if not isinstance(kind, Optional):
            return {}, {}
        none: dict[Name, Kind] = {name: Known(None)}
        some = {name: kind.kind}
        return (none, some) if op == "is_" else (some, none)

    def define_function(self, line: Def, frame: Frame, out: list[Line]) -> None:
        """Keep a nested function for the calls of it; its line stays only if it is handed on as a value (`leftovers.py`)."""
        state = self.state
        captured = [frame.atom(name) for name in reads(line)]
        varied = state.varies(*captured)
        state.give_away(*captured)
        new = state.target(frame, line.target)
        state.define(new, Closure(new), varied)
        state.closures[new] = (line.function, frame)
        state.lazy.add(new)
        out.append(Def(new, line.function, frame.place(line.place)))

    # loops

    def walk_for(self, line: For, frame: Frame, out: list[Line]) -> None:
        state = self.state
        sources = sources_of(state, frame, line, out)

        def body(carried: Sequence[Name], turn: Turn) -> For:
            begin: list[Line] = []
            elements = sources.bind(state, frame, begin)
            inside = self.run(line.body, frame, turn, begin)
            if isinstance(inside, Yield):
                turn.again.append([state.fact(atom) for atom in inside.values])
            block = Block(tuple(begin), inside)
            return For((), elements, sources.atoms, tuple(carried), (), block, None, frame.place(line.place))

        made, turn, entry = self.fixpoint(line, frame, body)
        assert isinstance(made, For)
        self.after(line, made, frame, [entry, *turn.left], out)

    def walk_while(self, line: While, frame: Frame, out: list[Line]) -> None:
        state = self.state
        passed: list[Sequence[Fact]] = []

        def body(carried: Sequence[Name], turn: Turn) -> While:
            passed.clear()
            asked: list[Line] = []
            end = self.run(line.test, frame, None, asked)
            inner: list[Line] = []
            if isinstance(end, Pass):
                values: Sequence[Atom] = end.values or carried
                if truth_of(state.kind(end.value)) is not True:
                    passed.append([state.fact(atom) for atom in values])
            inside = self.run(line.body, frame, turn, inner)
            if isinstance(inside, Yield):
                turn.again.append([state.fact(atom) for atom in inside.values])
            test = Block(tuple(asked), end)
            return While((), tuple(carried), (), test, Block(tuple(inner), inside), None, frame.place(line.place))

        made, turn, _ = self.fixpoint(line, frame, body)
        assert isinstance(made, While)
        self.after(line, made, frame, [*passed, *turn.left], out)

    def fixpoint(self, line: For | While, frame: Frame, body: object) -> tuple[For | While, Turn, list[Fact]]:
        """Walk the body until the carried values come back as they went in."""
        state = self.state
        assert callable(body)
        initial = tuple(map(frame.atom, line.initial))
        key = (id(line), *frame.path)
        facts = [settled(state.fact(atom)) for atom in initial]
        if key in state.stable:  # an earlier walk, of a loop around, has been here: begin where that one ended
            facts = [a.join(b) for a, b in zip(facts, state.stable[key])]
        mark = state.mark()
        for rounds in range(60):
            carried = [state.target(frame, old) for old in line.carried]
            for old, new, fact in zip(line.carried, carried, facts):
                state.bind_fact(frame, old, new, fact)
            turn = Turn()
            made: For | While = body(carried, turn)
            joined = []
            for position, (new, fact) in enumerate(zip(carried, facts)):
                axes = [f"{new}:{axis}" for axis in range(8)]
                result = fact
                for again in turn.again:
                    result = result.join(again[position], axes)
                if rounds >= 3 and result.kind != fact.kind:
                    result = widened(result)
                joined.append(result)
            if joined == facts:
                break
            facts = joined
            state.reset(mark)
        state.stable[key] = facts
        return replace(made, initial=initial), turn, facts

    def after(self, line: For | While, made: For | While, frame: Frame, ways: list[Sequence[Fact]], out: list[Line]) -> None:
        """Bind what is known after the loop: whatever may be carried along a way that leaves it."""
        state = self.state
        targets = []
        for position, old in enumerate(line.targets):
            new = state.target(frame, old)
            axes = [f"{new}:{axis}" for axis in range(8)]
            fact = Fact(BOTTOM, False, True)
            for way in ways:
                fact = fact.join(way[position], axes)
            state.bind_fact(frame, old, new, fact)
            targets.append(new)
        left = None
        if line.exit is not None:
            left = state.target(frame, line.exit)
            state.define(left, INT)
        out.append(replace(made, targets=tuple(targets), exit=left))


def truth_of(kind: Kind) -> bool | None:
    """Is a value of this kind surely true, or surely false?

    >>> truth_of(Known(None)), truth_of(Text("")), truth_of(Known(len)), truth_of(INT)
    (False, False, True, None)
    """
    if isinstance(kind, Known):
        return bool(kind.value) if isinstance(kind.value, (bool, int, float, type(None))) or callable(kind.value) else None
    if isinstance(kind, Text) and kind.value is not None:
        return bool(kind.value)
    return True if isinstance(kind, Closure) else None


def widened(fact: Fact) -> Fact:
    """The kind did not come to rest: the kind of all numbers if it is one, else unknown."""
    return replace(fact, kind=NUMERIC if join(fact.kind, NUMERIC) == NUMERIC else UNKNOWN)
