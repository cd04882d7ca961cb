"""What is known below a loop: its targets, and the objects that it changed, as the turns have left them.

    a.2 = for k.0 in r carry a.1 = a.0:
        a.3 = write(a.1, k.0, x)
        yield a.3
    ...                                    # here the array is a.2

The mirror of the head of a turn (`carrying.py`), over all ways out of the loop: the end of the last turn, and every `break`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from wengert.analysis.aliases import may_be, mutable
from wengert.analysis.facts import Fact
from wengert.analysis.heap import Content, Spoilt
from wengert.analysis.indexed import bind_view, named_index
from wengert.analysis.turns import INDEX, Key
from wengert.ir.core import Atom, Name
from wengert.ir.kinds import BOTTOM
from wengert.ir.walk import base

if TYPE_CHECKING:
    from wengert.analysis.carrying import Carrying


def after(carrying: Carrying, ways: Sequence[dict[Key, Fact]]) -> tuple[list[Name], list[Atom]]:
    """Bind what is known below the loop; the targets of its line, and the initial values."""
    state, heap, found = carrying.state, carrying.state.heap, carrying.found
    heap.restore(carrying.entry)
    targets: dict[Key, Name] = {}

    def plain(key: Key, name: Name, old: Name = "") -> Name:
        fact = Fact(BOTTOM, False, True)
        for way in ways:
            fact = fact.join(way[key], [f"{name}:{axis}" for axis in range(8)])
        state.bind_fact(carrying.frame, old, name, fact)
        targets[key] = name
        if isinstance(key[0], tuple) and key[0][1] is None:
            heap.where[name] = key[0][0]
        elif mutable(fact.kind):
            for source in found.sources.get(key, ()):
                may_be(state, name, source)
        return name

    def part(key: Key, content: Content, hint: str) -> Content:
        if isinstance(content, Spoilt) or key in found.spoilt:
            return Spoilt(hint)
        if isinstance(content, str) and heap.location(content) in heap.fields:
            return virtual(key, state.names.fresh(hint), content)
        return plain(key, state.names.fresh(hint)) if key in carrying.heads else Spoilt(hint)

    def virtual(key: Key, name: Name, handle: Name) -> Name:
        location = heap.location(handle)
        state.define(name, state.kind(handle))
        heap.fields[name] = None
        heap.overlap(name, location)
        for (owner, field_name), content in carrying.entry.contents.items():
            if owner == location and field_name is not None:
                heap.contents[name, field_name] = part((key[0], (*key[1], field_name)), content, field_name)
        return name

    for position, (old, handle) in enumerate(zip(carrying.line.targets, carrying.initial)):
        key: Key = (position, ())
        if position in found.same:
            carrying.frame.atoms[old] = found.same[position]
        elif position in found.views:
            index = plain((position, (INDEX,)), named_index(state, old))
            bind_view(state, state.target(carrying.frame, old), found.views[position], index)
        elif isinstance(handle, str) and heap.location(handle) in heap.fields:
            carrying.frame.atoms[old] = virtual(key, state.target(carrying.frame, old), handle)
        elif position in found.shapes and key not in found.spoilt:
            shape = found.shapes[position]
            carrying.frame.atoms[old] = carrying.without_value(key, state.target(carrying.frame, old), shape, lambda path, name, _: plain(path, name))
        elif key in carrying.heads:
            plain(key, state.target(carrying.frame, old), old)
        else:
            carrying.frame.atoms[old] = carrying.spoil(state.target(carrying.frame, old))
    for slot in found.slots:
        key = (slot, ())
        content = heap.content_in(carrying.entry, slot)
        if key in found.spoilt or content is None or isinstance(content, Spoilt):
            heap.contents[slot] = Spoilt(slot[0])
        elif slot[1] is None:
            hint = "" if slot[0].startswith("%") else base(slot[0])
            heap.contents[slot] = plain(key, state.names.fresh(hint))
        else:
            heap.contents[slot] = part(key, content, slot[1])
    for pair in found.overlaps:
        names = [targets[key] for key in pair if key in targets]
        if len(names) == 2:
            heap.overlap(*names)
    return [targets[key] for key in carrying.keys], [carrying.starts[key] for key in carrying.keys]
