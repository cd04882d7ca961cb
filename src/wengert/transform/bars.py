"""Adjoints while the reverse sweep is being written: who has which, and not yet written down.

A *place* is a value, or a part of a container value (`("params", "W1")`), to which an adjoint belongs. Reading a part of a
container by a constant key makes no new place: the adjoint of `params["W1"]` is a part of that of `params`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from wengert.ir.axes import MANY, Axis, same_axis
from wengert.ir.build import Builder
from wengert.ir.core import Apply, Atom, Const, Function, Name
from wengert.ir.kinds import (
    FLOAT,
    NUMERIC,
    UNKNOWN,
    Array,
    Dict,
    Iterator,
    Kind,
    Known,
    List,
    Map,
    Record,
    Saved,
    Tuple,
    Unknown,
    axes_of,
    is_complex,
    is_real,
    is_scalar,
    may_be_complex,
    may_carry_derivative,
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
    items = items_of(kind)
    if items is None:
        return [((), kind)] if may_carry_derivative(kind) else []
    return [((key, *path), inner) for key, item in items for path, inner in parts(item)]


def items_of(kind: Kind) -> list[tuple[Any, Kind]] | None:
    """The items of a container whose adjoint is kept by parts, by their keys; None for what is no such container."""
    match kind:
        case Tuple(kinds) | List(_, tuple(kinds)):
            return list(enumerate(kinds))
        case Dict(pairs) | Record(_, pairs):
            return list(pairs)
    return None


def has_part(kind: Kind, key: Any) -> bool:
    """May a container of this kind have an item of this key?"""
    items = items_of(kind)
    return items is None or any(key == one for one, _ in items)


def item(b: Builder, value: Atom, key: Any, kind: Kind) -> Name:
    """An item of a container of this kind."""
    return b.apply("getattr" if isinstance(kind, Record) else "getitem", value, Const(key))


def packed(b: Builder, kind: Kind, values: Sequence[Atom]) -> Name:
    """A container of this kind that holds other values."""
    match kind:
        case Dict(pairs):
            return b.apply("dict", *(atom for (key, _), value in zip(pairs, values) for atom in (Const(key), value)))
        case Record(cls, pairs):
            named = [atom for (key, _), value in zip(pairs, values) for atom in (Const(key), value)]
            return b.apply("record", Const(cls), *named)
    return b.apply("tuple" if isinstance(kind, Tuple) else "list", *values)


def follow(b: Builder, value: Atom, kind: Kind, path: Spot) -> Atom:
    """A part of a container of this kind."""
    for key in path:
        value = item(b, value, key, kind)
        kind = dict(items_of(kind) or ())[key]
    return value


def is_container(kind: Kind) -> bool:
    """Is its adjoint kept by parts?"""
    return items_of(kind) is not None


def is_table(kind: Kind) -> bool:
    """Is it a list of any number of lists, whose adjoint is one like it throughout?

    >>> from wengert.ir.kinds import FLOAT
    >>> is_table(List(List(FLOAT))), is_table(List(FLOAT))
    (True, False)
    """
    return isinstance(kind, List) and kind.items is None and isinstance(kind.element, List) and kind.element.items is None


class Spots:
    """Which values are parts of which."""

    def __init__(self, function: Function, kinds: Mapping[Name, Kind]) -> None:
        self._parent: dict[Name, tuple[Name, Any]] = {}
        self._children: dict[Name, dict[Any, Name]] = {}
        for line in lines_of(function):
            if not isinstance(line, Apply) or not line.args or not isinstance(line.args[0], str):
                continue
            source = line.args[0]
            if not is_container(kinds.get(source, Array("", ()))):
                continue
            kind = kinds.get(source, UNKNOWN)
            if line.op == "getattr" and isinstance(kind, Record) and isinstance(line.args[1], Const):
                self._parent[line.targets[0]] = (source, line.args[1].value)
            elif line.op == "getitem" and isinstance(line.args[1], Const):
                key = line.args[1].value
                if isinstance(kind, Record):
                    key = kind.items[key][0] if isinstance(key, int) else key
                elif isinstance(key, int) and key < 0 and isinstance(kind, (Tuple, List)) and kind.items is not None:
                    key += len(kind.items)
                if key not in dict(items_of(kind) or ()):
                    continue  # this line raises
                self._parent[line.targets[0]] = (source, key)
            elif line.op == "unpack":
                keys: list[Any] = list(range(len(line.targets)))
                if isinstance(kind, Dict):
                    continue
                if isinstance(kind, Record):
                    keys = [field for field, _ in kind.items]
                self._parent.update((target, (source, key)) for target, key in zip(line.targets, keys))

    def of(self, name: Name) -> Spot:
        path: list[Any] = []
        while name in self._parent:
            name, key = self._parent[name]
            path.append(key)
        return (name, *reversed(path))

    def children(self, name: Name) -> Mapping[Any, Name]:
        """The names that the program has for parts of a value, by their keys."""
        if not self._children:
            for part, (source, key) in self._parent.items():
                self._children.setdefault(source, {}).setdefault(key, part)
        return self._children.get(name, {})

    def is_part(self, name: Name) -> bool:
        return name in self._parent


def hint(spot: Spot, suffix: str = "_bar") -> str:
    """The name that the adjoint of a spot asks for: `x_bar`, `W1_bar`, `params_0_bar`."""
    if spot[0].startswith(GATHERED):
        return f"{base(spot[0])[1:]}{suffix}s"
    name = base(spot[0])
    for key in spot[1:]:
        name = key if isinstance(key, str) and key.isidentifier() else f"{name}_{_identifier(key)}"
    return name + suffix


def _identifier(key: Any) -> str:
    """A key as a part of a name: `0_1` of `(0, 1)`."""
    return "_".join(filter(None, re.split(r"\W+", str(key))))


def primal(b: Builder, spot: Spot) -> Atom:
    """The value at a spot."""
    return follow(b, spot[0], b.kind(spot[0]), spot[1:])


def kind_at(b: Builder, spot: Spot) -> Kind:
    kind = b.kind(spot[0])
    for key in spot[1:]:
        kind = dict(items_of(kind) or ()).get(key, kind)
    return kind


def zero(b: Builder, spot: Spot) -> Atom:
    """The adjoint of a value to which nothing contributes."""
    kind = kind_at(b, spot)
    return Const(0j if is_complex(kind) else 0.0) if is_scalar(kind) else zero_like(b, kind, primal(b, spot), hint(spot))


def zero_like(b: Builder, kind: Kind, value: Atom, hint: str) -> Atom:
    """The adjoint of a value of this kind to which nothing contributes; `value` is of its size."""
    if isinstance(kind, (Saved, Unknown, Known)):  # of unknown kind it may be a list
        return b.apply("zero_of", value, hint=hint)
    if isinstance(kind, Iterator):
        return b.apply("list", hint=hint)
    if isinstance(kind, List):
        return zeros(b, kind, value, hint)
    if isinstance(kind, Map):
        return b.apply("mapping", hint=hint)
    if isinstance(kind, Tuple):
        return b.apply("mul", b.apply("list", Const(0.0)), b.apply("len", value), hint=hint)
    return b.apply("np.zeros_like", value, hint=hint)


def zeros(b: Builder, kind: List, value: Atom, hint: str = "") -> Name:
    """A list of as many zeros as a list has items: of numbers, of tuples of them, or of trees like its items."""
    if isinstance(kind.element, (Tuple, Dict, Record)) and not parts(kind.element):  # numbers of the text, whose tangents are zero
        return b.apply("zero_of", value, hint=hint)
    if _are_trees(kind.element):
        return b.apply("zero_of", value, hint=hint)
    return b.apply("mul", b.apply("list", nothing(b, kind.element)), b.apply("len", value), hint=hint)


def _any_numbers(kind: Kind) -> Kind:
    """A tree of zeros that others take the place of, as a kind: they will not stay zeros."""
    match kind:
        case Tuple(items):
            return Tuple(tuple(map(_any_numbers, items)))
        case Dict(pairs):
            return Dict(tuple((key, _any_numbers(item)) for key, item in pairs))
        case Record(cls, pairs):
            return Record(cls, tuple((field, _any_numbers(item)) for field, item in pairs))
    return FLOAT if isinstance(kind, Known) and type(kind.value) is float else kind


def _are_trees(kind: Kind) -> bool:
    """Are the items of a list of this kind such that no number stands for their zero?"""
    if isinstance(kind, (List, Saved)) or (isinstance(kind, Array) and kind.axes != ()):
        return True
    return items_of(kind) is not None and not all(is_scalar(inner) for _, inner in parts(kind))


def nothing(b: Builder, kind: Kind) -> Atom:
    """The adjoint of an item of a list to which nothing contributes: of a tuple a tuple of zeros, else a zero that stands for all."""
    items = items_of(kind)
    if not items or not all(is_scalar(inner) or isinstance(inner, Array) for _, inner in parts(kind)):
        return Const(0.0)
    made = packed(b, kind, [nothing(b, item) if parts(item) else Const(None) for _, item in items])
    b.kinds[made] = _any_numbers(b.kind(made))
    return made


def cleared(b: Builder, kind: Kind) -> Atom:
    """The adjoint of an item that something else is put into the place of: a tuple of zeros, in which a number stands for that of a list."""
    if not isinstance(kind, Tuple) or all(is_scalar(inner) or isinstance(inner, Array) for _, inner in parts(kind)):
        return nothing(b, kind) if is_container(kind) else Const(0.0)
    made = packed(b, kind, [cleared(b, item) if parts(item) else Const(None) for _, item in items_of(kind) or ()])
    b.kinds[made] = kind
    return made


def full(b: Builder, value: Atom, spot: Spot) -> Atom:
    """The adjoint in the full shape of the value; until it is asked for, a sum's adjoint stays one number."""
    if isinstance(kind_at(b, spot), (List, Map, Iterator, Saved)):
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
    if isinstance(b.kind(whole), (List, Map, Iterator, Saved)):
        return term
    result, wanted = axes_of(b.kind(whole)), axes_of(b.kind(operand))
    if (wanted == () and result == ()) or isinstance(b.kind(operand), List):
        return term
    if result is not None and wanted is not None:  # an axis of two elements or more is as long in what it was broadcast to, or written into
        behind = len(result) - len(wanted)
        wanted = tuple(result[behind + k] if axis == MANY and behind + k >= 0 else axis for k, axis in enumerate(wanted))
        if _same(result, wanted):
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
    unclear = any(axis != 1 and not same_axis(axis, result[extra + k]) for k, axis in enumerate(wanted))
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


def real_part(b: Builder, term: Term, kind: Kind, whole: Kind = UNKNOWN) -> Term:
    """A contribution to a value of this kind: to a real one, of a complex contribution the real part.

    To a value of which no more is known than that it is real, and from a complex `whole`, also of a contribution of unknown kind.
    """
    kinds = [b.kind(atom) for atom in (term.base, *(factor for _, factor in term.factors))]
    unclear = kind == NUMERIC or may_be_complex(whole)
    complex_ = not all(map(is_real, kinds)) if unclear else any(map(may_be_complex, kinds))
    if not is_real(kind) or not complex_:
        return term
    return Term(b.apply("np.real", write(b, [term]), spelled=".real"), masks=term.masks)


def _same(a: tuple[Axis, ...], b: tuple[Axis, ...]) -> bool:
    return len(a) == len(b) and all(map(same_axis, a, b))
