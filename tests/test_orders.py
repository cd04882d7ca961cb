"""Derivatives of derivatives, to the sixth order: right against Taylor coefficients, and growing by a constant factor a level."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from counting import calls

from wengert import check_grads, grad, jacfwd
from wengert.making import forget

ORDER = 6


def logistic_map(x, n):
    v = x
    for i in range(1, n):
        v = 4 * v * (1 - v)
    return v


def branchy(x, n):
    v = x
    for i in range(n):
        if v > 0.5:
            v = 3.6 * v * (1 - v)
        else:
            v = v * v + 0.3
    return v


def in_place(x, n):
    y = np.zeros(n)
    y[0] = x
    for i in range(1, n):
        y[i] = 3.6 * y[i - 1] * (1 - y[i - 1])
    return y[n - 1]


class Taylor:
    """A power series cut off after the order: the arithmetic that the functions above need, from its definition."""

    def __init__(self, coefficients: list[float]) -> None:
        self.c = coefficients

    def __mul__(self, other: Any) -> Taylor:
        if not isinstance(other, Taylor):
            return Taylor([a * other for a in self.c])
        return Taylor([sum(self.c[i] * other.c[k - i] for i in range(k + 1)) for k in range(len(self.c))])

    def __add__(self, other: Any) -> Taylor:
        if not isinstance(other, Taylor):
            return Taylor([self.c[0] + other, *self.c[1:]])
        return Taylor([a + b for a, b in zip(self.c, other.c)])

    def __rsub__(self, other: float) -> Taylor:
        return self * -1.0 + other

    def __gt__(self, other: float) -> bool:
        return self.c[0] > other

    __rmul__ = __mul__


def coefficients(f: Callable[..., Any], x: float, n: int) -> list[float]:
    """All derivatives at a point, by power series."""
    series = Taylor([x, 1.0] + [0.0] * (ORDER - 1))
    if f is in_place:
        value = series
        for _ in range(1, n):
            value = 3.6 * value * (1 - value)
    else:
        value = f(series, n)
    return [c * math.factorial(k) for k, c in enumerate(value.c)]


FUNCTIONS = [(logistic_map, 0.2), (branchy, 0.37), (in_place, 0.2)]
WAYS = {
    "reverse over reverse": [grad] * ORDER,
    "forward over forward": [jacfwd] * ORDER,
    "forward over reverse": [grad, jacfwd] * (ORDER // 2),
    "reverse over forward": [jacfwd, grad] * (ORDER // 2),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("f, x", FUNCTIONS)
def test_six_derivatives_equal_the_taylor_coefficients(f: Callable[..., Any], x: float, way: str) -> None:
    exact = coefficients(f, x, 4)
    derivative = f
    for order, step in enumerate(WAYS[way], 1):
        derivative = step(derivative)
        assert derivative(x, 4) == pytest.approx(exact[order], rel=1e-12), f"{way}, order {order}"


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("f, x", FUNCTIONS)
def test_a_level_multiplies_the_text_by_a_small_constant(f: Callable[..., Any], x: float, way: str) -> None:
    """The reverse sweep of a program is about as long as the program, and a sweep of two sweeps has both twice."""
    lines, derivative = [], f
    for step in WAYS[way][:5]:
        derivative = step(derivative)
        lines.append(len(derivative.source(x, 4).splitlines()))
    assert all(after <= 4 * before for before, after in zip(lines, lines[1:])), lines


@pytest.mark.parametrize("f, x", FUNCTIONS)
def test_the_work_to_make_a_level_grows_like_its_text(f: Callable[..., Any], x: float) -> None:
    work, derivative = [], f
    for _ in range(5):
        derivative = grad(derivative)
        forget()
        work.append(calls(lambda made=derivative: made.all_stages(x, 4).printed()))
    assert work[4] / work[2] < 36, work  # two levels


def test_the_sixth_derivative_does_not_depend_on_the_length_of_the_loop() -> None:
    derivative = logistic_map
    for _ in range(3):
        derivative = grad(derivative)
    assert derivative.source(0.2, 4) == derivative.source(0.2, 400)


def layers(params: list[dict[str, float]], x: float) -> float:
    for layer in params:
        x = math.tanh(x * layer["w"] + layer["b"])
    return x * x


def test_what_is_read_of_containers_on_a_tape_is_differentiated_again() -> None:
    """The adjoints of the items stand on the tape's own adjoint, part by part; once they were lost."""
    params = [{"w": 1.2, "b": 0.3}, {"w": 0.7, "b": -0.2}]
    check_grads(layers, (params, 1.5), order=2)
    check_grads(lambda params, x: layers([{"w": w, "b": b} for w, b in params], x), ([(1.2, 0.3), (0.7, -0.2)], 1.5), order=2)
