"""Check the derivatives of a function against finite differences, and its two modes against each other.

>>> import math
>>> check_grads(lambda x, n: math.sin(n * x), (0.3, 2))

For each element of each argument the tangent (`jvp`) and the adjoint (`vjp`, for a fixed cotangent) are compared with the
central difference

    (f(x + h) - f(x - h)) / (2 h),      h = eps * max(1, |x|),

and for a direction v and a cotangent w the two modes must agree: w . (J v) = (w J) . v. Higher orders are the same
checks of the gradient.
"""

from __future__ import annotations

import linecache
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wengert.arguments import name_of
from wengert.derivative import Derivative
from wengert.errors import error
from wengert.modes import JVP, VJP
from wengert.tree import flatten, form_of, leaves_of, paths_of, unflatten

MOST_ELEMENTS = 50  # of an array; of a larger one so many are checked, spread evenly

Vector = NDArray[np.float64]


def check_grads(f: Callable[..., Any], args: Sequence[Any], order: int = 2, modes: Sequence[str] = ("fwd", "rev"),
                atol: float | None = None, rtol: float | None = None, eps: float | None = None) -> None:  # fmt: skip
    """Raise `GradientMismatch` unless the derivatives of `f` at `args` are right, up to this order and in these modes.

    It is an `AssertionError` that names the argument, the index, the analytic and the numeric value and the step.

    >>> import numpy as np
    >>> check_grads(lambda p: np.sum(np.exp(p["a"]) * p["b"]), ({"a": np.ones(3), "b": 2.0},), order=1)
    """
    single = any(np.asarray(leaf).dtype == np.float32 for leaf in leaves_of(tuple(args)))
    check = _Check(
        f,
        tuple(args),
        tuple(modes),
        atol=(1e-2 if single else 1e-5) if atol is None else atol,
        rtol=(1e-2 if single else 1e-5) if rtol is None else rtol,
        eps=(5e-3 if single else 6e-6) if eps is None else eps,
    )
    check.first_order()
    if order > 1:
        gradient = check.gradient()
        if gradient is not None:
            check_grads(gradient, args, order - 1, modes, atol, rtol, eps)


@dataclass(frozen=True)
class _Element:
    """One number that can vary: in which leaf of the arguments, and where in it."""

    leaf: int
    index: tuple[int, ...]
    name: str


@dataclass(frozen=True)
class _Check:
    f: Callable[..., Any]
    args: tuple[Any, ...]
    modes: tuple[str, ...]
    atol: float
    rtol: float
    eps: float

    def first_order(self) -> None:
        out = self.f(*self.args)
        weight = _weights(_vector(out).size)
        cotangent = _like(out, weight)
        bars = list(leaves_of(VJP(self.f)(*self.args)[1](cotangent))) if "rev" in self.modes else []
        for element in self.elements():
            step, numeric = self.difference(element)
            if "fwd" in self.modes:
                tangent = _vector(JVP(self.f)(self.args, self.direction(element))[1])
                for row in range(numeric.size):
                    self.compare("tangent", element, tangent[row], numeric[row], step, row if numeric.size > 1 else None)
            if "rev" in self.modes:
                analytic = float(np.asarray(bars[element.leaf])[element.index])
                self.compare("adjoint", element, analytic, float(weight @ numeric), step)
        if {"fwd", "rev"} <= set(self.modes):
            self.both_modes(weight, bars)

    def both_modes(self, weight: Vector, bars: Sequence[Any]) -> None:
        """w . (J v) = (w J) . v, over everything at once."""
        leaves, form = flatten(self.args)
        rng = np.random.default_rng(1)
        dots = [np.asarray(rng.uniform(-1, 1, np.shape(leaf)), _dtype(leaf)) if _varies(leaf) else None for leaf in leaves]
        tangent = _vector(JVP(self.f)(self.args, _tangents(form, leaves, dots))[1])
        forward = float(weight @ tangent)
        pairs = [(np.asarray(bar, float), dot) for bar, dot in zip(bars, dots) if bar is not None and dot is not None]
        reverse = float(sum(np.sum(bar * dot) for bar, dot in pairs))
        scale = float(sum(np.sum(np.abs(bar * dot)) for bar, dot in pairs)) + float(np.abs(weight) @ np.abs(tangent))
        if not abs(forward - reverse) <= self.atol + self.rtol * scale:
            why = "The product of a cotangent, the Jacobian and a direction is the same number in both modes"
            raise error("W090", function=name_of(self.f), what="forward mode", where="a direction", analytic=forward,
                        other="reverse mode says", numeric=reverse, reason=why)  # fmt: skip

    def elements(self) -> Iterator[_Element]:
        """The numbers that can vary, with the names of messages: `params['w'][0, 1]`."""
        names = _parameters(self.f, len(self.args))
        paths = [path for name, value in zip(names, self.args) for path, _ in paths_of(value, name)]
        for number, (path, leaf) in enumerate(zip(paths, leaves_of(self.args))):
            if _varies(leaf):
                shape = np.shape(leaf)
                size = int(np.prod(shape, dtype=int))
                for flat in np.unique(np.linspace(0, size - 1, min(size, MOST_ELEMENTS)).astype(int)) if size else ():
                    index = tuple(int(i) for i in np.unravel_index(flat, shape))
                    yield _Element(number, index, f"{path}[{', '.join(map(str, index))}]" if index else path)

    def difference(self, element: _Element) -> tuple[float, Vector]:
        """The step, and the central difference of all results."""
        leaves, form = flatten(self.args)
        x = float(np.asarray(leaves[element.leaf])[element.index])
        step = self.eps * max(1.0, abs(x))
        values, moved = [], []
        for h in (step, -step):
            leaf = np.array(leaves[element.leaf], copy=True)
            leaf[element.index] = x + h
            moved.append(float(leaf[element.index]))  # as far as it really went, in its own precision
            typed = _as(leaves[element.leaf], leaf)
            values.append(_vector(self.f(*unflatten(form, [*leaves[: element.leaf], typed, *leaves[element.leaf + 1 :]]))))
        return step, (values[0] - values[1]) / (moved[0] - moved[1])

    def direction(self, element: _Element) -> tuple[Any, ...]:
        """The tangents that move this element alone."""
        leaves, form = flatten(self.args)
        dots: list[Any] = [np.zeros(np.shape(leaf), _dtype(leaf)) if _varies(leaf) else None for leaf in leaves]
        dots[element.leaf][element.index] = 1
        return _tangents(form, leaves, dots)

    def compare(self, what: str, element: _Element, analytic: float, numeric: float, step: float, row: int | None = None) -> None:
        if abs(analytic - numeric) <= self.atol + self.rtol * max(abs(analytic), abs(numeric)) or analytic == numeric:
            return
        if np.isnan(analytic) and np.isnan(numeric):
            return
        result = "" if row is None else f" (of element {row} of the result)"
        why = f"The quotient is the central one, with step {step:.1e}"
        raise error("W090", function=name_of(self.f), what=f"the {what}{result}", where=f"`{element.name}`", reason=why,
                    analytic=float(analytic), other="the difference quotient is", numeric=float(numeric))  # fmt: skip

    def gradient(self) -> Derivative[..., Any] | None:
        """The gradient by everything that can vary, as a function to check in its turn; of several results, of a weighted sum."""
        wanted = tuple(i for i, value in enumerate(self.args) if any(map(_varies, leaves_of(value))))
        out = self.f(*self.args)
        if not any(map(_varies, leaves_of(out))):
            return None
        function = self.f if np.shape(out) == () and form_of(out).type is None else _weighted_sum(self.f, self.args, out)
        return Derivative(function, "grad", wanted if len(wanted) > 1 else wanted[0])


def _tangents(form: Any, leaves: Sequence[Any], dots: Sequence[Any]) -> tuple[Any, ...]:
    typed = [None if dot is None else _as(leaf, dot) for leaf, dot in zip(leaves, dots)]
    tree: tuple[Any, ...] = unflatten(form, typed)
    return tree


def _as(leaf: Any, array: Any) -> Any:
    """The numbers of an array in the type of a leaf."""
    if type(leaf) is float:
        return float(array)
    return array if isinstance(leaf, np.ndarray) else leaf.dtype.type(array)


def _dtype(leaf: Any) -> Any:
    return np.asarray(leaf).dtype


def _varies(leaf: Any) -> bool:
    return isinstance(leaf, float) or (isinstance(leaf, (np.ndarray, np.generic)) and leaf.dtype.kind == "f")


def _vector(tree: Any) -> Vector:
    """All numbers of a result that can vary, in one row."""
    parts = [np.ravel(np.asarray(leaf, float)) for leaf in leaves_of(tree) if _varies(leaf)]
    return np.concatenate(parts) if parts else np.zeros(0)


def _weights(size: int) -> Vector:
    """A cotangent without symmetry, the same in every run."""
    return np.ones(1) if size == 1 else np.random.default_rng(0).uniform(0.5, 1.5, size)


def _like(tree: Any, row: Vector) -> Any:
    """A row of numbers in the tree and shapes of a result."""
    leaves, form = flatten(tree)
    made, start = [], 0
    for leaf in leaves:
        size = int(np.size(leaf)) if _varies(leaf) else 0
        part = row[start : start + size].reshape(np.shape(leaf))
        made.append(_as(leaf, np.asarray(part, _dtype(leaf))) if _varies(leaf) else None)
        start += size
    return unflatten(form, made)


def _parameters(f: Callable[..., Any], count: int) -> list[str]:
    target = VJP(f).target
    names = list(target.public)
    return names if len(names) == count else [f"argument {i}" for i in range(count)]


def _weighted_sum(f: Callable[..., Any], args: tuple[Any, ...], out: Any) -> Callable[..., Any]:
    """A scalar function of the same arguments: the sum of the results of `f`, each times a weight of its own."""
    parameters = ", ".join(name if name.isidentifier() else f"x{i}" for i, name in enumerate(_parameters(f, len(args))))
    weights = list(leaves_of(_like(out, _weights(_vector(out).size))))
    terms = [f"np.sum(weight_{i} * {path})" for i, (path, leaf) in enumerate(paths_of(out, "out")) if _varies(leaf)]
    text = f"def weighted_sum({parameters}):\n    out = f({parameters})\n    return {' + '.join(terms)}\n"
    name = f"<check_grads of {name_of(f)}>"
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    namespace: dict[str, Any] = {"f": f, "np": np, "__name__": name_of(f), **{f"weight_{i}": w for i, w in enumerate(weights)}}
    exec(compile(text, name, "exec"), namespace)  # noqa: S102
    function: Callable[..., Any] = namespace["weighted_sum"]
    return function
