"""Trees: the dicts, lists and tuples in which arguments, gradients and cotangents come.

A leaf is anything else. The tree of a value is its form without the leaves, so that a gradient can be checked
against, or rebuilt in, the form of its argument; dicts keep their own order of keys.

>>> leaves, form = flatten({"w": [1.0, 2.0], "b": (3.0,)})
>>> leaves
[1.0, 2.0, 3.0]
>>> unflatten(form, [10 * leaf for leaf in leaves])
{'w': [10.0, 20.0], 'b': (30.0,)}
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Form:
    """A tree without its leaves: `type` is dict, list or tuple, or None for a leaf."""

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
    kind = type(tree)
    if kind is dict:
        return Form(dict, tuple(tree), tuple(map(form_of, tree.values())))
    if kind is list or kind is tuple:
        return Form(kind, (), tuple(map(form_of, tree)))
    return LEAF


def leaves_of(tree: Any) -> Iterator[Any]:
    """The leaves of a tree, from left to right."""
    for _, leaf in paths_of(tree):
        yield leaf


def paths_of(tree: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Each leaf with the subscripts that lead to it.

    >>> list(paths_of({"w": [1.0, 2.0]}, "params"))
    [("params['w'][0]", 1.0), ("params['w'][1]", 2.0)]
    """
    if type(tree) is dict:
        for key, child in tree.items():
            yield from paths_of(child, f"{path}[{key!r}]")
    elif type(tree) in (list, tuple):
        for index, child in enumerate(tree):
            yield from paths_of(child, f"{path}[{index}]")
    else:
        yield path, tree


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
    children = [_rebuild(child, supply) for child in form.children]
    return dict(zip(form.keys, children)) if form.type is dict else form.type(children)


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
