"""One way out of a function, whatever returns stand where."""

import pytest

from wengert.analysis.returns import nest_returns
from wengert.ir.core import Return
from wengert.ir.evaluate import evaluate
from wengert.ir.text import parse, show
from wengert.ir.verify import verify
from wengert.ir.walk import blocks_of, lines_of

IN_LOOP = """
function f(x, n):
    %0 = range(n)
    v.2 = for i.0 in %0 carry v.0 = x:
        %1 = v.0 > 3
        if %1:
            return v.0
        else:
            yield
        %2 = v.0 < -2
        if %2:
            break v.0
        else:
            yield
        v.1 = v.0 * 2
        yield v.1
    w.0 = v.2 + 100
    return w.0
"""

BOTH_GO_ON = """
function f(x, n):
    y.2 = if n:
        %1 = x > 1
        if %1:
            return x
        else:
            yield
        y.0 = x + 1
        yield y.0
    else:
        yield x
    z.0 = y.2 * 2
    return z.0
"""

ENDLESS = """
function f(x, n):
    v.2 = while carry v.0 = x:
        test:
            pass True
        body:
            v.1 = v.0 * 2
            %1 = v.1 > 30
            if %1:
                return v.1
            else:
                yield
            yield v.1
    stop
"""

NESTED_LOOPS = """
function f(x, n):
    %0 = range(n)
    for i.0 in %0:
        %1 = range(i.0)
        exit.0 = for j.0 in %1 exit:
            %2 = j.0 * x
            %3 = %2 > 5
            if %3:
                return %2
            else:
                yield
            %4 = %2 < -5
            if %4:
                break
            else:
                yield
            yield
        %5 = exit.0 == 0
        if %5:
            yield
        else:
            return i.0
        yield
    return x
"""

RAISES = """
function f(x, n):
    %0 = x < 0
    if %0:
        %1 = call(@ValueError, 'negative')
        raise(%1)
        stop
    else:
        yield
    %2 = x > n
    if %2:
        return 1
    else:
        return x
    stop
"""


@pytest.mark.parametrize("text", [IN_LOOP, BOTH_GO_ON, ENDLESS, NESTED_LOOPS, RAISES])
def test_only_the_last_line_returns_and_the_values_are_the_same(text):
    function = parse(text)
    verify(function)
    nested = nest_returns(function)
    verify(nested)
    assert isinstance(nested.body.terminator, Return)
    assert not [block for line in lines_of(nested) for block in blocks_of(line) if isinstance(block.terminator, Return)]
    for x in (0.5, 1.5, 4.0, 0.01, 3.0):
        for n in (0, 1, 2, 7, 12):
            assert evaluate(nested, x, n) == evaluate(function, x, n)


def test_a_return_in_a_loop_is_a_break_with_an_exit_code_of_its_own():
    assert show(nest_returns(parse(IN_LOOP))).splitlines()[2:5] == [
        "    v.2, %4, exit.0 = for i.0 in %0 carry v.0 = x, %3 = undef exit:",
        "        %1 = v.0 > 3",
        "        if %1:",
    ]
    assert "break v.0, v.0 exit 2" in show(nest_returns(parse(IN_LOOP)))


def test_a_loop_that_can_only_return_is_followed_by_nothing():
    assert show(nest_returns(parse(ENDLESS))).splitlines()[-1] == "    return %3"
    assert "if exit" not in show(nest_returns(parse(ENDLESS)))


def test_a_function_with_one_return_is_left_as_it_is():
    function = parse("function f(x):\n    y.0 = x + 1\n    return y.0")
    assert nest_returns(function) is function
