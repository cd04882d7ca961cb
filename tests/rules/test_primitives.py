"""Every row of `tests/data/primitives.csv`: right in both modes, or on the list of those that are refused. See `probes.py`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import passing
import probes
import pytest
from probes import UNCLAIMED, Row, forms, rows, unclaimed

from wengert import grad
from wengert.errors import Error

PROBED = [row for row in rows() if row.probe and row.wrt]
PASSING = [row for row in rows() if row.scope in ("nondiff", "side") and row.name not in passing.NOT_RUN]


def right_or_refused(row: Row, check: Callable[[Row], Any]) -> None:
    if "scipy" in row.name:
        pytest.importorskip("scipy")
    refused = row.name in unclaimed()
    try:
        check(row)
    except Error:
        assert refused, f"{row.name} is refused, but not in {UNCLAIMED.name}"
        return
    assert not refused, f"{row.name} works: `python tests/rules/probes.py --write {row.name}` takes it off the list"


@pytest.mark.parametrize("row", PROBED, ids=lambda row: row.name)
def test_row_is_right_in_both_modes_or_listed_as_refused(row: Row) -> None:
    right_or_refused(row, probes.check)


@pytest.mark.parametrize("row", forms(), ids=lambda row: row.name)
def test_form_of_a_call_is_right_in_both_modes(row: Row) -> None:
    probes.check(row)


@pytest.mark.parametrize("row", PASSING, ids=lambda row: row.name)
def test_row_without_derivative_runs_once_and_leaves_the_gradient_right(row: Row) -> None:
    right_or_refused(row, passing.check)


MOVING: dict[str, Callable[[Any], Any]] = {
    "np.histogram_bin_edges": lambda x: np.sum(np.histogram_bin_edges(x, 3)),
    "np.setdiff1d": lambda x: np.sum(np.setdiff1d(x, np.array([0.77]))),
    "np.setxor1d": lambda x: np.sum(np.setxor1d(x, np.array([0.77]))),
    "np.unique_all": lambda x: np.sum(np.unique_all(x).values),
    "np.unique_counts": lambda x: np.sum(np.unique_counts(x).values),
    "np.unique_inverse": lambda x: np.sum(np.unique_inverse(x).values),
}


@pytest.mark.parametrize("name", [row.name for row in rows() if row.scope == "refuse-or-rule"])
def test_function_whose_values_move_with_the_argument_is_refused_and_no_zero(name: str) -> None:
    x = np.array([0.3, 0.77, 0.5])
    try:
        gradient = grad(MOVING[name])(x)
    except Error:
        assert name in unclaimed()
        return
    assert np.all(gradient != 0), "a rule has to give what moves"


def test_list_of_refused_rows_names_rows_and_no_other() -> None:
    assert unclaimed() <= {row.name for row in rows()}


def test_page_of_primitives_is_printed_from_the_table() -> None:
    pytest.importorskip("scipy")
    from primitives_page import page

    shown = (Path(__file__).parents[2] / "docs" / "primitives.md").read_text().splitlines()
    printed = page().splitlines()
    differing = [
        (mine, line) for mine, line in zip(printed, shown) if mine != line and "not in this version" not in mine + line
    ]  # another Python or NumPy may lack a function
    assert not differing and len(printed) == len(shown), "python tests/rules/primitives_page.py > docs/primitives.md"
