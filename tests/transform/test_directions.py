"""Forward mode in all directions at once: each line against reverse mode, and what is refused so that the caller goes one by one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from wengert import check_grads, grad, hessian, jacfwd, jacrev, jvp
from wengert.errors import Error
from wengert.ir.axes import MANY
from wengert.ir.kinds import FLOAT, INT, Array, Dict, List, Tuple
from wengert.transform.many_directions import DIRECTIONS, batched

X = np.array([0.3, 0.5, 0.7])
A = np.arange(9.0).reshape(3, 3) / 7 + np.eye(3)


def test_the_directions_are_the_first_axis_of_every_leaf() -> None:
    assert batched(FLOAT) == Array("float64", (DIRECTIONS,)) and batched(INT) == INT
    assert batched(Array("float32", (MANY, 1))) == Array("float32", (DIRECTIONS, MANY, 1))
    assert batched(Dict((("w", FLOAT),))) == Dict((("w", Array("float64", (DIRECTIONS,))),))
    assert batched(Tuple((INT, FLOAT))) == Tuple((INT, Array("float64", (DIRECTIONS,))))
    assert batched(List(FLOAT)) == List(Array("float64", (DIRECTIONS,)))


def swapped(x):
    a, b, c = x
    return np.array([b, a * c, c])


def looped_over(x):
    total = 0.0
    for e in x:
        total = total + e * e * x[0]
    return total


def branched(x):
    if x[0] > 0.1:
        y = x * x
    else:
        y = np.ones(3)
    return y + 0.0


def grown(x):
    items = []
    for i in range(3):
        items.append(x[i] * x[0])
    return items[0] + items[1] * items[2]


def scattered(x):
    y = np.zeros((3, 3))
    y[1] = x
    y[:, 2] += x * x
    y[0, 0] = x[1] * x[2]
    return y


def picked(x):
    i = np.array([0, 0, 2])
    return x[i] * x[::-1] + np.outer(x, x)[i, i]


def apart(x):
    """Advanced indices with a slice between them: their axes move to the front."""
    return np.multiply.outer(np.outer(x, x), x)[np.array([0, 2]), :, np.array([1, 1])]


LINES: dict[str, Callable[..., Any]] = {
    "broadcast": lambda x: x[:, None] * x + np.ones((3, 3)),
    "a number and an array": lambda x: x[0] + np.ones((2, 3)) * x[1],
    "constant summand": lambda x: (x.reshape(3, 1) + np.ones((1, 4)))[:, 2] ** 2,
    "sums": lambda x: np.sum(np.outer(x, x), axis=0) * np.mean(x) + np.outer(x, x).sum(axis=-1, keepdims=True),
    "extremes": lambda x: np.max(np.outer(x, x), axis=1) - np.min(x),
    "products": lambda x: (A @ x, x @ A, x @ x, A @ np.outer(x, x), np.outer(x, x) @ np.outer(x, x).T),
    "shapes": lambda x: np.outer(x, x).T.reshape(-1)[2:5].reshape(3, 1),
    "joined": lambda x: (np.concatenate([x, 2 * x[:1], np.ones(2)]), np.stack([x, x * x], axis=1), np.array([x[0] * x[1], 2.0])),
    "cumulated": lambda x: np.cumsum(np.outer(x, x), axis=1),
    "masked": lambda x: np.where(x > 0.4, np.sqrt(x), 0.0),
    "one by one inside": lambda x: np.linalg.solve(A + np.outer(x, x), x),
    "nothing after all": lambda x: (x - x) * x[0] + np.tanh(x[1] - x[1]),
    "constants": lambda x: (x[0], (1.0, 2.0), {"n": 3}),
    "unpacked": swapped, "looped": looped_over, "branched": branched, "grown": grown, "scattered": scattered, "picked": picked, "apart": apart,
}  # fmt: skip


def numbers(tree: Any) -> np.ndarray[Any, Any]:
    from wengert.tree import leaves_of

    return np.concatenate([np.ravel(np.asarray(leaf, float)) for leaf in leaves_of(tree) if leaf is not None])


@pytest.mark.parametrize("name", LINES)
def test_all_directions_at_once_give_what_reverse_mode_gives(name: str) -> None:
    f = LINES[name]
    np.testing.assert_allclose(numbers(jacfwd(f)(X)), numbers(jacrev(f)(X)), rtol=1e-12, atol=1e-14)
    assert "np.eye" in jacfwd(f).source(X)


@pytest.mark.parametrize("name", LINES)
def test_they_nest(name: str) -> None:
    f = LINES[name]
    if name != "constants":
        second = jacfwd(jacfwd(f))(X)
        np.testing.assert_allclose(numbers(second), numbers(jacrev(jacfwd(f))(X)), rtol=1e-11, atol=1e-13)


def test_what_has_no_known_shape_is_refused_by_the_text_and_taken_one_by_one_by_the_call() -> None:
    def f(layers):
        x = 1.0
        for w in layers:
            x = np.tanh(w * x)
        return x

    with pytest.raises(Error) as caught:
        jacfwd(f).source([0.5, 0.7, 0.9])
    assert caught.value.code == "W044"
    np.testing.assert_allclose(jacfwd(f)([0.5, 0.7, 0.9]), jacrev(f)([0.5, 0.7, 0.9]), rtol=1e-13)


def test_an_augmented_assignment_of_a_number_does_not_write_into_the_directions() -> None:
    """`a /= c` rebinds a number; its tangents are an array, which others may hold."""

    def f(x, y):
        a = y
        a /= 1 + x * x
        a -= 0.5 * x
        return a + y * x

    ours, exact = jacfwd(f, argnums=(0, 1))(0.5, 0.7), grad(f, argnums=(0, 1))(0.5, 0.7)
    np.testing.assert_allclose(ours, exact, rtol=1e-14)


def test_the_tangent_has_the_shape_of_the_result_where_only_a_constant_has_it() -> None:
    def f(x):
        y = x + np.ones((1, 4))
        return np.sum(y) + y[0, 2] ** 2

    x = np.ones((3, 1))
    assert jvp(lambda x: x + np.ones((1, 4)), (x,), (x,))[1].shape == (3, 4)
    assert jvp(f, (x,), (x,))[1] == np.sum(grad(f)(x)) == 16.0
    assert jacfwd(f)(x).tolist() == grad(f)(x).tolist()
    assert hessian(f)(x).shape == (3, 1, 3, 1)


def test_a_carried_array_may_be_longer_at_each_turn() -> None:
    def f(x, n):
        previous = x[:1]
        total = 0.0
        for i in range(1, n):
            previous = x[: i + 1] * np.sum(previous)
            total = total + np.sum(previous * previous)
        return total

    check_grads(f, (X, 3), order=2)
