"""Arrays made of pieces: concatenate, stack, hstack, vstack, array. Each piece's adjoint is cut out of the whole.

y = np.concatenate([u[:1], v, u[-1:]])        gives        y_bar[:1], y_bar[1:-1], y_bar[-1:]
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from wengert import errors
from wengert.ir.axes import MANY, Axis
from wengert.ir.build import Builder
from wengert.ir.core import Atom, Const
from wengert.ir.kinds import (
    FLOAT,
    UNKNOWN,
    Array,
    Kind,
    Known,
    List,
    NumpyScalar,
    Scalar,
    Tuple,
    Union,
    axes_of,
    dtype_of,
    may_carry_derivative,
    scalar_type,
)
from wengert.rules.array_kinds import PYTHON_DTYPES, nested_axes, same_length
from wengert.rules.index_kinds import element_of
from wengert.rules.result_kinds import NotStatic, dtype_argument, example_of, normalized, value_of
from wengert.rules.sequences import item_kinds, items_of, packed
from wengert.rules.table import Call, KindOf, linear


def _pieces(kind: Kind) -> tuple[str, list[tuple[Axis, ...]]] | None:
    """The common dtype and the axes of each piece."""
    kinds = item_kinds(kind)
    if kinds is None and isinstance(kind, List):  # of all pieces alike
        kinds = (kind.element,)
    if not kinds or any(example_of(k) is None or axes_of(k) is None for k in kinds):
        return None
    dtypes = [dtype_of(k) or PYTHON_DTYPES.get(scalar_type(k) or "", "object") for k in kinds]
    if "object" in dtypes:
        return None
    return np.result_type(*dtypes).name, [axes_of(k) or () for k in kinds]


def _refused(call: Call, what: str) -> errors.Error:
    return errors.error("W044", call.line.place, name=call.line.op, what=what)


# concatenate and its relatives


def _joined_axis(call: Call, kind: KindOf, ndim: int) -> int:
    if call.primitive.op == "np.vstack":
        return 0
    if call.primitive.op == "np.hstack":
        return 0 if ndim == 1 else 1
    (axis,) = normalized(value_of(call, kind, "axis"), ndim)
    return axis


def _join_kind(call: Call, kind: KindOf) -> Kind:
    found = _pieces(kind(call["arrays"]))
    if found is None:
        return UNKNOWN
    dtype, shapes = found[0], _at_least(call, found[1])
    if len({len(shape) for shape in shapes}) != 1 or not shapes[0]:
        return UNKNOWN
    try:
        axis = _joined_axis(call, kind, len(shapes[0]))
    except (NotStatic, ValueError):
        return UNKNOWN
    along = [shape[axis] for shape in shapes]
    known = item_kinds(kind(call["arrays"])) is not None
    total: Axis = along[0] if len(along) == 1 and known else f"{call.result}:{axis}"
    if len(along) > 1 and (MANY in along or along.count(1) > 1):
        total = MANY
    across = [same_length([shape[i] for shape in shapes]) for i in range(len(shapes[0]))]
    return Array(dtype, tuple(total if i == axis else a for i, a in enumerate(across)))


def _at_least(call: Call, shapes: list[tuple[Axis, ...]]) -> list[tuple[Axis, ...]]:
    """`vstack` makes rows of vectors, and both stacks arrays of numbers, each piece by itself."""
    wanted = {"np.vstack": 2, "np.hstack": 1}.get(call.primitive.op, 0)
    ahead: tuple[Axis, ...] = (1,)
    return [(*ahead * (wanted - len(shape)), *shape) for shape in shapes]


def _join_vjp(b: Builder, call: Call, y_bar: Atom, parameter: str) -> Atom:
    kind = b.kind(call["arrays"])
    found, kinds = _pieces(kind), item_kinds(kind)
    if found is None:
        raise _refused(call, "pieces whose number of axes is known only at run time")
    shapes = _at_least(call, found[1])
    if not shapes[0] or len({len(shape) for shape in shapes}) != 1:
        raise _refused(call, "pieces that are no arrays, or not of one number of axes")
    try:
        axis = _joined_axis(call, b.kind, len(shapes[0]))
    except (NotStatic, ValueError):
        raise _refused(call, "an axis that is not a number of the text") from None
    if kinds is None:
        return _cut(b, call, y_bar, axis, len(shapes[0]) - len(found[1][0]))
    items = items_of(b, call, "arrays")
    lengths = [shape[axis] for shape in shapes]
    parts: list[Atom] = []
    for i in range(len(items)):
        if not may_carry_derivative(kinds[i]):
            parts.append(Const(0.0))
            continue
        start, stop = _edge(b, items, lengths, i, axis), _edge(b, items, lengths, i + 1, axis)
        added = len(shapes[i]) - len(found[1][i])
        if added:  # a row, or a number
            row = b.text("y_bar[i]" if added == 1 else "y_bar[i, 0]", {"y_bar": y_bar, "i": Const(0) if start == Const(None) else start})
            parts.append(row)
            continue
        cut = b.apply("slice", start, stop, Const(None))
        index = cut if axis == 0 else b.apply("tuple", *[b.apply("slice", *[Const(None)] * 3)] * axis, cut)
        parts.append(b.apply("getitem", y_bar, index))
    return packed(b, kind, parts)


def _cut(b: Builder, call: Call, y_bar: Atom, axis: int, added: int) -> Atom:
    """Pieces whose number only the run knows: rows or numbers, each of which is one, or of the lengths that they had."""
    if added:
        return b.text("nested_like(y_bar, arrays)" if added == 1 else "nested_like(y_bar[:, 0], arrays)", {**call.names, "y_bar": y_bar})
    return b.text(f"cut_like(y_bar, arrays, axis={axis})" if axis else "cut_like(y_bar, arrays)", {**call.names, "y_bar": y_bar})


def _edge(b: Builder, items: Sequence[Atom], lengths: Sequence[Axis], position: int, axis: int) -> Atom:
    """Where piece `position` begins: counted from the front or from the back if those pieces have length 1, else by adding up."""
    before, after = lengths[:position], lengths[position:]
    if not before or not after:
        return Const(None)
    if all(length == 1 for length in before):
        return Const(len(before))
    if all(length == 1 for length in after):
        return Const(-len(after))
    total: Atom | None = None
    for item, length in zip(items, before):
        if length != 1:
            total = b.text(f"n + x.shape[{axis}]" if total else f"x.shape[{axis}]", {"n": total or Const(0), "x": item})
    assert total is not None
    return b.text("n + k", {"n": total, "k": Const(before.count(1))}) if 1 in before else total


for _text in ("y = np.concatenate(arrays, axis=0)", "y = np.vstack(arrays)", "y = np.hstack(arrays)"):
    linear(_text, _join_vjp, kind=_join_kind, cost=100, sequences=frozenset({"arrays"}))


# stack: a new axis


def _stack_kind(call: Call, kind: KindOf) -> Kind:
    operand = kind(call["arrays"])
    found = _pieces(operand)
    if found is None:
        return UNKNOWN
    dtype, shapes = found
    if len({len(shape) for shape in shapes}) != 1:
        return UNKNOWN
    try:
        (axis,) = normalized(value_of(call, kind, "axis"), len(shapes[0]) + 1)
    except (NotStatic, ValueError):
        return UNKNOWN
    axes = [same_length([shape[i] for shape in shapes]) for i in range(len(shapes[0]))]
    number = item_kinds(operand)
    axes.insert(axis, f"{call.result}:{axis}" if number is None else 1 if len(number) == 1 else MANY)
    return Array(dtype, tuple(axes))


def _stack_vjp(b: Builder, call: Call, y_bar: Atom, parameter: str) -> Atom:
    kind, axis = b.kind(call["arrays"]), call.value("axis")
    kinds = item_kinds(kind)
    if type(axis) is not int:
        raise _refused(call, "an axis known only at run time")
    if kinds is None and isinstance(kind, List):
        return b.apply("list_of", y_bar if axis == 0 else b.apply("np.moveaxis", y_bar, Const(axis), Const(0)))
    if kinds is None:
        raise _refused(call, "pieces whose number is known only at run time")
    ahead = ":, " * axis if axis >= 0 else "..., "
    behind = ", :" * (-axis - 1) if axis < 0 else ""
    parts = [
        b.text(f"y_bar[{ahead}{i}{behind}]", {"y_bar": y_bar}) if may_carry_derivative(k) else Const(0.0)
        for i, k in enumerate(kinds)
    ]
    return packed(b, kind, parts)


# the rows of an array as a list: the adjoint of `stack`, as that is its adjoint
linear("y = list_of(x)", "x_bar += np.stack(y_bar)", kind=lambda call, kind: List(element_of(kind(call["x"]))), cost=100, view=True)
linear("y = np.unstack(x, *, axis=0)", "x_bar += np.stack(y_bar, axis)", cost=100, view=True,
       kind=lambda call, kind: List(element_of(kind(call["x"]))) if call.value("axis") == 0 else UNKNOWN)  # fmt: skip
linear("y = np.stack(arrays, axis=0)", _stack_vjp, kind=_stack_kind, cost=100, sequences=frozenset({"arrays"}))


# the adjoints of pieces whose number only the run knows, which `concatenate` and `array` undo


def _cut_kind(call: Call, kind: KindOf) -> Kind:
    x, pieces = kind(call["x"]), kind(call["pieces"])
    axes = axes_of(element_of(pieces))
    return List(Array(x.dtype, axes)) if isinstance(x, Array) and axes else UNKNOWN


def _nested_kind(call: Call, kind: KindOf) -> Kind:
    def nested(rows: Kind) -> Kind:
        if isinstance(rows, Tuple):
            return Tuple(tuple(map(nested, rows.items)))
        if isinstance(rows, List):
            return List(nested(rows.element), None if rows.items is None else tuple(map(nested, rows.items)))
        return rows if may_carry_derivative(rows) else FLOAT

    return nested(kind(call["rows"]))


for _text, _back, _like, _of_pieces in (
    ("y = cut_like(x, pieces, axis=0)", "x_bar += np.concatenate(y_bar, axis=axis)", "pieces", _cut_kind),
    ("y = nested_like(x, rows)", "x_bar += np.array(y_bar)", "rows", _nested_kind),
):
    linear(_text, _back, of=("x",), kind=_of_pieces, cost=100, view=True, flat_in=frozenset({_like}), sequences=frozenset({_like}))


# array(x), asarray(x): of an array, a number, or nested lists of numbers


def _array_kind(call: Call, kind: KindOf) -> Kind:
    found = nested_axes(kind(call["x"]), call.result)
    try:
        dtype = dtype_argument(call, kind)
        least = value_of(call, kind, "ndmin") if "ndmin" in call.arguments else 0
    except NotStatic:
        return UNKNOWN
    if found is None:
        return UNKNOWN
    front: list[Axis] = [1] * (least - len(found[1]))
    return Array(dtype or found[0], (*front, *found[1]))


def _array_vjp(b: Builder, call: Call, y_bar: Atom, parameter: str) -> Atom:
    least = b.kind(call["ndmin"]) if "ndmin" in call.arguments else Known(0)
    if least != Known(0):  # the axes that it puts in front
        found = nested_axes(b.kind(call["x"]), call.result)
        if found is None or not isinstance(least, Known):
            raise _refused(call, "`ndmin` of a value of unknown kind")
        if least.value > len(found[1]):
            y_bar = b.text(f"y_bar[{', '.join('0' * (least.value - len(found[1])))}]", {"y_bar": y_bar})

    def cut(kind: Kind, index: tuple[int, ...]) -> Atom:
        if not isinstance(kind, (List, Tuple)):
            if not may_carry_derivative(kind):
                return Const(0.0)
            return b.text(f"y_bar[{', '.join(map(str, index))}]", {"y_bar": y_bar}) if index else y_bar
        if not _written_out(kind):
            numbers = nested_axes(kind, call.result)
            if numbers and not numbers[0].startswith("complex") and (dtype_of(b.kind(call.result)) or "").startswith("complex"):
                return b.text("nested_like(y_bar, x)", {**call.names, "y_bar": y_bar})
            if isinstance(kind, List) and kind.items is None and _numbers(kind.element):
                return b.apply("np.tolist", y_bar, spelled=".tolist")
            if isinstance(kind, List) and kind.items is None and isinstance(kind.element, (Array, NumpyScalar)):
                return b.apply("list_of", y_bar)
            return b.text("nested_like(y_bar, x)", {**call.names, "y_bar": y_bar})
        return packed(b, kind, [cut(k, (*index, i)) for i, k in enumerate(item_kinds(kind) or ())])

    return cut(b.kind(call["x"]), ())


def _written_out(kind: Kind) -> bool:
    """Does the text say how many items there are, at each depth?"""
    items = item_kinds(kind)
    return all(map(_written_out, items)) if items is not None else not isinstance(kind, List)


def _numbers(kind: Kind) -> bool:
    if isinstance(kind, Union):
        return all(scalar_type(option) == "float" or option == NumpyScalar("float64") for option in kind.options)
    return scalar_type(kind) == "float" or (isinstance(kind, List) and _numbers(kind.element))


for _name, _copy in (("array", ", *, ndmin=0"), ("asarray", ", *, copy=None"), ("asanyarray", ""), ("ascontiguousarray", "")):
    linear(
        f"y = np.{_name}(x, dtype=None{_copy})", _array_vjp, kind=_array_kind, cost=1, view=_name != "array", sequences=frozenset({"x"})
    )


def _list_kind(call: Call, kind: KindOf) -> Kind:
    axes, dtype = axes_of(kind(call["x"])), dtype_of(kind(call["x"])) or ""
    element: Kind = Scalar("float" if dtype.startswith("float") else "int" if dtype.startswith("int") else "bool")
    if axes is None or not dtype.startswith(("float", "int", "bool")):
        return UNKNOWN
    for _ in axes:
        element = List(element)
    return element


def _list_vjp(b: Builder, call: Call, y_bar: Atom, parameter: str) -> Atom:
    return b.apply("np.array", y_bar)


linear("y = np.tolist(x)", _list_vjp, kind=_list_kind, method="tolist", cost=100)
