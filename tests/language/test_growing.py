"""Lists that become longer and shorter while they are read: integrators, recurrences, stacks, histories of objects."""

from __future__ import annotations

import copy
import math

import numpy as np
import pytest

from wengert import check_grads, grad, jacfwd, jvp, value_and_grad, vjp


def explicit_euler(x, n):
    t, y, dt = [0.0], [x], 0.1
    for _ in range(n):
        t.append(t[-1] + dt)
        y.append(y[-1] + dt * math.sin(y[-1] * t[-1]))
    return y[-1]


def euler_with_arrays(x, n):
    y = [np.array([x, 1.0])]
    for _ in range(n):
        y.append(y[-1] + 0.1 * np.array([y[-1][1], -y[-1][0] * x]))
    return y[-1][0] + np.sum(np.array(y))


def two_steps_back(x, n):
    def rate(t, y):
        return -y * y + t

    h = 0.1
    ys = [x]
    fs = [rate(0.0, x)]
    ys.append(ys[0] + h * fs[0])
    fs.append(rate(h, ys[1]))
    for k in range(1, n):
        ys.append(ys[-1] + h * (1.5 * fs[-1] - 0.5 * fs[-2]))
        fs.append(rate(h * (k + 1), ys[-1]))
    return ys[-1]


def fibonacci_until_long(x, n):
    f = [x, x * x]
    while len(f) < n:
        f.append(0.5 * f[-1] * f[-2])
    return f[n - 1] + f[0]


def convolution_recurrence(x, n):
    c = [x]
    for k in range(n):
        total = 0.0
        for i in range(k + 1):
            total += c[i] * c[k - i]
        c.append(total)
    return c[-1]


def written_and_appended(x, n):
    box = [x]
    for i in range(n):
        box[0] = x * box[0]
        box.append(box[0] + i)
    return sum(box)


def grown_in_some_turns(x, n):
    a = [x]
    for i in range(n):
        if i % 2:
            a.append(a[-1] * x + a[0])
        elif a[-1] > 100:
            break
        else:
            a[-1] = a[-1] * 1.5
    return sum(a)


def left_early(x, n):
    a = [x]
    for i in range(n):
        if a[-1] > 2.5:
            break
        a.append(a[-1] * x)
        if i == 3:
            continue
        a.append(a[-2] * 0.5)
    return a[-1] + a[0] * len(a)


def lists_that_turns_exchange(x, n):
    a, b = [x], [2 * x, x * x]
    for i in range(n):
        a.append(a[-1] * b[0] + i)
        a, b = b, a
    return sum(a) + a[-1] * b[-1]


def one_list_under_two_names(x, n):
    a = [x]
    b = a
    for _ in range(n):
        b.append(a[-1] * x)
    return sum(b) * a[1]


def rows_from_the_row_before(x, n):
    rows = [[x]]
    for _ in range(n):
        before = rows[-1]
        row = [x]
        for j in range(len(before) - 1):
            row.append(before[j] + before[j + 1] * x)
        row.append(1.0 * x)
        rows.append(row)
    return sum(rows[-1])


def states_as_tuples(x, n):
    states = [(x, 1.0)]
    for _ in range(n):
        p, v = states[-1]
        states.append((p + 0.1 * v, v - 0.1 * p * x))
    return states[-1][0] * states[2][1]


def states_as_dicts(x, n):
    states = [{"p": x, "v": 1.0}]
    for _ in range(n):
        s = states[-1]
        states.append({"p": s["p"] + 0.1 * s["v"], "v": s["v"] - 0.1 * s["p"] * x})
    return states[-1]["p"] * states[2]["v"]


def states_that_hold_arrays(x, n):
    states = [(np.ones(2) * x, x)]
    for _ in range(n):
        a, b = states[-1]
        states.append((a * b, a.sum() * 0.3))
    return states[-1][1] * states[1][0][0]


def walked_over_while_it_grows(x, n):
    xs = [x]
    for _ in range(n):
        total = 0.0
        for k, v in enumerate(xs):
            total += v * k + x
        xs.append(total * 0.3)
    return xs[-1]


def sums_of_what_is_there(x, n):
    xs = [x, 2 * x]
    for _ in range(n):
        xs.append(sum(xs[-2:]) * 0.5)
        xs.append(sum(xs) * 0.1)
        xs.append(max(xs) * 0.9 + 0.3)
    return xs[-1]


def an_array_of_what_is_there(x, n):
    xs = [x]
    for _ in range(n):
        a = np.array(xs)
        xs.append(np.dot(a, a) * 0.1)
    return xs[-1]


def extended_and_added_to(x, n):
    xs = [x, x * x]
    for i in range(n):
        xs.extend([xs[-1] * 0.5, xs[0] + i])
        xs += [xs[-3]]
    return sum(xs[2:])


def the_largest_before_one_is_appended(x, n):
    xs = [x * (i - 2) for i in range(n)]
    largest = max(xs)
    xs.append(10 * largest)
    return sum(xs)


def lists_of_one_turn(x, n):
    s = 0.0
    for i in range(n):
        xs = []
        for j in range(i + 1):
            xs.append(x * j)
        xs.append(max(xs) * 3)
        s += sum(xs) + max(xs)
    return s


def one_array_of_many(x, n):
    xs = []
    for i in range(n):
        xs.append(x * i + np.ones(2))
        if i % 2:
            xs.append(x * np.ones(2))
    return np.sum(xs[0] ** 2 * x)


class Particle:
    def __init__(self, x):
        self.x = x
        self.history = [x]

    def step(self, dt):
        self.x = self.x + dt * math.sin(self.history[-1])
        self.history.append(self.x)


def history_of_an_object(x, n):
    particle = Particle(x)
    for _ in range(n):
        particle.step(0.1)
    return particle.history[-1] * particle.history[2]


def grown_by_a_helper(x, n):
    def push(stack, v):
        stack.append(stack[-1] * v)
        return stack[-1]

    stack = [x]
    t = 0.0
    for i in range(n):
        t += push(stack, x) * i
    return t


def a_stack_of_numbers(x, n):
    stack = [x]
    for i in range(n):
        stack.append(x * i)
        if i % 3 == 2:
            b = stack.pop()
            a = stack.pop()
            stack.append(a * b + 1)
    return sum(v * v for v in stack)


def a_queue(x, n):
    queue = [x * i for i in range(n)]
    seen = []
    while queue:
        seen.append(queue.pop() * x)
        if queue:
            seen.insert(0, queue.pop(0))
    return sum(k * v * v for k, v in enumerate(seen))


def inserted_and_taken_out(x, n):
    xs = [x * i for i in range(n)]
    xs.insert(2, x)
    xs.insert(-1, x * x)
    v = xs.pop(1)
    w = xs.pop(-2)
    return v * w + sum(k * u for k, u in enumerate(xs))


def slices_of_other_lengths(x, n):
    xs = [1.0] * n
    xs[1:3] = [x, x * x]
    ys = xs
    xs[:2] = [x] * 4
    for i in range(n):
        xs[i : i + 2] = [x, xs[i] * 2]
        xs[:0] = [x]
        xs[-1:] = []
    return ys[0] + ys[1] * xs[2] + sum(k * v * v for k, v in enumerate(xs)) * x


def slices_of_a_list_of_known_length(x, n):
    xs = [x, 2.0]
    xs[0:1] = (x, x)
    xs[5:] = [x * x]
    return sum(k * v * v for k, v in enumerate(xs))


def slices_with_steps(x, n):
    xs = [x * i for i in range(n)]
    xs[::2] = [v * x for v in xs[::2]]
    xs[1:-1] = xs[-2:0:-1]
    return sum(k * v for k, v in enumerate(xs))


def numbers_of_the_text_before_what_varies(x, n):
    xs = [1.0] * n
    for i in range(n):
        xs.append(x * i)
    ys = [1.0, 2.0]
    ys.append(x)
    for i in range(n):
        ys.append(x * i)
    return xs[n + 1] * xs[n + 2] * xs[0] + sum(v * v for v in xs) + sum(v * v for v in ys)


def a_list_of_pairs_walked_over_and_read(x, n):
    pairs = [(1.0 * i, x * i) for i in range(n)]
    again = [pair for pair in pairs]  # noqa: C416
    return again[1][1] * pairs[2][1]


def a_list_of_a_branch(x, n):
    if n > 2:
        xs = [x, 2.0]
    else:
        xs = [1.0, x * x]
    for _ in range(n):
        xs.append(xs[-1] * x + xs[0])
    return sum(xs)


def pairs_of_a_branch(x, n):
    xs = [(x, 1.0)] if n > 2 else [(2.0, x)]
    for _ in range(n):
        a, b = xs[-1]
        xs.append((b, a * x))
    return xs[-1][0] * xs[0][0]


def grown_in_a_branch_alone(x, n):
    xs = [x, 2.0]
    if n > 2:
        xs.append(x * x)
    ys = [x * i for i in range(n)]
    if n > 2:
        for i in range(n):
            ys.append(x * x + i)
        ys[0] = x
    elif n > 1:
        ys.pop()
    return sum(xs) * xs[0] + sum(v * v for v in ys) * ys[1]


def changed_in_one_way_or_another(x, n):
    s = 0.0
    for j in range(n):
        xs = [x * i for i in range(j + 2)]
        if j % 2:
            xs.append(x * x)
        elif j % 3:
            xs.insert(0, x)
        else:
            xs.pop(0)
        if j > 3:
            continue
        s += sum(v * v for v in xs) * xs[0]
    return s


PROGRAMS = [value for value in list(globals().values()) if getattr(value, "__module__", "") == __name__ and not isinstance(value, type)]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_a_list_is_read_while_it_grows(program):
    check_grads(program, (1.3, 5), order=2)
    assert value_and_grad(program)(1.3, 5)[0] == program(1.3, 5)
    assert jacfwd(program)(1.3, 5) == pytest.approx(grad(program)(1.3, 5))


def test_an_argument_that_grows_is_longer_afterwards_and_its_gradient_is_not():
    def f(xs, x):
        for i in range(3):
            xs.append(xs[-1] * x + xs[i])
        return sum(xs)

    given, plain = [1.0, 0.5, 0.7], [1.0, 0.5, 0.7]
    value = f(plain, 0.8)
    assert value_and_grad(f)(given, 0.8)[0] == value and given == plain
    assert len(grad(f)([1.0, 0.5, 0.7], 0.8)) == 3
    check_grads(f, ([1.0, 0.5, 0.7], 0.8), order=2)


def test_a_list_that_has_grown_is_returned():
    def powers(x, n):
        xs = [x]
        for _ in range(n):
            xs.append(xs[-1] * x)
        return xs

    check_grads(powers, (1.3, 4), order=2)
    out, pullback = vjp(powers, 1.3, 4)
    cotangent = [1.0] * len(out)
    kept = copy.copy(cotangent)
    assert pullback(cotangent)[0] == pullback(cotangent)[0] == pytest.approx(jvp(lambda x: sum(powers(x, 4)), (1.3,), (1.0,))[1])
    assert cotangent == kept


@pytest.mark.parametrize("program", [explicit_euler, euler_with_arrays, history_of_an_object, written_and_appended, two_steps_back])
def test_no_turn_copies_the_list(program):
    assert ".copy()" not in grad(program).source(1.3, 5)
    assert ".copy()" not in grad(grad(program)).source(1.3, 5)


def test_items_taken_out_of_an_argument_are_gone_afterwards():
    def f(xs):
        v = xs.pop()
        xs.insert(0, v * v)
        w = xs.pop(1)
        return v * w + xs[0] * xs[-1]

    given, plain = [1.0, 2.0, 3.0, 4.0], [1.0, 2.0, 3.0, 4.0]
    value = f(plain)
    assert value_and_grad(f)(given)[0] == value and given == plain
    check_grads(f, ([1.0, 2.0, 3.0, 4.0],), order=2)


def test_a_list_of_dicts_is_zipped_with_itself_backward():
    def f(particles, x):
        s = 0.0
        for p, q in zip(particles, particles[::-1]):
            s += p["m"] * q["q"] * x
        return s

    check_grads(f, ([{"m": 0.5, "q": 1.0}, {"m": 1.5, "q": 2.0}, {"m": 2.0, "q": 0.3}], 1.3), order=2)


def test_a_list_of_tuples_has_a_third_derivative():
    def f(x, n):
        s = 0.0
        for a, b in [(x * i, x**i) for i in range(n)]:
            s += a * b
        return s

    check_grads(f, (1.3, 4), order=3)


def test_the_adjoint_of_a_list_that_each_turn_makes_anew_is_a_list():
    def f(x, p):
        for i in range(2):
            items = list(p)
        return items[0] * items[1] * x

    def matched(x, p):
        for a in p:
            items = [a * v for v in p]
        match items:
            case [first, *rest]:
                return first * rest[0] * x
        return x

    for program in (f, matched):
        check_grads(program, (1.3, np.array([0.2, 0.5, 0.7])), order=2)
