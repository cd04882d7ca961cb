"""The adjoints of the user's variables, by name: `grad(f).watch("h")`.

The derivative is made of a program with a note after each assignment of a watched variable (`noting.py`); a call collects the notes.

>>> import math
>>> from wengert import grad
>>> def f(x, n):
...     for i in range(n):
...         x = math.sin(x)
...         y = x * x
...     return y + x
>>> found = grad(f).watch("x", "y")(0.5, 2)
>>> found["y"], [round(x_bar, 6) for x_bar in found["x"]]
([0.0, 1.0], [1.496973, 1.705792, 1.922539])

A parameter counts as assigned when the function is called.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from wengert.dispatch import key_of
from wengert.noting import NOTED

if TYPE_CHECKING:
    from wengert.arguments import Target
    from wengert.ir.kinds import Kind
    from wengert.pipeline import Stages
    from wengert.surroundings import Checks, Surroundings


class Watchable(Protocol):
    """What a derivative says of itself (`derivative.py`)."""

    __name__: str

    @property
    def target(self) -> Target: ...
    @property
    def surroundings(self) -> Surroundings: ...
    def wanted(self, values: Sequence[Any]) -> tuple[int, ...]: ...
    def kinds(self, found: tuple[Kind, ...], wanted: tuple[int, ...]) -> tuple[Kind, ...]: ...
    def kinds_for(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> tuple[tuple[Kind, ...], tuple[int, ...]]: ...
    def stages(self, kinds: tuple[Kind, ...], wanted: tuple[int, ...], watched: tuple[str, ...]) -> Stages: ...


@dataclass(frozen=True, slots=True)
class _Ready:
    function: Callable[..., Any]
    checks: Checks
    floats: tuple[int, ...]


class Watched:
    """Called like the gradient, it returns the adjoints of some variables: for each a list, in the order in which they were assigned."""

    def __init__(self, derivative: Watchable, names: Sequence[str]) -> None:
        self.derivative, self.names = derivative, tuple(names)
        self._ready: dict[Any, _Ready] = {}

    def __repr__(self) -> str:
        return f"<{self.derivative.__name__} watching {', '.join(self.names)}>"

    def __call__(self, *args: Any, **kwargs: Any) -> dict[str, list[Any]]:
        target = self.derivative.target
        values = target.bind(args, kwargs)
        ready = self._find(values)
        token = NOTED.set([])
        try:
            ready.function(*(float(value) if k in ready.floats else value for k, value in enumerate(values)))
            noted = NOTED.get()
        finally:
            NOTED.reset(token)
        return {name: [value for other, value in reversed(noted) if other == name] for name in self.names}

    def source(self, *args: Any, **kwargs: Any) -> str:
        """The text, with the lines that note the adjoints."""
        return self.derivative.stages(*self.derivative.kinds_for(args, kwargs), self.names).printed().text

    def _find(self, values: tuple[Any, ...]) -> _Ready:
        key = tuple(map(key_of, values))
        ready = self._ready.get(key)
        if ready is None or not _hold(ready.checks):
            ready = self._ready[key] = self._make(values)
        return ready

    def _make(self, values: tuple[Any, ...]) -> _Ready:
        from wengert.backend.compile import compile_text
        from wengert.ir.kinds import INT
        from wengert.ir.values import kind_of
        from wengert.surroundings import checks_of

        found = tuple(map(kind_of, values))
        wanted = self.derivative.wanted(values)
        kinds = self.derivative.kinds(found, wanted)
        stages = self.derivative.stages(kinds, wanted, self.names)
        printed, around = stages.printed(), self.derivative.surroundings
        compiled = compile_text(printed.text, stages.derivative.name, tuple(printed.names), tuple(around.cells))
        function = compiled.bind(around.function.__globals__, dict(printed.names), around.cells)
        floats = tuple(i for i, (kind, used) in enumerate(zip(found, kinds)) if kind == INT and used != INT)
        return _Ready(function, checks_of(stages.guards), floats)


def _hold(checks: Checks) -> bool:
    identities, others = checks
    return all(space.get(name, default) is value for space, name, value, default in identities) and all(check() for check in others)
