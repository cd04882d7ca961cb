"""Derivatives of control flow and containers: all modes against differences and each other (`programs/differences.py`)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from differences import check

from wengert import grad, value_and_grad, vjp


@pytest.fixture(autouse=True)
def no_cache_on_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WENGERT_CACHE_DIR", "")


# branches


@pytest.mark.parametrize("x", [0.7, 1.7])
def test_a_branch_is_undone_by_a_branch_on_the_same_test(x):
    def f(x, y):
        if x > 1:
            z = x * y
        else:
            z = math.exp(x) - y
        return z * z

    check(f, x, 2.0)


@pytest.mark.parametrize("x", [-0.5, 0.2, 0.5, 1.5])
def test_early_returns_each_have_their_own_reverse_sweep(x):
    def f(x):
        if x < 0:
            return -x
        y = x * x
        if y > 1:
            return y
        z = math.sin(y)
        if z > 0.2:
            if x > 0.4:
                return z * x
            return z
        return z * y

    check(f, x)


@pytest.mark.parametrize("x", [0.5, 1.5, 2.5])
def test_a_flag_set_in_one_branch_is_asked_below(x):
    def f(x):
        if x < 1:
            k, y = 0, x * x
        elif x < 2:
            k, y = 1, math.exp(x)
        else:
            k, y = 2, x
        if k == 0:
            y = y * x
        elif k == 1:
            y = y + x
        return y * y

    check(f, x)


def test_conditional_expressions_and_boolean_operators_of_numbers():
    def f(x, n):
        y = x if n > 2 and x < 1 else -x
        z = (x or y) * (y and x)
        return y * z if 0 < x < 1 else 0.0

    check(f, 0.4, 3)
    check(f, 0.4, 1)
    check(f, 1.4, 3)


@pytest.mark.parametrize("c", [True, False, 3, 0])
def test_a_name_defined_in_one_branch_only(c):
    def f(x, c):
        if c:
            y = x * x
        z = x
        if c:
            z = z * y
        return z

    check(f, 0.5, c)


def test_a_test_whose_operands_are_assigned_again_is_answered_as_it_was():
    def f(x, n):
        s = 1.0
        for i in range(n):
            t = x * s
            c = t > 0.7
            if c:
                x = x - 0.3 * s
            t = x + 1
            if c and x > 0.1:
                s = s * t
            else:
                s = s + 0.1 * t
        return s * x

    check(f, 0.4, 6)


def test_a_test_of_a_reduction_is_recorded():
    def f(x):
        s = 0.0
        for i in range(4):
            if np.sum(x) > 2.0:
                x = x * 0.7
            else:
                x = x * 1.3 + x[0]
            s = s + np.sum(x * x)
        return s

    check(f, np.array([0.1, 0.9, 0.4]))


def test_raises_asserts_and_prints_happen_once(capsys):
    def f(x, n):
        assert n > 0, f"{n}"
        if x < 0:
            raise ValueError("negative")
        y = x * n
        print("y")
        return y * y

    assert grad(f)(1.5, 2) == 12.0
    assert capsys.readouterr().out == "y\n"
    with pytest.raises(ValueError, match="negative"):
        grad(f)(-1.0, 2)
    with pytest.raises(AssertionError, match="0"):
        grad(f)(1.0, 0)


# loops


@pytest.mark.parametrize("n", [0, 1, 5])
def test_a_loop_of_any_number_of_turns(n):
    def f(x, n):
        v = x
        for i in range(n):
            v = 0.9 * v * (2 - v)
        return v

    check(f, 0.3, n)


@pytest.mark.parametrize("n", [0, 5])
def test_the_loop_variable_read_after_the_loop_keeps_its_last_value(n):
    def f(x, n):
        i = 10
        s = x
        for i in range(n):
            s = s * (i + 0.5)
        return s * i

    check(f, 0.3, n)


def test_an_active_loop_variable_read_after_the_loop():
    def f(x):
        s = 0.0
        e = 2.0
        for e in x:
            s = s + e * e * s + e
        return s * e

    check(f, np.array([0.5, 1.5, -0.3]))


@pytest.mark.parametrize("shape", [(3, 4), (0, 4), (4, 0), (1, 1)])
def test_nested_loops_with_and_without_turns(shape):
    def f(x, n, m):
        s = 1.0
        for i in range(n):
            y = x
            for j in range(m):
                y = math.sin(y) + s
            s = s * y
        return s

    check(f, 0.5, *shape)


@pytest.mark.parametrize(("x", "n"), [(0.9, 6), (0.9, 2), (0.9, 0)])
def test_break_and_the_else_of_a_loop(x, n):
    def f(x, n):
        for i in range(n):
            x = x * 1.3
            if x > 2:
                break
            x = math.sin(x) + x
        else:
            x = x * x
        return x

    check(f, x, n)


def test_continue_in_several_branches():
    def f(x, n):
        s = 0.0
        for i in range(n):
            if i % 3 == 1:
                continue
            if x > 2:
                x = x / 2
                continue
            s = s + x * i
            x = x * 1.5
        return s * x

    check(f, 0.9, 7)


def test_a_while_loop_with_break_continue_and_else():
    def f(x, n):
        i = 0
        while i < n:
            i += 1
            if x > 3:
                break
            if i == 2:
                continue
            x = x * 1.4
        else:
            x = x * x
        return x

    check(f, 0.5, 3)
    check(f, 2.6, 3)
    check(f, 0.5, 0)


@pytest.mark.parametrize(("x", "n"), [(0.5, 3), (0.5, 0), (2.5, 3), (1.2, 30)])
def test_returns_inside_of_loops(x, n):
    def f(x, n):
        if n == 0:
            return x * x
        for i in range(n):
            if x > 2:
                return x * 3 * i
            x = x * 1.1
            for j in range(2):
                if x > 1.9:
                    return x * x * j
                x = x + 0.01 * x
        return x

    check(f, x, n)


def test_exits_of_nested_loops_belong_to_their_own_loop():
    def f(x, n):
        s = 0.0
        for i in range(n):
            for j in range(n):
                if j > i:
                    break
                if (i + j) % 2:
                    continue
                for k in range(j):
                    s = s + x * s
                    if s > 5:
                        break
                else:
                    s = s + x * k if j > 0 else s + x
                x = x * 1.01
            else:
                s = s * x
                continue
            s = s - x * x
        return s

    check(f, 0.3, 3)


@pytest.mark.parametrize("x", [0.5, 1.5])
def test_a_name_that_has_no_value_in_the_first_turn(x):
    def f(x, n):
        for i in range(n):
            if i == 0:
                y = x * x
            else:
                y = y * x + y
            if x > 1:
                z = y
                x = x * 0.9
            else:
                x = x * 1.3
                z = x
        return y * z

    check(f, x, 4)


def test_values_swapped_from_turn_to_turn():
    def f(x, y):
        a, b = x, y
        for i in range(4):
            if i % 2 == 0:
                a, b = b * x, a + b
            else:
                continue
            a = a + 0.1
        return a * b

    check(f, 0.5, 0.7)


def test_augmented_assignment_of_numbers_rebinds():
    def f(x, y):
        z = x
        x += y
        x *= x
        y -= x
        y /= x
        x **= 2
        return x * y + z

    check(f, 2.0, 3.0)


@pytest.mark.parametrize("n", [0, 2, 3])
def test_a_carried_array(n):
    def f(x, n):
        s = 0.0
        for i in range(n):
            s = s + x * i * s + x
        return np.sum(s)

    check(f, np.array([0.5, 1.5]), n)


def test_a_carried_number_that_becomes_an_array_in_some_turn():
    def f(a, x):
        s = 0
        for i in range(3):
            s = s + a * i
            if i > 1:
                s = s * x
        return np.sum(s)

    check(f, 0.5, np.array([1.0, 2.0]))


def test_a_carried_value_that_begins_as_none():
    def f(x, n):
        best = None
        for i in range(n):
            v = math.sin(x * i)
            if best is None or v > best:
                best = v
        return best * x

    check(f, 0.5, 4)


def test_carried_tuples_and_dicts():
    def f(t, x, n):
        state = {"p": x, "v": 1.0}
        for i in range(n):
            a, (b, c) = t
            t = (a * b, (c, a + b))
            state = {"p": state["p"] + 0.1 * state["v"], "v": state["v"] - 0.1 * math.sin(state["p"])}
        return t[0] * t[1][1] + state["p"] * state["v"]

    check(f, (1.0, (2.0, 3.0)), 0.2, 3)


def test_the_second_loop_begins_where_the_first_one_ended():
    def f(x, n):
        for i in range(n):
            x = math.sin(x) * 1.2
        y = x
        for i in range(n, 0, -2):
            y = y * x + i
        return y * x

    check(f, 0.4, 5)


# what is iterated


@pytest.mark.parametrize("xs", [[0.3, 0.5, 0.7], [0.3], (0.3, 0.5, 0.7), np.array([0.3, 0.5, 0.7])])
def test_the_items_of_lists_tuples_and_arrays(xs):
    def f(xs):
        s = 0.0
        for x in xs:
            s = s * x + x
        return s

    check(f, xs)


@pytest.mark.parametrize("xs", [[0.3, 0.5, 0.7], (0.3, 0.5)])
def test_zip_stops_with_the_shortest(xs):
    def f(xs, ys):
        s = 1.0
        for x, y in zip(xs, ys):
            s = s * x + y * y
        return s

    check(f, xs, np.array([1.0, 2.0, 3.0]))
    check(f, xs, np.array([1.0]))


def test_enumerate_with_and_without_a_start():
    def f(xs, ys):
        s = 1.0
        for k, x in enumerate(xs):
            s = s * x * (k + 1)
        for k, y in enumerate(ys, 2):
            s = s + y * y * k
        for k, (x, y) in enumerate(zip(xs, ys)):
            s = s + y * x * k
        return s

    check(f, [0.3, 0.5, 0.7], np.array([1.0, 2.0, 3.0]))


def test_reversed_lists_arrays_and_negative_steps():
    def f(xs, ys):
        s = 1.0
        for x in reversed(xs):
            s = s * x + x
        for y in reversed(ys):
            s = s * y + y
        for y in ys[::-1]:
            s = s * y + y
        return s

    check(f, [0.3, 0.5, 0.7], np.array([1.0, 2.0, 3.0]))


def test_a_loop_over_items_that_may_break():
    def f(xs, limit):
        s = 0.0
        for x in xs:
            s = s + x * x
            if s > limit:
                break
        return s * xs[0]

    check(f, np.array([0.5, 0.7, 0.9]), 0.6)
    check(f, [0.5, 0.7, 0.9], 0.6)


def test_rows_of_an_array():
    def f(m):
        s = 0.0
        for row in m:
            s = s + np.sum(row) * s
            for v in row:
                s = s + v * v * s + v
        return s

    check(f, np.arange(6.0).reshape(2, 3) * 0.1 + 0.1)


def test_lists_of_lists_and_of_tuples():
    def f(rows, pairs):
        s = 0.0
        for row in rows:
            for x in row:
                s = s * x + x
        for a, b in pairs:
            s = s * a + b
        for a, b in pairs:
            s = s * b + a
        return s

    check(f, [[1.0, 2.0], [3.0, 4.0]], [(1.0, 2.0), (3.0, 4.0)])


def test_a_list_of_dicts_of_parameters():
    def f(layers):
        h = np.array([0.1, 0.2])
        for p in layers:
            h = np.tanh(h * p["w"] + p["b"])
        return np.sum(h)

    check(f, [{"w": np.array([1.0, 2.0]), "b": 0.5}, {"w": np.array([3.0, 4.0]), "b": 0.7}])


def test_one_list_read_in_several_ways_gets_the_sum_of_its_adjoints():
    def f(xs, k):
        tail = xs[1:]
        s = tail[0] * xs[0] * tail[1]
        for x in xs:
            s = s * x
        for x in xs[::-1]:
            s = s + x * x
        return s * xs[k]

    check(f, [0.3, 0.5, 0.7], 2)


def test_a_list_of_arrays_gets_arrays_of_its_own():
    def f(xs):
        s = 0.0
        for x in xs:
            s = s + np.sum(x * x)
        for x in xs:
            s = s * x[0]
        return s

    check(f, [np.array([1.0, 2.0]), np.array([3.0, 4.0])])


# containers and unpacking


def test_a_tree_of_parameters_gives_a_tree_of_gradients():
    def f(p):
        a, (b, c) = p["t"][0], p["t"][1]
        return np.sum(p["w"] ** p["n"]) * p["b"] * a * b + c

    check(f, {"w": np.array([1.0, 2.0]), "b": 0.5, "n": 3, "name": "p", "none": None, "t": (1.5, [2.0, 2.5])})


def test_containers_built_and_taken_apart():
    def f(x, y):
        d = {"a": x, "b": [y, x * y]}
        t = (d["a"], d["b"][1], d["b"])
        return t[0] * t[1] * t[2][0] * t[-1][-1]

    check(f, 0.3, 0.5)


def test_star_unpacking():
    def f(t):
        a, *b, c = t
        s = a * c
        for x in b:
            s = s * x + b[0]
        return s

    check(f, (0.3, 0.5, 0.7, 0.9))
    check(f, [0.3, 0.5, np.float64(0.7), 0.9])
    check(f, [0.3, 0.5, 0.7, 0.9])
    check(f, [0.3, 0.5, 0.7])


def test_unpacking_an_array():
    def f(x):
        a, b, c = x
        return a * b + c

    check(f, np.array([0.3, 0.4, 0.5]))


def test_results_that_are_trees_take_trees_of_cotangents():
    def f(p, y):
        return {"u": p["a"] * p["b"][0], "v": p["b"], "w": (y, [y * y, 3], "s")}

    check(f, {"a": 1.0, "b": [2.0, 3.0]}, 0.5)


# arrays read by index


def test_slices_are_scattered_back():
    def f(x, k):
        a = x[k:]
        b = x[:-k]
        c = x[::2]
        d = a * b
        return np.sum(d * d) + np.sum(c) * x[k] * x[-1]

    check(f, np.arange(6.0) + 0.3, 2)


def test_repeated_integer_indices_add_up():
    def f(x, i):
        y = x[i]
        return np.sum(y * y * y)

    check(f, np.arange(6.0) + 0.3, np.array([0, 2, 2, 5]))
    assert grad(lambda x, i: np.sum(x[i]))(np.zeros(3), np.array([1, 1, 1])).tolist() == [0.0, 3.0, 0.0]


def test_mixed_indices_masks_and_new_axes():
    def f(x, i):
        s = np.sum(x[i] * x[i, 1:3][..., 0:1][..., None]) + np.sum(x[i, i])
        return s + np.sum(x[1] * x[:, 2][0]) + np.sum(x[..., None, 1]) + np.sum(x[x > 0.5] ** 2)

    check(f, np.arange(12.0).reshape(3, 4) * 0.1 + 0.07, np.array([[0, 1], [1, 1]]))


def test_elements_read_in_a_while_loop():
    def f(x):
        i = 0
        s = 0.0
        while i < len(x):
            s = s + x[i] * s + x[-1 - i]
            i += 1
        return s

    check(f, np.array([0.3, 0.4, 0.5]))


# broadcasting


def test_broadcasting_of_every_pattern_is_undone():
    def f(a, b, c, d, e, g, h):
        z = a * b + c / d - e * g * h
        w = b * c * d
        return np.sum(z * w) * e + g + h

    arrays = np.array([[0.5, 1.5], [2.0, 3.0]]), np.array([1.0, 2.0]), np.array([[1.0], [3.0]]), np.array([[0.7]])
    check(f, *arrays, 0.4, np.float64(2.0), np.array(0.3))


def test_broadcasting_against_an_axis_of_length_one():
    def f(x, y, z):
        s = np.sum(x * y) + np.sum(x / y[0]) + np.sum((x + y).T * y.T)
        for i in range(2):
            x = x * z + x
        return np.sum(x) * s

    check(f, np.arange(5.0) + 0.1, np.array([[1.0, 2.0, 3.0, 4.0, 5.0]]), np.array([2.0]))


def test_lengths_that_no_kind_can_tell_are_undone_by_unbroadcast():
    def f(x, n):
        s = 0.0
        for i in range(1, n):
            a = x[:i] * x[i : i + 1]
            b = x[:i] + x[0]
            s = s + np.sum(a * b)
        return s

    def g(x, n):
        a = x[: n - 1]  # of length 1
        b = a * x
        c = x[:, : n - 1] / x
        return np.sum(b * c * (a + c))

    check(f, np.arange(6.0) + 0.3, 5)
    check(g, np.arange(6.0).reshape(2, 3) + 0.1, 2)
    assert "unbroadcast" in grad(g).source(np.ones((2, 3)), 2)


def test_a_number_against_arrays_gets_a_number():
    def f(a, x):
        y = a
        for i in range(3):
            y = y * x + a
        return np.sum(y)

    check(f, 0.5, np.array([1.0, 2.0]))
    check(f, np.float64(0.5), np.array([1.0, 2.0]))


# types


def test_a_python_float_gets_a_python_float():
    def f(x, a):
        return np.sum(np.sin(a) * x) * x

    gradient = grad(f)(0.5, np.array([1.0, 2.0]))
    assert type(gradient) is float
    value, gradients = value_and_grad(lambda t, y: t[0] * y[0] + t[1] * y[1], 0)((1.0, 2.0), np.array([3.0, 4.0]))
    assert [type(g) for g in gradients] == [float, float]


def test_float32_stays_float32():
    def f(x, w, n):
        h = x
        for i in range(n):
            h = np.tanh(h * w + 0.5) * np.mean(h)
        return np.sum(h[1:]) + h[0] * 2

    x, w = np.array([0.3, 0.5, 0.7], np.float32), np.array([[1.5, 0.5, 0.1]], np.float32)[0]
    out, (x_bar, w_bar) = value_and_grad(f, (0, 1))(x, w, 3)
    assert (out.dtype, x_bar.dtype, w_bar.dtype) == (np.float32,) * 3
    exact = grad(f, (0, 1))(x.astype(np.float64), w.astype(np.float64), 3)
    np.testing.assert_allclose(x_bar, exact[0], rtol=1e-4)
    np.testing.assert_allclose(w_bar, exact[1], rtol=1e-4)
    assert type(grad(f)(np.float32(0.5) * np.ones(2, np.float32), w[:2], 1)) is np.ndarray


def test_a_float32_scalar_times_a_float64_array_gets_a_float32():
    x_bar = grad(lambda x, a: np.sum(x * a))(np.float32(0.5), np.array([1.0, 2.0]))
    assert type(x_bar) is np.float32 and x_bar == 3


# aliases


def test_gradients_alias_neither_arguments_nor_each_other():
    def f(x, y):
        a = x
        b = a + 0
        c = x.reshape(2)
        d = c[:]
        return a, b, c, d * y, y

    def g(x, y):
        z = x + y
        return np.sum(z + z + x)

    check(f, np.array([0.3, 0.5]), np.array([0.2, 0.5]))
    check(g, np.array([0.3, 0.5]), np.array([0.2, 0.5]))
    check(lambda x, y: x + y, np.array([0.3, 0.5]), np.array([0.2, 0.5]))
    check(lambda x: (x.reshape(2, 2).T, x[1:], x), np.arange(4.0))
    check(lambda xs: (xs, xs[0], xs), [np.array([0.3, 0.5]), np.array([0.1, 0.5])])


def test_the_callers_cotangent_is_never_written():
    def f(x):
        y = x
        for i in range(3):
            y = y + x
        return y, x

    out, pullback = vjp(f, np.ones(2))
    cotangent = np.ones(2)
    first, second = pullback((cotangent, cotangent)), pullback((cotangent, cotangent))
    assert cotangent.tolist() == [1.0, 1.0]
    assert first[0].tolist() == second[0].tolist() == [5.0, 5.0]


def test_the_cotangent_of_a_list_is_never_written():
    def f(xs: Any, k: int) -> Any:
        return xs, xs[k], xs[0]

    xs = [np.ones(2), np.ones(2)]
    out, pullback = vjp(f, xs, 0)
    cotangent = ([np.ones(2), np.ones(2)], np.ones(2), np.ones(2))
    for _ in range(2):
        assert [a.tolist() for a in pullback(cotangent)[0]] == [[3.0, 3.0], [1.0, 1.0]]


# helpers


def test_helpers_and_inner_functions():
    def f(x, n):
        def inner(a, b):
            if a > 1:
                return a * b
            return a - b * x

        square = lambda y: y * y + n
        s = 0.0
        for i in range(n):
            s = s + inner(x * i, 2.0) + inner(x, b=s)
        return square(s * 0.1)

    check(f, 0.6, 3)


def test_a_reduction_with_and_without_keepdims():
    def f(x, y):
        m = np.mean(x, axis=1, keepdims=True)
        s = np.std(x, axis=0)
        z = (x - m) / s
        return np.sum(z @ y) + np.max(x) * np.min(y) + np.prod(y)

    check(f, np.arange(6.0).reshape(2, 3) ** 1.5 + 0.1, np.arange(3.0) + 0.5)
