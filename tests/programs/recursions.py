"""Functions that call themselves, as users write them: what `tests/transform/test_pairs.py` differentiates."""

from __future__ import annotations

import math

import numpy as np


def power(x, n):
    if n == 0:
        return 1.0
    h = power(x, n // 2)
    if n % 2:
        return x * h * h
    return h * h


def fibonacci(x, n):
    if n < 2:
        return x
    return fibonacci(x, n - 1) * math.sin(x) + fibonacci(x, n - 2)


def even(x, n):
    return x if n == 0 else odd(x * 1.1, n - 1)


def odd(x, n):
    return math.sin(x) if n == 0 else even(x * x, n - 1)


def ackermann(m, n, x):
    if m == 0:
        return (n + 1) * x
    if n == 0:
        return ackermann(m - 1, 1, x) * x
    return ackermann(m - 1, 2, x) + math.sin(ackermann(m, n - 1, x))


def total(xs):
    if len(xs) == 1:
        return xs[0] ** 2
    middle = len(xs) // 2
    return total(xs[:middle]) * 0.5 + total(xs[middle:]) * math.sin(1.0)


def product(xs):
    if len(xs) == 0:
        return 1.0
    if len(xs) == 1:
        return xs[0]
    middle = len(xs) // 2
    left = product(xs[:middle])
    right = product(xs[middle:])
    return left * right


def scanned(xs):
    if len(xs) <= 1:
        return xs
    middle = len(xs) // 2
    left = scanned(xs[:middle])
    right = scanned(xs[middle:])
    return np.concatenate([left, right + left[-1] * right])


def scan_loss(xs):
    return np.sum(scanned(xs) ** 2)


def transformed(x):
    n = len(x)
    if n == 1:
        return x
    even_half = transformed(x[::2])
    odd_half = np.cos(2 * np.pi * np.arange(n // 2) / n) * transformed(x[1::2])
    return np.concatenate([even_half + odd_half, even_half - odd_half])


def transform_loss(x):
    return np.sum(transformed(x) ** 3)


def matrix_power(a, n):
    if n == 0:
        return np.eye(a.shape[0])
    h = matrix_power(a, n // 2)
    h = h @ h
    if n % 2:
        h = h @ a
    return h


def sum_of_power(a):
    return np.sum(matrix_power(a, 5) * a)


def simpson(f, a, b):
    return (b - a) / 6 * (f(a) + 4 * f((a + b) / 2) + f(b))


def adaptive(f, a, b, eps, whole):
    m = (a + b) / 2
    left = simpson(f, a, m)
    right = simpson(f, m, b)
    delta = left + right - whole
    if abs(delta) <= 15 * eps:
        return left + right + delta / 15
    return adaptive(f, a, m, eps / 2, left) + adaptive(f, m, b, eps / 2, right)


def quadrature(p, a, b):
    def f(t):
        return math.exp(-p * t * t) * math.cos(3 * t)

    return adaptive(f, a, b, 1e-9, simpson(f, a, b))


def tree_sum(tree, w):
    if isinstance(tree, (tuple, list)):
        left, right = tree
        return (tree_sum(left, w) + tree_sum(right, w)) * w
    return tree * tree


def nested_sum(tree):
    total = 0.0
    for item in tree:
        total = total + (nested_sum(item) if isinstance(item, list) else item * item)
    return total


def accumulated(x, n, so_far=None):
    if so_far is None:
        so_far = 0.0
    if n == 0:
        return so_far
    return accumulated(x * 0.9, n - 1, so_far + x * x)


def in_a_loop(x, n):
    for i in range(n):
        x = x + in_a_loop(x * 0.1, i) * math.sin(x)
    return x


def out_of_a_loop(x, n):
    for _ in range(n):
        if x > 2:
            return out_of_a_loop(x - 1.5, n - 1) * x
        x = x * 1.3
    return x


def two_results(x, y, n):
    if n == 0:
        return x, y
    a, b = two_results(y, x * y, n - 1)
    return a * x, b + y


def of_two_results(x, y):
    p, q = two_results(x, y, 4)
    return p * q


def newton(a, x, k):
    y = x - (x * x - a) / (2 * x)
    if abs(y - x) < 1e-12 or k == 0:
        return y
    return newton(a, y, k - 1)


def root(a):
    return newton(a, 1.0, 50) * 2


def horner(c, x):
    if len(c) == 1:
        return c[0]
    return c[0] + x * horner(c[1:], x)


def refusing(x, n):
    if n < 0:
        raise ValueError("negative")
    return x if n == 0 else refusing(x, n - 1) * x


def factorial(x, n):
    return 1.0 if n == 0 else x * n * factorial(x, n - 1)


def at_two_places(x, n):
    a = factorial(x, n)
    return a / factorial(2 * x, n) + a


def nested(x, n):
    def inner(k):
        if k == 0:
            return x
        return math.sin(inner(k - 1)) * x

    return inner(n)


def nested_mutual(x, n):
    def a(k):
        return x if k == 0 else b(k - 1) * x

    def b(k):
        return x * 2 if k == 0 else a(k - 1) + x

    return a(n)


def iterated(f, x, n):
    return x if n == 0 else f(iterated(f, x, n - 1))


def of_a_lambda(a, x):
    return iterated(lambda t: a * math.sin(t), x, 3)


def fills_an_array(x, n):
    y = np.zeros(3)
    y[0] = x
    if n > 0:
        y[1] = fills_an_array(x * 0.5, n - 1)
    y[2] = y[0] * y[1]
    return np.sum(y * y)


def keywords(x, *, n=3, scale=1.0):
    if n == 0:
        return x * scale
    return keywords(x * x, n=n - 1, scale=scale * 0.5) + x


def of_keywords(x):
    return keywords(x) * keywords(x, n=1)


def of_all(x, *rest):
    return x if not rest else x * of_all(*rest)


def of_all_three(x, y, z):
    return of_all(x, y, z) * x


def deep(x, n):
    return x if n == 0 else math.sin(deep(x, n - 1))


def swapping(x, y, n):
    if n == 0:
        return x * y
    return swapping(y, x, n - 1) + y


class Polynomial:
    def __init__(self, c, s):
        self.c = c
        self.s = s

    def at(self, x, n):
        if n == 0:
            return self.s * x
        return self.c * x * self.at(x, n - 1)


def of_a_method(x, n):
    return Polynomial(2 * x, math.sin(x)).at(x, n)


def rows(x, n):
    if n == 0:
        return np.sum(x * x)
    return rows(x[::-1], n - 1) * 0.5 + np.sum(x[1:] * x[:-1])


def written_to_after(x):
    x = x.copy()
    s = rows(x, 2)
    x[0] = 5.0
    return s + np.sum(x * x) * rows(x, 1)


def asked_in_a_branch(x, y, n):
    """The branch keeps a value only for a test, beside a branch that keeps values for adjoints."""
    if n <= 0:
        return x
    if y > -0.01:
        for _ in range(2):
            x = asked_in_a_branch(0.8, x * y, n - 2) + x
        if math.sin(x + x) > -0.05:
            return x * 0.4
    elif math.tanh(x) > -0.3:
        x = math.tanh(y) / (1.5 + (x * y) ** 2)
    return x + 0.5 * y


def kept_above_a_branch(x, y, n):
    """What is kept is read in one of two branches below."""
    if n <= 0:
        return y * x
    if math.cos(y / (1.5 + x**2)) > -0.2:
        for _ in range(n):
            y = y + math.cos(x)
        if y > 0.73:
            return math.cos(y)
    return math.tanh(kept_above_a_branch((x + y) * 1.2, math.sin(y), n - 1)) * x


def loops_in_loops(x, y, n):
    """Tapes of tapes are kept."""
    if n <= 0:
        return x + x
    b = -0.3
    for _ in range(3):
        for _ in range(2):
            b = loops_in_loops(math.tanh(b), y, n - 1) * x
    return math.cos(y) + b * x + math.sin(b)


def known_pair(x, n):
    if n <= 0:
        return -1.41, 0.26
    p, q = known_pair(x, n - 1)
    return p * x + q, q * 0.5 + x


def of_a_known_pair(x):
    a, b = known_pair(x, 0)
    c, d = known_pair(x, 2)
    return a * x + b * c - d


def useless_halves(x, y, n):
    """Called for one argument by itself and for the other from outside: one pair makes no use of what it keeps."""
    if n <= 0:
        return y
    if y + y > 0.16:
        if y - x > 0.3:
            useless_halves(math.cos(x), 0.06, n - 1)
        return math.tanh(x)
    h = useless_halves(y - y - 1.45, x, n - 2)
    if y > 0.05:
        y = h * (math.sin(y) + h + x)
    return 0.5 * y - 1.1


def of_useless_halves(x, y):
    return useless_halves(x, y, 2) * (math.tanh(y) + y) + math.sin(useless_halves(y, x, 1))


def nothing_varies_inside(x, n):
    """A call through which nothing varies, in a loop of its own."""
    if n <= 0:
        return x * 1.5
    b = 0.2
    for _ in range(2):
        b = nothing_varies_inside(0.24, n - 1) * b
    return math.sin(b) * x


def returned_early(a, s, n):
    """What an early return keeps may be missing, and is the caller's own array."""
    if n <= 0:
        return np.sin(a[::-1]) * s
    c = returned_early(a * s * math.tanh(s), np.sum(a) * math.sin(s), n - 1)
    if s > 0.3:
        if s > -0.4:
            return a + s
    return np.sin(np.tanh(a) * a[::-1]) + 0.1 * c


def of_returned_early(a, s):
    return np.sum(np.sin(returned_early(a * s, s, 2)))


def lengthy(x, a, b):
    y = x * a + b
    for k in range(3):
        y = y * math.sin(y) + k
        if y > 2:
            y = y / 2
        else:
            y = y * 1.1 + math.exp(-y * y)
    z = y * a - b * x
    w = z * z + y * math.cos(z) - math.sqrt(abs(z) + 1.0)
    u = w * y - z / (1.0 + w * w)
    v = math.tanh(u) + math.log(1.0 + u * u)
    r = v * w * u + y * z * x - a * b * math.atan(v)
    s = r + v - u * w + math.sin(r) * math.cos(v)
    return math.tanh(s * r - v)


def called_often(x, y):
    p = lengthy(x, 1.0, y)
    q = lengthy(p, y, 2.0)
    r = lengthy(q, p, x)
    s = lengthy(r, q, p)
    t = lengthy(s, r, q)
    return p + q * r - s * t + lengthy(t, x, y)


def filled(a, x):
    a[0] = lengthy(x, 1.0, 2.0)
    for k in range(1, len(a)):
        a[k] = a[k - 1] * math.sin(x) + a[0] * k - x * x + math.cos(a[k - 1]) * 0.5 + math.tanh(x * k) - a[0] / (1.5 + x * x)
    return a[-1]


def filled_often(x):
    a = np.zeros(3)
    total = filled(a, x) + filled(a, x * 2) + filled(a, x * x) + filled(a, x + 1) + filled(a, x - 1) + filled(a, 0.5 * x)
    return total + np.sum(a)


VECTOR = np.array([1.0, 0.2, 0.3, 0.4, 0.5])
PROGRAMS = [
    (power, (1.1, 7)), (power, (0.3, 0)), (fibonacci, (0.7, 6)), (even, (0.4, 5)), (total, (VECTOR,)), (product, (VECTOR,)),
    (scan_loss, (VECTOR,)), (scanned, (VECTOR,)), (transform_loss, (VECTOR[:4],)), (sum_of_power, (np.array([[1.0, 0.2], [0.3, 0.4]]),)),
    (quadrature, (0.7, 0.0, 2.0)), (tree_sum, (((1.0, 2.0), (3.0, (4.0, 5.0))), 0.7)), (nested_sum, ([[1.0, 2.0], [3.0]],)), (accumulated, (0.5, 4, None)),
    (in_a_loop, (0.5, 4)), (out_of_a_loop, (1.2, 7)), (out_of_a_loop, (0.1, 3)), (two_results, (0.5, 0.7, 3)), (of_two_results, (0.5, 0.7)),
    (root, (2.5,)), (horner, ([1.0, 2.0, 3.0], 0.5)), (horner, (np.array([1.0, 2.0, 3.0]), 0.5)), (refusing, (1.1, 4)),
    (factorial, (1.1, 4)), (at_two_places, (1.3, 3)), (nested, (0.7, 4)), (nested_mutual, (0.5, 5)), (of_a_lambda, (0.5, 0.7)),
    (fills_an_array, (0.5, 3)), (of_keywords, (0.5,)), (of_all_three, (0.5, 0.7, 0.9)), (deep, (0.5, 60)), (swapping, (0.5, 0.7, 3)),
    (of_a_method, (0.5, 3)), (asked_in_a_branch, (0.37, 0.61, 2)), (asked_in_a_branch, (0.37, -0.61, 2)), (kept_above_a_branch, (0.37, 0.61, 2)),
    (loops_in_loops, (0.37, 0.61, 2)), (of_a_known_pair, (0.5,)), (of_useless_halves, (0.37, 0.61)), (of_useless_halves, (0.37, 0.06)),
    (nothing_varies_inside, (0.5, 2)), (called_often, (0.3, 0.4)), (filled_often, (0.3,)), (of_returned_early, (VECTOR, 0.4)), (of_returned_early, (VECTOR, 0.2)), (written_to_after, (VECTOR,)),
]  # fmt: skip
