"""Through which arguments of a line a derivative may flow.

>>> differentiable_atoms(Apply(("y",), "write", ("a", "i", "x"))), differentiable_atoms(Apply(("y",), "np.where", ("c", "x", "z")))
(('a', 'x'), ('x', 'z'))
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from wengert.ir.core import Apply, Atom, Name
from wengert.ir.kinds import Kind, Map, Record
from wengert.ir.values import substitute
from wengert.rules.table import bind, is_flat, lookup

Picked: TypeAlias = "Callable[[tuple[Atom, ...]], tuple[Atom, ...]]"


def _all(args: tuple[Atom, ...]) -> tuple[Atom, ...]:
    return args


def _first(args: tuple[Atom, ...]) -> tuple[Atom, ...]:
    return args[:1]


def _two(args: tuple[Atom, ...]) -> tuple[Atom, ...]:
    return args[:2]


def _ends(args: tuple[Atom, ...]) -> tuple[Atom, ...]:
    return args[0], args[-1]


def _but_the_key(args: tuple[Atom, ...]) -> tuple[Atom, ...]:
    return args[0], *args[2:]


def _values(args: tuple[Atom, ...]) -> tuple[Atom, ...]:
    return args[1::2]


def _values_of_record(args: tuple[Atom, ...]) -> tuple[Atom, ...]:
    return args[2::2]


STRUCTURE: Mapping[str, Picked] = {
    **dict.fromkeys(("getitem", "next", "reversed", "pop", "pull", "take_key"), _first),
    **dict.fromkeys(("scatter_add", "add_at", "store", "write", "write_add", "insert", "add_key"), _ends),
    **dict.fromkeys((
        "tuple", "list", "unpack", "unpack_star", "append", "copy", "fresh", "snapshot", "unbroadcast", "project", "plus", "save", "restore",
        "unread", "iadd", "isub", "imul", "itruediv",
    ), _all),
    "push": _two, "get_key": _but_the_key, "pop_key": _but_the_key, "dict": _values, "mapping": _values, "record": _values_of_record,
}  # fmt: skip
"""Ops that hand derivatives on and have no row of their own: which of their arguments."""

RULED = frozenset({"ruled", "pushed"})
"""Lines of which a program says how they are differentiated (`transform/ruled.py`)."""

CONSTANT = frozenset({
    "checkpointed", "comment", "last_writes", "undo", "global", "cell", "getattr", "raise", "unit", "zero_of", "count", "set", "slice", "fstring", "format", "is_", "is_not", "in_",
    "not_in", "not_",
})  # fmt: skip
"""Ops without a row through which no derivative flows; through any other that is unknown it may, and is refused later."""


KEYS = frozenset({"reversed", "list_of"})
"""Ops that give the keys of a dict whose keys only the run knows."""


def differentiable_atoms(line: Apply, kinds: Mapping[Name, Kind] = {}) -> tuple[Atom, ...]:
    """The arguments through which a derivative may flow: those that the primitive's row names."""
    if line.op in RULED:  # the program that says how stands behind the values
        first = 1 + (len(line.targets) if line.op == "ruled" else 0)
        return line.args[first : first + line.args[first - 1].value.operands]  # type: ignore[union-attr]  # that argument is the constant with the program
    if line.op in KEYS and isinstance(substitute(kinds, line.args[0]), Map):
        return ()
    if line.op in STRUCTURE:
        return STRUCTURE[line.op](line.args)
    if line.op == "getattr" and isinstance(substitute(kinds, line.args[0]), Record):
        return line.args[:1]
    primitive = lookup(line.op)
    if primitive is None:
        return () if line.op in CONSTANT else line.args
    if is_flat(line, lambda atom: substitute(kinds, atom)):
        return ()
    call = bind(line)
    return tuple(atom for name in call.primitive.differentiable for atom in call.atoms(name))
