"""Complex numbers in the middle and at the ends, in the convention of docs/rules.md."""

from __future__ import annotations

import cmath
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from probes import check_form

from wengert import grad, jvp, value_and_grad, vjp
from wengert.errors import ArgumentError, NoRule

FORMS = {
    "(z * np.conj(z[::-1])).real": "z", "np.abs(z) * np.angle(z)": "z", "np.angle(z, deg=True)": "z", "np.sign(z) * z": "z",
    "np.imag(z) + z.real": "z", "z.imag * z": "z", "x * z": "xz", "np.sum(x[:3] * Z, axis=1)": "xZ", "np.exp(1j * x)": "x",
    "x + 1j * y": "xy", "np.real(z ** x)": "zx", "z ** 3 / (1 + z)": "z", "z ** -2": "z", "z ** (1 + 1j)": "z", "np.arccosh(z - 2)": "z",
    "np.arcsin(z) + np.arctan(z)": "z", "np.arcsinh(z) * np.arctanh(z)": "z", "np.vdot(z, x)": "zx", "np.var(Z, axis=0)": "Z",
    "x.astype(complex) ** 2 * 1j": "x", "np.complex128(x) * z": "xz", "Z @ A": "ZA", "A @ z[:3]": "Az", "np.dot(z, x)": "zx",
    "np.where(m, z, x)": "zx", "np.concatenate([z, x])": "zx", "z[1] * x": "zx", "np.mean(z * x)": "zx", "np.prod(z)": "z",
    "np.sqrt(z) + np.log(z)": "z", "np.maximum(z.real, z.imag)": "z", "np.outer(z, x)": "zx", "z.conj() - z.conjugate() * 2": "z",
    "np.correlate(z, x)": "zx", "np.correlate(x, z[:2])": "xz", "np.nanvar(Z, axis=1)": "Z", "np.nanstd(Z)": "Z", "np.cov(Z)": "Z",
    "np.einsum('ij,j->i', Z, z[:3])": "Zz", "np.convolve(z, x)": "zx", "np.interp(x, q, w) * z": "xwz", "np.real_if_close(z)": "z",
}  # fmt: skip


@pytest.mark.parametrize(("probe", "wrt"), FORMS.items(), ids=FORMS)
def test_form_is_right_in_both_modes(probe: str, wrt: str) -> None:
    check_form(probe, wrt)


@pytest.mark.skipif(not hasattr(np, "vecmat"), reason="of NumPy 2.2")
@pytest.mark.parametrize("probe", ["np.vecdot(Z, z[:3])", "np.matvec(Z, z[:3])", "np.vecmat(z[:3], Z)"])
def test_products_that_conjugate_are_right_in_both_modes(probe: str) -> None:
    check_form(probe, "Zz")


def test_gradient_is_the_derivative_by_the_real_part_minus_i_times_that_by_the_imaginary_part() -> None:
    assert grad(lambda z: z.real**2 + 3 * z.imag)(1 + 2j) == 2 - 3j
    assert np.array_equal(grad(lambda z: np.sum(z.real**2 + 3 * z.imag))(np.array([1 + 2j])), [2 - 3j])


def test_adjoint_is_the_transpose_without_conjugation() -> None:
    assert vjp(lambda z: z * z, 3 + 4j)[1](1j) == (1j * 2 * (3 + 4j),)
    assert jvp(lambda z: z * z, (3 + 4j,), (1j,)) == ((3 + 4j) ** 2, 1j * 2 * (3 + 4j))


def test_holomorphic_gradient_is_the_complex_derivative() -> None:
    assert grad(lambda z: z * z * 1j, holomorphic=True)(1 + 2j) == 2j * (1 + 2j)
    assert value_and_grad(lambda z: cmath.exp(z), holomorphic=True)(1j) == (cmath.exp(1j), cmath.exp(1j))
    assert grad(grad(lambda z: z**3, holomorphic=True), holomorphic=True)(2j) == 12j


def cube(z: Any) -> Any:
    return z**3


def test_holomorphic_gradient_is_pickled_as_one() -> None:
    assert pickle.loads(pickle.dumps(grad(cube, holomorphic=True)))(1j) == 3 * 1j**2


@pytest.mark.parametrize("z", [1.0, np.ones(2)])
def test_real_argument_of_a_holomorphic_gradient_is_refused(z: Any) -> None:
    with pytest.raises(ArgumentError, match="is real, where `holomorphic=True`"):
        grad(lambda z: np.sum(z * 1j), holomorphic=True)(z)


def test_gradient_of_a_complex_result_is_refused() -> None:
    with pytest.raises(ArgumentError, match="needs a real one"):
        grad(lambda z: z * z)(1j)


@pytest.mark.parametrize("z", [3 + 4j, np.complex128(3 + 4j), np.complex64(3 + 4j), np.array(3 + 4j)])
def test_gradient_has_the_type_of_its_argument(z: Any) -> None:
    gradient = grad(lambda z: (z * z.conjugate()).real)(z)
    assert type(gradient) is type(z) and np.asarray(gradient).dtype == np.asarray(z).dtype and gradient == 6 - 8j


def test_real_numbers_keep_real_gradients_through_complex_ones() -> None:
    gradient = grad(lambda x: np.abs(np.sum(np.exp(1j * x) * x)))(np.array([0.3, 0.4], np.float32))
    assert gradient.dtype == np.float32


def iterated(z: Any, n: int) -> Any:
    w = 0.0
    for _ in range(n):
        w = w * w + z
    return abs(w) ** 2


def test_loop_that_becomes_complex_is_differentiated() -> None:
    z, h = 0.1 + 0.2j, 1e-6
    slopes = [(iterated(z + step, 5) - iterated(z - step, 5)) / (2 * h) for step in (h, h * 1j)]
    assert abs(grad(iterated)(z, 5) - (slopes[0] - 1j * slopes[1])) < 1e-8


FLAT: list[Callable[[Any], Any]] = [lambda z: abs(z), lambda z: np.abs(z), lambda z: np.angle(z), lambda z: np.sign(z).real]


@pytest.mark.parametrize("function", FLAT)
def test_derivative_at_the_origin_is_zero(function: Callable[[Any], Any]) -> None:
    assert grad(function)(0j) == 0 and grad(function)(np.complex128(0)) == 0


def test_sign_of_a_real_number_has_no_derivative_and_no_line_in_the_gradient() -> None:
    text = grad(lambda x: np.sum(np.sign(x) * x)).source(np.ones(3))
    assert "np.abs" not in text and np.array_equal(grad(lambda x: np.sum(np.sign(x) * x))(np.array([-2.0, 3.0])), [-1.0, 1.0])


def test_parts_and_angle_of_real_numbers_are_constant() -> None:
    assert grad(lambda x: np.imag(x) + np.angle(x) + np.real(x))(2.0) == 1.0


def test_toeplitz_matrix_of_a_complex_column_alone_is_refused() -> None:
    sl = pytest.importorskip("scipy.linalg")
    with pytest.raises(NoRule, match="complex numbers without a row"):
        vjp(lambda c: sl.toeplitz(c), np.array([1j, 2.0]))
