"""Lower assignments: to names, to items and attributes, to tuples of these; augmented ones; `del`.

    y = x * 2                      y.0 = x * 2
    a[i], a[j] = a[j], y           %0 = getitem(a, j)
    p.m += y              ==>      setitem(a, i, %0)
                                   setitem(a, j, y.0)
                                   %1 = getattr(p, 'm')
                                   %2 = iadd(%1, y.0)
                                   setattr(p, 'm', %2)

An assignment to a name writes no line of its own: it says what the variable stands for from here on. A store changes an object,
under whatever name it is known; which names those are is for the analysis to find.
"""

from __future__ import annotations

from typing import TypeAlias

import gast

from wengert.frontend.expressions import OPS
from wengert.frontend.writer import Writer, lowers
from wengert.ir.core import UNDEF, Apply, Atom, Const

Tree: TypeAlias = "Atom | list[Tree]"
"""The values of a display that is taken apart again: `a, b = b, a` makes no tuple."""


@lowers(gast.Assign)
def assign(w: Writer, node: gast.AST) -> None:
    """`a = b = value`: the value once, then the targets from left to right."""
    if len(node.targets) == 1 and _matches(node.targets[0], node.value):
        _bind_tree(w, node.targets[0], _tree(w, node.targets[0], node.value))
        return
    first = node.targets[0]
    value = w.items(node.value) if isinstance(first, (gast.Tuple, gast.List)) else w.expression(node.value, hint_of(first))
    for target in node.targets:
        bind(w, target, value)


@lowers(gast.AnnAssign)
def annotated(w: Writer, node: gast.AST) -> None:
    if node.value is not None:
        bind(w, node.target, w.expression(node.value, hint_of(node.target)))


@lowers(gast.AugAssign)
def augmented(w: Writer, node: gast.AST) -> None:
    """`a += b` may write into the object or make a new one; kinds will tell. What the target is made of is evaluated once."""
    op = "i" + OPS[type(node.op).__name__].rstrip("_")
    target = node.target
    if isinstance(target, gast.Name):
        old = w.read(target.id, target)
        w.bind(target.id, w.apply(op, old, w.expression(node.value), node=node, hint=target.id), node)
        return
    place = _place(w, target)
    old = w.apply("getitem" if isinstance(target, gast.Subscript) else "getattr", *place, node=target)
    _store(w, target, place, w.apply(op, old, w.expression(node.value), node=node))


@lowers(gast.Delete)
def delete(w: Writer, node: gast.AST) -> None:
    for target in node.targets:
        _delete(w, target)


def _delete(w: Writer, target: gast.AST) -> None:
    match target:
        case gast.Name():
            w.read(target.id, target)  # raises if there is no value
            w.bind(target.id, UNDEF, target)
        case gast.Subscript():
            w.do("delitem", *_place(w, target), node=target)
        case gast.Attribute():
            w.do("delattr", *_place(w, target), node=target)
        case _:
            for item in target.elts:
                _delete(w, item)


def bind(w: Writer, target: gast.AST, value: Atom) -> None:
    """What an assignment of a value to a target does; a tuple or list of targets takes the value apart."""
    if isinstance(target, gast.Name):
        w.bind(target.id, value, target)
    elif isinstance(target, (gast.Subscript, gast.Attribute)):
        w.shared.box(value)
        _store(w, target, _place(w, target), value)
    elif w.end is None:
        _unpack(w, target, value)


def _unpack(w: Writer, target: gast.AST, value: Atom) -> None:
    items = target.elts
    stars = [position for position, item in enumerate(items) if isinstance(item, gast.Starred)]
    bare = [item.value if isinstance(item, gast.Starred) else item for item in items]
    names = tuple(w.fresh(hint_of(item)) for item in bare)
    split = (Const(stars[0]), Const(len(items) - stars[0] - 1)) if stars else ()
    w.add(Apply(names, "unpack_star" if stars else "unpack", (value, *split), (), None, w.place(w.statement)))
    for item, name in zip(bare, names):
        bind(w, item, name)


def _place(w: Writer, target: gast.AST) -> tuple[Atom, Atom]:
    """The object that a subscript or attribute belongs to, and which item or attribute of it is meant."""
    value = w.expression(target.value)
    if isinstance(target, gast.Attribute):
        return value, Const(w.mangled(target.attr))
    return value, w.expression(target.slice)


def _store(w: Writer, target: gast.AST, place: tuple[Atom, Atom], value: Atom) -> None:
    w.do("setitem" if isinstance(target, gast.Subscript) else "setattr", *place, value, node=target)


def hint_of(target: gast.AST) -> str:
    return target.id if isinstance(target, gast.Name) else ""


def _matches(target: gast.AST, value: gast.AST) -> bool:
    """Is the value written down item by item, as many as the target takes?"""
    both = isinstance(target, (gast.Tuple, gast.List)) and isinstance(value, (gast.Tuple, gast.List))
    return both and len(target.elts) == len(value.elts) and not any(
        isinstance(item, gast.Starred) for item in (*target.elts, *value.elts)
    )  # fmt: skip


def _tree(w: Writer, target: gast.AST, value: gast.AST) -> Tree:
    if _matches(target, value):
        return [_tree(w, part, item) for part, item in zip(target.elts, value.elts)]
    return w.expression(value, hint_of(target))


def _bind_tree(w: Writer, target: gast.AST, tree: Tree) -> None:
    if isinstance(tree, list):
        for part, item in zip(target.elts, tree):
            _bind_tree(w, part, item)
    else:
        bind(w, target, tree)
