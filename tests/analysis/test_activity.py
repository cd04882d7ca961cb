"""Active values are those that the wanted arguments vary and the result needs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from wengert.analysis.activity import active
from wengert.analysis.flows import CONSTANT, RULED, STRUCTURE, differentiable_atoms
from wengert.ir.core import Apply, Const
from wengert.ir.kinds import FLOAT, INT, Map
from wengert.ir.operations import OPERATIONS
from wengert.ir.text import parse
from wengert.ir.walk import lines_of
from wengert.rules.table import lookup


def names(text, *wanted, **kinds):
    return sorted(active(replace(parse(text), kinds=kinds), set(wanted or ("x",))))


def test_what_does_not_vary_and_what_is_not_needed_is_not_active():
    assert names("""
    function f(x, n):
        %0 = 2 * n
        %1 = np.sin(x)
        %2 = np.cos(x)
        %3 = %1 * %0
        return %3
    """) == ["%1", "%3", "x"]


def test_a_result_that_does_not_depend_on_the_argument_leaves_nothing_active():
    assert names("function f(x, n):\n    %0 = np.sin(x)\n    %1 = n * 2\n    return %1") == []


def test_values_of_kinds_that_cannot_vary_stop_it():
    text = "function f(x):\n    k.0 = x // 1\n    y.0 = k.0 * 2\n    return y.0"
    assert names(text, "x", **{"k.0": INT}) == []


def test_comparisons_and_floor_hand_nothing_on():
    assert names("function f(x):\n    %0 = x > 1\n    %1 = np.floor(x)\n    %2 = %0 * %1\n    return %2") == []


def test_an_index_is_no_way_for_derivatives():
    text = "function f(x, a):\n    k.0 = x * 2\n    y.0 = getitem(a, k.0)\n    return y.0"
    assert names(text) == []
    assert names(text, "a") == ["a", "y.0"]


def test_a_branch_makes_its_result_active():
    assert names("""
    function f(x, c):
        y.0 = if c:
            yield x
        else:
            yield 0.0
        return y.0
    """) == ["x", "y.0"]


def test_activity_goes_around_a_loop_until_nothing_is_new():
    found = names("""
    function f(x, n):
        a.2, b.2, c.2 = for i.0 in n carry a.0 = 0.0, b.0 = 0.0, c.0 = x:
            yield b.0, c.0, c.0
        return a.2
    """)
    assert {"a.2", "a.0", "b.0", "c.0", "x"} <= set(found)


def test_a_loop_counter_is_not_active():
    found = names("""
    function f(x, n):
        v.2, k.2 = for i.0 in n carry v.0 = x, k.0 = 0:
            v.1 = v.0 * i.0
            k.1 = k.0 + 1
            yield v.1, k.1
        return v.2
    """)
    assert found == ["v.0", "v.1", "v.2", "x"]


def test_elements_of_an_active_source_are_active():
    found = names("""
    function f(x, ys):
        s.2 = for a.0, b.0 in x, ys carry s.0 = 0.0:
            %0 = a.0 * b.0
            s.1 = s.0 + %0
            yield s.1
        return s.2
    """)
    assert "a.0" in found and "b.0" not in found


def test_breaks_hand_on_what_they_carry():
    found = names("""
    function f(x, n):
        v.2 = for i.0 in n carry v.0 = 0.0:
            if i.0:
                break x
            yield v.0
        return v.2
    """)
    assert {"v.2", "x"} <= set(found)


def test_what_the_test_of_a_while_makes_is_active_in_the_body_and_below():
    found = names("""
    function f(x):
        d.2, x.2 = while carry d.0 = undef, x.0 = x:
            test:
                d.1 = x.0 * x.0
                %0 = d.1 > 1
                pass %0 with d.1, x.0
            body:
                x.1 = x.0 * 0.5
                yield d.1, x.1
        return d.2
    """)
    assert {"d.1", "d.2", "x.0", "x.1"} <= set(found)


def test_containers_hand_on_their_values_and_not_their_keys():
    line = Apply(("%0",), "dict", (Const("a"), "x", Const("b"), "y"))
    assert differentiable_atoms(line) == ("x", "y")
    assert differentiable_atoms(Apply(("%0",), "scatter_add", ("a", "i", "v"))) == ("a", "v")


def test_only_one_return_needs_to_depend_on_the_argument():
    assert names("""
    function f(x, c):
        if c:
            return 0.0
        %0 = x * 2
        return %0
    """) == ["%0", "x"]


def test_an_op_of_which_nothing_is_known_may_hand_derivatives_on():
    """If it did not, they would silently stop there: a wrong number. So it is refused later."""
    unknown = [op for op in OPERATIONS if lookup(op) is None and op not in {*STRUCTURE, *CONSTANT, *RULED}]
    assert "call" in unknown
    for op in (*unknown, "no_such_op"):
        assert differentiable_atoms(Apply(("%0",), op, ("x", "y"))) == ("x", "y")


@pytest.mark.parametrize("op", ["reversed", "list_of"])
def test_keys_of_a_dict_hand_no_derivative_on(op):
    assert differentiable_atoms(Apply(("%0",), op, ("d",)), {"d": Map(FLOAT, FLOAT)}) == ()


def test_a_nested_function_that_reads_an_active_value_is_active():
    assert "g.0" in names("""
    function f(x):
        g.0 = def (y):
            %0 = x * y
            return %0
        return g.0
    """)


@pytest.mark.parametrize("depth", [10, 2000])
def test_long_programs_need_no_recursion(depth):
    lines = "".join(f"    %{k + 1} = np.sin(%{k})\n" for k in range(depth))
    function = parse(f"function f(x):\n    %0 = x * 2\n{lines}    return %{depth}\n")
    assert len(active(function, {"x"})) == depth + 2 == len(list(lines_of(function))) + 1
