"""All derivatives of the examples, with arguments to make them for: what `generated/` holds, and what the tests run.

A row names a function of a module beside this file, the mode, the parameters to differentiate with respect to, and typical arguments.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Row:
    module: str
    function: str
    mode: str  # "grad", "value_and_grad", "vjp", "jvp", "hessian", "hvp"
    argnums: int | tuple[int, ...]
    arguments: Callable[[], tuple[Any, ...]]
    suffix: str = ""  # tells two derivatives of one function in one mode apart

    @property
    def name(self) -> str:
        """Where the text lies below `generated/`."""
        return f"{self.module}/{self.mode}_{self.function}{self.suffix}"

    @property
    def primal(self) -> Callable[..., Any]:
        function: Callable[..., Any] = getattr(importlib.import_module(self.module), self.function)
        return function

    @property
    def derivative(self) -> Any:
        import wengert

        if self.mode in ("vjp", "jvp"):  # by everything that can vary
            return getattr(wengert.differentiate(self.primal), self.mode)
        return getattr(wengert, self.mode)(self.primal, self.argnums)


def _pictures() -> tuple[Any, ...]:
    from digits import initial_parameters, smoothed

    random = np.random.default_rng(1)
    return initial_parameters(hidden=5), random.random((6, 64)), smoothed(np.arange(6))


def _clouds() -> tuple[Any, ...]:
    from logistic_regression import two_clouds

    return (np.array([0.3, -0.2, 0.1]), *two_clouds(20))


def _bump() -> tuple[Any, ...]:
    return np.exp(-(np.linspace(-2, 2, 9) ** 2)), np.zeros(9), 4, 0.2


def _state() -> tuple[Any, ...]:
    random = np.random.default_rng(0)
    return 0.4 * random.normal(size=(4, 4)), random.normal(size=4), 50


def _covariance() -> tuple[Any, ...]:
    t = np.linspace(0, 3, 6)
    return np.exp(-((t[:, None] - t) ** 2) / 2) + 0.1 * np.eye(6), np.sin(t)


def _curves() -> tuple[Any, ...]:
    random = np.random.default_rng(0)
    return random.normal(size=5), random.normal(size=6), 0.5


ROWS = (
    Row("logistic_map", "logistic", "grad", 0, lambda: (0.2, 10)),
    Row("logistic_map", "logistic_map", "grad", 0, lambda: (0.2, 10)),
    Row("logistic_map", "logistic_map", "value_and_grad", 0, lambda: (0.2, 10)),
    Row("logistic_map", "logistic_map", "jvp", 0, lambda: (0.2, 10)),
    Row("logistic_map", "logistic_map", "hvp", 0, lambda: (0.2, 10)),
    Row("two_outputs", "f", "vjp", (0, 1), lambda: (2.0, 3.0)),
    Row("two_outputs", "f", "jvp", (0, 1), lambda: (2.0, 3.0)),
    Row("two_outputs", "first", "grad", (0, 1), lambda: (2.0, 3.0)),
    Row("two_outputs", "second", "grad", (0, 1), lambda: (2.0, 3.0)),
    Row("two_outputs", "h", "grad", (0, 1), lambda: (3.0, 1.0)),
    Row("two_outputs", "double_angle", "grad", 0, lambda: (3.0, 1.5)),
    Row("neuron", "cost", "grad", (0, 1), lambda: (0.7, -0.2, 1.5, 1.0, 0.1)),
    Row("neuron", "two_layers", "grad", (1, 2, 3, 4), lambda: (0.7, 0.9, -0.1, 1.3, 0.2)),
    Row("logistic_regression", "negative_log_likelihood", "grad", 0, _clouds),
    Row("logistic_regression", "negative_log_likelihood", "value_and_grad", 0, _clouds),
    Row("logistic_regression", "negative_log_likelihood", "hessian", 0, _clouds),
    Row("digits", "kl_divergence", "grad", 0, _pictures),
    Row("digits", "kl_divergence", "value_and_grad", 0, _pictures),
    Row("recurrent", "long_run", "grad", (0, 1), _state),
    Row("newton_sqrt", "newton_sqrt", "grad", 0, lambda: (2.0, 1e-12)),
    Row("newton_sqrt", "newton_steps", "grad", 0, lambda: (2.0, 1e-12)),
    Row("pendulum", "swing", "grad", (0, 1, 2), lambda: (0.5, 0.1, 1.0, 20, 0.05)),
    Row("pendulum", "swing", "value_and_grad", 2, lambda: (0.5, 0.1, 1.0, 20, 0.05)),
    Row("heat", "misfit", "grad", 0, _bump),
    Row("heat", "misfit", "grad", 3, _bump, "_c"),
    Row("heat", "misfit", "hessian", 0, _bump),
    Row("heat", "diffuse", "jvp", 0, lambda: (_bump()[0], 4, 0.2)),
    Row("stencil", "heat", "grad", 0, lambda: (_bump()[0], 4, 0.2)),
    Row("stencil", "heat", "hvp", 0, lambda: (_bump()[0], 4, 0.2)),
    Row("stencil", "burgers", "grad", 0, lambda: (_bump()[0], 4, 0.2)),
    Row("stencil", "burgers", "jvp", 0, lambda: (_bump()[0], 4, 0.2)),
    Row("stencil", "burgers", "hvp", 0, lambda: (_bump()[0], 4, 0.2)),
    Row("cholesky", "negative_log_density", "grad", 0, _covariance),
    Row("particles", "tied", "grad", (0, 1), lambda: (1.2, 3.0, 60, 0.01)),
    Row("particles", "thrown", "value_and_grad", 0, lambda: (5.0, 50, 0.01)),
    Row("soft_dtw", "distance", "grad", 0, _curves),
    Row("recursion", "power", "grad", 0, lambda: (1.1, 10)),
    Row("recursion", "power", "jvp", 0, lambda: (1.1, 10)),
    Row("own_rules", "loss", "grad", 0, lambda: (np.array([0.3, -0.5]), np.array([[1.0, 2.0], [0.5, -1.0], [0.1, 0.2]]))),
    Row("own_rules", "radius", "grad", (0, 1), lambda: (1.2, 0.4)),
)
