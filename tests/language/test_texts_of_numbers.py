"""A number that goes through a text is the number, if it was not rounded on the way."""

from __future__ import annotations

import numpy as np
import pytest

import wengert


def in_full(x):
    return float(str(x))


def represented(x):
    return float(repr(x)) * x


def formatted(x):
    text = f" {x} ".strip()
    return np.float64(text)


@pytest.mark.parametrize("function", [in_full, represented, formatted])
def test_what_is_read_from_the_text_of_a_number_is_refused(function) -> None:
    with pytest.raises(wengert.NoRule, match="W044"):
        wengert.grad(function)(0.7)


def rounded(x):
    return float(f"{x:.2f}") + float(str(round(x, 2))) + x * x


def told(x):
    label = str(x)
    return x * x if label else 0.0


def test_what_is_rounded_has_no_derivative_and_a_text_may_be_read_by_people() -> None:
    assert wengert.grad(rounded)(0.71) == pytest.approx(1.42)
    assert wengert.grad(told)(0.71) == pytest.approx(1.42)
