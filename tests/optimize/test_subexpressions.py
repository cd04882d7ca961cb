"""A derivative line that repeats a computation uses its result."""

import textwrap

import numpy as np

from wengert.ir.evaluate import evaluate
from wengert.ir.text import parse, show
from wengert.ir.verify import verify
from wengert.optimize.subexpressions import share_subexpressions


def shared(text, *arguments, given=()):
    function = parse(text)
    verify(function)
    made = share_subexpressions(function, given)
    verify(made)
    for values in arguments:
        np.testing.assert_equal(evaluate(made, *values), evaluate(function, *values))
    return show(made)


def unchanged(text, *arguments, given=()):
    text = textwrap.dedent(text).strip("\n")
    assert shared(text, *arguments, given=given) == text


def test_what_was_computed_above_is_used():
    assert shared("""
    function f(t, y_bar):
        %0 = math.cos(t)
        %1 = math.cos(t)
        %2 = %1 * y_bar
        %3 = %0 * y_bar
        %4 = %2 + %3
        return %4
    """, (0.5, 2.0)).count("math.cos") == 1


def test_sharing_is_followed_from_line_to_line():
    text = shared("""
    function f(x):
        %0 = x * 2
        %1 = np.sin(%0)
        %2 = x * 2
        %3 = np.sin(%2)
        %4 = %1 + %3
        return %4
    """, (0.5,))
    assert "%4 = %1 + %1" in text and text.count("np.sin") == 1


def test_one_is_not_one_point_zero():
    unchanged("""
    function f(x):
        %0 = x * 1
        %1 = x * 1.0
        %2 = tuple(%0, %1)
        return %2
    """, (3,))


def test_keywords_count():
    unchanged("""
    function f(x):
        %0 = np.sum(x, axis=0)
        %1 = np.sum(x, axis=1)
        %2 = tuple(%0, %1)
        return %2
    """, (np.ones((2, 3)),))


def test_the_users_own_lines_stay():
    unchanged("""
    function f(x):
        %0 = math.cos(x)
        y.0 = math.cos(x)
        %1 = %0 * y.0
        return %1
    """, (0.5,), given={"%0", "y.0"})


def test_what_makes_an_object_of_its_own_stays():
    unchanged("""
    function f(x):
        %0 = np.zeros_like(x)
        %1 = np.zeros_like(x)
        %2 = list()
        %3 = list()
        %4 = tuple(%0, %1, %2, %3)
        return %4
    """, (np.ones(2),))


def test_calls_that_act_stay():
    unchanged("""
    function f(g):
        %0 = call(g)
        %1 = call(g)
        %2 = %0 + %1
        return %2
    """, (lambda: 1,))


def test_a_block_uses_what_stands_above_it_and_not_what_stands_in_another():
    text = shared("""
    function f(x, c):
        %0 = np.sin(x)
        y.0 = if c:
            %1 = np.sin(x)
            %2 = np.cos(x)
            %3 = %1 * %2
            yield %3
        else:
            %4 = np.cos(x)
            yield %4
        %5 = np.cos(x)
        %6 = y.0 * %5
        %7 = %6 + %0
        return %7
    """, (0.5, True), (0.5, False))
    assert text.count("np.sin") == 1 and text.count("np.cos") == 3


def test_a_computation_of_carried_values_is_new_in_every_turn():
    unchanged("""
    function f(x, n):
        %0 = np.sin(x)
        v.2 = for i.0 in n carry v.0 = x:
            v.1 = np.sin(v.0)
            yield v.1
        %1 = v.2 + %0
        return %1
    """, (0.5, [1, 2]))


def test_a_loop_uses_what_was_computed_before_it():
    text = shared("""
    function f(x, n):
        %0 = np.sin(x)
        v.2 = for i.0 in n carry v.0 = %0:
            %1 = np.sin(x)
            v.1 = %1 * v.0
            yield v.1
        return v.2
    """, (0.5, [1, 2]))
    assert text.count("np.sin") == 1


def test_a_nested_function_uses_what_was_computed_around_it():
    text = shared("""
    function f(x):
        %0 = np.sin(x)
        g.0 = def (y):
            %1 = np.sin(x)
            %2 = %1 * y
            return %2
        %3 = call(g.0, %0)
        return %3
    """, (0.5,))
    assert text.count("np.sin") == 1
