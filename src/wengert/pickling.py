"""Derivatives travel to other processes by the name of their function, or as its text where it has no name to import.

A function that was defined in a script, a notebook or another function goes as a `Parcel`: its text, what the text reads
of its globals, and the values of its captured variables.
"""

from __future__ import annotations

import functools
import linecache
from collections.abc import Callable
from dataclasses import dataclass
from types import CodeType, FunctionType, ModuleType
from typing import Any

from wengert.backend.cache import path_of, resolve
from wengert.errors import error
from wengert.frontend.source import source_of


@dataclass(frozen=True)
class Path:
    """A module, function or class by the place where it can be imported."""

    path: str


@dataclass(frozen=True)
class Parcel:
    """A function as text."""

    text: str
    name: str
    globals: dict[str, Any]
    captured: dict[str, Any]
    defaults: tuple[Any, ...] | None
    keyword_defaults: dict[str, Any] | None


def portable(value: Any) -> Any:
    """Something that pickles and that `restore` makes the same callable (or value) of."""
    if isinstance(value, (ModuleType, FunctionType, type)):
        path = path_of(value)
        if path is not None and not path.startswith("__main__"):
            return Path(path)
    return _parcel(value) if isinstance(value, FunctionType) else value


def _parcel(function: FunctionType) -> Parcel:
    code = function.__code__
    source = source_of(function)
    names = {name for inner in _codes(code) for name in inner.co_names}
    captured = {}
    for name, cell in zip(code.co_freevars, function.__closure__ or ()):
        try:
            captured[name] = portable(cell.cell_contents)
        except ValueError:
            raise error("W092", function=function.__name__, what=f"its captured variable `{name}` has no value yet") from None
    globals_ = function.__globals__
    used = {name: portable(globals_[name]) for name in sorted(names & globals_.keys()) if globals_[name] is not function}
    defaults = None if function.__defaults__ is None else tuple(map(portable, function.__defaults__))
    keywords = None if function.__kwdefaults__ is None else {name: portable(v) for name, v in function.__kwdefaults__.items()}
    return Parcel(source.text, function.__name__, used, captured, defaults, keywords)


def _codes(code: CodeType) -> list[CodeType]:
    inner = [const for const in code.co_consts if isinstance(const, CodeType)]
    return [code, *(deeper for const in inner for deeper in _codes(const))]


def restore(value: Any) -> Any:
    """What was made portable, again."""
    if isinstance(value, Path):
        return resolve(value.path)
    return _unpacked(value) if isinstance(value, Parcel) else value


@functools.lru_cache(maxsize=256)
def _file_of(text: str, name: str) -> str:
    file = f"<wengert source of {name} {_file_of.cache_info().currsize + 1}>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    return file


def _unpacked(parcel: Parcel) -> Callable[..., Any]:
    """The function of a parcel, in a module of its own that holds what it reads."""
    is_lambda = parcel.name == "<lambda>"
    body = f"_function = ({parcel.text})" if is_lambda else _without_decorators(parcel.text)
    lines = [f"def _captured({', '.join(parcel.captured)}):", *(f"    {line}" for line in body.splitlines())]
    lines.append(f"    return {'_function' if is_lambda else parcel.name}")
    text = "\n".join(lines) + "\n"
    file = _file_of(text, parcel.name)
    namespace: dict[str, Any] = {"__name__": f"wengert.parcel.{parcel.name.strip('<>')}"}
    exec(compile(text, file, "exec"), namespace)
    function = namespace.pop("_captured")(*(restore(value) for value in parcel.captured.values()))
    assert isinstance(function, FunctionType)
    namespace.update((name, restore(value)) for name, value in parcel.globals.items())
    namespace[parcel.name] = function
    function.__defaults__ = None if parcel.defaults is None else tuple(map(restore, parcel.defaults))
    if parcel.keyword_defaults is not None:
        function.__kwdefaults__ = {name: restore(value) for name, value in parcel.keyword_defaults.items()}
    return function


def _without_decorators(text: str) -> str:
    """The text from its `def` on: what decorators did is done."""
    lines = text.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(("def ", "async def ")))
    return "\n".join(lines[start:])
