"""What was put together into one array, taken apart again as it was: for generated code, where only the run knows how many pieces there are.

Like all run-time helpers they use NumPy, SciPy and each other only, because a saved module holds their text.

>>> cut_like(np.arange(4.0), [np.zeros(1), np.zeros(3)])
[array([0.]), array([1., 2., 3.])]
>>> nested_like(np.array([[1.0, 2.0], [3.0, 4.0]]), [(0.5, 0.5), (0.5, 0.5)])
[(1.0, 2.0), (3.0, 4.0)]
"""

from __future__ import annotations

from typing import Any

import numpy as np


def cut_like(x: Any, pieces: Any, axis: int = 0) -> Any:
    """The pieces of an array along an axis, as long as those given: the transpose of `np.concatenate(pieces, axis)`."""
    return np.split(x, np.cumsum([piece.shape[axis] for piece in pieces])[:-1], axis)


def nested_like(x: Any, rows: Any) -> Any:
    """An array as lists and tuples, nested like those given, of numbers or arrays: the transpose of `np.array(rows)`."""
    if isinstance(rows, (list, tuple)):
        parts = [nested_like(part, row) for part, row in zip(x, rows)]
        return tuple(parts) if isinstance(rows, tuple) else parts
    if isinstance(rows, (int, np.integer, np.bool_)):
        return 0.0
    if np.iscomplexobj(x) and np.isrealobj(rows):
        x = x.real
    return x.item() if type(rows) in (float, complex) else x


PIECES = (cut_like, nested_like)
"""What generated code may call."""
