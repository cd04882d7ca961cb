"""The reversal of loops: a loop over the turns that were started, last first.

    v.2 = for i in r carry v.0 = x:          v_bar.2 = for v.3 in reversed(v_tape) carry v_bar.0 = out_bar:
        v.1 = v.0 * v.0               ==>        v_bar.1 = v_bar.0 * (2 * v.3)
        yield v.1                                yield v_bar.1

It carries the adjoints of the carried values, and those of values from outside that its turns add to. Adjoints of what is local to a turn
begin anew in each.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from wengert import errors
from wengert.ir.build import Builder
from wengert.ir.core import (
    UNDEF,
    Apply,
    Atom,
    Block,
    Break,
    Const,
    Continue,
    For,
    Line,
    Name,
    Terminator,
    While,
    Yield,
)
from wengert.ir.kinds import FLOAT, UNKNOWN, Array, Bottom, Iterator, Kind, List, Tuple, is_scalar
from wengert.ir.lattice import join
from wengert.ir.walk import base, lines_of, reads, rename
from wengert.transform.adjoints import bar_kind, reshaped
from wengert.transform.bars import GATHERED, Bars, Spot, follow, hint, is_container, kind_at, nothing, parts, zero_like, zeros
from wengert.transform.fetching import fetch, open_iterators, reversed_sources
from wengert.transform.homes import may_break, may_leave, segment_marker
from wengert.transform.lines import LineReversal
from wengert.transform.other_lengths import fitted, made_anew, may_differ
from wengert.transform.saving import plan
from wengert.transform.terms import Term

Leave = Callable[[Terminator, Builder, Bars], None]


class LoopReversal(LineReversal):
    """Undoes loops; how a block is undone, `reverse.py` says."""

    def block(self, lines: Sequence[Line], end: Terminator, b: Builder, bars: Bars, leave: Leave) -> None:
        raise NotImplementedError

    def loop(self, line: For | While, b: Builder, bars: Bars) -> None:
        slots = [
            (k, path)
            for k, (name, target) in enumerate(zip(line.carried, line.targets))
            if name in self.active or target in self.active
            for path, _ in parts(_steady(b, line, k))
        ]
        blocks = (line.test, line.body) if isinstance(line, While) else (line.body,)
        inside = [*self._inside(line)]
        shared = self._touched(b, [name for block in blocks for name in reads(block)], inside)
        elements = [
            (element, source)
            for element, source in zip(line.elements, line.sources)
            if element in self.active and isinstance(source, str)
        ] if isinstance(line, For) else []
        collections = [(element, self._collection(source)) for element, source in elements]
        places = [(element, *self._gathered(b, line, element, source)) for element, source in collections]
        first = {spot: value for _, spot, value in places if value is not None}
        wholes = self._by_number(line, inside)
        carried = {spot for spot in wholes if spot in bars}  # by the loop around
        shared = list(dict.fromkeys((*shared, *(spot for _, spot, _ in places), *wholes)))
        spots = [*((line.targets[k], *path) for k, path in slots), *shared]
        if not any(spot in bars for spot in spots[: len(slots)]):
            return  # nothing that the loop made is asked for
        initial = [first[spot] if spot in first else self.take(b, bars, spot, backward=True) for spot in spots]
        around = self.counted_on
        appended = self.count_on(line)
        for j, (k, _) in enumerate(slots):
            initial[j] = self.as_handed_on(b, initial[j], spots[j], line.carried[k], appended)
        initial[len(slots) :] = [self.unread(b, value, spot) for value, spot in zip(initial[len(slots) :], shared)]
        kinds = [b.kind(value) if not isinstance(value, Const) else FLOAT for value in initial]
        for (k, path), j in zip(slots, range(len(slots))):
            steady = _steady(b, line, k)
            if isinstance(kinds[j], (Iterator, List)):
                continue
            kinds[j] = join(kinds[j], bar_kind(kind_at(b, (line.carried[k], *path)) if path else steady))
        for _ in range(4):
            params = [b.names.fresh(hint(spot)) for spot in spots]
            b.kinds.update(zip(params, kinds))
            self.handed_on.update(param for param, kind in zip(params, kinds) if isinstance(kind, Iterator))
            inner, values = self._turn(line, b, slots, shared, [(element, spot) for element, spot, _ in places], params)
            better = [join(kind, inner.kind(value)) for kind, value in zip(kinds, values)]
            if better == kinds:
                break
            kinds = better
        self.counted_on = around
        self._close(line, b, bars, slots, spots, initial, params, inner, values)
        for spot in wholes:
            if spot not in carried:
                self.spread(b, bars, spot)
        for (_, spot, value), (_, source) in zip(places, collections):
            if value is not None and spot in bars:
                self._hand_out(b, bars, spot, source)

    def _by_number(self, line: For | While, inside: Sequence[Name]) -> list[Spot]:
        """The containers from outside of which items are read by a number that only the run knows."""
        found: dict[Spot, None] = {}
        for inner in lines_of(line):
            if isinstance(inner, Apply) and inner.op == "getitem" and not isinstance(inner.args[1], Const) and isinstance(inner.args[0], str):
                spot = self.spots.of(inner.args[0])
                if inner.args[0] in self.active and is_container(self.kinds.get(inner.args[0], UNKNOWN)) and spot[0] not in inside:
                    found[spot] = None
        return list(found)

    def _hand_out(self, b: Builder, bars: Bars, gathered: Spot, source: Name) -> None:
        """What a loop gathered for the items of a container goes to them."""
        (term,) = bars.pop(gathered)
        kind = b.kind(source)
        if not is_container(kind):
            self.give(bars, source, term)
            return
        for path, inner in parts(kind):
            part = follow(b, term.base, kind, path)
            if isinstance(part, str):
                b.kinds[part] = self._gathered_kinds.get(gathered[0], bar_kind(inner)) if is_scalar(inner) else bar_kind(inner)
            self.give(bars, source, Term(part), path)

    def _turn(self, line: For | While, b: Builder, slots: Sequence[tuple[int, Spot]], shared: Sequence[Spot],
              elements: Sequence[tuple[Name, Spot]], params: Sequence[Name]) -> tuple[Builder, list[Atom]]:  # fmt: skip
        """Undo one turn: the builder with its lines, and the adjoints that it hands to the turn before."""
        inner = b.nested()
        bars: Bars = {spot: [Term(param)] for spot, param in zip(shared, params[len(slots) :])}
        anew = {k for k, path in slots if not path and made_anew(line, k)}
        inside = frozenset(self._inside(line))

        def leave(end: Terminator, here: Builder, here_bars: Bars) -> None:
            assert isinstance(end, (Yield, Break, Continue))
            for (k, path), param in zip(slots, params):
                value = end.values[k]
                if k in anew and not isinstance(b.kind(param), Iterator) and may_differ(value, here, inside, self.line):
                    param = fitted(here, param, value, line.place)
                # the next turn begins with this very value; the carried name is that of a turn's beginning, and may be longer or shorter
                term = Term(param) if path or not isinstance(value, str) else reshaped(here, Term(param), value, value)
                self.give(here_bars, value, term, path)

        inner.add(segment_marker(self.keeping.homes.starts[id(line.body)]))
        test = line.test.lines if isinstance(line, While) else ()
        self.block((*test, *line.body.lines), line.body.terminator, inner, bars, leave)
        for element, spot in elements:
            self._element(line, inner, bars, element, spot)
        values = [self._carried(line, inner, bars, k, path, param) for (k, path), param in zip(slots, params)]
        values += [bars.pop(spot)[0].base if spot[0].startswith(GATHERED) else self.take(inner, bars, spot) for spot in shared]
        return inner, values

    def _carried(self, line: For | While, b: Builder, bars: Bars, k: int, path: Spot, param: Name) -> Atom:
        """What the turn before gets for a carried value."""
        spot = (line.carried[k], *path)
        if spot not in bars and line.initial[k] == UNDEF:  # there may be no value to be like
            return Const(0.0) if is_scalar(b.kind(param)) else zero_like(b, kind_at(b, spot), param, hint(spot))
        if spot not in bars and isinstance(b.kind(param), Iterator):  # only what the last turn appended is asked for
            return b.apply("reversed", b.apply("list"), hint=hint(spot))
        return self.take(b, bars, spot, backward=True)

    def _backward(self, source: Atom) -> bool:
        line = self.line.get(source) if isinstance(source, str) else None
        return isinstance(line, Apply) and line.op == "reversed"

    def _collection(self, source: Name) -> Name:
        """What a source runs over: the list itself, of `reversed(list)`, too."""
        line = self.line.get(source)
        if isinstance(line, Apply) and line.op == "reversed" and isinstance(line.args[0], str):
            return line.args[0]
        return source

    def _element(self, line: For | While, b: Builder, bars: Bars, element: Name, spot: Spot) -> None:
        """An element gives its adjoint to its position in the adjoint of what the loop runs over."""
        assert isinstance(line, For)
        own = parts(b.kind(element))
        if self._is_tape(line, element):  # the elements of a tape that is read backward: their adjoints are those of the tape, in its order
            value = self.tree(b, bars, (element,)) if is_container(b.kind(element)) else self.take(b, bars, (element,))
            (whole_so_far,) = bars.pop(spot)
            bars[spot] = [Term(b.apply("append", whole_so_far.base, value, hint=hint(spot)))]
            return
        if not any((element, *path) in bars for path, _ in own):
            return
        index: Atom = self.keeping.index(b, line)
        if self._backward(line.sources[line.elements.index(element)]):
            index = b.apply("sub", Const(-1), index)
        whole = self.take(b, bars, spot) if not spot[0].startswith(GATHERED) else bars.pop(spot)[0].base
        if not is_container(b.kind(element)):
            value = self.take(b, bars, (element,))
            self._gathered_kinds[spot[0]] = join(self._gathered_kinds.get(spot[0], FLOAT), b.kind(value))
            if is_scalar(b.kind(element)) or isinstance(b.kind(spot[0]), Array):
                made = b.apply("scatter_add", whole, index, value, hint=hint(spot))
            else:
                before = b.apply("getitem", whole, index)
                made = b.apply("store", whole, index, b.apply("plus", before, value), hint=hint(spot))
        else:  # each position is visited once: what was there is zero
            made = b.apply("store", whole, index, self.tree(b, bars, (element,)), hint=hint(spot))
        bars[spot] = [Term(made)]

    def _is_tape(self, line: For, element: Name) -> bool:
        """Is it an element of a list that the program itself appended to, read backward and whole?"""
        source = line.sources[line.elements.index(element)]
        if not isinstance(source, str) or not self._backward(source) or may_break(line.body):
            return False
        collection = self._collection(source)
        kind = self.kinds.get(collection, UNKNOWN)
        return isinstance(kind, List) and kind.items is None and collection in self.line and not self.spots.is_part(collection)

    def _gathered(self, b: Builder, line: For | While, element: Name, source: Name) -> tuple[Spot, Atom | None]:
        """Where the adjoints of elements are gathered, and what stands there first if it is a list made for this loop."""
        kind = b.kind(source)
        if isinstance(line, For) and self._is_tape(line, element):
            gathered = (f"{GATHERED}{element}",)
            b.kinds[gathered[0]] = kind
            return gathered, b.apply("list", hint=f"{base(source)}_bar")
        if isinstance(kind, Array) or (isinstance(kind, List) and kind.items is None and not is_container(kind.element)):
            return self.spots.of(source), None
        if not isinstance(kind, (List, Tuple)):
            raise errors.error("W040", line.place, name="a loop over this iterable")
        gathered = (f"{GATHERED}{element}",)
        b.kinds[gathered[0]] = List(UNKNOWN)
        if is_container(kind):
            spot, items = self.spots.of(source), kind.items or ()
            items_of_zero = [self.tree(b, {}, (*spot, k)) if parts(item) else Const(0.0) for k, item in enumerate(items)]
            return gathered, b.apply("list", *items_of_zero, hint=f"{base(source)}_bars")
        if isinstance(kind, List) and any(may_leave(inner) for inner in line.body.lines):
            return gathered, zeros(b, kind, source, f"{base(source)}_bars")  # some items are not looked at
        zero = nothing(b, kind.element) if isinstance(kind, List) else Const(0.0)
        return gathered, b.apply("mul", b.apply("list", zero), b.apply("len", source), hint=f"{base(source)}_bars")

    def _close(self, line: For | While, b: Builder, bars: Bars, slots: Sequence[tuple[int, Spot]], spots: Sequence[Spot],
               initial: Sequence[Atom], params: Sequence[Name], inner: Builder, values: Sequence[Atom]) -> None:  # fmt: skip
        """Write the reversed loop: what it runs over, what it carries, and what becomes of that."""
        still = {param: start for param, value, start in zip(params, values, initial) if param == value}
        inner.lines[:] = self.ask_newest(b, inner.lines)
        found = plan(b, line, inner.lines, values, self.keeping)
        sources, elements, mapping = reversed_sources(b, line, found, self.keeping)
        backs = open_iterators(b, line, found, self.keeping)
        body = fetch(b, Block(tuple(inner.lines), Yield(tuple(values))), found, mapping, backs)
        assert isinstance(body.terminator, Yield)
        kept = [k for k, (param, value) in enumerate(zip(params, body.terminator.values)) if value != param]
        targets = {k: b.names.fresh(hint(spots[k])) for k in kept}
        b.kinds.update((target, b.kinds[params[k]]) for k, target in targets.items())
        body = Block(body.lines, Yield(tuple(body.terminator.values[k] for k in kept)))
        body = rename(body, still)
        if kept:
            b.add(For(tuple(targets.values()), tuple(elements), tuple(sources), tuple(params[k] for k in kept),
                      tuple(initial[k] for k in kept), body, place=line.place))  # fmt: skip
        for k, spot in enumerate(spots):
            result = Term(targets[k] if k in targets else initial[k])
            if k < len(slots):
                start = line.initial[slots[k][0]]
                if isinstance(start, str) and not slots[k][1]:
                    result = reshaped(b, result, start, start)
                if slots[k][1]:
                    self.give(bars, start, result, slots[k][1])
                else:
                    self.give_whole(b, bars, start, result)
            elif k in targets or not (isinstance(result.base, Const) and result.base.value == 0.0):
                bars.setdefault(spot, []).append(result)


def _steady(b: Builder, line: For | While, k: int) -> Kind:
    """The kind of a carried value, of the result where nothing is carried in."""
    kind = b.kind(line.carried[k])
    return b.kind(line.targets[k]) if isinstance(kind, Bottom) else kind
