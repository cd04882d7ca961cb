"""Functions that give positions and masks as arrays: they do not vary, but what is read or written at them does.

    for i, j in np.argwhere(a > 0): ...        a row for each place
    K[np.ix_(dofs, dofs)] += k                 columns beside rows
"""

from __future__ import annotations

from wengert.ir.axes import Axis
from wengert.ir.kinds import UNKNOWN, Array, Kind, NumpyScalar, Tuple, axes_of
from wengert.rules.array_kinds import as_array
from wengert.rules.table import Call, KindOf, constant


def _rows_of_positions(call: Call, kind: KindOf) -> Kind:
    axes = axes_of(kind(call["x"]))
    return Array("int64", (f"{call.result}:0", f"{call.result}:1")) if axes else UNKNOWN


def _mesh(call: Call, kind: KindOf) -> Kind:
    """`np.ix_(rows, columns)`: each along an axis of its own; a mask becomes the positions where it is true."""
    made: list[Kind] = []
    for number, name in enumerate(call.starred):
        found = as_array(kind(call[name]), f"{call.result}:{number}")
        if not isinstance(found, Array) or len(found.axes) != 1 or not found.dtype.startswith(("int", "uint", "bool")):
            return UNKNOWN
        mask = found.dtype == "bool"
        axes: list[Axis] = [1] * len(call.starred)
        axes[number] = f"{call.result}:{number}" if mask else found.axes[0]
        made.append(Array("int64" if mask else found.dtype, tuple(axes)))
    return Tuple(tuple(made))


def _bins(call: Call, kind: KindOf) -> Kind:
    axes = axes_of(as_array(kind(call["x"]), call.result))
    return UNKNOWN if axes is None else Array("int64", axes) if axes else NumpyScalar("int64")


def _members(call: Call, kind: KindOf) -> Kind:
    axes = axes_of(as_array(kind(call["x"]), call.result))
    return UNKNOWN if axes is None else Array("bool", axes)


constant("y = np.argwhere(x)", kind=_rows_of_positions, cost=100)
constant("y = np.ix_(*args)", kind=_mesh, view=True)
constant("y = np.digitize(x, bins, right=False)", kind=_bins, cost=100)
constant("y = np.isin(x, test_elements, assume_unique=False, invert=False, *, kind=None)", kind=_members, cost=100)
