"""One neuron with a regularised loss, two layers of soft ReLU, and a deep tower of sines.

    z = w x + b,  y = sigma(z),  L = (y - t)^2 / 2,  R = w^2 / 2,  cost = L + lambda R

Every adjoint has the name that it has on paper: `L_bar`, `y_bar`, `z_bar`, `w_bar`, `b_bar`.

    python examples/neuron.py
"""

from __future__ import annotations

import importlib.util
import math
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from derivation import steps, table

from wengert import grad, value_and_grad


def sigma(z):
    return 1 / (1 + math.exp(-z))


def cost(w, b, x, t, lam):
    z = w * x + b
    y = sigma(z)
    L = (y - t) ** 2 / 2
    R = w**2 / 2
    return L + lam * R


def adjoints_by_hand(w: float, b: float, x: float, t: float, lam: float) -> dict[str, float]:
    y = sigma(w * x + b)
    y_bar = y - t
    z_bar = y_bar * y * (1 - y)
    return {"y_bar": y_bar, "z_bar": z_bar, "w_bar": z_bar * x + lam * w, "b_bar": z_bar}


def adjoints_by_name(*args: float) -> dict[str, float]:
    """What the Wengert list of the gradient gives each adjoint, by the name that the user's variable has."""
    program = grad(cost, argnums=(0, 1)).wengert(*args)
    last = {step.name.rpartition(".")[0]: step.value for step in steps(program, *args) if step.what == "adjoint"}
    last["w_bar"], last["b_bar"] = grad(cost, argnums=(0, 1))(*args)
    return last


def softplus(z):
    return math.log1p(math.exp(z))


def two_layers(x, w1, b1, w2, b2):
    return softplus(w2 * softplus(w1 * x + b1) + b2)


def two_layers_by_hand(x: float, w1: float, b1: float, w2: float, b2: float) -> tuple[float, ...]:
    """The derivatives with respect to w1, b1, w2 and b2; the derivative of softplus is sigma."""
    z1 = w1 * x + b1
    h = softplus(z1)
    z2_bar = sigma(w2 * h + b2)
    z1_bar = z2_bar * w2 * sigma(z1)
    return z1_bar * x, z1_bar, z2_bar * h, z2_bar


def tower(depth: int, folder: Path) -> Callable[[float], float]:
    """sin(sin(... sin(x))), written out."""
    path = folder / f"tower_{depth}.py"
    path.write_text(f"import math\n\n\ndef tower(x):\n    return {'math.sin(' * depth}x{')' * depth}\n")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec and spec.loader
    module = sys.modules[path.stem] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    function: Callable[[float], float] = module.tower
    return function


def tower_by_hand(depth: int, x: float) -> float:
    product = 1.0
    for _ in range(depth):
        product *= math.cos(x)
        x = math.sin(x)
    return product


def main() -> None:
    point = 0.7, -0.2, 1.5, 1.0, 0.1
    print(grad(cost, argnums=(0, 1)).source(*point))
    print(table("cost", value_and_grad(cost, argnums=(0, 1)).wengert(*point), *point))
    found = adjoints_by_name(*point)
    for name, expected in adjoints_by_hand(*point).items():
        print(f"{name}   wengert {found.get(name, math.nan):<20.16g}   by hand {expected:.16g}")

    layers = grad(two_layers, argnums=(1, 2, 3, 4))
    point = 0.7, 0.9, -0.1, 1.3, 0.2
    print("\n" + layers.source(*point))
    print("wengert", layers(*point))
    print("by hand", two_layers_by_hand(*point))

    print("\nsin(sin(... x)): lines of text, and the time of a call")
    with tempfile.TemporaryDirectory() as made:
        for depth in 5, 10, 25, 50:
            gradient = grad(tower(depth, Path(made)))
            value = gradient(0.5)
            start = time.perf_counter()
            for _ in range(2000):
                gradient(0.5)
            spent = (time.perf_counter() - start) / 2000
            lines = len(gradient.source(0.5).splitlines())
            print(f"depth {depth:2}   {lines:4} lines   {spent * 1e6:6.1f} us   {value:.12f}   by hand {tower_by_hand(depth, 0.5):.12f}")


if __name__ == "__main__":
    main()
