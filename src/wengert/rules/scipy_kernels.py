"""`scipy.stats.gaussian_kde` of one variable: SciPy's value, with the derivative of the sum of bells that it is.

Its object becomes one of `KernelDensity`, whose methods are looked into like those of a user's class.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import FunctionType
from typing import Any

import numpy as np
import scipy.stats
from scipy import special

from wengert.ir.kinds import Array, Kind, axes_of
from wengert.rules.fitting import ndim_of
from wengert.rules.stand_ins import OPAQUE, RESOLVERS
from wengert.rules.table import Call, KindOf, also_called, constant
from wengert.steps import detached, kernel_density


class KernelDensity:
    """The density at x: the mean of normal densities around the samples, as wide as Scott's rule says."""

    def __init__(self, dataset: Any) -> None:
        self.dataset = dataset

    def logpdf(self, x: Any) -> Any:
        samples = self.dataset
        spread = np.var(samples, ddof=1) * samples.size**-0.4
        bells = -((x - samples[:, None]) ** 2) / (2 * spread)
        again = special.logsumexp(bells, axis=0) - np.log(samples.size * np.sqrt(2 * np.pi * spread))
        return kernel_density(samples, x, True) + (again - detached(again))

    def evaluate(self, x: Any) -> Any:
        samples = self.dataset
        spread = np.var(samples, ddof=1) * samples.size**-0.4
        bells = np.exp(-((x - samples[:, None]) ** 2) / (2 * spread))
        again = np.sum(bells, axis=0) / (samples.size * np.sqrt(2 * np.pi * spread))
        return kernel_density(samples, x, False) + (again - detached(again))

    def pdf(self, x: Any) -> Any:
        return self.evaluate(x)

    def __call__(self, x: Any) -> Any:
        return self.evaluate(x)


def gaussian_kde(dataset: Any) -> KernelDensity:
    return KernelDensity(dataset)


def resolve(function: Any, kinds: Sequence[Kind], keywords: Mapping[str, Kind]) -> FunctionType | str | None:
    if function is not scipy.stats.gaussian_kde:
        return None
    made: Any = gaussian_kde
    return made if len(kinds) == 1 and not keywords and ndim_of(kinds[0]) == 1 else OPAQUE


RESOLVERS.append(resolve)


def _density(call: Call, kind: KindOf) -> Kind:
    axes = axes_of(kind(call["x"]))
    return Array("float64", axes if axes and len(axes) == 1 else (f"{call.result}:0",))


constant("y = kernel_density(samples, x, log)", kind=_density, cost=1000)
also_called(kernel_density, "kernel_density")
