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

from wengert.grids import GRIDS
from wengert.partial_products import PARTIAL_PRODUCTS
from wengert.pieces import PIECES
from wengert.slopes import SLOPES
from wengert.spectra import SPECTRA
from wengert.steps import STEPS


def unbroadcast(g: Any, x: Any) -> Any:
    """Sum `g` over the axes along which `x` was broadcast, so that it has the shape of `x`; a number for a list is a list of it.

    >>> unbroadcast(np.ones((2, 3)), 1.0), unbroadcast(0.0, [1.0, [2.0]]), unbroadcast(0.0, [])
    (np.float64(6.0), [0.0, [0.0]], [])
    """
    if isinstance(x, list) and isinstance(g, (float, int, complex, list)):
        return g if isinstance(g, list) else plus(g, zero_of(x))
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
    if type(x) is float and type(g) is float:  # most items of long lists
        return g
    if type(x) in (tuple, list):
        items = g if isinstance(g, (tuple, list, np.ndarray)) else [g] * len(x)
        return type(x)(project(a, b) for a, b in zip(items, x))
    if type(x) is dict:
        return {key: project(g.get(key, 0.0) if type(g) is dict else g, x[key]) for key in x}
    if (fields := fields_in(x)) is not None:
        return made_of(type(x), **{name: project(getattr(g, name) if type(g) is type(x) else g, getattr(x, name)) for name in fields})
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
        keys = {**a, **b} if isinstance(a, dict) and isinstance(b, dict) else tree
        return {key: plus(a.get(key, 0.0) if isinstance(a, dict) else a, b.get(key, 0.0) if isinstance(b, dict) else b) for key in keys}
    if isinstance(tree, (list, tuple)):
        first, second = (x if isinstance(x, (list, tuple, np.ndarray)) else [x] * len(tree) for x in (a, b))
        items = [plus(x, y) for x, y in zip(first, second)]
        return tree._make(items) if isinstance(tree, tuple) and hasattr(tree, "_make") else type(tree)(items)
    cls = type(a) if fields_in(a) is not None else type(b)
    if (fields := fields_in(a) or fields_in(b)) is not None:
        first, second = ([getattr(x, name) if type(x) is cls else x for name in fields] for x in (a, b))
        return made_of(cls, **{name: plus(x, y) for name, x, y in zip(fields, first, second)})
    return a if b is None else b if a is None else a + b


def zero_of(x: Any) -> Any:
    """The adjoint or tangent zero of what a function kept: a tree like it, also for what cannot vary or is not there.

    >>> zero_of((1.5, [2.0, 3.0], None, 4))
    (0.0, [0.0, 0.0], 0.0, 0.0)
    """
    if isinstance(x, (tuple, list)):
        items = [zero_of(item) for item in x]
        return x._make(items) if isinstance(x, tuple) and hasattr(x, "_make") else type(x)(items)
    if isinstance(x, dict):
        return {key: zero_of(item) for key, item in x.items()}
    if isinstance(x, (np.ndarray, np.generic)):
        return np.zeros_like(x) if x.dtype.kind in "fc" else 0.0
    if hasattr(x, "__length_hint__"):  # a list that is being read from its end
        return reversed([0.0] * int(x.__length_hint__()))
    return type(x)(0) if isinstance(x, (float, complex)) else 0.0


def unread(back: Any) -> list[Any]:
    """What is left of a list that has been read from its end, in its own order.

    >>> back = reversed([1.0, 2.0, 3.0])
    >>> next(back), unread(back)
    (3.0, [1.0, 2.0])
    """
    return list(back)[::-1]


def snapshot(x: Any) -> Any:
    """What is kept of a value that may be overwritten, also in what it holds.

    >>> kept = (np.zeros(2), [1.0])
    >>> copied = snapshot(kept)
    >>> copied[0] is kept[0], copied[1] is kept[1]
    (False, False)
    """
    if isinstance(x, np.ndarray):
        return x.copy()
    if type(x) in (tuple, list):
        return type(x)(map(snapshot, x))
    if isinstance(x, dict):
        copied = x.copy()
        for key, value in x.items():
            copied[key] = snapshot(value)
        return copied
    return x


def stop_gradient(x: Any) -> Any:
    """The value itself, of which a derivative thinks that it does not vary.

    >>> from wengert import grad
    >>> grad(lambda x: x * stop_gradient(x))(3.0)
    3.0
    """
    return x


def unit(out: Any, function: str = "the function", holomorphic: bool = False) -> Any:
    """The cotangent 1 of a scalar result `out`, of its dtype; a result that is no real (or complex) scalar is a TypeError."""
    if type(out) in (float, int) or (holomorphic and type(out) is complex):
        return 1.0
    if isinstance(out, (np.generic, np.ndarray)) and out.shape == () and out.dtype.kind in ("fc" if holomorphic else "f"):
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


def made_of(cls: Any, **fields: Any) -> Any:
    """An object of the class with these fields, made without running its `__init__`, which may check or change them."""
    if issubclass(cls, tuple):
        return cls._make(fields.values())
    made = object.__new__(cls)
    for name, value in fields.items():
        object.__setattr__(made, name, value)
    return made


def fields_in(x: Any) -> tuple[str, ...] | None:
    """The names of the fields of a namedtuple, a dataclass or an attrs object; None of anything else.

    >>> fields_in(3.0)
    """
    cls = type(x)
    if "__attrs_attrs__" in vars(cls):
        return tuple(attribute.name for attribute in cls.__attrs_attrs__)
    return getattr(cls, "_fields", None) if isinstance(x, tuple) else tuple(getattr(cls, "__dataclass_fields__", ())) or None


def inverse_gaps(w: Any) -> Any:
    """One over the differences between eigenvalues, `w[j] - w[i]`; 0 where two are equal up to rounding.

    >>> inverse_gaps(np.array([1.0, 3.0, 3.0]))
    array([[ 0. ,  0.5,  0.5],
           [-0.5,  0. ,  0. ],
           [-0.5,  0. ,  0. ]])
    """
    gap = w[..., None, :] - w[..., :, None]
    equal = np.abs(gap) <= 8 * w.shape[-1] * np.finfo(w.dtype).eps * np.abs(w).max(axis=-1, initial=0)[..., None, None]
    return np.where(equal, 0, 1 / np.where(equal, 1, gap))


def bessel_i(n: int, x: Any) -> Any:
    """The modified Bessel function of the first kind of an integer order: the mean of `exp(x cos t) cos(n t)` over the circle.

    The mean over equally spaced points is as exact as the numbers are, with some more points than x is large.

    >>> bool(abs(bessel_i(0, 1.5) - np.i0(1.5)) < 1e-15)
    True
    """
    t = np.arange(1, 2 * (count := 40 + 2 * int(np.max(np.abs(x), initial=0)))) * (np.pi / count)
    return (np.exp(np.multiply.outer(x, np.cos(t))) @ np.cos(n * t) + np.exp(x)) / (2 * count)


def last_writes(x: Any, index: Any) -> Any:
    """Which items of `v` in `x[index] = v` stay: an index may name an element of `x` more than once, and the last write wins.

    >>> last_writes(np.zeros(3), [0, 2, 0])
    array([False,  True,  True])
    """
    owner = np.empty(np.shape(x), np.intp)
    places = np.arange(owner[index].size).reshape(owner[index].shape)
    owner[index] = places
    return owner[index] == places


def caught(attempt: Any, *classes: type[BaseException]) -> BaseException | None:
    """What a computation raises, if it is of one of these classes; None if it raises nothing.

    >>> caught(lambda: {}["a"], LookupError), caught(lambda: 1, LookupError)
    (KeyError('a'), None)
    """
    try:
        attempt()
    except classes as error:
        return error
    return None


def order_of(keys: Any, reverse: Any = False) -> list[int]:
    """The positions of the keys in ascending order.

    >>> order_of([3.0, 1.0, 2.0]), order_of([3.0, 1.0, 2.0], True)
    ([1, 2, 0], [0, 2, 1])
    """
    return sorted(range(len(keys)), key=keys.__getitem__, reverse=reverse)


def first_extreme(keys: Any, greatest: Any) -> int:
    """The position of the first of the largest (or smallest) keys.

    >>> first_extreme([1.0, 3.0, 3.0], True), first_extreme([1.0, 3.0], False)
    (1, 0)
    """
    return (max if greatest else min)(range(len(keys)), key=keys.__getitem__)


def slice_bounds(length: int, index: Any) -> tuple[int, int]:
    """Where a slice of a list begins and ends: what is assigned to it goes in between.

    >>> slice_bounds(3, slice(1, None)), slice_bounds(3, slice(2, 1))
    ((1, 3), (2, 2))
    """
    start, stop, _ = index.indices(length)
    return start, max(start, stop)


def outcome(function: Any, classes: tuple[type[BaseException], ...], *args: Any, **options: Any) -> tuple[Any, BaseException | None]:
    """What a call gives, and what it raises, if it is of one of these classes: one of the two is None.

    >>> outcome(int, (ValueError,), "7"), outcome(int, (ValueError,), "seven")[0]
    ((7, None), None)
    """
    try:
        return function(*args, **options), None
    except classes as error:
        return None, error


def chained(error: BaseException, cause: BaseException | None) -> BaseException:
    """The exception of `raise error from cause`.

    >>> chained(ValueError(1), KeyError(2)).__cause__
    KeyError(2)
    """
    error.__cause__ = cause
    return error


def apart(*values: Any) -> None:
    """Refuse arguments that share memory, where one of them is written to: whose derivative the other's is could not be told.

    >>> x = np.zeros(3)
    >>> apart(x[:1], {"w": x[1:]})
    """

    def arrays(value: Any) -> list[Any]:
        if isinstance(value, np.ndarray):
            return [value]
        if isinstance(value, (tuple, list, dict)):
            return [found for item in (value.values() if isinstance(value, dict) else value) for found in arrays(item)]
        return []

    found = [array for value in values for array in arrays(value)]
    for k, one in enumerate(found):
        for other in found[:k]:
            if np.may_share_memory(one, other) and np.shares_memory(one, other):
                raise ValueError("two arguments share memory, and the function writes into one of them (W080): pass a copy of one (`x.copy()`)")


HELPERS = (
    slice_bounds, order_of, first_extreme, unread, stop_gradient, zero_of, apart, caught, outcome, chained, made_of, fields_in, last_writes,
    unbroadcast, project, plus, snapshot, unit, polygamma, bessel_i, inverse_gaps, *PARTIAL_PRODUCTS, *SLOPES, *SPECTRA, *GRIDS, *STEPS, *PIECES,
)  # fmt: skip
"""What generated code may call, and what a saved module may hold the text of."""

NAMED = {helper.__name__: helper for helper in HELPERS}
