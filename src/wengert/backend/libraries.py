"""Names of modules, functions and other objects in the text.

`np.sin` prints as the user spelled it where that name still means it; else by a name of ours, which the compiled
function gets as a closure cell and a saved module as an import.
"""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterable, Mapping
from typing import Any

from wengert import runtime
from wengert.ir.constants import object_name, resolve
from wengert.ir.core import Apply, Const, Function
from wengert.ir.walk import atoms, lines_of
from wengert.rules.table import lookup

HELPERS = tuple(helper.__name__ for helper in runtime.HELPERS)
ROOTS = re.compile(r"[A-Za-z_]\w*")
CANONICAL = re.compile(r"(np|math|scipy\.\w+)(\.\w+)+")


def module_of(op: str) -> str:
    """The module that the text names a function by: NumPy whole, of larger libraries the part.

    >>> module_of("np.linalg.norm"), module_of("scipy.special.erf"), module_of("len")
    ('np', 'scipy.special', 'len')
    """
    root, _, rest = op.partition(".")
    return f"{root}.{rest.partition('.')[0]}" if root in WIDE else root


WIDE = frozenset({"scipy"})
"""Libraries whose modules are imported one by one."""


def short_name(function: Any) -> str:
    """The last part of a function's name, if that can stand in a text.

    >>> short_name(dict.get), short_name(lambda: 0)
    ('get', 'function')
    """
    name = str(getattr(function, "__name__", ""))
    return name if name.isidentifier() else "function"


class Libraries:
    """`used` maps each such name in the text to its object; `reserved` are the names that no variable may take."""

    def __init__(self, functions: Iterable[Function]) -> None:
        self.used: dict[str, Any] = {}
        self.users: dict[str, str] = {}  # the user's name of a module or function -> its canonical name
        self.reserved: set[str] = set()
        self.callees: dict[str, str] = {}  # a function that `invoke` calls -> its name in the text
        self._spoken: dict[str, Any] = {}  # the user's names of objects that the text reads from his globals
        foreign: set[str] = set()
        for function in functions:
            for line in lines_of(function):
                if isinstance(line, Apply):
                    self._survey(line, foreign)
                for atom in atoms(line):
                    if isinstance(atom, Const) and atom.spelled and not isinstance(atom.value, (int, float, complex, str)):
                        self.reserved.update(ROOTS.findall(atom.spelled)[:1])
                        if not CANONICAL.fullmatch(atom.spelled):
                            self._spoken.update((root, atom.value if root == atom.spelled else self) for root in ROOTS.findall(atom.spelled)[:1])
        self._foreign = foreign - set(self.users)
        self.reserved |= foreign | set(self.users)

    def call(self, callees: Iterable[Function], taken: Iterable[str]) -> None:
        """Find names for functions of the text itself, which stand for nothing else in it."""
        others = {*self.reserved, *taken}
        for callee in callees:
            number, text = 1, callee.name
            while text in others:
                number += 1
                text = f"{callee.name}_{number}"
            self.callees[callee.name] = text
            others.add(text)
        self.reserved.update(self.callees.values())

    def _survey(self, line: Apply, foreign: set[str]) -> None:
        row = lookup(line.op) if "." in line.op else None
        if row is not None and row.function is not None:  # a user's rule: the function by the user's name, or by its own
            self.reserved.add(line.spelled.partition(".")[0] if line.spelled else short_name(row.function))
            if line.spelled:
                self._spoken[line.spelled.partition(".")[0]] = row.function if "." not in line.spelled else self
            return
        root = module_of(line.op).rpartition(".")[2]
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
        row = lookup(op) if "." in op else None
        if row is not None and row.function is not None:
            return spelled or self.add(short_name(row.function), row.function)
        if spelled and not spelled.startswith("."):
            root = spelled.partition(".")[0]
            if root not in shadowed and (root in self.users or "." not in op):
                if root in self.users:
                    self.used[root] = resolve(self.users[root])
                return spelled
        return self.named(op)

    def named(self, op: str) -> str:
        """A canonical name, `np.linalg.norm`, by the name its module has in this text."""
        if "." not in op:
            if op in HELPERS:
                return self.add(op, runtime.NAMED[op])
            return op if hasattr(builtins, op) else self.add(op, resolve(op))
        known = [own for own, meaning in self.users.items() if op.startswith(f"{meaning}.")]
        if known:
            own = max(known, key=lambda own: len(self.users[own]))
            self.used[own] = resolve(self.users[own])
            return own + op[len(self.users[own]) :]
        module = module_of(op)
        return self.add(module.rpartition(".")[2], resolve(module)) + op[len(module) :]

    def constant(self, const: Const) -> str:
        """An object that the program refers to."""
        name = const.spelled or object_name(const.value)
        if CANONICAL.fullmatch(name):
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
        taken = self._spoken.get
        while text in self._foreign or text in self.users or self.used.get(text, value) is not value or taken(text, value) is not value:
            number += 1
            text = f"{name}_{number}"
        self.used[text] = value
        return text

    def table(self) -> Mapping[str, Any]:
        return dict(sorted(self.used.items()))
