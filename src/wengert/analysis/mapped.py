"""Dicts whose keys only the run knows: a display of a dict that is written to, or read, under such a key is a `mapping`.

    d.0 = dict()                     d.0 = mapping()
    for i.0 in r:                    for i.0 in r carry d.1 = d.0:
        setitem(d.0, i.0, x)   ==>       d.2 = write(d.1, i.0, x)

That shows where the key is seen; then the program is read again, with the display as a `mapping` from the beginning. All other dicts are kept by their
items, so that each key may hold something else.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from wengert import errors
from wengert.ir.core import Apply, Atom, Const, Name
from wengert.ir.kinds import (
    BOTTOM,
    Array,
    Bottom,
    Closure,
    Dict,
    Kind,
    Known,
    List,
    Map,
    Numeric,
    Text,
    Unknown,
    describe,
    is_scalar,
    may_carry_derivative,
)
from wengert.ir.values import known
from wengert.rules.index_kinds import replaced_item

if TYPE_CHECKING:
    from wengert.analysis.state import State


class Mapped(Exception):
    """A dict is asked for a key that only the run knows: its display, at this place, makes a `mapping`."""

    def __init__(self, place: tuple[object, ...]) -> None:
        super().__init__(place)
        self.place = place


class AsObject(Exception):
    """A `mapping` is to hold what is no number and no array, or an array that is written into: its display, at this place, makes an object."""

    def __init__(self, place: tuple[object, ...]) -> None:
        super().__init__(place)
        self.place = place


def place_of(line: Apply) -> tuple[object, ...]:
    """What tells a display of the text from others."""
    place = line.place
    return () if place is None else (place.file, place.line, place.column, place.end_line, place.end_column)


def made_as_map(state: State, line: Apply) -> Apply:
    """A display of a dict, as a `mapping` where it was found to be one."""
    found = place_of(line)
    if found in state.recursion.mapped:
        for value in line.args[1::2]:
            check_value(state, value, found)
        return replace(line, op="mapping")
    if state.recursion.all_mapped and found and (not line.args or _are_alike(state, line)):
        return replace(line, op="mapping")
    return line


def _are_alike(state: State, line: Apply) -> bool:
    """Are all values numbers or arrays?"""
    return all(is_scalar(state.kind(value)) or isinstance(state.kind(value), (Array, Numeric)) for value in line.args[1::2])


def note_origin(state: State, name: Name, found: tuple[object, ...] | None) -> None:
    """A dict that is kept by its items: where it is written out, or which argument it is."""
    if found:
        state.made_at[name] = found


def origin(state: State, handle: Atom) -> tuple[object, ...] | None:
    location = state.heap.location(handle) if isinstance(handle, str) else ""
    found = state.made_at.get(location)
    if found is None and location in state.parameters and as_map(state.kind(location)) is not None:
        found = ("parameter", location)
    return found


def check_value(state: State, value: Atom, found: tuple[object, ...] | None) -> None:
    """Put something differentiated that is no number and no array into no `mapping`, since what stands for its zero is not known."""
    kind = state.kind(value)
    if isinstance(kind, List) and kind.items == ():
        ask_for_object(state, found)  # what is put into it may vary
    if may_carry_derivative(kind) and not (is_scalar(kind) or isinstance(kind, (Array, Numeric, Unknown, Bottom))):
        ask_for_object(state, found)
        raise errors.error("W083", state.place, what=f"a dict under a key that only the run knows, a value that is no number and no array ({describe(kind)})")


def ask_for_map(state: State, handle: Atom) -> None:
    """Begin anew, with a dict made, or taken as an argument, as a `mapping`; nothing, if it is no such dict, or that has been tried."""
    found = origin(state, handle)
    if found and found not in state.recursion.mapped:
        raise Mapped(found)


def ask_for_object(state: State, found: tuple[object, ...] | None) -> None:
    """Begin anew, with the `mapping` made at this place as an object; nothing, if it is an argument, or that has been tried."""
    if found and found[0] != "parameter" and found not in state.recursion.keyed:
        raise AsObject(found)


def ask_for_holder(state: State, value: Atom) -> None:
    """A value of unknown kind is changed: begin anew, with the dict that it was read from, at first or at last, as an object."""
    while isinstance(value, str) and value in state.items:
        location, _, value = state.items[value]
        ask_for_object(state, origin(state, location))


def as_map(kind: Kind) -> Map | None:
    """The kind of a dict of known keys as that of one whose keys only the run knows; None if its values are not of one kind."""
    if not isinstance(kind, Dict) or not kind.items:
        return None
    made: Kind = Map(BOTTOM, BOTTOM)
    for key, item in kind.items:
        made = replaced_item(made, (known(key),), item)
    one = isinstance(made, Map) and (is_scalar(made.element) or isinstance(made.element, (Array, Numeric))) and may_carry_derivative(made.element)
    return made if one and isinstance(made, Map) else None


def read_under_unknown_key(state: State, handle: Atom, key: Atom) -> None:
    """A dict that is kept by its items, and empty or differentiated, is read under a key that only the run knows: begin anew, or refuse it."""
    found = state.kind(key)
    fixed = isinstance(key, Const) or isinstance(found, Known) or isinstance(found, Text) and found.value is not None
    if fixed or not isinstance(handle, str):
        return
    location = state.heap.location(handle)
    if not isinstance(state.kinds.get(location), Dict) and location not in state.made_at:
        return
    kind = state.kind(state.read(handle))
    if isinstance(kind, Dict) and kind.items and all(isinstance(item, Closure) or isinstance(item, Known) and callable(item.value) for _, item in kind.items):
        return  # functions, of which one is chosen
    if isinstance(kind, Dict) and (not kind.items or state.varies(handle)):
        ask_for_map(state, handle)
        if kind.items and all(may_carry_derivative(item) and not isinstance(item, Closure) for _, item in kind.items):
            raise errors.error("W040", state.place, name="reading a dict under a key that only the run knows, where its values are of different kinds,")


def under_unknown_key(state: State, handle: Atom) -> None:
    """A dict that is kept by its items is written to under a key that only the run knows: begin anew, or refuse it."""
    ask_for_map(state, handle)
    raise errors.error("W083", state.place, what="a dict under a key that only the run knows")
