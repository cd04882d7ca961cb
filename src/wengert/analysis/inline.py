"""Calls of the user's own functions become the lines of those functions.

    function f(x):                             function f(x):
        %0 = global('square')                      %1 = x + 1
        %1 = x + 1                     ==>         y.0 = %1 * %1        # z * z, in `square`
        y.0 = call(%0, %1)                         return y.0
        return y.0

Names of the callee become new versions (`z.0`, `z.1`) in the caller, an argument without a name takes the parameter's, and the
places of the lines remember the call. Recursion has no end here and is refused.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from wengert import errors
from wengert.analysis.environment import Environment
from wengert.analysis.lists import promote_lists
from wengert.analysis.returns import nest_returns
from wengert.analysis.sharing import Sharing, sharing
from wengert.analysis.state import Frame, State
from wengert.ir.core import Apply, Atom, Const, Function, Line, Name, Place, Return
from wengert.ir.kinds import Closure


def ready(
    state: State, key: object, environment: Environment, program: Function, nested: bool = True
) -> tuple[Function, Sharing]:
    """A generic program with its lists as values and, if it is to be inlined, one way out; each is prepared once."""
    found = state.programs.get(id(key))
    if found is None:
        program = promote_lists(program, lambda name: _is_builtin(environment, name))
        if nested:
            program = nest_returns(program)
        found = state.programs[id(key)] = (key, program, sharing(program))
    return found[1], found[2]


def _is_builtin(environment: Environment, name: str) -> bool:
    try:
        return environment.lookup(name) is getattr(builtins, name)
    except (LookupError, NameError, AttributeError, ValueError):
        return False


def inline_function(
    state: State, frame: Frame, line: Apply, function: Callable[..., Any], args: Sequence[Atom], keywords: Mapping[str, Atom], out: list[Line]
) -> Atom | None:
    """Write the lines of a Python function with source; its value, or None if it never returns."""
    code = function.__code__
    if any(getattr(callee, "__code__", callee) is code for callee in frame.callees):
        names = [getattr(callee, "__name__", "") for callee in frame.callees]
        through = "" if names and names[-1] == function.__name__ else f" (through `{names[-1]}`)"
        raise errors.error("W026", frame.place(line.place), function=function.__name__, through=through)
    if id(function) not in state.environments:
        state.environments[id(function)] = (function, frame.environment.of(function))
    environment = state.environments[id(function)][1]
    known = state.programs.get(id(code))
    body, shared = ready(state, code, environment, frame.environment.load(function) if known is None else known[1])
    parameters = body.parameters
    positional = parameters[: code.co_argcount]
    atoms = bind_arguments(state, frame, line, function.__name__, parameters, positional, args, keywords, defaults_of(function, parameters))
    made = Frame(
        body, environment, shared, _call_place(frame, line), callees=(*frame.callees, function), path=(*frame.path, id(line))
    )
    return _run(state, made, atoms, out)


def inline_closure(
    state: State, frame: Frame, line: Apply, closure: Closure, args: Sequence[Atom], keywords: Mapping[str, Atom], out: list[Line]
) -> Atom | None:
    """Write the lines of a nested function; what it captures has its names around it."""
    program, around = state.closures[closure.name]
    if any(callee is program for callee in frame.callees):
        raise errors.error("W026", frame.place(line.place), function=program.name, through="")
    body, shared = ready(state, program, around.environment, program)
    atoms = bind_arguments(state, frame, line, program.name, program.parameters, program.parameters, args, keywords, {})
    made = Frame(
        body, around.environment, shared, _call_place(frame, line), around, (*frame.callees, program), path=(*frame.path, id(line))
    )
    return _run(state, made, atoms, out)


def _call_place(frame: Frame, line: Apply) -> Place | None:
    return frame.place(line.place)


def _run(state: State, made: Frame, atoms: Sequence[Atom], out: list[Line]) -> Atom | None:
    for parameter, atom in zip(made.function.parameters, atoms):
        state.give_away(atom)
        state.bind(made, parameter, atom)
    end = state.run(made.function.body, made, None, out)
    return end.value if isinstance(end, Return) else None


def bind_arguments(
    state: State, frame: Frame, line: Apply, function: str, names: Sequence[Name], positional: Sequence[Name], args: Sequence[Atom],
    keywords: Mapping[str, Atom], defaults: Mapping[str, Atom],
) -> list[Atom]:  # fmt: skip
    """The atoms for the parameters, as Python would bind them; a call that Python would refuse is refused here."""
    bound: dict[str, Atom] = dict(zip(positional, args))
    wrong = len(args) > len(positional)
    for key, atom in keywords.items():
        wrong = wrong or key not in names or key in bound
        bound[key] = atom
    for name, atom in defaults.items():
        bound.setdefault(name, atom)
    if wrong or any(name not in bound for name in names):
        raise errors.error("W044", frame.place(line.place), name=function, what="these arguments")
    return [bound[name] for name in names]


def defaults_of(function: Callable[..., Any], names: Sequence[Name]) -> dict[str, Atom]:
    """The default values of a function's parameters, as constants of the text."""
    given: tuple[Any, ...] = function.__defaults__ or ()
    count = function.__code__.co_argcount
    found = dict(zip(names[count - len(given) : count], given))
    found.update(function.__kwdefaults__ or {})
    return {name: Const(value, getattr(value, "__name__", None)) for name, value in found.items()}
