"""The adjoint of an element or a slice costs the element or the slice: elements are counted as they are touched, at two lengths."""

from __future__ import annotations

import numpy as np
import pytest

from wengert import check_grads, grad


def filled(a, x):
    y = np.zeros(len(a))
    for i in range(len(a)):
        y[i] = a[i] * a[i] * x
    return np.sum(y * y)


def swept(a, x):
    for i in range(1, len(a)):
        a[i] += np.sin(a[i - 1]) * x
    return a[-1]


def by_pieces(a, x):
    y = np.empty_like(a)
    for i in range(0, len(a), 4):
        y[i : i + 4] = a[i : i + 4] * x
        y[i : i + 4] *= y[i : i + 4]
    return np.sum(y)


def through_views(a, x):
    for i in range(0, len(a), 4):
        row = a[i : i + 4]
        row[1:] *= row[:-1]
        row[0] = x
    return np.sum(a)


class Counted(np.ndarray):
    """Counts the elements that are computed, copied and written: of what any ufunc or item access touches."""

    touched = 0

    def __array_ufunc__(self, ufunc, method, *inputs, out=None, **keywords):
        plain = [np.asarray(x) if isinstance(x, Counted) else x for x in inputs]
        into = {} if out is None else {"out": tuple(np.asarray(x) for x in out)}
        found = getattr(ufunc, method)(*plain, **into, **keywords)
        Counted.touched += max([np.size(found), *map(np.size, plain)]) if found is not None else np.size(plain[-1])
        if out is not None:
            return out[0]
        return found.view(Counted) if isinstance(found, np.ndarray) else found

    def __array_function__(self, function, types, args, keywords):
        found = super().__array_function__(function, types, args, keywords)
        Counted.touched += max(np.size(found), np.size(args[0])) if isinstance(found, np.ndarray) else 1
        return found

    def __setitem__(self, index, value):
        np.asarray(self)[index] = value
        Counted.touched += np.size(np.asarray(self)[index])

    def copy(self, *args):
        Counted.touched += self.size
        return super().copy(*args)


def elements(function, n):
    a = np.linspace(0.4, 0.9, n).view(Counted)
    gradient = grad(function).compiled(np.asarray(a), 0.7)
    Counted.touched = 0
    gradient(a, 0.7)
    return Counted.touched


@pytest.mark.parametrize("function", [filled, swept, by_pieces, through_views], ids=lambda f: f.__name__)
def test_a_gradient_of_a_loop_over_an_array_touches_elements_in_proportion_to_its_length(function):
    check_grads(function, (np.linspace(0.4, 0.9, 8), 0.7), order=1)
    few, many = (elements(function, n) for n in (64, 512))
    assert 64 < few and many <= 8.5 * few
