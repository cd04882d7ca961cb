"""Kinds as functions hand them to each other: without the names of axes that only one of them knows.

A callee is made once for all calls of it. So an axis of its arguments is called after the place where it first appears: `0.1` is axis 1 of
argument 0. Two axes of one name are of one length in every call.

>>> from wengert.ir.axes import MANY
>>> one, two = canonical([Array("float64", ("%3:0", MANY)), Array("float64", ("%3:0",))])
>>> one.axes, two.axes
(('0.0', '*'), ('0.0',))
>>> rename_axes(two, lambda axis, path: {"0.0": "x:0"}[axis]).axes
('x:0',)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TypeAlias

from wengert.ir.axes import MANY, Axis
from wengert.ir.kinds import NUMBER, Array, Closure, Dict, Kind, Known, List, Optional, Record, Scalar, Tuple, Union
from wengert.ir.kinds import (
    Iterator as IteratorKind,
)

Path: TypeAlias = tuple[int, ...]


def rename_axes(kind: Kind, rename: Callable[[Axis, Path], Axis], path: Path = ()) -> Kind:
    """The kind with other names for the axes of which the length is not known; `rename` is told where they stand."""

    def inside(kinds: Sequence[Kind]) -> tuple[Kind, ...]:
        return tuple(rename_axes(item, rename, (*path, k)) for k, item in enumerate(kinds))

    match kind:
        case Array(dtype, axes):
            return Array(dtype, tuple(axis if axis in (1, MANY) else rename(axis, (*path, k)) for k, axis in enumerate(axes)))
        case Tuple(items):
            return replace(kind, items=inside(items))
        case List(element, items):
            return List(rename_axes(element, rename, (*path, 0)), None if items is None else inside(items))
        case Dict(items) | Record(_, items):
            kinds = inside([item for _, item in items])
            return replace(kind, items=tuple((key, item) for (key, _), item in zip(items, kinds)))
        case Optional(inner):
            return Optional(rename_axes(inner, rename, path))
        case IteratorKind(element):
            return IteratorKind(rename_axes(element, rename, path))
        case Union(options):
            return Union(inside(options))  # type: ignore[arg-type]  # an option of a union stays one
    return kind


def axes_in(kind: Kind) -> Iterator[tuple[Path, Axis]]:
    """All such axes, with where they stand."""
    found: list[tuple[Path, Axis]] = []

    def note(axis: Axis, path: Path) -> Axis:
        found.append((path, axis))
        return axis

    rename_axes(kind, note)
    return iter(found)


def canonical(kinds: Sequence[Kind]) -> list[Kind]:
    """The kinds of the arguments of a callee, in names of axes that do not depend on the call."""
    names: dict[Axis, Axis] = {}
    made = []
    for k, kind in enumerate(kinds):

        def name(axis: Axis, path: Path, k: int = k) -> Axis:
            here = ".".join(map(str, (k, *path)))
            return here if axis == "?" else names.setdefault(axis, here)

        made.append(rename_axes(kind, name))
    return made


def local(kind: Kind, known: Sequence[Kind]) -> Kind:
    """The kind of the result of a callee: axes that are none of its arguments' are called after their own place."""
    given = {axis for other in known for _, axis in axes_in(other)}
    names: dict[Axis, Axis] = {}

    def name(axis: Axis, path: Path) -> Axis:
        here = ".".join(map(str, ("out", *path)))
        return axis if axis in given else here if axis == "?" else names.setdefault(axis, here)

    return rename_axes(kind, name)


def actual(kind: Kind, known: Sequence[Kind], given: Sequence[Kind], name: str) -> Kind:
    """The kind of the result of a call: the axes of the arguments by the names that they have there, others anew after `name`."""
    here: dict[Axis, Axis] = {}
    for one, other in zip(known, given):
        there = dict(axes_in_all(other))
        here.update((axis, there[path]) for path, axis in axes_in(one) if path in there and axis not in here)
    return rename_axes(kind, lambda axis, path: here.get(axis, f"{name}:{'.'.join(map(str, path))}"))


def axes_in_all(kind: Kind) -> Iterator[tuple[Path, Axis]]:
    """Every axis of every array, with where it stands."""
    match kind:
        case Array(_, axes):
            yield from (((k,), axis) for k, axis in enumerate(axes))
        case Tuple(items) | List(_, tuple(items)):
            yield from (((k, *path), axis) for k, item in enumerate(items) for path, axis in axes_in_all(item))
        case Dict(items) | Record(_, items):
            yield from (((k, *path), axis) for k, (_, item) in enumerate(items) for path, axis in axes_in_all(item))


def size_of(kind: Kind) -> int:
    """How many kinds it is made of.

    >>> size_of(Tuple((NUMBER, Tuple((NUMBER, NUMBER)))))
    5
    """
    match kind:
        case Tuple(items) | List(_, tuple(items)):
            return 1 + sum(map(size_of, items))
        case List(element) | IteratorKind(element):
            return 1 + size_of(element)
        case Dict(items) | Record(_, items):
            return 1 + sum(size_of(item) for _, item in items)
        case Optional(inner):
            return size_of(inner)
    return 1


def form_of(kind: Kind) -> Kind:
    """The kind for all numbers, and for arrays of any lengths: what two calls of a recursion have in common."""
    match kind:
        case Scalar(type="int" | "float" | "number"):
            return NUMBER
        case Known(value) if type(value) in (int, float):
            return NUMBER
        case Array(dtype, axes):
            return Array(dtype, (MANY,) * len(axes))
        case Tuple(items):
            return replace(kind, items=tuple(map(form_of, items)))
        case List(element, items):
            return List(form_of(element), None if items is None else tuple(map(form_of, items)))
        case Dict(items) | Record(_, items):
            return replace(kind, items=tuple((key, form_of(item)) for key, item in items))
    return kind


def stands_alone(kind: Kind) -> bool:
    """Is all that is known of such a value in its kind? Not so of a nested function, or of an object that is known by its fields.

    >>> from wengert.ir.kinds import Closure
    >>> stands_alone(Tuple((NUMBER,))), stands_alone(Tuple((Closure("f.0"),)))
    (True, False)
    """
    match kind:
        case Closure():
            return False
        case Tuple(items) | List(_, tuple(items)):
            return all(map(stands_alone, items))
        case List(element) | IteratorKind(element) | Optional(element):
            return stands_alone(element)
        case Record(_, items):
            return bool(items) and all(stands_alone(item) for _, item in items)
        case Dict(items):
            return all(stands_alone(item) for _, item in items)
    return True
