"""Multiplications by one and additions of zero, where dropping them is exact."""

from dataclasses import replace

import numpy as np
import pytest

from wengert import grad
from wengert.ir.evaluate import evaluate
from wengert.ir.kinds import FLOAT, INT, MANY, Array, NumpyScalar
from wengert.ir.text import parse, show
from wengert.ir.verify import verify
from wengert.ir.walk import lines_of
from wengert.optimize.fold import fold_constants

ARRAY = Array("float64", (MANY,))


def folded(line: str, kind=FLOAT, made=None, given=()) -> str:
    """What is returned for `x` of a kind, where the line makes `y.0`."""
    function = replace(parse(f"function f(x):\n    y.0 = {line}\n    return y.0"), kinds={"x": kind, "y.0": made or kind})
    result = fold_constants(function, given)
    verify(result)
    assert evaluate(result, 3.0) == evaluate(function, 3.0)
    return show(result).splitlines()[-2 if len(result.body.lines) else -1].strip()


@pytest.mark.parametrize("line", ["1.0 * x", "x * 1.0", "1 * x", "x / 1.0", "x + 0.0", "0.0 + x", "x - 0.0", "x + 0"])
def test_these_are_the_value_itself(line):
    assert folded(line) == "return x"
    assert folded(line, ARRAY) == "return x"


@pytest.mark.parametrize("line", ["x * 0.0", "1.0 / x", "0.0 - x", "x * 2", "x - 1", "x ** 1", "x // 1", "1.0 * 1.0"])
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
