"""The reversal of reads: the adjoint of `v = a[i]` goes to that element or slice of the array's adjoint, and costs no more than that.

    v = getitem(a, i)              a_bar.1 = scatter_add(a_bar.0, i, v_bar)
    s = getitem(xs, %slice)        each part of s gives to one of xs          # a list kept by parts
    r = getitem(rows, k)           the parts of r, put together, go to the place k of the list's adjoint

An index that may name an element more than once adds each time (`add_at`).
"""

from __future__ import annotations

from typing import Any

from wengert import errors
from wengert.ir.build import Builder
from wengert.ir.core import Apply, Atom, Const, Name
from wengert.ir.kinds import Array, Iterator, Known, List, NumpyScalar, Slice, is_scalar
from wengert.transform.adjoints import Adjoints, bar_kind
from wengert.transform.bars import Bars, Spot, follow, hint, is_container, is_table, items_of, kind_at, packed, parts, primal
from wengert.transform.terms import Term, times
from wengert.transform.writes import names_once


class ReadReversal(Adjoints):
    """Undoes lines that read items of arrays, lists and tuples."""

    def read(self, line: Apply, b: Builder, bars: Bars) -> None:
        """`v = a[i]`: the adjoint goes to that element or slice of the array's adjoint, and costs no more than that."""
        source = line.args[0]
        if not isinstance(source, str) or source not in self.active or self.spots.is_part(line.targets[0]):
            return
        items = [(Const(k), t) for k, t in enumerate(line.targets)] if line.op == "unpack" else [(line.args[1], line.targets[0])]
        spot = self.spots.of(source)
        for index, target in items:
            if not any(part[0] == target for part in bars):
                continue
            if is_container(b.kind(target)) and parts(b.kind(target)):
                if self.sliced(b, bars, source, index, target):
                    continue
                self.into_tree(b, bars, spot, index, target)
                continue
            if isinstance(b.kind(source), NumpyScalar):  # `x[None]` of a number, or `x[()]`
                self.give(bars, source, Term(b.apply("np.sum", self.total(b, bars.pop((target,)), (target,)))))
                continue
            root, path = self.path_to(b, line, source, index)
            if root != source:
                self.into(b, bars, self.spots.of(root), path, target)
                continue
            carried = spot in bars
            self.into(b, bars, spot, (index,), target)
            if is_container(b.kind(source)) and not carried:
                self.spread(b, bars, spot)

    def path_to(self, b: Builder, line: Apply, source: Name, index: Atom) -> tuple[Name, tuple[Atom, ...]]:
        """The list of lists that an item is read from, and where in it: `row = m[i]; v = row[k]` reads `m[i][k]`, and costs no row."""
        path: tuple[Atom, ...] = (index,)
        segments = self.keeping.homes.segment
        loop = segment.loop if (segment := segments.get(line.targets[0])) else None
        while True:
            outer = self.line.get(source)
            if not (isinstance(outer, Apply) and outer.op == "getitem" and isinstance(outer.args[0], str) and outer.args[0] in self.active):
                return source, path
            home = segments.get(source)
            table = is_table(b.kind(outer.args[0])) and is_scalar(b.kind(outer.args[1])) and self.rows_stay(outer.args[0])
            if home is None or home.loop is not loop or not table:  # what is read outside of the loop gets its adjoint there
                return source, path
            source, path = outer.args[0], (outer.args[1], *path)

    def spread(self, b: Builder, bars: Bars, spot: Spot) -> None:
        """What was read of a container by number, gathered in a list, goes to its items."""
        terms = bars.pop(spot, None)
        if not terms:
            return
        whole, kind = self.total(b, terms, spot), kind_at(b, spot)
        if isinstance(b.kind(whole), Iterator):
            whole = b.apply("unread", whole, hint=hint(spot))
        for path, inner in parts(kind):
            part = follow(b, whole, kind, path)
            if not is_scalar(inner):
                part = b.apply("unbroadcast", part, primal(b, (*spot, *path)))
            elif isinstance(part, str):
                b.kinds[part] = bar_kind(inner)
            bars.setdefault((*spot, *path), []).append(Term(part))

    def sliced(self, b: Builder, bars: Bars, source: Name, index: Atom, target: Name) -> bool:
        """`t = xs[1:]` of a container kept by parts: each part of `t` is one of `xs`; False if which one is not known."""
        have, kind = items_of(b.kind(source)), b.kind(index)
        if have is None or not isinstance(kind, Slice):
            return False
        ends: list[Any] = [end.value for end in (kind.start, kind.stop, kind.step) if isinstance(end, Known)]
        if len(ends) < 3:
            return False
        places = [key for key, _ in have][slice(*ends)]
        for spot in [spot for spot in bars if spot[0] == target]:
            for term in bars.pop(spot):
                self.give(bars, source, term, (places[spot[1]], *spot[2:]))
        return True

    def into(self, b: Builder, bars: Bars, spot: Spot, path: tuple[Atom, ...], target: Name) -> None:
        """Add the adjoint of a target to an item, or to a part, of that of an array or list."""
        terms = bars.pop((target,))
        loses = len(terms) == 1 and terms[0].coefficient < 0 and (terms[0].coefficient != -1 or terms[0].factors != ())
        value = self.total(b, [times(terms[0], -1, [])] if loses else terms, (target,))
        value = self.unread(b, value, (target,))
        if loses:  # `x_bar[i] -= 2 * y_bar`
            value = b.apply("neg", value)
        whole = self.unread(b, self.take(b, bars, spot), spot)
        if isinstance(kind_at(b, spot), List) and not is_scalar(b.kind(target)):  # `+=` would write into the item, or make a list longer
            before = whole
            for step in path:
                before = b.apply("getitem", before, step)
            arrays = isinstance(b.kind(before), Array) and isinstance(b.kind(value), Array)
            made = b.apply("store", whole, *path, b.apply("add" if arrays else "plus", before, value), hint=hint(spot))
        else:
            op = "scatter_add" if names_once(path[-1], b.kind, self.line.get) else "add_at"
            made = b.apply(op, whole, *path, value, hint=hint(spot))
        bars[spot] = [Term(made)]

    def into_tree(self, b: Builder, bars: Bars, spot: Spot, index: Atom, target: Name) -> None:
        """Add the adjoint of an item that is a container, collected by its parts, to the item's place in that of a list."""
        if is_container(kind_at(b, spot)) or not isinstance(kind_at(b, spot), List):
            raise errors.error("W040", b.place, name="reading an item of a list of containers by a computed index")
        whole = self.unread(b, self.take(b, bars, spot), spot)
        value = b.apply("plus", b.apply("getitem", whole, index), self.tree(b, bars, (target,)))
        bars[spot] = [Term(b.apply("store", whole, index, value, hint=hint(spot)))]

    def tree(self, b: Builder, bars: Bars, spot: Spot) -> Atom:
        """The adjoint of a container as a container."""
        kind = kind_at(b, spot)
        items = items_of(kind)
        if items is not None:
            return packed(b, kind, [self.tree(b, bars, (*spot, key)) for key, _ in items])
        return self.take(b, bars, spot) if parts(kind) else Const(None)
