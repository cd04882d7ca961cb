"""Write the lines of one program into another, under names of their own.

>>> from wengert.ir.build import Names
>>> from wengert.ir.text import parse
>>> square = parse('''
... function square(x):
...     y.0 = x * x
...     return y.0
... ''')
>>> b = Builder(Names({"y.0", "z.0"}))
>>> write_program(b, square, ["z.0"])
'y.1'
>>> b.lines[0].op, b.lines[0].args
('mul', ('z.0', 'z.0'))
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from wengert.ir.build import Builder
from wengert.ir.core import Atom, Function, Name, Return
from wengert.ir.kinds import UNKNOWN, Array, Dict, Iterator, Kind, List, Optional, Record, Tuple, Union
from wengert.ir.walk import all_names, base, rename


def write_program(b: Builder, program: Function, args: Sequence[Atom]) -> Atom:
    """Write the lines of a closed program for these arguments, under fresh names; its result."""
    mapping: dict[Name, Atom] = dict(zip(program.parameters, args))
    fresh: dict[Name, Name] = {}
    for name in sorted(all_names(program) - set(program.parameters)):
        fresh[name] = b.names.fresh("" if name.startswith("%") and name[1:].isdigit() else base(name))
    b.kinds.update((new, renamed_axes(program.kinds.get(name, UNKNOWN), fresh)) for name, new in fresh.items())
    block = rename(program.body, {**mapping, **fresh}, definitions=True)  # at once: a fresh name may be that of a parameter
    b.lines += [line if line.place is not None else replace(line, place=b.place) for line in block.lines]
    assert isinstance(block.terminator, Return)
    return block.terminator.value


def renamed_axes(kind: Kind, names: Mapping[Name, Name]) -> Kind:
    """The kind with the symbols of its axes, which bear names of the program that made them, under those names' new ones.

    >>> renamed_axes(Array("float64", ("*", "%1:0")), {"%1": "%8"})
    Array(dtype='float64', axes=('*', '%8:0'))
    """
    def again(inner: Kind) -> Kind:
        return renamed_axes(inner, names)

    match kind:
        case Array(dtype, axes):
            parted = [axis.rpartition(":") if isinstance(axis, str) else ("", "", axis) for axis in axes]
            return Array(dtype, tuple(f"{names[p[0]]}:{p[2]}" if p[0] in names else axis for p, axis in zip(parted, axes)))
        case Tuple(items):
            return Tuple(tuple(map(again, items)))
        case List(element, items):
            return List(again(element), None if items is None else tuple(map(again, items)))
        case Dict(pairs) | Record(_, pairs):
            return replace(kind, items=tuple((key, again(item)) for key, item in pairs))
        case Iterator(element):
            return Iterator(again(element))
        case Optional(inner):
            return Optional(again(inner))
        case Union(options):
            return Union(tuple(again(option) for option in options))  # type: ignore[misc]  # an option of a union stays one
    return kind
