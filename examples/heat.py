"""The heat equation in one dimension: slices are read and the pieces joined to the next state; the start is found from the end.

    python examples/heat.py
"""

from __future__ import annotations

import numpy as np

from wengert import grad, value_and_grad


def diffuse(u, steps, c):
    for _ in range(steps):
        inner = u[1:-1] + c * (u[2:] - 2 * u[1:-1] + u[:-2])
        u = np.concatenate((u[:1], inner, u[-1:]))
    return u


def misfit(u, observed, steps, c):
    end = diffuse(u, steps, c)
    return np.sum((end - observed) ** 2)


def matrix(size: int, c: float) -> np.ndarray:
    """One step as a matrix: the gradient by hand is a power of its transpose."""
    step = np.eye(size)
    for row in range(1, size - 1):
        step[row, row - 1 : row + 2] += c, -2 * c, c
    return step


def gradient_by_hand(u: np.ndarray, observed: np.ndarray, steps: int, c: float) -> np.ndarray:
    whole = np.linalg.matrix_power(matrix(len(u), c), steps)
    return 2 * whole.T @ (whole @ u - observed)


def recover(observed: np.ndarray, steps: int, c: float, turns: int = 300) -> tuple[np.ndarray, list[float]]:
    """Gradient descent for the start that ends as observed."""
    descend, u, losses = value_and_grad(misfit), np.zeros_like(observed), []
    for _ in range(turns):
        loss, u_bar = descend(u, observed, steps, c)
        losses.append(float(loss))
        u = u - 0.3 * u_bar
    return u, losses


def main() -> None:
    start = np.exp(-((np.linspace(-1, 1, 41) * 4) ** 2))
    observed = diffuse(start, 50, 0.2)
    print(grad(misfit).source(start, observed, 50, 0.2))
    gap = grad(misfit)(0 * start, observed, 50, 0.2) - gradient_by_hand(0 * start, observed, 50, 0.2)
    print("largest difference from the gradient by hand", float(np.abs(gap).max()))
    print("d misfit / dc", grad(misfit, argnums="c")(0.5 * start, observed, 50, 0.2))
    found, losses = recover(observed, 50, 0.2)
    for turn in 0, 10, 50, 100, 200, 299:
        print(f"turn {turn:3}   misfit {losses[turn]:.3e}")
    print("largest error of the start that was found", float(np.abs(found - start).max()))


if __name__ == "__main__":
    main()
