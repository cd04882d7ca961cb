"""`scipy.linalg`: forms that the CSV has not, of real and complex matrices."""

from __future__ import annotations

import pytest
from probes import check_form

FORMS = {
    "sl.lu(A)": "A", "sl.lu_factor(Z)[0]": "Z", "sl.qr(B)": "B", "sl.qr(B, mode='economic')": "B", "sl.qr(Z)[1]": "Z",
    "sl.expm_frechet(A, S, compute_expm=False)": "AS", "sl.expm(Z)": "Z", "sl.logm(S)": "S", "sl.sqrtm(Z)": "Z", "sl.polar(A)": "A",
    "sl.polar(B)": "B", "sl.cosm(A)": "A", "sl.tanhm(A)": "A", "sl.pinv(B)": "B", "sl.cholesky(S)": "S", "sl.cholesky(H, lower=True)": "H",
    "sl.cho_factor(S)[0]": "S", "sl.cho_factor(H, lower=True)[0]": "H", "sl.cho_solve(sl.cho_factor(S), B)": "SB",
    "sl.cho_solve((sl.cholesky(H), False), V)": "HV", "sl.cho_solve(sl.cho_factor(H, True), z[:3])": "Hz",
    "sl.lu_solve(sl.lu_factor(A), B)": "AB", "sl.solve(S, V, assume_a='pos')": "SV", "sl.solve(S, B, assume_a='sym', lower=True)": "SB",
    "sl.solve(H, B, assume_a='her')": "HB", "sl.solve(Z, V)": "ZV", "sl.solve_triangular(A, V)": "AV",
    "sl.solve_triangular(A, B, trans=1, lower=True)": "AB", "sl.solve_triangular(A, V, trans='T')": "AV",
    "sl.solve_triangular(A, B, unit_diagonal=True)": "AB", "sl.solve_triangular(Z, V, lower=True)": "ZV", "sl.eigh(S)": "S",
    "sl.eigh(S, lower=False)[1]": "S", "sl.eigh(S, eigvals_only=True)": "S", "sl.eigvalsh(H, lower=False)": "H", "sl.eig(A)": "A",
    "sl.eig(Z)": "Z", "sl.eigvals(A - A.T)": "A", "sl.svd(A)": "A", "sl.svd(B, full_matrices=False)": "B", "sl.svd(Z, compute_uv=False)": "Z",
    "sl.toeplitz(x)": "x", "sl.toeplitz(x, y[:3])": "xy", "sl.hankel(x)": "x", "sl.convolution_matrix(x, 3, mode='same')": "x",
    "sl.block_diag(A, V, B[:2])": "AVB", "sl.leslie(x, y[1:])": "xy",
    "sl.solve_banded((0, 2), np.stack([x * 0.1, y * 0.1, w + 2]), np.stack([x, y]).T)": "xyw",
    "sl.solve_banded((2, 1), np.stack([x * 0.1, w + 2, y * 0.1, x * 0.2]), y)": "xyw",
    "sl.solve_toeplitz((w + np.array([3.0, 0, 0, 0]), x), y)": "wxy", "sl.matmul_toeplitz((w, x), y)": "wxy",
    "sl.solve_circulant(w, x)": "wx", "sl.solve_sylvester(Z, A, H)": "ZAH", "sl.solve_continuous_lyapunov(Z, H)": "ZH",
    "sl.solve_discrete_lyapunov(Z * 0.1, H)": "ZH", "sl.solve_continuous_are(A, B, S, np.eye(2))": "ABS",
    "sl.solve_discrete_are(A, B, S, np.eye(2))": "ABS", "sl.lstsq(M, V)[0]": "MV", "sl.lstsq(B, V)[1]": "BV", "sl.pinvh(S)": "S", "sl.pinvh(A, lower=False)": "A", "sl.pinvh(Z)": "Z",
    "sl.orthogonal_procrustes(A, S)": "AS", "sl.schur(S)": "S", "sl.schur(L + 0.1 * L.T)": "L", "sl.eigh_tridiagonal(w, x[:3])": "wx",
    "sl.fractional_matrix_power(S, 0.3)": "S",
}  # fmt: skip


@pytest.mark.parametrize(("probe", "wrt"), FORMS.items(), ids=FORMS)
def test_form_is_right_in_both_modes(probe: str, wrt: str) -> None:
    pytest.importorskip("scipy")
    check_form(probe, wrt)
