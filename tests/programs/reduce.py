"""Make a failing program small: drop statements, lift bodies, replace expressions by their parts, as long as it fails in the same way.

    >>> from generate import Program
    >>> text = "def f(x):\\n    y = x + 1\\n    if x > 0:\\n        z = x * x\\n    return y\\n"
    >>> print(reduce(Program(0, text, (1.0,)), lambda p: "x + 1" in p.text).text)
    def f(x):
        y = x + 1
    <BLANKLINE>
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import replace

from generate import Program


def reduce(program: Program, fails: Callable[[Program], bool], tries: int = 2000) -> Program:
    """The smallest program found that still `fails`; `fails` is called at most `tries` times."""
    smaller_found = True
    while smaller_found:
        smaller_found, site = False, 0
        while tries > 0 and (text := _edited(program.text, site)) is not None:
            smaller = replace(program, text=text)
            tried = len(text) < len(program.text)
            tries -= tried
            if tried and fails(smaller):
                program, smaller_found = smaller, True  # the same number is now the next site
            else:
                site += 1
    return program


def _edited(text: str, site: int) -> str | None:
    """The text after the edit of this number, the boldest come first; None when there are no more."""
    tree = ast.parse(text)
    for number, edit in enumerate(_edits(tree)):
        if number == site:
            edit()
            try:
                return ast.unparse(ast.fix_missing_locations(tree)) + "\n"
            except Exception:  # an expression where a name must stand: longer than any, so not tried
                return text
    return None


def _edits(tree: ast.AST) -> Iterator[Callable[[], None]]:
    """Every way to make `tree` smaller by one step."""
    for node in ast.walk(tree):
        for field, old in ast.iter_fields(node):
            if isinstance(old, list) and old and isinstance(old[0], ast.stmt):
                yield from _statement_edits(node, field, old)
            elif isinstance(old, list):
                for index, item in enumerate(old):
                    if isinstance(item, ast.expr) and not isinstance(node, (ast.Assign, ast.Delete)):
                        yield from _expression_edits(old, index, item)
            elif isinstance(old, ast.expr) and field != "func":
                yield from _expression_edits(vars(node), field, old)


def _statement_edits(node: ast.AST, field: str, statements: list[ast.stmt]) -> Iterator[Callable[[], None]]:
    for start in range(len(statements)):
        for size in sorted({len(statements) - start, 4, 2, 1}, reverse=True):
            if start + size <= len(statements):
                yield lambda start=start, size=size: _replace(node, field, statements, start, size, [])
        statement = statements[start]
        for inner in ("body", "orelse"):
            body = getattr(statement, inner, None)
            if isinstance(body, list) and body and not isinstance(statement, ast.FunctionDef):
                yield lambda start=start, body=body: _replace(node, field, statements, start, 1, body)


def _replace(node: ast.AST, field: str, statements: list[ast.stmt], start: int, size: int, new: list[ast.stmt]) -> None:
    statements[start : start + size] = new
    if not statements and field == "body":
        statements.append(ast.Pass())


def _expression_edits(holder: object, key: object, old: ast.expr) -> Iterator[Callable[[], None]]:
    """Put a part of an expression, or a constant, in its place."""
    if isinstance(getattr(old, "ctx", ast.Load()), ast.Store):
        return
    parts = [part for part in ast.iter_child_nodes(old) if isinstance(part, ast.expr)]
    for part in parts:
        yield lambda part=part: holder.__setitem__(key, part)  # type: ignore[attr-defined]
    if not isinstance(old, (ast.Constant, ast.Name)):
        yield lambda: holder.__setitem__(key, ast.Constant(0.5))  # type: ignore[attr-defined]
