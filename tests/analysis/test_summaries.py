"""Which arguments of a callee its result depends on."""

from __future__ import annotations

from wengert.analysis.activity import Summaries, active
from wengert.ir.text import parse

PROGRAM = parse("""
function f(x, y, n):
    a.0 = invoke('swap', x, y, n)
    b.0 = invoke('first', x, y)
    c.0 = invoke('steps', x)
    %0 = b.0 * 2
    return %0

function swap(x, y, n):
    if n:
        %0 = n - 1
        %1 = invoke('swap', y, x, %0)
        return %1
    else:
        return x
    stop

function first(x, y):
    %0 = np.floor(y)
    %1 = x * %0
    return %1

function steps(x):
    %0 = np.floor(x)
    return %0
""")


def test_a_recursion_hands_on_what_its_own_calls_do():
    summaries = Summaries(PROGRAM.callees)
    assert summaries.positions("swap", frozenset({0})) == {0}
    assert summaries.positions("swap", frozenset({0, 1})) == {0, 1}


def test_what_goes_through_a_step_does_not_count():
    summaries = Summaries(PROGRAM.callees)
    assert summaries.positions("first", frozenset({0, 1})) == {0}
    assert summaries.positions("first", frozenset({1})) == frozenset()
    assert summaries.positions("steps", frozenset({0})) == frozenset()


def test_a_callee_that_is_not_known_may_hand_on_everything():
    assert Summaries({}).positions("elsewhere", frozenset({1})) == {1}


def test_calls_are_active_only_where_something_flows_through_them():
    assert active(PROGRAM, ["x"]) == {"x", "b.0", "%0"}
    assert active(PROGRAM, ["y"]) == set()
