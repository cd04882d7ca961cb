"""Interpolation between samples, for generated code: the interpolant, its transpose, and its slope.

What SciPy's interpolants compute is linear in the samples; the rules need the weights of the samples, the transposed sums, and slopes by
the place. Like all run-time helpers they use NumPy, SciPy and each other only, because a saved module holds their text.

>>> multilinear((np.array([0.0, 1.0, 3.0]),), np.array([0.0, 2.0, 6.0]), np.array([[2.0]]))
array([4.])
"""

from __future__ import annotations

from typing import Any

import numpy as np


def interpolated(maker: Any, x: Any, values: Any, t: Any, order: int = 0, options: Any = ()) -> Any:
    """The derivative of an order, at t, of the interpolant that `maker` makes of samples."""
    made = maker(x, values, **dict(options))
    if order == 0 or maker.__name__ != "interp1d":
        return evaluated(made, t, order)
    if dict(options).get("kind", "linear") != "linear":
        raise ValueError("the slope of interp1d is known for lines only")
    step = np.diff(values) / np.diff(x) if order == 1 else np.zeros(len(x) - 1)
    inside = (np.min(x) <= t) & (t <= np.max(x))
    return np.where(inside, step[np.clip(np.searchsorted(x, t) - 1, 0, len(x) - 2)], 0.0)[()]


def evaluated(spline: Any, t: Any, order: int) -> Any:
    """The derivative of an order of a finished interpolant."""
    if order and type(spline).__name__ in ("KroghInterpolator", "BarycentricInterpolator"):
        return spline.derivative(t, order)
    return spline(t, order) if order else spline(t)


def grid_interpolated(points: Any, values: Any, xi: Any) -> Any:
    """What `scipy.interpolate.RegularGridInterpolator` computes, which is `multilinear` inside of the grid and raises outside."""
    from scipy import interpolate

    return interpolate.RegularGridInterpolator(points, values)(xi)


def interpolation_transposed(maker: Any, x: Any, values: Any, t: Any, order: int, options: Any, g: Any) -> Any:
    """The adjoint of `interpolated` by the samples: each one's interpolant, of zeros and a one, at t."""
    weights = interpolated_units(maker, x, len(values), t, order, options)
    return np.tensordot(g, weights, np.ndim(g))


def interpolated_units(maker: Any, x: Any, count: int, t: Any, order: int, options: Any) -> Any:
    """The interpolants of the samples of which one is 1, along a new last axis."""
    units = [interpolated(maker, x, row, t, order, options) for row in np.eye(count)]
    return np.stack(units, axis=-1)


def grid_cells(points: Any, values: Any, xi: Any) -> tuple[Any, Any, Any]:
    """For each place its cell along each axis, how far it is into it, and how wide the cell is; `points` None is a grid of pixels."""
    cells, shares, widths = [], [], []
    for axis in range(xi.shape[-1]):
        ticks = np.arange(float(values.shape[axis])) if points is None else np.asarray(points[axis])
        cell = np.clip(np.searchsorted(ticks, xi[..., axis], side="right") - 1, 0, max(len(ticks) - 2, 0))
        width = ticks[np.minimum(cell + 1, len(ticks) - 1)] - ticks[cell]
        width = np.where(width == 0, 1.0, width)
        cells.append(cell)
        shares.append((xi[..., axis] - ticks[cell]) / width)
        widths.append(width)
    return cells, shares, widths


def grid_corners(points: Any, values: Any, xi: Any, slope: Any = None) -> Any:
    """The corners around each place: where in `values`, and its weight, or, by the coordinate `slope`, the weight's slope."""
    cells, shares, widths = grid_cells(points, values, xi)
    outside = np.zeros(xi.shape[:-1], bool)
    if points is None:  # pixels beyond the border count nothing
        for axis in range(xi.shape[-1]):
            outside = outside | (xi[..., axis] < 0) | (xi[..., axis] > values.shape[axis] - 1)
    corners = []
    for number in range(2 ** len(cells)):
        index, weight = [], np.where(outside, 0.0, 1.0)
        for axis, (cell, share, width) in enumerate(zip(cells, shares, widths)):
            upper = number >> axis & 1
            index.append(np.minimum(cell + upper, values.shape[axis] - 1))
            if axis == slope:
                weight = weight * ((1 if upper else -1) / width)
            else:
                weight = weight * (share if upper else 1 - share)
        corners.append((tuple(index), weight))
    return corners


def multilinear(points: Any, values: Any, xi: Any) -> Any:
    """The values between grid points, linear along each axis; the last axis of `xi` is that of the coordinates."""
    return sum(weight * values[index] for index, weight in grid_corners(points, values, np.asarray(xi)))


def multilinear_slopes(points: Any, values: Any, xi: Any) -> Any:
    """The slopes of `multilinear` by the coordinates, along the last axis."""
    xi = np.asarray(xi)
    slopes = [sum(w * values[i] for i, w in grid_corners(points, values, xi, axis)) for axis in range(xi.shape[-1])]
    return np.stack(slopes, axis=-1)


def multilinear_transposed(points: Any, values: Any, xi: Any, g: Any) -> Any:
    """The adjoint of `multilinear` by the values."""
    result = np.zeros(values.shape)
    for index, weight in grid_corners(points, values, np.asarray(xi)):
        np.add.at(result, index, weight * g)
    return result


GRIDS = (
    interpolated, evaluated, grid_interpolated, interpolation_transposed, interpolated_units, grid_cells, grid_corners, multilinear, multilinear_slopes,
    multilinear_transposed,
)  # fmt: skip
"""What a saved module may need the text of."""
