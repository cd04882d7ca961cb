"""Calls that draw random numbers: each stays the call that it is, made once and in its order, and its value has a kind.

    call(getattr(rng, 'normal'))           a float
    call(getattr(rng, 'normal'), m, s)     m + s * rng.standard_normal()     # where m or s varies (`stand_ins_draws.py`)
    call(@random.gauss, 0, 1)              a float

A shuffle, and a draw `out=` an array, write into what they are given; they are written out, so that they are writes like others.
"""

from __future__ import annotations

import random
import sys
from typing import TYPE_CHECKING, Any

import numpy as np

from wengert import errors
from wengert.analysis.clobbering import opaque
from wengert.analysis.inline import inline_function
from wengert.ir.core import Atom, Const
from wengert.ir.kinds import Array, Instance, Known, List
from wengert.ir.values import SOURCES, kind_of
from wengert.rules.draws import given, kind_of_draw, made_source
from wengert.rules.stand_ins_draws import BY_REJECTION, moved

if TYPE_CHECKING:
    from wengert.analysis.call import Call

STEPS = frozenset({"choice", "choices", "sample", "permutation"})
"""Draws of places: with the probabilities, a place changes in steps, as what `np.searchsorted` gives does."""


def source_of(call: Call, owner: Atom) -> type | None:
    """The class of a source of random numbers; None if the atom is none."""
    kind = call.state.kind(call.state.read(owner))
    found = kind_of(kind.value) if isinstance(kind, Known) and type(kind.value) in SOURCES else kind
    return found.cls if isinstance(found, Instance) else None


def draw_of_module(call: Call, function: Any) -> bool | None:
    """A call of `random.gauss`, `np.random.normal` and their like, or of what makes a source of random numbers; None if it is neither."""
    made = made_source(function)
    if made is not None and not call.varied:
        opaque(call, made)
        return False
    hidden = getattr(function, "__self__", None)
    if type(hidden) not in SOURCES or isinstance(function, type):
        return None
    module = sys.modules["numpy.random"] if type(hidden) is np.random.RandomState else random
    owner = Const(module, "np.random" if module is not random else "random")
    if getattr(module, function.__name__, None) != function:
        owner = Const(hidden)
    return draw(call, type(hidden), owner, function.__name__)


def draw(call: Call, cls: type, source: Atom, name: str) -> bool | None:
    """Write a draw of a source of this class; None if it is none that is known, else whether it never returns."""
    state = call.state
    atoms = given(cls, name, tuple(map(state.read, call.args)), {key: state.read(atom) for key, atom in call.keywords})
    if atoms is None:
        return None
    kinds = {parameter: state.kind(atom) for parameter, atom in atoms.items()}
    varying = frozenset(parameter for parameter, atom in atoms.items() if state.varies(atom))
    probabilities = {"p", "weights", "cum_weights"} & varying if name in STEPS else frozenset()
    writes = name == "shuffle" or "out" in kinds
    if writes or varying - probabilities:
        found = moved(cls, name, kinds, varying)
        if found is None:
            if writes and not varying and not any(isinstance(kinds.get(key), (List, Array)) for key in ("x", "out")):
                return None
            named = [BY_REJECTION[name]] if BY_REJECTION.get(name) in varying else sorted(varying) or ["out"]
            raise errors.error("W048", call.frame.place(call.line.place), name=name, what=" and ".join(f"`{one}`" for one in named))
        args = (source, *call.args)
        return call.returned(inline_function(state, call.frame, call.line, found, args, dict(call.keywords), call.out))
    new = call.emit("call", call.function, *call.args, keywords=call.keywords, varied=False)
    state.define(new, kind_of_draw(cls, name, kinds, new, atoms), owned=True)
    return False
