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
from wengert.tree import LEAF, Form, as_registered, children_of, form_of, leaves_of, map_leaves, paths_of, unflatten, varies


class VJP(Derivative[..., Any]):
    """Value and pullback of a function, by all arguments that can vary."""

    def __init__(self, function: Callable[..., Any], source: str | None = None, argnums: Argnums | None = None) -> None:
        super().__init__(function, "vjp", argnums, source)

    def __call__(self, *primals: Any) -> tuple[Any, Pullback]:
        values = self.target.bind(primals, {})
        wanted = self.wanted(values)
        if not wanted:
            raise _constant(self, values)
        return self.at(values, wanted, len(primals))

    def at(self, values: tuple[Any, ...], wanted: tuple[int, ...], count: int = 0) -> tuple[Any, Pullback]:
        """Value and pullback for values of all parameters, by those at the `wanted` positions; `count` of them were given."""
        ready = self.ready(values, wanted)
        out, pullback = self.run(ready, ready.values(values))
        _own(pullback, [*values, out], self.surroundings.cells)
        first = len(self.target.first)
        return out, Pullback(self, ready, pullback, out, count, tuple(position - first for position in wanted))

    def __reduce__(self) -> tuple[Any, ...]:
        from wengert.pickling import portable

        return rebuild_mode, ("vjp", portable(self._callable), self._source, self._argnums)


class Pullback:
    """From a cotangent of a value to the cotangents of the primals it came from; may be called again and again."""

    def __init__(self, derivative: VJP, ready: Ready, function: Callable[[Any], tuple[Any, ...]], out: Any, count: int,
                 wanted: tuple[int, ...]) -> None:  # fmt: skip
        self._derivative, self._ready, self._function, self._count, self._wanted = derivative, ready, function, count, wanted
        self._form = form_of(out)
        self._leaves = [(path, _stand_in(leaf)) for path, leaf in paths_of(out, "cotangent")]

    def __repr__(self) -> str:
        return f"<pullback of {self._derivative.target.name}>"

    def __call__(self, cotangent: Any) -> tuple[Any, ...]:
        """One cotangent for each primal, None for what cannot vary; the cotangent may be None, in whole or in parts, for zero."""
        if self._form.type is None and self._leaves[0][1] is None:
            raise error("W071", function=self._derivative.target.name, what="what cannot vary")
        bars = self.wanted(unflatten(self._form, typed(cotangent, self._form, self._leaves, "the result")))
        by_position = dict(zip(self._wanted, bars))
        return tuple(by_position.get(position) for position in range(self._count))

    def wanted(self, cotangent: Any) -> tuple[Any, ...]:
        """The cotangents of the primals that were asked for, of a cotangent that is known to fit."""
        bars = self._derivative.pull(self._ready, self._function, cotangent)
        return tuple(map(as_registered, bars)) if self._ready.registered else tuple(bars)

    def of_first(self) -> Pullback:
        """The pullback of the first part of the result alone."""
        return _OfFirst(self)

    def of_leaf(self, number: int, cotangent: Any) -> tuple[Any, ...]:
        """The same, where all of the result but one leaf has the cotangent zero."""
        leaves = [zero_like(leaf) for _, leaf in self._leaves]
        leaves[number] = cotangent
        return self.wanted(unflatten(self._form, leaves))


def _stand_in(leaf: Any) -> Any:
    """What tells the type and shape of a leaf of the result, and holds none of its numbers."""
    if not varies(leaf):
        return None
    return np.broadcast_to(np.zeros((), leaf.dtype), leaf.shape) if isinstance(leaf, np.ndarray) else leaf


class _OfFirst(Pullback):
    """The pullback of a value that was returned together with something else."""

    def __init__(self, whole: Pullback) -> None:
        self._derivative, self._whole = whole._derivative, whole

    def __call__(self, cotangent: Any) -> tuple[Any, ...]:
        return self._whole((cotangent, None))


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
        dots = [tangent_of(tangents[position - first], values[position], names[position - first]) for position in wanted]
        return self.along(values, wanted, dots)

    def varying(self, values: tuple[Any, ...]) -> tuple[int, ...]:
        """The positions of all that can vary; refused if nothing can."""
        wanted = self.wanted(values)
        if not wanted:
            raise _constant(self, values)
        return wanted

    def along(self, values: tuple[Any, ...], wanted: tuple[int, ...], dots: Sequence[Any]) -> tuple[Any, Any]:
        """Value and tangent for values of all parameters, and tangents of those at the `wanted` positions."""
        ready = self.ready(values, wanted)
        out, tangent = self.run(ready, (*ready.values(values), *dots))
        return out, tangent if type(tangent) is float else completed(out, tangent)

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
    return tangent is None or (type(tangent) in (int, float) and tangent == 0 and not varies(primal))


def tangent_of(tangent: Any, primal: Any, name: str) -> Any:
    """A tangent of the primal's own types; None, in whole or in parts, is zero, and so is what belongs to an int of a tree.

    >>> tangent_of([1, None, 1], [2.0, 3, None], "values")
    [1.0, 0.0, None]
    """
    form = form_of(primal)
    paths = list(paths_of(primal, f"tangent of {name}"))
    leaves = typed(tangent, form, paths, "the argument", form.type is None)
    if form.type is not None:
        leaves = [0.0 if type(leaf) is int else one for (_, leaf), one in zip(paths, leaves)]
    return unflatten(form, leaves)


def completed(out: Any, tangent: Any) -> Any:
    """The tangent of a result in its whole tree: what is constant in it has the tangent zero.

    >>> completed((1.0, (2.0, 3)), (0.5, None))
    (0.5, (0.0, None))
    """
    form = form_of(out)
    if form.type is None:
        return zero_like(out) if tangent is None and varies(out) else tangent
    parts = [None] * len(form.children) if tangent is None else children_of(tangent)
    made = [completed(one, part) for one, part in zip(children_of(out), parts)]
    return unflatten(Form(form.type, form.keys, (LEAF,) * len(made)), made)


def typed(given: Any, form: Form, leaves: Sequence[tuple[str, Any]], of: str, ints: bool = False) -> list[Any]:
    """The leaves of a tangent or cotangent that belongs to something of this form and these leaves, each of its leaf's type."""
    made = []
    for (path, leaf), one in zip(leaves, _spread(given, form, leaves[0][0] if leaves else "", of)):
        if not (varies(leaf) or ints and type(leaf) is int):
            made.append(None if one is None or leaf is None else one)
            continue
        if one is not None and np.shape(one) != np.shape(leaf):
            raise error("W068", name=path, what=_shaped(np.shape(one)), expected=_shaped(np.shape(leaf)))
        made.append(zero_like(leaf) if one is None else _like(leaf, one))
    return made


def _spread(given: Any, form: Form, path: str, of: str) -> list[Any]:
    """The leaves in the order of the form; a part that is None is None at each of its leaves."""
    if given is None:
        return [None] * form.size
    if form.type is None:
        return [given]
    own = form_of(given)
    if own == form:
        return list(leaves_of(given))
    if own.type is not form.type or len(own.children) != len(form.children) or set(own.keys) != set(form.keys):
        raise error("W068", name=path.partition("[")[0].partition(".")[0], what=describe_value(given), expected=f"one of {of}'s tree")
    children = [given[key] for key in form.keys] if form.type is dict else children_of(given)  # a dict may have another order
    return [leaf for child, inner in zip(children, form.children) for leaf in _spread(child, inner, path, of)]


def zero_like(leaf: Any) -> Any:
    """The zero tangent or cotangent of a leaf."""
    if isinstance(leaf, np.ndarray):
        return np.zeros(leaf.shape, leaf.dtype)
    return None if not (varies(leaf) or type(leaf) is int) else leaf.dtype.type(0) if isinstance(leaf, np.generic) else type(leaf)(0) * 1.0


def _like(leaf: Any, value: Any) -> Any:
    """`1` for a float is `1.0`, for a float32 array it is of that dtype."""
    if isinstance(leaf, np.ndarray):
        return np.asarray(value, leaf.dtype)
    if isinstance(leaf, np.generic):
        return leaf.dtype.type(value)
    return value if type(value) in (float, complex) else complex(value) if isinstance(leaf, complex) else float(value)


def _shaped(shape: tuple[int, ...]) -> str:
    return f"an array of shape {shape}" if shape else "a single number"


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
        if isinstance(kept, np.ndarray) or (type(kept) in (list, dict, tuple) and (_is_one_of(kept, trees) or _shows(kept, arrays))):
            cell.cell_contents = map_leaves(lambda leaf: _copied(leaf, arrays), kept)


def _is_one_of(kept: Any, trees: Sequence[Any]) -> bool:
    return any(kept is tree for tree in trees)


def _shows(kept: Any, arrays: Sequence[Any]) -> bool:
    """Is there an array in it that the caller has? What a recursion saved is as deep as that was, so this must not recurse."""
    waiting = [kept]
    while waiting:
        one = waiting.pop()
        if isinstance(one, np.ndarray) and any(np.may_share_memory(one, array) for array in arrays):
            return True
        if type(one) is list and not (one and (isinstance(one[0], np.ndarray) or type(one[0]) in (list, dict, tuple))):
            continue  # a tape holds values of one kind, so its first item tells
        if type(one) in (list, dict, tuple):
            waiting += one.values() if type(one) is dict else one
    return False


def _copied(leaf: Any, arrays: Sequence[Any]) -> Any:
    if isinstance(leaf, np.ndarray) and any(np.may_share_memory(leaf, array) for array in arrays):
        return leaf.copy()
    return leaf
