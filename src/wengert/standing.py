"""Functions written for a purpose, with a text that is found like any other: stand-ins for callables that have a rule and no text.

`grad(f)` of a function with a rule differentiates the function that calls it:

>>> import math
>>> print(inspect.getsource(define("def f(x):\\n    return root(x)\\n", "f", {"root": math.sqrt}, math.sqrt)), end="")
def f(x):
    return root(x)
"""

from __future__ import annotations

import inspect
import linecache
import weakref
from collections.abc import Callable, Mapping
from types import FunctionType, MethodType
from typing import Any

from wengert.entries import rule_of

_counts: dict[str, int] = {}
_stand_ins: weakref.WeakKeyDictionary[Any, FunctionType] = weakref.WeakKeyDictionary()


def define(text: str, name: str, names: Mapping[str, Any], like: Any) -> FunctionType:
    """The function `name` of a text, whose globals are `names`; its module is that of `like`."""
    _counts[name] = _counts.get(name, 0) + 1
    file = f"<wengert stand-in {name} {_counts[name]}>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    space: dict[str, Any] = {"__name__": str(getattr(like, "__module__", None) or __name__)}
    exec(compile(text, file, "exec", dont_inherit=True), space)  # noqa: S102 - our own text
    made = space.pop(name)
    assert isinstance(made, FunctionType)
    space.update(names)
    return made


def stand_in(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function with a text that calls this one, if this one has a rule."""
    if isinstance(function, MethodType) and rule_of(function.__func__) is not None:
        return MethodType(stand_in(function.__func__), function.__self__)
    if rule_of(function) is None:
        return function
    try:
        if function not in _stand_ins:
            _stand_ins[function] = _calling(function)
        return _stand_ins[function]
    except TypeError:  # it cannot be referred to weakly, or has no signature
        return _calling(function)


def _calling(function: Callable[..., Any]) -> FunctionType:
    name = str(getattr(function, "__name__", "function"))
    name = name if name.isidentifier() else "function"
    parameters = inspect.signature(function).parameters.values()
    given: list[str] = []
    passed: list[str] = []
    keyword_only = False
    for p in parameters:
        if p.kind is p.VAR_POSITIONAL:
            given.append(f"*{p.name}")
            passed.append(f"*{p.name}")
            keyword_only = True
            continue
        if p.kind is p.KEYWORD_ONLY and not keyword_only:
            given.append("*")
            keyword_only = True
        given.append(p.name if p.default is p.empty else f"{p.name}=None")
        passed.append(f"{p.name}={p.name}" if p.kind is p.KEYWORD_ONLY else p.name)
    called = name
    while called in {p.name for p in parameters}:
        called += "_"
    made = define(f"def {name}({', '.join(given)}):\n    return {called}({', '.join(passed)})\n", name, {called: function}, function)
    made.__defaults__ = tuple(p.default for p in parameters if p.default is not p.empty and p.kind is not p.KEYWORD_ONLY) or None
    made.__kwdefaults__ = {p.name: p.default for p in parameters if p.default is not p.empty and p.kind is p.KEYWORD_ONLY} or None
    made.__doc__ = function.__doc__
    return made
