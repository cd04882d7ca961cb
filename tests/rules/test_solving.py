"""Forms of inverses, determinants and systems that the CSV has not: stacks, complex numbers, singular matrices, least squares of any rank."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from probes import check_form

from wengert import grad, jvp

FORMS = {
    "np.linalg.inv(np.stack([Z, H]))": "ZH",
    "np.linalg.det(np.stack([A, S]))": "AS",
    "np.linalg.slogdet(np.stack([A, S]))": "AS",
    "np.linalg.slogdet(Z)": "Z",
    "np.linalg.solve(np.stack([A, S]), V)": "ASV",
    "np.linalg.solve(A, np.stack([B, B * 2]))": "AB",
    "np.linalg.solve(Z, V)": "ZV",
    "np.linalg.solve(A, z[:3])": "Az",
    "np.linalg.pinv(T)": "T",
    "np.linalg.pinv(Z[:2])": "Z",
    "np.linalg.lstsq(B, V)": "BV",
    "np.linalg.lstsq(M, V, rcond=1e-12)[0]": "MV",
    "np.linalg.lstsq(np.outer(V, U), V)[0]": "VU",
    "np.linalg.lstsq(Z[:, :2], V)[0]": "ZV",
    "np.linalg.lstsq(B, A)": "AB",
    "np.linalg.tensorinv(np.kron(A, S)[:4, :4].reshape((2, 2, 4)))": "AS",
    "np.linalg.tensorinv(S.reshape((3, 3, 1)), ind=1)": "S",
    "np.linalg.matrix_power(A, 0)": "A",
    "np.linalg.matrix_power(A, 1)": "A",
    "np.linalg.matrix_power(A, 7)": "A",
    "np.linalg.matrix_power(np.stack([A, S]), -3)": "AS",
    "np.linalg.multi_dot([V, A, B])": "VAB",
    "np.linalg.multi_dot([V, A, S, U])": "VASU",
    "np.linalg.cond(A, 1)": "A",
    "np.linalg.cond(A, -2)": "A",
    "np.linalg.cond(np.stack([A, S]), np.inf)": "AS",
}  # fmt: skip


@pytest.mark.parametrize(("probe", "wrt"), FORMS.items(), ids=FORMS)
def test_form_is_right_in_both_modes(probe: str, wrt: str) -> None:
    check_form(probe, wrt)


SINGULAR = {
    "rank 2 of 3": np.array([[1.0, 2.0, 3.0], [2.0, 4.0, 6.0], [1.0, 0.0, 1.0]]),
    "rank 1 of 3": np.outer([1.0, 2.0, 3.0], [1.0, 1.0, 2.0]),
    "zero": np.zeros((3, 3)),
    "badly scaled": np.diag([1e8, 1.0, 1e-9]),
}  # fmt: skip


@pytest.mark.parametrize("name", SINGULAR)
def test_determinant_of_a_singular_matrix_has_its_first_two_derivatives(name: str) -> None:
    a, d = SINGULAR[name], np.random.RandomState(0).randn(3, 3)
    minors = np.array([[np.linalg.det(np.delete(np.delete(a, i, 0), j, 1)) * (-1) ** (i + j) for j in range(3)] for i in range(3)])
    gradient = grad(lambda a: np.linalg.det(a))
    assert np.allclose(gradient(a), minors, atol=1e-12)
    slope = sum(minors_of(a + s * d) * w for s, w in ((1.0, 0.5), (-1.0, -0.5)))  # quadratic in s, so the difference is exact
    assert np.allclose(jvp(gradient, (a,), (d,))[1], slope, atol=1e-9 * max(1.0, np.abs(slope).max()))


def minors_of(a: Any) -> Any:
    signs = (-1.0) ** np.add.outer(np.arange(3), np.arange(3))
    rest = [[np.delete(np.delete(a, i, 0), j, 1) for j in range(3)] for i in range(3)]
    return signs * np.array([[m[0, 0] * m[1, 1] - m[0, 1] * m[1, 0] for m in row] for row in rest])


def test_gradient_of_a_system_solves_one_more_system_and_forms_no_inverse() -> None:
    text = grad(lambda a, b: np.sum(np.linalg.solve(a, b)), (0, 1)).source(np.eye(2), np.ones(2))
    assert text.count("= np.linalg.solve(") == 2 and "inv" not in text
