"""Print expressions: a subclass of `astunparse.Unparser` that knows precedence.

astunparse 1.6.3 brackets every operation and prints wrong text for some trees (`x[1:-1, None]`), so every expression node
is printed here: parentheses stand only where Python needs them, and parsing the text gives the tree back.

>>> import ast
>>> flat(ast.parse("((-x) ** (2)) - (a - (b * c)), x[(1):(-1), None]").body[0].value)
'((-x) ** 2 - (a - b * c), x[1:-1, None])'
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterable
from io import StringIO
from typing import Any

from astunparse import Unparser

TUPLE, NAMED, TEST, OR, AND, NOT, COMPARE, BIT_OR, BIT_XOR, BIT_AND, SHIFT, SUM, TERM, FACTOR, POWER, AWAIT, ATOM = range(17)

BINARY: dict[str, tuple[str, int]] = {
    "Add": ("+", SUM), "Sub": ("-", SUM), "Mult": ("*", TERM), "Div": ("/", TERM), "FloorDiv": ("//", TERM), "Mod": ("%", TERM),
    "MatMult": ("@", TERM), "Pow": ("**", POWER), "LShift": ("<<", SHIFT), "RShift": (">>", SHIFT),
    "BitOr": ("|", BIT_OR), "BitXor": ("^", BIT_XOR), "BitAnd": ("&", BIT_AND),
}  # fmt: skip
COMPARISONS: dict[str, str] = {
    "Eq": "==", "NotEq": "!=", "Lt": "<", "LtE": "<=", "Gt": ">", "GtE": ">=", "Is": "is", "IsNot": "is not", "In": "in",
    "NotIn": "not in",
}  # fmt: skip
UNARY = {"USub": "-", "UAdd": "+", "Invert": "~", "Not": "not "}
PRECEDENCE = {"NamedExpr": NAMED, "IfExp": TEST, "Lambda": TEST, "Compare": COMPARE, "Await": AWAIT}


def precedence(node: Any) -> int:
    """How tightly the node's outermost operator binds.

    >>> precedence(ast.parse("-x ** 2").body[0].value) == FACTOR
    True
    """
    name = type(node).__name__
    if name == "BinOp":
        return BINARY[type(node.op).__name__][1]
    if name == "UnaryOp":
        return NOT if isinstance(node.op, ast.Not) or type(node.op).__name__ == "Not" else FACTOR
    if name == "BoolOp":
        return AND if type(node.op).__name__ == "And" else OR
    if name == "Constant" and type(node.value) in (int, float, complex):
        text = repr(node.value)
        return FACTOR if text[0] == "-" else SUM if isinstance(node.value, complex) and text[0] == "(" else ATOM
    return PRECEDENCE.get(name, ATOM)


class ExpressionPrinter(Unparser):  # type: ignore[misc]  # astunparse has no types
    """The expression half; `backend/unparse.py` adds statements."""

    f: Any
    quote = '"'

    def within(self, node: Any, level: int) -> None:
        """Write an expression where only what binds at least as tightly as `level` may stand bare."""
        if precedence(node) < level:
            self.write("(")
            self.dispatch(node)
            self.write(")")
        else:
            self.dispatch(node)

    def bare(self, node: Any) -> None:
        """Write an expression where a tuple needs no parentheses: `return a, b`."""
        if type(node).__name__ == "Tuple" and len(node.elts) > 1:
            self.commas(node.elts)
        else:
            self.within(node, TEST)

    def commas(self, nodes: Iterable[Any], write: Callable[[Any], None] | None = None) -> None:
        for position, node in enumerate(nodes):
            if position:
                self.write(", ")
            (write or self.element)(node)

    def element(self, node: Any) -> None:
        self.within(node, TEST)

    def flat(self, write: Callable[[Any], None], node: Any) -> str:
        """What `write(node)` writes, as text."""
        kept, self.f = self.f, StringIO()
        try:
            write(node)
            return str(self.f.getvalue())
        finally:
            self.f = kept

    # atoms

    def _Name(self, t: Any) -> None:
        self.write(t.id)

    def _Constant(self, t: Any) -> None:
        value = t.value
        spelled = getattr(t, "spelled", None)
        if spelled:
            self.write(spelled)
        elif value is Ellipsis:
            self.write("...")
        elif isinstance(value, (str, bytes)):
            self.write(quoted(value, self.quote))
        else:
            self.write(repr(value).replace("inf", "1e309"))

    def _Attribute(self, t: Any) -> None:
        whole = type(t.value).__name__ == "Constant" and type(t.value.value) is int
        self.within(t.value, ATOM + 1 if whole else ATOM)
        self.write("." + t.attr)

    def _Subscript(self, t: Any) -> None:
        self.within(t.value, ATOM)
        self.write("[")
        self._index(t.slice)
        self.write("]")

    def _index(self, node: Any) -> None:
        if type(node).__name__ == "Tuple" and node.elts:
            self.commas(node.elts)
            self.write("," if len(node.elts) == 1 else "")
        else:
            self.within(node, TEST)

    def _Slice(self, t: Any) -> None:
        if t.lower is not None:
            self.within(t.lower, TEST)
        self.write(":")
        if t.upper is not None:
            self.within(t.upper, TEST)
        if t.step is not None:
            self.write(":")
            self.within(t.step, TEST)

    def _Call(self, t: Any) -> None:
        self.within(t.func, ATOM)
        self.write("(")
        self.commas([*t.args, *t.keywords])
        self.write(")")

    def _keyword(self, t: Any) -> None:
        self.write("**" if t.arg is None else f"{t.arg}=")
        self.within(t.value, TEST)

    def _Starred(self, t: Any) -> None:
        self.write("*")
        self.within(t.value, BIT_OR)

    # displays

    def _Tuple(self, t: Any) -> None:
        self.write("(")
        self.commas(t.elts)
        self.write(",)" if len(t.elts) == 1 else ")")

    def _List(self, t: Any) -> None:
        self.write("[")
        self.commas(t.elts)
        self.write("]")

    def _Set(self, t: Any) -> None:
        self.write("{")
        self.commas(t.elts or [ast.Starred(ast.Tuple([], ast.Load()), ast.Load())])
        self.write("}")

    def _Dict(self, t: Any) -> None:
        self.write("{")
        self.commas(zip(t.keys, t.values), self._item)
        self.write("}")

    def _item(self, pair: Any) -> None:
        key, value = pair
        if key is None:
            self.write("**")
            self.within(value, BIT_OR)
        else:
            self.within(key, TEST)
            self.write(": ")
            self.within(value, TEST)

    # operators

    def _UnaryOp(self, t: Any) -> None:
        self.write(UNARY[type(t.op).__name__])
        self.within(t.operand, precedence(t))

    def _BinOp(self, t: Any) -> None:
        sign, level = BINARY[type(t.op).__name__]
        chain = [(sign, t.right)]
        left = t.left
        while level != POWER and type(left).__name__ == "BinOp" and BINARY[type(left.op).__name__][1] == level:
            chain.append((BINARY[type(left.op).__name__][0], left.right))  # a + b + c ...: not deeper, however long
            left = left.left
        self.within(left, level + (level == POWER))
        for sign, right in reversed(chain):
            self.write(f" {sign} ")
            self.within(right, FACTOR if level == POWER else level + 1)

    def _BoolOp(self, t: Any) -> None:
        sign = " and " if type(t.op).__name__ == "And" else " or "
        for position, value in enumerate(t.values):
            self.write(sign if position else "")
            self.within(value, precedence(t) + 1)

    def _Compare(self, t: Any) -> None:
        self.within(t.left, COMPARE + 1)
        for op, value in zip(t.ops, t.comparators):
            self.write(f" {COMPARISONS[type(op).__name__]} ")
            self.within(value, COMPARE + 1)

    def _IfExp(self, t: Any) -> None:
        self.within(t.body, OR)
        self.write(" if ")
        self.within(t.test, OR)
        self.write(" else ")
        self.within(t.orelse, TEST)

    def _NamedExpr(self, t: Any) -> None:
        self.dispatch(t.target)
        self.write(" := ")
        self.within(t.value, TEST)

    def _Lambda(self, t: Any) -> None:
        self.write("lambda")
        parameters = self.flat(self.dispatch, t.args)
        self.write(f" {parameters}: " if parameters else ": ")
        self.within(t.body, TEST)

    def _arguments(self, t: Any) -> None:
        plain = [*getattr(t, "posonlyargs", []), *t.args]
        defaults = [None] * (len(plain) - len(t.defaults)) + list(t.defaults)
        parts = [self._parameter(argument, default) for argument, default in zip(plain, defaults)]
        if getattr(t, "posonlyargs", []):
            parts.insert(len(t.posonlyargs), "/")
        if t.vararg:
            parts.append("*" + self._parameter(t.vararg, None))
        elif t.kwonlyargs:
            parts.append("*")
        parts += [self._parameter(argument, default) for argument, default in zip(t.kwonlyargs, t.kw_defaults)]
        if t.kwarg:
            parts.append("**" + self._parameter(t.kwarg, None))
        self.write(", ".join(parts))

    def _parameter(self, t: Any, default: Any) -> str:
        text = t.id if type(t).__name__ == "Name" else t.arg  # gast has names here
        if t.annotation is not None:
            text += ": " + self.flat(self.element, t.annotation)
        if default is None:
            return str(text)
        return f"{text}{' = ' if t.annotation is not None else '='}{self.flat(self.element, default)}"

    # comprehensions

    def _comprehension(self, t: Any) -> None:
        self.write(" for ")
        self.bare(t.target)
        self.write(" in ")
        self.within(t.iter, OR)
        for test in t.ifs:
            self.write(" if ")
            self.within(test, OR)

    def _collected(self, brackets: str, t: Any) -> None:
        self.write(brackets[0])
        self.element(t.elt)
        self.dispatch(t.generators)
        self.write(brackets[1])

    def _ListComp(self, t: Any) -> None:
        self._collected("[]", t)

    def _SetComp(self, t: Any) -> None:
        self._collected("{}", t)

    def _GeneratorExp(self, t: Any) -> None:
        self._collected("()", t)

    def _DictComp(self, t: Any) -> None:
        self.write("{")
        self._item((t.key, t.value))
        self.dispatch(t.generators)
        self.write("}")

    # f-strings

    def _JoinedStr(self, t: Any) -> None:
        kept = self.quote
        for quote in ('"', "'", '"""', "'''"):
            self.quote = "'" if quote[0] == '"' else '"'
            pieces = [self._piece(value, quote) for value in t.values]
            if all(type(v).__name__ == "Constant" or quote not in p for v, p in zip(t.values, pieces)):
                break
        self.quote = kept
        self.write(f"f{quote}{''.join(pieces)}{quote}")

    def _piece(self, t: Any, quote: str) -> str:
        if type(t).__name__ == "Constant":
            text = t.value.replace("\\", "\\\\").replace("{", "{{").replace("}", "}}").replace(quote[0], "\\" + quote[0])
            return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
        text = self.flat(self.element, t.value)
        conversion = "" if t.conversion == -1 else "!" + chr(t.conversion)
        spec = "" if t.format_spec is None else ":" + "".join(self._piece(value, quote) for value in t.format_spec.values)
        return "{" + " " * text.startswith("{") + text + conversion + spec + "}"

    def _FormattedValue(self, t: Any) -> None:
        self._JoinedStr(ast.JoinedStr([t]))


def quoted(value: str | bytes, quote: str = '"') -> str:
    """A string literal, in double quotes where that needs no escapes.

    >>> print(quoted("W1"), quoted('say "hi"'), quoted(b"it's"))
    "W1" 'say "hi"' b"it's"
    """
    text = repr(value)
    prefix, body = ("b", text[1:]) if isinstance(value, bytes) else ("", text)
    if body[0] == quote or quote in body[1:-1]:
        return text
    inner = body[1:-1].replace("\\" + body[0], body[0])
    return f"{prefix}{quote}{inner}{quote}"


def flat(node: Any, level: int = TEST) -> str:
    """The expression on one line."""
    out = ExpressionPrinter.__new__(ExpressionPrinter)
    out.f, out._indent = sys.stdout, 0
    return out.flat(lambda tree: out.within(tree, level), node)
