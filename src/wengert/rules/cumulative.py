"""Cumulative reductions, and the methods of ufuncs: cumsum, cumprod, `np.add.reduce`, `np.maximum.accumulate`.

The adjoint of a cumulative sum adds up from the other end: `R(g)` in the texts below, `g` reversed, added up, and reversed back.
"""

from __future__ import annotations

from collections.abc import Mapping

from wengert import errors
from wengert.ir.axes import Axis
from wengert.ir.build import Builder
from wengert.ir.core import Apply, Atom, Const
from wengert.ir.kinds import UNKNOWN, Array, Kind, axes_of, dtype_of
from wengert.rules.by_example import exemplified
from wengert.rules.composite import composite
from wengert.rules.order import ndim
from wengert.rules.reduce import reduction
from wengert.rules.result_kinds import NotStatic, dtype_argument, normalized, value_of
from wengert.rules.table import Call, KindOf, Vjp, bind, general, linear, lookup

ALONG = "axis=axis, keepdims=keepdims"


# cumulative sums


def added_up(b: Builder, call: Call, g: Atom) -> Atom:
    """`g` added up from the end of the axis."""
    axes, axis = axes_of(b.kind(g)), value_of(call, b.kind, "axis")
    if axes is None:
        raise NotStatic
    place = (axis or 0) % len(axes)
    backward = ", ".join([":"] * place + ["::-1"])
    along = f", axis={place}" if len(axes) > 1 else ""
    return b.text(f"np.cumsum(g[{backward}]{along})[{backward}]", {"g": g})


def refused_if_unclear(vjp: Vjp) -> Vjp:
    def checked(b: Builder, call: Call, y_bar: Atom, parameter: str) -> Atom:
        try:
            return vjp(b, call, y_bar, parameter)
        except NotStatic:
            what = "an axis, or a number of axes, known only at run time"
            raise errors.error("W044", call.line.place, name=call.line.op, what=what) from None

    return checked


def _in_shape(b: Builder, call: Call, g: Atom) -> Atom:
    """Of an operand of several axes, cumulated without `axis`, back in its shape."""
    if axes_of(b.kind(call["x"])) == ():
        return b.text("np.sum(g)", {"g": g})
    return g if ndim(b, call) == 1 or call["axis"] != Const(None) else b.text("g.reshape(x.shape)", {"g": g, "x": call["x"]})


@refused_if_unclear
def _cumsum_vjp(b: Builder, call: Call, y_bar: Atom, parameter: str) -> Atom:
    return _in_shape(b, call, added_up(b, call, y_bar))


def _cumulated(call: Call, kind: KindOf) -> Kind:
    operand = kind(call["x"])
    try:
        axis, dtype = value_of(call, kind, "axis"), dtype_argument(call, kind)
    except NotStatic:
        return UNKNOWN
    if not isinstance(operand, Array) or not operand.dtype.startswith(("float", "complex")):
        return UNKNOWN
    flat: tuple[Axis, ...] = operand.axes if len(operand.axes) == 1 else (f"{call.result}:0",)
    return Array(dtype or operand.dtype, operand.axes if axis is not None else flat)


linear("y = np.cumsum(x, axis=None, dtype=None)", _cumsum_vjp, kind=_cumulated, method=True, cost=100)


def _cumulative(function: str, first: str) -> None:
    def body(b: Builder, call: Call) -> Atom:
        axis = value_of(call, b.kind, "axis")
        result = b.text(f"np.{function}(x, axis=axis)", call.names) if axis is not None else b.text(f"np.{function}(x)", call.names)
        if not value_of(call, b.kind, "include_initial"):
            return result
        if ndim(b, call) != 1:
            raise errors.error("W042", call.line.place, name=call.line.op, keyword="include_initial")
        return b.text(f"np.concatenate(({first}, result))", {"result": result})

    composite(f"y = np.cumulative_{function[3:]}(x, *, axis=None, include_initial=False)", body)


_cumulative("cumsum", "np.zeros(1)")
_cumulative("cumprod", "np.ones(1)")


# cumulative products: the function and its transpose are linear in each direction, and every derivative is one of them again


def _grown(b: Builder, call: Call, op: str, g: tuple[Atom, ...], directions: tuple[Atom, ...]) -> Atom:
    return b.apply(op, call["x"], *g, *directions, keywords=[("axis", call["axis"])])


def _directions(call: Call) -> tuple[Atom, ...]:
    return tuple(call[name] for name in call.starred)


def _without(call: Call, parameter: str) -> tuple[Atom, ...]:
    return tuple(call[name] for name in call.starred if name != parameter)


def _product_vjp(b: Builder, call: Call, y_bar: Atom, parameter: str) -> Atom:
    return _grown(b, call, "transposed_cumprod", (y_bar,), _without(call, parameter))


def _transposed_vjp(b: Builder, call: Call, y_bar: Atom, parameter: str) -> Atom:
    if parameter == "g":
        return _grown(b, call, "cumprod_along", (), (y_bar, *_directions(call)))
    return _grown(b, call, "transposed_cumprod", (call["g"],), (y_bar, *_without(call, parameter)))


def _product_jvp(b: Builder, call: Call, tangents: Mapping[str, Atom]) -> Atom:
    parts = [_grown(b, call, "cumprod_along", (), (tangent, *_without(call, name))) for name, tangent in tangents.items()]
    return _summed(b, parts)


def _transposed_jvp(b: Builder, call: Call, tangents: Mapping[str, Atom]) -> Atom:
    parts = []
    for name, tangent in tangents.items():
        if name == "g":
            parts.append(_grown(b, call, "transposed_cumprod", (tangent,), _directions(call)))
        else:
            parts.append(_grown(b, call, "transposed_cumprod", (call["g"],), (tangent, *_without(call, name))))
    return _summed(b, parts)


def _summed(b: Builder, parts: list[Atom]) -> Atom:
    total = parts[0]
    for part in parts[1:]:
        total = b.apply("add", total, part)
    return total


def _first_product_vjp(b: Builder, call: Call, y_bar: Atom, parameter: str) -> Atom:
    x, axis = call["x"], call["axis"]
    if axes_of(b.kind(x)) == ():
        return b.text("np.sum(g)", {"g": y_bar})
    if axis == Const(None):
        axis = Const(0)
        x = x if ndim(b, call) == 1 else b.text("np.ravel(x)", call.names)
    return _in_shape(b, call, b.apply("transposed_cumprod", x, y_bar, keywords=[("axis", axis)]))


def _first_product_jvp(b: Builder, call: Call, tangents: Mapping[str, Atom]) -> Atom:
    x, dot, axis = call["x"], tangents["x"], call["axis"]
    if axis == Const(None) or axes_of(b.kind(x)) == ():
        axis = Const(0)
        x, dot = b.text("np.ravel(x)", {"x": x}), b.text("np.ravel(x)", {"x": dot})
    return b.apply("cumprod_along", x, dot, keywords=[("axis", axis)])


def _like_x(call: Call, kind: KindOf) -> Kind:
    return kind(call["x"])


general("y = np.cumprod(x, axis=None)", vjp=refused_if_unclear(_first_product_vjp), jvp=_first_product_jvp, of=("x",), kind=_cumulated,
        method=True, cost=100, domain=(0.5, 1.5))  # fmt: skip
general("y = cumprod_along(x, *directions, axis=0)", vjp=_product_vjp, jvp=_product_jvp, of=("x", "directions"), kind=_like_x, cost=100)
general("y = transposed_cumprod(x, g, *directions, axis=0)", vjp=_transposed_vjp, jvp=_transposed_jvp, of=("x", "g", "directions"),
        kind=_like_x, cost=100)  # fmt: skip


# methods of ufuncs

for _ufunc, _function in (("add", "sum"), ("multiply", "prod"), ("maximum", "max"), ("minimum", "min")):
    composite(f"y = np.{_ufunc}.reduce(x, axis=0, *, keepdims=False)", f"np.{_function}(x, {ALONG})", masked=f"masked_{_ufunc}_reduce")
    composite(f"y = masked_{_ufunc}_reduce(x, axis=0, *, keepdims=False, initial=None, where=True)",
              f"np.{_function}(x, {ALONG}, initial=initial, where=where)", of=("x", "initial"))  # fmt: skip
_ALONG_FIRST = "x, axis=0, *, keepdims=False"
reduction("logaddexp.reduce", "x_bar += y_bar * np.exp(x - Y)", signature=_ALONG_FIRST, method=False)
reduction("hypot.reduce", "x_bar += y_bar * x / (Y + (Y == 0))", signature=_ALONG_FIRST, method=False)  # 0 at the origin
composite("y = np.add.accumulate(x, axis=0)", "np.cumsum(x, axis=axis)")
composite("y = np.multiply.accumulate(x, axis=0)", "np.cumprod(x, axis=axis)")


def _after_first(b: Builder, call: Call) -> Atom:
    """1 for the first element along the axis, -1 for the others."""
    axes = axes_of(b.kind(call["x"]))
    if not axes or value_of(call, b.kind, "axis") is None:
        raise NotStatic
    (place,) = normalized(value_of(call, b.kind, "axis"), len(axes)) or (0,)
    spread = ", ".join([":", *["None"] * (len(axes) - 1 - place)])
    text = f"np.sign(0.5 - np.arange(x.shape[{place}]))" + ("" if dtype_of(b.kind(call["x"])) == "float64" else ".astype(x.dtype)")
    return b.text(text if spread == ":" else f"({text})[{spread}]", call.names)


@refused_if_unclear
def _differences_vjp(b: Builder, call: Call, y_bar: Atom, parameter: str) -> Atom:
    names = {**call.names, "sign": _after_first(b, call)}
    if call.line.op.endswith("accumulate"):
        return b.text("total * sign", {**names, "total": added_up(b, call, y_bar)})
    if not value_of(call, b.kind, "keepdims"):
        y_bar = b.text("np.expand_dims(y_bar, axis)", {**names, "y_bar": y_bar})
    return b.text("y_bar * sign", {**names, "y_bar": y_bar})


linear("y = np.subtract.reduce(x, axis=0, *, keepdims=False)", _differences_vjp, kind=exemplified("x"), cost=100)
linear("y = np.subtract.accumulate(x, axis=0)", _differences_vjp, kind=exemplified("x"), cost=100)


def _leader(b: Builder, call: Call) -> Atom:
    """Where along the axis the largest (smallest) element so far stands: the last of those that equal the result."""
    count, axis = ndim(b, call), value_of(call, b.kind, "axis")
    if axis is None:
        raise NotStatic
    (place,) = normalized(axis, count)
    spread = ", ".join([":", *["None"] * (count - 1 - place)])
    positions = f"np.arange(x.shape[{place}])" + ("" if spread == ":" else f"[{spread}]")
    return b.text(f"np.maximum.accumulate(np.where(x == y, {positions}, 0), axis=axis)", call.names)


@refused_if_unclear
def _running_vjp(b: Builder, call: Call, y_bar: Atom, parameter: str) -> Atom:
    taken = Apply(call.line.targets, "np.take_along_axis", (call["x"], _leader(b, call), call["axis"]), place=call.line.place)
    row = lookup("np.take_along_axis")
    assert row is not None and row.vjp is not None
    return row.vjp(b, bind(taken), y_bar, "x")


def _running_jvp(b: Builder, call: Call, tangents: Mapping[str, Atom]) -> Atom:
    return b.text("np.take_along_axis(x_dot, leader, axis)", {**call.names, "x_dot": tangents["x"], "leader": _leader(b, call)})


for _name in ("maximum", "minimum"):
    general(f"y = np.{_name}.accumulate(x, axis=0)", vjp=_running_vjp, jvp=_running_jvp, of=("x",), kind=exemplified("x"), cost=100)


@refused_if_unclear
def _logaddexp_vjp(b: Builder, call: Call, y_bar: Atom, parameter: str) -> Atom:
    names = {**call.names, "y_bar": y_bar}
    total = added_up(b, call, b.text("y_bar * np.exp(-y)", names))
    return b.text("np.exp(x) * total", {**names, "total": total})


@refused_if_unclear
def _hypot_vjp(b: Builder, call: Call, y_bar: Atom, parameter: str) -> Atom:
    names = {**call.names, "y_bar": y_bar}
    total = added_up(b, call, b.text("y_bar / (y + (y == 0))", names))
    return b.text("x * total", {**names, "total": total})


general("y = np.logaddexp.accumulate(x, axis=0)", vjp=_logaddexp_vjp, of=("x",), kind=exemplified("x"), cost=100,
        jvp=lambda b, call, tangents: b.text("np.cumsum(x_dot * np.exp(x), axis=axis) * np.exp(-y)",
                                             {**call.names, "x_dot": tangents["x"]}))  # fmt: skip
general("y = np.hypot.accumulate(x, axis=0)", vjp=_hypot_vjp, of=("x",), kind=exemplified("x"), cost=100,
        jvp=lambda b, call, tangents: b.text("np.cumsum(x_dot * x, axis=axis) / (y + (y == 0))",
                                             {**call.names, "x_dot": tangents["x"]}))  # fmt: skip


def _outer(ufunc: str) -> None:
    def body(b: Builder, call: Call) -> Atom:
        x, y = ndim(b, call), ndim(b, call, "y")
        names = dict(call.names)
        if x and y:
            names["x"] = b.text(f"x[{', '.join([':'] * x + ['None'] * y)}]", names)
        return b.text(f"np.{ufunc}(x, y)", names)

    composite(f"z = np.{ufunc}.outer(x, y)", body)


for _ufunc in ("add", "subtract", "multiply", "divide", "power", "maximum", "minimum", "hypot", "logaddexp", "arctan2"):
    _outer(_ufunc)
