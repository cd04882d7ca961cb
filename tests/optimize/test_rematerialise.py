"""Statements of the user's stay whole: their cheap parts are computed again where the derivative reads them."""

import textwrap
from dataclasses import replace

import numpy as np

from wengert import grad
from wengert.ir.axes import MANY
from wengert.ir.evaluate import evaluate
from wengert.ir.kinds import FLOAT, Array
from wengert.ir.text import parse, show
from wengert.ir.verify import verify
from wengert.ir.walk import bound, defined, lines_of
from wengert.optimize.rematerialise import keep_statements_whole

ARRAY = Array("float64", (MANY,))


def kept(text, given, *arguments, kind=FLOAT):
    function = parse(text)
    names = [*function.parameters, *(name for line in lines_of(function) for name in (*defined(line), *bound(line)))]
    function = replace(function, kinds=dict.fromkeys(names, kind))
    made = keep_statements_whole(function, given)
    verify(made)
    for values in arguments:
        np.testing.assert_equal(evaluate(made, *values), evaluate(function, *values))
    return show(made)


PROGRAM = textwrap.dedent("""
function f(v, g):
    %0 = 1 - v
    v.0 = v * %0
    v_bar.0 = g * %0
    %1 = tuple(v.0, v_bar.0)
    return %1
""").strip()


def test_a_cheap_part_is_computed_again():
    assert kept(PROGRAM, {"v", "g", "%0", "v.0"}, (0.3, 2.0)).splitlines()[3:5] == ["    %2 = 1 - v", "    v_bar.0 = g * %2"]


def test_it_is_computed_again_once_for_all_lines_of_a_block():
    text = PROGRAM.replace("    %1 = tuple", "    w_bar.0 = %0 * %0\n    %1 = tuple")
    assert kept(text, {"v", "g", "%0", "v.0"}, (0.3, 2.0)).count("1 - v") == 2


def test_parts_of_arrays_are_not_computed_again():
    assert kept(PROGRAM, {"v", "g", "%0", "v.0"}, (np.ones(2), np.ones(2)), kind=ARRAY) == PROGRAM


def test_expensive_parts_are_not_computed_again():
    text = PROGRAM.replace("1 - v", "math.exp(v)")
    assert kept(text, {"v", "g", "%0", "v.0"}, (0.3, 2.0)) == text


def test_a_value_that_the_user_named_is_at_hand():
    text = PROGRAM.replace("%0", "w.0")
    assert kept(text, {"v", "g", "w.0", "v.0"}, (0.3, 2.0)) == text


def test_a_part_that_only_the_derivative_reads_stays_one_line():
    text = PROGRAM.replace("v.0 = v * %0", "v.0 = v * 2")
    assert kept(text, {"v", "g", "%0", "v.0"}, (0.3, 2.0)) == text


def test_inside_of_loops_and_nested_functions_it_is_computed_there():
    text = kept("""
    function f(v, g, n):
        %0 = 1 - v
        v.0 = v * %0
        g.3 = for i.0 in n carry g.1 = g:
            g.2 = g.1 * %0
            yield g.2
        h.0 = def (y):
            %3 = y * %0
            return %3
        %4 = call(h.0, g.3)
        %5 = tuple(v.0, %4)
        return %5
    """, {"v", "g", "n", "%0", "v.0"}, (0.3, 2.0, [1, 2]))
    assert text.count("1 - v") == 3


def test_an_index_is_written_where_the_users_statement_reads_and_where_it_writes():
    given = {"%0", "%1", "%2", "a.1"}
    made = kept("function f(a, v):\n    %0 = slice(1, None, None)\n    %1 = getitem(a, %0)\n    %2 = %1 / v\n    a.1 = store(a, %0, %2)\n    return a.1", given)
    assert made.count("slice(1, None, None)") == 3  # the first is dead now


def test_a_test_that_is_kept_is_asked_once():
    def f(x, n):
        for _ in range(n):
            x = ((x * 1.5 - 1) * 0.5 + 0.2) * 0.9
            if x < 0:
                x = -x * 0.5
        return x

    text = grad(f).source(0.7, 4)
    assert text.count("x < 0") == 1 and "if test:" in text
