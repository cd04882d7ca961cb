"""Logistic regression: 100 steps of gradient descent, and Newton's method with the Hessian by forward over reverse.

    python examples/logistic_regression.py
"""

from __future__ import annotations

import numpy as np

from wengert import grad, jvp, value_and_grad


def negative_log_likelihood(w, X, t):
    z = X @ w
    return np.mean(np.logaddexp(0.0, z) - t * z)


def two_clouds(count: int = 200, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Points around (1, 1) and (-1, -1) with a column of ones, and the class of each."""
    random = np.random.default_rng(seed)
    t = np.arange(count) % 2 * 1.0
    points = random.normal(size=(count, 2)) + np.where(t[:, None] > 0, 1.0, -1.0)
    return np.column_stack([points, np.ones(count)]), t


def gradient_descent(X: np.ndarray, t: np.ndarray, steps: int = 100, rate: float = 1.0) -> tuple[np.ndarray, list[float]]:
    """The weights, and the loss before each step."""
    step = value_and_grad(negative_log_likelihood)
    w, losses = np.zeros(X.shape[1]), []
    for _ in range(steps):
        loss, w_bar = step(w, X, t)
        losses.append(float(loss))
        w = w - rate * w_bar
    return w, losses


def hessian(w: np.ndarray, X: np.ndarray, t: np.ndarray) -> np.ndarray:
    """Column by column: the tangent of the gradient along each axis."""
    gradient = grad(negative_log_likelihood)
    fixed = np.zeros_like(X), np.zeros_like(t)
    return np.stack([jvp(gradient, (w, X, t), (axis, *fixed))[1] for axis in np.eye(w.size)], axis=1)


def newton(X: np.ndarray, t: np.ndarray, steps: int = 8) -> tuple[np.ndarray, list[float]]:
    """The weights, and the loss before each step; the number of right digits doubles with every step."""
    step = value_and_grad(negative_log_likelihood)
    w, losses = np.zeros(X.shape[1]), []
    for _ in range(steps):
        loss, w_bar = step(w, X, t)
        losses.append(float(loss))
        w = w - np.linalg.solve(hessian(w, X, t), w_bar)
    return w, losses


def hessian_by_hand(w: np.ndarray, X: np.ndarray, t: np.ndarray) -> np.ndarray:
    p = 1 / (1 + np.exp(-X @ w))
    return (X * (p * (1 - p))[:, None]).T @ X / t.size


def main() -> None:
    X, t = two_clouds()
    print(grad(negative_log_likelihood).source(np.zeros(3), X, t))

    w, losses = gradient_descent(X, t)
    print("gradient descent")
    for step in range(0, 100, 20):
        print(f"  step {step:3}   loss {losses[step]:.8f}")
    print(f"  step 100   loss {negative_log_likelihood(w, X, t):.8f}   right {np.mean((X @ w > 0) == t):.1%}")

    w, losses = newton(X, t)
    print("Newton's method")
    for step, loss in enumerate(losses):
        print(f"  step {step:3}   loss {loss:.15f}")
    print("  largest gradient", float(np.abs(grad(negative_log_likelihood)(w, X, t)).max()))


if __name__ == "__main__":
    main()
