"""Derivatives inside of functions that are differentiated: no perturbation is taken for another."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import wengert
from wengert import grad, hessian, hvp, jacfwd, jvp, value_and_grad, vjp
from wengert.errors import Error


def cube(y, x):
    return x * y * y * y


slope = grad(cube)
curved = hvp(cube)


def test_the_textbook_case_of_perturbation_confusion() -> None:
    """d/dx (x * d/dy (x + y)) is 1; an implementation that confuses the two gets 2."""

    def f(x):
        def inner(y):
            return x + y

        return x * grad(inner)(y := 1.0) + 0.0 * y

    assert grad(f)(3.0) == 1.0
    assert jvp(f, (3.0,), (1.0,))[1] == 1.0


def of_a_derivative_outside(x):
    return slope(x, x) * x  # 3 x**4


def of_a_lambda(x):
    g = grad(lambda y: x * y * y)
    return g(x)  # 2 x**2


def of_a_function_outside(x):
    return grad(cube)(x, x)  # 3 x**3


def of_a_derivative_of_a_derivative(x):
    return grad(lambda y: grad(lambda z: x * y * z * z)(y))(x)  # 4 x**2


def forward_inside(x):
    def inner(y):
        return math.sin(x * y)

    return jvp(inner, (x,), (1.0,))[1]  # x cos(x**2)


def reverse_inside(x):
    out, pullback = vjp(lambda y: y**3 * x, x)
    return out * pullback(1.0)[0]  # x**4 * 3 x**3


def a_pullback_called_twice(x):
    _, pullback = vjp(lambda y: y * y * x, x)
    return pullback(1.0)[0] * pullback(x)[0]  # 2 x**2 * 2 x**3


def in_a_loop(x):
    total = 0.0
    for i in range(3):
        total = total + grad(lambda y: math.sin(y * x) * i)(total + x)  # noqa: B023
    return total


def a_product_with_the_second_derivative(x):
    return hvp(lambda y: x * y**3)(x, x) + curved(x, x, 1.0)  # 6 x**3 + 6 x**2


SCALARS = [
    of_a_derivative_outside, of_a_lambda, of_a_function_outside, of_a_derivative_of_a_derivative, forward_inside, reverse_inside,
    a_pullback_called_twice, in_a_loop, a_product_with_the_second_derivative,
]  # fmt: skip

SLOPES: dict[Callable[..., Any], Callable[[float], float]] = {
    of_a_derivative_outside: lambda x: 12 * x**3,
    of_a_lambda: lambda x: 4 * x,
    of_a_function_outside: lambda x: 9 * x**2,
    of_a_derivative_of_a_derivative: lambda x: 8 * x,
    forward_inside: lambda x: math.cos(x * x) - 2 * x * x * math.sin(x * x),
    reverse_inside: lambda x: 21 * x**6,
    a_pullback_called_twice: lambda x: 20 * x**4,
    a_product_with_the_second_derivative: lambda x: 18 * x**2 + 12 * x,
}


@pytest.mark.parametrize("f", SCALARS)
def test_inner_derivatives_are_right_in_both_modes(f: Callable[..., Any]) -> None:
    x, step = 1.3, 1e-5
    numeric = (f(x + step) - f(x - step)) / (2 * step)
    assert grad(f)(x) == pytest.approx(numeric, rel=1e-8)
    assert jvp(f, (x,), (1.0,))[1] == pytest.approx(grad(f)(x), rel=1e-13)
    if f in SLOPES:
        assert grad(f)(x) == pytest.approx(SLOPES[f](x), rel=1e-13)


@pytest.mark.parametrize("f", SCALARS)
def test_inner_derivatives_are_right_at_the_second_order(f: Callable[..., Any]) -> None:
    x, step = 0.8, 1e-5
    numeric = (grad(f)(x + step) - grad(f)(x - step)) / (2 * step)
    assert hvp(f)(x, 1.0) == pytest.approx(numeric, rel=1e-7)
    assert grad(grad(f))(x) == pytest.approx(hvp(f)(x, 1.0), rel=1e-12)


def hessian_inside(x):
    return np.sum(hessian(lambda y: np.sum(y**3 * x))(x))


def jacobian_inside(x):
    return np.sum(jacfwd(lambda y: y**2 * x)(x))


def two_steps_of_descent(x):
    """The gradient through an optimiser, as meta-learning takes it."""

    def loss(w):
        total = 0.0
        for i in range(3):
            total = total + w[i % 2] ** 2 * x[0]
        return total

    w = x * 2
    for _ in range(2):
        value, slope_of_loss = value_and_grad(loss)(w)
        w = w - 0.1 * slope_of_loss * value
    return np.sum(w)


def writes_into_its_own_array(x):
    def loss(y):
        b = np.zeros(2)
        b[0] = y[0] ** 2 * x[1]
        b[1] = b[0] * y[1]
        return np.sum(b)

    return np.sum(grad(loss)(x))


def by_several_arguments(x):
    def f(y, c):
        return np.sum(y**2 * c)

    first, second = grad(f, argnums=(0, 1))(x, x[0])
    (only,) = grad(f, argnums=(0,))(x, 2.0)
    return np.sum(first) * second + np.sum(only)


def with_something_besides(x):
    slope_of_sum, first = grad(lambda y: (np.sum(y * y * x), y[0]), has_aux=True)(x)
    return np.sum(slope_of_sum) * first


@pytest.mark.parametrize(
    "f", [hessian_inside, jacobian_inside, two_steps_of_descent, writes_into_its_own_array, by_several_arguments, with_something_besides]
)
def test_inner_derivatives_of_arrays(f: Callable[..., Any]) -> None:
    x, step = np.array([0.3, 0.5]), 1e-5
    numeric = [(f(x + step * d) - f(x - step * d)) / (2 * step) for d in np.eye(2)]
    np.testing.assert_allclose(grad(f)(x), numeric, rtol=1e-7)
    np.testing.assert_allclose([jvp(f, (x,), (d,))[1] for d in np.eye(2)], grad(f)(x), rtol=1e-12)
    second = np.array([(grad(f)(x + step * d) - grad(f)(x - step * d)) / (2 * step) for d in np.eye(2)])
    np.testing.assert_allclose(np.array([hvp(f)(x, d) for d in np.eye(2)]), second, rtol=1e-6, atol=1e-8)


def test_a_nested_function_that_writes_outside_is_refused() -> None:
    def f(x):
        a = np.zeros(2)

        def loss(y):
            a[0] = y
            return a[0] * y

        return grad(loss)(x)

    with pytest.raises(Error) as caught:
        grad(f)(2.0)
    assert caught.value.code == "W115"


def test_what_does_not_vary_is_still_called() -> None:
    def f(x, w):
        return x * slope(w, 2.0)

    assert grad(f)(3.0, 2.0) == slope(2.0, 2.0)


def test_the_function_itself_runs_as_plain_python() -> None:
    assert of_a_lambda(1.5) == 4.5
    assert wengert.grad(of_a_lambda)(1.5) == 6.0
