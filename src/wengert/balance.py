"""Check a derivative statement by statement: each line's adjoint against its tangent, at the values that a run really has.

For a line `y = op(x)` with any tangent of x and any adjoint of y, `y_bar . y_dot` and `x_bar . x_dot` are the same number. So a wrong rule is found at the line
that uses it, without differences and their steps (the idea of Tapenade's debugging mode).

>>> import math
>>> from wengert import grad
>>> def f(x):
...     y = math.sin(x)
...     return y * y
>>> print(grad(f).explain(0.3, products=True))
line 2: y = math.sin(x)    math.sin  right
line 3: return y * y       mul       right
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from wengert.analysis.activity import active
from wengert.errors import Error
from wengert.ir.core import Apply, Block, Function, Name, Return
from wengert.ir.evaluate import evaluate
from wengert.ir.walk import rename
from wengert.nans import globals_of
from wengert.transform.forward import forward
from wengert.transform.joint import reverse
from wengert.tree import flatten, leaves_of, unflatten

if TYPE_CHECKING:
    from wengert.pipeline import Stages
    from wengert.surroundings import Surroundings

TOLERANCE = 1e-9


@dataclass(frozen=True)
class _Checked:
    statement: str
    op: str
    verdict: str


def balance(stages: Stages, surroundings: Surroundings, values: Sequence[Any]) -> str:
    """One row for each line that the derivative undoes: is the product of adjoints and tangents the same before and after it?"""
    program = stages.primal
    names = active(program, [program.parameters[position] for position in stages.request.wanted])
    seen: dict[int, tuple[Apply, dict[Name, Any]]] = {}

    def look(line: Apply, known: Mapping[Name, Any]) -> None:
        if id(line) not in seen and not names.isdisjoint(line.targets):
            seen[id(line)] = line, {atom: known[atom] for atom in _operands(line) if atom in known}

    given = [float(value) if type(value) is int and k in stages.request.wanted else value for k, value in enumerate(values)]
    evaluate(program, *given, globals=globals_of(program, surroundings), seen=look)
    rows = [_check(line, known, program, names) for line, known in seen.values()]
    return _table([row for row in rows if row is not None])


def _operands(line: Apply) -> Iterator[Name]:
    yield from (atom for atom in (*line.args, *(atom for _, atom in line.keywords)) if isinstance(atom, str))


def _check(line: Apply, known: Mapping[Name, Any], program: Function, names: set[Name]) -> _Checked | None:
    """The line as a program of its own, in both modes."""
    place = line.place
    statement = f"line {place.line}: {place.source.strip()}" if place is not None else "(no line)"
    parameters = tuple(known)
    wanted = [k for k, name in enumerate(parameters) if name in names and _varies(known[name])]
    if not wanted or len(line.targets) != 1:
        return None
    kinds = {name: program.kinds[name] for name in (*parameters, *line.targets) if name in program.kinds}
    one = Function("line", parameters, Block((line,), Return(line.targets[0])), kinds)
    one = rename(one, {name: f"operand_{k}" for k, name in enumerate(parameters)}, definitions=True)
    values = [known[name] for name in parameters]
    rng = np.random.default_rng(0)
    dots = [_random(rng, values[k]) for k in wanted]
    try:
        y, y_dot = evaluate(forward(one, wanted), *values, *dots)
        _, pullback = evaluate(reverse(one, wanted, "vjp"), *values)
        y_bar = _random(rng, y)
        bars = pullback(y_bar)
    except (Error, AssertionError, LookupError):  # of a rule with one mode only
        return _Checked(statement, line.op, "not compared: it has not both modes")
    one_side, other = _dot(y_bar, y_dot), sum(_dot(bar, dot) for bar, dot in zip(bars, dots))
    scale = max(1.0, abs(one_side), abs(other))
    if abs(one_side - other) <= TOLERANCE * scale or (one_side != one_side and other != other):
        return _Checked(statement, line.op, "right")
    return _Checked(statement, line.op, f"WRONG: tangents give {one_side:.12g}, adjoints {other:.12g}")


def _varies(value: Any) -> bool:
    return any(_is_real(leaf) for leaf in leaves_of(value))


def _is_real(leaf: Any) -> bool:
    return isinstance(leaf, float) or (isinstance(leaf, (np.ndarray, np.generic)) and leaf.dtype.kind == "f")


def _random(rng: np.random.Generator, like: Any) -> Any:
    """A random tree of the form of a value; None for what cannot vary."""
    leaves, form = flatten(like)
    made = []
    for leaf in leaves:
        drawn = rng.uniform(0.5, 1.5, np.shape(leaf)) if _is_real(leaf) else None
        made.append(None if drawn is None else float(drawn) if isinstance(leaf, float) and not isinstance(leaf, np.generic) else np.asarray(drawn, leaf.dtype)[()])
    return unflatten(form, made)


def _dot(a: Any, b: Any) -> float:
    return float(sum(np.sum(np.multiply(x, y)) for x, y in zip(leaves_of(a), leaves_of(b)) if x is not None and y is not None))


def _table(rows: Sequence[_Checked]) -> str:
    if not rows:
        return "no line varies with the arguments"
    first, second = max(len(row.statement) for row in rows), max(len(row.op) for row in rows)
    return "\n".join(f"{row.statement:{first}}    {row.op:{second}}  {row.verdict}" for row in rows)
