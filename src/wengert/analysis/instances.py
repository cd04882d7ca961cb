"""Which class a value of a kind is of, for `isinstance`, `type` and `hasattr` in the user's text.

>>> is_instance(NumpyScalar("float64"), float), is_instance(Array("float64", ("*",)), (float, np.ndarray))
(True, True)
>>> is_instance(Scalar("number"), float), is_instance(Scalar("number"), (int, float))
(None, True)
"""

from __future__ import annotations

from typing import Any

import numpy as np

from wengert.ir.kinds import (
    Array,
    Dict,
    Frozen,
    Kind,
    Known,
    List,
    Numeric,
    NumpyScalar,
    Packed,
    Range,
    Record,
    Scalar,
    Text,
    Tuple,
)

PYTHON: dict[str, type] = {"float": float, "int": int, "bool": bool, "complex": complex}


def type_of(kind: Kind) -> type | None:
    """The class, if it is one and known."""
    match kind:
        case Scalar(name):
            return PYTHON.get(name)
        case NumpyScalar(dtype):
            return np.dtype(dtype).type
        case Array():
            return np.ndarray
        case Text():
            return str
        case Known(value):
            return type(value)
        case Packed(cls=cls):
            return cls
        case Tuple() | Frozen():
            return tuple
        case List():
            return list
        case Dict():
            return dict
        case Record(cls):
            return cls
        case Range():
            return range
    return None


def is_instance(kind: Kind, classes: Any) -> bool | None:
    """The answer of `isinstance`, where the kind decides it."""
    candidates = _candidates(kind)
    try:
        answers = {issubclass(candidate, classes) for candidate in candidates}
    except TypeError:  # the line itself will say so when it runs
        return None
    return answers.pop() if len(answers) == 1 else None


def _candidates(kind: Kind) -> tuple[type, ...]:
    if kind == Scalar("number"):
        return (int, float)
    if isinstance(kind, Numeric):
        return (int, float, np.float64, np.float32, np.int64, np.ndarray)
    found = type_of(kind)
    return () if found is None else (found,)
