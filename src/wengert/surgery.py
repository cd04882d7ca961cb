"""Edit an adjoint in the middle of a function: clip it, scale it, look at it.

    h = np.tanh(x @ w)
    with wengert.adjoint(h) as h_bar:
        h_bar = np.clip(h_bar, -1.0, 1.0)

In a derivative the block runs where the reverse sweep has the adjoint of `h` complete, and what `h_bar` is at its end goes on. In a
plain run of the function nothing depends on the block; it runs with zeros.

>>> import numpy as np
>>> with adjoint(2.0) as x_bar:
...     print(x_bar)
0.0
>>> with adjoint({"w": np.ones(2)}) as bar:
...     print(bar)
{'w': array([0., 0.])}
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from wengert.tree import map_leaves


@contextmanager
def adjoint(value: Any) -> Iterator[Any]:
    """`with adjoint(h) as h_bar:` edits the adjoint of the variable `h` at this point of the reverse sweep; forward mode ignores it.

    The block may read other variables and call functions; of what it assigns only `h_bar` has a meaning outside. A further derivative
    differentiates the edit as part of the first.

    >>> from wengert import adjoint, grad
    >>> def f(x):
    ...     h = 3.0 * x
    ...     with adjoint(h) as h_bar:
    ...         h_bar = min(h_bar, 2.0)
    ...     return h * h
    >>> f(1.0), grad(f)(1.0)
    (9.0, 6.0)
    """
    yield map_leaves(zero_like, value)


def zero_like(leaf: Any) -> Any:
    """The zero of the type of an adjoint of this leaf; None if it has none."""
    if isinstance(leaf, (np.ndarray, np.generic)):
        return np.zeros_like(leaf) if leaf.dtype.kind in "fc" else None
    return 0.0 if type(leaf) in (int, float) else 0j if isinstance(leaf, complex) else None
