"""Polynomials: `np.polyval` and its family, and the six bases of `np.polynomial`.

The value is linear in the coefficients, with the Vandermonde matrix as its matrix; in the point its derivative is the value of
the derived polynomial. Deriving and integrating are linear; their matrices are what they make of the identity, so no basis
needs a formula of its own.

>>> import numpy as np
>>> from wengert import grad
>>> grad(lambda p: np.polyval(p, 2.0))(np.array([1.0, 5.0, 7.0]))
array([4., 2., 1.])
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wengert.ir.axes import Axis
from wengert.ir.build import Builder
from wengert.ir.core import Atom, Const
from wengert.ir.kinds import EITHER, UNKNOWN, Array, Kind, Known, axes_of
from wengert.rules.composite import composite
from wengert.rules.decompositions import constant_of
from wengert.rules.fitting import ndim_of
from wengert.rules.result_kinds import as_result, axis_of_length, value_of
from wengert.rules.solving import inexact, refused
from wengert.rules.table import Call, KindFunction, KindOf, linear, tangent_of_linear
from wengert.rules.tangents import Text, by_tangent

# values, of the coefficients p, from the highest power down


def value_kind(coefficients: str, *points: str) -> KindFunction:
    """The value of a polynomial is of the shape of the point."""

    def kind_function(call: Call, kind: KindOf) -> Kind:
        p, x = kind(call[coefficients]), kind(call[points[0]])
        axes, dtype = axes_of(x), inexact(p, *(kind(call[name]) for name in points))
        return UNKNOWN if axes is None or dtype is None or ndim_of(p) != len(points) else as_result(dtype, axes)

    return kind_function


def series_kind(name: str) -> KindFunction:
    """Coefficients, of another length."""

    def kind_function(call: Call, kind: KindOf) -> Kind:
        dtype = inexact(kind(call[name]))
        return UNKNOWN if dtype is None or ndim_of(kind(call[name])) != 1 else Array(dtype, (f"{call.result}:0",))

    return kind_function


def of_vector(name: str, text: str) -> Any:
    """A text for coefficients that are one vector; others are refused."""

    def write(call: Call, kind: KindOf) -> str:
        if ndim_of(kind(call[name])) != 1:
            raise refused(call, "coefficients that are not surely a vector")
        return text

    return write


by_tangent(
    "y = np.polyval(p, x)", of_vector("p", "y_dot = np.polyval(p_dot, x) + np.polyval(np.polyder(p), x) * x_dot"), of=("p", "x"),
    transposes={"p": "p_bar += np.ravel(y_bar) @ np.vander(np.ravel(x), p.size)"}, kind=value_kind("p", "x"),
)  # fmt: skip


def _polyder(b: Builder, call: Call) -> Atom:
    p = call["p"]
    for _ in range(value_of(call, b.kind, "m")):
        p = b.text("p[:-1] * np.arange(p.size - 1, 0, -1)", {"p": p})
    return p


def _polyint(b: Builder, call: Call) -> Atom:
    if b.kind(call["k"]) != Known(None):
        raise refused(call, "constants of integration")
    p = call["p"]
    for _ in range(value_of(call, b.kind, "m")):
        p = b.text("np.concatenate((p / np.arange(p.size, 0, -1), np.zeros(1)))", {"p": p})
    return p


composite("y = np.polyder(p, m=1)", _polyder, of=("p",))
composite("y = np.polyint(p, m=1, k=None)", _polyint, of=("p",))

# roots: p(z) = 0 all the way, so the root moves by -p_dot(z) / p'(z)


def _roots_kind(call: Call, kind: KindOf) -> Kind:
    return Array(EITHER, (f"{call.result}:0",)) if inexact(kind(call["p"])) == "float64" else UNKNOWN


by_tangent("y = np.roots(p)", of_vector("p", "y_dot = -np.polyval(p_dot, y) / np.polyval(np.polyder(p), y)"), kind=_roots_kind)

# least squares: the tangent of `lstsq`, for the Vandermonde matrix v, of which column j has the slope (deg - j) x ** (deg - j - 1)


def _polyfit(call: Call, kind: KindOf) -> str:
    if constant_of(call, kind, "full") or constant_of(call, kind, "cov"):
        raise refused(call, "`full=True` or `cov=True`")
    if ndim_of(kind(call["y"])) != 1:
        raise refused(call, "several curves at once")
    weighted = kind(call["w"]) != Known(None)
    v, e = ("(w[:, None] * v)", "w * (y - v @ c)") if weighted else ("v", "y - v @ c")
    s, e_dot = ("w * e", "w * (y_dot - d)") if weighted else ("e", "y_dot - d")
    if weighted:
        e_dot += " + w_dot * (y - v @ c)"
        extra = f"p @ (p.T @ (v.T @ (w_dot * ({e}))))"
    return f"""
v = np.vander(x, deg + 1)
p = np.linalg.pinv({v})
e = {e}
d = np.polyval(np.polyder(c), x) * x_dot
u = v[:, 1:] * np.arange(deg, 0, -1)
c_dot = p @ ({e_dot}) + p @ (p.T @ np.concatenate((u.T @ (x_dot * ({s})), np.zeros(1)))){f" + {extra}" if weighted else ""}
"""


def one_more(degree: Kind, fresh: str) -> Axis:
    """The number of coefficients of a polynomial of this degree."""
    known = isinstance(degree, Known) and isinstance(degree.value, int)
    return axis_of_length(Known(degree.value + 1), None, fresh) if known else fresh  # type: ignore[union-attr,operator]  # `known` has narrowed it


def _polyfit_kind(call: Call, kind: KindOf) -> Kind:
    dtype, degree = inexact(kind(call["x"]), kind(call["y"])), kind(call["deg"])
    if dtype is None or ndim_of(kind(call["y"])) != 1 or call.value("full") or call.value("cov"):
        return UNKNOWN
    return Array(dtype, (one_more(degree, f"{call.result}:0"),))


by_tangent(
    "c = np.polyfit(x, y, deg, rcond=None, full=False, w=None, cov=False)", _polyfit, of=("x", "y", "w"), kind=_polyfit_kind
)  # fmt: skip

# the bases of np.polynomial: coefficients from the lowest term up

BASES = {
    "polynomial": "poly", "chebyshev": "cheb", "legendre": "leg", "hermite": "herm", "hermite_e": "herme", "laguerre": "lag",
}  # fmt: skip


def _basis(module: str, p: str) -> None:
    p = f"np.polynomial.{module}.{p}"
    value = f"y_dot = {p}val(x, c_dot) + {p}val(x, {p}der(c)) * x_dot"
    by_tangent(
        f"y = {p}val(x, c, tensor=True)", of_vector("c", value), of=("x", "c"), kind=value_kind("c", "x"),
        transposes={"c": f"c_bar += np.ravel(y_bar) @ {p}vander(np.ravel(x), c.size - 1)"},
    )  # fmt: skip
    slope = f"{p}vander(x, max(deg - 1, 0)) @ {p}der(np.eye(deg + 1))"
    by_tangent(f"y = {p}vander(x, deg)", _at_points(slope), kind=_vander_kind)
    linear(f"y = {p}der(c, m=1, scl=1, axis=0)", _by_matrix(f"{p}der", "scl"), kind=series_kind("c"), cost=100)
    linear(f"y = {p}int(c, m=1, k=None, lbnd=0, scl=1, axis=0)", _by_matrix(f"{p}int", "lbnd", "scl"), kind=series_kind("c"),
           jvp=_integral_jvp, cost=100)  # fmt: skip


def _at_points(slope: str) -> Text:
    """A row for each point; one number is a row of its own."""
    return lambda call, kind: (
        f"y_dot = ({slope}) * {'np.atleast_1d(x_dot)' if axes_of(kind(call['x'])) == () else 'x_dot'}[..., None]"
    )


def _only_coefficients(call: Call, kind: KindOf) -> None:
    if ndim_of(kind(call["c"])) != 1 or ("k" in call.arguments and kind(call["k"]) != Known(None)):
        raise refused(call, "coefficients that are not surely a vector, or constants of integration")


def _integral_jvp(b: Builder, call: Call, tangents: Mapping[str, Atom]) -> Atom:
    _only_coefficients(call, b.kind)
    return tangent_of_linear(b, call, tangents)


def _by_matrix(function: str, *options: str) -> Any:
    """The matrix of a linear map of coefficients is what it makes of the columns of the identity."""

    def vjp(b: Builder, call: Call, y_bar: Atom, parameter: str) -> Atom:
        _only_coefficients(call, b.kind)
        given = [(name, call[name]) for name in ("m", *options) if call[name] != Const(call.primitive.head.defaults[name])]
        identity = b.text("np.eye(c.size, dtype=c.dtype)", call.names)
        return b.apply("matmul", y_bar, b.apply(function, identity, keywords=given))

    return vjp


def _vander_kind(call: Call, kind: KindOf) -> Kind:
    axes, dtype, degree = axes_of(kind(call["x"])), inexact(kind(call["x"])), kind(call["deg"])
    if axes is None or dtype is None:
        return UNKNOWN
    return Array(dtype, (*(axes or (1,)), one_more(degree, f"{call.result}:d")))


for _module, _name in BASES.items():
    _basis(_module, _name)

_P = "np.polynomial.polynomial.poly"
by_tangent(
    f"z = {_P}val2d(x, y, c)",
    f"z_dot = {_P}val2d(x, y, c_dot) + {_P}val2d(x, y, c[1:] * np.arange(1, c.shape[0])[:, None]) * x_dot"
    f" + {_P}val2d(x, y, c[:, 1:] * np.arange(1, c.shape[1])) * y_dot",
    of=("x", "y", "c"), kind=value_kind("c", "x", "y"),
    transposes={
        "c": f"c_bar += ({_P}vander(np.ravel(x), c.shape[0] - 1) * np.ravel(z_bar)[:, None]).T"
        f" @ {_P}vander(np.ravel(y), c.shape[1] - 1)"
    },
)  # fmt: skip


def _from_roots(b: Builder, call: Call) -> Atom:
    x, r = ndim_of(b.kind(call["x"])), ndim_of(b.kind(call["r"]))
    if r != 1 or x is None:
        raise refused(call, "roots that are not surely a vector")
    return b.text(f"np.prod(x - r[{', '.join([':', *['None'] * x])}], axis=0)", call.names)


composite(f"y = {_P}valfromroots(x, r, tensor=True)", _from_roots, of=("x", "r"))
