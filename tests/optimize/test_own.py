"""Arrays are written in place where nobody else can hold them, and copied where somebody may."""

from __future__ import annotations

import textwrap
from dataclasses import replace

import numpy as np
import pytest
from differences import check

from wengert import grad, vjp
from wengert.ir.axes import MANY
from wengert.ir.evaluate import evaluate
from wengert.ir.kinds import FLOAT, Array, Known, List, Slice
from wengert.ir.text import parse, show
from wengert.ir.verify import verify
from wengert.ir.walk import bound, defined, lines_of
from wengert.optimize.own import own

ARRAY = Array("float64", (MANY,))
ONES = np.ones(2)


@pytest.fixture(autouse=True)
def no_cache_on_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WENGERT_CACHE_DIR", "")


def owned(text, *arguments, **kinds):
    function = parse(text)
    names = [*function.parameters, *(name for line in lines_of(function) for name in (*defined(line), *bound(line)))]
    function = replace(function, kinds={**dict.fromkeys(names, ARRAY), **kinds})
    made = own(function)
    verify(made)
    for values in arguments:
        np.testing.assert_equal(evaluate(made, *values), evaluate(function, *values))
    return show(made)


def test_the_first_contribution_is_borrowed_and_the_second_makes_an_own_array():
    text = owned("""
    function f(g, h):
        x_bar.0 = g + h
        x_bar.1 = x_bar.0 + h
        return x_bar.1
    """, (ONES, ONES))
    assert "x_bar.0 = g + h" in text and "x_bar.1 = iadd(x_bar.0, h)" in text


def test_an_own_array_on_the_right_is_added_to():
    assert "x_bar.1 = iadd(x_bar.0, h)" in owned("""
    function f(g, h):
        x_bar.0 = g * h
        x_bar.1 = h + x_bar.0
        return x_bar.1
    """, (ONES, ONES))


def test_a_difference_is_taken_off_the_left_and_never_off_the_right():
    text = "function f(g, h):\n    x_bar.0 = g * h\n    x_bar.1 = {}\n    return x_bar.1"
    assert "isub(x_bar.0, h)" in owned(text.format("x_bar.0 - h"), (ONES, ONES))
    assert "h - x_bar.0" in owned(text.format("h - x_bar.0"), (ONES, ONES))


def test_an_array_that_is_read_again_is_not_written():
    assert "iadd" not in owned("""
    function f(g, h):
        x_bar.0 = g * h
        x_bar.1 = x_bar.0 + h
        y_bar.0 = x_bar.0 * x_bar.1
        return y_bar.0
    """, (ONES, ONES))


def test_views_are_not_owned():
    assert "iadd" not in owned("""
    function f(g, h):
        x_bar.0 = np.transpose(g)
        x_bar.1 = x_bar.0 + h
        %0 = getitem(g, 0)
        y_bar.1 = %0 + h
        z_bar.1 = x_bar.1 * y_bar.1
        return z_bar.1
    """, (np.ones((2, 2)), np.ones((2, 2))))


def test_the_users_own_lines_are_not_rewritten():
    assert "iadd" not in owned("function f(g, h):\n    x.0 = g * h\n    x.1 = x.0 + h\n    return x.1", (ONES, ONES))


def test_a_sum_of_another_dtype_or_shape_is_a_new_array():
    text = "function f(g, h):\n    x_bar.0 = g * g\n    x_bar.1 = x_bar.0 + h\n    return x_bar.1"
    assert "iadd" not in owned(text, (ONES, np.ones((3, 2))), h=Array("float64", (MANY, MANY)), **{"x_bar.1": Array("float64", (MANY, MANY))})
    assert "iadd" not in owned(text, (ONES.astype(np.float32), ONES), **{"x_bar.0": Array("float32", (MANY,))})


def test_what_is_overwritten_and_not_owned_is_copied_first():
    assert owned("function f(x, i):\n    x_bar.0 = scatter_add(x, i, 1.0)\n    return x_bar.0", (ONES, 0)) == textwrap.dedent("""
    function f(x, i):
        x.0 = copy(x)
        x_bar.0 = scatter_add(x.0, i, 1.0)
        return x_bar.0
    """).strip()


def test_a_fresh_value_is_a_copy_unless_it_is_owned():
    text = owned("""
    function f(x):
        a_bar.0 = np.sin(x)
        %0 = fresh(a_bar.0)
        %1 = fresh(x)
        %2 = tuple(%0, %1)
        return %2
    """, (ONES,))
    assert text.count("copy(") == 1 and "tuple(a_bar.0, %1)" in text


def test_one_array_for_two_gradients_is_copied():
    text = owned("""
    function f(x):
        a_bar.0 = np.sin(x)
        %0 = fresh(a_bar.0)
        %1 = fresh(a_bar.0)
        %2 = tuple(%0, %1)
        return %2
    """, (ONES,))
    assert text.count("copy(") == 1  # the other one has it for itself


def test_a_fresh_value_that_is_read_twice_is_not_written():
    assert "iadd" not in owned("""
    function f(x):
        a_bar.0 = np.sin(x)
        %0 = fresh(a_bar.0)
        x_bar.0 = %0 + x
        %1 = tuple(x_bar.0, %0)
        return %1
    """, (ONES,))


def test_a_result_of_a_branch_is_owned_if_both_branches_own_it():
    text = """
    function f(g, h, c):
        x_bar.1 = if c:
            x_bar.0 = g * h
            yield x_bar.0
        else:
            {}
        x_bar.2 = x_bar.1 + h
        return x_bar.2
    """
    assert "iadd" in owned(text.format("%0 = g + h\n            yield %0"), (ONES, ONES, True), (ONES, ONES, False))
    assert "iadd" not in owned(text.format("yield g"), (ONES, ONES, True), (ONES, ONES, False))


def test_a_carried_array_is_written_in_place_and_what_is_carried_in_copied_before():
    text = owned("""
    function f(g, h, n):
        x_bar.2 = for i.0 in n carry x_bar.0 = g:
            x_bar.1 = x_bar.0 + h
            yield x_bar.1
        return x_bar.2
    """, (ONES, ONES, [1, 2]), (ONES, ONES, []))
    assert "iadd(x_bar.0, h)" in text and "copy(g)" in text


def test_what_is_carried_in_and_owned_is_not_copied():
    text = owned("""
    function f(g, h, n):
        y_bar.0 = g * h
        x_bar.2 = for i.0 in n carry x_bar.0 = y_bar.0:
            x_bar.1 = x_bar.0 + h
            yield x_bar.1
        x_bar.3 = x_bar.2 + g
        return x_bar.3
    """, (ONES, ONES, [1, 2]))
    assert "copy(" not in text and text.count("iadd(") == 2


def test_what_an_inner_loop_overwrites_is_copied_before_the_outer_one():
    text = owned("""
    function f(g, h, n):
        x_bar.4 = for i.0 in n carry x_bar.0 = g:
            x_bar.3 = for j.0 in n carry x_bar.1 = x_bar.0:
                x_bar.2 = x_bar.1 + h
                yield x_bar.2
            yield x_bar.3
        return x_bar.4
    """, (ONES, ONES, [1, 2]))
    assert "iadd(x_bar.1, h)" in text and text.index("copy(g)") < text.index("for i.0")


def test_what_a_branch_hands_to_a_line_that_overwrites_is_copied_before_the_loop():
    text = owned("""
    function f(g, h, n):
        x_bar.4 = for i.0 in n carry x_bar.0 = g:
            x_bar.2 = if i.0:
                x_bar.1 = h * h
                yield x_bar.1
            else:
                yield x_bar.0
            x_bar.3 = x_bar.2 + h
            yield x_bar.3
        return x_bar.4
    """, (ONES, ONES, [0, 1]))
    assert "iadd" not in text or "copy(g)" in text


def test_an_outer_array_is_not_written_in_a_loop():
    assert "iadd" not in owned("""
    function f(g, h, n):
        x_bar.0 = g * h
        y_bar.2 = for i.0 in n carry y_bar.0 = g:
            y_bar.1 = x_bar.0 + h
            yield y_bar.1
        return y_bar.2
    """, (ONES, ONES, [1, 2]))


def test_a_nested_function_does_not_write_what_it_captures():
    assert "iadd" not in owned("""
    function f(g, h):
        x_bar.0 = g * h
        p.0 = def (y):
            x_bar.1 = x_bar.0 + y
            return x_bar.1
        %0 = call(p.0, h)
        return %0
    """, (ONES, ONES))


@pytest.mark.parametrize("nested", [False, True])
def test_the_callers_cotangent_survives_loops_that_add_to_an_adjoint(nested):
    def once(x, c, n):
        s = c
        for i in range(n):
            s = s + x * c
        return x, s

    def twice(x, c, n):
        s = c
        for i in range(n):
            for j in range(n):
                s = s + x * c
        return x, s

    f = twice if nested else once
    check(f, np.array([0.5, 0.7]), np.array([1.0, 2.0]), 2)
    _, pullback = vjp(f, ONES, ONES, 2)
    cotangent = np.ones(2), np.ones(2)
    pullback(cotangent)
    assert cotangent[0].tolist() == cotangent[1].tolist() == [1.0, 1.0]


def test_the_gradient_accumulates_in_one_array():
    def f(x, n):
        s = 0.0
        for i in range(n):
            s = s + np.sum(x * i)
        return s

    text = grad(f).source(np.ones(3), 3)
    assert "+=" in text and ".copy()" not in text
    check(f, np.array([0.5, 0.7]), 3)


def test_an_array_read_before_it_is_added_to_is_still_added_to_in_place():
    text = owned("""
    function f(g, h):
        x_bar.0 = g * h
        %0 = x_bar.0 * h
        x_bar.1 = x_bar.0 + g
        %1 = x_bar.1 + %0
        return %1
    """, (ONES, ONES))
    assert "x_bar.1 = iadd(x_bar.0, g)" in text and "copy(" not in text


def test_each_branch_may_overwrite_what_the_other_hands_on():
    text = owned("""
    function f(g, h, c):
        x_bar.0 = g * h
        x_bar.2 = if c:
            x_bar.1 = store(x_bar.0, 0, 1.0)
            yield x_bar.1
        else:
            yield x_bar.0
        x_bar.3 = store(x_bar.2, 1, 1.0)
        return x_bar.3
    """, (ONES, ONES, True), (ONES, ONES, False), c=FLOAT)
    assert "copy(" not in text


def test_a_view_that_outlives_what_it_shows_is_copied_where_it_is_taken():
    text = owned("""
    function f(g, h):
        x_bar.0 = g * h
        %0 = slice(None, 1, None)
        %1 = getitem(x_bar.0, %0)
        x_bar.1 = store(x_bar.0, %0, 0.0)
        x_bar.2 = store(x_bar.1, ..., %1)
        return x_bar.2
    """, (ONES, ONES), **{"%0": Slice(Known(None), Known(1), Known(None))})
    assert "%1 = copy(" in text and text.count("copy(") == 1


def test_a_view_that_is_read_before_is_not_copied():
    text = owned("""
    function f(g, h):
        x_bar.0 = g * h
        %0 = slice(None, 1, None)
        %1 = getitem(x_bar.0, %0)
        %2 = %1 * 2
        x_bar.1 = store(x_bar.0, ..., %2)
        return x_bar.1
    """, (ONES, ONES), **{"%0": Slice(Known(None), Known(1), Known(None))})
    assert "copy(" not in text


def test_a_view_of_what_a_loop_overwrites_is_copied_before():
    text = owned("""
    function f(g, h, n):
        y_bar.0 = g * h
        %0 = slice(None, 1, None)
        %1 = getitem(y_bar.0, %0)
        x_bar.2 = for i.0 in n carry x_bar.0 = y_bar.0:
            x_bar.1 = store(x_bar.0, 0, i.0)
            yield x_bar.1
        %2 = x_bar.2 * %1
        return %2
    """, (ONES, ONES, [3.0]), **{"%0": Slice(Known(None), Known(1), Known(None))})
    assert "%1 = copy(" in text


def test_what_a_list_holds_is_not_overwritten():
    text = owned("""
    function f(g, h):
        x_bar.0 = g * h
        xs.0 = list()
        xs.1 = append(xs.0, x_bar.0)
        x_bar.1 = store(x_bar.0, 0, 0.0)
        %1 = tuple(xs.1, x_bar.1)
        return %1
    """, (ONES, ONES), **dict.fromkeys(("xs.0", "xs.1"), List(ARRAY)))
    assert "= copy(x_bar.0)" in text


def test_a_write_of_the_primal_is_never_on_a_copy():
    assert "copy(" not in owned("""
    function f(g, x):
        g.1 = write(g, 0, x)
        return g.1
    """, (ONES, 2.0))
