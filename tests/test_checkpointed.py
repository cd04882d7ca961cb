"""Loops over `checkpointed(range(n))`: the same numbers, less memory."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest

import wengert
from wengert import checkpointed, grad, jvp, value_and_grad, vjp

X = np.array([0.1, 0.2])
W = np.array([[0.5, 0.2], [-0.3, 1.0]])


def rnn(w: Any, x: Any, n: int) -> Any:
    h, s = np.zeros(2), 0.0
    for k in checkpointed(range(n)):
        for _ in range(2):
            h = np.tanh(w @ h + x)
        if k % 2:
            s = s + np.sum(h)
            continue
        s = s * 1.1
    return s


def plain_rnn(w: Any, x: Any, n: int) -> Any:
    h, s = np.zeros(2), 0.0
    for k in range(n):
        for _ in range(2):
            h = np.tanh(w @ h + x)
        if k % 2:
            s = s + np.sum(h)
            continue
        s = s * 1.1
    return s


@pytest.mark.parametrize("n", [0, 1, 2, 5, 16, 17])
def test_the_numbers_are_those_of_the_plain_loop(n: int) -> None:
    for argnum in (0, 1):
        np.testing.assert_allclose(grad(rnn, argnum)(W, X, n), grad(plain_rnn, argnum)(W, X, n), rtol=1e-12)
    assert value_and_grad(rnn)(W, X, n)[0] == plain_rnn(W, X, n)


def test_further_derivatives_and_forward_mode() -> None:
    tangent = (W, None, None)
    np.testing.assert_allclose(jvp(rnn, (W, X, 7), tangent)[1], jvp(plain_rnn, (W, X, 7), tangent)[1])
    np.testing.assert_allclose(jvp(grad(rnn), (W, X, 7), tangent)[1], jvp(grad(plain_rnn), (W, X, 7), tangent)[1])
    first, right = grad(rnn), grad(plain_rnn)
    np.testing.assert_allclose(grad(lambda w: np.sum(first(w, X, 5)))(W), grad(lambda w: np.sum(right(w, X, 5)))(W))


def heat(u: Any, c: Any, n: int) -> Any:
    for _ in checkpointed(range(n), snapshots=3):
        u[1:-1] += c * (u[2:] - 2 * u[1:-1] + u[:-2])
        u[0] = c * u[1]
    return np.sum(u * u)


def plain_heat(u: Any, c: Any, n: int) -> Any:
    for _ in range(n):
        u[1:-1] += c * (u[2:] - 2 * u[1:-1] + u[:-2])
        u[0] = c * u[1]
    return np.sum(u * u)


def test_arrays_written_in_place_are_as_after_a_plain_call_and_so_is_the_gradient() -> None:
    u = np.random.default_rng(0).uniform(size=6)
    mine, plain, called = u.copy(), u.copy(), u.copy()
    found, right = grad(heat, (0, 1))(mine, 0.1, 7), grad(plain_heat, (0, 1))(plain, 0.1, 7)
    plain_heat(called, 0.1, 7)
    np.testing.assert_allclose(found[0], right[0])
    assert found[1] == pytest.approx(right[1])
    np.testing.assert_array_equal(mine, called)


def test_a_pullback_can_be_called_again() -> None:
    _, pullback = vjp(heat, np.random.default_rng(0).uniform(size=6), 0.1, 7)
    first, second = pullback(1.0), pullback(1.0)
    np.testing.assert_array_equal(first[0], second[0])


def test_only_so_many_states_are_kept() -> None:
    def f(x: Any, n: int) -> Any:
        for _ in checkpointed(range(n), snapshots=4):
            x = np.sin(x)
        return np.sum(x)

    text = grad(f).source(X, 100)
    forward = text.partition("# reverse sweep")[0]
    assert "for start in range(0, " in forward and forward.count("x_tape.append(x)") == 1
    assert forward.index("x_tape.append(x)") < forward.index("for _ in")  # once a part, not once a turn
    peaks = []
    x = np.ones(20_000)
    for g in (grad(f), grad(lambda x, n: plain(x, n))):
        g(x, 3)
        tracemalloc.start()
        g(x, 100)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[0] < 0.5 * peaks[1]


def plain(x: Any, n: int) -> Any:
    for _ in range(n):
        x = np.sin(x)
    return np.sum(x)


def test_a_loop_that_may_be_left_is_refused() -> None:
    def f(x: Any, n: int) -> Any:
        for _ in checkpointed(range(n)):
            x = x * 0.9
            if x < 0.1:
                break
        return x

    with pytest.raises(wengert.UnsupportedSyntax, match=r"has a `break` or `return` \(W111\)"):
        grad(f)(1.0, 5)
    assert f(1.0, 5) == pytest.approx(0.9**5)


def test_a_loop_with_random_draws_is_refused() -> None:
    def f(x: Any, n: int) -> Any:
        for _ in checkpointed(range(n)):
            x = x * np.random.random()
        return x

    with pytest.raises(wengert.Error, match=r"may not be done twice \(W106\)"):
        grad(f)(1.0, 5)


def test_the_plain_call_is_the_plain_loop() -> None:
    assert checkpointed(range(3), snapshots=2) == range(3)
    with pytest.raises(ValueError, match="at least one snapshot"):
        checkpointed(range(3), snapshots=0)
