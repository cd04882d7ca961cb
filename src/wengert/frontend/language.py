"""The Python that is differentiated: one table from syntax to "accepted" or to a refusal.

Lowering asks it about every node before it writes a line; docs/language.md is printed from it.
What is not in the table is refused (W028), so new syntax is never misread.

>>> row_of(gast.parse("while x: pass").body[0]).title
'`while`, with `else`'
>>> row_of(gast.parse("async def f(): pass").body[0]).code
'W011'
"""

from __future__ import annotations

import ast
from dataclasses import dataclass

import gast

from wengert.codes import CODES
from wengert.errors import Error, error
from wengert.frontend.constructs import CONSTRUCTS
from wengert.frontend.resolve import default_nodes
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
    _accept("names and literals", "Name Constant", "return 1e-1 * x"),
    _accept("arithmetic", "BinOp UnaryOp", "return -x ** 2 / 3 + n % 2"),
    _accept("comparison, chained too", "Compare", "return x * (0 < x <= n)"),
    _accept("`and`, `or`, `not`", "BoolOp", "return x and not n or x"),
    _accept("conditional expression", "IfExp", "return x if n else -x"),
    _accept("assignment expression", "NamedExpr", "return (y := 2 * x) * y"),
    _accept("call", "Call", "return max(x, 2 * x) + np.sum(a=x * np.ones(n))"),
    _accept(
        "call with `*` and `**`, in any mixture", "Starred",
        "def g(a, b, c=1.0, d=1.0):\n    return a * b * c * d\nreturn g(x, *[n], d=x, **{'c': 2.0})",
    ),
    _accept("attribute", "Attribute", "return x.real"),
    _accept("subscript and slice", "Subscript Slice", "return [x, n, x * x][1:][1]"),
    _accept("tuple, list, set and dict displays", "Tuple List Set Dict", "return (x, *[n])[0] + [x][0] + len({n}) + {**{'a': 1}, 'a': x}['a']"),
    _accept("list comprehension", "ListComp", "return sum([x * i for i in range(n) if i]) + [[x * j for j in range(2)] for i in range(2)][1][1]"),
    _accept("set comprehension", "SetComp", "return x * len({i % 2 for i in range(n)})"),
    _accept("dict comprehension", "DictComp", "return {k: x * len(k) for k in ('a', 'bc')}['bc']"),
    _accept(
        "generator expression that a call or a `for` takes up", "GeneratorExp",
        "for v in (x * i for i in range(n)):\n    x = x + v\ng = (x * i for i in range(n))\nreturn sum(x * i for i in range(n)) + sum(g)",
    ),
    _accept("f-string", "JoinedStr FormattedValue", "print(f'{x!r} {n:>4} {n=}')\nreturn x"),
    _accept("lambda", "Lambda", "return (lambda t, *rest, k=x: t * k)(2, 3)"),
    _accept(
        "class in a function", "ClassDef",
        "class Spring:\n    rest = x * x\n    def __init__(self, length):\n        self.length = length\n"
        "    def energy(self):\n        return x * (self.length - self.rest) ** 2\nreturn Spring(n).energy()",
    ),
    _accept("inner function, which reads the variables around it", "FunctionDef", "def g(t, *rest, c=2, **options):\n    return c * t * x\nreturn g(2)"),
    _accept("inner function that outlives the value of a variable", "FunctionDef", "def g():\n    return x * x\nx = 2 * x\nreturn g()"),
    _accept("inner function that calls itself", "FunctionDef", "def power(k):\n    return x * power(k - 1) if k else 1.0\nreturn power(n)"),
    _accept("inner function that is returned", "FunctionDef", "def scaled(k):\n    return lambda t: k * t * x\nreturn scaled(x)(2.0)"),
    _accept(
        "decorator of an inner function", "FunctionDef",
        "def twice(g):\n    return lambda t: g(g(t))\n@twice\ndef h(t):\n    return t * x\nreturn h(x)",
    ),
    _accept("`nonlocal`", "Nonlocal", "y = x\ndef g():\n    nonlocal y\n    y = y * x\ng()\nreturn y"),
    _accept(
        "generator function that a `for` or a call takes up", "Yield YieldFrom",
        "def powers(k):\n    p = 1.0\n    for i in range(k):\n        yield p\n        p = p * x\n    yield from [p, x]\n"
        "s = 0.0\nfor p in powers(n):\n    s = s + p\nreturn s + sum(powers(n))",
    ),
    _accept("expression statement, docstring", "Expr", "'''Half of x.'''\nprint(x)\nreturn x / 2"),
    _accept("assignment, to several targets and to tuples with a star", "Assign", "a, *b = c = x, n, x\nreturn a * b[1] * c[0]"),
    _accept(
        "assignment to items", "Subscript.Store",
        "y = np.zeros(n)\ny[0], y[1:] = x, 2 * x\ny[0], y[1] = y[1], y[0] * x\nreturn np.sum(y)",
    ),
    _accept(
        "assignment to attributes", "Attribute.Store",
        "from types import SimpleNamespace\np = SimpleNamespace(m=x)\np.m = p.m * x\nreturn p.m",
    ),
    _accept("augmented assignment, of names, items and attributes", "AugAssign", "y = [x, n]\ny[0] += 1\ny[0] *= x\nx += y[0]\nreturn x"),
    _accept(
        "a dict whose keys only the run knows", "Dict Subscript.Store For",
        "d = {}\nfor i in range(n):\n    d[i % 2] = d.get(i % 2, 0.0) + x * i\ndel d[0]\nfor k, v in d.items():\n    x += k * v\nreturn x",
    ),
    _accept(
        "a dict of lists or arrays under such keys", "Dict Subscript.Store For",
        "d = {}\nfor i in range(n):\n    d.setdefault(i % 2, []).append(x * i)\nreturn sum(len(v) * sum(v) for v in d.values())",
    ),
    _accept(
        "a queue with two ends, and an iterator", "Call For",
        "from collections import deque\nq = deque([x], maxlen=2)\nfor i in range(n):\n    q.append(q[0] * x)\nit = iter(q)\nreturn next(it) * sum(it) if q else x",
    ),
    _accept("annotation", "AnnAssign", "y: float = 2 * x\nreturn y"),
    _accept("`del`", "Delete", "y = {'a': x, 'b': n}\nz = x\ndel z\nreturn y['a']"),
    _accept("`if`, `elif`, `else`", "If", "if n:\n    x = 2 * x\nelif x:\n    x = 3 * x\nreturn x"),
    _accept("`for`, with `else`", "For", "for i in range(n):\n    x = x * (i + 1)\nelse:\n    x = -x\nreturn x"),
    _accept("`while`, with `else`", "While", "while x > 1:\n    x = x / 2\nelse:\n    x = -x\nreturn x"),
    _accept(
        "`break` and `continue`", "Break Continue",
        "for i in range(n):\n    if i == 1:\n        continue\n    if i == 2:\n        break\n    x = x * x\nreturn x",
    ),
    _accept("`return` anywhere", "Return", "for i in range(n):\n    return 2 * x\nreturn -x"),
    _accept(
        "`match`", "Match",
        "match [n, x]:\n    case [0, _] | []:\n        return x\n    case [int(k), float() as y] if k > 1:\n        return k * y\n"
        "    case {'k': 0} | None:\n        return 2 * x\nreturn 3 * x",
    ),
    _accept("`with`, of a generator function under `contextmanager` too", "With", "with np.errstate(all='ignore') as state:\n    return x / n"),
    _accept(
        "`try`, `except`, `else`, `finally`", "Try",
        "try:\n    y = math.sqrt(x - n)\nexcept ValueError as error:\n    y = x * x\nelse:\n    y = 2 * y\nfinally:\n    n = 1\nreturn y * n",
    ),
    _accept("`import`", "Import ImportFrom", "import math as m\nfrom math import cos as c\nreturn m.sin(x) * c(x)"),
    _accept("`pass`", "Pass", "pass\nreturn x"),
    _accept("`assert`", "Assert", "assert x == x, 'not a number'\nreturn x"),
    _accept("`raise`", "Raise", "if n < 0:\n    raise ValueError(n)\nreturn x"),
    _accept("`global`", "Global", "global np\nreturn np.sin(x)"),
)

REFUSED = (
    _refuse(
        "W010", "class whose body is more than methods and attributes", "ClassDef.Store", "class A:\n    for i in range(n):\n        print(i)",
        "its body is more than methods and attributes",
    ),
    _refuse("W011", "`async` and `await`", "AsyncFunctionDef", "async def g():\n    pass", "async def"),
    _refuse("W011", "", "AsyncFor", "", "async for"),
    _refuse("W011", "", "AsyncWith", "", "async with"),
    _refuse("W011", "", "Await", "", "await"),
    _refuse("W012", "generator function that is differentiated itself, or kept", "", "yield x * n", "a generator is kept"),
    _refuse("W013", "`except*`", "TryStar", "try:\n    y = math.sqrt(x)\nexcept* ValueError:\n    y = x\nreturn y", "`except*`"),
    _refuse("W014", "assigning a global", "", "global state\nstate = n\nreturn x * state"),
    _refuse("W015", "assigning a variable of a function around the differentiated one", "Nonlocal.Store",
            "def around():\n    state = 0.0\n    def f(x, n):\n        nonlocal state\n        state = state + x\n        return state\n    return f\nf = around()"),
    _refuse("W020", "assignment in a generator expression that is kept", "", "g = ((y := x * i) for i in range(n))\nreturn sum(g) * y"),
    _refuse("W029", "`exec`, `eval`, `locals()`, `globals()`", "", "return eval('x * n') + len(locals())"),
    _refuse("W028", "any other syntax", "", "", "`type`"),
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
            waiting += [*_body(node), *default_nodes(node), *getattr(node, "decorator_list", ())]
        elif isinstance(node, gast.AnnAssign):
            waiting += filter(None, (node.value, node.target))
        elif isinstance(node, gast.comprehension) and node.is_async:
            raise refusal(source, node.target, _ROWS["AsyncFor"])
        else:
            waiting += list(ast.iter_child_nodes(node))[::-1]


def refuse(source: Source, node: gast.AST, key: str, name: str = "") -> Error:
    """The refusal of a piece of syntax that only scopes can tell, by its key in the table."""
    return refusal(source, node, _ROWS[key], name)


def refusal(source: Source, node: gast.AST, row: Row, name: str = "") -> Error:
    construct = row.construct or f"`{type(node).__name__}`"
    return error(row.code, source.place(node), construct=construct, what=construct, name=name or _name(source, node))


def _body(function: gast.AST) -> list[gast.AST]:
    return [function.body] if isinstance(function, gast.Lambda) else function.body[::-1]


def _name(source: Source, node: gast.AST) -> str:
    """What the message calls the thing that a node is about."""
    match node:
        case gast.ClassDef() | gast.FunctionDef() | gast.AsyncFunctionDef():
            return str(node.name)
        case gast.Import() | gast.ImportFrom():
            return ", ".join(alias.name for alias in node.names)
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
    page += ["", "## What programs do", "", "Each example is such a body, too, or defines the function `f` of `x` and `n`."]
    for heading, rows in CONSTRUCTS.items():
        page += ["", f"### {heading}"]
        for construct in rows:
            page += ["", f"{_capital(construct.title)}:", "", *_indented(construct.example.strip("\n"))]
    page += [
        "",
        "## Refused",
        "",
        "Before any line of the function `f` runs, by an error that shows the line. The codes are those of docs/errors.md.",
    ]
    for row in REFUSED:
        if row.title:
            code, words = CODES[row.code], _Own(construct=row.construct or "...", what=row.construct or "something else")
            message = ". ".join(_capital(part.format_map(words)) for part in (code.message, code.reason.rstrip("."), code.rewrite))
            page += ["", f"{_capital(row.title)} ({row.code}): {message}."]
            page += ["", *_indented(row.example)] if row.example else []
    return "\n".join(page) + "\n"


class _Own(dict[str, str]):
    """Names for the fields of a message, where no program gives them."""

    def __missing__(self, key: str) -> str:
        return {"function": "f", "variable": "x"}.get(key, "y")


def _capital(title: str) -> str:
    return title[:1].upper() + title[1:]


def _indented(example: str) -> list[str]:
    return [f"    {line}".rstrip() for line in example.split("\n")]
