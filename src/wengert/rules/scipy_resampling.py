"""Filters of `scipy.signal` that run both ways or change the rate: linear in the signal, with borders of many kinds.

Their adjoint multiplies by the transposed matrix, which the function itself makes of the unit signals in one call. That takes the memory of a
matrix, where the function takes that of a signal; the tangent is the function of the tangent and takes no more.
"""

from __future__ import annotations

from typing import Any

import scipy.signal  # noqa: F401 - a row is entered if its function is there

from wengert.ir.build import Builder
from wengert.ir.core import Atom, Const
from wengert.rules.by_example import exemplified
from wengert.rules.scipy_signal import axes_count, expect, real, refused
from wengert.rules.table import Call, linear


def by_matrix(signature: str, **expected: Any) -> None:
    """A row of a function of one real signal `x` with an `axis`; the parameters in `expected` must have this value."""

    def vjp(b: Builder, call: Call, y_bar: Atom, parameter: str) -> Atom:
        expect(call, b.kind, **expected)
        real(call, b.kind, "x")
        if axes_count(call, b.kind) != 1:
            raise refused(call, "a signal of several axes")
        names, defaults = call.primitive.parameters, call.primitive.head.defaults
        given = {"x": b.text("np.eye(x.size)", call.names), "axis": Const(0)}
        leading = [given.get(name, call[name]) for name in names[: names.index("x") + 1]]
        others = [name for name in names[names.index("x") + 1 :] if name == "axis" or call[name] != Const(defaults.get(name, ...))]
        matrix = b.apply(call.line.op, *leading, keywords=[(name, given.get(name, call[name])) for name in others])
        return b.text("matrix.T @ y_bar", {"matrix": matrix, "y_bar": y_bar})

    linear(f"y = scipy.signal.{signature}", vjp, of=("x",), kind=exemplified("x"), cost=1000)


by_matrix("savgol_filter(x, window_length, polyorder, deriv=0, delta=1.0, axis=-1, mode='interp', cval=0.0)", cval=0.0)
by_matrix("resample(x, num, t=None, axis=0, window=None, domain='time')", t=None, domain="time")
by_matrix("resample_poly(x, up, down, axis=0, window=('kaiser', 5.0), padtype='constant', cval=None)", padtype="constant", cval=None)
by_matrix("filtfilt(b, a, x, axis=-1, padtype='odd', padlen=None, method='pad', irlen=None)")
by_matrix("sosfiltfilt(sos, x, axis=-1, padtype='odd', padlen=None)")
by_matrix("decimate(x, q, n=None, ftype='iir', axis=-1, zero_phase=True)")
