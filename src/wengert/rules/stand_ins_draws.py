"""How a draw varies with its parameters: the same draw, of a standard number that does not vary, moved and stretched.

    rng.normal(m, s)         m + s * rng.standard_normal()
    rng.permutation(x)       x[rng.permutation(len(x))]
    rng.shuffle(x)           x[:] = x[rng.permutation(len(x))]

Each is what the library itself computes, from the same random numbers in the same order, so the values are the same. Where a library
draws by rejection, no such formula is there (`gamma` by its shape, `beta`, `poisson`), and the call is refused. An error that a library
raises for a negative scale is raised here, too.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from functools import cache
from types import FunctionType

import numpy as np

from wengert.ir.kinds import UNKNOWN, Array, Kind, Known, List, axes_of, is_scalar, scalar_type
from wengert.rules.draws import parameters_of
from wengert.rules.stand_ins import made_from

MOVED: dict[str, tuple[str, str, str]] = {
    "normal": ("loc=0.0, scale=1.0", "loc + scale * source.standard_normal({size})", "scale"),
    "uniform": ("low=0.0, high=1.0", "low + (high - low) * source.random({size})", ""),
    "exponential": ("scale=1.0", "scale * source.standard_exponential({size})", "scale"),
    "laplace": ("loc=0.0, scale=1.0", "loc + scale * source.laplace({named})", "scale"),
    "logistic": ("loc=0.0, scale=1.0", "loc + scale * source.logistic({named})", "scale"),
    "gumbel": ("loc=0.0, scale=1.0", "loc + scale * source.gumbel({named})", "scale"),
    "rayleigh": ("scale=1.0", "scale * source.rayleigh({named})", "scale"),
    "lognormal": ("mean=0.0, sigma=1.0", "np.exp(mean + sigma * source.standard_normal({size}))", "sigma"),
    "weibull": ("a", "source.standard_exponential({size}) ** (1 / a)", "a"),
    "pareto": ("a", "np.expm1(source.standard_exponential({size}) / a)", "a"),
    "gamma": ("shape, scale=1.0", "scale * source.standard_gamma(shape, {size})", "scale"),
    "multivariate_normal": ("mean, cov", "mean + source.multivariate_normal(np.zeros(len(mean)), cov, {size})", ""),
}
"""Of NumPy: the parameters, the formula, and the parameter that must not be negative."""

PYTHON: dict[str, tuple[str, str]] = {
    "uniform": ("a, b", "a + (b - a) * source.random()"),
    "gauss": ("mu=0.0, sigma=1.0", "mu + sigma * source.gauss(0.0, 1.0)"),
    "normalvariate": ("mu=0.0, sigma=1.0", "mu + sigma * source.normalvariate(0.0, 1.0)"),
    "lognormvariate": ("mu=0.0, sigma=1.0", "math.exp(mu + sigma * source.normalvariate(0.0, 1.0))"),
    "expovariate": ("lambd=1.0", "source.expovariate(1.0) / lambd"),
    "gammavariate": ("alpha, beta", "beta * source.gammavariate(alpha, 1.0)"),
    "weibullvariate": ("alpha, beta", "alpha * source.expovariate(1.0) ** (1.0 / beta)"),
    "paretovariate": ("alpha", "math.exp(source.expovariate(1.0) / alpha)"),
}
"""Of the module `random`."""

BY_REJECTION = {"gamma": "shape", "gammavariate": "alpha", "multivariate_normal": "cov"}
"""The parameters with which a draw does vary, and no formula says how."""

PICKED: dict[tuple[bool, str], tuple[str, str]] = {
    (False, "permutation"): ("x", "return x[source.permutation(len(x))]"),
    (False, "choice"): ("a, size=None, replace=True, p=None", "return a[source.choice(len(a), size, replace, p)]"),
    (False, "shuffle"): ("x", "x[:] = x[source.permutation(len(x))]"),
    (True, "choice"): ("seq", "return seq[source.randrange(len(seq))]"),
    (True, "choices"): ("population, weights=None, *, cum_weights=None, k=1", "return [population[i] for i in source.choices(range(len(population)), weights, cum_weights=cum_weights, k=k)]"),
    (True, "sample"): ("population, k", "return [population[i] for i in source.sample(range(len(population)), k)]"),
}  # fmt: skip
"""What stands at places that are drawn; `True` for the module `random`."""

SHUFFLED = {
    True: "for i in range(len(x) - 1, 0, -1):\n        j = source.randrange(i + 1)\n        x[i], x[j] = x[j], x[i]",
    False: "x[:] = [x[k] for k in source.permutation(len(x))]",
}
"""A shuffle of a list."""

INTO = {name: f"out[...] = source.{name}(np.shape(out))\n    return out" for name in ("random", "standard_normal", "standard_exponential")}
"""A draw into an array, `out=`."""


def moved(cls: type, name: str, kinds: Mapping[str, Kind], varying: frozenset[str]) -> FunctionType | None:
    """A function that gives the draw as it varies with these parameters; None if that is not known."""
    python = cls is random.Random
    if "out" in kinds:
        plain = name in INTO and isinstance(kinds["out"], Array) and kinds["out"].dtype == "float64" and set(kinds) == {"out"}
        return _made(name, "out", INTO[name]) if plain else None
    if name == "shuffle":
        whole = kinds.get("x", UNKNOWN)
        if isinstance(whole, List):
            return _made("shuffle", "x", SHUFFLED[python])
        return _made("shuffle", "x", PICKED[False, "shuffle"][1]) if isinstance(whole, Array) and "axis" not in kinds and not python else None
    picked = PICKED.get((python, name))
    if picked is not None:
        shuffling = {"axis", "shuffle", "counts"} & set(kinds)
        listed = isinstance(kinds.get("a", kinds.get("x")), List) and not python
        return None if shuffling or listed or is_scalar(kinds.get("a", UNKNOWN)) else _made(name, *picked)
    if BY_REJECTION.get(name) in varying:
        return None
    if python:
        found = PYTHON.get(name)
        return _made(name, found[0], f"return {_plain(found[1], kinds)}") if found is not None else None
    return _of_numpy(cls, name, kinds)


def _plain(formula: str, kinds: Mapping[str, Kind]) -> str:
    """A formula without what adds nothing: `loc + scale * z` where nothing is said of loc and scale, or the scale is 1."""
    for left_out, neutral in NEUTRAL.items():
        if kinds.get(left_out.split()[0], Known(neutral)) in (Known(neutral), Known(float(neutral))):
            formula = formula.replace(left_out, "")
    return formula


NEUTRAL = {"loc + ": 0, "scale * ": 1, "mu + ": 0, "sigma * ": 1, "beta * ": 1, "alpha * ": 1}
"""What begins a formula, and changes nothing where the parameter is this number."""


def _of_numpy(cls: type, name: str, kinds: Mapping[str, Kind]) -> FunctionType | None:
    found = MOVED.get(name)
    if found is None or not set(kinds) <= {*(parameters_of(cls, name) or ())[: found[0].count(",") + 1], "size"}:
        return None
    parameters, formula, least = found[0], _plain(found[1], kinds), found[2]
    known = {parameter: axes_of(kind) for parameter, kind in kinds.items() if parameter != "size"}
    arrays = [parameter for parameter, axes in known.items() if axes != ()]
    sized = kinds.get("size", Known(None))
    size = "size"
    if name == "multivariate_normal":
        arrays = []
        size = "size" if "size" in kinds else "None"
    elif sized == Known(None):
        shapes = [f"np.shape({parameter})" for parameter in arrays]
        size = "" if not shapes else shapes[0] if len(shapes) == 1 else f"np.broadcast_shapes({', '.join(shapes)})"
        size += " or None" if None in known.values() else ""
    elif arrays and sized == UNKNOWN:
        return None
    value = formula.format(size=size, named=f"size={size}" if size else "").replace(", )", ")")
    if size == "" and not all(scalar_type(kind) for kind in kinds.values() if kind != Known(None)) or (size == "" and "np." in formula):
        value = f"float({value})"
    if cls is np.random.RandomState:
        value = value.replace("source.random(", "source.random_sample(")
    lines = []
    bound = kinds.get(least)
    if bound is not None and not (isinstance(bound, Known) and bound.value >= 0):
        test = f"np.any({least} < 0)" if least in arrays else f"{least} < 0"
        lines.append(f"if {test}:\n        raise ValueError('{least} < 0')")
    if name == "uniform" and cls is np.random.Generator:
        test = "np.any(high < low)" if arrays else "high < low"
        lines.append(f"if {test}:\n        raise ValueError('high - low < 0')")
    given = f"{parameters}, size=None" if "size" in kinds else parameters
    return _made(name, given, "\n    ".join([*lines, f"return {value}"]))


@cache
def _made(name: str, parameters: str, body: str) -> FunctionType:
    text = f"def {name}(source, {parameters}):\n    {body}\n"
    return made_from(text, name, f"draw {name}({parameters}) {body}", {"np": np, "math": math})
