"""The builtins `max` and `min`: of several numbers, or of one list or array. Ties share equally.

For two floats the weight of x in `max(x, y)` is `((x >= y) + (x > y)) / 2`: 1, 1/2 or 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from wengert import errors
from wengert.ir.build import Builder, parse_expression
from wengert.ir.core import Atom
from wengert.ir.kinds import Array, Kind, axes_of, scalar_type
from wengert.ir.lattice import join_all
from wengert.rules.index_kinds import element_of
from wengert.rules.notation import Partial
from wengert.rules.sequences import weighted_items
from wengert.rules.table import Call, KindOf, Partials, elementwise, general


def _choose(call: Call, kind: KindOf) -> Partials:
    names, kinds = call.starred, [kind(call[name]) for name in call.starred]
    python = all(scalar_type(k) for k in kinds)
    up = (">", ">=") if call.primitive.op == "max" else ("<", "<=")
    if len(names) == 2:
        weights = {}
        for x, y in (names, names[::-1]):
            if python:
                factors = [("*", f"({x} {up[1]} {y}) + ({x} {up[0]} {y})"), ("/", "2")]
            else:  # truth values of NumPy do not add
                first, second = (x, y) if up[0] == ">" else (y, x)
                factors = [("*", f"np.heaviside({first} - {second}, 0.5)")]
            weights[x] = Partial(1, tuple((operation, parse_expression(text)) for operation, text in factors))
        return weights
    if any(axes_of(k) != () for k in kinds):
        raise errors.error("W044", call.line.place, name=call.line.op, what="anything but numbers")
    same = [f"({x} == z)" if python else f"float({x} == z)" for x in names]
    return {
        x: Partial(1, (("*", parse_expression(mine)), ("/", parse_expression(f"({' + '.join(same)})"))))
        for x, mine in zip(names, same)
    }


def _one_of(call: Call, kind: KindOf) -> Kind:
    return join_all([kind(call[name]) for name in call.starred])


def _tied(b: Builder, call: Call, items: Sequence[Atom], position: int) -> Atom:
    if any(axes_of(b.kind(item)) != () for item in items):
        raise errors.error("W044", call.line.place, name=call.line.op, what="a list of anything but numbers")
    names: dict[str, Atom] = {f"x{i}": item for i, item in enumerate(items)}
    count = " + ".join(f"float(x{i} == y)" for i in range(len(items)))
    return b.text(f"float(x{position} == y) / ({count})", {**names, "y": call.result})


_items_vjp, _items_jvp = weighted_items(("xs", _tied))


def _vjp(b: Builder, call: Call, y_bar: Atom, parameter: str) -> Atom:
    kind = b.kind(call["xs"])
    if not isinstance(kind, Array):
        return _items_vjp(b, call, y_bar, parameter)
    _check_vector(call, kind)
    return b.text("y_bar * (xs == y) / (xs == y).sum(dtype=xs.dtype)", {**call.names, "y_bar": y_bar})


def _jvp(b: Builder, call: Call, tangents: Mapping[str, Atom]) -> Atom:
    kind = b.kind(call["xs"])
    if not isinstance(kind, Array):
        return _items_jvp(b, call, tangents)
    _check_vector(call, kind)
    return b.text("(xs_dot * (xs == y)).sum() / (xs == y).sum(dtype=xs.dtype)", {**call.names, "xs_dot": tangents["xs"]})


def _check_vector(call: Call, kind: Array) -> None:
    if len(kind.axes) != 1:
        raise errors.error("W044", call.line.place, name=call.line.op, what="an array of several axes")


for _name in ("max", "min"):
    elementwise(f"z = {_name}(*xs)", operands=("xs",), choose=_choose, kind=_one_of, cost=1, alone=f"{_name}_of")
    general(f"y = {_name}_of(xs)", vjp=_vjp, jvp=_jvp, of=("xs",), kind=lambda call, kind: element_of(kind(call["xs"])),
            sequences=frozenset({"xs"}), cost=100)  # fmt: skip
