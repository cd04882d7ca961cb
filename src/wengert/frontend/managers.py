"""A generator function under `contextlib.contextmanager`: what it does before and after its one `yield` become two functions.

    def scaled(a, k):                  def scaled(a, k):
        a *= k                             def enter():
        try:                                   nonlocal a
            yield a                            a *= k
        finally:             ==>               return a
            a /= k                         def leave(error):
                                               nonlocal a
                                               try:
                                                   if error is not None:
                                                       raise error
                                               finally:
                                                   a /= k
                                           return Managed(enter, leave)

This is done to the syntax tree, before it is lowered. So `with` finds an object with `__enter__` and `__exit__`, as of any class of the user's;
what is thrown into the generator is raised where the `yield` stood.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import gast

from wengert.frontend.piecewise import Making, bound_in

Halves: TypeAlias = "tuple[list[gast.AST], gast.AST | None, list[gast.AST]]"
"""What is done before a `yield`, the value that it offers, and what is done after."""

ENTER, LEAVE, ERROR = "enter@t0", "leave@t0", "error@t0"


class Managed:
    """The manager: what it does on the way in, and on the way out."""

    def __init__(self, enter: Callable[[], Any], leave: Callable[[Any], Any]) -> None:
        self.enter, self.leave = enter, leave

    def __enter__(self) -> Any:
        return self.enter()

    def __exit__(self, kind: Any, error: Any, trace: Any) -> Any:
        self.leave(error)


class Forgiving(Managed):
    """One that may keep an exception to itself."""

    def __exit__(self, kind: Any, error: Any, trace: Any) -> Any:
        return self.leave(error)


def managed(node: gast.AST) -> gast.AST | None:
    """The function that makes the manager; None if the generator is not of this form: one `yield`, at the top or in a `try`."""
    outside = (gast.Global, gast.Nonlocal, gast.AsyncFunctionDef)
    halves = None if any(isinstance(part, outside) for part in ast.walk(node)) else _halves(node.body)
    if halves is None:
        return None
    before, value, after = halves
    at = Making(node)
    parameters = {parameter.id for parameter in _parameters(node.args)}
    names = [*dict.fromkeys(name for statement in (*before, *after) for name in bound_in(statement))]
    outer = [at.made(gast.Nonlocal(names))] if names else []
    forgiving = any(isinstance(part, (gast.ExceptHandler, gast.Return)) for statement in after for part in ast.walk(statement))
    nothing = gast.arguments([], [], None, [], [], None, [])
    error = gast.arguments([at.made(gast.Name(ERROR, gast.Param(), None, None))], [], None, [], [], None, [])
    left = _Leaving(at)
    leaving = [*outer, *map(left.visit, copy.deepcopy(after)), left.out()]
    made = copy.copy(node)
    made.decorator_list = []
    made.body = [
        *(at.made(gast.AnnAssign(at.store(name), at.made(gast.Constant(None, None)), None, 1)) for name in names if name not in parameters),
        at.made(gast.FunctionDef(ENTER, nothing, [*outer, *before, at.made(gast.Return(value))], [], None, None, [])),
        at.made(gast.FunctionDef(LEAVE, error, leaving, [], None, None, [])),
        at.made(gast.Return(at.made(gast.Call(at.builtin(Forgiving if forgiving else Managed), [at.name(ENTER), at.name(LEAVE)], [])))),
    ]
    return made


def _halves(body: Sequence[gast.AST]) -> Halves | None:
    """A block taken apart at its `yield`."""
    yielding = [k for k, statement in enumerate(body) if _has(statement, (gast.Yield, gast.YieldFrom))]
    if len(yielding) != 1 or any(_has(statement, gast.Return) for statement in body[: yielding[0]]):
        return None
    (place,) = yielding
    found = _at(body[place])
    if found is None:
        return None
    before, value, after = found
    return [*body[:place], *before], value, [*after, *body[place + 1 :]]


def _at(statement: gast.AST) -> Halves | None:
    at = Making(statement)
    match statement:
        case gast.Expr(value=gast.Yield(value=value)):
            return [], value, [at.if_(at.is_none(ERROR), [at.made(gast.Pass())], [at.again(ERROR)])]
        case gast.Try():
            inner = _halves(statement.body)
            if inner is None or any(_has(part, gast.Yield) for part in (*statement.handlers, *statement.orelse, *statement.finalbody)):
                return None
            before, value, after = inner
            return before, value, [at.made(gast.Try(after, statement.handlers, statement.orelse, statement.finalbody))]
    return None


def _has(statement: gast.AST, kinds: Any) -> bool:
    """Is there such a part in a statement, not counting the functions that it defines?"""
    if isinstance(statement, (gast.FunctionDef, gast.Lambda)):
        return False
    return isinstance(statement, kinds) or any(_has(part, kinds) for part in ast.iter_child_nodes(statement))


def _parameters(args: Any) -> list[gast.AST]:
    return [part for part in (*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg) if part is not None]


class _Leaving(ast.NodeTransformer):
    """The end of the generator says whether an exception was kept."""

    def __init__(self, at: Making) -> None:
        self.at = at

    def out(self) -> gast.AST:
        kept = self.at.made(gast.Compare(self.at.name(ERROR), [gast.IsNot()], [self.at.made(gast.Constant(None, None))]))
        return self.at.made(gast.Return(kept))

    def visit_Return(self, node: Any) -> Any:
        return self.out()

    def visit_FunctionDef(self, node: Any) -> Any:
        return node

    visit_Lambda = visit_FunctionDef
