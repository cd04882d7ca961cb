"""Derivatives along directions: Hessian times vector, the linear map at a point, the diagonal of a Hessian.

>>> hvp = HVP(lambda x, c: c * x ** 3)
>>> hvp(2.0, 1.0, 0.5)
6.0
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from itertools import count
from typing import TYPE_CHECKING, Any

import numpy as np

from wengert.arguments import Argnums, check_varies
from wengert.derivative import Derivative
from wengert.errors import error
from wengert.jacobians import moving, units
from wengert.modes import JVP, tangent_of
from wengert.tree import Form, copied, flatten, leaves_of, unflatten, varies

if TYPE_CHECKING:
    from wengert.ir.kinds import Kind
    from wengert.pipeline import Stages


class HVP(Derivative[..., Any]):
    """The Hessian of a scalar function times a vector, without the Hessian: the tangent of the gradient."""

    directions = 1
    """So many parameters its program has besides those of the function."""

    def __init__(self, function: Callable[..., Any], argnums: Argnums = 0, source: str | None = None) -> None:
        self.gradient: Derivative[..., Any] = Derivative(function, "grad", argnums, source)
        super().__init__(self.gradient, "tangent", argnums, source)
        self._function = function
        if hasattr(self, "__signature__"):
            self.__signature__ = _with_vector(self.__signature__)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """`hvp(f)(x, ..., v)`: the vector comes last, in the tree of the argument (a tuple of such for several)."""
        if not args:
            raise TypeError(f"{self.__name__}() takes the arguments of {self.gradient.target.name} and then the vector")
        *rest, vector = args
        values = self.target.bind(rest, kwargs)
        wanted = self.wanted(values)
        vectors = vector if isinstance(self._argnums, tuple) else (vector,)
        if len(vectors) != len(wanted):
            raise error("W068", name="v", what=f"{len(vectors)} of them", expected=f"one for each of {len(wanted)} arguments")
        for position in wanted:
            check_varies(values[position], self.target.parameters[position], self.target.name)
        dots = [tangent_of(v, values[position], self.target.parameters[position]) for v, position in zip(vectors, wanted)]
        ready = self.ready(values)
        return self.run(ready, (*ready.values(values), *dots))

    def program(self, kinds: tuple[Kind, ...]) -> Stages:
        """Its stages for arguments of these kinds, the vector's left out: it has the argument's."""
        return super().program(kinds[: len(self.target.parameters)])

    def __reduce__(self) -> tuple[Any, ...]:
        from wengert.pickling import portable

        return rebuild_hvp, (portable(self._function), self._argnums, self._source)


def _with_vector(signature: inspect.Signature) -> inspect.Signature:
    """The signature with the vector after the positional parameters."""
    positional = [p for p in signature.parameters.values() if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    others = [p for p in signature.parameters.values() if p not in positional]
    vector = inspect.Parameter("v" if "v" not in signature.parameters else "vector", inspect.Parameter.POSITIONAL_ONLY)
    before = [p.replace(default=p.empty, kind=p.POSITIONAL_ONLY) for p in positional]
    return signature.replace(parameters=[*before, vector, *others])


def rebuild_hvp(function: Any, argnums: Argnums, source: str | None) -> HVP:
    """Unpickle it."""
    from wengert.pickling import restore

    return HVP(restore(function), argnums, source)


class Linear:
    """The tangent of a function at a point, as a function of the directions."""

    def __init__(self, derivative: JVP, values: tuple[Any, ...], wanted: tuple[int, ...]) -> None:
        self._derivative, self._wanted = derivative, wanted
        self._values: tuple[Any, ...] = copied(values)  # the caller may write into his own

    def __repr__(self) -> str:
        return f"<linear map of {self._derivative.target.name}>"

    def __call__(self, *tangents: Any) -> Any:
        """The tangent of the result along one tangent for each primal."""
        target = self._derivative.target
        first = len(target.first)
        if len(tangents) != len(self._values) - first:
            expected = f"one for each of {len(self._values) - first} primals"
            raise error("W068", name="tangents", what=f"{len(tangents)} of them", expected=expected)
        names = target.parameters
        dots = [tangent_of(tangents[position - first], self._values[position], names[position]) for position in self._wanted]
        return self._derivative.along(copied(self._values), self._wanted, dots)[1]


class Diagonal:
    """The diagonal of the Hessian of a scalar function, by one product for each number: no more memory than the gradient takes."""

    def __init__(self, function: Callable[..., Any], argnums: Argnums = 0, source: str | None = None) -> None:
        self._product = HVP(function, argnums, source)
        self._several = isinstance(argnums, tuple)
        self.__name__ = f"hessian_diag_{self._product.gradient.target.name}"
        self.__wrapped__ = function

    def __repr__(self) -> str:
        return f"<{self.__name__}>"

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        values = self._product.target.bind(args, kwargs)
        leaves, form = flatten(moving(values, self._product.wanted(values)))
        last = sum(np.size(leaf) for leaf in leaves if varies(leaf)) - 1
        runs = ((args, kwargs) if number == last else copied((args, kwargs)) for number in count())  # each may write into its arguments
        made = [self._of_leaf(number, leaves, form, runs) for number in range(len(leaves))]
        result = unflatten(form, made)
        return tuple(result) if self._several else result[0]

    def _of_leaf(self, number: int, leaves: list[Any], form: Form, runs: Iterator[tuple[Any, Any]]) -> Any:
        leaf = leaves[number]
        if not varies(leaf):
            return None
        found = []
        for position, unit in enumerate(units(leaf)):
            vectors = unflatten(form, [unit if k == number else None for k in range(len(leaves))])
            args, kwargs = next(runs)
            product = self._product(*args, tuple(vectors) if self._several else vectors[0], **kwargs)
            part = list(leaves_of(list(product) if self._several else [product]))[number]
            found.append(np.ravel(part)[position])
        if not isinstance(leaf, np.ndarray):
            return leaf.dtype.type(found[0]) if isinstance(leaf, np.generic) else float(found[0])
        return np.array(found, leaf.dtype).reshape(leaf.shape)
