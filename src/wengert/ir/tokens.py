"""One line of a program's text, read token by token: names, constants, signs.

>>> row = Row(1, 0, "%1 = v.0 * -2.5  # line 4")
>>> row.tokens
[('word', '%1'), ('sign', '='), ('word', 'v.0'), ('sign', '*'), ('sign', '-'), ('number', '2.5')]
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from wengert.ir.constants import DOTTED, NUMBER, resolve
from wengert.ir.core import UNDEF, Atom, Const, Name

_TOKEN = re.compile(
    rf"""\s*(?:(?P<comment>\#.*)
    | (?P<dots>\.\.\.)
    | (?P<number>{NUMBER})
    | (?P<string>b?'(?:[^'\\]|\\.)*' | b?"(?:[^"\\]|\\.)*")
    | (?P<object>@{DOTTED})
    | (?P<word>(?:%\d\w* | [^\W\d]\w* | <\w+>)(?:\.\w+)*)
    | (?P<sign>\*\*|//|<<|>>|[=!<>]=|[-+*/%@&|^<>=~(),:]))""",
    re.VERBOSE,
)
_LITERALS = {"None": None, "True": True, "False": False}


@dataclass(slots=True)
class Row:
    """One line of text, read token by token."""

    number: int
    indent: int
    text: str
    objects: Mapping[str, Any] = field(default_factory=dict)
    tokens: list[tuple[str, str]] = field(default_factory=list)  # (what it is, its text)
    at: int = 0

    def __post_init__(self) -> None:
        position, end = 0, len(self.text.rstrip())
        while position < end:
            match = _TOKEN.match(self.text, position)
            if match is None:
                self.tokens.append(("strange", self.text[position:].strip()))
                return
            position = match.end()
            if match.lastgroup != "comment":
                self.tokens.append((match.lastgroup or "", match[match.lastgroup or 0]))

    def fail(self, expected: str) -> None:
        rest = " ".join(text for _, text in self.tokens[self.at :])
        raise ValueError(f"line {self.number}: {expected}, found {f'`{rest}`' if rest else 'the end'}\n    {self.text.strip()}")

    def peek(self, ahead: int = 0) -> str:
        return self.tokens[self.at + ahead][1] if self.at + ahead < len(self.tokens) else ""

    def kind(self, ahead: int = 0) -> str:
        return self.tokens[self.at + ahead][0] if self.at + ahead < len(self.tokens) else "end"

    def take(self, kind: str, what: str) -> str:
        if self.kind() != kind:
            self.fail(f"expected {what}")
        self.at += 1
        return self.tokens[self.at - 1][1]

    def accept(self, text: str) -> bool:
        found = self.peek() == text and self.kind() in ("word", "sign")
        self.at += found
        return found

    def expect(self, text: str) -> None:
        if not self.accept(text):
            self.fail(f"expected `{text}`")

    def end(self) -> None:
        if self.at < len(self.tokens):
            self.fail("expected the end of the line")

    def name(self) -> Name:
        return self.take("word", "a name")

    def names(self, close: str) -> tuple[Name, ...]:
        """Names up to a closing word or sign, which is taken too."""
        found: list[Name] = []
        while not self.accept(close):
            if found:
                self.expect(",")
            found.append(self.name())
        return tuple(found)

    def atoms(self) -> tuple[Atom, ...]:
        found = [self.atom()]
        while self.accept(","):
            found.append(self.atom())
        return tuple(found)

    def atom(self) -> Atom:
        if self.kind() == "word" and self.peek() not in ("None", "True", "False", "undef"):
            return self.name()
        return self.constant()

    def constant(self) -> Const:
        kind, text = self.kind(), self.peek()
        if kind in ("sign", "end", "strange") and text not in ("-", "("):
            self.fail("expected a name or a constant")
        self.at += 1
        if kind == "number":
            value = ast.literal_eval(text)
            return Const(value, None if repr(value) == text else text)
        if kind == "string":
            return Const(ast.literal_eval(text))
        if kind == "dots":
            return Const(...)
        if kind == "object":
            return self.object(text[1:])
        if text == "-":
            if self.kind() not in ("number", "object"):
                self.fail("expected a number")
            return Const(-self.constant().value)
        if text == "(":
            return self.parenthesis()
        if text in _LITERALS:
            return Const(_LITERALS[text])
        if text != "undef":
            self.at -= 1
            self.fail("expected a constant")
        return UNDEF

    def object(self, name: str) -> Const:
        try:
            value = resolve(name, self.objects)
        except LookupError as error:
            raise ValueError(f"line {self.number}: {error}\n    {self.text.strip()}") from None
        if self.accept("("):
            value = value(self.constant().value)
            self.expect(")")
            return Const(value)
        return Const(value, name)

    def parenthesis(self) -> Const:
        """A tuple, or a complex number: that has no comma."""
        if self.accept(")"):
            return Const(())
        close = next((ahead for ahead in range(7) if self.peek(ahead) == ")"), 0)
        text = "".join(self.peek(ahead) for ahead in range(close))
        if text.lower().endswith("j") and "," not in text and "(" not in text:
            self.at += close + 1
            return Const(complex(text))
        items: list[Any] = []
        while not self.accept(")"):
            items.append(self.constant().value)
            if not self.accept(","):
                self.expect(")")
                break
        return Const(tuple(items))
