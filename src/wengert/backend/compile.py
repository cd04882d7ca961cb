"""Compile emitted text into a function that lives in the user's own module.

The text runs in the globals of the user's function, so it sees what that function sees; the names it needs besides
(`np`, `math`, helpers) are closure cells, so nothing is added to those globals; variables that the user's function
captured stay its own cells. The text stands in `linecache` under a name of its own, so that `inspect.getsource`, pdb
and tracebacks show it as they show any file.

>>> import math
>>> text = "def grad_square(x):\\n    return scale * math.fabs(x)\\n"
>>> compiled = compile_text(text, "grad_square", ("math",))
>>> compiled.bind({"scale": 2.0}, {"math": math})(-3.0)
6.0
"""

from __future__ import annotations

import ast
import linecache
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from types import CellType, CodeType, FunctionType, TracebackType
from typing import Any

from wengert.backend.spans import Span
from wengert.ir.core import Place

_names: dict[str, str] = {}  # text -> the name it is registered under
_counts: dict[str, int] = {}
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Compiled:
    """A text with the code made of it, not yet bound to anybody's globals."""

    text: str
    name: str  # of the entry function
    filename: str
    library: tuple[str, ...]  # names that the text takes from wengert, as closure cells
    code: CodeType  # of `def _library(<library>): <the text>; return <name>`, whose free variables are the user's cells

    def bind(self, namespace: dict[str, Any], library: Mapping[str, Any],
             cells: Mapping[str, CellType] | None = None) -> Callable[..., Any]:  # fmt: skip
        """The function, in these globals, with these captured variables."""
        self.register()
        closure = tuple((cells or {})[name] for name in self.code.co_freevars)
        function = FunctionType(self.code, namespace, closure=closure)(*(library[name] for name in self.library))
        assert isinstance(function, FunctionType)
        function.__qualname__ = self.name
        return function

    def register(self) -> None:
        """Show the text to `linecache` (again, if somebody cleared it)."""
        if self.filename not in linecache.cache:
            lines = self.text.splitlines(keepends=True)
            linecache.cache[self.filename] = (len(self.text), None, lines, self.filename)  # None: survives checkcache


def compile_text(text: str, name: str, library: tuple[str, ...] = (), captured: tuple[str, ...] = ()) -> Compiled:
    """Compile the text, in which function `name` is the entry; line numbers stay those of the text.

    `library` are the names that the text takes from wengert, `captured` those that the user's function captured.
    """
    filename = file_name(text, name)
    body = ast.parse(text, filename).body
    body.append(ast.Return(ast.Name(name, ast.Load())))
    inner = _def("_library", tuple(name for name in library if name not in captured), body)
    outer = ast.Module([_def("_captured", captured, [inner])], [])
    module = compile(ast.fix_missing_locations(outer), filename, "exec", dont_inherit=True)
    code = _nested(_nested(module, "_captured"), "_library")
    return Compiled(text, name, filename, code.co_varnames[: code.co_argcount], code)


def _def(name: str, parameters: tuple[str, ...], body: list[ast.stmt]) -> ast.FunctionDef:
    arguments = ast.parse(f"def {name}({', '.join(parameters)}): pass").body[0]
    assert isinstance(arguments, ast.FunctionDef)
    arguments.body = body
    return arguments


def _nested(code: CodeType, name: str) -> CodeType:
    return next(const for const in code.co_consts if isinstance(const, CodeType) and const.co_name == name)


def file_name(text: str, name: str) -> str:
    """The name of the text in tracebacks: `<wengert grad_loss 1>`, numbered in the order they were made; one text, one name."""
    with _lock:
        if text not in _names:
            _counts[name] = _counts.get(name, 0) + 1
            _names[text] = f"<wengert {name} {_counts[name]}>"
        return _names[text]


def explain_exception(
    error: BaseException, compiled: Compiled, places: Mapping[int, Place], spans: Sequence[tuple[Span, Place]] = ()
) -> None:
    """Add a note that names the user's line to an exception that passed through emitted code."""
    compiled.register()
    line, position = _position_of(error.__traceback__, compiled.filename)
    place = _place_in(spans, position) or _place_at(places, compiled.text.splitlines(), line)
    if place is None or not place.file:
        return
    note = f'  raised by the derivative of File "{place.file}", line {place.line}, in {place.function or compiled.name}'
    if place.source:
        note += f"\n    {place.source.strip()}"
    if place.call is not None:
        note += f"   (called in line {place.call.line}: {place.call.source.strip()})"
    if note not in getattr(error, "__notes__", ()):
        error.add_note(note)


def _position_of(traceback: TracebackType | None, filename: str) -> tuple[int, Span | None]:
    """The innermost line of our file that the exception passed, and the span of the expression in it."""
    line, span = 0, None
    while traceback is not None:
        code = traceback.tb_frame.f_code
        if code.co_filename == filename:
            line = traceback.tb_lineno
            first, last, start, end = next(islice(code.co_positions(), traceback.tb_lasti // 2, None), (None,) * 4)
            span = None if first is None or last is None or start is None or end is None else (first, start, last, end)
        traceback = traceback.tb_next
    return line, span


def _place_in(spans: Sequence[tuple[Span, Place]], position: Span | None) -> Place | None:
    """The place of the smallest expression around what was computed; the outer ones come first."""
    if position is None:
        return None
    first, start, last, end = position
    around = [place for (a, b, c, d), place in spans if (a, b) <= (first, start) and (last, end) <= (c, d)]
    return around[-1] if around else None


def _place_at(places: Mapping[int, Place], text: Sequence[str], line: int) -> Place | None:
    """The place of an emitted line: the one that the comment above it names, else its own or that of the line it continues."""
    place = next((places[number] for number in range(line, max(0, line - 20), -1) if number in places), None)
    undone = _comment_above(text, line)
    if place is None or undone is None:
        return place
    return replace(place, line=int(undone[1]), source=undone[2])


def _comment_above(text: Sequence[str], line: int) -> re.Match[str] | None:
    """The comment `# line 4: v = 4 * v` that stands over a line of the reverse sweep, in its block or a block around it."""
    indent = 1000
    for above in reversed(text[:line]):
        if above.strip():
            indent = min(indent, len(above) - len(above.lstrip()))
        if above.strip() == "# forward sweep":
            return None
        found = re.match(r" *# line (\d+): (.*)", above)
        if found and len(above) - len(above.lstrip()) <= indent:
            return found
    return None
