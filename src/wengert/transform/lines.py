"""The reversal of single lines: what the row of the primitive says, and the lines that only move values.

For `y = op(x1, x2)` the adjoint of `y` is complete; each operand's adjoint gains what the row says. Elementwise lines keep a contribution
as a bar times factors, so that what one statement gives to one variable becomes one line (`terms.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from wengert import errors
from wengert.ir.build import Builder
from wengert.ir.core import (
    Apply,
    Atom,
    Const,
    Function,
    Name,
)
from wengert.ir.kinds import (
    NUMERIC,
    UNKNOWN,
    Kind,
    List,
    Numeric,
    Record,
    Unknown,
    axes_of,
    is_real,
    is_scalar,
)
from wengert.ir.walk import GROWING
from wengert.rules.table import Call, bind, lookup
from wengert.transform.adjoints import MANY_LEAVES, bar_kind
from wengert.transform.bars import (
    Bars,
    Spot,
    follow,
    hint,
    is_container,
    items_of,
    kind_at,
    parts,
    real_part,
    reduced,
)
from wengert.transform.growing import GrowthReversal
from wengert.transform.maps import MapReversal
from wengert.transform.masks import MASKING, bar_of_where, common, masked, multiplied, summed, zero_already
from wengert.transform.reads import ReadReversal
from wengert.transform.ruled import RuleReversal
from wengert.transform.terms import Factor, Term, term_axes, times, write
from wengert.transform.transposing import transpose
from wengert.transform.writes import ADDING, WRITING, WriteReversal

MOVES = frozenset({
    "next", "unread", "reversed", "copy", "fresh", "snapshot", "project", "unbroadcast", "plus",
})  # fmt: skip
"""Ops that hand values on and have no row of their own."""


class LineReversal(WriteReversal, ReadReversal, GrowthReversal, MapReversal, RuleReversal):
    """Undoes lines that apply one primitive."""

    def apply(self, line: Apply, b: Builder, bars: Bars) -> None:
        if self.of_map(line, b, bars):
            return
        if line.op in ("getitem", "getattr", "unpack"):
            self.read(line, b, bars)
            return
        if line.op == "unpack_star":
            self.unpack_star(line, b, bars)
            return
        if line.op in ("tuple", "list", "dict", "record"):
            self.construct(line, b, bars)
            return
        if line.op in WRITING:
            self.undo_write(line, b, bars)
            return
        if line.op in ADDING:
            self.undo_adding(line, b, bars)
            return
        if line.op in GROWING:
            self.undo_growth(line, b, bars)
            return
        if line.op in MOVES:
            self.move(line, b, bars)
            return
        if line.op == "mul" and isinstance(b.kind(line.targets[0]), List):
            self.repeated(line, b, bars)
            return
        if line.op == "ruled":
            self.by_program(line, b, bars)
            return
        if line.op in ("invoke", "save", "restore"):
            {"invoke": self.call, "save": self.save, "restore": self.restore}[line.op](line, b, bars)
            return
        (target,) = line.targets if len(line.targets) == 1 else (None,)
        if target is None or not ((target,) in bars or is_container(b.kind(target)) and any(spot[0] == target for spot in bars)):
            return
        if lookup(line.op) is None:
            raise errors.error("W040", line.place, name=line.op)
        call = bind(line)
        primitive = call.primitive
        operands = [name for name in call.differentiable if isinstance(call[name], str) and call[name] in self.active]
        if primitive.family in ("elementwise", "weighted"):
            self.pointwise(call, operands, b, bars)
            return
        if primitive.family == "tangent":
            self.by_tangent(call, operands, b, bars)
            return
        small = bar_of_where(b, call, bars.get((target,), ())) if line.op == "np.where" else None
        before = common(bars.get((target,), ()))
        bar = self.take(b, bars, (target,)) if small is None else small
        assert primitive.vjp is not None
        for name in operands:
            operand = call[name]
            assert isinstance(operand, str)
            if zero_already(call, name, before):
                self.give(bars, operand, reduced(b, Term(bar, masks=before), target, operand))
                continue
            value = primitive.vjp(b, call, bar, name)
            if line.op in MASKING and not is_container(b.kind(operand)):
                self.give(bars, operand, real_part(b, masked(b, call, name, bar, before, value), b.kind(operand)))
                continue
            self.contribute(b, bars, operand, value, b.kind(target))

    def contribute(self, b: Builder, bars: Bars, operand: Name, value: Atom, whole: Kind = UNKNOWN) -> None:
        """Give an operand, or each part of it, what a rule has computed for it."""
        paths = parts(b.kind(operand)) if is_container(b.kind(operand)) else [((), UNKNOWN)]
        for path, inner in paths:
            part = follow(b, value, b.kind(operand), path)
            if isinstance(part, str) and is_scalar(inner) and b.kind(part) == UNKNOWN:
                b.kinds[part] = bar_kind(inner)
            term = Term(part)
            self.give(bars, operand, real_part(b, term, kind_at(b, (operand, *path)), whole), path)

    def by_parts(self, b: Builder, bars: Bars, atom: Atom, value: Atom) -> None:
        """Give an atom its adjoint, each part of a container the part that is its own."""
        kind = b.kind(atom)
        if not is_container(kind):
            self.give(bars, atom, Term(value))
            return
        for path, inner in parts(kind):
            part = follow(b, value, kind, path)
            if isinstance(part, str):
                b.kinds[part] = bar_kind(inner)
            self.give(bars, atom, Term(part), path)

    def by_tangent(self, call: Call, operands: Sequence[str], b: Builder, bars: Bars) -> None:
        """A line whose row is its tangent; where it is linear in what varies, the row has the adjoint itself."""
        target, transposes = call.result, call.primitive.transposes
        given = {spot[1:]: self.in_full(b, bars, spot) for spot in [spot for spot in bars if spot[0] == target]}
        rules = [transposes.get(name) for name in operands]
        if all(rules):
            bar = self.take(b, {(target,): given[()]}, (target,))
            for name, rule in zip(operands, rules):
                assert rule is not None and isinstance(call[name], str)
                self.contribute(b, bars, str(call[name]), rule(b, call, bar, name), b.kind(target))
            return
        if len(call.primitive.results) > 1:
            call = replace(call, parts=self.parts(b, target))
        for name, path, term in transpose(call, operands, given, b, self.backward):
            operand = call[name]
            assert isinstance(operand, str)
            self.give(bars, operand, real_part(b, term, kind_at(b, (operand, *path))), path)

    def in_full(self, b: Builder, bars: Bars, spot: Spot) -> list[Term]:
        """The adjoint of a result, as terms if those have its shape."""
        axes = axes_of(kind_at(b, spot))
        if axes is not None and all(term_axes(b, term) == axes for term in bars[spot]):
            return bars.pop(spot)
        return [Term(self.take(b, bars, spot))]

    def parts(self, b: Builder, target: Name) -> dict[int, Atom]:
        """The names that the program has for the results of a line, made where it stands."""
        kind, segments = b.kind(target), self.keeping.homes.segment
        fields = [field for field, _ in kind.items] if isinstance(kind, Record) else []
        found = {fields.index(key) if fields else key: part for key, part in self.spots.children(target).items()}
        return {key: part for key, part in found.items() if segments.get(part) == segments.get(target)}

    def backward(self, function: Function, linear: set[Name], b: Builder, bars: Bars) -> None:
        """Undo the lines of a function in which these names are linear."""
        reversal = LineReversal(function, linear, self.keeping, self.kinds)
        for line in reversed(function.body.lines):
            assert isinstance(line, Apply)
            reversal.apply(line, b, bars)

    def move(self, line: Apply, b: Builder, bars: Bars) -> None:
        """Iterators, and values under other names."""
        target = line.targets[0]
        if line.op == "next":  # `v, it = next(it0)`: the adjoint of an iterator is the list of what it gave, in the order of the list
            value = self.tree(b, bars, (target,)) if is_container(b.kind(target)) else self.take(b, bars, (target,))
            rest = bars.pop((line.targets[1],), None)
            whole = rest[0].base if rest else b.apply("list")
            self.give(bars, line.args[0], Term(b.apply("push", whole, value, hint=hint((line.args[0],)))))
            return
        sources = line.args if line.op == "plus" else line.args[:1]
        if is_container(b.kind(target)) and (target,) not in bars:
            self.move_parts(target, sources, b, bars)
            return
        if (target,) not in bars:
            return
        match line.op:
            case "plus":
                (term,) = bars.pop((target,))
                for atom in sources:
                    self.give_whole(b, bars, atom, term)
            case "reversed" | "unread":
                (term,) = bars.pop((target,))
                self.give_whole(b, bars, line.args[0], term)
            case _:  # a value under another name: copies, projections, what keeps a shape
                term = Term(self.take(b, bars, (target,), backward=True))
                for atom in sources:
                    self.give(bars, atom, reduced(b, term, target, atom))

    def move_parts(self, target: Name, sources: Sequence[Atom], b: Builder, bars: Bars) -> None:
        """What the parts of a container get, the same parts of those that it was made of get."""
        for spot in [spot for spot in bars if spot[0] == target]:
            terms = bars.pop(spot)
            for atom in sources:
                if isinstance(atom, str) and atom in self.active and not is_container(b.kind(atom)):
                    raise errors.error("W040", b.place, name="a container made of what is known to be none")
                for term in terms:
                    self.give(bars, atom, term, spot[1:])

    def pointwise(self, call: Call, operands: Sequence[str], b: Builder, bars: Bars) -> None:
        """Elementwise lines and weighted sums: the adjoint times factors."""
        target, primitive = call.result, call.primitive
        terms = bars.pop((target,))
        term = terms[0] if len(terms) == 1 else summed(b, terms, hint((target,)))
        if primitive.real and not all(is_real(b.kind(call[name])) for name in operands):
            term = real_part(b, term, NUMERIC)
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
            while prefix < len(columns) and not term.masks and all(factor == columns[prefix][0] for factor in columns[prefix]):
                prefix += 1
            shared = times(term, 1, factors[operands[0]][:prefix])
            if shared.factors or shared.coefficient not in (1, -1):
                term = Term(write(b, [shared], hint((target,))), masks=shared.masks)
            else:
                term = shared
        for name in operands:
            operand = call[name]
            nodes = [node for _, node in partials[name].factors][prefix:]
            part = multiplied(b, call, term, partials[name].sign, factors[name][prefix:], nodes, str(operand))
            if primitive.family == "weighted":
                kind = axes_of(b.kind(operand))
                if kind is None:
                    part = Term(b.apply("unbroadcast", write(b, [part]), operand))
                self.give(bars, operand, real_part(b, part, b.kind(operand), b.kind(target)))
            else:
                self.give(bars, operand, real_part(b, reduced(b, part, target, operand), b.kind(operand), b.kind(target)))

    def repeated(self, line: Apply, b: Builder, bars: Bars) -> None:
        """`[v] * n`: the item gets what all its repetitions get."""
        (target,), (source, _) = line.targets, line.args
        if (target,) not in bars:
            return
        items = items_of(b.kind(source))
        if items is None or len(items) != 1 or not (is_scalar(items[0][1]) or isinstance(items[0][1], (Numeric, Unknown))):
            raise errors.error("W040", line.place, name="repeating this list")
        whole = self.unread(b, self.take(b, bars, (target,)), (target,))
        self.give(bars, source, Term(b.apply("sum", whole)), (0,))

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
                    self.into(b, bars, self.spots.of(source), (part,), target)
                elif (target,) in bars:
                    at = Const(position if position < before.value else position - len(line.targets))
                    self.into(b, bars, self.spots.of(source), (at,), target)
            return
        if not is_container(kind):
            if any((target,) in bars for target in line.targets):
                raise errors.error("W040", line.place, name="star unpacking of an array")
            return
        keys = [key for key, _ in items_of(kind) or ()]
        star = before.value
        for position, target in enumerate(line.targets):
            for spot in [s for s in bars if s[0] == target]:
                behind = position if position < star else position - len(line.targets)
                path = (keys[star + spot[1]], *spot[2:]) if position == star else (keys[behind], *spot[1:])
                for term in bars.pop(spot):
                    self.give(bars, source, term, path)

    def construct(self, line: Apply, b: Builder, bars: Bars) -> None:
        """A container is taken apart: each item gets the adjoint of its place."""
        if line.op in ("dict", "record"):
            named = line.args[line.op == "record" :]
            items = list(zip(named[::2], named[1::2]))
        else:
            items = [(Const(key), atom) for key, atom in enumerate(line.args)]
        target = self.spots.of(line.targets[0])
        whole = bars.pop(target, None)
        for key, atom in items:
            assert isinstance(key, Const)
            if whole and isinstance(atom, str) and atom in self.active:  # a list whose adjoint is a list
                value = self.total(b, whole, target)
                self.give(bars, atom, Term(b.apply("getitem", value, key)))
            for spot in [s for s in bars if s[: len(target) + 1] == (*target, key.value)]:
                for term in bars.pop(spot):
                    self.give(bars, atom, term, spot[len(target) + 1 :])
