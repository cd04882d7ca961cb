"""Differentiate fluids unchanged: the diameter of a pipe for a given loss of pressure, by Newton's method.

    pip install fluids && python examples/packages/pipe.py

The friction factor is `fluids.friction_factor`, which chooses among its correlations by name and by the Reynolds number.
"""

from __future__ import annotations

import math

from fluids import Reynolds, dP_from_K
from fluids.friction import friction_factor

from wengert import value_and_grad

LENGTH, FLOW, DENSITY, VISCOSITY, ROUGHNESS = 120.0, 0.02, 998.0, 1e-3, 4.5e-5


def loss(diameter):
    """The loss of pressure in Pa along the pipe."""
    speed = FLOW / (math.pi * diameter * diameter / 4)
    factor = friction_factor(Re=Reynolds(V=speed, D=diameter, rho=DENSITY, mu=VISCOSITY), eD=ROUGHNESS / diameter)
    return dP_from_K(factor * LENGTH / diameter, rho=DENSITY, V=speed)


slope = value_and_grad(loss)


def diameter_for(wanted: float, diameter: float = 0.1) -> float:
    for turn in range(50):
        found, by_diameter = slope(diameter)
        step = (found - wanted) / by_diameter
        diameter -= step
        if abs(step) < 1e-12:
            print(f"{turn + 1} steps")
            break
    return diameter


def main() -> None:
    diameter = diameter_for(5e4)
    print(f"{diameter * 1e3:.3f} mm lose {loss(diameter):.3f} Pa")
    assert abs(loss(diameter) - 5e4) < 1e-4


if __name__ == "__main__":
    main()
