"""Calls that are not inlined, backward: forward and backward halves, what they save, and pairs of pairs."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import recursions
from differences import check
from recursions import PROGRAMS

from wengert import check_grads, grad, hessian, jvp, value_and_grad, vjp
from wengert.backend.source import print_function
from wengert.ir.evaluate import evaluate
from wengert.ir.kinds import FLOAT, INT
from wengert.ir.text import parse
from wengert.ir.verify import verify
from wengert.ir.walk import all_names
from wengert.optimize import clean
from wengert.transform.pairs import reverse_program
from wengert.transform.tangents import forward_program


@pytest.fixture(autouse=True)
def no_cache_on_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WENGERT_CACHE_DIR", "")


def named(pair: tuple[Any, tuple[Any, ...]]) -> str:
    return pair[0].__name__


@pytest.mark.parametrize("program", PROGRAMS, ids=named)
def test_both_modes_are_right_and_agree(program: tuple[Any, tuple[Any, ...]]) -> None:
    function, arguments = program
    check(function, *arguments)


SECOND = [program for program in PROGRAMS if program[0] not in (recursions.tree_sum, recursions.written_to_after)]


@pytest.mark.parametrize("program", SECOND, ids=named)
def test_every_mix_of_two_modes_is_right(program: tuple[Any, tuple[Any, ...]]) -> None:
    function, arguments = program
    check_grads(function, arguments, order=2)


def floats(function: Any, integers: set[str]) -> Any:
    kinds = {name: INT if name in integers else FLOAT for name in all_names(function)}
    callees = {name: floats(callee, integers) for name, callee in function.callees.items()}
    return replace(function, kinds=kinds, callees=callees)


POWER = floats(
    parse("""
function f(x, n):
    y.0 = invoke('power', x, n)
    z.0 = y.0 * x
    return z.0

function power(x, n):
    %0 = n == 0
    %1 = if %0:
        yield 1.0
    else:
        %2 = n // 2
        h.0 = invoke('power', x, %2)
        %3 = n % 2
        %4 = if %3:
            %5 = x * h.0
            %6 = %5 * h.0
            yield %6
        else:
            %7 = h.0 * h.0
            yield %7
        yield %4
    return %1
"""),
    {"n", "%0", "%2", "%3"},
)


def test_a_callee_becomes_a_forward_and_a_backward_half():
    made = clean(reverse_program(POWER, [0]), all_names(POWER))
    verify(made)
    assert list(made.callees) == ["power_forward", "power_backward"]
    assert print_function(made).text.partition("\n\n\ndef power_backward")[0] == (
        "def power_forward(x, n):\n"
        "    if n == 0:\n"
        "        return 1.0, None\n"
        "    h, h_saved = power_forward(x, n // 2)\n"
        "    if n % 2:\n"
        "        return x * h * h, (h, h_saved)\n"
        "    return h * h, (h, h_saved)"
    )


@pytest.mark.parametrize("n", [0, 1, 2, 7])
def test_the_program_means_the_derivative_at_every_stage(n: int) -> None:
    x, slope = 1.1, (n + 1) * 1.1**n
    raw = reverse_program(POWER, [0])
    for made in (raw, clean(raw, all_names(POWER))):
        verify(made)
        assert math.isclose(evaluate(made, x, n), slope)
    tangent = forward_program(POWER, [0])
    verify(tangent)
    assert np.allclose(evaluate(tangent, x, n, 1.0), (x ** (n + 1), slope))
    for again in (forward_program(raw, [0]), reverse_program(raw, [0])):
        verify(again)
    curvature = n * (n + 1) * x ** (n - 1)
    assert math.isclose(evaluate(reverse_program(raw, [0]), x, n), curvature)
    assert np.allclose(evaluate(forward_program(raw, [0]), x, n, 1.0), (slope, curvature))


def test_what_needs_nothing_saved_has_no_forward_half():
    def scaled(x, n):
        return x if n == 0 else scaled(2 * x, n - 1) * 3

    text = grad(scaled).source(0.5, 3)
    assert "saved" not in text and "def scaled_backward(x, n, out_bar):" in text
    assert grad(scaled)(0.5, 3) == 216.0


def test_a_test_of_values_that_cannot_be_asked_again_is_saved():
    def halved(x, n):
        y = math.sin(x) * math.cos(x) * n
        if y > 0.5:
            return halved(x * 0.5, n) * y
        return y * y

    check(halved, 0.9, 3)


def test_two_sets_of_arguments_of_one_callee_share_the_pair_that_has_both():
    def mixed(x, y, n):
        return x * y if n == 0 else mixed(x, y * x, n - 1) * 2

    def both(x, y):
        return mixed(x, 3.0, 2) + mixed(x, y, 2)

    assert grad(both, (0, 1)).source(0.5, 0.7).count("def mixed_backward") == 1
    check(both, 0.5, 0.7)


def test_names_of_callees_are_unlike_the_users_names():
    def chained(x, power_forward):
        return x * power_forward if power_forward < 1 else power(x, 3) + chained(x, power_forward - 1)

    power = recursions.power
    text = grad(chained).source(0.5, 2)
    assert "def power_forward_2(x, n):" in text
    check(chained, 0.5, 2)


def test_effects_happen_once_and_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    def loud(x, n):
        print(n)
        return x if n == 0 else loud(x, n - 1) * x

    value_and_grad(loud)(0.5, 2)
    assert capsys.readouterr().out == "2\n1\n0\n"
    jvp(loud, (0.5, 2), (1.0, None))
    assert capsys.readouterr().out == "2\n1\n0\n"


def test_an_exception_names_the_line_of_the_callee():
    with pytest.raises(ValueError, match="negative") as caught:
        grad(recursions.refusing)(1.0, -1)
    assert any("in refusing" in note and "raise ValueError" in note for note in caught.value.__notes__)


def test_the_recursion_is_as_deep_as_the_primals():
    limit = sys.getrecursionlimit()
    depth = 900 if limit >= 1000 else limit // 2
    slope = grad(recursions.deep)(0.5, depth)
    out, pullback = vjp(recursions.deep, 0.5, depth)
    assert pullback(1.0)[0] == slope and math.isclose(jvp(recursions.deep, (0.5, depth), (1.0, None))[1], slope)


def test_a_pullback_keeps_nothing_that_the_caller_may_write_to():
    x = np.array([0.1, 0.2, 0.3])
    out, pullback = vjp(recursions.scanned, x)
    before = pullback(np.ones(3))[0]
    x[:] = 7.0
    out[:] = 7.0
    assert np.array_equal(pullback(np.ones(3))[0], before)


def test_hessians_go_through_recursion():
    made = hessian(recursions.scan_loss)(recursions.VECTOR)
    columns = [jvp(grad(recursions.scan_loss), (recursions.VECTOR,), (row,))[1] for row in np.eye(5)]
    assert np.allclose(made, columns) and np.allclose(made, made.T)


def test_a_derivative_of_a_recursion_inside_of_a_function_is_differentiated():
    def inside(x):
        return grad(lambda t: recursions.factorial(t, 3))(x) * x

    def beside(x, n):
        return grad(recursions.factorial)(x, n) * x

    check(inside, 0.5)
    check(beside, 0.5, 3)


def test_a_saved_module_holds_the_pair(tmp_path: Any) -> None:
    grad(recursions.power).save(tmp_path / "grad_of_power.py", 1.1, 7)
    code = "import grad_of_power; print(grad_of_power.grad_power(1.1, 7))"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    assert float(done.stdout) == grad(recursions.power)(1.1, 7)


def test_a_helper_that_is_bound_to_something_else_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    assert math.isclose(grad(recursions.even)(0.4, 1), 1.1 * math.cos(0.44))
    monkeypatch.setattr(recursions, "odd", lambda x, n: x * 3)
    assert math.isclose(grad(recursions.even)(0.4, 1), 3.3)


def test_chains_of_wider_sets_of_arguments_end():
    def chain(x, y, z, n):
        return x * y * z if n == 0 else chain(x, y, z, n - 1) * 2

    def chained(x):
        p = chain(x, 1.0, 1.0, 1)
        q = chain(x, p, 1.0, 1)
        return chain(x, p, q, 1)

    assert grad(chained).source(0.5).count("def chain_backward") == 1
    check(chained, 0.5)


def test_explain_says_what_the_forward_half_saves():
    explained = grad(recursions.power).explain(1.1, 7)
    assert "power_forward: h, h_saved, once a call, for power_backward" in explained
