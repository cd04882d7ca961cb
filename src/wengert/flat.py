"""Functions of trees as functions of one row of numbers, which is what optimisers call.

>>> fun, x, unflatten = to_scipy(lambda p: (p["a"] - 1.0) ** 2 + p["b"][0] ** 2, {"a": 0.0, "b": [2.0]})
>>> x, fun(x)
(array([0., 2.]), (5.0, array([-2.,  4.])))
>>> unflatten([3.0, 4.0])
{'a': 3.0, 'b': [4.0]}
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wengert.derivative import Derivative
from wengert.errors import error
from wengert.tree import flatten, leaves_of, unflatten, varies


def to_scipy(f: Callable[..., Any], x0: Any) -> tuple[Objective, NDArray[np.float64], Unflatten]:
    """What `scipy.optimize.minimize(fun, x, jac=True)` takes, and how its result becomes a tree like `x0` again.

    `f` is a function of a tree and possibly more; what `minimize` gets as `args=` is passed on. Leaves of `x0` that cannot vary stay.
    """
    back = Unflatten(x0)
    return Objective(f, back), back.flat(x0), back


class Unflatten:
    """From a row of numbers to a tree like the one it was made with."""

    def __init__(self, tree: Any) -> None:
        self._leaves, self._form = flatten(tree)
        if not any(map(_counts, self._leaves)):
            raise error("W064", name="x0", function="to_scipy")

    def __call__(self, row: Any) -> Any:
        numbers = np.asarray(row, float)
        made, start = [], 0
        for leaf in self._leaves:
            if not _counts(leaf):
                made.append(leaf)
                continue
            size = int(np.size(leaf))
            part = numbers[start : start + size].reshape(np.shape(leaf))
            start += size
            if isinstance(leaf, np.ndarray):
                made.append(part.astype(leaf.dtype))
            else:
                made.append(leaf.dtype.type(part) if isinstance(leaf, np.generic) else float(part))
        return unflatten(self._form, made)

    def flat(self, tree: Any) -> NDArray[np.float64]:
        """The numbers of a tree of the same form, a gradient for example, in one row."""
        pairs = zip(self._leaves, leaves_of(tree))
        return np.concatenate([np.ravel(np.asarray(value, float)) for leaf, value in pairs if _counts(leaf)])


class Objective:
    """Value and gradient, of a row of numbers and whatever the function takes besides."""

    def __init__(self, function: Callable[..., Any], back: Unflatten) -> None:
        self._back = back
        self._derivative: Derivative[..., Any] = Derivative(function, "value_and_grad")
        self.__name__ = f"objective_{self._derivative.target.name}"

    def __call__(self, row: Any, *args: Any) -> tuple[float, NDArray[np.float64]]:
        value, gradient = self._derivative(self._back(row), *args)
        return float(value), self._back.flat(gradient)


def _counts(leaf: Any) -> bool:
    return varies(leaf) and not isinstance(leaf, complex) and not (hasattr(leaf, "dtype") and leaf.dtype.kind == "c")
