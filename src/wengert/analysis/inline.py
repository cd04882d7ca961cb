"""Calls of the user's own functions become the lines of those functions.

    function f(x):                             function f(x):
        %0 = global('square')                      %1 = x + 1
        %1 = x + 1                     ==>         y.0 = %1 * %1        # z * z, in `square`
        y.0 = call(%0, %1)                         return y.0
        return y.0

Names of the callee become new versions (`z.0`, `z.1`) in the caller, an argument without a name takes the parameter's, and the
places of the lines remember the call. What calls itself has no end here; `recursion.py` makes a function of the program of it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from wengert import errors
from wengert.analysis.environment import Environment
from wengert.analysis.frame import Frame
from wengert.analysis.generators import is_generator, pending
from wengert.analysis.guarding import CLASSES, RAISED, WHOLE, guarded
from wengert.analysis.heap import Spoilt
from wengert.analysis.managers import made_apart
from wengert.analysis.piecemeal import NESTED, Piecemeal, cleans_up, code_of
from wengert.analysis.relied_on import note_rule
from wengert.analysis.returns import nest_returns
from wengert.analysis.sharing import Sharing, sharing
from wengert.analysis.state import State
from wengert.analysis.writing_out import write_out
from wengert.ir.core import Apply, Atom, Const, Function, Line, Name, Place, Return
from wengert.ir.kinds import Closure
from wengert.ir.walk import base, reads


@dataclass(frozen=True, slots=True)
class Site:
    """A function about to be read, with the atoms of its arguments."""

    key: object  # the code of a Python function, the program of a nested one
    name: str
    frame: Frame
    arguments: Sequence[Atom]
    unguarded: Callable[[], tuple[Function, Sharing]] | None = None  # the program that is not left where it raises, if this one is

    def whole(self) -> Site:
        """The function as it stands, to be read by itself: where it raises, nobody outside is told."""
        if self.unguarded is None:
            return self
        body, shared = self.unguarded()
        frame = replace(self.frame, function=body, sharing=shared, atoms={RAISED: RAISED})
        return replace(self, frame=frame, unguarded=None)


def ready(
    state: State, key: object, environment: Environment, program: Function, nested: bool = True, copy: bool = False, guard: bool = False
) -> tuple[Function, Sharing]:
    """A generic program that, if it is to be inlined, has one way out; each is prepared once, a `copy` that is only tried by itself."""
    which = id(key), "copy" if copy else "guarded" if guard else ""
    found = state.programs.get(which)
    if found is None:
        if guard:
            program = guarded(program)
        if nested:
            program = nest_returns(program)
        found = state.programs[which] = (key, program, sharing(program))
    return found[1], found[2]


def _guard(frame: Frame, generator: bool) -> dict[Name, Atom]:
    """Is what a frame calls to be left where it raises? If so, in the frame of the callee: where it says that."""
    box = frame.handle(RAISED)
    if box == RAISED or (frame.handle(WHOLE) == Const(True) and not generator):
        return {RAISED: RAISED}
    return {RAISED: box, CLASSES: frame.handle(CLASSES), WHOLE: Const(False)}


def inline_function(
    state: State, frame: Frame, line: Apply, function: Callable[..., Any], args: Sequence[Atom], keywords: Mapping[str, Atom], out: list[Line]
) -> Atom | None:
    """Write the lines of a Python function with source; its value, or None if it never returns."""
    if function in state.inner.methods:
        inner = Closure(state.inner.methods[function])
        return inline_closure(state, frame, line, "", inner, args, keywords, out)
    note_rule(state, None, function)
    function = made_apart(frame.environment, function)
    code = function.__code__
    if id(function) not in state.environments:
        state.environments[id(function)] = (function, frame.environment.of(function))
    environment = state.environments[id(function)][1]
    guard = _guard(frame, bool(code.co_flags & inspect.CO_GENERATOR))
    known = state.programs.get((id(code), "guarded" if len(guard) > 1 else ""))
    program = frame.environment.load(function, everywhere=len(guard) > 1) if known is None else known[1]
    body, shared = ready(state, code, environment, program, guard=len(guard) > 1)
    state.inlined += 1
    defaults = defaults_of(function, body)
    atoms = bind_arguments(state, frame, line, function.__name__, body, args, keywords, defaults, out)
    made = Frame(
        body, environment, shared, _call_place(frame, line), callees=(*frame.callees, function), path=(*frame.path, id(line)), read=state.read,
        atoms=guard,
    )
    if is_generator(body):
        return pending(state, made, atoms)
    plain = None if len(guard) == 1 else lambda: ready(state, code, environment, frame.environment.load(function))
    site = Site(code, function.__name__, made, atoms, plain)
    return state.recursion.call(state, site, out, lambda: _run(state, made, atoms, out))


def inline_closure(
    state: State, frame: Frame, line: Apply, called: Atom, closure: Closure, args: Sequence[Atom], keywords: Mapping[str, Atom], out: list[Line]
) -> Atom | None:
    """Write the lines of a nested function; what it captures has its names around it. It is called by its own name, or another one."""
    program, around = state.closures[closure.name]
    captured = [state.bound_in.get(str(around.handle(name)), ()) for name in reads_of(program)]
    if not _still_seen(state, called, closure, captured):
        write_out(state, [block for blocks in (*captured, state.bound_in.get(closure.name, ())) for block in blocks if block > 0])
        raise errors.error("W041", _call_place(frame, line), name=program.name)
    guard = _guard(frame, is_generator(program))
    if len(guard) > 1 and not is_generator(program) and cleans_up(program):
        raise Piecemeal(code_of(around), NESTED)
    body, shared = ready(state, program, around.environment, program, guard=len(guard) > 1)
    state.inlined += 1
    defaults = {base(name): around.handle(atom) for name, atom in program.form.defaults}
    atoms = bind_arguments(state, frame, line, program.name, program, args, keywords, defaults, out)
    made = Frame(
        body, around.environment, shared, _call_place(frame, line), around, (*frame.callees, program), path=(*frame.path, id(line)), read=state.read,
        atoms=guard,
    )
    if is_generator(body):
        return pending(state, made, atoms)
    plain = None if len(guard) == 1 else lambda: ready(state, program, around.environment, program)
    site = Site(program, program.name, made, atoms, plain)
    return state.recursion.call(state, site, out, lambda: _run(state, made, atoms, out))


def _still_seen(state: State, called: Atom, closure: Closure, captured: Sequence[tuple[int, ...]]) -> bool:
    """Is what a nested function captured still what those names stand for: no other turn of a loop, no branch that was left?"""
    now, made = state.inside, state.bound_in.get(closure.name, ())
    if any(blocks != now[: len(blocks)] for blocks in captured):
        return False
    if called != closure.name:  # it was kept somewhere, maybe since an earlier turn
        return not any(block > 0 for blocks in captured for block in blocks)
    same = next((k for k, (one, other) in enumerate(zip(made, now)) if one != other), min(len(made), len(now)))
    return all(len(blocks) <= same for blocks in captured)


def reads_of(program: Function) -> list[Name]:
    """What a nested function reads of the function around it, its default values included."""
    return [*reads(program), *(atom for _, atom in program.form.defaults if isinstance(atom, str))]


def _call_place(frame: Frame, line: Apply) -> Place | None:
    return frame.place(line.place)


def _run(state: State, made: Frame, atoms: Sequence[Atom], out: list[Line]) -> Atom | None:
    for parameter, atom in zip(made.function.parameters, atoms):
        state.give_away(atom)
        state.bind(made, parameter, atom)
    end = state.run(made.function.body, made, None, out)
    return end.value if isinstance(end, Return) else None


def bind_arguments(
    state: State, frame: Frame, line: Apply, function: str, program: Function, args: Sequence[Atom], keywords: Mapping[str, Atom],
    defaults: Mapping[str, Atom], out: list[Line],
) -> list[Atom]:  # fmt: skip
    """The atoms for the parameters, as Python would bind them; a call that Python would refuse is refused here."""
    form, names = program.form, [base(name) for name in program.parameters]
    count = len(names) - form.keyword_only - form.star - form.double_star
    bound: dict[str, Atom] = dict(zip(names[:count], args))
    rest, options = args[count:], {}
    wrong = bool(rest) and not form.star
    named = {*names[form.positional_only : count], *names[count + form.star : len(names) - form.double_star]}
    for key, atom in keywords.items():
        if key in named:
            wrong = wrong or key in bound
            bound[key] = atom
        elif form.double_star:
            options[key] = atom
        else:
            wrong = True
    for name, atom in defaults.items():
        bound.setdefault(name, atom)
    place = frame.place(line.place)
    if form.star:
        bound[names[count]] = tuple_of(state, rest, place, out)
    if form.double_star:
        new = state.names.fresh()
        parts = [part for key, atom in options.items() for part in (Const(key), state.read(atom))]
        state.emit(Apply((new,), "dict", tuple(parts), place=place), out)
        state.lazy.add(new)
        bound[names[-1]] = new
    if wrong or any(name not in bound for name in names):
        raise errors.error("W044", place, name=function, what="these arguments")
    return [bound[name] for name in names]


def tuple_of(state: State, handles: Sequence[Atom], place: Place | None, out: list[Line], target: Name = "", spelled: str | None = None) -> Name:
    """A tuple that is mostly taken apart again: its line goes if nobody reads it. It holds what the objects are now."""
    new = target or state.names.fresh()
    contents = [state.content(handle) for handle in handles]
    atoms = tuple(handle if isinstance(content, Spoilt) else content for handle, content in zip(handles, contents))
    state.emit(Apply((new,), "tuple", atoms, (), spelled, place), out)
    for content in contents:
        if isinstance(content, Spoilt):  # refused if anybody reads it
            state.heap.contents[new, None] = content
    state.made[new] = tuple(handles)
    state.lazy.add(new)
    return new


def defaults_of(function: Callable[..., Any], program: Function) -> dict[str, Atom]:
    """The default values of a function's parameters, as constants of the text."""
    given: tuple[Any, ...] = function.__defaults__ or ()
    count = function.__code__.co_argcount
    found = dict(zip(map(base, program.parameters[count - len(given) : count]), given))
    found.update(function.__kwdefaults__ or {})
    return {name: Const(value, getattr(value, "__name__", None)) for name, value in found.items()}
