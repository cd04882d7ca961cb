"""Differences, integrals and interpolation on grids: diff, gradient, trapezoid, interp.

All are differentiable in the values and in the places at which these are given.
"""

from __future__ import annotations

from wengert import errors
from wengert.ir.build import Builder
from wengert.ir.core import Atom, Const
from wengert.ir.kinds import Known, axes_of, is_scalar
from wengert.rules.composite import composite
from wengert.rules.order import ndim
from wengert.rules.result_kinds import NotStatic, elementwise_kind, normalized, value_of
from wengert.rules.table import Call, elementwise

MOST = 16
"""Differences of a higher order are refused."""


def cut(b: Builder, x: Atom, axis: int, text: str) -> Atom:
    """`x[:, text]`, the cut along an axis."""
    return b.text(f"x[{', '.join([':'] * axis + [text])}]", {"x": x})


def _end(b: Builder, call: Call, name: str, axis: int) -> Atom | None:
    """What is put before or behind; a number is spread over a slice."""
    if b.kind(call[name]) == Known(None):
        return None
    given = call[name]
    if axes_of(b.kind(given)) == ():
        count = ndim(b, call)
        shape = ", ".join("1" if k == axis else f"x.shape[{k}]" for k in range(count))
        return b.text("np.ravel(given)" if count == 1 else f"np.broadcast_to(given, ({shape}))", {"x": call["x"], "given": given})
    return given


def _diff(b: Builder, call: Call) -> Atom:
    times = value_of(call, b.kind, "n")
    (axis,) = normalized(value_of(call, b.kind, "axis"), ndim(b, call))
    if not 0 < times <= MOST:
        raise NotStatic
    ends = (_end(b, call, "prepend", axis), _end(b, call, "append", axis))
    parts = [atom for atom in (ends[0], call["x"], ends[1]) if atom is not None]
    x = parts[0] if len(parts) == 1 else b.apply("np.concatenate", b.apply("tuple", *parts), keywords=[("axis", Const(axis))])
    for _ in range(times):
        x = b.apply("sub", cut(b, x, axis, "1:"), cut(b, x, axis, ":-1"))
    return x


composite("y = np.diff(x, n=1, axis=-1, prepend=None, append=None)", _diff, of=("x", "prepend", "append"))


def _ediff1d(b: Builder, call: Call) -> Atom:
    flat = b.text("x" if ndim(b, call) == 1 else "np.ravel(x)", call.names)
    parts = [b.text("flat[1:] - flat[:-1]", {"flat": flat})]
    if b.kind(call["to_begin"]) != Known(None):
        parts.insert(0, b.text("np.ravel(to_begin)", call.names))
    if b.kind(call["to_end"]) != Known(None):
        parts.append(b.text("np.ravel(to_end)", call.names))
    return parts[0] if len(parts) == 1 else b.apply("np.concatenate", b.apply("tuple", *parts))


composite("y = np.ediff1d(x, to_end=None, to_begin=None)", _ediff1d, of=("x", "to_end", "to_begin"))


def _spread(b: Builder, x: Atom, axis: int, count: int) -> Atom:
    """A vector laid out along an axis of an array of `count` axes."""
    marks = [":", *["None"] * (count - 1 - axis)]
    return x if len(marks) == 1 else b.text(f"x[{', '.join(marks)}]", {"x": x})


def _gradient(b: Builder, call: Call) -> Atom:
    """Second-order differences inside, first-order ones at the two ends."""
    count = ndim(b, call)
    if value_of(call, b.kind, "edge_order") != 1:
        raise errors.error("W042", call.line.place, name=call.line.op, keyword="edge_order")
    axes = normalized(value_of(call, b.kind, "axis"), count)
    spacings = [call[name] for name in call.starred] or [Const(1.0)]
    if len(spacings) == 1:
        spacings *= len(axes)
    if len(spacings) != len(axes):
        raise NotStatic
    results = [_slope(b, call["x"], axis, count, spacing) for axis, spacing in zip(axes, spacings)]
    return results[0] if len(results) == 1 else b.apply("tuple", *results)


def _slope(b: Builder, f: Atom, axis: int, count: int, spacing: Atom) -> Atom:
    def at(text: str) -> Atom:
        return cut(b, f, axis, text)

    names: dict[str, Atom] = {"a": at(":-2"), "m": at("1:-1"), "c": at("2:"), "f0": at(":1"), "f1": at("1:2"), "e0": at("-1:"), "e1": at("-2:-1"), "h": spacing}
    places = axes_of(b.kind(spacing))
    if places is None:
        raise NotStatic
    if places == ():
        inner = b.text("(c - a) / (2.0 * h)", names)
        first, last = b.text("(f1 - f0) / h", names), b.text("(e0 - e1) / h", names)
    else:
        steps = b.text("h[1:] - h[:-1]", names)
        names["p"], names["q"] = (_spread(b, b.text(f"d[{part}]", {"d": steps}), axis, count) for part in (":-1", "1:"))
        weights = "-q / (p * (p + q)) * a + (q - p) / (p * q) * m + p / (q * (p + q)) * c"
        inner = b.text(weights, names)
        first = b.text("(f1 - f0) / d[0]", {**names, "d": steps})
        last = b.text("(e0 - e1) / d[-1]", {**names, "d": steps})
    return b.apply("np.concatenate", b.apply("tuple", first, inner, last), keywords=[("axis", Const(axis))])


composite("y = np.gradient(x, *spacings, axis=None, edge_order=1)", _gradient, of=("x", "spacings"))


def _trapezoid(b: Builder, call: Call) -> Atom:
    count = ndim(b, call, "y")
    (axis,) = normalized(value_of(call, b.kind, "axis"), count)
    steps = call["dx"]
    if b.kind(call["x"]) != Known(None):
        x = axes_of(b.kind(call["x"]))
        if x is None:
            raise NotStatic
        along = axis if len(x) == count and count > 1 else 0
        steps = b.apply("sub", cut(b, call["x"], along, "1:"), cut(b, call["x"], along, ":-1"))
        steps = _spread(b, steps, axis, count) if len(x) == 1 else steps
    names = {"d": steps, "above": cut(b, call["y"], axis, "1:"), "below": cut(b, call["y"], axis, ":-1"), "axis": Const(axis)}
    return b.text("(d * (above + below) / 2.0).sum(axis=axis)" if count > 1 else "(d * (above + below) / 2.0).sum()", names)


composite("z = np.trapezoid(y, x=None, dx=1.0, axis=-1)", _trapezoid, of=("y", "x", "dx"))


def _interp(b: Builder, call: Call) -> Atom:
    """On the line between the two neighbours; outside the end values, which nothing moves but these values themselves."""
    if b.kind(call["period"]) != Known(None):
        raise errors.error("W042", call.line.place, name=call.line.op, keyword="period")
    names: dict[str, Atom] = dict(call.names)
    for name in ("xp", "fp"):
        if axes_of(b.kind(call[name])) is None:
            raise NotStatic
    names["j"] = b.text("np.clip(np.searchsorted(xp, x, side='right') - 1, 0, xp.size - 2)", names)
    names["slope"] = b.text("(fp[j + 1] - fp[j]) / (xp[j + 1] - xp[j])", names)
    names["inner"] = b.text("slope * (x - xp[j]) + fp[j]", names)
    for name, end in (("left", "fp[0]"), ("right", "fp[-1]")):
        if b.kind(call[name]) == Known(None):
            names[name] = b.text(end, names)
    result = b.text("np.where(x < xp[0], left, np.where(x < xp[-1], inner, np.where(x == xp[-1], fp[-1], right)))", names)
    if not is_scalar(b.kind(call["x"])):
        return result
    return b.apply("getitem", result, b.apply("tuple"))


composite("y = np.interp(x, xp, fp, left=None, right=None, period=None)", _interp, of=("x", "xp", "fp", "left", "right"))


# what is added is a multiple of the period
elementwise("y = np.unwrap(x, discont=None, axis=-1, *, period=6.283185307179586)", "x_bar += y_bar", kind=elementwise_kind("x"), cost=100)
