"""Edits of adjoints in the user's own text."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

import wengert
from wengert import adjoint, grad, jvp, value_and_grad, vjp
from wengert import adjoint as renamed

X = np.array([0.3, -0.7, 1.2])


def clip_norm(g: Any, most: float) -> Any:
    return g * np.minimum(1.0, most / np.sqrt(np.sum(g * g)))


def rnn(w: Any, x: Any, n: int) -> Any:
    h = np.zeros(len(x))
    for _ in range(n):
        h = np.tanh(w @ h + x)
        with wengert.adjoint(h) as h_bar:
            h_bar = clip_norm(h_bar, 0.5)
    return np.sum(h * h)


def by_hand(w: Any, x: Any, n: int) -> Any:
    hs = [np.zeros(len(x))]
    for _ in range(n):
        hs.append(np.tanh(w @ hs[-1] + x))
    h_bar, w_bar = 2 * hs[-1], np.zeros_like(w)
    for before, after in zip(reversed(hs[:-1]), reversed(hs[1:])):
        inner = clip_norm(h_bar, 0.5) * (1 - after**2)
        w_bar += np.outer(inner, before)
        h_bar = w.T @ inner
    return w_bar


W = np.array([[2.0, -1.0, 0.1], [0.5, 3.0, -0.4], [0.2, 0.3, 0.5]])


def test_the_edit_stands_at_its_point_of_the_reverse_sweep() -> None:
    np.testing.assert_allclose(grad(rnn)(W, X, 4), by_hand(W, X, 4))
    text = grad(rnn).source(W, X, 4)
    assert text.count("h_bar = clip_norm(h_bar, 0.5)\n        # line") == 1


def test_a_plain_run_and_the_value_do_not_know_of_it() -> None:
    def f(x: Any) -> Any:
        h = 3.0 * x
        with adjoint(h) as h_bar:
            h_bar = 100.0 * h_bar + 1.0
        return h * h

    assert f(2.0) == 36.0 and value_and_grad(f)(2.0) == (36.0, 3603.0)


def test_forward_mode_ignores_it() -> None:
    def f(x: Any) -> Any:
        h = 3.0 * x
        with adjoint(h) as h_bar:
            h_bar = 0.0 * h_bar
        return h * h

    assert jvp(f, (2.0,), (1.0,)) == (36.0, 36.0) and grad(f)(2.0) == 0.0


def test_a_further_derivative_differentiates_the_edit() -> None:
    step = 1e-6
    numeric = (grad(rnn)(W * (1 + step), X, 3) - grad(rnn)(W * (1 - step), X, 3)) / (2 * step)
    np.testing.assert_allclose(jvp(grad(rnn), (W, X, 3), (W, None, None))[1], numeric, rtol=1e-6)

    def f(x: Any) -> Any:
        h = x * x
        with adjoint(h) as h_bar:
            h_bar = h_bar * h_bar
        return h * h

    assert grad(f)(2.0) == 8.0**2 * 4.0  # (2 h) ** 2 * 2 x
    assert grad(grad(f))(2.0) == 8 * 5 * 2.0**4


def test_it_may_look_at_other_variables_and_stand_in_a_branch() -> None:
    def f(x: Any, scale: Any) -> Any:
        h = np.sin(x)
        if scale > 1:
            with adjoint(h) as h_bar:
                h_bar = np.where(x > 0, h_bar / scale, h_bar)
        return np.sum(h)

    np.testing.assert_allclose(grad(f)(X, 0.5), np.cos(X))
    np.testing.assert_allclose(grad(f)(X, 2.0), np.where(X > 0, np.cos(X) / 2, np.cos(X)))


def test_looking_at_an_adjoint_happens_once_in_the_reverse_sweep(capsys: pytest.CaptureFixture[str]) -> None:
    def f(x: Any) -> Any:
        h = 2.0 * x
        with adjoint(h) as h_bar:
            print("h_bar =", h_bar)
        return h * h

    assert grad(f)(3.0) == 24.0
    assert capsys.readouterr().out == "h_bar = 12.0\n"


def test_the_adjoint_of_a_dict_is_edited_as_a_dict() -> None:
    def f(p: Any) -> Any:
        q = {"a": p * 2.0, "b": p * 3.0}
        with adjoint(q) as q_bar:
            q_bar = {"a": 0.0, "b": q_bar["b"]}
        return q["a"] + q["b"]

    assert grad(f)(1.0) == 3.0


def test_a_pullback_edits_at_every_call() -> None:
    _, pullback = vjp(rnn, W, X, 3)
    first, again = pullback(1.0)[0], pullback(1.0)[0]
    np.testing.assert_array_equal(first, again)


def test_an_edit_of_what_does_not_vary_has_no_effect() -> None:
    def f(x: Any, n: Any) -> Any:
        h = n * 2.0
        with adjoint(h) as h_bar:
            h_bar = h_bar + 1.0
        return h * x

    assert grad(f)(2.0, 3.0) == 6.0


def test_a_block_that_makes_more_than_the_adjoint_is_refused() -> None:
    def f(x: Any) -> Any:
        h = 2.0 * x
        with adjoint(h) as h_bar:
            size = abs(h_bar)
            h_bar = h_bar / size
        return h * size

    with pytest.raises(wengert.UnsupportedSyntax, match=r"makes `size`, which is read after it \(W108\)"):
        grad(f)(1.0)


def test_a_block_that_is_left_is_refused() -> None:
    def f(x: Any) -> Any:
        h = 2.0 * x
        with adjoint(h) as h_bar:
            if x > 0:
                return h
            h_bar = 2 * h_bar
        return h * h

    with pytest.raises(wengert.UnsupportedSyntax, match=r"is left before its end.*\(W108\)"):
        grad(f)(1.0)


def test_a_form_that_cannot_be_followed_is_refused() -> None:
    def by_another_name(x: Any) -> Any:
        h = 2.0 * x
        with renamed(h) as h_bar:
            h_bar = 0.0 * h_bar
        return h * h

    def of_an_expression(x: Any) -> Any:
        with adjoint(2.0 * x) as h_bar:
            h_bar = 0.0 * h_bar
        return x

    for f in (by_another_name, of_an_expression):
        with pytest.raises(wengert.UnsupportedSyntax, match=r"\(W108\)"):
            grad(f)(1.0)


class Algebra:
    @contextmanager
    def adjoint(self, h: Any) -> Iterator[Any]:
        yield 1.0


def test_another_context_manager_of_that_name_is_what_it_is() -> None:
    algebra = Algebra()

    def f(x: Any) -> Any:
        h = 2.0 * x
        with algebra.adjoint(3) as one:
            one = 2.0
        return h * h * one

    assert f(1.0) == 8.0
    assert grad(f)(1.0) == 16.0


def heat(u: Any, c: Any, n: int) -> Any:
    for _ in range(n):
        u[1:-1] += c * (u[2:] - 2 * u[1:-1] + u[:-2])
        with adjoint(u) as u_bar:
            u_bar = np.clip(u_bar, -1.0, 1.0)
    return np.sum(u * u)


def test_the_adjoint_of_an_array_that_is_written_in_place_is_edited_between_the_writes() -> None:
    u, c = np.array([0.1, 0.9, 0.3, 0.8, 0.2]), 0.1
    mine, called = u.copy(), u.copy()
    found = grad(heat)(mine, c, 3)
    heat(called, c, 3)
    np.testing.assert_array_equal(mine, called)
    u_bar = 2 * called
    for _ in range(3):
        u_bar = np.clip(u_bar, -1.0, 1.0)
        inner = c * u_bar[1:-1]
        u_bar[:-2] += inner
        u_bar[1:-1] -= 2 * inner
        u_bar[2:] += inner
    np.testing.assert_allclose(found, u_bar)


def test_a_view_taken_before_the_edit_belongs_to_the_edited_array() -> None:
    def f(x: Any) -> Any:
        h = np.exp(x)
        v = h[1:]
        with adjoint(h) as h_bar:
            h_bar = 2.0 * h_bar
        return np.sum(v) + np.sum(h)

    np.testing.assert_allclose(grad(f)(X), np.exp(X) * np.array([2.0, 4.0, 4.0]))


def clipped(x: Any) -> Any:
    with adjoint(x) as x_bar:
        x_bar = np.clip(x_bar, -1.0, 1.0)
    return x


def test_a_helper_that_edits_the_adjoint_of_its_argument() -> None:
    def f(x: Any) -> Any:
        y = clipped(3.0 * x)
        return np.sum(y * y)

    np.testing.assert_allclose(grad(f)(X), 3 * np.clip(18 * X / 3, -1, 1))


def tree(x: Any, n: int) -> Any:
    if n == 0:
        return x
    h = np.sin(tree(x, n - 1)) + tree(x, n - 1)
    with adjoint(h) as h_bar:
        h_bar = 0.5 * h_bar
    return h


def test_an_edit_in_a_recursive_function() -> None:
    def by_hand(x: float, n: int) -> tuple[float, float]:
        if n == 0:
            return x, 1.0
        value, slope = by_hand(x, n - 1)
        return math.sin(value) + value, 0.5 * (math.cos(value) + 1) * slope

    assert grad(tree)(0.3, 3) == pytest.approx(by_hand(0.3, 3)[1])
