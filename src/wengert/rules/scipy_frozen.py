"""Distributions of `scipy.stats` with their parameters given: `stats.norm(mu, sigma).logpdf(x)` is `stats.norm.logpdf(x, mu, sigma)`.

One that the program makes becomes an object of a class like this, whose methods are looked into; one that was there before has its
parameters as constants of the text.

>>> print(text_of(scipy.stats.norm, ("loc", "scale"), ("logpdf",)), end="")
class Frozen:
    def __init__(self, loc, scale):
        self.loc = loc
        self.scale = scale
    def logpdf(self, x):
        return stats.norm.logpdf(x, loc=self.loc, scale=self.scale)
def norm(loc, scale):
    return Frozen(loc, scale)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from types import FunctionType, MethodType
from typing import Any

import scipy.stats
from scipy.stats import rv_continuous, rv_discrete
from scipy.stats._distn_infrastructure import rv_frozen

from wengert.ir.kinds import Kind
from wengert.rules.scipy_stats import METHODS
from wengert.rules.stand_ins import OBJECTS, RESOLVERS, made_from

OBJECTS.append(rv_frozen)


def text_of(distribution: Any, given: tuple[str, ...], methods: tuple[str, ...]) -> str:
    """A class of distributions with these parameters, and a function that makes one."""
    passed = ", ".join(f"{name}=self.{name}" for name in given)
    lines = ["class Frozen:", f"    def __init__(self, {', '.join(given)}):", *(f"        self.{name} = {name}" for name in given)]
    for method in methods:
        lines += [f"    def {method}(self, x):", f"        return stats.{distribution.name}.{method}(x, {passed})"]
    lines += [f"def {distribution.name}({', '.join(given)}):", f"    return Frozen({', '.join(given)})"]
    return "".join(f"{line}\n" for line in lines)


def resolve(function: Any, kinds: Sequence[Kind], keywords: Mapping[str, Kind]) -> FunctionType | None:
    if isinstance(function, (rv_continuous, rv_discrete)):
        return _maker(function, len(kinds), tuple(keywords))
    frozen: Any = getattr(function, "__self__", None)
    if isinstance(function, MethodType) and isinstance(frozen, rv_frozen) and function.__name__ in METHODS and len(kinds) == 1:
        return _method(frozen, function.__name__)
    return None


RESOLVERS.append(resolve)


@cache
def _maker(distribution: Any, count: int, keywords: tuple[str, ...]) -> FunctionType | None:
    shapes = distribution.shapes.split(", ") if distribution.shapes else []
    order = [*shapes, "loc", *(["scale"] if isinstance(distribution, rv_continuous) else [])]
    given = (*order[:count], *keywords)
    public: Any = getattr(scipy.stats, str(distribution.name), None)
    if public is not distribution or count > len(order) or len(set(given)) < len(given):
        return None
    if not given or not set(shapes) <= set(given) <= set(order):
        return None
    methods = tuple(method for method in METHODS if hasattr(distribution, method))
    made = made_from(text_of(distribution, given, methods), distribution.name, f"scipy.stats.{distribution.name}({', '.join(given)})",
                     {"stats": scipy.stats, "__name__": __name__})  # fmt: skip
    made.always = True  # type: ignore[attr-defined]  # functions take attributes
    return made


@cache
def _method(frozen: Any, method: str) -> FunctionType | None:
    """A method of a distribution that was made before, of its parameters now."""
    name = frozen.dist.name
    if not isinstance(getattr(scipy.stats, name, None), type(frozen.dist)):
        return None
    values = {f"a{i}": value for i, value in enumerate(frozen.args)} | {f"{key}_": value for key, value in frozen.kwds.items()}
    passed = [*(f"a{i}" for i in range(len(frozen.args))), *(f"{key}={key}_" for key in frozen.kwds)]
    text = f"def {method}(x):\n    return stats.{name}.{method}({', '.join(['x', *passed])})\n"
    return made_from(text, method, f"{method} of a scipy.stats.{name} that was made before", {"stats": scipy.stats, **values})
