"""Lower statements other than loops: assignments, branches, exits.

    if c:                             x.1, y.0 = if c:
        x = x + 1          ==>            x.0 = x + 1
    else:                                 yield x.0, y
        x, y = y, x                   else:
                                          yield y, x

An assignment writes no line of its own: it says what its variable stands for from here on.
"""

from __future__ import annotations

from functools import partial
from typing import TypeAlias

import gast

from wengert.frontend.expressions import OPS
from wengert.frontend.writer import Writer, lowers
from wengert.ir.core import Apply, Atom, Break, Const, Continue, Return

Tree: TypeAlias = "Atom | list[Tree]"
"""The values of a display that is taken apart again: `a, b = b, a` makes no tuple."""


@lowers(gast.Expr)
def expression(w: Writer, node: gast.AST) -> None:
    w.expression(node.value)


@lowers(gast.Pass, gast.Global, gast.Nonlocal)
def nothing(w: Writer, node: gast.AST) -> None:
    pass


@lowers(gast.Assign)
def assign(w: Writer, node: gast.AST) -> None:
    """`a = b = value`: the value once, then the targets from left to right."""
    if len(node.targets) == 1 and _matches(node.targets[0], node.value):
        _bind_tree(w, node.targets[0], _tree(w, node.targets[0], node.value))
        return
    value = w.expression(node.value, _hint(node.targets[0]))
    for target in node.targets:
        bind(w, target, value)


@lowers(gast.AnnAssign)
def annotated(w: Writer, node: gast.AST) -> None:
    if node.value is not None:
        bind(w, node.target, w.expression(node.value, _hint(node.target)))


@lowers(gast.AugAssign)
def augmented(w: Writer, node: gast.AST) -> None:
    """`a += b` may write into the object or make a new one; kinds will tell."""
    variable = node.target.id
    old = w.read(variable, node.target)
    value = w.expression(node.value)
    op = "i" + OPS[type(node.op).__name__].rstrip("_")
    w.set(variable, w.apply(op, old, value, node=node, hint=variable))


@lowers(gast.If)
def if_(w: Writer, node: gast.AST) -> None:
    w.branch(w.expression(node.test), partial(w.statements, node.body), partial(w.statements, node.orelse), node)


@lowers(gast.Assert)
def assert_(w: Writer, node: gast.AST) -> None:
    def fail() -> None:
        message = [] if node.msg is None else [w.expression(node.msg)]
        w.raise_new(AssertionError, *message, node=node)

    w.branch(w.expression(node.test), lambda: None, fail, node)


@lowers(gast.Raise)
def raise_(w: Writer, node: gast.AST) -> None:
    w.stop("raise", *[w.expression(part) for part in (node.exc, node.cause) if part is not None], node=node)


@lowers(gast.Return)
def return_(w: Writer, node: gast.AST) -> None:
    w.leave(Return(Const(None) if node.value is None else w.expression(node.value), w.place(node)))


@lowers(gast.Break)
def break_(w: Writer, node: gast.AST) -> None:
    loop = w.loops[-1]
    loop.breaks += 1
    w.leave(Break(w.now(loop.variables)))


@lowers(gast.Continue)
def continue_(w: Writer, node: gast.AST) -> None:
    w.leave(Continue(w.now(w.loops[-1].variables)))


# Targets


def bind(w: Writer, target: gast.AST, value: Atom) -> None:
    """Let a target stand for a value, which is taken apart if the target is a tuple or list."""
    if isinstance(target, gast.Name):
        w.set(target.id, value)
        return
    if w.end is not None:
        return
    items = target.elts
    stars = [position for position, item in enumerate(items) if isinstance(item, gast.Starred)]
    bare = [item.value if isinstance(item, gast.Starred) else item for item in items]
    names = tuple(w.fresh(_hint(item)) for item in bare)
    split = (Const(stars[0]), Const(len(items) - stars[0] - 1)) if stars else ()
    w.add(Apply(names, "unpack_star" if stars else "unpack", (value, *split), (), None, w.place(w.statement)))
    for item, name in zip(bare, names):
        bind(w, item, name)


def _hint(target: gast.AST) -> str:
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
    return w.expression(value, _hint(target))


def _bind_tree(w: Writer, target: gast.AST, tree: Tree) -> None:
    if isinstance(tree, list):
        for part, item in zip(target.elts, tree):
            _bind_tree(w, part, item)
    else:
        bind(w, target, tree)
