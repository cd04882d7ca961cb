"""Lower generator functions: every `yield` offers a value to whoever walks over them.

    def multiples(x, n):                 function multiples(x, n):
        for i in range(n):                   generate()
            yield i * x                      %0 = global('range')
                                  ==>        %1 = call(%0, n)
                                             for i.0 in %1:
                                                 %2 = i.0 * x
                                                 %3 = offer(%2)
                                                 if %3:
                                                     return None
                                                 yield
                                             return None

A generator runs in pieces, between which its consumer runs. That order is kept: where a `for` walks over the generator, the
analysis writes the generator's lines in its place, and the body of the `for` where a value is offered. `offer` says whether the
consumer has had enough; then the generator is left, through its `finally`.
"""

from __future__ import annotations

import gast

from wengert.errors import error
from wengert.frontend.loops import write_for
from wengert.frontend.writer import Writer, lowers
from wengert.ir.core import Atom, Const, Return


@lowers(gast.Yield)
def yield_(w: Writer, node: gast.AST, hint: str) -> Atom:
    """Nobody but a `for` takes up the generator, so the value of `yield` is None."""
    offer(w, Const(None) if node.value is None else w.expression(node.value), node)
    return Const(None)


@lowers(gast.YieldFrom)
def yield_from(w: Writer, node: gast.AST, hint: str) -> Atom:
    if not (isinstance(w.statement, gast.Expr) and w.statement.value is node):
        raise error("W012", w.source.place(node), what="the value of a `yield from` is used")
    write_for(w, (), w.items(node.value), node, node, lambda element: offer(w, element, node))
    return Const(None)


def offer(w: Writer, value: Atom, node: gast.AST) -> None:
    w.shared.box(value)

    def leave() -> None:
        w.clean_up()
        w.leave(Return(Const(None), w.place(node)))

    w.branch(w.apply("offer", value, node=node), leave, lambda: None, node)
