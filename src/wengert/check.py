"""Check the derivatives of a function against finite differences, and its two modes against each other.

>>> import math
>>> check_grads(lambda x, n: math.sin(n * x), (0.3, 2))

For each element of each argument the tangent (`jvp`) and the adjoint (`vjp`, for a fixed cotangent) are compared with the
central difference

    (f(x + h) - f(x - h)) / (2 h),      h = eps * max(1, |x|),

and for a direction v and a cotangent w the two modes must agree: w . (J v) = (w J) . v. Higher orders are the same
checks of the gradient. A complex number counts as two, its real and its imaginary part.
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
from wengert.tree import copied, flatten, form_of, leaves_of, paths_of, unflatten

MOST_ELEMENTS = 50  # of an array; of a larger one so many are checked, spread evenly

Vector = NDArray[np.float64]


def check_grads(f: Callable[..., Any], args: Sequence[Any], order: int = 2, modes: Sequence[str] = ("fwd", "rev"),
                atol: float | None = None, rtol: float | None = None, eps: float | None = None) -> None:  # fmt: skip
    """Raise `GradientMismatch` unless the derivatives of `f` at `args` are right, up to this order and in these modes.

    It is an `AssertionError` that names the argument, the index, the analytic and the numeric value and the step.

    >>> import numpy as np
    >>> check_grads(lambda p: np.sum(np.exp(p["a"]) * p["b"]), ({"a": np.ones(3), "b": 2.0},), order=1)
    """
    single = any(np.asarray(leaf).dtype in (np.float32, np.complex64) for leaf in leaves_of(tuple(args)))
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
    """One number that can vary: in which leaf of the arguments, where in it, and, of a complex one, which part."""

    leaf: int
    index: tuple[int, ...]
    name: str
    unit: complex = 1  # 1j for an imaginary part


@dataclass(frozen=True)
class _Check:
    f: Callable[..., Any]
    args: tuple[Any, ...]
    modes: tuple[str, ...]
    atol: float
    rtol: float
    eps: float

    def given(self) -> tuple[Any, ...]:
        """The arguments for one call, which may write into them."""
        given: tuple[Any, ...] = copied(self.args)
        return given

    def first_order(self) -> None:
        out = self.f(*self.given())
        weight = _weights(_vector(out).size)
        cotangent = _like(out, weight)
        bars = self.along_the_arguments(VJP(self.f)(*self.given())[1](cotangent)) if "rev" in self.modes else []
        for element in self.elements():
            step, numeric = self.difference(element)
            if "fwd" in self.modes:
                tangent = _vector(JVP(self.f)(self.given(), self.direction(element))[1])
                for row in range(numeric.size):
                    self.compare("tangent", element, tangent[row], numeric[row], step, row if numeric.size > 1 else None)
            if "rev" in self.modes:
                analytic = float(np.real(np.asarray(bars[element.leaf])[element.index] * element.unit))
                self.compare("adjoint", element, analytic, float(weight @ numeric), step)
        if {"fwd", "rev"} <= set(self.modes):
            self.both_modes(weight, bars)

    def both_modes(self, weight: Vector, bars: Sequence[Any]) -> None:
        """w . (J v) = (w J) . v, over everything at once."""
        leaves, form = flatten(self.args)
        rng = np.random.default_rng(1)
        dots = [_drawn(rng, leaf) if _varies(leaf) else None for leaf in leaves]
        tangent = _vector(JVP(self.f)(self.given(), _tangents(form, leaves, dots))[1])
        forward = float(weight @ tangent)
        pairs = [(np.asarray(bar), dot) for bar, dot in zip(bars, dots) if bar is not None and dot is not None]
        reverse = float(sum(np.real(np.sum(bar * dot)) for bar, dot in pairs))
        scale = float(sum(np.sum(np.abs(bar * dot)) for bar, dot in pairs)) + float(np.abs(weight) @ np.abs(tangent))
        if not abs(forward - reverse) <= self.atol + self.rtol * scale:
            why = "The product of a cotangent, the Jacobian and a direction is the same number in both modes"
            raise error("W090", function=name_of(self.f), what="forward mode", where="a direction", analytic=forward,
                        other="reverse mode says", numeric=reverse, reason=why)  # fmt: skip

    def along_the_arguments(self, gradients: tuple[Any, ...]) -> list[Any]:
        """The leaves of the gradients, one for each leaf of the arguments; None for a part that cannot vary, which may be a whole tree."""
        names = _parameters(self.f, len(self.args))
        found = {path: leaf for name, value in zip(names, gradients) for path, leaf in paths_of(value, name)}
        return [found.get(path) for name, value in zip(names, self.args) for path, _ in paths_of(value, name)]

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
                    name = f"{path}[{', '.join(map(str, index))}]" if index else path
                    if np.iscomplexobj(leaf):
                        yield _Element(number, index, f"{name}.real")
                        yield _Element(number, index, f"{name}.imag", 1j)
                    else:
                        yield _Element(number, index, name)

    def difference(self, element: _Element) -> tuple[float, Vector]:
        """The step, and the central difference of all results."""
        leaves, form = flatten(self.args)
        x = np.asarray(leaves[element.leaf])[element.index]
        step = self.eps * max(1.0, float(abs(x)))
        values, moved = [], []
        for h in (step, -step):
            leaf = np.array(leaves[element.leaf], copy=True)
            leaf[element.index] = x + h * element.unit if element.unit != 1 else x + h
            moved.append(float(np.real((leaf[element.index] - x) / element.unit)))  # as far as it really went, in its own precision
            typed = _as(leaves[element.leaf], leaf)
            values.append(_vector(self.f(*copied(unflatten(form, [*leaves[: element.leaf], typed, *leaves[element.leaf + 1 :]])))))
        return step, (values[0] - values[1]) / (moved[0] - moved[1])

    def direction(self, element: _Element) -> tuple[Any, ...]:
        """The tangents that move this element alone."""
        leaves, form = flatten(self.args)
        dots: list[Any] = [np.zeros(np.shape(leaf), _dtype(leaf)) if _varies(leaf) else None for leaf in leaves]
        dots[element.leaf][element.index] = element.unit
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
        out = self.f(*self.given())
        if not any(map(_varies, leaves_of(out))):
            return None
        function = self.f if np.shape(out) == () and form_of(out).type is None and not np.iscomplexobj(out) else _weighted_sum(self.f, self.args, out)
        return Derivative(function, "grad", wanted if len(wanted) > 1 else wanted[0])


def weighted_gradient(f: Callable[..., Any], args: Sequence[Any]) -> Derivative[..., Any] | None:
    """The gradient of `f`, of several results of a weighted sum of them, by everything that can vary."""
    return _Check(f, tuple(args), ("rev",), 0.0, 0.0, 0.0).gradient()


def _tangents(form: Any, leaves: Sequence[Any], dots: Sequence[Any]) -> tuple[Any, ...]:
    typed = [None if dot is None else _as(leaf, dot) for leaf, dot in zip(leaves, dots)]
    tree: tuple[Any, ...] = unflatten(form, typed)
    return tuple(None if all(leaf is None for leaf in leaves_of(one)) else one for one in tree)  # what holds no float stays


def _as(leaf: Any, array: Any) -> Any:
    """The numbers of an array in the type of a leaf."""
    if type(leaf) in (float, complex):
        return type(leaf)(array)
    return array if isinstance(leaf, np.ndarray) else leaf.dtype.type(array)


def _dtype(leaf: Any) -> Any:
    return np.asarray(leaf).dtype


def _varies(leaf: Any) -> bool:
    return isinstance(leaf, (float, complex)) or (isinstance(leaf, (np.ndarray, np.generic)) and leaf.dtype.kind in "fc")


def _drawn(rng: np.random.Generator, leaf: Any) -> Any:
    """A direction in which a leaf may move."""
    real, imaginary = (rng.uniform(-1, 1, np.shape(leaf)) for _ in range(2))
    return np.asarray(real + 1j * imaginary if np.iscomplexobj(leaf) else real, _dtype(leaf))


def _numbers(leaf: Any) -> Vector:
    """The real numbers that a leaf is made of, in one row: of complex ones first the real parts."""
    row = np.ravel(leaf)
    return np.concatenate((row.real, row.imag)).astype(float) if np.iscomplexobj(row) else row.astype(float)


def _vector(tree: Any) -> Vector:
    """All numbers of a result that can vary, in one row."""
    parts = [_numbers(leaf) for leaf in leaves_of(tree) if _varies(leaf)]
    return np.concatenate(parts) if parts else np.zeros(0)


def _weights(size: int) -> Vector:
    """A cotangent without symmetry, the same in every run."""
    return np.ones(1) if size == 1 else np.random.default_rng(0).uniform(0.5, 1.5, size)


def _like(tree: Any, row: Vector) -> Any:
    """A row of numbers as the cotangent of a result: `w . numbers(out)` is the real part of what it makes of `out`."""
    leaves, form = flatten(tree)
    made: list[Any] = []
    start = 0
    for leaf in leaves:
        if not _varies(leaf):
            made.append(None)
            continue
        size = int(np.size(leaf))
        part = row[start : start + size].reshape(np.shape(leaf))
        if np.iscomplexobj(leaf):
            start += size
            part = part - 1j * row[start : start + size].reshape(np.shape(leaf))
        made.append(_as(leaf, np.asarray(part, _dtype(leaf))))
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
    parts = [(f"np.sum(weight_{i} * {path})", leaf) for i, (path, leaf) in enumerate(paths_of(out, "out")) if _varies(leaf)]
    terms = [f"np.real({term})" if np.iscomplexobj(leaf) else term for term, leaf in parts]
    text = f"def weighted_sum({parameters}):\n    out = f({parameters})\n    return {' + '.join(terms)}\n"
    name = f"<check_grads of {name_of(f)}>"
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    namespace: dict[str, Any] = {"f": f, "np": np, "__name__": name_of(f), **{f"weight_{i}": w for i, w in enumerate(weights)}}
    exec(compile(text, name, "exec"), namespace)  # noqa: S102
    function: Callable[..., Any] = namespace["weighted_sum"]
    return function
