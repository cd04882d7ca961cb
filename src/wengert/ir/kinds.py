"""Kinds: what is known of a value before the program runs.

A kind says that a value is a Python float, an array of float64 with two axes, a dict of such arrays ...
and nothing about sizes (`axes.py`), so a longer array does not make new code. `UNKNOWN` is always a right answer,
`BOTTOM` is the kind of a value that never exists (`undef`). `values.py` has the kind of a value, `lattice.py` what two kinds join to.

>>> describe(Dict((("w", Array("float64", (1, "*"))), ("n", INT))))
"{'w': float64[1, *], 'n': int}"
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

from wengert.ir.axes import Axis

EITHER = "inexact"  # the dtype of what is float64 or complex128, as it comes: the eigenvalues of a real matrix


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
class Sparse:
    """A matrix of `scipy.sparse`; derivatives go past it, never into it."""

    dtype: str


@dataclass(frozen=True, slots=True)
class Instance:
    """An object of a library's class in which nothing varies: a source of random numbers (`rules/draws.py`)."""

    cls: type


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
class Packed(Tuple):
    """An object of the user's class as the tuple of its fields: what a list of such objects holds."""

    cls: type
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class List:
    """A list: of `items` where its length is known, else any number of `element`."""

    element: Kind
    items: tuple[Kind, ...] | None = None


@dataclass(frozen=True, slots=True)
class Frozen(List):
    """A tuple whose length only the run knows: read like a list, and never written to."""


@dataclass(frozen=True, slots=True)
class Dict:
    items: tuple[tuple[Any, Kind], ...]


@dataclass(frozen=True, slots=True)
class Map:
    """A dict whose keys only the run knows; `default`: it has a value for every key (`defaultdict(float)`)."""

    key: Kind
    element: Kind
    default: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """An object of a class that is nothing but named fields: a namedtuple, a dataclass, an attrs object."""

    cls: type
    items: tuple[tuple[str, Kind], ...]


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
class Saved:
    """What the forward half of a pair kept for its backward half (`transform/pairs.py`), or the adjoint or tangent of that: a tree.

    Only `save` makes one and only `restore` takes one apart; None stands for one that was not made, or that is zero.
    """

    pair: str


@dataclass(frozen=True, slots=True)
class Unknown:
    pass


@dataclass(frozen=True, slots=True)
class Bottom:
    pass


Kind: TypeAlias = (
    Scalar | NumpyScalar | Array | Sparse | Instance | Numeric | Text | Known | Tuple | List | Dict | Map | Record | Iterator | Range | Slice | Closure | Optional | Saved | Unknown | Bottom
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
    return name is not None and (name == "number" or name.startswith(("float", "complex", EITHER)))


def is_real(kind: Kind) -> bool:
    """Is a number or array of this kind surely not complex?

    >>> is_real(FLOAT), is_real(Array("complex128", ())), is_real(UNKNOWN)
    (True, False, False)
    """
    if isinstance(kind, Numeric):
        return True  # unions are of real numbers
    name = scalar_type(kind) or dtype_of(kind)
    return name is not None and name.startswith(("float", "int", "uint", "bool", "number"))


def is_complex(kind: Kind) -> bool:
    """Is it surely a complex number, or an array of them?"""
    return (scalar_type(kind) or dtype_of(kind) or "").startswith("complex")


def linear_number(kind: Kind) -> Kind:
    """What a sum of multiples of a number of this kind is at least: a float, or a complex number."""
    return COMPLEX if is_complex(kind) else UNKNOWN if dtype_of(kind) == EITHER else FLOAT


def may_be_complex(kind: Kind) -> bool:
    """Is it of a kind that is complex, or as it comes? (Of an unknown kind nothing is said.)"""
    return is_complex(kind) or dtype_of(kind) == EITHER


def may_carry_derivative(kind: Kind) -> bool:
    """False if no real number in a value of this kind can vary: ints, bools, strings, None, functions, modules.

    >>> may_carry_derivative(INT), may_carry_derivative(List(FLOAT)), may_carry_derivative(UNKNOWN)
    (False, True, True)
    """
    if isinstance(kind, Tuple):
        return any(map(may_carry_derivative, kind.items))
    if isinstance(kind, List):
        return may_carry_derivative(kind.element)
    if isinstance(kind, Map):  # an empty one may have something put into it yet
        return isinstance(kind.element, Bottom) or may_carry_derivative(kind.element)
    if isinstance(kind, (Dict, Record)):
        return any(may_carry_derivative(item) for _, item in kind.items)
    if isinstance(kind, Iterator):
        return may_carry_derivative(kind.element)
    if isinstance(kind, Optional):
        return may_carry_derivative(kind.kind)
    if isinstance(kind, Union):
        return any(map(may_carry_derivative, kind.options))
    if isinstance(kind, (Text, Range, Slice, Sparse, Instance, Bottom)):
        return False
    if isinstance(kind, Known):
        return False
    if isinstance(kind, (Scalar, NumpyScalar, Array)):
        return is_floating(kind)
    return True


def holds_tuple(kind: Kind) -> bool:
    """Is it a tuple whose length only the run knows, or has it one inside?

    >>> holds_tuple(Tuple((FLOAT, Frozen(FLOAT)))), holds_tuple(List(Tuple((FLOAT,))))
    (True, False)
    """
    return _holds(kind, Frozen)


def holds_object(kind: Kind) -> bool:
    """Is it an object of the user's that is kept as the tuple of its fields, or has it one inside?"""
    return _holds(kind, Packed)


def _holds(kind: Kind, wanted: type) -> bool:
    if isinstance(kind, wanted):
        return True
    if isinstance(kind, (List, Tuple)):
        return any(_holds(item, wanted) for item in kind.items or ()) or isinstance(kind, List) and _holds(kind.element, wanted)
    if isinstance(kind, (Dict, Record)):
        return any(_holds(item, wanted) for _, item in kind.items)
    if isinstance(kind, Map):
        return _holds(kind.element, wanted)
    return isinstance(kind, Optional) and _holds(kind.kind, wanted)


def holds_function(kind: Kind) -> bool:
    """Is it a function, or has it one inside? What such a callee returns must be known to be called."""
    if isinstance(kind, (Tuple, List)):
        return any(map(holds_function, kind.items or ()))
    if isinstance(kind, Dict):
        return any(holds_function(item) for _, item in kind.items)
    return isinstance(kind, Closure) or (isinstance(kind, Known) and callable(kind.value))


def describe(kind: Kind) -> str:
    """The kind in the words of error messages and of `.explain`.

    >>> describe(Array("float64", (1, "*")))
    'float64[1, *]'
    """
    if isinstance(kind, Scalar):
        return kind.type
    if isinstance(kind, NumpyScalar):
        return f"np.{kind.dtype}"
    if isinstance(kind, Array):
        return f"{kind.dtype}[{', '.join(map(str, kind.axes))}]"
    if isinstance(kind, Instance):
        return kind.cls.__name__
    if isinstance(kind, Sparse):
        return f"sparse matrix of {kind.dtype}"
    if isinstance(kind, Text):
        return "str" if kind.value is None else repr(kind.value)
    if isinstance(kind, Known):
        return getattr(kind.value, "__name__", None) or repr(kind.value)
    if isinstance(kind, Tuple):
        return f"({', '.join(map(describe, kind.items))})"
    if isinstance(kind, Frozen):
        return f"({describe(kind.element)} ...)"
    if isinstance(kind, List):
        return f"[{', '.join(map(describe, kind.items)) if kind.items is not None else describe(kind.element) + ' ...'}]"
    if isinstance(kind, Dict):
        return "{" + ", ".join(f"{key!r}: {describe(item)}" for key, item in kind.items) + "}"
    if isinstance(kind, Map):
        return "{" + f"{describe(kind.key)}: {describe(kind.element)} ..." + "}"
    if isinstance(kind, Record):
        return f"{kind.cls.__name__}({', '.join(f'{key}: {describe(item)}' for key, item in kind.items)})"
    if isinstance(kind, Optional):
        return f"{describe(kind.kind)} or None"
    if isinstance(kind, Union):
        return " or ".join(map(describe, kind.options))
    if isinstance(kind, Saved):
        return f"what {kind.pair} saved"
    if isinstance(kind, Iterator):
        return f"iterator of {describe(kind.element)}"
    return type(kind).__name__.lower()
