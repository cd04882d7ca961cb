"""The few helpers generated code may call, where plain NumPy cannot say it in the line itself.

They appear only where kinds do not prove how a gradient gets its shape or type: with known kinds the text says
`b_bar = z_bar.sum(axis=0)`, without them `b_bar = unbroadcast(z_bar, b)`. Each helper is a function of its own that uses
NumPy (as `np`) and the helpers it names, because `.save` writes its text into the saved module.

>>> unbroadcast(np.ones((2, 3)), np.zeros(3))
array([2., 2., 2.])
>>> project(np.float64(2.0), 1.0)
2.0
"""

from __future__ import annotations

from typing import Any

import numpy as np


def unbroadcast(g: Any, x: Any) -> Any:
    """Sum `g` over the axes along which `x` was broadcast, so that it has the shape of `x`."""
    shape = np.shape(x)
    if np.shape(g) == shape:
        return g
    extra = np.ndim(g) - len(shape)
    if extra < 0:  # the contribution is the same for all of `x`
        return np.broadcast_to(g, shape)
    g = np.sum(g, axis=tuple(range(extra)))
    stretched = tuple(axis for axis, length in enumerate(shape) if length == 1 and g.shape[axis] != 1)
    if stretched:
        g = np.sum(g, axis=stretched, keepdims=True)
    return g if np.shape(g) == shape else np.broadcast_to(g, shape)


def project(g: Any, x: Any) -> Any:
    """Make the gradient `g` of the type, dtype and shape of `x`; what cannot vary has the gradient None."""
    if type(x) in (tuple, list):
        items = g if isinstance(g, (tuple, list, np.ndarray)) else [g] * len(x)
        return type(x)(project(a, b) for a, b in zip(items, x))
    if type(x) is dict:
        return {key: project(g[key] if type(g) is dict else g, x[key]) for key in x}
    if type(x) in (float, complex):
        g = unbroadcast(g, x)
        return complex(g) if type(x) is complex else float(np.real(g))
    if not isinstance(x, (np.ndarray, np.generic)) or x.dtype.kind not in "fc":
        return None
    g = unbroadcast(g, x)
    if x.dtype.kind == "f":
        g = np.real(g)
    return np.array(g, dtype=x.dtype) if isinstance(x, np.ndarray) else x.dtype.type(g)  # `g` may be a view, or read-only


def plus(a: Any, b: Any) -> Any:
    """The sum of two gradients of lists, item by item; a number stands for a tree of which every leaf is that number.

    >>> plus([1.0, (2.0, None)], [10.0, (20.0, None)]), plus(0.0, [1.0])
    ([11.0, (22.0, None)], [1.0])
    """
    tree = a if isinstance(a, (list, tuple, dict)) else b
    if isinstance(tree, dict):
        return {key: plus(a[key] if isinstance(a, dict) else a, b[key] if isinstance(b, dict) else b) for key in tree}
    if isinstance(tree, (list, tuple)):
        first, second = (x if isinstance(x, (list, tuple, np.ndarray)) else [x] * len(tree) for x in (a, b))
        return type(tree)(plus(x, y) for x, y in zip(first, second))
    return a if b is None else b if a is None else a + b


def snapshot(x: Any) -> Any:
    """What a pullback keeps of a value that the caller may overwrite."""
    return x.copy() if isinstance(x, np.ndarray) else x


def unit(out: Any, function: str = "the function") -> Any:
    """The cotangent 1 of a scalar result `out`, of its dtype; a result that is no real scalar is a TypeError."""
    if type(out) in (float, int):
        return 1.0
    if isinstance(out, (np.generic, np.ndarray)) and out.shape == () and out.dtype.kind == "f":
        return out.dtype.type(1)
    what = f"an array of shape {out.shape}" if isinstance(out, np.ndarray) else f"a {type(out).__name__}"
    raise TypeError(f"the gradient of {function} needs a scalar result, but {function} returned {what}")


def polygamma(n: int, x: float) -> float:
    """The n-th derivative of digamma, the slope of `math.lgamma`: by recurrence up to large x, there by its asymptotic series.

    (Abramowitz and Stegun, 6.4.6 and 6.4.11.)

    >>> round(polygamma(0, 1.0), 12), round(polygamma(1, 1.0), 12)
    (-0.577215664902, 1.644934066848)
    """
    sign, factorial = (-1) ** (n + 1), 1.0
    for k in range(2, n + 1):
        factorial *= k
    recurrence = 0.0
    while x < 20 + n:
        recurrence += 1 / x ** (n + 1)
        x += 1
    series = 1 / (2 * x ** (n + 1))
    for k, bernoulli in enumerate((1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510), start=1):
        rising = 1.0  # (2 k + n - 1)! / (2 k)! / n!
        for j in range(n + 1, 2 * k + n):
            rising *= j
        for j in range(2, 2 * k + 1):
            rising /= j
        series += bernoulli * rising / x ** (2 * k + n)
    total = sign * factorial * (series + recurrence)
    return float(total + np.log(x)) if n == 0 else float(total + sign * factorial / n / x**n)


def product_of_others(x: Any, *directions: Any, axis: Any = None) -> Any:
    """For each element the product of all others along `axis`, right also where some are zero.

    With directions v, w, ... its derivative along them: for each element the sum, over all choices of one element for each
    direction, of the directions' values there times the product of what is left.

    >>> product_of_others(np.array([2.0, 0.0, 3.0])), product_of_others(np.array([2.0, 0.0, 3.0]), np.ones(3))
    (array([0., 6., 0.]), array([3., 5., 2.]))
    """
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


def kinds_of(*values: Any) -> str:
    """The kinds of values, as messages say them: a saved derivative asks whether they are those it was made for.

    >>> kinds_of(1.0, {"w": np.zeros((3, 1))})
    "float, {'w': float64[*, 1]}"
    """
    words = []
    for value in values:
        if isinstance(value, np.ndarray):
            words.append(f"{value.dtype}[{', '.join('1' if length == 1 else '*' for length in value.shape)}]")
        elif isinstance(value, np.generic):
            words.append(f"np.{value.dtype}")
        elif type(value) is dict:
            words.append("{" + ", ".join(f"{key!r}: {kinds_of(item)}" for key, item in value.items()) + "}")
        elif type(value) is tuple:
            words.append(f"({kinds_of(*value)})")
        elif type(value) is list:
            items = [kinds_of(item) for item in value]
            words.append(f"[{items[0]} ...]" if len(set(items)) == 1 else f"[{', '.join(items)}]")
        else:
            words.append(repr(value) if value is None or type(value) in (bool, str) else type(value).__name__)
    return ", ".join(words)


HELPERS = (unbroadcast, project, plus, snapshot, unit, polygamma, product_of_others, kinds_of)
