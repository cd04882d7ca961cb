"""From a specialised program to its derivative, as each mode makes it: of the whole function (`pipeline.py`), or of a part of it.

A function that itself takes a derivative asks for that of a part while its kinds are found; it asks its surroundings, which ask here.
"""

from __future__ import annotations

from collections.abc import Sequence

from wengert.analysis.environment import Environment
from wengert.forms import FORWARD, TUPLE, plain_mode
from wengert.ir.core import Function
from wengert.ir.walk import all_names
from wengert.optimize import simplify
from wengert.transform.composites import expand_composites
from wengert.transform.directions import jacobian_program, tangents_program
from wengert.transform.pairs import reverse_program
from wengert.transform.tangents import forward_program
from wengert.unfolding import unfold


def derive_part(program: Function, mode: str, wanted: Sequence[int], environment: Environment) -> Function:
    """The derivative of a specialised program that is a part of another one (`analysis/inner.py`)."""
    parameters = tuple(program.parameters[position] for position in wanted)
    program, _ = unfold(program, parameters, "forward" if plain_mode(mode) in FORWARD else "reverse", environment)
    program = expand_composites(program, parameters)
    return simplify(transformed(program, mode, wanted), all_names(program))


def transformed(primal: Function, mode: str, wanted: Sequence[int]) -> Function:
    """The derivative of a specialised program, as its mode makes it."""
    if mode in ("jvp", "tangent"):
        return forward_program(primal, wanted, with_value=mode == "jvp")
    if mode == "tangents":
        return tangents_program(primal, wanted)
    if plain_mode(mode) in FORWARD:
        return jacobian_program(primal, wanted, mode.startswith("value"), tupled=mode.endswith(TUPLE))
    return reverse_program(primal, wanted, mode)
