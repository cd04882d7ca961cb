"""Read the text of a program, as `show` prints it and as tests write it; `docs/ir.md` describes the text.

The reader knows the syntax only: that names are defined before they are read is for `ir/verify.py` to say.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from wengert.ir.core import (
    Apply,
    Atom,
    Block,
    Break,
    Continue,
    Def,
    For,
    Form,
    Function,
    If,
    Line,
    Name,
    Pass,
    Return,
    Stop,
    Terminator,
    While,
    Yield,
)
from wengert.ir.tokens import Row
from wengert.ir.walk import base

BINARY = {
    "+": "add", "-": "sub", "*": "mul", "/": "truediv", "//": "floordiv", "%": "mod", "**": "pow", "@": "matmul",
    "<<": "lshift", ">>": "rshift", "&": "and_", "|": "or_", "^": "xor", "==": "eq", "!=": "ne", "<": "lt", "<=": "le",
    ">": "gt", ">=": "ge", "is": "is_", "is not": "is_not", "in": "in_", "not in": "not_in",
}  # fmt: skip
"""The infix operators of the text, and the ops they print."""

UNARY = {"-": "neg", "+": "pos", "~": "invert", "not ": "not_"}


def parse(text: str, objects: Mapping[str, Any] = {}) -> Function:
    """The program of a text. `objects` are what `@name` may mean beside NumPy, `math`, builtins and imported modules.

    >>> parse("function twice(x):\\n    %0 = 2 * x\\n    return %0").body.lines
    (Apply(targets=('%0',), op='mul', args=(Const(value=2, spelled=None), 'x'), keywords=(), spelled=None),)
    >>> parse("function f(x):\\n    %0 = 2 ? x")
    Traceback (most recent call last):
    ValueError: line 2: expected the end of the line, found `? x`
        %0 = 2 ? x
    """
    rows = [
        Row(number, len(line) - len(line.lstrip()), line, objects)
        for number, line in enumerate(textwrap.dedent(text).splitlines(), 1)
        if line.strip() and not line.strip().startswith("#")
    ]
    reader = _Reader(rows)
    function = reader.function()
    callees: dict[str, Function] = {}
    while reader.next < len(rows):
        below = rows[reader.next]
        if below.peek() != "function":
            below.fail("expected another function or nothing below the function")
        callee = reader.function()
        if callee.name in callees:
            below.fail("expected a function of another name")
        callees[callee.name] = callee
    return replace(function, callees=callees) if callees else function


class _Reader:
    """Puts the rows together into blocks."""

    def __init__(self, rows: list[Row]) -> None:
        self.rows = rows
        self.next = 0

    def row(self) -> Row:
        if self.next == len(self.rows):
            raise ValueError("the text of the program ends too early")
        self.next += 1
        return self.rows[self.next - 1]

    def head(self, indent: int, *words: str) -> bool:
        """Is the next row this head (`else:`), at this indent? Then take it."""
        if self.next == len(self.rows):
            return False
        row = self.rows[self.next]
        found = row.indent == indent and [text for _, text in row.tokens] == [*words, ":"]
        self.next += found
        return found

    def function(self) -> Function:
        row = self.row()
        row.expect("function")
        name = row.name()
        row.expect("(")
        parameters, form = _parameters(row)
        row.expect(":")
        row.end()
        return Function(name, parameters, self.block(row), form=form)

    def block(self, head: Row) -> Block:
        """The rows indented below `head`. A block inside a function may end without a terminator: it yields nothing."""
        if self.next == len(self.rows) or self.rows[self.next].indent <= head.indent:
            head.fail("expected a block below")
        indent = self.rows[self.next].indent
        lines: list[Line] = []
        while self.next < len(self.rows) and self.rows[self.next].indent >= indent:
            row = self.row()
            if row.indent != indent:
                row.fail("unexpected indent")
            terminator = self.terminator(row)
            if terminator is not None:
                row.end()
                if self.next < len(self.rows) and self.rows[self.next].indent >= indent:
                    self.rows[self.next].fail("expected nothing below the end of the block")
                return Block(tuple(lines), terminator)
            lines.append(self.line(row))
        return Block(tuple(lines), Yield())

    def terminator(self, row: Row) -> Terminator | None:
        word = row.peek() if row.kind(1) != "sign" or row.peek(1) in ("-", "(") else ""
        if word not in ("yield", "break", "continue", "return", "pass", "stop") or (word == "stop" and row.kind(1) != "end"):
            return None
        row.at += 1
        values: tuple[Atom, ...] = ()
        coded = row.peek() == "exit" and row.kind(1) == "number"
        if word in ("yield", "break", "continue") and row.kind() != "end" and not coded:
            values = row.atoms()
        if word == "yield":
            return Yield(values)
        if word == "continue":
            return Continue(values)
        if word == "break":
            return Break(values, int(row.take("number", "an exit code")) if row.accept("exit") else 1)
        if word == "return":
            return Return(row.atom())
        if word == "pass":
            return Pass(row.atom(), row.atoms() if row.accept("with") else ())
        return Stop()

    def line(self, row: Row) -> Line:
        targets: tuple[Name, ...] = ()
        if row.kind() == "word" and row.peek(1) in (",", "="):
            targets = row.names("=")
        if row.peek() == "if" and row.accept("if"):
            return self.branch(row, targets)
        if row.peek() in ("for", "while") and row.kind(1) != "end" and row.peek(1) != "(":
            return self.loop(row, targets)
        if row.accept("def"):
            return self.closure(row, targets)
        line = self.apply(row, targets)
        row.end()
        return line

    def branch(self, row: Row, targets: tuple[Name, ...]) -> If:
        test = row.atom()
        row.expect(":")
        row.end()
        then = self.block(row)
        orelse = self.block(self.rows[self.next - 1]) if self.head(row.indent, "else") else Block((), Yield())
        return If(targets, test, then, orelse)

    def loop(self, row: Row, targets: tuple[Name, ...]) -> For | While:
        elements: tuple[Name, ...] = ()
        sources: tuple[Atom, ...] = ()
        if not row.accept("while"):
            row.expect("for")
            elements = row.names("in")
            sources = row.atoms()
        carried: list[Name] = []
        initial: list[Atom] = []
        while row.accept("," if carried else "carry"):
            carried.append(row.name())
            row.expect("=")
            initial.append(row.atom())
        left = None
        if row.accept("exit"):
            if not targets:
                row.fail("expected a target for the exit code")
            targets, left = targets[:-1], targets[-1]
        row.expect(":")
        row.end()
        if sources:
            return For(targets, elements, sources, tuple(carried), tuple(initial), self.block(row), left)
        blocks: list[Block] = []
        inner = self.rows[self.next].indent if self.next < len(self.rows) else 0
        for part in ("test", "body"):
            if inner <= row.indent or not self.head(inner, part):
                row.fail(f"expected `{part}:` below")
            blocks.append(self.block(self.rows[self.next - 1]))
        return While(targets, tuple(carried), tuple(initial), blocks[0], blocks[1], left)

    def closure(self, row: Row, targets: tuple[Name, ...]) -> Def:
        if len(targets) != 1:
            row.fail("expected one target for a nested function")
        name = base(targets[0]) if row.peek() == "(" else row.name()
        row.expect("(")
        parameters, form = _parameters(row)
        row.expect(":")
        row.end()
        return Def(targets[0], Function(name, parameters, self.block(row), form=form))

    def apply(self, row: Row, targets: tuple[Name, ...]) -> Apply:
        for sign, op in UNARY.items():
            if row.peek() == sign.strip() and not (sign == "-" and row.kind(1) in ("number", "object")):
                row.at += 1
                return Apply(targets, op, (row.atom(),))
        if row.kind() == "word" and row.peek(1) == "(":
            return self.call(row, targets)
        left = row.atom()
        sign = row.peek()
        if sign in ("is", "not") and row.peek(1) in ("not", "in"):
            sign += f" {row.peek(1)}"
        if sign not in BINARY:
            row.fail("expected an operator" if row.kind() == "end" else "expected the end of the line")
        row.at += len(sign.split())
        return Apply(targets, BINARY[sign], (left, row.atom()))

    def call(self, row: Row, targets: tuple[Name, ...]) -> Apply:
        op = row.name()
        args: list[Atom] = []
        keywords: list[tuple[str, Atom]] = []
        row.expect("(")
        while not row.accept(")"):
            if args or keywords:
                row.expect(",")
            if row.kind() == "word" and row.peek(1) == "=":
                key = row.name()
                row.expect("=")
                keywords.append((key, row.atom()))
            elif keywords:
                row.fail("expected a keyword argument")
            else:
                args.append(row.atom())
        return Apply(targets, op, tuple(args), tuple(keywords))


def _parameters(row: Row) -> tuple[tuple[Name, ...], Form]:
    """What stands between the parentheses of a function's head, the closing one included."""
    names: list[Name] = []
    defaults: list[tuple[Name, Atom]] = []
    before, first, star, double_star, signs = 0, None, False, False, 0
    while not row.accept(")"):
        if names or signs:
            row.expect(",")
        signs += row.peek() in ("/", "*")
        if row.accept("/"):
            before = len(names)
            continue
        double_star = row.accept("**")
        if row.accept("*"):
            star = row.kind() == "word"
            first = len(names) + star
            if not star:
                continue
        names.append(row.name())
        if row.accept("="):
            defaults.append((names[-1], row.atom()))
    last = len(names) - double_star
    return tuple(names), Form(before, last - (last if first is None else first), star, double_star, tuple(defaults))
