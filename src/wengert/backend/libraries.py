"""Names of modules, functions and other objects in the text.

`np.sin` prints as the user spelled it where that name still means it; else by a name of ours, which the compiled
function gets as a closure cell and a saved module as an import.
"""

from __future__ import annotations

import builtins
import importlib
import re
from collections.abc import Iterable, Mapping
from typing import Any

from wengert import runtime
from wengert.ir.constants import object_name, resolve
from wengert.ir.core import Apply, Const, Function
from wengert.ir.walk import atoms, lines_of

HELPERS = tuple(helper.__name__ for helper in runtime.HELPERS)
ROOTS = re.compile(r"[A-Za-z_]\w*")


class Libraries:
    """`used` maps each such name in the text to its object; `reserved` are the names that no variable may take."""

    def __init__(self, functions: Iterable[Function]) -> None:
        self.used: dict[str, Any] = {}
        self.users: dict[str, str] = {}  # the user's name of a module or function -> its canonical name
        self.reserved: set[str] = set()
        foreign: set[str] = set()
        for function in functions:
            for line in lines_of(function):
                if isinstance(line, Apply):
                    self._survey(line, foreign)
                for atom in atoms(line):
                    if isinstance(atom, Const) and atom.spelled and not isinstance(atom.value, (int, float, complex, str)):
                        self.reserved.update(ROOTS.findall(atom.spelled)[:1])
        self._foreign = foreign - set(self.users)
        self.reserved |= foreign | set(self.users)

    def _survey(self, line: Apply, foreign: set[str]) -> None:
        root = line.op.partition(".")[0]
        if line.op in ("global", "cell") and line.args and isinstance(line.args[0], Const):
            foreign.add(str(line.args[0].value))
        elif hasattr(builtins, line.op) or line.op in HELPERS or "." in line.op:
            self.reserved.add(root)
        if line.spelled and not line.spelled.startswith(".") and "." in line.op:
            op, spelled = line.op.split("."), line.spelled.split(".")
            while len(spelled) > 1 and len(op) > 1 and op[-1] == spelled[-1]:
                op.pop()
                spelled.pop()
            if len(spelled) == 1:
                self.users.setdefault(spelled[0], ".".join(op))

    def spelling(self, line: Apply, shadowed: Iterable[str]) -> str:
        """How the text says a primitive that is called by name."""
        spelled, op = line.spelled, line.op
        if spelled and not spelled.startswith("."):
            root = spelled.partition(".")[0]
            if root not in shadowed and (root in self.users or "." not in op):
                if root in self.users:
                    self.used[root] = resolve(self.users[root])
                return spelled
        return self.named(op)

    def named(self, op: str) -> str:
        """A canonical name, `np.linalg.norm`, by the name its module has in this text."""
        module, dot, rest = op.partition(".")
        if not dot:
            if op in HELPERS:
                return self.add(op, getattr(importlib.import_module("wengert.runtime"), op))
            return op if hasattr(builtins, op) else self.add(op, resolve(op))
        for own, meaning in self.users.items():
            if meaning == module:
                self.used[own] = resolve(module)
                return f"{own}.{rest}"
        return f"{self.add(module, resolve(module))}.{rest}"

    def constant(self, const: Const) -> str:
        """An object that the program refers to."""
        name = const.spelled or object_name(const.value)
        if re.fullmatch(r"(np|math)(\.\w+)+", name):
            return self.named(name)
        root = name.partition(".")[0]
        if const.spelled and ROOTS.fullmatch(root):
            return name
        if hasattr(builtins, name) and getattr(builtins, name) is const.value:
            return name
        return self.add(name.rpartition(".")[2] if ROOTS.fullmatch(name.rpartition(".")[2]) else "const", const.value)

    def add(self, name: str, value: Any) -> str:
        """A name in the text for an object: this one, or with a number if the user's function means another by it."""
        number, text = 0, name
        while text in self._foreign or text in self.users or text in self.used and self.used[text] is not value:
            number += 1
            text = f"{name}_{number}"
        self.used[text] = value
        return text

    def table(self) -> Mapping[str, Any]:
        return dict(sorted(self.used.items()))
