"""What second derivatives cost: a Hessian-vector product in gradients, a dense Hessian beside JAX.

    python benchmarks/second_order.py
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from wengert import grad, hessian, hvp


def rosenbrock(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def network(w, x, y):
    h = np.tanh(x @ w)
    return np.mean((np.sum(h * h, axis=1) - y) ** 2)


def heat(u, steps, c):
    for _ in range(steps):
        u[1:-1] += c * (u[2:] - 2 * u[1:-1] + u[:-2])
    return np.sum(u * u * u)


def logistic_sum(x, steps):
    total = 0.0
    for i in range(len(x)):
        v = x[i]
        for _ in range(steps):
            v = 3.6 * v * (1 - v)
        total = total + v
    return total


def best(call: Callable[..., Any], *args: Any, repeat: int = 7) -> float:
    """The shortest of several runs, in seconds; each gets an array of its own to write into."""
    shortest = math.inf
    call(args[0].copy(), *args[1:])
    for _ in range(repeat):
        first = args[0].copy()
        begin = time.perf_counter()
        call(first, *args[1:])
        shortest = min(shortest, time.perf_counter() - begin)
    return shortest


def products() -> list[tuple[str, float]]:
    """How many gradients a Hessian-vector product costs, for n = 10 000."""
    rng = np.random.default_rng(0)
    x = rng.uniform(0.1, 0.9, 10_000)
    rows = []
    cases = [
        ("rosenbrock", rosenbrock, (x,)),
        ("network", network, (x.reshape(100, 100), rng.normal(size=(50, 100)), rng.normal(size=50))),
        ("heat, in place", heat, (x, 20, 0.1)),
        ("logistic loops", logistic_sum, (x, 10)),
    ]
    for name, f, (first, *rest) in cases:
        rows.append((name, best(hvp(f), first, *rest, np.ones_like(first)) / best(grad(f), first, *rest)))
    return rows


def hessians() -> list[tuple[str, float, float]]:
    """Dense Hessians for n = 100: milliseconds, and how many times JAX's (compiled, 64 bit); nan without JAX."""
    rng = np.random.default_rng(0)
    x = rng.uniform(0.1, 0.9, 100)
    data = (rng.normal(size=(50, 10)), rng.normal(size=50))
    rows = []
    for name, f, args in (("rosenbrock", rosenbrock, (x,)), ("network", network, (x.reshape(10, 10), *data)), ("heat, in place", heat, (x, 20, 0.1))):
        ours = best(hessian(f), *args)
        rows.append((name, ours * 1e3, ours / theirs(name, args)))
    return rows


def theirs(name: str, args: tuple[Any, ...]) -> float:
    try:
        import jax
    except ImportError:
        return math.nan
    jax.config.update("jax_enable_x64", True)
    import jax.numpy as jnp

    def rosenbrock(x):
        return jnp.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)

    def network(w, x, y):
        h = jnp.tanh(x @ w)
        return jnp.mean((jnp.sum(h * h, axis=1) - y) ** 2)

    def heat(u, steps, c):
        for _ in range(20):
            u = u.at[1:-1].add(c * (u[2:] - 2 * u[1:-1] + u[:-2]))
        return jnp.sum(u * u * u)

    functions = {"rosenbrock": rosenbrock, "network": network, "heat, in place": heat}
    compiled = jax.jit(jax.hessian(functions[name]))
    return best(lambda *given: compiled(*given).block_until_ready(), *map(jnp.asarray, args))


def main() -> None:
    print("Hessian-vector product, n = 10 000, in gradients")
    for name, ratio in products():
        print(f"  {name:16} {ratio:6.2f}")
    print("dense Hessian, n = 100: milliseconds, times JAX")
    for name, milliseconds, ratio in hessians():
        print(f"  {name:16} {milliseconds:8.3f} {ratio:6.2f}")


if __name__ == "__main__":
    main()
