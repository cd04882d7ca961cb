"""What a share of the random programs is checked for besides: second derivatives, and the saved module."""

from __future__ import annotations

import copy
import importlib.util
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from compare import Mismatch, Reference, active, leaves_of_gradient, on_copies, quietly, with_leaves

STEP = 1e-4
NEAR = 1e-6  # of the largest slope; differences of gradients are no better


def compare_second(function: Any, arguments: tuple[Any, ...], value: Any, printed: str, expected: Reference) -> None:
    """The gradient's tangent along one direction against differences, and its pullback against its tangent."""
    from wengert import grad, jvp, vjp

    if isinstance(value, tuple):
        return
    numbers = active(arguments)
    gradient = grad(function, argnums=numbers)
    direction = tuple(
        0 if isinstance(argument, int) else with_leaves(argument, lambda path, _: 0.3 + 0.17 * (hash_of(path) % 7), (position,))
        for position, argument in enumerate(arguments)
    )
    (_, tangent), _ = on_copies(lambda *args: jvp(gradient, args, direction), arguments)
    weights = tuple(with_leaves(g, lambda path, _: 0.4 + 0.11 * (hash_of(path) % 5)) for g in tangent)
    (_, pullback), _ = on_copies(lambda *args: vjp(gradient, *args), arguments)
    along, back = flat(tangent), pullback(weights)
    forward, reverse = flat(weights) @ along, sum(flat(direction[k]) @ flat(back[k]) for k in numbers)
    size = np.abs(flat(weights)) @ np.abs(along) + sum(np.abs(flat(direction[k])) @ np.abs(flat(back[k])) for k in numbers)
    if not abs(forward - reverse) <= 1e-8 * size + 1e-10:
        raise Mismatch(f"second derivatives: {forward!r} forward, {reverse!r} in reverse")
    near, far = (differences(gradient, arguments, direction, step) for step in (STEP, 2 * STEP))
    slopes = (4 * near - far) / 3
    scale = 1 + np.abs(slopes).max(initial=0.0)
    if not np.abs(near - far).max(initial=0.0) <= 1e-3 * scale:  # a kink or a test is near
        return
    if not np.abs(slopes - along).max(initial=0.0) <= max(NEAR * scale, 0.1 * np.abs(near - far).max(initial=0.0)):
        raise Mismatch(f"the gradient's tangent is {along}, differences give {slopes}")


def hash_of(path: tuple[Any, ...]) -> int:
    return sum((k + 2) * (ord(one) if isinstance(one, str) else one + 1) for k, one in enumerate(path))


def flat(tree: Any) -> np.ndarray[Any, Any]:
    return np.array([0.0 if leaf is None else float(leaf) for _, leaf in leaves_of_gradient(tree)])


def differences(gradient: Any, arguments: tuple[Any, ...], direction: tuple[Any, ...], step: float) -> np.ndarray[Any, Any]:
    up, down = (flat(quietly(gradient, *moved(arguments, direction, sign * step))[0]) for sign in (1, -1))
    return (up - down) / (2 * step)


def moved(tree: Any, direction: Any, step: float) -> Any:
    if isinstance(tree, (tuple, list)):
        return type(tree)(moved(a, b, step) for a, b in zip(tree, direction))
    if isinstance(tree, dict):
        return {key: moved(item, direction[key], step) for key, item in tree.items()}
    return copy.copy(tree) if isinstance(tree, int) else tree + step * direction


def compare_saved(function: Any, arguments: tuple[Any, ...], value: Any, printed: str, expected: Reference) -> None:
    """The saved module does the same as the derivative itself, to the last bit."""
    from wengert import grad

    if isinstance(value, tuple):
        return
    derivative = grad(function, argnums=active(arguments))
    made = on_copies(derivative, arguments)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "saved_gradient.py"
        derivative.save(path, *copy.deepcopy(arguments))
        spec = importlib.util.spec_from_file_location("saved_gradient", path)
        assert spec and spec.loader
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        again = on_copies(module.grad_f, arguments)
    if repr(again) != repr(made):
        raise Mismatch(f"the saved gradient gives {again!r}, the gradient {made!r}")


COMPARISONS: tuple[tuple[str, Callable[..., None]], ...] = (("second", compare_second), ("saved", compare_saved))
