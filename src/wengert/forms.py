"""The mode of a derivative, in a word that says which form its result has: `grad`, `grad_as_tuple`, `value_and_grad_and_aux`.

>>> mode_of("grad", argnums=(0,), has_aux=True), plain_mode("grad_as_tuple_and_aux")
('grad_as_tuple_and_aux', 'grad')
"""

from __future__ import annotations

from typing import Any

AUX = "_and_aux"
"""Ends the mode in which a function returns its value and something more, of which no derivative is asked."""

TUPLE = "_as_tuple"
"""Stands in the mode of a derivative that is a tuple even with respect to one parameter."""

HOLOMORPHIC = "_holomorphic"
"""Stands in the mode of a derivative of a complex function by a complex number, `df/dz`."""

FORWARD = frozenset({"jvp", "tangent", "jacfwd", "value_and_jacfwd", "tangents"})
"""The modes that walk a program in its own direction."""

SCALAR = frozenset({"grad", "value_and_grad"})
"""The modes that need a function of which the value is one real number."""

WITH_VALUE = frozenset({"value_and_grad", "vjp", "jvp", "value_and_jacfwd"})
"""The modes that return the function's value, too."""

PREFIXES = {"jacfwd": "jacobian", "value_and_jacfwd": "value_and_jacobian"}
"""How the name of a derivative begins, where its mode is not a good word for it."""


def mode_of(mode: str, argnums: Any, has_aux: bool = False, holomorphic: bool = False) -> str:
    """The whole word for what a caller asks."""
    tupled = plain_mode(mode) not in ("vjp", "jvp", "tangent", "tangents") and isinstance(argnums, tuple) and len(argnums) == 1
    return f"{mode}{TUPLE if tupled else ''}{HOLOMORPHIC if holomorphic else ''}{AUX if has_aux else ''}"


def plain_mode(mode: str) -> str:
    """The mode without what it says of the form."""
    return mode.removesuffix(AUX).removesuffix(HOLOMORPHIC).removesuffix(TUPLE)


def named(mode: str, function: str) -> str:
    """What a derivative of a function is called.

    >>> named("jacfwd", "f"), named("jacfwd", "grad_f"), named("tangent", "grad_f")
    ('jacobian_f', 'hessian_f', 'hvp_f')
    """
    second = {"jacfwd": "hessian", "tangent": "hvp"}.get(mode)
    if second and function.startswith("grad_"):
        return f"{second}_{function.removeprefix('grad_')}"
    return f"{PREFIXES.get(mode, mode)}_{function}"
