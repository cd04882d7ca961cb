"""What was lowered with a `try` as a branch has to be lowered once more, with the `try` done piece by piece (`frontend/piecewise.py`).

Which of the two a `try` needs shows when kinds are known: `Piecemeal` ends the reading of the program, which then begins again.
"""

from __future__ import annotations

import types
from typing import Any

from wengert.analysis.frame import Frame
from wengert.ir.core import Apply, Function
from wengert.ir.walk import lines_of

NESTED = (-1, -1)
"""In place of a line and column: all `try`s and `with`s of nested functions."""


class Piecemeal(Exception):
    """A `try` has to be done piece by piece: the `try` at that line and column of the function with this code."""

    def __init__(self, code: types.CodeType, at: tuple[int, int]) -> None:
        super().__init__(code, at)
        self.code, self.at = code, at

    @staticmethod
    def of(frame: Frame, line: Apply) -> Piecemeal:
        """The statement that a line of a frame comes from."""
        statement: Any = None if line.place is None else line.place.statement
        return Piecemeal(code_of(frame), (statement.lineno, statement.col_offset))


def code_of(frame: Frame) -> types.CodeType:
    """The code of the function that a frame's text is in."""
    environment: Any = frame.environment
    code: types.CodeType = environment.function.__code__
    return code


def cleans_up(program: Function) -> bool:
    """Does a function clean up behind lines that may raise, and is not left where they do?"""
    return any(isinstance(line, Apply) and line.op in ("cleanup", "enter") for line in lines_of(program))
