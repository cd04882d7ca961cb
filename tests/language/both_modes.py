"""Differentiate a body of a function in both modes and compare: with differences, and the value and the arguments with a plain call."""

from __future__ import annotations

import contextlib
import copy
import io
import linecache
import math
import textwrap
from collections.abc import Callable
from itertools import count
from typing import Any

import numpy as np
import pytest

import wengert

STEP = 1e-6
_numbers = count()


def function_of(body: str, **names: Any) -> Callable[..., Any]:
    """The function of x and n with this body, or the function `f` that this text defines."""
    text = (body if "def f(x, n):" in body else "def f(x, n):\n" + textwrap.indent(body, "    ")) + "\n"
    file = f"<language {next(_numbers)}>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    found: dict[str, Any] = {"np": np, "math": math, "__name__": "language", **names}
    exec(compile(text, file, "exec"), found)
    function: Callable[..., Any] = found["f"]
    return function


def run(function: Callable[..., Any], *args: Any) -> tuple[Any, str, tuple[Any, ...]]:
    """The result, what was printed, and the arguments afterwards."""
    args, printed = copy.deepcopy(args), io.StringIO()
    with contextlib.redirect_stdout(printed):
        result = function(*args)
    return result, printed.getvalue(), args


def check(body: str, x: Any = 0.7, n: int = 3, **names: Any) -> None:
    """Both modes against differences, value and effects against the plain call."""
    function = function_of(body, **names)
    direction = np.ones_like(x) if isinstance(x, np.ndarray) else 1.0
    value, printed, after = run(function, x, n)
    slope = (run(function, x + STEP * direction, n)[0] - run(function, x - STEP * direction, n)[0]) / (2 * STEP)

    (out, gradient), said, left = run(wengert.value_and_grad(function), x, n)
    assert out == pytest.approx(value, rel=1e-12) and said == printed
    assert repr(left) == repr(after)
    assert np.sum(gradient * direction) == pytest.approx(slope, rel=1e-5, abs=1e-7), "reverse mode"

    (out, tangent), said, left = run(lambda x, n: wengert.jvp(function, (x, n), (direction, 0)), x, n)
    assert out == pytest.approx(value, rel=1e-12) and said == printed
    assert repr(left) == repr(after)
    assert tangent == pytest.approx(slope, rel=1e-5, abs=1e-7), "forward mode"
