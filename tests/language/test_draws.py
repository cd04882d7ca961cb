"""Monte Carlo programs: random numbers that are drawn inside, in loops, by sources of all kinds, with parameters that vary."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest
from whole_functions import agree, collecting

from wengert import NoRule, check_grads, grad, value_and_grad

CASES: dict = {}
case = collecting(CASES)


@case(100.0, 0.05, 0.2, 7)
def an_asian_option(s0, r, sigma, seed):
    rng = np.random.default_rng(seed)
    s, average = np.full(20, s0), np.zeros(20)
    for _ in range(6):
        s = s * np.exp((r - 0.5 * sigma**2) / 6 + sigma * np.sqrt(1 / 6) * rng.normal(size=20))
        average += s
    average /= 6
    return np.exp(-r) * np.mean(np.maximum(average - 100.0, 0.0))


@case(1.0, 0.5, 0.3)
def ornstein_uhlenbeck(theta, mu, sigma):
    rng = np.random.default_rng(5)
    x, s = 1.0, 0.0
    for _ in range(10):
        x += theta * (mu - x) * 0.1 + sigma * math.sqrt(0.1) * rng.normal()
        s += x * x
    return s


@case(np.array([0.4, 1.2, 0.7, 2.0, 0.3]))
def bootstrap(data):
    rng = np.random.default_rng(0)
    means = []
    for _ in range(4):
        means.append(np.mean(data[rng.integers(0, len(data), len(data))]))
        means.append(np.mean(rng.choice(data, size=3)))
    return np.array(means).std()


@case(0.7)
def an_integral(a):
    random.seed(0)
    s = 0.0
    for _ in range(10):
        s += math.sin(a * random.random()) * random.uniform(0.0, a) + random.choice([1.0, 2.0]) * a ** random.randint(1, 3)
    return s / 10


@case(0.5, 0.8)
def a_particle_filter(a, sigma):
    rng = np.random.default_rng(2)
    x = rng.normal(0, 1, 10)
    likelihood = 0.0
    for y in [0.1, 0.4, -0.2]:
        x = a * x + 0.1 * rng.normal(size=10)
        w = np.exp(-0.5 * ((y - x) / sigma) ** 2) / sigma
        likelihood += np.log(np.mean(w))
        x = x[rng.choice(10, size=10, p=w / w.sum())]
    return likelihood


@case(np.array([0.1, 0.2]), 0.05)
def stochastic_descent(w, rate):
    rng = np.random.RandomState(0)
    x = rng.randn(6, 2)
    y = x @ np.array([1.0, -2.0]) + 0.1 * rng.normal(size=6)
    order = np.arange(6)
    for _ in range(2):
        rng.shuffle(order)
        for i in order:
            w = w - rate * (x[i] @ w - y[i]) * x[i]
    return np.sum(w**2)


@case(0.7, 0.3)
def arrivals(rate, b):
    rng = np.random.default_rng(3)
    t, s = 0.0, 0.0
    while True:
        t += rng.exponential(1 / rate)
        if t > 10.0:
            return s
        s += b * math.exp(-b * t)


@case(0.3, 1.2)
def metropolis(mu, sigma):
    rng = np.random.default_rng(3)
    x, kept = 0.0, []
    for _ in range(20):
        there = x + rng.normal(0.0, 0.5)
        if math.log(rng.random()) < -0.5 * ((there - mu) / sigma) ** 2 + 0.5 * ((x - mu) / sigma) ** 2:
            x = there
        kept.append(x * mu + sigma)
    return sum(kept) / len(kept)


class Walk:
    def __init__(self, seed, sigma):
        self.rng = np.random.default_rng(seed)
        self.sigma = sigma

    def step(self, x):
        return x + self.sigma * self.rng.standard_normal()


@case(0.7)
def a_source_in_an_object(a):
    walk, x = Walk(3, a), 0.0
    for _ in range(4):
        x += walk.step(x) ** 2
    return x


@case(np.array([0.2, 0.5, 0.3]))
def parameters_that_are_arrays(w):
    np.random.seed(0)
    z, u = np.random.normal(w, np.exp(w)), np.random.uniform(-w, w, size=(2, 3))
    return np.sum(z**2) + np.sum(u * u) + np.sum(np.random.exponential(scale=w**2))


@case(0.9, 1.4)
def every_formula(a, b):
    rng, plain = np.random.default_rng(3), random.Random(2)
    s = rng.laplace(a, b) ** 2 + rng.logistic(a, b) + rng.gumbel(a, b) * rng.rayleigh(a) + rng.lognormal(a, b) + rng.weibull(a) + rng.pareto(b)
    s += rng.gamma(2.0, a) + np.sum(rng.gamma(3.0, b, size=3) ** 2) + np.sum(rng.multivariate_normal(np.array([a, b]), np.eye(2)) ** 2)
    s += plain.gauss(a, b) * plain.normalvariate(b, a) + plain.expovariate(a) + plain.lognormvariate(a, b) + plain.gammavariate(2.0, a)
    return s + plain.weibullvariate(a, b) + plain.paretovariate(a)


@case(np.array([0.7, 0.2, 0.4]), [0.7, 0.2, 0.4])
def shuffles_of_what_varies(w, ws):
    rng, plain = np.random.default_rng(3), random.Random(2)
    s = 0.0
    for _ in range(2):
        rng.shuffle(w)
        plain.shuffle(ws)
        rng.shuffle(ws)
        s += w[0] * w[1] + w[2] * ws[0] * ws[1] + rng.permutation(w)[0] + plain.choice(ws) ** 2 + plain.sample(ws, 2)[1]
    return s


@case(0.7)
def shuffles_of_what_does_not_vary(w):
    rng, order, weights = np.random.default_rng(0), np.arange(5), [1.0, 2.0, 3.0]
    for _ in range(3):
        rng.shuffle(order)
        random.Random(1).shuffle(weights)
        for i in order:
            w = w * math.sin(w + i) * weights[0] * 0.3 + 0.5
    return w


@case(0.7)
def draws_into_an_array(w):
    rng, z = np.random.default_rng(0), np.zeros(5)
    for _ in range(3):
        rng.standard_normal(out=z)
        w = math.sin(w * (z[0] + 1)) * z[2] * np.sum(w * z)
    return w


@pytest.mark.parametrize("name", CASES)
def test_a_program_that_draws(name):
    agree(*CASES[name], order=2)


def test_a_source_that_is_given_is_drawn_from_as_often_as_by_the_function():
    def walk(a, rng, n):
        x = 0.0
        for _ in range(n):
            x += a * rng.normal(x, a)
        return x

    one, other = np.random.default_rng(4), np.random.default_rng(4)
    value, slope = value_and_grad(walk)(0.7, one, 5)
    assert value == pytest.approx(walk(0.7, other, 5), rel=1e-14)
    assert one.random() == other.random()
    above, below = (walk(0.7 + step, np.random.default_rng(4), 5) for step in (1e-6, -1e-6))
    assert slope == pytest.approx((above - below) / 2e-6, rel=1e-6)


def test_the_text_moves_and_stretches_a_standard_number():
    def f(m, s):
        rng = np.random.default_rng(1)
        x = rng.normal(m, s)
        return x * x

    text = grad(f).source(0.3, 0.5)
    assert "(m + s * rng.standard_normal())" in text


@pytest.mark.parametrize("draw", ["rng.gamma(a)", "rng.beta(a, 1.0)", "rng.poisson(a)", "rng.binomial(5, a)", "np.random.standard_t(a)", "random.betavariate(a, a)"])
def test_a_draw_by_rejection_or_a_count_is_refused_by_its_parameter(draw):
    from both_modes import function_of

    function = function_of(f"a = x\nrng = np.random.default_rng(n)\nreturn a * {draw}", random=random)
    with pytest.raises(NoRule, match=r"W048"):
        grad(function)(0.7, 3)
    check_grads(function_of(f"a = stop_gradient(0.7)\nrng = np.random.default_rng(n)\nrandom.seed(n)\nnp.random.seed(n)\nreturn x * {draw}", random=random, stop_gradient=float), (0.7, 3))
