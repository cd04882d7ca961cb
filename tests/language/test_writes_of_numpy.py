"""NumPy's functions that write several values at once, and writes through its other views, in both modes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.language.whole_functions import Case, agree, collecting
from wengert import check_grads

CASES: dict[str, Case] = {}
case = collecting(CASES)

A = np.array([0.3, -1.2, 2.0, 0.7, 1.1, -0.4])
M = A.reshape(2, 3)
S = np.array([[1.0, 2.0, 0.5], [0.3, -1.0, 0.7], [0.2, 0.1, 3.0]])
V = np.array([0.5, 1.5, -0.7])


@case(A, V)
def put_in_a_vector(a: Any, v: Any) -> Any:
    np.put(a, [0, 2, 4, 5], v)  # the fourth gets the first value
    b = a * 2
    b.put([1], a[0])
    return np.sum(b**2 * a)


@case(M, V)
def put_in_a_matrix(a: Any, v: Any) -> Any:
    b = a * 2
    np.put(b, [0, -1], v[:2] * v[1:])
    b.put(np.array([[1, 2]]), v)
    return np.sum(b**2 * a)


@case(A, V)
def placed_where_a_mask_is(a: Any, v: Any) -> Any:
    b = a * 1.0
    np.place(b, a < 1, v)
    c = a * 1.0
    np.putmask(c, a > 0, v)
    return np.sum(b**2 * c)


@case(M, V)
def put_along_each_axis(a: Any, v: Any) -> Any:
    b = a * 1.0
    np.put_along_axis(b, np.argmax(a, axis=1)[:, None], v[:2, None], axis=1)
    np.put_along_axis(b, np.argmin(a, axis=0)[None], v[0] * b[0], 0)
    at = np.argsort(b, axis=1)
    np.put_along_axis(b, at, np.take_along_axis(a, at, axis=1) * v, axis=-1)
    return np.sum(b**2 * a)


@case(S, V)
def diagonals(a: Any, v: Any) -> Any:
    tall = np.zeros((5, 3))
    np.fill_diagonal(tall, v, wrap=True)
    a[np.diag_indices(3)] = v
    a[np.diag_indices_from(a)] *= v
    a[np.triu_indices_from(a, 1)] = 2 * v
    cube = np.zeros((2, 2, 2))
    np.fill_diagonal(cube, v[0])
    return np.sum(a @ a) + np.sum(tall[:3] * a) + tall[4, 0] + np.sum(cube**2)


@case(A, V)
def at_each_of_a_list(a: Any, v: Any) -> Any:
    b = a * 1.0
    np.maximum.at(b, [0, 1, 0], v)
    np.multiply.at(b, np.array([0, 4, 0]), v)
    np.divide.at(b[2:], [0, 0], v[0])
    np.negative.at(b, [0, 1, 1])
    return np.sum(b**3)


@case(M, V)
def at_each_of_a_matrix(a: Any, v: Any) -> Any:
    b = a * 1.0
    np.multiply.at(b, ([0, 1, 0], [1, 1, 1]), v)
    np.minimum.at(b, (np.array([0, 1, 1]), np.array([0, 2, 2])), v)
    return np.sum(b**2)


@case(A, V)
def at_with_the_array_itself(a: Any, v: Any) -> Any:
    b = a * 1.0
    np.multiply.at(b, [0, 0, 1, 2, 3, 4], b[::-1])
    return np.sum(b * v[0])


@case(M, V)
def positions_one_by_one(a: Any, v: Any) -> Any:
    b = np.zeros_like(a)
    for i in np.ndindex(a.shape):
        b[i] = a[i] ** 2
    for i, j in np.ndindex(2, 3):
        b[i, j] *= v[j]
    c = np.stack([a, b])
    for i, x in np.ndenumerate(c):
        b[i[1:]] += x**3
    for i in np.ndindex(*b.shape):
        b[i] *= 0.5
    return np.sum(b * a)


@case(M, V)
def turned(a: Any, v: Any) -> Any:
    b = np.rot90(a)
    b[0] = v[:2]
    c = np.rot90(a, k=2)
    c[0] *= v
    d = np.rot90(a, 3, (1, 0))
    d[0, 0] = v[0]
    e = a.view()
    e[1] *= v
    return np.sum(a**2 * V)


@case(A, V)
def perhaps_the_array_itself(a: Any, v: Any) -> Any:
    b = a.astype(float, copy=False)
    b[0] = v[0]
    c = a.astype(np.float64, copy=True)
    c[1] = v[1] * a[1]
    return np.sum(a**2 * c)


@pytest.mark.parametrize("name", CASES)
def test_both_modes_agree_with_differences(name: str) -> None:
    function, args = CASES[name]
    agree(function, args)
    if name not in ("diagonals", "positions_one_by_one"):
        check_grads(function, args, order=2)
