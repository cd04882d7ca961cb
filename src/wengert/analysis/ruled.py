"""Calls of functions for which a user has given a rule: one line of the rule's own op, whatever the function does inside.

    call(@softplus, x)        model.softplus(x)          # a row of the table, see `rules/users.py`

What a derivative relied on is noted: the rule itself, and what the names in its text stand for. The kind of the result is found by reading the
function where it has a text; else the row says it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from wengert import errors
from wengert.analysis.environment import Environment, Guard
from wengert.analysis.state import Fact
from wengert.entries import Rule, RuleOf
from wengert.ir.core import Apply, Atom, Block, Const, Def, Function, Return
from wengert.ir.kinds import BOTTOM, UNKNOWN, Kind, Known, Scalar, Union, scalar_type
from wengert.ir.lattice import join
from wengert.ir.values import substitute
from wengert.ir.walk import blocks_of
from wengert.rules.table import bind

if TYPE_CHECKING:
    from wengert.analysis.calls import Call
    from wengert.analysis.state import State


def call_ruled(call: Call, rule: Rule) -> None:
    """Write the call as a line of the rule's op."""
    state = call.state
    note_rule(state, rule)
    args, keywords = ordered(call, rule)
    check_operands(call, rule)
    kind = _by_reading(call, rule)
    spelled = _spelled(state.environment, call, rule)
    if spelled is not None:
        root = spelled.partition(".")[0]
        state.guards.setdefault((id(state.environment), "global", root), Guard(state.environment, "global", root, state.environment.lookup(root)))
    new = call.emit(rule.primitive.op, *args, keywords=tuple(keywords.items()), spelled=spelled, varied=False if rule.constant else None)
    found = state.kind(new)
    if kind is not UNKNOWN and (found is UNKNOWN or isinstance(found, Union)):
        state.define(new, kind, state.varies(new))
        state.computed.add(new)


def has_program(function: object) -> bool:
    """Is it a derivative, which has a program instead of a text?"""
    return hasattr(type(function), "program")


def is_derivative(function: object) -> bool:
    """Is it a derivative that takes the arguments of its function, so that its program can stand in the place of a call?"""
    return has_program(function) and getattr(function, "_mode", "") not in ("vjp", "jvp")


def call_derivative(call: Call, derivative: Any) -> None:
    """A derivative called inside the function stays a call; where something that varies goes in, `unfolding.py` writes its program instead."""
    state = call.state
    args = derivative_arguments(derivative, call.args, dict(call.keywords))
    if args is None:
        call.opaque(UNKNOWN)
        return
    kind = result_of(derivative_program(derivative, [state.kind(atom) for atom in args]).functional)
    new = call.emit("call", call.function, *args)
    state.define(new, kind, state.varies(*args))
    state.computed.add(new)


def derivative_arguments(derivative: Any, args: Sequence[Atom], keywords: Mapping[str, Atom]) -> tuple[Atom, ...] | None:
    """One atom for each parameter; None where the call gives others."""
    target = derivative.target
    try:
        bound = inspect.signature(derivative).bind(*args, **keywords)
    except (TypeError, ValueError):
        return None
    bound.apply_defaults()
    given = tuple(bound.arguments.values())
    if target.first or target.named or len(given) != len(target.parameters) + getattr(derivative, "directions", 0):
        return None
    return tuple(atom if isinstance(atom, (str, Const)) else Const(atom) for atom in map(bound.arguments.get, bound.arguments))


def derivative_program(derivative: Any, kinds: Sequence[Kind]) -> Any:
    """The stages of a derivative for arguments of these kinds."""
    return derivative.program(derivative.kinds(tuple(map(without_value, kinds)), derivative.wanted(())))


def without_value(kind: Kind) -> Kind:
    """The kind of a number of which the value is not looked at."""
    return Scalar(scalar_type(kind) or "") if isinstance(kind, Known) and scalar_type(kind) in ("float", "int") else kind


def result_of(program: Function) -> Kind:
    """The kind of what a program returns."""
    found: Kind = BOTTOM
    for block in blocks_in(program.body):
        if isinstance(block.terminator, Return):
            found = join(found, substitute(program.kinds, block.terminator.value))
    return found


def blocks_in(block: Block) -> Iterator[Block]:
    """A block, and all in which a `return` of the same function may stand."""
    yield block
    for line in block.lines:
        if not isinstance(line, Def):
            for inner in blocks_of(line):
                yield from blocks_in(inner)


def note_rule(state: State, rule: Rule | None, function: Any = None) -> None:
    """Remember what the derivative relies on: the rule of a function, or that it has none."""
    function = function if rule is None else rule.function
    name = str(getattr(function, "__name__", "rule"))
    state.guards.setdefault((id(function), "rule", name), Guard(RuleOf(function), "rule", name, rule))
    for used in rule.names if rule is not None else ():
        scope = rule.scope if rule is not None else None
        assert scope is not None
        try:
            value = scope.lookup(used)
        except LookupError:
            continue
        if scope.module is not None and vars(scope.module).get(used) is value:
            state.guards.setdefault((id(scope.module), "attribute", used), Guard(scope.module, "attribute", used, value))
        else:
            state.guards.setdefault((id(scope), "global", used), Guard(scope, "global", used, value))


def ordered(call: Call, rule: Rule) -> tuple[tuple[Atom, ...], Mapping[str, Atom]]:
    """The arguments by position, as the functions of a custom rule take them; of other rules as they were given."""
    if rule.primitive.family != "custom":
        if not rule.constant:
            bind(_probe(call, rule))  # a keyword that the row does not know is an error
        return call.args, dict(call.keywords)
    bound = bind(_probe(call, rule))
    head = rule.primitive.head
    positional = [bound[name] for name in head.parameters[: head.positional]]
    positional += [bound[name] for name in bound.starred]
    named = {name: bound[name] for name in head.parameters[head.positional :] if name != head.star and name in bound.arguments}
    return tuple(positional), named


def check_operands(call: Call, rule: Rule) -> None:
    """Refuse an argument that varies and of which the rule says nothing."""
    if rule.constant:
        return
    bound = bind(_probe(call, rule))
    for name, atom in bound.arguments.items():
        if name not in bound.differentiable and call.state.varies(atom):
            place = call.frame.place(call.line.place)
            raise errors.error("W103", place, name=getattr(rule.function, "__name__", "it"), mode="either", what=f"`{name}`")


def _probe(call: Call, rule: Rule) -> Apply:
    return Apply((call.target,), rule.primitive.op, call.args, call.keywords, place=call.frame.place(call.line.place))


def _by_reading(call: Call, rule: Rule) -> Kind:
    """The kind of the result, found by reading the function."""
    from types import FunctionType

    from wengert.analysis.inline import inline_function
    from wengert.analysis.loop_kinds import settled

    function = rule.inside or rule.function
    if not isinstance(function, FunctionType):
        return UNKNOWN
    state = call.state
    kind, changes = tried(state, lambda: inline_function(state, call.frame, call.line, function, call.args, dict(call.keywords), []))
    if changes and not rule.again:  # a checkpoint is refused where it is run again
        raise errors.error("W109", call.frame.place(call.line.place), name=getattr(rule.function, "__name__", "it"))
    return settled(Fact(kind, False, False)).kind


def tried(state: State, write: Callable[[], Atom | None]) -> tuple[Kind, bool]:
    """The kind of what some lines compute, found by writing them and throwing them away, and whether they change what was there before."""
    mark, memory, inside = state.mark(), state.heap.fork(), state.inside
    out, place = state.out, state.place
    written, guards = set(state.written), set(state.guards)
    kind: Kind = UNKNOWN
    state.recursion.cut = False
    try:
        value = write()
        kind = state.kind(value) if value is not None else BOTTOM if state.recursion.cut else UNKNOWN
    except errors.Error:  # what was asked on the way does not matter
        for key in state.guards.keys() - guards:
            del state.guards[key]
    changes = bool(state.heap.changed(memory, state.heap.fork()))
    state.heap.restore(memory)
    state.written, state.inside = written, inside
    state.out, state.place = out, place
    state.reset(mark)
    return kind, changes


def _spelled(environment: Environment, call: Call, rule: Rule) -> str | None:
    """The user's name for the function, if that is a name in the globals in which the text will run."""
    function = call.function
    if not isinstance(function, Const) or not function.spelled or call.frame.environment is not environment:
        return None
    root, *path = function.spelled.split(".")
    try:
        found: Any = environment.lookup(root)
        for name in path:
            found = getattr(found, name)
    except (LookupError, NameError, AttributeError, ValueError):
        return None
    return function.spelled if found is rule.function else None


