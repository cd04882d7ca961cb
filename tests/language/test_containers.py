"""Lists, tuples, dicts and objects, as people write them."""

from __future__ import annotations

import pytest
from both_modes import check

CASES = {
    "xs = sorted([x, 2*x, 3.0]) / return xs[0]*xs[1]": (
        "xs = sorted([x, 2*x, 3.0])\n"
        "return xs[0]*xs[1]"
    ),
    "t = tuple([x, 2*x]) / a, b = t / return a*b*len(t)": (
        "t = tuple([x, 2*x])\n"
        "a, b = t\n"
        "return a*b*len(t)"
    ),
    "s = 0.0 / for a, b in zip([x, 2*x], reversed([x, 1.0])): s += a*b / re": (
        "s = 0.0\n"
        "for a, b in zip([x, 2*x], reversed([x, 1.0])): s += a*b\n"
        "return s"
    ),
    "s = 0.0 / for i in reversed(range(n)): s = s*x + i / return s": (
        "s = 0.0\n"
        "for i in reversed(range(n)): s = s*x + i\n"
        "return s"
    ),
    "d = {'a': x} / return d.get('a')*d.get('b', x)": (
        "d = {'a': x}\n"
        "return d.get('a')*d.get('b', x)"
    ),
    "xs = [x, 2*x] / ys = list(xs) / xs[0] = 5.0 / return ys[0]*xs[0]": (
        "xs = [x, 2*x]\n"
        "ys = list(xs)\n"
        "xs[0] = 5.0\n"
        "return ys[0]*xs[0]"
    ),
    "xs = [x, 2*x] / ys = xs / xs[0] = 5.0*x / return ys[0]*xs[0]": (
        "xs = [x, 2*x]\n"
        "ys = xs\n"
        "xs[0] = 5.0*x\n"
        "return ys[0]*xs[0]"
    ),
    "a = np.zeros((2,2)) / for i, r in enumerate(a): r[:] = x*i / return a.": (
        "a = np.zeros((2,2))\n"
        "for i, r in enumerate(a): r[:] = x*i\n"
        "return a.sum()*x"
    ),
    "a = [x]*2 / b = a*2 / b[0] = x*x / return sum(b)": (
        "a = [x]*2\n"
        "b = a*2\n"
        "b[0] = x*x\n"
        "return sum(b)"
    ),
    "xs = [] / xs += [x] / xs.extend([2*x, x*x]) / xs.extend(v*x for v in r": (
        "xs = []\n"
        "xs += [x]\n"
        "xs.extend([2*x, x*x])\n"
        "xs.extend(v*x for v in range(2))\n"
        "return sum(xs)*xs[-1]"
    ),
    "s = {1, 2, 3} / return x if n in s else 2*x": (
        "s = {1, 2, 3}\n"
        "return x if n in s else 2*x"
    ),
    "a, (b, *c), d = x, [2*x, 3*x, 4*x], x*x / return a*b*c[1]*d": (
        "a, (b, *c), d = x, [2*x, 3*x, 4*x], x*x\n"
        "return a*b*c[1]*d"
    ),
    "(a, b), c = [x, 2*x], 3*x / a, b, c = c, a, b / return a*b+c": (
        "(a, b), c = [x, 2*x], 3*x\n"
        "a, b, c = c, a, b\n"
        "return a*b+c"
    ),
    "x, y = x*2, x*3 / return x*y": (
        "x, y = x*2, x*3\n"
        "return x*y"
    ),
    "v = [x] / v[0], v = 2*x, [3*x] / return v[0]": (
        "v = [x]\n"
        "v[0], v = 2*x, [3*x]\n"
        "return v[0]"
    ),
    "r = range(n) / return x*r[-1]*len(r)": (
        "r = range(n)\n"
        "return x*r[-1]*len(r)"
    ),
    "return x * [i for i in range(5)][n]": (
        "return x * [i for i in range(5)][n]"
    ),
    "f = math.sin if n else math.cos / return f(x)": (
        "f = math.sin if n else math.cos\n"
        "return f(x)"
    ),
    "def g(*, k): return k*x / return g(k=x)": (
        "def g(*, k): return k*x\n"
        "return g(k=x)"
    ),
    "def g(a, b): return a-b*x / return g(b=x, a=2.0)": (
        "def g(a, b): return a-b*x\n"
        "return g(b=x, a=2.0)"
    ),
    "def g(a, b=[]): / b.append(a) / return len(b) / return g(x)*g(x)*x": (
        "def g(a, b=[]):\n"
        "    b.append(a)\n"
        "    return len(b)\n"
        "return g(x)*g(x)*x"
    ),
    "y = x / def g(): / y = 5.0 / return y / return g()*y": (
        "y = x\n"
        "def g():\n"
        "    y = 5.0\n"
        "    return y\n"
        "return g()*y"
    ),
    "def outer(): / y = x / def inner(): / nonlocal y / y = y*x / return y ": (
        "def outer():\n"
        "    y = x\n"
        "    def inner():\n"
        "        nonlocal y\n"
        "        y = y*x\n"
        "        return y\n"
        "    return inner() + y\n"
        "return outer()*outer()"
    ),
    "g = lambda: (lambda: x*x)() / return g()": (
        "g = lambda: (lambda: x*x)()\n"
        "return g()"
    ),
    "import functools / h = functools.partial(lambda a, b, c: a*b+c, x, c=2": (
        "import functools\n"
        "h = functools.partial(lambda a, b, c: a*b+c, x, c=2*x)\n"
        "return h(3.0)"
    ),
    "return (lambda f: f(f, 3))(lambda f, k: x if k == 0 else x*f(f, k-1))": (
        "return (lambda f: f(f, 3))(lambda f, k: x if k == 0 else x*f(f, k-1))"
    ),
    "def compose(*fs): / def h(t): / for f in fs: t = f(t) / return t / ret": (
        "def compose(*fs):\n"
        "    def h(t):\n"
        "        for f in fs: t = f(t)\n"
        "        return t\n"
        "    return h\n"
        "return compose(math.sin, lambda t: t*x, math.exp)(x)"
    ),
    "class_ = {'a': 1} / def __f(t): return t*x / return __f(x)": (
        "class_ = {'a': 1}\n"
        "def __f(t): return t*x\n"
        "return __f(x)"
    ),
    "while True: / x = x*x / if x < 0.1: break / else: / x = 0.0 / return x": (
        "while True:\n"
        "    x = x*x\n"
        "    if x < 0.1: break\n"
        "else:\n"
        "    x = 0.0\n"
        "return x"
    ),
    "for i in range(3): / for j in range(3): / if j == i: break / x = x*1.1": (
        "for i in range(3):\n"
        "    for j in range(3):\n"
        "        if j == i: break\n"
        "        x = x*1.1\n"
        "    else:\n"
        "        x = x+1\n"
        "        continue\n"
        "    if i == 2: break\n"
        "return x"
    ),
    "s = 0.0 / i = 0 / while i < n: / i += 1 / if i % 2: continue / s += x*": (
        "s = 0.0\n"
        "i = 0\n"
        "while i < n:\n"
        "    i += 1\n"
        "    if i % 2: continue\n"
        "    s += x*i\n"
        "return s"
    ),
    "y = 0.0 / for i in range(n): / y = y if i % 2 else y + x / y, z = y*x,": (
        "y = 0.0\n"
        "for i in range(n):\n"
        "    y = y if i % 2 else y + x\n"
        "    y, z = y*x, i\n"
        "return y*z"
    ),
    "if (y := x*2) > 1 or (z := x*3) > 1: y = y*y / return y": (
        "if (y := x*2) > 1 or (z := x*3) > 1: y = y*y\n"
        "return y"
    ),
    "return x if not (n > 1 and x > 0.5) else x*x": (
        "return x if not (n > 1 and x > 0.5) else x*x"
    ),
    "return 1.0*n*x - x//1 + x%0.3 + abs(-x) + pow(x, 2) + divmod(x, 0.3)[1": (
        "return 1.0*n*x - x//1 + x%0.3 + abs(-x) + pow(x, 2) + divmod(x, 0.3)[1]"
    ),
    "return float(x)*int(2.7)*round(2.567, 1)": (
        "return float(x)*int(2.7)*round(2.567, 1)"
    ),
    "a = np.array([x, x*x]); a = a.reshape(2, 1); b = a.T; b[0, 1] = 3*x / ": (
        "a = np.array([x, x*x]); a = a.reshape(2, 1); b = a.T; b[0, 1] = 3*x\n"
        "return a.sum()"
    ),
    "try: / return [x, x*x][5] / except IndexError: / return x*3": (
        "try:\n"
        "    return [x, x*x][5]\n"
        "except IndexError:\n"
        "    return x*3"
    ),
    "try: / raise ValueError('a') / except ValueError as e: / y = x*len(str": (
        "try:\n"
        "    raise ValueError('a')\n"
        "except ValueError as e:\n"
        "    y = x*len(str(e))\n"
        "return y"
    ),
    "try: / y = {'a': x}['b'] / except KeyError: / y = x*x / return y": (
        "try:\n"
        "    y = {'a': x}['b']\n"
        "except KeyError:\n"
        "    y = x*x\n"
        "return y"
    ),
    "for v in (x, 2*x): / if v > 1: raise_ = v; break / else: / raise_ = 0.": (
        "for v in (x, 2*x):\n"
        "    if v > 1: raise_ = v; break\n"
        "else:\n"
        "    raise_ = 0.0\n"
        "return raise_*x"
    ),
    "assert isinstance(x, float) and not isinstance(x, (int, str)) / return": (
        "assert isinstance(x, float) and not isinstance(x, (int, str))\n"
        "return x"
    ),
    "return x*len(str(n))+len(f'{x:.2f}')": (
        "return x*len(str(n))+len(f'{x:.2f}')"
    ),
    "z = complex(x, 1.0) / return (z*z).real*abs(z)": (
        "z = complex(x, 1.0)\n"
        "return (z*z).real*abs(z)"
    ),
    "a = np.ones(3)*x / a[0], a[1:] = a[1]*2, a[:2]*x / return a.sum()": (
        "a = np.ones(3)*x\n"
        "a[0], a[1:] = a[1]*2, a[:2]*x\n"
        "return a.sum()"
    ),
    "u = np.linspace(0, 1, 5)*x / for k in range(n): u[1:-1] += 0.1*(u[2:]-": (
        "u = np.linspace(0, 1, 5)*x\n"
        "for k in range(n): u[1:-1] += 0.1*(u[2:]-2*u[1:-1]+u[:-2])\n"
        "return (u*u).sum()"
    ),
    "A = np.array([[4.0+x, 1.0],[1.0, 3.0]]) / L = np.zeros((2,2)) / for i ": (
        "A = np.array([[4.0+x, 1.0],[1.0, 3.0]])\n"
        "L = np.zeros((2,2))\n"
        "for i in range(2):\n"
        "    for j in range(i+1):\n"
        "        s = A[i, j] - np.dot(L[i, :j], L[j, :j])\n"
        "        L[i, j] = np.sqrt(s) if i == j else s / L[j, j]\n"
        "return L.sum()"
    ),
    "xs = [0.0] * n / for i in range(n): / xs[i] = x * i / ys = xs[:] / ys[": (
        "xs = [0.0] * n\n"
        "for i in range(n):\n"
        "    xs[i] = x * i\n"
        "ys = xs[:]\n"
        "ys[0] = x * x\n"
        "return sum(xs) * sum(ys) + ys[0]"
    ),
    "d = {'a': x, 'b': n} / k = d.pop('b') / return d['a'] * len(d) * k": (
        "d = {'a': x, 'b': n}\n"
        "k = d.pop('b')\n"
        "return d['a'] * len(d) * k"
    ),
    "d = [x, 2 * x, x * x] / k = d.pop(0) / d.insert(1, 3 * x) / del d[0] /": (
        "d = [x, 2 * x, x * x]\n"
        "k = d.pop(0)\n"
        "d.insert(1, 3 * x)\n"
        "del d[0]\n"
        "return d[0] * len(d) * k * d.pop()"
    ),
    "d = {'a': x, 'b': 2} / e = d / del d['b'] / return sum(e.values()) * x": (
        "d = {'a': x, 'b': 2}\n"
        "e = d\n"
        "del d['b']\n"
        "return sum(e.values()) * x if 'b' not in e else x"
    ),
    "d = {'u': {'a': x, 'b': 2}} / del d['u']['b'] / d['u']['c'] = x * x / ": (
        "d = {'u': {'a': x, 'b': 2}}\n"
        "del d['u']['b']\n"
        "return d['u']['a'] * len(d['u'])"
    ),
    "d = {'u': [x]} / d['u'].append(2 * x) / r = d['u'] / r.append(x * x) /": (
        "d = {'u': [x]}\n"
        "d['u'].append(2 * x)\n"
        "r = d['u']\n"
        "r.append(x * x)\n"
        "return d['u'][2] * r[1]"
    ),
    "s = [] / for i in range(n): / s = s + [x * i] / return sum(s) * s[-1]": (
        "s = []\n"
        "for i in range(n):\n"
        "    s = s + [x * i]\n"
        "return sum(s) * s[-1]"
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_both_modes_agree_with_differences(name):
    check(CASES[name])


NESTED = {
    "a dict in a dict is written by several keys": (
        "d = {'p': {'q': x, 'r': [x, 1.0]}}\n"
        "d['p']['q'] *= x\n"
        "d['p']['r'][1] += d['p']['q']\n"
        "e = d['p']\n"
        "e['q'] += 1\n"
        "return d['p']['q']*d['p']['r'][1]"
    ),
    "three deep, with a new key": (
        "d = {'a': {'b': {'c': x, 'd': 2*x}, 'e': x*x}}\n"
        "d['a']['b']['c'] *= d['a']['e']\n"
        "d['a']['b']['new'] = d['a']['b']['d']\n"
        "return d['a']['b']['c']*d['a']['b']['new'] + d['a']['e']"
    ),
    "arrays in a dict in a dict, in a loop": (
        "s = {'u': {'v': np.arange(3.0)*x, 'w': np.ones(3)}, 't': 0.0}\n"
        "for i in range(n):\n"
        "    s['u']['v'][i] *= x\n"
        "    s['u']['w'] = s['u']['w']*x\n"
        "    s['u']['w'][0] += s['u']['v'][i]\n"
        "    s['t'] += x\n"
        "return np.sum(s['u']['w']*s['u']['v'])*s['t']"
    ),
    "a list and a dict in a tuple": (
        "t = ([x, 2*x], {'a': x})\n"
        "t[0][1] = x*x\n"
        "t[1]['a'] += t[0][1]\n"
        "return t[0][1]*t[1]['a']*t[0][0]"
    ),
    "groups of compartments, walked over by name in each turn": (
        "g = {'young': {'S': 0.9-x, 'I': x, 'R': 0.0}, 'old': {'S': 0.5, 'I': x*x, 'R': 0.0}}\n"
        "for k in range(n):\n"
        "    total = sum(g[a]['I'] for a in g)\n"
        "    for a in g:\n"
        "        new, rec = 0.5*g[a]['S']*total, 0.1*g[a]['I']\n"
        "        g[a]['S'] -= new\n"
        "        g[a]['I'] += new - rec\n"
        "        g[a]['R'] += rec\n"
        "return g['young']['R'] + 2*g['old']['R']"
    ),
}  # fmt: skip


@pytest.mark.parametrize("body", NESTED.values(), ids=NESTED.keys())
def test_containers_in_containers_are_written(body: str) -> None:
    check(body, 0.1)
