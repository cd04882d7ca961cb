"""Lower comprehensions: loops that fill a fresh list, set or dict, over variables of their own.

    ys = [x * i for i in r if i]       ys.0 = list()
                                       for i.0 in r:
                                           if i.0:
                                               %0 = x * i.0
                                 ==>           %1 = getattr(ys.0, 'append')
                                               %2 = call(%1, %0)
                                               yield
                                           else:
                                               yield
                                           yield

A generator expression computes its items one by one, when its consumer asks: it is a generator function that is called at once.
Where the consumer takes all of them at once, a list is the same: `sum(...)` of one is lowered as a list that `generator` makes an
iterator of. Where it is walked over by a `for`, its loop and that one become one loop (`loops.py`).
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

import gast

from wengert.frontend.generators import offer
from wengert.frontend.loops import filtered, refusal, write_for
from wengert.frontend.targets import bind
from wengert.frontend.writer import Writer, lowers
from wengert.ir.core import Atom, Block, Const, Function, Return

METHODS = {gast.ListComp: ("list", "append"), gast.GeneratorExp: ("list", "append"), gast.SetComp: ("set", "add")}

LATER = frozenset({"zip", "map", "filter", "enumerate", "iter", "islice", "chain", "takewhile", "dropwhile", "accumulate", "partial"})
"""Functions that take their items after they are called: right only inside of a call that takes all at once."""


@lowers(gast.ListComp, gast.SetComp, gast.DictComp)
def comprehension(w: Writer, node: gast.AST, hint: str) -> Atom:
    kind, method = METHODS.get(type(node), ("dict", ""))
    source = w.expression(node.generators[0].iter)
    made = w.apply(kind, node=node, hint=hint)

    def item() -> None:
        key = w.expression(node.key) if kind == "dict" else Const(method)
        value = w.expression(node.value if kind == "dict" else node.elt)
        w.shared.box(value)
        if kind == "dict":
            w.do("setitem", made, key, value, node=node)
        else:
            w.apply("call", w.apply("getattr", made, key, node=node), value, node=node)

    w.open_scope(node)
    _clauses(w, node, node.generators, source, item)
    w.close_scope()
    return made


def _clauses(w: Writer, node: gast.AST, clauses: Sequence[gast.AST], source: Atom, item: Callable[[], None]) -> None:
    """`for t in source if c`, and the clauses after it."""
    clause, *rest = clauses

    def turn(element: Atom) -> None:
        bind(w, clause.target, element)
        filtered(w, clause.ifs, inside)

    def inside() -> None:
        if rest:
            _clauses(w, node, rest, w.expression(rest[0].iter), item)
        else:
            item()

    write_for(w, w.carried(clause), source, node, clause.target, turn)


@lowers(gast.GeneratorExp)
def generator(w: Writer, node: gast.AST, hint: str) -> Atom:
    """A generator expression: a list of its items, if they are all taken at once."""
    if w.taken is node:
        return w.apply("generator", comprehension(w, node, hint), Const(False), node=node)
    nodes: list[gast.AST] = list(ast.walk(node))
    if any(isinstance(part, gast.NamedExpr) for part in nodes):
        raise refusal(w, node)
    source, place = w.expression(node.generators[0].iter), w.place(node)
    inner = Writer(w.source, w.scopes, node, w.free, around=w)
    inner.do("generate", node=node)
    inner.open_scope(node)
    items = inner.fresh("items")
    _clauses(inner, node, node.generators, items, lambda: offer(inner, inner.expression(node.elt), node))
    inner.leave(Return(Const(None)))
    assert inner.end is not None
    function = w.define(node, Function("genexpr", (items,), Block(tuple(inner.lines), inner.end), place=place), "", place)
    w.shared.box(function)
    return w.apply("call", function, source, node=node, hint=hint)


def argument(w: Writer, node: gast.AST, call: gast.AST) -> Atom:
    """An argument of a call, which may be a generator expression."""
    name = getattr(call.func, "id", getattr(call.func, "attr", ""))
    outer, w.at_once = w.at_once, name not in LATER or w.at_once
    others: list[gast.AST] = [part for other in (*call.args, *call.keywords) if other is not node for part in ast.walk(other)]
    unchanged = not any(isinstance(part, gast.NamedExpr) for part in others)  # between this argument and the call
    atom = w.items(node) if w.at_once and unchanged else w.expression(node)
    w.at_once = outer
    return atom
