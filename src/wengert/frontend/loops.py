"""Lower loops: what the body binds is carried from turn to turn.

    for i in range(n):           %0 = global('range')
        v = f(v, i)              %1 = call(%0, n)
                        ==>      v.2 = for i.0 in %1 carry v.0 = v:
                                     %2 = global('f')
                                     v.1 = call(%2, v.0, i.0)
                                     yield v.1

All variables that the loop binds are carried at first, those without a value as `undef`; `slots.py` then drops what
nobody reads. The `else` of a loop is a branch on its exit code.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import gast

from wengert.errors import Error, error
from wengert.frontend.targets import bind, hint_of
from wengert.frontend.writer import Loop, Writer, lowers
from wengert.ir.core import Atom, Block, Const, For, Name, Pass, Stop, While, Yield


@lowers(gast.For)
def for_(w: Writer, node: gast.AST) -> None:
    if isinstance(node.iter, gast.GeneratorExp) and len(node.iter.generators) == 1:
        for_generator(w, node)
        return
    source = w.expression(node.iter)

    def turn(element: Atom) -> None:
        bind(w, node.target, element)
        w.statements(node.body)

    write_for(w, w.carried(node), source, node, node.target, turn)


def for_generator(w: Writer, node: gast.AST) -> None:
    """`for v in (f(t) for t in xs if c): ...` is one loop over `xs`, as each item is computed when its turn comes."""
    items = node.iter
    (clause,) = items.generators
    source = w.expression(clause.iter)
    own = w.open_scope(items)

    def turn(element: Atom) -> None:
        bind(w, clause.target, element)
        filtered(w, clause.ifs, body)

    def body() -> None:
        value = w.expression(items.elt, hint_of(node.target))
        w.own.pop()
        bind(w, node.target, value)
        w.statements(node.body)
        w.own.append(own)

    variables = dict.fromkeys((*w.carried(node), *w.carried(clause)))
    write_for(w, tuple(variables), source, node, clause.target, turn)
    w.close_scope()


def write_for(
    w: Writer, variables: tuple[str, ...], source: Atom, node: gast.AST, target: gast.AST, turn: Callable[[Atom], None]
) -> None:
    """Write a loop over `source`; `turn` writes its body for one element, which is named after the target."""
    if w.end is not None:
        return
    place, initial = w.place(node), w.now(variables)
    outside = w.start_block()
    carried = _carry(w, variables)
    element = w.fresh(hint_of(target))
    loop = Loop(variables, len(w.cleanups))
    w.loops.append(loop)
    turn(element)
    w.loops.pop()
    end = w.end or Yield(w.now(variables))
    body = Block(w.finish_block(outside).lines, end)
    orelse = getattr(node, "orelse", [])
    targets, left = tuple(map(w.fresh, variables)), w.fresh("exit") if orelse and loop.breaks else None
    w.add(For(targets, (element,), (source,), carried, initial, body, left, place))
    _after(w, dict(zip(variables, targets)), left, orelse, node)


def filtered(w: Writer, tests: Sequence[gast.AST], inside: Callable[[], None]) -> None:
    """What stands under the conditions of a comprehension's clause."""
    if not tests:
        inside()
        return
    test, *rest = tests
    w.branch(w.expression(test), lambda: filtered(w, rest, inside), lambda: None, test)


def refusal(w: Writer, node: gast.AST) -> Error:
    return error("W020", w.source.place(node), construct="generator expression")


@lowers(gast.While)
def while_(w: Writer, node: gast.AST) -> None:
    place = w.place(node)
    variables = w.carried(node)
    initial = w.now(variables)
    outside = w.start_block()
    carried = _carry(w, variables)
    endless = isinstance(node.test, gast.Constant) and bool(node.test.value)
    w.in_test = True
    test: Atom = Const(True) if endless else w.expression(node.test)
    w.in_test = False
    passed = w.now(variables)
    test_block = Block(tuple(w.lines), Pass(test, () if passed == carried else passed))
    w.lines = []
    loop = Loop(variables, len(w.cleanups))
    w.loops.append(loop)
    w.statements(node.body)
    w.loops.pop()
    body_end = w.end or Yield(w.now(variables))
    body = Block(w.finish_block(outside).lines, body_end)
    targets = tuple(map(w.fresh, variables))
    left = w.fresh("exit") if not endless and node.orelse and loop.breaks else None
    w.add(While(targets, carried, initial, test_block, body, left, place))
    if endless and not loop.breaks:
        w.leave(Stop())
    elif endless:  # an `else` is never reached
        _set(w, dict(zip(variables, targets)))
    else:
        _after(w, dict(zip(variables, targets)), left, node.orelse, node)


def _carry(w: Writer, variables: tuple[str, ...]) -> tuple[Name, ...]:
    carried = tuple(map(w.fresh, variables))
    _set(w, dict(zip(variables, carried)))
    return carried


def _set(w: Writer, atoms: dict[str, Name]) -> None:
    for variable, atom in atoms.items():
        w.set(variable, atom)


def _after(w: Writer, atoms: dict[str, Name], left: Name | None, orelse: Sequence[gast.AST], node: gast.AST) -> None:
    """What follows the turns: the variables have their last values, and the `else` runs unless a `break` left the loop."""
    _set(w, atoms)
    if left is None:
        w.statements(orelse)
    else:
        exhausted = w.apply("eq", left, Const(0), node=node)
        w.branch(exhausted, partial(w.statements, orelse), lambda: None, node)
