"""Run a function and its lowered program on the same arguments: results, exceptions and what became of the arguments agree."""

from __future__ import annotations

import contextlib
import copy
import io
import textwrap

import numpy as np

from wengert.frontend.lower import lower
from wengert.frontend.quote import written
from wengert.ir.evaluate import evaluate
from wengert.ir.text import parse, show
from wengert.ir.verify import verify


def outcome(function, *args, **keywords):
    """The result, or the type of the exception; what was printed; the arguments afterwards."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        try:
            result = function(*args, **keywords)
        except NameError:  # which of two names without a value is found first may differ
            result = NameError
        except Exception as error:
            result = type(error)
    return result, printed.getvalue(), args, keywords


def program_of(text: str):
    program = lower(written(text))
    verify(program, generic=True)
    assert parse(show(program)) == program
    return program


def compare(text: str, *calls: tuple, **names) -> None:
    """Lower a function, check the program, and run both on each tuple of arguments."""
    text = textwrap.dedent(text).strip("\n")
    names = {"np": np, **names}
    own = dict(names)
    exec(text, own)
    name = text.partition("(")[0].split()[-1]
    program = program_of(text)
    for args in calls:
        args = args if isinstance(args, tuple) else (args,)
        wanted = outcome(own[name], *copy.deepcopy(args))
        got = outcome(lambda *given: evaluate(program, *given, globals=names, generic=True), *copy.deepcopy(args))
        assert repr(got) == repr(wanted), f"{name}{args} is {wanted!r}, the program gives {got!r}\n{text}\n{show(program)}"
