"""Discrete Fourier transforms: linear, and undone by their transposes.

The matrix of `fft` is symmetric, so its transpose is `fft` itself; a real operand gains the real part. `rfft` keeps the first
half of the result, so its transpose pads with zeros. `irfft` reads each of its inner elements twice, as itself and as its
conjugate, and of the first (and for an even length the last) only the real part. Where `n` or `s` crops or pads the operand,
the transpose pads or crops the gradient.

>>> from wengert import grad
>>> x = np.array([1.0, 2.0, 4.0])
>>> grad(lambda x: np.sum(np.abs(np.fft.fft(x)) ** 2))(x) / x
array([6., 6., 6.])
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np

from wengert.ir.axes import Axis
from wengert.ir.build import Builder
from wengert.ir.core import Atom, Const
from wengert.ir.kinds import UNKNOWN, Array, Kind, Known, axes_of, is_real, is_scalar, scalar_type
from wengert.rules.decompositions import constant_of
from wengert.rules.fitting import index_text, ndim_of
from wengert.rules.result_kinds import axis_of_length, example_of, value_of
from wengert.rules.solving import refused
from wengert.rules.table import Call, KindOf, Vjp, constant, function_of, linear

Back = Callable[["Transform", Atom, Sequence[int]], Atom]
"""The transpose of a transform along some axes, before what `n` or `s` did is undone."""

SWAPPED = {None: "forward", "backward": "forward", "ortho": "ortho", "forward": "backward"}
"""`norm=` of the opposite transform that has the same factor."""


class Transform:
    """One call that is being transposed."""

    def __init__(self, b: Builder, call: Call) -> None:
        self.b, self.call, self.x = b, call, call["x"]
        self.module = call.primitive.op.rpartition(".")[0]
        ndim = ndim_of(b.kind(self.x))
        if ndim is None:
            raise refused(call, "an operand whose number of axes is not known")
        self.ndim = ndim
        norm = constant_of(call, b.kind, "norm") if "norm" in call.arguments else None
        self.norm = None if norm is None else str(norm)

    @property
    def axes(self) -> list[int]:
        """The axes of the transform, counted from 0."""
        if "axis" in self.call.arguments:
            return [int(str(constant_of(self.call, self.b.kind, "axis"))) % self.ndim]
        axes: Any = constant_of(self.call, self.b.kind, "axes")
        if axes is None:
            count = self.ndim if self.call["s"] == Const(None) else len(self.lengths)
            return list(range(self.ndim - count, self.ndim))
        return [a % self.ndim for a in ((axes,) if isinstance(axes, int) else axes)]

    @property
    def lengths(self) -> list[Atom]:
        """The lengths that `n` or `s` ask for; none if it is left out."""
        name = "n" if "n" in self.call.arguments else "s"
        if name not in self.call.arguments or self.call[name] == Const(None):
            return []
        if name == "n":
            return [self.call["n"]]
        kind = self.b.kind(self.call["s"])
        items = getattr(kind, "items", None)
        if items is None:
            raise refused(self.call, "an `s` whose length is not known")
        return [
            Const(k.value) if isinstance(k, Known) else self.b.apply("getitem", self.call["s"], Const(i))
            for i, k in enumerate(items)
        ]

    def apply(self, name: str, value: Atom, axes: Sequence[int], n: Atom | None = None, norm: Any = "same") -> Atom:
        """A transform of the same library along these axes, with the factor of the call's own."""
        norm = self.norm if norm == "same" else norm
        keywords: list[tuple[str, Atom]] = [("n", n)] if n is not None else []
        if len(axes) == 1:
            keywords += [("axis", Const(axes[0]))] if axes[0] != self.ndim - 1 else []
        elif list(axes) != list(range(self.ndim)):
            keywords.append(("axes", Const(tuple(axes))))
        keywords += [("norm", Const(norm))] if norm is not None else []
        return self.b.apply(f"{self.module}.{name}", value, keywords=keywords)

    def length(self, axis: int) -> Atom:
        """The length of the operand along an axis, as the transform takes it."""
        given = dict(zip(self.axes, self.lengths))
        return given.get(axis) or self.b.text(f"x.shape[{axis}]", {"x": self.x})

    def fitted(self, g: Atom) -> Atom:
        """Cropped or padded to the length of the operand, of its real part if it is real."""
        if is_real(self.b.kind(self.x)) and not is_real(self.b.kind(g)):
            g = self.b.apply("np.real", g, spelled=".real")
        for axis, _ in zip(self.axes, self.lengths):
            lead = ":, " * axis
            names = {"g": g, "x": self.x}
            zeros = self.b.apply("np.zeros", self._shape(g, axis), keywords=[("dtype", self.b.text("g.dtype", names))])
            kept = self.b.text(f"g[{lead}:x.shape[{axis}]]", names)
            g = self.b.apply("scatter_add", zeros, self._index(axis, self.b.text(f"g.shape[{axis}]", names)), kept)
        return g

    def _index(self, axis: int, n: Atom) -> Atom:
        kept = self.b.apply("slice", Const(None), n, Const(None))
        if axis == 0:
            return kept
        whole = self.b.apply("slice", Const(None), Const(None), Const(None))
        return self.b.apply("tuple", *[whole] * axis, kept)

    def _shape(self, g: Atom, axis: int) -> Atom:
        lengths = [self.b.text(f"{'x' if a == axis else 'g'}.shape[{a}]", {"x": self.x, "g": g}) for a in range(self.ndim)]
        return self.b.apply("tuple", *lengths)

    def weights(self, text: str, axis: int, count: str, names: dict[str, Atom]) -> Atom:
        """Weights along one axis, laid out against the operand; in the text `k` counts from 0."""
        k = self.b.text(f"np.arange({count})", names)
        flat = self.b.text(text, {**names, "k": k})
        inserted = tuple(a for a in range(self.ndim) if a != axis)
        return self.b.text(index_text("w", self.ndim, inserted), {"w": flat})


def transposed(back: Back) -> Vjp:
    def vjp(b: Builder, call: Call, y_bar: Atom, parameter: str) -> Atom:
        transform = Transform(b, call)
        return transform.fitted(back(transform, y_bar, transform.axes))

    return vjp


def _itself(name: str) -> Back:
    """A symmetric transform."""

    def back(t: Transform, g: Atom, axes: Sequence[int]) -> Atom:
        one = name.rstrip("2n")
        return t.apply(one if len(axes) == 1 else f"{one}n", g, axes)

    return back


def of_rfft(t: Transform, g: Atom, axes: Sequence[int]) -> Atom:
    """Padded with zeros to the length of the operand, then as `fft`."""
    g = t.apply("fft", g, axes[-1:], t.length(axes[-1]))
    return _itself("fft")(t, g, axes[:-1]) if len(axes) > 1 else g


def of_irfft(t: Transform, g: Atom, axes: Sequence[int]) -> Atom:
    """`conj(rfft(y_bar))`, where the elements that stand for their conjugates, too, count twice."""
    names = {"g": g}
    count = f"g.shape[{axes[-1]}]"
    weights = t.weights(f"(2 - (k == 0) - (2 * k == {count})).astype(g.dtype)", axes[-1], f"{count} // 2 + 1", names)
    half = t.apply("rfft", g, axes[-1:], norm=SWAPPED[t.norm])
    found = t.b.text("np.conj(h) * w", {"h": half, "w": weights})
    return _itself("ifft")(t, found, axes[:-1]) if len(axes) > 1 else found


def of_hfft(t: Transform, g: Atom, axes: Sequence[int]) -> Atom:
    """`hfft(x)` is `irfft(conj(x))` in the opposite direction."""
    t.norm = SWAPPED[t.norm]
    return t.b.apply("np.conj", of_irfft(t, g, axes))


def of_ihfft(t: Transform, g: Atom, axes: Sequence[int]) -> Atom:
    """`ihfft(x)` is `conj(rfft(x))` in the opposite direction."""
    t.norm = SWAPPED[t.norm]
    return of_rfft(t, t.b.apply("np.conj", g), axes)


BACK: dict[str, Back] = {
    "fft": _itself("fft"), "ifft": _itself("ifft"), "rfft": of_rfft, "irfft": of_irfft, "hfft": of_hfft, "ihfft": of_ihfft,
}  # fmt: skip


# kinds


@cache
def _dtype(op: str, name: str) -> str:
    return str(function_of(op)(np.ones(2 if op.count("2") == 0 and not op.endswith("n") else (2, 2), name)).dtype.name)


def kind_of_transform(call: Call, kind: KindOf) -> Kind:
    operand, op = kind(call["x"]), call.primitive.op
    axes, example = axes_of(operand), example_of(operand)
    if not axes or example is None or scalar_type(operand):
        return UNKNOWN
    result: list[Axis] = list(axes)
    name = op.rpartition(".")[2]
    try:
        transform = Transform(Builder(kinds={str(call["x"]): operand} | _known(call, kind)), call)
        along, lengths = transform.axes, transform.lengths
    except Exception:  # noqa: BLE001 - not known before the program runs: nothing is said
        return UNKNOWN
    for axis, n in zip(along, lengths):
        result[axis] = axis_of_length(kind(n), n, f"{call.result}:{axis}")
    if name.startswith(("rfft", "irfft", "hfft", "ihfft")):
        given = value_of(call, kind, "n") if name in ("irfft", "hfft") and isinstance(kind(call["n"]), Known) else None
        result[along[-1]] = axis_of_length(Known(given), None, f"{call.result}:h") if isinstance(given, int) else f"{call.result}:h"
    try:
        return Array(_dtype(op, example[1]), tuple(result))
    except Exception:  # noqa: BLE001 - the line itself will raise this when it runs
        return UNKNOWN


def _known(call: Call, kind: KindOf) -> dict[str, Kind]:
    return {atom: kind(atom) for atom in call.arguments.values() if isinstance(atom, str)}


# rows


def transform(module: str, name: str, signature: str, back: Back | None = None) -> None:
    found = back or BACK[name.rstrip("2n")]
    linear(f"y = {module}.{name}({signature})", transposed(found), kind=kind_of_transform, cost=100)


def _frequencies(call: Call, kind: KindOf) -> Kind:
    fresh = f"{call.result}:0"
    length = axis_of_length(kind(call["n"]), call["n"], fresh) if call.primitive.op.endswith(".fftfreq") else fresh
    return Array("float64", (length,)) if is_scalar(kind(call["d"])) else UNKNOWN


def shifts(module: str) -> None:
    for name, other in (("fftshift", "ifftshift"), ("ifftshift", "fftshift")):
        linear(
            f"y = {module}.{name}(x, axes=None)",
            f"x_bar += {module}.{other}(y_bar, axes)",
            kind=lambda call, kind: kind(call["x"]),
            cost=100,
        )
    constant(f"y = {module}.fftfreq(n, d=1.0)", kind=_frequencies)
    constant(f"y = {module}.rfftfreq(n, d=1.0)", kind=_frequencies)


for _name in BACK:
    transform("np.fft", _name, "x, n=None, axis=-1, norm=None")
for _name in ("fft", "ifft", "rfft", "irfft"):
    transform("np.fft", f"{_name}2", "x, s=None, axes=(-2, -1), norm=None")
    transform("np.fft", f"{_name}n", "x, s=None, axes=None, norm=None")
shifts("np.fft")
