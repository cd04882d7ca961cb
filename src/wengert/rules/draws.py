"""Draws of random numbers: the parameters of each, and the kind of what it gives.

A draw is a call that is made once, in its order, and of which the run alone knows the number; but that number is a float, an int or an
array, and this says which. The functions of the modules `random` and `np.random` are methods of an object that nobody sees, and so
stand in the same tables. How a draw varies with its parameters stands in `stand_ins_draws.py`.

>>> kind_of_draw(np.random.Generator, "normal", given(np.random.Generator, "normal", (), {"size": Known(3)}), "z")
Array(dtype='float64', axes=('*',))
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np

from wengert.ir.axes import Axis, broadcast_axes
from wengert.ir.kinds import (
    FLOAT,
    INT,
    NUMERIC,
    UNKNOWN,
    Array,
    Instance,
    Kind,
    Known,
    List,
    NumpyScalar,
    Range,
    Text,
    Tuple,
    axes_of,
    dtype_of,
    is_real,
    is_scalar,
    scalar_type,
)
from wengert.ir.lattice import join_all
from wengert.ir.values import kind_of
from wengert.rules.result_kinds import NotStatic, axis_of_length, static

FLOATS = {
    "random": "size dtype out", "random_sample": "size", "standard_normal": "size dtype out",
    "standard_exponential": "size dtype method out", "standard_gamma": "shape size dtype out", "standard_cauchy": "size", "standard_t": "df size",
    "normal": "loc scale size", "uniform": "low high size", "exponential": "scale size", "laplace": "loc scale size", "logistic": "loc scale size",
    "gumbel": "loc scale size", "lognormal": "mean sigma size", "rayleigh": "scale size", "gamma": "shape scale size", "beta": "a b size",
    "chisquare": "df size", "noncentral_chisquare": "df nonc size", "f": "dfnum dfden size", "noncentral_f": "dfnum dfden nonc size",
    "pareto": "a size", "weibull": "a size", "power": "a size", "triangular": "left mode right size", "vonmises": "mu kappa size", "wald": "mean scale size",
    "multivariate_normal": "mean cov size check_valid tol method", "dirichlet": "alpha size",
}  # fmt: skip
"""What NumPy's sources give floats by: their parameters."""

INTS = {
    "poisson": "lam size", "binomial": "n p size", "geometric": "p size", "negative_binomial": "n p size", "logseries": "p size", "zipf": "a size",
    "hypergeometric": "ngood nbad nsample size", "multinomial": "n pvals size", "integers": "low high size dtype endpoint", "randint": "low high size dtype",
}  # fmt: skip
"""And ints."""

PICKS = {"permutation": "x axis", "choice": "a size replace p axis shuffle", "shuffle": "x axis", "seed": "seed"}

PYTHON = {
    "random": "", "uniform": "a b", "gauss": "mu sigma", "normalvariate": "mu sigma", "lognormvariate": "mu sigma", "expovariate": "lambd",
    "betavariate": "alpha beta", "gammavariate": "alpha beta", "paretovariate": "alpha", "weibullvariate": "alpha beta",
    "vonmisesvariate": "mu kappa", "triangular": "low high mode",
}  # fmt: skip
PYTHON_INTS = {"randint": "a b", "randrange": "start stop step", "getrandbits": "k"}
PYTHON_PICKS = {"choice": "seq", "choices": "population weights cum_weights k", "sample": "population k counts", "shuffle": "x", "seed": "a version"}

LAST_AXIS = {"multivariate_normal": "mean", "dirichlet": "alpha", "multinomial": "pvals"}
"""Draws of whole rows, and the parameter that is as long as one."""

LEGACY_ALONE = frozenset({"random_sample", "randint"})
NEW_ALONE = frozenset({"integers"})


@cache
def parameters_of(cls: type, name: str) -> tuple[str, ...] | None:
    """The names of the parameters of a draw, in their order; None if it is none that is known.

    >>> parameters_of(random.Random, "gauss"), parameters_of(random.Random, "normal")
    (('mu', 'sigma'), None)
    """
    if cls is random.Random:
        found = {**PYTHON, **PYTHON_INTS, **PYTHON_PICKS}.get(name)
    else:
        others = LEGACY_ALONE if cls is np.random.Generator else NEW_ALONE
        found = None if name in others else {**FLOATS, **INTS, **PICKS}.get(name)
    return None if found is None else tuple(found.split())


def given(cls: type, name: str, args: Sequence[Any], keywords: Mapping[str, Any]) -> dict[str, Any] | None:
    """What a call gives for each parameter; None if it is not a call of such a draw.

    >>> given(random.Random, "gauss", (0.0,), {"sigma": 2.0})
    {'mu': 0.0, 'sigma': 2.0}
    """
    if name in ("rand", "randn") and cls is np.random.RandomState and not keywords:
        return dict(enumerate(args))  # type: ignore[arg-type]  # lengths have no names
    names = parameters_of(cls, name)
    if names is None or len(args) > len(names) or not set(keywords) <= set(names[len(args) :]):
        return None
    return {**dict(zip(names, args)), **keywords}


def kind_of_draw(cls: type, name: str, kinds: Mapping[Any, Kind], result: str, atoms: Mapping[Any, Any] | None = None) -> Kind:
    """The kind of a draw whose arguments are of these kinds; `result` is the name that its value gets."""
    if name == "seed":
        return Known(None)
    if cls is random.Random:
        return _of_python(name, kinds)
    if name in ("rand", "randn"):
        return Array("float64", tuple(_axis(kind, result, i, None) for i, kind in kinds.items())) if kinds else FLOAT
    if name in ("permutation", "choice"):
        return _picked(cls, name, kinds, result, (atoms or {}).get("size"))
    dtype = _dtype(name, kinds.get("dtype"))
    if dtype is None:
        return UNKNOWN
    rows = LAST_AXIS.get(name)
    axes = _size(kinds.get("size", Known(None)), result, (atoms or {}).get("size"))
    if rows is not None:
        row = axes_of(kinds.get(rows, UNKNOWN)) or _listed(kinds.get(rows, UNKNOWN), f"{result}:row")
        return UNKNOWN if axes is None or row is None else Array(dtype, (*axes[0], row[-1]))
    if axes is None:
        return NUMERIC
    if axes[1]:
        return Array(dtype, axes[0])
    shapes = [axes_of(kind) for parameter, kind in kinds.items() if parameter not in ("size", "dtype", "method", "out", "endpoint")]
    known = [shape for shape in shapes if shape is not None]
    if len(known) < len(shapes):
        return NUMERIC
    found = broadcast_axes(known, result)
    if found:
        return Array(dtype, found)
    if name == "integers" or (name == "randint" and "dtype" in kinds):
        return NumpyScalar(dtype)
    return INT if name in INTS else FLOAT


def _of_python(name: str, kinds: Mapping[Any, Kind]) -> Kind:
    if name in PYTHON_INTS:
        return INT
    if name in PYTHON:
        return FLOAT if all(scalar_type(kind) for kind in kinds.values()) else UNKNOWN
    several = kinds.get("seq", kinds.get("population", UNKNOWN))
    found: Kind = UNKNOWN
    if isinstance(several, Tuple):
        found = join_all(several.items)
    elif isinstance(several, List):
        found = join_all(several.items) if several.items else several.element
    elif isinstance(several, Range):
        found = INT
    if not is_scalar(found) and not isinstance(found, Text):
        return UNKNOWN
    return found if name == "choice" else List(found) if name in ("sample", "choices") else UNKNOWN


def _dtype(name: str, asked: Kind | None) -> str | None:
    default = "float64" if name in FLOATS else "int64" if name == "integers" else np.dtype(int).name
    try:
        return default if asked is None else str(np.dtype(static(asked)).name)
    except (NotStatic, TypeError):
        return None


def _size(kind: Kind, result: str, atom: Any) -> tuple[tuple[Axis, ...], bool] | None:
    """The axes that `size` asks for, and whether it asks for any; None if that is not known."""
    if kind == Known(None):
        return (), False
    if is_scalar(kind) and is_real(kind):
        return (_axis(kind, result, 0, atom),), True
    if isinstance(kind, Tuple) or (isinstance(kind, List) and kind.items is not None):
        return tuple(_axis(item, result, i, None) for i, item in enumerate(kind.items or ())), True
    return None


def _axis(kind: Kind, result: str, position: int, atom: Any) -> Axis:
    return axis_of_length(kind, atom, f"{result}:{position}")


def _listed(kind: Kind, fresh: str) -> tuple[Axis, ...] | None:
    return (fresh,) if isinstance(kind, List) and is_scalar(kind.element) else None


def _picked(cls: type, name: str, kinds: Mapping[Any, Kind], result: str, size: Any) -> Kind:
    """What stands at positions that are drawn: of an array, a list of numbers, or the numbers below one."""
    whole = kinds.get("a" if name == "choice" else "x", UNKNOWN)
    if "axis" in kinds:
        return UNKNOWN
    count = is_scalar(whole)
    axes = (f"{result}:all",) if count else axes_of(whole) or _listed(whole, f"{result}:all")
    dtype = np.dtype(int).name if count else dtype_of(whole) or _plain_dtype(whole)
    if not axes or dtype is None:
        return UNKNOWN
    if name == "permutation":
        return Array(dtype, axes)
    asked = _size(kinds.get("size", Known(None)), result, size)
    if asked is None:
        return UNKNOWN
    found = (*asked[0], *axes[1:])
    if found or asked[1]:
        return Array(dtype, found)
    if count:  # an int or an np.int64, by the version of NumPy
        return kind_of((np.random.RandomState if cls is np.random.RandomState else np.random.default_rng)(0).choice(2))
    return NumpyScalar(dtype)


def _plain_dtype(kind: Kind) -> str | None:
    element = scalar_type(kind.element) if isinstance(kind, List) else None
    return {"float": "float64", "int": np.dtype(int).name}.get(element or "")


def made_source(function: Any) -> Kind | None:
    """The kind of what a call of this gives, if that is a source of random numbers."""
    if function is np.random.default_rng or function is np.random.Generator:
        return Instance(np.random.Generator)
    return Instance(function) if function is np.random.RandomState or function is random.Random else None
