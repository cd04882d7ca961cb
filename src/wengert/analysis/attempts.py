"""`caught(attempt, ValueError)`: run a copy of a `try`'s body, to see whether it raises.

    try:                                    attempt.0 = def ():
        y = math.log(x)                         y.0 = math.log(x)
    except ValueError:         ==>              return None
        y = 0.0                             %3 = caught(attempt.0, @ValueError)
                                            %4 = %3 is None
                                            y.3 = if %4: ...

The frontend has made the copy; here it is specialised where it is run, as what it reads may change later. It runs in addition to
the body itself, so it may only compute: a body that does more is taken not to raise, and an exception in it leaves the derivative.
Where surely nothing is raised, nothing is run; nor where the kinds say that something surely is, before anything is done:

    try:                                    if abs(e) < 1e-3:               # `e` is a float, and has no items
        e[abs(e) < 1e-3] = 0.0     ==>          e = 0.0
    except TypeError:
        if abs(e) < 1e-3:
            e = 0.0
"""

from __future__ import annotations

import types

from wengert.analysis.frame import Frame
from wengert.analysis.inline import ready
from wengert.analysis.state import State
from wengert.ir.core import Apply, Atom, Block, Const, Def, Function, Line, Stop
from wengert.ir.kinds import FLOAT, UNKNOWN, Closure, Dict, Known, Text, Tuple, dtype_of, scalar_type
from wengert.ir.walk import lines_of
from wengert.rules.line_kinds import acts

NEVER_RAISES = frozenset({"add", "sub", "mul", "neg", "pos", "eq", "ne", "lt", "le", "gt", "ge"})
"""Operators on floats that give a float or a bool, whatever the operands."""

QUIET = frozenset({"abs", "neg", "pos", "eq", "ne", "lt", "le", "gt", "ge"})
"""Operators that also on NumPy's floats never complain."""


def attempt(state: State, frame: Frame, line: Apply, out: list[Line]) -> None:
    """Specialise the copy of the body, and let the result be what it raises."""
    kind = state.kind(frame.handle(line.args[0]))
    assert isinstance(kind, Closure)
    body = copied(state, kind, line)
    classes = tuple(map(frame.atom, line.args[1:]))
    raised = None if body is None else _raised(state, body)
    if raised is not None:
        caught = any(issubclass(type(raised), one) for one in map(state.callee, classes) if isinstance(one, type))
        state.bind(frame, line.targets[0], Const(raised if caught else None))
        return
    program = state.closures[kind.name][0]
    stores = body is not None and not isinstance(body.terminator, Stop) and any(isinstance(inner, Apply) and inner.op == "setitem" for inner in lines_of(program))
    if body is None or stores or all(isinstance(inner, Apply) and _never_raises(state, inner) for inner in body.lines):
        state.bind(frame, line.targets[0], Const(None))
        return
    function, new = state.names.fresh("attempt"), state.target(frame, line.targets[0])
    state.define(function, UNKNOWN)
    state.define(new, UNKNOWN)
    place = frame.place(line.place)
    out.append(Def(function, Function("attempt", (), body, place=place), place))
    out.append(Apply((new,), "caught", (function, *classes), place=place))


def copied(state: State, closure: Closure, line: Apply) -> Block | None:
    """The body in new names; memory is as it was before. None if it does more than compute."""
    program, around = state.closures[closure.name]
    prepared, shared = ready(state, (program, "attempt"), around.environment, program, nested=False)
    inside = Frame(
        prepared, around.environment, shared, around.call, around, (*around.callees, program), main=around.main, read=state.read
    )
    before, place = state.heap.fork(), state.place
    lines: list[Line] = []
    outer, state.trying = state.trying, True
    try:
        end = state.run(prepared.body, inside, None, lines)
    finally:
        state.trying = outer
    after = state.heap.fork()
    state.heap.restore(before)
    state.place = place
    body = Block(tuple(lines), end)
    written = any(after.contents.get(slot) != content for slot, content in before.contents.items())
    effect = any(isinstance(inner, Apply) and _does_more(inner) for inner in lines_of(body))
    return None if written or effect else body


def _raised(state: State, body: Block) -> BaseException | None:
    """What a body surely raises, and nothing else before it: a `raise` of an exception made with what is known."""
    last = body.lines[-1] if body.lines and isinstance(body.terminator, Stop) else None
    if not (isinstance(last, Apply) and last.op == "raise"):
        return None
    found: BaseException | None = None
    for line in body.lines[:-1]:
        if isinstance(line, Def):
            continue
        if not isinstance(line, Apply):
            return None
        if line.op == "call" and line.targets == last.args[:1] and _is_exception(line.args[0]) and not line.keywords:
            given = [atom.value for atom in line.args[1:] if isinstance(atom, Const)]
            found = line.args[0].value(*given) if len(given) == len(line.args) - 1 and isinstance(line.args[0], Const) else None
        elif not _never_raises(state, line):
            return None
    return found


def _does_more(line: Apply) -> bool:
    if line.op == "raise" or (line.op == "call" and _is_exception(line.args[0])):
        return False
    return acts(line)


def _is_exception(atom: Atom) -> bool:
    return isinstance(atom, Const) and isinstance(atom.value, type) and issubclass(atom.value, BaseException)


def _never_raises(state: State, line: Apply) -> bool:
    kinds = [state.kind(atom) for atom in line.args]
    match line.op, kinds:
        case "getitem", [Dict(items), Known(key) | Text(key)] if key is not None:
            return key in dict(items)
        case "unpack", [Tuple(items)]:
            return len(items) == len(line.targets)
        case "getattr", [Known(module), Text(name)]:  # of a module's own data: that it is there is guarded
            return isinstance(module, types.ModuleType) and hasattr(module, name or "")
        case "global", _:
            return state.kind(line.targets[0]) != UNKNOWN
    plain = all(kind == FLOAT or (isinstance(kind, Known) and isinstance(kind.value, float)) for kind in kinds)
    quiet = line.op in QUIET and all(scalar_type(kind) == "float" or dtype_of(kind) == "float64" for kind in kinds)
    return (plain and line.op in NEVER_RAISES) or quiet
