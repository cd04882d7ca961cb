"""The functions whose derivatives are timed: scalar loops, small and large matrices, an elementwise chain.

They are written so that every peer takes them: floats and arrays as arguments of their own, no trees, no helpers.
"""

from __future__ import annotations

import math

import numpy as np


def logistic_map(x, n):
    v = x
    for i in range(1, n):
        v = 4 * v * (1 - v)
    return v


def rk4(y, n, h):
    for i in range(n):
        k1 = math.sin(y) - 0.1 * y
        p2 = y + h / 2 * k1
        k2 = math.sin(p2) - 0.1 * p2
        p3 = y + h / 2 * k2
        k3 = math.sin(p3) - 0.1 * p3
        p4 = y + h * k3
        k4 = math.sin(p4) - 0.1 * p4
        y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return y


def mlp(W1, b1, W2, b2, x, y):
    h = np.tanh(x @ W1 + b1)
    p = h @ W2 + b2
    return np.mean((p - y) ** 2)


def chain(x):
    y = np.sin(x) * x
    z = np.exp(-y * y)
    return np.sum(np.tanh(z + x))


def mlp_arguments(batch: int, inputs: int, hidden: int, outputs: int) -> tuple[np.ndarray, ...]:
    random = np.random.default_rng(0)
    shapes = (inputs, hidden), (hidden,), (hidden, outputs), (outputs,), (batch, inputs), (batch, outputs)
    return tuple(random.normal(size=shape) / math.sqrt(shape[0]) for shape in shapes)


def chain_arguments(n: int) -> tuple[np.ndarray]:
    return (np.linspace(-2, 2, n),)


# name: function, arguments, the parameters to differentiate with respect to
CASES = {
    "logistic map, n = 10": (logistic_map, (0.2, 10), (0,)),
    "logistic map, n = 1,000": (logistic_map, (0.2, 1000), (0,)),
    "logistic map, n = 100,000": (logistic_map, (0.2, 100_000), (0,)),
    "RK4, n = 1,000": (rk4, (0.7, 1000, 0.01), (0,)),
    "MLP, small": (mlp, mlp_arguments(8, 4, 8, 2), (0, 1, 2, 3)),
    "MLP, large": (mlp, mlp_arguments(256, 256, 512, 64), (0, 1, 2, 3)),
    "chain, n = 10": (chain, chain_arguments(10), (0,)),
    "chain, n = 1,000": (chain, chain_arguments(1000), (0,)),
    "chain, n = 1,000,000": (chain, chain_arguments(1_000_000), (0,)),
}
