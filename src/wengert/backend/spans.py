"""Where in the text each expression stands, and which line of the user's it comes from.

Several of the user's lines may stand in one emitted line. The text is parsed again, which gives the printed tree back, now with positions; both
trees are walked side by side.

>>> left = ast.parse("y = f(x)").body[0].value
>>> left.came_from = "line 3"
>>> tree = ast.Module([ast.Return(ast.BinOp(left, ast.Mult(), ast.Name("z")))], [])
>>> spans_of(tree, "return f(x) * z\\n")
(((1, 7, 1, 11), 'line 3'),)
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

Span = tuple[int, int, int, int]
"""First line and column, last line and column (in bytes, as Python counts)."""


def spans_of(tree: ast.AST, text: str) -> tuple[tuple[Span, Any], ...]:
    """The spans of all expressions with a place of their own, outer ones first."""
    try:
        parsed = ast.parse(text)
    except SyntaxError:
        return ()
    return tuple(_walk(tree, parsed, None))


def _walk(printed: ast.AST, parsed: ast.AST, around: Any) -> Iterator[tuple[Span, Any]]:
    if type(printed).__name__ != type(parsed).__name__:
        return
    place = getattr(printed, "came_from", None)
    if place is not None and place is not around and isinstance(parsed, ast.expr):
        yield (parsed.lineno, parsed.col_offset, parsed.end_lineno or 0, parsed.end_col_offset or 0), place
        around = place
    for name in printed._fields:
        yield from _side_by_side(getattr(printed, name, None), getattr(parsed, name, None), around)


def _side_by_side(one: Any, other: Any, around: Any) -> Iterator[tuple[Span, Any]]:
    if isinstance(one, ast.AST) and isinstance(other, ast.AST):
        yield from _walk(one, other, around)
    elif isinstance(one, list) and isinstance(other, list):
        kept = [item for item in one if not isinstance(item, ast.AST) or type(item).__name__ in dir(ast)]  # no empty lines, no comments
        if len(kept) == len(other):
            for a, b in zip(kept, other):
                yield from _side_by_side(a, b, around)
