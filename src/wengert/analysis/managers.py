"""`with` of what `contextlib.contextmanager` made of a generator function: a call of it is one of a function that makes the manager.

    with scaled(x, 2.0) as y:          %1 = call(scaled, x, 2.0)        # an object with `__enter__` and `__exit__`
        ...                     ==>    y.0 = enter(%1)

The frontend takes the generator function apart (`frontend/managers.py`), as it is asked for one that `manager_of` has marked. A manager that nothing
differentiated goes into stays the library's.
"""

from __future__ import annotations

import contextlib
import inspect
import types
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from wengert.analysis.environment import Environment
from wengert.errors import Error

MARK = "<manager>"
"""In the names of the code of a function that makes a manager."""


def manager_of(function: types.FunctionType) -> types.FunctionType | None:
    """The function that makes the manager, of a function under `contextmanager`; None of any other."""
    written = getattr(function, "__wrapped__", None)
    if function.__code__ is not _HELPER or not isinstance(written, types.FunctionType) or not inspect.isgeneratorfunction(written):
        return None
    return _marked(written)


def made_apart(environment: Environment, function: Callable[..., Any]) -> Callable[..., Any]:
    """The function that makes the manager, if `function` is one under `contextmanager` that can be taken apart; else the function itself."""
    manager = manager_of(function) if isinstance(function, types.FunctionType) else None
    if manager is None:
        return function
    try:
        environment.load(manager)
    except Error:
        return function
    return manager


def is_manager(function: types.FunctionType) -> bool:
    """Is it such a function?"""
    return function.__code__.co_name == MARK


@lru_cache(maxsize=256)
def _marked(written: types.FunctionType) -> types.FunctionType:
    made = types.FunctionType(_code(written.__code__), written.__globals__, written.__name__, written.__defaults__, written.__closure__)
    made.__kwdefaults__ = written.__kwdefaults__
    made.__dict__["__wrapped__"] = written
    made.__qualname__, made.__module__ = written.__qualname__, written.__module__
    return made


@lru_cache(maxsize=256)
def _code(code: types.CodeType) -> types.CodeType:
    return code.replace(co_name=MARK, co_flags=code.co_flags & ~inspect.CO_GENERATOR)


@contextlib.contextmanager
def _example() -> Iterator[None]:
    yield


_HELPER = _example.__code__
