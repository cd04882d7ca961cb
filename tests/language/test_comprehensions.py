"""Comprehensions and generator expressions."""

from __future__ import annotations

import pytest
from both_modes import check

CASES = {
    "list": (
        "return sum([x * i for i in range(n)])"
    ),
    "conditions": (
        "return sum([x * i for i in range(6) if i % 2 if i > 1])"
    ),
    "nested fors": (
        "return sum([x * i * j for i in range(n) for j in range(i) if i + j])"
    ),
    "in one another": (
        "m = [[x * i * j for j in range(3)] for i in range(3)]\n"
        "return m[2][1] + m[1][1] * m[2][2]"
    ),
    "walked over": (
        "s = 0.0\n"
        "for r in [[x * j for j in range(i)] for i in range(4)]:\n"
        "    for v in r:\n"
        "        s += v * v\n"
        "return s"
    ),
    "into an array": (
        "m = np.array([[x * i + j for j in range(3)] for i in range(3)])\n"
        "return np.sum(m @ m)"
    ),
    "own variables": (
        "i = 2.0\n"
        "y = [i * x for i in range(n)]\n"
        "return y[1] * i"
    ),
    "walrus": (
        "y = [t := x * i for i in range(n)]\n"
        "return t * y[1]"
    ),
    "over a list of values": (
        "ys = [v * v for v in [x, 2 * x]]\n"
        "return ys[0] * ys[1]"
    ),
    "over zip and enumerate": (
        "return sum([i * a * b for i, (a, b) in enumerate(zip([x, x * x, 1.0], [x, 2.0, x]))])"
    ),
    "a branch in it": (
        "return sum([x * i if i % 2 else x * x for i in range(n)])"
    ),
    "a function in it": (
        "def g(t):\n"
        "    return t * x\n"
        "return sum([g(i) for i in range(n)])"
    ),
    "in a loop": (
        "for i in range(n):\n"
        "    x = sum([x * j for j in range(3)]) / 3\n"
        "return x"
    ),
    "set": (
        "return x * sum({i % 2 for i in range(n)})"
    ),
    "dict": (
        "d = {k: x * i for i, k in enumerate(('a', 'b', 'c'))}\n"
        "return d['b'] * d['c']"
    ),
    "dict of the items of a dict": (
        "p = {'a': x, 'b': 2 * x}\n"
        "q = {k: v * v for k, v in p.items()}\n"
        "return q['a'] + q['b']"
    ),
    "dict, again and again": (
        "p = {'a': x, 'b': 2 * x}\n"
        "for _ in range(n):\n"
        "    p = {k: v - 0.1 * v * x for k, v in p.items()}\n"
        "return p['a'] * p['b']"
    ),
    "sum of a generator": (
        "return sum(x * i for i in range(n))"
    ),
    "generators in generators": (
        "return sum(sum(x * i * j for j in range(i)) for i in range(n))"
    ),
    "list of a generator": (
        "return list(x * i for i in range(n))[1]"
    ),
    "generator kept until later": (
        "g = (x * i for i in range(n))\n"
        "x = 2 * x\n"
        "return sum(g)"
    ),
    "generator of two fors in a for": (
        "s = 0.0\n"
        "for v in (x * i * j for i in range(n) for j in range(i)):\n"
        "    s = s + v * v\n"
        "return s"
    ),
    "generator in zip, taken at once": (
        "return sum(a * b for a, b in zip((x * i for i in range(n)), [1.0, x, 2.0]))"
    ),
    "map whose function sees what the body assigns": (
        "for v in map(lambda t: t * x, range(n)):\n"
        "    x = x + v\n"
        "return x"
    ),
    "itertools": (
        "import itertools\n"
        "s = 1.0\n"
        "for v in itertools.chain([x, 2 * x], (x * x, 1.0)):\n"
        "    s = s * v + x\n"
        "for k in itertools.count(1):\n"
        "    s = s * x + k\n"
        "    if k > 3:\n"
        "        break\n"
        "return s + sum(a * b for a, b in itertools.product([x, 2.0], [x, x * x]))"
    ),
    "reduce": (
        "import functools\n"
        "return functools.reduce(lambda a, b: a * b + x, [x, 2.0, x * x])"
    ),
    "generator into unpacking": (
        "a, *b = (x * i for i in range(1, 4))\n"
        "return a * b[0] + b[1] * x"
    ),
    "any and all": (
        "return x if any(x > i for i in range(n)) and all(x > -i for i in range(1, n)) else x * x"
    ),
    "generator in a for sees what the body assigns": (
        "for v in (x * i for i in range(n)):\n"
        "    x = x + v\n"
        "return x"
    ),
    "generator in a for with conditions and exits": (
        "s = 0.0\n"
        "for v in (x * i for i in range(9) if i % 2):\n"
        "    if v > 4: break\n"
        "    if v < 1: continue\n"
        "    s += v\n"
        "else:\n"
        "    s = x * 100\n"
        "return s"
    ),
    "join": (
        "name = ''.join(str(i) for i in range(n))\n"
        "return x * len(name)"
    ),
    "map and filter": (
        "return sum(map(lambda t: t * x, filter(lambda i: i % 2, range(6))))"
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_both_modes_agree_with_differences(name):
    check(CASES[name])
