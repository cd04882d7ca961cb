"""Lowering keeps the meaning: running the program gives what running the function gives, errors included."""

from __future__ import annotations

import random
import textwrap

import numpy as np
import pytest

from wengert.frontend.lower import lower
from wengert.frontend.quote import written
from wengert.ir.evaluate import evaluate
from wengert.ir.text import parse, show
from wengert.ir.verify import verify

SEEDS = 300


def outcome(function, *args, **keywords):
    """The result, or the type of the exception."""
    try:
        return function(*args, **keywords)
    except NameError:  # which of two names without a value is found first may differ
        return NameError
    except Exception as error:
        return type(error)


def compare(text: str, *calls: tuple) -> None:
    """Lower a function, check the program, and run both on each tuple of arguments."""
    text = textwrap.dedent(text).strip("\n")
    names = {"np": np}
    exec(text, names)
    name = text.partition("(")[0].split()[-1]
    program = lower(written(text))
    verify(program, generic=True)
    assert parse(show(program)) == program
    for args in calls:
        wanted, got = outcome(names[name], *args), outcome(evaluate, program, *args, globals=names)
        assert repr(got) == repr(wanted), f"{name}{args} is {wanted!r}, the program gives {got!r}\n{text}\n{show(program)}"


PROGRAMS = {
    "operators": ("def f(a, b): return -a ** 2 + +b * 3 // 2 % 5 / 7 - ~b + (a << b | a >> 1 & b ^ 3)", [(3, 2), (1, 4)]),
    "matmul": ("def f(a): return a @ a", [(np.eye(2),)]),
    "comparisons": ("def f(a, b): return a < b, a <= b, a == b, a != b, a > b, a >= b, a is b, a is not b", [(1, 2), (2, 2)]),
    "membership": ("def f(a, b): return a in b, a not in b", [(1, [1]), (1, [])]),
    "chained comparison": ("def f(a, b, c): return a < b < c, a < b == c != a", [(1, 2, 3), (3, 2, 1), (1, 2, 2)]),
    "and, or, not": ("def f(a, b, c): return a and b or c, not a and (b or c), a or b or c", [(0, 1, 2), (1, 0, 2), (1, 2, 0), (0, 0, 0)]),
    "conditional": ("def f(a): return 'yes' if a else 'no'", [(0,), (1,)]),
    "walrus in a short circuit": ("def f(a): return (a and (b := a + 1) > 2) and b", [(0,), (1,), (2,)]),
    "walrus that may not be set": ("def f(a):\n    a and (b := 2)\n    return b + 1", [(0,), (1,)]),
    "keywords": ("def f(a): return dict(x=a, y=2), max(*[a, 5]), max(a, *[7, 8], 3, key=abs), dict(**{'z': a})", [(1,), (9,)]),
    "displays": ("def f(a): return [a, *a, 1], (*a, *a), {*a, 0}, {'k': 1, **{'k': 2, 'm': a}, 'n': 3}, [], {}, ()", [([1, 2],)]),
    "slices": ("def f(a): return a[1:], a[:-1], a[::2], a[-1], a[:, None][0], a[..., 0]", [(np.arange(4),)]),
    "f-string": ("def f(a): return f'{a!r:>{6}} {a:.2f} {{}} {a}' f'{a!s}'", [(1.5,)]),
    "unpacking": ("def f(a): \n    (b, c), *d, e = a\n    return e, d, c, b", [([(1, 2), 3, 4, 5],), ([(1, 2), 3],), ([(1, 2)],), ([1, 2],)]),
    "unpacking counts": ("def f(a):\n    b, c = a\n    return c", [((1, 2),), ((1, 2, 3),), ((1,),)]),
    "swap": ("def f(a, b):\n    a, b = b, a\n    (a, b), c = (b, a), a\n    return a, b, c", [(1, 2)]),
    "several targets": ("def f(a):\n    x = y, z = a\n    return x, y, z", [((1, 2),)]),
    "augmented": (
        "def f(a, b):\n    a += b; a -= 1; a *= 2; a /= 3; a //= 1; a **= 2; a %= 5\n    b <<= 1; b |= 3; b &= 7; b ^= 2; b >>= 1\n    return a, b",
        [(3, 4)],
    ),
    "loop variable after the loop": ("def f(n):\n    for i in range(n): pass\n    return i + 1", [(3,), (0,)]),
    "loop over pairs": ("def f(a):\n    s = 0\n    for i, (x, y) in enumerate(zip(a, a)):\n        s += i * x + y\n    return s", [([1, 2, 3],)]),
    "loop with else": (
        "def f(n, k):\n    for i in range(n):\n        if i == k: break\n    else:\n        return 'none'\n    return i",
        [(3, 1), (3, 5), (0, 0)],
    ),
    "else of an inner loop leaves the outer": (
        """
        def f(n, k):
            s = 0
            for i in range(n):
                for j in range(i):
                    if j == k:
                        s += 100
                        break
                else:
                    s += 1
                    if i > 3:
                        break
                    continue
                s += 1000
            return s, i
        """,
        [(6, 2), (6, 9), (3, 0), (0, 0)],
    ),
    "while with walrus": ("def f(x):\n    n = 0\n    while (y := x / 2) > 1:\n        x = y\n        n += 1\n    return x, y, n", [(9.0,), (1.0,)]),
    "while with continue": (
        "def f(n):\n    s = 0\n    while n:\n        n -= 1\n        if n % 2: continue\n        s += n\n    else:\n        s = -s\n    return s",
        [(5,), (0,)],
    ),
    "while True": ("def f(x):\n    while True:\n        x /= 2\n        if x < 1: return x", [(9.0,)]),
    "while True with a break": ("def f(x):\n    while 1:\n        x /= 2\n        if x < 1: break\n    else:\n        x = 0\n    return x", [(9.0,)]),
    "return in nested loops": (
        "def f(n, k):\n    for i in range(n):\n        for j in range(i):\n            if i * j == k: return i, j\n    return None",
        [(5, 6), (5, 7), (0, 0)],
    ),
    "both branches exit": ("def f(x):\n    if x: return 1\n    else: return 2\n    return 3", [(0,), (1,)]),
    "one branch only": ("def f(x):\n    if x: y = 2\n    return y + 1", [(0,), (1,)]),
    "one branch exits": ("def f(x):\n    if x > 2: return x\n    elif x > 1: y = x\n    else: y = x * 2\n    return y + 1", [(3,), (2,), (1,)]),
    "read before it is assigned": ("def f(x):\n    y = z\n    z = x\n    return y", [(1,)]),
    "read in a loop before it is assigned": ("def f(n):\n    for i in range(n):\n        if i: n = s * 2\n        s = i\n    return n", [(3,), (0,)]),
    "unset in the test of a loop": ("def f(x):\n    while y > 0: pass\n    y = x", [(1,)]),
    "falls off the end": ("def f(x):\n    '''Nothing.'''\n    if x: return 1", [(0,), (1,)]),
    "assert": ("def f(x):\n    assert x > 0, f'no: {x}'\n    assert x\n    return x", [(1,), (0,)]),
    "raise": ("def f(x):\n    if x: raise ValueError('x') from None\n    raise", [(1,), (0,)]),
    "raise in a loop": ("def f(n):\n    for i in range(n):\n        raise KeyError\n    return n", [(1,), (0,)]),
    "inner function": ("def f(x):\n    c = x + 1\n    def g(t, x):\n        s = c\n        for i in range(3): s += t * x\n        return s\n    return g(2, x=3) + g(x=1, t=x)", [(1,)]),
    "inner function inside an inner function": ("def f(x):\n    def g(y):\n        return lambda z: x + y + z\n    return g(1)(2), g(x)(x)", [(5,)]),
    "inner functions that call each other": ("def f(x):\n    g = lambda t: t * x\n    def h(t): return g(t) + 1\n    return h(2)", [(3,)]),
    "inner function called before its variable changes": (
        "def f(x, n):\n    for i in range(n):\n        w = i * x\n        def g(t): return w * t\n        x = g(x) + g(1)\n    return x",
        [(2, 3)],
    ),
    "closure over a variable without value": ("def f(x):\n    if x: y = 1\n    return (lambda: y + 1)()", [(1,)]),
    "global declared": ("def f(x):\n    global np\n    return np.sin(x)", [(1.0,)]),
}  # fmt: skip


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_gives_what_the_function_gives(name):
    text, calls = PROGRAMS[name]
    compare(text, *calls)


def test_operands_are_evaluated_from_left_to_right():
    text = """
    def f(at, x):
        y = at(1)(at(2), x, k=at(3)) < at(4) < at(5)
        z = {at(6): at(7), **at({})}, at(x)[at(0):at(1), at(2)], (at(8) if at(0) else at(9))
        return at(10) + at(11) * at(12) ** (x := at(13)) + x
    """

    class Number(int):
        def __call__(self, *args, **keywords):
            return self

        def __getitem__(self, index):
            return self

    def seen(run):
        order = []

        def at(value):
            order.append(value)
            return Number(value) if isinstance(value, int) else value

        return run(at, Number(2)), order

    names = {}
    text = textwrap.dedent(text).strip()
    exec(text, names)
    program = lower(written(text))
    assert seen(names["f"]) == seen(lambda *args: evaluate(program, *args))


class Random:
    """A random function over a few variables, some of them maybe unset, with every way to leave a block."""

    NAMES = "abcd"

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.lines: list[str] = []
        self.budget = 40

    def text(self) -> str:
        self.lines = ["def f(x, y):", "    fuel = 60"]
        for name in self.NAMES:
            if self.random.random() < 0.9:
                self.write(1, f"{name} = {self.random.choice('xy')} + {self.random.randint(0, 3)}")
        self.block(1, None, 5)
        self.write(1, f"return {self.value()}, x, y")
        return "\n".join(self.lines)

    def write(self, depth: int, line: str) -> None:
        self.lines.append("    " * depth + line)

    def name(self) -> str:
        return self.random.choice(self.NAMES + "xyxy")

    def value(self) -> str:
        pick = self.random.random()
        if pick < 0.3:
            return f"{self.name()} + {self.random.randint(0, 3)}"
        if pick < 0.45:
            return f"({self.name()} := {self.random.choice('xy')} + 1)"
        if pick < 0.6:
            return f"({self.value()} if {self.test()} else {self.value()})"
        if pick < 0.7:
            return f"({self.test()} and {self.value()})"
        return f"{self.random.choice('xy')} * {self.random.randint(1, 3)} % 7"

    def test(self) -> str:
        pick = self.random.random()
        if pick < 0.2:
            return f"{self.name()} % 3 < {self.name()} % 4 <= 3"
        if pick < 0.3:
            return f"({self.test()} or {self.test()})"
        if pick < 0.4:
            return f"(({self.name()} := {self.random.choice('xy')} + 2) % 2 and {self.test()})"
        return f"{self.random.choice('xy')} % {self.random.randint(2, 4)} == {self.random.randint(0, 2)}"

    def block(self, depth: int, loop: str | None, size: int) -> None:
        for _ in range(self.random.randint(1, size)):
            self.budget -= 1
            self.statement(depth, loop if self.random.random() < 0.9 else None)

    def statement(self, depth: int, loop: str | None) -> None:
        pick = self.random.random()
        deep = depth > 4 or self.budget < 0
        if pick < 0.35 or deep and pick < 0.8:
            self.write(depth, f"{self.name()} = {self.value()}")
        elif pick < 0.42:
            self.write(depth, f"{self.name()} += {self.value()}")
        elif pick < 0.48:
            self.write(depth, f"x, {self.name()} = y, {self.value()}")
        elif pick < 0.66 and not deep:
            self.write(depth, f"if {self.test()}:")
            self.block(depth + 1, loop, 3)
            if self.random.random() < 0.5:
                self.write(depth, "else:")
                self.block(depth + 1, loop, 3)
        elif pick < 0.76 and not deep:
            target = self.random.choice([self.name(), f"{self.name()}, {self.name()}"])
            source = "range(x % 4)" if "," not in target else "zip(range(y % 4), range(3))"
            self.write(depth, f"for {target} in {source}:")
            self.turns(depth, loop)
        elif pick < 0.86 and not deep:
            self.write(depth, f"while (fuel := fuel - 1) > 0 and {self.test()}:")
            self.turns(depth, loop)
        elif pick < 0.9:
            self.write(depth, f"if {self.test()}:")
            self.write(depth + 1, f"return {self.value()}, {self.random.choice('xy')}")
        elif loop:
            self.write(depth, f"if {self.test()}:")
            self.write(depth + 1, self.random.choice(["break", "continue"]))
        elif pick > 0.98:
            self.write(depth, f"assert {self.test()}")
        else:
            self.write(depth, f"y = y + {self.value()}")

    def turns(self, depth: int, around: str | None) -> None:
        self.block(depth + 1, "loop", 4)
        if self.random.random() < 0.4:
            self.write(depth, "else:")
            self.block(depth + 1, around, 2)


@pytest.mark.parametrize("start", range(0, SEEDS, 50))
def test_random_control_flow_gives_what_the_function_gives(start):
    for seed in range(start, start + 50):
        compare(Random(seed).text(), (0, 1), (1, 0), (2, 3), (5, 4))
