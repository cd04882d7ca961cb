"""Densities, distribution functions and quantiles of `scipy.stats`: SciPy's own formulas, differentiated.

`stats.gamma.logpdf(x, a, loc, scale)` standardises, masks what is outside of the support or has no valid parameters, and calls
`gamma._logpdf`. A stand-in says the first two plainly for the arguments at hand; the formula itself is SciPy's, inlined:

    y = (x - loc) / scale
    ...
    return stats.gamma._logpdf(y, a) - np.log(scale)

>>> import scipy.stats
>>> from wengert.ir.kinds import FLOAT
>>> print(text_of(Wanted(scipy.stats.gamma, "logpdf", ("x", "a", "scale"), True, ("x",))), end="")
def logpdf(x, a, scale):
    y = np.float64(x)
    y = y / scale
    if not ((a > 0) and (scale > 0) and y == y):
        return np.float64(np.nan)
    if not 0.0 <= y:
        return np.float64(-np.inf)
    return stats.gamma._logpdf(y, a) - np.log(scale)
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from types import FunctionType, MethodType
from typing import Any

import numpy as np
import scipy.stats
from scipy.stats import rv_continuous, rv_discrete

from wengert import steps
from wengert.ir.kinds import UNKNOWN, Array, Kind, Known, NumpyScalar, axes_of, dtype_of
from wengert.rules.scipy_plainer import plain
from wengert.rules.stand_ins import OPAQUE, RESOLVERS, made_from
from wengert.rules.table import also_called, constant, lookup

BY_PARTS = frozenset((name, method) for name in ("genextreme", "dpareto_lognorm") for method in ("pdf", "logpdf"))
"""Methods that SciPy computes by writing into parts of arrays, which numbers do not have."""

METHODS = ("pdf", "logpdf", "pmf", "logpmf", "cdf", "logcdf", "sf", "logsf", "ppf", "isf")


@dataclass(frozen=True)
class Wanted:
    """A method of a distribution, the parameters that a call gives, are all of them scalars, and which are no float64."""

    distribution: Any
    method: str
    given: tuple[str, ...]
    scalar: bool
    cast: tuple[str, ...]
    positive: tuple[str, ...] = ()  # parameters that the text says to be larger than 0

    @property
    def variable(self) -> str:
        return self.given[0]

    @property
    def shapes(self) -> tuple[str, ...]:
        return tuple(name for name in self.given[1:] if name not in ("loc", "scale"))

    @property
    def name(self) -> str:
        """How the stand-in's text names the distribution."""
        return f"stats.{self.distribution.name}"

    @property
    def op(self) -> str:
        """The op of the row about the method of the standard distribution, if it has one."""
        return f"scipy.{self.name}.{self.method}"

    @property
    def discrete(self) -> bool:
        return isinstance(self.distribution, rv_discrete)


def resolve(function: Any, kinds: Sequence[Kind], keywords: Mapping[str, Kind]) -> FunctionType | str | None:
    """The stand-in for a call of a distribution's method, or its row; None for what is not one, or is not known."""
    if not isinstance(function, MethodType) or function.__name__.lstrip("_") not in METHODS:
        return None
    distribution: Any = function.__self__
    public: Any = getattr(scipy.stats, str(getattr(distribution, "name", "")), None)
    if not isinstance(distribution, (rv_continuous, rv_discrete)) or public is not distribution:
        return None
    if function.__name__ not in METHODS:
        return plain(distribution, function.__func__, all(axes_of(kind) == () for kind in kinds))
    variable = "q" if function.__name__ in ("ppf", "isf") else "k" if isinstance(distribution, rv_discrete) else "x"
    shapes = distribution.shapes.split(", ") if distribution.shapes else []
    order = [variable, *shapes, "loc", *(["scale"] if isinstance(distribution, rv_continuous) else [])]
    given = (*order[: len(kinds)], *keywords)
    if len(kinds) > len(order) or len(set(given)) < len(given) or not {variable, *shapes} <= set(given) <= set(order):
        return OPAQUE
    all_kinds = [*kinds, *keywords.values()]
    axes = [axes_of(kind) for kind in all_kinds]
    if None in axes:
        return OPAQUE
    cast = tuple(name for name, kind in zip(given, all_kinds) if dtype_of(kind) != "float64" or axes_of(kind) == ())
    positive = tuple(name for name, kind in zip(given, all_kinds) if isinstance(kind, Known) and type(kind.value) in (int, float) and kind.value > 0)
    wanted = Wanted(distribution, function.__name__, given, not any(axes), cast, positive)
    if wanted.scalar and (distribution.name, function.__name__) in BY_PARTS:
        return OPAQUE
    if wanted.method in ("ppf", "isf") and any(axes) and overrides(distribution, "_get_support"):
        return OPAQUE  # the ends may be infinite for some elements and not for others
    if lookup(wanted.op) is not None and given == (variable, *shapes) and not keywords:
        return wanted.op
    return _made(wanted) if lookup(wanted.op) is not None or formula(wanted) or _searched(wanted, "y") else OPAQUE


RESOLVERS.append(resolve)
constant("x = quantile(distribution, q, *shapes)", kind=lambda call, kind: as_float(kind(call["q"])), cost=1000)
also_called(steps.quantile, "quantile")


def as_float(kind: Kind) -> Kind:
    """A float64 of the same axes."""
    axes = axes_of(kind)
    return UNKNOWN if axes is None else Array("float64", axes) if axes else NumpyScalar("float64")



@cache
def _made(wanted: Wanted) -> FunctionType:
    title = f"{wanted.op}({', '.join(wanted.given)})"
    return made_from(text_of(wanted), wanted.method, title, {"np": np, "stats": scipy.stats, "quantile": steps.quantile, "detached": steps.detached})


def text_of(wanted: Wanted) -> str:
    """The stand-in's text."""
    writer = _of_row if lookup(wanted.op) else _of_probability if wanted.method in ("ppf", "isf") else _of_value
    lines = [f"def {wanted.method}({', '.join(wanted.given)}):", *(f"    {line}" for line in writer(wanted))]
    return "".join(f"{line}\n" for line in lines)


def _of_row(wanted: Wanted) -> list[str]:
    """Of a method with a row: that of the standard distribution, moved and scaled."""
    scaled = "scale" in wanted.given
    if wanted.method in ("ppf", "isf"):
        moved = f"{wanted.name}.{wanted.method}({', '.join((wanted.variable, *wanted.shapes))})"
        value = f"{moved}{' * scale' if scaled else ''}{' + loc' if 'loc' in wanted.given else ''}"
        lines = []
    else:
        lines = [line for line in _standard(wanted) if "floor" not in line]
        if wanted.discrete:
            lines = [f"y = {wanted.variable}{' - loc' if 'loc' in wanted.given else ''}"]
        value = f"{wanted.name}.{wanted.method}({', '.join(('y', *wanted.shapes))})"
        if scaled and wanted.method in ("pdf", "logpdf"):
            value = f"{value} - np.log(scale)" if wanted.method == "logpdf" else f"{value} / scale"
    if not scaled:
        return [*lines, f"return {value}"]
    if wanted.scalar:
        return [*lines, "if not scale > 0:", "    return np.float64(np.nan)", f"return {value}"]
    return [*lines, f"return np.where(scale > 0, {value}, np.nan)"]


# the formula: SciPy's own for this distribution, or one in terms of another of its own

_DERIVED = {
    "_pdf": ("np.exp({_logpdf})",),
    "_logpdf": ("np.log({_pdf})",),
    "_pmf": ("np.exp({_logpmf})",),
    "_logpmf": ("np.log({_pmf})",),
    "_sf": ("1.0 - {_cdf}",),
}


def formula(wanted: Wanted, variable: str = "y") -> str:
    """The expression that SciPy's method computes inside the support, "" where SciPy integrates or searches."""
    own = f"_{wanted.method}"
    if own == "_isf" and not overrides(wanted.distribution, "_isf"):
        return _call(wanted, "_ppf", f"1.0 - {variable}")
    if own in ("_logcdf", "_logsf") and not overrides(wanted.distribution, own):
        return _logarithm(wanted, variable)
    found = _call(wanted, own, variable)
    for text in _DERIVED.get(own, ()) if not found else ():
        name = text.partition("{")[2].partition("}")[0]
        inner = _call(wanted, name, variable)
        if inner:
            return text.replace(f"{{{name}}}", inner)
    return found


def _logarithm(wanted: Wanted, variable: str) -> str:
    """The logarithm of the smaller of cdf and sf, as SciPy takes it: of the other, where that is larger, by log1p."""
    cdf, sf = (formula(replace(wanted, method=method), variable) for method in ("cdf", "sf"))
    this, other = (cdf, sf) if wanted.method == "logcdf" else (sf, cdf)
    if not this or (not other and not wanted.discrete):
        return ""
    if wanted.discrete:
        return f"np.log({this})"
    median = _call(wanted, "_ppf", "0.5") or _quantile(wanted, "0.5")
    less = "<" if wanted.method == "logcdf" else ">"
    test = f"{variable} {less} {median}"
    if wanted.scalar:
        return f"np.log({this}) if {test} else np.log1p(-{_bracketed(other)})"
    return f"np.where({test}, np.log(np.where({test}, {this}, 0.5)), np.log1p(-np.where({test}, 0.5, {other})))"


def _quantile(wanted: Wanted, q: str) -> str:
    """The quantile that SciPy searches for, as a constant."""
    return f"quantile({', '.join((wanted.name, q, *wanted.shapes))})"


def _searched(wanted: Wanted, q: str) -> list[str]:
    """Lines that make `x` of a quantile that SciPy searches for: two of Newton's steps from there give its slopes (`scipy_roots.py`).

    No lines, if it has another way or the distribution function is not known.
    """
    if formula(wanted) or wanted.discrete or wanted.method not in ("ppf", "isf"):
        return []
    cdf, pdf = (formula(replace(wanted, method=method), "x") for method in ("cdf", "pdf"))
    if not cdf or not pdf:
        return []
    q = q if wanted.method == "ppf" else f"1.0 - {q}"
    return [
        f"root = {_quantile(wanted, q)}",
        "x = root",
        "for turn in range(2):",
        f"    x = x - ({cdf} - {_bracketed(q)}) / ({pdf})",
        "x = root + (x - detached(x))",
    ]


def _bracketed(text: str) -> str:
    return f"({text})" if " - " in text else text


def _call(wanted: Wanted, own: str, variable: str) -> str:
    if not overrides(wanted.distribution, own):
        return ""
    return f"{wanted.name}.{own}({', '.join((variable, *wanted.shapes))})"


def chooses(wanted: Wanted) -> bool:
    """Does SciPy's formula end in a choice by masks, which makes an array even of a number?"""
    own = [getattr(type(wanted.distribution), name, None) for name in (f"_{wanted.method}", "_pdf", "_cdf", "_ppf")]
    return any("where" in function.__code__.co_names for function in own if function is not None)


def overrides(distribution: Any, name: str) -> bool:
    """Has the distribution a method of its own, besides the general one of all distributions?"""
    return next(cls for cls in type(distribution).__mro__ if name in vars(cls)).__module__ != "scipy.stats._distn_infrastructure"


def _valid(wanted: Wanted) -> list[str]:
    """The conditions on the parameters."""
    checks = [f"({name} > 0)" for name in wanted.shapes if name not in wanted.positive]
    if overrides(wanted.distribution, "_argcheck"):
        checks = [f"{wanted.name}._argcheck({', '.join(wanted.shapes)})"]
    return [*checks, *(["(scale > 0)"] if "scale" in wanted.given and "scale" not in wanted.positive else [])]


def _standard(wanted: Wanted) -> list[str]:
    """The standardised variable y, a float64 as SciPy makes it."""
    x = wanted.variable
    if wanted.discrete:
        shifted = f"{x} - loc" if "loc" in wanted.given else x
        return [f"y = np.floor({shifted})"]
    lines = [f"y = np.float64({x})" if x in wanted.cast else ""]
    if "loc" in wanted.given:
        lines.append(f"y = {'y' if lines[0] else x} - loc")
    if "scale" in wanted.given:
        lines.append(f"y = {'y' if any(lines) else x} / scale")
    kept = [line for line in lines if line]
    return kept or [f"y = {x}"]


def _support(wanted: Wanted) -> tuple[list[str], str, str, str]:
    """Lines that find the ends of the support, the ends ("" where there is none), and a point inside."""
    if overrides(wanted.distribution, "_get_support"):
        lines = [f"low, high = {wanted.name}._get_support({', '.join(wanted.shapes)})"]
        return lines, "low", "high", "np.where(low > -np.inf, np.where(high < np.inf, (low + high) / 2, low + 1.0), 0.0)"
    low, high = float(wanted.distribution.a), float(wanted.distribution.b)
    inner = (low + high) / 2 if math.isfinite(low + high) else low + 1.0 if math.isfinite(low) else high - 1.0
    return [], repr(low) if math.isfinite(low) else "", repr(high) if math.isfinite(high) else "", repr(inner)


def _of_value(wanted: Wanted) -> list[str]:
    """Of pdf, cdf and their like: the formula inside the support, constants below and above it, nan for invalid parameters."""
    method = wanted.method
    ends, low, high, inner = _support(wanted)
    density = method in ("pdf", "logpdf", "pmf", "logpmf")
    value = formula(wanted, "z" if (low or high) and not wanted.scalar else "y")
    if "scale" in wanted.given and density:
        value = f"{value} - np.log(scale)" if method == "logpdf" else f"{value} / scale"
    if wanted.discrete and method in ("pmf", "cdf", "sf"):
        value = f"np.clip({value}, 0, 1)"
    zero, one = ("-np.inf", "0.0") if method.startswith("log") else ("0.0", "1.0")
    below, above = (zero, zero) if density else (one, zero) if method.endswith("sf") else (zero, one)
    less = "<=" if density or wanted.discrete else "<"
    upper = "<=" if density else "<"
    inside = f"{low} {less} y" if low else ""
    if high:
        inside = f"{inside} {upper} {high}" if inside else f"y {upper} {high}"
    lines, valid = [*_standard(wanted), *ends], _valid(wanted)
    tests = [f"({low} {less} y)" if low else "", f"(y {upper} {high})" if high else ""]
    if wanted.discrete and density:  # nothing between the integers
        whole = f"y == {wanted.variable}{' - loc' if 'loc' in wanted.given else ''}"
        inside, tests = f"({inside} and {whole})" if inside else whole, [*tests, f"({whole})"]
    if wanted.scalar:
        if chooses(wanted):
            value = f"np.float64({value})"
        return lines + _branches(valid, low, high, inside, below, above, value)
    return lines + _masks(valid, low, high, [test for test in tests if test], below, above, value, inner)


def _branches(valid: list[str], low: str, high: str, inside: str, below: str, above: str, value: str) -> list[str]:
    """For numbers: ask, and return."""
    lines = []
    tests = [*valid, *(["y == y"] if inside else [])]
    if tests:
        joined = " and ".join(tests)
        lines += [f"if not ({joined}):" if len(tests) > 1 else f"if not {joined}:", "    return np.float64(np.nan)"]
    if inside and below == above:
        lines += [f"if not {inside}:", f"    return np.float64({below})"]
    elif inside:
        if high:
            lines += [f"if y >= {high}:", f"    return np.float64({above})"]
        if low:
            lines += [f"if not {inside.partition(' y')[0].lstrip('(')} y:", f"    return np.float64({below})"]
    return [*lines, f"return {value}"]


def _masks(valid: list[str], low: str, high: str, inside: list[str], below: str, above: str, value: str, inner: str) -> list[str]:
    """For arrays: compute everywhere, at a point inside where the variable is not, and choose."""
    if not inside:
        return [f"return np.where({' & '.join(valid)}, {value}, np.nan)" if valid else f"return {value}"]
    lines = [f"inside = {' & '.join(inside + valid)}", f"z = np.where(inside, y, {inner})"]
    outside = below if below == above else f"np.where(y >= {high}, {above}, {below})" if low and high else above if high else below
    legal = " & ".join([*valid, "(y == y)"])
    return [*lines, f"return np.where(inside, {value}, np.where({legal}, {outside}, np.nan))"]


def _of_probability(wanted: Wanted) -> list[str]:
    """Of ppf and isf: the formula between 0 and 1, the ends of the support there, nan beyond."""
    ends, low, high, _ = _support(wanted)
    scaled = " * scale" if "scale" in wanted.given else ""
    moved = " + loc" if "loc" in wanted.given else ""
    low = f"{low}{scaled}{moved}" if low else "-np.inf"
    high = f"{high}{scaled}{moved}" if high else "np.inf"
    if wanted.method == "isf":
        low, high = high, low
    lines = [f"y = np.float64({wanted.variable})" if wanted.variable in wanted.cast else f"y = {wanted.variable}", *ends]
    variable = "y" if wanted.scalar else "z"
    search = _searched(wanted, variable)
    value = f"{'x' if search else formula(wanted, variable)}{scaled}{moved}"
    tests = _valid(wanted)
    if wanted.scalar:
        for end, at in ((0, low), (1, high)):
            lines += [f"if y == {end}:", f"    return np.float64({at})"]
        value = f"np.float64({value})" if chooses(wanted) else value
        return [*lines, f"if not ({' and '.join([*tests, '0 < y < 1'])}):", "    return np.float64(np.nan)", *search, f"return {value}"]
    inside = " & ".join([*tests, "(0 < y)", "(y < 1)"])
    legal = " & ".join(tests)
    at = f"np.where(y == 0, {low}, np.where(y == 1, {high}, np.nan))"
    outside = f"np.where({legal}, {at}, np.nan)" if legal else at
    lines += [f"inside = {inside}", "z = np.where(inside, y, 0.5)", *search]
    return [*lines, f"return np.where(inside, {value}, {outside})"]

