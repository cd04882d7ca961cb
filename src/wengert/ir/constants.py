"""How a constant is spelled in the text of a program, and what object a spelling names.

Numbers, strings, None and tuples of them stand as Python literals; an object stands as `@` and its name, which is looked
up in the objects the reader was given, then in NumPy, `math`, the builtins and the modules already imported.

>>> spell(Const(-2.5)), spell(Const(float("inf"))), spell(Const(np.sin)), spell(Const((0, "a")))
('-2.5', '@math.inf', '@np.sin', "(0, 'a')")
>>> resolve("np.linalg.norm") is np.linalg.norm
True
"""

from __future__ import annotations

import ast
import builtins
import math
import re
import sys
from collections.abc import Mapping
from types import ModuleType
from typing import Any

import numpy as np

from wengert.ir.core import UNDEFINED, Const

NUMBER = r"0[xXoObB][\da-fA-F_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d[\d_]*)?[jJ]?"
DOTTED = r"(?:\w|<\w+>)+(?:\.(?:\w|<\w+>)+)*"


def spell(const: Const) -> str:
    """The text of a constant; the user's own spelling where that names the same value."""
    value, spelled = const.value, const.spelled
    if value is UNDEFINED:
        return "undef"
    if value is Ellipsis:
        return "..."
    if value is None or type(value) in (bool, str, bytes):
        return repr(value)
    if type(value) in (int, float, complex):
        return spelled if spelled and _says(spelled, const) else _number(value, spelled)
    if type(value) is tuple:
        items = [spell(Const(item)) for item in value]
        return f"({items[0]},)" if len(items) == 1 else f"({', '.join(items)})"
    if isinstance(value, np.dtype):
        return f"@np.dtype({value.name!r})"
    if isinstance(value, np.generic):
        return f"@np.{type(value).__name__}({spell(Const(value.item()))})"
    return f"@{spelled if spelled and re.fullmatch(DOTTED, spelled) else object_name(value)}"


def _says(spelled: str, const: Const) -> bool:
    return re.fullmatch(NUMBER, spelled) is not None and Const(ast.literal_eval(spelled)) == const


def _number(value: complex, spelled: str | None) -> str:
    if spelled and re.fullmatch(r"(math|np|numpy)\.\w+", spelled) and Const(resolve(spelled)) == Const(value):
        return f"@{spelled}"
    text = repr(value)
    if isinstance(value, complex):
        return text if text.startswith("(") or re.fullmatch(NUMBER, text) else f"({text})"
    if isinstance(value, float) and not math.isfinite(value):
        return "@math.nan" if math.isnan(value) else "@math.inf" if value > 0 else "-@math.inf"
    return text


def object_name(value: Any) -> str:
    """The name by which a program refers to an object: bare for builtins, `np.` and `math.` in front of theirs.

    >>> object_name(len), object_name(np.linalg), object_name(math.log1p)
    ('len', 'np.linalg', 'math.log1p')
    """
    if isinstance(value, ModuleType):
        return _short(value.__name__)
    name = getattr(value, "__qualname__", None) or getattr(value, "__name__", None)
    if not isinstance(name, str):
        return f"<{type(value).__name__}>"
    for prefix, module in (("", builtins), ("math.", math), ("np.", np)):
        if getattr(module, name, None) is value:
            return prefix + name
    module_name = getattr(value, "__module__", None)
    return f"{_short(module_name)}.{name}" if isinstance(module_name, str) else name


def _short(module: str) -> str:
    return "np" + module[5:] if module == "numpy" or module.startswith("numpy.") else module


def resolve(name: str, objects: Mapping[str, Any] = {}) -> Any:
    """The object that a dotted name means; LookupError if there is none. Nothing is imported for it.

    >>> resolve("np.add.at") == np.add.at, resolve("abs"), resolve("size", {"size": 3})
    (True, <built-in function abs>, 3)
    """
    if name in objects:
        return objects[name]
    root, *path = name.split(".")
    if root in objects:
        start = objects[root]
    elif root in ("np", "numpy"):
        start = np
    elif root == "math":
        start = math
    elif not path and hasattr(builtins, root):
        return getattr(builtins, root)
    else:
        start, path = _imported(root, path)
    for part in path:
        try:
            start = getattr(start, part)
        except AttributeError:
            raise LookupError(f"`{name}` names no object: there is no {part!r} in {start!r}") from None
    return start


def _imported(root: str, path: list[str]) -> tuple[Any, list[str]]:
    """The imported module of the longest prefix, and the rest of the path."""
    for length in range(len(path), -1, -1):
        module = sys.modules.get(".".join([root, *path[:length]]))
        if module is not None:
            return module, path[length:]
    raise LookupError(f"`{'.'.join([root, *path])}` names no object: pass it in `objects`")
