"""Programs as text: every construct prints, and reads back as the same program."""

import math
import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from wengert.ir.axes import MANY
from wengert.ir.core import (
    UNDEF,
    Apply,
    Block,
    Break,
    Const,
    Continue,
    Def,
    For,
    Function,
    If,
    Pass,
    Place,
    Return,
    Stop,
    While,
    Yield,
)
from wengert.ir.kinds import FLOAT, INT, Array
from wengert.ir.parse import BINARY, UNARY
from wengert.ir.text import parse, show
from wengert.ir.verify import verify
from wengert.ir.walk import lines_of


def same(text: str, objects: dict[str, object] | None = None) -> Function:
    """The program of a text that must print as it is written."""
    function = parse(text, objects or {})
    assert show(function) == text.strip()
    assert parse(show(function), objects or {}) == function
    return function


def line(text: str, objects: dict[str, object] | None = None) -> object:
    """One line, which must print as it is written."""
    return same(f"function f(x):\n    {text}\n    stop", objects).body.lines[0]


EVERYTHING = """
function f(x, n):
    %0 = range(1, n)
    v.2, exit.0 = for i.0, j.0 in %0, xs carry v.0 = x, w.0 = undef exit:
        %1 = 4 * v.0
        v.1 = np.sin(%1)
        %2 = getitem(v.1, 0)
        a.0, b.0 = unpack(%2)
        if a.0:
            break v.1, a.0 exit 2
        if b.0:
            yield
        else:
            continue v.0, b.0
        yield v.1, w.0
    y.0 = if exit.0:
        yield v.2
    else:
        yield 0.0
    x.3, exit.1 = while carry x.0 = v.2 exit:
        test:
            %4 = x.0 > 1
            x.1 = -x.0
            pass %4 with x.1
        body:
            x.2 = x.1 ** 2
            if x.2:
                break x.1
            yield x.2
    while:
        test:
            pass True
        body:
            return x.3
    for k.0 in x:
        yield
    pullback.0 = def (out_bar):
        return out_bar
    %5 = def <lambda>():
        %6 = raise(@ValueError)
        stop
    return pullback.0
"""


def test_program_of_the_document_reads_back_and_is_well_formed() -> None:
    document = (Path(__file__).parents[2] / "docs" / "ir.md").read_text()
    function = parse(document.split("```")[1])
    assert parse(show(function)) == function
    verify(function)


def test_every_construct_reads_back_as_it_prints() -> None:
    kinds = {type(line) for line in lines_of(same(EVERYTHING))}
    assert kinds == {Apply, If, For, While, Def}


@pytest.mark.parametrize(("sign", "op"), BINARY.items())
def test_infix_operator_is_its_op(sign: str, op: str) -> None:
    assert line(f"%0 = x {sign} -1") == Apply(("%0",), op, ("x", Const(-1)))


@pytest.mark.parametrize(("sign", "op"), UNARY.items())
def test_prefix_operator_is_its_op(sign: str, op: str) -> None:
    assert line(f"%0 = {sign}x") == Apply(("%0",), op, ("x",))


@pytest.mark.parametrize("op", [*BINARY.values(), *UNARY.values()])
def test_operator_of_constants_reads_back(op: str) -> None:
    for args in [(Const(2),), (Const(-2.0), Const("a")), (Const(np.sin), Const(())), ("x", "x", "x"), ()]:
        function = Function("f", ("x",), Block((Apply(("%0",), op, args),), Return("%0")))
        assert parse(show(function)) == function


def test_operator_with_a_keyword_prints_as_a_call() -> None:
    assert line("%0 = add(x, 1, out=x)") == Apply(("%0",), "add", ("x", Const(1)), (("out", "x"),))


def test_call_with_keywords_keeps_their_order() -> None:
    found = line("%0 = np.sum(x, axis=0, keepdims=True)")
    assert found == Apply(("%0",), "np.sum", ("x",), (("axis", Const(0)), ("keepdims", Const(True))))


def test_line_without_targets_reads_back() -> None:
    assert line("raise(x)") == Apply((), "raise", ("x",))
    assert line("x == 1") == Apply((), "eq", ("x", Const(1)))


LITERALS = [
    0, 7, -7, 10**30, 1.5, -1.5, 0.0, -0.0, 1e-300, 1e22, float("inf"), -float("inf"), float("nan"), 2j, -2j, 1 + 2j, -1 - 2j,
    complex(-0.0, 1.0), complex(0.0, -0.0), complex(float("inf"), float("nan")), complex(0.0, float("inf")), True, False, None, ...,
    "", "a b", "it's", 'say "no"', "both ' and \"", "tab\tline\n", "# no comment", "\\", "é", b"bytes", (), (1,), (1, -2.0),
    ((), (None, "x"), (1j, -3)), (1 + 2j,), (-1 - 2j, 0),
]  # fmt: skip


@pytest.mark.parametrize("value", LITERALS, ids=repr)
def test_literal_reads_back_as_the_same_value_of_the_same_type(value: object) -> None:
    atom = Const(value)
    lines = (
        Apply(("%0",), "f", (atom, atom), (("k", atom),)),
        Apply(("%1",), "add", (atom, atom)),
        Apply(("%2",), "neg", (atom,)),
        If((), atom, Block((), Yield()), Block((), Yield())),
        For(("b.0",), ("i.0",), (atom,), ("a.0",), (atom,), Block((), Break((atom,), 3))),
    )
    function = Function("f", (), Block(lines, Return(atom)))
    assert parse(show(function)) == function
    assert show(parse(show(function))) == show(function)


def test_number_keeps_the_spelling_of_the_user() -> None:
    assert line("%0 = x + 1e-3") == Apply(("%0",), "add", ("x", Const(0.001)))
    line("%0 = x + 1_000")
    line("%0 = x + 0xff")
    line("%0 = x + .5")


def test_spelling_that_names_another_value_is_not_printed() -> None:
    assert "x + 2\n" in show(Function("f", ("x",), Block((Apply(("%0",), "add", ("x", Const(2, "3"))),), Return("%0"))))


def test_named_constant_prints_by_its_name() -> None:
    found = line("%0 = x * @math.pi")
    assert isinstance(found, Apply) and found.args[1] == Const(math.pi)
    line("%0 = x * @np.e")


@pytest.mark.parametrize("name", ["np.float64", "np.linalg.norm", "math", "np", "len", "ValueError", "math.sin", "random.Random"])
def test_object_prints_by_its_name(name: str) -> None:
    found = line(f"%0 = call(@{name}, x)")
    assert isinstance(found, Apply) and isinstance(found.args[0], Const)
    assert show(Function("f", ("x",), Block((), Return(Const(found.args[0].value))))).endswith(f"return @{name}")


def test_object_is_looked_up_in_those_given() -> None:
    helper = object()
    found = line("%0 = call(@model.helper, @size)", {"model.helper": helper, "size": np.zeros(3)})
    assert isinstance(found, Apply) and isinstance(found.args[0], Const) and found.args[0].value is helper


def test_numpy_scalar_and_dtype_print_as_calls() -> None:
    function = parse("function f():\n    return @np.float64(-2.5)")
    assert show(function).endswith("return @np.float64(-2.5)")
    assert isinstance(function.body.terminator, Return) and type(function.body.terminator.value.value) is np.float64
    assert show(Function("f", (), Block((), Return(Const(np.dtype("float32")))))).endswith("return @np.dtype('float32')")


def test_words_of_the_text_may_be_names_of_the_user() -> None:
    same("""
function function(exit, carry, test, body):
    yield.0 = exit + carry
    c.0, exit.0 = for i.0 in exit carry carry.0 = exit exit:
        test.1 = if test:
            break exit exit 2
        else:
            yield body
        break carry
    stop.0 = stop(test)
    return stop.0
""")


def test_empty_else_may_be_left_out_and_so_may_an_empty_yield() -> None:
    short = parse("function f(x):\n    if x:\n        print(x)\n    return x")
    assert short.body.lines == (If((), "x", Block((Apply((), "print", ("x",)),), Yield()), Block((), Yield())),)


def test_comments_and_indentation_around_the_program_do_not_matter() -> None:
    text = """
        # the whole
        function f(x):  # f
            %0 = x + '#'   # not a string: '
            # between
            return %0
    """
    assert show(parse(text)) == "function f(x):\n    %0 = x + '#'\n    return %0"


def test_nested_function_of_another_name_than_its_target_keeps_it() -> None:
    found = line("g.1 = def helper(a, b):\n        return a")
    assert isinstance(found, Def) and found.function.name == "helper"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("function f(x):", "line 1: expected a block below"),
        ("function f(x):\n    %0 = x\n    return %0", "line 2: expected an operator, found the end"),
        ("function f(x):\n    %0 = x + 1 2\n    return %0", "line 2: expected the end of the line, found `2`"),
        ("function f(x):\n    return x\n    return x", "line 3: expected nothing below the end of the block, found `return x`"),
        ("function f(x):\n    return x\n%0 = x + 1", "line 3: expected another function or nothing below the function, found `%0 = x + 1`"),
        ("function f(x):\n    return x\nfunction g(x):\n    return x\nfunction g(x):\n    return x", "line 5: expected a function of another name"),
        ("function f(x):\n    %0 = f(a=1, x)\n    return x", "line 2: expected a keyword argument, found `x )`"),
        ("function f(x):\n    %0 = f(@no.where)\n    return x", "line 2: `no.where` names no object: pass it in `objects`"),
        ("function f(x):\n    %0 = np.sin(x\n    return x", "line 2: expected `,`, found the end"),
        ("function f(x):\n      %0 = x + 1\n        %1 = x + 1\n      return x", "line 3: unexpected indent"),
        ("function f(x):\n    for i.0 in x exit:\n        yield\n    return x", "line 2: expected a target for the exit code"),
        ("function f(x):\n    while:\n        yield\n    return x", "line 2: expected `test:` below"),
        ("function f(x):\n    return", "line 2: expected a name or a constant, found the end"),
    ],
)
def test_what_is_no_program_is_refused_with_its_line(text: str, message: str) -> None:
    with pytest.raises(ValueError) as error:
        parse(text)
    assert message in str(error.value)


def test_kinds_and_places_print_as_comments() -> None:
    function = parse("""
function f(x, n):
    %0 = range(n)
    v.2 = for i.0 in %0 carry v.0 = x:
        v.1 = np.sin(v.0)
        yield v.1
    return v.2
""")
    loop = replace(function.body.lines[1], place=Place(4))
    array = Array("float64", (MANY,))
    kinds = {"x": array, "n": INT, "v.0": array, "v.1": array, "v.2": array, "i.0": INT, "%0": FLOAT}
    function = replace(function, body=replace(function.body, lines=(function.body.lines[0], loop)), kinds=kinds)
    text = show(function, kinds=True, places=True)
    assert (
        text
        == """
function f(x, n):  # x: float64[*], n: int
    %0 = range(n)  # float
    v.2 = for i.0 in %0 carry v.0 = x:  # v.2: float64[*], i.0: int, v.0: float64[*], line 4
        v.1 = np.sin(v.0)  # float64[*]
        yield v.1
    return v.2
""".strip()
    )
    assert parse(text) == function


class Programs:
    """Random programs that use every construct; they are well written, not well formed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.count = 0

    def name(self) -> str:
        self.count += 1
        return self.random.choice(["%{}", "v.{}", "x_bar.{}", "%3_bar.{}", "exit.{}", "a{}", "naïve.{}"]).format(self.count)

    def atom(self) -> str | Const:
        choice = self.random.random()
        return (
            self.name() if choice < 0.6 else UNDEF if choice < 0.65 else Const(self.random.choice([*LITERALS, np.sin, math, len]))
        )

    def many(self, make, least: int = 0) -> tuple:  # type: ignore[no-untyped-def, type-arg]
        return tuple(make() for _ in range(self.random.randint(least, 3)))

    def line(self, depth: int) -> object:
        choice = self.random.random() if depth else 1.0
        inner = depth - 1
        if choice < 0.15:
            return If(self.many(self.name), self.atom(), self.block(inner), self.block(inner))
        exit = self.random.choice([None, self.name()])
        if choice < 0.3:
            elements = self.many(self.name, 1)
            carried = self.many(self.name)
            initial = tuple(self.atom() for _ in carried)
            sources = tuple(self.atom() for _ in elements)
            return For(self.many(self.name), elements, sources, carried, initial, self.block(inner), exit)
        if choice < 0.45:
            carried = self.many(self.name)
            initial = tuple(self.atom() for _ in carried)
            return While(self.many(self.name), carried, initial, self.block(inner), self.block(inner), exit)
        if choice < 0.55:
            return Def(self.name(), Function(self.random.choice(["g", "<lambda>"]), self.many(self.name), self.block(inner)))
        op = self.random.choice([*BINARY.values(), *UNARY.values(), "np.sin", "getitem", "if_", "raise"])
        keywords = tuple((self.random.choice(["axis", "k"]), self.atom()) for _ in range(self.random.choice([0, 0, 1, 2])))
        return Apply(self.many(self.name), op, self.many(self.atom), keywords)

    def block(self, depth: int) -> Block:
        ends = [
            Yield(self.many(self.atom)),
            Break(self.many(self.atom), self.random.choice([1, 1, 2])),
            Continue(self.many(self.atom)),
            Return(self.atom()),
            Pass(self.atom(), self.many(self.atom)),
            Stop(),
        ]
        return Block(tuple(self.line(depth) for _ in range(self.random.randint(0, 3))), self.random.choice(ends))  # type: ignore[misc]


@pytest.mark.parametrize("seed", range(100))
def test_random_program_reads_back(seed: int) -> None:
    programs = Programs(seed)
    for _ in range(5):
        function = Function("f", programs.many(programs.name), programs.block(3))
        assert parse(show(function)) == function, show(function)


def test_long_program_prints_and_reads_back() -> None:
    lines = tuple(Apply((f"v.{k + 1}",), "mul", (f"v.{k}", Const(2.0))) for k in range(5000))
    function = Function("f", ("v.0",), Block(lines, Return("v.5000")))
    assert parse(show(function)) == function
