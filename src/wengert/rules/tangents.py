"""Rules written as the tangent alone: forward mode runs the text, reverse mode runs its lines backward.

A tangent is linear in the tangents of the operands, so its transpose is the adjoint, and no formula is written twice:

    by_tangent("y = np.linalg.inv(x)", "y_dot = -(y @ x_dot @ y)", kind=...)

gives in reverse `x_bar = -(y.T @ y_bar @ y.T)` (`transform/transposing.py` runs the lines backward). The text is a few
assignments, the last ones to the tangents of the results; a part with the tangent of an operand that does not vary is left out:

>>> unparsed = ast.unparse(ast.Module(without("x_dot = np.linalg.solve(a, b_dot - a_dot @ x)", frozenset({"b_dot"})), []))
>>> unparsed
'x_dot = np.linalg.solve(a, -(a_dot @ x))'

In such a text `x.mT` is the transpose of a matrix or of each of a stack, `x.mH` its conjugate; `conj(x)` and `real(x)` are
nothing where x is known to be real. An operand in which the function is linear gets its adjoint from `transposes`, which ends
the recursion.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeAlias

from wengert.ir.build import Builder
from wengert.ir.core import Atom, Const
from wengert.ir.kinds import Record, may_carry_derivative
from wengert.ir.walk import base
from wengert.rules.notation import head
from wengert.rules.table import Call, KindFunction, KindOf, Primitive, Vjp, as_vjp, enter

Text: TypeAlias = "str | Callable[[Call, KindOf], str]"


def by_tangent(
    text: str, tangent: Text, *, kind: KindFunction, of: tuple[str, ...] = (), transposes: Mapping[str, str | Vjp] | None = None,
    **options: Any,
) -> Primitive | None:  # fmt: skip
    """A row whose rule is the text of its tangent, or a function of the call that gives one.

    `of` are the parameters that have a rule, the first if it is left out; `transposes` has the adjoints of those in which the function is
    linear.
    """
    row = head(text)

    def jvp(b: Builder, call: Call, tangents: Mapping[str, Atom]) -> Atom:
        return run(b, call, tangent if isinstance(tangent, str) else tangent(call, b.kind), tangents)

    adjoints = {name: as_vjp(rule) for name, rule in (transposes or {}).items()}
    operands = of or row.parameters[:1]
    made = Primitive(row.op, "tangent", row, "np", kind, operands=operands, jvp=jvp, transposes=adjoints)
    return enter(made, {"cost": 100, **options})


def run(b: Builder, call: Call, text: str, tangents: Mapping[str, Atom]) -> Atom:
    """Write the lines of a tangent; the tangent of the result, of several results a container like theirs."""
    missing = frozenset(f"{name}_dot" for name in call.differentiable if name not in tangents)
    results = call.results(b)
    names: dict[str, Atom] = {**call.arguments, **results, **{f"{name}_dot": atom for name, atom in tangents.items()}}
    hints = {f"{name}_dot": f"{base(atom)}_dot" for name, atom in results.items() if isinstance(atom, str)}
    for statement in without(text, missing):
        target, value = statement.targets[0], statement.value
        assert isinstance(target, ast.Name)
        names[target.id] = b.expression(value, names, hint=hints.get(target.id, ""))
    wanted = call.primitive.results
    dots = [names[dot] if (dot := f"{name}_dot") in names else _zero(b, results[name]) for name in wanted]
    return dots[0] if len(wanted) == 1 else packed(b, call, dots)


def _zero(b: Builder, result: Atom) -> Atom:
    """The tangent of a result that does not vary."""
    return b.apply("np.zeros_like", result) if may_carry_derivative(b.kind(result)) else Const(None)


def packed(b: Builder, call: Call, items: list[Atom]) -> Atom:
    """Items in a container like the result of the call."""
    kind = b.kind(call.result)
    if isinstance(kind, Record):
        named = [atom for (field, _), item in zip(kind.items, items) for atom in (Const(field), item)]
        return b.apply("record", Const(kind.cls), *named)
    return b.apply("tuple", *items)


@cache
def without(text: str, missing: frozenset[str]) -> list[ast.Assign]:
    """The assignments of a text that are not zero when the `missing` names are, without the parts that are.

    >>> [ast.unparse(line) for line in without("t = a_dot @ x + y; z_dot = t - b_dot", frozenset({"a_dot"}))]
    ['t = y', 'z_dot = t - b_dot']
    """
    zero, kept = set(missing), []
    for statement in ast.parse(text.strip()).body:
        assert isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name), text
        value = _without(statement.value, zero)
        if value is None:
            zero.add(statement.targets[0].id)
        else:
            kept.append(ast.Assign([statement.targets[0]], value, lineno=1))
    return kept


def _without(node: ast.expr, zero: set[str]) -> ast.expr | None:
    """The expression without the terms that are zero; None if it is zero itself. A function of something zero is zero."""
    if not any(isinstance(inner, ast.Name) and inner.id in zero for inner in ast.walk(node)):
        return node
    match node:
        case ast.Name():
            return None
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub(), right=right):
            first, second = _without(left, zero), _without(right, zero)
            if first is None:
                return second if second is None or isinstance(node.op, ast.Add) else ast.UnaryOp(ast.USub(), second)
            return first if second is None else ast.BinOp(first, node.op, second)
        case ast.BinOp(left=left, op=operation, right=right):
            first, second = _without(left, zero), _without(right, zero)
            return None if first is None or second is None else ast.BinOp(first, operation, second)
        case ast.UnaryOp(operand=operand):
            value = _without(operand, zero)
            return None if value is None else ast.UnaryOp(node.op, value)
        case ast.Call(args=args):
            values = [_without(argument, zero) for argument in args]
            function: ast.expr | None = node.func
            if isinstance(function, ast.Attribute):
                owner = _without(function.value, zero)
                function = None if owner is None else ast.Attribute(owner, function.attr)
            if function is None or None in values:
                return None
            return ast.Call(function, [value for value in values if value], node.keywords)
        case ast.Tuple() | ast.List():  # zero, if one of them is: the other tangents are so, too
            return None
        case ast.Attribute(value=value) | ast.Subscript(value=value):
            inner = _without(value, zero)
            if inner is None:
                return None
            return ast.Subscript(inner, node.slice) if isinstance(node, ast.Subscript) else ast.Attribute(inner, node.attr)
    raise NotImplementedError(ast.unparse(node))
