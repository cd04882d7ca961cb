"""Python names for SSA names, by live ranges.

All versions of `v` print as `v` where no two are needed at once; a version that would clash prints as `v_1`. What a loop
carries, takes in, hands on and leaves is put together first, so that no copies are printed. A value that the user never
named is called after the statement that it is part of: `h_1` in `h = np.tanh(x @ W)`, `out_1` in a `return`.

>>> from wengert.backend.fuse import fuse
>>> from wengert.ir.text import parse
>>> f = parse('''
... function f(x):
...     v.1 = for i.0 in x carry v.0 = 1.0:
...         %1 = np.exp(v.0)
...         v.2 = %1 * %1
...         yield v.2
...     return v.1
... ''')
>>> name_values(f, fuse(f), frozenset())
{'x': 'x', 'v.1': 'v', 'i.0': 'i', 'v.0': 'v', '%1': 'v_1', 'v.2': 'v'}
"""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from wengert.backend.fused import Fused, Idle
from wengert.backend.ranges import Span, live_ranges
from wengert.backend.stems import labels
from wengert.ir.core import Apply, Block, Break, Continue, Def, For, Function, If, Name, Terminator, While, Yield
from wengert.ir.walk import CONSUMING, base, blocks_of

UNNAMED = re.compile(r"%(\d+)(.*)")
Pair = tuple[Name, Name]


@dataclass(slots=True)
class _Affinities:
    """Which names had better be one: first those that must, then in the order of the program."""

    must: list[Pair] = field(default_factory=list)
    may: list[Pair] = field(default_factory=list)
    order: list[Name] = field(default_factory=list)  # every name that the text may have to bind
    fused: Fused = field(default_factory=Fused)

    def block(self, block: Block, loop: For | While | None) -> None:
        fused = self.fused
        patterns = {id(line) for line in fused.patterns.values()}
        for line in block.lines:
            if len(line.targets) == 1 and line.targets[0] in fused.inside or id(line) in patterns:
                continue
            self.order.extend(line.targets)
            if isinstance(line, Apply) and line.op in CONSUMING and isinstance(line.args[0], str) and line.targets:
                self.must.append((line.targets[-1], line.args[0]))
            if isinstance(line, (For, While)):
                if line.exit is not None:
                    self.order.append(line.exit)
                if isinstance(line, For):
                    self.order.extend(name for element in line.elements for name in fused.bound(element))
                self.order.extend(line.carried)
                self.must.extend(zip(line.targets, line.carried))
                self.pairs(line.carried, line.initial)
            for inner in blocks_of(line) if not isinstance(line, Def) else ():
                self.block(inner, line if isinstance(line, (For, While)) else loop)
                self.terminator(inner.terminator, line, loop)

    def terminator(self, terminator: Terminator, line: object, loop: For | While | None) -> None:
        if isinstance(line, If):
            if isinstance(terminator, Yield):
                self.pairs(line.targets, terminator.values)
            elif isinstance(terminator, Continue) and loop is not None:
                self.pairs(loop.carried, terminator.values)
            elif isinstance(terminator, Break) and loop is not None:
                self.pairs(loop.targets, terminator.values)
        elif isinstance(line, (For, While)):
            if isinstance(terminator, (Yield, Continue)):
                self.pairs(line.carried, terminator.values)
            elif isinstance(terminator, Break):
                self.pairs(line.targets, terminator.values)
            elif values := getattr(terminator, "values", ()):
                self.pairs(line.targets, values)

    def pairs(self, names: tuple[Name, ...], values: tuple[object, ...]) -> None:
        inside = self.fused.inside
        self.may.extend((name, value) for name, value in zip(names, values) if isinstance(value, str) and value not in inside)


@dataclass(slots=True)
class _Classes:
    """Names that print alike, with all that they occupy."""

    parent: dict[Name, Name] = field(default_factory=dict)
    spans: dict[Name, list[Span]] = field(default_factory=dict)

    def find(self, name: Name) -> Name:
        root = name
        while self.parent.get(root, root) != root:
            root = self.parent[root]
        while name != root:
            self.parent[name], name = root, self.parent.get(name, name)
        return root

    def join(self, a: Name, b: Name) -> None:
        """Put two together without asking; the first stands for both."""
        self.parent[self.find(b)] = self.find(a)

    def union(self, a: Name, b: Name) -> None:
        """Put two together, unless they are needed at once."""
        a, b = self.find(a), self.find(b)
        if a == b or overlap(self.spans.get(a, []), self.spans.get(b, [])):
            return
        if len(self.spans.get(a, [])) < len(self.spans.get(b, [])):
            a, b = b, a
        self.parent[b] = a
        for span in self.spans.pop(b, []):
            insort(self.spans[a], span)


def overlap(a: list[Span], b: list[Span]) -> bool:
    """Do two sorted lists of disjoint intervals meet?"""
    if len(a) > len(b):
        a, b = b, a
    for start, end in a:
        at = bisect_left(b, (end, end))
        if at and b[at - 1][1] > start:
            return True
    return False


def wanted_names(order: list[Name], pairs: list[Pair]) -> dict[Name, str]:
    """The base that each name asks for; an unnamed one takes that of the named value which it is handed on to."""
    want = {name: "exit_code" if base(name) == "exit" else base(name) for name in order}
    groups = _Classes()
    for a, b in pairs:
        if want.get(a, "").startswith("%") and want.get(b, "").startswith("%"):
            groups.join(a, b)
    named: dict[Name, str] = {}
    for a, b in pairs:
        for one, other in ((a, b), (b, a)):
            if UNNAMED.fullmatch(want.get(one, "")) and not want.get(other, "%").startswith("%"):
                named.setdefault(groups.find(one), want[other])
    for name, text in want.items():
        if text.startswith("%"):
            root = groups.find(name)
            want[name] = named.get(root, want[root] if root in want else text)
    return want


def name_values(function: Function, fused: Fused, avoid: AbstractSet[str], outer: Mapping[Name, str] = {}) -> dict[Name, str]:
    """The Python name of each name that the text binds, parameters first. `_` for what nobody reads and nobody named."""
    found = _Affinities(fused=fused)
    found.block(function.body, None)
    order = [*function.parameters, *found.order]
    ranges = live_ranges(function, fused, outer).spans
    want = wanted_names(order, found.must + found.may)
    want.update((parameter, base(parameter)) for parameter in function.parameters)
    names: dict[Name, str] = {}
    read = {name for name in order if fused.uses.get(name)}
    for pair in found.must[::-1] + found.must:  # a carried value is read if the loop's result is
        if not read.isdisjoint(pair):
            read.update(pair)
    underscore = any(want.get(name) == "_" for name in read)  # the user's own, which must keep its value
    for name in order:
        if want[name].startswith("%") and name not in read and not underscore:
            names[name] = Idle("_")
    want = labels(function, fused, {name: text for name, text in want.items() if name not in names}, avoid, outer)
    classes = _Classes(spans={name: sorted(ranges.get(name, [])) for name in order if name not in names})
    for a, b in found.must + found.may:
        if a in want and b in want and want[a] == want[b]:
            classes.union(a, b)
    names.update(_colour(function, order, want, classes, avoid | set(outer.values())))
    return {name: names[name] for name in order}


def _colour(function: Function, order: list[Name], want: Mapping[Name, str], classes: _Classes,
            avoid: AbstractSet[str]) -> dict[Name, str]:  # fmt: skip
    """Give each class, in the order of the program, the first name in which it meets no other."""
    wishes, parameters = set(want.values()), set(function.parameters)
    owners: dict[str, str] = {}
    occupied: dict[str, list[Span]] = {}
    numbers: dict[str, int] = {}
    chosen: dict[Name, str] = {}
    for name in order:
        if name not in want:
            continue
        root = classes.find(name)
        if root in chosen:
            continue
        spans = classes.spans[root]
        for text in _candidates(want[name], numbers):
            taken = name not in parameters and (text in avoid or text != want[name] and text in wishes)
            if taken or owners.get(text, want[name]) != want[name]:
                continue
            if text not in occupied:
                numbers[want[name]] = numbers.get(want[name], -1) + 1
            elif overlap(spans, occupied[text]):
                continue
            owners[text] = want[name]
            mine = occupied.setdefault(text, [])
            for span in spans:
                insort(mine, span)
            chosen[root] = text
            break
    return {name: chosen[classes.find(name)] for name in order if name in want}


def _candidates(stem: str, numbers: Mapping[str, int]) -> Iterator[str]:
    """`v`, `v_1`, ...: a few that may be free again, then a new one, so that many versions alive at once cost no search."""
    yield stem
    for number in range(1, 8):
        yield f"{stem}_{number}"
    number = max(8, numbers.get(stem, 0))
    while True:
        yield f"{stem}_{number}"
        number += 1
