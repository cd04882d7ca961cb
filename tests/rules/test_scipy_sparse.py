"""Products and systems with sparse matrices, which are constants."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from wengert import grad, jvp
from wengert.errors import Error

sparse = pytest.importorskip("scipy.sparse")
solvers = pytest.importorskip("scipy.sparse.linalg")
L = sparse.csr_array(np.diag(np.full(4, 2.0)) - np.diag(np.ones(3), 1))


def square(x: Any) -> Any:
    return np.sum((L @ x) ** 2)


def transposed(x: Any) -> Any:
    return np.sum((L.T @ x) ** 3)


def from_the_right(x: Any) -> Any:
    return np.sum((x.T @ L) ** 2)


def by_method(x: Any) -> Any:
    return np.sum(L.dot(x) ** 2)


def solved(x: Any) -> Any:
    return np.sum(solvers.spsolve(L.tocsc(), x) ** 2)


@pytest.mark.parametrize(
    ("function", "shape"),
    [(square, 4), (square, (4, 3)), (transposed, 4), (from_the_right, (4, 2)), (from_the_right, 4), (by_method, 4), (solved, 4)],
)
def test_product_agrees_with_differences(function: Callable[..., Any], shape: Any) -> None:
    x, v = np.random.default_rng(0).normal(size=(2, *np.atleast_1d(shape)))
    slope = (function(x + 1e-6 * v) - function(x - 1e-6 * v)) / 2e-6
    assert np.sum(grad(function)(x) * v) == pytest.approx(slope, rel=1e-6)
    assert jvp(function, (x,), (v,))[1] == pytest.approx(slope, rel=1e-6)


def test_text_is_the_transposed_product() -> None:
    assert grad(square).source(np.ones(4)).splitlines()[-1] == "    return L.T @ (2 * (L @ x))"


def any_product(x: Any, a: Any) -> Any:
    return np.sum(a @ x)


def test_matrix_may_be_an_argument() -> None:
    np.testing.assert_allclose(grad(any_product)(np.ones(4), L), L.sum(axis=0))


def elementwise(x: Any) -> Any:
    return np.sum(L * x)


def test_product_element_by_element_is_refused() -> None:
    with pytest.raises(Error, match="sparse matrix"):
        grad(elementwise)(np.ones(4))
