"""Functions of a list or tuple of numbers or arrays: what each item's adjoint gains is packed into a container of the same form.

The items are known one by one where the list was written out (`np.stack([a, b])`); of a list that grew in a loop only the length
at run time is, and few rules can do without more.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from wengert import errors
from wengert.ir.axes import broadcast_axes
from wengert.ir.build import Builder
from wengert.ir.core import Atom, Const
from wengert.ir.kinds import (
    FLOAT,
    UNKNOWN,
    Array,
    Kind,
    List,
    NumpyScalar,
    Tuple,
    Union,
    axes_of,
    is_scalar,
    may_carry_derivative,
    scalar_type,
)
from wengert.ir.lattice import join, join_all, options_of
from wengert.rules.fitting import fit
from wengert.rules.index_kinds import element_of
from wengert.rules.result_kinds import always, as_result, promoted, python_kind
from wengert.rules.table import Call, Jvp, KindOf, Vjp, general

Weight = Callable[[Builder, Call, Sequence[Atom], int], Atom]
"""(b, call, items, position) -> the derivative of the result with respect to that item; Const(1) says that nothing is written."""


def item_kinds(kind: Kind) -> tuple[Kind, ...] | None:
    """The kinds of the items where their number is known."""
    return kind.items if isinstance(kind, (Tuple, List)) else None


class Items(Sequence[Atom]):
    """The items of a list, each read by a line when it is asked for, so that nothing is saved in vain."""

    def __init__(self, b: Builder, xs: Atom, length: int) -> None:
        self.b, self.xs, self.length = b, xs, length
        self.read: dict[int, Atom] = {}

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, position: Any) -> Any:
        if isinstance(position, slice):
            return [self[i] for i in range(*position.indices(self.length))]
        if position >= self.length:
            raise IndexError(position)
        if position not in self.read:
            self.read[position] = self.b.apply("getitem", self.xs, Const(position))
        return self.read[position]


def items_of(b: Builder, call: Call, parameter: str) -> Items:
    """The items of a list; one whose length the text does not say is refused."""
    kinds = item_kinds(b.kind(call[parameter]))
    if kinds is None:
        raise errors.error("W044", call.line.place, name=call.line.op, what="a list whose length is known only at run time")
    return Items(b, call[parameter], len(kinds))


def packed(b: Builder, kind: Kind, parts: Sequence[Atom]) -> Atom:
    """The contributions as a container of the operand's form."""
    return b.apply("tuple" if isinstance(kind, Tuple) else "list", *parts)


def times(b: Builder, bar: Atom, weight: Atom) -> Atom:
    return bar if weight == Const(1) else b.apply("mul", bar, weight)


def weighted_items(*weights: tuple[str, Weight]) -> tuple[Vjp, Jvp]:
    """The two rules of a function whose items each have a weight."""
    rules = dict(weights)

    def vjp(b: Builder, call: Call, y_bar: Atom, parameter: str) -> Atom:
        kind = b.kind(call[parameter])
        items, active = items_of(b, call, parameter), item_kinds(kind) or ()
        parts = [
            times(b, y_bar, rules[parameter](b, call, items, i)) if may_carry_derivative(active[i]) else Const(0.0)
            for i in range(len(items))
        ]
        return packed(b, kind, parts)

    def jvp(b: Builder, call: Call, tangents: Mapping[str, Atom]) -> Atom:
        total: Atom | None = None
        for parameter, tangent in tangents.items():
            items, active = items_of(b, call, parameter), item_kinds(b.kind(call[parameter])) or ()
            for i in range(len(items)):
                if not may_carry_derivative(active[i]):
                    continue
                part = times(b, b.apply("getitem", tangent, Const(i)), rules[parameter](b, call, items, i))
                total = part if total is None else b.apply("add", total, part)
        return Const(0.0) if total is None else total

    return vjp, jvp


def others(b: Builder, call: Call, items: Sequence[Atom], position: int) -> Atom:
    """The product of all items but one, right also where some are zero."""
    rest = [items[i] for i in range(len(items)) if i != position]
    total: Atom = rest[0] if rest else Const(1)
    for item in rest[1:]:
        total = b.apply("mul", total, item)
    return total


def _direction(sign: int) -> Weight:
    """`(p - q) / z`, 0 where the points are equal."""

    def weight(b: Builder, call: Call, items: Sequence[Atom], position: int) -> Atom:
        first, second = ("p", "q") if sign > 0 else ("q", "p")
        names = {**call.names, "i": Const(position)}
        return b.text(f"({first}[i] - {second}[i]) / (z + (z == 0))", names)

    return weight


def _math(text: str, *weights: tuple[str, Weight], kind: Callable[[Call, KindOf], Kind] | None = None) -> None:
    vjp, jvp = weighted_items(*weights)
    names = tuple(name for name, _ in weights)
    general(text, vjp=vjp, jvp=jvp, of=names, kind=kind or always(FLOAT), sequences=frozenset(names), cost=4)


def _partner(parameter: str) -> Weight:
    return lambda b, call, items, position: b.apply("getitem", call[parameter], Const(position))



def _sumprod_kind(call: Call, kind: KindOf) -> Kind:
    """Of floats of one type it is one more; of other numbers it is what they make of it."""
    items = [item for name in ("p", "q") for item in item_kinds(kind(call[name])) or (element_of(kind(call[name])),)]
    alike = is_scalar(items[0]) and all(item == items[0] for item in items)
    return items[0] if alike and items[0] in (FLOAT, NumpyScalar("float64"), NumpyScalar("float32")) else UNKNOWN


def _of_numbers(weight: Weight) -> Weight:
    """The weight, if all that is paired are numbers."""

    def checked(b: Builder, call: Call, items: Sequence[Atom], position: int) -> Atom:
        if any(not is_scalar(item) for name in ("p", "q") for item in item_kinds(b.kind(call[name])) or ()):
            raise errors.error("W044", call.line.place, name=call.line.op, what="a list of arrays")
        return weight(b, call, items, position)

    return checked


_math("z = math.sumprod(p, q)", ("p", _of_numbers(_partner("q"))), ("q", _of_numbers(_partner("p"))), kind=_sumprod_kind)
_math("z = math.dist(p, q)", ("p", _direction(1)), ("q", _direction(-1)))
_vjp, _jvp = weighted_items(("xs", others))
general("y = math.prod(xs, *, start=1)", vjp=lambda b, call, y_bar, name: _vjp(b, _from_one(call), y_bar, name),
        jvp=lambda b, call, tangents: _jvp(b, _from_one(call), tangents), of=("xs",), sequences=frozenset({"xs"}),
        kind=lambda call, kind: _sum_kind(call, kind))  # fmt: skip


def _from_one(call: Call) -> Call:
    if call["start"] != Const(1):
        raise errors.error("W042", call.line.place, name=call.line.op, keyword="start")
    return call


# sum(xs), sum(xs, start): also of a list that grew in a loop


def _sum_kind(call: Call, kind: KindOf) -> Kind:
    """`start + xs[0] + xs[1] + ...`; of an empty list it is `start` itself."""
    total, xs = kind(call["start"]), kind(call["xs"])
    kinds = item_kinds(xs)
    added = operator_result(total, element_of(xs), call.result)
    if kinds is None:
        return added if added == total or isinstance(xs, Array) else join(added, total)
    for item in kinds:
        total = operator_result(total, item, call.result)
    return total


def operator_result(x: Kind, y: Kind, fresh: str) -> Kind:
    """The kind of `x + y`, of numbers and arrays."""
    if isinstance(x, Union) or isinstance(y, Union):
        return join_all([operator_result(a, b, fresh) for a in options_of(x) for b in options_of(y)])
    types = [scalar_type(x), scalar_type(y)]
    if all(types):
        return python_kind("add", operator.add, [t or "" for t in types])
    axes, dtype = [axes_of(x), axes_of(y)], promoted("add", operator.add, [x, y])
    known = [shape for shape in axes if shape is not None]
    return UNKNOWN if dtype is None or len(known) < 2 else as_result(dtype, broadcast_axes(known, fresh))


def _sum_vjp(b: Builder, call: Call, y_bar: Atom, parameter: str) -> Atom:
    if parameter == "start":
        return fit(b, y_bar, b.kind(call["start"]), lambda: call["start"])
    kind = b.kind(call["xs"])
    kinds = item_kinds(kind)
    if kinds is not None:
        items = items_of(b, call, "xs")
        return packed(b, kind, [fit(b, y_bar, k, partial(items.__getitem__, i)) for i, k in enumerate(kinds)])
    if isinstance(kind, List):
        number = is_scalar(kind.element)  # then no item is needed to say which shape it has; there may be none
        first = fit(b, y_bar, kind.element, lambda: Const(0.0) if number else b.apply("getitem", call["xs"], Const(0)))
        return b.text("[y_bar] * len(xs)", {**call.names, "y_bar": first})
    return b.text("np.broadcast_to(y_bar, xs.shape)", {**call.names, "y_bar": y_bar})


def _sum_jvp(b: Builder, call: Call, tangents: Mapping[str, Atom]) -> Atom:
    if "xs" not in tangents:
        return tangents["start"]
    start = (tangents["start"],) if "start" in tangents else ()
    return b.apply("sum", tangents["xs"], *start)


general("y = sum(xs, start=0)", vjp=_sum_vjp, jvp=_sum_jvp, of=("xs", "start"), kind=_sum_kind, sequences=frozenset({"xs"}), cost=4)
general("y = math.fsum(xs)", vjp=_sum_vjp, jvp=lambda b, call, tangents: b.apply("sum", tangents["xs"]), of=("xs",), kind=always(FLOAT),
        sequences=frozenset({"xs"}), cost=4)  # fmt: skip
