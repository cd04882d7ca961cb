"""Inner functions: which variables they may read."""

from __future__ import annotations

import textwrap

import pytest

from wengert.errors import UnsupportedSyntax
from wengert.frontend.lower import lower
from wengert.frontend.quote import written
from wengert.ir.core import Def
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
def test_an_inner_function_whose_variable_changes_before_it_may_be_called_is_refused(text):
    with pytest.raises(UnsupportedSyntax, match="W030"):
        lowered(text)


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
def test_an_inner_function_whose_variables_stay_is_accepted(text):
    assert any(isinstance(line, Def) for line in lines_of(lowered(text)))


def test_a_lambda_that_calls_itself_is_refused():
    with pytest.raises(UnsupportedSyntax, match="`g` calls itself"):
        lowered("def f(x):\n    g = lambda t: g(t - 1)\n    return g(x)")
