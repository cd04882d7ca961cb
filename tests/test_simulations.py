"""Algorithms as people write them, in place: each in both modes, to second order where it is cheap, against differences.

What a call leaves in its arguments is what a plain call leaves there, and the gradient costs a few times the function, whatever the size.
"""

from __future__ import annotations

import copy
import math

import numpy as np
import pytest

from wengert import check_grads, grad, value_and_grad

RNG = np.random.default_rng(0)
POSITIVE = 2 * np.eye(4) + 0.1 * RNG.uniform(size=(4, 4))


def lu_log_det(a):
    n = len(a)
    for k in range(n):
        a[k + 1 :, k] /= a[k, k]
        a[k + 1 :, k + 1 :] -= np.outer(a[k + 1 :, k], a[k, k + 1 :])
    return np.sum(np.log(np.abs(np.diag(a))))


def cholesky_log_det(m):
    a = m @ m.T
    n = len(a)
    l = np.zeros((n, n))
    for j in range(n):
        l[j, j] = np.sqrt(a[j, j] - np.sum(l[j, :j] ** 2))
        for i in range(j + 1, n):
            l[i, j] = (a[i, j] - np.dot(l[i, :j], l[j, :j])) / l[j, j]
    return 2 * np.sum(np.log(np.diag(l)))


def triangular_solve(l, b):
    x = b.copy()
    for i in range(len(b)):
        x[i] = (x[i] - l[i, :i] @ x[:i]) / l[i, i]
    return np.sum(x * x)


def back_substitution(u, b):
    n = len(b)
    x = np.zeros(n)
    for i in range(n - 1, -1, -1):
        x[i] = b[i]
        for j in range(i + 1, n):
            x[i] -= u[i, j] * x[j]
        x[i] /= u[i, i]
    return np.sum(np.sin(x))


def thomas(lower, main, upper, d):
    n = len(d)
    c, x = upper.copy(), d.copy()
    c[0] /= main[0]
    x[0] /= main[0]
    for i in range(1, n):
        w = main[i] - lower[i - 1] * c[i - 1]
        if i < n - 1:
            c[i] /= w
        x[i] = (x[i] - lower[i - 1] * x[i - 1]) / w
    for i in range(n - 2, -1, -1):
        x[i] -= c[i] * x[i + 1]
    return np.sum(x ** 2)


def soft_paths(d):
    """Floyd and Warshall with a soft minimum."""
    n = len(d)
    for k in range(n):
        for i in range(n):
            for j in range(n):
                d[i, j] = -np.logaddexp(-d[i, j], -(d[i, k] + d[k, j]))
    return d[0, n - 1]


def soft_dtw(x, y):
    n, m = len(x), len(y)
    r = np.full((n + 1, m + 1), 1e10)
    r[0, 0] = 0.0
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            cost = (x[i - 1] - y[j - 1]) ** 2
            a, b, c = -r[i - 1, j - 1], -r[i - 1, j], -r[i, j - 1]
            top = max(a, b, c)
            r[i, j] = cost - (top + math.log(math.exp(a - top) + math.exp(b - top) + math.exp(c - top)))
    return r[n, m]


def n_body(x, v, m, steps):
    a = np.zeros_like(x)
    for _ in range(steps):
        a[:] = 0.0
        for i in range(len(m)):
            for j in range(len(m)):
                if i != j:
                    r = x[j] - x[i]
                    a[i] += m[j] * r / (np.sum(r * r) + 0.1) ** 1.5
        v += 0.05 * a
        x += 0.05 * v
    return np.sum(x * x)


def fourier(re, im):
    """Butterflies in place, the length a power of two."""
    n = len(re)
    j = 0
    for i in range(1, n):
        bit = n >> 1
        while j & bit:
            j ^= bit
            bit >>= 1
        j |= bit
        if i < j:
            re[i], re[j] = re[j], re[i]
            im[i], im[j] = im[j], im[i]
    size = 2
    while size <= n:
        for start in range(0, n, size):
            for k in range(size // 2):
                angle = -2 * math.pi * k / size
                c, s = math.cos(angle), math.sin(angle)
                p, q = start + k, start + k + size // 2
                tr = re[q] * c - im[q] * s
                ti = re[q] * s + im[q] * c
                re[q], im[q] = re[p] - tr, im[p] - ti
                re[p], im[p] = re[p] + tr, im[p] + ti
        size *= 2
    return np.sum(re ** 2 * np.arange(n)) + re[1] * im[2]


class Particle:
    def __init__(self, position, velocity, mass=1.0):
        self.position = position
        self.velocity = velocity
        self.mass = mass
        self.age = 0

    @property
    def energy(self):
        return 0.5 * self.mass * self.velocity ** 2 + self.mass * 9.81 * self.position

    def push(self, force, dt):
        self.velocity += force / self.mass * dt

    def move(self, dt):
        self.position += self.velocity * dt
        self.age += 1
        if self.position < 0:
            self.position = -self.position
            self.velocity *= -0.8


class Spring:
    def __init__(self, a, b, stiffness):
        self.ends = (a, b)
        self.stiffness = stiffness

    def pull(self, dt):
        a, b = self.ends
        force = self.stiffness * (b.position - a.position)
        a.push(force, dt)
        b.push(-force, dt)


def world(height, stiffness, steps):
    a, b = Particle(height, 0.0), Particle(0.5 * height, 1.0, mass=2.0)
    spring = Spring(a, b, stiffness)
    for _ in range(steps):
        spring.pull(0.01)
        for particle in (a, b):
            particle.push(-9.81 * particle.mass, 0.01)
            particle.move(0.01)
    return a.energy + b.energy * a.age


def vector(n):
    return RNG.uniform(0.5, 1.5, n)


CASES = [
    (lu_log_det, (POSITIVE,)),
    (cholesky_log_det, (POSITIVE,)),
    (triangular_solve, (np.tril(POSITIVE), vector(4))),
    (back_substitution, (np.triu(POSITIVE), vector(4))),
    (thomas, (0.3 * vector(4), 2 + vector(5), 0.3 * vector(4), vector(5))),
    (soft_paths, (RNG.uniform(1, 2, (3, 3)),)),
    (soft_dtw, (vector(3), vector(4))),
    (n_body, (RNG.uniform(-1, 1, (3, 2)), RNG.uniform(-1, 1, (3, 2)), vector(3), 2)),
    (fourier, (vector(8), vector(8))),
    (world, (1.2, 3.0, 30)),
]


@pytest.mark.parametrize("function, args", CASES, ids=lambda value: getattr(value, "__name__", ""))
def test_both_modes_agree_with_differences(function, args):
    check_grads(function, args, order=1)


@pytest.mark.parametrize("function, args", CASES, ids=lambda value: getattr(value, "__name__", ""))
def test_a_derivative_leaves_in_the_arguments_what_a_plain_call_leaves_there(function, args):
    plain, mine = copy.deepcopy(args), copy.deepcopy(args)
    value = function(*plain)
    assert value_and_grad(function)(*mine)[0] == value
    for expected, found in zip(plain, mine):
        assert np.array_equal(expected, found)


@pytest.mark.parametrize("function, args", [CASES[0], CASES[2], CASES[4], CASES[9]], ids=lambda value: getattr(value, "__name__", ""))
def test_second_order_agrees_with_differences(function, args):
    check_grads(function, args, order=2)


def test_a_gradient_of_an_object_that_the_caller_made_is_refused_or_right():
    def pushed(x):
        p = Particle(x, 2.0)
        p.push(x * x, 0.1)
        return p.energy

    assert grad(pushed)(1.5) == pytest.approx(9.81 + (2 + 0.225) * 0.3)
