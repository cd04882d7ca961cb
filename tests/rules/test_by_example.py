"""Kinds found by example say no more than what holds for all lengths."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from wengert.ir.axes import MANY
from wengert.ir.kinds import FLOAT, UNKNOWN, Array, Kind, List, NumpyScalar, Tuple
from wengert.ir.lattice import join_all
from wengert.rules.by_example import by_example

VECTOR = Array("float64", (MANY,))
MATRIX = Array("float32", (MANY, "n"))


@pytest.mark.parametrize(
    ("function", "operands", "settings", "expected"),
    [
        (np.flip, {"m": MATRIX}, {}, MATRIX),
        (np.diff, {"a": MATRIX}, {"axis": 0}, Array("float32", ("y:0", "n"))),
        (np.tile, {"A": VECTOR}, {"reps": (2, 1)}, Array("float64", (MANY, MANY))),
        (np.resize, {"a": VECTOR}, {"new_shape": (1, 5)}, Array("float64", (1, MANY))),
        (np.kron, {"a": MATRIX, "b": MATRIX}, {}, Array("float32", ("y:0", "y:1"))),
        (np.trace, {"a": MATRIX}, {}, NumpyScalar("float32")),
        (np.reshape, {"a": VECTOR}, {"shape": (5, 5)}, UNKNOWN),  # no such example
    ],
)
def test_axes_follow_the_operands(function: Any, operands: dict[str, Kind], settings: dict[str, Any], expected: Kind) -> None:
    assert by_example(function, "y", operands, settings, positional=len(operands)) == expected


def test_several_results_have_a_kind_each() -> None:
    halves = (Array("float64", (1,)), Array("float64", ("y.1:0",)))
    assert by_example(np.split, "y", {"ary": VECTOR}, {"indices_or_sections": [1]}) == List(join_all(halves), halves)
    assert by_example(np.frexp, "y", {"x": FLOAT}, {}) == Tuple((NumpyScalar("float64"), NumpyScalar("int32")))
