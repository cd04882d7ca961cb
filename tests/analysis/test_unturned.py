"""A variable that only the turns of a loop set is asked for before it is read."""

from __future__ import annotations

from wengert.analysis.unturned import raise_unturned
from wengert.ir.core import Apply, If
from wengert.ir.kinds import FLOAT, INT, Array, Range
from wengert.ir.text import parse
from wengert.ir.verify import verify
from wengert.ir.walk import lines_of

FOR = """
function f(x, n):
    %0 = range(n)
    y.2 = for i.0 in %0 carry y.0 = undef:
        y.1 = x * i.0
        yield y.1
    return {}
"""


def checked(text, **kinds):
    function = parse(text)
    made = raise_unturned(function.__class__(function.name, function.parameters, function.body, kinds))
    verify(made)
    return made, [line.op for line in lines_of(made) if isinstance(line, Apply)]


def test_a_loop_over_what_has_a_length_is_asked_for_it_before_it_runs() -> None:
    made, ops = checked(FOR.format("y.2"), x=FLOAT, n=INT, **{"%0": Range()})
    assert ops == ["range", "not_", "call", "raise", "mul"]
    assert isinstance(made.body.lines[2], If)


def test_a_variable_that_is_not_read_is_not_asked_for() -> None:
    assert checked(FOR.format("x"), x=FLOAT, n=INT, **{"%0": Range()})[1] == ["range", "mul"]


def test_a_range_that_is_known_to_hold_something_is_not_asked() -> None:
    text = FOR.format("y.2").replace("range(n)", "range(3)")
    assert checked(text, x=FLOAT, n=INT, **{"%0": Range()})[1] == ["range", "mul"]


def test_an_array_is_asked_for_its_length() -> None:
    text = FOR.format("y.2").replace("    %0 = range(n)\n", "").replace("%0", "n")
    assert checked(text, x=FLOAT, n=Array("float64", ("n:0",)))[1] == ["len", "eq", "call", "raise", "mul"]


def test_a_turn_that_may_leave_it_unset_carries_a_flag_through_branches_and_breaks() -> None:
    made, ops = checked("""
        function f(x, n):
            %0 = range(n)
            y.4 = for i.0 in %0 carry y.0 = undef:
                %1 = i.0 > x
                y.2 = if %1:
                    y.1 = x * i.0
                    break y.1
                else:
                    yield y.0
                yield y.2
            return y.4
    """, x=FLOAT, n=INT)  # fmt: skip
    assert ops == ["range", "gt", "mul", "not_", "call", "raise"]
    loop = made.body.lines[1]
    assert len(loop.targets) == 2 and loop.initial[1].value is False
