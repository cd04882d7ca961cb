"""In-place writes as NumPy has them: every way to write into arrays, lists, dicts and objects."""

from __future__ import annotations

import numpy as np
import pytest
from whole_functions import Case, agree, collecting

CASES: dict[str, Case] = {}
case = collecting(CASES)
RANDOM = np.random.default_rng(3)
A, B, C = (RANDOM.uniform(0.5, 1.5, 6) for _ in range(3))
M = RANDOM.uniform(0.5, 1.5, (3, 4))
WEIGHTS = np.arange(1.0, 7.0)
GRID = np.arange(1.0, 13.0).reshape(3, 4)


# targets


@case(A, 0.7)
def an_element(a, x):
    a[2] = x * a[1]
    a[-1] *= a[2]
    return WEIGHTS @ (a * a)


@case(M, 0.7)
def an_element_of_two_axes_is_augmented(m, x):
    m[1, 2] += x * m[0, 0]
    m[0][1] -= x
    m[2, -1] /= m[1, 2]
    m[0, 0] **= 2
    return np.sum(GRID * m * m)


@case(A, 0.7)
def a_slice(a, x):
    a[1:-1] = a[2:] * x
    a[::2] -= a[1::2]
    a[:] = a * a
    return WEIGHTS @ a


@case(M, B[:3])
def a_column(m, b):
    m[:, 1] *= b
    m[:, -1] = m[:, 1] * b
    m[1] /= m[0]
    return np.sum(GRID * m * m)


@case(A, B[:3], np.array([4, 0, 2]))
def an_array_of_integers(a, b, i):
    a[i] = b * a[i]
    a[i] += b
    a[[1, 3]] *= 2.0
    return WEIGHTS @ (a * a)


@case(A, B, np.array([1, 3, 1, 1, 0, 3]))
def repeated_integers_of_which_the_last_one_wins(a, b, i):
    a[i] = b
    return WEIGHTS @ (a * a)


@case(A, B, np.array([1, 3, 1, 1, 0, 3]))
def repeated_integers_of_an_augmented_assignment(a, b, i):
    a[i] += b
    a[i] *= b
    return WEIGHTS @ (a * a)


@case(A, B, np.array([1, 3, 1, 1, 0, 3]))
def repeated_integers_of_add_at(a, b, i):
    np.add.at(a, i, b * b)
    return WEIGHTS @ (a * a)


@case(A, 0.9)
def a_mask(a, x):
    a[a > x] *= x
    a[a < 0.6] = x * x
    return WEIGHTS @ (a * a)


@case(A, B)
def a_mask_with_an_array(a, b):
    big = a > 0.9
    a[big] = b[big] * a[big]
    return WEIGHTS @ (a * a)


@case(M, A[:4])
def ellipsis_and_new_axes(m, v):
    m[..., 0] = v[:3]
    m[1, ...] += v
    m[None, 2] = v * m[2]
    m[...] *= 2.0
    return np.sum(GRID * m * m)


@case(M, A[:2], np.array([2, 0]))
def integers_beside_slices(m, v, i):
    m[i, 1] = v
    m[i, 1:3] *= v[:, None]
    m[i[:, None], [0, 3]] -= v
    return np.sum(GRID * m * m)


@case(A)
def negative_steps(a):
    a[::-1] = a * WEIGHTS
    a[4:1:-2] *= a[:2]
    return WEIGHTS @ (a * a)


@case(A)
def overlapping_self_assignment(a):
    a[1:] = a[:-1]
    a[:-2] += a[2:]
    a[::-1] = a
    return WEIGHTS @ (a * a)


@case(A, M)
def swaps_of_elements_and_rows(a, m):
    a[0], a[3] = a[3], a[0]
    m[[0, 2]] = m[[2, 0]]
    m[:, [1, 2]] = m[:, [2, 1]]
    return WEIGHTS @ (a * a) + np.sum(GRID * m * m)


@case(A)
def a_swap_through_a_copy(a):
    kept = a[:3].copy()
    a[:3] = a[3:]
    a[3:] = kept
    return WEIGHTS @ (a * a)


# out=


@case(A, B)
def out_of_ufuncs_with_one_and_two_operands(a, b):
    np.exp(a, out=a)
    np.multiply(a, b, out=b)
    np.subtract(b, a, b)
    np.sqrt(a, a)
    np.power(a, 2.0, out=a)
    return WEIGHTS @ (a * b)


@case(A, B)
def out_is_a_view(a, b):
    np.add(a[1:], b[1:], out=a[:-1])
    np.negative(b[::2], out=b[1::2])
    return WEIGHTS @ (a * a * b)


@case(M, A[:4])
def out_of_functions(m, v):
    r, s, t = np.empty(3), np.empty((3, 4)), np.empty(4)
    np.dot(m, v, out=r)
    np.cumsum(m, axis=1, out=s)
    np.sum(m, axis=0, out=t)
    np.clip(s, 1.0, 3.0, out=s)
    return np.sum(r * r) + np.sum(GRID * s) + t @ v


@case(M, A[:4])
def out_of_more_functions(m, v):
    r, s, t = np.empty(3), np.empty((3, 3)), np.empty(4)
    np.matmul(m, v, out=r)
    np.matmul(m, m.T, out=s)
    np.mean(m, axis=0, out=t)
    u = np.empty((2, 4))
    np.concatenate([m[:1], m[1:2] * 2], out=u)
    w = np.empty((2, 4))
    np.stack([m[0], m[2]], out=w)
    return np.sum(r * r) + np.sum(s * s) + t @ v + np.sum(u * w)


@case(A, B)
def out_and_where(a, b):
    r = np.zeros(6)
    np.divide(a, b, out=r, where=b > 0.9)
    return WEIGHTS @ (r * r)


# methods and functions that write


@case(A, 0.7)
def fill(a, x):
    b = a[1:3]
    s = np.sum(b)
    b.fill(x * s)
    return WEIGHTS @ (a * a)


@case(A, M)
def sort(a, m):
    a.sort()
    m.sort(axis=0)
    return WEIGHTS @ (a * a) + np.sum(GRID * m * m)


@case(A)
def partition(a):
    a.partition(2)
    return np.sum(a[:3] ** 2) + a[2]


@case(A, B)
def copyto_and_putmask(a, b):
    np.copyto(a[1:], b[:-1] * a[1:])
    np.copyto(a, b, where=a > 0.9)
    np.putmask(b, b > 1, a)
    return WEIGHTS @ (a * b)


@case(M, 0.7)
def fill_diagonal(m, x):
    np.fill_diagonal(m, x * m[0, 1])
    return np.sum(GRID * m * m)


@case(M, 0.7)
def writing_through_indices_of_a_diagonal(m, x):
    i = np.arange(3)
    m[i, i] += x * m[i, i + 1]
    return np.sum(GRID * m * m)


# lists, dicts, attributes, nested ones


@case([0.3, 0.5], 0.7)
def items_of_a_list_argument(xs, x):
    xs[0] = xs[1] * x
    xs[1] += xs[0]
    return xs[0] * xs[1]


@case({"a": A, "b": 0.5}, 0.7)
def items_of_a_dict_argument(d, x):
    d["a"][1:] *= x
    d["b"] = d["b"] * x
    d["a"] *= d["b"]
    return WEIGHTS @ d["a"] * d["b"]


# += by kind


@case(A, 0.7)
def an_augmented_array_is_written_and_an_augmented_number_bound_again(a, x):
    b, y = a, x
    b += 1.0
    y += 1.0
    b = b * 2
    b += 5.0
    return np.sum(a * a) * x * y


@case([0.3, 0.5], 0.7)
def an_augmented_list_grows_and_an_augmented_tuple_is_bound_again(xs, x):
    ys, t = xs, (x,)
    u = t
    ys += [x * x]
    t += (3 * x,)
    return xs[2] * len(xs) * t[1] * len(u)


@pytest.mark.parametrize("name", CASES)
def test_both_modes_agree_with_differences_and_leave_what_a_plain_call_leaves(name):
    agree(*CASES[name])
