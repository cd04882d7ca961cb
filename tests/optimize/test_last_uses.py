"""The last use of a value: in branches, loops and nested functions."""

from __future__ import annotations

from wengert.ir.text import parse
from wengert.ir.walk import lines_of
from wengert.optimize.last_uses import last_uses


def dying(text):
    """What the text of each line reads last, by the line."""
    function = parse(text)
    found = last_uses(function)
    return {line.targets[0]: set(found.at(line)) for line in lines_of(function) if line.targets}


def test_each_branch_has_a_last_use_of_its_own():
    found = dying("""
function f(x, c):
    a.0 = np.sin(x)
    b.2 = if c:
        b.0 = a.0 * 2
        yield b.0
    else:
        b.1 = a.0 * 3
        yield b.1
    return b.2
""")
    assert "a.0" in found["b.0"] and "a.0" in found["b.1"]


def test_what_comes_from_around_a_loop_is_read_again_in_the_next_turn():
    found = dying("""
function f(x, n):
    a.0 = np.sin(x)
    s.2 = for i.0 in n carry s.0 = 0.0:
        b.0 = a.0 * i.0
        s.1 = s.0 + b.0
        yield s.1
    return s.2
""")
    assert found["b.0"] == {"i.0"} and found["s.1"] == {"s.0", "b.0"}


def test_what_a_test_makes_is_read_by_the_body():
    found = dying("""
function f(x):
    s.2 = while carry s.0 = x:
        test:
            a.0 = s.0 * 2
            b.0 = a.0 > 3
            pass b.0
        body:
            s.1 = a.0 - 1
            yield s.1
    return s.2
""")
    assert "a.0" not in found["b.0"] and "a.0" in found["s.1"]


def test_a_nested_function_may_read_it_at_any_time():
    found = dying("""
function f(x):
    a.0 = np.sin(x)
    g.0 = def (y):
        b.0 = a.0 * y
        return b.0
    c.0 = a.0 * 2
    %0 = tuple(g.0, c.0)
    return %0
""")
    assert found["c.0"] == set() and found["b.0"] == {"y"}


def test_a_turn_that_is_left_reads_no_more_of_itself():
    found = dying("""
function f(x, n):
    s.2 = for i.0 in n carry s.0 = x:
        a.0 = s.0 * 2
        if i.0:
            b.0 = a.0 * 3
            break b.0
        s.1 = a.0 * 4
        yield s.1
    return s.2
""")
    assert "a.0" in found["b.0"] and "a.0" in found["s.1"]
