"""Printing a syntax tree: parsing the text gives the tree back, parentheses stand only where they must, long lines wrap."""

from __future__ import annotations

import ast
import random
import sys

import pytest

from wengert.backend.expressions import BINARY, COMPARISONS, flat
from wengert.backend.unparse import Blank, Comment, Printer

EXPRESSIONS = """
x[1:-1, None]
x[1:2,]
x[a:b:c], x[::2], x[:], x[i][j], x[()]
-x ** 2
(-x) ** 2
2 ** -x
(a ** b) ** c
a ** b ** c
a - (b - c)
a - b - c
a / (b * c)
a * b / c
a @ b @ (c + d)
-(a + b)
-(-a)
not (a or b) and c
not a == b
not (not a)
(not a) + b
a < b <= c != d
(a < b) < c
a is not b, a not in b, a in (b in c)
a and (b and c)
(a or b) or c
a if b else c if d else e
(a if b else c) if d else e
a if (b if c else d) else e
(lambda: 0)()
lambda x, y=1, *args, z, w=2, **rest: x + y
lambda x, /, y: (x, y)
(lambda: a) if b else c
f(*a, *b, k=c, **d)
f(*(a or b), **{**a, "b": c})
(yes := no)
f((n := 1), k=(m := 2))
[*a, b], {*a, b}, (*a, b), {}, [], (), (a,)
{"a": 1, **b, c: d}
(a, b)[0].c
(1).real, 1.0.real, "".join(x), (a + b).T, (-a).b, [a][0]
1e-3, 1j, -1, 0.1, 1e400, True, None, ...
(-1) ** 2, -1 ** 2, (1 + 2j) * x
a << b >> c, a & b | c ^ d, a & (b | c), ~a, +a, ~(a + b)
'it"s', "it's", 'both\\' "', b"bytes", "new\\nline", "tab\\t", "caf\\xe9"
f"{x} and {y!r:>{width}} {{brace}} {z:.3f}"
f"{d['key']}" f"{x + 1}"
f'{ {1: 2}[1] }'
[x for x in y if x if not z], {k: v for k, v in z}, {a for b in c for a in b}, sum(x for x in y)
x[1:2, ..., None, a if b else c]
x[(a, b):c] if c else x[lambda: 0]
"""

STATEMENTS = """
x = y = z
a, (b, *c) = d
x += a, b
x: int = 3
x: int
(x): int
x.y: int = 3
x[0] **= 2
return_ = None
for i, (a, b) in enumerate(zip(x, y)):
    pass
for i in a, b:
    break
else:
    continue_ = 1
while (n := n - 1) > 0:
    x = 1
else:
    y = 2
if a:
    pass
elif b:
    x = 1
elif c:
    pass
else:
    y = 2
if a:
    pass
else:
    x = 1
    if b:
        pass
assert x, "message"
assert (x, y)
raise ValueError("no") from error
raise
del x, y[0]
global g
import a.b as c, d
from .a import b as c
def f(x, /, y: int = 3, *args: str, z, w=2, **rest) -> float:
    \"\"\"Doc \\"quoted\\"
    second line\\\\ \"\"\"
    def g():
        return
    return x, y
@decorated
def h(): return lambda: (yield)
"""


def tree(text: str) -> str:
    return ast.dump(ast.parse(text))


@pytest.mark.parametrize("text", EXPRESSIONS.strip().splitlines())
def test_parsing_the_text_of_an_expression_gives_it_back(text: str) -> None:
    assert tree(flat(ast.parse(text, mode="eval").body)) == tree(text)


@pytest.mark.parametrize("width", [100, 40, 20])
def test_parsing_the_text_of_statements_gives_them_back_however_narrow_the_page(width: int) -> None:
    assert tree(Printer(ast.parse(STATEMENTS), width).text) == tree(STATEMENTS)


@pytest.mark.parametrize("width", [100, 30])
def test_parsing_the_text_of_this_library_gives_it_back(width: int) -> None:
    for module in ("wengert.backend.unparse", "wengert.runtime", "fractions", "textwrap"):
        __import__(module)
        with open(sys.modules[module].__file__ or "", encoding="utf-8") as file:
            text = file.read()
        assert tree(Printer(ast.parse(text), width).text) == tree(text)


@pytest.mark.parametrize(
    "text", ["(a - b) - c", "a - (b * c)", "((-x)) ** (2)", "x[(i), (None)]", "((a))", "(a < b) and (c)", "f((a))", "(a, b)"]
)
def test_parentheses_stand_only_where_python_needs_them(text: str) -> None:
    shown = flat(ast.parse(text, mode="eval").body)
    for i, character in enumerate(shown):
        if character == "(":
            for j in range(i + 1, len(shown)):
                if shown[j] == ")":
                    shorter = shown[:i] + shown[i + 1 : j] + shown[j + 1 :]
                    try:
                        assert tree(shorter) != tree(shown) or (i, j) == (0, len(shown) - 1)  # a tuple as an item keeps its own
                    except SyntaxError:
                        pass


def random_expression(rng: random.Random, depth: int) -> ast.expr:
    sub_name = ast.Name("x")

    def sub() -> ast.expr:
        return random_expression(rng, depth - 1)

    if depth == 0:
        leaves = [ast.Name("x"), ast.Constant(2), ast.Constant(0.5), ast.Constant("s"), ast.UnaryOp(ast.USub(), ast.Constant(1))]
        return rng.choice(leaves)
    choices = [
        lambda: ast.BinOp(sub(), getattr(ast, rng.choice(list(BINARY)))(), sub()),
        lambda: ast.UnaryOp(rng.choice([ast.USub, ast.UAdd, ast.Invert, ast.Not])(), sub()),
        lambda: ast.BoolOp(rng.choice([ast.And, ast.Or])(), [sub(), sub()]),
        lambda: ast.Compare(sub(), [getattr(ast, op)() for op in rng.choices(list(COMPARISONS), k=2)], [sub(), sub()]),
        lambda: ast.IfExp(sub(), sub(), sub()),
        lambda: ast.Lambda(ast.arguments([], [ast.arg("x")], None, [], [], None, [sub()]), sub()),
        lambda: ast.Call(sub(), [sub(), ast.Starred(sub())], [ast.keyword("k", sub()), ast.keyword(None, sub())]),
        lambda: ast.Attribute(sub(), "a"),
        lambda: ast.Subscript(sub(), ast.Slice(sub(), None, sub())),
        lambda: ast.Subscript(sub(), ast.Tuple([ast.Slice(), sub()])),
        lambda: ast.Tuple([sub(), ast.Starred(sub())]),
        lambda: ast.Tuple([sub()]),
        lambda: ast.List([sub()]),
        lambda: ast.Dict([sub(), None], [sub(), sub()]),
        lambda: ast.NamedExpr(ast.Name("n"), sub()),
        lambda: ast.JoinedStr([ast.Constant("{'\"}\n"), ast.FormattedValue(sub_name, 114, ast.JoinedStr([ast.Constant(">3")]))]),
    ]
    return rng.choice(choices)()


@pytest.mark.parametrize("seed", range(300))
def test_parsing_the_text_of_a_random_expression_gives_it_back(seed: int) -> None:
    rng = random.Random(seed)
    made = random_expression(rng, rng.randint(1, 4))
    text = flat(made)
    expected = ast.dump(ast.fix_missing_locations(ast.Expression(made))).replace(", ctx=Load()", "").replace(", ctx=Store()", "")
    found = ast.dump(ast.parse(text, mode="eval")).replace(", ctx=Load()", "").replace(", ctx=Store()", "")
    assert found == expected, text
    module = ast.Module([ast.Assign([ast.Name("y")], made)], [])
    narrow = ast.dump(ast.parse(Printer(module, 30).text).body[0].value)  # type: ignore[attr-defined]
    assert narrow.replace(", ctx=Load()", "").replace(", ctx=Store()", "") in expected


def test_long_lines_wrap_as_black_would() -> None:
    text = "y = alpha_long_name * beta_long_name + gamma_long_name - delta(epsilon_long_name, zeta_long_name)\n"
    assert Printer(ast.parse(text), 60).text == (
        "y = (\n"
        "    alpha_long_name * beta_long_name\n"
        "    + gamma_long_name\n"
        "    - delta(epsilon_long_name, zeta_long_name)\n"
        ")\n"
    )
    assert Printer(ast.parse("y = function(alpha_long_name, beta_long_name, gamma)\n"), 40).text == (
        "y = function(\n    alpha_long_name,\n    beta_long_name,\n    gamma,\n)\n"
    )
    assert Printer(ast.parse("y = function(alpha_long_name, beta_long_name)\n"), 40).text == (
        "y = function(\n    alpha_long_name, beta_long_name\n)\n"
    )


def test_a_loop_over_many_lists_wraps() -> None:
    text = "for alpha, beta, gamma in zip(reversed(alpha_tape), reversed(beta_tape), reversed(gamma_tape)):\n    pass\n"
    assert Printer(ast.parse(text), 50).text == (
        "for alpha, beta, gamma in zip(\n"
        "    reversed(alpha_tape),\n    reversed(beta_tape),\n    reversed(gamma_tape),\n):\n    pass\n"
    )
    assert Printer(ast.parse(text), 25).text.startswith("for (\n    alpha, beta, gamma\n) in zip(\n    reversed(alpha_tape),\n")


def test_a_sum_of_thousands_of_terms_prints() -> None:
    total: ast.expr = ast.Name("x")
    for _ in range(5000):
        total = ast.BinOp(total, ast.Add(), ast.Name("x"))
    assert flat(total) == " + ".join(["x"] * 5001)


def test_comments_and_empty_lines_stand_where_they_are_put() -> None:
    body = [ast.Pass(), Blank(), Comment("why"), ast.If(ast.Name("x"), [Comment("inside"), ast.Pass()], [])]
    assert Printer(ast.Module(body, [])).text == "pass\n\n# why\nif x:\n    # inside\n    pass\n"
