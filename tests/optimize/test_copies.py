"""Values that are only other names are those."""

import textwrap

from wengert.ir.evaluate import evaluate
from wengert.ir.text import parse, show
from wengert.ir.verify import verify
from wengert.optimize.copies import propagate_copies


def propagated(text, *arguments):
    function = parse(text)
    verify(function)
    made = propagate_copies(function)
    verify(made)
    for given in arguments:
        assert evaluate(made, *given) == evaluate(function, *given)
    return show(made)


def same(text):
    return textwrap.dedent(text).strip("\n")


def test_what_both_branches_yield_alike_needs_no_result():
    assert propagated("""
    function f(x, c):
        y.0, z.0 = if c:
            %0 = x + 1
            yield x, %0
        else:
            yield x, x
        %1 = y.0 * z.0
        return %1
    """, (2, True), (2, False)) == same("""
    function f(x, c):
        z.0 = if c:
            %0 = x + 1
            yield %0
        else:
            yield x
        %1 = x * z.0
        return %1
    """)


def test_equal_constants_are_alike_and_one_and_true_are_not():
    assert "if c:\n        yield\n" in propagated("function f(c):\n    y.0 = if c:\n        yield 1\n    else:\n        yield 1\n    return y.0", (True,))
    text = "function f(c):\n    y.0 = if c:\n        yield 1\n    else:\n        yield 1.0\n    return y.0"
    assert propagated(text, (True,), (False,)) == text


def test_a_value_made_in_the_one_branch_that_falls_through_stays_its_result():
    text = same("""
    function f(x, c):
        y.0 = if c:
            return x
        else:
            %0 = x + 1
            yield %0
        return y.0
    """)
    assert propagated(text, (2, True), (2, False)) == text


def test_the_exit_code_of_a_loop_in_the_one_branch_that_falls_through_stays_its_result():
    text = same("""
    function f(x, c):
        y.0 = if c:
            return x
        else:
            exit.0 = for i.0 in x exit:
                break
            yield exit.0
        return y.0
    """)
    assert propagated(text, ([], False), ([1], False), ([1], True)) == text


def test_a_value_from_above_goes_through_the_one_branch_that_falls_through():
    assert "return x" in propagated("""
    function f(x, c):
        y.0 = if c:
            return 0
        else:
            yield x
        return y.0
    """, (2, True), (2, False))


def test_a_carried_value_that_never_changes_is_its_initial_value():
    assert propagated("""
    function f(x, y, n):
        s.2, t.1 = for i.0 in n carry s.0 = 0.0, t.0 = y:
            s.1 = s.0 + t.0
            if i.0:
                continue s.1, t.0
            %0 = s.1 > 5
            if %0:
                break s.1, y
            yield s.1, t.0
        %1 = s.2 * t.1
        return %1
    """, (2, 3, [0, 1, 0]), (2, 3, [])) == same("""
    function f(x, y, n):
        s.2 = for i.0 in n carry s.0 = 0.0:
            s.1 = s.0 + y
            if i.0:
                continue s.1
            %0 = s.1 > 5
            if %0:
                break s.1
            yield s.1
        %1 = s.2 * y
        return %1
    """)


def test_a_carried_value_that_one_way_changes_stays():
    text = same("""
    function f(x, y, n):
        t.1 = for i.0 in n carry t.0 = y:
            if i.0:
                continue x
            yield t.0
        return t.1
    """)
    assert propagated(text, (2, 3, [0, 1, 0]), (2, 3, [0])) == text


def test_an_inner_loop_that_hands_on_what_it_got_carries_nothing():
    assert "for j.0 in n:" in propagated("""
    function f(x, y, n):
        t.3 = for i.0 in n carry t.0 = y:
            t.2 = for j.0 in n carry t.1 = t.0:
                yield t.1
            yield t.2
        return t.3
    """, (2, 3, [0, 1]))


def test_what_a_test_hands_on_may_change():
    text = same("""
    function f(x):
        d.2, x.2 = while carry d.0 = 0, x.0 = x:
            test:
                d.1 = x.0 * x.0
                %0 = d.1 > 1
                pass %0 with d.1, x.0
            body:
                x.1 = x.0 * 0.5
                yield d.0, x.1
        return d.2
    """)
    assert propagated(text.replace("yield d.0, x.1", "yield d.1, x.1"), (9.0,), (0.5,)) == text.replace("yield d.0, x.1", "yield d.1, x.1")


def test_a_nested_function_reads_the_value_itself():
    assert "y * x" in propagated("""
    function f(x, c):
        z.0 = if c:
            yield x
        else:
            yield x
        g.0 = def (y):
            %0 = y * z.0
            return %0
        %1 = call(g.0, 3)
        return %1
    """, (2, True))
