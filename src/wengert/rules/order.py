"""Elements put in order and picked out: sort, partition, unique, take, compress, choose, select.

An order is found once and followed: `np.sort(x)` is `x[np.argsort(x)]`, whose adjoint goes back where the elements came from.
Equal elements keep their order, for which the sort has to be the stable one: several times as long as NumPy's fastest.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from wengert import errors
from wengert.ir.axes import same_axis
from wengert.ir.build import Builder
from wengert.ir.core import Atom, Const
from wengert.ir.kinds import Array, Kind, List, Tuple, axes_of, is_real, may_carry_derivative
from wengert.rules.by_example import exemplified
from wengert.rules.composite import composite
from wengert.rules.fitting import fit
from wengert.rules.result_kinds import NotStatic, broadcast_kind, normalized, value_of
from wengert.rules.sequences import item_kinds, items_of, packed
from wengert.rules.table import Call, KindOf, linear


def ndim(b: Builder, call: Call, name: str = "x") -> int:
    axes = axes_of(b.kind(call[name]))
    if axes is None:
        raise NotStatic
    return len(axes)


# picked by position


def along(b: Builder, x: Atom, index: Atom, axis: int) -> Atom:
    """`x[:, index]`, with as many whole axes in front as it takes."""
    whole = [b.apply("slice", *[Const(None)] * 3) for _ in range(axis)]
    return b.apply("getitem", x, b.apply("tuple", *whole, index) if whole else index)


def _take(b: Builder, call: Call) -> Atom:
    x, indices, axis = call["x"], call["indices"], value_of(call, b.kind, "axis")
    if axis is None and ndim(b, call) != 1:
        x, axis = b.text("np.ravel(x)", {"x": x}), 0
        place = 0
    else:
        (place,) = normalized(axis or 0, ndim(b, call))
    if isinstance(b.kind(indices), (Tuple, List)):
        indices = b.text("np.asarray(i)", {"i": indices})
    mode = value_of(call, b.kind, "mode")
    names = {"i": indices, "n": b.text(f"x.shape[{place}]", {"x": x}) if mode != "raise" else Const(None)}
    if mode == "wrap":
        indices = b.text("i % n", names)
    if mode == "clip":
        indices = b.text("np.clip(i, 0, n - 1)", names)
    return along(b, x, indices, place)


composite("y = np.take(x, indices, axis=None, *, mode='raise')", _take, of=("x",), method=True)


def _compress(b: Builder, call: Call) -> Atom:
    axis = value_of(call, b.kind, "axis")
    chosen = b.text("np.flatnonzero(condition)", call.names)
    if axis is None:
        return b.text("x[chosen]" if ndim(b, call) == 1 else "np.ravel(x)[chosen]", {**call.names, "chosen": chosen})
    (place,) = normalized(axis, ndim(b, call))
    return along(b, call["x"], chosen, place)


composite("y = np.compress(condition, x, axis=None)", _compress, of=("x",))
composite("y = np.compress_method(x, condition, axis=None)", _compress, of=("x",), method="compress")
composite("y = np.extract(condition, x)", "np.ravel(x)[np.flatnonzero(condition)]", of=("x",))


def _flat_positions(b: Builder, call: Call, axis: int, count: int) -> Atom:
    """Where in the rows of all elements those are that `take_along_axis` takes: one index, which `np.add.at` is fast with."""
    x, y = (axes_of(b.kind(atom)) for atom in (call["x"], call.result))
    total: Atom | None = None
    for place in range(count):
        spread = ", ".join([":", *["None"] * (count - 1 - place)])
        own = "indices" if place == axis else f"np.arange(y.shape[{place}])" + ("" if place == count - 1 else f"[{spread}]")
        same = place != axis and x is not None and y is not None and len(y) == count and same_axis(x[place], y[place])
        position = b.text(own if same else f"{own} % x.shape[{place}]", {**call.names, "y": call.result})
        names = {**call.names, "total": total or position, "position": position}
        total = position if total is None else b.text(f"total * x.shape[{place}] + position", names)
    return b.text("np.ravel(total)", {"total": total or Const(0)})


def _along_axis_vjp(b: Builder, call: Call, y_bar: Atom, parameter: str) -> Atom:
    try:
        axis = value_of(call, b.kind, "axis")
        count = ndim(b, call)
    except NotStatic:
        raise errors.error("W044", call.line.place, name=call.line.op, what="an axis, or a number of axes, known only at run time") from None
    names = {**call.names, "y_bar": y_bar}
    if count == 1:
        return b.apply("add_at", b.text("np.zeros_like(x)", names), call["indices"], y_bar)
    if axis is None:
        index, bar = call["indices"], y_bar
    else:
        index, bar = _flat_positions(b, call, axis % count, count), b.text("np.ravel(y_bar)", names)
    return b.text("g.reshape(x.shape)", {**names, "g": b.apply("add_at", b.text("np.zeros_like(np.ravel(x))", names), index, bar)})


def _along_axis_kind(call: Call, kind: KindOf) -> Kind:
    x, indices = kind(call["x"]), kind(call["indices"])
    if isinstance(x, Array) and isinstance(indices, Array) and len(x.axes) == len(indices.axes):
        return Array(x.dtype, indices.axes)
    return exemplified("x", "indices")(call, kind)


linear("y = np.take_along_axis(x, indices, axis=-1)", _along_axis_vjp, kind=_along_axis_kind, cost=100)


# put in order


def _sort(b: Builder, call: Call) -> Atom:
    names = dict(call.names)
    if value_of(call, b.kind, "axis") is None:
        names.update(x=b.text("np.ravel(x)", names), axis=Const(-1))
    if axes_of(b.kind(names["x"])) is None:
        raise NotStatic
    if len(axes_of(b.kind(names["x"])) or ()) == 1:
        return b.text("x[np.argsort(x, kind='stable')]", names)
    return b.text("np.take_along_axis(x, np.argsort(x, axis=axis, kind='stable'), axis)", names)


def _partition(b: Builder, call: Call) -> Atom:
    names = dict(call.names)
    if value_of(call, b.kind, "axis") is None:
        names.update(x=b.text("np.ravel(x)", names), axis=Const(-1))
    if len(axes_of(b.kind(names["x"])) or ()) == 1:
        return b.text("x[np.argpartition(x, kth)]", names)
    return b.text("np.take_along_axis(x, np.argpartition(x, kth, axis=axis), axis)", names)


composite("y = np.sort(x, axis=-1, kind=None, *, stable=None)", _sort, of=("x",))
composite("y = np.partition(x, kth, axis=-1)", _partition, of=("x",))
composite("y = np.sort_complex(x)", lambda b, call: b.text("np.sort(x).astype(dtype)", {**call.names, "dtype": Const(complex, "complex")}))


def _unordered(call: Call) -> Atom:
    raise errors.error("W044", call.line.place, name=call.line.op, what="complex numbers, of which the order is not known")


def _unique(b: Builder, call: Call) -> Atom:
    """In order, without those that equal the one before, or are another NaN."""
    s = b.text("np.sort(x, axis=None)", call.names)
    new = b.text("(s[1:] != s[:-1]) & ~np.isnan(s[:-1])", {"s": s})
    return b.text("s[np.concatenate((np.ones(1, bool)[:s.size], new))]", {"s": s, "new": new, "bool": Const(bool, "bool")})


composite("y = np.unique(x)", _unique)
composite("y = np.unique_values(x)", lambda b, call: _unique(b, call) if is_real(b.kind(call["x"])) else _unordered(call), of=("x",))
composite("z = np.union1d(x, y)", "np.unique(np.concatenate((np.ravel(x), np.ravel(y))))")


def _trimmed(b: Builder, call: Call) -> Atom:
    """From the first to the last that is not zero, or at one end only."""
    trim = value_of(call, b.kind, "trim").lower()
    first = "np.flatnonzero(x)[0]" if "f" in trim else ""
    behind = "np.flatnonzero(x)[-1] + 1" if "b" in trim else ""
    return b.text(f"x[{first}:{behind}]", call.names)


composite("y = np.trim_zeros(x, trim='fb')", _trimmed, of=("x",))


# picked by a number or a condition: linear in what is picked from


def _choose_vjp(b: Builder, call: Call, y_bar: Atom, parameter: str) -> Atom:
    kind = b.kind(call["choices"])
    items, kinds = items_of(b, call, "choices"), item_kinds(kind) or ()
    parts: list[Atom] = []
    for position, own in enumerate(kinds):
        if not may_carry_derivative(own):
            parts.append(Const(0.0))
            continue
        part = b.text(f"np.where(a == {position}, y_bar, 0.0)", {**call.names, "y_bar": y_bar})
        parts.append(fit(b, part, own, lambda position=position: items[position]))  # type: ignore[misc]  # mypy infers no lambda with a default
    return packed(b, kind, parts)


def _choose_kind(call: Call, kind: KindOf) -> Kind:
    return broadcast_kind(call, _chosen, [kind(call["a"]), *(item_kinds(kind(call["choices"])) or ())])


def _chosen(a: Any, *values: Any) -> Any:
    return np.result_type(*values).type(0)


linear("y = np.choose(a, choices)", _choose_vjp, of=("choices",), kind=_choose_kind, sequences=frozenset({"choices"}), method=True, cost=100)


def _select(b: Builder, call: Call) -> Atom:
    """The first condition that is true decides."""
    conditions, choices = items_of(b, call, "condlist"), items_of(b, call, "choicelist")
    result = call["default"]
    for condition, choice in reversed(list(zip(list(conditions), list(choices)))):
        result = b.apply("np.where", condition, choice, result)
    return result


composite("y = np.select(condlist, choicelist, default=0)", _select, of=("choicelist", "default"))

