"""How a reversed loop gets the values that it reads: from what it runs over, from tapes, or by computing them again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from wengert.ir.build import Builder
from wengert.ir.core import Apply, Atom, Block, Const, Def, For, Line, Name, While
from wengert.ir.kinds import INT, Array, Iterator, Kind, List, Map, Range, Tuple
from wengert.ir.walk import base, blocks_of, map_atoms, map_blocks, rename
from wengert.transform.homes import may_break, sized
from wengert.transform.keeping import Keeping
from wengert.transform.saving import Plan
from wengert.transform.variables import MARK, hint_of


def reversed_sources(b: Builder, loop: For | While, found: Plan, keeping: Keeping) -> tuple[list[Atom], list[Name], dict[Name, Atom]]:
    """What the reversed loop runs over: its sources, its elements, and what the elements stand for."""
    sources: list[Atom] = []
    elements: list[Name] = []
    mapping: dict[Name, Atom] = {}
    numbered = keeping.numbered(b, loop)
    for name in found.index:
        assert isinstance(loop, For)
        source, backward = loop.sources[0], keeping.homes.backward.get(id(loop))
        if name in numbered:
            start, along = numbered[name]
            length = b.apply("len", along)
            source = b.apply("range", length) if start == Const(0) else b.apply("range", start, b.apply("add", length, start))
        elif name == keeping.counted.get(id(loop)):
            source = b.apply("range", b.apply("len", source))
        sources.append(_reversed(b, source, INT) if backward is None else backward)
        elements.append(_again(b, name))
        mapping[name] = elements[-1]
    for name in found.aligned:
        sources.append(_reversed(b, _read_back(b, loop, name, keeping) or keeping.tape(b, loop, name), b.kind(name)))
        elements.append(_again(b, name))
        mapping[name] = elements[-1]
    if not sources:
        if isinstance(loop, For) and sized(b, loop, keeping.homes) and not may_break(loop.body):
            source = keeping.homes.backward.get(id(loop), loop.sources[0])
            sources = [source if isinstance(b.kind(source), Range) else b.apply("range", b.apply("len", source))]
            elements = [b.names.fresh(base(loop.elements[0]) if isinstance(b.kind(source), Range) else "_")]
        else:
            sources = [b.apply("range", keeping.count(b, loop))]
            elements = [b.names.fresh("_")]
        b.kinds[elements[0]] = INT
    return sources, elements, mapping



def _read_back(b: Builder, loop: For | While, name: Name, keeping: Keeping) -> Name | None:
    """The list, tuple or array of which a value of each turn is the element, if it is still the same and all turns were made: no tape is needed."""
    if not isinstance(loop, For) or name not in loop.elements or may_break(loop.body):
        return None
    source = loop.sources[loop.elements.index(name)]
    others = [keeping.homes.line.get(str(other)) for other in loop.sources if other != source]
    if not all(isinstance(line, Apply) and line.op == "count" for line in others):  # which of them ends the loop, nobody knows
        return None
    if not isinstance(source, str) or not isinstance(b.kind(source), (List, Array, Map, Tuple)):
        return None
    if any(one in keeping.lost or one in keeping.memory.overwritten for one in (source, name)):
        return None
    return source


def _reversed(b: Builder, source: Atom, element: Kind) -> Name:
    made = b.apply("reversed", source)
    b.kinds[made] = Iterator(element)
    return made


def _again(b: Builder, name: Name) -> Name:
    hint = hint_of(name) if name.startswith(MARK) else base(name)
    made = b.names.fresh(hint)
    b.kinds[made] = b.kind(name)
    return made



def open_iterators(b: Builder, loop: For | While, found: Plan, keeping: Keeping) -> dict[Name, Name]:
    """The reverse iterators of the tapes that only some turns append to: name -> the iterator's variable."""
    made: dict[Name, Name] = {}
    for name in (name for names in found.partial.values() for name in names):
        tape = keeping.tape(b, loop, name)
        back = keeping.variable(hint_of(tape).replace("_tape", "_back"))
        keeping.exported[back] = back
        b.kinds[back] = Iterator(b.kind(name))
        b.add(Apply((back,), "reversed", (tape,)))
        made[name] = back
    return made


def fetch(b: Builder, block: Block, found: Plan, mapping: Mapping[Name, Atom], backs: Mapping[Name, Name]) -> Block:
    """The reversed lines with every value of the forward body fetched where its segment begins to be undone."""
    lines: list[Line] = []
    known = dict(mapping)
    for line in block.lines:
        if isinstance(line, Apply) and line.op == "segment":
            assert isinstance(line.args[0], Const)
            segment = line.args[0].value
            if segment not in found.partial and segment not in found.again:
                lines.append(line)  # of a loop around this one, or nothing to fetch
                continue
            for name in found.partial.get(segment, ()):
                value = _again(b, name)
                lines.append(Apply((value, backs[name]), "next", (backs[name],)))
                known[name] = value
            for old in found.again.get(segment, ()):
                values = tuple(_again(b, target) for target in old.targets)
                lines.append(replace(rename(old, known), targets=values))
                known.update(zip(old.targets, values))
            continue
        if blocks_of(line) and not isinstance(line, Def):
            line = map_atoms(line, lambda atom: known.get(atom, atom) if isinstance(atom, str) else atom)
            line = map_blocks(line, lambda inner: fetch(b, inner, found, known, backs))
        else:
            line = rename(line, known)
        lines.append(line)
    return Block(tuple(lines), rename(Block((), block.terminator), known).terminator)
