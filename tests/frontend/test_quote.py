"""Every line knows the text that it comes from."""

from __future__ import annotations

import textwrap

import gast
import pytest

from wengert.frontend.lower import lower
from wengert.frontend.quote import written
from wengert.ir.core import Apply, Const, If
from wengert.ir.verify import verify
from wengert.ir.walk import lines_of


def lowered(text: str):
    function = lower(written(textwrap.dedent(text).strip("\n")))
    verify(function, generic=True)
    return function


def place_of(text: str, op: str):
    return next(line.place for line in lines_of(lowered(text)) if isinstance(line, Apply) and line.op == op)


def test_a_line_knows_the_span_of_its_expression_and_its_statement():
    place = place_of("def f(x):\n    y = x + 2 * x  # twice\n    return y", "mul")
    assert (place.line, place.column, place.end_line, place.end_column) == (2, 12, 2, 17)
    assert isinstance(place.expression, gast.BinOp) and isinstance(place.statement, gast.Assign)
    assert (place.source, place.function, place.first) == ("y = x + 2 * x", "f", 1)


def test_columns_count_characters():
    place = place_of("def f(é):\n    é = 'ü' + é * 2", "mul")
    assert (place.column, place.end_column) == (14, 19)


def test_a_statement_of_several_lines_is_quoted_on_one():
    assert place_of("def f(x):\n    y = (x +  # first\n         2 * x)\n    return y", "mul").source == "y = (x + 2 * x)"


def test_a_long_statement_is_cut():
    source = place_of("def f(x):\n    return x * " + " + ".join(["x"] * 50), "mul").source
    assert len(source) <= 80 and source.endswith(" ...")


@pytest.mark.parametrize("head", ["if x > (2 * x):", "while x > (2 * x):", "for i in range(2 * x):"])
def test_a_compound_statement_is_quoted_by_its_head(head):
    assert place_of(f"def f(x):\n    {head}  # why\n        return x", "mul").source == head
    assert place_of(f"def f(x):\n    {head} return x", "mul").source == head


def test_the_lines_of_a_condition_come_from_the_statement_that_holds_it():
    function = lowered("def f(x):\n    if x > 0:\n        x = 1\n    return x")
    branch = next(line for line in function.body.lines if isinstance(line, If))
    assert branch.place.source == "if x > 0:" and branch.place.expression is None


def test_constants_keep_their_spelling():
    function = lowered("def f(x):\n    return x, 1e-3, 1_000, 0xff, 2.5, -1e3, True, None, \"a\", 'b'")
    consts = [atom for atom in function.body.lines[0].args if isinstance(atom, Const)]
    assert [const.value for const in consts] == [1e-3, 1000, 255, 2.5, -1e3, True, None, "a", "b"]
    assert [const.spelled for const in consts] == ["1e-3", "1_000", "0xff", None, "-1e3", None, None, '"a"', None]
