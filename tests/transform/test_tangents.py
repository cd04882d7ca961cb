"""Calls that are not inlined, forward: callees that return their results and the tangents of these."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import recursions

from wengert import jvp
from wengert.ir.evaluate import evaluate
from wengert.ir.kinds import FLOAT
from wengert.ir.text import parse
from wengert.ir.verify import verify
from wengert.ir.walk import all_names
from wengert.modes import JVP
from wengert.transform.tangents import forward_program


@pytest.fixture(autouse=True)
def no_cache_on_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WENGERT_CACHE_DIR", "")


def floats(function: Any) -> Any:
    callees = {name: floats(callee) for name, callee in function.callees.items()}
    return replace(function, kinds=dict.fromkeys(all_names(function), FLOAT), callees=callees)


PROGRAM = floats(parse("""
function f(x, y):
    a.0 = invoke('g', x, y)
    b.0 = invoke('g', x, 2.0)
    c.0 = invoke('g', 1.0, 2.0)
    %0 = a.0 * b.0
    %1 = %0 * c.0
    return %1

function g(u, v):
    %0 = u * v
    %1 = math.sin(%0)
    return %1
"""))


def test_one_function_serves_calls_with_tangents_of_some_arguments():
    made = forward_program(PROGRAM, [0, 1])
    verify(made)
    assert list(made.callees) == ["g", "g_jvp"]
    value, tangent = evaluate(made, 0.3, 0.7, 1.0, 0.5)
    h = 1e-6
    expected = (evaluate(PROGRAM, 0.3 + h, 0.7 + h / 2) - evaluate(PROGRAM, 0.3 - h, 0.7 - h / 2)) / (2 * h)
    assert value == evaluate(PROGRAM, 0.3, 0.7) and np.isclose(tangent, expected)


def test_a_tangent_that_has_fewer_axes_than_its_value_is_handed_over_whole():
    def grown(x, n):
        return x if n == 0 else grown(x + np.ones(3), n - 1) * 2

    out, tangent = jvp(lambda t: grown(t * 1.0, 2), (np.array([0.5]),), (np.array([1.0]),))
    assert np.array_equal(tangent, np.full(3, 4.0)) and out.shape == (3,)


def test_the_text_has_one_function_more():
    assert JVP(recursions.deep).source(0.5, 3) == (
        "def deep_jvp(x, n, x_dot):\n"
        "    if n == 0:\n"
        "        return x, x_dot\n"
        "    out_1, out_1_dot = deep_jvp(x, n - 1, x_dot)\n"
        "    return math.sin(out_1), out_1_dot * math.cos(out_1)\n"
        "\n\n"
        "def jvp_deep(x, n, x_dot):\n"
        '    """Value and tangent of recursions.deep along x_dot."""\n'
        "    return deep_jvp(x, n, x_dot)\n"
    )
