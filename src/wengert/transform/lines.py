"""The reversal of single lines: what the row of the primitive says, and the lines that only move values.

For `y = op(x1, x2)` the adjoint of `y` is complete; each operand's adjoint gains what the row says. Elementwise lines keep a contribution
as a bar times factors, so that what one statement gives to one variable becomes one line (`terms.py`).
"""

from __future__ import annotations

from collections.abc import Sequence

from wengert import errors
from wengert.ir.build import Builder
from wengert.ir.core import (
    Apply,
    Atom,
    Const,
    Name,
)
from wengert.ir.kinds import (
    UNKNOWN,
    Iterator,
    List,
    Tuple,
    axes_of,
    dtype_of,
    is_scalar,
    scalar_type,
)
from wengert.rules.table import Call, bind, lookup
from wengert.transform.adjoints import MANY_LEAVES, Adjoints, bar_kind
from wengert.transform.bars import Bars, Spot, hint, is_container, kind_at, parts, reduced
from wengert.transform.terms import Factor, Term, times, write

MOVES = frozenset({
    "append", "next", "reversed", "scatter_add", "add_at", "copy", "fresh", "snapshot", "project", "unbroadcast",
})  # fmt: skip
"""Ops that hand values on and have no row of their own."""


class LineReversal(Adjoints):
    """Undoes lines that apply one primitive."""

    def apply(self, line: Apply, b: Builder, bars: Bars) -> None:
        if line.op in ("getitem", "unpack"):
            self.read(line, b, bars)
            return
        if line.op == "unpack_star":
            self.unpack_star(line, b, bars)
            return
        if line.op in ("tuple", "list", "dict"):
            self.construct(line, b, bars)
            return
        if line.op in MOVES:
            self.move(line, b, bars)
            return
        (target,) = line.targets if len(line.targets) == 1 else (None,)
        if target is None or (target,) not in bars:
            return
        if lookup(line.op) is None:
            raise errors.error("W040", line.place, name=line.op)
        call = bind(line)
        primitive = call.primitive
        operands = [name for name in call.differentiable if isinstance(call[name], str) and call[name] in self.active]
        if primitive.family in ("elementwise", "weighted"):
            self.pointwise(call, operands, b, bars)
            return
        bar = self.take(b, bars, (target,))
        assert primitive.vjp is not None
        for name in operands:
            operand = call[name]
            assert isinstance(operand, str)
            value = primitive.vjp(b, call, bar, name)
            paths = parts(b.kind(operand)) if is_container(b.kind(operand)) else [((), UNKNOWN)]
            for path, _ in paths:
                part: Atom = value
                for key in path:
                    part = b.apply("getitem", part, Const(key))
                self.give(bars, operand, Term(part), path)

    def move(self, line: Apply, b: Builder, bars: Bars) -> None:
        """Lists and arrays that are built up: append and `next` are each other's adjoints, adding into an array is linear."""
        target = line.targets[0]
        if line.op == "next":  # `v, it = next(it0)`: the adjoint of an iterator is the list of what it gave, in the order of the list
            value = self.take(b, bars, (target,))
            rest = bars.pop((line.targets[1],), None)
            whole = rest[0].base if rest else b.apply("list")
            self.give(bars, line.args[0], Term(b.apply("append", whole, value, hint=hint((line.args[0],)))))
            return
        if (target,) not in bars:
            return
        match line.op:
            case "append":
                (term,) = bars.pop((target,))
                value, rest_of = b.apply_many("next", self._iterator(b, term.base), hints=(hint((line.args[1],)), hint((target,))))
                b.kinds[value] = bar_kind(b.kind(line.args[1]))
                b.kinds[rest_of] = Iterator(b.kinds[value])
                self.give(bars, line.args[1], Term(value))
                self.give(bars, line.args[0], Term(rest_of))
            case "reversed":
                (term,) = bars.pop((target,))
                self.give(bars, line.args[0], term)
            case "scatter_add" | "add_at":
                bar = self.take(b, bars, (target,))
                part = b.apply("getitem", bar, line.args[1], hint=hint((line.args[2],)) if isinstance(line.args[2], str) else "")
                if isinstance(line.args[2], str):
                    have, wanted = axes_of(b.kind(part)), axes_of(b.kind(line.args[2]))
                    if have is None or wanted is None or len(have) != len(wanted):
                        part = b.apply("unbroadcast", part, line.args[2])
                self.give(bars, line.args[2], Term(part))
                self.give(bars, line.args[0], Term(bar))
            case _:  # a value under another name: copies, projections, what keeps a shape
                term = Term(self.take(b, bars, (target,)))
                for atom in line.args[:1]:
                    self.give(bars, atom, reduced(b, term, target, atom))

    def _iterator(self, b: Builder, value: Atom) -> Atom:
        """The adjoint of a list, read from its end."""
        return value if isinstance(b.kind(value), Iterator) else b.apply("reversed", value)

    def pointwise(self, call: Call, operands: Sequence[str], b: Builder, bars: Bars) -> None:
        """Elementwise lines and weighted sums: the adjoint times factors."""
        target, primitive = call.result, call.primitive
        terms = bars.pop((target,))
        term = terms[0] if len(terms) == 1 else Term(write(b, terms, hint((target,))))
        if primitive.family == "weighted":
            assert primitive.expand is not None
            value = term.base if term.plain else write(b, [term], hint((target,)))
            term = Term(primitive.expand(b, call, value))
        partials = call.partials(b.kind)
        operands = [name for name in operands if name in partials]
        factors: dict[str, list[Factor]] = {
            name: [(sign, b.expression(node, call.names, primitive.module)) for sign, node in partials[name].factors]
            for name in operands
        }
        prefix = 0
        if len(operands) > 1 and len(leaves := {self.leaves(call[name]) for name in operands}) + (MANY_LEAVES in leaves) > 1:
            columns = list(zip(*factors.values()))
            while prefix < len(columns) and all(factor == columns[prefix][0] for factor in columns[prefix]):
                prefix += 1
            shared = times(term, 1, factors[operands[0]][:prefix])
            if shared.factors or shared.coefficient not in (1, -1):
                term = Term(write(b, [shared], hint((target,))))
            else:
                term = shared
        for name in operands:
            operand = call[name]
            part = times(term, partials[name].sign, factors[name][prefix:])
            if primitive.family == "weighted":
                kind = axes_of(b.kind(operand))
                if kind is None:
                    part = Term(b.apply("unbroadcast", write(b, [part]), operand))
                self.give(bars, operand, part)
            else:
                self.give(bars, operand, reduced(b, part, target, operand))

    def read(self, line: Apply, b: Builder, bars: Bars) -> None:
        """`v = a[i]`: the adjoint goes to that element or slice of the array's adjoint, and costs no more than that."""
        source = line.args[0]
        if not isinstance(source, str) or source not in self.active or self.spots.is_part(line.targets[0]):
            return
        items = [(line.args[1], line.targets[0])] if line.op == "getitem" else [(Const(k), t) for k, t in enumerate(line.targets)]
        spot = self.spots.of(source)
        for index, target in items:
            if (target,) not in bars:
                continue
            if is_container(b.kind(target)) and parts(b.kind(target)):
                raise errors.error("W040", line.place, name="reading an item of a list of containers by a computed index")
            self.into(b, bars, spot, index, target)

    def into(self, b: Builder, bars: Bars, spot: Spot, index: Atom, target: Name) -> None:
        """Add the adjoint of a target to an item, or to a part, of that of an array or list."""
        value = self.total(b, bars.pop((target,)), (target,))
        whole = self.take(b, bars, spot)
        if isinstance(kind_at(b, spot), List) and not is_scalar(b.kind(target)):  # `+=` would write into the item, or make a list longer
            value = b.apply("plus", b.apply("getitem", whole, index), value)
            made = b.apply("store", whole, index, value, hint=hint(spot))
        else:
            op = "scatter_add" if self._once(b, index) else "add_at"
            made = b.apply(op, whole, index, value, hint=hint(spot))
        bars[spot] = [Term(made)]

    def _once(self, b: Builder, index: Atom) -> bool:
        """Does the index name every element at most once?"""
        line = self.line.get(index) if isinstance(index, str) else None
        if isinstance(line, Apply) and line.op == "slice":
            return True
        if isinstance(line, Apply) and line.op == "tuple":
            return all(self._once(b, atom) for atom in line.args)
        kind = b.kind(index)
        return isinstance(index, Const) or scalar_type(kind) is not None or is_scalar(kind) or dtype_of(kind) == "bool"

    def unpack_star(self, line: Apply, b: Builder, bars: Bars) -> None:
        """`a, *b, c = t`: what the names get, the items of `t` get."""
        source, before = line.args[0], line.args[1]
        assert isinstance(before, Const)
        kind = b.kind(source)
        if not isinstance(source, str) or source not in self.active:
            return
        if isinstance(kind, List) and not is_container(kind):
            for position, target in enumerate(line.targets):
                if (target,) in bars and position == before.value:
                    end = Const(position + 1 - len(line.targets) or None)
                    part = b.apply("slice", Const(position), end, Const(None))
                    self.into(b, bars, self.spots.of(source), part, target)
                elif (target,) in bars:
                    at = Const(position if position < before.value else position - len(line.targets))
                    self.into(b, bars, self.spots.of(source), at, target)
            return
        if not is_container(kind):
            if any((target,) in bars for target in line.targets):
                raise errors.error("W040", line.place, name="star unpacking of an array")
            return
        count = len(kind.items) if isinstance(kind, (Tuple, List)) and kind.items is not None else 0
        star = before.value
        for position, target in enumerate(line.targets):
            for spot in [s for s in bars if s[0] == target]:
                behind = position if position < star else position + count - len(line.targets)
                path = spot[1:] if position != star else (star + spot[1], *spot[2:])
                for term in bars.pop(spot):
                    self.give(bars, source, term, path if position == star else (behind, *path))

    def construct(self, line: Apply, b: Builder, bars: Bars) -> None:
        """A container is taken apart: each item gets the adjoint of its place."""
        items = zip(line.args[::2], line.args[1::2]) if line.op == "dict" else ((Const(k), a) for k, a in enumerate(line.args))
        target = self.spots.of(line.targets[0])
        whole = bars.pop(target, None)
        if whole and isinstance(b.kind(whole[0].base), Iterator):  # a list that a loop appended to, read from its end
            back = whole[0].base
            for item in reversed(line.args):
                part, back = b.apply_many("next", back, hints=(hint(target), hint(target)))
                self.give(bars, item, Term(part))
            return
        for key, atom in items:
            assert isinstance(key, Const)
            if whole and isinstance(atom, str) and atom in self.active:  # a list whose adjoint is a list
                value = self.total(b, whole, target)
                self.give(bars, atom, Term(b.apply("getitem", value, key)))
            for spot in [s for s in bars if s[: len(target) + 1] == (*target, key.value)]:
                for term in bars.pop(spot):
                    self.give(bars, atom, term, spot[len(target) + 1 :])
