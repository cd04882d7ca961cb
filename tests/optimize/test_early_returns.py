"""Return in the branch that makes the value."""

from __future__ import annotations

from dataclasses import replace

from wengert.ir.core import Place
from wengert.ir.evaluate import evaluate
from wengert.ir.text import parse, show
from wengert.ir.verify import verify
from wengert.optimize.early_returns import return_early

NESTED = """
function f(x, c, d):
    %0 = if c:
        yield x
    else:
        y.0 = x * 2
        %1 = if d:
            %2 = y.0 + 1
            yield %2
        else:
            yield y.0
        yield %1
    return %0
"""


def test_nested_branches_return_each_for_itself():
    made = return_early(parse(NESTED))
    verify(made)
    assert show(made).count("return") == 3
    for c in (True, False):
        for d in (True, False):
            assert evaluate(made, 3, c, d) == evaluate(parse(NESTED), 3, c, d)


def test_a_branch_that_raises_stays_as_it_is():
    made = return_early(parse("""
    function f(x, c):
        %0 = if c:
            raise(x)
            stop
        else:
            yield x
        return %0
    """))
    verify(made)
    assert show(made).count("return x") == 1 and evaluate(made, 2, False) == 2


def test_what_is_computed_after_the_branches_is_not_doubled():
    program = parse(NESTED.replace("    return %0", "    %3 = %0 * 5\n    return %3"))
    assert return_early(program) == program


def test_a_conditional_expression_stays_one():
    program = parse(NESTED)
    *lines, choice = program.body.lines
    written = replace(choice, place=Place(1, expression=object()))  # type: ignore[arg-type]
    program = replace(program, body=replace(program.body, lines=(*lines, written)))
    assert return_early(program) == program


def test_an_adjoint_that_is_only_returned_loses_its_name():
    made = return_early(parse("function f(x, y_bar):\n    x_bar.0 = y_bar * x\n    return x_bar.0"))
    assert show(made) == "function f(x, y_bar):\n    %0 = y_bar * x\n    return %0"
