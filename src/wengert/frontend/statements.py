"""Lower branches and exits, and statements that write no line.

    if c:                             x.1, y.0 = if c:
        x = x + 1          ==>            x.0 = x + 1
    else:                                 yield x.0, y
        x, y = y, x                   else:
                                          yield y, x

What leaves a `with` or a `try ... finally` first does what these do at their end.
"""

from __future__ import annotations

from functools import partial

import gast

from wengert.frontend.writer import Writer, lowers
from wengert.ir.core import Break, Const, Continue, Return


@lowers(gast.Expr)
def expression(w: Writer, node: gast.AST) -> None:
    w.expression(node.value)


@lowers(gast.Pass, gast.Global, gast.Nonlocal)
def nothing(w: Writer, node: gast.AST) -> None:
    pass


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
    parts = [w.expression(part) for part in (node.exc, node.cause) if part is not None]
    if not parts and w.handling is not None:
        parts = [w.handling]
    w.stop("raise", *parts, node=node)


@lowers(gast.Return)
def return_(w: Writer, node: gast.AST) -> None:
    value = Const(None) if node.value is None else w.expression(node.value)
    w.clean_up()
    w.leave(Return(value, w.place(node)))


@lowers(gast.Break)
def break_(w: Writer, node: gast.AST) -> None:
    loop = w.loops[-1]
    loop.breaks += 1
    w.clean_up(loop.cleanups)
    w.leave(Break(w.now(loop.variables)))


@lowers(gast.Continue)
def continue_(w: Writer, node: gast.AST) -> None:
    loop = w.loops[-1]
    w.clean_up(loop.cleanups)
    w.leave(Continue(w.now(loop.variables)))
