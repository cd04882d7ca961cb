"""Lower `with` and `try`: what happens on the way out, and what happens instead.

    with np.errstate(all='ignore') as e:       %2 = call(...)
        if x > 0:                              e.0 = enter(%2)
            return x                           %3 = x > 0
        y = 2 * x                   ==>        if %3:
                                                   leave(%2)
                                                   return x
                                               y.0 = 2 * x
                                               leave(%2)

Nothing is nested for it: `leave`, and the lines of a `finally`, stand on every way out that is not an exception. An exception
goes past them to the caller, as the derivative has nothing to go on with.

    try:                          attempt.0 = def ():
        y = math.log(x)               ...                         # a copy of the body
    except ValueError:                return None
        y = 0.0            ==>    %1 = caught(attempt.0, @ValueError)
                                  %2 = is_(%1, None)
                                  y.1 = if %2:
                                      ...                         # the body
                                      yield y.0
                                  else:
                                      yield 0.0

`except` asks first whether the body raises, by running a copy of it (`runtime.caught`), and then is a branch like any other; so the
sweep that goes backward begins where the body ended, or the handler. A body that does more than compute cannot run twice, and is done
piece by piece (`piecewise.py`). So is one that leaves a variable halfway, where that is read.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import gast

from wengert.frontend.imports import catches, import_error, only_imports
from wengert.frontend.piecewise import At, can_be
from wengert.frontend.targets import bind
from wengert.frontend.writer import Side, Writer, lowers, plain
from wengert.ir.core import (
    UNDEF,
    Apply,
    Atom,
    Block,
    Break,
    Const,
    Continue,
    Def,
    Function,
    If,
    Line,
    Name,
    Return,
    Terminator,
)
from wengert.ir.walk import Part, atoms, blocks_of, bound, defined, lines_of, map_blocks, rename


@dataclass(frozen=True, slots=True)
class Halfway:
    """The value of a variable that a `try` may have bound before it raised."""

    variable: str
    node: gast.AST


def halfway_of(function: Function) -> set[gast.AST]:
    """The `try`s after which a program reads such a variable: what it holds depends on how far the body got."""
    parts: list[Part] = [function.body.terminator]
    for line in lines_of(function):
        parts += [line, *(block.terminator for block in blocks_of(line))]
    return {
        atom.value.node for part in parts for atom in atoms(part) if isinstance(atom, Const) and isinstance(atom.value, Halfway)
    }


class Piecewise(Exception):
    """This `try` must be done piece by piece."""

    def __init__(self, at: At) -> None:
        super().__init__(at)
        self.at = at


OUTSIDE = (gast.Global, gast.Nonlocal, gast.Delete, gast.With, gast.Yield, gast.YieldFrom)


@lowers(gast.With)
def with_(w: Writer, node: gast.AST) -> None:
    _enter(w, node, node.items)


def _enter(w: Writer, node: gast.AST, items: Sequence[gast.AST]) -> None:
    if not items or w.end is not None:
        w.statements(node.body)
        return
    item, *rest = items
    manager = w.expression(item.context_expr)
    value = w.apply("enter", manager, node=item.context_expr)
    leave = partial(w.do, "leave", manager, node=item.context_expr)
    w.cleanups.append(leave)
    if item.optional_vars is not None:
        bind(w, item.optional_vars, value)
    _enter(w, node, rest)
    w.cleanups.pop()
    w.at(node)
    leave()
    edited = _edited(item)
    if edited is not None and w.end is None:
        h, h_bar = edited
        new = w.apply("edited", w.expression(h), manager, value, w.read(h_bar.id, h_bar), node=item.context_expr, hint=h.id)
        w.bind(h.id, new, h)


def _edited(item: gast.AST) -> tuple[gast.AST, gast.AST] | None:
    """The names h and h_bar of `with adjoint(h) as h_bar`, after which h is the value whose adjoint has been edited (`surgery.py`)."""
    call = item.context_expr
    if not isinstance(call, gast.Call) or len(call.args) != 1 or call.keywords:
        return None
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    if name != "adjoint" or not isinstance(call.args[0], gast.Name) or not isinstance(item.optional_vars, gast.Name):
        return None
    return call.args[0], item.optional_vars


@lowers(gast.Try)
def try_(w: Writer, node: gast.AST) -> None:
    """`finally` is around all the rest."""
    if not node.finalbody:
        _handled(w, node)
        return
    if can_be(node) and any(isinstance(part, (gast.Return, gast.Break, gast.Continue)) for last in node.finalbody for part in ast.walk(last)):
        raise Piecewise((node.lineno, node.col_offset))  # it may let an exception go
    finish = partial(w.statements, node.finalbody)
    w.do("cleanup", node=node)  # an exception in the body goes past it
    w.cleanups.append(finish)
    _handled(w, node)
    w.cleanups.pop()
    finish()


def _handled(w: Writer, node: gast.AST) -> None:
    if not node.handlers:
        w.statements([*node.body, *node.orelse])
    elif only_imports(node.body):
        _imported(w, node)
    else:
        _attempted(w, node)


def _imported(w: Writer, node: gast.AST) -> None:
    raised = import_error(node.body)
    if raised is None:
        w.statements([*node.body, *node.orelse])
        return
    for handler in node.handlers:
        if catches(handler, raised):
            _handler(w, handler, Const(raised))
            return
    w.raise_new(type(raised), Const(str(raised)), node=node)


def _attempted(w: Writer, node: gast.AST) -> None:
    # what cannot be either raises in the derivative
    attempt = _copy(w, node) if node not in w.shared.trusting and all(map(_only_computes, node.body)) else None
    if attempt is None:
        if node not in w.shared.trusting and can_be(node):
            raise Piecewise((node.lineno, node.col_offset))
        w.statements([*node.body, *node.orelse])
        return
    halfway = [key for key in w.scopes.bound_halfway(node) if key not in w.boxes]
    classes: list[list[Atom]] = []
    for handler in node.handlers:
        names = handler.type.elts if isinstance(handler.type, gast.Tuple) else [handler.type]
        classes.append([Const(BaseException, "BaseException") if name is None else w.expression(name) for name in names])
    every = [atom for group in classes for atom in group]
    raised = w.apply("caught", attempt, *every, node=node)

    def handlers(position: int) -> None:
        if position == 0:
            for key in halfway:  # bound before the exception, or not
                w.set(key, Const(Halfway(plain(key), node), "halfway"))
        if position == len(node.handlers) - 1:
            _handler(w, node.handlers[position], raised)
            return
        group = classes[position]
        kinds = group[0] if len(group) == 1 else w.apply("tuple", *group, node=node)
        test = w.apply("call", Const(isinstance, "isinstance"), raised, kinds, node=node)
        w.branch(test, partial(_handler, w, node.handlers[position], raised), partial(handlers, position + 1), node)

    test = w.apply("is_", raised, Const(None), node=node)
    w.branch(test, partial(w.statements, [*node.body, *node.orelse]), partial(handlers, 0), node)


def _handler(w: Writer, handler: gast.AST, raised: Atom) -> None:
    if handler.name is not None:
        w.bind(handler.name.id, raised, handler.name)
    outer, w.handling = w.handling, raised
    w.statements(handler.body)
    w.handling = outer
    if handler.name is not None:
        w.bind(handler.name.id, UNDEF, handler.name)


def _only_computes(statement: gast.AST) -> bool:
    """Does the text of a body not show that it does more than compute? Kinds tell the rest."""
    nodes: list[gast.AST] = list(ast.walk(statement))
    for node in nodes:
        stored = isinstance(node, gast.Attribute) and not isinstance(node.ctx, gast.Load)
        called = isinstance(node, gast.Call) and getattr(node.func, "id", "") in ("print", "next", "input", "open")
        if stored or called or isinstance(node, OUTSIDE):
            return False
    return True


def _copy(w: Writer, node: gast.AST) -> Name | None:
    """A function that runs the body: it returns nothing, and raises what the body raises. None if it would change what others see."""
    cleanups, w.cleanups = w.cleanups, []
    outside = w.start_block()
    w.statements(node.body)
    side: Side = w.finish_block(outside)
    w.cleanups = cleanups
    body = _without_exits(Block(side.lines, side.end or Return(Const(None))))
    fresh: dict[Name, Atom] = {}
    for line in lines_of(body):
        for name in (*bound(line), *defined(line)):
            fresh[name] = w.fresh("" if name.startswith("%") else name.rpartition(".")[0] or name)
    function = rename(Function("attempt", (), body, place=w.place(node)), fresh, definitions=True)
    for line in lines_of(body):
        if isinstance(line, Apply) and line.op in ("rebox", "setglobal") and line.args[0] not in fresh:
            return None
    target = w.fresh("attempt")
    w.add(Def(target, function, w.place(node)))
    return target


def _without_exits(block: Block) -> Block:
    """What leaves the body leaves the function; loops of the body keep their own exits."""
    return Block(tuple(map(_line_without_exits, block.lines)), _out(block.terminator))


def _line_without_exits(line: Line) -> Line:
    if isinstance(line, Def):
        return line
    return map_blocks(line, _without_exits if isinstance(line, If) else _loop_block)


def _loop_block(block: Block) -> Block:
    """In a loop of the body, only `return` leaves the body."""
    lines = tuple(line if isinstance(line, Def) else map_blocks(line, _loop_block) for line in block.lines)
    return Block(lines, Return(Const(None)) if isinstance(block.terminator, Return) else block.terminator)


def _out(end: Terminator) -> Terminator:
    return Return(Const(None)) if isinstance(end, (Return, Break, Continue)) else end


