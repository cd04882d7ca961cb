"""What is saved, what is computed again, what is at hand: read off the emitted text and counted as it runs."""

from __future__ import annotations

import math
import re
from collections import Counter
from typing import Any

import numpy as np
import pytest
from differences import check

from wengert import check_grads, grad
from wengert.frontend.lower import lower
from wengert.frontend.quote import written
from wengert.ir import evaluate as evaluator
from wengert.ir.core import Function
from wengert.ir.evaluate import evaluate
from wengert.ir.text import parse
from wengert.ir.values import kind_of
from wengert.pipeline import Request, derive
from wengert.transform.homes import homes, may_break, may_leave


@pytest.fixture(autouse=True)
def no_cache_on_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WENGERT_CACHE_DIR", "")


def saves(function: Any, *args: Any) -> list[str]:
    """The tapes, in the order in which the forward sweep appends to them."""
    return re.findall(r"(\w+)\.append\(", grad(function).source(*args))


def derivative(function: Any, *args: Any) -> Function:
    return derive(Request(function, "grad", (0,), tuple(map(kind_of, args)))).derivative


# what is saved


def test_a_linear_loop_saves_nothing():
    def f(x, n):
        for i in range(n):
            x = 3 * x + 1
        return x

    assert saves(f, 0.5, 3) == []
    check(f, 0.5, 3)


def test_the_index_of_a_range_comes_back_by_itself():
    def f(x, n):
        for i in range(2, n):
            x = x * (i + 1)
        return x

    assert saves(f, 0.5, 6) == []
    check(f, 0.5, 6)


def test_the_index_is_saved_where_the_loop_may_break():
    def f(x, n):
        for i in range(n):
            x = x * (i + 1)
            if x > 5:
                break
        return x

    assert "i_tape" in saves(f, 0.5, 6)
    check(f, 0.5, 6)


def test_sin_asks_for_its_operand_and_exp_for_its_result():
    def f(x, n):
        for i in range(n):
            x = math.sin(x)
        return x

    def g(x, n):
        for i in range(n):
            y = math.exp(x)
            x = y + 1
        return x

    assert saves(f, 0.5, 3) == ["x_tape"]
    assert saves(g, 0.1, 2) == ["y_tape"]
    check(f, 0.5, 3)
    check(g, 0.1, 2)


def test_what_is_cheap_to_compute_from_a_saved_value_is_not_saved():
    def f(v, n):
        for i in range(n):
            v = 4 * v * (1 - v)
        return v

    assert saves(f, 0.2, 3) == ["v_tape"]
    check(f, 0.2, 3)


def test_two_tapes_that_every_turn_appends_to_are_read_in_step():
    def f(a, tol):
        x = a
        while True:
            step = (x * x - a) / (2 * x)
            x = x - step
            if abs(step) < tol:
                break
        return x

    text = grad(f).source(2.0, 1e-9)
    assert "zip(reversed(x_tape), reversed(step_tape))" in text and "next(" not in text
    check(f, 2.0, 1e-9, argnums=[0])


def test_a_tape_of_some_turns_is_read_by_next_where_it_was_written():
    def f(t):
        for i in range(8):
            a = math.sin(t)
            if a > 0.9:
                break
            b = math.sqrt(a + 2)
            t = b * t
        return t

    text = grad(f).source(0.4)
    assert "b_back = reversed(b_tape)" in text and "b = next(b_back)" in text
    check(f, 0.4)


def test_tapes_in_nested_branches_keep_step():
    def f(x):
        s = 0.0
        for i in range(6):
            if i % 2:
                a = math.exp(x)
                s = s + a * a
            else:
                b = math.sqrt(x + i)
                if b > 1.5:
                    c = math.tanh(b * s)
                    s = s * c
            x = x * 1.1
        return s

    assert grad(f).source(0.4).count("next(") == 3
    check(f, 0.4)


def test_an_inner_tape_is_a_fresh_list_saved_on_the_outer_one():
    def f(x, n, m):
        s = 1.0
        for i in range(n):
            y = x
            for j in range(m):
                y = math.sin(y) + s
            s = s * y
        return s

    text = grad(f).source(0.5, 3, 4)
    assert len(re.findall(r"^    y\w*_tapes?\w* = \[\]$", text, re.M)) == 2  # of `y` below the loop, and of the inner tapes
    assert len(re.findall(r"^        y\w*_tape\w* = \[\]$", text, re.M)) == 1
    check(f, 0.5, 3, 4)


def test_calls_of_unknown_functions_are_not_repeated():
    calls = []

    def noise(i):
        calls.append(i)
        return 0.1 * i

    def f(x, n):
        for i in range(n):
            x = x * noise(i + 1)
        return x

    assert grad(f)(2.0, 3) == pytest.approx(0.1 * 0.2 * 0.3)
    assert calls == [1, 2, 3]


# the text is linear, and so is the work


def nested_sines(depth: int) -> str:
    return "math.sin(" * depth + "x" + ")" * depth


def size_of_text(text: str) -> int:
    namespace: dict[str, Any] = {"math": math}
    exec(text, namespace)
    return len(grad(namespace["f"], source=text).source(0.5, 3))


def test_a_chain_of_fifty_sines_has_a_derivative_as_long_as_the_chain():
    sizes = [size_of_text(f"def f(x, n):\n    return {nested_sines(depth)}\n") for depth in (10, 30, 50)]
    assert sizes[2] - sizes[1] <= 1.1 * (sizes[1] - sizes[0])


def test_a_loop_body_of_k_statements_has_a_derivative_linear_in_k():
    def text(k: int) -> str:
        body = "".join(f"        x{j + 1} = math.sin(x{j}) * x{max(0, j - 1)}\n" for j in range(k))
        return f"def f(x0, n):\n    for i in range(n):\n{body}        x0 = x{k}\n    return x0\n"

    sizes = [size_of_text(text(k)) for k in (10, 30, 50)]
    assert sizes[2] - sizes[1] <= 1.1 * (sizes[1] - sizes[0])


def test_a_program_of_k_branches_has_a_derivative_linear_in_k():
    def text(k: int) -> str:
        body = "".join(f"    if x > {j}:\n        x = math.sin(x) * x\n    else:\n        x = x + y\n    y = x * y\n" for j in range(k))
        return f"def f(x, n):\n    y = x\n{body}    return x\n"

    sizes = [size_of_text(text(k)) for k in (5, 15, 25)]
    assert sizes[2] - sizes[1] <= 1.1 * (sizes[1] - sizes[0])


def executed(function: Function, *args: Any) -> Counter[str]:
    """How often each op is executed."""
    counts: Counter[str] = Counter()
    plain = evaluator.operation

    def counting(op: str) -> Any:
        counts[op] += 1
        return plain(op)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(evaluator, "operation", counting)
        evaluate(function, *args)
    return counts


def test_the_adjoint_of_an_element_read_in_a_loop_costs_one_addition():
    def f(a, n):
        s = 0.0
        for i in range(n):
            s = s + a[i] * a[i]
        return s

    function = derivative(f, np.ones(9), 3)
    small, middle, large = (executed(function, np.ones(n), n) for n in (10, 20, 30))
    assert large - middle == middle - small
    assert large["np.zeros_like"] == small["np.zeros_like"] == 1  # the one array that all elements are added into
    assert (large - middle)["scatter_add"] <= 20  # two reads a turn


# where things are defined


def test_lines_after_an_exit_are_a_segment_of_their_own():
    function = parse("""
    function f(x, n):
        x.2 = for i.0 in n carry x.0 = x:
            a.0 = np.sin(x.0)
            %0 = a.0 > 1
            if %0:
                break x.0
            x.1 = a.0 * 2
            yield x.1
        return x.2
    """)
    found = homes(function)
    assert found.segment["a.0"].every and not found.segment["x.1"].every
    assert found.segment["x.1"].parent is found.segment["a.0"]
    assert found.segment["x.2"].loop is None and found.segment["x.0"].loop is found.line["x.0"]


def test_what_may_leave_and_what_may_break():
    function = parse("""
    function f(x, n):
        for i.0 in n:
            if x:
                if n:
                    continue
                yield
            for j.0 in n:
                break
            yield
        return x
    """)
    (loop,) = function.body.lines
    first, second = loop.body.lines
    assert may_leave(first) and not may_leave(second)
    assert not may_break(loop.body) and may_break(second.body)


def test_lower_and_derive_agree_on_where_text_comes_from():
    generic = lower(written("def f(x, n):\n    for i in range(n):\n        x = x * i\n    return x"))
    assert {segment.every for segment in homes(generic).segment.values()} == {True}


def lengths(x, m, n):
    total = 0.0
    for _ in range(n):
        for j in range(len(m)):
            total = total + np.sin(total * m[j]) * x
    return total


def test_the_length_of_an_array_that_stays_is_asked_again():
    text = grad(lengths).source(0.3, np.array([0.5, 1.5]), 3)
    assert text.count("range(len(m))") == 2 and "items" not in text
    check(lengths, 0.3, np.array([0.5, 1.5]), 3)


def test_a_factor_made_in_place_needs_no_tape_since_its_finished_part_stays():
    def f(a):
        l = a.copy()
        n = len(l)
        for j in range(n):
            l[j, j] = np.sqrt(l[j, j] - l[j, :j] @ l[j, :j])
            for i in range(j + 1, n):
                l[i, j] = (l[i, j] - l[i, :j] @ l[j, :j]) / l[j, j]
        return np.sum(np.diag(l) ** 3) + l[n - 1, 0]

    a = np.eye(4) * 3 + 0.3 * np.ones((4, 4))
    assert saves(f, a) == []
    check(f, a)


def test_cells_of_a_table_that_each_are_written_once_are_read_again():
    def f(x, n):
        r = np.full((n + 1, n + 1), 0.5)
        for i in range(1, n + 1):
            for j in range(1, n + 1):
                r[i, j] = x[i - 1] * r[i - 1, j - 1] + r[i - 1, j] * r[i, j - 1] + np.sin(r[i, j - 1])
        return r[n, n]

    x = np.array([0.3, 0.7, -0.4])
    assert saves(f, x, 3) == []
    check(f, x, 3)


def test_a_computed_value_is_read_where_it_was_written_to_if_it_stays_there():
    def f(a, n):
        y = np.zeros(n)
        for i in range(n):
            t = np.exp(a[i])
            y[i] = t
        return y @ y

    def overwritten(a, n):
        a = a.copy()
        y = np.zeros(n)
        for i in range(n):
            t = np.exp(a[i])
            y[0] = t
            a[i] = t * t
        return y @ a

    def of_another_dtype(a, n):
        a = a.copy()
        y = np.zeros(n, dtype=np.float32)
        for i in range(n):
            t = np.exp(a[i])
            y[i] = t
            a[i] = t * 3
        return np.sum(a * 2)

    def in_some_turns(a, n):
        a = a.copy()
        y = np.zeros(n)
        for i in range(n):
            t = np.exp(a[i])
            if a[i] > 0:
                y[i] = t
            a[i] = t * t
        return y @ a

    a = np.array([0.3, -0.2, 0.5])
    assert saves(f, a, 3) == []
    assert saves(overwritten, a, 3) != []
    for function in (f, overwritten, of_another_dtype, in_some_turns):
        check(function, a, 3)


def test_a_view_of_what_is_not_written_to_again_is_taken_again():
    def f(a, n):
        s = 0.0
        for i in range(n):
            v = a[i:]
            s = s + v @ v * i
        return s

    a = np.array([0.3, -0.2, 0.5])
    assert saves(f, a, 3) == []
    check(f, a, 3)


def test_one_array_is_saved_where_several_are_quickly_made_of_it():
    def f(u, n):
        u = u.copy()
        for _ in range(n):
            u[1:-1] -= 0.1 * u[1:-1] * (u[2:] - u[:-2])
        return np.sum(u * u)

    def rebound(u, n):
        for _ in range(n):
            u = u - 0.1 * (u * (u * 3 - 1))
        return np.sum(u * u)

    def short_parts(u, n):
        u = u.copy()
        for i in range(n):
            u[i : i + 2] *= u[i + 1 : i + 3] * u[i : i + 2]
        return np.sum(u * u)

    def in_some_turns(u, n):
        u = u.copy()
        for i in range(n):
            if u[0] > 0.15:
                u[1:-1] -= 0.1 * u[1:-1] * (u[2:] - u[:-2])
            u[0] -= 0.2
        return np.sum(u * u)

    u = np.array([0.5, 0.2, -0.7, 1.1, 0.4, 0.3])
    assert saves(f, u, 3) == ["u_tape"]
    assert "u_tape" not in saves(short_parts, u, 3)
    for function in (f, rebound, short_parts, in_some_turns):
        check(function, u, 3)


# what comes back by itself: shapes, items of tuples, numbers, and what was read before


def test_the_length_of_an_array_that_a_loop_writes_to_is_asked_of_the_array_as_it_is_in_the_end():
    def f(u, steps):
        for _ in range(steps):
            for i in range(1, len(u) - 1):
                u[i] += 0.1 * np.sin(u[i - 1]) * u.size
        return np.sum(u * u)

    assert saves(f, np.ones(5), 3) == ["u_1_tape", "u_1_tapes"]
    check_grads(f, (np.linspace(0.3, 0.9, 5), 3), order=1)


def test_a_shape_is_unpacked_again():
    def f(u, steps):
        for _ in range(steps):
            r, c = u.shape
            for i in range(1, r):
                for j in range(c):
                    u[i, j] += 2.0 * u[i - 1, j]
        return np.sum(u * u)

    assert saves(f, np.ones((3, 2)), 2) == []
    assert grad(f).source(np.ones((3, 2)), 2).count("r, c = u.shape") == 2
    check_grads(f, (np.linspace(0.3, 0.9, 6).reshape(3, 2), 2), order=1)


def test_what_is_unpacked_from_an_item_is_read_again():
    def f(x, pairs):
        for k in range(len(pairs)):
            r, c = pairs[k]
            x = x * r + c * k
        return x

    assert saves(f, 0.5, [(1.5, 2.0), (2.5, 0.5)]) == []
    assert grad(f)(0.5, [(1.5, 2.0), (2.5, 0.5)]) == 1.5 * 2.5


def test_the_items_of_a_tuple_and_the_numbers_of_enumerate_come_back_by_themselves():
    def f(x, xs):
        for i, w in enumerate(xs):
            for b in (1, 3):
                x = x * (w + b) * (i + 1)
        return x

    assert saves(f, 0.5, [0.25, 0.75]) == []
    check(lambda x: f(x, [0.25, 0.75]), 0.5)


def test_a_number_of_enumerate_is_kept_where_the_loop_may_end_before_its_list_or_with_another():
    def stopped(x, xs):
        for i, w in enumerate(xs, 2):
            x = x * i
            if w > 0.5:
                break
        return x

    def zipped(x, xs, ys):
        for i, (w, v) in enumerate(zip(xs, ys)):
            x = x * (i + 1) + w * v
        return x

    def begun(x, xs):
        for i, w in enumerate(xs, 2):
            x = x * i + w
        return x

    assert grad(stopped)(1.0, [0.25, 0.75, 0.5]) == 6.0
    assert grad(zipped)(1.0, [0.25, 0.75, 0.5], [1.0, 2.0]) == 2.0
    assert saves(begun, 1.0, [0.25, 0.75]) == [] and grad(begun)(1.0, [0.25, 0.75]) == 6.0


def test_a_number_of_enumerate_does_not_ask_a_list_that_has_grown_since():
    def f(x, n):
        xs = [0.5] * n
        for i, w in enumerate(xs):
            x = x * (i + 1) + w
        xs.append(x)
        return xs[-1] * len(xs)

    check(f, 0.5, 3)


def test_an_element_that_is_read_several_times_before_a_write_is_kept_once():
    def rotated(q, bits, x):
        for k in range(len(bits)):
            i, j = bits[k]
            c, s = math.cos(x * q[i]), math.sin(x * q[j])
            q[i], q[j] = c * q[i] - s * q[j], s * q[i] + c * q[j]
        return q[0] * q[1]

    assert len(saves(rotated, np.ones(3), [(0, 1), (1, 2)], 0.7)) == 2
    check_grads(lambda q, x: rotated(q, [(0, 1), (1, 2), (0, 2)], x), (np.array([0.3, 0.5, 0.7]), 0.7), order=1)


def test_an_element_that_was_read_in_a_branch_is_read_again_behind_it():
    def f(q, x):
        for i in range(1, len(q)):
            if q[i - 1] > 0.4:
                x = x * q[i]
            q[i - 1] = x * q[i] * q[i]
        return q[0] * x + q[1]

    check_grads(f, (np.array([0.3, 0.5, 0.7, 0.2]), 0.7), order=1)


def test_what_is_the_same_in_every_turn_is_computed_again():
    def f(u, steps, dt, dx):
        for _ in range(steps):
            u[1:-1] += dt / dx**2 * math.exp(dt) * (u[2:] - 2 * u[1:-1] + u[:-2])
        return np.sum(u * u)

    assert saves(f, np.ones(5), 3, 0.1, 0.5) == []
    check_grads(f, (np.linspace(0.3, 0.9, 5), 3, 0.1, 0.5), order=1)


def test_what_a_branch_does_not_reach_is_not_computed_in_the_reverse_sweep():
    def f(x, n, d):
        for i in range(n):
            if d > 0:
                x = x * (1.0 / d**2)
            x = 2.0 * x
        return x

    assert grad(f)(0.5, 3, 0.0) == 8.0
    assert grad(f)(0.5, 0, 0.0) == 1.0
    check(f, 0.5, 3, 2.0)


def test_only_the_shape_of_a_part_that_was_overwritten_is_asked_of_the_part_as_it_is_now():
    def f(d, n):
        for k in range(n):
            d[:] = np.sin(d[:, k : k + 1] + d[k : k + 1, :])
        return np.sum(d)

    assert saves(f, np.ones((3, 3)), 3) == ["d_1_tape"]
    check_grads(f, (np.linspace(0.3, 0.9, 9).reshape(3, 3), 3), order=1)


def test_a_slice_that_is_never_overwritten_holds_what_was_computed_for_it():
    def f(a):
        l = np.zeros_like(a)
        for j in range(len(a)):
            l[j, j] = np.sqrt(a[j, j] - l[j, :j] @ l[j, :j])
            l[j + 1 :, j] = (a[j + 1 :, j] - l[j + 1 :, :j] @ l[j, :j]) / l[j, j]
        return np.sum(np.log(np.diag(l)))

    a = np.linspace(0.1, 0.4, 9).reshape(3, 3)
    assert saves(f, a) == []
    check_grads(f, (a @ a.T + np.eye(3),), order=1)


def test_a_slice_that_a_value_was_stretched_into_does_not_stand_for_it():
    def f(a, c):
        l = np.zeros_like(a)
        for j in range(len(a)):
            v = np.tanh(c[j : j + 1])
            l[j, :] = v
        return np.sum(l * a)

    check_grads(f, (np.linspace(0.1, 0.4, 9).reshape(3, 3), np.linspace(0.2, 0.5, 3)), order=1)


def test_an_element_of_an_array_that_is_written_to_is_not_the_same_in_every_turn():
    def f(p, n):
        u = 1.0
        for _ in range(n):
            y = p[0]
            u = y**3
        p[0] = u
        return p.sum()

    check_grads(f, (np.array([0.3, 0.5]), 2), order=1)
