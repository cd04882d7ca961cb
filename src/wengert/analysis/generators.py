"""Generators: the lines of one are written where a `for` walks over it, and the body of the `for` where it offers a value.

    def squares(n):                         s_box.0 = box(0.0)
        for i in range(n):                  turn.0 = def (v):
            yield i * i                         s.1 = unbox(s_box.0)
                                  ==>           s.2 = s.1 + v
    for v in squares(n):                        rebox(s_box.0, s.2)
        s = s + v                               return False
                                            consume(%g, turn.0)             # the lines of `squares`, with `%2 = call(turn.0, %1)`
                                            s.3 = unbox(s_box.0)            # for `%2 = offer(%1)`

So the two run in Python's order, piece by piece, and a generator without end ends when its consumer does. Until then a call of a
generator function does nothing; what else could be done with its result is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from wengert import errors
from wengert.analysis.frame import Frame
from wengert.analysis.guarding import WHOLE
from wengert.analysis.state import State
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
    Place,
    Return,
    Terminator,
    Yield,
)
from wengert.ir.kinds import UNKNOWN
from wengert.ir.walk import base, map_blocks

STOP, GO_ON = Const(True), Const(False)
RETURNED = Const(-1)
CONSUMER = "@consumer"
"""In the frame of a generator: the function that takes its values."""

DEEPEST = 40
"""So deep may a generator walk over itself, which constants of the text have to end."""

START = "@start"
"""In the frame of a `for` over `enumerate(generator, start)`."""

FAR = 1_000_000  # names of a program that is read have smaller numbers


@dataclass(slots=True)
class Pending:
    """A call of a generator function that nobody has walked over yet."""

    frame: Frame
    arguments: Sequence[Atom]
    inside: tuple[int, ...]  # the turns of loops and branches that it was called in
    used: bool = False
    start: Atom | None = None  # of `enumerate(generator, start)`


def is_generator(function: Function) -> bool:
    first = function.body.lines[0] if function.body.lines else None
    return isinstance(first, Apply) and first.op == "generate"


def pending(state: State, frame: Frame, arguments: Sequence[Atom]) -> Name:
    """The result of a call of a generator function."""
    name = state.names.fresh()
    state.define(name, UNKNOWN)
    state.generators[name] = Pending(frame, arguments, state.inside)
    return name


def refuse(state: State, what: str, place: Place | None = None) -> errors.Error:
    return errors.error("W012", place or state.place, what=what)


def consume(state: State, frame: Frame, line: Apply, out: list[Line]) -> None:
    """Write the lines of a generator, for a consumer."""
    found = state.generators[str(frame.handle(line.args[0]))]
    left = found.inside != state.inside[: len(found.inside)] or any(block > 0 for block in state.inside[len(found.inside) :])
    if found.used or left:
        raise refuse(state, "a generator is not walked over where it is made, or not only once")
    found.used = not state.trying
    made = replace(found.frame, atoms={**found.frame.atoms, CONSUMER: frame.handle(line.args[1])})
    for parameter, atom in zip(made.function.parameters, found.arguments):
        state.give_away(atom)
        state.bind(made, parameter, atom)
    again = [place for function, place in state.walked if function is made.function]
    if len(again) >= DEEPEST:
        raise refuse(state, f"the generator `{made.function.name}` walks over itself, so deep as only a run can tell", again[0])
    state.walked.append((made.function, state.place))
    try:
        state.run(made.function.body, made, None, out)
    finally:
        state.walked.pop()


def enumerated(state: State, handle: Atom, start: Atom) -> Name:
    """`enumerate` of a generator."""
    name = state.names.fresh()
    state.define(name, UNKNOWN)
    state.generators[name] = replace(state.generators[str(handle)], start=start)
    return name


def fresh_name(state: State, frame: Frame, hint: str = "") -> Name:
    """A name for a line that is put into a program that is read."""
    if frame.main:
        name = state.names.fresh(hint)
        state.lasting[hint] = name
        return name
    number = FAR + next(state.numbers)
    return f"{hint}.{number}" if hint else f"%{number}"


def woven(state: State, frame: Frame, line: For) -> tuple[Line, ...] | None:
    """The generic lines that stand for a `for` over a generator; None if it is over something else."""
    found = state.generators.get(str(frame.handle(line.sources[0]))) if len(line.sources) == 1 else None
    if found is None:
        return None
    if found.start is not None:
        frame.atoms[START] = found.start
    key = id(line), found.start is None
    if key not in state.woven:
        state.woven[key] = (line, _weave(state, frame, line, found.start is not None))
    lines: tuple[Line, ...] = state.woven[key][1]
    return lines


def _weave(state: State, frame: Frame, line: For, numbered: bool) -> tuple[Line, ...]:
    weaving = _Weaving(line, partial(fresh_name, state, frame))
    turn = weaving.turn(numbered)
    lines: list[Line] = [weaving.apply("box", START, target=weaving.number)] if numbered else []
    lines += [weaving.apply("box", atom, target=name) for name, atom in zip(weaving.boxes, line.initial)]
    lines.append(weaving.apply("box", Const(0), target=weaving.exit))
    lines.append(weaving.apply("box", UNDEF, target=weaving.value))
    lines.append(turn)
    lines.append(weaving.apply("consume", line.sources[0], turn.target))
    lines += [weaving.apply("unbox", name, Const(True), target=target) for name, target in zip(weaving.boxes, line.targets)]
    code = line.exit or weaving.fresh()
    lines.append(weaving.apply("unbox", weaving.exit, target=code))
    if weaving.returns:
        test, value = weaving.fresh(), weaving.fresh()
        lines.append(weaving.apply("eq", code, RETURNED, target=test))
        leave = Block((weaving.apply("unbox", weaving.value, Const(True), target=value),), Return(value, line.place))
        lines.append(If((), test, leave, Block((), Yield()), line.place))
    return tuple(lines)


class _Weaving:
    """The body of the loop as a function of one element, which keeps what the loop carries in boxes."""

    def __init__(self, line: For, fresh: Callable[..., Name]) -> None:
        self.line, self.fresh = line, fresh
        self.boxes = [fresh("" if name.startswith("%") else f"{base(name)}_box") for name in line.carried]
        self.exit, self.value = fresh("exit_box"), fresh("out_box")
        self.number = fresh("count_box")
        self.returns = False

    def apply(self, op: str, *args: Atom, target: Name | None = None) -> Apply:
        return Apply((target,) if target else (), op, args, place=self.line.place)

    def turn(self, numbered: bool) -> Def:
        line, elements = self.line, self.line.elements
        counting: list[Apply] = []
        if numbered:
            number, next_, item = self.fresh(), self.fresh(), self.fresh()
            counting = [
                self.apply("unbox", self.number, target=number),
                self.apply("tuple", number, item, target=elements[0]),
                self.apply("add", number, Const(1), target=next_),
                self.apply("rebox", self.number, next_),
            ]
            elements = (item,)
        unboxed = [self.apply("unbox", box, Const(True), target=name) for box, name in zip(self.boxes, line.carried)]
        body = self.block(line.body)
        end = body.terminator
        if isinstance(end, Yield):
            body = self.left(body.lines, end.values, GO_ON)
        function = Function("turn", elements, Block((*counting, *unboxed, *body.lines), body.terminator), place=line.place)
        return Def(self.fresh("turn"), function, line.place)

    def block(self, block: Block) -> Block:
        """What leaves a turn, in the body and in the branches of it."""
        lines = tuple(
            line if isinstance(line, Def) else map_blocks(line, self.block if isinstance(line, If) else self.inside)
            for line in block.lines
        )
        end: Terminator = block.terminator
        match end:
            case Continue():
                return self.left(lines, end.values, GO_ON)
            case Break():
                return self.left((*lines, self.apply("rebox", self.exit, Const(end.exit))), end.values, STOP)
            case Return():
                return self.returned(lines, end)
        return Block(lines, end)

    def inside(self, block: Block) -> Block:
        """In a loop of the body, only `return` leaves the turn."""
        lines = tuple(line if isinstance(line, Def) else map_blocks(line, self.inside) for line in block.lines)
        return self.returned(lines, block.terminator) if isinstance(block.terminator, Return) else Block(lines, block.terminator)

    def left(self, lines: Sequence[Line], values: Sequence[Atom], stop: Const) -> Block:
        stores = [self.apply("rebox", box, value) for box, value in zip(self.boxes, values)]
        return Block((*lines, *stores), Return(stop, self.line.place))

    def returned(self, lines: Sequence[Line], end: Return) -> Block:
        self.returns = True
        stores = (self.apply("rebox", self.exit, RETURNED), self.apply("rebox", self.value, end.value))
        return Block((*lines, *stores), Return(STOP, self.line.place))


def offer(state: State, frame: Frame, line: Apply, out: list[Line]) -> bool:
    """A generator offers a value: the consumer's lines. True if they do not come back."""
    if frame.handle(CONSUMER) == CONSUMER:
        raise refuse(state, "a generator function is differentiated itself")
    frame.atoms[WHOLE] = Const(False)
    return state.call(frame, replace(line, op="call", args=(CONSUMER, *line.args)), out)


def collected(state: State, frame: Frame, handle: Atom, place: Place | None, out: list[Line]) -> Atom:
    """The items of a generator as a list, for a call that takes all of them."""
    if state.generators[str(handle)].start is not None:
        raise refuse(state, "`enumerate` of a generator is kept")
    items, turn, element, method, done, given = (fresh_name(state, frame, hint) for hint in ("", "turn", "", "", "", ""))
    frame.atoms[given] = handle
    body = Block(
        (Apply((method,), "getattr", (items, Const("append")), place=place), Apply((done,), "call", (method, element), place=place)),
        Return(GO_ON),
    )
    lines: tuple[Line, ...] = (
        Apply((items,), "list", place=place),
        Def(turn, Function("turn", (element,), body, place=place), place),
        Apply((), "consume", (given, turn), place=place),
    )
    state.run(Block(lines, Yield()), frame, None, out)
    return frame.handle(items)
