"""How the text of a rule is read: the call it is about, and what each operand's adjoint gains.

>>> row = head("y = np.sum(x, axis=None, *, keepdims=False)")
>>> row.op, row.parameters, row.defaults, row.positional
('np.sum', ('x', 'axis', 'keepdims'), {'axis': None, 'keepdims': False}, 2)
>>> head("z = x / y").op
'truediv'
>>> name, partial = contribution("y_bar -= z_bar / y * z")
>>> name, partial.sign, [(sign, ast.unparse(factor)) for sign, factor in partial.factors]
('y', -1, [('/', 'y'), ('*', 'z')])
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from wengert.ir.build import OPERATORS


@dataclass(frozen=True)
class Partial:
    """One elementwise contribution: `x_bar += sign * y_bar (* | /) factor (* | /) factor ...`, in the order of the row."""

    sign: int
    factors: tuple[tuple[str, ast.expr], ...] = ()


@dataclass(frozen=True)
class Head:
    """The left half of a row: `y = np.sum(x, axis=None)`."""

    result: str
    op: str
    parameters: tuple[str, ...]
    defaults: Mapping[str, Any]
    positional: int  # how many of the parameters may be given by position
    star: str | None = None  # the parameter that takes all further positional arguments


def head(text: str) -> Head:
    result, _, call = (part.strip() for part in text.partition("="))
    function, parenthesis, signature = call.partition("(")
    if not parenthesis or not re.fullmatch(r"[\w./]+", function):
        return _operator(result, ast.parse(call, mode="eval").body)
    if re.fullmatch(r"[\w, ]*\)", signature):  # most are so simple
        names = tuple(re.findall(r"\w+", signature))
        return Head(result, function, names, {}, len(names))
    written = ast.parse(f"lambda {signature[:-1]}: 0", mode="eval").body
    assert isinstance(written, ast.Lambda)
    args = written.args
    positional = [arg.arg for arg in (*args.posonlyargs, *args.args)]
    star = args.vararg.arg if args.vararg else None
    keyword_only = [arg.arg for arg in args.kwonlyargs]
    defaults = dict(zip(reversed(positional), reversed(args.defaults)))
    defaults.update({name: value for name, value in zip(keyword_only, args.kw_defaults) if value is not None})
    constants = {name: ast.literal_eval(value) for name, value in defaults.items()}
    parameters = (*positional, *([star] if star else []), *keyword_only)
    order = {name: constants[name] for name in parameters if name in constants}
    return Head(result, function, parameters, order, len(positional), star)


def _operator(result: str, node: ast.expr) -> Head:
    match node:
        case ast.BinOp(left=ast.Name(id=x), right=ast.Name(id=y), op=operator):
            return Head(result, OPERATORS[type(operator)], (x, y), {}, 2)
        case ast.UnaryOp(operand=ast.Name(id=x), op=sign):
            return Head(result, OPERATORS[type(sign)], (x,), {}, 1)
    raise ValueError(f"not a call or an operator: {ast.unparse(node)}")


@cache
def contribution(text: str) -> tuple[str, Partial]:
    """The operand's name and its partial: the right side is the result's bar, then `*` and `/` from left to right."""
    target, sign, expression = _split(text)
    factors: list[tuple[str, ast.expr]] = []
    node = ast.parse(expression, mode="eval").body
    while isinstance(node, ast.BinOp):
        factors.append(("*" if isinstance(node.op, ast.Mult) else "/", node.right))
        assert isinstance(node.op, (ast.Mult, ast.Div)), text
        node = node.left
    assert isinstance(node, ast.Name) and node.id.endswith("_bar"), f"a contribution starts with the result's bar: {text}"
    return target, Partial(sign, tuple(reversed(factors)))


def _split(text: str) -> tuple[str, int, str]:
    found = re.fullmatch(r"\s*(\w+)_bar ([+-])= (.*)", text, re.DOTALL)
    assert found, f"not a contribution: {text}"
    return found[1], 1 if found[2] == "+" else -1, found[3].strip()


def split_text(text: str) -> tuple[str, str]:
    """The operand's name and the whole expression of a linear row.

    >>> split_text("x_bar += np.transpose(y_bar)")
    ('x', 'np.transpose(y_bar)')
    """
    name, sign, expression = _split(text)
    return name, expression if sign > 0 else f"-({expression})"
