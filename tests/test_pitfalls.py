"""The mistakes that tools of this kind make, one test or more for each: what is followed is right in both modes, the rest is refused."""

from __future__ import annotations

import sys
import threading

import numpy as np
import pytest
from whole_functions import Case, agree, collecting

import wengert
from wengert import check_grads, grad, jvp, value_and_grad, vjp

CASES: dict[str, Case] = {}
case = collecting(CASES)
A = np.array([0.9, 0.5, 1.3, 0.7])


# the same name, the same operand


@case(0.7, 1.3)
def a_name_bound_to_a_product_with_itself(x, y):
    x = x * y
    x = x * x
    return x * y


@case(0.7, 1.3)
def two_names_that_change_places(a, b):
    for _ in range(3):
        a, b = b * a, a
    a, b = b, a
    return a * a * b


@case(A, 0.7)
def one_operand_twice(a, x):
    def times(u, v):
        return u * v

    s = a[0] * a[0] + times(x, x) + times(a[1], a[1])
    return s * s + a @ a


@case(A)
def an_item_given_to_two_parameters_that_are_both_used_twice(a):
    def both(u, v):
        return u * v + u * u * v

    return both(a[1], a[1]) * a[1]


@case(A, 0.7)
def overlapping_slices_of_one_array(a, x):
    b = a[1:]
    a[:-1] = b * x
    b += a[:-1]
    return np.sum(a * a)


# loops and branches


@case(0.7, 0)
def a_loop_of_no_turns(x, n):
    y = x
    for i in range(n):
        y = y * x * i
    return y * x


@case(0.7, 4)
def the_variable_of_a_loop_after_the_loop(x, n):
    for v in [x * k for k in range(n)]:
        y = v * v
    return y * v * x


@case(0.7, 3)
def a_name_of_one_branch_only(x, n):
    for i in range(n):
        if i == 1:
            t = x * x
        if i > 1:
            x = x + t * i
    return x * t


@case(0.7, 4)
def what_a_turn_defines_begins_anew_in_each_turn(x, n):
    s = 0.0
    for i in range(n):
        t = x * i
        if i % 2:
            t = t * t
        s = s + t * s + t
    return s


@case(2.0, 1e-9)
def a_loop_that_breaks_on_a_tolerance_has_the_gradient_of_the_turns_that_ran(x, tolerance):
    y = 1.0
    k = 0
    while True:
        new = 0.5 * (y + x / y)
        k += 1
        if abs(new - y) < 0.01:
            break
        y = new
    return new * k


def test_a_name_that_no_branch_defined_raises_what_the_function_raises():
    def f(x):
        if x > 1:
            y = x * x
        return y

    assert grad(f)(2.0) == 4.0
    for call in (f, value_and_grad(f), lambda x: jvp(f, (x,), (1.0,))):
        with pytest.raises(UnboundLocalError, match="y"):
            call(0.5)


# kinds of numbers


def test_arrays_of_ints_are_refused_where_a_derivative_is_asked_and_taken_where_none_is():
    def f(x, k):
        return np.sum(x * k)

    assert np.array_equal(grad(f)(A, np.arange(4)), np.arange(4.0))
    with pytest.raises(wengert.Error, match="W061"):
        grad(f, argnums=1)(A, np.arange(4))


@case(A, np.array([2, 0, 0]), 2)
def comparisons_indices_and_shapes_carry_no_derivative(a, i, k):
    s = float(a.size) * (a[0] > a[1]) * a[i[k]] + len(a) * np.argmax(a)
    return s * a.shape[0] + a[a > 0.8] @ a[a > 0.8]


@pytest.mark.parametrize("f", [lambda x: np.sum(2.0 * x * x), lambda x: np.sum(np.sin(x) * 0.5 + 1.0), lambda x: (x * np.pi).mean()])
def test_float32_stays_float32_in_both_modes(f):
    x = A.astype(np.float32)
    value, gradient = value_and_grad(f)(x)
    assert gradient.dtype == np.float32 and gradient.shape == x.shape
    assert type(value) is type(f(x)) is type(jvp(f, (x,), (np.ones_like(x),))[1])


@pytest.mark.parametrize("x", [0.7, np.float64(0.7), np.array(0.7)], ids=["float", "numpy scalar", "array of no axes"])
def test_a_gradient_is_a_number_or_an_array_as_the_argument_is(x):
    gradient = grad(lambda x: x * x)(x)
    assert type(gradient) is type(x) and gradient == 1.4


# NaN, infinity and the order of operations


def test_a_branch_that_does_not_run_makes_no_nan():
    def f(x):
        return x * np.sqrt(x) if x > 0 else 0.0 * x

    assert grad(f)(0.0) == 0.0 and jvp(f, (0.0,), (1.0,))[1] == 0.0


def test_the_dead_side_of_a_where_makes_no_nan():
    def f(x):
        return np.sum(np.where(x > 0, np.sqrt(np.where(x > 0, x, 1.0)), 0.0) + np.where(x > 0, np.log(np.where(x > 0, x, 1.0)), x))

    with np.errstate(all="ignore"):
        assert np.array_equal(grad(f)(np.array([0.0, 4.0, -1.0])), [1.0, 0.5, 1.0])


def test_infinities_and_nans_of_the_value_are_those_of_the_function():
    def f(x, y):
        return (x - x) + 0.0 * y + (x + y) - x

    for x, y in ((np.inf, 1.0), (np.nan, 1.0), (1e300, 1e-300), (1e16, 1.0)):
        value, gradient = value_and_grad(f, argnums=(0, 1))(x, y)
        assert np.array_equal(value, f(x, y), equal_nan=True) and np.isfinite(gradient).all()


# lists and sorting


@case([0.3, 0.5], 0.7, 3)
def a_list_that_grows_and_shrinks(xs, x, n):
    for i in range(n):
        xs.append(x * x + i)
    ys = [x, 2 * x, x * x, xs[0]]
    last = ys.pop()
    first = ys.pop(0)
    return last * first + xs[-1] * len(xs) * ys[-1]


@case(A, 0.7)
def an_array_sorted_in_place(a, x):
    a *= x
    a.sort()
    return a[0] * a[0] + a[-1] * a[1]


# exceptions


@case(0.7, 5)
def an_exception_that_the_body_raises_before_it_has_changed_anything(x, n):
    try:
        y = [x, x * x][n]
    except IndexError:
        y = x * x * x
    finally:
        x = 2 * x
    return y * x


def test_an_exception_after_a_change_that_the_handler_reads_is_right_or_leaves_the_derivative():
    def f(x, n):
        y = x
        try:
            y = y * x
            z = 1 / (n - 3)
        except ZeroDivisionError:
            z = y * 2
        return z * y

    try:
        found = grad(f)(0.7, 3)
    except ZeroDivisionError:
        return
    assert found == pytest.approx(8 * 0.7**3)


# what is shared


TOTAL = [0.0]
BUFFER, STEPS = np.zeros(3), np.ones(3)
SCALE = 3.0


@case(0.7)
def a_global_that_is_read(x):
    return SCALE * x * SCALE


def test_a_differentiated_value_in_a_global_is_refused_and_never_a_zero():
    def bound(x):
        global SCALE
        SCALE = x * x
        return SCALE * x

    def put(x):
        TOTAL[0] = x * x
        return TOTAL[0] * x

    def grown(x):
        TOTAL.append(x * x)
        return TOTAL[-1] * x

    def through_a_view(x):
        BUFFER[1:][0] = x
        return np.sum(BUFFER) * x

    for f in (bound, put, grown, through_a_view):
        for call in (grad(f), lambda x, f=f: jvp(f, (x,), (1.0,))):
            with pytest.raises(wengert.Error, match="W014"):
                call(0.7)
    assert SCALE == 3.0 and TOTAL == [0.0] and not BUFFER.any()


def test_a_global_array_that_is_written_is_read_in_the_reverse_sweep_as_it_was():
    def f(x):
        s = np.sum(np.sin(x * STEPS))
        STEPS[0] += 5.0
        return s * x * STEPS[0]

    def value_at(x):
        STEPS[:] = 1.0
        return f(x)

    difference = (value_at(0.7 + 1e-6) - value_at(0.7 - 1e-6)) / 2e-6
    STEPS[:] = 1.0
    assert grad(f)(0.7) == pytest.approx(difference, rel=1e-7)
    assert np.array_equal(STEPS, [6.0, 1.0, 1.0])


def test_a_default_that_is_changed_with_differentiated_values_is_refused():
    def f(x, kept=[]):  # noqa: B006
        kept.append(x * x)
        return kept[-1] * len(kept)

    try:
        found = grad(f)(0.7)
    except wengert.Error:
        assert f.__defaults__ == ([],)
    else:
        assert found == pytest.approx(1.4) and len(f.__defaults__[0]) == 1


@case(0.7)
def defaults_are_bound_when_the_function_is_defined(x):
    k = 2.0

    def g(t, k=k, *, m=x):
        return t * k * m

    k = 5.0
    x = x * x
    return g(x) * k


def test_random_numbers_are_drawn_once_and_the_same_are_used_in_the_reverse_sweep():
    def f(x, rng):
        s = 0.0
        for _ in range(3):
            s = s + rng.normal() * x * x
        return s

    rng, other = np.random.default_rng(5), np.random.default_rng(5)
    value, gradient = value_and_grad(f)(0.7, rng)
    assert value == f(0.7, other) and gradient == pytest.approx(2 * value / 0.7)
    assert rng.normal() == other.normal()


def test_prints_and_asserts_happen_once(capsys):
    def f(x):
        assert x > 0, "positive"
        for i in range(2):
            print("turn", i)
            x = x * x
        return x

    assert grad(f)(0.5) == 0.5
    assert capsys.readouterr().out == "turn 0\nturn 1\n"
    with pytest.raises(AssertionError, match="positive"):
        grad(f)(-0.5)


@case(0.7, 3)
def what_the_kinds_decide_is_decided_before(x, n):
    try:
        import no_such_module_anywhere as fast
    except ImportError:
        fast = None
    if fast is not None or hasattr(x, "detach") or not isinstance(n, int):
        return fast.sin(x)
    return np.sin(x) * n


# generators


@case(0.7, 4)
def a_generator_taken_up_at_once(x, n):
    def powers():
        p = x
        while True:
            yield p
            p = p * x

    s = 0.0
    for k, p in enumerate(powers()):
        if k == n:
            break
        s += p * k
    return s + sum(x * i for i in range(n))


def test_a_generator_that_outlives_its_line_is_refused():
    def f(x):
        g = (x * i for i in range(3))
        return next(g) + next(g)

    with pytest.raises(wengert.Error, match="W012"):
        grad(f)(0.7)


# depth, threads, identity


def test_many_turns_need_no_recursion_and_a_recursion_is_as_deep_as_the_functions_own():
    def turns(x, n):
        for _ in range(n):
            x = np.sin(x) + x * 0.1
        return x

    def deep(x, n):
        return x if n == 0 else deep(np.sin(x), n - 1)

    limit = sys.getrecursionlimit()
    assert np.isfinite(grad(turns)(0.7, 20 * limit))
    assert np.isfinite(grad(deep)(0.7, limit // 2))


def test_a_pullback_may_be_called_again_and_from_two_threads_whatever_became_of_the_arguments():
    def f(a, x):
        for i in range(1, len(a)):
            a[i] = a[i - 1] * a[i] * x
        return a

    a = A.copy()
    value, pullback = vjp(f, a, 0.7)
    first = pullback(np.ones(4))
    value[:] = a[:] = 99.0
    found: list[object] = [None, None]

    def work(k):
        found[k] = pullback(np.ones(4))

    threads = [threading.Thread(target=work, args=(k,)) for k in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for again in (*found, pullback(np.ones(4))):
        assert np.array_equal(again[0], first[0]) and again[1] == first[1]


@pytest.mark.parametrize("derivative", [lambda f: lambda *args: vjp(f, *args)[0], lambda f: lambda *args: jvp(f, args, tuple(map(np.ones_like, args)))[0]])
def test_results_are_the_objects_that_the_function_returns(derivative):
    def f(a, b):
        a *= 2.0
        pair = (a, b)
        return {"same": a, "pair": pair, "list": [a, a]}

    a, b = A.copy(), A + 1
    out = derivative(f)(a, b)
    assert out["same"] is a and out["pair"][0] is a and out["pair"][1] is b and out["list"][0] is out["list"][1] is a


@pytest.mark.parametrize("name", CASES)
def test_both_modes_agree_with_differences(name):
    agree(*CASES[name])


def test_the_orders_after_the_first_are_right_too():
    for name in ("one_operand_twice", "what_a_turn_defines_begins_anew_in_each_turn", "two_names_that_change_places"):
        function, args = CASES[name]
        check_grads(function, args, order=2)
