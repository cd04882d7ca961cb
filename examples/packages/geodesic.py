"""Differentiate geographiclib unchanged: where on a parallel is it nearest to a city, along the ellipsoid?

    pip install geographiclib && python examples/packages/geodesic.py

`Geodesic.Inverse` is some hundred lines of iterations, branches and lists of coefficients; its derivative is in the same words.
"""

from __future__ import annotations

import math

from geographiclib.geodesic import Geodesic

from wengert import value_and_grad

PARIS = 48.8566, 2.3522


def distance(longitude, latitude):
    """In metres, from Paris to a point."""
    return Geodesic.WGS84.Inverse(*PARIS, latitude, longitude)["s12"]


slope = value_and_grad(distance)


def nearest(latitude: float, longitude: float = -20.0, turns: int = 60) -> float:
    """The longitude on a parallel that is nearest to Paris, by steps along the slope."""
    for _ in range(turns):
        _, along = slope(longitude, latitude)
        longitude -= along / 15e3  # metres per degree and per degree again, near enough
    return longitude


def main() -> None:
    longitude, latitude = -20.0, 45.0
    metres, along = slope(longitude, latitude)
    azimuth = Geodesic.WGS84.Inverse(*PARIS, latitude, longitude)["azi2"]
    print(f"{metres / 1e3:.3f} km, {along / 1e3:.4f} km per degree")
    by_hand = math.sin(math.radians(azimuth)) * radius(latitude) * math.pi / 180  # what the azimuth says
    assert abs(along - by_hand) < 1e-6 * abs(by_hand)
    found = nearest(latitude)
    print(f"nearest on the parallel of {latitude}: {found:.6f}")
    assert abs(found - PARIS[1]) < 1e-6


def radius(latitude: float) -> float:
    """Of the circle of a parallel."""
    phi, e2 = math.radians(latitude), Geodesic.WGS84.f * (2 - Geodesic.WGS84.f)
    return Geodesic.WGS84.a * math.cos(phi) / math.sqrt(1 - e2 * math.sin(phi) ** 2)


if __name__ == "__main__":
    main()
