"""The adjoint of a line whose row is its tangent: the tangent's lines, run backward.

The tangent is linear in the tangents of the operands, and undoing a linear line asks only for what stays as it is:

    %1 = y @ x_dot               %1_bar = -y_bar
    %2 = %1 @ y           ==>    %2_bar = %1_bar @ y.T
    y_dot = -%2                  x_bar = y.T @ %2_bar

(here for `y = np.linalg.inv(x)`). The lines of the tangent that do not depend on the operands' tangents come first, as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from wengert.analysis.flows import differentiable_atoms
from wengert.ir.build import Builder
from wengert.ir.core import Apply, Atom, Block, Function, Line, Name, Yield
from wengert.ir.walk import base, reads, rename
from wengert.rules.table import Call
from wengert.transform.bars import Bars, Spot
from wengert.transform.terms import Term

Undo = Callable[[Function, set[Name], Builder, Bars], None]
"""Undo the lines of a function in which these names are linear."""


def transpose(
    call: Call, operands: Sequence[str], given: Mapping[Spot, list[Term]], b: Builder, undo: Undo
) -> list[tuple[str, Spot, Term]]:
    """What each operand's adjoint gains: the operand, the path of the part, and the contribution.

    `given` are the adjoints of the result, by the path of the part.
    """
    tangent = b.nested()
    dots: dict[str, Name] = {}
    for name in operands:
        operand = call[name]
        assert isinstance(operand, str)
        dots[name] = b.names.fresh(f"{base(operand)}_dot")
        b.kinds[dots[name]] = b.kind(operand)
    assert call.primitive.jvp is not None
    result = call.primitive.jvp(tangent, call, dots)
    linear, unmade, moving = set(dots.values()), set(dots.values()), []
    for line in tangent.lines:
        assert isinstance(line, Apply)
        if unmade.isdisjoint(reads(line)):
            b.add(line)
            continue
        moving.append(line)
        unmade.update(line.targets)
        if not linear.isdisjoint(differentiable_atoms(line, b.kinds)):  # not so if it only asks for a shape
            linear.update(line.targets)
    if not isinstance(result, str) or result not in linear:
        return []
    bars: Bars = {(result, *path): list(terms) for path, terms in given.items()}
    undone = b.nested()
    undo(Function("tangent", tuple(dots.values()), Block(tuple(tangent.lines), Yield(())), b.kinds), linear, undone, bars)
    b.lines += _shadowed(undone.lines, unmade, moving, {dot: call[name] for name, dot in dots.items()})
    found = []
    for name, dot in dots.items():
        found += [(name, spot[1:], term) for spot, terms in bars.items() if spot[0] == dot for term in terms]
    return found


def _shadowed(lines: Sequence[Line], unmade: set[Name], moving: Sequence[Line], operands: Mapping[Name, Atom]) -> Sequence[Line]:
    """The lines; where they ask for the shape of a tangent, above them the tangent's lines, of the operands instead of their tangents."""
    if unmade.isdisjoint(name for line in lines for name in reads(line)):
        return lines
    return rename(Block((*moving, *lines), Yield(())), operands).lines
