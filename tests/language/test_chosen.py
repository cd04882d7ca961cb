"""Functions that only the run picks: from a dict by a key, from a list or tuple by a number."""

from __future__ import annotations

import pytest
from both_modes import check, function_of

from wengert import UnsupportedSyntax, grad

PICKED = {
    "a dict of lambdas and functions": "shapes = {'square': lambda t: t * t, 'wave': math.sin}\nreturn shapes['wave' if n > 2 else 'square'](x)",
    "a dict that is a global": "SHAPES = {'square': abs, 'wave': math.sin}\ndef f(x, n):\n    return SHAPES['wave' if n > 2 else 'square'](x)",
    "a dict of numbers": "shapes = {0: abs, 1: math.sin}\nreturn shapes[n % 2](x)",
    "a key bound in a branch": "shapes = {'a': lambda t: t, 'b': lambda t: t * t}\nkey = 'a'\nif n > 2:\n    key = 'b'\nreturn shapes[key](x)",
    "functions that read what varies": (
        "shapes = {'square': lambda t: t * x, 'wave': math.sin, 'cube': lambda t: t ** 3 * x}\ntotal = 0.0\n"
        "for key in ['square', 'cube', 'wave'] * n:\n    total += shapes[key](x) * (1 + total)\nreturn total"
    ),
    "a list of lambdas and functions": (
        "steps = [lambda t: t * x, lambda t: t ** 3, math.exp]\ntotal = 0.0\nfor i in range(n):\n    total += steps[i % 3](x)\nreturn total"
    ),
    "functions that write": (
        "def up(t):\n    nonlocal x\n    x = x * 2\n    return t * x\nsteps = [up, lambda t: t + x]\n"
        "total = 0.0\nfor i in range(n):\n    total += steps[i % 2](x)\nreturn total * x"
    ),
    "a key that is missing": (
        "shapes = {'a': lambda t: t, 'b': lambda t: t * t}\nt = 0.0\ntry:\n    t += shapes['c' if n > 2 else 'a'](x)\nexcept KeyError:\n    t += x * 3\nreturn t"
    ),
    "one that is kept, and called twice": "steps = [lambda t: t * x, lambda t: t ** 3]\ng = steps[n % 2]\nx = 5 * x\nreturn g(x) + g(2.0)",
}


@pytest.mark.parametrize("body", PICKED.values(), ids=PICKED.keys())
def test_a_function_that_the_run_picks_is_differentiated(body):
    check(body)
    check(body, n=2)


def test_what_is_added_up_is_refused_for_where_it_comes_from():
    function = function_of("total = 0.0\nfor v in {x, 2 * x}:\n    total += v\nreturn total")
    with pytest.raises(UnsupportedSyntax, match="a set of differentiated values") as refused:
        grad(function)(0.7, 3)
    assert refused.value.place.line == 3
