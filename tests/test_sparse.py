"""Sparse Jacobians and Hessians: equal to the dense ones, in as many sweeps as their patterns have colours."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from wengert import hessian, jacobian
from wengert.analysis.coloring import columns_apart, stars
from wengert.errors import Error

pytest.importorskip("scipy.sparse")
X = np.random.default_rng(0).uniform(0.1, 0.9, 30)


def banded(u):
    r = np.zeros(len(u))
    r[1:-1] = u[2:] - 2 * u[1:-1] + u[:-2] ** 2
    r[0] = u[0]
    r[-1] = u[-1]
    return r


def upwind(u):
    return np.concatenate([u[:1], u[1:] * u[:-1]])


def filled_in_a_loop(x):
    y = np.zeros(len(x))
    for i in range(1, len(x)):
        y[i] = np.sin(x[i]) * x[i - 1]
    return y


def dense_row(x):
    return np.concatenate([x * 2.0, np.array([np.sum(x * x)])])


def with_a_constant_matrix(x):
    d = np.diag(np.ones(len(x))) - np.diag(np.ones(len(x) - 1), 1)
    return (d @ x) ** 2


def branching(x):
    y = np.zeros(len(x))
    for i in range(len(x)):
        if x[i] > 0.5:
            y[i] = x[i] ** 2
        else:
            y[i] = x[i] * x[0]
    return y


def of_a_grid(u):
    g = u.reshape(5, 6)
    return g[1:-1, 1:-1] * 4 - g[2:, 1:-1] - g[:-2, 1:-1] - g[1:-1, 2:] - g[1:-1, :-2] ** 3


def masked(x):
    return np.where(x > 0.5, x**2, 0.0)


JACOBIANS: dict[Callable[..., Any], int] = {
    banded: 3, upwind: 2, filled_in_a_loop: 2, dense_row: 2, with_a_constant_matrix: 2, branching: 2, of_a_grid: 5, masked: 1,
}  # fmt: skip


@pytest.mark.parametrize("f", JACOBIANS)
def test_a_sparse_jacobian_equals_the_dense_one(f: Callable[..., Any]) -> None:
    sparse = jacobian(f, sparse=True)
    dense = jacobian(f)(X)
    found = sparse(X)
    np.testing.assert_allclose(found.toarray(), dense.reshape(found.shape), rtol=1e-13, atol=1e-15)
    assert sparse.colors(X) <= JACOBIANS[f] + 1
    assert found.nnz < found.shape[0] * found.shape[1]


@pytest.mark.parametrize("f", [banded, upwind, filled_in_a_loop, dense_row, with_a_constant_matrix])
def test_there_are_as_many_sweeps_as_a_person_would_take(f: Callable[..., Any]) -> None:
    assert jacobian(f, sparse=True).colors(X) == JACOBIANS[f]


def bundle(p, cameras, points):
    """Bundle adjustment in small: each observation sees one camera and one point."""
    c = p[:6].reshape(3, 2)
    q = p[6:].reshape(4, 2)
    return (q[points] * c[cameras]).ravel()


def test_bundle_adjustment_takes_two_sweeps() -> None:
    cameras, points = np.array([0, 1, 2, 0, 1, 2, 0, 1]), np.array([0, 0, 0, 1, 1, 2, 3, 3])
    sparse, p = jacobian(bundle, sparse=True), X[:14]
    np.testing.assert_allclose(sparse(p, cameras, points).toarray(), jacobian(bundle)(p, cameras, points), rtol=1e-13)
    assert sparse.colors(p, cameras, points) == 2 and sparse(p, cameras, points).nnz == 32


def rosenbrock(x):
    return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def arrow(x):
    return np.sum(x[0] * x[1:] ** 2) + x[0] ** 3


def chained_in_a_loop(x):
    total = 0.0
    for i in range(len(x) - 1):
        total = total + x[i] * x[i + 1] ** 2
    return total


def separable(x):
    return np.sum(np.sin(x) ** 3)


@pytest.mark.parametrize("f, colors", [(rosenbrock, 3), (arrow, 2), (chained_in_a_loop, 3), (separable, 1)])
def test_a_sparse_hessian_equals_the_dense_one_in_few_sweeps(f: Callable[..., Any], colors: int) -> None:
    sparse = hessian(f, sparse=True)
    np.testing.assert_allclose(sparse(X).toarray(), hessian(f)(X), rtol=1e-12, atol=1e-14)
    assert sparse.colors(X) == colors


def test_the_pattern_of_a_branch_is_found_anew_at_each_point() -> None:
    sparse = jacobian(branching, sparse=True)
    for x in (X, 1.0 - X):
        np.testing.assert_allclose(sparse(x).toarray(), jacobian(branching)(x), rtol=1e-13)


def test_a_pattern_without_branches_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    from wengert.analysis import sparsity

    sparse, runs = jacobian(banded, sparse=True), []
    find = sparsity.dependence
    monkeypatch.setattr(sparsity, "dependence", lambda *args: runs.append(1) or find(*args))
    for k in range(3):
        sparse(X + k)
    assert len(runs) == 1
    sparse(X[:10])
    assert len(runs) == 2


def test_other_things_than_arrays_are_refused() -> None:
    for call in (lambda: jacobian(lambda x: x * x, sparse=True)(3.0), lambda: jacobian(lambda x: (x, x), sparse=True)(X)):
        with pytest.raises(Error) as caught:
            call()
        assert caught.value.code == "W116"
    with pytest.raises(Error):
        jacobian(banded, argnums=(0,), sparse=True)


def test_sparse_derivatives_pickle() -> None:
    again = pickle.loads(pickle.dumps(jacobian(banded, sparse=True)))
    np.testing.assert_array_equal(again(X).toarray(), jacobian(banded)(X))


def test_columns_of_one_colour_share_no_row() -> None:
    rng = np.random.default_rng(3)
    for _ in range(20):
        dense = rng.uniform(size=(12, 9)) < 0.2
        rows = [np.flatnonzero(row).tolist() for row in dense]
        colors = np.array(columns_apart(rows, 9))
        assert all(len(set(colors[row])) == len(row) for row in rows)


def test_stars_let_every_entry_of_a_symmetric_matrix_be_found() -> None:
    rng = np.random.default_rng(4)
    for _ in range(20):
        dense = rng.uniform(size=(10, 10)) < 0.15
        dense = dense | dense.T | np.eye(10, dtype=bool)
        colors = np.array(stars([np.flatnonzero(row).tolist() for row in dense]))
        for i, j in zip(*np.nonzero(dense)):
            alone = [np.sum(dense[a] & (colors == colors[b])) == 1 for a, b in ((i, j), (j, i))]
            assert any(alone), (i, j)
