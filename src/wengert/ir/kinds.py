"""Kinds: what is known of a value before the program runs.

A kind says that a value is a Python float, an array of float64 with two axes, a dict of such arrays ...
and nothing about sizes, so a longer array does not make new code. `UNKNOWN` is always a right answer,
`BOTTOM` is the kind of a value that never exists (`undef`).

An axis is `1` (its length is 1), `MANY` (its length is 2 or more), or a string: some length that may be 0 or 1 as well.
Two `MANY` axes that meet in a primitive that succeeded are equal; two axes of the same string are equal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np

MANY = "*"
EMPTY = "0"  # an axis without elements: an ordinary symbol, so that `MANY` can mean two or more
Axis: TypeAlias = Literal[1] | str


@dataclass(frozen=True, slots=True)
class Scalar:
    """A Python number: `type` is float, int, bool, complex, or number (an int or a float)."""

    type: str


@dataclass(frozen=True, slots=True)
class NumpyScalar:
    dtype: str  # np.dtype(...).name: "float64"


@dataclass(frozen=True, slots=True)
class Array:
    dtype: str
    axes: tuple[Axis, ...]


@dataclass(frozen=True, slots=True)
class Numeric:
    """A real number or real array of which no more is known: Python or NumPy, of any shape."""


@dataclass(frozen=True, slots=True)
class Union(Numeric):
    """One of two or three kinds of real numbers or arrays: what `s = 0.0` becomes in a loop with `s = s + np.sum(x)`."""

    options: tuple[Scalar | NumpyScalar | Array, ...]


@dataclass(frozen=True, slots=True)
class Optional:
    """None, or a value of `kind`: what `best = None` becomes in a loop that assigns it. A test `is None` tells which."""

    kind: Kind


@dataclass(frozen=True, slots=True)
class Text:
    """A str; by value where it is known."""

    value: str | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """A value that is itself known: None, True, a module, a function, a class, a small int of the text."""

    value: Any

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Known) and type(self.value) is type(other.value) and (
            self.value is other.value or (isinstance(self.value, (bool, int, float, str)) and self.value == other.value)
        )

    def __hash__(self) -> int:
        return hash((type(self.value), self.value if isinstance(self.value, (bool, int, float, str)) else id(self.value)))


@dataclass(frozen=True, slots=True)
class Tuple:
    items: tuple[Kind, ...]


@dataclass(frozen=True, slots=True)
class List:
    """A list: of `items` where its length is known, else any number of `element`."""

    element: Kind
    items: tuple[Kind, ...] | None = None


@dataclass(frozen=True, slots=True)
class Dict:
    items: tuple[tuple[Any, Kind], ...]


@dataclass(frozen=True, slots=True)
class Iterator:
    """An iterator over values of one kind (`reversed(tape)`), a range, a zip."""

    element: Kind


@dataclass(frozen=True, slots=True)
class Range:
    pass


@dataclass(frozen=True, slots=True)
class Slice:
    """A slice value, of its start, stop and step."""

    start: Kind
    stop: Kind
    step: Kind


@dataclass(frozen=True, slots=True)
class Closure:
    """A nested function of the program; `name` is the SSA name its `Def` binds."""

    name: str


@dataclass(frozen=True, slots=True)
class Unknown:
    pass


@dataclass(frozen=True, slots=True)
class Bottom:
    pass


Kind: TypeAlias = (
    Scalar | NumpyScalar | Array | Numeric | Text | Known | Tuple | List | Dict | Iterator | Range | Slice | Closure | Optional | Unknown | Bottom
)

FLOAT, INT, BOOL, COMPLEX, NUMBER = map(Scalar, ("float", "int", "bool", "complex", "number"))
UNKNOWN, BOTTOM, NUMERIC, RANGE = Unknown(), Bottom(), Numeric(), Range()


def scalar_type(kind: Kind) -> str | None:
    """The Python type of a Python number, known by value or not.

    >>> scalar_type(Known(2)), scalar_type(FLOAT), scalar_type(UNKNOWN)
    ('int', 'float', None)
    """
    if isinstance(kind, Scalar):
        return kind.type
    if isinstance(kind, Known) and type(kind.value) in (bool, int, float, complex):
        return type(kind.value).__name__
    return None


def is_scalar(kind: Kind) -> bool:
    """Is it a Python number or a NumPy scalar (surely no array)?"""
    if isinstance(kind, Union):
        return all(map(is_scalar, kind.options))
    return scalar_type(kind) is not None or isinstance(kind, NumpyScalar)


def axes_of(kind: Kind) -> tuple[Axis, ...] | None:
    """The axes of a number or array; None if they are not known."""
    if is_scalar(kind):
        return ()
    if isinstance(kind, Union):
        first, *others = map(axes_of, kind.options)
        return first if all(axes == first for axes in others) and "?" not in (first or ()) else None
    return kind.axes if isinstance(kind, Array) else None


def dtype_of(kind: Kind) -> str | None:
    """The NumPy dtype's name of an array or NumPy scalar, else None."""
    return kind.dtype if isinstance(kind, (Array, NumpyScalar)) else None


def is_floating(kind: Kind) -> bool:
    """Can a value of this kind surely carry a derivative, as a number or an array of numbers?"""
    if isinstance(kind, Union):
        return all(map(is_floating, kind.options))
    name = scalar_type(kind) or dtype_of(kind)
    return name is not None and (name == "number" or name.startswith(("float", "complex")))


def may_carry_derivative(kind: Kind) -> bool:
    """False if no real number in a value of this kind can vary: ints, bools, strings, None, functions, modules.

    >>> may_carry_derivative(INT), may_carry_derivative(List(FLOAT)), may_carry_derivative(UNKNOWN)
    (False, True, True)
    """
    if isinstance(kind, Tuple):
        return any(map(may_carry_derivative, kind.items))
    if isinstance(kind, List):
        return may_carry_derivative(kind.element)
    if isinstance(kind, Dict):
        return any(may_carry_derivative(item) for _, item in kind.items)
    if isinstance(kind, Iterator):
        return may_carry_derivative(kind.element)
    if isinstance(kind, Optional):
        return may_carry_derivative(kind.kind)
    if isinstance(kind, Union):
        return any(map(may_carry_derivative, kind.options))
    if isinstance(kind, (Text, Range, Slice, Bottom)):
        return False
    if isinstance(kind, Known):
        return False
    if isinstance(kind, (Scalar, NumpyScalar, Array)):
        return is_floating(kind)
    return True


def kind_of(value: Any) -> Kind:
    """The kind of an actual value, for the key of a derivative; what `kind_of` cannot name is `UNKNOWN`.

    >>> kind_of(2.0)
    Scalar(type='float')
    >>> kind_of(np.zeros((1, 3)))
    Array(dtype='float64', axes=(1, '*'))
    """
    kind = type(value)
    if kind is float:
        return FLOAT
    if kind is int:
        return INT
    if kind is complex:
        return COMPLEX
    if kind is bool or value is None:
        return Known(value)
    if kind is str:
        return Text(value)
    if kind is np.ndarray:
        return Array(value.dtype.name, tuple(1 if n == 1 else MANY if n else EMPTY for n in value.shape))
    if isinstance(value, np.generic):
        return NumpyScalar(value.dtype.name)
    if kind is tuple:
        return Tuple(tuple(map(kind_of, value)))
    if kind is list:
        items = tuple(map(kind_of, value))
        element = join_all(items)
        return List(element, items if len(items) <= 16 and len(set(items)) > 1 else None)
    if kind is dict:
        return Dict(tuple((key, kind_of(item)) for key, item in value.items()))
    if kind is range:
        return RANGE
    if callable(value) or kind is type(np):
        return Known(value)
    return UNKNOWN


def join_all(kinds: Sequence[Kind]) -> Kind:
    result: Kind = BOTTOM
    for kind in kinds:
        result = join(result, kind)
    return result


def join(a: Kind, b: Kind, fresh: Sequence[str] = ()) -> Kind:
    """The smallest kind that both are of.

    `fresh` gives names to the axes on which the two disagree; without it the axis count alone cannot be kept
    and the axes get the name "?" (equal to no other: see `same_axis`).

    >>> join(FLOAT, Known(1))
    Scalar(type='number')
    >>> join(Tuple((FLOAT,)), FLOAT)
    Unknown()
    >>> describe(join(FLOAT, Array("float64", (MANY,))))
    'float or float64[*]'
    >>> describe(join(Known(None), Known(1.0)))
    'float or None'
    """
    if a == b or isinstance(b, Bottom):
        return a
    if isinstance(a, Bottom):
        return b
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
    if isinstance(a, Tuple) and isinstance(b, Tuple) and len(a.items) == len(b.items):
        return Tuple(tuple(join(x, y) for x, y in zip(a.items, b.items)))
    if isinstance(a, List) and isinstance(b, List):
        if a.items is not None and b.items is not None and len(a.items) == len(b.items):
            items = tuple(join(x, y) for x, y in zip(a.items, b.items))
            return List(join(a.element, b.element), items)
        return List(join(a.element, b.element))
    if isinstance(a, Dict) and isinstance(b, Dict) and [k for k, _ in a.items] == [k for k, _ in b.items]:
        return Dict(tuple((k, join(x, y)) for (k, x), (_, y) in zip(a.items, b.items)))
    if isinstance(a, Iterator) and isinstance(b, Iterator):
        return Iterator(join(a.element, b.element))
    if isinstance(a, Slice) and isinstance(b, Slice):
        return Slice(join(a.start, b.start), join(a.stop, b.stop), join(a.step, b.step))
    numeric = (Scalar, NumpyScalar, Array, Numeric)
    if (isinstance(a, numeric) or p) and (isinstance(b, numeric) or q) and _real(a) and _real(b):
        return _union((*options_of(a), *options_of(b)), fresh)
    return UNKNOWN


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


def same_axis(a: Axis, b: Axis) -> bool:
    """Are the two lengths surely equal, given that they met in a primitive that succeeded?"""
    return a == b and a != "?"


def broadcast_axes(shapes: Sequence[tuple[Axis, ...]], fresh: str = "?") -> tuple[Axis, ...]:
    """The axes of the broadcast result.

    >>> broadcast_axes([(MANY, 1), (MANY,)])
    ('*', '*')
    """
    length = max((len(shape) for shape in shapes), default=0)
    result: list[Axis] = []
    for position in range(-length, 0):
        axes = [shape[position] for shape in shapes if len(shape) >= -position]
        if MANY in axes:
            result.append(MANY)
            continue
        named = [axis for axis in axes if axis != 1]
        if not named:
            result.append(1)
        elif all(same_axis(named[0], axis) for axis in named):
            result.append(named[0])
        else:
            result.append(f"{fresh}:{length + position}" if fresh != "?" else "?")
    return tuple(result)


def without_values(kind: Kind) -> Kind:
    """The kind for all bools, or all strings, where one is known by its value.

    >>> without_values(Tuple((Text("mean"), Known(True), FLOAT)))
    Tuple(items=(Text(value=None), Scalar(type='bool'), Scalar(type='float')))
    """
    match kind:
        case Text():
            return Text()
        case Known(value=bool()):
            return BOOL
        case Tuple(items):
            return Tuple(tuple(map(without_values, items)))
        case List(element, items):
            return List(without_values(element), None if items is None else tuple(map(without_values, items)))
        case Dict(items):
            return Dict(tuple((key, without_values(item)) for key, item in items))
    return kind


def describe(kind: Kind) -> str:
    """The kind in the words of error messages and of `.explain`.

    >>> describe(Array("float64", (1, MANY)))
    'float64[1, *]'
    """
    if isinstance(kind, Scalar):
        return kind.type
    if isinstance(kind, NumpyScalar):
        return f"np.{kind.dtype}"
    if isinstance(kind, Array):
        return f"{kind.dtype}[{', '.join(map(str, kind.axes))}]"
    if isinstance(kind, Text):
        return "str" if kind.value is None else repr(kind.value)
    if isinstance(kind, Known):
        return getattr(kind.value, "__name__", None) or repr(kind.value)
    if isinstance(kind, Tuple):
        return f"({', '.join(map(describe, kind.items))})"
    if isinstance(kind, List):
        return f"[{', '.join(map(describe, kind.items)) if kind.items is not None else describe(kind.element) + ' ...'}]"
    if isinstance(kind, Dict):
        return "{" + ", ".join(f"{key!r}: {describe(item)}" for key, item in kind.items) + "}"
    if isinstance(kind, Optional):
        return f"{describe(kind.kind)} or None"
    if isinstance(kind, Union):
        return " or ".join(map(describe, kind.options))
    if isinstance(kind, Iterator):
        return f"iterator of {describe(kind.element)}"
    return type(kind).__name__.lower()


def substitute(kinds: Mapping[str, Kind], name: str | Any) -> Kind:
    """The kind of an atom: of a name by the table, of a constant by its value."""
    if isinstance(name, str):
        return kinds.get(name, UNKNOWN)
    return known(name.value)


def known(value: Any) -> Kind:
    """The kind of a constant of the program's text: known by value where that is small and hashable."""
    if isinstance(value, str):
        return Text(value)
    if type(value) in (bool, int, float, complex, type(None)):
        return Known(value)
    if repr(value) == "undef":
        return BOTTOM
    if type(value) is np.ndarray or isinstance(value, np.generic) or type(value) in (tuple, list, dict):
        return kind_of(value)
    return Known(value)
