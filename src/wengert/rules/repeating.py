"""Elements written several times or with others around them: tile, repeat, resize, pad.

What was copied adds up: the adjoint of an element is the sum over its copies.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from wengert import errors
from wengert.ir.build import Builder
from wengert.ir.core import Atom, Const
from wengert.ir.kinds import Kind, Known, List, Tuple, is_scalar, scalar_type
from wengert.rules.by_example import exemplified
from wengert.rules.composite import composite
from wengert.rules.cumulative import refused_if_unclear
from wengert.rules.order import ndim
from wengert.rules.result_kinds import NotStatic, normalized, value_of
from wengert.rules.table import Call, KindOf, general, linear


@refused_if_unclear
def _tile_vjp(b: Builder, call: Call, y_bar: Atom, parameter: str) -> Atom:
    """An axis of copies in front of each axis, and the sum over these."""
    reps, count = value_of(call, b.kind, "reps"), ndim(b, call)
    counts = (reps,) if isinstance(reps, int) else tuple(reps)
    shape: list[str] = []
    summed: list[int] = []
    for place in range(-max(count, len(counts)), 0):
        times = counts[place] if -place <= len(counts) else 1
        if times != 1:
            summed.append(len(shape))
            shape.append(str(times))
        if -place <= count:
            shape.append(f"x.shape[{count + place}]")
    names = {**call.names, "y_bar": y_bar}
    if not summed:
        return b.text("y_bar.reshape(x.shape)", names)
    text = f"y_bar.reshape(({', '.join(shape)})).sum(axis={tuple(summed) if len(summed) > 1 else summed[0]})"
    return b.text(text if count else "np.sum(y_bar)", names)


linear("y = np.tile(x, reps)", _tile_vjp, kind=exemplified("x"), cost=100)


@refused_if_unclear
def _repeat_vjp(b: Builder, call: Call, y_bar: Atom, parameter: str) -> Atom:
    names, axis, count = {**call.names, "y_bar": y_bar}, value_of(call, b.kind, "axis"), ndim(b, call)
    once = is_scalar(b.kind(call["repeats"]))
    if axis is None:
        if once:
            return b.text("y_bar.reshape((-1, repeats)).sum(axis=1)" + ("" if count == 1 else ".reshape(np.shape(x))"), names)
        names["flat"] = call["x"] if count == 1 else b.text("np.ravel(x)", names)
        index = b.text("np.repeat(np.arange(flat.size), repeats)", names)
        found = b.apply("add_at", b.text("np.zeros_like(flat)", names), index, y_bar)
        return found if count == 1 else b.text("g.reshape(x.shape)", {**names, "g": found})
    (place,) = normalized(axis, count)
    if once:
        lengths = [f"x.shape[{k}]" for k in range(place + 1)] + ["repeats"] + [f"x.shape[{k}]" for k in range(place + 1, count)]
        return b.text(f"y_bar.reshape(({', '.join(lengths)})).sum(axis={place + 1})", names)
    index = b.text(f"np.repeat(np.arange(x.shape[{place}]), repeats)", names)
    whole = [b.apply("slice", *[Const(None)] * 3) for _ in range(place)]
    return b.apply("add_at", b.text("np.zeros_like(x)", names), b.apply("tuple", *whole, index) if whole else index, y_bar)


def _repeated(call: Call, kind: KindOf) -> Kind:
    if scalar_type(kind(call["repeats"])) == "int":
        return exemplified("x", function=lambda x, repeats=2, axis=None: np.repeat(x, repeats, axis))(call, _known_count(call, kind))
    return exemplified("x", function=_repeat_some)(call, _known_count(call, kind))


def _repeat_some(x: Any, repeats: int = 2, axis: Any = None) -> Any:
    """Lengths of which nothing is known."""
    length = np.size(x) if axis is None else np.shape(x)[axis]
    return np.repeat(x, 3 + length % 5, axis)


def _known_count(call: Call, kind: KindOf) -> KindOf:
    """A count that is known only at run time is some count."""

    def asked(atom: Atom) -> Kind:
        found = kind(atom)
        return found if atom != call["repeats"] or isinstance(found, Known) else Known(5)

    return asked


linear("y = np.repeat(x, repeats, axis=None)", _repeat_vjp, kind=_repeated, method=True, cost=100)
composite("y = np.resize(x, new_shape)", "np.ravel(x)[np.resize(np.arange(x.size), new_shape)]", of=("x",), kind=exemplified("x"))


# pad: the inner part goes back; what was copied into the border, too


BORDERS = ("edge", "reflect", "wrap", "symmetric")


def _widths(call: Call, b: Builder, count: int) -> list[tuple[Any, Any]]:
    """Before and after, for each axis."""
    given = value_of(call, b.kind, "pad_width")
    table = np.broadcast_to(np.asarray(given), (count, 2)).tolist()
    return [(before, after) for before, after in table]


def _inner(b: Builder, call: Call) -> Atom:
    """Where in the result the operand stands."""
    count = ndim(b, call)
    try:
        cuts = [b.apply("slice", Const(before or None), Const(-after or None), Const(None)) for before, after in _widths(call, b, count)]
    except NotStatic:
        width = b.kind(call["pad_width"])
        names: dict[str, Atom] = {**call.names, "w": call["pad_width"]}
        if scalar_type(width) != "int" and not (isinstance(width, (Tuple, List)) and len(width.items or ()) == 2 and count == 1):
            raise
        names["before"] = call["pad_width"] if scalar_type(width) == "int" else b.text("w[0]", names)
        cuts = [b.apply("slice", names["before"], b.text(f"before + x.shape[{k}]", names), Const(None)) for k in range(count)]
    return cuts[0] if count == 1 else b.apply("tuple", *cuts)


@refused_if_unclear
def _pad_vjp(b: Builder, call: Call, y_bar: Atom, parameter: str) -> Atom:
    names, mode = {**call.names, "y_bar": y_bar}, value_of(call, b.kind, "mode")
    if not ndim(b, call):
        raise NotStatic
    if parameter == "constant_values":
        if not is_scalar(b.kind(call["constant_values"])):
            raise NotStatic
        names["border"] = b.text("np.pad(np.zeros_like(x), pad_width, constant_values=1)", names)
        return b.text("(y_bar * border).sum()", names)
    if mode == "constant":
        return b.apply("getitem", y_bar, _inner(b, call))
    if mode not in BORDERS:
        raise errors.error("W042", call.line.place, name=call.line.op, keyword="mode")
    names["index"] = b.text("np.pad(np.arange(x.size).reshape(x.shape), pad_width, mode=mode)", names)
    return b.text("g.reshape(x.shape)", {**names, "g": b.apply("add_at", b.text("np.zeros(x.size, dtype=x.dtype)", names), names["index"], y_bar)})


def _pad_jvp(b: Builder, call: Call, tangents: Mapping[str, Atom]) -> Atom:
    mode = call["mode"]
    x = tangents.get("x") or b.text("np.zeros_like(x)", call.names)
    keywords: list[tuple[str, Atom]] = [] if mode == Const("constant") else [("mode", mode)]
    if "constant_values" in tangents:
        keywords.append(("constant_values", tangents["constant_values"]))
    return b.apply("np.pad", x, call["pad_width"], keywords=keywords)


general("y = np.pad(x, pad_width, mode='constant', *, constant_values=0)", vjp=_pad_vjp, jvp=_pad_jvp, of=("x", "constant_values"),
        kind=exemplified("x", "constant_values"), cost=100)  # fmt: skip
