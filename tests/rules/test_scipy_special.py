"""Special functions: the slopes by orders and shapes, singular points, weights. All other rows are in `test_primitives.py`."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from wengert import grad, jvp
from wengert.slopes import (
    bessel_by_order,
    betabinom_by_shape,
    betainc_by_shape,
    gammainc_by_shape,
    hypergeometric_by_parameter,
    vonmises_by_shape,
    zeta_by_exponent,
)

special = pytest.importorskip("scipy.special")
stats = pytest.importorskip("scipy.stats")
A = np.array


def slope_of(function: Any, at: float) -> float:
    """By differences of the fourth order."""
    h = min(1e-3, at * 1e-2) if at > 0 else 1e-3
    return float((8 * (function(at + h) - function(at - h)) - (function(at + 2 * h) - function(at - 2 * h))) / (12 * h))


@pytest.mark.parametrize(("a", "x"), [(1.0, 1.0), (0.5, 0.2), (50.0, 40.0), (50.0, 60.0), (0.1, 3.0), (1000.0, 1000.0)])
def test_slope_of_the_incomplete_gamma_function_by_its_shape(a: float, x: float) -> None:
    assert gammainc_by_shape(a, x) == pytest.approx(slope_of(lambda v: special.gammainc(v, x), a), rel=1e-9)


def test_slope_far_in_the_tail_keeps_its_digits() -> None:
    assert gammainc_by_shape(2.0, 50.0) == pytest.approx(-slope_of(lambda v: special.gammaincc(v, 50.0), 2.0), rel=1e-9)


@pytest.mark.parametrize(("a", "b", "x"), [(1.0, 1.0, 0.5), (0.5, 2.0, 0.2), (0.1, 3.0, 0.01), (1000.0, 1000.0, 0.5), (3.0, 0.2, 0.999)])
def test_slope_of_the_incomplete_beta_function_by_its_shape(a: float, b: float, x: float) -> None:
    assert betainc_by_shape(a, b, x) == pytest.approx(slope_of(lambda v: special.betainc(v, b, x), a), rel=1e-9)


@pytest.mark.parametrize(("v", "x"), [(0.0, 1.0), (0.5, 0.3), (2.0, 30.0), (10.0, 5.0), (-1.5, 2.0)])
@pytest.mark.parametrize("kind", "jyik")
def test_slope_of_a_bessel_function_by_its_order(kind: str, v: float, x: float) -> None:
    function = {"j": special.jv, "y": special.yv, "i": special.iv, "k": special.kv}[kind]
    assert bessel_by_order(kind, v, x) == pytest.approx(slope_of(lambda order: function(order, x), v), rel=1e-8, abs=1e-12)


def test_slope_of_a_bessel_function_by_its_order_is_unknown_left_of_zero() -> None:
    assert np.isnan(bessel_by_order("j", 1.0, -1.0))


@pytest.mark.parametrize(("s", "q"), [(2.0, 0.3), (7.0, 2.5), (1.5, 30.0)])
def test_slope_of_the_zeta_function_by_its_exponent(s: float, q: float) -> None:
    assert zeta_by_exponent(s, q) == pytest.approx(slope_of(lambda v: special.zeta(v, q), s), rel=1e-8)


@pytest.mark.parametrize("which", [0, 1, 2])
@pytest.mark.parametrize("x", [0.4, -0.7, 0.9, -5.0])
def test_slope_of_a_hypergeometric_function_by_a_parameter(x: float, which: int) -> None:
    parameters = [0.5, 1.2, 2.2]

    def at(value: float) -> float:
        moved = list(parameters)
        moved[which] = value
        return float(special.hyp2f1(*moved, x))

    found = hypergeometric_by_parameter((0.5, 1.2), (2.2,), x, which)
    assert found == pytest.approx(slope_of(at, parameters[which]), rel=1e-8)


def test_slope_of_a_hypergeometric_function_raises_where_its_series_is_too_slow() -> None:
    with pytest.raises(ValueError, match="known for"):
        hypergeometric_by_parameter((0.5, 1.2), (2.2,), 0.99, 0)


def test_slopes_of_distribution_functions_by_their_shapes() -> None:
    assert vonmises_by_shape(1.7, 0.6) == pytest.approx(slope_of(lambda v: stats.vonmises.cdf(0.6, v), 1.7), rel=1e-8)
    assert betabinom_by_shape(3, 8, 1.4, 2.2) == pytest.approx(slope_of(lambda v: stats.betabinom.cdf(3, 8, v, 2.2), 1.4), rel=1e-8)


def log_total(x: Any) -> Any:
    return np.sum(special.logsumexp(x, axis=1))


def weighted_total(x: Any, b: Any) -> Any:
    return special.logsumexp(x, b=b)


def test_row_of_nothing_has_no_slope_in_logsumexp() -> None:
    x = A([[-np.inf, -np.inf], [0.0, 0.0], [-np.inf, 1.0]])
    np.testing.assert_array_equal(grad(log_total)(x), [[0.0, 0.0], [0.5, 0.5], [0.0, 1.0]])


def test_weights_of_logsumexp_that_do_not_vary() -> None:
    x, b = A([0.3, -0.2, 1.1]), A([1.0, 2.0, 0.5])
    np.testing.assert_allclose(grad(weighted_total)(x, b), b * np.exp(x) / np.sum(b * np.exp(x)), rtol=1e-14)


def entropy(x: Any) -> Any:
    return np.sum(special.xlogy(x, x))


def product_with_log(x: Any, y: Any) -> Any:
    return np.sum(special.xlogy(x, y))


def test_zero_times_the_logarithm_of_zero_has_no_slope_by_the_second() -> None:
    np.testing.assert_array_equal(grad(product_with_log, 1)(A([0.0, 2.0]), A([0.0, 4.0])), [0.0, 0.5])


def box_cox(x: Any, lmbda: Any) -> Any:
    return special.boxcox(x, lmbda)


def test_slope_by_the_power_of_a_box_cox_transformation_is_right_at_zero() -> None:
    assert grad(box_cox, 1)(3.0, 0.0) == pytest.approx(np.log(3.0) ** 2 / 2, rel=1e-14)


def dilogarithm(x: Any) -> Any:
    return special.spence(x)


def test_dilogarithm_has_the_slope_minus_one_at_one() -> None:
    assert grad(dilogarithm)(1.0) == -1.0


def integrals(x: Any) -> Any:
    sine, cosine = special.sici(x)
    return sine * cosine


def test_function_with_two_results_hands_on_both_slopes() -> None:
    sine, cosine = special.sici(1.3)
    assert grad(integrals)(1.3) == pytest.approx(np.sin(1.3) / 1.3 * cosine + sine * np.cos(1.3) / 1.3, rel=1e-14)
    assert jvp(integrals, (1.3,), (1.0,))[1] == pytest.approx(grad(integrals)(1.3), rel=1e-14)


def softmax_loss(x: Any) -> Any:
    return np.sum(special.softmax(x, axis=0) ** 2)


def test_second_derivative_of_softmax() -> None:
    x, v = np.random.default_rng(1).normal(size=(2, 3, 4))
    along = jvp(grad(softmax_loss), (x,), (v,))[1]
    np.testing.assert_allclose(along, (grad(softmax_loss)(x + 1e-6 * v) - grad(softmax_loss)(x - 1e-6 * v)) / 2e-6, rtol=1e-6, atol=1e-8)
