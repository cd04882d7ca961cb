"""`scipy.fft`: the transforms of `np.fft` (see `fft.py`), the cosine and sine transforms, and the fast Hankel transform.

In the `ortho` normalisation the matrices of the cosine and sine transforms are orthogonal, so the inverse is the transpose.
Else those of type 4, and the sine transform of type 1, are symmetric; type 2 is the transpose of type 3 but for one column,
which has another weight; and the cosine transform of type 1 is symmetric but for two. The matrix of the Hankel transform on its
logarithmic grid is symmetric.
"""

from __future__ import annotations

from collections.abc import Sequence

from wengert.ir.core import Atom, Const
from wengert.rules.decompositions import constant_of
from wengert.rules.fft import BACK, SWAPPED, Back, Transform, shifts, transform
from wengert.rules.shape import own_adjoint
from wengert.rules.solving import refused
from wengert.rules.table import linear

OPTIONS = "norm=None, *, workers=None"

for _name in BACK:
    transform("scipy.fft", _name, f"x, n=None, axis=-1, {OPTIONS}")
    transform("scipy.fft", f"{_name}2", f"x, s=None, axes=(-2, -1), {OPTIONS}")
    transform("scipy.fft", f"{_name}n", f"x, s=None, axes=None, {OPTIONS}")
shifts("scipy.fft")


def _trigonometric(name: str, inverse: bool) -> Back:
    """The transpose of `dct` or `dst`, or of its inverse: that is the one of another type with the factor of the other direction."""

    def back(t: Transform, g: Atom, axes: Sequence[int]) -> Atom:
        kind = int(str(constant_of(t.call, t.b.kind, "type")))
        orthogonal = constant_of(t.call, t.b.kind, "orthogonalize")
        if t.norm == "ortho" and orthogonal in (None, True):
            return _along(t, name if inverse else f"i{name}", g, axes, kind, "ortho")
        if orthogonal is True:
            raise refused(t.call, "`orthogonalize=True` in another normalisation than `ortho`")
        norm = SWAPPED[t.norm] if inverse else t.norm
        kind = {2: 3, 3: 2}.get(kind, kind) if inverse else kind
        for axis in axes:
            g = _one(t, name, g, axis, kind, norm)
        return g

    return back


def _one(t: Transform, name: str, g: Atom, axis: int, kind: int, norm: str | None) -> Atom:
    if kind == 4 or (kind, name) == (1, "dst"):
        return _along(t, name, g, [axis], kind, norm)
    count = f"g.shape[{axis}]"
    special = "k == 0" if name == "dct" else f"k == {count} - 1"
    if kind == 1:
        w = t.weights(f"2.0 - (k == 0) - (k == {count} - 1)", axis, count, {"g": g})
        return t.b.text("w * h", {"w": w, "h": _along(t, name, t.b.text("g / w", {"g": g, "w": w}), [axis], 1, norm)})
    w = t.weights(f"1.0 + ({special})", axis, count, {"g": g})
    if kind == 2:
        return _along(t, name, t.b.text("g * w", {"g": g, "w": w}), [axis], 3, norm)
    return t.b.text("h / w", {"h": _along(t, name, g, [axis], 2, norm), "w": w})


def _along(t: Transform, name: str, g: Atom, axes: Sequence[int], kind: int, norm: str | None) -> Atom:
    keywords: list[tuple[str, Atom]] = [("type", Const(kind))] if kind != 2 else []
    if len(axes) == 1:
        keywords += [("axis", Const(axes[0]))] if axes[0] != t.ndim - 1 else []
    elif list(axes) != list(range(t.ndim)):
        keywords.append(("axes", Const(tuple(axes))))
    keywords += [("norm", Const(norm))] if norm is not None else []
    keywords += [("orthogonalize", Const(False))] if t.call["orthogonalize"] == Const(False) else []
    return t.b.apply(f"{t.module}.{name}{'n' if len(axes) > 1 else ''}", g, keywords=keywords)


for _name in ("dct", "dst"):
    for _inverse in (False, True):
        _full = f"i{_name}" if _inverse else _name
        _back = _trigonometric(_name, _inverse)
        transform("scipy.fft", _full, "x, type=2, n=None, axis=-1, norm=None, *, workers=None, orthogonalize=None", _back)
        transform("scipy.fft", f"{_full}n", "x, type=2, s=None, axes=None, norm=None, *, workers=None, orthogonalize=None", _back)

for _name in ("fht", "ifht"):
    linear(
        f"y = scipy.fft.{_name}(x, dln, mu, offset=0.0, bias=0.0)", own_adjoint, kind=lambda call, kind: kind(call["x"]), cost=100
    )
