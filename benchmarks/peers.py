"""Make the same gradient with other libraries, as far as they are installed.

A function is given to a peer as it stands, with `np` and `math` replaced by the peer's module of functions; only for JAX are the scalar
loops written with `fori_loop`, since its users write them so. JAX is timed compiled, without its compile time.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from types import FunctionType
from typing import Any

import numpy as np

Gradient = Callable[[], Any]


def with_modules(function: Callable[..., Any], functions: Any) -> Callable[..., Any]:
    """The same function on another library's `sin`, `tanh`, `sum`."""
    assert isinstance(function, FunctionType)
    return FunctionType(function.__code__, function.__globals__ | {"np": functions, "math": functions}, function.__name__)


def autograd(function: Callable[..., Any], arguments: tuple[Any, ...], argnums: tuple[int, ...]) -> Gradient:
    import autograd as library
    import autograd.numpy as functions

    gradient = library.grad(with_modules(function, functions), argnums if len(argnums) > 1 else argnums[0])
    return lambda: gradient(*arguments)


def tangent_ad(function: Callable[..., Any], arguments: tuple[Any, ...], argnums: tuple[int, ...]) -> Gradient:
    import tangent

    gradient = tangent.grad(with_modules(function, np), wrt=argnums)  # it has a rule for np.sin, none for math.sin
    return lambda: gradient(*arguments)


def jax(function: Callable[..., Any], arguments: tuple[Any, ...], argnums: tuple[int, ...]) -> Gradient:
    import jax as library
    import jax.numpy as functions

    library.config.update("jax_enable_x64", True)
    wanted: Any = argnums if len(argnums) > 1 else argnums[0]
    if function.__name__ == "logistic_map":
        x, n = arguments
        gradient = library.jit(library.grad(lambda x: library.lax.fori_loop(1, n, lambda i, v: 4 * v * (1 - v), x)))
        arguments = (x,)
    elif function.__name__ == "rk4":
        y, n, h = arguments
        step = with_modules(function, functions)
        gradient = library.jit(library.grad(lambda y: library.lax.fori_loop(0, n, lambda i, y: step(y, 1, h), y)))
        arguments = (y,)
    else:
        gradient = library.jit(library.grad(with_modules(function, functions), wanted))
    arguments = tuple(map(functions.asarray, arguments))
    return lambda: library.block_until_ready(gradient(*arguments))


def pytorch(function: Callable[..., Any], arguments: tuple[Any, ...], argnums: tuple[int, ...]) -> Gradient:
    import torch

    same = with_modules(function, torch)
    made = [torch.tensor(value, dtype=torch.float64) if isinstance(value, (float, np.ndarray)) else value for value in arguments]
    active = [made[number].requires_grad_() for number in argnums]
    return lambda: torch.autograd.grad(same(*made), active)


PEERS = {"autograd": ("autograd", autograd), "tangent-ad": ("tangent", tangent_ad), "JAX": ("jax", jax), "PyTorch": ("torch", pytorch)}


def installed() -> dict[str, Callable[..., Gradient]]:
    """The peers that can be imported; a line for each that cannot."""
    found = {}
    for name, (module, make) in PEERS.items():
        try:
            importlib.import_module(module)
            found[name] = make
        except ImportError:
            print(f"{name} is not installed, and left out")
    return found
