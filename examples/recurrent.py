"""A recurrent network: the adjoint of its state clipped at every step, and a run so long that only a few states are kept.

    python examples/recurrent.py
"""

from __future__ import annotations

import numpy as np

from wengert import adjoint, checkpointed, grad


def clipped_loss(w, u, xs, target):
    h = np.zeros(len(u))
    for x in xs:
        h = np.tanh(w @ h + u * x)
        with adjoint(h) as h_bar:
            h_bar = np.clip(h_bar, -0.1, 0.1)
    return (h[0] - target) ** 2


def long_run(w, h, n):
    for k in checkpointed(range(n), snapshots=20):
        h = np.tanh(w @ h)
    return np.sum(h)


def main() -> None:
    random = np.random.default_rng(0)
    w, u = 3.0 * random.normal(size=(4, 4)), random.normal(size=4)
    xs = np.sin(np.arange(30) / 3)
    print(grad(clipped_loss).source(w, u, xs, 0.5))
    print("largest element of the gradient, clipped:", np.abs(grad(clipped_loss)(w, u, xs, 0.5)).max())
    print(grad(long_run).source(w, u, 1000))
    print("largest element of the gradient over 1000 steps:", np.abs(grad(long_run)(0.4 * w, u, 1000)).max())


if __name__ == "__main__":
    main()
