"""Adjoints while the reverse sweep is being written: who has which, and not yet written down.

A *place* is a value, or a part of a container value (`("params", "W1")`), to which an adjoint belongs. Reading a part of a
container by a constant key makes no new place: the adjoint of `params["W1"]` is a part of that of `params`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeAlias

from wengert.ir.build import Builder
from wengert.ir.core import Apply, Atom, Const, Function, Name
from wengert.ir.kinds import (
    Array,
    Axis,
    Dict,
    Iterator,
    Kind,
    List,
    Tuple,
    axes_of,
    is_scalar,
    may_carry_derivative,
    same_axis,
)
from wengert.ir.walk import base, lines_of
from wengert.transform.terms import Term, term_axes, write

Spot: TypeAlias = tuple[Any, ...]  # (name, key, key ...)
GATHERED = "@"
"""Begins the name under which a loop gathers the adjoints of its elements; it stands in no program."""

Bars: TypeAlias = dict[Spot, list[Term]]


def parts(kind: Kind) -> list[tuple[Spot, Kind]]:
    """The parts of a value that carry derivatives, by their path.

    >>> from wengert.ir.kinds import FLOAT, INT
    >>> parts(Tuple((FLOAT, INT, Dict((("w", FLOAT),)))))
    [((0,), Scalar(type='float')), ((2, 'w'), Scalar(type='float'))]
    """
    items: list[tuple[Any, Kind]]
    match kind:
        case Tuple(kinds):
            items = list(enumerate(kinds))
        case List(_, kinds) if kinds is not None:
            items = list(enumerate(kinds))
        case Dict(pairs):
            items = list(pairs)
        case _:
            return [((), kind)] if may_carry_derivative(kind) else []
    return [((key, *path), inner) for key, item in items for path, inner in parts(item)]


def is_container(kind: Kind) -> bool:
    """Is its adjoint kept by parts?"""
    return isinstance(kind, (Tuple, Dict)) or (isinstance(kind, List) and kind.items is not None)


class Spots:
    """Which values are parts of which."""

    def __init__(self, function: Function, kinds: Mapping[Name, Kind]) -> None:
        self._parent: dict[Name, tuple[Name, Any]] = {}
        for line in lines_of(function):
            if not isinstance(line, Apply) or not line.args or not isinstance(line.args[0], str):
                continue
            source = line.args[0]
            if not is_container(kinds.get(source, Array("", ()))):
                continue
            if line.op == "getitem" and isinstance(line.args[1], Const):
                key = line.args[1].value
                kind = kinds[source]
                if isinstance(key, int) and key < 0 and isinstance(kind, (Tuple, List)) and kind.items is not None:
                    key += len(kind.items)
                self._parent[line.targets[0]] = (source, key)
            elif line.op == "unpack":
                keys: list[Any] = list(range(len(line.targets)))
                source_kind = kinds[source]
                if isinstance(source_kind, Dict):
                    continue
                self._parent.update((target, (source, key)) for target, key in zip(line.targets, keys))

    def of(self, name: Name) -> Spot:
        path: list[Any] = []
        while name in self._parent:
            name, key = self._parent[name]
            path.append(key)
        return (name, *reversed(path))

    def is_part(self, name: Name) -> bool:
        return name in self._parent


def hint(spot: Spot, suffix: str = "_bar") -> str:
    """The name that the adjoint of a spot asks for: `x_bar`, `W1_bar`, `params_0_bar`."""
    if spot[0].startswith(GATHERED):
        return f"{base(spot[0])[1:]}{suffix}s"
    name = base(spot[0])
    for key in spot[1:]:
        name = key if isinstance(key, str) and key.isidentifier() else f"{name}_{key}"
    return name + suffix


def primal(b: Builder, spot: Spot) -> Atom:
    """The value at a spot."""
    value: Atom = spot[0]
    for key in spot[1:]:
        value = b.apply("getitem", value, Const(key))
    return value


def kind_at(b: Builder, spot: Spot) -> Kind:
    kind = b.kind(spot[0])
    for key in spot[1:]:
        if isinstance(kind, Dict):
            kind = dict(kind.items)[key]
        elif isinstance(kind, (Tuple, List)) and kind.items is not None:
            kind = kind.items[key]
    return kind


def zero(b: Builder, spot: Spot) -> Atom:
    """The adjoint of a value to which nothing contributes."""
    kind = kind_at(b, spot)
    if is_scalar(kind):
        return Const(0.0)
    if isinstance(kind, Iterator):
        return b.apply("list", hint=hint(spot))
    if isinstance(kind, List):
        return b.apply("mul", b.apply("list", Const(0.0)), b.apply("len", primal(b, spot)), hint=hint(spot))
    return b.apply("np.zeros_like", primal(b, spot), hint=hint(spot))


def full(b: Builder, value: Atom, spot: Spot) -> Atom:
    """The adjoint in the full shape of the value; until it is asked for, a sum's adjoint stays one number."""
    if isinstance(kind_at(b, spot), (List, Iterator)):
        return value
    axes, have = axes_of(kind_at(b, spot)), axes_of(b.kind(value))
    if axes == () or (axes is not None and axes == have):
        return value
    if axes is None:
        return b.apply("unbroadcast", value, primal(b, spot), hint=hint(spot)) if have is not None else value
    if have == ():
        if isinstance(value, Const) and value.value in (0.0, 1.0):
            return b.apply("np.ones_like" if value.value else "np.zeros_like", primal(b, spot), hint=hint(spot))
        return b.apply("np.full_like", primal(b, spot), value, hint=hint(spot))
    if have is not None and len(have) == len(axes) and all(x == y or y != 1 and x != 1 for x, y in zip(axes, have)):
        return value
    return b.apply("np.broadcast_to", value, shape_of(b, primal(b, spot)), hint=hint(spot))


def shape_of(b: Builder, value: Atom) -> Name:
    return b.apply("np.shape", value, spelled=".shape" if isinstance(b.kind(value), Array) else None)


def reduced(b: Builder, term: Term, whole: Name, operand: Atom) -> Term:
    """A contribution in the shape of `whole`, a line's result, summed to the shape of one of its operands."""
    if isinstance(b.kind(whole), (List, Iterator)):
        return term
    result, wanted = axes_of(b.kind(whole)), axes_of(b.kind(operand))
    if (wanted == () and result == ()) or isinstance(b.kind(operand), List):
        return term
    if result is not None and wanted is not None and _same(result, wanted):
        return term
    have = term_axes(b, term)
    name = f"{base(operand)}_bar" if isinstance(operand, str) else ""
    if wanted is None or result is None:
        value = write(b, [term])
        if have == ():
            value = b.apply("np.broadcast_to", value, shape_of(b, whole))
        return Term(b.apply("unbroadcast", value, operand, hint=name))
    extra = len(result) - len(wanted)
    stretched = [extra + k for k, axis in enumerate(wanted) if axis == 1 and result[extra + k] != 1]
    unclear = any(axis != 1 and not _alike(axis, result[extra + k]) for k, axis in enumerate(wanted))
    if have == () and wanted == ():
        return Term(write(b, [Term(term.base, term.coefficient, (*term.factors, ("*", b.apply("np.size", whole, spelled=".size" if isinstance(b.kind(whole), Array) else None))))]))
    value = write(b, [replace(term, coefficient=1)])  # the sum first: a factor of -1 costs less after it
    if have is None or len(have) < len(result) or any(h == 1 and r != 1 for h, r in zip(have, result)):
        value = b.apply("np.broadcast_to", value, shape_of(b, whole))
    if unclear or (extra and stretched):
        return Term(b.apply("unbroadcast", value, operand, hint=name), term.coefficient)
    if not wanted:
        return Term(b.apply("np.sum", value, spelled=".sum" if isinstance(b.kind(value), Array) else None, hint=name), term.coefficient)
    axes = list(range(extra)) or stretched
    axis = Const(axes[0] if len(axes) == 1 else tuple(axes))
    keywords = [("axis", axis), *([("keepdims", Const(True))] if stretched else [])]
    return Term(b.apply("np.sum", value, keywords=keywords, spelled=".sum", hint=name), term.coefficient)


def _alike(a: Axis, b: Axis) -> bool:
    return same_axis(a, b)


def _same(a: tuple[Axis, ...], b: tuple[Axis, ...]) -> bool:
    return len(a) == len(b) and all(map(same_axis, a, b))
