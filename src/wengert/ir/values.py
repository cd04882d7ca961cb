"""The kind of a value: of an argument of a call, and of an atom of a program.

It says what the key of a derivative must say and no more, so that arguments of one kind share one derivative.

>>> kind_of((1.0, [2, 3])), substitute({"x": FLOAT}, "x")
(Tuple(items=(Scalar(type='float'), List(element=Scalar(type='int'), items=None))), Scalar(type='float'))
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import numpy as np

from wengert.ir.axes import EMPTY, MANY
from wengert.ir.kinds import (
    BOOL,
    BOTTOM,
    COMPLEX,
    FLOAT,
    INT,
    RANGE,
    UNKNOWN,
    Array,
    Dict,
    Instance,
    Kind,
    Known,
    List,
    NumpyScalar,
    Record,
    Sparse,
    Text,
    Tuple,
)
from wengert.ir.lattice import join_all
from wengert.tree import attributes_of

SOURCES = frozenset({np.random.Generator, np.random.RandomState, random.Random})
"""Classes of objects that draw random numbers."""


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
    fields = attributes_of(value)
    if fields is not None:
        return Record(kind, tuple((field, kind_of(getattr(value, field))) for field in fields))
    if callable(value) or kind is type(np):
        return Known(value)
    if kind in SOURCES:
        return Instance(kind)
    if kind.__module__.startswith("scipy.sparse") and getattr(value, "ndim", 0) == 2:
        return Sparse(value.dtype.name)
    return UNKNOWN


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
        case Record(cls, items):
            return Record(cls, tuple((key, without_values(item)) for key, item in items))
    return kind


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
