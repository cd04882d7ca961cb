"""Lowering: program text in, IR text out."""

from __future__ import annotations

import textwrap
from dataclasses import replace
from time import perf_counter

import gast
import pytest

from wengert.frontend.lower import lower
from wengert.frontend.quote import written
from wengert.ir.text import show
from wengert.ir.verify import verify
from wengert.ir.walk import lines_of


def lowered(text: str):
    function = lower(written(textwrap.dedent(text).strip("\n")))
    verify(function, generic=True)
    return function


def check(text: str, program: str) -> None:
    assert show(lowered(text)) == textwrap.dedent(program).strip("\n")


def test_a_renaming_writes_no_line_and_a_value_is_named_after_its_variable():
    check(
        """
        def f(x):
            y = x
            z = y * 2 + 1
            a, b = z, y
            return a - b
        """,
        """
        function f(x):
            %0 = x * 2
            z.0 = %0 + 1
            %1 = z.0 - x
            return %1
        """,
    )


def test_names_that_the_function_does_not_bind_are_read_where_they_stand():
    check(
        """
        def f(x):
            return np.sin(x, out=None)
        """,
        """
        function f(x):
            %0 = global('np')
            %1 = getattr(%0, 'sin')
            %2 = call(%1, x, out=None)
            return %2
        """,
    )


def test_variables_of_a_function_around_are_cells_and_globals_are_not():
    function = lower(written("def f(x):\n    global b\n    return a + b"), free=("a", "b"))
    assert [(line.op, line.args[0].value) for line in function.body.lines[:2]] == [("cell", "a"), ("global", "b")]


def test_a_private_name_in_a_method_is_that_of_its_class():
    source = written("def f(self):\n    return self.__rate + self.__class__")
    program = lower(replace(source, qualname="_Model.f"))
    assert [line.args[1].value for line in lines_of(program) if line.op == "getattr"] == ["_Model__rate", "__class__"]


def test_only_what_is_read_is_carried():
    check(
        """
        def f(x, n):
            s = 0.0
            for i in range(n):
                t = 2 * x
                if t > 1:
                    u = t
                    s = s + u
            return s
        """,
        """
        function f(x, n):
            %0 = global('range')
            %1 = call(%0, n)
            s.3 = for i.0 in %1 carry s.0 = 0.0:
                t.0 = 2 * x
                %2 = t.0 > 1
                s.2 = if %2:
                    s.1 = s.0 + t.0
                    yield s.1
                else:
                    yield s.0
                yield s.2
            return s.3
        """,
    )


def test_a_variable_that_no_turn_changes_is_not_carried():
    check(
        """
        def f(x, n):
            for i in range(n):
                for j in range(i):
                    if j > x:
                        x = 2 * x
                        return x
            return x
        """,
        """
        function f(x, n):
            %0 = global('range')
            %1 = call(%0, n)
            for i.0 in %1:
                %2 = global('range')
                %3 = call(%2, i.0)
                for j.0 in %3:
                    %4 = j.0 > x
                    if %4:
                        x.0 = 2 * x
                        return x.0
                    yield
                yield
            return x
        """,
    )


def test_the_loop_variable_is_carried_where_it_is_read_after_the_loop():
    check(
        """
        def f(n):
            for i in range(n):
                pass
            return i
        """,
        """
        function f(n):
            %0 = global('range')
            %1 = call(%0, n)
            i.2 = for i.0 in %1 carry i.1 = undef:
                yield i.0
            return i.2
        """,
    )


def test_the_items_of_a_pair_are_unpacked_in_the_body():
    check(
        """
        def f(xs, ys):
            s = 0
            for x, (y, *z) in zip(xs, ys):
                s = s + x * y
            return s
        """,
        """
        function f(xs, ys):
            %0 = global('zip')
            %1 = call(%0, xs, ys)
            s.2 = for %2 in %1 carry s.0 = 0:
                x.0, %3 = unpack(%2)
                y.0, z.0 = unpack_star(%3, 1, 0)
                %4 = x.0 * y.0
                s.1 = s.0 + %4
                yield s.1
            return s.2
        """,
    )


def test_the_else_of_a_loop_asks_for_the_exit_code():
    check(
        """
        def f(x, n):
            for i in range(n):
                if i == 2:
                    break
                x = x + 1
            else:
                x = -x
            return x
        """,
        """
        function f(x, n):
            %0 = global('range')
            %1 = call(%0, n)
            x.2, exit.0 = for i.0 in %1 carry x.0 = x exit:
                %2 = i.0 == 2
                if %2:
                    break x.0
                x.1 = x.0 + 1
                yield x.1
            %3 = exit.0 == 0
            x.4 = if %3:
                x.3 = -x.2
                yield x.3
            else:
                yield x.2
            return x.4
        """,
    )


def test_the_body_and_the_result_of_a_while_see_what_its_test_assigns():
    check(
        """
        def f(x, n):
            while (y := x / 2) > n:
                x = y
            return x, y
        """,
        """
        function f(x, n):
            y.2, x.1 = while carry y.0 = undef, x.0 = x:
                test:
                    y.1 = x.0 / 2
                    %0 = y.1 > n
                    pass %0 with y.1, x.0
                body:
                    yield y.1, y.1
            %1 = tuple(x.1, y.2)
            return %1
        """,
    )


def test_nothing_follows_a_while_true_without_break():
    check(
        """
        def f(x):
            while True:
                x = x / 2
                if x < 1:
                    return x
        """,
        """
        function f(x):
            x.2 = while carry x.0 = x:
                test:
                    pass True
                body:
                    x.1 = x.0 / 2
                    %0 = x.1 < 1
                    if %0:
                        return x.1
                    yield x.1
            stop
        """,
    )


def test_a_branch_that_exits_yields_nothing():
    check(
        """
        def f(x):
            if x > 2:
                return x
            elif x > 1:
                y = 2 * x
            else:
                y = 1
            return y
        """,
        """
        function f(x):
            %0 = x > 2
            y.2 = if %0:
                return x
            else:
                %1 = x > 1
                y.1 = if %1:
                    y.0 = 2 * x
                    yield y.0
                else:
                    yield 1
                yield y.1
            return y.2
        """,
    )


def test_a_block_ends_where_both_branches_exit():
    check(
        """
        def f(x):
            if x > 0:
                return x
            else:
                raise ValueError
            return unreachable
        """,
        """
        function f(x):
            %0 = x > 0
            if %0:
                return x
            else:
                %1 = global('ValueError')
                raise(%1)
                stop
            stop
        """,
    )


def test_the_middle_of_a_chained_comparison_is_evaluated_once_and_the_end_maybe_not():
    check(
        """
        def f(x, g):
            y = 0 < g(x) < g(2)
            return y
        """,
        """
        function f(x, g):
            %0 = call(g, x)
            %1 = 0 < %0
            y.0 = if %1:
                %2 = call(g, 2)
                %3 = %0 < %2
                yield %3
            else:
                yield %1
            return y.0
        """,
    )


def test_a_walrus_on_the_right_of_and_is_bound_there():
    check(
        """
        def f(x):
            y = 0
            z = x and (y := x + 1)
            return y - z
        """,
        """
        function f(x):
            z.0, y.1 = if x:
                y.0 = x + 1
                yield y.0, y.0
            else:
                yield x, 0
            %0 = y.1 - z.0
            return %0
        """,
    )


def test_a_name_that_surely_has_no_value_raises_what_python_raises():
    check(
        """
        def f(x):
            y = x + z
            z = 1
        """,
        """
        function f(x):
            %0 = call(@UnboundLocalError, "cannot access local variable 'z' where it is not associated with a value")
            raise(%0)
            stop
        """,
    )


def test_an_assertion_is_a_branch_that_raises():
    function = lowered("def f(x):\n    assert x > 0, 'negative'\n    return x")
    assert show(function) == textwrap.dedent("""\
        function f(x):
            %0 = x > 0
            if %0:
                yield
            else:
                %1 = call(@AssertionError, 'negative')
                raise(%1)
                stop
            return x""")
    assert isinstance(function.body.lines[1].place.statement, gast.Assert)


def test_star_arguments_are_a_tuple_and_a_dict():
    check(
        """
        def f(g, x, rest, options):
            a = g(*rest, **options)
            return g(x, *rest, scale=a)
        """,
        """
        function f(g, x, rest, options):
            a.0 = call_star(g, rest, options)
            %0 = tuple(x)
            %1 = call(@tuple, rest)
            %2 = %0 + %1
            %3 = dict('scale', a.0)
            %4 = call_star(g, %2, %3)
            return %4
        """,
    )


def test_inner_functions_read_the_names_around_them_and_bind_each_name_once():
    check(
        """
        def f(x, n):
            g = lambda t: t * x
            def h(x):
                t = g(x)
                return t
            return h(n) + (lambda t: t)(x)
        """,
        """
        function f(x, n):
            g.0 = def (t):
                %0 = t * x
                return %0
            h.0 = def (x.0):
                t.0 = call(g.0, x.0)
                return t.0
            %1 = call(h.0, n)
            %2 = def lambda_6(t.1):
                return t.1
            %3 = call(%2, x)
            %4 = %1 + %3
            return %4
        """,
    )


def test_a_lambda_is_named_after_its_line():
    source = written("\n\nlambda x: 2 * x")
    assert show(lower(source)) == "function lambda_3(x):\n    %0 = 2 * x\n    return %0"


def test_a_docstring_is_kept_beside_the_program():
    function = lowered('def f(x):\n    """Half of x."""\n    return x / 2')
    assert function.docstring == "Half of x." and len(function.body.lines) == 1


def straight(count: int) -> str:
    return "def f(x):\n" + "".join(f"    y{k} = x * {k} + 1\n" for k in range(count)) + "    return x"


def branches(count: int) -> str:
    text = "".join(f"    if x > {k}:\n        y{k} = x\n    else:\n        y{k} = 1\n" for k in range(count))
    return f"def f(x):\n{text}    return x"


def loops(count: int) -> str:
    return "def f(x):\n" + "".join(f"    for i in x:\n        y{k} = i\n" for k in range(count)) + "    return x"


@pytest.mark.parametrize("make", [straight, branches, loops], ids=lambda make: make.__name__)
def test_the_time_is_linear_in_the_length(make):
    def seconds(count: int) -> float:
        source = written(make(count))
        times = []
        for _ in range(3):
            start = perf_counter()
            lower(source)
            times.append(perf_counter() - start)
        return min(times)

    assert seconds(2000) < 3 * 4 * seconds(500)


def test_a_chain_of_a_hundred_elifs_is_lowered():
    text = "def f(x):\n    if x == 0:\n        y = 0\n" + "".join(f"    elif x == {k}:\n        y = {k}\n" for k in range(1, 100))
    assert lowered(text + "    return y").name == "f"
