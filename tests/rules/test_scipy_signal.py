"""Convolutions, filters, interpolation and integrals of SciPy, over all the forms that their rows cover."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from wengert import grad, jvp, vjp
from wengert.errors import Error

signal = pytest.importorskip("scipy.signal")
ndimage = pytest.importorskip("scipy.ndimage")
integrate = pytest.importorskip("scipy.integrate")
interpolate = pytest.importorskip("scipy.interpolate")
RANDOM = np.random.default_rng


def text_function(body: str, *parameters: str) -> Callable[..., Any]:
    from wengert.rules.stand_ins import made_from

    names = {"np": np, "signal": signal, "ndimage": ndimage, "integrate": integrate, "interpolate": interpolate}
    text = f"def f({', '.join(parameters)}):\n    return {body}\n"
    return made_from(text, "f", f"test of {body}", names)


def agrees(body: str, **operands: Any) -> None:
    """Both modes against differences and each other."""
    f = text_function(body, *operands)
    values = tuple(operands.values())
    random = RANDOM(4)
    dots = tuple(random.normal(size=np.shape(v)) if np.ndim(v) else 0.7 for v in values)
    out, pullback = vjp(f, *values)
    np.testing.assert_array_equal(out, f(*values))
    bar = random.normal(size=np.shape(out)) if np.ndim(out) else 1.0
    ahead, behind = (f(*(v + h * d for v, d in zip(values, dots))) for h in (1e-6, -1e-6))
    slope = np.sum(bar * (ahead - behind)) / 2e-6
    reverse = sum(np.sum(b * d) for b, d in zip(pullback(bar), dots))
    forward = np.sum(bar * jvp(f, values, dots)[1])
    assert reverse == pytest.approx(slope, rel=2e-6, abs=1e-7)
    assert forward == pytest.approx(reverse, rel=1e-9, abs=1e-11)


@pytest.mark.parametrize("sizes", [(7, 3), (7, 4), (3, 7), (4, 4), (6, 1)])
@pytest.mark.parametrize("mode", ["full", "same", "valid"])
@pytest.mark.parametrize("function", ["convolve", "correlate", "fftconvolve", "oaconvolve"])
def test_convolution_of_vectors(function: str, mode: str, sizes: tuple[int, int]) -> None:
    agrees(f"signal.{function}(x, w, mode='{mode}')", x=RANDOM(0).normal(size=sizes[0]), w=RANDOM(1).normal(size=sizes[1]))


@pytest.mark.parametrize("mode", ["full", "same", "valid"])
@pytest.mark.parametrize("function", ["convolve2d", "correlate2d", "convolve", "correlate"])
def test_convolution_of_images(function: str, mode: str) -> None:
    agrees(f"signal.{function}(x, w, mode='{mode}')", x=RANDOM(0).normal(size=(5, 6)), w=RANDOM(1).normal(size=(2, 3)))


@pytest.mark.parametrize("mode", ["reflect", "mirror", "nearest", "wrap", "constant"])
@pytest.mark.parametrize("function", ["convolve", "correlate"])
@pytest.mark.parametrize(("shape", "origin"), [((3, 3), 0), ((2, 3), 0), ((3, 4), (1, -1))])
def test_filter_over_every_border(function: str, mode: str, shape: tuple[int, int], origin: Any) -> None:
    agrees(f"ndimage.{function}(x, w, mode='{mode}', origin={origin})", x=RANDOM(0).normal(size=(5, 6)), w=RANDOM(1).normal(size=shape))


@pytest.mark.parametrize("axis", [0, -1])
@pytest.mark.parametrize("function", ["convolve1d", "correlate1d"])
def test_filter_along_one_axis(function: str, axis: int) -> None:
    agrees(f"ndimage.{function}(x, w, axis={axis}, mode='mirror')", x=RANDOM(0).normal(size=(5, 6)), w=RANDOM(1).normal(size=4))


@pytest.mark.parametrize("mode", ["reflect", "wrap", "constant"])
@pytest.mark.parametrize(
    "call", ["gaussian_filter(x, 0.8", "uniform_filter(x, 3", "laplace(x", "gaussian_laplace(x, 0.9", "sobel(x, 0", "prewitt(x, 1"]
)
def test_symmetric_filter_is_its_own_adjoint(call: str, mode: str) -> None:
    agrees(f"ndimage.{call}, mode='{mode}')", x=RANDOM(0).normal(size=(5, 6)))


@pytest.mark.parametrize(
    "body", ["ndimage.gaussian_filter(x, 0.8, mode='mirror')", "ndimage.uniform_filter(x, 4)", "ndimage.gaussian_filter(x, 0.8, order=1)"]
)
def test_filter_that_is_not_symmetric_is_refused(body: str) -> None:
    with pytest.raises(Error):
        vjp(text_function(body, "x"), np.ones((5, 6)))


def test_recursive_filter_by_signal_and_coefficients() -> None:
    agrees("signal.lfilter(b, a, x)", b=np.array([0.4, 0.2, 0.1]), a=np.array([1.3, 0.4]), x=RANDOM(0).normal(size=9))
    agrees("signal.lfilter(np.array([0.4, 0.2]), np.array([1.0, 0.3]), x, axis=0)", x=RANDOM(0).normal(size=(6, 3)))


@pytest.mark.parametrize("size", [8, 9, 3])
def test_spectrum_of_short_frames(size: int) -> None:
    agrees("np.abs(signal.stft(x, nperseg=4)[2])", x=RANDOM(0).normal(size=size))
    agrees("np.real(signal.stft(x, nperseg=3, boundary=None)[2])", x=RANDOM(0).normal(size=size))


@pytest.mark.parametrize("nperseg", [4, 5, 20])
def test_spectra_of_whole_signals(nperseg: int) -> None:
    agrees(f"signal.welch(x, fs=2.0, nperseg={nperseg})[1]", x=RANDOM(0).normal(size=13))
    agrees(f"np.abs(signal.csd(x, y, nperseg={nperseg})[1])", x=RANDOM(0).normal(size=13), y=RANDOM(1).normal(size=11))


@pytest.mark.parametrize("boundary", [True, False])
def test_signal_made_of_frames(boundary: bool) -> None:
    parts = {"a": RANDOM(0).normal(size=(3, 5)), "b": RANDOM(1).normal(size=(3, 5))}
    agrees(f"signal.istft(a + 1j * b, nperseg=4, boundary={boundary})[1]", **parts)
    agrees(f"signal.istft(a + 1j * b, nperseg=5, boundary={boundary})[1]", **parts)


@pytest.mark.parametrize("count", [2, 3, 4, 5, 8])
def test_simpsons_rule_for_any_number_of_samples(count: int) -> None:
    x = np.cumsum(RANDOM(2).uniform(0.3, 1.0, count))
    agrees("integrate.simpson(y, x=x)", y=RANDOM(0).normal(size=count), x=x)
    agrees("integrate.simpson(y, dx=dx)", y=RANDOM(0).normal(size=(3, count)), dx=0.3)


def test_cumulative_integrals() -> None:
    x = np.cumsum(RANDOM(2).uniform(0.3, 1.0, 6))
    agrees("integrate.cumulative_trapezoid(y, x, initial=0)", y=RANDOM(0).normal(size=6), x=x)
    agrees("integrate.cumulative_trapezoid(y, dx=0.3, axis=0)", y=RANDOM(0).normal(size=(4, 3)))
    agrees("integrate.cumulative_simpson(y, x=x)", y=RANDOM(0).normal(size=6), x=x)
    agrees("integrate.romb(y, dx=0.3)", y=RANDOM(0).normal(size=(2, 9)))


def test_interpolants_by_samples_and_places() -> None:
    t = np.array([0.7, 1.9, 3.6])
    agrees("interpolate.CubicSpline(np.linspace(0.0, 4.0, 6), y)(t)", y=RANDOM(0).normal(size=6), t=t)
    agrees("interpolate.CubicSpline(np.linspace(0.0, 4.0, 6), y, bc_type='natural')(t)", y=RANDOM(0).normal(size=6), t=t)
    agrees("interpolate.interp1d(np.linspace(0.0, 4.0, 6), y)(t)", y=RANDOM(0).normal(size=6), t=t)
    agrees("interpolate.make_interp_spline(np.linspace(0.0, 4.0, 6), y, k=3)(t)", y=RANDOM(0).normal(size=6), t=t)
    agrees("interpolate.krogh_interpolate(np.linspace(0.0, 4.0, 6), y, t)", y=RANDOM(0).normal(size=6), t=t)
    agrees("interpolate.BSpline(np.arange(10.0), c, 3)(t)", c=RANDOM(0).normal(size=6), t=t + 3.0)
    agrees("interpolate.UnivariateSpline(np.linspace(0.0, 4.0, 6), y, s=0)(t)", y=RANDOM(0).normal(size=6), t=t)


def test_linear_interpolation_on_grids() -> None:
    agrees(
        "interpolate.RegularGridInterpolator((np.arange(3.0), np.array([0.0, 1.0, 2.5, 3.0])), v)(xi)",
        v=RANDOM(0).normal(size=(3, 4)), xi=np.array([[0.4, 1.2], [1.7, 2.7]]),
    )  # fmt: skip
    agrees("ndimage.map_coordinates(x, c, order=1)", x=RANDOM(0).normal(size=(4, 5)), c=RANDOM(1).uniform(0.2, 2.8, (2, 3)))


SPLINE = interpolate.CubicSpline(np.linspace(0.0, 3.0, 5), [0.0, 1.0, 0.5, 2.0, 1.0])


def at(t: Any) -> Any:
    return SPLINE(t) ** 2


def test_finished_interpolant_is_differentiated_by_the_place() -> None:
    assert grad(at)(1.3) == pytest.approx(2 * SPLINE(1.3) * SPLINE(1.3, 1), rel=1e-13)
    second = jvp(grad(at), (1.3,), (1.0,))[1]
    assert second == pytest.approx(2 * SPLINE(1.3, 1) ** 2 + 2 * SPLINE(1.3) * SPLINE(1.3, 2), rel=1e-12)


CURVE = interpolate.CubicSpline(np.linspace(0.0, 3.0, 5), np.arange(10.0).reshape(5, 2) ** 2)


def on_curve(t: Any) -> Any:
    return np.sum(CURVE(t))


def smoothed(y: Any) -> Any:
    return interpolate.UnivariateSpline(np.linspace(0.0, 4.0, 6), y)(1.3)


@pytest.mark.parametrize(("function", "argument"), [(on_curve, 1.3), (smoothed, np.arange(6.0))], ids=["curve", "smoothed"])
def test_interpolant_that_is_not_covered_is_refused(function: Callable[..., Any], argument: Any) -> None:
    with pytest.raises(Error):
        grad(function)(argument)
