"""A refusal: what a row of the tables beside this file says.

>>> Code("ArgumentError", "No such argument", "`{function}` has no `{name}`", "Names are matched.", "Write another").title
'No such argument'
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Code:
    """One refusal: the name of its class in `errors`, a title, and the three parts of its message."""

    error: str
    title: str
    message: str  # what; without the full stop, as the code follows in parentheses
    reason: str  # why
    rewrite: str  # what to do; without the full stop, as the link follows in parentheses


SYNTAX = "UnsupportedSyntax"
ARGUMENT = "ArgumentError"
