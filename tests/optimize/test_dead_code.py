"""What nobody reads is gone; what acts, leaves or is needed stays."""

import textwrap

import numpy as np
import pytest
from inplace import kinded

from wengert.ir.evaluate import evaluate
from wengert.ir.text import parse, show
from wengert.ir.verify import verify
from wengert.optimize.dead_code import eliminate_dead_code, read_back


def cleaned(text, *arguments):
    """The text of the program without its dead code, after a comparison of what both give."""
    function = parse(text)
    verify(function)
    made = eliminate_dead_code(function)
    verify(made)
    for given in arguments:
        assert evaluate(made, *given) == evaluate(function, *given)
    assert eliminate_dead_code(made) == made
    return show(made)


def same(text):
    return textwrap.dedent(text).strip("\n")


def test_a_line_that_nobody_reads_goes_and_takes_what_only_it_read():
    assert cleaned("function f(x):\n    %0 = x * 2\n    %1 = %0 + 1\n    return x", (3,)) == "function f(x):\n    return x"


def test_lines_that_act_stay():
    text = "function f(x):\n    %0 = call(@print, x, end='')\n    return 1"
    assert cleaned(text, (3,)) == text


def test_a_raise_stays_and_what_its_message_reads():
    text = same("""
    function f(x):
        %0 = x < 0
        if %0:
            %1 = format(x)
            %2 = call(@ValueError, %1)
            raise(%2)
            stop
        return 1
    """)
    assert cleaned(text, (3,)) == text


def test_an_unread_result_of_a_branch_goes():
    assert cleaned("""
    function f(x, c):
        a.0, b.0 = if c:
            %0 = x * 2
            %1 = x * 3
            yield %0, %1
        else:
            yield x, x
        return b.0
    """, (2, True), (2, False)) == same("""
    function f(x, c):
        b.0 = if c:
            %1 = x * 3
            yield %1
        else:
            yield x
        return b.0
    """)


def test_a_branch_without_results_that_does_nothing_goes():
    assert cleaned("function f(x, c):\n    if c:\n        %0 = x * 2\n        yield\n    return x", (2, True)) == "function f(x, c):\n    return x"


def test_a_branch_that_returns_stays():
    text = same("""
    function f(x, c):
        if c:
            %0 = x * 2
            return %0
        return x
    """)
    assert cleaned(text, (2, True), (2, False)) == text


def test_a_return_deep_inside_of_branches_stays():
    text = same("""
    function f(x, c):
        if c:
            %0 = x > 1
            if %0:
                return 1
            yield
        return x
    """)
    assert cleaned(text, (2, True), (0, True), (2, False)) == text


def test_a_carried_value_that_only_feeds_itself_goes():
    assert cleaned("""
    function f(x, n):
        s.2, t.2 = for i.0 in n carry s.0 = 0.0, t.0 = x:
            s.1 = s.0 + t.0
            t.1 = t.0 * 2
            yield s.1, t.1
        return t.2
    """, (1, [1, 2])) == same("""
    function f(x, n):
        t.2 = for i.0 in n carry t.0 = x:
            t.1 = t.0 * 2
            yield t.1
        return t.2
    """)


def test_a_carried_value_that_a_kept_one_reads_stays():
    text = same("""
    function f(x, n):
        s.2, t.2 = for i.0 in n carry s.0 = 0.0, t.0 = x:
            s.1 = s.0 + t.0
            t.1 = t.0 * 2
            yield s.1, t.1
        return s.2
    """)
    assert cleaned(text, (1, [1, 2])) == text


def test_values_passed_along_a_chain_of_carried_ones_stay():
    text = same("""
    function f(x, n):
        a.2, b.2, c.2 = for i.0 in n carry a.0 = 0, b.0 = 0, c.0 = x:
            yield b.0, c.0, x
        return a.2
    """)
    assert cleaned(text, (1, [1, 2, 3]), (1, [])) == text


def test_break_and_continue_lose_what_nobody_carries():
    assert cleaned("""
    function f(x, n):
        s.2, t.2 = for i.0 in n carry s.0 = 0.0, t.0 = x:
            s.1 = s.0 + 1
            t.1 = t.0 * 2
            %0 = i.0 == 2
            if %0:
                break s.1, t.1
            if i.0:
                continue s.0, t.1
            yield s.1, t.1
        return t.2
    """, (1, [1, 0, 2, 1]), (1, [0, 0])) == same("""
    function f(x, n):
        t.2 = for i.0 in n carry t.0 = x:
            t.1 = t.0 * 2
            %0 = i.0 == 2
            if %0:
                break t.1
            if i.0:
                continue t.1
            yield t.1
        return t.2
    """)


def test_a_loop_that_makes_nothing_goes_and_one_that_prints_stays():
    assert cleaned("function f(x, n):\n    for i.0 in n:\n        %0 = x * 2\n        yield\n    return x", (1, [1])) == "function f(x, n):\n    return x"
    text = "function f(x, n):\n    for i.0 in n:\n        %0 = call(@print, end='')\n        yield\n    return x"
    assert cleaned(text, (1, [1])) == text


def test_the_test_of_a_while_keeps_what_it_asks():
    assert cleaned("""
    function f(x):
        x.2, k.2, y.2 = while carry x.0 = x, k.0 = 0, y.0 = 1:
            test:
                %0 = x.0 > 1
                pass %0
            body:
                x.1 = x.0 * 0.5
                k.1 = k.0 + 1
                y.1 = y.0 * 2
                yield x.1, k.1, y.1
        return k.2
    """, (9.0,), (0.5,)) == same("""
    function f(x):
        x.2, k.2 = while carry x.0 = x, k.0 = 0:
            test:
                %0 = x.0 > 1
                pass %0
            body:
                x.1 = x.0 * 0.5
                k.1 = k.0 + 1
                yield x.1, k.1
        return k.2
    """)


def test_what_a_test_hands_on_loses_what_nobody_carries():
    text = cleaned("""
    function f(x):
        d.2, x.2, k.2 = while carry d.0 = undef, x.0 = x, k.0 = 0:
            test:
                d.1 = x.0 * x.0
                %0 = d.1 > 1
                pass %0 with d.1, x.0, k.0
            body:
                x.1 = x.0 * 0.5
                k.1 = k.0 + 1
                yield d.1, x.1, k.1
        return d.2
    """, (9.0,), (0.5,))
    assert "pass %0 with d.1, x.0\n" in text and "k." not in text


@pytest.mark.parametrize("read", [True, False])
def test_exit_codes_that_nobody_reads_go(read):
    text = cleaned(f"""
    function f(x, n):
        v.2, exit.0 = for i.0 in n carry v.0 = x exit:
            v.1 = v.0 * 2
            if i.0:
                break v.1 exit 2
            yield v.1
        %0 = exit.0 == 2
        %1 = tuple(v.2, {"%0" if read else 0})
        return %1
    """, (1, [0, 1]), (1, [0, 0]))
    assert ("exit 2" in text) == ("exit:" in text) == read


def test_a_nested_function_that_nobody_reads_goes_and_its_captures_too():
    assert cleaned("""
    function f(x):
        %0 = x * 2
        g.0 = def (y):
            %1 = y * %0
            return %1
        return x
    """, (1,)) == "function f(x):\n    return x"


def test_a_nested_function_that_is_read_keeps_what_it_reads():
    text = same("""
    function f(x):
        %0 = x * 2
        g.0 = def (y):
            %1 = y * %0
            return %1
        %2 = call(g.0, 3)
        return %2
    """)
    assert cleaned(text, (1,)) == text


def test_remarks_stay():
    text = "function f(x):\n    comment('reverse sweep')\n    undo()\n    return x"
    assert cleaned(text, (1,)) == text


def test_a_write_into_an_array_of_its_own_that_nobody_reads_goes():
    function = kinded("function f(x):\n    y.0 = np.zeros(3)\n    y.1 = write(y.0, 0, x)\n    return x", 3.0)
    assert show(eliminate_dead_code(function)) == "function f(x):\n    return x"


@pytest.mark.parametrize("taken", ["getitem(a, %0)", "global('a')", "call(@print, a)"])
def test_a_write_into_what_others_hold_stays(taken):
    text = f"function f(a, x):\n    %0 = slice(1, None, None)\n    y.0 = {taken}\n    y.1 = write(y.0, 0, x)\n    return x"
    made = show(eliminate_dead_code(kinded(text, np.ones(3), 3.0)))
    assert "write" in made


def test_a_loop_that_only_writes_into_an_argument_stays():
    assert "write" in cleaned("""function f(a, n):
    %0 = range(n)
    a.2 = for i.0 in %0 carry a.0 = a:
        a.1 = write(a.0, i.0, 1.0)
        yield a.1
    return n""")


LOOP = """
function f(x_tape, y_tape, g):
    %0 = reversed(x_tape)
    %1 = reversed(y_tape)
    g.2 = for x, y in %0, %1 carry g.0 = g:
        g.1 = g.0 * y
        yield g.1
    return g.2
"""


def test_a_tape_of_ours_that_nobody_reads_is_not_run_over():
    function = parse(LOOP)
    made = eliminate_dead_code(function, tapes=read_back(function, ()))
    verify(made)
    assert "x_tape" not in "".join(show(made).splitlines()[1:])
    assert evaluate(made, [1, 2], [3, 4], 5) == evaluate(function, [1, 2], [3, 4], 5)


def test_lists_of_the_users_are_run_over_in_step_whoever_reads_them():
    function = parse(LOOP)
    assert eliminate_dead_code(function, tapes=read_back(function, {"%0", "%1"})) == function


def test_of_tapes_that_nobody_reads_one_counts_the_turns():
    function = parse(LOOP.replace("g.0 * y", "g.0 * 2"))
    made = eliminate_dead_code(function, tapes=read_back(function, ()))
    assert "for x in %0 carry" in show(made)
