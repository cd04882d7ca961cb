"""Tests that compute something differentiated move into the bodies of their loops."""

import pytest
from differences import check

from wengert.ir.evaluate import evaluate
from wengert.ir.text import parse, show
from wengert.ir.verify import verify
from wengert.transform.rotate import rotate_loops

WALRUS = parse("""
function f(x):
    d.2, x.2, exit.0 = while carry d.0 = undef, x.0 = x exit:
        test:
            d.1 = x.0 * x.0
            %0 = d.1 > 2
            pass %0 with d.1, x.0
        body:
            x.1 = x.0 * 0.5
            %1 = x.1 < 0.6
            if %1:
                break d.1, x.1
            yield d.1, x.1
    %2 = tuple(d.2, x.2, exit.0)
    return %2
""")


def test_the_test_becomes_a_break_with_the_code_of_an_exhausted_loop():
    assert show(rotate_loops(WALRUS, {"x", "x.0", "d.1"})) == """\
function f(x):
    d.2, x.2, exit.0 = while carry d.0 = undef, x.0 = x exit:
        test:
            pass True
        body:
            d.1 = x.0 * x.0
            %0 = d.1 > 2
            if %0:
                yield
            else:
                break d.1, x.0 exit 0
            x.1 = x.0 * 0.5
            %1 = x.1 < 0.6
            if %1:
                break d.1, x.1
            yield d.1, x.1
    %2 = tuple(d.2, x.2, exit.0)
    return %2"""


@pytest.mark.parametrize("x", [9.0, 2.0, 1.0, 1.1])
def test_a_rotated_loop_means_the_same(x):
    rotated = rotate_loops(WALRUS, {"d.1"})
    verify(rotated)
    assert evaluate(rotated, x) == evaluate(WALRUS, x)


def test_a_test_that_makes_nothing_active_stays():
    assert rotate_loops(WALRUS, {"x", "x.0", "x.1"}) == WALRUS


def test_a_test_in_an_inner_loop_is_found():
    inner = parse("""
    function f(x, n):
        x.3 = for i.0 in n carry x.0 = x:
            x.2 = while carry x.1 = x.0:
                test:
                    %0 = x.1 * 0.5
                    %1 = %0 > 1
                    pass %1
                body:
                    yield %0
            yield x.2
        return x.3
    """)
    rotated = rotate_loops(inner, {"%0"})
    assert show(rotated).count("pass True") == 1
    assert evaluate(rotated, 9.0, [1, 2]) == evaluate(inner, 9.0, [1, 2])


@pytest.mark.parametrize("x", [2.0, 0.1])
def test_what_the_last_test_computed_is_differentiated(x):
    def f(x):
        s = 0.0
        while (d := x * x - s) > 1.0:
            x = x * 0.8
            s = s + 0.1 * d
        return s * d + x

    check(f, x)


@pytest.mark.parametrize("x", [9.0, 2.1, 0.5])
def test_the_else_of_a_rotated_loop_runs_when_its_test_failed(x):
    def f(x):
        n = 0
        y = x
        while (d := x * y) > 1.0 and n < 20:
            x = x * 0.9
            n += 1
            if d < 3:
                continue
            if n > 7:
                break
            x = x - 0.01
        else:
            return x * d + y
        return x * d

    check(f, x)


def test_the_else_of_a_rotated_loop_that_only_adds():
    def f(x):
        n = 0
        while (d := x * x) > 1.0:
            x = x * 0.8
            n += 1
            if n > 7:
                break
        else:
            x = x * d
        return x * d

    check(f, 2.0)
    check(f, 30.0)
