"""Adjoints that a mask made zero in places: there zero wins, also over a partial that is infinite.

    y = np.where(q > 0, np.sqrt(q), 0.0)

The adjoint of `np.sqrt(q)` is zero wherever `q > 0` is false. The partial of the root is infinite at 0, and 0 times infinity is nan; so what
may be infinite is multiplied or divided by only where the mask is true:

    q_bar = np.divide(y_bar, 2 * np.sqrt(q), out=np.zeros_like(q), where=q > 0)

A term carries the masks that it has met along elementwise lines (`np.where`, and factors that are truth values or steps: `clip`, `maximum`).
A sum is zero where all of its terms are: it keeps the masks that they share, and of the others that one of them holds. A further derivative
adds to the adjoint of `np.sqrt(q)` what its use in the first one asks for, under the same mask. A change of shape, a loop or a branch ends that:
what follows is computed as everywhere.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

from wengert.ir.axes import same_axis
from wengert.ir.build import Builder
from wengert.ir.core import Apply, Atom, Const, Name
from wengert.ir.kinds import Array, axes_of, dtype_of, scalar_type
from wengert.ir.walk import base
from wengert.rules.table import Call
from wengert.transform.terms import Either, Factor, Mask, Masks, Term, times, write


def common(terms: Sequence[Term]) -> Masks:
    """The masks of a sum.

    >>> from wengert.transform.terms import Term
    >>> one, other = Term("a_bar.0", masks=(Mask("%1"), Mask("%2"))), Term("b_bar.0", masks=(Mask("%1"),))
    >>> common([one, other])
    (Mask(atom='%1', negated=False),)
    """
    if not terms:
        return ()
    shared = tuple(mask for mask in terms[0].masks if all(mask in term.masks for term in terms))
    rests = dict.fromkeys(tuple(mask for mask in term.masks if mask not in shared) for term in terms)
    if not all(rests) or any(_opposite(*pair) for pair in combinations(rests, 2)):
        return shared
    return (*shared, Either(tuple(rests)))


def _opposite(one: Masks, other: Masks) -> bool:
    """Are these the two sides of one choice?"""
    mask = one[0]
    return len(one) == len(other) == 1 and isinstance(mask, Mask) and replace(mask, negated=not mask.negated) == other[0]


def summed(b: Builder, terms: Sequence[Term], hint: str = "") -> Term:
    """The sum of the terms as one, written down; it is zero wherever all of them are."""
    return Term(write(b, terms, hint), masks=common(terms))


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


def zero_already(call: Call, parameter: str, before: Masks) -> bool:
    """Is the adjoint of the result of `np.where` zero where this operand is not chosen? Then it is the operand's as it is."""
    return call.line.op == "np.where" and Mask(call["c"], parameter == "y") in before


def masked(b: Builder, call: Call, parameter: str, bar: Atom, before: Masks, value: Atom) -> Term:
    """What an operand of a masking primitive gets: remember where it is zero (also where the result's adjoint was), and what it is where it is not."""
    last = b.lines[-1] if b.lines else None
    if not isinstance(last, Apply) or last.targets != (value,) or last.op not in (*MASKING, "neg"):  # summed to another shape
        return Term(value)
    if call.line.op == "np.where":
        return Term(value, masks=(*before, Mask(call["c"], parameter == "y")), bare=bar)
    return Term(value, masks=(*before, Mask(call["mask"])))


def multiplied(b: Builder, call: Call, term: Term, sign: int, factors: Sequence[Factor], nodes: Sequence[ast.expr], like: Name) -> Term:
    """A term times the partial of an elementwise line, of which `like` is the operand."""
    for factor, node in zip(factors, nodes):
        likes = (*_read(call, node, like), like, factor[1], term.base, call.result)
        if term.masks and _unbounded(call, factor, node) and (made := _where_true(b, term, factor, likes)) is not None:
            term = made
        else:
            term = times(term, 1, [factor])
            if call.primitive.op in STEPS and isinstance(factor[1], str):
                term = replace(term, masks=(*term.masks, Mask(factor[1])), bare=None)
    return times(term, sign, ())


def _unbounded(call: Call, factor: Factor, node: ast.expr) -> bool:
    """May a partial be infinite where the operands are not? A factor that is an operand itself is not more so than in `x * y`."""
    operation, atom = factor
    if isinstance(atom, Const) or operation == "*" and atom in call.arguments.values():
        return False
    return operation == "/" or call.primitive.op in UNBOUNDED or isinstance(node, ast.Call) and "log" in ast.unparse(node.func)


def _read(call: Call, node: ast.expr, like: Name) -> list[Atom]:
    """What a partial reads, which is at hand where it is computed; not instead of an operand that has a name anyway."""
    if not base(like).startswith("%"):
        return []
    return [call.names[part.id] for part in ast.walk(node) if isinstance(part, ast.Name) and part.id in call.names]


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


def _condition(b: Builder, masks: Masks) -> Atom:
    """What is true wherever none of the masks makes a zero."""
    parts: list[Atom] = []
    for mask in dict.fromkeys(masks):
        if isinstance(mask, Either):
            parts.append(_joined(b, "or_", [_condition(b, alternative) for alternative in mask.alternatives]))
        elif not _is_bool(b, mask.atom):
            parts.append(b.apply("eq" if mask.negated else "ne", mask.atom, Const(0)))
        else:
            parts.append(b.apply("invert", mask.atom) if mask.negated else mask.atom)
    return _joined(b, "and_", parts)


def _joined(b: Builder, op: str, parts: Sequence[Atom]) -> Atom:
    total = parts[0]
    for part in parts[1:]:
        total = b.apply(op, total, part)
    return total


def _is_bool(b: Builder, atom: Atom) -> bool:
    return (dtype_of(b.kind(atom)) or scalar_type(b.kind(atom))) == "bool"
