"""Differentiate sgp4 unchanged: how the semi-latus rectum of an orbit depends on where a satellite is seen.

    pip install sgp4 && python examples/packages/orbit.py

`rv2coe` is the textbook's routine, line by line: a position and a velocity in, the elements of the orbit out.
"""

from __future__ import annotations

import numpy as np
from sgp4.ext import rv2coe

from wengert import grad

MU = 398600.5
POSITION = np.array([6524.834, 6862.875, 6448.296])
VELOCITY = np.array([4.901327, 5.533756, -1.976341])


def semilatus(position, velocity):
    """The first of the elements, in km."""
    return rv2coe([position[0], position[1], position[2]], [velocity[0], velocity[1], velocity[2]], MU)[0]


gradient = grad(semilatus, argnums=(0, 1))


def main() -> None:
    by_position, by_velocity = gradient(POSITION, VELOCITY)
    momentum = np.cross(POSITION, VELOCITY)  # p = |h|**2 / mu
    assert np.allclose(by_position, 2 * np.cross(VELOCITY, momentum) / MU)
    assert np.allclose(by_velocity, 2 * np.cross(momentum, POSITION) / MU)
    print("by position:", by_position)
    print("by velocity:", by_velocity)


if __name__ == "__main__":
    main()
