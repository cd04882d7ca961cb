"""Assignments to items and attributes, of arrays, lists, dicts and objects."""

from __future__ import annotations

import pytest
from both_modes import check

CASES = {
    "items of an array in a loop": (
        "a = np.zeros(n)\n"
        "for i in range(n):\n"
        "    a[i] = x * i\n"
        "return np.sum(a * a)"
    ),
    "swap of elements": (
        "a = np.array([x, 2 * x, x * x])\n"
        "a[0], a[1] = a[1], a[0] * a[2]\n"
        "return a[0] * a[0] + a[1]"
    ),
    "rows are views": (
        "a = np.ones((3, 2)) * x\n"
        "a[0], a[1] = a[1] * 2, a[0] * 3\n"
        "return np.sum(a * a)"
    ),
    "augmented element": (
        "a = np.zeros(n)\n"
        "for i in range(n):\n"
        "    a[i] += x\n"
        "    a[i] *= x + i\n"
        "    a[i] -= 1\n"
        "return np.sum(a)"
    ),
    "augmented slice": (
        "a = np.ones(n)\n"
        "a[1:] *= x\n"
        "a[:-1] += a[1:] * x\n"
        "return np.sum(a * a)"
    ),
    "negative and stepped slices": (
        "a = np.arange(4.0) * x\n"
        "a[::2] = a[::-1][::2] * x\n"
        "a[-1] = x\n"
        "return np.sum(a * a)"
    ),
    "two axes": (
        "a = np.zeros((2, 3))\n"
        "for i in range(2):\n"
        "    for j in range(3):\n"
        "        a[i, j] = x * i + j\n"
        "a[:, 1] *= x\n"
        "return np.sum(a * a)"
    ),
    "integer arrays": (
        "a = np.ones(4)\n"
        "a[[0, 2]] = x\n"
        "a[np.array([1, 3])] += x * x\n"
        "return np.sum(a * a)"
    ),
    "a mask": (
        "a = np.arange(4.0) * x\n"
        "a[a > 1] = x * x\n"
        "return np.sum(a * a)"
    ),
    "an alias": (
        "a = np.ones(3) * x\n"
        "b = a\n"
        "b[0] = x * x\n"
        "return np.sum(a * a)"
    ),
    "a view of a view": (
        "a = np.ones(5) * x\n"
        "b = a[1:]\n"
        "c = b[1:]\n"
        "c[0] = x * x\n"
        "b[0] *= 2\n"
        "return np.sum(a * a)"
    ),
    "out=": (
        "a = np.ones(3) * x\n"
        "np.multiply(a, x, out=a)\n"
        "np.sin(a, out=a)\n"
        "return np.sum(a)"
    ),
    "item of a list": (
        "y = [x, 2 * x, 1.0]\n"
        "y[0], y[2] = y[1] * y[1], y[0]\n"
        "y[-1] += 1\n"
        "return y[0] * y[2]"
    ),
    "item of a list in a loop": (
        "y = [x] * 3\n"
        "for i in range(1, 3):\n"
        "    y[i] = y[i - 1] * x\n"
        "return y[2]"
    ),
    "item of a dict": (
        "d = {'a': x}\n"
        "d['b'] = d['a'] * 2\n"
        "d['a'] *= d['b']\n"
        "return d['a'] + d['b']"
    ),
    "a list in a dict": (
        "d = {'u': [x]}\n"
        "d['u'].append(2 * x)\n"
        "d['u'][0] = x * x\n"
        "return d['u'][0] * d['u'][1]"
    ),
    "deleted names": (
        "y = x * x\n"
        "z = y\n"
        "del y\n"
        "return z * x"
    ),
    "attributes of a namespace": (
        "from types import SimpleNamespace\n"
        "p = SimpleNamespace(m=x, v=[x])\n"
        "p.m *= p.m\n"
        "p.v[0] += p.m\n"
        "p.q = p.v[0] * x\n"
        "return p.q"
    ),
    "tuple targets of every sort": (
        "a = np.zeros(2)\n"
        "d = {}\n"
        "(a[0], d['k']), *r = (x, 2 * x), x, x * x\n"
        "return a[0] * d['k'] * r[1]"
    ),
    "the target of a for": (
        "a = [0.0, 0.0]\n"
        "for a[1] in [x, x * x]:\n"
        "    a[0] += a[1]\n"
        "return a[0] * a[1]"
    ),
    "an augmented object is changed in place": (
        "a = np.ones(2) * x\n"
        "b = a\n"
        "a += x\n"
        "return np.sum(b)"
    ),
    "an augmented number is not": (
        "a = x\n"
        "b = a\n"
        "a += x\n"
        "return a * b"
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_both_modes_agree_with_differences(name):
    check(CASES[name])
