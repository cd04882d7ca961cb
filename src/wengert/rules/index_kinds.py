"""The kind of `x[i]`: basic and advanced indexing, and what is known of the length of a slice.

Lengths of slices are named after the array they are cut from, so that the pieces of a stencil are seen to be equal:

>>> u = Array("float64", (MANY,))
>>> cut = lambda a, b: item_kind(u, Slice(Known(a), Known(b), Known(None)), "u.1", "%0").axes
>>> cut(2, None), cut(1, -1), cut(None, -2), cut(None, 1), cut(None, None)
(('u.1:0-2',), ('u.1:0-2',), ('u.1:0-2',), (1,), ('*',))
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from wengert.ir.axes import EMPTY, MANY, Axis, broadcast_axes
from wengert.ir.kinds import (
    INT,
    NUMERIC,
    UNKNOWN,
    Array,
    Dict,
    Iterator,
    Kind,
    Known,
    List,
    Map,
    NumpyScalar,
    Optional,
    Range,
    Record,
    Scalar,
    Slice,
    Text,
    Tuple,
    scalar_type,
)
from wengert.ir.lattice import join, join_all
from wengert.rules.result_kinds import NotStatic, as_result, static


def positional(kind: Kind) -> Kind:
    """A namedtuple as the tuple that it is; other kinds as they are."""
    return Tuple(tuple(item for _, item in kind.items)) if isinstance(kind, Record) and issubclass(kind.cls, tuple) else kind


def element_of(kind: Kind) -> Kind:
    """The kind of what iterating over a value gives.

    >>> element_of(Array("float64", (MANY, 1))), element_of(List(INT))
    (Array(dtype='float64', axes=(1,)), Scalar(type='int'))
    """
    match positional(kind):
        case List(element) | Iterator(element):
            return element
        case Tuple(items):
            return join_all(items)
        case Array(dtype, axes) if axes:
            return as_result(dtype, axes[1:])
        case Range():
            return INT
        case Text():
            return Text()
        case Map(key):
            return key
        case Dict(items):
            return join_all([Text(key) if isinstance(key, str) else Known(key) for key, _ in items])
    return UNKNOWN


def item_kind(kind: Kind, index: Kind, name: str, fresh: str) -> Kind:
    """The kind of `x[index]`; `name` is x's own name, `fresh` names lengths that are new."""
    kind = positional(kind)
    match kind:
        case Tuple(items) | List(_, tuple(items)):
            try:
                picked = items[static(index)]
            except (NotStatic, TypeError, IndexError):
                if isinstance(index, Slice):
                    return List(kind.element) if isinstance(kind, List) else UNKNOWN
                return element_of(kind) if _is_int(index) else UNKNOWN
            if isinstance(picked, tuple):
                return Tuple(picked) if isinstance(kind, Tuple) else List(kind.element, picked)
            known: Kind = picked
            return known
        case List(element):
            return type(kind)(element) if isinstance(index, Slice) else element if _is_int(index) else UNKNOWN
        case Dict(items):
            try:
                key = static(index)
            except NotStatic:
                return join_all([item for _, item in items]) if items else UNKNOWN
            return next((item for known, item in items if type(known) is type(key) and known == key), UNKNOWN)
        case Map(_, element):
            return element
        case Range():
            return Range() if isinstance(index, Slice) else INT if _is_int(index) else UNKNOWN
        case Text():
            return Text()
        case Array(dtype, axes):
            indices = index.items if isinstance(index, Tuple) else (index,)
            return _array_item(dtype, axes, indices, name, fresh)
        case Optional(inner):  # None has no items
            return item_kind(inner, index, name, fresh)
    return UNKNOWN


def replaced_item(kind: Kind, path: Sequence[Kind], value: Kind) -> Kind:
    """The kind of `x` after `x[path[0]]...[path[-1]] = value`: an array keeps its own, a list or dict gets another item.

    >>> replaced_item(Dict((("k", INT),)), (Text("k"),), Array("float64", (MANY,)))
    Dict(items=(('k', Array(dtype='float64', axes=('*',))),))
    """
    index, *rest = path
    match kind:
        case List(element, items):
            if isinstance(index, Slice):
                return List(join_all([element, element_of(value)]))
            made = replaced_item(item_kind(kind, index, "", ""), rest, value) if rest else value
            try:
                position = range(len(items or ()))[static(index)]
            except (NotStatic, TypeError, IndexError):
                return List(join_all([element, made]))
            known = (*(items or ())[:position], made, *(items or ())[position + 1 :])
            return List(join_all(known), known)
        case Dict(pairs):
            try:
                key = static(index)
            except NotStatic:
                return UNKNOWN
            made = replaced_item(item_kind(kind, index, "", ""), rest, value) if rest else value
            if any(type(other) is type(key) and other == key for other, _ in pairs):
                return Dict(tuple((other, made if type(other) is type(key) and other == key else item) for other, item in pairs))
            return Dict((*pairs, (key, made)))
        case Map(key, element, default):
            made = replaced_item(element, rest, value) if rest else value
            return Map(join(key, unvalued(index)), join(element, unvalued(made)), default)
        case Tuple(items) if rest:  # what a tuple or an object holds is written into
            changed = [replaced_item(item, rest, value) for item in items]
            try:
                position = range(len(items))[static(index)]
            except (NotStatic, TypeError, IndexError):
                return replace(kind, items=tuple(map(join, items, changed)))
            return replace(kind, items=(*items[:position], changed[position], *items[position + 1 :]))
        case Optional(inner):
            return Optional(replaced_item(inner, path, value))
    return kind


def unvalued(kind: Kind) -> Kind:
    """The kind of all keys, or values, of which one is known.

    >>> unvalued(Tuple((Text("a"), Known(1))))
    Tuple(items=(Text(value=None), Scalar(type='int')))
    """
    if isinstance(kind, Text):
        return Text()
    if type(kind) is Tuple:
        return Tuple(tuple(map(unvalued, kind.items)))
    number = scalar_type(kind)
    return Scalar(number) if number is not None else kind


def _is_int(kind: Kind) -> bool:
    return scalar_type(kind) == "int" or (isinstance(kind, NumpyScalar) and kind.dtype.startswith(("int", "uint")))


def _array_item(dtype: str, axes: tuple[Axis, ...], indices: Sequence[Kind], name: str, fresh: str) -> Kind:
    consumed = sum(_consumes(index) for index in indices)
    ellipses = [i for i, index in enumerate(indices) if index == Known(Ellipsis)]
    if consumed > len(axes) or len(ellipses) > 1:
        return UNKNOWN
    full: list[Kind] = [Slice(Known(None), Known(None), Known(None))] * (len(axes) - consumed)
    where = ellipses[0] if ellipses else len(indices)
    indices = [*indices[:where], *full, *indices[where + 1 :]]
    advanced = any(isinstance(index, (Array, List)) for index in indices)
    result: list[Axis] = []
    broadcast: list[tuple[Axis, ...]] = []  # the shapes of the advanced indices
    positions: list[int] = []  # where among the indices they stand
    place = 0  # where in the result their axes go
    axis = 0
    for position, index in enumerate(indices):
        if isinstance(index, Slice):
            result.append(slice_axis(axes[axis], index, f"{name}:{axis}", f"{fresh}:{axis}"))
        elif index == Known(None):
            result.append(1)
        elif _is_int(index) and not advanced:
            pass
        else:
            shape = _advanced_axes(index, f"{fresh}:{axis}")
            if shape is None:
                return NUMERIC if _is_int(index) or isinstance(index, Array) else UNKNOWN
            broadcast.append(shape)
            place = place if positions else len(result)
            positions.append(position)
        axis += _consumes(index)
    if advanced:
        adjacent = positions[-1] - positions[0] == len(positions) - 1
        place = place if adjacent else 0
        result[place:place] = broadcast_axes(broadcast, f"{fresh}:i")
    return Array(dtype, tuple(result)) if ellipses or advanced or result else NumpyScalar(dtype)


def _consumes(index: Kind) -> int:
    if index == Known(None) or index == Known(Ellipsis):
        return 0
    return len(index.axes) if isinstance(index, Array) and index.dtype == "bool" else 1


def _advanced_axes(index: Kind, fresh: str) -> tuple[Axis, ...] | None:
    if _is_int(index):
        return ()
    if isinstance(index, Array):
        if index.dtype == "bool":
            return (fresh,)
        return index.axes if index.dtype.startswith(("int", "uint")) else None
    if isinstance(index, List) and _is_int(index.element):
        if index.items is None:
            return (fresh,)
        return (1 if len(index.items) == 1 else MANY if index.items else EMPTY,)
    return None


def slice_axis(axis: Axis, index: Slice, name: str, fresh: str) -> Axis:
    """The length of a slice of an axis: 1 or MANY where that is sure for every length the axis may have."""
    try:
        cut: Any = static(index)
    except NotStatic:
        return fresh
    bounds = (cut.start, cut.stop, cut.step)
    if not all(bound is None or type(bound) is int for bound in bounds) or cut.step == 0:
        return fresh
    far = 2 + 2 * max((abs(bound) for bound in bounds if bound is not None), default=0)
    if far > 200:
        return fresh
    lengths = [1] if axis == 1 else range(2 if axis == MANY else 0, far + 4)
    cuts = [len(range(*cut.indices(n))) for n in lengths]
    if cuts == list(lengths):
        return axis
    if all(n == 1 for n in cuts):
        return 1
    if all(n > 1 for n in cuts):
        return MANY
    if all(n == 0 for n in cuts):
        return EMPTY
    if axis == 1 or axis == "?":
        return fresh
    source = name if axis == MANY else axis
    less = lengths[-1] - cuts[-1]
    if cuts == [max(n - less, 0) for n in lengths]:
        base, minus, before = source.rpartition("-")
        return f"{base}-{int(before) + less}" if minus and before.isdigit() else f"{source}-{less}"
    return f"{source}[{':'.join('' if bound is None else str(bound) for bound in bounds)}]"
