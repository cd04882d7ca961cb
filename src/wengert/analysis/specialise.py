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
from functools import partial

from wengert.analysis import builtin_calls as builtin_calls  # puts its part into the tables of `calls`
from wengert.analysis import copying as copying  # and so do these
from wengert.analysis import getters as getters
from wengert.analysis import ordering as ordering
from wengert.analysis.aliases import mutable
from wengert.analysis.calls import specialise_call, write_call
from wengert.analysis.environment import Environment, Guard
from wengert.analysis.facts import Fact
from wengert.analysis.frame import Frame
from wengert.analysis.inline import Site, ready
from wengert.analysis.leftovers import finish
from wengert.analysis.mapped import AsObject, Mapped, as_map
from wengert.analysis.maybe_views import Undecided
from wengert.analysis.recursion import Lengthy, Recursion, Recursive
from wengert.analysis.state import State
from wengert.analysis.walking import Walk
from wengert.analysis.writing_out import Unroll
from wengert.errors import AliasError, Error
from wengert.ir.build import Names
from wengert.ir.callees import with_callees
from wengert.ir.core import (
    PLAIN,
    Apply,
    Block,
    Function,
    Line,
    Terminator,
)  # fmt: skip
from wengert.ir.kinds import Kind, Known, Unknown, may_carry_derivative
from wengert.ir.walk import all_names


@dataclass(frozen=True, slots=True)
class Specialised:
    """A program of primitives with the kind of every name, and what it relied on."""

    function: Function
    guards: tuple[Guard, ...]


def specialise(
    function: Function, kinds: Sequence[Kind], environment: Environment, varied: Sequence[bool] | None = None, names: Names | None = None
) -> Specialised:
    """Turn a generic program into primitives, for arguments of these kinds.

    `varied` says which arguments derivatives are asked for (all that can have one, if not given): what depends on them must
    be differentiable, what does not may be anything. `names` is the supply of a program of which this one will be a part.

    >>> import numpy as np
    >>> from wengert.ir.kinds import Array
    >>> from wengert.ir.axes import MANY
    >>> from wengert.ir.text import parse, show
    >>> class Globals(dict):
    ...     lookup, code = dict.__getitem__, "f"
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
    recursion = Recursion(prepare, environment.code if names is None else function, tuple(kinds))
    facts = [Fact(kind, may_carry_derivative(kind) if varied is None else varied[k], False) for k, kind in enumerate(kinds)]
    try:
        return _followed(function, facts, environment, names, recursion)
    except Error as refused:
        if not recursion.growing:
            raise
        again = Recursion(prepare, recursion.main, recursion.kinds)
        again.peeled = frozenset(recursion.growing)
        try:
            return _followed(function, facts, environment, names, again)
        except Error:
            raise refused from None


def _followed(function: Function, facts: Sequence[Fact], environment: Environment, names: Names | None, recursion: Recursion) -> Specialised:
    """Read the program again, as long as reading finds what has to be known from the beginning."""
    refused: AliasError | None = None
    unmapped: Error | None = None  # the refusal, as long as only those dicts are mappings that are asked for keys of the run
    while True:
        try:
            return _specialised(function, facts, environment, names, recursion, following=refused is not None)
        except Error as error:
            if recursion.mapped and not recursion.all_mapped:
                recursion.all_mapped, unmapped = True, error
                recursion.restart()
                continue
            if unmapped is not None:
                raise unmapped from None
            if refused is not None or not isinstance(error, AliasError):
                raise refused or error from None
            refused = error  # perhaps not if views are followed by their indices
        except Recursive:  # the function itself: it is one of those that are called, and all that is left is the call
            recursion.keys.append(recursion.main)
        except Lengthy as found:
            recursion.keys.append(found.key)
            recursion.lengthy.append(found.key)
        except Undecided as found:
            recursion.asked.add(found.spot)
        except Unroll as loop:
            recursion.unrolled.add(loop.place)
        except Mapped as found_map:
            recursion.mapped.add(found_map.place)
        except AsObject as found_object:
            recursion.keyed.add(found_object.place)
        recursion.restart()


def prepare(state: State, recursion: Recursion) -> None:
    """Make a state ready to walk over programs."""
    state.run, state.call, state.write = Walk(state).run, partial(specialise_call, state), write_call
    state.recursion, state.maybe.asked = recursion, recursion.asked


def _specialised(
    function: Function, facts: Sequence[Fact], environment: Environment, names: Names | None, recursion: Recursion, following: bool
) -> Specialised:
    state = State(names or Names(all_names(function)), environment)
    state.following = following
    prepare(state, recursion)
    calls_itself = recursion.main in recursion.keys
    program, sharing = ready(state, function, environment, function, nested=calls_itself)
    for name in all_names(program):
        state.names.reserve(name)
    frame = Frame(program, environment, sharing, main=True, read=state.read)
    state.beginning = function.place
    state.parameters.update(function.parameters)
    for parameter, fact in zip(function.parameters, facts):
        mapped = as_map(fact.kind) if ("parameter", parameter) in recursion.mapped else None
        state.define(parameter, mapped or fact.kind, fact.varied)
    out: list[Line] = []
    if calls_itself:
        site = Site(recursion.main, function.name, replace(frame, main=False), function.parameters)
        end: Terminator = recursion.main_call(state, site, out)
    else:
        end = state.run(program.body, frame, None, out)
    made = finish(state, replace(program, form=PLAIN, body=Block((*_apart(state, function), *state.prologue, *out), end)))
    return Specialised(with_callees(made, recursion.functions()), tuple(state.guards.values()))


def _apart(state: State, function: Function) -> list[Line]:
    """Where an argument is written to, no other may share its memory: a check, before anything happens."""
    arrays = [name for name in function.parameters if mutable(state.kind(name)) and not isinstance(state.kind(name), (Known, Unknown))]
    if not state.written or len(arrays) < 2:
        return []
    return [Apply((), "apart", tuple(arrays), place=function.place)]
