"""Derivatives of products, for generated code: what is left of a product without some of its factors, right also where some are zero.

Dividing the product by a factor is the short way, and is wrong at zero and where digits are lost. A determinant is a product of singular
values, so its cofactors belong here. Like all run-time helpers these use NumPy and each other only, because a saved module holds their text.

>>> product_of_others(np.array([2.0, 0.0, 3.0]))
array([0., 6., 0.])
"""

from __future__ import annotations

from typing import Any

import numpy as np


def product_of_others(x: Any, *directions: Any, axis: Any = None) -> Any:
    """For each element the product of all others along `axis`, right also where some are zero.

    With directions v, w, ... its derivative along them: for each element the sum, over all choices of one element for each
    direction, of the directions' values there times the product of what is left.

    >>> product_of_others(np.array([2.0, 0.0, 3.0])), product_of_others(np.array([2.0, 0.0, 3.0]), np.ones(3))
    (array([0., 6., 0.]), array([3., 5., 2.]))
    """
    if not directions and isinstance(x, np.ndarray) and x.size and x.dtype.kind in "fc":
        total = np.prod(x, axis=axis, keepdims=True)
        limits, sizes = np.finfo(x.dtype), np.abs(total)
        if sizes.min() > limits.tiny / limits.eps and sizes.max() < np.inf:  # no zero, and no digits lost
            return total / x
    shape, ndim = np.shape(x), np.ndim(x)
    axes = range(ndim) if axis is None else (axis,) if isinstance(axis, int) else axis
    front = sorted(a % ndim for a in axes) if ndim else []
    order = front + [a for a in range(ndim) if a not in front]
    rest = tuple(shape[a] for a in order[len(front) :])
    lines = [np.transpose(np.broadcast_to(v, shape), order).reshape(-1, *rest) for v in (x, *directions)]
    dtype = np.result_type(*lines)
    full = 2 ** len(directions)  # a number with one infinitesimal for each direction has this many components

    def before(rows: list[Any]) -> Any:
        """The products of all elements before each."""
        result = np.zeros((full, *rows[0].shape), dtype)
        result[0, :1] = 1
        if full == 1:
            result[0, 1:] = np.cumprod(rows[0][:-1], axis=0)
            return result
        for i in range(1, len(rows[0])):
            result[:, i] = result[:, i - 1] * rows[0][i - 1]
            for k, row in enumerate(rows[1:]):
                for part in range(full):
                    if part >> k & 1:
                        result[part, i] += result[part - (1 << k), i - 1] * row[i - 1]
        return result

    left, right = before(lines), before([row[::-1] for row in lines])[:, ::-1]
    total = sum(left[part] * right[full - 1 - part] for part in range(full))
    result = np.transpose(np.reshape(total, [shape[a] for a in order]), np.argsort(order))
    return result if isinstance(x, np.ndarray) else result[()]


def cofactors(x: Any) -> Any:
    """The gradient of `np.linalg.det(x)`: `det(x) * inv(x).T`, and where that is no way to compute it, from the singular values.

    >>> cofactors(np.array([[1.0, 2.0], [2.0, 4.0]])).round(12)
    array([[ 4., -2.],
           [-2.,  1.]])
    """
    try:
        inverse = np.linalg.inv(x)
    except np.linalg.LinAlgError:
        inverse = np.full_like(x, np.inf)
    condition = np.abs(x).sum(axis=-2).max(axis=-1, initial=1) * np.abs(inverse).sum(axis=-2).max(axis=-1, initial=1)
    if np.all(condition < 1e6):
        return np.swapaxes(inverse, -1, -2) * np.linalg.det(x)[..., None, None]
    u, s, vh = np.linalg.svd(x)
    others = np.where(np.eye(s.shape[-1], dtype=bool), 1, s[..., None, :]).prod(axis=-1)
    sign = np.linalg.det(u) * np.linalg.det(vh)
    return sign[..., None, None] * ((u.conj() * others[..., None, :]) @ vh.conj())


def cofactors_along(x: Any, v: Any) -> Any:
    """The derivative of `cofactors(x)` along `v`: with x as its singular values, each element is a sum of products of the others."""
    u, s, vh = np.linalg.svd(x)
    m = np.swapaxes(u, -1, -2).conj() @ v @ np.swapaxes(vh, -1, -2).conj()
    one = np.eye(s.shape[-1], dtype=bool)
    pairs = np.where(one[:, None, :] | one[None, :, :], 1, s[..., None, None, :]).prod(axis=-1) * ~one  # without i and j
    slopes = -np.swapaxes(m, -1, -2) * pairs
    diagonal = (pairs * np.diagonal(m, axis1=-2, axis2=-1)[..., None, :]).sum(axis=-1)
    slopes[..., one] = diagonal
    sign = (np.linalg.det(u) * np.linalg.det(vh))[..., None, None]
    return sign * (u.conj() @ slopes @ vh.conj())


def cumprod_along(x: Any, *directions: Any, axis: int = 0) -> Any:
    """The derivative of `np.cumprod(x, axis)` along the directions, one after the other; right also where elements are zero.

    >>> cumprod_along(np.array([2.0, 0.0, 3.0]), np.ones(3))
    array([1., 2., 6.])
    """
    rows = [np.moveaxis(np.asarray(v), axis, 0) for v in (x, *directions)]
    full = 2 ** len(directions)  # a number with one infinitesimal for each direction has this many components
    result = np.zeros((*rows[0].shape, full), np.result_type(*rows))
    now = np.zeros((*rows[0].shape[1:], full), result.dtype)
    now[..., 0] = 1
    for i in range(len(rows[0])):
        new = now * rows[0][i][..., None]
        for k, row in enumerate(rows[1:]):
            for part in range(full):
                if part >> k & 1:
                    new[..., part] += now[..., part - (1 << k)] * row[i]
        result[i] = now = new
    return np.moveaxis(result[..., -1], 0, axis)


def transposed_cumprod(x: Any, g: Any, *directions: Any, axis: int = 0) -> Any:
    """The gradient of `np.sum(g * np.cumprod(x, axis))`, and its derivative along the directions; right also where elements are zero.

    >>> transposed_cumprod(np.array([2.0, 0.0, 3.0]), np.ones(3))
    array([1., 8., 0.])
    """
    g, *rows = (np.moveaxis(np.asarray(v), axis, 0) for v in (g, x, *directions))
    if any(row.shape != g.shape for row in rows):
        raise ValueError("a cumulative product and its adjoint have one shape")
    if not directions and rows[0].all():
        total = np.cumsum((g * np.cumprod(rows[0], axis=0))[::-1], axis=0)[::-1]
        return np.moveaxis(total / rows[0], 0, axis)
    full = 2 ** len(directions)
    shape = (*rows[0].shape, full)

    def product(now: Any, i: int) -> Any:
        new = now * rows[0][i][..., None]
        for k, row in enumerate(rows[1:]):
            for part in range(full):
                if part >> k & 1:
                    new[..., part] += now[..., part - (1 << k)] * row[i]
        return new

    before = np.zeros(shape, np.result_type(g, *rows))  # the products of all elements before each
    before[:1, ..., 0] = 1
    for i in range(1, len(g)):
        before[i] = product(before[i - 1], i - 1)
    result = np.zeros(g.shape, before.dtype)
    later = np.zeros(shape[1:], before.dtype)  # what comes behind each, weighted by g
    for i in range(len(g) - 1, -1, -1):
        later[..., 0] += g[i]
        result[i] = sum(later[..., part] * before[i][..., full - 1 - part] for part in range(full))
        later = product(later, i)
    return np.moveaxis(result, 0, axis)


PARTIAL_PRODUCTS = (product_of_others, cumprod_along, transposed_cumprod, cofactors, cofactors_along)
"""What a saved module may need the text of."""
