"""Forms of the decompositions that the CSV has not: stacks, complex matrices, wide ones, all modes, repeated values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from probes import check_form

from wengert import grad, jvp, vjp
from wengert.errors import NoRule

FORMS = {
    "np.linalg.cholesky(np.stack([S, 2 * S]))": "S",
    "np.linalg.cholesky(S, upper=True)": "S",
    "np.linalg.cholesky(H)": "H",
    "np.linalg.cholesky(H, upper=True)": "H",
    "np.linalg.eigh(S)": "S",
    "np.linalg.eigh(S, 'U').eigenvectors": "S",
    "np.linalg.eigh(np.stack([S, 2 * S]))[1]": "S",
    "np.linalg.eigh(H)[0]": "H",
    "np.abs(np.linalg.eigh(H)[1])": "H",
    "w, V = np.linalg.eigh(H, 'U'); (V * np.exp(-w)) @ np.conj(V.T)": "H",
    "np.linalg.eigvalsh(np.stack([S, 2 * S]), UPLO='U')": "S",
    "np.linalg.eig(A)": "A",
    "np.linalg.eig(A - A.T + 0.1 * A)": "A",
    "np.linalg.eig(Z)": "Z",
    "np.abs(np.linalg.eig(np.stack([A, S]))[1])": "A",
    "np.linalg.eigvals(Z)": "Z",
    "np.linalg.svd(A)": "A",
    "np.linalg.svd(M)": "M",
    "np.linalg.svd(B, full_matrices=False)": "B",
    "np.linalg.svd(M, False).Vh": "M",
    "np.linalg.svd(B)[0][:, 2:] ** 2": "B",
    "np.linalg.svd(T, full_matrices=False)[0]": "T",
    "np.abs(np.linalg.svd(Z)[0])": "Z",
    "u, w, V = np.linalg.svd(Z, full_matrices=False); u @ V": "Z",
    "np.linalg.svd(Z, compute_uv=False)": "Z",
    "np.linalg.svdvals(T)": "T",
    "np.linalg.qr(A)": "A",
    "np.linalg.qr(M)": "M",
    "np.linalg.qr(B)": "B",
    "np.linalg.qr(B, mode='complete')": "B",
    "np.linalg.qr(M, 'complete')": "M",
    "np.linalg.qr(B, mode='r')": "B",
    "np.linalg.qr(Z)": "Z",
    "np.linalg.qr(T).Q": "T",
}  # fmt: skip


@pytest.mark.parametrize(("probe", "wrt"), FORMS.items(), ids=FORMS)
def test_form_is_right_in_both_modes(probe: str, wrt: str) -> None:
    check_form(probe, wrt)


def test_triangle_that_is_not_read_has_the_gradient_zero() -> None:
    def smallest(a: Any) -> Any:
        return np.linalg.eigvalsh(a)[0]

    a = np.array([[2.0, 0.5], [0.5, 1.0]])
    gradient = grad(smallest)(a)
    assert gradient[0, 1] == 0.0 and gradient[1, 0] != 0.0
    assert np.array_equal(grad(lambda a: np.linalg.cholesky(a)[1, 1])(a), np.tril(grad(lambda a: np.linalg.cholesky(a)[1, 1])(a)))


def test_repeated_values_give_what_does_not_depend_on_the_basis_and_stay_finite() -> None:
    equal = np.diag([2.0, 2.0, 5.0])
    assert np.allclose(grad(lambda a: np.sum(np.linalg.eigvalsh(a) ** 2))(equal), 2 * equal)
    assert np.allclose(grad(lambda a: np.sum(np.linalg.svd(a)[1] ** 2))(equal), 2 * equal)
    assert np.isfinite(grad(lambda a: np.sum(np.linalg.eigh(a)[1] ** 3))(equal)).all()

    def rotation(a: Any) -> Any:
        u, _, vh = np.linalg.svd(a)
        return u @ vh

    turn = np.array([[0.0, 1.0, 0.0], [-1.0, 0.0, 0.0], [0.0, 0.0, 0.0]])
    assert np.allclose(jvp(rotation, (2 * np.eye(3),), (turn,))[1], turn / 2)


def test_hessian_of_a_repeated_decomposition_is_right() -> None:
    def entropy(a: Any) -> Any:
        w = np.linalg.eigvalsh(a)
        return np.sum(w * np.log(w))

    a, d, h = np.array([[2.0, 0.0], [0.5, 1.0]]), np.array([[0.3, 0.0], [-0.2, 0.4]]), 1e-6
    slope = grad(entropy)
    second = jvp(slope, (a,), (d,))[1]
    assert np.allclose(second, (slope(a + h * d) - slope(a - h * d)) / (2 * h), atol=1e-6)


def test_only_what_is_asked_for_is_computed_in_the_gradient() -> None:
    text = grad(lambda a: np.sum(np.linalg.svd(a, full_matrices=False).S)).source(np.eye(2))
    assert "inverse_gaps" not in text


def raw(a: Any) -> Any:
    return np.sum(np.linalg.qr(a, mode="raw")[0])


def hermitian_svd(a: Any) -> Any:
    return np.sum(np.linalg.svd(a, hermitian=True)[1])


@pytest.mark.parametrize("function", [raw, hermitian_svd])
def test_form_without_a_rule_is_refused(function: Callable[..., Any]) -> None:
    with pytest.raises(NoRule, match="does not cover"):
        vjp(function, np.eye(2))
