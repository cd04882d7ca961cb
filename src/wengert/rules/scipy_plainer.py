"""SciPy's formulas in plainer words: its source, without what is there for the sake of arrays of which only some elements count.

>>> import scipy.stats
>>> made = plain.__wrapped__(scipy.stats.laplace, type(scipy.stats.laplace)._cdf, True)
>>> print(inspect.getsource(made), end="")
def _cdf(x):
    return 1.0 - 0.5 * np.exp(-x) if x > 0 else 0.5 * np.exp(x)
"""

from __future__ import annotations

import ast
import copy
import inspect
import textwrap
from functools import cache
from types import FunctionType
from typing import Any

import numpy as np

from wengert.rules.stand_ins import made_from


@cache
def plain(distribution: Any, function: FunctionType, scalar: bool) -> FunctionType | None:
    """A method of SciPy's in plainer words, see `_Plainer`; None if it is plain already."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    before = ast.dump(tree)
    tree = _Plainer(scalar, function.__code__.co_varnames[1]).visit(tree)
    if ast.dump(tree) == before:
        return None
    definition: Any = tree.body[0]
    definition.args.args = definition.args.args[1:]  # `self` is known
    text = ast.unparse(ast.fix_missing_locations(tree)) + "\n"
    title = f"{distribution.name}.{function.__name__} of scipy.stats, {'number' if scalar else 'array'}"
    return made_from(text, function.__name__, title, {**function.__globals__, "np": np, "self": distribution})


class _Plainer(ast.NodeTransformer):
    """What is written for arrays of which only some elements count, for numbers or arrays that all do.

    - `with np.errstate(...)` says nothing about values;
    - `np.where(test, a, b)` of numbers is a conditional expression, so that only one side is computed; of arrays, each side is computed of
      elements for which it counts, as the other may have no slope there, and nothing times that would be nan;
    - `x ** c` is `np.power(x, c)`, which gives the same last bit for a number as for the arrays that SciPy makes of it.
    """

    def __init__(self, scalar: bool, variable: str) -> None:
        self.scalar, self.variable = scalar, variable

    def visit_With(self, node: ast.With) -> Any:
        self.generic_visit(node)
        quiet = all("errstate" in ast.unparse(item.context_expr) and item.optional_vars is None for item in node.items)
        return node.body if quiet else node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        name = ast.unparse(node.func)
        if name.rpartition(".")[2] == "where" and len(node.args) == 3 and not node.keywords:
            return ast.IfExp(*node.args) if self.scalar else self.apart(node)
        return ast.Call(_power(), node.args, []) if name == "pow" and len(node.args) == 2 else node

    def apart(self, node: ast.Call) -> ast.expr:
        """The two sides of a choice between arrays, if they compute something of the variable."""
        test, *sides = map(ast.unparse, node.args)
        if not any(isinstance(part, ast.Call) for side in node.args[1:] for part in ast.walk(side)) or not _reads(node.args[0], self.variable):
            return node
        x = self.variable
        masked = []
        for side, own in zip(node.args[1:], (test, f"~({test})")):
            inner = f"np.where({own}, {x}, np.ravel(np.broadcast_to({x}, np.shape({own})))[np.argmax({own})])"
            masked.append(ast.unparse(_Renamed(x, inner).visit(copy.deepcopy(side))))
        first, second = sides
        text = f"{first} if np.all({test}) else {second} if not np.any({test}) else np.where({test}, {masked[0]}, {masked[1]})"
        return ast.parse(text, mode="eval").body

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        return ast.Call(_power(), [node.left, node.right], []) if isinstance(node.op, ast.Pow) and not _literal(node.right) else node

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        self.generic_visit(node)
        return node.orelse if ast.unparse(node.test).endswith(".ndim == 0") else node


class _Renamed(ast.NodeTransformer):
    """An expression in the place of a name."""

    def __init__(self, name: str, text: str) -> None:
        self.name, self.text = name, text

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return ast.parse(self.text, mode="eval").body if node.id == self.name else node


def _reads(node: ast.expr, name: str) -> bool:
    return any(isinstance(part, ast.Name) and part.id == name for part in ast.walk(node))


def _power() -> ast.expr:
    return ast.parse("np.power", mode="eval").body


def _literal(node: ast.expr) -> bool:
    return all(isinstance(part, (ast.Constant, ast.UnaryOp, ast.BinOp, ast.operator, ast.unaryop)) for part in ast.walk(node))
