"""Calls of functions for which a user has given a rule: one line of the rule's own op, whatever the function does inside.

    call(@softplus, x)        model.softplus(x)          # a row of the table, see `rules/users.py`

What a derivative relied on is noted: the rule itself, and what the names in its text stand for. The kind of the result is found by reading the
function where it has a text; else the row says it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import FunctionType
from typing import Any

from wengert import errors
from wengert.analysis.call import Call
from wengert.analysis.environment import Environment, Guard
from wengert.analysis.facts import Fact
from wengert.analysis.inline import inline_function
from wengert.analysis.loop_kinds import settled
from wengert.analysis.relied_on import note_rule
from wengert.analysis.state import State
from wengert.entries import Rule
from wengert.ir.core import Apply, Atom, Const
from wengert.ir.kinds import BOTTOM, UNKNOWN, Kind, Union
from wengert.rules.table import bind


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
    function = rule.inside or rule.function
    if not isinstance(function, FunctionType):
        return UNKNOWN
    state = call.state
    kind, changes, _ = tried(state, lambda: inline_function(state, call.frame, call.line, function, call.args, dict(call.keywords), []))
    if changes and not rule.again:  # a checkpoint is refused where it is run again
        raise errors.error("W109", call.frame.place(call.line.place), name=getattr(rule.function, "__name__", "it"))
    return settled(Fact(kind, False, False)).kind


def tried(state: State, write: Callable[[], Atom | None]) -> tuple[Kind, bool, bool]:
    """The kind of what some lines compute, found by writing them and throwing them away.

    Also: do they change what was there before, and could they be written at all?
    """
    mark, memory, inside = state.mark(), state.heap.fork(), state.inside
    out, place = state.out, state.place
    written, guards = set(state.written), set(state.guards)
    kind: Kind = UNKNOWN
    read = True
    state.recursion.cut = False
    try:
        value = write()
        kind = state.kind(state.read(value)) if value is not None else BOTTOM if state.recursion.cut else UNKNOWN
    except errors.Error:  # what was asked on the way does not matter
        read = False
        for key in state.guards.keys() - guards:
            del state.guards[key]
    changes = bool(state.heap.changed(memory, state.heap.fork()))
    state.heap.restore(memory)
    state.written, state.inside = written, inside
    state.out, state.place = out, place
    state.reset(mark)
    return kind, changes, read


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


