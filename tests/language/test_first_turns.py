"""Loops that carry something of another kind in their first turn: it is written out."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest
from whole_functions import Case, agree, collecting

import wengert

CASES: dict[str, Case] = {}
case = collecting(CASES)


@dataclass
class Adam:
    lr: float
    m: dict = field(default_factory=dict)
    v: dict = field(default_factory=dict)
    t: int = 0

    def step(self, params, grads):
        self.t += 1
        for k in params:
            self.m[k] = 0.9 * self.m.get(k, 0.0) + 0.1 * grads[k]
            self.v[k] = 0.99 * self.v.get(k, 0.0) + 0.01 * grads[k] ** 2
            ahead = self.m[k] / (1 - 0.9**self.t)
            params[k] -= self.lr * ahead / (np.sqrt(self.v[k] / (1 - 0.99**self.t)) + 1e-8)


X = np.array([[0.3, -1.1], [0.8, 0.4], [-0.5, 0.9]])
Y = np.array([0.7, -0.2, 0.4])


@case(0.05, X, Y, 3)
def an_optimiser_with_state(lr, x, y, n):
    p = {"w": np.array([0.1, -0.2]), "b": 0.0}
    optimiser = Adam(lr)
    for _ in range(n):
        e = x @ p["w"] + p["b"] - y
        optimiser.step(p, {"w": x.T @ e / len(y), "b": np.mean(e)})
    e = x @ p["w"] + p["b"] - y
    return e @ e


@case(0.05, X, Y, 4)
def keys_that_the_first_turn_adds(lr, x, y, n):
    p = {"w": np.array([0.1, -0.2]), "b": 0.0}
    m = {}
    for i in range(n):
        e = x @ p["w"] + p["b"] - y
        g = {"w": x.T @ e / len(y), "b": np.mean(e)}
        for k in p:
            m[k] = 0.9 * m.get(k, 0.0) + 0.1 * g[k] * (i + 1)
            p[k] -= lr * m[k]
    e = x @ p["w"] + p["b"] - y
    return e @ e


@pytest.mark.parametrize("name", CASES)
def test_both_modes_agree_with_differences_and_leave_what_a_plain_call_leaves(name: str) -> None:
    agree(*CASES[name])


@pytest.mark.parametrize("count", [0, 1, 2])
def test_there_may_be_one_turn_or_none(count: int) -> None:
    wengert.check_grads(keys_that_the_first_turn_adds, (0.05, X, Y, count), order=2)


def test_the_first_turn_stands_before_the_loop_over_the_others() -> None:
    text = wengert.grad(keys_that_the_first_turn_adds).source(0.05, X, Y, 3)
    assert text.count('m["w"] = 0.9 * ') == 2 and text.count("range(1, n)") == 1
