"""Derivatives that need several runs of a function that writes into its arguments: each run begins with the arguments as they were given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import wengert
from wengert.effects import unrepeatable
from wengert.ir.text import parse


def rows_swapped(p, x):
    p[[0, 1]] = p[[1, 0]]
    p[0] *= x
    p[1:] += p[:-1] ** 2
    return p * x


def scaled_and_written(p, x):
    p *= x
    p[1] = p[0] * p[2]
    return p * 1.0


def added_at_repeated_places(p, x):
    np.add.at(p, [0, 0, 1], x * p[2])
    return p[:2] * x


PROGRAMS = [rows_swapped, scaled_and_written, added_at_repeated_places]
NAMES = [program.__name__ for program in PROGRAMS]


def point() -> np.ndarray:
    return np.array([0.3, 0.5, 0.7])


def columns(f: Callable[..., Any], step: float = 1e-6) -> np.ndarray:
    """The Jacobian by differences."""
    units = np.eye(3) * step
    return np.stack([(f(point() + unit, 0.6) - f(point() - unit, 0.6)) / (2 * step) for unit in units], axis=-1)


def energy(f: Callable[..., Any]) -> Callable[..., Any]:
    def energy(p, x):
        return np.sum(f(p, x) ** 3)

    return energy


@pytest.mark.parametrize("f", PROGRAMS, ids=NAMES)
@pytest.mark.parametrize("name", ["jacobian", "jacfwd", "jacrev"])
def test_a_jacobian_is_right_and_the_argument_written_once(f: Callable[..., Any], name: str) -> None:
    given, plain = point(), point()
    value = f(plain, 0.6)
    np.testing.assert_allclose(getattr(wengert, name)(f)(given, 0.6), columns(f), rtol=1e-6, atol=1e-8)
    np.testing.assert_array_equal(given, plain)
    again = point()
    np.testing.assert_array_equal(wengert.value_and_jacobian(f)(again, 0.6)[0], value)
    np.testing.assert_array_equal(again, plain)


@pytest.mark.parametrize("f", PROGRAMS, ids=NAMES)
def test_a_sparse_jacobian_is_right_and_the_argument_written_once(f: Callable[..., Any]) -> None:
    pytest.importorskip("scipy.sparse")
    given, plain = point(), point()
    f(plain, 0.6)
    np.testing.assert_allclose(wengert.jacobian(f, sparse=True)(given, 0.6).toarray(), columns(f), rtol=1e-6, atol=1e-8)
    np.testing.assert_array_equal(given, plain)


@pytest.mark.parametrize("f", PROGRAMS, ids=NAMES)
def test_a_linear_map_is_that_of_the_point_each_time_it_is_called(f: Callable[..., Any]) -> None:
    out, along = wengert.linearize(f, point(), 0.6)
    np.testing.assert_array_equal(out, f(point(), 0.6))
    for _ in range(2):
        np.testing.assert_allclose(along(np.array([1.0, 2.0, 3.0]), 0.0), columns(f) @ [1, 2, 3], rtol=1e-6)


@pytest.mark.parametrize("f", PROGRAMS, ids=NAMES)
def test_second_derivatives_agree(f: Callable[..., Any]) -> None:
    whole = wengert.jacrev(wengert.grad(energy(f)))(point(), 0.6)
    np.testing.assert_allclose(wengert.hessian(energy(f))(point(), 0.6), whole, atol=1e-12)
    given, plain = point(), point()
    f(plain, 0.6)
    np.testing.assert_allclose(wengert.hessian_diag(energy(f))(given, 0.6), np.diag(whole), atol=1e-12)
    np.testing.assert_array_equal(given, plain)


@pytest.mark.parametrize("f", PROGRAMS, ids=NAMES)
def test_a_sparse_hessian_agrees_with_the_dense_one(f: Callable[..., Any]) -> None:
    pytest.importorskip("scipy.sparse")
    dense = wengert.hessian(energy(f))(point(), 0.6)
    np.testing.assert_allclose(wengert.hessian(energy(f), sparse=True)(point(), 0.6).toarray(), dense, atol=1e-12)


def test_a_tangent_that_is_the_array_itself_is_not_overwritten_with_it() -> None:
    def scaled(x, p):
        q = p * 1.0
        q *= x
        return np.sum(q**3)

    assert wengert.jacfwd(scaled)(0.6, point()) == pytest.approx(wengert.grad(scaled)(0.6, point()), rel=1e-12)
    assert wengert.hessian(scaled)(0.6, point()) == pytest.approx(wengert.grad(wengert.grad(scaled))(0.6, point()), rel=1e-12)


def test_a_program_that_appends_to_its_argument_may_not_be_run_again() -> None:
    grows = "function f(xs, x):\n    xs.0 = append(xs, x)\n    ys.0 = list(x)\n    ys.1 = append(ys.0, x)\n    return ys.1\n"
    assert unrepeatable(parse(grows)).targets == ("xs.0",)
