"""Every error wengert raises on purpose, and how a message shows the user's line.

A message says what, where, why and what to do. `error(code, place, ...)` makes one from the table in `codes/`:

>>> from wengert.ir.core import Place
>>> place = Place(12, 4, 12, 16, file="model.py", function="loss", source="global state")
>>> print(error("W014", place, name="state").render())
  File "model.py", line 12
    global state
    ^^^^^^^^^^^^
wengert.UnsupportedSyntax: `loss` assigns the global `state` (W014).
A derivative may be called again, out of order or from another thread, where the value left there would be lost or stale.
Return `state` from `loss`, or keep it in an argument (docs/errors.md#w014).

`str(error)` says the same with the place after the first line, as Python prints the class in front of it.
`errors_page` is the text of docs/errors.md.
"""

from __future__ import annotations

import linecache
from dataclasses import is_dataclass, replace
from typing import Any, Protocol
from unicodedata import combining, east_asian_width

from wengert.codes import CODES


class Where(Protocol):
    """A span of a file, such as `ir.core.Place`: lines from 1, columns in characters from 0."""

    @property
    def line(self) -> int: ...
    @property
    def column(self) -> int: ...
    @property
    def end_line(self) -> int: ...
    @property
    def end_column(self) -> int: ...
    @property
    def file(self) -> str: ...
    @property
    def source(self) -> str: ...


class Error(Exception):
    """What wengert cannot or will not do: what (`message`), where (`place`), why (`reason`) and what to do (`rewrite`)."""

    def __init__(self, message: str, code: str = "", reason: str = "", rewrite: str = "", place: Where | None = None) -> None:
        super().__init__(message)
        self.message, self.code, self.reason, self.rewrite, self.place = message, code, reason, rewrite, place

    def _parts(self) -> tuple[str, str, list[str]]:
        first = f"{self.message} ({self.code})." if self.code else f"{self.message}."
        last = f"{self.rewrite} (docs/errors.md#{self.code.lower()})." if self.code else f"{self.rewrite}."
        return show_place(self.place) if self.place else "", first, [line for line in (self.reason, last) if len(line) > 1]

    def __str__(self) -> str:
        place, first, rest = self._parts()
        return "\n".join([first, *filter(None, [place]), *rest])

    def __reduce__(self) -> tuple[Any, ...]:
        place = self.place  # without the syntax tree it may hold
        if is_dataclass(place) and not isinstance(place, type):
            place = replace(place, **{name: None for name in ("statement", "expression") if hasattr(place, name)})
        return _rebuild, (type(self).__name__, self.message, self.code, self.reason, self.rewrite, place)

    def render(self) -> str:
        """The whole message as Python shows a syntax error: the place, then the class and the words."""
        place, first, rest = self._parts()
        return "\n".join([*filter(None, [place]), f"wengert.{type(self).__name__}: {first}", *rest])


class UnsupportedSyntax(Error):
    """A piece of Python that is not differentiated."""


class NoRule(Error):
    """A function whose derivative is not known."""


class UnsupportedKeyword(Error):
    """A keyword that the rule of a function does not know; ignoring it would be wrong."""


class SourceUnavailable(Error):
    """A function whose text cannot be read."""


class StaleSource(Error):
    """A text that is not that of the running code."""


class AliasError(Error):
    """Two names for the same memory, where that makes the derivative ambiguous."""


class ArgumentError(Error, TypeError):
    """An argument of a kind that cannot be differentiated, or a result that is none."""


class GradientMismatch(Error, AssertionError):
    """A derivative that is not what finite differences say: `check_grads` raises it."""


CLASSES: dict[str, type[Error]] = {
    kind.__name__: kind
    for kind in (
        Error, UnsupportedSyntax, NoRule, UnsupportedKeyword, SourceUnavailable, StaleSource, AliasError, ArgumentError, GradientMismatch,
    )  # fmt: skip
}



def _rebuild(name: str, *parts: Any) -> Error:
    return CLASSES[name](*parts)


for _kind in CLASSES.values():
    _kind.__module__ = "wengert"  # the name users import and tracebacks show


def error(code: str, place: Where | None = None, **fields: Any) -> Error:
    """The exception of a code; `fields` fill the braces of its row, `function` comes from the place if not given.

    >>> str(error("W062", name="x", function="f", what="None")).splitlines()[0]
    'argument `x` of `f` is None, which has no derivative (W062).'
    """
    row = CODES[code]
    fields.setdefault("function", getattr(place, "function", "") or "the function")
    message, reason, rewrite = (text.format_map(fields) for text in (row.message, row.reason, row.rewrite))
    return CLASSES[row.error](message, code, reason, rewrite, place)


def show_place(place: Where) -> str:
    """The file, the line of the user and carets under the span; for an inlined line first the places of the calls."""
    call = getattr(place, "call", None)
    before = [show_place(call)] if call is not None else []
    shown = [f'  File "{place.file}", line {place.line}']
    physical = getattr(place, "text", "") or linecache.getline(place.file, place.line)
    line = physical.rstrip()
    if line.strip():
        start, end = place.column, place.end_column if place.end_line in (0, place.line) else len(line)
    else:  # only the statement's own text is known, whose indentation is gone
        line = place.source.rstrip()
        start, end = 0, len(line)
    indent = len(line) - len(line.lstrip())
    if line:
        shown += ["    " + line[indent:], "    " + _carets(line[indent:], start - indent, end - indent)]
    return "\n".join(before + shown)


def _carets(line: str, start: int, end: int) -> str:
    """Carets under `line[start:end]`, as wide as a terminal shows it.

    >>> print(_carets("y = f(x)", 4, 8), _carets("変 = 1", 0, 1), repr(_carets("a\\t= b", 4, 5)))
        ^^^^ ^^ ' \\t  ^'
    """
    start = max(0, min(start, len(line)))
    end = max(start, min(end, len(line)))
    blanks = "".join("\t" if char == "\t" else " " * _width(char) for char in line[:start])
    return blanks + "^" * max(1, sum(map(_width, line[start:end])))


def _width(char: str) -> int:
    if combining(char):
        return 0
    return 2 if east_asian_width(char) in "WF" else 1


def errors_page() -> str:
    """docs/errors.md, printed from the table."""
    page = [
        "# Errors",
        "",
        "Every refusal has a code that stays. This page is printed from `src/wengert/codes/`:",
        "`python -c \"import wengert.errors as e; print(e.errors_page(), end='')\" > docs/errors.md`.",
        "Words in braces stand for names of your program.",
    ]
    for code, row in CODES.items():
        page += ["", f"## {code}", "", f"**{row.title}** (`wengert.{row.error}`): {row.message}.", "", row.reason, "", f"{row.rewrite}."]
    return "\n".join(page) + "\n"
