"""The reversal of lists that become longer and shorter.

    xs.1 = append(xs.0, v)         v_bar, xs_bar.0 = next(xs_bar.1)         # a list that is only built up: read from its end
                                   v_bar, xs_bar.0 = pull(xs_bar.1)         # one of which items are read meanwhile: `xs_bar.pop()`
    v, xs.1 = pop(xs.0)            xs_bar.0 = push(xs_bar.1, v_bar)

So the adjoint of a list has, wherever the reverse sweep stands, just as many items as the list had there, and an item is found by the
index by which the primal found it, `xs[-1]` too. Where turns of a loop append and no turn reads, the adjoint is an iterator, which is cheaper.
"""

from __future__ import annotations

from wengert.analysis.flows import differentiable_atoms
from wengert.ir.build import Builder
from wengert.ir.core import Apply, Atom, Const, For, Name, While
from wengert.ir.kinds import UNKNOWN, Iterator, List
from wengert.ir.walk import GROWING, lines_of
from wengert.rules.index_kinds import element_of
from wengert.transform.adjoints import Adjoints
from wengert.transform.bars import Bars, Spot, hint, is_container, kind_at
from wengert.transform.terms import Term


class GrowthReversal(Adjoints):
    """Undoes lines that add an item to a list, or take one away."""

    def by_parts(self, b: Builder, bars: Bars, atom: Atom, value: Atom) -> None:
        """Give an atom its adjoint, each part of a container the part that is its own (`lines.py`)."""
        raise NotImplementedError

    def tree(self, b: Builder, bars: Bars, spot: Spot) -> Atom:
        """The adjoint of a container as a container (`reads.py`)."""
        raise NotImplementedError

    def undo_growth(self, line: Apply, b: Builder, bars: Bars) -> None:
        if line.op in ("pop", "pull"):
            self._put_back(line, b, bars)
        else:
            self._take_away(line, b, bars)

    def _take_away(self, line: Apply, b: Builder, bars: Bars) -> None:
        (target,), (before, item, *where) = line.targets, line.args
        if line.op == "insert":
            item, where = where[0], [item]
        if (target,) not in bars:
            return
        whole = self.total(b, bars.pop((target,)), (target,))
        op = "pull"
        from_the_end = whole in self.handed_on or self._region(target) not in self.counted_on and self._is_undone(before)
        if line.op == "append" and from_the_end:
            op, whole = "next", self.backward_iterator(b, whole)
        else:
            whole = self.unread(b, whole, (target,))
        hints = (hint((item,)) if isinstance(item, str) else "", hint((target,)))
        taken, rest = b.apply_many(op, whole, *map(_as_last, where), hints=hints)
        have = element_of(b.kind(whole))
        value = self.item_adjoint(b, taken, have, item)
        if op == "next":  # what had to be brought into this item's shape has to be for those before it, too
            b.kinds[rest] = Iterator(b.kind(value) if value == taken else have)
        self.by_parts(b, bars, item, value)
        self.give_whole(b, bars, before, Term(rest))

    def _put_back(self, line: Apply, b: Builder, bars: Bars) -> None:
        (item, rest), (before, *where) = line.targets, line.args
        if not any(spot[0] in (item, rest) for spot in bars):
            return
        value = self.tree(b, bars, (item,)) if is_container(b.kind(item)) else self.take(b, bars, (item,))
        whole = self.unread(b, self.take(b, bars, (rest,)), (rest,))
        self.give(bars, before, Term(b.apply("push", whole, value, *(at for at in map(_as_next, where) if at is not None), hint=hint((rest,)))))

    def backward_iterator(self, b: Builder, value: Atom) -> Atom:
        """The adjoint of a list, read from its end."""
        return value if isinstance(b.kind(value), Iterator) else b.apply("reversed", value)

    # which of the two it is

    def _is_undone(self, start: Atom) -> bool:
        """Are the items that a list had before taken from its adjoint, too? An iterator must be read to its end: its own adjoint is as long as what was read."""
        line = self.line.get(start) if isinstance(start, str) else None
        if isinstance(line, Apply) and line.op == "list":
            return self.active.issuperset(line.args)
        return start in self.active and not is_container(self.kinds.get(str(start), UNKNOWN))

    def _region(self, name: Atom) -> Name:
        return self.keeping.memory.region(name) if isinstance(name, str) else ""

    def count_on(self, line: For | While) -> set[Name]:
        """Note of which growing lists the turns of a loop read items; the lists that they only append to."""
        appended: set[Name] = set()
        grown: set[Name] = set()
        read: set[Name] = set()
        for inner in lines_of(line):
            if isinstance(inner, For) and inner is not line:
                read |= self._lists(inner.sources)
            if not isinstance(inner, Apply) or self.active.isdisjoint(inner.targets):
                continue
            if inner.op == "append":  # `insert` may put it anywhere
                appended |= self._lists(inner.args[:1])
                read |= self._lists(inner.args[1:])
            elif inner.op in GROWING:
                grown |= self._lists(inner.args[:1])
            else:
                read |= self._lists(differentiable_atoms(inner, self.kinds))
        constant = {self._region(name) for name, start in zip(line.carried, line.initial) if not self._is_undone(start)}
        self.counted_on |= grown | (read | constant) & appended
        return appended - self.counted_on

    def as_handed_on(self, b: Builder, value: Atom, spot: Spot, carried: Name, appended: set[Name]) -> Atom:
        """The adjoint of a carried list as the turns hand it on to each other: an iterator, where they only append to it."""
        if not isinstance(kind_at(b, spot), List):
            return value
        return self.backward_iterator(b, value) if self._region(carried) in appended else self.unread(b, value, spot)

    def _lists(self, atoms: tuple[Atom, ...]) -> set[Name]:
        """The regions of lists whose adjoints are lists."""
        found = [atom for atom in atoms if isinstance(atom, str) and atom in self.active and isinstance(self.kinds.get(atom, UNKNOWN), List)]
        return {self._region(atom) for atom in found}


def _as_last(position: Atom) -> Atom:
    """Where the item stands that was inserted at a position."""
    return Const(position.value - 1) if isinstance(position, Const) and position.value < 0 else position


def _as_next(position: Atom) -> Atom | None:
    """Where the item is inserted that stood at a position, in the list without it; None is the end."""
    if not isinstance(position, Const) or position.value >= 0:
        return position
    return None if position.value == -1 else Const(position.value + 1)
