"""`try`: a copy of what may raise is run first, to see whether it does.

    try:                                    attempt.0 = def ():
        y = math.log(x)                         y.0 = math.log(x)
    except ValueError:         ==>              return None
        y = 0.0                             %3 = caught(attempt.0, @ValueError)
                                            %4 = %3 is None
                                            y.3 = if %4: ...

The frontend has made the copy; here it is specialised where it is run, as what it reads may change later. It runs in addition to
the lines themselves, so it may only compute, and a body that changes something before it may raise is done piece by piece instead (`guarding.py`): each
line is probed by a copy, and what it calls is left as it is where it raises.
Where surely nothing is raised, nothing is run; nor where the kinds say that something surely is, before anything is done:

    try:                                    if abs(e) < 1e-3:               # `e` is a float, and has no items
        e[abs(e) < 1e-3] = 0.0     ==>          e = 0.0
    except TypeError:
        if abs(e) < 1e-3:
            e = 0.0
"""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from dataclasses import dataclass

from wengert import errors
from wengert.analysis.boxes import new_box
from wengert.analysis.frame import Frame
from wengert.analysis.guarding import CLASSES, DONE, RAISED, WHOLE
from wengert.analysis.heap import Spoilt
from wengert.analysis.inline import inline_closure, ready, tuple_of
from wengert.analysis.piecemeal import Piecemeal
from wengert.analysis.raising import Classes, does_more, makes_exception, may_raise
from wengert.analysis.state import State
from wengert.ir.core import UNDEF, Apply, Atom, Block, Const, Def, Function, Line, Name, Stop, Terminator
from wengert.ir.kinds import UNKNOWN, Array, Closure, Known, axes_of
from wengert.ir.walk import bound, defined, lines_of
from wengert.rules.line_kinds import acts
from wengert.runtime import chained, outcome


@dataclass(frozen=True, slots=True)
class Copy:
    """A body in new names, written and taken back."""

    lines: Sequence[Line]
    end: Terminator
    versions: frozenset[Name]  # what it made of objects that were there before
    unclear: bool  # it changed a variable or a field that was there before, nobody knows at which line, or would clean up if it raised
    inlined: bool  # it went into a function of the user's


def attempt(state: State, frame: Frame, line: Apply, out: list[Line]) -> None:
    """Specialise the copy of the body of a `try`, and let the result be what it raises."""
    kind = state.kind(frame.handle(line.args[0]))
    assert isinstance(kind, Closure)
    copy = copied(state, kind, frame, line)
    atoms = tuple(map(frame.atom, line.args[1:]))
    classes = classes_of(state, atoms)
    sure = _raised(state, copy)
    if sure is not None:
        state.bind(frame, line.targets[0], Const(sure if isinstance(sure, classes) else None))
        return
    lines = before_effects(state, copy, classes)
    if lines is None:
        raise Piecemeal.of(frame, line)
    _run_first(state, frame, line, lines, copy.end, atoms, out)


def probe(state: State, frame: Frame, line: Apply, out: list[Line]) -> None:
    """Specialise the copy of one line, which a body that is done piece by piece is left for."""
    kind, caught = state.kind(frame.handle(line.args[0])), frame.handle(CLASSES)
    assert isinstance(kind, Closure) and isinstance(caught, Const)
    copy = copied(state, kind, frame, line)
    sure = _raised(state, copy)
    if sure is not None and isinstance(sure, caught.value):
        state.bind(frame, line.targets[0], Const(sure))
        return
    lines = before_effects(state, copy, caught.value)
    frame.atoms[WHOLE] = Const(lines is not None)
    if lines is None and not copy.inlined:
        _run_once(state, frame, line, copy, caught.value, out)
        return
    atoms = tuple(map(_named, caught.value))
    _run_first(state, frame, line, lines or (), copy.end, atoms, out)


def attempted(state: State, frame: Frame, line: Apply, out: list[Line]) -> bool:
    """The body of a `try` that is done piece by piece; True if it surely does not come back."""
    function, *given = map(frame.handle, line.args)
    kind, around = state.kind(function), frame.handle(CLASSES)
    assert isinstance(kind, Closure)
    classes = classes_of(state, tuple(map(state.read, given)))
    if isinstance(around, Const) and frame.handle(RAISED) != RAISED:
        classes = tuple(dict.fromkeys((*classes, *around.value)))
    box = new_box(state, "raised", Const(None))
    inner = Frame(frame.function, frame.environment, frame.sharing, frame.call, frame, frame.callees, path=frame.path, read=state.read)
    inner.atoms.update({RAISED: box, CLASSES: Const(classes), WHOLE: Const(False)})
    code = inline_closure(state, inner, line, function, kind, (), {}, out)
    if code is None:
        return True
    if code == UNDEF:  # it surely raises
        code = Const(0)
    raised = state.heap.contents[box, "raised"]
    assert not isinstance(raised, (Spoilt, type(None)))
    state.bind(frame, line.targets[0], tuple_of(state, (code, raised), frame.place(line.place), out))
    return False


def exception(state: State, frame: Frame, line: Apply, out: list[Line]) -> None:
    """What `raise` raises: of a class, an object that is made; with the cause, if there is one."""
    made, *cause = map(frame.atom, line.args)
    cls = state.callee(made)
    if isinstance(cls, type):
        new = state.names.fresh()
        state.emit(Apply((new,), "call", (made,), place=frame.place(line.place)), out, varied=False)
        state.exceptions[new] = cls
        made = new
    if cause:
        new = state.names.fresh()
        state.emit(Apply((new,), "call", (Const(chained), made, *cause), place=frame.place(line.place)), out, varied=state.varies(made))
        made = new
    state.bind(frame, line.targets[0], made)


def _named(cls: type[BaseException]) -> Const:
    return Const(cls, cls.__name__ if getattr(builtins, cls.__name__, None) is cls else None)


def classes_of(state: State, atoms: Sequence[Atom]) -> Classes:
    """The classes that a `try` has handlers for; any class, where they are not known."""
    found: list[type[BaseException]] = []
    for atom in atoms:
        value = atom.value if isinstance(atom, Const) else state.callee(atom)
        for one in value if isinstance(value, tuple) else (value,):
            found.append(one if isinstance(one, type) and issubclass(one, BaseException) else BaseException)
    return tuple(dict.fromkeys(found))


def _apart(state: State, atoms: Sequence[Atom]) -> list[Atom]:
    """The classes one by one, where a tuple of them has a name."""
    found: list[Atom] = []
    for atom in atoms:
        value = atom.value if isinstance(atom, Const) else state.callee(atom)
        found += map(_named, value) if isinstance(value, tuple) else (atom,)
    return found


def _run_first(state: State, frame: Frame, line: Apply, lines: Sequence[Line], end: Terminator, classes: Sequence[Atom], out: list[Line]) -> None:
    """Write the copy of what may raise, and the line that runs it; nothing, if nothing may."""
    if not lines:
        state.bind(frame, line.targets[0], Const(None))
        return
    function, new = state.names.fresh("attempt"), state.target(frame, line.targets[0])
    state.define(function, UNKNOWN)
    state.define(new, UNKNOWN, any(inner.op == "call" and state.varies(*inner.args) for inner in _applied(lines)))
    place = frame.place(line.place)
    out.append(Def(function, Function("attempt", (), Block(tuple(lines), end), place=place), place))
    out.append(Apply((new,), "caught", (function, *_apart(state, classes)), place=place))


def _run_once(state: State, frame: Frame, line: Apply, copy: Copy, classes: Classes, out: list[Line]) -> None:
    """A call of something that does more than compute: it is run here, and the line itself finds it done."""
    *before, call = [inner for inner in copy.lines if not isinstance(inner, Def)]
    if not isinstance(call, Apply) or call.op != "call" or any(_does_more(state, inner, copy.versions) for inner in before) or copy.unclear or copy.versions:
        raise errors.error("W032", frame.place(line.place))
    out += before
    caught, pair, value, raised = (state.names.fresh() for _ in range(4))
    place = frame.place(line.place)
    state.emit(Apply((caught,), "tuple", tuple(map(_named, classes)), place=place), out)
    state.give_away(*call.args)
    out.append(Apply((pair,), "call", (Const(outcome), call.args[0], caught, *call.args[1:]), call.keywords, None, place))
    varied = state.varies(*call.args[1:], *(atom for _, atom in call.keywords))
    state.define(pair, UNKNOWN, varied)
    state.emit(Apply((value, raised), "unpack", (pair,), place=place), out)
    kind = state.kind(call.targets[0]) if call.targets else UNKNOWN
    frame.atoms[DONE] = Const(None) if kind == Known(None) else value
    state.bind(frame, line.targets[0], raised)


def copied(state: State, closure: Closure, frame: Frame, line: Apply) -> Copy:
    """The body in new names; memory is as it was before."""
    program, around = state.closures[closure.name]
    prepared, shared = ready(state, program, around.environment, program, nested=False, copy=True)
    inside = Frame(
        prepared, around.environment, shared, around.call, around, (*around.callees, program), main=around.main, path=(*frame.path, id(line)),
        read=state.read,
    )  # fmt: skip
    inside.atoms.update({RAISED: RAISED, WHOLE: Const(False)})
    before, place, calls, cleanups = state.heap.fork(), state.place, state.inlined, state.cleanups
    lines: list[Line] = []
    outer, state.trying = state.trying, True
    try:
        end = state.run(prepared.body, inside, None, lines)
    finally:
        state.trying = outer
    after = state.heap.fork()
    state.heap.restore(before)
    state.place = place
    changed = [slot for slot in state.heap.changed(before, after) if after.contents.get(slot) != before.contents.get(slot)]
    written = {location for location, key in changed if key is None}
    made = {name for inner in lines_of(Block(tuple(lines), end)) for name in (*bound(inner), *defined(inner))}
    versions = {name for name in made if state.heap.where.get(name) in written}
    unclear = state.cleanups > cleanups or any(key is not None or after.contents.get((location, key)) not in versions for location, key in changed)
    return Copy(lines, end, frozenset(versions), unclear, state.inlined > calls)


def before_effects(state: State, copy: Copy, classes: Classes) -> Sequence[Line] | None:
    """What of a copy may raise, if all that it does besides computing comes after that; None if not."""
    last = next((k for k in reversed(range(len(copy.lines))) if may_raise(state, copy.lines[k], classes)), -1)
    if last < 0:
        return ()
    if copy.unclear:
        return None
    first = next((k for k, line in enumerate(copy.lines) if _does_more(state, line, copy.versions)), len(copy.lines))
    if last < first:
        return copy.lines[: last + 1]
    checks = _checks(state, copy.lines[first]) if first == last else None
    return None if checks is None else [*copy.lines[:first], *checks]


def _does_more(state: State, line: Line, versions: frozenset[Name]) -> bool:
    """Does it do something that must not be done twice: change what was there before, print, ...?"""
    return bool(versions.intersection((*bound(line), *defined(line)))) or does_more(state, line)


def _checks(state: State, line: Line) -> list[Line] | None:
    """Lines that raise what a write would raise, and write nothing."""
    if not (isinstance(line, Apply) and line.op in ("write", "write_add") and len(line.args) == 3):
        return None
    target, index, value = line.args
    lines: list[Line] = []
    item = state.names.fresh()
    state.emit(Apply((item,), "getitem", (target, index), place=line.place), lines)
    axes, old = axes_of(state.kind(value)), axes_of(state.kind(item))
    if not isinstance(state.kind(target), Array) or axes == ():
        return lines
    if axes is None or old is None or len(axes) > len(old):
        return None
    shape, whole = state.names.fresh(), state.names.fresh()
    state.emit(Apply((shape,), "np.shape", (item,), place=line.place), lines)
    state.emit(Apply((whole,), "np.broadcast_to", (value, shape), place=line.place), lines)
    return lines


def _raised(state: State, copy: Copy) -> BaseException | None:
    """What a body surely raises, and nothing else before it: a `raise` of an exception made with what is known."""
    last = copy.lines[-1] if copy.lines and isinstance(copy.end, Stop) else None
    if not (isinstance(last, Apply) and last.op == "raise") or copy.unclear or copy.versions:
        return None
    found: BaseException | None = None
    for line in copy.lines[:-1]:
        if isinstance(line, Def):
            continue
        if not isinstance(line, Apply):
            return None
        if makes_exception(line) and line.targets == last.args[:1] and not line.keywords:
            given = [atom.value for atom in line.args[1:] if isinstance(atom, Const)]
            found = line.args[0].value(*given) if len(given) == len(line.args) - 1 and isinstance(line.args[0], Const) else None
        elif acts(line) or may_raise(state, line, (BaseException,)):
            return None
    return found


def _applied(lines: Sequence[Line]) -> list[Apply]:
    return [inner for inner in lines_of(Block(tuple(lines), Stop())) if isinstance(inner, Apply)]
