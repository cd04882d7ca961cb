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

from functools import partial

import gast

from wengert.frontend.statements import bind
from wengert.frontend.writer import Loop, Writer, lowers
from wengert.ir.core import Atom, Block, Const, For, Name, Pass, Stop, Terminator, While, Yield


@lowers(gast.For)
def for_(w: Writer, node: gast.AST) -> None:
    place = w.place(node)
    source = w.expression(node.iter)
    if w.end is not None:
        return
    variables = w.scopes.bound_in(node)
    initial = w.now(variables)
    outside = w.start_block()
    carried = _carry(w, variables)
    element = w.fresh(node.target.id if isinstance(node.target, gast.Name) else "")
    bind(w, node.target, element)
    loop, body_end = _body(w, variables, node)
    body = Block(w.finish_block(outside).lines, body_end)
    targets, left = tuple(map(w.fresh, variables)), _exit(w, loop, node)
    w.add(For(targets, (element,), (source,), carried, initial, body, left, place))
    _after(w, dict(zip(variables, targets)), left, node)


@lowers(gast.While)
def while_(w: Writer, node: gast.AST) -> None:
    place = w.place(node)
    variables = w.scopes.bound_in(node)
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
    loop, body_end = _body(w, variables, node)
    body = Block(w.finish_block(outside).lines, body_end)
    targets = tuple(map(w.fresh, variables))
    left = None if endless else _exit(w, loop, node)
    w.add(While(targets, carried, initial, test_block, body, left, place))
    if endless and not loop.breaks:
        w.leave(Stop())
    elif endless:  # an `else` is never reached
        _set(w, dict(zip(variables, targets)))
    else:
        _after(w, dict(zip(variables, targets)), left, node)


def _carry(w: Writer, variables: tuple[str, ...]) -> tuple[Name, ...]:
    carried = tuple(map(w.fresh, variables))
    _set(w, dict(zip(variables, carried)))
    return carried


def _set(w: Writer, atoms: dict[str, Name]) -> None:
    for variable, atom in atoms.items():
        w.set(variable, atom)


def _body(w: Writer, variables: tuple[str, ...], node: gast.AST) -> tuple[Loop, Terminator]:
    loop = Loop(variables)
    w.loops.append(loop)
    w.statements(node.body)
    w.loops.pop()
    return loop, w.end or Yield(w.now(variables))


def _exit(w: Writer, loop: Loop, node: gast.AST) -> Name | None:
    """The name of the exit code, where an `else` asks for it."""
    return w.fresh("exit") if node.orelse and loop.breaks else None


def _after(w: Writer, atoms: dict[str, Name], left: Name | None, node: gast.AST) -> None:
    """What follows the turns: the variables have their last values, and the `else` runs unless a `break` left the loop."""
    _set(w, atoms)
    if left is None:
        w.statements(node.orelse)
    else:
        exhausted = w.apply("eq", left, Const(0), node=node)
        w.branch(exhausted, partial(w.statements, node.orelse), lambda: None, node)
