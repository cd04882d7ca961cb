"""Euclidean distances of `scipy.spatial.distance`; between equal points, where the distance has a kink, the slope is 0."""

from __future__ import annotations

import scipy.spatial.distance  # noqa: F401 - a row is entered if its function is there

from wengert.ir.kinds import NumpyScalar
from wengert.rules.by_example import exemplified
from wengert.rules.result_kinds import always
from wengert.rules.scipy_signal import expect
from wengert.rules.table import Call, KindOf
from wengert.rules.tangents import by_tangent


def _between(call: Call, kind: KindOf) -> str:
    expect(call, kind, metric="euclidean")
    return "d = x[:, None] - y; z_dot = np.sum(d * (x_dot[:, None] - y_dot), axis=-1) / (z + (z == 0))"


def _within(call: Call, kind: KindOf) -> str:
    expect(call, kind, metric="euclidean")
    return (
        "i = np.triu_indices(x.shape[0], 1); d = x[i[0]] - x[i[1]];"
        " z_dot = np.sum(d * (x_dot[i[0]] - x_dot[i[1]]), axis=-1) / (z + (z == 0))"
    )


by_tangent("z = scipy.spatial.distance.cdist(x, y, metric='euclidean')", _between, of=("x", "y"), kind=exemplified("x", "y"))
by_tangent("z = scipy.spatial.distance.pdist(x, metric='euclidean')", _within, kind=exemplified("x"))
by_tangent("z = scipy.spatial.distance.euclidean(x, y)", "z_dot = ((x - y) / (z + (z == 0))) @ (x_dot - y_dot)", of=("x", "y"),
           kind=always(NumpyScalar("float64")))  # fmt: skip
