"""`check_grads`: what passes, and what it says of what does not."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import pytest

from wengert import GradientMismatch, check_grads
from wengert.modes import JVP, VJP


def wave(x, n):
    return math.sin(n * x) * x


def loss(p, x):
    return np.mean((np.tanh(x @ p["w"]) + p["b"] - 1.0) ** 2)


def two(x, y):
    return {"product": x * y, "sines": np.sin(x + y)}


def test_right_derivatives_pass_in_both_orders() -> None:
    check_grads(wave, (0.3, 2))
    check_grads(loss, ({"w": np.array([[0.3], [-0.2]]), "b": 0.1}, np.array([[1.0, 2.0], [0.5, -1.0], [0.1, 0.2]])))


def test_a_tree_as_the_result_passes() -> None:
    check_grads(two, (np.array([0.1, 0.2]), np.array([0.3, 0.4])))


@pytest.mark.parametrize("mode", ["fwd", "rev"])
def test_one_mode_alone(mode: str) -> None:
    check_grads(wave, (0.3, 2), modes=(mode,))


def test_float32_is_checked_with_its_own_step() -> None:
    check_grads(lambda x: np.sum(np.exp(x) * x), (np.array([0.5, 1.0], np.float32),), order=1)


def test_an_empty_array_passes() -> None:
    check_grads(lambda x, y: np.sum(x) * y, (np.zeros(0), 1.0), order=1)


def test_a_wrong_adjoint_is_named_with_its_place_and_both_values(monkeypatch: pytest.MonkeyPatch) -> None:
    right = VJP.pull

    def wrong(self: Any, ready: Any, pullback: Any, cotangent: Any) -> Any:
        (bars, *rest) = right(self, ready, pullback, cotangent)
        bars["w"][1, 0] += 1.0
        return (bars, *rest)

    monkeypatch.setattr(VJP, "pull", wrong)
    p = {"w": np.array([[0.5], [0.5]]), "b": 0.0}
    with pytest.raises(AssertionError) as caught:
        check_grads(lambda p: np.sum(p["w"] * p["w"]) + p["b"], (p,), order=1, modes=("rev",))
    assert isinstance(caught.value, GradientMismatch)
    what, why, _ = str(caught.value).splitlines()
    assert re.fullmatch(
        r"the adjoint of `<lambda>` by `p\['w'\]\[1, 0\]` is 2.0, but the difference quotient is (0.99999|1.0000)\d* \(W090\)\.", what
    )
    assert why == "The quotient is the central one, with step 6.0e-06."


def test_a_wrong_tangent_is_noticed_also_at_the_second_order(monkeypatch: pytest.MonkeyPatch) -> None:
    right = JVP.__call__

    def wrong(self: Any, primals: Any, tangents: Any) -> Any:
        out, dot = right(self, primals, tangents)
        return out, dot * (1.1 if self.target.name == "grad_wave" else 1.0)

    monkeypatch.setattr(JVP, "__call__", wrong)
    check_grads(wave, (0.3, 2), order=1)
    with pytest.raises(GradientMismatch, match="^the tangent of `grad_wave` by `x` is "):
        check_grads(wave, (0.3, 2), order=2)


def test_modes_that_disagree_are_noticed_where_differences_are_too_coarse(monkeypatch: pytest.MonkeyPatch) -> None:
    right = JVP.__call__

    def wrong(self: Any, primals: Any, tangents: Any) -> Any:
        out, dot = right(self, primals, tangents)
        return out, dot + (1.0 if np.count_nonzero(tangents[0]) > 1 else 0.0)

    monkeypatch.setattr(JVP, "__call__", wrong)
    with pytest.raises(GradientMismatch, match="^forward mode of `<lambda>` by `?a direction`? is .* but reverse mode says "):
        check_grads(lambda x: np.sum(x * x), (np.array([1.0, 2.0]),), order=1)
