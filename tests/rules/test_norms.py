"""All orders of the norms, along all sorts of axes, of complex numbers too; the choices at zero and at ties."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from probes import check_form

from wengert import grad

MATRIX = ["None", "'fro'", "'nuc'", "1", "-1", "2", "-2", "np.inf", "-np.inf"]
VECTOR = ["None", "0", "1", "2", "3", "1.5", "0.5", "-1", "np.inf", "-np.inf"]
FORMS = (
    [f"np.linalg.norm({x}, {order}{rest})" for order in MATRIX for x, rest in
     (("A", ""), ("Z", ""), ("T", ", axis=(0, 2)"), ("T", ", axis=(2, 0), keepdims=True"))]
    + [f"np.linalg.norm({x}, {order}{rest})" for order in VECTOR for x, rest in
       (("V", ""), ("z", ""), ("M", ", axis=0"), ("M", ", axis=-1, keepdims=True"))]
    + ["np.linalg.norm(T)", "np.linalg.vector_norm(T, axis=(0, 2), ord=3)", "np.linalg.vector_norm(M, keepdims=True)",
       "np.linalg.matrix_norm(T, ord='nuc')", "np.linalg.matrix_norm(T, ord=2, keepdims=True)"]
)  # fmt: skip


@pytest.mark.parametrize("probe", FORMS)
def test_form_is_right_in_both_modes(probe: str) -> None:
    check_form(probe, probe.partition("(")[2][0])


NORMS: list[Callable[[Any], Any]] = [
    lambda x: np.linalg.norm(x), lambda x: np.linalg.norm(x, axis=0)[0], lambda x: np.linalg.norm(x, 1), lambda x: np.linalg.norm(x, 2),
    lambda x: np.linalg.norm(x, np.inf), lambda x: np.linalg.norm(x, "nuc"), lambda x: np.linalg.vector_norm(x, ord=3),
]  # fmt: skip


@pytest.mark.parametrize("norm", NORMS)
def test_every_norm_has_the_derivative_zero_at_zero(norm: Callable[[Any], Any]) -> None:
    assert np.array_equal(grad(norm)(np.zeros((2, 2))), np.zeros((2, 2)))


def test_largest_elements_share_equally() -> None:
    assert np.array_equal(grad(lambda x: np.linalg.norm(x, np.inf))(np.array([2.0, -2.0, 1.0])), [0.5, -0.5, 0.0])
