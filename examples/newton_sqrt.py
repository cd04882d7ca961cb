"""Newton's square root: a `while` loop that runs until it has converged, so how often depends on the data.

    python examples/newton_sqrt.py
"""

from __future__ import annotations

import math

from wengert import grad


def newton_sqrt(a, tol):
    x = a
    while True:
        step = (x * x - a) / (2 * x)
        x = x - step
        if abs(step) < tol:
            break
    return x


def newton_steps(a, tol):
    x = a
    while abs(x * x - a) > tol:
        x = (x + a / x) / 2
    return x


def main() -> None:
    print(grad(newton_sqrt).source(2.0, 1e-12))
    print(grad(newton_steps).source(2.0, 1e-12))
    print("a        d sqrt(a) / da        by hand")
    for a in 0.01, 2.0, 50.0, 1e6:
        print(f"{a:<8g} {grad(newton_sqrt)(a, 1e-12):<20.15g}  {1 / (2 * math.sqrt(a)):.15g}")


if __name__ == "__main__":
    main()
