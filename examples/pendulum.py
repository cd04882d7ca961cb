"""A pendulum by the method of Runge and Kutta: how the swing depends on length and start, and a length found from a measurement.

    python examples/pendulum.py
"""

from __future__ import annotations

import math

from wengert import grad, value_and_grad


def slope(angle, speed, length):
    return speed, -9.81 / length * math.sin(angle)


def swing(angle, speed, length, steps, dt):
    for _ in range(steps):
        a1, s1 = slope(angle, speed, length)
        a2, s2 = slope(angle + dt / 2 * a1, speed + dt / 2 * s1, length)
        a3, s3 = slope(angle + dt / 2 * a2, speed + dt / 2 * s2, length)
        a4, s4 = slope(angle + dt * a3, speed + dt * s3, length)
        angle += dt / 6 * (a1 + 2 * a2 + 2 * a3 + a4)
        speed += dt / 6 * (s1 + 2 * s2 + 2 * s3 + s4)
    return angle


def find_length(measured: float, guess: float, steps: int = 6) -> list[float]:
    """Newton's method for the length with which the angle after half a second is the one measured."""
    step, lengths = value_and_grad(swing, argnums="length"), [guess]
    for _ in range(steps):
        angle, by_length = step(0.5, 0.0, lengths[-1], 50, 0.01)
        lengths.append(lengths[-1] - (angle - measured) / by_length)
    return lengths


def main() -> None:
    gradient = grad(swing, argnums=("angle", "speed", "length"))
    print(gradient.source(0.5, 0.0, 1.0, 200, 0.01))
    print("angle after two seconds", swing(0.5, 0.0, 1.0, 200, 0.01))
    print("its gradient            ", gradient(0.5, 0.0, 1.0, 200, 0.01))
    print("a length of 1 m found from the angle after half a second:")
    for length in find_length(swing(0.5, 0.0, 1.0, 50, 0.01), guess=0.9):
        print("  ", length)


if __name__ == "__main__":
    main()
