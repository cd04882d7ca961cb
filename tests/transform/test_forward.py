"""Tangents: beside every active value its own, above the line that makes it."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from differences import check

from wengert import check_grads, grad, jvp
from wengert.ir.evaluate import evaluate
from wengert.ir.kinds import FLOAT
from wengert.ir.text import parse, show
from wengert.ir.verify import verify
from wengert.ir.walk import bound, defined, lines_of
from wengert.modes import JVP
from wengert.optimize import clean
from wengert.transform.forward import forward


@pytest.fixture(autouse=True)
def no_cache_on_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WENGERT_CACHE_DIR", "")


def with_floats(text, **others):
    function = parse(text)
    names = [*function.parameters, *(name for line in lines_of(function) for name in (*defined(line), *bound(line)))]
    return replace(function, kinds={**dict.fromkeys(names, FLOAT), **others})


def tangent(text, wanted=(0,)):
    made = forward(with_floats(text), wanted)
    verify(made)
    return clean(made, ())


def test_the_tangent_of_a_product_is_written_above_it():
    assert show(tangent("function f(x, y):\n    z.0 = x * y\n    return z.0", (0, 1))).splitlines() == [
        "function jvp_f(x, y, x_dot, y_dot):",
        "    %0 = x_dot * y",
        "    %1 = y_dot * x",
        "    z_dot.0 = %0 + %1",
        "    z.0 = x * y",
        "    %2 = tuple(z.0, z_dot.0)",
        "    return %2",
    ]


def test_a_row_that_uses_the_result_is_written_below_it():
    lines = show(tangent("function f(x):\n    y.0 = math.exp(x)\n    return y.0")).splitlines()
    assert lines[1:3] == ["    y.0 = math.exp(x)", "    y_dot.0 = x_dot * y.0"]


def test_a_branch_hands_on_tangents():
    made = tangent("""
    function f(x, c):
        y.1 = if c:
            y.0 = x * x
            yield y.0
        else:
            yield 3.0
        return y.1
    """)
    assert evaluate(made, 2.0, True, 10.0) == (4.0, 40.0)
    assert evaluate(made, 2.0, False, 10.0) == (3.0, 0.0)


def test_a_loop_carries_tangents_and_breaks_with_them():
    made = tangent("""
    function f(x, n):
        v.2 = for i.0 in n carry v.0 = x:
            v.1 = v.0 * v.0
            %0 = v.1 > 50
            if %0:
                break v.1
            yield v.1
        return v.2
    """)
    assert evaluate(made, 2.0, [1, 2], 1.0) == (16.0, 32.0)
    assert evaluate(made, 2.0, [1, 2, 3, 4], 1.0) == (256.0, 1024.0)
    assert evaluate(made, 2.0, [], 1.0) == (2.0, 1.0)


def test_a_constant_has_the_tangent_zero():
    assert evaluate(tangent("function f(x):\n    return 2.0"), 1.0, 1.0) == (2.0, 0.0)
    assert jvp(lambda x: np.ones(2), (1.0,), (1.0,))[1].tolist() == [0.0, 0.0]


def test_a_parameter_called_x_dot_is_the_users():
    def f(x, x_dot):
        return x * x_dot * x

    check(f, 0.5, 2.0)


def test_weighted_sums_keep_their_axis():
    def f(x):
        return np.sum(np.std(x, axis=0) * np.mean(x, axis=1, keepdims=True)) + np.sum(np.var(x, axis=(0, 1)))

    check(f, np.arange(6.0).reshape(2, 3) ** 1.3 + 0.1)


def test_lists_that_grow_have_tangents_that_grow():
    def f(x, n):
        xs = []
        for i in range(n):
            xs.append(x * (i + 1))
        s = 0.0
        for v in xs:
            s = s + v * v
        return s

    check(f, 0.3, 4)
    check(f, 0.3, 0)


def test_the_value_of_a_while_loop_with_a_walrus_and_an_else():
    def f(x):
        n = 0
        while (d := x * x) > 1.0:
            x = x * 0.8
            n += 1
            if n > 7:
                break
        else:
            x = x * d
        return x * d

    for x in (0.5, 2.0, 30.0):
        assert jvp(f, (x,), (1.0,))[0] == f(x)
    check(f, 2.0)


def test_returns_inside_loops_stay_where_they_are():
    def f(x, n):
        for i in range(n):
            x = x * 1.5
            if x > 2:
                return x * i
        return math.sin(x)

    text = JVP(f).source(0.5, 9)
    assert text.count("return ") == 2
    for x, n in ((0.5, 9), (0.5, 2), (0.5, 0)):
        check(f, x, n)


def test_the_tangent_of_an_array_has_its_shape():
    out, tangent = jvp(lambda x, y: x + np.zeros_like(y), (1.0, np.ones(3)), (2.0, np.zeros(3)))
    assert tangent.tolist() == [2.0, 2.0, 2.0] and tangent.flags.writeable


@pytest.mark.parametrize("n", [0, 1, 4])
def test_the_tangent_of_a_gradient_is_the_second_derivative(n):
    def f(x, n):
        v = x
        for i in range(n):
            v = 4 * v * (1 - v)
        return v * v

    gradient = grad(f)
    for x in (0.2, 0.7):
        h = 1e-5
        expected = (gradient(x + h, n) - gradient(x - h, n)) / (2 * h)
        assert jvp(gradient, (x, n), (1.0, 0))[1] == pytest.approx(expected, rel=1e-5)


def test_the_tangent_of_a_gradient_of_arrays_is_the_hessian_times_it():
    def f(w, X, t):
        z = X @ w
        return np.mean(np.logaddexp(0.0, z) - t * z)

    random = np.random.default_rng(0)
    X, w, v = random.normal(size=(6, 3)), random.normal(size=3), random.normal(size=3)
    t = np.array([0.0, 1.0, 1.0, 0.0, 1.0, 0.0])
    p = 1 / (1 + np.exp(-X @ w))
    hessian = (X * (p * (1 - p))[:, None]).T @ X / t.size
    product = jvp(grad(f), (w, X, t), (v, np.zeros_like(X), np.zeros_like(t)))[1]
    np.testing.assert_allclose(product, hessian @ v, rtol=1e-10)


def test_a_gradient_of_a_gradient():
    assert grad(grad(lambda x: math.sin(x) * x))(0.7) == pytest.approx(2 * math.cos(0.7) - 0.7 * math.sin(0.7))


def test_a_row_of_whole_numbers_has_a_row_of_zeros_for_its_tangent():
    def turned(q):
        t = np.eye(3)
        for angle in q:
            c, s = np.cos(angle), np.sin(angle)
            t = t @ np.array([[c, -s, c], [s, c, s], [0, 0, 1]])
        return np.sum(t[:2, 2] ** 2)

    check(turned, np.array([0.1, 0.4]))
    check_grads(turned, (np.array([0.1, 0.4]),))
