"""The lattice of kinds: the smallest kind that two are of, where branches meet and where a loop comes back to its head.

Kinds only grow on the way and unions are bounded, so the fixpoint of a loop is reached after a few walks.

>>> join(Scalar("int"), Scalar("float"))
Scalar(type='number')
"""

from __future__ import annotations

from collections.abc import Sequence

from wengert.ir.axes import same_axis
from wengert.ir.kinds import (
    BOTTOM,
    NUMBER,
    NUMERIC,
    UNKNOWN,
    Array,
    Bottom,
    Dict,
    Frozen,
    Iterator,
    Kind,
    Known,
    List,
    Map,
    Numeric,
    NumpyScalar,
    Optional,
    Packed,
    Record,
    Saved,
    Scalar,
    Slice,
    Text,
    Tuple,
    Union,
    Unknown,
    describe,
    dtype_of,
    scalar_type,
)


def join_all(kinds: Sequence[Kind]) -> Kind:
    result: Kind = BOTTOM
    for kind in kinds:
        result = join(result, kind)
    return result


def join(a: Kind, b: Kind, fresh: Sequence[str] = ()) -> Kind:
    """The smallest kind that both are of.

    `fresh` gives names to the axes on which the two disagree; without it the axis count alone cannot be kept
    and the axes get the name "?" (equal to no other: see `same_axis`).

    >>> join(Scalar("float"), Known(1))
    Scalar(type='number')
    >>> join(Tuple((Scalar("float"),)), Scalar("float"))
    Unknown()
    >>> describe(join(Scalar("float"), Array("float64", ("*",))))
    'float or float64[*]'
    >>> describe(join(Known(None), Known(1.0)))
    'float or None'
    """
    if a == b or isinstance(b, Bottom):
        return a
    if isinstance(a, Bottom):
        return b
    if isinstance(a, Saved) or isinstance(b, Saved):
        return a if b == Known(None) else b if a == Known(None) else UNKNOWN
    if isinstance(a, Optional) or isinstance(b, Optional) or a == Known(None) or b == Known(None):
        return _optional(join(_not_none(a), _not_none(b), fresh))
    p, q = scalar_type(a), scalar_type(b)
    if p and q:
        if p == q:
            return Scalar(p)
        if {p, q} <= {"int", "float", "number"}:
            return NUMBER
    if isinstance(a, Text) and isinstance(b, Text):
        return Text()
    if isinstance(a, Array) and isinstance(b, Array) and a.dtype == b.dtype and len(a.axes) == len(b.axes):
        axes = [x if same_axis(x, y) else (fresh[i] if i < len(fresh) else "?") for i, (x, y) in enumerate(zip(a.axes, b.axes))]
        return Array(a.dtype, tuple(axes))
    if isinstance(a, Packed) or isinstance(b, Packed):
        if isinstance(a, Packed) and isinstance(b, Packed) and a.cls is b.cls and a.names == b.names:
            return Packed(tuple(join(x, y) for x, y in zip(a.items, b.items)), a.cls, a.names)
        return UNKNOWN
    if isinstance(a, Tuple) and isinstance(b, Tuple) and len(a.items) == len(b.items):
        return Tuple(tuple(join(x, y) for x, y in zip(a.items, b.items)))
    if isinstance(a, Frozen) or isinstance(b, Frozen):
        return Frozen(join(a.element, b.element)) if isinstance(a, Frozen) and isinstance(b, Frozen) else UNKNOWN
    if isinstance(a, List) and isinstance(b, List):
        if a.items is not None and b.items is not None and len(a.items) == len(b.items):
            items = tuple(join(x, y) for x, y in zip(a.items, b.items))
            return List(join(a.element, b.element), items)
        return List(join(a.element, b.element))
    if isinstance(a, Dict) and isinstance(b, Dict) and [k for k, _ in a.items] == [k for k, _ in b.items]:
        return Dict(tuple((k, join(x, y)) for (k, x), (_, y) in zip(a.items, b.items)))
    if isinstance(a, Map) or isinstance(b, Map):
        one, other = _as_map(a), _as_map(b)
        if one is None or other is None:
            return UNKNOWN
        return Map(join(one.key, other.key), join(one.element, other.element, fresh), one.default or other.default)
    if isinstance(a, Record) and isinstance(b, Record) and a.cls is b.cls and [k for k, _ in a.items] == [k for k, _ in b.items]:
        return Record(a.cls, tuple((k, join(x, y)) for (k, x), (_, y) in zip(a.items, b.items)))
    if isinstance(a, Iterator) and isinstance(b, Iterator):
        return Iterator(join(a.element, b.element))
    if isinstance(a, Slice) and isinstance(b, Slice):
        return Slice(join(a.start, b.start), join(a.stop, b.stop), join(a.step, b.step))
    numeric = (Scalar, NumpyScalar, Array, Numeric)
    if (isinstance(a, numeric) or p) and (isinstance(b, numeric) or q) and _real(a) and _real(b):
        return _union((*options_of(a), *options_of(b)), fresh)
    return UNKNOWN


def _as_map(kind: Kind) -> Map | None:
    """A dict that nothing has been put into yet has no keys that anybody knows."""
    return Map(BOTTOM, BOTTOM) if kind == Dict(()) else kind if isinstance(kind, Map) else None


def _not_none(kind: Kind) -> Kind:
    if kind == Known(None):
        return BOTTOM
    return kind.kind if isinstance(kind, Optional) else kind


def _optional(kind: Kind) -> Kind:
    python = scalar_type(kind)
    return kind if isinstance(kind, Unknown) else Optional(Scalar(python) if python else kind)


def options_of(kind: Kind) -> tuple[Kind, ...]:
    """The kinds that a union is made of; of another kind, that kind (of a number that is known, its type)."""
    if isinstance(kind, Union):
        return kind.options
    python = scalar_type(kind)
    return (Scalar(python),) if python else (kind,)


MOST = 3
"""A union of more kinds than this is of any numbers."""


def _union(kinds: Sequence[Kind], fresh: Sequence[str]) -> Kind:
    options: list[Scalar | NumpyScalar | Array] = []
    for kind in kinds:
        if not isinstance(kind, (Scalar, NumpyScalar, Array)):
            return NUMERIC
        for index, other in enumerate(options):
            if _alike(other, kind):
                both = join(other, kind, fresh)
                assert isinstance(both, (Scalar, NumpyScalar, Array))
                options[index] = both
                break
        else:
            options.append(kind)
    if len(options) == 1:
        return options[0]
    return Union(tuple(sorted(options, key=describe))) if len(options) <= MOST else NUMERIC


def _alike(a: Kind, b: Kind) -> bool:
    """Is there one kind, short of a union, that both are of?"""
    if isinstance(a, Array) and isinstance(b, Array):
        return a.dtype == b.dtype and len(a.axes) == len(b.axes)
    return a == b or ({scalar_type(a), scalar_type(b)} <= {"int", "float", "number"})


def _real(kind: Kind) -> bool:
    if isinstance(kind, Numeric):
        return True
    name = scalar_type(kind) or dtype_of(kind) or ""
    return name.startswith(("float", "int", "uint", "bool", "number"))
