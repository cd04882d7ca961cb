"""The text of a function: found wherever it stands, and never that of another."""

from __future__ import annotations

import ast
import functools
import importlib.util
import linecache
import math
import os
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from types import ModuleType

import gast
import numpy as np
import pytest
from counting import calls

from wengert.errors import ArgumentError, SourceUnavailable, StaleSource
from wengert.frontend.source import source_of, unwrap


@pytest.fixture
def module(tmp_path: Path):
    """Writes text to a file and imports it."""

    def make(text: str, name: str = "model") -> ModuleType:
        path = tmp_path / f"{name}.py"
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        spec = importlib.util.spec_from_file_location(name, path)
        made = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(made)
        return made

    return make


def run(*command: str, text: str | None = None) -> str:
    """The output of this Python, run elsewhere."""
    done = subprocess.run([sys.executable, *command], input=text, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def executed(text: str, file: str = "<string>") -> dict[str, object]:
    """The names that text defines when it is run from memory."""
    names: dict[str, object] = {}
    exec(compile(text, file, "exec"), names)  # noqa: S102
    return names


def edited(made: ModuleType, old: str, new: str) -> None:
    """Changes the file of a module, as an editor does, and its time too."""
    path = Path(made.__file__)
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    os.utime(path, (time.time() + 10,) * 2)


# where the text stands


def test_a_function_has_its_node_and_its_place_in_the_file(module):
    made = module("""
        import math

        def f(x):
            y = math.sin(x)
            return y
        """)
    source = source_of(made.f)
    assert isinstance(source.node, gast.FunctionDef)
    assert (source.file, source.first_line, source.qualname) == (made.__file__, 4, "f")
    assert source.text == "def f(x):\n    y = math.sin(x)\n    return y"


def test_the_place_of_an_expression_counts_characters_and_quotes_its_statement(module):
    made = module("""
        def f(x):
            é = x; y = (é +
                 math.sin(x))
            return y
        """)
    source = source_of(made.f)
    statement = source.node.body[1]
    place = source.place(statement.value.right, statement)
    assert (place.line, place.column, place.end_line, place.end_column) == (4, 9, 4, 20)
    assert (place.source, place.text) == ("é = x; y = (é +", "         math.sin(x))")
    assert (place.function, place.first, place.file) == ("f", 2, made.__file__)
    assert source.place(statement, statement).column == 11  # in bytes it would be 13
    assert source.place(statement, statement).expression is None


def test_lambdas_on_one_line_are_told_apart(module):
    made = module("fs = [lambda x: x, lambda x: x * 2, lambda x: x * 2, lambda y: lambda x: x * y]\n")
    assert [source_of(f).text for f in made.fs] == ["lambda x: x", "lambda x: x * 2", "lambda x: x * 2", "lambda y: lambda x: x * y"]
    assert [source_of(f).node.col_offset for f in made.fs] == [6, 19, 36, 53]
    assert source_of(made.fs[3](2)).text == "lambda x: x * y"


def test_a_lambda_of_several_lines_is_whole(module):
    made = module("""
        f = dict(
            a=lambda x: (x
                         + 1
                         ), b=lambda x=(lambda x: 3): x,
        )
        """)
    assert source_of(made.f["a"]).text == "lambda x: (x\n                 + 1\n                 )"
    assert source_of(made.f["b"]).text == "lambda x=(lambda x: 3): x"
    assert source_of(made.f["b"]()).text == "lambda x: 3"


def test_decorators_defaults_and_annotations_are_no_part_of_the_code(module):
    made = module("""
        def keep(f, *more):
            return lambda g: g

        @keep(
            lambda f: f)
        @keep(1)
        def f(x: "number" = (lambda f: 1)(2), *, k: int = 3) -> float:
            return x + k
        """)
    source = source_of(made.f)
    assert source.first_line == 5
    assert source.text.startswith("@keep(\n    lambda f: f)\n@keep(1)\ndef f(x")


def test_a_wrapper_is_not_seen_through(module):
    made = module("""
        import functools

        def twice(f):
            @functools.wraps(f)
            def wrapper(x):
                return 2 * f(x)
            return wrapper

        @twice
        def g(x):
            return x
        """)
    assert source_of(made.g).text == "@functools.wraps(f)\ndef wrapper(x):\n    return 2 * f(x)"


def test_functions_of_one_name_in_branches_are_told_apart(module):
    made = module("""
        if True:
            def f(x):
                return x
        else:
            def f(x):
                return 2 * x

        g = f

        def f(x):
            return 3 * x
        """)
    assert source_of(made.g).text.endswith("return x")
    assert source_of(made.f).text.endswith("return 3 * x")


def test_nested_functions_and_closures_compile_in_their_scope(module):
    made = module("""
        class Model:
            scale = 3

            def __init__(self):
                self.__w = 2

            def loss(self, x):
                return self.__w * x

            def through(self, x):
                def inner(y):
                    return self.__w * y + __class__.scale * super().__sizeof__() * x
                return inner

            @staticmethod
            def plain(x):
                return x

            def __init_subclass__(cls):
                super(Model, cls).__init_subclass__()

            def __sizeof__(self):
                return super().__sizeof__() + Model.scale

            @classmethod
            def of_class(cls, x):
                return cls.scale * x

            def __hidden(self, x):
                return x

            def __call__(self, x):
                return -x

            short = lambda self, x: self.__w * x

        Other = Model

        def outer(a):
            b = a + 1

            class Local:
                def method(self, x):
                    nonlocal b
                    b = a * x + Other.scale
                    return [b * i + a for i in range(3)]

            return Local().method, lambda x: a * x, [lambda: i for i in range(2)]

        model = Model()
        """)
    model = made.model
    method, short, several = made.outer(1)
    assert [source_of(f).node.name for f in (model.__sizeof__, model.__init_subclass__)] == ["__sizeof__", "__init_subclass__"]
    functions = (model.loss, model.through(1), model.plain, model.of_class, model._Model__hidden, model, model.short, method, short)
    names = [source_of(f).qualname for f in (*functions, *several)]
    assert names[:5] == ["Model.loss", "Model.through.<locals>.inner", "Model.plain", "Model.of_class", "Model.__hidden"]
    assert names[5:8] == ["Model.__call__", "Model.<lambda>", "outer.<locals>.Local.method"]
    assert names[8] == "outer.<locals>.<lambda>"


@pytest.mark.skipif(sys.version_info < (3, 12), reason="the syntax is of Python 3.12")
def test_generic_functions_compile_in_their_scope(module):
    made = module("""
        def f[T](x: T) -> T:
            y: T = x
            return isinstance(T, int) or y

        class C[S]:
            def m(self, x: S):
                return (S, x)
        """)
    assert source_of(made.f).qualname == "f"
    assert source_of(made.C.m).qualname == "C.m"


def test_a_file_with_future_annotations_compares_equal(module):
    made = module("""
        from __future__ import annotations

        def f(x: Missing) -> Missing:
            def g(y: Missing): return y
            return g(x)
        """)
    assert source_of(made.f).qualname == "f"


def test_all_functions_of_the_standard_librarys_modules_match_their_text():
    import inspect
    import statistics
    import textwrap as wrapping

    count = 0
    for library in (statistics, wrapping, functools, inspect, ast):
        for value in vars(library).values():
            members = vars(value).values() if isinstance(value, type) else [value]
            for member in members:
                if inspect.isfunction(member) and member.__code__.co_filename == library.__file__:
                    assert source_of(member).node.name == member.__code__.co_name
                    count += 1
    assert count > 200


def test_other_functions_of_the_file_may_change_and_move_the_function(module):
    made = module("def g(x):\n    return x\n\ndef f(x):\n    return 2 * x\n")
    edited(made, "def g", "import math\n\ndef g")
    source = source_of(made.f)
    assert (source.first_line, source.text) == (6, "def f(x):\n    return 2 * x")


def test_the_text_is_read_once_for_each_code(module):
    made = module("def f(x):\n    return 2 * x\n")
    before = source_of(made.f)
    edited(made, "2", "3")
    assert source_of(made.f) is before


# notebooks, examples, prompts


def cell(text: str, name: str = "/tmp/ipykernel_1/2.py") -> dict[str, object]:
    """Runs text as a notebook does: a file name of its own, with the text in linecache."""
    linecache.cache[name] = (len(text), None, text.splitlines(True), name)
    return executed(text, name)


def test_a_notebook_cell_that_is_run_again_has_its_own_text():
    first = cell("def f(x):\n    return x\n", "<ipython-input-1-aa>")["f"]
    second = cell("def f(x):\n    return 2 * x\n", "<ipython-input-2-bb>")["f"]
    assert source_of(first).text.endswith("return x")
    assert source_of(second).text.endswith("return 2 * x")


def test_a_notebook_cell_needs_no_file():
    assert source_of(cell("f = lambda x: x + 1")["f"]).text == "lambda x: x + 1"


def test_generated_text_is_found_like_any_other():
    made = cell("def grad_f(x):\n    x_bar = 2 * x\n    return x_bar\n", "<wengert grad_f 1>")["grad_f"]
    assert source_of(made).file == "<wengert grad_f 1>"


def test_a_doctest_example_has_its_text(tmp_path):
    path = tmp_path / "examples.txt"
    path.write_text(">>> from wengert.frontend.source import source_of\n>>> def f(x):\n...     return x\n>>> source_of(f).text\n'def f(x):\\n    return x'\n")
    run("-c", f"import doctest; assert doctest.testfile({str(path)!r}, module_relative=False) == (0, 3)")


PROGRAM = """
from wengert.frontend.source import source_of
def f(x):
    return 2 * x

try:
    print(repr(source_of(f).text))
except Exception as error:
    print(error)
"""

REMEDIES = """\
A derivative is made from the text of a function, and the running code alone does not say what that text was.
Put `f` in a file, or in a notebook cell, or pass its text: `grad(f, source=\"\"\"...\"\"\")` (docs/errors.md#w001).
"""


def test_python_c_has_its_text_where_python_keeps_it():
    if sys.version_info >= (3, 13):
        assert run("-c", PROGRAM) == "'def f(x):\\n    return 2 * x'\n"
    else:
        first = "the source of `f` cannot be read (it was made by `exec`, `eval` or `python -c`) (W001).\n"
        assert run("-c", PROGRAM) == first + REMEDIES


def test_a_program_piped_into_python_has_no_text():
    first = "the source of `f` cannot be read (it was typed at the prompt or piped into Python) (W001).\n"
    assert run(text=PROGRAM) == first + REMEDIES


def test_the_prompt_has_its_text_where_python_keeps_it():
    program = PROGRAM.replace("try:\n    print(repr(source_of(f).text))\nexcept", "try: print(repr(source_of(f).text))\nexcept")
    said = run("-i", text=program + "\n")
    if sys.version_info >= (3, 13):
        assert said == "'def f(x):\\n    return 2 * x'\n"
    else:
        assert said == "the source of `f` cannot be read (it was typed at the prompt or piped into Python) (W001).\n" + REMEDIES


def test_a_removed_file_is_no_source(module):
    made = module("def f(x):\n    return x\n")
    Path(made.__file__).unlink()
    with pytest.raises(SourceUnavailable) as caught:
        source_of(made.f)
    first = f"the source of `f` cannot be read (there is no readable file {made.__file__}) (W001).\n"
    assert str(caught.value) + "\n" == first + REMEDIES


# stale text


@pytest.mark.parametrize(
    "old, new",
    [
        ("2 * x", "3 * x"),
        ("2 * x", "2.0 * x"),
        ("2 * x", "x * 2"),
        ("2 * x", "2 + x"),
        ("2 * x", "2 * y"),
        ("(x)", "(x, y=1)"),
        ("(x)", "(x, /)"),
        ("(x)", "(z)"),
        ("def f", "def g"),
        ("def f", "async def f"),
        ("2 * x", "(lambda: 2)() * x"),
        ("return", "return ("),
    ],
)
def test_an_edited_function_is_stale(module, old, new):
    made = module("def f(x):\n    return 2 * x\n")
    edited(made, old, new)
    with pytest.raises(StaleSource) as caught:
        source_of(made.f)
    assert str(caught.value) == (
        "the text of `f` in model.py is not the code that runs (W002).\n"
        "The file has changed since `f` was defined, so a derivative of its text would be that of another function.\n"
        "Import the module again (or restart Python), so that text and code agree (docs/errors.md#w002)."
    )


def test_an_edit_in_an_inner_function_or_constant_is_noticed(module):
    made = module("""
        def f(x):
            def g(y):
                return y * (0.0, 1)[0]
            return g(x)
        """)
    edited(made, "0.0", "-0.0")
    with pytest.raises(StaleSource):
        source_of(made.f)


def test_running_the_function_often_does_not_change_its_code(module):
    made = module("def f(x):\n    s = 0\n    for i in range(100):\n        s = s + x * i\n    return s\n")
    for _ in range(50):
        made.f(2.0)
    assert source_of(made.f).qualname == "f"


def test_a_traced_function_compares_equal(module):
    made = module("def f(x):\n    s = x\n    for i in range(3):\n        s = s + i\n    return s\n")
    before = sys.gettrace()
    sys.settrace(lambda frame, event, argument: None)
    try:
        made.f(1.0)
        assert source_of(made.f).qualname == "f"
    finally:
        sys.settrace(before)


# pytest's own assert rewriting


def asserting(x):
    """A function with asserts, in a file that pytest rewrites."""
    assert x > 0, f"{x} is not positive"

    def inner(y):
        assert (
            y
            != math.inf
        )
        return y * 1.5

    return inner(x) + math.sin(x)


def test_asserts_that_pytest_has_rewritten_are_recognised():
    assert "@pytest_ar" in asserting.__code__.co_names
    assert source_of(asserting).text.endswith("return inner(x) + math.sin(x)")


@pytest.mark.parametrize("old, new", [("math.sin", "math.cos"), ("1.5", "2.5"), ("def inner(y)", "def inner(z)"), ("\n    return", "\n\n    return")])
def test_edits_outside_of_rewritten_asserts_are_noticed(old, new):
    text = source_of(asserting).text
    assert source_of(asserting, source=text).text == text
    with pytest.raises(StaleSource):
        source_of(asserting, source=text.replace(old, new))


# text given by the user


def test_the_text_may_be_given():
    names = executed("a = 1\n\n\ndef f(x):\n    return a * x\n")
    source = source_of(names["f"], source="def f(x):\n    return a * x")
    assert (source.first_line, source.node.body[0].lineno, source.line(5)) == (4, 5, "    return a * x")
    assert source.text == "def f(x):\n    return a * x"


def test_given_text_may_be_indented_and_hold_strings_of_several_lines():
    text = '\n    # a comment\n    def f(x):\n        """Text\n        below."""\n        return x\n'
    names = executed("if True:" + text)
    assert source_of(names["f"], source=text).node.lineno == 3


def test_given_text_may_be_a_lambda_in_a_line():
    f = eval("lambda x: x + 1")
    assert source_of(f, source="minimize(lambda x: x + 1, 0)").text == "lambda x: x + 1"


@pytest.mark.parametrize(
    "text, why",
    [
        ("def f(x):\n    return 3 * x", "it has other constants"),
        ("def f(x, y):\n    return 2 * x", "it has other parameters"),
        ("def f(x):\n    return 2 + x", "it has other operations"),
        ("def g(x):\n    return 2 * x", "it defines no `f`"),
        ("def f(x):\n    return 2 * y", "it uses other names"),
        ("def f(x:\n    return 2 * y", "it is not complete Python"),
        ("def f(x):\n    break", "it does not compile in its place"),
    ],
)
def test_given_text_of_another_function_is_refused(text, why):
    names = executed("def f(x):\n    return 2 * x\n")
    with pytest.raises(StaleSource) as caught:
        source_of(names["f"], source=text)
    assert str(caught.value) == (
        "the text given as `source=` is not the code of `f` (W003).\n"
        f"Compiled, it differs from the function that runs ({why}), so its derivative would be that of another function.\n"
        "Pass the text of `f` as it was when it was defined, from `def` (or `lambda`) to its last line (docs/errors.md#w003)."
    )


# what a callable comes down to


def three(a, b, c=0):
    return a


class Loss:
    def of(self, x):
        return x

    def __call__(self, x):
        return x


def test_bound_arguments_are_reported_apart():
    loss = Loss()
    assert unwrap(loss.of).function is Loss.of and unwrap(loss.of).args == (loss,)
    assert unwrap(loss).function is Loss.__call__ and unwrap(loss).args == (loss,)
    assert unwrap(staticmethod(three)).function is three
    partial = functools.partial(functools.partial(three, 1, c=2), 3, c=4)
    assert (unwrap(partial).function, unwrap(partial).args, unwrap(partial).keywords) == (three, (1, 3), {"c": 4})
    assert unwrap(functools.partial(loss.of, 5)).args == (loss, 5)


def test_partial_arguments_stand_behind_the_object_of_a_method():
    class Holder:
        method = functools.partialmethod(three, 1)

    holder = Holder()
    assert unwrap(holder.method).args == (holder, 1)


@pytest.mark.parametrize(
    "called, message",
    [
        (math.sin, "`sin` is a built-in function, which has no Python text (W004)."),
        (np.exp, "`exp` is an object of ufunc, which has no Python text (W004)."),
        (Loss, "`Loss` is a class, which has no Python text (W004)."),
        ([].append, "`list.append` is a built-in function, which has no Python text (W004)."),
        (functools.lru_cache(three), "`three` is wrapped by a decorator (`_lru_cache_wrapper`), and what the wrapper does is not in its text (W006)."),
    ],
)
def test_what_is_not_written_in_python_is_refused(called, message):
    with pytest.raises(SourceUnavailable) as caught:
        source_of(called)
    assert str(caught.value).splitlines()[0] == message


def test_what_is_not_called_is_a_type_error():
    with pytest.raises(ArgumentError, match=r"^a function is wanted, not float 2\.5 \(W005\)\.") as caught:
        source_of(2.5)
    assert isinstance(caught.value, TypeError)


def test_finding_a_function_in_a_long_file_is_cheap_once_the_file_is_parsed(module):
    body = "\n".join(f"    y{i} = x * {i} + math.sin(x)" for i in range(30))
    made = module("import math\n" + "\n".join(f"def f{i}(x):\n{body}\n    return y3\n" for i in range(100)))
    source_of(made.f0)
    work = [calls(lambda i=i: source_of(getattr(made, f"f{i}"))) for i in range(1, 40)]
    assert max(work) < 1.2 * min(work) and max(work) < 20_000, work  # the file of 3,000 lines has a hundred of them
