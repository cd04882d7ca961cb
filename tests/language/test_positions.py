"""Positions that NumPy finds, and lists where it takes arrays: what is read and written at them is followed, through lines that write, too."""

from __future__ import annotations

import numpy as np
import pytest
from whole_functions import Case, agree, collecting

CASES: dict[str, Case] = {}
case = collecting(CASES)

X = np.array([0.1, 0.5, -0.3, 0.9])
A = np.outer(X, X) + np.eye(4)


@case(X)
def positions_where_true(x):
    i, = np.nonzero(x > 0)
    v = x[i]
    v *= 2
    return v[0] * v.sum()


@case(X)
def positions_along_the_one_axis(x):
    i = np.nonzero(x > 0)[0]
    v = x[i]
    v *= 2
    return v[0] * v.sum()


@case(X)
def where_with_one_argument(x):
    i = np.where(x > 0)[0]
    v = x[i]
    v *= 2
    return v[0] * v.sum()


@case(A)
def where_of_a_matrix(a):
    i, j = np.where(a > 0.1)
    v = a[i, j]
    v *= 2
    return v[0] * v.sum()


@case(X)
def flat_positions(x):
    i = np.flatnonzero(x > 0)
    v = x[i]
    v *= 2
    return v[0] * v.sum()


@case(A)
def the_upper_triangle(a):
    i = np.triu_indices(4, k=1)
    v = a[i]
    v *= 2
    return v[0] * v.sum()


@case(A)
def the_lower_triangle(a):
    i, j = np.tril_indices(4)
    v = a[i, j]
    v *= 2
    return v[0] * v.sum()


@case(A)
def positions_of_a_diagonal(a):
    b = a.copy()
    b[np.diag_indices(4)] = 1.0
    b[np.diag_indices_from(b)] *= a[0, 0]
    return b.sum() * b[0, 0]


@case(A)
def a_flat_position_taken_apart(a):
    i, j = np.unravel_index(np.argmax(a), a.shape)
    b = a[i]
    b *= 2
    return a[i, j] * 2 * b[0]


@case(A)
def the_largest_of_each_row(a):
    i = a.argmax(axis=1)
    v = a[np.arange(4), i]
    v *= 2
    w = np.take_along_axis(a, i[:, None], axis=1)[:, 0]
    w *= 3
    return v[0] * w.sum()


@case(A)
def a_loop_over_positions(a):
    s = 0.0
    for i, j in np.argwhere(a > 0.1):
        s += a[i, j] * i
    return s


@case(X)
def rows_and_columns(x):
    a = np.outer(x, x) + np.eye(4)
    f = np.arange(1, 4)
    a[np.ix_(f, [0, 1])] += x[0]
    b = a[np.ix_(f, f)]
    b *= 2.0
    return np.linalg.solve(b, x[f])[0] * b[0, 0]


@case(X)
def masks_for_rows_and_columns(x):
    a = np.outer(x, x) + np.eye(4)
    return a[np.ix_(x > 0, x > 0)].sum() * a[np.ix_([0, 1], x > 0)][0, 1]


@case(X)
def groups(x):
    ids, inv = np.unique(np.array([0, 1, 0, 2]), return_inverse=True)
    s = np.zeros(len(ids))
    np.add.at(s, inv, x)
    c = np.bincount(inv, weights=x)
    c *= 2
    return s @ c


@case(X)
def bins(x):
    b = np.digitize(x, [0.0, 0.4])
    s = np.searchsorted(np.array([0., 0.4]), x)
    t = np.array([1., 2., 3.]) * x[0]
    v = t[b] * t[s]
    v *= 2
    return v[0] * v.sum()


@case(X)
def members(x):
    m = np.isin(np.arange(4), [1, 3])
    v = x[m]
    v *= 2
    w = x[~m]
    w *= v[0]
    return w.sum() * v.sum()


@case(np.array([[0.7, 0.3], [0.4, 0.6]]))
def an_array_of_constants_in_a_list(b):
    scales = {"hot": 0.6, "cold": 0.4}
    a = np.array(list(scales.values())) * b[:, 0]
    a /= a.sum()
    a *= np.log([2.0, 3.0])
    return a[0] * a[1]


@case(np.array([1.0, 2.0, 3.0]), 0.5)
def a_list_of_constants_beside_what_varies(h, s):
    n = np.cross([0, 0, 1], h)
    n /= np.linalg.norm(n)
    m = np.diag([s]) + s * np.ones((1, 1))
    return n[0] * h[2] + np.linalg.slogdet(m)[1] + np.dot([1, 2, 3], h) * n[1]


@pytest.mark.parametrize(("function", "args"), CASES.values(), ids=CASES.keys())
def test_what_stands_at_positions_is_differentiated(function, args):
    agree(function, args, order=2)
