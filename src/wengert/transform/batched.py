"""Rows of which the tangents in all directions are one call (the directions lie along the first axis: `many_directions.py`).

    y = a @ x          y_dot = x_dot @ a.T          # x_dot has a row for each direction
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, TypeAlias

from wengert.ir.build import Builder
from wengert.ir.core import Atom, Const
from wengert.ir.kinds import Array, Kind, List, Tuple, axes_of
from wengert.rules.table import Call
from wengert.transform.bars import shape_of


class Directions(Protocol):
    """What forward mode in many directions knows of them (`many_directions.py`)."""

    count: Atom  # how many there are

    def shape(self, b: Builder, value: Atom) -> Atom:
        """The shape of the tangents of a value."""

    def index(self, b: Builder, parts: Sequence[Atom]) -> Atom:
        """The index that takes these parts of each direction."""

    def lifted(self, b: Builder, dot: Atom, have: int, wanted: int) -> Atom:
        """Tangents of a value of `have` axes, with the axes that broadcasting against `wanted` of them puts before."""


Batched: TypeAlias = "Callable[[Directions, Builder, Call, Mapping[str, Atom]], Atom | None]"
"""Writes the tangents of one call, given those of its operands; None if it does not know how."""


def _product(d: Directions, b: Builder, call: Call, dots: Mapping[str, Atom]) -> Atom | None:
    """`x @ y` and `np.dot`: of vectors and matrices."""
    names = call.differentiable
    x, y = call[names[0]], call[names[1]]
    axes = [axes_of(b.kind(atom)) for atom in (x, y)]
    if any(shape is None or len(shape) not in (1, 2) for shape in axes):
        return None
    (first, second) = (len(shape or ()) for shape in axes)
    parts = []
    if names[0] in dots:
        parts.append(b.apply("matmul", dots[names[0]], y))
    if names[1] in dots:
        dot = dots[names[1]]
        if second == 1:
            parts.append(b.apply("matmul", dot, x if first == 1 else b.apply("np.transpose", x, spelled=".T")))
        else:
            parts.append(b.apply("matmul", x, dot))
    return parts[0] if len(parts) == 1 else b.apply("add", *parts)


def _reshaped(d: Directions, b: Builder, call: Call, dots: Mapping[str, Atom]) -> Atom | None:
    """The same elements in another shape."""
    if call.arguments.get("order", Const("C")) != Const("C") or len(dots) != 1:
        return None
    return b.apply("np.reshape", next(iter(dots.values())), d.shape(b, call.result))


def _transposed(d: Directions, b: Builder, call: Call, dots: Mapping[str, Atom]) -> Atom | None:
    axes = axes_of(b.kind(call.line.args[0]))
    if len(call.line.args) > 1 or call.line.keywords or axes is None or len(axes) > 2:
        return None
    (dot,) = dots.values()
    return dot if len(axes) < 2 else b.apply("np.swapaxes", dot, Const(1), Const(2))


def _where(d: Directions, b: Builder, call: Call, dots: Mapping[str, Atom]) -> Atom | None:
    wanted = len(axes_of(b.kind(call.result)) or ())
    parts: list[Atom] = []
    for name in ("x", "y"):
        have = axes_of(b.kind(call[name]))
        if have is None:
            return None
        parts.append(d.lifted(b, dots[name], len(have), wanted) if name in dots else Const(0.0))
    made = b.apply("np.where", call["c"], *parts)
    return b.apply("np.broadcast_to", made, d.shape(b, call.result))


def _stretched(d: Directions, b: Builder, call: Call, dots: Mapping[str, Atom]) -> Atom | None:
    """`np.broadcast_to(x, shape)`, `np.full_like(like, x)`."""
    ((name, dot),) = dots.items()
    have, wanted = axes_of(b.kind(call[name])), axes_of(b.kind(call.result))
    if have is None or wanted is None:
        return None
    made = b.apply("np.broadcast_to", d.lifted(b, dot, len(have), len(wanted)), d.shape(b, call.result))
    return b.apply("copy", made) if call.line.op != "np.broadcast_to" else made


def _outer(d: Directions, b: Builder, call: Call, dots: Mapping[str, Atom]) -> Atom | None:
    x, y = (call[name] for name in call.differentiable[:2])
    if any(len(axes_of(b.kind(atom)) or ()) != 1 for atom in (x, y)):
        return None
    whole = b.apply("slice", Const(None), Const(None), Const(None))
    parts = []
    for name, dot in dots.items():
        if name == call.differentiable[0]:
            parts.append(b.apply("mul", b.apply("getitem", dot, d.index(b, [whole, Const(None)])), y))
        else:
            column = b.apply("getitem", x, b.apply("tuple", whole, Const(None)))
            parts.append(b.apply("mul", column, b.apply("getitem", dot, d.index(b, [Const(None)]))))
    return parts[0] if len(parts) == 1 else b.apply("add", *parts)


def _joined(d: Directions, b: Builder, call: Call, dots: Mapping[str, Atom]) -> Atom | None:
    """Arrays put together along an axis, which is one further for tangents."""
    ((name, dot),) = dots.items()
    kind, axis = b.kind(call[name]), call.arguments.get("axis", Const(0))
    items = _items(kind)
    if not items or not isinstance(axis, Const) or type(axis.value) is not int or any(axes_of(item) is None for item in items):
        return None
    if set(call.arguments) - {name, "axis"} and any(call.arguments[key] != Const(None) for key in set(call.arguments) - {name, "axis"}):
        return None
    along = axis.value + 1 if axis.value >= 0 else axis.value
    return b.apply(call.line.op, dot, keywords=[("axis", Const(along))])


def _array(d: Directions, b: Builder, call: Call, dots: Mapping[str, Atom]) -> Atom | None:
    """`np.array([a, b])` of numbers, or of arrays of one shape: a stack."""
    ((name, dot),) = dots.items()
    kind, result = b.kind(call[name]), b.kind(call.result)
    if isinstance(kind, Array):
        return b.apply("copy", dot)
    items = _items(kind)
    if not items or not isinstance(result, Array) or any(axes_of(item) is None or len(axes_of(item) or ()) + 1 != len(result.axes) for item in items):
        return None
    if isinstance(kind, List) and kind.items is None:  # it may be empty
        own = shape_of(b, call.result)
        first, rest = (b.apply("getitem", own, b.apply("slice", *ends, Const(None))) for ends in ((Const(None), Const(1)), (Const(1), Const(None))))
        shape = b.apply("add", b.apply("add", first, b.apply("tuple", d.count)), rest)
        return b.apply("np.swapaxes", b.apply("np.reshape", dot, shape), Const(0), Const(1))
    return b.apply("np.stack", dot, keywords=[("axis", Const(1))])


def _items(kind: Kind) -> tuple[Kind, ...] | None:
    """The kinds of what is put together; of a list of which the length is not known, one for all."""
    if isinstance(kind, List) and kind.items is None:
        return (kind.element,)
    return kind.items if isinstance(kind, (Tuple, List)) else None


def _summed_up(d: Directions, b: Builder, call: Call, dots: Mapping[str, Atom]) -> Atom | None:
    """`np.cumsum`."""
    ((name, dot),) = dots.items()
    axes, axis = axes_of(b.kind(call[name])), call.arguments.get("axis", Const(None))
    if axes is None or not isinstance(axis, Const) or (axis.value is None and len(axes) != 1) or len(axes) == 0:
        return None
    return b.apply("np.cumsum", dot, keywords=[("axis", Const((axis.value or 0) % len(axes) + 1))])


def _same(d: Directions, b: Builder, call: Call, dots: Mapping[str, Atom]) -> Atom | None:
    """A value under another name."""
    return next(iter(dots.values())) if len(dots) == 1 and isinstance(b.kind(call.line.args[0]), Array) else None


BATCHED: Mapping[str, Batched] = {
    **dict.fromkeys(("matmul", "np.matmul", "np.dot"), _product),
    **dict.fromkeys(("np.reshape", "np.ravel", "np.flatten", "np.squeeze", "np.expand_dims", "np.atleast_1d"), _reshaped),
    **dict.fromkeys(("np.broadcast_to", "np.full_like"), _stretched),
    **dict.fromkeys(("np.asarray", "np.copy", "np.ascontiguousarray"), _same),
    "np.concatenate": _joined, "np.stack": _joined, "np.array": _array, "np.cumsum": _summed_up,
    "np.transpose": _transposed, "np.where": _where, "np.outer": _outer,
}  # fmt: skip
