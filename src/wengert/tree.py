"""Trees: the containers in which arguments, gradients and cotangents come.

A dict, list, tuple, namedtuple, dataclass, attrs object, or object of a class that was registered, is a tree of what it holds;
a leaf is anything else. The tree of a value is its form without the leaves, so that a gradient can be checked
against, or rebuilt in, the form of its argument; dicts keep their own order of keys.

>>> leaves, form = flatten({"w": [1.0, 2.0], "b": (3.0,)})
>>> leaves
[1.0, 2.0, 3.0]
>>> unflatten(form, [10 * leaf for leaf in leaves])
{'w': [10.0, 20.0], 'b': (30.0,)}
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from wengert.records import fields_of, made_of

C = TypeVar("C")

Flatten = Callable[[Any], tuple[Iterable[Any], Any]]
Unflatten = Callable[[Any, Sequence[Any]], Any]

_registered: dict[type, tuple[Flatten, Unflatten]] = {}


def register_tree(cls: type[C], flatten: Callable[[C], tuple[Iterable[Any], Any]], unflatten: Callable[[Any, Any], C]) -> type[C]:
    """Make objects of a class trees, as `jax.tree_util.register_pytree_node` does.

    `flatten(obj)` returns what the object holds, and whatever else is needed to build it again; `unflatten(rest, children)` builds it.
    Dataclasses, namedtuples and attrs classes are trees without being registered.

    >>> class Point:
    ...     def __init__(self, x, y):
    ...         self.x, self.y = x, y
    >>> Point = register_tree(Point, lambda p: ((p.x, p.y), None), lambda rest, children: Point(*children))
    >>> [leaf for leaf in leaves_of({"at": Point(1.0, 2.0)})]
    [1.0, 2.0]
    """
    if not isinstance(cls, type):
        raise TypeError(f"register_tree needs a class, not {cls!r}")
    _registered[cls] = (flatten, unflatten)
    return cls


def attributes_of(value: Any) -> tuple[str, ...] | None:
    """The attributes that a program may read of an object: its fields, or all it has if `register_tree` knows its class."""
    fields = fields_of(value)
    return tuple(getattr(value, "__dict__", ())) if fields is None and type(value) in _registered else fields


def holds_registered(tree: Any) -> bool:
    """Are there objects of registered classes in the tree?"""
    if type(tree) in _registered:
        return True
    parts = _parts(tree)
    return parts is not None and any(map(holds_registered, parts[2]))


def as_registered(tree: Any) -> Any:
    """A gradient made field by field, with objects of registered classes as their own `unflatten` builds them."""
    parts = _parts(tree)
    if parts is None:
        return tree
    kind, keys, children = parts
    return _join(kind, keys, [as_registered(child) for child in children])


@dataclass(frozen=True, slots=True)
class Form:
    """A tree without its leaves: `type` is dict, list, tuple or the class of an object, or None for a leaf."""

    type: Any = None
    keys: tuple[Any, ...] = ()
    children: tuple[Form, ...] = ()

    @property
    def size(self) -> int:
        """How many leaves a tree of this form has."""
        return 1 if self.type is None else sum(child.size for child in self.children)


LEAF = Form()


def form_of(tree: Any) -> Form:
    """The form of a tree.

    >>> form_of([1.0, (2.0,)]) == form_of(["a", ("b",)])
    True
    """
    parts = _parts(tree)
    if parts is None:
        return LEAF
    kind, keys, children = parts
    return Form(kind, keys, tuple(map(form_of, children)))


def _parts(tree: Any) -> tuple[type, tuple[Any, ...], Sequence[Any]] | None:
    """Of what class a container is, by which keys it holds its items, and the items; None for a leaf."""
    kind = type(tree)
    if kind is dict:
        return dict, tuple(tree), tuple(tree.values())
    if kind is list or kind is tuple:
        return kind, (), tree
    if kind in _registered:
        children, rest = _registered[kind][0](tree)
        return kind, (rest,), tuple(children)
    fields = fields_of(tree)
    return None if fields is None else (kind, fields, [getattr(tree, field) for field in fields])


def _join(kind: Any, keys: tuple[Any, ...], children: Sequence[Any]) -> Any:
    if kind is dict:
        return dict(zip(keys, children))
    if kind is list or kind is tuple:
        return kind(children)
    if kind in _registered:
        return _registered[kind][1](keys[0], tuple(children))
    return made_of(kind, **dict(zip(keys, children)))


def is_tree(value: Any) -> bool:
    """Is it a container, not a leaf?"""
    return _parts(value) is not None


def children_of(tree: Any) -> Sequence[Any]:
    """What a container holds, from left to right."""
    parts = _parts(tree)
    return () if parts is None else parts[2]


def varies(leaf: Any) -> bool:
    """Is the leaf a number or an array of numbers that can vary?

    >>> varies(1.0), varies(1), varies(np.zeros(3)), varies("a")
    (True, False, True, False)
    """
    return isinstance(leaf, (float, complex)) or (isinstance(leaf, (np.ndarray, np.generic)) and leaf.dtype.kind in "fc")


def leaves_of(tree: Any) -> Iterator[Any]:
    """The leaves of a tree, from left to right."""
    for _, leaf in paths_of(tree):
        yield leaf


def paths_of(tree: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Each leaf with the subscripts that lead to it.

    >>> list(paths_of({"w": [1.0, 2.0]}, "params"))
    [("params['w'][0]", 1.0), ("params['w'][1]", 2.0)]
    """
    parts = _parts(tree)
    if parts is None:
        yield path, tree
        return
    kind, keys, children = parts
    for number, child in enumerate(children):
        if kind is dict:
            step = f"[{keys[number]!r}]"
        else:
            step = f"[{number}]" if kind is list or kind is tuple or kind in _registered else f".{keys[number]}"
        yield from paths_of(child, path + step)


def flatten(tree: Any) -> tuple[list[Any], Form]:
    """The leaves and the form of a tree."""
    return list(leaves_of(tree)), form_of(tree)


def unflatten(form: Form, leaves: Sequence[Any]) -> Any:
    """The tree of this form with these leaves."""
    supply = iter(leaves)
    tree = _rebuild(form, supply)
    if next(supply, LEAF) is not LEAF:
        raise ValueError(f"a tree of {form.size} leaves got {len(leaves)}")
    return tree


def _rebuild(form: Form, supply: Iterator[Any]) -> Any:
    if form.type is None:
        for leaf in supply:
            return leaf
        raise ValueError("too few leaves for the tree")
    return _join(form.type, form.keys, [_rebuild(child, supply) for child in form.children])


def map_leaves(function: Callable[..., Any], tree: Any, *others: Any) -> Any:
    """A tree of the same form, each leaf the `function` of the leaves in its place.

    >>> map_leaves(lambda a, b: a + b, {"w": (1.0, 2.0)}, {"w": (10.0, 20.0)})
    {'w': (11.0, 22.0)}
    """
    form = form_of(tree)
    for other in others:
        if form_of(other) != form:
            raise ValueError(f"trees of different form: {tree!r} and {other!r}")
    rows = zip(leaves_of(tree), *map(leaves_of, others))
    return unflatten(form, [function(*row) for row in rows])


def copied(tree: Any) -> Any:
    """The tree with arrays of its own, for a run that may write into it; what was one array is one in the copy.

    >>> import numpy as np
    >>> given = np.zeros(2)
    >>> made = copied([given, given, 1.0])
    >>> made[0] is given, made[0] is made[1]
    (False, True)
    """
    known: dict[int, Any] = {}
    leaves, form = flatten(tree)
    return unflatten(form, [known.setdefault(id(leaf), leaf.copy()) if hasattr(leaf, "__array__") and hasattr(leaf, "copy") else leaf for leaf in leaves])
