"""Arrays put together from lists that grew in a loop, of pieces of any lengths, and rows of numbers: `np.concatenate(xs)`, `np.array(rows)`."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from whole_functions import Case, agree, collecting

from wengert import NoRule, check_grads, grad

CASES: dict[str, Case] = {}
case = collecting(CASES)
X = np.array([0.7, 1.1, 0.9, 1.3])


def weighed(y):
    """A number that no two elements enter alike."""
    return np.sum(y * y * np.arange(1, y.size + 1).reshape(y.shape))


@case(X)
def of_growing_lengths(x):
    xs = []
    for k in range(len(x)):
        xs.append(x[: k + 1] * x[k])
    y = np.concatenate(xs)
    return np.sum(y * np.sin(y) * np.arange(len(y)))


@case(X)
def side_by_side(x):
    xs = []
    for k in range(1, len(x)):
        xs.append(np.outer(x, x[:k]))
    return weighed(np.hstack(xs)) + weighed(np.concatenate(xs, axis=1)) + weighed(np.concatenate(xs, axis=-1)) + weighed(np.column_stack(xs))


@case(X)
def one_above_the_other(x):
    xs = []
    for k in range(1, len(x)):
        xs.append(np.outer(x[:k], x))
    return weighed(np.vstack(xs))


@case(X)
def rows(x):
    xs = []
    for k in range(3):
        xs.append(x**k)
    return weighed(np.vstack(xs)) + weighed(np.hstack(xs)) + weighed(np.stack(xs, axis=1)) + weighed(np.column_stack(xs))


@case(X)
def numbers(x):
    xs = []
    for v in x:
        xs.append(v * v)
    return weighed(np.hstack(xs)) + weighed(np.vstack(xs))


@case(X)
def some_of_them(x):
    return weighed(np.concatenate([x[:k] * x[k] for k in range(len(x)) if x[k] > 0.8]))


@case(X)
def values_of_a_dict(x):
    parts = {}
    for k in range(1, len(x)):
        parts[k] = x[:k] ** 2
    return weighed(np.concatenate(list(parts.values())))


@case(X)
def complex_pieces(x):
    xs = []
    for k in range(3):
        xs.append(np.exp(1j * x[: k + 1]))
    y = np.concatenate(xs)
    return np.sum(np.abs(y * np.arange(y.size) + y[::-1]) ** 2)


@case(X)
def a_list_that_goes_on_growing(x):
    xs = [x]
    n = len(x)
    while n > 0:
        xs.append(np.sin(x[:n] * n))
        n //= 2
    y = np.concatenate(xs) + np.hstack(tuple(xs))
    xs.append(x[::2] * y[0])
    z = np.concatenate(xs)
    y[0] = z[-1]
    y[: len(x)] *= xs[-1][0]
    xs.pop()
    w = np.concatenate([*xs, z])
    return weighed(y) * np.prod(1 + z) + np.sum(w**3)


@case(X)
def an_item_put_in_the_place_of_another(x):
    xs = []
    for k in range(1, len(x)):
        xs.append(np.outer(x[:k], x))
    xs.append(x[None])
    xs[0] = xs[1]
    return weighed(np.concatenate(xs))


@case(X)
def rows_of_numbers(x):
    lists, pairs = [], []
    for v in x:
        lists.append([v, 1, np.sin(v), 2.5])
        pairs.append((v, v * v))
    return weighed(np.array(lists)) * weighed(np.asarray(pairs))


@case(X)
def a_table(x):
    return weighed(np.array([[u * v for u in x] for v in x]))


@case([[0.1, 0.2], [0.4, 0.5]])
def rows_given(table):
    return np.sum(np.array(table) ** 3) * weighed(np.concatenate([np.array(row) for row in table]))


@case([X, X[:1].copy()])
def pieces_given(xs):
    return weighed(np.concatenate(xs))


@case(X)
def real_numbers_made_complex(x):
    rows, numbers = [], []
    for v in x:
        rows.append([v, 1, v**2])
        numbers.append(float(v) ** 2)
    y, z = np.array(rows, dtype=complex), np.array(numbers, dtype=complex)
    return np.sum(np.abs(y**2 + 1j * y)) * np.sum(np.abs(z**2 + 1j * z))


@pytest.mark.parametrize("name", CASES)
def test_both_modes_agree_with_differences_and_leave_what_a_plain_call_leaves(name: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        agree(*CASES[name])


@pytest.mark.parametrize("name", CASES)
def test_second_order(name: str) -> None:
    function, args = CASES[name]
    check_grads(function, args, order=2)


def test_the_pieces_are_cut_at_the_lengths_that_they_had() -> None:
    assert "xs_bar = reversed(cut_like(y_bar, xs))" in grad(of_growing_lengths).source(X)


def mixed(x):
    xs = []
    for k in range(3):
        if k % 2:
            xs.append(x[k] * x)
        else:
            xs.append([x[k], 2.0])
    return np.sum(np.concatenate(xs) ** 2)


def test_lists_among_the_pieces_are_refused() -> None:
    with pytest.raises(NoRule, match="W044"):
        grad(mixed)(X)
