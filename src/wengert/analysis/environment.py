"""What the names of a function outside of its own text stand for, and what was relied on when a derivative was made.

The frontend supplies an environment for each function; the analysis only asks. A *guard* is one answer that was used:
if the name stands for something else when the derivative is called again, the derivative is made again.

>>> guard = Guard("model", "global", "softplus", abs)
>>> guard.holds(abs), guard.holds(max)
(True, False)
>>> Guard("model", "global", "RATE", kind=kind_of(0.1)).holds(0.3)
True
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from wengert.ir.core import Function
from wengert.ir.kinds import Kind
from wengert.ir.values import kind_of


class Environment(Protocol):
    """The names around one function of the user."""

    def lookup(self, name: str) -> object:
        """What a global, closure or builtin name stands for now; `LookupError` if nothing."""

    def load(self, function: Callable[..., Any], everywhere: bool = False) -> Function:
        """The generic program of a function, every `try` in it piece by piece if asked; raises an `errors.Error` if there is no source."""

    def choose(self, found: Any) -> None:
        """From here on, a `try` is done piece by piece (`attempts.Piecemeal`)."""

    def of(self, function: Callable[..., Any]) -> Environment:
        """The names around another function."""

    def derive(self, program: Function, mode: str, wanted: tuple[int, ...]) -> Function:
        """The derivative of a part of a program, which the program itself takes."""

    @property
    def code(self) -> object:
        """What tells the function from others."""


@dataclass(frozen=True, slots=True, eq=False)
class Guard:
    """`name`, as `owner` sees it, is this very object, or, if only its `kind` is given, something of that kind."""

    owner: Any  # the environment or the module in which the name is looked up
    scope: str  # "global" (closure cells and builtins too) or "attribute"
    name: str
    value: object = None
    kind: Kind | None = None

    def holds(self, value: object) -> bool:
        """Does the guard accept what the name stands for now?"""
        return value is self.value if self.kind is None else kind_of(value) == self.kind

    def current(self) -> object:
        """What the name stands for now; `LookupError` or `AttributeError` if nothing."""
        return getattr(self.owner, self.name) if self.scope == "attribute" else self.owner.lookup(self.name)
