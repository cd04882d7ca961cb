"""Linear forms: contributions to adjoints and tangents before they are written as lines.

A contribution is a bar times factors, `v_bar * (1 - v) * 4`. Inside one statement it is kept in that form, so that what
one statement gives to one variable can be factored into one line, as a person would write it:

    v = 4 * v * (1 - v)        v_bar gets  v_bar * (1 - v) * 4  and  -v_bar * (4 * v)
                       ==>     v_bar *= 4 * (1 - v) - 4 * v

The primal's floating point is never touched here; only the order in which an adjoint line multiplies is ours to choose.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from wengert.ir.axes import Axis, broadcast_axes
from wengert.ir.build import Builder
from wengert.ir.core import Atom, Const
from wengert.ir.kinds import Kind, axes_of, dtype_of, is_floating, scalar_type

Factor = tuple[str, Atom]  # ("*", x) or ("/", x)


@dataclass(frozen=True, slots=True)
class Mask:
    """A term is zero wherever `atom` is zero or false; `negated`: wherever it is not."""

    atom: Atom
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Either:
    """A sum of terms is zero wherever none of these holds, each the masks of one term."""

    alternatives: tuple[tuple[Mask | Either, ...], ...]


Masks: TypeAlias = "tuple[Mask | Either, ...]"


@dataclass(frozen=True, slots=True)
class Term:
    """`coefficient * base * factors`: linear in `base`, a bar or a dot (or the constant seed)."""

    base: Atom
    coefficient: int | float = 1
    factors: tuple[Factor, ...] = ()
    masks: Masks = ()  # where it is known to be zero: see `masks.py`
    bare: Atom | None = None  # the base as it was before it was masked

    @property
    def plain(self) -> bool:
        """Is it the base itself?"""
        return self.coefficient == 1 and not self.factors


def times(term: Term, sign: int, factors: Sequence[Factor]) -> Term:
    """The term multiplied by `sign` and `factors`; constants go into the coefficient.

    >>> found = times(Term("y_bar.0"), -1, [("*", Const(4)), ("*", "x")])
    >>> found.coefficient, found.factors
    (-4, (('*', 'x'),))
    """
    coefficient, kept = term.coefficient * sign, list(term.factors)
    for operation, value in factors:
        if operation == "*" and isinstance(value, Const) and type(value.value) in (int, float):
            coefficient = coefficient * value.value
        else:
            kept.append((operation, value))
    return replace(term, coefficient=coefficient, factors=tuple(kept))


def term_axes(b: Builder, term: Term) -> tuple[Axis, ...] | None:
    """The axes of the written term, None if they are not known."""
    axes = [axes_of(b.kind(atom)) for atom in (term.base, *(value for _, value in term.factors))]
    known = [shape for shape in axes if shape is not None]
    return broadcast_axes(known) if len(known) == len(axes) else None


def write(b: Builder, terms: Sequence[Term], hint: str = "") -> Atom:
    """Write the sum of the terms as few lines; the value's name asks for `hint`.

    >>> from wengert.ir.kinds import FLOAT
    >>> from wengert.ir.build import Names
    >>> kinds = {"v_bar.0": FLOAT, "%1": FLOAT, "%2": FLOAT}
    >>> b = Builder(Names(kinds), kinds)
    >>> write(b, [Term("v_bar.0", 4, (("*", "%2"),)), Term("v_bar.0", -1, (("*", "%1"),))], "v_bar")
    'v_bar.1'
    >>> [(line.targets, line.op, line.args) for line in b.lines]
    [(('%3',), 'mul', (Const(value=4, spelled=None), '%2')), (('%4',), 'sub', ('%3', '%1')), (('v_bar.1',), 'mul', ('v_bar.0', '%4'))]
    """
    if not terms:
        return Const(0.0)
    groups = [_combine(b, group) for group in _by_base(terms)]
    flat = [term for group in groups for term in group if term.coefficient != 0] or [Term(Const(0.0))]
    flat.sort(key=lambda term: term.coefficient < 0)  # a positive one first, so that no minus sign stands alone
    if len(flat) == 1:
        return _product(b, flat[0], hint)
    total: Atom = _product(b, flat[0], "")
    for position, term in enumerate(flat[1:], 2):
        minus = term.coefficient < 0
        value = _product(b, replace(term, coefficient=abs(term.coefficient)), "")
        total = b.apply("sub" if minus else "add", total, value, hint=hint if position == len(flat) else "")
    return total


def _by_base(terms: Sequence[Term]) -> list[list[Term]]:
    groups: dict[Atom, list[Term]] = {}
    for term in terms:
        groups.setdefault(term.base, []).append(term)
    return list(groups.values())


def _combine(b: Builder, terms: list[Term]) -> list[Term]:
    """Terms of one base as one term, where the sum of their partials may be formed first."""
    merged: dict[tuple[Factor, ...], Term] = {}
    for term in terms:
        before = merged.get(term.factors)
        merged[term.factors] = term if before is None else replace(before, coefficient=before.coefficient + term.coefficient)
    kept = list(merged.values())
    if len(kept) == 1 or (isinstance(kept[0].base, str) and not all(_sums_safely(b, term) for term in kept)):
        return kept
    if any(term.plain for term in kept) and isinstance(kept[0].base, str) and len(kept) == 2:
        return kept  # `x_bar += x_bar * p` says no more than `x_bar *= 1 + p`, and accumulates
    prefix = _common_prefix([term.factors for term in kept])
    rest = [replace(term, base=Const(1.0), factors=term.factors[prefix:]) for term in kept]
    shapes = [term_axes(b, term) for term in rest]
    if isinstance(kept[0].base, str) and any(shape != shapes[0] for shape in shapes):
        return kept
    rest.sort(key=lambda term: term.coefficient < 0)
    inner: Atom = _product(b, rest[0], "")
    for term in rest[1:]:
        value = _product(b, replace(term, coefficient=abs(term.coefficient)), "")
        inner = b.apply("sub" if term.coefficient < 0 else "add", inner, value)
    return [Term(kept[0].base, 1, (*kept[0].factors[:prefix], ("*", inner)))]


def _sums_safely(b: Builder, term: Term) -> bool:
    """May the partial be formed without the bar? Small integers and booleans would wrap."""
    return all(_wide(b.kind(value)) for _, value in term.factors)


def _wide(kind: Kind) -> bool:
    return is_floating(kind) or scalar_type(kind) is not None


def _common_prefix(lists: Sequence[tuple[Factor, ...]]) -> int:
    length = 0
    for column in zip(*lists):
        if any(factor != column[0] for factor in column):
            break
        length += 1
    return length


def _product(b: Builder, term: Term, hint: str) -> Atom:
    """One term as lines: constants first, and among arrays the numbers first, so that they meet before the arrays do."""
    coefficient, numerators, denominators = term.coefficient, [], []
    if isinstance(term.base, Const) and type(term.base.value) in (int, float):
        coefficient = coefficient * term.base.value
    else:
        numerators.append(term.base)
    numerators += [value for operation, value in term.factors if operation == "*"]
    denominators += [value for operation, value in term.factors if operation == "/"]
    if not numerators and not denominators:
        return Const(float(coefficient))
    shapes = [axes_of(b.kind(atom)) for atom in (*numerators, *denominators)]
    steps: list[Factor] = (
        [("*", atom) for atom in numerators] + [("/", atom) for atom in denominators]
        if isinstance(term.base, Const)
        else [("*", term.base), *term.factors]
    )
    scalars = all(shape == () for shape in shapes)
    if scalars and isinstance(term.base, str) and coefficient not in (1, -1):  # `v_bar * (2 * v)`: the bar stays in front
        place = next((k for k, (operation, _) in enumerate(steps) if k and operation == "*"), None)
        partial = _constant(coefficient, True)
        steps[1 if place is None else place : 1 if place is None else place + 1] = [
            ("*", partial if place is None else b.apply("mul", partial, steps[place][1]))
        ]
        coefficient = 1
    if not scalars:
        steps.sort(key=lambda factor: axes_of(b.kind(factor[1])) != ())
    if steps[0][0] == "/" and (other := next((step for step in steps if step[0] == "*"), None)) is not None:
        if coefficient in (1, -1) and dtype_of(b.kind(other[1])) != "bool":  # `1 / a * x` is better said `x / a`, if x is not a mask
            steps.remove(other)
            steps.insert(0, other)
    wide = any(_wide(b.kind(value)) and scalar_type(b.kind(value)) not in ("int", "bool") for _, value in steps)
    value: Atom | None = None
    if coefficient == -1 and steps[0][0] == "*" and wide and dtype_of(b.kind(steps[0][1])) != "bool":  # NumPy's has no negative
        value = b.apply("neg", steps[0][1], hint=hint if len(steps) == 1 else "")
        steps = steps[1:]
    elif coefficient == 1 and steps[0][0] == "*" and (isinstance(term.base, str) or (wide and _wide(b.kind(steps[0][1])))):
        value = steps[0][1]
        steps = steps[1:]
    else:
        value = _constant(coefficient, wide)
    for position, (operation, factor) in enumerate(steps, 1):
        value = b.apply("mul" if operation == "*" else "truediv", value, factor, hint=hint if position == len(steps) else "")
    assert value is not None
    return value


def _constant(value: int | float, wide: bool) -> Const:
    """A whole number is written as one where another factor makes the product a float anyway."""
    exact = wide and float(value).is_integer() and abs(value) < 2**53
    return Const(int(value) if exact else float(value))
