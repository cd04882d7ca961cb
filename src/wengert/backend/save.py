"""A derivative as a module of its own, which needs NumPy and at most the user's own module, and not wengert.

Imports come first, then the literals that the text reads, then helpers, then the text; its first line refuses arguments
of other kinds than it was made for, because there is no choosing any more.

>>> from wengert.ir.kinds import FLOAT
>>> import math
>>> def wave(x):
...     return math.sin(x)
>>> text = 'def grad_wave(x):\\n    "Gradient."\\n    return math.cos(x)\\n'
>>> print(module_text(text, {"math": math}, wave, ("x",), (FLOAT,)), end="")
import math
<BLANKLINE>
<BLANKLINE>
def grad_wave(x):
    "Gradient."
    if not isinstance(x, float):
        raise TypeError("grad_wave was made for float")
    return math.cos(x)
"""

from __future__ import annotations

import ast
import builtins
import inspect
import math
import os
import textwrap
from collections.abc import Mapping, Sequence
from types import CodeType, FunctionType, ModuleType
from typing import Any

import numpy as np

from wengert import runtime
from wengert.backend.made_for import kinds_check
from wengert.backend.unparse import Printer
from wengert.errors import error
from wengert.ir.kinds import Kind


def module_text(text: str, library: Mapping[str, Any], function: FunctionType, parameters: Sequence[str],
                kinds: Sequence[Kind]) -> str:  # fmt: skip
    """The whole module: `text` is a derivative of `function`, `library` what names of ours in it stand for."""
    entry = ast.parse(text).body[-1]
    assert isinstance(entry, ast.FunctionDef)
    wanted = {**_names_of_the_user(text, function, library), **library}
    check = kinds_check(entry.name, parameters, kinds)
    if "np." in check:
        wanted["np"] = np
    wanted = _with_needed_by_helpers(wanted)

    imports: list[str] = []
    from_modules: dict[str, list[str]] = {}
    literals: list[str] = []
    helpers: list[str] = []
    for name, value in sorted(wanted.items()):
        if isinstance(value, ModuleType):
            module = value.__name__
            imports.append(f"import {module}" if module == name else f"import {module} as {name}")
        elif value in runtime.HELPERS:
            helpers.append(_helper_text(value, name))
        elif (literal := _literal(value)) is not None:
            literals.append(f"{name} = {literal}")
        else:
            module, original = _home(name, value, function)
            from_modules.setdefault(module, []).append(original if original == name else f"{original} as {name}")
    imports += [f"from {module} import {', '.join(names)}" for module, names in sorted(from_modules.items())]

    head = "\n\n".join("\n".join(part) for part in (sorted(imports, key=_import_order), literals) if part)
    return "\n\n\n".join([*filter(None, [head]), *helpers, _with_defaults(_checked(text, entry, check), entry, function)])


def _import_order(line: str) -> tuple[bool, bool, str]:
    return not line.startswith("import"), "numpy" in line, line


def _names_of_the_user(text: str, function: FunctionType, library: Mapping[str, Any]) -> dict[str, Any]:
    """The globals and captured variables that the text reads."""
    cells = dict(zip(function.__code__.co_freevars, function.__closure__ or ()))
    tree = ast.parse(text)
    bound = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)}
    bound |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    bound |= {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    read = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} - bound - set(library)
    found: dict[str, Any] = {}
    for name in sorted(read):
        if name in cells:
            found[name] = cells[name].cell_contents
            if _literal(found[name]) is None and not isinstance(found[name], ModuleType):
                what = f"it reads the captured variable `{name}`, which is no literal"
                raise error("W091", function=function.__name__, what=what)
        elif name in function.__globals__:
            found[name] = function.__globals__[name]
        elif not hasattr(builtins, name):
            raise error("W091", function=function.__name__, what=f"`{name}` is not defined")
    return found


def _with_needed_by_helpers(wanted: dict[str, Any]) -> dict[str, Any]:
    """Helpers that helpers call, and NumPy for all of them."""
    needed = dict(wanted)
    waiting = [value for value in wanted.values() if value in runtime.HELPERS]
    while waiting:
        for name in _names_in(waiting.pop().__code__):
            value = np if name == "np" else runtime.NAMED.get(name)
            if name not in needed and (value in runtime.HELPERS or value is np):
                needed[name] = value
                waiting += [value] if value is not np else []
    return needed


def _names_in(code: CodeType) -> list[str]:
    """The names that a helper reads, those of the functions inside of it too."""
    return [*code.co_names, *(name for part in code.co_consts if isinstance(part, CodeType) for name in _names_in(part))]


def _helper_text(helper: Any, name: str) -> str:
    """The text of a helper, without annotations, under the name the text uses."""
    tree = ast.parse(inspect.getsource(helper))
    node = tree.body[0]
    assert isinstance(node, ast.FunctionDef)
    node.name = name
    for part in ast.walk(tree):
        if isinstance(part, ast.FunctionDef):
            part.returns = None
        elif isinstance(part, ast.arg):
            part.annotation = None
    documentation = node.body[0]
    if isinstance(documentation, ast.Expr) and isinstance(documentation.value, ast.Constant):
        documentation.value.value = str(documentation.value.value).split("\n\n")[0]
    return Printer(tree).text.rstrip()  # the same text on every Python, which `ast.unparse` does not give


def _literal(value: Any) -> str | None:
    if value is None or type(value) in (bool, int, str) or (type(value) is float and math.isfinite(value)):
        return repr(value)
    if type(value) is tuple and all(_literal(item) is not None for item in value):
        return repr(value)
    return None


def _home(name: str, value: Any, function: FunctionType) -> tuple[str, str]:
    """The module to import a global from, and its name there: the module of the user's function, unless it says another."""
    if function.__globals__.get(name) is value:
        module = function.__module__
    else:
        module, name = getattr(value, "__module__", ""), getattr(value, "__qualname__", name)
    if module == "__main__":
        module = os.path.splitext(os.path.basename(function.__code__.co_filename))[0]
    if not module or not module.replace(".", "").isidentifier() or not name.isidentifier():
        raise error("W091", function=function.__name__, what=f"`{name}` cannot be imported")
    return module, name


def _with_defaults(text: str, entry: ast.FunctionDef, function: FunctionType) -> str:
    """The text with the user's defaults, as far as they are literals and stand at the end: `steps=10`."""
    defaults = {name: parameter.default for name, parameter in inspect.signature(function).parameters.items()}
    lines = text.splitlines(keepends=True)
    for argument in reversed(entry.args.args):
        literal = _literal(defaults.get(argument.arg, inspect.Parameter.empty))
        if literal is None:
            break
        line, at = (argument.end_lineno or argument.lineno) - 1, argument.end_col_offset or 0
        encoded = lines[line].encode()
        lines[line] = (encoded[:at] + f"={literal}".encode() + encoded[at:]).decode()
    return "".join(lines)


def _checked(text: str, entry: ast.FunctionDef, check: str) -> str:
    """The text with the check below the docstring of its entry function."""
    if not check:
        return text
    lines = text.splitlines(keepends=True)
    first = entry.body[0]
    documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    at = (first.end_lineno or first.lineno) if documented else entry.lineno
    return "".join([*lines[:at], textwrap.indent(check, "    "), "\n", *lines[at:]])
