"""Filters of `scipy.ndimage`: a correlation of the image, continued over its border, with weights.

The border is what `np.pad` makes, so with y the part of `correlate(pad(x), w)` where the two overlap wholly, the padded image gets
`convolve(y_bar, w)` in full, and x what the rule of `np.pad` makes of that. A symmetric kernel over a border that mirrors at the edge of
the outermost pixels (`reflect`), wraps or is constant is a symmetric matrix, and its own adjoint.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

import scipy.ndimage  # noqa: F401 - a row is entered if its function is there

from wengert.ir.build import Builder
from wengert.ir.core import Apply, Atom
from wengert.ir.kinds import List, Tuple
from wengert.rules.by_example import exemplified
from wengert.rules.result_kinds import NotStatic, value_of
from wengert.rules.scipy_signal import axes_count, expect, real, refused
from wengert.rules.table import Call, Vjp, again, bind, general, linear, lookup

BORDERS = {"reflect": "symmetric", "mirror": "reflect", "nearest": "edge", "wrap": "wrap", "constant": "constant"}
"""The modes of `scipy.ndimage`, and what NumPy calls them."""


def _known(call: Call, b: Builder, name: str) -> Any:
    try:
        return value_of(call, b.kind, name)
    except NotStatic:
        raise refused(call, f"a `{name}` known only at run time") from None


def _border(b: Builder, call: Call, flipped: bool, along: int | None) -> str:
    """How far the image is continued on both sides, for the weights w: as many pixels as w has before and behind its centre."""
    count, origin = axes_count(call, b.kind), _known(call, b, "origin")
    widths = []
    for axis in range(count):
        if along is not None and axis != along % count:
            widths.append("(0, 0)")
            continue
        length = "w.size" if along is not None else f"w.shape[{axis}]"
        moved = origin[axis] if isinstance(origin, (tuple, list)) else origin
        before = f"{length} // 2 + {moved}" if not flipped else f"({length} - 1) // 2 - {moved}"
        widths.append(f"({before}, {length} - 1 - ({before}))".replace(" + 0", "").replace(" - 0", ""))
    return f"({', '.join(widths)},)"


def _padded(b: Builder, call: Call, widths: str) -> Atom:
    mode = BORDERS.get(_known(call, b, "mode"))
    if mode is None:
        raise refused(call, f"the mode {_known(call, b, 'mode')!r}")
    more = ", constant_values=cval" if mode == "constant" else ""
    return b.text(f"np.pad(x, {widths}, mode={mode!r}{more})", call.names)


def filter_row(name: str, one_axis: bool, flipped: bool) -> None:
    """convolve, correlate and those of one axis; `flipped` are convolutions."""
    middle = "axis=-1, " if one_axis else ""
    behind = "" if one_axis else ", *, axes=None"

    def vjp(b: Builder, call: Call, y_bar: Atom, parameter: str) -> Atom:
        expect(call, b.kind, output=None, axes=None)
        real(call, b.kind, "x", "w")
        count = axes_count(call, b.kind)
        along = _known(call, b, "axis") if one_axis else None
        widths = _border(b, call, flipped, along)
        shape = "(" + ", ".join("-1" if along is None or axis == along % count else "1" for axis in range(count)) + ",)"
        weights = b.text(f"w.reshape({shape})", call.names) if one_axis and count > 1 else call["w"]
        padded = _padded(b, call, widths)
        names = {**call.names, "y_bar": y_bar, "w": weights, "padded": padded}
        if parameter == "w":
            met = b.text("scipy.signal.correlate(padded, y_bar, mode='valid')", names)
            met = b.apply("np.flip", met) if flipped else met
            return b.text("v.reshape(w.shape)", {"v": met, "w": call["w"]}) if one_axis and count > 1 else met
        spread = b.text(f"scipy.signal.convolve(y_bar, {'np.flip(w)' if flipped else 'w'})", names)
        if _known(call, b, "mode") == "constant":
            return b.text(f"spread[{', '.join(_own_part(widths, count))}]", {**call.names, "spread": spread, "w": weights})
        return adjoint_of_last(b, padded, spread)

    def jvp(b: Builder, call: Call, tangents: Mapping[str, Atom]) -> Atom:
        expect(call, b.kind, output=None, cval=0.0) if "x" in tangents else expect(call, b.kind, output=None)
        parts = [again(b, call, {name: atom}) for name, atom in tangents.items()]
        return parts[0] if len(parts) == 1 else b.apply("add", *parts)

    general(
        f"y = scipy.ndimage.{name}(x, w, {middle}output=None, mode='reflect', cval=0.0, origin=0{behind})",
        vjp=vjp, jvp=jvp, of=("x", "w"), kind=exemplified("x", "w"), cost=1000,
    )  # fmt: skip


def _own_part(widths: str, count: int) -> list[str]:
    """The slices of the padded image that are the image."""
    pairs = ast.parse(widths, mode="eval").body
    assert isinstance(pairs, ast.Tuple)
    before = [ast.unparse(pair.elts[0]) for pair in pairs.elts if isinstance(pair, ast.Tuple)]
    return [f"{start}:{start} + x.shape[{axis}]" for axis, start in zip(range(count), before)]


def adjoint_of_last(b: Builder, padded: Atom, bar: Atom) -> Atom:
    """What `np.pad` hands on to the array that it pads; `padded` is such a line."""
    line = next(line for line in reversed(b.lines) if isinstance(line, Apply) and line.targets == (padded,))
    row = lookup(line.op)
    assert row is not None and row.vjp is not None
    return row.vjp(b, bind(line), bar, "x")


for _name, _one_axis, _flipped in (("convolve", False, True), ("correlate", False, False), ("convolve1d", True, True), ("correlate1d", True, False)):
    filter_row(_name, _one_axis, _flipped)


# symmetric kernels


def symmetric(**expected: object) -> Vjp:
    def vjp(b: Builder, call: Call, y_bar: Atom, parameter: str) -> Atom:
        expect(call, b.kind, output=None, **expected)
        mode = _known(call, b, "mode")
        modes = mode if isinstance(mode, (tuple, list)) else (mode,)
        if not set(modes) <= {"reflect", "wrap", "constant"}:
            raise refused(call, f"the mode {mode!r}")
        size = _known(call, b, "size") if "size" in call.arguments else 1
        if any(n % 2 == 0 for n in (size if isinstance(size, (tuple, list)) else (size,))):
            raise refused(call, "windows of an even length")
        return again(b, call, {"x": y_bar})

    return vjp


def _symmetric(text: str, **expected: object) -> None:
    linear(f"y = scipy.ndimage.{text}", symmetric(cval=0.0, **expected), kind=exemplified("x"), cost=1000)


_BORDER = "output=None, mode='reflect', cval=0.0"
_symmetric(f"gaussian_filter(x, sigma, order=0, {_BORDER}, truncate=4.0, *, radius=None, axes=None)", order=0)
_symmetric(f"gaussian_filter1d(x, sigma, axis=-1, order=0, {_BORDER}, truncate=4.0, *, radius=None)", order=0)
_symmetric(f"uniform_filter(x, size=3, {_BORDER}, origin=0, *, axes=None)", origin=0)
_symmetric(f"uniform_filter1d(x, size, axis=-1, {_BORDER}, origin=0)", origin=0)
_symmetric(f"laplace(x, {_BORDER}, *, axes=None)")
_symmetric(f"gaussian_laplace(x, sigma, {_BORDER}, *, axes=None)")


# interpolation between pixels


def _map_vjp(b: Builder, call: Call, y_bar: Atom, parameter: str) -> Atom:
    places = _places(b, call, call["coordinates"])
    names = {**call.names, "y_bar": y_bar, "xi": places}
    if parameter == "x":
        return b.text("multilinear_transposed(None, x, xi, y_bar)", names)
    slopes = b.text("np.expand_dims(y_bar, -1) * multilinear_slopes(None, x, xi)", names)
    operand = b.kind(call["coordinates"])
    if isinstance(operand, (List, Tuple)):
        count = len(operand.items or ()) or axes_count(call, b.kind)
        parts = [b.text(f"slopes[..., {axis}]", {"slopes": slopes}) for axis in range(count)]
        return b.apply("list" if isinstance(operand, List) else "tuple", *parts)
    return b.text("np.moveaxis(slopes, -1, 0)", {"slopes": slopes})


def _places(b: Builder, call: Call, coordinates: Atom) -> Atom:
    """The coordinates with theirs as the last axis."""
    expect(call, b.kind, output=None, order=1, mode="constant")
    packed = isinstance(b.kind(coordinates), (List, Tuple))
    return b.text("np.stack(c, axis=-1)" if packed else "np.moveaxis(c, 0, -1)", {"c": coordinates})


def _map_jvp(b: Builder, call: Call, tangents: Mapping[str, Atom]) -> Atom:
    names = {**call.names, "xi": _places(b, call, call["coordinates"])}
    parts = []
    if "x" in tangents:
        parts.append(b.text("multilinear(None, x_dot, xi)", {**names, "x_dot": tangents["x"]}))
    if "coordinates" in tangents:
        names["xi_dot"] = _places(b, call, tangents["coordinates"])
        parts.append(b.text("np.sum(xi_dot * multilinear_slopes(None, x, xi), axis=-1)", names))
    return parts[0] if len(parts) == 1 else b.apply("add", *parts)


general(
    "y = scipy.ndimage.map_coordinates(x, coordinates, output=None, order=3, mode='constant', cval=0.0, prefilter=True)",
    vjp=_map_vjp, jvp=_map_jvp, of=("x", "coordinates"), sequences=frozenset({"coordinates"}), kind=exemplified("x", "coordinates"), cost=1000,
)  # fmt: skip


# differences along one axis, smoothed along the others


def _gradient(name: str, smooth: str) -> None:
    def vjp(b: Builder, call: Call, y_bar: Atom, parameter: str) -> Atom:
        """First the smoothing is undone, which is symmetric, then the difference, by the rule of `correlate1d`."""
        expect(call, b.kind, output=None, cval=0.0)
        mode = _known(call, b, "mode")
        if mode not in ("reflect", "wrap", "constant"):
            raise refused(call, f"the mode {mode!r}")
        count = axes_count(call, b.kind)
        axis = _known(call, b, "axis") % count
        for other in range(count):
            if other != axis:
                y_bar = b.text(f"scipy.ndimage.correlate1d(v, np.array({smooth}), {other}, mode={mode!r})", {"v": y_bar})
        row = lookup("scipy.ndimage.correlate1d")
        assert row is not None and row.vjp is not None
        made = b.text(f"scipy.ndimage.correlate1d(x, np.array([-1.0, 0.0, 1.0]), {axis}, mode={mode!r})", call.names)
        line = next(line for line in reversed(b.lines) if isinstance(line, Apply) and line.targets == (made,))
        return row.vjp(b, bind(line), y_bar, "x")

    linear(f"y = scipy.ndimage.{name}(x, axis=-1, output=None, mode='reflect', cval=0.0)", vjp, kind=exemplified("x"), cost=1000)


_gradient("sobel", "[1.0, 2.0, 1.0]")
_gradient("prewitt", "[1.0, 1.0, 1.0]")
