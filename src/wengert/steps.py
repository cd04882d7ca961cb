"""What the derivatives of integrals and of differential equations are taken of: SciPy's value, and nodes or steps that reproduce it.

SciPy's integrators adapt to the function as they go, in compiled code. Generated code takes their value as it is, and runs the same
integral once more over fixed nodes, or steps, which can be differentiated: `value + (again - detached(again))` is SciPy's value to the last
bit, with the derivative of `again`. Where fixed nodes do not reproduce the value, these helpers raise.

>>> value, error, nodes, weights = quadrature(lambda t: t * t, 0.0, 3.0)
>>> round(value, 12), len(nodes), round(3.0 * sum(w * (3.0 * x) ** 2 for x, w in zip(nodes, weights)), 12)
(9.0, 21, 9.0)
"""

from __future__ import annotations

from typing import Any

import numpy as np


def detached(x: Any) -> Any:
    """The same value; derivatives take it for a constant."""
    return x


def fixed(x: Any) -> Any:
    """The same value; where it varies, making a derivative is refused."""
    return x


def quadrature(func: Any, a: Any, b: Any, args: Any = ()) -> tuple[float, float, list[float], list[float]]:
    """What `scipy.integrate.quad` finds, and nodes and weights on (0, 1): Gauss and Legendre's, on each interval that it ended with."""
    from scipy import integrate

    if not (np.isfinite(a) and np.isfinite(b)):
        raise ValueError("the derivative of an integral over an infinite interval is not known")
    value, error, information, *_ = integrate.quad(func, a, b, args, full_output=1)
    count = information["last"]
    x, w = np.polynomial.legendre.leggauss(21)
    nodes: list[float] = []
    weights: list[float] = []
    for low, high in zip(information["alist"][:count], information["blist"][:count]):
        nodes += ((low + (high - low) * (x + 1) / 2 - a) / (b - a)).tolist() if b != a else [0.0] * 21
        weights += (w / 2 * (high - low) / (b - a)).tolist() if b != a else (w / 2).tolist()
    again = (b - a) * sum(weight * func(a + (b - a) * node, *args) for node, weight in zip(nodes, weights))
    if not abs(again - value) <= 1e-7 * abs(value) + 10 * error + 1e-12:
        raise ArithmeticError(f"the integral is {value} or {again}, by the way it is taken; its derivative would be as uncertain")
    return float(value), float(error), nodes, weights


def legendre_nodes(n: int) -> tuple[Any, Any]:
    """Nodes and weights on (-1, 1), as `scipy.integrate.fixed_quad` has them."""
    from scipy import special

    nodes, weights = special.roots_legendre(n)
    return np.real(nodes), weights


def runge_kutta(slope: Any, y: Any, t: Any, steps: int) -> Any:
    """The values at times t, with so many steps of Runge and Kutta's classical method between each two."""
    rows = [y]
    for start, end in zip(t[:-1], t[1:]):
        h = (end - start) / steps
        for j in range(steps):
            s = start + j * h
            k1 = slope(s, y)
            k2 = slope(s + h / 2, y + h / 2 * k1)
            k3 = slope(s + h / 2, y + h / 2 * k2)
            k4 = slope(s + h, y + h * k3)
            y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        rows.append(y)
    return np.stack(rows)


def enough_steps(slope: Any, y: Any, t: Any) -> int:
    """How many steps between two times it takes until twice as many change nothing."""
    steps, last = 4, runge_kutta(slope, y, t, 2)
    while steps <= 4096:
        found = runge_kutta(slope, y, t, steps)
        if np.all(np.abs(found - last) <= 1e-8 * (1e-3 + np.abs(found))):
            return steps
        steps, last = 2 * steps, found
    raise ArithmeticError("the differential equation is too stiff for steps that are differentiated")


def odeint_steps(func: Any, y0: Any, t: Any, args: Any = ()) -> tuple[Any, int]:
    """What `scipy.integrate.odeint` finds, and how many steps reproduce it."""
    from scipy import integrate

    steps = enough_steps(lambda s, y: np.asarray(func(y, s, *args)), np.asarray(y0, float), t)
    return integrate.odeint(func, y0, t, args=tuple(args)), steps


def ivp_steps(fun: Any, t_span: Any, y0: Any, args: Any = (), options: Any = ()) -> tuple[Any, Any, Any, int, int, str, bool]:
    """What `scipy.integrate.solve_ivp` finds, the times from the first on, and how many steps between two of them reproduce it."""
    from scipy import integrate

    found = integrate.solve_ivp(fun, t_span, y0, args=tuple(args) or None, **dict(options))
    ticks = found.t if found.t[0] == t_span[0] else np.append(t_span[0], found.t)
    steps = enough_steps(lambda s, y: np.asarray(fun(s, y, *args)), np.asarray(y0, float), ticks)
    return found.t, ticks, found.y, steps, found.status, found.message, found.success


def root_found(solver: str, function: Any, start: Any, options: Any = ()) -> Any:
    """What a function of `scipy.optimize` finds that returns the root itself."""
    from scipy import optimize

    if solver == "fixed_point":
        return optimize.fixed_point(lambda t: function(t) + t, *start, **dict(options))
    return getattr(optimize, solver)(function, *start, **dict(options))


def optimum_found(solver: str, function: Any, start: Any, options: Any = ()) -> tuple[Any, Any, bool, int, str]:
    """What a function of `scipy.optimize` finds that returns a record."""
    from scipy import optimize

    found = getattr(optimize, solver)(function, *start, **dict(options))
    return found.x, found.fun, bool(found.success), int(found.status), str(found.message)


def quantile(distribution: Any, q: Any, *shapes: Any) -> Any:
    """The quantile of a standard distribution that SciPy searches for."""
    return distribution._ppf(q, *shapes)


def kernel_density(samples: Any, x: Any, log: bool) -> Any:
    """What `scipy.stats.gaussian_kde(samples)` finds at x."""
    from scipy import stats

    made = stats.gaussian_kde(samples)
    return made.logpdf(x) if log else made(x)


STEPS = (
    detached, fixed, quadrature, legendre_nodes, runge_kutta, enough_steps, odeint_steps, ivp_steps, root_found, optimum_found, quantile,
    kernel_density,
)  # fmt: skip
"""What a saved module may need the text of."""
