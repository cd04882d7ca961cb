"""Errors: the whole message, the place under it, the table."""

from __future__ import annotations

import pickle
import string
import traceback
from pathlib import Path

import pytest

from wengert import errors
from wengert.codes import CODES
from wengert.errors import ArgumentError, Error, UnsupportedSyntax, error, errors_page, show_place
from wengert.ir.core import Place

PLACE = Place(12, 4, 12, 16, file="model.py", function="loss", text="    global state", source="global state")

PARTS = """\
A derivative may be called again, out of order or from another thread, where the value left there would be lost or stale.
Return `state` from `loss`, or keep it in an argument (docs/errors.md#w014)."""


def test_a_message_says_what_where_why_and_what_to_do():
    refusal = error("W014", PLACE, name="state")
    where = '  File "model.py", line 12\n    global state\n    ^^^^^^^^^^^^\n'
    what = "`loss` assigns the global `state` (W014).\n"
    assert type(refusal) is UnsupportedSyntax
    assert refusal.render() == where + "wengert.UnsupportedSyntax: " + what + PARTS
    assert str(refusal) == what + where + PARTS
    assert "".join(traceback.format_exception_only(refusal)) == "wengert.UnsupportedSyntax: " + what + where + PARTS + "\n"


def test_a_message_without_a_place_is_only_words():
    assert str(error("W014", name="state", function="loss")).splitlines() == [
        "`loss` assigns the global `state` (W014).",
        *PARTS.splitlines(),
    ]


def test_an_error_may_have_no_code():
    assert str(Error("nothing works", reason="It is broken.")) == "nothing works.\nIt is broken."


@pytest.mark.parametrize(
    "text, column, end, shown",
    [
        ("\tif x:\ty = g(x)", 11, 15, "    if x:\ty = g(x)\n         \t    ^^^^"),
        ("    変数 = g(x)", 9, 13, "    変数 = g(x)\n           ^^^^"),
        ("    e\u0301 = g(x)", 9, 13, "    e\u0301 = g(x)\n        ^^^^"),
        ("    y = g(x)", 12, 12, "    y = g(x)\n            ^"),
        ("    y = g(x)   ", 8, 99, "    y = g(x)\n        ^^^^"),
    ],
)
def test_carets_stand_under_the_span(text, column, end, shown):
    assert show_place(Place(3, column, 3, end, file="m.py", text=text)) == '  File "m.py", line 3\n' + shown


def test_of_several_lines_the_first_is_shown():
    place = Place(3, 8, 5, 2, file="m.py", text="    y = g(x,  \n")
    assert show_place(place) == '  File "m.py", line 3\n    y = g(x,\n        ^^^^'


def test_the_line_is_read_from_the_file_if_the_place_does_not_hold_it(tmp_path):
    path = tmp_path / "m.py"
    path.write_text("a = 1\nif a:\n    y = g(x)\n")
    assert show_place(Place(3, 8, 3, 12, file=str(path))) == f'  File "{path}", line 3\n    y = g(x)\n        ^^^^'


def test_the_statement_is_shown_if_there_is_nothing_else():
    assert show_place(Place(3, 8, 3, 12, file="<gone>", source="y = g(x)")) == '  File "<gone>", line 3\n    y = g(x)\n    ^^^^^^^^'
    assert show_place(Place(3, file="<gone>")) == '  File "<gone>", line 3'


def test_a_line_of_an_inlined_function_shows_its_call_first():
    call = Place(9, 0, 9, 4, file="m.py", text="f(x)")
    place = Place(3, 0, 3, 4, file="m.py", text="g(x)", call=call)
    assert show_place(place) == '  File "m.py", line 9\n    f(x)\n    ^^^^\n  File "m.py", line 3\n    g(x)\n    ^^^^'


def test_errors_pickle():
    refusal = error("W014", PLACE, name="state")
    copied = pickle.loads(pickle.dumps(refusal))
    assert (type(copied), str(copied), copied.place, copied.code) == (type(refusal), str(refusal), PLACE, "W014")


def test_a_wrong_argument_is_a_type_error_and_an_error():
    assert issubclass(ArgumentError, TypeError) and issubclass(ArgumentError, Error)


@pytest.mark.parametrize("code", CODES)
def test_every_row_is_a_message(code):
    row = CODES[code]
    fields = {name for text in (row.message, row.reason, row.rewrite) for _, name, _, _ in string.Formatter().parse(text) if name}
    said = str(error(code, **dict.fromkeys(fields, "THIS")))
    assert "{" not in said
    first, reason, rewrite = said.splitlines()
    assert first.endswith(f" ({code}).") and reason.endswith(".") and rewrite.endswith(f" (docs/errors.md#{code.lower()}).")
    assert not row.message.endswith(".") and not row.rewrite.endswith(".")
    assert getattr(errors, row.error) is type(error(code, **dict.fromkeys(fields, "")))


def test_the_page_of_errors_is_current():
    page = Path(__file__).parents[1] / "docs" / "errors.md"
    assert page.read_text(encoding="utf-8") == errors_page()
