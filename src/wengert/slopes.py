"""Derivatives of special functions by their orders and shape parameters, which no library computes.

Rules of `scipy.special` call them in generated code where a parameter varies: the slope of an incomplete gamma function by its
shape, of a Bessel function by its order. Each is an integral or a series of the function itself, differentiated under the sign and
summed to full precision; where that cannot be done it raises, and where there is no slope it is nan. Like all run-time helpers they
use NumPy and each other only, because a saved module holds their text.

>>> round(float(gammainc_by_shape(1.0, 1.0)), 12), round(float(bessel_by_order("k", 0.5, 1.0)), 12)
(-0.431729710635, 0.166597245003)
"""

from __future__ import annotations

from typing import Any

import numpy as np


def unit_interval() -> tuple[Any, Any, Any]:
    """Nodes s of (0, 1) by their logarithms, and those of 1 - s, with weights: the double exponential rule of Takahasi and Mori."""
    t = np.arange(-148, 149) / 40
    grown = np.pi * np.sinh(t)
    log_s, log_rest = -np.logaddexp(0.0, -grown), -np.logaddexp(0.0, grown)
    return log_s, log_rest, np.pi * np.cosh(t) * np.exp(log_s + log_rest) / 40


def gammainc_by_shape(a: Any, x: Any) -> Any:
    """The slope of `gammainc(a, x)` by a: the mean of log t - digamma(a) under the density, up to x or, with a minus, from x on."""
    from scipy import special

    a, x = np.broadcast_arrays(np.asarray(a, float), np.asarray(x, float))
    log_s, log_rest, weights = unit_interval()
    with np.errstate(all="ignore"):
        scale = a * np.log(x) - special.gammaln(a)
        above, lower, upper = np.log(x) - special.digamma(a), np.zeros_like(x), np.zeros_like(x)
        low = np.minimum(a, 1.0)  # takes the pole at 0 away
        for at, rest, weight in zip(log_s, log_rest, weights):  # log(t / x) = log(s) / low below x, t = x + s / (1 - s) above
            near = at / low
            lower = lower + weight / low * (above + near) * np.exp(scale - x * np.exp(near) + (a - low) * near)
            more = np.exp(at - rest)
            far = np.log1p(more / x)
            upper = upper + weight * (above + far) * np.exp(scale - x - np.log(x) - 2 * rest + (a - 1) * far - more)
    return np.where((x == 0) | np.isposinf(x), 0.0, np.where(x <= a, lower, -upper))[()]


def betainc_by_shape(a: Any, b: Any, x: Any) -> Any:
    """The slope of `betainc(a, b, x)` by a: the mean of log t - digamma(a) + digamma(a + b) up to x or, with a minus, from x on."""
    from scipy import special

    a, b, x = np.broadcast_arrays(np.asarray(a, float), np.asarray(b, float), np.asarray(x, float))
    log_s, _, weights = unit_interval()
    with np.errstate(all="ignore"):
        shift, scale = special.digamma(a + b) - special.digamma(a), -special.betaln(a, b)
        log_x, log_y, lower, upper = np.log(x), np.log1p(-x), np.zeros_like(x), np.zeros_like(x)
        low, high = np.minimum(a, 1.0), np.minimum(b, 1.0)  # take the poles at 0 and 1 away
        for at, weight in zip(log_s, weights):  # log(t / x) = log(s) / low below x, log((1 - t) / (1 - x)) = log(s) / high above
            near, far = at / low, at / high
            rest = np.log1p(-np.exp(log_x + near))
            lower = lower + weight / low * (log_x + near + shift) * np.exp(scale + a * log_x + (a - low) * near + (b - 1) * rest)
            rest = np.log1p(-np.exp(log_y + far))
            upper = upper + weight / high * (rest + shift) * np.exp(scale + b * log_y + (b - high) * far + (a - 1) * rest)
    return np.where((x == 0) | (x == 1), 0.0, np.where(x * (a + b) <= a, lower, -upper))[()]


def bessel_by_order(kind: str, v: Any, x: Any) -> Any:
    """The slope of a Bessel function J, Y, I or K by its order, for x > 0.

    Schlaefli's integrals (DLMF 10.9.6, 10.9.7, 10.32.4, 10.32.9) over angles up to pi and over hyperbolic angles.
    """
    v, x = np.broadcast_arrays(np.asarray(v, float), np.asarray(x, float))
    size = float(np.nanmax(np.abs(x) + np.abs(v), initial=0.0))
    nodes, weights = np.polynomial.legendre.leggauss(120 + int(min(size, 1000.0)))
    turn, far = np.cos(v * np.pi), np.zeros_like(x)
    half, around = np.sin(v * np.pi), np.zeros_like(x)
    with np.errstate(all="ignore"):
        end = np.arcsinh((800 + 8 * np.abs(v)) / x)
        for node, weight in zip((nodes + 1) / 2, weights / 2):
            angle, t = node * np.pi, node * end
            decay = np.exp(-x * (np.sinh(t) if kind in "jy" else np.cosh(t)) - v * t)
            if kind == "j":
                around = around + weight * np.pi * angle * np.sin(x * np.sin(angle) - v * angle)
                far = far + weight * end * (half * t - np.pi * turn) * decay
            elif kind == "y":
                around = around - weight * np.pi * angle * np.cos(x * np.sin(angle) - v * angle)
                grown = np.exp(-x * np.sinh(t) + v * t)
                far = far + weight * end * ((t * turn + np.pi * half) * decay - t * grown)
            elif kind == "i":
                around = around - weight * np.pi * angle * np.sin(v * angle) * np.exp(x * np.cos(angle))
                far = far + weight * end * (half * t - np.pi * turn) * decay
            else:
                far = far + weight * end * np.pi * t * (np.exp(-x * np.cosh(t) + v * t) - decay) / 2
        result = (around + far) / np.pi
    flat = (x == 0) & (v > 0) & (kind in "ji")
    return np.where(flat, 0.0, np.where(x > 0, result, np.nan))[()]


def zeta_by_exponent(s: Any, q: Any) -> Any:
    """The slope of Hurwitz's `zeta(s, q)` by s, for q > 0: Euler and Maclaurin's sum (DLMF 25.11.5), differentiated."""
    s, q = np.broadcast_arrays(np.asarray(s, float), np.asarray(q, float))
    total = np.zeros_like(s)
    count = 20
    for k in range(count):
        total = total - np.log(q + k) * (q + k) ** -s
    w = q + count
    log, power = np.log(w), w ** (1 - s)
    total = total - power / (s - 1) * (log + 1 / (s - 1)) - log * power / w / 2
    rising, slope = s, np.ones_like(s)  # s (s + 1) ... (s + 2 j - 2) / (2 j)!, and its slope; here without the factorial
    factorial = 2.0
    for j, bernoulli in enumerate((1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510), start=1):
        total = total + bernoulli / factorial * (slope - rising * log) * w ** (-s - 2 * j + 1)
        for step in (2 * j - 1, 2 * j):
            slope, rising = slope * (s + step) + rising, rising * (s + step)
        factorial *= (2 * j + 1) * (2 * j + 2)
    return total[()]


def hypergeometric_by_parameter(upper: Any, lower: Any, x: Any, which: int) -> Any:
    """The slope of 1F1 or 2F1 by its parameter number `which`, lower ones after upper ones: the series (DLMF 16.2.1), term by term."""
    if len(upper) == 2 and np.any(np.asarray(x) < 0):  # (1 - x)**-a F(a, c - b; c; x / (x - 1)) (DLMF 15.8.1), by each parameter
        from scipy import special

        (a, b), (c,), below = upper, lower, np.asarray(x) < 0
        w = np.where(below, x / (x - 1.0), 0.0)
        scale = (1.0 - np.where(below, x, 0.0)) ** -a
        slopes = [hypergeometric_by_parameter((a, c - b), (c,), w, k) for k in range(3)]
        by_a = slopes[0] - np.log1p(-np.where(below, x, 0.0)) * special.hyp2f1(a, c - b, c, w)
        moved = scale * (by_a, -slopes[1], slopes[1] + slopes[2])[which]
        return np.where(below, moved, hypergeometric_by_parameter(upper, lower, np.where(below, 0.0, x), which))[()]
    values = np.broadcast_arrays(*(np.asarray(value, float) for value in (*upper, *lower, x)))
    tops, bottoms, x = values[: len(upper)], values[len(upper) : -1], values[-1]
    low, high = (-8.0, 600.0) if len(upper) == len(lower) else (0.0, 0.95)
    if np.any((x < low) | (x > high)):
        raise ValueError(f"the slope of a hypergeometric function by a parameter is known for {low} <= x <= {high} only")
    term, slope, total = np.ones_like(x), np.zeros_like(x), np.zeros_like(x)
    for k in range(5000):
        ratio = x / (k + 1.0)
        for position, top in enumerate(tops):
            ratio = ratio * (top + k if position != which else 1.0)
        for bottom in bottoms:
            ratio = ratio / (bottom + k)
        if which < len(tops):
            full, change = ratio * (tops[which] + k), ratio
        else:
            full, change = ratio, -ratio / (bottoms[which - len(tops)] + k)
        slope, term = slope * full + term * change, term * full
        total = total + slope
        if k > 20 and np.all(np.abs(slope) <= 1e-17 * np.abs(total)):
            break
    return total[()]


def vonmises_by_shape(kappa: Any, x: Any) -> Any:
    """The slope of the von Mises distribution function by kappa: that of its Fourier series (DLMF 10.35.2), term by term."""
    from scipy import special

    kappa, x = np.broadcast_arrays(np.asarray(kappa, float), np.asarray(x, float))
    total, first = np.zeros_like(x), special.i0e(kappa)
    mean = special.i1e(kappa) / first
    for j in range(1, 30 + int(12 * np.sqrt(np.nanmax(kappa, initial=0.0)))):
        ratio = special.ive(j, kappa) / first
        neighbours = (special.ive(j - 1, kappa) + special.ive(j + 1, kappa)) / 2 / first
        total = total + (neighbours - ratio * mean) * np.sin(j * x) / (np.pi * j)
    return total[()]


def betabinom_by_shape(k: Any, n: Any, a: Any, b: Any) -> Any:
    """The slope of the beta-binomial distribution function by a: the sum of the slopes of its probabilities up to k."""
    from scipy import special

    k, n, a, b = np.broadcast_arrays(*(np.asarray(value, float) for value in (np.floor(k), n, a, b)))
    total = np.zeros_like(k)
    for m in range(int(np.nanmax(np.minimum(k, n), initial=-1.0)) + 1):
        choices = -np.log(n + 1) - special.betaln(np.maximum(n - m, 0) + 1, m + 1.0)
        probability = np.exp(choices + special.betaln(m + a, np.maximum(n - m, 0) + b) - special.betaln(a, b))
        score = special.digamma(m + a) - special.digamma(n + a + b) - special.digamma(a) + special.digamma(a + b)
        total = total + np.where((m <= k) & (k < n), probability * score, 0.0)
    return total[()]


def romb_weights(count: int) -> Any:
    """What `scipy.integrate.romb` multiplies each of `count` samples by: Richardson's extrapolation of trapezoid rules."""
    levels = (count - 1).bit_length() - 1
    table = [np.eye(levels + 1)[i] for i in range(levels + 1)]
    for order in range(1, levels + 1):
        table = [table[i] if i < order else table[i] + (table[i] - table[i - 1]) / (4**order - 1) for i in range(levels + 1)]
    weights = np.zeros(count)
    for level, share in enumerate(table[-1]):
        step = (count - 1) >> level
        weights[::step] += share * step
        weights[[0, -1]] -= share * step / 2
    return weights


SLOPES = (
    unit_interval, gammainc_by_shape, betainc_by_shape, bessel_by_order, zeta_by_exponent, hypergeometric_by_parameter,
    vonmises_by_shape, betabinom_by_shape, romb_weights,
)  # fmt: skip
"""What a saved module may need the text of."""
