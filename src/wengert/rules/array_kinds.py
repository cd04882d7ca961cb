"""The arrays that lists and tuples of numbers become where NumPy takes them for one: `np.cross([0, 0, 1], h)`.

>>> from wengert.ir.kinds import FLOAT, Known
>>> as_array(List(FLOAT, (FLOAT, Known(1))), "%0")
Array(dtype='float64', axes=('*',))
>>> as_array(Tuple((FLOAT, Known(None))), "%0")
Tuple(items=(Scalar(type='float'), Known(value=None)))
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from wengert.ir.axes import EMPTY, MANY, Axis
from wengert.ir.kinds import Array, Kind, List, Numeric, Tuple, axes_of, dtype_of, is_scalar, scalar_type
from wengert.ir.lattice import options_of

PYTHON_DTYPES = {"float": "float64", "int": "int64", "bool": "bool", "complex": "complex128"}


def array_like(kind: Kind, arrays: bool = True) -> bool:
    """Is it a list or tuple of numbers, of such lists, or (if `arrays`) of arrays?

    >>> from wengert.ir.kinds import FLOAT, Known
    >>> array_like(List(FLOAT)), array_like(Tuple((FLOAT, Known(None)))), array_like(FLOAT)
    (True, False, False)
    """
    if not isinstance(kind, (List, Tuple)):
        return False
    items = kind.items if kind.items is not None else (kind.element,) if isinstance(kind, List) else ()
    return bool(items) and all(is_scalar(item) or arrays and isinstance(item, (Array, Numeric)) or array_like(item, arrays) for item in items)


def as_array(kind: Kind, fresh: str, arrays: bool = True) -> Kind:
    """The kind of the array made of what is `array_like`; another kind is what it is. Lengths that nobody knows are named after `fresh`."""
    found = nested_axes(kind, fresh) if array_like(kind, arrays) else None
    return kind if found is None else Array(*found)


def nested_axes(kind: Kind, fresh: str, depth: int = 0) -> tuple[str, tuple[Axis, ...]] | None:
    """The dtype and axes of the array made from nested lists."""
    if isinstance(kind, (List, Tuple)):
        several = kind.items if kind.items is not None else (kind.element,) if isinstance(kind, List) else ()
        inner = [nested_axes(k, fresh, depth + 1) for k in several]
        found = [part for part in inner if part is not None]
        if not found or len(found) < len(inner) or len({len(axes) for _, axes in found}) > 1:
            return None
        axes = tuple(same_length([axes[i] for _, axes in found]) for i in range(len(found[0][1])))
        length: Axis = f"{fresh}:{depth}" if kind.items is None else 1 if len(kind.items) == 1 else MANY if kind.items else EMPTY
        return np.result_type(*(dtype for dtype, _ in found)).name, (length, *axes)
    known = axes_of(kind)
    dtypes = {dtype_of(option) or PYTHON_DTYPES.get(scalar_type(option) or "") for option in options_of(kind)}
    dtype = dtypes.pop() if len(dtypes) == 1 else None
    return None if known is None or dtype is None else (dtype, known)


def same_length(axes: Sequence[Axis]) -> Axis:
    """Lengths that are equal since the primitive succeeded: the one most is known of."""
    return 1 if 1 in axes else MANY if MANY in axes else axes[0]
