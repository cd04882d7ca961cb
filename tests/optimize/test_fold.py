"""Multiplications by one and additions of zero, where dropping them is exact."""

import math
from dataclasses import replace

import numpy as np
import pytest

from wengert import grad, vjp
from wengert.ir.axes import MANY
from wengert.ir.evaluate import evaluate
from wengert.ir.kinds import FLOAT, INT, Array, NumpyScalar
from wengert.ir.text import parse, show
from wengert.ir.verify import verify
from wengert.ir.walk import lines_of
from wengert.optimize.fold import fold_constants

ARRAY = Array("float64", (MANY,))


def folded(line: str, kind=FLOAT, made=None, given=(), value=3.0) -> str:
    """What is returned for `x` of a kind, where the line makes `y.0`."""
    function = replace(parse(f"function f(x):\n    y.0 = {line}\n    return y.0"), kinds={"x": kind, "y.0": made or kind})
    result = fold_constants(function, given)
    verify(result)
    assert np.all(evaluate(result, value) == evaluate(function, value))
    return show(result).splitlines()[-2 if len(result.body.lines) else -1].strip()


@pytest.mark.parametrize("line", ["1.0 * x", "x * 1.0", "1 * x", "x / 1.0", "x + 0.0", "0.0 + x", "x - 0.0", "x + 0"])
def test_these_are_the_value_itself(line):
    assert folded(line) == "return x"
    assert folded(line, ARRAY) == "return x"


@pytest.mark.parametrize("line", ["x * 0.0", "1.0 / x", "0.0 - x", "x * 2", "x - 1", "x ** 1", "x // 1"])
def test_these_are_not(line):
    assert folded(line) == f"y.0 = {line}"


def test_a_true_that_makes_an_int_a_number_stays():
    assert folded("x * True") == "y.0 = x * True"


@pytest.mark.parametrize(("kind", "made"), [(INT, FLOAT), (FLOAT, NumpyScalar("float64")), (Array("float32", (MANY,)), ARRAY), (Array("int64", (MANY,)), ARRAY)])
def test_a_product_of_another_kind_stays(kind, made):
    assert folded("1.0 * x", kind, made) == "y.0 = 1.0 * x"


def test_the_users_own_lines_stay():
    assert folded("1.0 * x", given={"y.0"}) == "y.0 = 1.0 * x"


def test_folding_goes_through_blocks_and_nested_functions():
    function = parse("""
    function f(x, n):
        y.2 = for i.0 in n carry y.0 = x:
            %0 = 1.0 * y.0
            y.1 = %0 + x
            yield y.1
        g.0 = def (z):
            %1 = y.2 + 0.0
            %2 = z * %1
            return %2
        %3 = call(g.0, 2.0)
        return %3
    """)
    function = replace(function, kinds=dict.fromkeys(("x", "y.0", "y.1", "y.2", "%0", "%1", "%2", "z"), FLOAT))
    result = fold_constants(function)
    verify(result)
    assert "1.0 *" not in show(result) and "+ 0.0" not in show(result)
    assert len(list(lines_of(result))) == len(list(lines_of(function))) - 2
    assert evaluate(result, 3.0, [1, 2]) == evaluate(function, 3.0, [1, 2])


WEIGHTS = np.array([1.0, 2.0])


def test_arrays_that_are_constants_of_the_program_are_no_ones():
    function = parse("function f(x):\n    y.0 = x * @W\n    return y.0", {"W": WEIGHTS})
    assert fold_constants(replace(function, kinds={"x": ARRAY, "y.0": ARRAY})) == function
    assert grad(lambda x: np.sum(x * WEIGHTS + WEIGHTS))(np.ones(2)).tolist() == [1.0, 2.0]


def test_the_whole_of_an_array_is_the_array():
    assert folded("getitem(x, ...)", ARRAY, value=np.ones(3)) == "return x"
    assert folded("getitem(x, ...)", Array("float64", ()), value=np.array(3.0)) != "return x"
    assert folded("getitem(x, ...)", ARRAY, given={"y.0"}, value=np.ones(3)) != "return x"


@pytest.mark.parametrize(("line", "expected"), [("1.0 * 9.81", "9.81"), ("2 * 0.5", "1.0"), ("2.0 * 9.81", "19.62"), ("3 - 5", "-2")])
def test_two_numbers_make_one(line, expected):
    assert folded(line) == f"return {expected}"


@pytest.mark.parametrize("line", ["0.1 * 3", "1 / 3", "2 * True"])
def test_numbers_stay_where_what_they_make_is_longer(line):
    assert "*" in folded(line) or "/" in folded(line)
    assert folded("1.0 * 9.81", given={"y.0"}) == "y.0 = 1.0 * 9.81"


def test_a_product_of_numbers_of_the_users_stays_and_the_derivative_reads_what_it_makes():
    function = replace(parse("function f(x):\n    %0 = 2.0 * 9.81\n    y.0 = x * %0\n    x_bar.0 = x * %0\n    %1 = tuple(y.0, x_bar.0)\n    return %1"), kinds={"x": FLOAT})
    made = show(fold_constants(function, {"%0", "y.0"}))
    assert "y.0 = x * %0" in made and "x_bar.0 = x * 19.62" in made


class Body:
    def __init__(self, speed, mass):
        self.speed = speed
        self.mass = mass

    def push(self, force):
        self.speed += force / self.mass * 0.5
        return force * self.mass


def test_a_field_that_is_one_is_not_said_and_a_one_that_the_user_wrote_is():
    def f(x):
        body = Body(0.0, 1.0)
        body.push(x * x)
        return body.speed + 1.0 * x

    text = grad(f).source(0.5)
    assert "/ 1.0" not in text
    assert grad(f)(0.5) == 1.5

    def g(x):
        s = 0.0
        for _ in range(3):
            s = s + math.sin(1.0 * x * s)
        return s

    assert "1.0 * x * s" in grad(g).source(0.5)

    def h(v):
        body = Body(0.0, 1.0)
        return body.push(v)

    v = np.ones(3)
    out, _ = vjp(h, v)
    assert out is not v
