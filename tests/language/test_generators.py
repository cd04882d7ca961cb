"""Generator functions that a `for` or a call takes up."""

from __future__ import annotations

import pytest
from both_modes import check

CASES = {
    "a for": (
        "def g(k):\n"
        "    p = 1.0\n"
        "    for i in range(k):\n"
        "        yield p\n"
        "        p = p * x\n"
        "s = 0.0\n"
        "for p in g(n):\n"
        "    s = s + p * p\n"
        "return s"
    ),
    "without end": (
        "def g():\n"
        "    p = x\n"
        "    while True:\n"
        "        yield p\n"
        "        p = p * (x + 1)\n"
        "s = 0.0\n"
        "for v in g():\n"
        "    s += v\n"
        "    if v > 10:\n"
        "        break\n"
        "return s"
    ),
    "continue, break and else": (
        "def g():\n"
        "    for i in range(8):\n"
        "        yield x * i\n"
        "s = 0.0\n"
        "for v in g():\n"
        "    if v < 1: continue\n"
        "    if v > 4: break\n"
        "    s += v * v\n"
        "else:\n"
        "    s = -1.0\n"
        "return s"
    ),
    "return in the for": (
        "def g():\n"
        "    for i in range(8):\n"
        "        yield x * i\n"
        "for v in g():\n"
        "    if v > 2:\n"
        "        return v * x\n"
        "return 0.0"
    ),
    "the consumer writes what the generator reads": (
        "a = np.ones(3) * x\n"
        "def g():\n"
        "    for i in range(3):\n"
        "        yield a[i]\n"
        "s = 0.0\n"
        "for v in g():\n"
        "    s += v\n"
        "    a[1] = a[1] * (v + 1)\n"
        "return s"
    ),
    "the generator counts": (
        "c = 0.0\n"
        "def g():\n"
        "    nonlocal c\n"
        "    for i in range(n):\n"
        "        c += x\n"
        "        yield c\n"
        "s = 0.0\n"
        "for v in g():\n"
        "    s += v * c\n"
        "return s * c"
    ),
    "yield from": (
        "def g(k):\n"
        "    for i in range(k):\n"
        "        yield i * x\n"
        "def h():\n"
        "    yield from g(3)\n"
        "    yield x * x\n"
        "    yield from [x, 2.0]\n"
        "s = 0.0\n"
        "for v in h():\n"
        "    s += v * v\n"
        "return s"
    ),
    "a walk over itself, which constants end": (
        "def g(tree):\n"
        "    if isinstance(tree, tuple):\n"
        "        for part in tree:\n"
        "            yield from g(part)\n"
        "    else:\n"
        "        yield tree * x\n"
        "s = 0.0\n"
        "for v in g((1, (2, (3, 4)), 5)):\n"
        "    s = s * x + v\n"
        "return s"
    ),
    "defined in a loop, of constants": (
        "y = x\n"
        "for y in (x, 2 * x):\n"
        "    def g(v):\n"
        "        yield from (v, 0.5)\n"
        "    x = x * sum(g(0.7))\n"
        "return x * y"
    ),
    "several yields": (
        "def g():\n"
        "    yield x\n"
        "    if x > 0:\n"
        "        yield x * x\n"
        "    yield 3 * x\n"
        "s = 1.0\n"
        "for v in g():\n"
        "    s *= v\n"
        "return s"
    ),
    "sum and list": (
        "def g():\n"
        "    for i in range(n):\n"
        "        yield i * x\n"
        "return sum(g()) + list(g())[1] + len(list(g()))"
    ),
    "enumerate": (
        "def g():\n"
        "    for i in range(n):\n"
        "        yield i * x\n"
        "s = 0.0\n"
        "for i, v in enumerate(g(), 1):\n"
        "    s += i * v * x\n"
        "return s"
    ),
    "in a comprehension": (
        "def g():\n"
        "    for i in range(n):\n"
        "        yield i * x\n"
        "return sum([v * v for v in g()])"
    ),
    "pairs": (
        "def g():\n"
        "    for i in range(n):\n"
        "        yield i, i * x\n"
        "s = 0.0\n"
        "for i, v in g():\n"
        "    s += i * v\n"
        "return s"
    ),
    "in a loop": (
        "def g(t):\n"
        "    for i in range(n):\n"
        "        yield i * t\n"
        "for k in range(2):\n"
        "    for v in g(x):\n"
        "        x = x + 0.1 * v\n"
        "return x"
    ),
    "left through finally": (
        "def g():\n"
        "    try:\n"
        "        for i in range(9):\n"
        "            yield i * x\n"
        "    finally:\n"
        "        print('left')\n"
        "s = 0.0\n"
        "for v in g():\n"
        "    s += v\n"
        "    if v > 1:\n"
        "        break\n"
        "return s"
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_both_modes_agree_with_differences(name):
    check(CASES[name])
