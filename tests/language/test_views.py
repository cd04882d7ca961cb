"""Aliases and views: what was written is seen under every name that shows it, and where only a run can tell, it is refused."""

from __future__ import annotations

import numpy as np
import pytest
from whole_functions import Case, agree, collecting

import wengert

CASES: dict[str, Case] = {}
case = collecting(CASES)
RANDOM = np.random.default_rng(3)
A, B, C = (RANDOM.uniform(0.5, 1.5, 6) for _ in range(3))
M = RANDOM.uniform(0.5, 1.5, (3, 4))
WEIGHTS = np.arange(1.0, 7.0)
GRID = np.arange(1.0, 13.0).reshape(3, 4)


@case(A, 0.7)
def an_alias_of_an_alias(a, x):
    b = a
    c = b
    c[0] = x * b[1]
    b[1] *= a[0]
    return WEIGHTS @ (c * c)


@case(M, 0.7)
def axes_in_another_order(m, x):
    t = np.moveaxis(m, 0, 1)
    t[0] += x
    t[1] *= t[0]
    return np.sum(GRID * m)


@case(M.reshape(3, 2, 2), 0.7)
def three_axes_turned(m, x):
    t = m.transpose(2, 0, 1)
    t[0] *= x
    t[1, 0] = t[0, 1]
    return np.sum(GRID.reshape(3, 2, 2) * m**2)


@case(M, 0.7)
def mirrored(m, x):
    q = np.flip(m, axis=1)
    q[0, 0] = x
    q[:, 1] += q[:, 0]
    np.fliplr(m)[1] *= x
    np.flipud(m)[0, 2] = x * x
    return np.sum(GRID * m)


@case(A, 0.7)
def astype_copies(a, x):
    b = a.astype(float)
    b[0] = x
    return WEIGHTS @ (a * b)


@case(M, 0.7)
def views_of_views(m, x):
    rows = m[1:]
    column = rows[:, 1]
    part = column[::-1]
    part[0] = x * m[0, 1]
    rows[0] *= 2.0
    m[2, 1] += part[1]
    return np.sum(GRID * m * m) + np.sum(part)


@case(A, 0.7)
def the_copy_of_an_index_array_and_of_a_mask(a, x):
    b, c = a[[0, 1]], a[a > 0.8]
    b[0] = x
    c *= 2
    return np.sum(a * a) + np.sum(b) + np.sum(c)


@case(A, 0.7)
def an_array_handed_over_twice(a, x):
    def add(u, v):
        u += v * x
        v[0] = u[1] * u[2]
        return np.sum(u * v)

    return add(a, a)


@case(A, 0.7)
def two_views_of_one_array_handed_over(a, x):
    def add(u, v):
        u += v * x
        v *= u
        return np.sum(u * v)

    return add(a[1:], a[:-1])


@case(A, 0.7)
def a_list_of_arrays_made_in_a_loop_and_written_in_another(a, x):
    xs = []
    for k in range(3):
        xs.append(a * k)
    for v in xs:
        v[0] = x
        v *= x
    return np.sum(xs[0] * xs[1]) + np.sum(xs[2])


@case(A, 0.7)
def operands_that_a_later_write_destroys(a, x):
    b = np.sin(a)
    s = np.sum(b * a)
    a[1:3] = x
    t = np.sum(a * b)
    b *= a
    a[:] = b * s
    return np.sum(a * b) * t


@case(A, B)
def writing_into_arguments(a, b):
    a[0] = 3.0
    b[1:] = a[:-1] * b[1:]
    a *= b
    return WEIGHTS @ (a * b)


@case({"layers": [A, B], "scale": [0.5]}, 0.7)
def nested_containers(d, x):
    d["layers"][0][1] = x * d["layers"][1][0]
    d["scale"][0] += x
    return np.sum(d["layers"][0] * d["layers"][1]) * d["scale"][0]


class Field:
    def __init__(self, values):
        self.values = values
        self.total = 0.0


@case(A, 0.7)
def an_array_that_an_object_holds(a, x):
    field = Field(a)
    field.values[1:] += x
    field.values *= x
    field.total += np.sum(a)
    return field.total * a[0]


@case(M, 0.7)
def views_that_are_taken_by_an_index_or_turn_axes(m, x):
    t = m.T
    t[0] *= x
    s = np.swapaxes(m, 0, 1)
    s[2, 1] *= t[1, 1]
    n = m[None]
    n[0, 0] += 1.0
    np.expand_dims(m, 0)[0, 1, 1] = x
    m.squeeze()[2, 2] += m[0, 0]
    np.transpose(m)[3] -= x
    return np.sum(GRID * m * m) + np.sum(s * t)


@case(M, 0.7)
def views_that_are_read_after_their_base_was_written(m, x):
    turned, diagonal, last = np.flip(m, 0), m.diagonal(), np.moveaxis(m, 0, 1)[-1]
    rolled, left, wide = np.rot90(m), np.split(m, 2, axis=1)[0], np.broadcast_to(m[0], (2, 4))
    s = np.sum(turned[0] * last[0] * diagonal[1])
    m[1:] *= x
    m[0, 0] = x
    return s * np.sum(GRID * turned * m) * np.sum(diagonal) + np.sum(last) * np.sum(rolled[0]) + np.sum(left) * np.sum(wide)


@case(M, 0.7)
def a_view_of_a_view_that_adds_an_axis_is_written_twice(m, x):
    t = m[None].squeeze(0)
    t[0] = x
    t *= x
    return np.sum(t * t * m[0, 0]) + np.sum(GRID * m)


@case(M, 0.7)
def what_is_always_a_copy(m, x):
    f, p, q, r = m.flatten(), m.copy(), np.copy(m), np.array(m)
    f[2] = x * x
    p[0] = x
    q *= x
    r += m[0]
    m *= 2.0
    return np.sum(f) * np.sum(p * q * r * m)


@case(M, 0.7)
def a_block_of_a_single_array_is_a_copy(m, x):
    b = np.block([[m]])
    m[0] = x
    b[1] *= x
    return np.sum(GRID * b * m)


@case(A, 0.7, np.array([0, 2]))
def an_alias_of_what_an_index_array_picked_is_written_with_it(a, x, i):
    b = a[i]
    c = b
    b += x
    b[0] = x
    return np.sum(c * c) + np.sum(a)


@pytest.mark.parametrize("name", CASES)
def test_both_modes_agree_with_differences_and_leave_what_a_plain_call_leaves(name):
    agree(*CASES[name])


@case(M, 0.7)
def a_reshape_that_copies(m, x):
    r = m.T.reshape(-1)
    r[0] = x
    f = m.T.ravel()
    f[1] *= 5.0
    g = m.flatten()
    g[2] = x * x
    return np.sum(GRID * m * m) + np.sum(r * f * g)


@case(M, 0.7, True)
def a_reshape_that_copies_or_not_as_the_run_decides(m, x, turned):
    b = m.T if turned else m
    r = b.reshape(-1)
    r[0] = x
    return np.sum(m * m) + np.sum(r * r * r)


@case(A, B[:2])
def put(a, b):
    a.put([1, 4], b)
    np.put(a, [0], b[1] * b[0])
    return WEIGHTS @ (a * a)


# what is refused: whether an object has been changed, only a run can tell, or no rule writes through it

REFUSED: dict[str, Case] = {}
refused = collecting(REFUSED)


@refused("W081", M, 0.7)
def writing_through_flat(m, x):
    m.flat[3] = x
    return np.sum(GRID * m * m)


@refused("W081", A, 0.7)
def an_array_in_two_containers(a, x):
    d, xs = {"a": a}, [a, x]
    d["a"][0] = x
    xs[0][1] *= x
    return WEIGHTS @ (a * a) + d["a"][1] * xs[0][0]


@refused("W081", A, B, 0.7)
def arrays_of_a_list_that_are_written_later(a, b, x):
    xs = [a, b]
    s = np.sum(xs[0])
    a[0] = x
    for v in xs:
        v *= x
    return s * np.sum(xs[0] * xs[1])


@refused("W082", M, 0.7)
def writing_through_what_rollaxis_shows(m, x):
    np.rollaxis(m, 1)[0] *= x
    return np.sum(GRID * m * m)


@refused("W081", M, 0.7)
def writing_through_both_pieces_of_a_split(m, x):
    left, right = np.split(m, 2, axis=1)
    left[0] = right[0] * x
    right *= 2.0
    return np.sum(GRID * m * m)


@refused("W081", M, 0.7)
def writing_through_einsum(m, x):
    np.einsum("ij->ji", m)[0] = x
    return np.sum(GRID * m * m)


@refused("W081", M, 0.7)
def rows_in_a_list_after_the_array_was_written(m, x):
    row = list(m)[0]
    m[0] = x
    return np.sum(row * row)


@refused("W047", A, 0.7)
def an_index_into_what_is_no_array(a, x):
    return np.sum(np.r_[a, x])


@refused("W043", A, 0.7)
def resize(a, x):
    a.resize(3)
    return np.sum(a) * x


@pytest.mark.parametrize("name", REFUSED)
def test_what_only_a_run_can_tell_is_refused_in_both_modes(name):
    function, (code, *args) = REFUSED[name]
    with pytest.raises(wengert.Error, match=code):
        wengert.grad(function)(*args)
    with pytest.raises(wengert.Error, match=code):
        wengert.jvp(function, tuple(args), (np.ones_like(args[0]), *[None] * (len(args) - 1)))
