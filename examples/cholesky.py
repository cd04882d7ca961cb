"""A Gaussian process: the Cholesky factor is computed in place, row by row, and the triangular solve fills its result.

    python examples/cholesky.py
"""

from __future__ import annotations

import numpy as np

from wengert import grad, value_and_grad


def cholesky(a):
    """The lower factor, in the place of a copy of `a`."""
    l = a.copy()
    n = len(l)
    for j in range(n):
        l[j, j] = np.sqrt(l[j, j] - l[j, :j] @ l[j, :j])
        for i in range(j + 1, n):
            l[i, j] = (l[i, j] - l[i, :j] @ l[j, :j]) / l[j, j]
    return l


def forward_substitution(l, b):
    x = np.zeros(len(b))
    for i in range(len(b)):
        x[i] = (b[i] - l[i, :i] @ x[:i]) / l[i, i]
    return x


def negative_log_density(a, y):
    """Of a normal distribution with mean 0 and covariance `a`, without its constant."""
    l = cholesky(a)
    z = forward_substitution(l, y)
    return np.sum(np.log(np.diag(l))) + z @ z / 2


def negative_log_likelihood(theta, t, y):
    """Of a length, a height and a noise, given by their logarithms."""
    length, height, noise = np.exp(theta)
    a = height * np.exp(-((t[:, None] - t[None, :]) ** 2) / (2 * length**2)) + noise * np.eye(len(t))
    return negative_log_density(a, y)


def gradient_by_hand(a: np.ndarray, y: np.ndarray) -> np.ndarray:
    """What a textbook gives if `a` counts as symmetric: the two halves of the gradient add up to it."""
    inverse = np.linalg.inv(a)
    return (inverse - np.outer(inverse @ y, inverse @ y)) / 2


def measurements(count: int = 30) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    t = np.linspace(0, 6, count)
    return t, np.sin(t) + 0.1 * random.normal(size=count)


def main() -> None:
    t, y = measurements()
    a = np.exp(-((t[:, None] - t) ** 2) / 2) + 0.1 * np.eye(len(t))
    print(grad(negative_log_density).source(a, y))
    a_bar, expected = grad(negative_log_density)(a, y), gradient_by_hand(a, y)
    print("largest difference from the formula", float(np.abs((a_bar + a_bar.T) / 2 - expected).max()))

    theta, step = np.zeros(3), value_and_grad(negative_log_likelihood)
    for turn in range(201):
        value, theta_bar = step(theta, t, y)
        if turn % 50 == 0:
            length, height, noise = np.exp(theta)
            print(f"turn {turn:3}   {value:9.4f}   length {length:.3f}   height {height:.3f}   noise {noise:.4f}")
        theta = theta - 0.02 * theta_bar


if __name__ == "__main__":
    main()
