"""Functions that call themselves, specialised: what becomes a callee, with which kinds, and what is refused."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import recursions

from wengert import errors, grad
from wengert.analysis.specialise import specialise
from wengert.frontend.lower import lower
from wengert.frontend.source import source_of
from wengert.ir.core import Function
from wengert.ir.kinds import FLOAT, INT, Array, describe
from wengert.ir.text import show
from wengert.ir.values import kind_of, substitute
from wengert.ir.verify import verify
from wengert.surroundings import Surroundings


def specialised(function: Any, *arguments: Any, varied: list[bool] | None = None) -> Function:
    program = lower(source_of(function, None), function.__code__.co_freevars)
    made = specialise(program, list(map(kind_of, arguments)), Surroundings(function, None), varied).function
    verify(made)
    return made


def kinds_in(function: Function, callee: str) -> list[str]:
    found = function.callees[callee]
    return [describe(substitute(found.kinds, name)) for name in found.parameters]


def test_a_function_that_calls_itself_leaves_a_call():
    made = specialised(recursions.power, 1.1, 7)
    assert show(made).partition("\n\n")[0] == "function power(x, n):\n    out.0 = invoke('power', x, n)\n    return out.0"
    assert kinds_in(made, "power") == ["float", "int"] and made.kinds["out.0"] == FLOAT


def test_of_functions_that_call_each_other_one_is_a_callee_and_the_others_are_inlined():
    made = specialised(recursions.even, 0.4, 5)
    assert list(made.callees) == ["even"] and "math.sin" in show(made)


def test_a_callee_is_made_once_for_all_calls_of_the_same_kinds():
    made = specialised(recursions.at_two_places, 1.3, 3)
    assert list(made.callees) == ["factorial"] and show(made).count("invoke('factorial'") == 3


def test_calls_with_other_kinds_have_a_callee_of_their_own():
    def both(x, a):
        return recursions.factorial(x, 3) + recursions.factorial(a, 3)

    made = specialised(both, 0.5, np.zeros(3))
    assert list(made.callees) == ["factorial", "factorial_2"]


def test_the_kind_of_a_result_grows_until_it_is_stable():
    def grown(x, n):
        return x if n == 0 else np.sin(grown(x, n - 1))

    made = specialised(grown, 0.5, 3)
    assert describe(made.kinds["out.0"]) == "float or np.float64"


def test_axes_of_slices_have_the_same_names_in_every_call():
    made = specialised(recursions.total, np.zeros(4))
    assert list(made.callees) == ["total"]
    kind = made.callees["total"].kinds["xs"]
    assert isinstance(kind, Array) and kind.axes == ("0.0",)


def test_a_tree_of_known_kinds_is_walked_down_without_a_callee():
    assert not specialised(recursions.tree_sum, ((1.0, 2.0), (3.0, (4.0, 5.0))), 0.7).callees


def test_other_options_are_looked_at_before_a_callee_is_made():
    made = specialised(recursions.accumulated, 0.5, 4, None)
    assert kinds_in(made, "accumulated") == ["float", "int", "float"]


def test_what_a_nested_function_captures_is_an_argument_more():
    made = specialised(recursions.nested, 0.7, 4)
    assert made.callees["inner"].parameters == ("k", "x")
    made = specialised(recursions.nested_mutual, 0.5, 5)
    assert all(callee.parameters[-1] == "x" for callee in made.callees.values())


def test_a_function_that_is_handed_on_is_known_and_what_it_captures_is_an_argument():
    made = specialised(recursions.of_a_lambda, 0.5, 0.7)
    assert made.callees["iterated"].parameters == ("a", "x", "n")


def test_an_object_is_handed_on_by_its_fields():
    made = specialised(recursions.of_a_method, 0.5, 3)
    assert made.callees["at"].parameters == ("self_c", "self_s", "x", "n")


def test_a_recursion_through_which_nothing_varies_stays_a_call_of_a_known_kind():
    def counted(n):
        return 1 if n == 0 else 1 + counted(n - 1)

    def scaled(x, n):
        return x * counted(n)

    made = specialised(scaled, 0.5, 3, varied=[True, False])
    assert not made.callees and INT in made.kinds.values()


def refused(function: Any, *arguments: Any) -> str:
    with pytest.raises(errors.Error) as caught:
        grad(function)(*arguments)
    return f"{caught.value.code}: {caught.value}"


def test_a_kind_that_never_settles_is_unknown_and_refused_where_that_matters():
    def stacked(x, n):
        return x if n == 0 else stacked(x, n - 1)[None]

    assert refused(lambda x: np.sum(stacked(x, 2)), np.zeros(2)).startswith("W047")


def test_writing_into_an_argument_that_is_given_twice_is_refused():
    def inner(a, b, i):
        a[i] = b[i] * 2
        if i:
            inner(a, b, i - 1)

    def doubled(a):
        inner(a, a, 2)
        return np.sum(a)

    assert refused(doubled, np.ones(3)).startswith("W026: `inner` calls itself, and writes into what it is given more than once")


def test_a_recursion_that_never_ends_is_refused():
    def endless(x):
        return endless(x * 2)

    assert "and never returns" in refused(endless, 0.5)


def test_a_function_that_is_returned_is_known_if_it_is_always_the_same():
    def chosen(x, n):
        return math.sin if n == 0 else chosen(x, n - 1)

    def applied(x, n):
        return chosen(x, n)(x)

    assert grad(applied)(0.5, 2) == math.cos(0.5)


def test_a_long_function_that_is_called_often_becomes_a_callee():
    made = specialised(recursions.called_often, 0.3, 0.4)
    assert list(made.callees) == ["lengthy"] and show(made).count("invoke('lengthy'") == 6
    assert len(grad(recursions.called_often).source(0.3, 0.4).splitlines()) < 200


def test_a_long_function_that_writes_into_what_it_is_given_is_inlined_however_often_it_is_called():
    made = specialised(recursions.filled_often, 0.3)
    assert list(made.callees) in ([], ["lengthy"]) and "write(" in show(made)


def test_a_short_function_is_inlined_however_often_it_is_called():
    def often(x):
        for _ in range(2):
            x = recursions.simpson(math.sin, x, 1.0) + recursions.simpson(math.cos, 0.0, x) + recursions.simpson(math.sin, x, x * x)
        return x

    assert not specialised(often, 0.3).callees
