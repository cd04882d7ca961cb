"""What cannot be followed yet is refused with its code, never differentiated wrongly."""

from __future__ import annotations

import pytest
from both_modes import function_of

import wengert

CASES = {
    "W012: the next item of a generator": "def g():\n    yield x\nh = g()\nreturn next(h)",
    "W012: a generator that walks over itself": "def g(a):\n    if len(a):\n        yield from g(a[: len(a) // 2])\n        yield a[0]\nreturn sum(g(x * np.ones(n)))",
    "W012: a generator that loops over itself": "def g(a):\n    if len(a):\n        for v in g(a[1:]):\n            yield v\n        yield a[0]\ns = 0.0\nfor v in g(x * np.ones(n)):\n    s += v\nreturn s",
    "W012: a generator walked over twice": "def g():\n    yield x\nh = g()\ns = 0.0\nfor i in range(2):\n    for v in h:\n        s += v\nreturn s",
    "W012: zip of two generators in a for": "s = 0.0\nfor a, b in zip((x * i for i in range(n)), (x + i for i in range(n))):\n    s += a * b\nreturn s",
    "W014: a differentiated value in a global": "global total\ntotal = x\nreturn 2 * x",
    "W020: an assignment in a generator that is kept": "g = ((y := x * i) for i in range(n))\nreturn sum(g) * y",
    "W021: as many arguments as only the run knows": "return np.hypot(*[x * i for i in range(n)])",
    "W029: names at run time": "y = x\nreturn eval('y') * x",
    "W029: the local names": "return locals()['x']",
    "W041: a function made in a turn of a loop": "fs = []\nc = x\nfor i in range(n):\n    c = c * x\n    fs.append(lambda t, c=c: t * c)\nreturn fs[0](1.0)",
    "W041: a function of an earlier turn": "g = None\nfor i in range(n):\n    if g is not None:\n        x = g(x)\n    g = lambda t, i=i: t * (i + 2)\nreturn x",
    "W041: a function of what only a branch knows": "if x > 0.5:\n    k = 2 * x\n    g = lambda t: t * k\nelse:\n    g = lambda t: t\nreturn g(x)",
    "W051: an inner function that remembers": "import functools\n@functools.lru_cache(maxsize=None)\ndef g(k):\n    return x * g(k - 1) if k else 1.0\nreturn g(n)",
    "W081: one array in a dict under two names": "r = np.ones(2) * x\nd = {'a': r, 'b': r}\nd['a'][0] = 5.0\nreturn d['b'].sum()",
    "W081: an array changed through the dict that holds it": "r = np.ones(2) * x\nd = {}\nd['a'] = r\nd['a'][0] = 5.0\nreturn r.sum()",
    "W083: a key that only the run knows": "d = {'a': x, 'b': [x]}\nfor i in range(n):\n    d[f'{i}'] = x * i\nreturn d['a']",
}


@pytest.mark.parametrize("name", CASES)
def test_it_is_refused_in_both_modes(name):
    code = name.partition(":")[0]
    function = function_of(CASES[name])
    with pytest.raises(wengert.Error, match=code):
        wengert.grad(function)(0.7, 3)
    if code != "W040":  # forward mode may know how
        with pytest.raises(wengert.Error, match=code):
            wengert.jvp(function, (0.7, 3), (1.0, 0))


def test_a_generator_function_is_no_function_of_numbers():
    with pytest.raises(wengert.Error, match="W012"):
        wengert.grad(function_of("yield x"))(0.7, 3)


def test_a_variable_of_a_function_around_is_not_assigned():
    def around():
        c = 1.0

        def f(x):
            nonlocal c
            c = c + x
            return c * x

        return f

    with pytest.raises(wengert.UnsupportedSyntax, match="W015"):
        wengert.grad(around())(2.0)
