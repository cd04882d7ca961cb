"""Integrals of samples in `scipy.integrate`: trapezoid, simpson, romb and the cumulative ones.

Their stand-ins are SciPy's own formulas over slices of the last axis, without its checks of shapes; x may be one axis, or as many as y has.

>>> y = np.array([1.0, 2.0, 4.0, 3.0])
>>> import scipy.integrate
>>> float(simpson(y, dx=0.5)) == float(scipy.integrate.simpson(y, dx=0.5))
True
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.integrate

from wengert.ir.build import Builder
from wengert.ir.core import Atom
from wengert.ir.kinds import Array
from wengert.rules.by_example import exemplified
from wengert.rules.composite import composite
from wengert.rules.scipy_signal import axes_count, expect
from wengert.rules.stand_ins import replace_by
from wengert.rules.table import Call, constant, linear

composite("z = scipy.integrate.trapezoid(y, x=None, dx=1.0, axis=-1)", "np.trapezoid(y, x, dx=dx, axis=axis)", of=("y", "x", "dx"))


@replace_by(scipy.integrate.cumulative_trapezoid)
def cumulative_trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1, initial: Any = None) -> Any:
    if np.ndim(y) > 1:
        y = np.moveaxis(y, axis, -1)
    if x is not None:
        if np.ndim(x) > 1:
            x = np.moveaxis(x, axis, -1)
        dx = x[..., 1:] - x[..., :-1]
    total = np.cumsum(dx * (y[..., 1:] + y[..., :-1]) / 2.0, axis=-1)
    if initial is not None:
        total = np.concatenate((np.zeros_like(y[..., :1]), total), axis=-1)
    return total if np.ndim(y) == 1 else np.moveaxis(total, -1, axis)


@replace_by(scipy.integrate.simpson)
def simpson(y: Any, x: Any = None, *, dx: Any = 1.0, axis: int = -1) -> Any:
    """Over an even number of samples the last interval is that of the parabola through the last three (Cartwright 2017)."""
    if np.ndim(y) > 1:
        y = np.moveaxis(y, axis, -1)
        if x is not None and np.ndim(x) > 1:
            x = np.moveaxis(x, axis, -1)
    count = y.shape[-1]
    if count == 2:
        if x is not None:
            dx = x[..., -1] - x[..., -2]
        return 0.0 + 0.5 * dx * (y[..., -1] + y[..., -2])
    stop = count - 3 if count % 2 == 0 else count - 2
    left, middle, right = y[..., 0:stop:2], y[..., 1 : stop + 1 : 2], y[..., 2 : stop + 2 : 2]
    if x is None:
        result = np.sum(left + 4.0 * middle + right, axis=-1) * (dx / 3.0)
        before, last = dx, dx
    else:
        steps = x[..., 1:] - x[..., :-1]
        h0, h1 = steps[..., 0:stop:2], steps[..., 1 : stop + 1 : 2]
        both, product = h0 + h1, h0 * h1
        ratio = h0 / h1
        result = np.sum(both / 6.0 * (left * (2.0 - 1.0 / ratio) + middle * (both * (both / product)) + right * (2.0 - ratio)), axis=-1)
        before, last = steps[..., -2], steps[..., -1]
    if count % 2 == 0:
        alpha = (2 * last**2 + 3 * before * last) / (6 * (last + before))
        beta = (last**2 + 3.0 * before * last) / (6 * before)
        eta = (1 * last**3) / (6 * before * (before + last))
        result = result + (alpha * y[..., -1] + beta * y[..., -2] - eta * y[..., -3])
        result = result + 0.0
    return result


@replace_by(getattr(scipy.integrate, "cumulative_simpson", None))
def cumulative_simpson(y: Any, *, x: Any = None, dx: Any = 1.0, axis: int = -1, initial: Any = None) -> Any:
    """Each interval by the parabola through its ends and the next sample, in turn to the right and to the left."""
    if np.ndim(y) > 1:
        y = np.moveaxis(y, axis, -1)
        if x is not None and np.ndim(x) > 1:
            x = np.moveaxis(x, axis, -1)
    if x is None:
        forward = dx / 3 * (5 * y[..., :-2] / 4 + 2 * y[..., 1:-1] - y[..., 2:] / 4)
        backward = dx / 3 * (5 * y[..., 2:] / 4 + 2 * y[..., 1:-1] - y[..., :-2] / 4)
    else:
        steps = x[..., 1:] - x[..., :-1]
        forward = parabola(y[..., :-2], y[..., 1:-1], y[..., 2:], steps[..., :-1], steps[..., 1:])
        backward = parabola(y[..., 2:], y[..., 1:-1], y[..., :-2], steps[..., 1:], steps[..., :-1])
    parts = 0.0 * y[..., 1:]
    parts[..., :-1:2] = forward[..., ::2]
    parts[..., 1::2] = backward[..., ::2]
    parts[..., -1] = backward[..., -1]
    total = np.cumsum(parts, axis=-1)
    if initial is not None:
        total = np.concatenate((np.zeros_like(y[..., :1]) + initial, total + initial), axis=-1)
    return total if np.ndim(y) == 1 else np.moveaxis(total, -1, axis)


def parabola(f1: Any, f2: Any, f3: Any, x21: Any, x32: Any) -> Any:
    """The integral between the first two of three samples (Cartwright 2017, equation 8)."""
    x31 = x21 + x32
    x21_x31 = x21 / x31
    x21_x32 = x21 / x32
    product = x21_x31 * x21_x32
    return x21 / 6 * ((3 - x21_x31) * f1 + (3 + product + x21_x31) * f2 + -product * f3)


def _romb_vjp(b: Builder, call: Call, z_bar: Atom, parameter: str) -> Atom:
    """The integral is a weighted sum of the samples."""
    expect(call, b.kind, show=False)
    if axes_count(call, b.kind, "y") > 1:
        expect(call, b.kind, axis=-1)
        return b.text("np.expand_dims(z_bar, -1) * (dx * romb_weights(y.shape[-1]))", {**call.names, "z_bar": z_bar})
    return b.text("z_bar * (dx * romb_weights(y.size))", {**call.names, "z_bar": z_bar})


linear("z = scipy.integrate.romb(y, dx=1.0, axis=-1, show=False)", _romb_vjp, kind=exemplified("y"), cost=1000)
constant("w = romb_weights(count)", kind=lambda call, kind: Array("float64", (f"{call.result}:0",)))
