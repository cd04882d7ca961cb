"""The two modes as they are called: `vjp` with the primals, `jvp` with primals and tangents.

>>> def path(r, n):
...     return r * n, n
>>> out, pullback = VJP(path)(2.0, 3)
>>> out, pullback((1.0, None))
((6.0, 3), (3.0, None))
>>> JVP(path)((2.0, 3), (1.0, None))[0]
(6.0, 3)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import FunctionType
from typing import Any

import numpy as np

from wengert.arguments import Argnums, check_varies, describe_value
from wengert.derivative import Derivative, Ready
from wengert.errors import error
from wengert.tree import form_of, leaves_of, map_leaves, paths_of


class VJP(Derivative[..., Any]):
    """Value and pullback of a function, by all arguments that can vary."""

    def __init__(self, function: Callable[..., Any], source: str | None = None, argnums: Argnums | None = None) -> None:
        super().__init__(function, "vjp", argnums, source)

    def __call__(self, *primals: Any) -> tuple[Any, Pullback]:
        values = self.target.bind(primals, {})
        wanted = self.wanted(values)
        if not wanted:
            raise _constant(self, values)
        ready = self.ready(values, wanted)
        out, pullback = self.run(ready, ready.values(values))
        _own(pullback, [*primals, out], self.surroundings.cells)
        first = len(self.target.first)
        return out, Pullback(self, ready, pullback, out, len(primals), tuple(position - first for position in wanted))

    def __reduce__(self) -> tuple[Any, ...]:
        from wengert.pickling import portable

        return rebuild_mode, ("vjp", portable(self._callable), self._source, self._argnums)


class Pullback:
    """From a cotangent of a value to the cotangents of the primals it came from; may be called again and again."""

    def __init__(self, derivative: VJP, ready: Ready, function: Callable[[Any], tuple[Any, ...]], out: Any, count: int,
                 wanted: tuple[int, ...]) -> None:  # fmt: skip
        self._derivative, self._ready, self._function, self._count, self._wanted = derivative, ready, function, count, wanted
        self._form = form_of(out)
        self._leaves = [(path, np.shape(leaf), _varies(leaf)) for path, leaf in paths_of(out, "cotangent")]

    def __repr__(self) -> str:
        return f"<pullback of {self._derivative.target.name}>"

    def __call__(self, cotangent: Any) -> tuple[Any, ...]:
        """One cotangent for each primal; None for what cannot vary."""
        if self._form.type is None and not self._leaves[0][2]:
            raise error("W071", function=self._derivative.target.name, what="what cannot vary")
        if form_of(cotangent) != self._form:
            raise error("W068", name="cotangent", what=describe_value(cotangent), expected="one of the result's tree")
        for (path, shape, varies), leaf in zip(self._leaves, leaves_of(cotangent)):
            if varies and np.shape(leaf) != shape:
                raise error("W068", name=path, what=_shaped(np.shape(leaf)), expected=_shaped(shape))
        bars = self._derivative.pull(self._ready, self._function, cotangent)
        by_position = dict(zip(self._wanted, bars))
        return tuple(by_position.get(position) for position in range(self._count))


class JVP(Derivative[..., Any]):
    """Value and tangent of a function."""

    def __init__(self, function: Callable[..., Any], source: str | None = None, argnums: Argnums | None = None) -> None:
        super().__init__(function, "jvp", argnums, source)

    def __call__(self, primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
        if len(primals) != len(tangents):
            given = f"{len(tangents)} of them"
            raise error("W068", name="tangents", what=given, expected=f"one for each of {len(primals)} primals")
        values = self.target.bind(primals, {})
        first = len(self.target.first)
        names = self.target.parameters[first:]
        asked = [first + i for i, tangent in enumerate(tangents) if not _stays(tangent, primals[i])]
        for position in asked:
            check_varies(values[position], self.target.parameters[position], self.target.name)
        wanted = tuple(asked) or self.wanted(values)
        if not wanted:
            raise _constant(self, values)
        for position in wanted:
            _check_tangent(f"tangent of {names[position - first]}", tangents[position - first], values[position])
        ready = self.ready(values, wanted)
        dots = (_as_tangent(tangents[position - first], values[position]) for position in wanted)
        result: tuple[Any, Any] = self.run(ready, (*ready.values(values), *dots))
        return result

    def __reduce__(self) -> tuple[Any, ...]:
        from wengert.pickling import portable

        return rebuild_mode, ("jvp", portable(self._callable), self._source, self._argnums)


def rebuild_mode(mode: str, function: Any, source: str | None, argnums: Argnums | None) -> VJP | JVP:
    """Unpickle it."""
    from wengert.pickling import restore

    return (VJP if mode == "vjp" else JVP)(restore(function), source, argnums)


def _constant(derivative: Derivative[..., Any], values: Sequence[Any]) -> Exception:
    """The refusal of a call in which nothing can vary."""
    target = derivative.target
    for name, value in list(zip(target.parameters, values))[len(target.first) :]:
        try:
            check_varies(value, name, target.name)
        except TypeError as problem:
            return problem
    return error("W064", name="(any)", function=target.name)


def _stays(tangent: Any, primal: Any) -> bool:
    """Does the tangent say that the primal does not change? A zero for a float is as good a tangent as any."""
    return tangent is None or (type(tangent) in (int, float) and tangent == 0 and not _varies(primal))


def _varies(leaf: Any) -> bool:
    return isinstance(leaf, (float, complex)) or (isinstance(leaf, (np.ndarray, np.generic)) and leaf.dtype.kind in "fc")


def _check_tangent(name: str, tangent: Any, primal: Any) -> None:
    if form_of(tangent) != form_of(primal):
        raise error("W068", name=name, what=describe_value(tangent), expected="one of the argument's tree")
    for (path, dot), leaf in zip(paths_of(tangent, name), leaves_of(primal)):
        if _varies(leaf) and np.shape(dot) != np.shape(leaf):
            raise error("W068", name=path, what=_shaped(np.shape(dot)), expected=_shaped(np.shape(leaf)))


def _shaped(shape: tuple[int, ...]) -> str:
    return f"an array of shape {shape}" if shape else "a single number"


def _as_tangent(tangent: Any, primal: Any) -> Any:
    """A tangent of the primal's own types: `1` for a float is `1.0`, for a float32 array of its dtype."""

    def convert(dot: Any, leaf: Any) -> Any:
        if type(leaf) is float or type(leaf) is int:
            return float(dot) if type(dot) is not float and dot is not None else dot
        if isinstance(leaf, np.ndarray) and leaf.dtype.kind in "fc":
            return np.asarray(dot, leaf.dtype)
        return leaf.dtype.type(dot) if isinstance(leaf, np.generic) and leaf.dtype.kind in "fc" else dot

    return map_leaves(convert, tangent, primal)


# what a pullback keeps


def _own(pullback: Callable[..., Any], shown: Sequence[Any], captured: Mapping[str, Any]) -> None:
    """Copy what the pullback keeps of the arguments and of the result: the caller may write into them before it is called."""
    if not isinstance(pullback, FunctionType):
        return
    arrays = [leaf for tree in shown for leaf in leaves_of(tree) if isinstance(leaf, np.ndarray)]
    trees = [tree for tree in shown if type(tree) in (list, dict)]
    for name, cell in zip(pullback.__code__.co_freevars, pullback.__closure__ or ()):
        if name in captured:
            continue
        try:
            kept = cell.cell_contents
        except ValueError:  # a variable of a branch that was not taken
            continue
        if isinstance(kept, np.ndarray) or (type(kept) in (list, dict, tuple) and (_is_one_of(kept, trees) or _holds_array(kept))):
            cell.cell_contents = map_leaves(lambda leaf: _copied(leaf, arrays), kept)


def _is_one_of(kept: Any, trees: Sequence[Any]) -> bool:
    return any(kept is tree for tree in trees)


def _holds_array(kept: Any) -> bool:
    """Are there arrays in it? A tape holds values of one kind, so its first item tells."""
    items = list(kept.values()) if type(kept) is dict else kept if type(kept) is tuple else kept[:1]
    return any(isinstance(item, np.ndarray) or (type(item) in (list, dict, tuple) and _holds_array(item)) for item in items)


def _copied(leaf: Any, arrays: Sequence[Any]) -> Any:
    if isinstance(leaf, np.ndarray) and any(np.may_share_memory(leaf, array) for array in arrays):
        return leaf.copy()
    return leaf
