"""A `yield` that ends the body of a `try` stands behind it: what the consumer raises is not for the handlers of the generator.

    try:                                try:
        yield math.log(v)                   value@y1 = math.log(v)
    except ValueError:        ==>       except ValueError:
        yield 0.0                           yield 0.0
                                        else:
                                            yield value@y1

This is done to the syntax tree, before it is lowered.
"""

from __future__ import annotations

import ast
import copy
from itertools import count
from typing import Any

import gast

from wengert.frontend.piecewise import Making

LEAVING = ("BaseException", "GeneratorExit")
"""What a generator is told with that its consumer has had enough."""


def offered_behind(function: gast.AST) -> gast.AST:
    """The function in this form."""
    if not any(isinstance(node, gast.Try) and _value(node) is not None for node in ast.walk(function)):
        return function
    made: gast.AST = _Moving().visit(copy.deepcopy(function))
    return made


class _Moving(ast.NodeTransformer):
    def __init__(self) -> None:
        self.numbers = count(1)

    def visit_Try(self, node: Any) -> Any:
        self.generic_visit(node)
        value = _value(node)
        if value is not None:
            at, name = Making(node.body[-1]), f"value@y{next(self.numbers)}"
            node.orelse = [at.made(gast.Expr(at.made(gast.Yield(at.name(name))))), *node.orelse]
            node.body = [*node.body[:-1], at.assign(name, value)]
        return node


def _value(node: gast.AST) -> gast.AST | None:
    """The value of the `yield` that ends the body, if there are handlers and they are not for what happens to a generator itself."""
    last = node.body[-1]
    if not node.handlers or not (isinstance(last, gast.Expr) and isinstance(last.value, gast.Yield)):
        return None
    for handler in node.handlers:
        names = handler.type.elts if isinstance(handler.type, gast.Tuple) else [handler.type]
        if any(name is None or getattr(name, "attr", getattr(name, "id", "")) in LEAVING for name in names):
            return None
    value: gast.AST | None = last.value.value
    return value
