"""Where does the NaN come from? Run a derivative line by line, and stop at the first line that makes one of numbers.

>>> import math
>>> import numpy as np
>>> from wengert import grad
>>> def f(x):
...     r = np.sqrt(x)
...     return r * r
>>> print(grad(f).explain(np.float64(0.0), nans=True))  # doctest: +ELLIPSIS
the first NaN comes up in the reverse sweep, undoing
  File "...", line 2, in f
    r = np.sqrt(x)
where `x_bar.0` = 0.0 / 0.0
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from wengert.ir.core import Apply, Atom, Const, Function, Name
from wengert.ir.evaluate import evaluate
from wengert.ir.kinds import INT
from wengert.ir.text import show_line
from wengert.ir.values import kind_of, substitute
from wengert.ir.walk import lines_of
from wengert.tree import leaves_of

if TYPE_CHECKING:
    from wengert.pipeline import Stages
    from wengert.surroundings import Surroundings


class _Found(Exception):
    """The line, and the values up to there."""

    def __init__(self, line: Apply, values: Mapping[Name, Any], reverse: bool) -> None:
        super().__init__()
        self.line, self.values, self.reverse = line, values, reverse


def first_nan(stages: Stages, surroundings: Surroundings, values: Sequence[Any]) -> str:
    """A message about the first line that makes a NaN, of the value or of the derivative, at these values of the parameters."""
    kinds = [substitute(stages.raw.kinds, name) for name in stages.raw.parameters]
    given = [float(value) if kind_of(value) == INT and kind != INT else value for value, kind in zip(values, kinds)]
    program = stages.raw if len(stages.raw.parameters) == len(given) else stages.primal
    reverse = False

    def seen(line: Apply, known: Mapping[Name, Any]) -> None:
        nonlocal reverse
        if line.op == "comment":
            reverse = line.args == (Const("reverse sweep"),)
        inside = [known[target] for target in line.targets if target in known]
        if any(map(has_nan, inside)) and not any(has_nan(value_of(atom, known)) for atom in (*line.args, *(atom for _, atom in line.keywords))):
            raise _Found(line, dict(known), reverse)

    try:
        with np.errstate(all="ignore"):
            evaluate(program, *given, globals=globals_of(program, surroundings), seen=seen)
    except _Found as found:
        return _message(found.line, found.values, found.reverse)
    return "no line makes a NaN of numbers for these arguments" + (", but one is among them" if any(map(has_nan, given)) else "")


def globals_of(program: Function, surroundings: Surroundings) -> dict[str, Any]:
    """What the program reads by name from its surroundings."""
    names = {line.args[0].value for line in lines_of(program) if isinstance(line, Apply) and line.op in ("global", "cell") and isinstance(line.args[0], Const)}
    return {name: surroundings.lookup(name) for name in sorted(names)}


def value_of(atom: Atom, known: Mapping[Name, Any]) -> Any:
    return atom.value if isinstance(atom, Const) else known.get(atom)


def has_nan(value: Any) -> bool:
    """Is there a NaN in a number, an array, or a tree of them?"""
    if isinstance(value, (tuple, list, dict)):
        return any(map(has_nan, leaves_of(value)))
    if isinstance(value, float):
        return value != value
    return isinstance(value, (np.ndarray, np.generic)) and value.dtype.kind in "fc" and bool(np.any(np.isnan(value)))


def _message(line: Apply, values: Mapping[Name, Any], reverse: bool) -> str:
    place = line.place
    sweep = "in the reverse sweep, undoing" if reverse else "in the value, at"
    rows = [f"the first NaN comes up {sweep}"]
    if place is not None:
        rows += [f'  File "{place.file}", line {place.line}, in {place.function}', f"    {place.source.strip()}"]
        if place.call is not None:
            rows.append(f"called in line {place.call.line}: {place.call.source.strip()}")
    rows.append(f"where {said(line, values)}")
    return "\n".join(rows)


def said(line: Apply, values: Mapping[Name, Any]) -> str:
    """The line with values in the place of names, of arrays those of the first element that became a NaN."""
    made = next((values[target] for target in line.targets if has_nan(values.get(target))), None)
    index: tuple[int, ...] = ()
    if isinstance(made, np.ndarray) and made.ndim:
        index = tuple(int(k) for k in np.argwhere(np.isnan(made))[0])
    atoms = tuple(shown(value_of(atom, values), np.shape(made) if made is not None else (), index) if not isinstance(atom, Const) else atom for atom in line.args)
    at = f"[{', '.join(map(str, index))}]" if index else ""
    return f"`{', '.join(line.targets)}{at}` = {written(line, atoms)}"


def shown(value: Any, shape: tuple[int, ...], index: tuple[int, ...]) -> Atom:
    """A value as a constant of the line; of an array that is broadcast to the result the element, of others their shape."""
    if isinstance(value, np.ndarray) and index:
        try:
            value = np.broadcast_to(value, shape)[index]
        except ValueError:
            return Const(f"array of shape {value.shape}")
    if isinstance(value, np.ndarray) and value.ndim:
        return Const(f"array of shape {value.shape}")
    return Const(float(value)) if isinstance(value, (float, np.floating, np.ndarray)) else Const(repr(value))


def written(line: Apply, atoms: tuple[Atom, ...]) -> str:
    text = show_line(Apply(("_",), line.op, atoms, line.keywords))
    return text.partition(" = ")[2].replace("@math.", "")

