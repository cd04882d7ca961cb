"""The text of a function: found, proved to be the running code, and read as a syntax tree.

A file is parsed once for each content. A function is found in that tree by its name and first line and, as several
lambdas may share a line, by the columns in its code; then it is compiled again and compared (`code_match`).
Only the function's own node goes through gast.

>>> import linecache
>>> text = "f, g = lambda x: x + 1, lambda x: x + 2"
>>> linecache.cache["<example>"] = (len(text), None, [text], "<example>")
>>> names = {}
>>> exec(compile(text, "<example>", "exec"), names)
>>> source_of(names["g"]).text
'lambda x: x + 2'
"""

from __future__ import annotations

import ast
import functools
import linecache
import os
import textwrap
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from inspect import getattr_static
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType, ModuleType
from typing import TYPE_CHECKING, Any

import gast

from wengert.errors import error
from wengert.frontend.asserts import difference_but_asserts, is_rewritten, without_asserts
from wengert.frontend.code_match import Definition, difference, first_line, imported_names, recompile
from wengert.ir.core import Place

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Source:
    """The text of one function."""

    node: gast.AST  # gast.FunctionDef, gast.AsyncFunctionDef or gast.Lambda
    file: str
    first_line: int  # of the file: that of the first decorator, or of the `def` or `lambda`
    qualname: str
    lines: Sequence[str] = field(repr=False)  # `lines[0]` is line `lines_from` of the file
    lines_from: int = 1

    @property
    def text(self) -> str:
        """The function's own text, from its first line (a lambda: its first column) on, without the indentation."""
        node = self.node
        if isinstance(node, gast.Lambda):
            start, end = self.column(node.lineno, node.col_offset), self.column(node.end_lineno, node.end_col_offset)
            lines = [self.line(number) for number in range(node.lineno, node.end_lineno + 1)]
            lines[-1] = lines[-1][:end]
            return "\n".join([lines[0][start:], *lines[1:]])
        return textwrap.dedent("\n".join(self.line(number) for number in range(self.first_line, node.end_lineno + 1)))

    def line(self, number: int) -> str:
        """Line `number` of the file, without its end."""
        index = number - self.lines_from
        return self.lines[index].rstrip("\r\n") if 0 <= index < len(self.lines) else ""

    def column(self, number: int, offset: int) -> int:
        """The column in characters of what Python counts in bytes of UTF-8."""
        line = self.line(number)
        return offset if line.isascii() else len(line.encode()[:offset].decode(errors="replace"))

    def place(self, node: gast.AST, statement: gast.AST | None = None) -> Place:
        """The place of a piece of the tree that has a position; `statement` is the statement it stands in."""
        line, end_line = node.lineno, node.end_lineno or node.lineno
        return Place(
            line=line,
            column=self.column(line, node.col_offset),
            end_line=end_line,
            end_column=self.column(end_line, node.end_col_offset or node.col_offset),
            file=self.file,
            function=self.qualname,
            first=self.first_line,
            statement=statement,
            expression=None if node is statement else node,
            source=self.line(line if statement is None else statement.lineno).strip(),
            text=self.line(line),
        )


@dataclass(frozen=True, slots=True)
class Unwrapped:
    """What a callable comes down to: a Python function and the arguments bound in front of the caller's."""

    function: FunctionType
    args: tuple[Any, ...] = ()
    keywords: Mapping[str, Any] = field(default_factory=dict)


def unwrap(called: Any) -> Unwrapped:
    """See through bound methods, `functools.partial`, static methods and objects with a `__call__`.

    A decorator's wrapper is not seen through: it is the function that runs.

    >>> def f(a, b, c):
    ...     return a
    >>> unwrap(functools.partial(f, 1, c=3))  # doctest: +ELLIPSIS
    Unwrapped(function=<function f at ...>, args=(1,), keywords={'c': 3})
    """
    if isinstance(called, FunctionType) or hasattr(type(called), "program"):  # a derivative has a program, not a text
        return Unwrapped(called)
    if isinstance(called, MethodType):
        inner = unwrap(called.__func__)
        return Unwrapped(inner.function, (*inner.args, called.__self__), inner.keywords)
    if isinstance(called, functools.partial):
        inner = unwrap(called.func)
        return Unwrapped(inner.function, (*inner.args, *called.args), {**inner.keywords, **called.keywords})
    if isinstance(called, staticmethod):
        return unwrap(called.__func__)
    call = getattr_static(type(called), "__call__", None)
    if isinstance(call, FunctionType) and not isinstance(called, type):
        return Unwrapped(call, (called,))
    raise _no_python(called)


def source_of(function: Any, source: str | None = None) -> Source:
    """The text of a function (of what it comes down to: see `unwrap`), proved to be the code that runs.

    `source` is the text where no file has it. Raises `SourceUnavailable` or `StaleSource`.
    """
    function = unwrap(function).function
    if source is not None:
        return _given_source(function.__code__, function.__globals__, source)
    code = function.__code__
    known = _known.get(id(code))
    if known is not None and known[0]() is code:
        return known[1]
    found = _filed_source(code, function.__globals__)
    key = id(code)
    _known[key] = weakref.ref(code, lambda _: _known.pop(key, None)), found
    return found


_known: dict[int, tuple[weakref.ref[CodeType], Source]] = {}  # by identity: equal code may stand in two files


def _filed_source(code: CodeType, module: dict[str, Any]) -> Source:
    texts = [lines for lines in _texts(code, module) if lines]
    for lines in texts:
        tree, imported = _parsed("".join(lines))
        node = tree and _find(tree, code, imported)
        if node:
            return _source(node, code, lines, 1)
    if texts and not code.co_filename.startswith("<"):
        raise error("W002", function=code.co_qualname, file=os.path.basename(code.co_filename))
    raise error("W001", function=code.co_qualname, why=_why_no_text(code.co_filename))


def _texts(code: CodeType, module: dict[str, Any]) -> Iterator[list[str]]:
    """The lines of the file, or of the cell, prompt or example, that the code was compiled from."""
    file = code.co_filename
    linecache.checkcache(file)
    yield linecache.getlines(file, module)  # asked of the module: doctest puts its own `getlines` there
    from_code: Callable[[CodeType], list[str] | None] | None = getattr(linecache, "_getlines_from_code", None)
    if from_code and file.startswith("<"):  # Python 3.13: what was typed at the prompt, by code
        yield from_code(code) or []


def _given_source(code: CodeType, module: dict[str, Any], source: str) -> Source:
    """The text is taken as it stands, indented or not; its lines are numbered as those of the code."""
    first = next((line for line in source.splitlines() if line.strip() and not line.lstrip().startswith("#")), "")
    text = "if True:\n" + source if first[:1].isspace() else source  # dedenting would change strings of several lines
    tree = _parse(text)
    if tree is None:
        raise error("W003", function=code.co_qualname, difference="it is not complete Python")
    # which names the file of the function imported is not in the text: most likely those that are modules
    modules = frozenset(name for name, value in module.items() if isinstance(value, ModuleType) and name.isidentifier())
    names = frozenset(node.id for node in ast.walk(tree) if isinstance(node, ast.Name))
    guesses = (modules, frozenset[str](), names)
    for imported in guesses:
        node = _find(tree, code, imported)
        if node is not None:
            break
    else:
        named = [other for other in _definitions(tree) if _name(other) == code.co_name]
        why = _mismatch(named[0], code, modules)[0] if named else f"it defines no `{code.co_name}`"
        raise error("W003", function=code.co_qualname, difference=why)
    shift = code.co_firstlineno - first_line(node)
    ast.increment_lineno(node, shift)
    return _source(node, code, text.split("\n"), 1 + shift)


def _source(node: Definition, code: CodeType, lines: Sequence[str], lines_from: int) -> Source:
    return Source(gast.ast_to_gast(node), code.co_filename, first_line(node), code.co_qualname, lines, lines_from)


def _parse(text: str) -> ast.Module | None:
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError):
        return None


@lru_cache(maxsize=64)
def _parsed(text: str) -> tuple[ast.Module | None, frozenset[str]]:
    """The tree of a whole file, shared (only read, never changed), and the names it imports."""
    tree = _parse(text)
    return tree, imported_names(tree) if tree else frozenset()


def _find(tree: ast.Module, code: CodeType, imported: frozenset[str]) -> Definition | None:
    """The definition that compiles to `code`: at its line if possible, else wherever it has moved to.

    Of several at the line that compile alike, the one at the same columns.
    """
    same: list[Definition] = []
    for node in _definitions(tree, code.co_firstlineno):
        if _name(node) == code.co_name and first_line(node) == code.co_firstlineno:
            why, in_place = _mismatch(node, code, imported)
            if in_place:
                return node
            if not why:
                same.append(node)
    moved = (node for node in _definitions(tree) if _name(node) == code.co_name and not _mismatch(node, code, imported)[0])
    return same[0] if same else next(moved, None)


def _mismatch(node: Definition, code: CodeType, imported: Iterable[str]) -> tuple[str, bool]:
    """In which way `node` is not the code (empty: it is), and whether it is at the same lines and columns too."""
    if is_rewritten(code):
        bare, asserts = without_asserts(node)
        return difference_but_asserts(code, recompile(bare, code, imported), asserts), False
    text = recompile(node, code, imported)
    why = difference(code, text)
    return why, not why and text is not None and list(code.co_positions()) == list(text.co_positions())


def _definitions(tree: ast.AST, line: int | None = None) -> Iterator[Definition]:
    """The function definitions and lambdas in the order of the text; only around `line`, if given."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            yield node
        children = list(ast.iter_child_nodes(node))
        waiting += reversed(children if line is None else [child for child in children if _spans(child, line)])


def _spans(node: ast.AST, line: int) -> bool:
    end = getattr(node, "end_lineno", None)
    if end is None:  # arguments, handlers and the like have no position of their own
        return True
    decorators = getattr(node, "decorator_list", None)
    start = decorators[0].lineno if decorators else getattr(node, "lineno", 0)
    return bool(start <= line <= end)


def _name(node: Definition) -> str:
    return "<lambda>" if isinstance(node, ast.Lambda) else node.name


def _why_no_text(file: str) -> str:
    if file == "<stdin>" or file.startswith(("<stdin>-", "<python-input")):
        return "it was typed at the prompt or piped into Python"
    if file == "<string>":
        return "it was made by `exec`, `eval` or `python -c`"
    if file.startswith("<"):
        return f"it was compiled from a string named {file}"
    return f"there is no readable file {file}"


def _no_python(called: Any) -> Exception:
    name = getattr(called, "__qualname__", None) or getattr(called, "__name__", None) or type(called).__name__
    if not callable(called):
        return error("W005", function=name, what=f"{type(called).__name__} {called!r:.40}")
    if isinstance(called, type):
        return error("W004", function=name, what="a class")
    if hasattr(called, "__wrapped__"):
        return error("W006", function=name, wrapper=type(called).__name__)
    what = "a built-in function" if isinstance(called, BuiltinFunctionType) else f"an object of {type(called).__qualname__}"
    return error("W004", function=name, what=what)
