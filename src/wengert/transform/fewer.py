"""Fewer arrays are saved: one that is nearly as long as the others, and that these are quickly made of.

    u_1 = c * u[1:-1]                     u_1_tape, u_2_tape                u_tape
    u_2 = u[2:] - u[:-2]            ==>   two arrays a turn           ==>   one, before it is overwritten
    u[1:-1] -= u_1 * u_2

An operation on arrays at hand costs less than to write an array into memory of its own and to fetch it from there, once they are long.
Only parts that leave out a few elements at the ends count, since a copy of the whole would cost more than a short part of it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from wengert.ir.core import Apply, Atom, Const, Line, Name
from wengert.ir.kinds import Array, Kind

QUICK = frozenset({"add", "sub", "mul"})

MARGIN = 8
"""So many elements may be left out at an end."""


def made_of(name: Name, line_of: Mapping[Name, Line], kind: Callable[[Atom], Kind], inner: Callable[[Atom], bool]) -> Name | None:
    """The one array of a turn that a value is made of, by parts of it and at most one quick operation; None if it is not so."""
    line = line_of.get(name)
    if not isinstance(line, Apply) or not _is_array(kind(name)):
        return None
    if line.op not in QUICK:
        return _whole(name, line_of, kind, inner)
    if line.keywords:
        return None
    found = {_whole(atom, line_of, kind, inner) if _is_array(kind(atom)) else None for atom in line.args if inner(atom)}
    return found.pop() if len(found) == 1 else None


def _whole(atom: Atom, line_of: Mapping[Name, Line], kind: Callable[[Atom], Kind], inner: Callable[[Atom], bool]) -> Name | None:
    """The array of which the value is nearly all, seen through a view."""
    line = line_of.get(atom) if isinstance(atom, str) else None
    if not isinstance(atom, str) or not inner(atom):
        return None
    if not isinstance(line, Apply) or line.op != "getitem":
        return atom
    array, index = line.args
    made = line_of.get(index) if isinstance(index, str) else None
    parts = made.args if isinstance(made, Apply) and made.op == "tuple" else (index,)
    if all(_is_nearly_all(line_of.get(part) if isinstance(part, str) else None) for part in parts):
        return _whole(array, line_of, kind, inner)
    return None


def _is_nearly_all(line: Line | None) -> bool:
    """Is it `1:-1`, `2:` or the like?"""
    if not isinstance(line, Apply) or line.op != "slice":
        return False
    start, stop, step = (atom.value if isinstance(atom, Const) else ... for atom in line.args)
    begins = start is None or (type(start) is int and 0 <= start <= MARGIN)
    ends = stop is None or (type(stop) is int and -MARGIN <= stop < 0)
    return begins and ends and step in (None, 1)


def _is_array(kind: Kind) -> bool:
    return isinstance(kind, Array) and kind.axes != ()


def gathered(names: Collection[Name], saved: Collection[Name], root_of: Callable[[Name], Name | None]) -> dict[Name, list[Name]]:
    """The arrays to be saved in the place of two others or more, each with those."""
    found: dict[Name, list[Name]] = {}
    for name in names:
        root = root_of(name)
        if root is not None and root != name:
            found.setdefault(root, []).append(name)
    return {root: parts for root, parts in found.items() if len(parts) > 1 or root in saved}
