"""The heat equation in place: slices of one array are added to, as simulations are written; the text stays as short as the program.

    python examples/stencil.py
"""

from __future__ import annotations

import numpy as np

from wengert import grad, hvp


def heat(u, steps, c):
    for k in range(steps):
        u[1:-1] += c * (u[2:] - 2 * u[1:-1] + u[:-2])
    return np.sum(u * u)


def burgers(u, steps, c):
    """Not linear: what a step overwrites is needed again on the way back."""
    for k in range(steps):
        u[1:-1] -= c * u[1:-1] * (u[2:] - u[:-2])
    return np.sum(u * u)


def start(size: int = 41) -> np.ndarray:
    return np.exp(-((np.linspace(-1, 1, size) * 4) ** 2))


def main() -> None:
    print(grad(heat).source(start(), 50, 0.2))
    print(grad(burgers).source(start(), 50, 0.2))

    u = start()
    u_bar = grad(heat)(u, 50, 0.2)  # like heat itself, the gradient leaves the last state in `u`
    print("the state after 50 steps:", u[18:23].round(4))
    print("the gradient there:      ", u_bar[18:23].round(4))

    # heat is quadratic in u, so its Hessian times u is the gradient once more
    again = hvp(heat)(start(), 50, 0.2, start())
    print("largest difference of hessian @ u and the gradient", float(np.abs(again - u_bar).max()))

    v = np.cos(np.arange(41.0))
    by_c = grad(burgers, argnums="c")(start(), 50, 0.02)
    step = 1e-6
    difference = (burgers(start(), 50, 0.02 + step) - burgers(start(), 50, 0.02 - step)) / (2 * step)
    print("d burgers / dc", by_c, "by differences", difference)
    slope = (grad(burgers)(start() + step * v, 50, 0.02) - grad(burgers)(start() - step * v, 50, 0.02)) / (2 * step)
    print("largest error of a second derivative", float(np.abs(hvp(burgers)(start(), 50, 0.02, v) - slope).max()))


if __name__ == "__main__":
    main()
