"""Functions of libraries that are differentiated through a Python function in their place.

A library's function may do what it does in a way that no transformation should look into (masks, `np.place`, caches), although it is
built of parts that can be. A *resolver* gives for such a function another one of the same arguments and values, plain enough to be
inlined like a helper of the user; where nothing differentiated goes into the call, the call stays what the user wrote.

    call(@stats.norm.logpdf, x, mu)     the lines of `norm_gen._logpdf`, after `x - mu`

Resolvers stand with the rows of their library (`scipy_stats.py`), and are asked only about functions of it.
"""

from __future__ import annotations

import linecache
from collections.abc import Callable, Mapping, Sequence
from types import FunctionType
from typing import Any, TypeAlias

from wengert.ir.kinds import Kind
from wengert.rules.loading import load_new

Resolver: TypeAlias = Callable[[Any, Sequence[Kind], Mapping[str, Kind]], FunctionType | str | None]
"""From a function, the kinds of its arguments, and those of its keywords."""

RESOLVERS: list[Resolver] = []
LAST: list[Resolver] = []  # asked when no other knows
OBJECTS: list[type] = []  # classes of a library whose objects are constants of the text

OPAQUE = ""
"""What a resolver answers for a function that must not be looked into: a call, refused where something differentiated goes in."""

_EXACT: dict[int, FunctionType] = {}
_REPLACED: list[Any] = []  # the functions themselves, so that no other has the id of one


def replace_by(function: Any) -> Callable[[Any], Any]:
    """Decorate a function that stands in for one of a library, whatever the arguments are; None if this version of it has none."""

    def enter(stand_in: Any) -> Any:
        if function is not None:
            _EXACT[id(function)] = stand_in
            _REPLACED.append(function)
        return stand_in

    return enter


def stand_in(function: Any, kinds: Sequence[Kind], keywords: Mapping[str, Kind]) -> FunctionType | str | None:
    """What to inline for a call of `function` with arguments of these kinds, or the op of a row; None if it is none of ours."""
    load_new()
    found = _EXACT.get(id(function))
    if found is not None:
        return found
    return next((made for resolve in (*RESOLVERS, *LAST) if (made := resolve(function, kinds, keywords)) is not None), None)


def is_constant(value: object) -> bool:
    """Is it an object of a library that a program refers to and never changes?"""
    load_new()
    return isinstance(value, tuple(OBJECTS))


def made_from(text: str, name: str, title: str, namespace: Mapping[str, Any]) -> FunctionType:
    """A function from text that reads `namespace`, with its source where `inspect` looks for it.

    >>> double = made_from("def double(x):\\n    return x + x\\n", "double", "doubling", {})
    >>> import inspect
    >>> double(2), inspect.getsource(double)
    (4, 'def double(x):\\n    return x + x\\n')
    """
    file = f"<wengert {title}>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    space = dict(namespace)
    exec(compile(text, file, "exec"), space)  # noqa: S102 - our own text
    made = space[name]
    assert isinstance(made, FunctionType)
    return made
