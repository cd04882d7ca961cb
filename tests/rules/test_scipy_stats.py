"""Distributions of SciPy through their stand-ins: arrays, points outside of the support, parameters that are no good, keywords."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from wengert import grad, jvp, value_and_grad, vjp
from wengert.errors import Error

stats = pytest.importorskip("scipy.stats")
A = np.array

CONTINUOUS: dict[str, tuple[float, ...]] = {
    "norm": (), "gamma": (1.7,), "beta": (1.6, 2.3), "t": (3.4,), "expon": (), "chi2": (2.6,), "laplace": (), "logistic": (), "cauchy": (),
    "uniform": (), "lognorm": (0.7,), "pareto": (2.2,), "weibull_min": (1.4,), "halfnorm": (), "gumbel_r": (), "invgamma": (2.4,),
    "vonmises": (1.2,), "argus": (1.4,), "foldnorm": (0.9,), "rice": (0.8,), "tukeylambda": (0.4,), "skewnorm": (1.5,), "dgamma": (1.3,), "triang": (0.4,), "dweibull": (1.6,), "genextreme": (0.1,),
}  # fmt: skip
METHODS = ("logpdf", "pdf", "cdf", "logcdf", "sf", "logsf", "ppf")


def made(name: str, method: str, shapes: int) -> Callable[..., Any]:
    """A function of the variable, the shapes, loc and scale, with source."""
    from wengert.rules.stand_ins import made_from

    letters = ", ".join("abc"[:shapes])
    arguments = ", ".join(filter(None, ("x", letters, "loc", "scale")))
    text = f"def density({arguments}):\n    return stats.{name}.{method}({arguments})\n"
    return made_from(text, "density", f"test of {name}.{method}", {"stats": stats})


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", CONTINUOUS)
def test_method_of_an_array_agrees_with_differences(name: str, method: str) -> None:
    shapes = CONTINUOUS[name]
    f = made(name, method, len(shapes))
    distribution = getattr(stats, name)
    q = A([0.15, 0.4, 0.62, 0.9])
    x = q if method == "ppf" else distribution.ppf(q, *shapes, 0.3, 1.2)
    arguments = (x, *shapes, 0.3, 1.2)
    try:
        out, pullback = vjp(f, *arguments)
    except Error:
        return  # said so: see tests/data/unclaimed.txt
    np.testing.assert_array_equal(out, getattr(distribution, method)(*arguments))
    bar = A([1.0, -0.6, 0.3, 0.8])
    bars = pullback(bar)
    for position, given in enumerate(bars):
        def at(h: float, position: int = position) -> float:
            moved = list(arguments)
            moved[position] = moved[position] + h
            return float(np.sum(bar * f(*moved)))

        slope = (at(1e-6) - at(-1e-6)) / 2e-6
        assert np.sum(given) == pytest.approx(slope, rel=1e-5, abs=1e-7), (name, method, position)
        dots = [np.zeros_like(a) if isinstance(a, np.ndarray) else 0.0 for a in arguments]
        dots[position] = np.ones_like(x) if position == 0 else 1.0
        _, along = jvp(f, arguments, tuple(dots))
        assert np.sum(bar * along) == pytest.approx(np.sum(given), rel=1e-9, abs=1e-12), (name, method, position)


def gamma_density(x: Any, a: Any, scale: Any) -> Any:
    return stats.gamma.logpdf(x, a, scale=scale)


def total(x: Any, a: Any, scale: Any) -> Any:
    return np.sum(np.exp(stats.gamma.logpdf(x, a, scale=scale)))


def test_points_outside_of_the_support_have_no_slope_and_spoil_none() -> None:
    inside = grad(total, (0, 1, 2))(A([0.5, 2.0]), 1.7, 1.2)
    mixed = grad(total, (0, 1, 2))(A([-1.0, 0.5, 2.0]), 1.7, 1.2)
    np.testing.assert_allclose(mixed[0], [0.0, *inside[0]], rtol=1e-14)
    np.testing.assert_allclose(mixed[1:], inside[1:], rtol=1e-14)


def test_number_outside_of_the_support_has_no_slope() -> None:
    value, slopes = value_and_grad(gamma_density, (0, 1, 2))(-1.0, 1.7, 1.2)
    assert (value, slopes) == (-np.inf, (0.0, 0.0, 0.0))


def test_parameters_that_are_no_good_give_nan_as_in_scipy() -> None:
    value, _ = value_and_grad(gamma_density)(1.0, -1.7, 1.2)
    assert np.isnan(value)


def normal(x: Any, mu: Any, sigma: Any) -> Any:
    return stats.norm.logpdf(x, loc=mu, scale=sigma)


def test_text_is_scipys_own_formula() -> None:
    assert grad(normal, (0, 1)).source(1.0, 0.5, 2.0).splitlines()[2:] == [
        "    # forward sweep",
        "    y = np.float64(x) - mu",
        "    y = y / sigma",
        "",
        "    # reverse sweep",
        "    if not sigma > 0:",
        "        mu_bar = 0.0",
        "        x_bar = 0.0",
        "    else:",
        "        # line 367: return -x**2 / 2.0 - _norm_pdf_logC   (_norm_logpdf, called in line 428)",
        *grad(normal, (0, 1)).source(1.0, 0.5, 2.0).splitlines()[12:],
    ]


def quantile(q: Any, chi: Any) -> Any:
    return stats.argus.ppf(q, chi)


def test_quantile_that_scipy_searches_for_at_second_order() -> None:
    """By the second derivative of the inverse function."""
    x = stats.argus.ppf(0.3, 1.4)
    density = stats.argus.pdf(x, 1.4)
    slope = (stats.argus.pdf(x + 1e-5, 1.4) - stats.argus.pdf(x - 1e-5, 1.4)) / 2e-5
    assert grad(quantile)(0.3, 1.4) == pytest.approx(1 / density, rel=1e-9)
    assert jvp(lambda q: grad(quantile)(q, 1.4), (0.3,), (1.0,))[1] == pytest.approx(-slope / density**3, rel=1e-6)


def poisson(k: Any, mu: Any) -> Any:
    return np.sum(stats.poisson.logpmf(k, mu))


def test_count_is_no_variable() -> None:
    k = A([0.0, 2.0, 5.0])
    np.testing.assert_array_equal(grad(poisson)(k, 1.5), np.zeros(3))
    np.testing.assert_allclose(grad(poisson, 1)(k, 1.5), np.sum(k / 1.5 - 1), rtol=1e-14)


PRIOR = stats.norm(0.3, 1.2)


def prior(x: Any) -> Any:
    return np.sum(PRIOR.logpdf(x))


def frozen(x: Any, mu: Any) -> Any:
    return np.sum(stats.norm(mu, scale=1.2).logpdf(x))


def kept(x: Any, a: Any) -> Any:
    distribution = stats.gamma(a, scale=1.5)
    return np.sum(distribution.logpdf(x)) + distribution.cdf(0.4)


def test_distribution_with_its_parameters_given() -> None:
    x = A([0.3, 0.5, 1.2])
    np.testing.assert_allclose(grad(prior)(x), (0.3 - x) / 1.44, rtol=1e-14)
    np.testing.assert_allclose(grad(frozen, 1)(x, 0.3), np.sum(x - 0.3) / 1.44, rtol=1e-14)
    slope = (kept(x, 2.2 + 1e-6) - kept(x, 2.2 - 1e-6)) / 2e-6
    assert grad(kept, 1)(x, 2.2) == pytest.approx(slope, rel=1e-7)


def test_text_asks_nothing_of_parameters_that_it_shows() -> None:
    assert "where" not in grad(prior).source(A([0.3, 0.5]))


def summed_up(k: Any, a: Any) -> Any:
    return stats.zipf.cdf(k, a)


@pytest.mark.parametrize(("function", "arguments"), [(summed_up, (3.0, 2.2))])
def test_what_is_not_known_is_refused(function: Callable[..., Any], arguments: tuple[float, ...]) -> None:
    with pytest.raises(Error):
        grad(function, (0, 1))(*arguments)


def scores(x: Any) -> Any:
    return np.sum(stats.zscore(x, ddof=1) ** 3)


def omitted(x: Any) -> Any:
    return stats.gmean(x, nan_policy="omit")


def rows_skew(x: Any) -> Any:
    return np.sum(stats.skew(x, axis=1))


@pytest.mark.parametrize("function", [scores, rows_skew])
def test_summary_agrees_with_differences(function: Callable[..., Any]) -> None:
    x = np.random.default_rng(2).normal(size=(3, 5))
    v = np.random.default_rng(3).normal(size=(3, 5))
    slope = (function(x + 1e-6 * v) - function(x - 1e-6 * v)) / 2e-6
    assert np.sum(grad(function)(x) * v) == pytest.approx(slope, rel=1e-6)


def test_nan_policy_has_no_rule() -> None:
    with pytest.raises(Error, match="nan_policy"):
        grad(omitted)(A([1.0, 2.0]))


def likelihood(x: Any, mean: Any, cov: Any) -> Any:
    return stats.multivariate_normal.logpdf(x, mean, cov)


def test_many_points_at_once_of_a_normal_distribution_are_refused_rather_than_wrong() -> None:
    with pytest.raises(Error):
        grad(likelihood, 1)(np.ones((4, 2)), np.zeros(2), np.eye(2))
