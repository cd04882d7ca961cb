"""Rules of your own: for a function that has a better formula, for a solver that is not to be differentiated step by step, and as in JAX.

    python examples/own_rules.py
"""

from __future__ import annotations

import math

import numpy as np

from wengert import check_rule, custom_vjp, elementwise, grad, rule


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


@elementwise("y = softplus(x)", "x_bar += y_bar * sigmoid(x)")
def softplus(x):
    return np.logaddexp(0.0, x)


@rule(
    "e = eccentric_anomaly(mean, eccentricity)",
    "e_dot += mean_dot / (1 - eccentricity * math.cos(e))",
    "e_dot += eccentricity_dot * math.sin(e) / (1 - eccentricity * math.cos(e))",
)
def eccentric_anomaly(mean, eccentricity):
    """Kepler's equation `mean == e - eccentricity * sin(e)`, by bisection; the rule is the equation's own derivative."""
    low, high = mean - 1.0, mean + 1.0
    while True:
        e = (low + high) / 2
        if e in (low, high):
            return e
        if e - eccentricity * math.sin(e) < mean:
            low = e
        else:
            high = e


@custom_vjp
def gently(x):
    """`x` itself, with an adjoint that is never large."""
    return x


def gently_forward(x):
    return x, None


def gently_backward(_, x_bar):
    return (np.clip(x_bar, -1.0, 1.0),)


gently.defvjp(gently_forward, gently_backward)


def loss(w, x):
    return np.sum(softplus(x @ w) ** 2)


def radius(mean, eccentricity):
    return 1 - eccentricity * math.cos(eccentric_anomaly(mean, eccentricity))


def steep(x):
    return np.sum(gently(x) ** 4)


def main() -> None:
    check_rule(softplus, np.array([-2.0, 0.3, 40.0]))
    check_rule(eccentric_anomaly, 1.2, 0.4)
    print(grad(loss).source(np.ones(2), np.eye(2)))
    print(grad(radius, argnums=(0, 1)).source(1.2, 0.4))
    print("gradient of the radius", grad(radius, argnums=(0, 1))(1.2, 0.4))
    step = 1e-5
    by_mean = (radius(1.2 + step, 0.4) - radius(1.2 - step, 0.4)) / (2 * step)
    by_eccentricity = (radius(1.2, 0.4 + step) - radius(1.2, 0.4 - step)) / (2 * step)
    print("by differences        ", (by_mean, by_eccentricity))
    print("a clipped adjoint", grad(steep)(np.array([0.1, 1.0, 10.0])))


if __name__ == "__main__":
    main()
