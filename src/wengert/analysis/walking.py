"""The walk over a program that finds its kinds: line by line, both branches of an `if`, the body of a loop until nothing new turns up.

    y = if c:                      y = if c:                       # each branch with what the test says of kinds
        %0 = call(@sin, x)             %0 = sin(x)
        yield %0             ==>       yield %0
    else:                          else:
        yield x                        yield x

A test whose answer is known leaves one of its branches; what can be walked over item by item leaves no loop.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from wengert.analysis.carrying import Carrying
from wengert.analysis.deciding import Choice, again, choice, settle, take
from wengert.analysis.frame import Frame
from wengert.analysis.generators import fresh_name, woven
from wengert.analysis.heap import Memory
from wengert.analysis.loop_kinds import counted, sources_of
from wengert.analysis.loop_results import after
from wengert.analysis.meeting import Side, meet
from wengert.analysis.objects import materialised
from wengert.analysis.operations import specialise_apply
from wengert.analysis.peeling import peeled
from wengert.analysis.protocols import only_asked, over_items, truth_of_object
from wengert.analysis.state import State
from wengert.analysis.turns import Edge, Turn
from wengert.analysis.unroll import items_known, leaves, turns
from wengert.analysis.writing_out import place_of, write_out
from wengert.ir.core import (
    Apply,
    Atom,
    Block,
    Break,
    Const,
    Continue,
    Def,
    For,
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
from wengert.ir.kinds import INT, UNKNOWN, Closure, Kind, Known, Optional, Text
from wengert.ir.walk import map_atoms, reads


class Walk:
    """The lines of a program, written in new names into the block that is open."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.asked: set[int] = set()  # the `if`s of whose result nobody asks more than whether it is true

    def run(self, block: Block, frame: Frame, turn: Turn | None, out: list[Line]) -> Terminator:
        """Write the lines of a block in new names; its terminator, also in new names, is the caller's to place."""
        learnt: dict[Name, Kind] = {}  # by the tests that this block got past: the kinds to restore below it
        outer, self.state.out = self.state.out, out
        try:
            end = self.lines(block, frame, turn, out, learnt)
            if end is None:
                end = self.end(block.terminator, frame, turn)
        finally:  # what is refused may only have been tried
            self.state.out = outer
        self.state.kinds.update(learnt)
        return end

    def end(self, end: Terminator, frame: Frame, turn: Turn | None) -> Terminator:
        """A terminator in new names. What a block yields is not read here: a variable may stand for an object that is the same around it."""
        match end:
            case Break() | Continue() if turn is not None:
                edge = turn.edge([frame.handle(atom) for atom in end.values])
                (turn.left if isinstance(end, Break) else turn.again).append(edge)
                return replace(end, values=turn.values(edge))
            case Yield():
                return map_atoms(end, frame.handle)
            case Pass():
                return replace(end, value=self.test(end.value, frame, self.state.out), values=tuple(map(frame.handle, end.values)))
            case Return() if frame.call is None:
                return replace(end, value=materialised(self.state, frame.handle(end.value)))
        return map_atoms(end, frame.handle)

    def lines(
        self, block: Block, frame: Frame, turn: Turn | None, out: list[Line], learnt: dict[Name, Kind]
    ) -> Terminator | None:
        """Write the lines of a block; the terminator of a line that control never gets past."""
        for position, line in enumerate(block.lines):
            end: Terminator | None = None
            self.state.place = frame.place(line.place)
            match line:
                case Apply():
                    self.state.maybe.open = None
                    end = specialise_apply(self.state, frame, line, out)
                    if self.state.maybe.open is not None and end is None and (made := choice(self.state, frame, block, position)) is not None:
                        return self.both(made, frame, turn, out)
                case If():
                    self.asked.update(only_asked(block, position) if self.state.heap.fields else ())
                    end = self.branch(line, frame, turn, out, learnt)
                case For():
                    line = over_items(self.state, frame, line, out)
                    generic = woven(self.state, frame, line) or peeled(self.state, frame, line, out)
                    items = None if generic is not None else items_known(self.state, frame, line, out)
                    if generic is not None:
                        end = self.lines(Block(generic, Yield()), frame, turn, out, learnt)
                    else:
                        done, end = (False, None) if items is None else self.walk_items(line, items, frame, out)
                        if not done:
                            self.walk_for(line, frame, out)
                case While():
                    self.walk_while(line, frame, out)
                case Def():
                    self.define_function(line, frame, out)
            if end is not None:
                return end
        return None

    def test(self, atom: Atom, frame: Frame, out: list[Line]) -> Atom:
        """What is asked whether it is true: of an object, what its methods say."""
        truth = truth_of_object(self.state, frame, frame.handle(atom), self.state.place, out)
        return frame.atom(atom) if truth is None else truth

    def block(self, block: Block, frame: Frame, turn: Turn | None, learnt: dict[Name, Kind], before: Memory) -> tuple[Side, Terminator]:
        """Write a branch, knowing what its test says of kinds."""
        out: list[Line] = []
        kinds = {name: self.state.kinds[name] for name in learnt}
        self.state.kinds.update(learnt)
        self.state.heap.restore(before)
        around = self.state.inside
        self.state.inside = (*around, -1 - next(self.state.numbers))
        end = self.run(block, frame, turn, out)
        self.state.inside = around
        self.state.kinds.update(kinds)
        values = end.values if isinstance(end, Yield) else ()
        return Side(out, values, self.state.heap.fork()), end

    def branch(
        self, line: If, frame: Frame, turn: Turn | None, out: list[Line], learnt: dict[Name, Kind]
    ) -> Terminator | None:
        """Walk both branches, or the one that a known test takes; the terminator, if control never gets past the `if`."""
        state = self.state
        test = self.test(line.test, frame, out)
        truth = truth_of(state.kind(test))
        if truth is not None:
            end = self.run(line.then if truth else line.orelse, frame, turn, out)
            if not isinstance(end, Yield):
                return end
            for target, value in zip(line.targets, end.values):
                state.bind(frame, target, value)
            return None
        true, false = self.told(test)
        before, place = state.heap.fork(), frame.place(line.place)
        branches = [self.block(line.then, frame, turn, true, before), self.block(line.orelse, frame, turn, false, before)]
        for side, end in branches if id(line) in self.asked else ():
            if isinstance(end, Yield):
                whole = frame.handle(line.test)
                side.values = tuple(test if value == whole else truth_of_object(state, frame, value, place, side.out) or value for value in side.values)
        sides = [side for side, end in branches if isinstance(end, Yield)]
        if not sides:
            then, orelse = (Block(tuple(side.out), end) for side, end in branches)
            out.append(If((), test, then, orelse, place))
            return Stop()
        state.place = place
        targets, columns = meet(state, frame, line.targets, sides, before)
        op, asked = state.none_tests.get(test, ("", "")) if isinstance(test, str) else ("", "")
        if len(columns) == 2 and asked in columns[op == "is_"]:  # where it is None, so is the value that was asked about
            none, other = columns if op == "is_" else columns[::-1]
            none[:] = [asked if atom == Const(None) and same == asked else atom for atom, same in zip(none, other)]
        yields = iter(columns)
        then, orelse = (
            Block(tuple(side.out), Yield(tuple(next(yields))) if isinstance(end, Yield) else end) for side, end in branches
        )
        out.append(If(tuple(targets), test, then, orelse, place))
        if len(sides) == 2:
            for position, old in enumerate(line.targets):
                new, handles = frame.handle(old), [side.values[position] for side in sides]
                if isinstance(new, str) and any(callable(state.callee(handle)) or isinstance(state.kind(handle), Closure) for handle in handles):
                    state.chosen[new] = (test, handles[0], handles[1])
        if len(sides) == 1:  # below, the test has the answer of the branch that goes on
            for name, kind in (false if isinstance(orelse.terminator, Yield) else true).items():
                learnt.setdefault(name, state.kinds[name])
                state.kinds[name] = kind
        return None

    def both(self, made: Choice, frame: Frame, turn: Turn | None, out: list[Line]) -> Terminator:
        """Write the rest of a block for a view, and for a copy; where the program goes on behind it, the two meet."""
        state, heap, place = self.state, self.state.heap, self.state.place
        before, last = heap.fork(), made.rests[0].terminator
        values = last.values if isinstance(last, Yield) else ("",) if frame.call is not None else ()
        found = [fresh_name(state, frame) for _ in values]
        branches = []
        for rest, shared in zip(made.rests, (True, False)):
            heap.restore(before)
            take(state, made, shared)
            if frame.call is not None and isinstance(rest.terminator, Return):
                rest = replace(rest, terminator=Yield((rest.terminator.value,)))
            side, end = self.block(rest, frame, turn, {}, heap.fork())
            settle(state, made, side)
            branches.append((side, end))
        again(state, made)
        sides = [side for side, end in branches if isinstance(end, Yield)]
        state.place = place
        targets, columns = meet(state, frame, found, sides, before) if sides else ([], [])
        yields = iter(columns)
        then, orelse = (Block(tuple(side.out), Yield(tuple(next(yields))) if isinstance(end, Yield) else end) for side, end in branches)
        out.append(If(tuple(targets), made.test, then, orelse, place))
        handles = tuple(map(frame.handle, found))
        return Stop() if not sides else Yield(handles) if isinstance(last, Yield) else Return(handles[0])

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

    def walk_items(self, line: For, items: Sequence[Atom], frame: Frame, out: list[Line]) -> tuple[bool, Terminator | None]:
        """Walk over items that are known one by one. Not so if it is open in a turn whether it is the last: then nothing is written."""
        state = self.state
        values, code = tuple(map(frame.handle, line.initial)), Const(0)
        mark, memory, length = state.mark(), state.heap.fork(), len(out)
        for item, (element, carried, body) in zip(items, turns(state, frame, line, len(items))):
            state.bind(frame, element, item)
            for name, value in zip(carried, values):
                state.bind(frame, name, value)
            end = self.run(body, frame, None, out)
            if leaves(out[length:]):
                state.reset(mark)
                state.heap.restore(memory)
                del out[length:]
                return False, None
            if not isinstance(end, (Yield, Continue, Break)):
                return True, end
            values = end.values
            if isinstance(end, Break):
                code = Const(end.exit)
                break
        for target, value in zip(line.targets, values):
            state.bind(frame, target, value)
        if line.exit is not None:
            state.bind(frame, line.exit, code)
        return True, None

    def walk_for(self, line: For, frame: Frame, out: list[Line]) -> None:
        state = self.state
        sources = sources_of(state, frame, line, out)
        carrying = Carrying(state, frame, line)
        around = state.inside
        while True:
            state.inside = (*around, 1 + next(state.numbers))
            state.loops[state.inside[-1]] = place_of(line)
            turn, writes = carrying.begin(), len(state.heap.resized)
            begin: list[Line] = []
            outer, state.out = state.out, begin
            elements = sources.bind(state, frame, begin)
            state.out = outer
            inside = self.run(line.body, frame, turn, begin)
            if isinstance(inside, Yield):
                inside = self.last(inside, turn, begin)
            resized = state.heap.resized[writes:]
            if sources.written(state, carrying.spoilers(turn)) or sources.changed(state, carrying.found.slots, resized):
                carrying.again()
            elif carrying.settled(turn):
                break
        if any(isinstance(state.kind(atom), Closure) and state.kinds.get(carrying.heads[key]) == UNKNOWN for key, atom in carrying.starts.items()):
            write_out(state, state.inside[-1:])  # `h = compose(h, g)`: another function in each turn
        state.inside = around
        left = [edge.facts for edge in turn.left]
        state.heap.restore(carrying.entry)
        over = counted(sources, state, frame, out)
        targets, initial = after(carrying, [carrying.found.facts, *left])
        heads = tuple(carrying.heads[key] for key in carrying.keys)
        block = Block(tuple(begin), inside)
        made = For(tuple(targets), elements, over, heads, tuple(initial), block, None, frame.place(line.place))
        out.append(replace(made, exit=self.exit(line, frame, bool(left))))

    def walk_while(self, line: While, frame: Frame, out: list[Line]) -> None:
        state = self.state
        carrying = Carrying(state, frame, line)
        around = state.inside
        while True:
            state.inside = (*around, 1 + next(state.numbers))
            turn = carrying.begin()
            heads = tuple(carrying.heads[key] for key in carrying.keys)
            asked: list[Line] = []
            end = self.run(line.test, frame, None, asked)
            passed: list[Edge] = []
            if isinstance(end, Pass):
                outer, state.out = state.out, asked
                values = end.values or tuple(frame.handle(old) for old in line.carried)
                edge = carrying.edge(values)
                state.out = outer
                if truth_of(state.kind(end.value)) is not True:
                    passed.append(edge)
                atoms = turn.values(edge)
                end = replace(end, values=() if atoms == heads else atoms)
            inner: list[Line] = []
            inside = self.run(line.body, frame, turn, inner)
            if isinstance(inside, Yield):
                inside = self.last(inside, turn, inner)
            broken = bool(turn.left)
            turn.left += passed
            if carrying.settled(turn):
                break
        state.inside = around
        targets, initial = after(carrying, [edge.facts for edge in turn.left])
        made = While(tuple(targets), heads, tuple(initial), Block(tuple(asked), end), Block(tuple(inner), inside), None, frame.place(line.place))
        out.append(replace(made, exit=self.exit(line, frame, broken)))

    def last(self, end: Yield, turn: Turn, out: list[Line]) -> Yield:
        """The end of a turn that gets to its end."""
        outer, self.state.out = self.state.out, out
        edge = turn.edge(end.values)
        self.state.out = outer
        turn.again.append(edge)
        return replace(end, values=turn.values(edge))

    def exit(self, line: For | While, frame: Frame, broken: bool) -> Name | None:
        """The name of the exit code; it is known where every `break` turned out to stand in a branch that is never taken."""
        if line.exit is None:
            return None
        if not broken:
            self.state.bind(frame, line.exit, Const(0))
            return None
        left = self.state.target(frame, line.exit)
        return self.state.define(left, INT)


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
