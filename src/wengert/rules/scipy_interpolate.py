"""Interpolants of `scipy.interpolate`: linear in the samples, and with slopes by the place that SciPy computes too.

An interpolant is made once and called often. Where the samples vary, the making becomes a nested function that says what a call computes:

    CubicSpline(x, y)       def interpolant(t): return interpolated(CubicSpline, x, y, t)

Where they do not, a call of the finished object is `evaluated(spline, t)`, with its derivatives by t. Those that are not linear in the samples
(Pchip, Akima) are differentiated by t only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from types import FunctionType
from typing import Any

import numpy as np
import scipy.interpolate as interpolate

from wengert import grids
from wengert.ir.build import Builder
from wengert.ir.core import Atom
from wengert.ir.kinds import NUMERIC, UNKNOWN, Array, Kind, Known, Text, axes_of
from wengert.rules.fitting import ndim_of
from wengert.rules.scipy_signal import refused
from wengert.rules.stand_ins import OPAQUE, RESOLVERS, made_from
from wengert.rules.table import Call, KindOf, also_called, general, linear

LINEAR: dict[Any, tuple[str, ...]] = {
    interpolate.CubicSpline: ("x", "y", "axis", "bc_type", "extrapolate"),
    interpolate.interp1d: ("x", "y", "kind"),
    interpolate.make_interp_spline: ("x", "y", "k"),
    interpolate.KroghInterpolator: ("x", "y"),
    interpolate.BarycentricInterpolator: ("x", "y"),
    interpolate.BSpline: ("t", "c", "k"),
    interpolate.UnivariateSpline: ("x", "y", "w", "bbox", "k", "s"),
    interpolate.RBFInterpolator: ("y", "d"),
}
"""Makers of interpolants that are linear in their second parameter, the samples, and the parameters that may be given."""

AT_ONCE = {interpolate.krogh_interpolate: "KroghInterpolator", interpolate.barycentric_interpolate: "BarycentricInterpolator"}
"""Functions that make an interpolant and call it once."""

FINISHED = (interpolate.PPoly, interpolate.BSpline, interpolate.KroghInterpolator, interpolate.UnivariateSpline)
"""Classes whose objects give derivatives (those of most others are of these classes, too)."""


def resolve(function: Any, kinds: Sequence[Kind], keywords: Mapping[str, Kind]) -> FunctionType | str | None:
    if isinstance(function, FINISHED):
        single = np.ndim(getattr(function, "c", 0)) <= (2 if isinstance(function, interpolate.PPoly) else 1)
        single = single and np.ndim(getattr(function, "yi", np.zeros((1, 1)))) == 2 and np.shape(getattr(function, "yi", [[0]]))[1] == 1
        return _evaluation(function) if single and len(kinds) == 1 and not keywords else OPAQUE
    if not isinstance(function, (type, FunctionType)):
        return None
    if function in AT_ONCE:
        return _at_once(function) if len(kinds) == 3 and not keywords and ndim_of(kinds[1]) == 1 else OPAQUE
    order = LINEAR.get(function)
    if order is None:
        return None
    given = (*order[: len(kinds)], *keywords)
    known = dict(zip(given, (*kinds, *keywords.values())))
    if len(kinds) > len(order) or not set(order[:2]) <= set(given) <= set(order) or ndim_of(known[order[1]]) != 1 or "axis" in given:
        return OPAQUE
    if function is interpolate.UnivariateSpline and known.get("s") not in (Known(0), Known(0.0)):
        return OPAQUE  # how many knots there are depends on the samples
    return _maker(function, given)


RESOLVERS.append(resolve)


@cache
def _maker(function: Any, given: tuple[str, ...]) -> FunctionType:
    name, (x, values) = function.__name__, LINEAR[function][:2]
    options = "".join(f"({option!r}, {option}), " for option in given if option not in (x, values))
    text = (
        f"def {name}({', '.join(given)}):\n"
        f"    def interpolant(at):\n"
        f"        return interpolated(interpolate.{name}, {x}, {values}, at, 0, ({options}))\n"
        f"    return interpolant\n"
    )
    return made_from(text, name, f"{name}({', '.join(given)})", {"interpolate": interpolate, "interpolated": grids.interpolated})


@cache
def _at_once(function: Any) -> FunctionType:
    text = f"def {function.__name__}(xi, yi, x):\n    return interpolated(interpolate.{AT_ONCE[function]}, xi, yi, x, 0, ())\n"
    return made_from(text, function.__name__, function.__name__, {"interpolate": interpolate, "interpolated": grids.interpolated})


@cache
def _evaluation(spline: Any) -> FunctionType:
    return made_from(
        "def interpolant(t):\n    return evaluated(spline, t, 0)\n", "interpolant", f"a {type(spline).__name__}",
        {"spline": spline, "evaluated": grids.evaluated},
    )  # fmt: skip


# the rows


def _like_t(call: Call, kind: KindOf) -> Kind:
    axes = axes_of(kind(call["t"]))
    return Array("float64", axes) if axes else NUMERIC  # of a number some give a number, some an array


def expect_slopes(call: Call) -> None:
    if call.value("maker") is interpolate.RBFInterpolator:
        raise refused(call, "places that vary among radial basis functions")


def _interpolated_vjp(b: Builder, call: Call, y_bar: Atom, parameter: str) -> Atom:
    names = {**call.names, "y_bar": y_bar}
    if parameter == "x":
        raise refused(call, "places of samples that vary")
    if parameter == "t":
        expect_slopes(call)
        return b.text("y_bar * interpolated(maker, x, values, t, order + 1, options)", names)
    return b.text("interpolation_transposed(maker, x, values, t, order, options, y_bar)", names)


def _interpolated_jvp(b: Builder, call: Call, tangents: Mapping[str, Atom]) -> Atom:
    names = {**call.names, **{f"{name}_dot": atom for name, atom in tangents.items()}}
    if "x" in tangents:
        raise refused(call, "places of samples that vary")
    if "t" in tangents:
        expect_slopes(call)
    texts = {
        "values": "interpolated(maker, x, values_dot, t, order, options)",
        "t": "t_dot * interpolated(maker, x, values, t, order + 1, options)",
    }
    return b.text(" + ".join(texts[name] for name in tangents), names)


general("y = interpolated(maker, x, values, t, order=0, options=())", vjp=_interpolated_vjp, jvp=_interpolated_jvp,
        of=("x", "values", "t"), kind=_like_t, cost=1000)  # fmt: skip


def _grid_vjp(b: Builder, call: Call, y_bar: Atom, parameter: str) -> Atom:
    names = {**call.names, "y_bar": y_bar}
    if parameter == "values":
        return b.text("multilinear_transposed(points, values, xi, y_bar)", names)
    return b.text("np.expand_dims(y_bar, -1) * multilinear_slopes(points, values, xi)", names)


def _grid_jvp(b: Builder, call: Call, tangents: Mapping[str, Atom]) -> Atom:
    names = {**call.names, **{f"{name}_dot": atom for name, atom in tangents.items()}}
    texts = {"values": "multilinear(points, values_dot, xi)", "xi": "np.sum(xi_dot * multilinear_slopes(points, values, xi), axis=-1)"}
    return b.text(" + ".join(texts[name] for name in tangents), names)

def _same_places(call: Call, kind: KindOf) -> Kind:
    axes = axes_of(kind(call["xi"]))
    return Array("float64", axes[:-1]) if axes and len(axes) > 1 else UNKNOWN


for _signature in ("multilinear(points, values, xi)", "grid_interpolated(points, values, xi)"):
    general(f"y = {_signature}", vjp=_grid_vjp, jvp=_grid_jvp, of=("values", "xi"), kind=_same_places, cost=1000)
linear("v = multilinear_transposed(points, values, xi, g)", "g_bar += multilinear(points, v_bar, xi)", of=("g",),
       kind=lambda call, kind: kind(call["values"]), cost=1000)  # fmt: skip
general("y = multilinear_slopes(points, values, xi)", of=("values", "xi"), cost=1000, kind=lambda call, kind: kind(call["xi"]),
        vjp=lambda b, call, y_bar, parameter: _no_second(call), jvp=lambda b, call, tangents: _no_second(call))  # fmt: skip
general("y = evaluated(spline, t, order)", of=("t",), kind=_like_t, cost=1000,
        vjp=lambda b, call, y_bar, parameter: b.text("y_bar * evaluated(spline, t, order + 1)", {**call.names, "y_bar": y_bar}),
        jvp=lambda b, call, tangents: b.text("t_dot * evaluated(spline, t, order + 1)", {**call.names, "t_dot": tangents["t"]}))  # fmt: skip
linear("v = interpolation_transposed(maker, x, values, t, order, options, g)", of=("g",), cost=1000,
       rule="g_bar += interpolated(maker, x, v_bar, t, order, options)", kind=lambda call, kind: kind(call["values"]))  # fmt: skip


def _no_second(call: Call) -> Atom:
    raise refused(call, "second derivatives by the place")


for _function in (grids.interpolated, grids.grid_interpolated, grids.evaluated):
    also_called(_function, _function.__name__)


def _grid(function: Any, kinds: Sequence[Kind], keywords: Mapping[str, Kind]) -> Any:
    """`RegularGridInterpolator(points, values)` and `interpn(points, values, xi)`, by the linear method."""
    if function is not interpolate.RegularGridInterpolator and function is not interpolate.interpn:
        return None
    wanted = 2 if function is interpolate.RegularGridInterpolator else 3
    if len(kinds) != wanted or keywords.keys() - {"method"} or keywords.get("method", Text("linear")) != Text("linear"):
        return None
    return grid_interpolant if wanted == 2 else grid_interpolation


RESOLVERS.append(_grid)


def grid_interpolant(points: Any, values: Any, method: str = "linear") -> Any:
    def interpolant(xi: Any) -> Any:
        return grids.grid_interpolated(points, values, xi)

    return interpolant


def grid_interpolation(points: Any, values: Any, xi: Any, method: str = "linear") -> Any:
    return grids.grid_interpolated(points, values, xi)
