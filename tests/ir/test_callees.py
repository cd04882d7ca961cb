"""Programs of several functions: their text, what makes them well formed, what they mean, and how one joins another."""

from __future__ import annotations

from dataclasses import replace

import pytest

from wengert.ir.callees import adopted, invoked, with_callees
from wengert.ir.evaluate import evaluate
from wengert.ir.text import parse, show
from wengert.ir.verify import Malformed, verify
from wengert.ir.walk import functions_of, map_functions

POWER = """
function f(x, n):
    y.0 = invoke('power', x, n)
    return y.0

function power(x, n):
    if n:
        %0 = n - 1
        h.0, s.0 = invoke('beside', x, %0)
        %1 = x * h.0
        return %1
    else:
        return 1.0
    stop

function beside(x, n):
    %0 = invoke('power', x, n, pure=True)
    %1 = tuple(%0, n)
    return %1
"""


def test_the_text_of_several_functions_is_read_back():
    program = parse(POWER)
    assert list(program.callees) == ["power", "beside"]
    assert parse(show(program)) == program and show(program).split("\n\n")[1].startswith("function power(x, n):")


def test_functions_invoke_one_another_with_several_results():
    program = parse(POWER)
    verify(program)
    assert evaluate(program, 1.5, 4) == 1.5**4


@pytest.mark.parametrize(
    "before, after, reason",
    [
        ("invoke('power', x, n)", "invoke('root', x, n)", "there is no function 'root' to invoke"),
        ("invoke('power', x, n)", "invoke('power', x)", "`power` takes 2 arguments"),
        ("invoke('power', x, n)", "invoke('power', x, n, fast=True)", "only `pure=True` is said of an `invoke`"),
        ("%1 = x * h.0", "%1 = x * y.0", "`y.0` is read but not defined here"),
    ],
)
def test_a_wrong_call_or_callee_is_malformed(before: str, after: str, reason: str) -> None:
    with pytest.raises(Malformed, match=reason):
        verify(parse(POWER.replace(before, after, 1)))


def test_each_function_has_names_of_its_own():
    program = parse(POWER)
    assert [one.name for one in functions_of(program)] == ["f", "power", "beside"]
    shouted = map_functions(program, lambda one: replace(one, docstring=one.name.upper()))
    assert [one.docstring for one in functions_of(shouted)] == ["F", "POWER", "BESIDE"]


def test_only_the_callees_that_are_needed_are_kept():
    program = parse(POWER + "\nfunction unused(x):\n    return x\n")
    assert list(invoked(program)) == ["power"]
    assert list(with_callees(program, program.callees).callees) == ["power", "beside"]
    with pytest.raises(KeyError, match="beside"):
        with_callees(program, {"power": program.callees["power"]})


def test_a_program_that_joins_another_takes_names_that_are_free():
    program = parse(POWER)
    other = parse("function power(x, n):\n    return x")
    joined = adopted(program, {"power": other})
    verify(joined)
    assert list(joined.callees) == ["power_2", "beside"] and evaluate(joined, 1.5, 4) == 1.5**4
    assert adopted(program, {"power": program.callees["power"]}) is program
