"""NumPy's functions that are differentiated through the Python that they are: their corners."""

from __future__ import annotations

from typing import Any

import numpy as np

from wengert import grad

X = np.array([0.3, 1.2, 0.7])


def pieces_with_a_rest(x: Any) -> Any:
    return np.sum(np.piecewise(x, [x < 0.5, x > 1], [lambda v: v * v, 2.0, np.exp]))


def scaled_again_and_again(x: Any, v: Any) -> Any:
    b = x * 1.0
    np.multiply.at(b, np.array([1, 1, 0]), v)
    return np.sum(b * b)


def segments(x: Any) -> Any:
    return np.sum(np.multiply.reduceat(x, np.array([2, 0])) * np.array([1.0, 10.0]))


def columns(x: Any) -> Any:
    return np.sum(np.apply_along_axis(lambda v: v[0] * v, 0, np.reshape(x, (3, 1))))


def placed(x: Any) -> Any:
    b = np.zeros(3)
    np.put(b, [0, 1], x)
    return np.sum(b)


def each(x: Any) -> Any:
    return np.sum(np.vectorize(lambda v: v**3 if v > 1 else v)(x))


def test_what_fulfils_no_condition_goes_through_the_last_function_and_a_number_is_flat() -> None:
    np.testing.assert_allclose(grad(pieces_with_a_rest)(X), [0.6, 0.0, np.exp(0.7)])


def test_an_index_that_comes_twice_is_multiplied_twice() -> None:
    v = np.array([2.0, 3.0, 5.0])
    np.testing.assert_allclose(grad(scaled_again_and_again)(X, v), 2 * X * np.array([25.0, 36.0, 1.0]))
    np.testing.assert_allclose(grad(scaled_again_and_again, 1)(X, v), [2 * 1.2**2 * 2 * 9, 2 * 1.2**2 * 4 * 3, 2 * 0.3**2 * 5])


def test_a_segment_that_ends_before_it_begins_is_its_first_element() -> None:
    np.testing.assert_allclose(grad(segments)(X), [10 * 1.2 * 0.7, 10 * 0.3 * 0.7, 1 + 10 * 0.3 * 1.2])


def test_columns_are_put_back_as_columns() -> None:
    np.testing.assert_allclose(grad(columns)(X), [2 * 0.3 + 1.2 + 0.7, 0.3, 0.3])


def test_each_element_takes_its_own_branch() -> None:
    np.testing.assert_allclose(grad(each)(X), [1.0, 3 * 1.2**2, 1.0])


def test_of_more_values_than_places_the_first_are_taken() -> None:
    np.testing.assert_allclose(grad(placed)(X), [1.0, 1.0, 0.0])
