"""Lengths that are others in each turn: what a list gathers of them are arrays of any length.

    for k in range(n):
        part = x[:k]          # an array of a length that is called '%3:0'
        parts.append(part)    # a list of arrays of lengths nobody knows: the next turn's '%3:0' is another one

A length is named after the line that gives it. Its name says nothing about what another turn has put into a list, dict, tuple or object.

>>> from wengert.ir.kinds import FLOAT
>>> ragged(List(Array("float64", ("%3:0", "x:0"))), lambda axis: axis.startswith("%3"))
List(element=Array(dtype='float64', axes=('?', 'x:0')), items=None)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from wengert.ir.axes import Axis
from wengert.ir.kinds import Array, Dict, Iterator, Kind, List, Map, NumpyScalar, Optional, Packed, Record, Scalar, Tuple, Union

UNSURE = "?"


def ragged(kind: Kind, inside: Callable[[str], bool], held: bool = False) -> Kind:
    """The kind of what several turns have put together; `inside` says of which names of lengths there is one in each turn."""

    def each(item: Kind) -> Kind:
        return ragged(item, inside, True)

    match kind:
        case Array(axes=axes) if held:
            found: tuple[Axis, ...] = tuple(UNSURE if isinstance(axis, str) and inside(axis) else axis for axis in axes)
            return kind if found == axes else replace(kind, axes=found)
        case List(element, items):
            return replace(kind, element=each(element), items=None if items is None else tuple(map(each, items)))
        case Iterator(element):
            return Iterator(each(element))
        case Map(_, element):
            return replace(kind, element=each(element))
        case Tuple(items) | Packed(items):
            return replace(kind, items=tuple(map(each, items)))
        case Dict(pairs) | Record(_, pairs):
            return replace(kind, items=tuple((key, each(item)) for key, item in pairs))
        case Optional(inner):
            return Optional(ragged(inner, inside, held))
        case Union(options):
            return Union(tuple(option for option in (ragged(option, inside, held) for option in options) if isinstance(option, (Scalar, NumpyScalar, Array))))
    return kind


def named_axes(kind: Kind, name: str) -> Kind:
    """The kind of one array of those: whatever its lengths are, they have a name.

    >>> named_axes(Array("float64", ("?", "*")), "row.0")
    Array(dtype='float64', axes=('row.0:0', '*'))
    """
    if isinstance(kind, Array) and UNSURE in kind.axes:
        return replace(kind, axes=tuple(f"{name}:{k}" if axis == UNSURE else axis for k, axis in enumerate(kind.axes)))
    return kind
