"""The Fourier, cosine and sine transforms: cropped and padded, along every axis, in every normalisation, odd and even."""

from __future__ import annotations

import numpy as np
import pytest
from probes import check_form

from wengert import check_grads, vjp
from wengert.errors import NoRule

OF_REAL = [
    "fft(M)", "fft(M, n=3)", "fft(M, n=7)", "fft(M, axis=0)", "fft(M, 2, 0, 'ortho')", "fft(M, norm='forward')", "ifft(M, n=7, axis=0)",
    "ifft(M, norm='ortho')", "ihfft(M, n=3)", "ihfft(M, axis=0, norm='ortho')", "rfft(M, n=3)", "rfft(M, n=6)", "rfft(M, axis=0, norm='forward')",
    "fft2(M)", "fft2(M, s=(2, 6))", "fftn(M, s=(5,), axes=(0,))", "ifft2(M, s=(4, 3), norm='ortho')", "rfft2(M, s=(4, 5))",
    "rfftn(T, axes=(2, 0))", "rfftn(M, s=(2, 5), axes=(1, 0), norm='ortho')", "fftshift(M)", "fftshift(M, axes=1)", "ifftshift(M, axes=(0, 1))",
]  # fmt: skip
OF_COMPLEX = [
    "fft(Z)", "fft(Z, n=2)", "ifft(Z, n=5, axis=0)", "irfft(Z)", "irfft(Z, n=5)", "irfft(Z, n=3)", "irfft(Z, n=8)", "irfft(Z, n=1)",
    "irfft(Z, axis=0, norm='ortho')", "hfft(Z)", "hfft(Z, n=5)", "hfft(Z, n=3, norm='forward')", "irfft2(Z)", "irfft2(Z, s=(4, 5))",
    "irfftn(Z, axes=(1, 0))", "irfftn(Z, s=(2, 7), norm='ortho')", "fftn(Z, s=(2, 5))",
]  # fmt: skip


@pytest.mark.parametrize("module", ["np.fft", "sf"])
@pytest.mark.parametrize("call", OF_REAL + OF_COMPLEX)
def test_fourier_transform_is_right_in_both_modes(module: str, call: str) -> None:
    if module == "sf":
        pytest.importorskip("scipy")
    check_form(f"{module}.{call}", call.partition("(")[2][0])


OPTIONS = ["", ", norm='ortho'", ", norm='forward'", ", n=3", ", n=7, axis=0", ", norm='ortho', orthogonalize=False"]


@pytest.mark.parametrize("name", ["dct", "dst", "idct", "idst"])
@pytest.mark.parametrize("kind", [1, 2, 3, 4])
def test_cosine_and_sine_transforms_are_right_in_both_modes(name: str, kind: int) -> None:
    pytest.importorskip("scipy")
    for options in OPTIONS:
        check_form(f"sf.{name}(M, {kind}{options})", "M")
    check_form(f"sf.{name}n(M, {kind}, s=(4, 5), norm='ortho')", "M")
    check_form(f"sf.{name}n(M, {kind}, axes=(0,))", "M")


@pytest.mark.parametrize("call", ["fht(h, 0.1, 0.2, bias=0.3)", "ifht(h, 0.1, 0.2, offset=0.1, bias=0.3)"])
def test_hankel_transform_is_right_in_both_modes(call: str) -> None:
    pytest.importorskip("scipy")
    check_form(f"sf.{call}", "h")


def test_real_operand_gains_the_real_part() -> None:
    x = np.array([1.0, 2.0, 4.0])
    _, pullback = vjp(lambda x: np.fft.fft(x), x)
    (bar,) = pullback(np.array([0.0, 1j, 0.0]))
    assert bar.dtype == np.float64 and np.allclose(bar, np.real(1j * np.exp(-2j * np.pi * np.arange(3) / 3)))


def test_parameter_of_a_transform_that_varies_is_refused() -> None:
    sf = pytest.importorskip("scipy.fft")
    with pytest.raises(NoRule, match="derivatives with respect to `mu`"):
        vjp(lambda x, m: sf.fht(x, 0.1, m), np.ones(4), 0.2)


def lowpass(x, cut):
    spectrum = np.fft.rfft(x)
    spectrum *= 1 / (1 + (np.fft.rfftfreq(len(x)) / cut) ** 2)
    return np.sum(np.fft.irfft(spectrum, len(x)) ** 2)


def test_a_filter_by_frequencies_has_real_gradients_to_second_order():
    check_grads(lowpass, (np.random.default_rng(0).normal(size=8), 0.2), order=2)
