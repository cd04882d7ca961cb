"""The table of accepted syntax says what lowering does."""

from __future__ import annotations

import ast
import textwrap
from pathlib import Path

import gast
import pytest

from wengert.codes import CODES
from wengert.errors import Error
from wengert.frontend.language import ACCEPTED, REFUSED, check, language_page, row_of
from wengert.frontend.lower import lower
from wengert.frontend.quote import written
from wengert.frontend.writer import EXPRESSIONS, STATEMENTS
from wengert.ir.verify import verify


def function(body: str) -> str:
    return "def f(x, n):\n" + textwrap.indent(body, "    ")


@pytest.mark.parametrize("row", ACCEPTED, ids=lambda row: row.title)
def test_what_is_accepted_is_lowered(row):
    verify(lower(written(function(row.example))), generic=True)


LATER = {"W012", "W014", "W015", "W029"}  # refused when kinds are found, as the line may never run


@pytest.mark.parametrize("row", [row for row in REFUSED if row.example and row.code not in LATER], ids=lambda row: row.title)
def test_what_is_refused_is_refused_with_its_code_and_place(row):
    with pytest.raises(Error) as refused:
        lower(written(function(row.example)))
    assert refused.value.code == row.code
    assert refused.value.place.line >= 2 and refused.value.place.file == "<text>"


@pytest.mark.parametrize("row", [row for row in ACCEPTED if row.example], ids=lambda row: row.title)
def test_an_example_shows_the_syntax_that_its_row_is_about(row):
    shown = {type(node).__name__ for node in ast.walk(ast.parse(function(row.example)).body[0])}
    assert shown.intersection(node.partition(".")[0] for node in row.nodes)


def test_every_accepted_node_can_be_lowered():
    inside = {"Starred", "Global", "Nonlocal"}  # part of what holds it
    can = {kind.__name__ for kind in (*EXPRESSIONS, *STATEMENTS)}
    assert {node.partition(".")[0] for row in ACCEPTED for node in row.nodes} - inside <= can


def test_every_statement_and_expression_of_python_has_a_row():
    kinds = [kind for kind in vars(gast).values() if isinstance(kind, type) and issubclass(kind, (ast.stmt, ast.expr))]
    rows = {node for row in (*ACCEPTED, *REFUSED) for node in row.nodes}
    later = {"TypeAlias", "TemplateStr", "Interpolation"}  # of newer Pythons than ours: refused by the last row
    assert {kind.__name__ for kind in kinds} - rows <= {"stmt", "expr", "Print", "Exec", "Repr", *later}


def test_syntax_that_the_table_does_not_know_is_refused():
    class TypeAlias(ast.stmt):
        """A statement of a later Python."""

    assert row_of(TypeAlias()).code == "W028"


def test_every_code_is_known():
    assert {row.code for row in REFUSED} <= CODES.keys()


def test_dead_code_is_checked_too():
    with pytest.raises(Error, match="W011"):
        check(written("def f(x):\n    return x\n    async def g(): pass"))


def test_annotations_defaults_and_decorators_of_the_function_itself_are_not_read():
    text = "@(lambda g: g)\ndef f(x: [i for i in y] = [i for i in y]) -> [i for i in y]:\n    z: {i for i in y} = x\n    return z"
    assert lower(written(text)).parameters == ("x",)


def test_a_refusal_shows_the_line_the_reason_and_the_rewrite():
    with pytest.raises(Error) as refused:
        lower(written("def f(x):\n    y = [x]\n    class C:\n        print(x)  # a line\n    return y", "model.py"))
    assert refused.value.render() == (
        '  File "model.py", line 4\n'
        "    print(x)  # a line\n"
        "    ^^^^^^^^\n"
        "wengert.UnsupportedSyntax: `f` defines the class `C`, and its body is more than methods and attributes (W010).\n"
        "A class is made once, before the first line runs; only methods and attributes of such a class can be followed.\n"
        "Define `C` outside of `f` (docs/errors.md#w010)."
    )


def test_an_async_function_is_refused():
    with pytest.raises(Error, match="async def"):
        lower(written("async def f(x):\n    return x"))


def test_the_page_is_printed_from_the_table():
    page = Path(__file__).parents[2] / "docs" / "language.md"
    assert page.read_text(encoding="utf-8") == language_page(), "print it again (see its first lines)"
