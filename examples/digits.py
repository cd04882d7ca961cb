"""Recognise handwritten digits: a small network on scikit-learn's 1,797 pictures of 8 by 8, trained by mini-batches.

The loss is the Kullback-Leibler divergence from the network's distribution to the smoothed labels; the parameters are a dict, and so
is their gradient. Prints the share of test digits that are recognised, and saves the loss curve and the misread digits as pictures.

    pip install 'wengert[examples]'
    python examples/digits.py [FOLDER FOR PICTURES]
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from wengert import grad, value_and_grad

Parameters = dict[str, np.ndarray]


def log_probabilities(params, x):
    h = np.tanh(x @ params["W1"] + params["b1"])
    z = h @ params["W2"] + params["b2"]
    shifted = z - np.max(z, axis=1, keepdims=True)
    return shifted - np.log(np.sum(np.exp(shifted), axis=1, keepdims=True))


def kl_divergence(params, x, target):
    log_p = log_probabilities(params, x)
    return np.sum(target * (np.log(target) - log_p)) / len(x)


def initial_parameters(seed: int = 0, hidden: int = 48) -> Parameters:
    random = np.random.default_rng(seed)
    return {
        "W1": random.normal(size=(64, hidden)) / 8,
        "b1": np.zeros(hidden),
        "W2": random.normal(size=(hidden, 10)) / np.sqrt(hidden),
        "b2": np.zeros(10),
    }


def smoothed(labels: np.ndarray, by: float = 0.02) -> np.ndarray:
    """A distribution over the ten digits for each label; no entry is 0, so its logarithm is finite."""
    return np.eye(10)[labels] * (1 - by) + by / 10


def digits(seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Pictures and labels to train on, and every fifth of both to test with, in an order that the seed decides."""
    from sklearn.datasets import load_digits

    data = load_digits()
    order = np.random.default_rng(seed).permutation(len(data.target))
    x, labels = data.data[order] / 16.0, data.target[order]
    test = np.arange(len(x)) % 5 == 0
    return x[~test], labels[~test], x[test], labels[test]


def batches(count: int, size: int, random: np.random.Generator) -> Iterator[np.ndarray]:
    order = random.permutation(count)
    for start in range(0, count - size + 1, size):
        yield order[start : start + size]


def train(
    x: np.ndarray, labels: np.ndarray, epochs: int = 40, size: int = 32, rate: float = 0.2, seed: int = 0, quiet: bool = False
) -> tuple[Parameters, list[float]]:
    """Gradient descent with momentum; returns the parameters and the mean loss of each epoch."""
    from tqdm import tqdm

    params, random, target = initial_parameters(seed), np.random.default_rng(seed), smoothed(labels)
    velocity = {name: np.zeros_like(value) for name, value in params.items()}
    step, curve = value_and_grad(kl_divergence), []
    bar = tqdm(range(epochs), desc="training", unit="epoch", disable=quiet)
    for _ in bar:
        losses = []
        for chosen in batches(len(x), size, random):
            loss, gradient = step(params, x[chosen], target[chosen])
            losses.append(float(loss))
            for name in params:
                velocity[name] = 0.8 * velocity[name] - rate * gradient[name]
                params[name] = params[name] + velocity[name]
        curve.append(sum(losses) / len(losses))
        bar.set_postfix(loss=f"{curve[-1]:.4f}")
    return params, curve


def read(params: Parameters, x: np.ndarray) -> np.ndarray:
    """The digit that each picture most probably shows."""
    return np.argmax(log_probabilities(params, x), axis=1)


def save_pictures(folder: Path, curve: list[float], x: np.ndarray, labels: np.ndarray, found: np.ndarray) -> list[Path]:
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    folder.mkdir(parents=True, exist_ok=True)
    figure, axes = plt.subplots(figsize=(6, 4))
    axes.semilogy(range(1, len(curve) + 1), curve)
    axes.set(xlabel="epoch", ylabel="KL divergence", title="Training on the digits")
    figure.savefig(folder / "loss.png", dpi=100, bbox_inches="tight")
    plt.close(figure)

    wrong = np.flatnonzero(found != labels)[:12]
    figure, grid = plt.subplots(2, 6, figsize=(9, 3.6))
    for axes in grid.flat:
        axes.axis("off")
    for axes, index in zip(grid.flat, wrong, strict=False):
        axes.imshow(x[index].reshape(8, 8), cmap="gray_r")
        axes.set_title(f"{labels[index]} read as {found[index]}", fontsize=9)
    figure.savefig(folder / "misread.png", dpi=100, bbox_inches="tight")
    plt.close(figure)
    return [folder / "loss.png", folder / "misread.png"]


def main() -> None:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "pictures")
    x, labels, x_test, labels_test = digits()
    print(grad(kl_divergence).source(initial_parameters(), x, smoothed(labels)))
    params, curve = train(x, labels)
    found = read(params, x_test)
    print(f"loss {curve[0]:.4f} in the first epoch, {curve[-1]:.4f} in the last")
    print(f"{np.mean(found == labels_test):.1%} of {len(x_test)} test digits recognised")
    for path in save_pictures(folder, curve, x_test, labels_test, found):
        print("saved", path)


if __name__ == "__main__":
    main()
