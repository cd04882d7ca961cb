"""NumPy's functions that name elements by a tuple of indices, one for each axis: `a[np.diag_indices(3)]`.

Without a derivative; their kinds say of how many arrays the tuple is, so that it can index an array that is written to.

>>> from wengert.rules.table import lookup
>>> lookup("np.diag_indices").family
'constant'
"""

from __future__ import annotations

from wengert.ir.kinds import UNKNOWN, Array, Kind, NumpyScalar, Tuple, axes_of, scalar_type
from wengert.rules.result_kinds import NotStatic, static
from wengert.rules.table import Call, KindOf, constant


def _indices(call: Call, count: int | None) -> Kind:
    """So many arrays of one new length."""
    return Tuple((Array("int64", (f"{call.result}:0",)),) * count) if count else UNKNOWN


def _on_the_diagonal(call: Call, kind: KindOf) -> Kind:
    try:
        return _indices(call, static(kind(call["ndim"]))) if scalar_type(kind(call["n"])) in ("int", "bool") else UNKNOWN
    except NotStatic:
        return UNKNOWN


def _of_each_axis(call: Call, kind: KindOf) -> Kind:
    axes = axes_of(kind(call["x"]))
    return _indices(call, None if axes is None else len(axes))


def _unraveled(call: Call, kind: KindOf) -> Kind:
    """For each axis of the shape what counts along it, in the form of the positions."""
    axes, shape = axes_of(kind(call["indices"])), kind(call["shape"])
    if axes is None or not isinstance(shape, Tuple):
        return UNKNOWN
    return Tuple((Array("int64", axes) if axes else NumpyScalar("int64"),) * len(shape.items))


for _name in ("tril_indices", "triu_indices"):
    constant(f"y = np.{_name}(n, k=0, m=None)", kind=lambda call, kind: _indices(call, 2))
    constant(f"y = np.{_name}_from(x, k=0)", kind=lambda call, kind: _indices(call, 2))
constant("y = np.diag_indices(n, ndim=2)", kind=_on_the_diagonal)
constant("y = np.diag_indices_from(x)", kind=_of_each_axis)
constant("y = np.nonzero(x)", kind=_of_each_axis, method=True, cost=100)
constant("y = np.unravel_index(indices, shape, order='C')", kind=_unraveled)
