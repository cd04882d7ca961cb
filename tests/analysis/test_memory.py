"""Regions: what may share memory, who else sees it, and what a write destroys."""

from __future__ import annotations

import contextlib
import warnings
from dataclasses import replace

import numpy as np
import pytest
from inplace import kinded

from wengert.analysis.memory import memory, overwritten
from wengert.analysis.regions import Memory
from wengert.ir.axes import MANY
from wengert.ir.kinds import FLOAT, Array
from wengert.ir.operations import operation
from wengert.ir.text import parse
from wengert.rules.table import primitives
from wengert.rules.views import may_show

A = np.ones(4)


def of(body: str, *args: object) -> Memory:
    return memory(kinded(body, *args))


def test_a_view_is_overwritten_with_its_base_and_a_copy_is_not():
    found = of("""
function f(a, x):
    %0 = slice(1, None, None)
    b.0 = getitem(a, %0)
    c.0 = np.copy(b.0)
    d.0 = np.transpose(b.0)
    a.1 = write(a, 0, x)
    return a.1
""", A, 1.0)
    assert found.overwritten == {"a", "b.0", "d.0"}
    assert found.region("d.0") == found.region("a.1") != found.region("c.0")


def test_elements_picked_by_an_index_array_or_as_numbers_are_copies():
    found = of("""
function f(a, i, x):
    b.0 = getitem(a, i)
    c.0 = getitem(a, 0)
    a.1 = write(a, 0, x)
    return a.1
""", A, np.array([0, 1]), 1.0)
    assert found.overwritten == {"a"}


def test_a_turn_overwrites_what_the_turn_before_has_left():
    found = of("""
function f(a, n):
    %0 = range(n)
    a.2 = for i.0 in %0 carry a.0 = a:
        a.1 = write(a.0, i.0, 1.0)
        yield a.1
    return a.2
""", A, 3)
    assert found.overwritten == {"a", "a.0", "a.1"}


def test_an_array_made_in_each_turn_is_not_overwritten_by_the_next():
    found = of("""
function f(a, n):
    %0 = range(n)
    s.2 = for i.0 in %0 carry s.0 = 0.0:
        y.0 = np.zeros_like(a)
        y.1 = write(y.0, 0, s.0)
        %1 = np.sum(y.1)
        s.1 = s.0 + %1
        yield s.1
    return s.2
""", A, 3)
    assert found.overwritten == {"y.0"}


def test_what_a_branch_may_hand_on_shares_memory_with_both():
    found = of("""
function f(a, b, c):
    d.0 = if c:
        yield a
    else:
        yield b
    d.1 = write(d.0, 0, 1.0)
    return d.1
""", A, A, True)
    assert found.overwritten == {"a", "b", "d.0"}


def test_others_see_parameters_and_what_unknown_functions_have_held():
    found = of("""
function f(a, g):
    y.0 = np.zeros(3)
    z.0 = np.zeros(3)
    %0 = call(g, z.0)
    return y.0
""", A, print)
    assert [found.is_outside(name) for name in ("a", "z.0", "y.0")] == [True, True, False]
    assert [found.is_returned(name) for name in ("a", "y.0")] == [False, True]


def test_the_newest_version_is_found_through_branches_and_loops():
    found = of("""
function f(a, c, n):
    y.0 = np.zeros_like(a)
    y.2 = if c:
        y.1 = write(y.0, 0, 1.0)
        yield y.1
    else:
        yield y.0
    %0 = range(n)
    y.5 = for i.0 in %0 carry y.3 = y.2:
        y.4 = write(y.3, i.0, 2.0)
        yield y.4
    return y.5
""", A, True, 3)
    assert found.versions[found.origin["y.4"]] == ["y.0", "y.1", "y.2", "y.3", "y.4", "y.5"]


def test_what_joins_two_arrays_is_no_version_of_either():
    found = of("""
function f(a, b, c):
    d.0 = if c:
        yield a
    else:
        yield b
    d.1 = write(d.0, 0, 1.0)
    return d.1
""", A, A, True)
    assert found.origin["d.1"] == "d.0"


def test_without_a_write_nothing_is_overwritten():
    f = parse("function f(a):\n    a.1 = store(a, 0, 1.0)\n    return a.1")
    assert overwritten(replace(f, kinds={"a": Array("float64", (MANY,)), "x": FLOAT})) == frozenset()


@pytest.mark.parametrize("shape", [(3,), (4, 4), (1, 3), (1,), (2, 1, 2)], ids=str)
def test_a_function_whose_result_is_or_shows_its_argument_is_known_to(shape):
    for row in primitives():
        for rest in ((), (1,), (0,), (-1,), (0, 1), ((4, 4),), (np.float64,)):
            x = np.ones(shape)
            try:
                with contextlib.redirect_stdout(None), warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    result = operation(row.op)(x, *rest)
            except Exception:
                continue  # not for such arguments
            if any(np.shares_memory(part, x) for part in arrays(result)):
                assert may_show(row.op), row.op


def arrays(value):
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from arrays(item)
