"""Where a derivative is a choice: ties, kinks, poles that are none. The rows document what is pinned here."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from wengert import grad, jvp
from wengert.errors import Error, NoRule, UnsupportedKeyword


def abs_float(x: Any) -> Any:
    return abs(x)


def fabs(x: Any) -> Any:
    return math.fabs(x)


def absolute(x: Any) -> Any:
    return np.sum(np.abs(x))


def relu(x: Any) -> Any:
    return np.sum(np.maximum(x, 0))


def smaller(x: Any) -> Any:
    return np.sum(np.minimum(0, x) + np.minimum(x, 0.0))


def larger_float(x: Any) -> Any:
    return max(x, 1.0)


def largest_float(x: Any) -> Any:
    return max(x, 1.0, 1.0)


def largest(x: Any) -> Any:
    return np.max(x)


def smallest_in_rows(x: Any) -> Any:
    return np.sum(x.min(axis=1))


def clipped(x: Any) -> Any:
    return np.sum(np.clip(x, 0.0, 1.0))


def product(x: Any) -> Any:
    return np.prod(x)


def column_products(x: Any) -> Any:
    return np.sum(np.prod(x, axis=0))


def spread(x: Any) -> Any:
    return np.std(x)


def row_spreads(x: Any) -> Any:
    return np.sum(np.std(x, axis=1))


def distance(x: Any) -> Any:
    return math.hypot(x, 0.0)


def distances(x: Any) -> Any:
    return np.sum(np.hypot(x, x))


def cardinal(x: Any) -> Any:
    return np.sum(np.sinc(x))


def constant_power(x: Any) -> Any:
    return x**0


def first_power(x: Any) -> Any:
    return x**1


def square(x: Any) -> Any:
    return x**2


def inverse(x: Any) -> Any:
    return x**-1


def inverse_square(x: Any) -> Any:
    return x**-2


def power(x: Any, n: Any) -> Any:
    return x**n


def powers(x: Any, n: Any) -> Any:
    return np.sum(x**n)


def exponent(n: Any, x: Any) -> Any:
    return x**n


def exponents(n: Any, x: Any) -> Any:
    return np.sum(x**n)


def remainder(x: Any, y: Any) -> Any:
    return x % y


def quotient(x: Any, y: Any) -> Any:
    return x // y + y


def steps(x: Any) -> Any:
    return math.floor(x) + round(x) + int(x) + x


def middle(x: Any) -> Any:
    return np.median(x)


def third_quartile(x: Any) -> Any:
    return np.quantile(x, 0.75)


def ranked(x: Any) -> Any:
    return np.sum(np.sort(x) * np.arange(3.0))


def distinct(x: Any) -> Any:
    return np.sum(np.unique(x) ** 2)


def running_products(x: Any) -> Any:
    return np.sum(np.cumprod(x))


def running_largest(x: Any) -> Any:
    return np.sum(np.maximum.accumulate(x) * np.arange(1.0, 4.0))


def present(x: Any) -> Any:
    return np.nanmean(x) + np.nanmax(x)


def present_spread(x: Any) -> Any:
    return np.nanstd(x)


def replaced(x: Any) -> Any:
    return np.sum(np.nan_to_num(x))


def between(x: Any) -> Any:
    return np.sum(np.interp(x, A([0.0, 1.0, 2.0]), A([0.0, 3.0, 4.0])))


def started(x: Any) -> Any:
    return np.max(x, initial=1.0)


def root_where_positive(q: Any) -> Any:
    return np.sum(np.where(q > 0, np.sqrt(q), 0.0))


def log_of_root_where_positive(q: Any) -> Any:
    return np.sum(np.where(q > 0, np.log(np.sqrt(q * 2.0)), 0.0))


def cardinal_sine(q: Any) -> Any:
    return np.sum(np.where(q == 0, 1.0, np.sin(q) / q))


def exponential_until(x: Any) -> Any:
    return np.sum(np.where(x < 100, np.exp(x), x))


def floored_root(q: Any) -> Any:
    return np.sum(np.maximum(np.sqrt(q), 0.5))


def capped_inverse(q: Any) -> Any:
    return np.sum(np.clip(1 / q, 0.0, 2.0))


def slope_of_root(q: Any) -> Any:
    return np.sum(grad(root_where_positive)(q))


A = np.array
CHOICES: list[tuple[Callable[..., Any], tuple[Any, ...], Any]] = [
    (abs_float, (0.0,), 0.0),
    (fabs, (0.0,), 0.0),
    (absolute, (A([-2.0, 0.0, 3.0]),), [-1.0, 0.0, 1.0]),
    (relu, (A([-2.0, 0.0, 3.0]),), [0.0, 0.5, 1.0]),
    (relu, (A([np.nan, 0.0, np.inf]),), [0.0, 0.5, 1.0]),
    (smaller, (A([-2.0, 0.0, 3.0]),), [2.0, 1.0, 0.0]),
    (larger_float, (1.0,), 0.5),
    (larger_float, (np.float64(1.0),), 0.5),
    (larger_float, (2.0,), 1.0),
    (largest_float, (1.0,), 1 / 3),
    (largest, (A([1.0, 3.0, 3.0]),), [0.0, 0.5, 0.5]),
    (smallest_in_rows, (A([[1.0, 1.0], [2.0, 5.0]]),), [[0.5, 0.5], [1.0, 0.0]]),
    (clipped, (A([-0.5, 0.0, 0.5, 1.0, 1.5]),), [0.0, 1.0, 1.0, 1.0, 0.0]),
    (product, (A([2.0, 0.0, 3.0]),), [0.0, 6.0, 0.0]),
    (product, (A([0.0, 0.0, 3.0]),), [0.0, 0.0, 0.0]),
    (column_products, (A([[0.0, 2.0], [4.0, 3.0]]),), [[4.0, 3.0], [0.0, 2.0]]),
    (spread, (A([2.0, 2.0, 2.0]),), [0.0, 0.0, 0.0]),
    (row_spreads, (A([[2.0, 2.0], [1.0, 3.0]]),), [[0.0, 0.0], [-0.5, 0.5]]),
    (distance, (0.0,), 0.0),
    (distances, (A([0.0, 1.0]),), [0.0, math.sqrt(2)]),
    (cardinal, (A([0.0, 1.0]),), [0.0, -1.0]),
    (constant_power, (0.0,), 0.0),
    (first_power, (0.0,), 1.0),
    (square, (0.0,), 0.0),
    (inverse, (2.0,), -0.25),
    (inverse_square, (2.0,), -0.25),
    (power, (0.0, 0), 0.0),
    (power, (0.0, 1), 1.0),
    (power, (-2.0, 3), 12.0),
    (powers, (A([0.0, 2.0]), A([0, 1])), [0.0, 1.0]),
    (exponent, (2.0, 0.0), 0.0),
    (exponent, (2.0, 3.0), 9.0 * math.log(3.0)),
    (exponents, (A([0.0, 2.0]), A([0.0, 1.0])), [0.0, 0.0]),
    (remainder, (7.5, 2.0), 1.0),
    (quotient, (7.5, 2.0), 0.0),
    (steps, (2.5,), 1.0),
    (middle, (A([3.0, 1.0, 2.0, 2.0]),), [0.0, 0.0, 0.5, 0.5]),
    (middle, (A([3.0, 1.0, 2.0, 5.0]),), [0.5, 0.0, 0.5, 0.0]),
    (third_quartile, (A([1.0, 2.0, 3.0, 4.0]),), [0.0, 0.0, 0.75, 0.25]),
    (ranked, (A([2.0, 1.0, 1.0]),), [2.0, 0.0, 1.0]),  # equal elements keep their order
    (distinct, (A([2.0, 1.0, 2.0]),), [4.0, 2.0, 0.0]),  # the first of equal elements
    (running_products, (A([2.0, 0.0, 3.0]),), [1.0, 8.0, 0.0]),
    (running_products, (A([2.0, 0.0, 0.0]),), [1.0, 2.0, 0.0]),
    (running_largest, (A([1.0, 3.0, 3.0]),), [1.0, 2.0, 3.0]),  # the last of equal ones
    (present, (A([1.0, np.nan, 3.0]),), [0.5, 0.0, 1.5]),
    (present_spread, (A([2.0, np.nan, 2.0]),), [0.0, 0.0, 0.0]),
    (replaced, (A([1.0, np.nan, np.inf]),), [1.0, 0.0, 0.0]),
    (between, (A([-1.0, 0.5, 1.0, 2.0, 3.0]),), [0.0, 3.0, 1.0, 0.0, 0.0]),  # at a point the slope behind it
    (started, (A([1.0, 0.5]),), [0.5, 0.0]),
    # zero wins over infinity where a mask says so
    (root_where_positive, (A([0.0, 4.0]),), [0.0, 0.25]),
    (log_of_root_where_positive, (A([0.0, 4.0]),), [0.0, 0.125]),
    (cardinal_sine, (A([0.0]),), [0.0]),
    (exponential_until, (A([0.0, 1000.0]),), [1.0, 1.0]),
    (floored_root, (A([0.0, 4.0]),), [0.0, 0.25]),
    (capped_inverse, (A([0.0, 1.0]),), [0.0, -1.0]),
    (slope_of_root, (A([0.0, 4.0]),), [0.0, -1 / 32]),
]


@pytest.mark.parametrize(
    ("function", "arguments", "expected"), CHOICES, ids=[f"{f.__name__}-{i}" for i, (f, _, _) in enumerate(CHOICES)]
)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # of the primal
def test_choice_is_what_the_row_says(function: Callable[..., Any], arguments: tuple[Any, ...], expected: Any) -> None:
    np.testing.assert_allclose(grad(function)(*arguments), expected, rtol=1e-14, atol=0)


def test_remainder_counts_how_often_the_divisor_fits() -> None:
    assert grad(remainder, 1)(7.5, 2.0) == -3.0
    assert grad(remainder, 1)(-7.5, 2.0) == 4.0


def test_constant_exponents_come_out_as_one_writes_them() -> None:
    assert "return 2 * x" in grad(square).source(3.0)
    assert "return -1 / x ** 2" in grad(inverse).source(3.0)


def nearest_quantile(x: Any) -> Any:
    return np.quantile(x, 0.3, method="nearest")


def steep_ends(x: Any) -> Any:
    return np.sum(np.gradient(x, edge_order=2))


def padded_with_means(x: Any) -> Any:
    return np.sum(np.pad(x, 1, mode="mean"))


def dict_to_sine(x: Any) -> Any:
    return np.sum(np.sin({"a": x}))


def uneven_kron(x: Any) -> Any:
    return np.sum(np.kron(x, np.ones(2)))


@pytest.mark.parametrize(
    ("function", "arguments", "refusal", "code"),
    [
        (nearest_quantile, (np.ones(3),), UnsupportedKeyword, "W042"),
        (steep_ends, (np.ones(3),), UnsupportedKeyword, "W042"),
        (padded_with_means, (np.ones(3),), UnsupportedKeyword, "W042"),
        (dict_to_sine, (1.0,), NoRule, "W044"),
        (uneven_kron, (np.ones((2, 2)),), NoRule, "W044"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_form_that_a_rule_does_not_cover_is_refused(
    function: Callable[..., Any], arguments: tuple[Any, ...], refusal: type[Error], code: str
) -> None:
    with pytest.raises(refusal) as refused:
        grad(function)(*arguments)
    assert refused.value.code == code


def test_product_is_right_at_zeros_in_second_order() -> None:
    x = A([0.0, 2.0, 0.0, 3.0])
    hessian = np.zeros((4, 4))
    hessian[0, 2] = hessian[2, 0] = 6.0
    rows = [jvp(grad(product), (x,), (row,))[1] for row in np.eye(4)]
    np.testing.assert_allclose(rows, hessian)


def test_running_products_are_right_at_zeros_in_second_order() -> None:
    x = A([0.0, 2.0, 0.0, 3.0])
    hessian = np.zeros((4, 4))
    for i, j in itertools.permutations(range(4), 2):
        hessian[i, j] = sum(np.prod([x[k] for k in range(end) if k not in (i, j)]) for end in range(max(i, j) + 1, 5))
    rows = [jvp(grad(running_products), (x,), (row,))[1] for row in np.eye(4)]
    np.testing.assert_allclose(rows, hessian)
