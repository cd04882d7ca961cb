"""What may be a view of an array or a copy of it is decided in the run, and differentiated as it turns out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from wengert import grad, hessian, jvp, value_and_grad

M, S = np.arange(1.0, 7.0).reshape(2, 3) / 3, 1.3


def reshaped(a, s):
    v = a.reshape(-1)
    v[0] *= s
    v[3] = s * s
    return np.sum(a * a)


def ravelled_and_read(a, s):
    v = a.ravel()
    v[1:] *= s
    return np.sum(a * a) + np.sum(v**3)


def turned_first(a, s):
    v = a.T.ravel()
    v[1] *= s
    return np.sum(a * a) + np.sum(v**2)


def a_part(a, s):
    a[0].reshape(3, 1)[1] = s
    return np.sum(a**2)


def in_c_order(a, s):
    v = np.ascontiguousarray(a)
    v[1] *= s
    return np.sum(a * a) + np.sum(v**2)


def twice(a, s):
    u = a * 1.0
    v = u.reshape(3, 2)
    v[1] *= s
    w = u.T.reshape(-1)
    w *= s
    return np.sum(u * u) + np.sum(v**2) + np.sum(w**3)


def in_a_loop(a, s):
    u = np.zeros_like(a)
    v = u.ravel()
    for i in range(6):
        v[i] = a[i // 3, i % 3] * s
    return np.sum(u * u)


def row_by_row(a, s):
    for row in a.reshape(3, 2):
        row[0] *= s
    return np.sum(a**2)


def _doubled(v):
    v *= 2


def by_a_helper(a, s):
    v = a.swapaxes(0, 1).reshape(2, 3)
    _doubled(v)
    np.multiply(a.ravel(), s, out=a.ravel())
    return np.sum(a**2) + np.sum(v**3)


def after_an_early_return(a, s):
    v = np.ravel(a)
    if s < 0:
        v[0] = s
        return np.sum(a)
    v[::2] = s * s
    if s > 1:
        return np.sum(a**3)
    return np.sum(v)


def the_same_array(a, s):
    v = np.atleast_2d(np.asarray(a, dtype=float))
    v[0] = s * a[1]
    return np.sum(a * a) + np.sum(v)


def _scaled(a, s):
    v = a.ravel()
    v *= s
    return np.sum(a) * v


def inside_of_a_helper(a, s):
    for _ in range(2):
        w = _scaled(a, s)
        a[0, 0] += w[1] * 0.1
    return np.sum(a**2) + np.sum(w**2)


def _flat(a):
    return a.reshape(-1)


def made_by_a_helper(a, s):
    v = _flat(a)
    v[1] *= s
    return np.sum(a**3)


def handed_back_by_a_helper(a, s):
    def keep(b):
        v = b.ravel()
        v[0] = s * b[1, 1]
        return v

    v = keep(a)
    b = np.sum(a**2)
    v[2] = s
    return b + np.sum(v**2)


def in_a_branch(a, s):
    if s > 1:
        v = a.ravel()
        v[0] = s * a[1, 1]
        w = v[1:]
        w[1] = s
    return np.sum(a**2)


def a_view_of_what_may_be_a_view(a, s):
    v = a.ravel()
    w = v.reshape(3, 2)
    w[0, 1] = s
    return np.sum(a**2)


LAYOUTS: dict[str, Callable[[Any], Any]] = {
    "rows": lambda a: np.array(a, order="C"),
    "columns": lambda a: np.array(a, order="F"),
    "strided": lambda a: np.repeat(np.repeat(a, 2, 0), 3, 1)[::2, ::3],
}
PROGRAMS = (
    reshaped, ravelled_and_read, turned_first, a_part, in_c_order, twice, in_a_loop, row_by_row, by_a_helper, after_an_early_return, the_same_array,
    inside_of_a_helper, made_by_a_helper, handed_back_by_a_helper, in_a_branch, a_view_of_what_may_be_a_view,
)  # fmt: skip


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("f", PROGRAMS)
def test_either_answer_has_its_derivative(f: Any, layout: str) -> None:
    lay = LAYOUTS[layout]

    def slope(a: Any, s: float) -> float:
        return float(f(lay(M + 1e-6 * a), S + 1e-6 * s) - f(lay(M - 1e-6 * a), S - 1e-6 * s)) / 2e-6

    steps = np.eye(6).reshape(6, 2, 3)
    left, given = lay(M), lay(M)
    value = f(left, S)
    out, (a_bar, s_bar) = value_and_grad(f, argnums=(0, 1))(given, S)
    assert out == pytest.approx(value)
    np.testing.assert_array_equal(given, left)
    np.testing.assert_allclose(a_bar.ravel(), [slope(step, 0.0) for step in steps], rtol=1e-6, atol=1e-6)
    assert s_bar == pytest.approx(slope(0 * M, 1.0), rel=1e-6)
    for found, expected in zip(grad(f, argnums=(0, 1))(lay(M), S), (a_bar, s_bar)):
        np.testing.assert_allclose(found, expected, rtol=1e-12)
    given = lay(M)
    out, dot = jvp(f, (given, S), (np.ones((2, 3)), 1.0))
    assert out == pytest.approx(value) and dot == pytest.approx(np.sum(a_bar) + s_bar)
    np.testing.assert_array_equal(given, left)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("f", [reshaped, ravelled_and_read, turned_first])
def test_second_derivatives_follow_the_answer(f: Any, layout: str) -> None:
    lay = LAYOUTS[layout]
    found = np.reshape(hessian(f, 1)(lay(M), S), ())
    assert found == pytest.approx((grad(f, 1)(lay(M), S + 1e-6) - grad(f, 1)(lay(M), S - 1e-6)) / 2e-6, rel=1e-6)
    back = grad(lambda a: np.sum(grad(f)(a, S) * M))(lay(M))
    ahead = jvp(lambda a: grad(f)(a, S), (lay(M),), (M,))[1]
    np.testing.assert_allclose(back, ahead)


def test_the_run_is_asked_only_where_it_matters() -> None:
    assert "may_share_memory" in grad(reshaped).source(M, S)
    assert "may_share_memory" not in grad(lambda a: np.sum(a.reshape(-1) ** 2 + a.ravel())).source(M)
    assert "may_share_memory" not in grad(the_same_array).source(M, S)
