"""Who has which adjoint, while a reverse sweep is being written.

`Adjoints` gives contributions to the spots they belong to, and hands out the complete adjoint of one: the bookkeeping on which the
reversal of lines (`lines.py`), loops (`loops.py`) and branches (`reverse.py`) stands.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from wengert import errors
from wengert.ir.build import Builder
from wengert.ir.core import (
    Apply,
    Atom,
    Block,
    Const,
    Def,
    Function,
    Line,
    Name,
    Yield,
)
from wengert.ir.kinds import (
    FLOAT,
    UNKNOWN,
    Array,
    Dict,
    Iterator,
    Kind,
    Known,
    List,
    Map,
    Packed,
    Record,
    Saved,
    Slice,
    Tuple,
    axes_of,
    is_scalar,
    linear_number,
    may_carry_derivative,
    scalar_type,
)
from wengert.ir.lattice import join
from wengert.ir.walk import RESIZING, atoms, base, blocks_of, bound, lines_of, map_blocks, names, rename
from wengert.rules.index_kinds import element_of
from wengert.rules.table import bind, lookup
from wengert.transform.bars import (
    Bars,
    Spot,
    Spots,
    follow,
    full,
    has_part,
    hint,
    is_container,
    item,
    items_of,
    kind_at,
    parts,
    primal,
    reduced,
    zero,
)
from wengert.transform.keeping import Keeping
from wengert.transform.masks import common
from wengert.transform.terms import Term, write

MANY_LEAVES = frozenset({"*"})
"""Instead of a long list of what a part of a statement comes from."""


QUERIES = {
    "np.zeros_like": 0, "np.ones_like": 0, "np.full_like": 0, "np.shape": 0, "np.size": 0, "np.ndim": 0, "last_writes": 0, "unbroadcast": 1,
    "project": 1,
}  # fmt: skip
"""Ops that ask for no more than the shape and dtype of an argument, and which argument that is."""


def content(line: Line) -> list[Name]:
    """The names of which a line and those inside it ask for more than the shape."""
    found: list[Name] = []
    for inner in lines_of(line):
        asked = QUERIES.get(inner.op) if isinstance(inner, Apply) and inner.op != "project" else None
        found += [atom for k, atom in enumerate(atoms(inner)) if isinstance(atom, str) and k != asked]
        found += [atom for block in blocks_of(inner) for atom in atoms(block.terminator) if isinstance(atom, str)]
    return found


def _read(line: Line) -> list[Name]:
    """The names that a line and those inside it read, each as often as it is read."""
    return [name for inner in lines_of(line) for name in names(inner)]


class Adjoints:
    """The adjoints of one function, and what of its program they depend on."""

    def __init__(self, function: Function, active: set[Name], keeping: Keeping, kinds: dict[Name, Kind]) -> None:
        self.active, self.keeping, self.kinds = active, keeping, kinds
        self.spots = Spots(function, kinds)
        self.parameters = frozenset(function.parameters)
        self.line: dict[Name, Line] = {}
        self.uses: Counter[Name] = Counter()
        self.handed_on: set[Atom] = set()  # the iterators that the turns of a loop hand on to each other
        self.counted_on: frozenset[Name] = frozenset()  # the growing lists whose items the loops being undone read (`growing.py`)
        self.restored: set[Name] = set()  # what is taken apart; where it is not, it was not made
        self._count(function.body)
        self._leaves: dict[Name, frozenset[Name]] = {}
        self._gathered_kinds: dict[Name, Kind] = {}  # of what a loop gathers for numbers: of NumPy's, the gradient is to be converted

    def _count(self, block: Block) -> None:
        for line in lines_of(block):
            self.line.update((target, line) for target in line.targets)
            if isinstance(line, Apply) and line.op == "restore" and isinstance(line.args[1], str):
                self.restored.add(line.args[1])
            self.uses.update(atom for atom in atoms(line) if isinstance(atom, str))
            for inner in blocks_of(line):
                self.uses.update(atom for atom in atoms(inner.terminator) if isinstance(atom, str))
        self.uses.update(atom for atom in atoms(block.terminator) if isinstance(atom, str))

    def give(self, bars: Bars, atom: Atom, term: Term, path: Spot = ()) -> None:
        """Add a contribution to the adjoint of (a part of) an atom."""
        if isinstance(atom, str) and atom in self.active:
            assert not path or has_part(self.kinds.get(atom, UNKNOWN), path[0]), (atom, path)  # nobody would ask for it
            bars.setdefault((*self.spots.of(atom), *path), []).append(term)

    def pass_on(self, b: Builder, bars: Bars, source: Name, target: Atom) -> None:
        """`source` is another name of `target` (a result and what was yielded for it): hand its adjoint over."""
        for path, _ in parts(b.kind(source)):
            for term in bars.pop((*self.spots.of(source), *path), ()):
                if not (isinstance(target, str) and target in self.active):
                    continue
                if not path and is_container(b.kind(target)):  # a tuple, or nothing: the name it has here knows which
                    self.give_whole(b, bars, target, Term(write(b, [term])))
                else:
                    self.give(bars, target, term if path else reduced(b, term, source, target), path)

    def give_whole(self, b: Builder, bars: Bars, atom: Atom, term: Term) -> None:
        """Add an adjoint written as one list to that of an atom: if that is kept by parts, each part its own."""
        kind = b.kind(atom)
        items = items_of(kind)
        if items is None or not (isinstance(atom, str) and atom in self.active):
            self.give(bars, atom, term)
            return
        whole, read_from_its_end = term.base, isinstance(b.kind(term.base), Iterator)
        have = element_of(b.kind(whole))
        for key, inner in reversed(items):
            if not parts(inner) and not read_from_its_end:
                continue
            if read_from_its_end:
                part, rest = b.apply_many("next", whole, hints=(hint((atom, key)), hint((atom,))))
                b.kinds[rest], whole = b.kind(whole), rest
            else:
                part = item(b, whole, key, kind)
            if isinstance(inner, Array) and not isinstance(have, Array):
                part = self.item_adjoint(b, part, have, primal(b, (atom, key)))
            b.kinds[part] = tree_kind(inner)
            for path, _ in parts(inner):
                self.give(bars, atom, Term(follow(b, part, inner, path)), (key, *path))

    def item_adjoint(self, b: Builder, value: Name, have: Kind, item: Atom) -> Name:
        """What was taken from the adjoint of a list, for the item that it belongs to: in its shape, if it may be a zero that stands for all."""
        kind = b.kind(item)
        if isinstance(kind, Array) and kind.axes != () and not isinstance(have, Array):
            value = b.apply("unbroadcast", value, item, hint=hint((item,)) if isinstance(item, str) else "")
        constant = not may_carry_derivative(kind)  # a number of the text in a list of others: its adjoint is one of theirs
        if not constant and not (is_container(kind) and is_container(b.kind(value))):  # of which the list knows better what it holds
            b.kinds[value] = tree_kind(kind)
        return value

    def rows_stay(self, table: Name) -> bool:
        """Are the rows of a list of lists the same throughout, whatever is in them? Only then is there a row to add to in its adjoint."""
        writes = self.keeping.memory.writes.get(self.keeping.memory.region(table), ())
        return not any(write.line.op in RESIZING or len(write.line.args) in (1, 3) for write in writes)

    def take(self, b: Builder, bars: Bars, spot: Spot, backward: bool = False) -> Atom:
        """The complete adjoint of a spot, written down in full shape; `backward`: that of a list may be an iterator."""
        terms = bars.pop(spot, [])
        if not terms:
            return Const(None) if spot[0] in self.restored and spot[0] in self.active else zero(b, spot)
        whole = self.total(b, _in_order(terms, hint(spot)), spot)
        return full(b, whole if backward else self.unread(b, whole, spot), spot)

    def total(self, b: Builder, terms: Sequence[Term], spot: Spot) -> Atom:
        """The sum of the contributions to a spot; lists are added item by item."""
        if len(terms) == 1 and terms[0].plain:
            return terms[0].base
        if isinstance(kind_at(b, spot), Iterator):
            raise errors.error("W040", b.place, name=f"reading the list `{base(spot[0])}` while it grows")
        if any(isinstance(b.kind(term.base), Iterator) for term in terms):
            terms = [Term(self.unread(b, term.base, spot)) for term in terms]
        if not isinstance(kind_at(b, spot), (List, Map, Saved)):
            return write(b, terms, hint(spot))
        value, *rest = (write(b, [term]) for term in terms)
        for more in rest:
            value = b.apply("plus", value, more, hint=hint(spot))
        return value

    def unread(self, b: Builder, value: Atom, spot: Spot) -> Atom:
        """The adjoint of a list that is read from its end, as a list again, for what asks for an item by its number."""
        if not isinstance(b.kind(value), Iterator) or not isinstance(kind_at(b, spot), List):
            return value
        if value in self.handed_on:  # the next turn goes on reading it
            raise errors.error("W040", b.place, name=f"reading the list `{base(spot[0])}` while it grows")
        return b.apply("unread", value, hint=hint(spot))

    def settle(self, b: Builder, bars: Bars, spots: Sequence[Spot]) -> None:
        """Write down what has been collected for these spots."""
        for spot in sorted(spots, key=lambda spot: any(base(t.base) == hint(spot) for t in bars.get(spot, ()) if isinstance(t.base, str))):
            terms = bars.get(spot)
            if terms and not (len(terms) == 1 and (terms[0].plain or (isinstance(terms[0].base, Const) and not terms[0].factors))):
                bars[spot] = [Term(self.total(b, _in_order(terms, hint(spot)), spot), masks=common(terms))]

    def ask_newest(self, b: Builder, lines: Sequence[Line]) -> list[Line]:
        """Lines of the reverse sweep, with questions for a shape asked of arrays that are there: versions not overwritten, operands read anyway.

        Of several reads of one item that must be kept, the first serves all.
        """
        read_once = {name: first for name, first in self.keeping.same.items() if self.keeping.read_later(self.line[name], b) is None}
        lines = rename(Block(tuple(lines), Yield()), read_once).lines
        read = Counter(name for line in lines for name in _read(line))

        def ask(line: Line) -> list[Line]:
            if isinstance(line, Apply) and line.op in QUERIES:
                k = QUERIES[line.op]
                name = line.args[k]
                if isinstance(name, str):
                    asked = self._alike(name, read) if line.op == "unbroadcast" and read[name] == 1 else name
                    asked, *views = self._shown_again(b, asked)
                    return [*views, line if asked == name else replace(line, args=(*line.args[:k], asked, *line.args[k + 1 :]))]
            if isinstance(line, Def):
                return [line]
            return [map_blocks(line, lambda block: Block(tuple(new for old in block.lines for new in ask(old)), block.terminator))]

        return [new for line in lines for new in ask(line)]

    def _shown_again(self, b: Builder, name: Name) -> tuple[Name, *tuple[Apply, ...]]:
        """An array of the same shape that is there, and the line that shows it: what is part of an array that is overwritten is as long as that part now."""
        memory = self.keeping.memory
        line = self.line.get(name)
        if name not in memory.overwritten:
            return (name,)
        if isinstance(line, Apply) and line.op == "getitem" and isinstance(line.args[0], str) and self._is_plain(b, line):
            newest = self.keeping.newest(line.args[0])
            if newest not in memory.overwritten:
                view = b.names.fresh(base(name))
                b.kinds[view] = b.kind(name)
                return view, replace(line, targets=(view,), args=(newest, line.args[1]))
        return (self.keeping.newest(name),)

    def _is_plain(self, b: Builder, line: Apply) -> bool:
        """Is it an index of whole numbers and slices, into an array?"""
        kind = b.kind(line.args[1])
        parts = kind.items if isinstance(kind, Tuple) else (kind,)
        return isinstance(b.kind(line.args[0]), Array) and all(isinstance(part, Slice) or scalar_type(part) == "int" for part in parts)

    def _alike(self, name: Name, read: Counter[Name]) -> Name:
        """An operand, read by other lines, of the same shape as an elementwise result that nobody else asks for."""
        axes, found = axes_of(self.kinds.get(name, UNKNOWN)), name
        while axes and "?" not in axes and found.startswith("%"):
            line = self.line.get(found)
            row = lookup(line.op) if isinstance(line, Apply) else None
            if not isinstance(line, Apply) or row is None or row.family != "elementwise":
                break
            same = [atom for atom in line.args if isinstance(atom, str) and axes_of(self.kinds.get(atom, UNKNOWN)) == axes]
            if not same:
                break
            found = same[0]
            if read[found]:
                return found
        return name

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
    if isinstance(kind, Map):
        return Map(kind.key, bar_kind(kind.element))
    return kind if isinstance(kind, (Array, List, Saved)) else linear_number(kind) if is_scalar(kind) else UNKNOWN


def tree_kind(kind: Kind) -> Kind:
    """The kind of the adjoint of a value that is handed over as a whole: of a container one like it, with None for what cannot vary."""
    if not parts(kind):
        return Known(None)
    match kind:
        case Packed(items):  # a zero may stand for all of a field, or for one that cannot vary
            return Tuple(tuple(join(tree_kind(item), FLOAT) for item in items))
        case Tuple(items):
            return Tuple(tuple(map(tree_kind, items)))
        case Dict(pairs):
            return Dict(tuple((key, tree_kind(item)) for key, item in pairs))
        case Record(cls, pairs):
            return Record(cls, tuple((field, tree_kind(item)) for field, item in pairs))
    return bar_kind(kind)


def reshaped(b: Builder, term: Term, source: Name, target: Atom) -> Term:
    """A carried value and what becomes it may differ in shape (`s = 0.0` before `s = s + array`)."""
    return reduced(b, term, source, target) if isinstance(target, str) else term
