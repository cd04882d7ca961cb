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
from typing import TYPE_CHECKING, Any, Literal, ParamSpec, TypeVar, overload

from wengert.arguments import Argnums, describe_value
from wengert.derivative import Derivative
from wengert.errors import error
from wengert.jacobians import Hessian, Jacobian
from wengert.modes import JVP, VJP, Pullback, tangent_of
from wengert.products import HVP, Diagonal, Linear

if TYPE_CHECKING:
    from wengert.sparse import SparseJacobian

P = ParamSpec("P")
R = TypeVar("R")
A = TypeVar("A")


def grad(
    f: Callable[P, Any], argnums: Argnums = 0, has_aux: bool = False, *, holomorphic: bool = False, source: str | None = None
) -> Derivative[P, Any]:
    """The gradient of `f`, a function of the same arguments.

    `argnums` says by which arguments: a position (negative from the end), a name, or a tuple of them for a tuple of
    gradients. A gradient has the type, dtype, shape and tree of its argument. With `has_aux` the function returns its value and
    something more, and the derivative returns the gradient and that. `source` is the text of `f`, where no file
    or notebook cell has it.

    Of a complex argument `z` the gradient is `df/dRe(z) - i df/dIm(z)`, JAX's convention; its conjugate points uphill. The result must be
    real, unless `holomorphic` says that `f` has a complex derivative: then all is complex, and the gradient is that.

    >>> def area(width, height=1.0):
    ...     return width * height
    >>> grad(area)(3.0, 2.0), grad(area, ("width", -1))(3.0, height=2.0)
    (2.0, (2.0, 3.0))
    >>> grad(lambda x: (x * x, "square"), has_aux=True)(3.0)
    (6.0, 'square')
    """
    return Derivative(f, "grad", argnums, source, has_aux, holomorphic)


def value_and_grad(
    f: Callable[P, R], argnums: Argnums = 0, has_aux: bool = False, *, holomorphic: bool = False, source: str | None = None
) -> Derivative[P, tuple[R, Any]]:
    """The value of `f` and its gradient, from one run; the other arguments as for `grad`.

    >>> value_and_grad(lambda x: x * x)(3.0)
    (9.0, 6.0)
    """
    return Derivative(f, "value_and_grad", argnums, source, has_aux, holomorphic)


@overload
def vjp(f: Callable[..., R], *primals: Any) -> tuple[R, Pullback]: ...
@overload
def vjp(f: Callable[..., tuple[R, A]], *primals: Any, has_aux: Literal[True]) -> tuple[R, Pullback, A]: ...
def vjp(f: Callable[..., Any], *primals: Any, has_aux: bool = False) -> Any:
    """The value of `f` at `primals`, and its pullback: from a cotangent of the value to a tuple of one for each primal.

    The pullback may be called many times, also from several threads. What cannot vary (an int, a string) has the cotangent None, and a
    cotangent may be None, in whole or in parts, for zero. With `has_aux` there is a third result, what `f` returns besides its value.

    >>> out, pullback = vjp(lambda x, y: (x * y, x + y), 2.0, 3.0)
    >>> out, pullback((1.0, 0.0)), pullback((None, 1.0))
    ((6.0, 5.0), (3.0, 2.0), (1.0, 1.0))
    """
    out, pullback = VJP(f)(*primals)
    return (out[0], pullback.of_first(), out[1]) if has_aux else (out, pullback)


@overload
def jvp(f: Callable[..., R], primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[R, Any]: ...
@overload
def jvp(
    f: Callable[..., tuple[R, A]], primals: Sequence[Any], tangents: Sequence[Any], has_aux: Literal[True]
) -> tuple[R, Any, A]: ...
def jvp(f: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any], has_aux: bool = False) -> Any:
    """The value of `f` at `primals`, and how fast it changes when they change as `tangents` say.

    There is one tangent for each primal, of its tree and shapes; None or 0 for what stays. `has_aux` as for `vjp`.

    >>> jvp(lambda x, y: x * y, (2.0, 3.0), (1.0, 0.0))
    (6.0, 3.0)
    """
    out, tangent = JVP(f)(primals, tangents)
    return (out[0], tangent[0], out[1]) if has_aux else (out, tangent)


def linearize(f: Callable[..., R], *primals: Any) -> tuple[R, Linear]:
    """The value of `f` at `primals`, and the linear map from tangents of them to the tangent of the value.

    >>> out, along = linearize(lambda x, y: x * y, 2.0, 3.0)
    >>> out, along(1.0, 0.0), along(0.0, 1.0)
    (6.0, 3.0, 2.0)
    """
    derivative = JVP(f)
    values = derivative.target.bind(primals, {})
    wanted = derivative.varying(values)
    linear = Linear(derivative, values, wanted)
    out, _ = derivative.along(values, wanted, [tangent_of(None, values[position], "x") for position in wanted])
    return out, linear


def jacfwd(f: Callable[P, Any], argnums: Argnums = 0, has_aux: bool = False, *, source: str | None = None) -> Jacobian[P]:
    """The Jacobian of `f`, all directions in one run forward; good where there are fewer arguments than results.

    For each leaf of the result there is a tree like the argument (a tuple of them for several `argnums`), of arrays of the
    result's axes and then the argument's.

    >>> jacfwd(lambda x: {"double": 2 * x, "cube": x ** 3})(2.0)
    {'double': 2.0, 'cube': 12.0}
    """
    return Jacobian(f, "jacfwd", argnums, source, has_aux)


def jacrev(f: Callable[P, Any], argnums: Argnums = 0, has_aux: bool = False, *, source: str | None = None) -> Jacobian[P]:
    """The Jacobian of `f`, by one run and a pullback for each number of the result; good where there are few of them.

    >>> jacrev(lambda p: p["a"] * p["b"])({"a": 2.0, "b": 3.0})
    {'a': 3.0, 'b': 2.0}
    """
    return Jacobian(f, "jacrev", argnums, source, has_aux)


@overload
def jacobian(
    f: Callable[P, Any], argnums: Argnums = 0, has_aux: bool = False, *, sparse: Literal[False] = False, source: str | None = None
) -> Jacobian[P]: ...
@overload
def jacobian(
    f: Callable[P, Any], argnums: Argnums = 0, has_aux: bool = False, *, sparse: Literal[True], source: str | None = None
) -> SparseJacobian: ...
def jacobian(f: Callable[..., Any], argnums: Argnums = 0, has_aux: bool = False, *, sparse: bool = False, source: str | None = None) -> Any:
    """The Jacobian of `f`, forward or in reverse, whichever takes fewer sweeps.

    That is known once the size of the result is: a function without effects is run to see it, of any other the Jacobian is made in reverse.
    With `sparse` it is a `scipy.sparse` array, made in as many sweeps as its pattern has colours.

    >>> import numpy as np
    >>> jacobian(lambda x: np.array([x[0] * x[1], x[0]]))(np.array([2.0, 3.0]))
    array([[3., 2.],
           [1., 0.]])
    """
    if sparse:
        if has_aux:
            raise error("W116", what="with has_aux")
        return sparse_derivative(f, argnums, source)
    return Jacobian(f, "jacobian", argnums, source, has_aux)


def value_and_jacobian(f: Callable[P, R], argnums: Argnums = 0, has_aux: bool = False, *, source: str | None = None) -> Jacobian[P]:
    """The value of `f` and its Jacobian: what `scipy.optimize.root(jac=True)` asks for.

    >>> value_and_jacobian(lambda x: (x * x, x))(3.0)
    ((9.0, 3.0), (6.0, 1.0))
    """
    return Jacobian(f, "jacobian", argnums, source, has_aux, with_value=True)


@overload
def hessian(f: Callable[P, Any], argnums: Argnums = 0, *, sparse: Literal[False] = False, source: str | None = None) -> Hessian[P]: ...
@overload
def hessian(f: Callable[P, Any], argnums: Argnums = 0, *, sparse: Literal[True], source: str | None = None) -> SparseJacobian: ...
def hessian(f: Callable[..., Any], argnums: Argnums = 0, *, sparse: bool = False, source: str | None = None) -> Any:
    """The Hessian of `f`: the forward Jacobian of its gradient, so a tree of trees for an argument that is a tree.

    >>> hessian(lambda p: p["a"] ** 2 * p["b"])({"a": 2.0, "b": 3.0})
    {'a': {'a': 6.0, 'b': 4.0}, 'b': {'a': 4.0, 'b': 0.0}}
    """
    if sparse:
        return sparse_derivative(Derivative(f, "grad", argnums, source), argnums, None, symmetric=True)
    return Hessian(f, argnums, source)


def sparse_derivative(f: Callable[..., Any], argnums: Argnums, source: str | None, symmetric: bool = False) -> SparseJacobian:
    """The Jacobian as a sparse array; of a gradient it is symmetric."""
    from wengert.sparse import SparseJacobian  # which needs SciPy

    return SparseJacobian(f, argnums, source, symmetric)


def hvp(f: Callable[..., Any], argnums: Argnums = 0, *, source: str | None = None) -> HVP:
    """The Hessian of `f` times a vector, at the cost of a few gradients: a function of the arguments and then the vector.

    >>> hvp(lambda x: x ** 3)(2.0, 1.0)
    12.0
    """
    return HVP(f, argnums, source)


def hessian_diag(f: Callable[..., Any], argnums: Argnums = 0, *, source: str | None = None) -> Diagonal:
    """The diagonal of the Hessian of `f`, in the tree and shapes of the argument.

    >>> import numpy as np
    >>> hessian_diag(lambda x: np.sum(x ** 3))(np.array([1.0, 2.0]))
    array([ 6., 12.])
    """
    return Diagonal(f, argnums, source)


@overload
def differentiate(f: Callable[P, R], *, argnums: Argnums | None = None, source: str | None = None) -> Callable[P, R]: ...
@overload
def differentiate(*, argnums: Argnums | None = None, source: str | None = None) -> Callable[[Callable[P, R]], Callable[P, R]]: ...
def differentiate(f: Any = None, *, argnums: Argnums | None = None, source: str | None = None) -> Any:
    """Give a function its derivatives, as attributes: `.grad`, `.value_and_grad`, `.vjp`, `.jvp`, `.jacobian`, `.hessian` and `.hvp`.

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
    f.jacobian = Jacobian(f, "jacobian", by, source)
    f.hessian = Hessian(f, by, source)
    f.hvp = HVP(f, by, source)
    return f


for _made in (grad, value_and_grad, jvp, vjp, jacfwd, jacrev, jacobian, value_and_jacobian, hessian, hvp, linearize, hessian_diag):
    setattr(_made, "__wengert__", _made.__name__)  # noqa: B010 - by this a program that calls it is understood (analysis/inner.py)
