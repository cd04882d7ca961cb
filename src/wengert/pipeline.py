"""How a derivative is made: from the text of a function to the text of its derivative, from left to right.

    source -> gast -> names resolved -> Wengert IR     source_of, lower
           -> kinds, callees inlined                   specialise
           -> derivative IR -> clean IR                reverse or forward, clean
           -> Python text                              print_function

`derive` is that line as code; it returns the result of every stage, so that a wrong derivative is found by reading the
stages until one is wrong (`python -m wengert show`, `.explain`).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from types import FunctionType
from typing import Protocol

from wengert.analysis.environment import Guard
from wengert.analysis.piecemeal import Piecemeal
from wengert.analysis.returns import nest_returns, returns_in_loops
from wengert.analysis.specialise import specialise
from wengert.analysis.unturned import raise_unturned
from wengert.backend.source import Printed, print_function
from wengert.errors import error
from wengert.forms import AUX, FORWARD, HOLOMORPHIC, SCALAR, WITH_VALUE, named, plain_mode
from wengert.frontend.lower import lower
from wengert.frontend.source import Source, source_of
from wengert.ir.core import Block, Const, Def, Function, Name, Return
from wengert.ir.kinds import Array, Dict, Kind, Known, List, Map, NumpyScalar, Record, Text, Tuple, describe, is_real, scalar_type
from wengert.ir.values import substitute
from wengert.ir.walk import all_names, blocks_of, functions_of
from wengert.noting import with_notes
from wengert.optimize import finish, simplify
from wengert.programs import transformed
from wengert.surroundings import Surroundings
from wengert.transform.composites import expand_composites
from wengert.unfolding import unfold


class Programmed(Protocol):
    """What has a program already: a derivative that is differentiated again."""

    __name__: str

    @property
    def surroundings(self) -> Surroundings: ...

    def program(self, kinds: tuple[Kind, ...]) -> Stages: ...


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for: the derivative of a function by some of its parameters, for arguments of these kinds."""

    function: FunctionType | Programmed
    mode: str  # "grad", "value_and_grad", "vjp", or one of FORWARD; the first two may end in TUPLE and AUX (transform/joint.py)
    wanted: tuple[int, ...]  # positions of parameters
    kinds: tuple[Kind, ...]
    source: str | None = None  # the text of the function, if the user had to give it
    watched: tuple[str, ...] = ()  # variables whose adjoints are noted (`noting.py`)


@dataclass(frozen=True, slots=True)
class Stages:
    """The results of all stages, in their order."""

    request: Request
    source: Source | None  # None: the primal is a derivative, and begins as a program
    generic: Function | None
    primal: Function  # specialised
    guards: tuple[Guard, ...]
    raw: Function  # the derivative, before it is cleaned
    functional: Function  # simplified, nothing written in place: where a further derivative begins
    derivative: Function
    about: str  # what it is, as its docstring says

    def printed(self) -> Printed:
        """The last stage: the text."""
        return print_function(self.derivative)


def derive(request: Request) -> Stages:
    """Make a derivative: the whole story."""
    source, generic, primal, guards, about = _primal(request)
    parameters = tuple(primal.parameters[position] for position in request.wanted)
    plain = plain_mode(request.mode)
    if plain in SCALAR and not request.mode.endswith(AUX):
        check_result(primal, request)
    primal, relied_on = unfold(primal, parameters, "forward" if plain in FORWARD else "reverse", surroundings_of(request))
    guards = (*guards, *relied_on)
    if request.watched:
        primal = with_notes(primal, request.watched, request.function.__name__)
    primal = expand_composites(primal, parameters)
    raw = transformed(primal, request.mode, request.wanted)
    given = set().union(*map(all_names, functions_of(primal)))
    functional = simplify(raw, given)
    cleaned = finish(functional, given)
    about = describe_derivative(plain, about, parameters, source is None)
    name = named(plain, _spelled(request.function.__name__))
    derivative = replace(cleaned, name=name, docstring=about)
    return Stages(request, source, generic, primal, guards, raw, functional, derivative, about)


def _primal(request: Request) -> tuple[Source | None, Function | None, Function, tuple[Guard, ...], str]:
    """The specialised program of what is differentiated."""
    function = request.function
    if not isinstance(function, FunctionType):
        stages = function.program(request.kinds)
        return None, None, replace(stages.functional, name=stages.derivative.name), stages.guards, stages.about
    source = source_of(function, request.source)
    varied = [position in request.wanted for position in range(len(request.kinds))]
    surroundings = surroundings_of(request)
    while True:
        generic = lower(source, function.__code__.co_freevars, surroundings.pieces.get(function.__code__, ()))
        if plain_mode(request.mode) not in FORWARD and returns_in_loops(generic):  # a sweep that goes backward needs one way out of a loop
            generic = nest_returns(generic)
        try:
            special = specialise(generic, request.kinds, surroundings, varied)
            primal = special.function if plain_mode(request.mode) in WITH_VALUE else raise_unturned(special.function)
            return source, generic, primal, special.guards, title(function)
        except Piecemeal as found:
            surroundings.choose(found)


def surroundings_of(request: Request) -> Surroundings:
    """The names around the function with a text."""
    function = request.function
    return Surroundings(function, request.source) if isinstance(function, FunctionType) else function.surroundings


def title(function: FunctionType) -> str:
    """What docstrings call a function: the module it stands in, and its name there.

    >>> title(title)
    'wengert.pipeline.title'
    """
    module = function.__module__
    if module == "__main__":
        module = os.path.splitext(os.path.basename(function.__code__.co_filename))[0]
    name = function.__qualname__.rpartition("<locals>.")[2]
    return name if module is None or not module.replace(".", "").isidentifier() else f"{module}.{name}"


def describe_derivative(mode: str, about: str, parameters: Sequence[Name], again: bool = False) -> str:
    """The docstring of a derivative.

    >>> describe_derivative("grad", "walk.path", ["x", "y"])
    'Gradient of walk.path with respect to x and y.'
    >>> describe_derivative("jvp", "Gradient of walk.path with respect to x.", ["x"], again=True)
    'Gradient of walk.path with respect to x, and its tangent along x_dot.'
    """
    names = _enumerated([_spelled(name) for name in parameters])
    dots = _enumerated([f"{_spelled(name)}_dot" for name in parameters])
    if again:
        about = about.rstrip(".")
        gradient, _, of = about.partition(" of ")
        if gradient == "Gradient" and of.endswith(f" with respect to {names}") and mode in ("jacfwd", "tangent"):
            return f"Hessian of {of}{f', times {dots}' if mode == 'tangent' else ''}."
        if mode == "jvp":
            return f"{about}, and its tangent along {dots}."
        about = f"the {about[:1].lower()}{about[1:]}"
        if mode != "vjp":
            names += ", again" if f"with respect to {names}" in about else ""
    match mode:
        case "grad":
            return f"Gradient of {about} with respect to {names}."
        case "value_and_grad":
            return f"Value and gradient of {about} with respect to {names}."
        case "jacfwd" | "value_and_jacfwd":
            return f"{'Jacobian' if mode == 'jacfwd' else 'Value and Jacobian'} of {about} with respect to {names}."
        case "tangent":
            return f"Tangent of {about} along {dots}."
        case "tangents":
            return f"Tangents of {about} along each of {dots}."
        case "vjp":
            return f"Value and pullback of {about}."
        case _:
            return f"Value and tangent of {about} along {dots}."


def _enumerated(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else "nothing"


def _spelled(name: str) -> str:
    """A name as the text can say it, without version numbers; a derivative of a lambda is called `grad_lambda`."""
    return name.replace("<lambda>", "lambda").partition(".")[0]


def check_result(primal: Function, request: Request) -> None:
    """Refuse a gradient of what is known, before it runs, to be no real scalar."""
    if HOLOMORPHIC in request.mode:
        for position in request.wanted:
            if is_real(request.kinds[position]):
                name = primal.parameters[position]
                raise error("W120", primal.place, name=name, function=request.function.__name__)
    for value in _returned(primal.body):
        problem = _no_scalar(substitute(primal.kinds, value))
        if problem and not (problem[0] == "W067" and HOLOMORPHIC in request.mode):
            code, what = problem
            name = request.function.__name__
            raise error(code, primal.place, function=name, name="a gradient" if code == "W067" else request.mode, what=what)


def _returned(block: Block) -> list[Name | Const]:
    found = [block.terminator.value] if isinstance(block.terminator, Return) else []
    for line in block.lines:
        for inner in () if isinstance(line, Def) else blocks_of(line):
            found += _returned(inner)
    return found


def _no_scalar(kind: Kind) -> tuple[str, str] | None:
    match kind:
        case Array(dtype=dtype, axes=axes) if axes:
            return "W060", f"a {dtype} array with {len(axes)} {'axis' if len(axes) == 1 else 'axes'}"
        case Tuple() | List() | Dict() | Map() | Record():
            return "W060", f"a {type(kind).__name__.lower()}: {describe(kind)}"
        case Text() | Known(value=None):
            return "W071", describe(kind)
    name = scalar_type(kind) or (kind.dtype if isinstance(kind, (Array, NumpyScalar)) else "")
    return ("W067", "the result") if name.startswith("complex") else None
