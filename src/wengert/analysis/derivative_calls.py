"""A derivative that is called inside of the differentiated function: its kind, and the program that may stand for the call."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from wengert.analysis.call import Call
from wengert.analysis.clobbering import opaque
from wengert.ir.core import Atom, Block, Const, Def, Function, Return
from wengert.ir.kinds import BOTTOM, UNKNOWN, Kind, Known, Scalar, scalar_type
from wengert.ir.lattice import join
from wengert.ir.values import substitute
from wengert.ir.walk import blocks_of


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
        opaque(call, UNKNOWN)
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
