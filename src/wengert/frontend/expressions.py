"""Lower operators, comparisons, conditions, attributes and subscripts.

    4 * v * (1 - v)    ==>    %0 = 4 * v
                              %1 = 1 - v
                              %2 = %0 * %1

One line for each operation, in the order in which Python evaluates. Reading a variable and writing down a constant need no
line. `hint` is the name that a value is for, so the last line of `y = a + b` binds a version of `y`.
What may not be evaluated (the right side of `and`, a branch of a conditional expression) stands in a block.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import gast

from wengert.frontend.quote import constant
from wengert.frontend.writer import Writer, lowers
from wengert.ir.build import OPERATORS
from wengert.ir.core import UNDEF, Atom, Const

OPS = {type_.__name__: op for type_, op in OPERATORS.items()}
"""The op of each operator node."""


@lowers(gast.Constant)
def constant_(w: Writer, node: gast.AST, hint: str) -> Atom:
    return constant(w.source, node)


@lowers(gast.Name)
def name(w: Writer, node: gast.AST, hint: str) -> Atom:
    atom = w.read(node.id, node)
    w.shared.box(atom)  # a function that is handed on may be called at any time
    return atom


@lowers(gast.NamedExpr)
def walrus(w: Writer, node: gast.AST, hint: str) -> Atom:
    atom = w.expression(node.value, node.target.id)
    w.bind(node.target.id, atom, node)
    return atom


@lowers(gast.UnaryOp)
def unary(w: Writer, node: gast.AST, hint: str) -> Atom:
    operand = node.operand
    if isinstance(node.op, gast.USub) and isinstance(operand, gast.Constant) and type(operand.value) in (int, float, complex):
        return constant(w.source, node)
    return w.apply(OPS[type(node.op).__name__], w.expression(operand), node=node, hint=hint)


@lowers(gast.BinOp)
def binary(w: Writer, node: gast.AST, hint: str) -> Atom:
    left = w.expression(node.left)
    right = w.expression(node.right)
    return w.apply(OPS[type(node.op).__name__], left, right, node=node, hint=hint)


@lowers(gast.BoolOp)
def boolean(w: Writer, node: gast.AST, hint: str) -> Atom:
    """`a and b`: the value of `b` if `a` is true, else that of `a`."""
    return _chain(w, [partial(w.expression, value) for value in node.values], isinstance(node.op, gast.And), node, hint)


@lowers(gast.Compare)
def comparison(w: Writer, node: gast.AST, hint: str) -> Atom:
    """`a < b < c` is `a < b and b < c`, with `b` evaluated once."""
    left = w.expression(node.left)

    def compare(op: gast.AST, comparator: gast.AST) -> Callable[[str], Atom]:
        def write(inner_hint: str) -> Atom:
            nonlocal left
            right = w.expression(comparator)
            result = w.apply(OPS[type(op).__name__], left, right, node=node, hint=inner_hint)
            left = right
            return result

        return write

    return _chain(w, [compare(op, comparator) for op, comparator in zip(node.ops, node.comparators)], True, node, hint)


def _chain(w: Writer, parts: Sequence[Callable[[str], Atom]], until_false: bool, node: gast.AST, hint: str) -> Atom:
    """Evaluate the parts up to the first that decides; the value is that of the last one evaluated."""
    if len(parts) == 1:
        return parts[0](hint)
    first = parts[0]("")
    rest, stay = lambda: _chain(w, parts[1:], until_false, node, ""), lambda: first
    value = w.branch(first, rest if until_false else stay, stay if until_false else rest, node, hint)
    return UNDEF if value is None else value


@lowers(gast.IfExp)
def conditional(w: Writer, node: gast.AST, hint: str) -> Atom:
    test = w.expression(node.test)
    value = w.branch(test, lambda: w.expression(node.body), lambda: w.expression(node.orelse), node, hint)
    return UNDEF if value is None else value


@lowers(gast.Attribute)
def attribute(w: Writer, node: gast.AST, hint: str) -> Atom:
    return w.apply("getattr", w.expression(node.value), Const(w.mangled(node.attr)), node=node, hint=hint)


@lowers(gast.Subscript)
def subscript(w: Writer, node: gast.AST, hint: str) -> Atom:
    value = w.expression(node.value)
    index = w.expression(node.slice)
    return w.apply("getitem", value, index, node=node, hint=hint)


@lowers(gast.Slice)
def slice_(w: Writer, node: gast.AST, hint: str) -> Atom:
    parts = [Const(None) if part is None else w.expression(part) for part in (node.lower, node.upper, node.step)]
    return w.apply("slice", *parts, node=node, hint=hint)
