"""Lowering keeps the meaning of stores, comprehensions, closures and the rest of Python: the program does what the function does."""

from __future__ import annotations

import pytest
from outcomes import compare

STORES = {
    "items": ("def f(a, b):\n    a[0] = b\n    a[1:], a[-1] = [b, b], a[0]\n    return a", [([1, 2, 3], 5)]),
    "swap of items": ("def f(a, i, j):\n    a[i], a[j] = a[j], a[i]\n    return a", [([1, 2, 3], 0, 2), ([1], 0, 1)]),
    "attributes": (
        "def f(x):\n    p = type('P', (), {})()\n    p.x = x\n    p.x += 1\n    (p.y, q), p.z = (x, 2), p.x\n    del p.y\n    return p.x, p.z, hasattr(p, 'y'), q",
        [(1,)],
    ),
    "augmented item": ("def f(a, i):\n    a[i] += 1\n    a[i:] *= 2\n    return a", [([1, 2, 3], 0)]),
    "augmented object": ("def f(a):\n    b = a\n    a += [1]\n    return b, a", [([1],), ((1,),)]),
    "nested": ("def f(a):\n    a[0]['k'][1] = 2\n    a[0]['k'][1] -= 5\n    return a", [([{"k": [0, 1]}],)]),
    "targets are evaluated after the value": (
        "def f(at, a):\n    at(a, 2)[at(0, 3)] = at(5, 1)\n    at(a, 4)[at(1, 5)] += at(7, 6)\n    return a",
        [(lambda x, n: (print(n), x)[1], [1, 2, 3])],
    ),
    "starred": ("def f(a, b):\n    a[0], *b[1:], c = a\n    return a, b, c", [([1, 2, 3, 4], [0, 0])]),
    "loop target": ("def f(a):\n    for a[0] in range(3): pass\n    return a", [([7],)]),
    "delete": ("def f(a, d):\n    b = 2\n    del a[0], (d['x'], b)\n    return a, d", [([1, 2], {"x": 1, "y": 2}), ([1], {})]),
    "deleted name": ("def f(x):\n    if x: del x\n    return x", [(0,), (1,)]),
    "deleted twice": ("def f(x):\n    del x\n    del x", [(0,)]),
    "deleted in a loop": ("def f(n):\n    for i in range(n):\n        t = i\n        del t\n    return i", [(2,)]),
    "annotated store": ("def f(a):\n    a[0]: int = 3\n    b: int\n    return a", [([1],)]),
    "global": ("def f(x):\n    global counter\n    counter = x\n    counter += 1\n    def g():\n        return counter\n    return g()", [(1,)]),
}

COMPREHENSIONS = {
    "list": ("def f(a): return [x * 2 for x in a], [x for x in a if x if x > 1]", [([0, 1, 2],)]),
    "set and dict": ("def f(a): return {x % 2 for x in a}, {x: y for x, y in zip(a, a) if y}, {x % 2: x for x in a}", [([0, 1, 2],)]),
    "nested": ("def f(a): return [[i * x for i in range(x)] for x in a], [(x, y) for x in a for y in range(x) if y]", [([1, 2, 3],)]),
    "own scope": ("def f(x, a):\n    y = [x for x in a]\n    return x, y", [(5, [1, 2])]),
    "own scope in the first source": ("def f(x): return [x for x in x], [x for x in [y for y in x]]", [([5, 6],)]),
    "walrus": ("def f(a):\n    y = [z := x + 1 for x in a if (w := x) > 1]\n    return y, z, w", [([1, 2],), ([0],)]),
    "in a loop": ("def f(n):\n    s = []\n    for i in range(n):\n        s = s + [[i + j for j in s if j] for i in range(i)]\n    return s", [(4,)]),
    "in a test": ("def f(n):\n    while [i for i in range(n) if i > 1]:\n        n -= 1\n    return n", [(4,)]),
    "lambdas see the last": ("def f(n): return [g(1) for g in [lambda t: t * i for i in range(n)]]", [(3,)]),
    "lambdas with a default": ("def f(n): return [g() for g in [lambda i=i: i for i in range(n)]]", [(3,)]),
    "generators in calls": (
        "def f(a): return sum(x * x for x in a), max((x for x in a), default=0), dict((x, x) for x in a), any(x > 1 for x in a), ''.join(str(x) for x in a)",
        [([1, 2],), ([],)],
    ),
    "generators in generators": ("def f(a): return sum(sum(x * y for y in a) for x in a), list(zip((x for x in a), a)), [*(x for x in a)], max(*(x for x in a))", [([1, 2],)]),
    "generator taken apart": ("def f(a):\n    x, *y = (2 * t for t in a)\n    return x, y", [([1, 2, 3],), ([],)]),
    "generator in a for": (
        "def f(x, n):\n    for v in (x * i for i in range(n) if i != 1):\n        x = x + v\n        if x > 50: break\n        if v: continue\n        x = x + 1\n    else:\n        x = -x\n    return x, v",
        [(1, 3), (1, 9), (1, 0)],
    ),
    "generator in a for and its variable": ("def f(n):\n    i = 7\n    for v in (i for i in range(n)):\n        i = i + v\n    return i", [(3,)]),
}

FUNCTIONS = {
    "rebound": ("def f(x):\n    g = lambda t: t * x\n    x = 2 * x\n    return g(1)", [(3,)]),
    "rebound in a loop": ("def f(x, n):\n    gs = []\n    for i in range(n):\n        gs.append(lambda t: t * i + x)\n        x = x + 1\n    return [g(x) for g in gs], gs[0](1)", [(2, 3)]),
    "defined before its variable": ("def f(x):\n    def g(t): return t * c\n    c = x\n    return g(1)", [(3,)]),
    "not defined yet": ("def f(x):\n    def g(t): return t * c\n    y = g(1)\n    c = x\n    return y", [(3,)]),
    "nonlocal": ("def f(x):\n    total = 0\n    def add(v):\n        nonlocal total\n        total += v\n        return total\n    return add(x), add(2), total", [(3,)]),
    "nonlocal two levels up": (
        "def f(x):\n    c = 0\n    def g():\n        def h():\n            nonlocal c\n            c = c + x\n        h()\n        return h\n    g()()\n    return c",
        [(3,)],
    ),
    "nonlocal parameter": ("def f(x):\n    def g():\n        nonlocal x\n        x *= 2\n    for _ in range(3): g()\n    return x", [(3,)]),
    "a counter made twice": (
        "def f(x):\n    def counter():\n        n = 0\n        def step(k=1):\n            nonlocal n\n            n += k\n            return n\n        return step\n    a, b = counter(), counter()\n    return a(), a(x), b()",
        [(3,)],
    ),
    "recursion": ("def f(x, n):\n    def power(k):\n        return 1 if k == 0 else x * power(k - 1)\n    return power(n)", [(2, 3), (2, 0)]),
    "recursion of a lambda": ("def f(n):\n    g = lambda t: t * g(t - 1) if t else 1\n    return g(n)", [(4,)]),
    "mutual recursion": ("def f(n):\n    def even(k): return True if k == 0 else odd(k - 1)\n    def odd(k): return False if k == 0 else even(k - 1)\n    return even(n), odd(n)", [(4,), (3,)]),
    "defaults": ("def f(x):\n    def g(a, b=x, *, c=2 * x, d=1): return a, b, c, d\n    x = 100\n    return g(1), g(1, 2, d=4), g(c=0, a=5)", [(3,)]),
    "star and double star": (
        "def f(x):\n    def g(a, /, b=1, *rest, k=2, **options): return a, b, rest, k, options\n    return g(x), g(1, 2, 3, 4, k=5, z=6), g(*[1, 2], **{'k': x}, y=1, **{'w': 2})",
        [(3,)],
    ),
    "wrong call": ("def f(x):\n    def g(a, *, k): return a\n    return g(1, 2)", [(3,)]),
    "decorated": ("def f(x):\n    def twice(g): return lambda t: g(g(t))\n    def scaled(k): return lambda g: lambda t: k * g(t)\n    @scaled(x)\n    @twice\n    def h(t): return t + x\n    return h(1)", [(3,)]),
    "lambdas with stars": ("def f(x): return (lambda *a, **k: (a, k))(1, x, z=x), (lambda a, b=x: a + b)(1)", [(3,)]),
    "escapes before it changes": ("def f(x):\n    g = [lambda: x]\n    x = 5\n    return g[0]()", [(1,)]),
    "loop variable in a box": ("def f(n):\n    for i in range(n):\n        def g(): return i\n    i = 10\n    return g()", [(3,)]),
    "deleted box": ("def f(x):\n    g = lambda: x\n    del x\n    return g()", [(3,)]),
    "shadowed builtins": ("def f(x):\n    sum = lambda a: [*a, 7]\n    len = 3\n    return sum(i for i in range(len)), len", [(3,)]),
    "names in Unicode": ("def f(ﬁ):\n    x_bar, v_tape, ñ = ﬁ, 2, 3\n    return fi + x_bar + v_tape + ñ", [(3,)]),
    "keyword parameters of the same name": ("def f(x):\n    def g(x): return x + 1\n    return g(x=2 * x)", [(3,)]),
}

MANAGER = """
class Manager:
    def __init__(self, name): self.name = name
    def __enter__(self): print('enter', self.name); return self.name
    def __exit__(self, *error): print('leave', self.name, *error)
"""

CONTEXTS = {
    "with": ("def f(x, m):\n    with m(1) as a, m(2), m((3, 4)) as (b, c):\n        x = x + a + b + c\n    return x", [(1, "m")]),
    "with and return": ("def f(x, m):\n    with m(1) as a:\n        with m(2):\n            if x: return print('value') or a\n        x = 5\n    return x", [(1, "m"), (0, "m")]),
    "with and loops": (
        "def f(n, m):\n    with m(1):\n        for i in range(n):\n            with m(i):\n                if i == 1: continue\n                if i == 3: break\n                print('in', i)\n        else:\n            return 7\n    return i",
        [(2, "m"), (6, "m")],
    ),
    "finally": (
        "def f(n):\n    for i in range(n):\n        try:\n            if i == 1: continue\n            if i == 3: return i\n            n = i\n        finally:\n            print('out', i, n)\n            n = 10\n    return n",
        [(2,), (6,)],
    ),
    "finally that returns": ("def f(x):\n    try:\n        return x\n    finally:\n        x = 5\n        return x + 1", [(1,)]),
    "finally keeps what is returned": ("def f(x):\n    try:\n        return x\n    finally:\n        x = 5", [(1,)]),
    "except": (
        "def f(x):\n    y = 1\n    try:\n        y = 2\n        z = 1 / x\n    except ZeroDivisionError as error:\n        z = str(error)\n    except (TypeError, ValueError):\n        return 'no'\n    else:\n        z = z + y\n    finally:\n        print(z)\n    return z",
        [(0,), (2,), ("a",)],
    ),
    "except and exits": (
        "def f(a):\n    s = 0\n    for x in a:\n        try:\n            for y in [x]:\n                if y == 3: break\n                if y == 4: return 1 / (y - 4)\n                t = 1 / y\n            if x == 5: break\n            if x == 6: continue\n        except (ZeroDivisionError, TypeError):\n            s = s - 1\n            continue\n        s = s + 100\n    return s",
        [([1, 0, 3],), ([4],), ([5, 1],), ([6, 1],), (["a", 4],)],
    ),
    "raise again": ("def f(x):\n    try:\n        return 1 / x\n    except ZeroDivisionError:\n        if x == 0.0: raise\n        raise ValueError from None", [(0,), (1,)]),
    "not caught": ("def f(x):\n    try:\n        return 1 / x\n    except KeyError:\n        return 3", [(0,), (1,)]),
    "everything caught": ("def f(x):\n    try:\n        y = 1 / x\n    except:\n        return 3\n    return y", [(0,), (1,)]),
    "name of the error is gone": ("def f(x):\n    try:\n        y = 1 / x\n    except ZeroDivisionError as e:\n        y = 0\n    return y, e", [(0,), (1,)]),
    "nested": (
        "def f(x):\n    try:\n        try:\n            y = 1 / x\n        except TypeError:\n            y = 5 + x\n    except (ZeroDivisionError, TypeError) as e:\n        y = type(e).__name__\n    return y",
        [(0,), (1,), ("a",)],
    ),
    "comprehension inside": ("def f(a):\n    try:\n        y = [1 / x for x in a if (z := x)]\n    except TypeError:\n        y = 0\n    return y", [([1],), (["a"],)]),
    "imports": (
        "def f(x):\n    import math, os.path as p\n    import os.path\n    from math import sin, cos as c\n    return math.floor(x), p.join('a', 'b'), os.sep, sin(x), c(x)",
        [(1.5,)],
    ),
    "import that fails": (
        "def f(x):\n    try:\n        import wengert_missing as m\n    except ImportError as error:\n        m = None\n    try:\n        from math import nothing\n    except Exception:\n        y = 1\n    try:\n        import math\n    except ImportError:\n        y = 2\n    else:\n        y = y + 10\n    return m, y, math.pi",
        [(1,)],
    ),
    "import that fails and is not caught": ("def f(x):\n    try:\n        import wengert_missing\n    except KeyError:\n        return 1", [(1,)]),
}

MATCHES = {
    "values": ("def f(x):\n    match x:\n        case 1 | 2: return 'few'\n        case 'a': return 'text'\n        case -1.5: return 'minus'\n        case None | True: return 'one'\n        case _: return 'other'", [(1,), (2,), ("a",), (-1.5,), (None,), (True,), (7,)]),
    "no case": ("def f(x):\n    match x:\n        case 1: x = 2\n    return x", [(1,), (3,)]),
    "dotted": ("def f(x):\n    match x:\n        case np.pi: return 1\n        case y: return y", [(3.141592653589793,), (2,)]),
    "sequences": (
        "def f(x):\n    match x:\n        case []: return 0\n        case [a]: return a\n        case [a, 2, *b, c]: return a, b, c\n        case (a, [b, *_]): return a, b\n        case [*_]: return 'many'\n        case str(): return 'text'\n    return 'none'",
        [([],), ((5,),), ([1, 2, 3],), ([1, 2, 3, 4, 5],), ((1, [2, 3]),), ([1, 3, 4],), ("ab",), (b"a",), (range(1),), ({},)],
    ),
    "mappings": (
        "def f(x):\n    match x:\n        case {'a': 1, 'b': b}: return b\n        case {'a': a, **rest}: return a, rest\n        case {}: return 'empty'\n    return 'none'",
        [({"a": 1, "b": 2},), ({"a": 1, "c": 3},), ({},), ({"z": 1},), ([],)],
    ),
    "classes": (
        "def f(x):\n    match x:\n        case complex(real=0.0, imag=i): return i\n        case int(n) if n > 5: return 'big', n\n        case int() | str() as v: return v\n        case slice(start=1, stop=[s, _]): return s\n    return 'none'",
        [(2j,), (1 + 2j,), (7,), (3,), ("a",), (slice(1, [2, 3]),), (1.5,)],
    ),
    "positional attributes": (
        "def f(x):\n    class_ = x.__class__\n    match x:\n        case class_(0, y): return y\n        case class_(a, b): return a, b",
        [],
    ),
    "captures stay when the guard fails": ("def f(x):\n    match x:\n        case [a, b] if a > b: return 1\n        case [a, 7]: return 2\n        case c: pass\n    return a, c", [([1, 2],), ([2, 1],), ([1, 7],)]),
    "captures of a pattern that fails": ("def f(x):\n    a = 'old'\n    match x:\n        case [a, 2]: pass\n        case _: pass\n    return a", [([1, 3],), ([1, 2],)]),
    "in a loop": ("def f(xs):\n    s = 0\n    for x in xs:\n        match x:\n            case 0: continue\n            case [n, *_]: s += n\n            case 9: break\n            case n: s += 10 * n\n    return s, n", [([0, [1, 2], 3, 9, 5],)]),
    "walrus in the guard": ("def f(x):\n    match x:\n        case int(n) if (m := n + 1) > 3: return m\n        case _: return m", [(1,), (5,)]),
}

GENERATORS = {
    "a generator": ("def f(x, n):\n    def g(k):\n        for i in range(k):\n            if i == 2: return\n            yield i * x\n        yield from [7, 8]\n        yield\n    return list(g(n)), [t for t in g(1)]", [(2, 3), (2, 1)]),
    "a generator that ends in finally": ("def f(x):\n    def g():\n        try:\n            yield x\n        finally:\n            print('out')\n    return list(g())", [(2,)]),
    "itself": ("def f(x):\n    yield x", []),
    "without items": ("def f(x):\n    def g():\n        return\n        yield\n    return list(g())", [(1,)]),
}

TABLES = {"generators": GENERATORS, "contexts": CONTEXTS, "matches": MATCHES, "stores": STORES, "comprehensions": COMPREHENSIONS, "functions": FUNCTIONS}


@pytest.mark.parametrize(("table", "name"), [(table, name) for table, programs in TABLES.items() for name in programs])
def test_a_program_does_what_the_function_does(table, name):
    text, calls = TABLES[table][name]
    names: dict = {}
    exec(MANAGER, names)
    compare(text, *[tuple(names["Manager"] if value == "m" else value for value in call) for call in calls])
