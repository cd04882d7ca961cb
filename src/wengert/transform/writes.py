"""The reversal of writes: `a.1 = write(a.0, i, v)` is `a[i] = v` in the primal.

What the write put there comes from `v`, and nothing of what was there before:

    a.1 = write(a.0, i, v)              v_bar += a_bar.1[i];  a_bar.0 is a_bar.1 with zero at i
    a.1 = write_add(a.0, i, v)          v_bar += a_bar.1[i];  a_bar.0 is a_bar.1

Adjoint arrays are updated as values (`store`, `scatter_add`); `optimize/own.py` proves that one array can be updated in place. An index that
names an element more than once (`a[[0, 0]] = v`) writes it more than once, and the last write wins: only that item of `v` gets the adjoint.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from wengert import errors
from wengert.analysis.regions import Write
from wengert.ir.build import Builder
from wengert.ir.core import Apply, Atom, Const, Line, Name
from wengert.ir.kinds import FLOAT, Array, Kind, Known, List, Slice, Tuple, axes_of, dtype_of, is_scalar, scalar_type
from wengert.ir.walk import RESIZING
from wengert.rules.index_kinds import item_kind
from wengert.rules.views import may_show
from wengert.transform.adjoints import Adjoints, bar_kind
from wengert.transform.bars import (
    Bars,
    Spot,
    cleared,
    hint,
    is_container,
    is_table,
    items_of,
    kind_at,
    nothing,
    parts,
    primal,
    real_part,
    reduced,
    zeros,
)
from wengert.transform.keeping import FAR
from wengert.transform.terms import Term

WRITING = frozenset({"write", "write_add", "store"})
ADDING = frozenset({"scatter_add", "add_at"})


class WriteReversal(Adjoints):
    """Undoes lines that write into arrays, lists and dicts."""

    def contribute(self, b: Builder, bars: Bars, operand: Name, value: Atom) -> None:
        """Give an operand, or each part of it, what has been computed for it (`lines.py`)."""
        raise NotImplementedError

    def undo_write(self, line: Apply, b: Builder, bars: Bars) -> None:
        target, whole, path = line.targets[0], line.args[0], line.args[1:-1]
        if is_container(b.kind(target)):
            self._item(line, b, bars)
        elif (target,) in bars:
            bar = self.unread(b, self.take(b, bars, (target,)), (target,))
            rest = self._into(line, b, bars, bar, self._slot(line, b), path)
            if rest is not None:
                self._give_whole(b, bars, whole, rest)

    def _into(
        self, line: Apply, b: Builder, bars: Bars, bar: Atom, slot: Kind, path: Sequence[Atom], outer: Sequence[Atom] = ()
    ) -> Atom | None:
        """Give the value what stands at the path in `bar`, the adjoint of what is at `outer`; that of what was written into, None if it has none."""
        op, whole, value = line.op, line.args[0], line.args[-1]
        if isinstance(b.kind(path[0]), Slice) and (isinstance(b.kind(bar), List) or isinstance(b.kind(whole), List)):
            if self._is_whole(path[0]) and len(path) == 1:  # `xs[:] = ys`: of what was there nothing is left
                self.give(bars, value, Term(bar))
                return None
            return self._into_slice(line, b, bars, bar, path)
        if isinstance(b.kind(bar), List) and len(path) > 1 and not self._in_table(b, whole, path):  # an item is a list or array: its adjoint is an item of the adjoint
            first, *rest = path
            inner = b.apply("getitem", bar, first)
            there: Atom = line.targets[0]
            kind = b.kind(whole)
            for step in (*outer, first):
                kind = item_kind(kind, b.kind(step), "", "")
            formed = _has_own_form(kind) and not (isinstance(kind, List) and self._replaces_items(whole))
            if isinstance(kind, Tuple) or not formed:
                for key in (*outer, first):
                    there = b.apply("getitem", there, key)
            if isinstance(kind, Tuple):
                left = self._into_tuple(line, b, bars, inner, there, kind, slot, path, outer)
                return b.apply("store", bar, first, left, hint=hint((str(whole),)))
            if not formed:  # nothing may have been given to it yet
                inner = b.apply("unbroadcast", inner, there)
            undone = self._into(line, b, bars, inner, slot, rest, (*outer, first))
            left = b.apply("zero_of", inner) if undone is None else undone
            return bar if left == inner else b.apply("store", bar, first, left, hint=hint((str(whole),)))
        if axes_of(b.kind(whole)) == ():  # an array of one number, whose adjoint may be a number
            self.give(bars, value, real_part(b, Term(bar), b.kind(value)))
            return bar if op == "write_add" else Const(0.0)
        if op == "write" and len(path) == 1 and isinstance(bar, str) and isinstance(b.kind(bar), Array) and self._is_whole(path[0]):
            if isinstance(value, str) and value in self.active:
                self.give(bars, value, self._fitting(b, bar, value))
            return None  # of what was there nothing is left
        if isinstance(value, str) and value in self.active and is_container(b.kind(value)):
            part = bar
            for step in path:
                part = b.apply("getitem", part, step, hint=hint((value,)))
            if isinstance(slot, List) and not is_container(slot):  # another list was put here later, and undoing that has left no form
                part = b.apply("plus", nothing(b, b.kind(value)), part)
            self.contribute(b, bars, value, part)
        elif isinstance(value, str) and value in self.active:
            self.give(bars, value, self._written(op, b, bar, slot, path, value))
        if op in ("write", "store") and isinstance(whole, str) and whole in self.active and not self._is_last_read(line):
            bar = b.apply("store", bar, *path, cleared(b, slot), hint=hint((whole,)))
        return bar

    def _into_tuple(
        self, line: Apply, b: Builder, bars: Bars, bar: Atom, there: Atom, kind: Tuple, slot: Kind, path: Sequence[Atom], outer: Sequence[Atom]
    ) -> Atom:
        """The same for `xs[k][0][i] = v`, into an array in a tuple in a list: a tuple of what is left of its parts."""
        first, key, *rest = path
        assert isinstance(key, Const)
        parts = [b.apply("getitem", bar, Const(k)) for k in range(len(kind.items))]
        part = b.apply("unbroadcast", parts[key.value], b.apply("getitem", there, key))
        undone = self._into(line, b, bars, part, slot, rest, (*outer, first, key))
        parts[key.value] = str(b.apply("zero_of", part) if undone is None else undone)
        return b.apply("tuple", *parts)

    def _in_table(self, b: Builder, whole: Atom, path: Sequence[Atom]) -> bool:
        """Does the path lead to an item of a list in a list?"""
        kind = b.kind(whole)
        if not (isinstance(whole, str) and self.rows_stay(whole)):
            return False
        for step in path[:-1]:
            if not is_table(kind) or not is_scalar(b.kind(step)):
                return False
            assert isinstance(kind, List)
            kind = kind.element
        return not isinstance(b.kind(path[-1]), Slice)

    def _replaces_items(self, whole: Atom) -> bool:
        """Does another list take the place of an item somewhere? Undoing that leaves a zero that stands for all."""
        memory = self.keeping.memory
        writes = memory.writes.get(memory.region(whole), ()) if isinstance(whole, str) else ()
        return any(write.line.op in WRITING and len(write.line.args) == 3 for write in writes)

    def _into_slice(self, line: Apply, b: Builder, bars: Bars, bar: Atom, path: Sequence[Atom]) -> Atom:
        """`xs[i:j] = ys` of as many items as there were: `ys` gets theirs."""
        if len(path) > 1:
            raise errors.error("W040", b.place, name="writing into a slice of a list of lists")
        whole, value = line.args[0], line.args[-1]
        part = b.apply("getitem", bar, path[0], hint=hint((value,)) if isinstance(value, str) else "")
        if isinstance(value, str) and value in self.active:
            if is_container(b.kind(value)):
                self.contribute(b, bars, value, part)
            else:
                self.give(bars, value, Term(part))
        if not (isinstance(whole, str) and whole in self.active):
            return bar
        kind = b.kind(part)
        cleared = zeros(b, kind if isinstance(kind, List) else List(FLOAT), part)
        return b.apply("store", bar, path[0], cleared, hint=hint((whole,)))

    def _is_whole(self, index: Atom) -> bool:
        if index == Const(Ellipsis):
            return True
        line = self.line.get(index) if isinstance(index, str) else None
        return isinstance(line, Apply) and line.op == "slice" and all(atom == Const(None) for atom in line.args)

    def _is_last_read(self, line: Apply) -> bool:
        """Is the adjoint of the element not read once this line is undone? Then it may stay what it is.

        Reads of the array only add to its adjoint; what reads the adjoint are the other writes into it that come before, and, where it is
        no new array of constants, what has made it.
        """
        memory, target = self.keeping.memory, line.targets[0]
        region = memory.region(target)
        if line.op != "write" or target not in memory.bound or len(memory.writes.get(region, ())) > FAR or not self._is_made_here(region):
            return False
        there = memory.bound[target]
        for other in memory.writes.get(region, ()):
            if memory.may_follow(Write(line, there), other.moment, region):
                if other.line.op in RESIZING or other.line.op == "clobber" or not self.keeping.places.apart(other.line.args[1], other.moment, line.args[1], there, target):
                    return False
        return True

    def _is_made_here(self, region: Name) -> bool:
        """Does the array begin as a constant, and is it changed by writes alone?"""
        memory = self.keeping.memory
        members = memory.members(region)
        written = {memory.origin.get(str(write.line.args[0]), write.line.args[0]) for write in memory.writes.get(region, ())}
        for name in members:
            line = self.line.get(name)
            # what shows it is only read; a copy of its elements, `a[[0, 2]]`, and a new array that is written to begin as what they are copied from
            read = isinstance(line, Apply) and may_show(line.op) and line.args[:1] != () and line.args[0] in members and name not in written
            given = name in self.parameters or isinstance(line, Apply) and line.op not in ("write", "write_add") and not read
            if given and name in self.active:
                return False
        return True

    def _written(self, op: str, b: Builder, bar: Atom, slot: Kind, path: Sequence[Atom], value: Name) -> Term:
        """What a value that was written at the path gets, in its own shape."""
        *steps, last = path
        place = bar
        for step in steps:
            place = b.apply("getitem", place, step)
        part = b.apply("getitem", place, last, hint=hint((value,)))
        if isinstance(slot, Array) or is_scalar(slot):
            dtype = dtype_of(b.kind(bar))
            b.kinds[part] = Array(dtype, slot.axes) if isinstance(slot, Array) and dtype else b.kind(part)
            if is_scalar(slot) and not isinstance(b.kind(bar), Array) and not is_scalar(b.kind(part)):
                b.kinds[part] = bar_kind(slot)
        if op not in ADDING and not isinstance(b.kind(bar), List) and not self.once(b, last):
            part = b.apply("np.where", b.apply("last_writes", place, last), part, Const(0.0), hint=hint((value,)))
            b.kinds[part] = b.kind(b.lines[-1].args[1]) if isinstance(b.lines[-1], Apply) else b.kind(part)
        return self._fitting(b, part, value, isinstance(b.kind(bar), List))

    def _fitting(self, b: Builder, part: Name, value: Name, listed: bool = False) -> Term:
        """The adjoint of what a value became where it was written, in the value's shape; `listed`: it became an item of a list."""
        have, wanted = axes_of(b.kind(part)), axes_of(b.kind(value))
        if have is None or wanted is None or len(wanted) > len(have) or (listed and not is_scalar(b.kind(value))):
            return real_part(b, Term(b.apply("unbroadcast", part, value, hint=hint((value,)))), b.kind(value))
        return real_part(b, reduced(b, Term(part), part, value), b.kind(value))

    def _slot(self, line: Apply, b: Builder) -> Kind:
        """The kind of what stood where a line writes to; lengths have the names that they have in the primal."""
        whole, *path, _ = line.args
        kind, name = b.kind(whole), whole if isinstance(whole, str) else ""
        for step in path:
            kind = item_kind(kind, b.kind(step), name, f"{name}[]")
            name += "[]"
        axes = self.keeping.slots.get(line.targets[0], ())
        return replace(kind, axes=axes) if isinstance(kind, Array) and len(axes) == len(kind.axes) else kind

    def _give_whole(self, b: Builder, bars: Bars, whole: Atom, bar: Atom) -> None:
        """The adjoint of what was written into; a list that was kept by its items gets it item by item."""
        items = items_of(b.kind(whole))
        if items is None:
            self.give(bars, whole, Term(bar))
            return
        for key, kind in items:
            if is_scalar(kind):
                self.give(bars, whole, Term(b.apply("getitem", bar, Const(key))), (key,))
            elif isinstance(whole, str) and whole in self.active:
                if is_container(kind):
                    raise errors.error("W040", b.place, name="writing an item of a list of containers by a computed index")
                part = b.apply("getitem", bar, Const(key))  # nothing may have been given to it yet
                self.give(bars, whole, Term(b.apply("unbroadcast", part, primal(b, (whole, key)), hint=hint((whole, key)))), (key,))

    def _item(self, line: Apply, b: Builder, bars: Bars) -> None:
        """An item of a container, or of one in it, is replaced, or written into: the other items are what they were."""
        (target,), (whole, *path, value) = line.targets, line.args
        kind, keys = b.kind(target), list[object]()
        while path and (items := items_of(kind)) is not None:
            index = path[0]
            if not isinstance(index, Const):
                break
            key, path = index.value, path[1:]
            if isinstance(key, int) and not isinstance(key, bool) and isinstance(kind, List):
                key %= max(len(items), 1)
            keys.append(key)
            kind = dict(items).get(key, kind)
        end = 1 + len(keys)
        for spot in [spot for spot in bars if spot[0] == target]:
            if spot[1:end] != tuple(keys):
                for term in bars.pop(spot):
                    self.give(bars, whole, term, spot[1:])
            elif not path:
                for term in bars.pop(spot):
                    self.give(bars, value, term, spot[end:])
                    if line.op in ADDING:
                        self.give(bars, whole, term, spot[1:])
            elif not is_container(kind):
                self._part(line, b, bars, spot, path)
        if path and is_container(kind):
            self._at_number(line, b, bars, (target, *keys), path)

    def _at_number(self, line: Apply, b: Builder, bars: Bars, spot: Spot, path: Sequence[Atom]) -> None:
        """Into an item of a list of known length, by a number that only the run knows: its adjoint is put together for it, and taken apart again."""
        kind = kind_at(b, spot)
        if not any(other[: len(spot)] == spot for other in bars):
            return
        if not isinstance(kind, List):
            raise errors.error("W040", line.place, name="writing an item under a computed key")
        bar = b.apply("list", *(self.take(b, bars, (*spot, key)) if parts(item) else Const(0.0) for key, item in items_of(kind) or ()), hint=hint(spot))
        b.kinds[bar] = List(kind.element)
        slot = kind_at(b, spot)
        for step in path:
            slot = item_kind(slot, b.kind(step), "", "?")
        rest = self._into(line, b, bars, bar, slot, path, line.args[1 : len(spot)])
        for key, item in items_of(kind) or ():
            if rest is not None and parts(item):
                self.give(bars, line.args[0], Term(b.apply("getitem", rest, Const(key), hint=hint((*spot, key)))), (*spot[1:], key))

    def _part(self, line: Apply, b: Builder, bars: Bars, spot: Spot, path: Sequence[Atom]) -> None:
        whole = line.args[0]
        slot = kind_at(b, spot)
        for step in path:
            slot = item_kind(slot, b.kind(step), "", "?")
        bar = self.unread(b, self.take(b, bars, spot), spot)
        rest = self._into(line, b, bars, bar, slot, path, line.args[1 : len(spot)])
        if rest is not None:
            self.give(bars, whole, Term(rest), spot[1:])

    def undo_adding(self, line: Apply, b: Builder, bars: Bars) -> None:
        """`a.1 = scatter_add(a.0, i, v)`: what an index names twice has been added twice."""
        (target,), (whole, *path, value) = line.targets, line.args
        if (target,) not in bars:
            return
        bar = self.unread(b, self.take(b, bars, (target,)), (target,))
        if isinstance(value, str) and value in self.active:
            self.give(bars, value, self._written(line.op, b, bar, self._slot(line, b), path, value))
        self.give(bars, whole, Term(bar))

    def once(self, b: Builder, index: Atom) -> bool:
        return names_once(index, b.kind, self.line.get)


PERMUTED = frozenset({"np.argsort", "np.argpartition", "np.flatnonzero", "np.arange"})
"""Primitives that give no position twice."""


def names_once(index: Atom, kind: Callable[[Atom], Kind], line_of: Callable[[Name], Line | None]) -> bool:
    """Does the index name every element at most once?"""
    line = line_of(index) if isinstance(index, str) else None
    if isinstance(line, Apply) and line.op == "slice":
        return True
    if isinstance(line, Apply) and line.op == "tuple":
        return all(names_once(atom, kind, line_of) for atom in line.args)
    found = kind(index)
    if isinstance(line, Apply) and line.op in PERMUTED and len(axes_of(found) or ()) == 1:
        return True
    if isinstance(found, Tuple):
        return all(isinstance(item, (Slice, Known)) or is_scalar(item) for item in found.items)
    return isinstance(index, Const) or isinstance(found, Slice) or scalar_type(found) is not None or is_scalar(found) or dtype_of(found) == "bool"


def _has_own_form(kind: Kind) -> bool:
    """Is the adjoint of an item of this kind a list, or a tree of numbers, from the beginning, and never one zero that stands for all?"""
    return isinstance(kind, List) or (is_container(kind) and all(is_scalar(inner) for _, inner in parts(kind)))
