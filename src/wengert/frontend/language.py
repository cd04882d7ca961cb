"""The Python that is differentiated: one table from syntax to "accepted" or to a refusal.

Lowering asks it about every node before it writes a line; docs/language.md is printed from it.
What is not in the table is refused (W028), so new syntax is never misread.

>>> row_of(gast.parse("while x: pass").body[0]).title
'`while`, with `else`'
>>> row_of(gast.parse("del x").body[0]).code
'W018'
"""

from __future__ import annotations

import ast
from dataclasses import dataclass

import gast

from wengert.codes import CODES
from wengert.errors import Error, error
from wengert.frontend.quote import node_text
from wengert.frontend.source import Source


@dataclass(frozen=True, slots=True)
class Row:
    """A piece of syntax: the nodes it is made of, an example, and the code of its refusal if it is refused."""

    title: str
    nodes: tuple[str, ...]  # `Subscript.Store`: a subscript that is assigned
    example: str  # the body of a function of x and n
    code: str = ""
    construct: str = ""  # what the message calls it


def _accept(title: str, nodes: str, example: str) -> Row:
    return Row(title, tuple(nodes.split()), example)


def _refuse(code: str, title: str, nodes: str, example: str, construct: str = "") -> Row:
    return Row(title, tuple(nodes.split()), example, code, construct)


ACCEPTED = (
    _accept("names and literals", "Name Constant", "return x"),
    _accept("arithmetic", "BinOp UnaryOp", "return -x ** 2 / 3 + n % 2"),
    _accept("comparison, chained too", "Compare", "return 0 < x <= n"),
    _accept("`and`, `or`, `not`", "BoolOp", "return x and not n or x"),
    _accept("conditional expression", "IfExp", "return x if n else -x"),
    _accept("assignment expression", "NamedExpr", "return (y := 2 * x) * y"),
    _accept("call", "Call", "return max(x, n, key=abs)"),
    _accept("call with `*` and `**`", "Starred", "return max(*[x, n], **{})"),
    _accept("attribute", "Attribute", "return x.real"),
    _accept("subscript and slice", "Subscript Slice", "return [x, n][1:][0]"),
    _accept("tuple, list, set and dict displays", "Tuple List Set Dict", "return (x, *[n]), [x], {n}, {'a': x}"),
    _accept("f-string", "JoinedStr FormattedValue", "print(f'{x!r} {n:>4}')"),
    _accept("lambda", "Lambda", "return (lambda t: t * x)(2)"),
    _accept("inner function that reads the variables around it", "FunctionDef", "def g(t):\n    return t * x\nreturn g(2)"),
    _accept("expression statement, docstring", "Expr", "print(x)"),
    _accept("assignment, to several targets and to tuples with a star", "Assign", "a, *b = c = x, n, x\nreturn a"),
    _accept("augmented assignment", "AugAssign", "x += 1\nreturn x"),
    _accept("annotation", "AnnAssign", "y: float = 2 * x\nreturn y"),
    _accept("`if`, `elif`, `else`", "If", "if n:\n    x = 2 * x\nelif x:\n    x = 3 * x\nreturn x"),
    _accept("`for`, with `else`", "For", "for i in range(n):\n    x = x * i\nelse:\n    x = -x\nreturn x"),
    _accept("`while`, with `else`", "While", "while x > 1:\n    x = x / 2\nelse:\n    x = -x\nreturn x"),
    _accept("`break` and `continue`", "Break Continue", "for i in range(n):\n    if i:\n        break\n    continue\nreturn x"),
    _accept("`return` anywhere", "Return", "for i in range(n):\n    return x\nreturn -x"),
    _accept("`pass`", "Pass", "pass"),
    _accept("`assert`", "Assert", "assert x == x, 'not a number'\nreturn x"),
    _accept("`raise`", "Raise", "if n < 0:\n    raise ValueError(n)\nreturn x"),
    _accept("`global` and `nonlocal`, to read", "Global Nonlocal", "global print\nprint(x)"),
)

REFUSED = (
    _refuse("W023", "writing into an array, a list or a dict", "Subscript.Store", "y = [x]\ny[0] = n\nreturn y[0]"),
    _refuse("W024", "setting an attribute", "Attribute.Store", "x.real = 1"),
    _refuse("W018", "`del`", "Delete", "del x"),
    _refuse("W014", "assigning a global", "Global.Store", "global state\nstate = x"),
    _refuse(
        "W015", "assigning a variable of the function around", "Nonlocal.Store", "y = x\ndef g():\n    nonlocal y\n    y = 1\ng()"
    ),
    _refuse("W020", "list comprehension", "ListComp", "return [x for i in range(n)]", "list comprehension"),
    _refuse("W020", "set comprehension", "SetComp", "return {x for i in range(n)}", "set comprehension"),
    _refuse("W020", "dict comprehension", "DictComp", "return {i: x for i in range(n)}", "dict comprehension"),
    _refuse("W020", "generator expression", "GeneratorExp", "return sum(x for i in range(n))", "generator expression"),
    _refuse("W021", "`**` beside other keywords in one call", "Call.Several", "return dict(key=x, **{})", "**"),
    _refuse("W022", "`*args`", "arguments.Star", "return (lambda *args: x)()", "*args"),
    _refuse("W022", "`**kwargs`", "arguments.DoubleStar", "return (lambda **kwargs: x)()", "**kwargs"),
    _refuse("W031", "default value in an inner function", "arguments.Default", "return (lambda t=2: t * x)()"),
    _refuse("W025", "decorator on an inner function", "FunctionDef.Decorated", "@abs\ndef g():\n    pass"),
    _refuse("W026", "recursion of an inner function", "FunctionDef.Recursive", "def g(t):\n    return g(t - 1)\nreturn g(x)"),
    _refuse(
        "W030", "inner function that outlives the value of a variable", "Lambda.Changing", "g = lambda: x\nx = 2 * x\nreturn g()"
    ),
    _refuse("W010", "class", "ClassDef", "class A:\n    pass"),
    _refuse("W011", "`async` and `await`", "AsyncFunctionDef", "async def g():\n    pass", "async def"),
    _refuse("W011", "", "AsyncFor", "", "async for"),
    _refuse("W011", "", "AsyncWith", "", "async with"),
    _refuse("W011", "", "Await", "", "await"),
    _refuse("W012", "`yield`", "Yield YieldFrom", "yield x"),
    _refuse("W013", "`try`", "Try TryStar", "try:\n    return x\nexcept ValueError:\n    return n"),
    _refuse("W016", "`with`", "With", "with open('file'):\n    return x"),
    _refuse("W017", "`match`", "Match", "match n:\n    case 1:\n        return x"),
    _refuse("W019", "`import`", "Import ImportFrom", "import math\nreturn math.sin(x)"),
    _refuse("W028", "any other syntax", "", ""),
)

_ROWS = {node: row for row in (*ACCEPTED, *REFUSED) for node in row.nodes}


def row_of(node: gast.AST) -> Row:
    """The row of a statement or expression; of what the table does not know, the last one."""
    name = type(node).__name__
    written = name if isinstance(getattr(node, "ctx", None), gast.Load) or not hasattr(node, "ctx") else f"{name}.Store"
    return _ROWS.get(written) or _ROWS.get(name, REFUSED[-1])


def check(source: Source) -> None:
    """Raise the refusal of the first piece of the function that is outside of the language."""
    function = source.node
    if isinstance(function, gast.AsyncFunctionDef):
        raise refusal(source, function, row_of(function))
    _check_parameters(source, function, inner=False)
    waiting: list[gast.AST] = _body(function)
    while waiting:
        node = waiting.pop()
        if isinstance(node, (ast.stmt, ast.expr)):
            row = row_of(node)
            if row.code:
                raise refusal(source, node, row)
        if isinstance(node, (gast.Name, gast.Constant)):
            continue
        if isinstance(node, (gast.FunctionDef, gast.Lambda)):
            if getattr(node, "decorator_list", None):
                raise refusal(source, node, _ROWS["FunctionDef.Decorated"])
            _check_parameters(source, node, inner=True)
            waiting += _body(node)
        elif isinstance(node, gast.AnnAssign):
            waiting += filter(None, (node.value, node.target))
        else:
            if isinstance(node, gast.Call) and len(node.keywords) > 1 and any(key.arg is None for key in node.keywords):
                raise refusal(source, node, _ROWS["Call.Several"])
            waiting += list(ast.iter_child_nodes(node))[::-1]


def refuse(source: Source, node: gast.AST, key: str, name: str = "") -> Error:
    """The refusal of a piece of syntax that only scopes can tell, by its key in the table."""
    return refusal(source, node, _ROWS[key], name)


def refusal(source: Source, node: gast.AST, row: Row, name: str = "") -> Error:
    construct = row.construct or f"`{type(node).__name__}`"
    return error(row.code, source.place(node), construct=construct, name=name or _name(source, node))


def _body(function: gast.AST) -> list[gast.AST]:
    return [function.body] if isinstance(function, gast.Lambda) else function.body[::-1]


def _check_parameters(source: Source, function: gast.AST, inner: bool) -> None:
    arguments = function.args
    name = getattr(function, "name", "<lambda>")
    if arguments.vararg:
        raise refusal(source, arguments.vararg, _ROWS["arguments.Star"])
    if arguments.kwarg:
        raise refusal(source, arguments.kwarg, _ROWS["arguments.DoubleStar"])
    defaults = [default for default in (*arguments.defaults, *arguments.kw_defaults) if default is not None]
    if inner and defaults:
        raise refusal(source, defaults[0], _ROWS["arguments.Default"], name)


def _name(source: Source, node: gast.AST) -> str:
    """What the message calls the thing that a node is about."""
    match node:
        case gast.ClassDef() | gast.FunctionDef() | gast.AsyncFunctionDef():
            return str(node.name)
        case gast.Import() | gast.ImportFrom():
            return ", ".join(alias.name for alias in node.names)
        case gast.Delete():
            return ", ".join(node_text(source, target) for target in node.targets)
        case gast.Subscript():
            return node_text(source, node.value)
        case gast.Attribute():
            return str(node.attr)
        case gast.Call():
            return node_text(source, node.func)
    return ""


def language_page() -> str:
    """docs/language.md, printed from the table."""
    page = [
        "# The language",
        "",
        "What a differentiated function may be written in; what it calls needs a rule, or a source in this language.",
        "This page is printed from `src/wengert/frontend/language.py`:",
        "`python -c \"import wengert.frontend.language as l; print(l.language_page(), end='')\" > docs/language.md`.",
        "",
        "## Accepted",
        "",
        "Each example is the body of a function of `x` and `n`.",
    ]
    for row in ACCEPTED:
        page += ["", f"{_capital(row.title)}:", "", *_indented(row.example)]
    page += [
        "",
        "## Refused",
        "",
        "Before any line of the function runs, by an error that shows the line. The codes are those of docs/errors.md.",
    ]
    for row in REFUSED:
        if row.title:
            page += ["", f"{_capital(row.title)} ({row.code}): {CODES[row.code].rewrite.format_map(_Own())}."]
            page += ["", *_indented(row.example)] if row.example else []
    return "\n".join(page) + "\n"


class _Own(dict[str, str]):
    """Names for the fields of a rewrite, where no program gives them."""

    def __missing__(self, key: str) -> str:
        return {"function": "f", "variable": "x"}.get(key, "y")


def _capital(title: str) -> str:
    return title[0].upper() + title[1:]


def _indented(example: str) -> list[str]:
    return [f"    {line}" for line in example.split("\n")]
