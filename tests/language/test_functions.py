"""Inner functions: closures, boxes, parameters of every kind, recursion, decorators."""

from __future__ import annotations

import pytest
from both_modes import check

CASES = {
    "closure over what changes": (
        "g = lambda t: t * x\n"
        "x = 2 * x\n"
        "return g(3.0)"
    ),
    "closure over what is defined later": (
        "def g(t):\n"
        "    return t * c\n"
        "c = x * x\n"
        "return g(x)"
    ),
    "closure in a loop": (
        "for i in range(n):\n"
        "    w = x + i\n"
        "    def g(t):\n"
        "        return w * t\n"
        "    x = g(0.1) + g(0.2)\n"
        "return x"
    ),
    "closure called after its variable changed in a loop": (
        "def g(t):\n"
        "    return t * y\n"
        "y = x\n"
        "for i in range(n):\n"
        "    y = y + g(0.5)\n"
        "return y"
    ),
    "nonlocal": (
        "total = 0.0\n"
        "def add(v):\n"
        "    nonlocal total\n"
        "    total += v * v\n"
        "for i in range(n):\n"
        "    add(x * i)\n"
        "return total"
    ),
    "nonlocal through two functions": (
        "y = x\n"
        "def g():\n"
        "    def h():\n"
        "        nonlocal y\n"
        "        y = y * x\n"
        "    h()\n"
        "    h()\n"
        "g()\n"
        "return y"
    ),
    "two counters": (
        "def make():\n"
        "    c = 0.0\n"
        "    def add(v):\n"
        "        nonlocal c\n"
        "        c += v * v\n"
        "        return c\n"
        "    return add\n"
        "a, b = make(), make()\n"
        "a(x)\n"
        "a(2 * x)\n"
        "b(5 * x)\n"
        "return a(0.0) + b(0.0) * x"
    ),
    "recursion": (
        "def power(k):\n"
        "    return x * power(k - 1) if k else 1.0\n"
        "return power(n)"
    ),
    "recursion on a differentiated argument": (
        "def root(t, k):\n"
        "    if k == 0:\n"
        "        return t\n"
        "    return root(0.5 * (t + x / t), k - 1)\n"
        "return root(1.0, n)"
    ),
    "mutual recursion": (
        "def even(t, k):\n"
        "    return t if k == 0 else odd(t * x, k - 1)\n"
        "def odd(t, k):\n"
        "    return 2 * t if k == 0 else even(t + x, k - 1)\n"
        "return even(x, n)"
    ),
    "two calls of itself": (
        "def fib(k):\n"
        "    return x if k < 2 else fib(k - 1) * fib(k - 2)\n"
        "return fib(5)"
    ),
    "defaults": (
        "def g(a, b=2 * x, *, k=x):\n"
        "    return a * b * k\n"
        "x = x * x\n"
        "return g(1.0) + g(x, x, k=3.0)"
    ),
    "star and double star": (
        "def g(a, *rest, k=2.0, **options):\n"
        "    return a * rest[1] * k + options['z'] * len(rest)\n"
        "return g(x, 1.0, x * x, z=x)"
    ),
    "positional only": (
        "def g(a, /, **a_):\n"
        "    return a * a_['a']\n"
        "return g(x, a=2 * x)"
    ),
    "handing star and double star on": (
        "def h(a, b, k=2.0):\n"
        "    return a * b * k\n"
        "def g(*args, **options):\n"
        "    return h(*args, **options)\n"
        "return g(x, 2 * x, k=x) + g(x, x)"
    ),
    "mixed calls": (
        "def g(a, b, c=1.0, d=1.0):\n"
        "    return a * b * c * d\n"
        "t = (x, 2.0)\n"
        "return g(*t, *[x], **{'d': x}) + g(x, *[n], d=x, **{'c': 2.0})"
    ),
    "decorators": (
        "def twice(g):\n"
        "    return lambda t: g(g(t))\n"
        "def scaled(k):\n"
        "    return lambda g: lambda t: k * g(t)\n"
        "@scaled(x)\n"
        "@twice\n"
        "def h(t):\n"
        "    return t * x\n"
        "return h(2.0)"
    ),
    "returned functions": (
        "def scaled(k):\n"
        "    def g(t):\n"
        "        return k * t * x\n"
        "    return g\n"
        "return scaled(x)(2.0) + scaled(2.0)(x)"
    ),
    "functions in containers": (
        "d = {'square': lambda t: t * t, 'double': lambda t: 2 * t}\n"
        "return d['square'](x) * d['double'](x)"
    ),
    "a function chosen by a branch": (
        "if n > 2:\n"
        "    g = lambda t: t * x\n"
        "else:\n"
        "    g = lambda t: t + x\n"
        "return g(x)"
    ),
    "lambda called at once": (
        "return (lambda t, *r, k=x: t * k + len(r))(x, 1, 2)"
    ),
    "functions as arguments": (
        "def apply(g, t):\n"
        "    return g(g(t))\n"
        "return apply(lambda t: t * x, 2.0) + apply(math.sin, x)"
    ),
    "keyword of a shadowed name": (
        "def g(x):\n"
        "    return x * x\n"
        "return g(x=2 * x)"
    ),
    "early returns": (
        "def g(t):\n"
        "    for i in range(n):\n"
        "        if t > 2:\n"
        "            return t * i\n"
        "        t = t * (x + 1)\n"
        "    return t\n"
        "return g(x)"
    ),
    "map of a closure": (
        "return sum(map(lambda t: t * x, [x, 2.0]))"
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_both_modes_agree_with_differences(name):
    check(CASES[name])
