"""The public functions: JAX's names and orders of arguments.

>>> import linecache
>>> import math
>>> def wave(x, n):
...     y = x
...     for i in range(n):
...         y = math.sin(y) + x
...     return y
>>> grad(wave)(0.0, 3)
4.0
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ParamSpec, TypeVar, overload

from wengert.arguments import Argnums, describe_value
from wengert.derivative import Derivative
from wengert.errors import error
from wengert.modes import JVP, VJP, Pullback

P = ParamSpec("P")
R = TypeVar("R")


def grad(f: Callable[P, Any], argnums: Argnums = 0, *, source: str | None = None) -> Derivative[P, Any]:
    """The gradient of `f`, a function of the same arguments.

    `argnums` says by which arguments: a position (negative from the end), a name, or a tuple of them for a tuple of
    gradients. A gradient has the type, dtype, shape and tree of its argument. `source` is the text of `f`, where no file
    or notebook cell has it.

    >>> def area(width, height=1.0):
    ...     return width * height
    >>> grad(area)(3.0, 2.0), grad(area, ("width", -1))(3.0, height=2.0)
    (2.0, (2.0, 3.0))
    """
    return Derivative(f, "grad", argnums, source)


def value_and_grad(f: Callable[P, R], argnums: Argnums = 0, *, source: str | None = None) -> Derivative[P, tuple[R, Any]]:
    """The value of `f` and its gradient, from one run; `argnums` and `source` as for `grad`.

    >>> value_and_grad(lambda x: x * x)(3.0)
    (9.0, 6.0)
    """
    return Derivative(f, "value_and_grad", argnums, source)


def vjp(f: Callable[..., R], *primals: Any) -> tuple[R, Pullback]:
    """The value of `f` at `primals`, and its pullback: from a cotangent of the value to a tuple of one for each primal.

    The pullback may be called many times. What cannot vary (an int, a string) has the cotangent None.

    >>> out, pullback = vjp(lambda x, y: (x * y, x + y), 2.0, 3.0)
    >>> out, pullback((1.0, 0.0))
    ((6.0, 5.0), (3.0, 2.0))
    """
    return VJP(f)(*primals)


def jvp(f: Callable[..., R], primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[R, Any]:
    """The value of `f` at `primals`, and how fast it changes when they change as `tangents` say.

    There is one tangent for each primal, of its tree and shapes; None or 0 for what stays.

    >>> jvp(lambda x, y: x * y, (2.0, 3.0), (1.0, 0.0))
    (6.0, 3.0)
    """
    return JVP(f)(primals, tangents)


@overload
def differentiate(f: Callable[P, R], *, argnums: Argnums | None = None, source: str | None = None) -> Callable[P, R]: ...
@overload
def differentiate(*, argnums: Argnums | None = None, source: str | None = None) -> Callable[[Callable[P, R]], Callable[P, R]]: ...
def differentiate(f: Any = None, *, argnums: Argnums | None = None, source: str | None = None) -> Any:
    """Give a function its derivatives, as attributes: `.grad`, `.value_and_grad`, `.vjp` and `.jvp`.

    The function itself stays as it is. Used bare or with `argnums`: if not given, gradients are by the first argument, and
    `.vjp` and `.jvp` by all that can vary.

    >>> @differentiate
    ... def square(x):
    ...     return x * x
    >>> square(3.0), square.grad(3.0), square.jvp((3.0,), (1.0,))
    (9.0, 6.0, (9.0, 6.0))
    """
    if f is None:
        return lambda function: differentiate(function, argnums=argnums, source=source)
    if not callable(f):
        raise error("W005", what=describe_value(f))
    by = 0 if argnums is None else argnums
    f.grad = grad(f, by, source=source)
    f.value_and_grad = value_and_grad(f, by, source=source)
    f.vjp = VJP(f, source, argnums)
    f.jvp = JVP(f, source, argnums)
    return f
