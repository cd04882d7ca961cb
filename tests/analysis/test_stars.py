"""`f(t, *p)` of an array or list of any length."""

from __future__ import annotations

import numpy as np
import pytest

from wengert import UnsupportedSyntax, check_grads, grad


def model(t, a, k, c):
    return a * np.exp(-k * t) + c


def residuals(p, t, y):
    return np.sum((model(t, *p) - y) ** 2)


def named(p, t):
    return np.sum(model(t, *p[:2], c=p[2]))


@pytest.mark.parametrize("p", [np.array([1.0, 2.0, 3.0]), [1.0, 2.0, 3.0]], ids=["array", "list"])
def test_a_function_says_how_many_items_it_takes(p):
    t = np.linspace(0.0, 1.0, 4)
    check_grads(residuals, (p, t, np.ones(4)), order=2)
    check_grads(named, (p, t), order=2)


def test_the_text_takes_the_array_apart():
    assert "a, k, c = p\n" in grad(residuals).source(np.ones(3), np.ones(4), np.ones(4))


def test_a_wrong_number_of_items_raises_as_it_does_in_a_plain_call():
    with pytest.raises(ValueError, match="too many values to unpack"):
        grad(residuals)(np.ones(4), np.ones(4), np.ones(4))


def open_ended(x, scale=1.0):
    return x * scale


def test_a_function_with_a_default_does_not_say_it():
    with pytest.raises(UnsupportedSyntax, match="W021"):
        grad(lambda p: open_ended(*p))(np.ones(2))
