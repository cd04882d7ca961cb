"""Sums of slices begin with the array that they are added to."""

from __future__ import annotations

import numpy as np
import pytest

from wengert import check_grads, grad

U = np.linspace(0.3, 0.9, 6) ** 2


def stepped(u, steps):
    for _ in range(steps):
        un = u.copy()
        u[1:-1] = un[1:-1] * un[2:] - 0.5 * un[:-2]
    return np.sum(u * u)


def copied_and_both_read(u, steps):
    for _ in range(steps):
        un = u.copy()
        u[1:-1] = un[1:-1] * un[2:] - u[:-2]
        u[0] = un[1] * u[1]
    return np.sum(u * u)


def copied_in_a_branch(u, steps):
    for k in range(steps):
        if k % 2:
            un = u.copy()
            u[1:] = un[1:] * un[:-1]
        else:
            u[:-1] *= u[1:]
    return np.sum(u * u)


def test_an_adjoint_takes_what_the_copy_of_its_array_is_read_for():
    text = grad(stepped).source(U, 3)
    assert "un_bar" not in text and "zeros_like" not in text


@pytest.mark.parametrize("function", [stepped, copied_and_both_read, copied_in_a_branch])
def test_derivatives_agree_with_differences(function):
    check_grads(function, (U.copy(), 3))
