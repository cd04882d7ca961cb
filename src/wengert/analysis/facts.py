"""What is known of one value, and which primitives give values of which nobody else knows.

>>> from wengert.ir.kinds import FLOAT
>>> Fact(FLOAT, False, True).join(Fact(FLOAT, True, True))
Fact(kind=Scalar(type='float'), varied=True, owned=True)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from wengert.analysis.heap import Location
from wengert.ir.core import Atom
from wengert.ir.kinds import Kind
from wengert.ir.lattice import join
from wengert.rules.table import Primitive


@dataclass(slots=True)
class Method:
    """The target of `getattr(value, name)`, while nobody has asked for it as a value."""

    value: Atom
    name: str


@dataclass(frozen=True, slots=True)
class Augmented:
    """The sum in `x[i] += v`: of which object, which version of it was read, at which index, and the value that is added."""

    location: Location
    index: Atom
    version: Atom
    value: Atom


@dataclass(frozen=True, slots=True)
class Fact:
    """What is known of one value."""

    kind: Kind
    varied: bool
    owned: bool  # surely an array that nobody else holds, or a number

    def join(self, other: Fact, axes: Sequence[str] = ()) -> Fact:
        """What is true of both."""
        return Fact(join(self.kind, other.kind, axes), self.varied or other.varied, self.owned and other.owned)


PASSED_ON = frozenset({"max", "min", "sum", "float", "int", "np.real", "np.conj", "np.conjugate"})
"""Primitives that may give back what they were given."""

ALLOCATING_FAMILIES = frozenset({"elementwise", "weighted", "bilinear"})
ALLOCATING = frozenset({
    "add", "sub", "neg", "pos", "np.zeros", "np.ones", "np.full", "np.zeros_like", "np.ones_like", "np.full_like", "np.concatenate",
    "np.stack", "np.copy", "np.arange", "np.linspace", "np.eye", "np.where", "np.cumsum",
})  # fmt: skip
"""Primitives whose result nobody else holds."""

CONTIGUOUS = frozenset({"np.zeros", "np.ones", "np.empty", "np.full", "np.arange", "np.linspace", "np.eye", "np.identity"})
"""Primitives whose result is in C order."""

OPAQUE = ("object", "void")
"""Dtypes of arrays of objects and of records: what is in them is not followed."""

NEITHER_KEEPS = frozenset({"is_", "is_not", "in_", "not_in", "not_", "getattr", "fstring", "format"})


def allocates(row: Primitive) -> bool:
    """Does nobody else hold what the primitive gives?"""
    return row.pure and not row.view and (row.family in ALLOCATING_FAMILIES or row.op in ALLOCATING) and row.op not in PASSED_ON
