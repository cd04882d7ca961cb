"""Programs that once had a wrong gradient, each as small as it could be made, against differences."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest

from wengert import AliasError, UnsupportedSyntax, check_grads, grad, hessian, jacfwd, jacrev, jvp, value_and_grad
from wengert.rules import op_of


def an_exit_two_branches_deep_is_not_dropped(x):
    count = 0
    while count < 4:
        count += 1
        x /= 1.81
        if count != 2:
            if count > 0:
                continue
        for _ in range(3):
            x = 0.6 * x + 0.3 * math.sin(x)
    return math.tanh(x)


def what_a_branch_that_may_leave_defines_is_saved_only_where_it_is_defined(x):
    y = x
    for i in range(3):
        if i == 2:
            break
        else:
            z = y + x
        y = z * z
    return y


def a_line_that_another_line_still_adds_to_is_not_sunk_into_a_branch(x):
    c = math.sin(x)
    kept = [c * c, math.cos(c)]
    if x > 0.1:
        y = c * 2
    else:
        y = x
    return y * kept[-1]


def the_value_of_a_break_varies(x):
    for i in range(4):
        if i > 1:
            return x * math.cos(x)
        x = x * 1.5
    return x


def an_element_of_a_container_varies(x):
    s = 0.0
    for a, b in zip((x, 0.5, x * x), reversed([x, 2.0, 3.0])):
        s += a * b
    return s


def a_name_of_some_turns_only_can_be_saved(x):
    for i in range(3):
        if i == 1:
            w = math.sin(x)
        elif i == 2:
            x = x * w
    return x


def a_star_takes_items_of_a_list(x):
    x, *rest, y = [x * 2, math.sin(x), x * x, 0.5]
    return x * rest[0] + rest[-1] * y


def a_list_of_known_length_is_read_by_number(x):
    m = [x, 3.0, x * x]
    s = 0.0
    for i in range(3):
        s = s + m[i] * m[i - 1]
    return s


def a_tuple_is_read_by_number_in_a_loop_in_a_branch(x):
    m = (x, 3.0, x * x)
    s = 0.0
    for i in range(3):
        for j in range(2):
            if m[j] > 0.5:
                s = s + m[i] * m[j]
    return s * m[0]


def a_list_of_known_length_is_walked_over(x):
    s = 0.0
    for v in [x, 2.0, x * x]:
        s += v * v
    return s


def powers(n, xs):
    cs = [0.0] * len(xs)
    for i in range(len(xs)):
        cs[i] = 1.0 / (2.0 - xs[i])
    if n == 0:
        return cs[0] * cs[-1]
    return powers(n - 1, xs) * cs[1]


def a_recursive_function_reads_a_list_by_number(x):
    return powers(2, [x, 3.0, x * x])


def a_list_is_written_by_number_where_it_has_a_number_of_the_text(x):
    cs = [0.0] * 3
    for i in range(3):
        cs[i] = x * i
        cs[i] += x * x
    return cs[0] * cs[1] + cs[2]


def both_branches_of_an_if_leave_and_one_of_them_goes_on_with_the_loop(x):
    s = x
    for i in range(5):
        if i >= 3:
            if i < 4:
                s = s * s
                continue
            else:
                s = s * 3
                break
        s = s * x
    return s


def a_branch_leaves_the_loop_where_the_other_one_raises(x):
    s = x
    for i in range(5):
        s = s * x
        if i >= 3:
            if i == 3:
                return s * s
            else:
                raise ValueError(i)
    return s


def a_list_is_appended_to_in_one_branch_only(x):
    a = [x, x * x]
    if x < 0.5:
        a.append(x ** 3)
    a.append(2 * x)
    if x > 0.5:
        a.append(x * x)
    return sum(v * v for v in a) * a[-1]


PROGRAMS = [
    both_branches_of_an_if_leave_and_one_of_them_goes_on_with_the_loop,
    a_branch_leaves_the_loop_where_the_other_one_raises,
    a_list_is_appended_to_in_one_branch_only,
    an_exit_two_branches_deep_is_not_dropped,
    what_a_branch_that_may_leave_defines_is_saved_only_where_it_is_defined,
    a_line_that_another_line_still_adds_to_is_not_sunk_into_a_branch,
    the_value_of_a_break_varies,
    an_element_of_a_container_varies,
    a_name_of_some_turns_only_can_be_saved,
    a_star_takes_items_of_a_list,
    a_list_of_known_length_is_read_by_number,
    a_tuple_is_read_by_number_in_a_loop_in_a_branch,
    a_list_of_known_length_is_walked_over,
    a_list_is_written_by_number_where_it_has_a_number_of_the_text,
]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_right_in_both_modes_and_again(program: Callable[[float], Any]) -> None:
    step = 1e-6
    for x in (0.3, 0.7):
        quotient = (program(x + step) - program(x - step)) / (2 * step)
        assert grad(program)(x) == pytest.approx(quotient, rel=1e-7)
        assert jvp(program, (x,), (1.0,))[1] == pytest.approx(quotient, rel=1e-7)
        slope = grad(program)
        again = (slope(x + step) - slope(x - step)) / (2 * step)
        assert grad(slope)(x) == pytest.approx(again, rel=1e-6, abs=1e-8)
        assert jvp(slope, (x,), (1.0,))[1] == pytest.approx(again, rel=1e-6, abs=1e-8)


def test_a_recursive_function_that_reads_a_list_by_number_is_right() -> None:
    step, program = 1e-6, a_recursive_function_reads_a_list_by_number
    quotient = (program(0.3 + step) - program(0.3 - step)) / (2 * step)
    assert grad(program)(0.3) == pytest.approx(quotient, rel=1e-7)
    assert jvp(program, (0.3,), (1.0,))[1] == pytest.approx(quotient, rel=1e-7)


def test_a_sum_over_an_axis_keeps_its_axis_in_the_tangent() -> None:
    def loss(w):
        return np.sum(np.tanh(np.sum(w * w, axis=0)))

    w, direction = np.arange(6.0).reshape(2, 3) / 7, np.ones((2, 3))
    quotient = (loss(w + 1e-6 * direction) - loss(w - 1e-6 * direction)) / 2e-6
    assert jvp(loss, (w,), (direction,))[1] == pytest.approx(quotient, rel=1e-7)
    again = (grad(loss)(w + 1e-6 * direction) - grad(loss)(w - 1e-6 * direction)) / 2e-6
    np.testing.assert_allclose(jvp(grad(loss), (w,), (direction,))[1], again, rtol=1e-6)


def test_a_derivative_of_a_derivative_with_nested_loops_is_right() -> None:
    def coupled(x, n, m):
        s = 1.0
        for _ in range(n):
            y = x
            for _ in range(m):
                y = math.sin(y) + s
            s = s * y
        return s

    slope = grad(coupled)
    quotient = (slope(0.6 + 1e-6, 3, 2) - slope(0.6 - 1e-6, 3, 2)) / 2e-6
    assert grad(slope)(0.6, 3, 2) == pytest.approx(quotient, rel=1e-7)


def test_what_an_argument_is_given_after_a_loop_stays_in_it_though_the_loop_rebinds_another_name() -> None:
    def extended(x, y, box):
        for _ in range(2):
            box[0] = x
            y = x
        box.append(np.sin(x))
        return y

    box = [-0.7, 1.0]
    assert grad(extended)(0.2, 1.0, box) == 1.0
    assert box == [0.2, 1.0, np.sin(0.2)]


def test_a_variable_without_a_value_on_the_way_taken_is_an_error_though_the_gradient_would_not_read_it() -> None:
    def set_above_one(x):
        if x > 1:
            y = x * x
        return y

    assert grad(set_above_one)(2.0) == 4.0
    with pytest.raises(UnboundLocalError, match="'y'"):
        grad(set_above_one)(0.5)


def test_a_variable_that_is_read_on_the_way_on_which_it_was_set_needs_no_other() -> None:
    def twice_asked(x):
        if x > 1:
            y = x * x
        if x <= 1:
            return x
        return y

    assert grad(twice_asked)(2.0) == 4.0 and grad(twice_asked)(0.5) == 1.0


def _grown_after_a_read(x):
    e = [x, x]
    s = e[1] * x
    e.append(x)
    return e[2] * s


def _grown_after_a_branch(x):
    e = [x, x * x]
    if x > 0.1:
        e = [x * x, x]
    e.append(2 * x)
    return e[2] * e[0]


def _grown_after_writes(x):
    e = [x, x * x]
    for _ in range(3):
        e[0] = e[0] * x
    e.append(2 * x)
    return e[2] * e[0] * e[1]


def _grown_by_tuples(x):
    e = [(x, x * x), (x * x, 2 * x)]
    s = e[1][0]
    e.append((s, x))
    return e[2][0] * e[0][1] * e[1][0]


@pytest.mark.parametrize("function", [_grown_after_a_read, _grown_after_a_branch, _grown_after_writes, _grown_by_tuples])
def test_a_list_of_known_length_that_grows_gives_what_came_before_its_adjoint(function) -> None:
    check_grads(function, (0.7,), order=2)


def _of_the_last_turn(x, n):
    for i in range(n):
        y = x * i
    return y


def _of_the_last_test(x, n):
    k = 0
    while k < n:
        y = x * k
        k += 1
    return y


def _of_the_last_positive(x, n):
    for v in [n - 3, n - 2]:
        if v > 0:
            y = v * x
    return y


def _of_the_turn_that_breaks(x, n):
    for v in range(n):
        for w in range(n):
            y = w * x
            if w > 3:
                break
    return y


@pytest.mark.parametrize("function", [_of_the_last_turn, _of_the_last_test, _of_the_last_positive, _of_the_turn_that_breaks])
def test_a_variable_that_no_turn_of_a_loop_has_set_is_an_error(function) -> None:
    assert grad(function)(2.0, 6) == (function(2.5, 6) - function(1.5, 6))
    for derivative in (grad(function), value_and_grad(function), jacfwd(function)):
        with pytest.raises(UnboundLocalError, match="'y'"):
            derivative(2.0, 0)


def test_a_loop_that_surely_makes_a_turn_is_not_asked_whether_it_did() -> None:
    def thrice(x):
        for i in range(3):
            y = x * i
        return y

    assert "raise" not in grad(thrice).source(2.0)


def _written_twice(x, p):
    p[[0, 0]] += p
    total = p.sum()
    found = None
    if x:
        found = total
    return found


def test_an_item_that_is_written_twice_by_one_line_takes_the_adjoint_of_the_last_write_though_its_kind_is_not_known() -> None:
    check_grads(_written_twice, (1.0, np.array([0.3, 0.4])), order=2)


def a_name_of_some_turns_stands_for_an_argument(x, p):
    for v in (x, 1):
        for v in p:
            q = p
            q *= v
        d = {"a": x, "b": q, "c": v}
    return d["a"] * d["b"][0]


def a_name_of_an_inner_loop_is_written_below(x, p):
    for i in range(3):
        for j in range(2):
            r = p + p
        p[1] -= r[1]
    x += p[1]
    r[0] -= 0.5
    return x * p[0]


def a_difference_of_the_same_array_is_indexed(x, p):
    h = p - p
    _, *_, b = 0.6, x, h[1]
    return x + b


def an_argument_list_is_read_in_one_branch(x, p, box):
    box.append(x)
    if x > 0:
        p[1] = box[0]
        x = p[1] * p[0]
    return x


def a_list_of_a_number_and_an_array_gets_another_item(x, p):
    e = [x, p]
    e[1] = 0.6
    e.append(x * x)
    return e[2]


@pytest.mark.parametrize("program", [
    a_name_of_some_turns_stands_for_an_argument, a_name_of_an_inner_loop_is_written_below, a_difference_of_the_same_array_is_indexed,
    an_argument_list_is_read_in_one_branch, a_list_of_a_number_and_an_array_gets_another_item,
], ids=lambda program: program.__name__)  # fmt: skip
def test_what_crashed_is_right(program: Callable[..., Any]) -> None:
    box = ([0.1, 0.2],) if program is an_argument_list_is_read_in_one_branch else ()
    check_grads(program, (0.3, np.array([0.3, 0.5, 0.7]), *box))


def test_the_tangent_of_a_difference_of_the_same_array_has_its_shape() -> None:
    p = np.array([0.3, 0.5])
    assert jacfwd(lambda p: (p - p)[1])(p).tolist() == [0.0, 0.0]
    assert jvp(lambda p: (p - p)[1], (p,), (p,))[1] == 0.0


def _lengthened(values, k):
    if k == 0:
        return sum(values)
    return _lengthened(values + [values[-1] * values[0]], k - 1)


def _a_list_that_a_recursion_lengthens(x, n):
    return _lengthened([x], n)


def test_the_adjoint_of_an_iterator_is_lengthened_without_changing_the_list_it_is_made_of() -> None:
    check_grads(_a_list_that_a_recursion_lengthens, (0.7, 3), order=2)


def _an_argument_is_overwritten_after_a_loop_reads_it(x, p):
    for v in (x, 0.5):
        q = np.sin((p - 1) * p) * v
    p[0] = x
    return q[0] * q[1] * p[0]


def test_arrays_that_are_made_again_in_the_reverse_sweep_are_not_made_of_what_is_overwritten() -> None:
    check_grads(_an_argument_is_overwritten_after_a_loop_reads_it, (0.7, np.array([0.8, -0.3])), order=2)


def _a_sum_of_nothing_that_may_be_none(p, box):
    found = sum(v for v in p if v > 0.1)
    kept = None
    if box:
        kept = found
    p[0] = kept
    return p[1]


def test_the_sum_of_an_empty_list_has_an_adjoint_of_no_items() -> None:
    for p in ([-0.5, -0.3], [0.5, -0.3]):
        check_grads(_a_sum_of_nothing_that_may_be_none, (np.array(p), [0.8]), order=1)


def _a_range_backward_whose_index_is_needed(u, r):
    u, n = u.copy(), len(u)
    for step in range(2):
        for i in reversed(range(n - 1)):
            u[i] = u[i] * r - r * u[i + 1]
    return u @ u


def _an_iterator_over_a_range_that_two_loops_share(x, n):
    numbers = reversed(range(n))
    for i in numbers:
        x = x * x + i
        if i == 1:
            break
    for i in numbers:
        x = x * i + 3 * x
    return x


def test_a_range_that_is_run_over_backward_is_not_asked_of_its_used_up_iterator() -> None:
    check_grads(_a_range_backward_whose_index_is_needed, (np.linspace(0.1, 1.0, 5), 0.3), order=2)
    check_grads(_an_iterator_over_a_range_that_two_loops_share, (0.7, 4), order=2)
    assert "for i in range(n - 1):\n" in grad(_a_range_backward_whose_index_is_needed).source(np.ones(5), 0.3)


def _two_names(p):
    a, b = p
    return a + 2 * b


def _two_names_a_turn(p):
    s = 0.0
    for a, b in p:
        s += a - b
    return s


def _ends(p):
    a, *_, c = p
    return a + c


@pytest.mark.parametrize(
    "function, p",
    [(_two_names, np.ones(3)), (_two_names, [1.0, 2.0, 3.0]), (_two_names_a_turn, np.ones((2, 3))), (_two_names_a_turn, [[1.0, 2.0], [1.0, 2.0, 3.0]]), (_ends, [1.0])],
)  # fmt: skip
def test_a_sequence_of_another_length_than_there_are_names_raises_where_no_value_is_needed(function, p) -> None:
    with pytest.raises(ValueError, match="values to unpack"):
        function(p)
    with pytest.raises(ValueError, match="values to unpack"):
        grad(function)(p)
    with pytest.raises(ValueError, match="values to unpack"):
        jvp(function, (p,), (p,))
    if function is not _ends:
        grad(function)(p[:2] if function is _two_names else [row[:2] for row in p])


def _a_shuffle_of_what_is_read_backward(w, n):
    rng, order, noise = np.random.default_rng(0), np.arange(4), np.zeros(4)
    for _ in range(n):
        rng.shuffle(order)
        rng.standard_normal(out=noise)
        for i in order:
            w = math.sin(w + i)
        w += np.sum(np.sin(w * noise)) * order[0]
    return w


def test_a_random_source_that_writes_into_an_array_overwrites_it() -> None:
    check_grads(_a_shuffle_of_what_is_read_backward, (0.7, 3), order=2)


def test_no_other_function_has_the_id_of_one_that_has_a_row() -> None:
    stats = pytest.importorskip("scipy.stats")
    op_of(stats.alpha.logsf)  # which loads the rows of methods, that are made anew each time they are asked for
    methods = [(name, getattr(stats.alpha, name)) for name in ("pdf", "logpdf", "cdf", "logcdf", "sf", "logsf", "ppf", "isf") for _ in range(200)]
    assert {op_of(method) for _, method in methods} == {None}


def _closing(log, x):
    def leave(error):
        try:
            if error is not None:
                raise error
        finally:
            log.append(x)

    return leave


def _a_function_made_elsewhere_cleans_up(x):
    log = [1.0]
    leave = _closing(log, x * x)
    try:
        try:
            y = math.log(x - 1)
        except ValueError as error:
            leave(error)
    except ValueError:
        y = x
    return y * log[-1] * len(log)


def test_the_finally_of_a_function_that_another_function_returned_runs_when_an_exception_passes_it() -> None:
    check_grads(_a_function_made_elsewhere_cleans_up, (0.7,), order=2)


def _an_item_is_written_while_what_is_added_to_it_is_computed(x):
    a = np.zeros(2)
    a[0] = x

    def doubled():
        a[0] = 5.0 * x
        return x * x

    a[0] += doubled()
    return a[0] * x


def test_an_item_is_added_to_as_it_was_before_what_is_added_is_computed() -> None:
    check_grads(_an_item_is_written_while_what_is_added_to_it_is_computed, (0.7,), order=2)
    value, _ = value_and_grad(_an_item_is_written_while_what_is_added_to_it_is_computed)(0.7)
    assert value == _an_item_is_written_while_what_is_added_to_it_is_computed(0.7)


def _draws_that_the_derivative_multiplies_the_other_way_round(x, rng):
    a = np.zeros(3)
    a[rng.integers(3)] += np.sum(x * rng.normal(size=3)) * rng.normal()
    a[rng.integers(3)] = x[0] * rng.normal() - rng.normal()
    return (a @ a) * rng.normal()


@pytest.mark.parametrize("seed", range(4))
def test_draws_are_made_in_the_order_of_the_function_also_inside_one_expression(seed) -> None:
    function, x, step = _draws_that_the_derivative_multiplies_the_other_way_round, np.array([0.3, 0.7, 1.1]), 1e-6
    found = grad(function)(x, np.random.default_rng(seed))
    moved = [function(x + sign * step * row, np.random.default_rng(seed)) for row in np.eye(3) for sign in (1, -1)]
    np.testing.assert_allclose(found, np.subtract(moved[::2], moved[1::2]) / (2 * step), rtol=1e-6, atol=1e-8)


def _convolved(f, g):
    out = [0] * (len(f) + len(g) - 1)
    for i, a in enumerate(f):
        for j, b in enumerate(g):
            out[i + j] += a * b
    return out[0] * out[1] + max(out)


def _a_table_of_whole_numbers_that_gets_floats(x, n):
    table = [[0] * n for _ in range(n)]
    for i in range(n):
        for j in range(i + 1):
            table[i][j] = x * x * (i + j) + table[i - 1][j]
    return table[-1][0] * table[-1][-1]


def _a_dict_of_whole_numbers_that_gets_floats(x):
    state = {"S": 1, "I": 0}
    for _ in range(3):
        state["I"] += x * state["S"]
        state["S"] -= x
    return state["S"] * state["I"]


def _ages(contact, rate):
    groups = [{"S": 0.9 / 3, "I": 0.01, "R": 0} for _ in contact]
    for _ in range(3):
        force = sum(c * g["I"] for c, g in zip(contact, groups)) * rate
        for g in groups:
            new = force * g["S"]
            g["S"] -= new
            g["I"] += new - 0.1 * g["I"]
            g["R"] += 0.1 * g["I"]
    return groups[0]["I"] + sum(g["R"] for g in groups)


def test_containers_of_whole_numbers_that_get_floats_have_tangents() -> None:
    check_grads(_convolved, ([1.0, 2.0], [3.0, 4.0, 5.0]), order=2)
    check_grads(_a_table_of_whole_numbers_that_gets_floats, (0.7, 3), order=2)
    check_grads(_a_dict_of_whole_numbers_that_gets_floats, (0.4,), order=2)
    check_grads(_ages, ([0.5, 0.2, 0.1], 0.4), order=2)
    assert "unbroadcast" not in grad(_ages).source([0.5, 0.2], 0.4)


def _sum_of_squares(xs):
    s = 0.0
    for x in xs:
        s += x * x
    return s


def test_an_int_among_floats_does_not_vary_in_any_mode() -> None:
    xs = [3.0, 4.0, 6]
    assert grad(_sum_of_squares)(xs) == [6.0, 8.0, None]
    for dots in ([1.0, 1.0, None], [1.0, 1.0, 1.0]):
        assert jvp(_sum_of_squares, (xs,), (dots,)) == (61.0, 14.0)
    assert jacfwd(_sum_of_squares)(xs) == [6.0, 8.0, None]


def _sum_by_a_key_of_the_run(xs, ys):
    rank = {i: r for r, i in enumerate(sorted(range(len(xs)), key=lambda i: ys[i]))}
    return xs[0] * sum(ys) * sum((i - rank[i]) ** 2 for i in range(len(xs)))


def test_the_adjoint_of_a_sum_is_repeated_also_where_its_kind_is_not_known() -> None:
    check_grads(_sum_by_a_key_of_the_run, ([1.0, 2.0, 5.0], [4.0, 3.0, 6.0]), order=2)


PIECES = (
    lambda v: np.sum(np.hstack((v[0], -v[1:4])) * np.arange(4.0)),
    lambda v: np.sum(np.hstack((-v[1:4], v[0])) * np.arange(4.0)),
    lambda v: np.sum(np.hstack((v[1:], v[0], v[:2] * v[0], 2.0, v[3])) * np.arange(8.0)),
    lambda v: np.sum(np.vstack((v, np.ones((2, 4)) * v[0])) * np.arange(12.0).reshape(3, 4)),
    lambda v: np.sum(np.vstack((v[0] * np.ones((2, 4)), v, np.ones((1, 4)) * v[1], v * v)) * np.arange(20.0).reshape(5, 4)),
    lambda v: np.sum(np.vstack((v[0], v[1:2], v[2])) * np.arange(3.0)[:, None]),
)
"""Numbers beside vectors, and vectors above matrices."""


@pytest.mark.parametrize("pieces", PIECES)
def test_pieces_that_are_laid_out_before_they_are_joined_are_taken_apart_each_by_itself(pieces: Callable[[Any], Any]) -> None:
    check_grads(pieces, (np.array([1.0, 2.0, 3.0, 4.0]),), order=2)


def _bound_anew_in_a_turn(a, s):
    b = a
    for k in range(2):
        if k == 1:
            a = a * s
        b[k] = s
    return np.sum(a**2) + np.sum(b)


def _bound_anew_beside_a_view(a, s):
    v = a[1:]
    for k in range(2):
        if k == 1:
            a = a * s
        v[k] = s
    return np.sum(a**2) + np.sum(v)


@pytest.mark.parametrize("function", [_bound_anew_in_a_turn, _bound_anew_beside_a_view])
def test_what_may_be_an_array_that_was_written_to_is_refused_also_if_a_branch_and_a_turn_lie_between(function) -> None:
    with pytest.raises(AliasError, match="W081"):
        grad(function)(np.array([0.5, 1.5, -0.7]), 1.3)
    with pytest.raises(AliasError, match="W081"):
        jvp(function, (np.array([0.5, 1.5, -0.7]), 1.3), (np.ones(3), 1.0))


def _a_filter(x):
    f = np.fft.rfft(x) * np.array([1.0, 0.5, 0.2])
    return np.sum(np.fft.irfft(f) ** 3) + np.sum(np.abs(np.fft.fft(x * x)) ** 2)


def test_the_tangents_of_complex_values_are_complex_in_all_directions() -> None:
    x = np.array([0.5, 1.5, 2.0, 1.0])
    np.testing.assert_allclose(hessian(_a_filter)(x), jacrev(grad(_a_filter))(x), rtol=1e-12)
    for part in (np.real, np.abs):
        np.testing.assert_allclose(jacfwd(lambda x, part=part: part(np.fft.rfft(x)))(x), jacrev(lambda x, part=part: part(np.fft.rfft(x)))(x), rtol=1e-12)


class _Solver:
    def __init__(self, f):
        self.f = f

    def solve(self, n):
        u = np.zeros(n + 1)
        u[0] = 0.1
        for k in range(n):
            self.k = k
            u[k + 1] = u[self.k] + 0.1 * self.f(u[k])
        return u


def _a_parameter_of_a_lambda_is_called_like_an_array_that_is_written(a):
    return _Solver(lambda u: a * u * (1 - u)).solve(5)[-1]


def test_a_value_has_its_own_kind_and_not_that_of_a_name_that_an_earlier_walk_used() -> None:
    check_grads(_a_parameter_of_a_lambda_is_called_like_an_array_that_is_written, (0.5,), order=2)


def _a_field_of_records(a, s):
    p = np.zeros(3, dtype=[("x", float), ("y", float)])
    p["x"] = a * s
    return np.sum(p["x"] ** 2)


def _an_array_of_objects(a, s):
    p = np.array([s, a[0] * s], dtype=object)
    return p[0] * p[1]


def _an_array_of_objects_written_to(a, s):
    p = np.zeros(3, dtype=object)
    p[0] = s
    return p[0] * a[1]


@pytest.mark.parametrize("function", [_a_field_of_records, _an_array_of_objects, _an_array_of_objects_written_to])
def test_what_varies_is_refused_in_arrays_of_records_and_of_objects(function) -> None:
    with pytest.raises(UnsupportedSyntax, match="an array whose items are no numbers"):
        grad(function, 1)(np.ones(3), 1.3)
    with pytest.raises(UnsupportedSyntax, match="an array whose items are no numbers"):
        jvp(function, (np.ones(3), 1.3), (np.ones(3), 1.0))


class _Numbered:
    def __init__(self, a, b):
        self.a = a
        self.b = b

    def __getitem__(self, k):
        return self.b - 9 * self.a

    @property
    def both(self):
        return self.a * self.b


def _ordered_by_what_does_not_vary(x, y):
    things = [_Numbered(x, 1.0), _Numbered(2 * x, 5.0)]
    things.sort(key=lambda one: one[0])
    first = sorted(things, key=lambda one: -one[0])[0].a
    return y * y * first + y * things[0].a + max(things, key=lambda one: one.both).a * y


def test_objects_are_put_in_order_by_their_own_keys_where_nothing_of_them_varies() -> None:
    value, _ = value_and_grad(_ordered_by_what_does_not_vary, argnums=1)(0.7, 0.5)
    assert value == _ordered_by_what_does_not_vary(0.7, 0.5)
    check_grads(_ordered_by_what_does_not_vary, (0.7, 0.5), order=2)
    check_grads(lambda y: _ordered_by_what_does_not_vary(0.7, y), (0.5,), order=2)


class _Doubled:
    def __set_name__(self, owner, name):
        self.name = "_" + name

    def __get__(self, one, owner=None):
        return getattr(one, self.name)

    def __set__(self, one, value):
        setattr(one, self.name, 2 * value)


class _Twice:
    def __init__(self, function):
        self.function = function

    def __get__(self, one, owner=None):
        return 2 * self.function(one)


class _Described:
    a = _Doubled()

    def __init__(self, a):
        self.a = a

    @_Twice
    def square(self):
        return self.a * self.a

    @property
    def fixed(self):
        return self.a * 3


class _Slotted:
    __slots__ = ("a",)

    def __init__(self, a):
        self.a = a


def an_attribute_that_a_descriptor_binds(x):
    one = _Described(x)
    for _ in range(2):
        one.a = one.a * x
    one.a = one.a + x
    return one.a


def an_attribute_that_a_descriptor_computes(x):
    one = _Described(x)
    before = one.square
    one.square = before * x
    return one.square + before


def a_property_without_a_setter(x):
    one = _Described(x)
    try:
        one.fixed = x
    except AttributeError:
        return x * x
    return one.fixed


def an_attribute_that_is_no_slot(x):
    one = _Slotted(x)
    try:
        one.b = 2 * x
    except AttributeError:
        return x**3
    return one.b


@pytest.mark.parametrize(
    "function", [an_attribute_that_a_descriptor_binds, an_attribute_that_a_descriptor_computes, a_property_without_a_setter, an_attribute_that_is_no_slot]
)
def test_attributes_are_bound_as_their_class_says(function) -> None:
    assert value_and_grad(function)(0.7)[0] == function(0.7)
    check_grads(function, (0.7,), order=2)


def _counted_in_rows(a, keys):
    rows = []
    for _ in range(2):
        rows.append(defaultdict(float))
    for i, k in enumerate(keys):
        rows[k][i] += a[i] ** 2
    return sum(v * (j + 1) for row in rows for j, v in row.items())


def test_dicts_of_unknown_keys_in_a_list_are_written_to_by_no_derivative_of_zero() -> None:
    with pytest.raises(UnsupportedSyntax, match="W083"):
        grad(_counted_in_rows)(np.ones(3), np.array([0, 1, 0]))


def _times_what_it_shows(a: Any) -> Any:
    b = a * 1.0
    np.multiply.at(b, [0, 1], b[::-1])
    return b[0] + 10 * b[1]


def test_values_that_show_the_array_are_those_from_before() -> None:
    np.testing.assert_allclose(grad(_times_what_it_shows)(np.array([2.0, 3.0])), [33.0, 22.0])


class _Weighed:
    def __init__(self, mass, x):
        self.mass = mass
        self.x = x

    def __bool__(self):
        return self.x < 0

    def __iter__(self):
        yield self.x
        yield self.mass


def the_class_of_an_object_in_a_list(x):
    total = 0.0
    for one in [_Weighed(1.0, x * i) for i in range(3)]:
        if isinstance(one, tuple) or type(one) is tuple:
            total += 100 * one.x
        if isinstance(one, _Weighed) and type(one) is _Weighed:
            total += one.x * one.x
    return total


def test_an_object_in_a_list_is_of_its_class_and_no_tuple() -> None:
    assert value_and_grad(the_class_of_an_object_in_a_list)(0.7)[0] == the_class_of_an_object_in_a_list(0.7)
    check_grads(the_class_of_an_object_in_a_list, (0.7,), order=2)


def objects_that_are_returned(x):
    return [_Weighed(1.0, x), _Weighed(2.0, x * x)]


def an_object_among_others(x):
    ones = [_Weighed(1.0, x), _Weighed(1.0, x)]
    return x if ones[0] in ones[1:] else x * x


@pytest.mark.parametrize("function", [objects_that_are_returned, an_object_among_others])
def test_objects_in_lists_are_not_handed_on_as_tuples(function) -> None:
    with pytest.raises(UnsupportedSyntax, match="W085"):
        jvp(function, (0.7,), (1.0,))


def a_constant_that_is_appended(x):
    values = []
    values.append(x)
    values.append(1.0)
    return values[0] * values[0]


def constants_among_what_is_appended(x):
    values = [x]
    for _ in range(2):
        values.append(x * values[-1])
        values.append(3)
        values.append(0.5)
    first, *_ = values
    return sum(v * v for v in values) * first * values[2]


@pytest.mark.parametrize("function", [a_constant_that_is_appended, constants_among_what_is_appended])
def test_second_derivatives_go_past_constants_in_lists(function) -> None:
    check_grads(function, (0.7,), order=3)


def _the_test_binds_the_result_and_the_turns_do_what_varies(x, m):
    count = 0
    while (x := math.sin(0.5)) > 0 and count < 3:
        count += 1
        x = m * 2
    return x


def _the_test_binds_what_varied_before_and_no_turn_is_made(x, m):
    c = m * m
    while (c := -x) > 0.1:
        pass
    return c


def _the_test_binds_an_array(x, m):
    d, count = np.ones(2) * m, 0
    while (d := np.ones(2))[0] < 3 and count < 2:
        count += 1
        d = d * m * count
    return d.sum() + x


def _the_test_of_a_loop_in_a_loop_binds(x, m):
    d = m
    for k in range(3):
        while (d := math.sin(0.5 + k)) > 0.9 and k < 9:
            d = x * m
            break
        else:
            d = d + x
    return d


@pytest.mark.parametrize("function", [
    _the_test_binds_the_result_and_the_turns_do_what_varies, _the_test_binds_what_varied_before_and_no_turn_is_made,
    _the_test_binds_an_array, _the_test_of_a_loop_in_a_loop_binds,
])  # fmt: skip
def test_what_the_test_of_a_while_binds_is_what_the_loop_ends_with(function) -> None:
    check_grads(function, (0.3, 0.7), order=2)
    check_grads(lambda x: function(x, 0.7), (0.3,), order=2)
    check_grads(lambda m: function(0.3, m), (0.7,), order=2)


class _Delay:
    def __init__(self, gain):
        self.gain = gain
        self.kept = [0.0]

    def process(self, x):
        y = self.gain * x + self.kept[0]
        self.kept[0] = x * y
        return y


def _objects_that_keep_a_list_with_a_constant_in_it(gain):
    chain, out = [_Delay(gain), _Delay(2 * gain)], 0.0
    for _ in range(3):
        x = 1.0
        for delay in chain:
            x = delay.process(x)
        out += x
    return out


def _tuples_that_hold_a_list_with_a_constant_in_it(gain):
    table, out = [(1, [0.0]), (2, [0.0])], 0.0
    for i in range(4):
        table[i % 2][1][0] += gain * i
        out += table[1 - i % 2][1][0] ** 2 * table[0][0]
    return out


@pytest.mark.parametrize("function", [_objects_that_keep_a_list_with_a_constant_in_it, _tuples_that_hold_a_list_with_a_constant_in_it])
def test_a_write_into_a_list_that_an_object_or_a_tuple_in_a_list_holds_makes_it_vary(function) -> None:
    check_grads(function, (0.1,), order=2)
    assert value_and_grad(function)(0.1)[0] == function(0.1)


def _grown(n):
    out = []
    for i in range(n):
        out.append(i * 0.5)
    return out


def _a_list_that_a_helper_grows_of_constants(x):
    total = 0.0
    for value in _grown(3):
        total += value * x
    return total


def _the_values_of_a_dict_of_constants_as_a_list(x):
    total = 0.0
    for value in list({"hot": 0.6, "cold": 0.4}.values()):
        total += value * x
    return total


@pytest.mark.parametrize("function", [_a_list_that_a_helper_grows_of_constants, _the_values_of_a_dict_of_constants_as_a_list])
def test_a_loop_over_a_list_of_constants_that_a_helper_grew_has_turns(function) -> None:
    check_grads(function, (0.7,), order=2)
    assert value_and_grad(function)(0.7)[0] == function(0.7)


class _Pair(NamedTuple):
    u: Any
    w: Any = 0.4


def _a_namedtuple_is_turned_round_by_a_slice(x, y):
    one = _Pair(w=x, u=0.6 * y)
    other = _Pair(*one[::-1])
    return math.sin(other.u) * other[-1] * one[:1][0]


def _a_namedtuple_is_taken_apart_by_a_star(x, y):
    first, *rest = _Pair(x, (x * y, y))
    *front, last = _Pair(first * y, rest[0][0])
    return front[0] * math.sin(last) * rest[0][1]


@pytest.mark.parametrize("function", [_a_namedtuple_is_turned_round_by_a_slice, _a_namedtuple_is_taken_apart_by_a_star])
def test_items_of_a_namedtuple_by_their_positions_are_its_fields(function) -> None:
    check_grads(function, (0.3, 0.7), order=2)


def _an_element_of_an_array_is_scaled_in_a_try(x, p):
    try:
        first = p[:1]
        first *= np.cos(x)
        math.tanh(0.5)
    except ValueError:
        pass
    return p[1] * p[0]


def _a_loop_that_returns_leaves_an_array_behind(x, p):
    for i in range(4, 0, -1):
        r = 0.5 * (x * (p - x))
        if i == 1 and p[0] > 0:
            return x * x
    return math.sin(r[1])


@pytest.mark.parametrize("first", [0.4, -0.4])
@pytest.mark.parametrize("function", [_an_element_of_an_array_is_scaled_in_a_try, _a_loop_that_returns_leaves_an_array_behind])
def test_adjoints_of_arrays_meet_numbers(function, first) -> None:
    check_grads(function, (0.3, np.array([first, 0.7])), order=2)


class _Backward:
    def __init__(self, x, order):
        self.x = x
        self.order = order

    def __lt__(self, other):
        return self.order > other.order

    def __eq__(self, other):
        return self.order == other.order

    def __bool__(self):
        return self.order > 1

    def __iter__(self):
        yield self.x
        yield self.order

    __hash__ = None


def objects_in_the_order_of_their_class(x):
    ones = [_Backward(x, 1.0), _Backward(x * x, 3.0), _Backward(x**3, 2.0)]
    ordered = sorted(ones)
    return ordered[0].x + 2 * ordered[1].x + min(ones).x * max(ones).x


def objects_in_a_list_are_true_as_their_class_says(x):
    total = 0.0
    for one in [_Backward(x * i, float(i)) for i in range(4)]:
        total += one.x if one else 3 * one.x * one.x
        if not one:
            total += x
    return total


def objects_in_a_list_are_unpacked_as_their_class_says(x):
    total = 0.0
    for one in [_Backward(x * i, float(i)) for i in range(4)]:
        varied, order = one
        total += varied * varied * order + sum(one)
    return total


def objects_that_are_not_equal(x):
    one, other = _Backward(x, 1.0), _Backward(x * x, 1.0)
    return one.x * 3 if one != other else other.x


ASKED = [
    objects_in_the_order_of_their_class, objects_in_a_list_are_true_as_their_class_says, objects_in_a_list_are_unpacked_as_their_class_says,
    objects_that_are_not_equal,
]  # fmt: skip


@pytest.mark.parametrize("function", ASKED)
def test_objects_are_asked_and_not_the_tuples_that_stand_for_them(function) -> None:
    assert value_and_grad(function)(0.7)[0] == pytest.approx(function(0.7))
    check_grads(function, (0.7,), order=2)


def a_replaced_row_of_which_an_item_is_added_to(x):
    rows = [[x * k, 0.5] for k in range(3)]
    rows[2] = [x * x, 0.5]
    rows[2][1] += x
    return rows[2][1] * rows[2][0]


def a_replaced_row_with_a_list_in_it(x):
    rows = [[x * k, [x]] for k in range(3)]
    rows[2] = [x * x, [x * 3]]
    rows[2][1][0] += x
    return rows[2][1][0] * rows[2][0]


@pytest.mark.parametrize("function", [a_replaced_row_of_which_an_item_is_added_to, a_replaced_row_with_a_list_in_it])
def test_the_second_derivative_knows_what_it_gave_a_row(function) -> None:
    check_grads(function, (0.3,), order=2)
