"""A derivative as one function: seeds, several returns, pullbacks, the types of gradients."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from differences import check

from wengert import Error, grad, value_and_grad, vjp
from wengert.ir.core import Const, Def, Return
from wengert.ir.evaluate import evaluate
from wengert.ir.kinds import FLOAT
from wengert.ir.text import parse
from wengert.ir.values import kind_of
from wengert.ir.verify import verify
from wengert.ir.walk import lines_of
from wengert.pipeline import Request, derive
from wengert.transform.joint import reverse


@pytest.fixture(autouse=True)
def no_cache_on_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WENGERT_CACHE_DIR", "")


def with_floats(text: str) -> Any:
    function = parse(text)
    names = [*function.parameters, *(target for line in lines_of(function) for target in line.targets)]
    return replace(function, kinds=dict.fromkeys(names, FLOAT))


PRODUCT = with_floats("function f(x, y):\n    %0 = x * y\n    return %0")


def test_grad_returns_the_gradient_alone():
    made = reverse(PRODUCT, [0])
    verify(made)
    assert made.name == "grad_f" and evaluate(made, 2.0, 3.0) == 3.0


def test_several_wanted_parameters_give_a_tuple_in_their_order():
    assert evaluate(reverse(PRODUCT, [1, 0]), 2.0, 3.0) == (2.0, 3.0)


def test_value_and_grad_returns_both():
    assert evaluate(reverse(PRODUCT, [0], "value_and_grad"), 2.0, 3.0) == (6.0, 3.0)


def test_vjp_returns_the_value_and_a_nested_function():
    made = reverse(PRODUCT, [0], "vjp")
    assert [line.function.parameters for line in lines_of(made) if isinstance(line, Def)] == [("out_bar.0",)]
    value, pullback = evaluate(made, 2.0, 3.0)
    assert (value, pullback(1.0), pullback(10.0)) == (6.0, (3.0,), (30.0,))


def test_a_parameter_that_the_result_does_not_depend_on_gets_zero():
    made = reverse(with_floats("function f(x, y):\n    %0 = x * x\n    return %0"), [0, 1])
    assert evaluate(made, 2.0, 3.0) == (4.0, 0.0)
    check(lambda x, a: x * x, 2.0, np.ones(2))


def test_a_constant_result_has_the_gradient_zero():
    assert grad(lambda x: 3.0)(2.0) == 0.0
    assert grad(lambda x: np.sum(np.zeros(2)))(np.ones(2)).tolist() == [0.0, 0.0]


def test_an_early_return_is_undone_on_the_spot():
    def f(x, n):
        if n == 1:
            return x
        else:
            v = x
            for i in range(1, n):
                v = 4 * v * (1 - v)
            return v

    text = grad(f).source(0.2, 3)
    assert text.index("return 1.0") < text.index("# forward sweep") < text.index("# reverse sweep")
    check(f, 0.2, 1)
    check(f, 0.2, 3)


def test_every_return_is_one_of_the_gradient():
    def f(x):
        if x > 1:
            if x > 2:
                return x * x
            return x * 3
        return math.sin(x)

    derivative = derive(Request(f, "grad", (0,), (FLOAT,))).derivative
    verify(derivative)
    ends = [block.terminator for line in lines_of(derivative) for block in (getattr(line, "then", None), getattr(line, "orelse", None)) if block]
    assert sum(isinstance(end, Return) for end in ends) >= 2
    for x in (0.5, 1.5, 2.5):
        check(f, x)


def test_values_that_branches_made_reach_the_pullback():
    def f(x, c):
        if c > 0:
            a = math.exp(x)
            y = a * a
        else:
            b = math.tanh(x)
            y = b * x
        return y * x

    check(f, 0.4, 1)
    check(f, 0.4, -1)


# pullbacks


def test_a_pullback_may_be_called_again_and_in_any_order():
    def f(x, n):
        for i in range(n):
            x = np.sin(x) * x
        return x

    _, first = vjp(f, np.array([0.5, 0.7]), 3)
    _, second = vjp(f, np.array([0.1, 0.2]), 2)
    ones, twos = np.ones(2), np.full(2, 2.0)
    a, b, c = first(ones)[0], second(ones)[0], first(twos)[0]
    np.testing.assert_array_equal(c, 2 * a)
    np.testing.assert_array_equal(second(ones)[0], b)
    np.testing.assert_array_equal(first(ones)[0], a)


def test_a_pullback_does_not_see_what_became_of_arguments_and_results():
    def f(x, w, data):
        h = np.tanh(data["a"] @ w + x)
        return h, np.sum(h * x) * w[0]

    args = np.array([0.3, 0.5]), np.array([[1.0, 2.0], [0.5, 0.1]]), {"a": np.array([[0.1, 0.2], [0.4, 0.3]])}
    out, pullback = vjp(f, *args)
    cotangent = np.ones((2, 2)), np.ones(2)
    before = pullback(cotangent)
    for array in (args[0], args[1], args[2]["a"], out[0], out[1]):
        array[...] = np.nan
    after = pullback(cotangent)
    np.testing.assert_array_equal(before[0], after[0])
    np.testing.assert_array_equal(before[1], after[1])
    np.testing.assert_array_equal(before[2]["a"], after[2]["a"])


def test_only_what_the_pullback_reads_is_copied():
    def f(x, y):
        return x + 2 * y

    assert "saved" not in vjp_text(f, np.ones(2), np.ones(2))
    assert vjp_text(lambda x, y: x * y, np.ones(2), np.ones(2)).count("copy()") == 2


def vjp_text(f: Any, *args: Any) -> str:
    return derive(Request(f, "vjp", (0, 1), tuple(map(kind_of, args)))).printed().text


# what gradients are


@pytest.mark.parametrize(
    "argument",
    [0.5, np.float64(0.5), np.float32(0.5), np.array(0.5), np.array([0.5, 0.1]), np.array([[0.5]], np.float32), np.array([0.5, 1.0], np.float16)],
)
def test_a_gradient_is_of_the_type_dtype_and_shape_of_its_argument(argument):
    gradient = grad(lambda x, y: np.sum(x * y))(argument, np.array([[0.5], [2.0]]))
    assert type(gradient) is type(argument)
    assert np.shape(gradient) == np.shape(argument)
    assert getattr(gradient, "dtype", None) == getattr(argument, "dtype", None)


def test_a_tree_of_gradients_has_none_for_what_cannot_vary():
    tree = {"a": 1.0, "n": 3, "s": "x", "t": (2.0, None, True), "l": [1, 2.0]}
    gradient = grad(lambda p: p["a"] * p["t"][0] * p["n"] + p["l"][1])(tree)
    assert gradient == {"a": 6.0, "n": None, "s": None, "t": (3.0, None, None), "l": [None, 1.0]}


def test_a_result_that_is_no_number_is_refused():
    for f in (lambda x: (x, x), lambda x: [x], lambda x: {"a": x}, lambda x: x * np.ones(3), lambda x: None):
        with pytest.raises((Error, TypeError)):
            grad(f)(1.0)


def test_the_value_is_computed_as_the_user_wrote_it():
    def f(x, y):
        return (x * 0.1 + y * 0.2) * 0.3 - x / y

    for x, y in np.random.default_rng(5).uniform(1, 2, (20, 2)).tolist():
        assert value_and_grad(f)(x, y)[0] == f(x, y)


def test_comments_quote_the_lines_that_are_undone():
    def f(x):
        y = math.sin(x)
        return y * y

    text = grad(f).source(0.5)
    assert re.findall(r"# line \d+: (.*)", text) == ["return y * y", "y = math.sin(x)"]


def test_names_of_the_program_are_not_taken_by_the_derivative():
    def f(x, x_bar, x_tape):
        out_bar = x * x_bar
        pullback = out_bar * x_tape
        for k in range(2):
            pullback = pullback * x
        return pullback

    check(f, 0.5, 2.0, 3.0)


def test_a_variable_called_unit_is_the_users():
    def f(x, n):
        unit = x[0] * 3.0
        y = unit * x[:n]
        for i in range(n):
            y = np.sum(y * unit)
        return y

    assert grad(f)(np.array([0.5, 0.7]), 1).tolist() == [3 * 9 * 0.5**2, 0.0]


def test_constants_of_the_result_are_no_names():
    made = reverse(with_floats("function f(x):\n    return 2.0"), [0])
    assert made.body.terminator == Return(Const(0.0))
