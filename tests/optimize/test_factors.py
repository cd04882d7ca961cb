"""Numbers and signs meet in derivative lines."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from inplace import kinded

from wengert.ir.evaluate import evaluate
from wengert.ir.text import show
from wengert.ir.verify import verify
from wengert.optimize.dead_code import eliminate_dead_code
from wengert.optimize.factors import gather_factors

ARRAY = np.array([0.5, -1.5, 2.0])


def gathered(*lines, given=(), arguments=(0.3, 1.7, ARRAY, 3)):
    """The body of `function f(x, y, v, n)` afterwards; both give the same."""
    function = kinded("function f(x, y, v, n):\n" + "\n".join(f"    {line}" for line in lines), *arguments)
    made = eliminate_dead_code(gather_factors(function, given))
    verify(made)
    np.testing.assert_allclose(evaluate(made, *arguments), evaluate(function, *arguments), rtol=1e-14)
    return [line.strip() for line in show(made).splitlines()[1:]]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("%0 = 2 * x", "%1 = %0 / 2", "return %1"), ["return x"]),
        (("%0 = 4 * x", "%1 = %0 / 2", "return %1"), ["%1 = 2 * x", "return %1"]),
        (("%0 = 0.5 * v", "%1 = %0 + %0", "return %1"), ["return v"]),
        (("%0 = x + x", "return %0"), ["%0 = 2 * x", "return %0"]),
        (("%0 = x / 2", "%1 = 2 * y", "%2 = %0 * %1", "return %2"), ["%2 = x * y", "return %2"]),
        (("%0 = -x", "%1 = y + %0", "return %1"), ["%1 = y - x", "return %1"]),
        (("%0 = -x", "%1 = %0 * v", "%2 = y - %1", "return %2"), ["%3 = x * v", "%2 = y + %3", "return %2"]),
        (("%0 = -2 * x", "%1 = %0 + y", "return %1"), ["%2 = 2 * x", "%1 = y - %2", "return %1"]),
        (("%0 = -x", "%1 = -%0", "return %1"), ["return x"]),
        (("%0 = -x", "%1 = %0 * v", "%2 = %1 + %1", "return %2"), ["%2.0 = -2 * x", "%2 = %2.0 * v", "return %2"]),
        (("%0 = -x", "%1 = %0 * y", "v.1 = scatter_add(v, 0, %1)", "return v.1"), ["%2 = x * y", "%3 = -%2", "v.1 = scatter_add(v, 0, %3)", "return v.1"]),
    ],
)  # fmt: skip
def test_fewer_are_left(lines, expected):
    found = gathered(*lines)
    assert found == expected or [line.replace("%3", "%2.0") for line in found] == expected


@pytest.mark.parametrize(
    "lines",
    [
        ("%0 = 2 * x", "%1 = %0 / 3", "return %1"),  # no whole number
        ("%0 = 0.1 * x", "%1 = %0 / 0.1", "return %1"),  # 0.1 is not a short number
        ("%0 = n + n", "return %0"),  # whole numbers
        ("%0 = 2 * n", "%1 = %0 / 2", "return %1"),
        ("%0 = 2 * x", "%1 = %0 / 2", "%2 = %0 * %1", "return %2"),  # read twice
        ("%0 = x * y", "return %0"),
        ("%0 = -x", "return %0"),
        ("%0 = x - x", "return %0"),
    ],
)
def test_these_stay(lines):
    assert gathered(*lines) == list(lines)


def test_the_users_own_lines_stay_as_they_are():
    lines = ("%0 = 2 * x", "%1 = %0 / 2", "return %1")
    assert gathered(*lines, given={"%0", "%1"}) == list(lines)


def test_random_products_keep_their_value():
    random = Random(5)
    for _ in range(400):
        lines, values = [], ["x", "y", "v"]
        for k in range(random.randrange(2, 8)):
            number = random.choice(("2", "4", "-1", "0.5", "3", "-2", "0.1"))
            one, other = random.choice(values), random.choice(values)
            lines.append(f"%{k} = " + random.choice((f"{number} * {one}", f"{one} / {number}", f"-{one}", f"{one} + {other}", f"{one} - {other}", f"{one} * {other}", f"{one} / y")))
            values = [*values, f"%{k}", f"%{k}"]
        gathered(*lines, f"return %{k}")
