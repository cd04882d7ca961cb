"""Who has which adjoint, while a reverse sweep is being written.

`Adjoints` gives contributions to the spots they belong to, and hands out the complete adjoint of one: the bookkeeping on which the
reversal of lines (`lines.py`), loops (`loops.py`) and branches (`reverse.py`) stands.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from wengert import errors
from wengert.ir.build import Builder
from wengert.ir.core import (
    Apply,
    Atom,
    Block,
    Const,
    Function,
    Line,
    Name,
)
from wengert.ir.kinds import (
    FLOAT,
    UNKNOWN,
    Array,
    Iterator,
    Kind,
    List,
    is_scalar,
)
from wengert.ir.walk import atoms, base, blocks_of, bound, lines_of
from wengert.rules.table import bind, lookup
from wengert.transform.bars import Bars, Spot, Spots, full, hint, kind_at, parts, reduced, zero
from wengert.transform.saving import (
    Keeping,
)
from wengert.transform.terms import Term, write

MANY_LEAVES = frozenset({"*"})
"""Instead of a long list of what a part of a statement comes from."""


class Adjoints:
    """The adjoints of one function, and what of its program they depend on."""

    def __init__(self, function: Function, active: set[Name], keeping: Keeping, kinds: dict[Name, Kind]) -> None:
        self.active, self.keeping, self.kinds = active, keeping, kinds
        self.spots = Spots(function, kinds)
        self.line: dict[Name, Line] = {}
        self.uses: Counter[Name] = Counter()
        self._count(function.body)
        self._leaves: dict[Name, frozenset[Name]] = {}
        self._gathered_kinds: dict[Name, Kind] = {}  # of what a loop gathers for numbers: of NumPy's, the gradient is to be converted

    def _count(self, block: Block) -> None:
        for line in lines_of(block):
            self.line.update((target, line) for target in line.targets)
            self.uses.update(atom for atom in atoms(line) if isinstance(atom, str))
            for inner in blocks_of(line):
                self.uses.update(atom for atom in atoms(inner.terminator) if isinstance(atom, str))
        self.uses.update(atom for atom in atoms(block.terminator) if isinstance(atom, str))

    def give(self, bars: Bars, atom: Atom, term: Term, path: Spot = ()) -> None:
        """Add a contribution to the adjoint of (a part of) an atom."""
        if isinstance(atom, str) and atom in self.active:
            bars.setdefault((*self.spots.of(atom), *path), []).append(term)

    def pass_on(self, b: Builder, bars: Bars, source: Name, target: Atom) -> None:
        """`source` is another name of `target` (a result and what was yielded for it): hand its adjoint over."""
        for path, _ in parts(b.kind(source)):
            for term in bars.pop((*self.spots.of(source), *path), ()):
                if isinstance(target, str) and target in self.active:
                    self.give(bars, target, term if path else reduced(b, term, source, target), path)

    def take(self, b: Builder, bars: Bars, spot: Spot) -> Atom:
        """The complete adjoint of a spot, written down in full shape."""
        terms = bars.pop(spot, [])
        if not terms:
            return zero(b, spot)
        return full(b, self.total(b, _in_order(terms, hint(spot)), spot), spot)

    def total(self, b: Builder, terms: Sequence[Term], spot: Spot) -> Atom:
        """The sum of the contributions to a spot; lists are added item by item."""
        if len(terms) == 1 and terms[0].plain:
            return terms[0].base
        if isinstance(kind_at(b, spot), Iterator) or any(isinstance(b.kind(term.base), Iterator) for term in terms):
            raise errors.error("W040", b.place, name=f"reading the list `{base(spot[0])}` while it grows")
        if not isinstance(kind_at(b, spot), List):
            return write(b, terms, hint(spot))
        value, *rest = (write(b, [term]) for term in terms)
        for more in rest:
            value = b.apply("plus", value, more, hint=hint(spot))
        return value

    def settle(self, b: Builder, bars: Bars, spots: Sequence[Spot]) -> None:
        """Write down what has been collected for these spots."""
        for spot in sorted(spots, key=lambda spot: any(base(t.base) == hint(spot) for t in bars.get(spot, ()) if isinstance(t.base, str))):
            terms = bars.get(spot)
            if terms and not (len(terms) == 1 and (terms[0].plain or (isinstance(terms[0].base, Const) and not terms[0].factors))):
                bars[spot] = [Term(self.total(b, _in_order(terms, hint(spot)), spot))]

    def leaves(self, atom: Atom) -> frozenset[Name]:
        """The active variables that an unnamed, once-used part of a statement comes from."""
        if not isinstance(atom, str):
            return frozenset()
        if atom not in self._leaves:
            line = self.line.get(atom)
            found = frozenset({atom})
            if isinstance(line, Apply) and base(atom).startswith("%") and self.uses[atom] == 1 and not self.spots.is_part(atom):
                primitive = lookup(line.op)
                if primitive is not None and primitive.family == "elementwise":
                    call = bind(line)
                    inner = [self.leaves(call[n]) for n in call.differentiable if call[n] in self.active]
                    found = frozenset().union(*inner)
                    found = MANY_LEAVES if len(found) > 4 else found
            elif self.spots.is_part(atom):
                found = frozenset({repr(self.spots.of(atom))})
            self._leaves[atom] = found
        return self._leaves[atom]

    def _inside(self, line: Line) -> set[Name]:
        return {name for inner in lines_of(line) for name in (*inner.targets, *bound(inner))} - set(line.targets)

    def _touched(self, b: Builder, names: Sequence[Name], inside: Sequence[Name]) -> list[Spot]:
        """The spots outside to which lines that read these names may contribute."""
        found: dict[Spot, None] = {}
        hidden = set(inside)
        for name in names:
            spot = self.spots.of(name)
            if name in self.active and spot[0] not in hidden:
                found.update(dict.fromkeys((*spot, *path) for path, _ in parts(b.kind(name))))
        return list(found)


def _in_order(terms: Sequence[Term], name: str) -> list[Term]:
    """What has been accumulated first, then the contributions in the order of the primal's text."""
    first = [term for term in terms if isinstance(term.base, str) and base(term.base) == name]
    return first + [term for term in reversed(terms) if term not in first]


def bar_kind(kind: Kind) -> Kind:
    """The kind that the adjoint of a value of this kind has at least."""
    return kind if isinstance(kind, (Array, List)) else FLOAT if is_scalar(kind) else UNKNOWN


def reshaped(b: Builder, term: Term, source: Name, target: Atom) -> Term:
    """A carried value and what becomes it may differ in shape (`s = 0.0` before `s = s + array`)."""
    return reduced(b, term, source, target) if isinstance(target, str) else term
