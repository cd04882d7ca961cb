"""Reading elements: `x[i]`, `np.take`, `np.where`.

The adjoint of `x[i]` is scattered in place by the reverse transformation itself (`x_bar[i] += y_bar`), so its row has no `vjp`.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from wengert.ir.axes import Axis, broadcast_axes, same_axis
from wengert.ir.build import Builder
from wengert.ir.core import Atom, Const
from wengert.ir.kinds import Array, Kind, NumpyScalar, axes_of
from wengert.rules.fitting import fit
from wengert.rules.index_kinds import item_kind
from wengert.rules.result_kinds import broadcast_kind
from wengert.rules.table import Call, KindOf, linear


def _item(call: Call, kind: KindOf) -> Kind:
    return item_kind(kind(call["x"]), kind(call["index"]), str(call["x"]), call.result)


# reading an element or a view takes no time; the adjoint is an array as large as x, made once for all reads of x
linear("y = getitem(x, index)", None, kind=_item, cost=0, view=True, sequences=frozenset({"x"}))


# where(c, x, y): linear in x and y together


def _where_kind(call: Call, kind: KindOf) -> Kind:
    found = broadcast_kind(call, np.where, [kind(call[name]) for name in ("c", "x", "y")])
    return Array(found.dtype, ()) if isinstance(found, NumpyScalar) else found  # always an array


def _where_vjp(b: Builder, call: Call, z_bar: Atom, parameter: str) -> Atom:
    text = "np.where(c, z_bar, 0.0)" if parameter == "x" else "np.where(c, 0.0, z_bar)"
    found = b.text(text, {**call.names, "z_bar": z_bar})
    return fit(b, found, b.kind(call[parameter]), lambda: call[parameter])


def _where_jvp(b: Builder, call: Call, tangents: Mapping[str, Atom]) -> Atom:
    """A constant operand has tangent 0, of its shape where the result would be too small otherwise."""
    parts: dict[str, Atom] = {}
    for name, other in (("x", "y"), ("y", "x")):
        if name in tangents:
            parts[name] = tangents[name]
            continue
        want, have = axes_of(b.kind(call.result)), _shape_without(b, call, tangents[other])
        same = want is not None and have is not None and len(want) == len(have) and all(map(same_axis, want, have))
        parts[name] = Const(0.0) if same else b.apply("np.zeros_like", call[name])
    return b.apply("np.where", call["c"], parts["x"], parts["y"])


def _shape_without(b: Builder, call: Call, tangent: Atom) -> tuple[Axis, ...] | None:
    shapes = [axes_of(b.kind(atom)) for atom in (call["c"], tangent)]
    known = [shape for shape in shapes if shape is not None]
    return broadcast_axes(known) if len(known) == 2 else None


linear("z = np.where(c, x, y)", _where_vjp, of=("x", "y"), kind=_where_kind, cost=2, jvp=_where_jvp, flat_in=frozenset({"c"}),
       alone="np.nonzero")  # fmt: skip
