"""Print statements: comments, blank lines, and lines longer than the page wrapped in parentheses.

>>> import ast
>>> tree = ast.parse("for i, v in (xs):\\n  if (not v): continue\\n  total += (v * (i + 1))")
>>> tree.body.insert(0, Comment("forward sweep"))
>>> print(Printer(tree).text, end="")
# forward sweep
for i, v in xs:
    if not v:
        continue
    total += v * (i + 1)
"""

from __future__ import annotations

import ast
from io import StringIO
from typing import Any

from wengert.backend.expressions import ATOM, BINARY, NAMED, TEST, TUPLE, ExpressionPrinter, precedence
from wengert.ir.core import Place

WIDTH = 100


class Comment(ast.stmt):
    """A comment on a line of its own."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class Blank(ast.stmt):
    """An empty line."""


class Printer(ExpressionPrinter):
    """`text` is the text of a tree; `places` says which line of the user's file each of its lines comes from."""

    def __init__(self, tree: Any, width: int = WIDTH) -> None:
        self.width = width
        self.places: dict[int, Place] = {}
        self.line = 0
        self.future_imports: list[str] = []
        out = StringIO()
        self.f = out
        self._indent = 0
        self.dispatch(tree)
        self.text = out.getvalue().lstrip("\n") + "\n"

    def fill(self, text: str = "") -> None:
        self.line += 1
        super().fill(text)

    def dispatch(self, tree: Any) -> None:
        place = getattr(tree, "place", None)
        start = self.line + 1
        super().dispatch(tree)
        if place is not None:
            for line in range(start, self.line + 1):
                self.places.setdefault(line, place)

    def long(self, node: Any, tail: int = 0, level: int = TUPLE) -> None:
        """Write an expression that ends its line but for `tail` characters, wrapped if it does not fit."""
        column = len(self.f.getvalue().rpartition("\n")[2]) if isinstance(self.f, StringIO) else 0
        text = self._wrapped(node, column, 4 * self._indent, tail, level)
        self.line += text.count("\n")
        self.write(text)

    # wrapping, as black would

    def _wrapped(self, node: Any, column: int, indent: int, tail: int, level: int, bracketed: bool = False) -> str:
        text = self.flat(lambda tree: self.bare(tree) if level == TUPLE else self.within(tree, level), node)
        if column + len(text) + tail <= self.width:
            return text
        name = type(node).__name__
        pad, inner = " " * indent, " " * (indent + 4)
        if name in ("Call", "List", "Set", "Dict", "Tuple") and precedence(node) >= level or name == "Tuple":
            head, parts, last = self._parts(node)
            if parts:
                return self._split(head, parts, last, indent)
        if name in ("Constant", "Name", "JoinedStr", "Subscript", "Attribute", "Call", "Lambda", "List", "Set", "Dict", "Tuple"):
            return text  # nowhere to break
        pieces = self._operands(node)
        if len(pieces) < 2:
            return text
        if bracketed and precedence(node) >= level:
            start, depth, close = "", indent, ""
        else:
            start, depth, close = f"(\n{inner}", indent + 4, f"\n{pad})"
            whole = self.flat(lambda tree: self.within(tree, NAMED), node)
            if depth + len(whole) <= self.width:
                return f"{start}{whole}{close}"
        lines = [f"{sign}{self._wrapped(part, depth + len(sign), depth, 0, need, True)}" for sign, part, need in pieces]
        return start + ("\n" + " " * depth).join(lines) + close

    def _parts(self, node: Any) -> tuple[str, list[Any], str]:
        """A bracketed expression: what stands up to the bracket, the items, the closing bracket."""
        name = type(node).__name__
        if name == "Call":
            return self.flat(lambda tree: self.within(tree, ATOM), node.func) + "(", [*node.args, *node.keywords], ")"
        if name == "Dict":
            return "{", list(zip(node.keys, node.values)), "}"
        brackets = {"List": "[]", "Set": "{}", "Tuple": "()"}[name]
        return brackets[0], node.elts, brackets[1]

    def _split(self, head: str, parts: list[Any], last: str, indent: int) -> str:
        pad, inner = " " * indent, " " * (indent + 4)
        write = self._item if isinstance(parts[0], tuple) else self.element
        together = self.flat(lambda items: self.commas(items, write), parts)
        if indent + 4 + len(together) <= self.width and not (last == ")" and head == "(" and len(parts) == 1):
            return f"{head}\n{inner}{together}\n{pad}{last}"
        lines = []
        for part in parts:
            key = ""
            if isinstance(part, tuple):
                if part[0] is None:
                    lines.append(inner + self.flat(self._item, part) + ",")
                    continue
                key = self.flat(self.element, part[0]) + ": "
                part = part[1]
            elif type(part).__name__ == "keyword":
                key = "**" if part.arg is None else f"{part.arg}="
                part = part.value
            elif type(part).__name__ == "Starred":
                lines.append(inner + self.flat(self.element, part) + ",")
                continue
            lines.append(inner + key + self._wrapped(part, indent + 4 + len(key), indent + 4, 1, TEST, not key) + ",")
        return f"{head}\n" + "\n".join(lines) + f"\n{pad}{last}"

    def _operands(self, node: Any) -> list[tuple[str, Any, int]]:
        """The places where an operation may break: what stands before each operand, the operand, how tightly it must bind."""
        name = type(node).__name__
        level = precedence(node)
        if name == "BinOp" and type(node.op).__name__ != "Pow":
            pieces: list[tuple[str, Any, int]] = []
            while type(node).__name__ == "BinOp" and precedence(node) == level:
                pieces.append((BINARY[type(node.op).__name__][0] + " ", node.right, level + 1))
                node = node.left
            return [("", node, level), *reversed(pieces)]
        if name == "BoolOp":
            sign = "and " if type(node.op).__name__ == "And" else "or "
            return [(sign if position else "", value, level + 1) for position, value in enumerate(node.values)]
        if name == "IfExp":
            return [("", node.body, TEST + 1), ("if ", node.test, TEST + 1), ("else ", node.orelse, TEST)]
        return []

    # statements

    def block(self, body: list[Any]) -> None:
        self.enter()
        self.dispatch(body)
        self.leave()

    def _Comment(self, t: Comment) -> None:
        self.fill("# " + t.text)

    def _Blank(self, t: Blank) -> None:
        self.line += 1
        self.f.write("\n")

    def _Expr(self, t: Any) -> None:
        self.fill()
        if type(t.value).__name__ == "Constant" and type(t.value.value) is str:
            text = docstring(t.value.value)
            self.line += text.count("\n")
            self.write(text)
        else:
            self.long(t.value)

    def _Assign(self, t: Any) -> None:
        self.fill()
        for target in t.targets:
            self.bare(target)
            self.write(" = ")
        self.long(t.value)

    def _AugAssign(self, t: Any) -> None:
        self.fill()
        self.dispatch(t.target)
        self.write(f" {BINARY[type(t.op).__name__][0]}= ")
        self.long(t.value)

    def _AnnAssign(self, t: Any) -> None:
        self.fill()
        named = type(t.target).__name__ == "Name"
        self.within(t.target, ATOM + (named and not t.simple))
        self.write(": ")
        self.within(t.annotation, TEST)
        if t.value is not None:
            self.write(" = ")
            self.long(t.value)

    def _Return(self, t: Any) -> None:
        self.fill("return")
        if t.value is not None:
            self.write(" ")
            self.long(t.value)

    def _If(self, t: Any) -> None:
        word = "if"
        while True:
            self.fill(word + " ")
            self.long(t.test, 1, NAMED)
            self.block(t.body)
            if not (len(t.orelse) == 1 and type(t.orelse[0]).__name__ == "If" and not getattr(t.orelse[0], "own", False)):
                break
            word, t = "elif", t.orelse[0]
            if getattr(t, "place", None) is not None:
                self.places.setdefault(self.line + 1, t.place)
        self._else(t)

    def _else(self, t: Any) -> None:
        if t.orelse:
            self.fill("else")
            self.block(t.orelse)

    def _For(self, t: Any) -> None:
        self.fill("for ")
        target = self.flat(self.bare, t.target)
        if 4 * self._indent + len(f"for {target} in ") > self.width and type(t.target).__name__ == "Tuple":
            target = self._split("(", t.target.elts, ")", 4 * self._indent)
            self.line += target.count("\n")
        self.write(f"{target} in ")
        self.long(t.iter, 1)
        self.block(t.body)
        self._else(t)

    def _While(self, t: Any) -> None:
        self.fill("while ")
        self.long(t.test, 1, NAMED)
        self.block(t.body)
        self._else(t)

    def _Assert(self, t: Any) -> None:
        self.fill("assert ")
        self.within(t.test, TEST)
        if t.msg is not None:
            self.write(", ")
            self.long(t.msg, 0, TEST)

    def _Raise(self, t: Any) -> None:
        self.fill("raise")
        if t.exc is not None:
            self.write(" ")
            self.long(t.exc, 0, TEST)
        if t.cause is not None:
            self.write(" from ")
            self.long(t.cause, 0, TEST)

    def _Delete(self, t: Any) -> None:
        self.fill("del ")
        self.commas(t.targets)

    def _FunctionDef(self, t: Any) -> None:
        for decorator in t.decorator_list:
            self.fill("@")
            self.within(decorator, NAMED)
        self.fill(f"def {t.name}(")
        returns = "" if t.returns is None else " -> " + self.flat(self.element, t.returns)
        text = self.flat(self.dispatch, t.args)
        if 4 * self._indent + len(f"def {t.name}({text}){returns}:") > self.width:
            pad = "\n" + "    " * (self._indent + 1)
            text = pad + text + pad[:-4]
            self.line += 2
        self.write(f"{text}){returns}")
        self.block(t.body)


def docstring(text: str) -> str:
    """A docstring's literal; its value is exactly `text`.

    >>> print(docstring("Gradient of f."), docstring('say "hi"'))
    \"\"\"Gradient of f.\"\"\" \"\"\"say "hi\\""\"\"
    """
    body = text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    body = "".join(c if c == "\n" or c.isprintable() else repr(c)[1:-1] for c in body)
    if body.endswith('"'):
        body = body[:-1] + '\\"'
    return f'"""{body}"""'
