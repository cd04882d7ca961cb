"""Small programs of every sort, as people write them."""

from __future__ import annotations

import pytest
from both_modes import check

CASES = {
    "t = (x,) + (2 * x, 1.0) / return t[1] * (t * 2)[3]": (
        "t = (x,) + (2 * x, 1.0)\n"
        "return t[1] * (t * 2)[3]"
    ),
    "from types import SimpleNamespace / p = SimpleNamespace(a=x) / return ": (
        "from types import SimpleNamespace\n"
        "p = SimpleNamespace(a=x)\n"
        "return getattr(p, 'a') * getattr(p, 'zz', x) * (2.0 if hasattr(p, 'a') and not hasattr(p, 'b') else 1.0)"
    ),
    "p = {'a': x, 'b': 2 * x, 'c': 5.0} / s = 0.0 / for k, v in p.items(): ": (
        "p = {'a': x, 'b': 2 * x, 'c': 5.0}\n"
        "s = 0.0\n"
        "for k, v in p.items():\n"
        "    if k == 'c':\n"
        "        break\n"
        "    if k == 'a':\n"
        "        continue\n"
        "    s += v * x\n"
        "else:\n"
        "    s = 1.0\n"
        "return s"
    ),
    "p = {'a': x, 'b': 2 * x, 'c': 5.0} / for k, v in p.items(): / if v > 1": (
        "p = {'a': x, 'b': 2 * x, 'c': 5.0}\n"
        "for k, v in p.items():\n"
        "    if v > 1:\n"
        "        return v * x\n"
        "return x"
    ),
    "def g(t): / for i in range(3): / try: / yield t*i / finally: / t = t +": (
        "def g(t):\n"
        "    for i in range(3):\n"
        "        try:\n"
        "            yield t*i\n"
        "        finally:\n"
        "            t = t + x\n"
        "s = 0.0\n"
        "for v in g(x): s = s*x + v\n"
        "return s"
    ),
    "def g(): / yield from (x*i for i in range(n)) / return sum(v*v for v i": (
        "def g():\n"
        "    yield from (x*i for i in range(n))\n"
        "return sum(v*v for v in g())"
    ),
    "def g(): / i = 0 / while i < n: / j = i / yield j*x / i += 1 / out = [": (
        "def g():\n"
        "    i = 0\n"
        "    while i < n:\n"
        "        j = i\n"
        "        yield j*x\n"
        "        i += 1\n"
        "out = []\n"
        "for v in g():\n"
        "    for w in g():\n"
        "        out.append(v*w)\n"
        "return sum(out)"
    ),
    "gen = (v*x for v in [x, 2.0]) / y = x*x / x = 3.0 / return sum(gen)*y": (
        "gen = (v*x for v in [x, 2.0])\n"
        "y = x*x\n"
        "x = 3.0\n"
        "return sum(gen)*y"
    ),
    "fs = {} / for name in ('sin', 'cos'): fs[name] = getattr(math, name) /": (
        "fs = {}\n"
        "for name in ('sin', 'cos'): fs[name] = getattr(math, name)\n"
        "return fs['sin'](x)*fs['cos'](x)"
    ),
    "res = {} / for i, name in enumerate(['a', 'b']): / res[name] = x*(i+1)": (
        "res = {}\n"
        "for i, name in enumerate(['a', 'b']):\n"
        "    res[name] = x*(i+1)\n"
        "    if name == 'b': res[name] += res['a']\n"
        "return res['b']"
    ),
    "total = 0.0 / for (a, b), c in zip([(x, 1.0), (2.0, x)], [x, x*x]): to": (
        "total = 0.0\n"
        "for (a, b), c in zip([(x, 1.0), (2.0, x)], [x, x*x]): total += a*b*c\n"
        "return total"
    ),
    "x += 1; x -= 0.5; x *= 2; x /= 3; x **= 2; x %= 5 / return x": (
        "x += 1; x -= 0.5; x *= 2; x /= 3; x **= 2; x %= 5\n"
        "return x"
    ),
    "a = b = [x] / b.append(2*x) / return a[1]*len(a)": (
        "a = b = [x]\n"
        "b.append(2*x)\n"
        "return a[1]*len(a)"
    ),
    "a = [x, 2*x] / b = a / a = a + [3*x] / b[0] = 7*x / return a[0]*b[0]": (
        "a = [x, 2*x]\n"
        "b = a\n"
        "a = a + [3*x]\n"
        "b[0] = 7*x\n"
        "return a[0]*b[0]"
    ),
    "a = [x, 2*x] / b = a / a += [3*x] / return b[2]*len(b)": (
        "a = [x, 2*x]\n"
        "b = a\n"
        "a += [3*x]\n"
        "return b[2]*len(b)"
    ),
    "t = (x, [x]) / t[1].append(2*x) / return t[1][1]*t[0]": (
        "t = (x, [x])\n"
        "t[1].append(2*x)\n"
        "return t[1][1]*t[0]"
    ),
    "def f(k, acc): return acc if k == 0 else f(k-1, acc*x+k) / return f(n,": (
        "def f(k, acc): return acc if k == 0 else f(k-1, acc*x+k)\n"
        "return f(n, x)"
    ),
    "def outer(k): / def inner(t): return t*k*x / if k > 1: return inner(ou": (
        "def outer(k):\n"
        "    def inner(t): return t*k*x\n"
        "    if k > 1: return inner(outer(k-1))\n"
        "    return inner(x)\n"
        "return outer(n)"
    ),
    "y = 0.0 / def add(v): / nonlocal y / y += v / return y / z = [add(x*i)": (
        "y = 0.0\n"
        "def add(v):\n"
        "    nonlocal y\n"
        "    y += v\n"
        "    return y\n"
        "z = [add(x*i) for i in range(n)]\n"
        "return z[2]*y"
    ),
    "y = x / def g(): / return y / def h(): / nonlocal y / y = y*x / h() / ": (
        "y = x\n"
        "def g():\n"
        "    return y\n"
        "def h():\n"
        "    nonlocal y\n"
        "    y = y*x\n"
        "h()\n"
        "a = g()\n"
        "h()\n"
        "return a*g()"
    ),
    "try: / y = math.sqrt(x - 1) / except ValueError: / try: / y = math.log": (
        "try:\n"
        "    y = math.sqrt(x - 1)\n"
        "except ValueError:\n"
        "    try:\n"
        "        y = math.log(-x)\n"
        "    except ValueError:\n"
        "        y = x**3\n"
        "return y"
    ),
    "def safe(t): / try: / return math.log(t) / except ValueError: / return": (
        "def safe(t):\n"
        "    try:\n"
        "        return math.log(t)\n"
        "    except ValueError:\n"
        "        return t*x\n"
        "return safe(x)*safe(-x)"
    ),
    "y = x / try: / y = y*x / z = 1/(n-3) / except ZeroDivisionError: / z =": (
        "y = x\n"
        "try:\n"
        "    y = y*x\n"
        "    z = 1/(n-3)\n"
        "except ZeroDivisionError:\n"
        "    z = 2*x\n"
        "return z"
    ),
    "for i in range(n): / try: / if i == 1: continue / if i == 2: break / x": (
        "for i in range(n):\n"
        "    try:\n"
        "        if i == 1: continue\n"
        "        if i == 2: break\n"
        "        x = x*x\n"
        "    finally:\n"
        "        x = x + 0.1\n"
        "return x"
    ),
    "match (n, x): / case (3, y) | (y, 3): return y*y / return x": (
        "match (n, x):\n"
        "    case (3, y) | (y, 3): return y*y\n"
        "return x"
    ),
    "match {'op': 'mul', 'args': [x, 2*x]}: / case {'op': 'add', 'args': [a": (
        "match {'op': 'mul', 'args': [x, 2*x]}:\n"
        "    case {'op': 'add', 'args': [a, b]}: return a+b\n"
        "    case {'op': 'mul' | 'times' as op, 'args': [a, *rest]}: return a*rest[0]*len(op)"
    ),
    "match [x, [2*x, {'k': (3*x, n)}]]: / case [a, [b, {'k': (c, int())}]]:": (
        "match [x, [2*x, {'k': (3*x, n)}]]:\n"
        "    case [a, [b, {'k': (c, int())}]]: return a*b*c\n"
        "return 0.0"
    ),
    "with np.errstate(all='ignore'): / try: / y = np.sqrt(np.array([x])) / ": (
        "with np.errstate(all='ignore'):\n"
        "    try:\n"
        "        y = np.sqrt(np.array([x]))\n"
        "    finally:\n"
        "        y = y*2\n"
        "return y[0]"
    ),
    "a = np.zeros(n) / for i, v in enumerate([x, x*x, 1.0]): a[i] = v / ret": (
        "a = np.zeros(n)\n"
        "for i, v in enumerate([x, x*x, 1.0]): a[i] = v\n"
        "return a @ a"
    ),
    "a = np.ones((2, 3))*x / for row in a: / row[0] = x*x / return a.sum()": (
        "a = np.ones((2, 3))*x\n"
        "for row in a:\n"
        "    row[0] = x*x\n"
        "return a.sum()"
    ),
    "a = np.ones(4)*x / for i in range(1, 4): a[i] = a[i-1]*x + a[i] / retu": (
        "a = np.ones(4)*x\n"
        "for i in range(1, 4): a[i] = a[i-1]*x + a[i]\n"
        "return a[-1]"
    ),
    "a = np.ones(4)*x / b = a[::2] / b += x / c = b.copy() / c[0] = 100.0 /": (
        "a = np.ones(4)*x\n"
        "b = a[::2]\n"
        "b += x\n"
        "c = b.copy()\n"
        "c[0] = 100.0\n"
        "return a.sum()+c[1]"
    ),
    "a = np.arange(4.0)*x / a[1:], a[:-1] = a[:-1].copy(), a[1:].copy() / r": (
        "a = np.arange(4.0)*x\n"
        "a[1:], a[:-1] = a[:-1].copy(), a[1:].copy()\n"
        "return (a*np.arange(4)).sum()"
    ),
    "a = np.ones(3)*x / def scale(v, k): / v *= k / return v / b = scale(a,": (
        "a = np.ones(3)*x\n"
        "def scale(v, k):\n"
        "    v *= k\n"
        "    return v\n"
        "b = scale(a, x)\n"
        "b[0] = x\n"
        "return a.sum()"
    ),
    "a = [np.ones(2)*x, np.ones(2)] / a[0] += 1 / a[1] = a[0]*x / a[0][0] =": (
        "a = [np.ones(2)*x, np.ones(2)]\n"
        "a[0] += 1\n"
        "a[1] = a[0]*x\n"
        "a[0][0] = 9.0\n"
        "return a[0].sum()+a[1].sum()"
    ),
    "s, i = 0.0, 0 / while (v := [x, 2*x, 3*x][i]) < 2.0 and i < 2: / s += ": (
        "s, i = 0.0, 0\n"
        "while (v := [x, 2*x, 3*x][i]) < 2.0 and i < 2:\n"
        "    s += v*v; i += 1\n"
        "return s+v"
    ),
    "n = 2 if x > 0 else 3 / return x**n": (
        "n = 2 if x > 0 else 3\n"
        "return x**n"
    ),
    "return sum((x if i % 2 else -x)*i for i in range(5) if i != 3)": (
        "return sum((x if i % 2 else -x)*i for i in range(5) if i != 3)"
    ),
    "return {k: v for k, v in [('a', x), ('b', x*x)]}['b']": (
        "return {k: v for k, v in [('a', x), ('b', x*x)]}['b']"
    ),
    "m = [[1.0*x, 2.0], [3.0, 4.0*x]] / t = [[r[i] for r in m] for i in ran": (
        "m = [[1.0*x, 2.0], [3.0, 4.0*x]]\n"
        "t = [[r[i] for r in m] for i in range(2)]\n"
        "return t[0][1]*t[1][1]+t[0][0]"
    ),
    "return sum(row[0]*row[1] for row in [[x, 2*x], [3.0, x]])": (
        "return sum(row[0]*row[1] for row in [[x, 2*x], [3.0, x]])"
    ),
    "from math import sqrt as r, pi / import numpy.linalg as la / return r(": (
        "from math import sqrt as r, pi\n"
        "import numpy.linalg as la\n"
        "return r(x)*pi*la.norm(np.array([x, 1.0]))"
    ),
    "return (lambda *a, **k: sum(a)*k['s'])(x, 2.0, s=x)": (
        "return (lambda *a, **k: sum(a)*k['s'])(x, 2.0, s=x)"
    ),
    "f = lambda t: t*2 / f = (lambda g: lambda t: g(t)*x)(f) / return f(x)": (
        "f = lambda t: t*2\n"
        "f = (lambda g: lambda t: g(t)*x)(f)\n"
        "return f(x)"
    ),
    "k = 3 / def g(): / k = 5 / def h(): return k*x / return h / return g()": (
        "k = 3\n"
        "def g():\n"
        "    k = 5\n"
        "    def h(): return k*x\n"
        "    return h\n"
        "return g()()*k"
    ),
    "def dec(k): / def wrap(g): / def inner(*a, **kw): return k*g(*a, **kw)": (
        "def dec(k):\n"
        "    def wrap(g):\n"
        "        def inner(*a, **kw): return k*g(*a, **kw)\n"
        "        return inner\n"
        "    return wrap\n"
        "@dec(x)\n"
        "@dec(2.0)\n"
        "def g(a, *, b=x): return a*b\n"
        "return g(x)+g(1.0, b=2.0)"
    ),
    "i = 10.0 / for i in range(n): pass / return x*i": (
        "i = 10.0\n"
        "for i in range(n): pass\n"
        "return x*i"
    ),
    "for i in range(0): y = x / else: y = 2*x / return y": (
        "for i in range(0): y = x\n"
        "else: y = 2*x\n"
        "return y"
    ),
    "x = [x] / x[0] = x[0]*2 / (x,) = x / return x": (
        "x = [x]\n"
        "x[0] = x[0]*2\n"
        "(x,) = x\n"
        "return x"
    ),
    "del n / n = 4 / return x*n": (
        "del n\n"
        "n = 4\n"
        "return x*n"
    ),
    "d = {'w': np.ones(2) * x} / d['w'] += x * x / d['w'] *= x / return d['": (
        "d = {'w': np.ones(2) * x}\n"
        "d['w'] += x * x\n"
        "d['w'] *= x\n"
        "return d['w'].sum()"
    ),
    "d = [np.ones(2) * x, np.ones(2)] / d[0] += 1 / d[1] = d[0] * x / d[0][": (
        "d = [np.ones(2) * x, np.ones(2)]\n"
        "d[0] += 1\n"
        "d[1] = d[0] * x\n"
        "d[0][0] = 9.0\n"
        "return d[0].sum() + d[1].sum()"
    ),
    "d = [np.ones(2) * x] / d[0] += x * x / return d[0].sum()": (
        "d = [np.ones(2) * x]\n"
        "d[0] += x * x\n"
        "return d[0].sum()"
    ),
    "ops = {'+': lambda a, b: a + b, '*': lambda a, b: a * b} / acc = x / f": (
        "ops = {'+': lambda a, b: a + b, '*': lambda a, b: a * b}\n"
        "acc = x\n"
        "for k, v in [('+', 2.0), ('*', x), ('+', x)]:\n"
        "    acc = ops[k](acc, v)\n"
        "return acc"
    ),
    "return {k: v for k, v in [('a', x), ('b', x * x)]}['b']": (
        "return {k: v for k, v in [('a', x), ('b', x * x)]}['b']"
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_both_modes_agree_with_differences(name):
    check(CASES[name])
