"""Every line of code that docs/language.md shows as accepted is differentiated, in both modes."""

from __future__ import annotations

import pytest
from both_modes import check, function_of

import wengert
from wengert.frontend.constructs import CONSTRUCTS
from wengert.frontend.language import ACCEPTED, REFUSED


@pytest.mark.parametrize("row", ACCEPTED, ids=lambda row: row.title)
def test_what_is_accepted_is_differentiated(row):
    check(row.example)


@pytest.mark.parametrize("row", [row for rows in CONSTRUCTS.values() for row in rows], ids=lambda row: row.title)
def test_what_programs_do_is_differentiated(row):
    check(row.example.strip("\n"))


@pytest.mark.parametrize("row", [row for row in REFUSED if row.example], ids=lambda row: row.title)
def test_what_is_refused_is_refused_before_any_line_runs(row, capsys):
    for derivative in (wengert.grad, wengert.value_and_grad):
        with pytest.raises(wengert.Error, match=row.code):
            derivative(function_of(row.example))(0.7, 3)
    assert capsys.readouterr().out == ""
