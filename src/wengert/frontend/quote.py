"""The user's own words: the text of a statement, and how a literal is spelled.

Comments of emitted code quote statements, and constants are printed as the user wrote them (`1e-3`, not `0.001`).
"""

from __future__ import annotations

import ast

import gast

from wengert.frontend.source import Source
from wengert.ir.core import Const

LONGEST = 80


def written(text: str, file: str = "<text>") -> Source:
    """The source of the one function or lambda that a text is.

    >>> written("def f(x): return x").node.name
    'f'
    """
    statement = gast.parse(text).body[0]
    node = statement.value if isinstance(statement, (gast.Expr, gast.Assign)) else statement
    return Source(node, file, node.lineno, getattr(node, "name", "<lambda>"), text.split("\n"))


def statement_text(source: Source, statement: gast.AST) -> str:
    """A statement on one line, of an `if`, a loop or a `def` its head; what is too long ends in dots.

    >>> source = written("def f(x):\\n    y = (x +\\n         1)  # one more\\n    while (y > 2): y /= 2\\n    return y")
    >>> [statement_text(source, statement) for statement in source.node.body]
    ['y = (x + 1)', 'while (y > 2):', 'return y']
    """
    match statement:
        case gast.If() | gast.While():
            text = _head(source, statement, statement.test)
        case gast.For():
            text = _head(source, statement, statement.iter)
        case gast.FunctionDef():
            text = source.line(statement.lineno).strip().partition("  #")[0]
        case _:
            text = _between(source, statement, statement.end_lineno, statement.end_col_offset)
    return text if len(text) <= LONGEST else text[: LONGEST - 4].rstrip() + " ..."


def node_text(source: Source, node: gast.AST) -> str:
    """The text of an expression, on one line."""
    return _between(source, node, node.end_lineno, node.end_col_offset)


def _head(source: Source, statement: gast.AST, last: gast.AST) -> str:
    end = source.column(last.end_lineno, last.end_col_offset)
    rest, colon, _ = source.line(last.end_lineno)[end:].partition(":")
    rest = rest.strip() if colon and "#" not in rest else ""
    return _between(source, statement, last.end_lineno, last.end_col_offset) + rest + ":"


def _between(source: Source, node: gast.AST, end_line: int, end_offset: int) -> str:
    """The text from the start of a node to a position, its lines joined by a space."""
    start, end = source.column(node.lineno, node.col_offset), source.column(end_line, end_offset)
    if node.lineno == end_line:
        return source.line(end_line)[start:end].strip()
    lines = [source.line(node.lineno)[start:], *map(source.line, range(node.lineno + 1, end_line)), source.line(end_line)[:end]]
    bare = [line.partition("  #")[0].strip() for line in lines]
    return " ".join(filter(None, bare)).replace("( ", "(").replace("[ ", "[")


def constant(source: Source, node: gast.AST) -> Const:
    """A literal, or the negative of one, with its spelling where that is not how Python prints the value.

    >>> import gast
    >>> source = written("lambda: (1e-3, 0.5, -2, 'a')")
    >>> [constant(source, item) for item in source.node.body.elts[:2]]
    [Const(value=0.001, spelled='1e-3'), Const(value=0.5, spelled=None)]
    """
    value = node.value if isinstance(node, gast.Constant) else -node.operand.value
    if value is None or value is Ellipsis or isinstance(value, bool) or node.lineno != node.end_lineno:
        return Const(value)
    text = source.line(node.lineno)[source.column(node.lineno, node.col_offset) : source.column(node.lineno, node.end_col_offset)]
    return Const(value, text) if text != repr(value) and _spells(text, value) else Const(value)


def _spells(text: str, value: object) -> bool:
    """Is it so? Python 3.11 does not know the right columns inside of f-strings."""
    try:
        return Const(ast.literal_eval(text)) == Const(value)
    except (SyntaxError, ValueError):
        return False
