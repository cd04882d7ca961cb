"""Inner functions: which variables they may read."""

from __future__ import annotations

import textwrap

import pytest

from wengert.frontend.lower import lower
from wengert.frontend.quote import written
from wengert.ir.core import Def
from wengert.ir.text import show
from wengert.ir.verify import verify
from wengert.ir.walk import lines_of


def lowered(text: str):
    function = lower(written(textwrap.dedent(text).strip("\n")))
    verify(function, generic=True)
    return function


@pytest.mark.parametrize(
    "text",
    [
        "def f(x):\n    g = lambda t: t * x\n    x = 2\n    return g(1)",
        "def f(x):\n    g = lambda t: t * x\n    y = g(1)\n    x = 2\n    return g\n",
        "def f(x, n):\n    for i in range(n):\n        x = x + solve(lambda t: t * x)\n    return x",
        "def f(x, n):\n    for i in range(n):\n        if i:\n            x = g(x)\n        def g(t): return t * i\n    return x",
        "def f(x, n):\n    gs = []\n    for i in range(n):\n        gs.append(lambda t: t * i)\n    return gs[0](x)",
        "def f(x):\n    def g(t): return t * x\n    def h(t): return g(t)\n    y = h(1)\n    x = 2\n    return y",
        "def f(x):\n    def g(t): return t * c\n    c = x\n    return g(1)",
        "def f(x, n):\n    while n:\n        n = n - 1\n        g = lambda: n\n    return g()",
        "def f(x):\n    g = lambda: x\n    return g((x := 2))",
    ],
)
def test_a_variable_that_changes_before_an_inner_function_may_be_called_lives_in_a_box(text):
    assert any(getattr(line, "op", "") == "box" for line in lines_of(lowered(text)))


@pytest.mark.parametrize(
    "text",
    [
        "def f(x):\n    c = 2 * x\n    return lambda t: t * c",
        "def f(x):\n    if x:\n        c = 1\n    else:\n        c = 2\n    return lambda t: t * c",
        "def f(x):\n    g = lambda t: t * x\n    y = g(1)\n    x = 2\n    return y",
        "def f(x, n):\n    for i in range(n):\n        g = lambda t: t * i\n        x = g(x)\n    return x",
        "def f(x, n):\n    for i in range(n):\n        x = solve(lambda x: x * n, x)\n    return x",
        "def f(x, n):\n    for i in range(n):\n        x = (lambda t: t * x)(i)\n    return x",
        "def f(x):\n    def make(c):\n        return lambda t: t * c\n    return make(x)",
    ],
)
def test_variables_that_stay_need_no_box(text):
    lines = list(lines_of(lowered(text)))
    assert any(isinstance(line, Def) for line in lines)
    assert not any(getattr(line, "op", "") == "box" for line in lines)


def check(text: str, program: str) -> None:
    assert show(lowered(text)) == textwrap.dedent(program).strip("\n")


def test_nonlocal_writes_into_a_box():
    check(
        """
        def f(x):
            total = 0
            def add(v):
                nonlocal total
                total += v
            add(x)
            return total
        """,
        """
        function f(x):
            total_box.0 = box()
            rebox(total_box.0, 0)
            add.0 = def (v):
                total.0 = unbox(total_box.0)
                total.1 = iadd(total.0, v)
                rebox(total_box.0, total.1)
                return None
            %0 = call(add.0, x)
            total.2 = unbox(total_box.0)
            return total.2
        """,
    )


def test_a_function_that_calls_itself_reads_its_name_from_a_box():
    check(
        """
        def f(x, n):
            def power(k):
                return x * power(k - 1) if k else 1
            return power(n)
        """,
        """
        function f(x, n):
            power_box.0 = box()
            power.1 = def (k):
                %3 = if k:
                    power.0 = unbox(power_box.0)
                    %0 = k - 1
                    %1 = call(power.0, %0)
                    %2 = x * %1
                    yield %2
                else:
                    yield 1
                return %3
            rebox(power_box.0, power.1)
            power.2 = unbox(power_box.0)
            %4 = call(power.2, n)
            return %4
        """,
    )


def test_parameters_stand_as_in_python_and_defaults_are_read_where_the_function_is_defined():
    check(
        """
        def f(x, /, y=1, *rest, k, **options):
            def g(a, /, b=2 * x, *args, c=y, d, **more):
                return a
            return g(1, d=lambda *, e=3: e)
        """,
        """
        function f(x, /, y, *rest, k, **options):
            %0 = 2 * x
            g.0 = def (a, /, b=%0, *args, c=y, d, **more):
                return a
            %1 = def lambda_4(*, e=3):
                return e
            %2 = call(g.0, 1, d=%1)
            return %2
        """,
    )


def test_decorators_are_called_with_the_function():
    check(
        """
        def f(x):
            @outer
            @inner(x)
            def g(t):
                return t
            return g(x)
        """,
        """
        function f(x):
            %0 = global('outer')
            %1 = global('inner')
            %2 = call(%1, x)
            g.0 = def (t):
                return t
            g.1 = call(%2, g.0)
            g.2 = call(%0, g.1)
            %3 = call(g.2, x)
            return %3
        """,
    )
