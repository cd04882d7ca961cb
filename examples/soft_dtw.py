"""The distance of two curves up to their pace (soft dynamic time warping): a table filled from its neighbours, cell by cell.

    python examples/soft_dtw.py

The smooth minimum is that of M. Cuturi and M. Blondel, Soft-DTW: a differentiable loss function for time-series (2017).
"""

from __future__ import annotations

import math

import numpy as np

from wengert import grad, value_and_grad


def soft_min(a, b, c, gamma):
    least = min(a, b, c)
    total = math.exp((least - a) / gamma) + math.exp((least - b) / gamma) + math.exp((least - c) / gamma)
    return least - gamma * math.log(total)


def distance(x, y, gamma):
    n, m = len(x), len(y)
    r = np.full((n + 1, m + 1), 1e10)
    r[0, 0] = 0.0
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            r[i, j] = (x[i - 1] - y[j - 1]) ** 2 + soft_min(r[i - 1, j - 1], r[i - 1, j], r[i, j - 1], gamma)
    return r[n, m]


def curves() -> tuple[np.ndarray, np.ndarray]:
    """A bump, and the same bump later."""
    t = np.linspace(0, 1, 12)
    return np.exp(-(((t - 0.4) * 6) ** 2)), np.exp(-(((t - 0.6) * 6) ** 2))


def main() -> None:
    x, y = curves()
    print(grad(distance).source(x, y, 0.05))
    print("distance", distance(x, y, 0.05), "and that of y from itself", distance(y, y, 0.05))
    step = value_and_grad(distance)
    for turn in range(61):
        value, x_bar = step(x, y, 0.05)
        if turn % 20 == 0:
            print(f"turn {turn:2}   distance {value:8.5f}")
        x = x - 0.05 * x_bar


if __name__ == "__main__":
    main()
