"""Adjoints that a mask made zero in places: there zero wins, also over a partial that is infinite.

    y = np.where(q > 0, np.sqrt(q), 0.0)

The adjoint of `np.sqrt(q)` is zero wherever `q > 0` is false. The partial of the root is infinite at 0, and 0 times infinity is nan; so what
may be infinite is multiplied or divided by only where the mask is true:

    q_bar = np.divide(y_bar, 2 * np.sqrt(q), out=np.zeros_like(q), where=q > 0)

A term carries the masks that it has met along elementwise lines (`np.where`, and factors that are truth values or steps: `clip`, `maximum`).
A sum of terms, or a change of shape, ends that: what follows is computed as everywhere.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from wengert.ir.axes import same_axis
from wengert.ir.build import Builder
from wengert.ir.core import Apply, Atom, Const
from wengert.ir.kinds import Array, axes_of, dtype_of, scalar_type
from wengert.rules.table import Call
from wengert.transform.terms import Factor, Term, times, write

if TYPE_CHECKING:
    from wengert.ir.core import Name


@dataclass(frozen=True, slots=True)
class Mask:
    """A term is zero wherever `atom` is zero or false; `negated`: wherever it is not."""

    atom: Atom
    negated: bool = False


UNBOUNDED = frozenset({
    "truediv", "np.divide", "np.exp", "np.exp2", "np.expm1", "np.sinh", "np.cosh", "np.tan", "np.reciprocal", "np.square", "np.power", "np.float_power", "pow", "np.logaddexp",
})  # fmt: skip
"""Primitives with partials that overflow or have poles although they are products; a quotient may always be infinite."""

MASKING = frozenset({"np.where", "divide_where", "multiply_where"})
"""Primitives whose operands get nothing where a mask is false."""

STEPS = frozenset({"np.maximum", "np.minimum", "np.fmax", "np.fmin", "np.clip"})
"""Primitives with partials that are 1, 0 or a share."""


def bar_of_where(b: Builder, call: Call, terms: Sequence[Term]) -> Atom | None:
    """A number as the adjoint of all elements is spread by the condition, if that has the result's shape."""
    condition, result = axes_of(b.kind(call["c"])), axes_of(b.kind(call.result))
    if len(terms) != 1 or not terms[0].plain or not isinstance(terms[0].base, Const) or condition is None or result is None:
        return None
    return terms[0].base if len(condition) == len(result) and all(map(same_axis, condition, result)) else None


def masked(b: Builder, call: Call, parameter: str, bar: Atom, value: Atom) -> Term:
    """What an operand of a masking primitive gets: remember where it is zero, and what it is where it is not."""
    last = b.lines[-1] if b.lines else None
    if not isinstance(last, Apply) or last.targets != (value,) or last.op not in (*MASKING, "neg"):  # summed to another shape
        return Term(value)
    if call.line.op == "np.where":
        return Term(value, masks=(Mask(call["c"], parameter == "y"),), bare=bar)
    return Term(value, masks=(Mask(call["mask"]),))


def multiplied(b: Builder, call: Call, term: Term, sign: int, factors: Sequence[Factor], nodes: Sequence[ast.expr], like: Name) -> Term:
    """A term times the partial of an elementwise line, of which `like` is the operand."""
    for factor, node in zip(factors, nodes):
        if term.masks and _unbounded(call, factor, node) and (made := _where_true(b, term, factor, (like, factor[1], term.base, call.result))) is not None:
            term = made
        else:
            term = times(term, 1, [factor])
            if call.primitive.op in STEPS and isinstance(factor[1], str):
                term = replace(term, masks=(*term.masks, Mask(factor[1])), bare=None)
    return times(term, sign, ())


def _unbounded(call: Call, factor: Factor, node: ast.expr) -> bool:
    operation, atom = factor
    return not isinstance(atom, Const) and (operation == "/" or call.primitive.op in UNBOUNDED or isinstance(node, ast.Call) and "log" in ast.unparse(node.func))


def _where_true(b: Builder, term: Term, factor: Factor, likes: Sequence[Atom]) -> Term | None:
    """The product (or quotient) where all masks are true, zero elsewhere; the first of `likes` that has the result's shape says which."""
    operation, value = factor
    wanted = b.kind(likes[-1])
    if not isinstance(wanted, Array) or not wanted.dtype.startswith("float") or not wanted.axes or not axes_of(b.kind(value)):
        return None
    like = next(atom for atom in likes if b.kind(atom) == wanted)
    plain = write(b, [replace(term, base=term.base if term.bare is None else term.bare)])
    made = b.apply("divide_where" if operation == "/" else "multiply_where", plain, value, _condition(b, term.masks), like)
    return Term(made, masks=term.masks)


def _condition(b: Builder, masks: Sequence[Mask]) -> Atom:
    parts: list[Atom] = []
    for mask in dict.fromkeys(masks):
        truth = _is_bool(b, mask.atom)
        if truth and mask.negated:
            parts.append(b.apply("invert", mask.atom))
        elif truth:
            parts.append(mask.atom)
        else:
            parts.append(b.apply("eq" if mask.negated else "ne", mask.atom, Const(0)))
    total = parts[0]
    for part in parts[1:]:
        total = b.apply("and_", total, part)
    return total


def _is_bool(b: Builder, atom: Atom) -> bool:
    return (dtype_of(b.kind(atom)) or scalar_type(b.kind(atom))) == "bool"
