"""The classes that the program itself defines, and what they hold of it: the lines of methods, and values that are computed.

Such a class is a real one, so that inheritance, properties, dataclasses and operators mean what they mean in Python. In the place of a method it has a
function without lines, which stands for a nested function of the program; in the place of what is computed, a `Held`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from wengert.ir.core import Atom, Name


@dataclass(slots=True, eq=False)
class Held:
    """An attribute of a class, or a default value, that the program computes."""

    atom: Atom


@dataclass(slots=True)
class InnerClasses:
    made: dict[object, tuple[Any, dict[str, Any]]] = field(default_factory=dict)  # by where they stand: the class and its parts
    classes: dict[type, None] = field(default_factory=dict)
    methods: dict[Callable[..., Any], Name] = field(default_factory=dict)  # the nested functions that they stand for
    owners: dict[int, type] = field(default_factory=dict)  # the classes of methods, by the id of the program of the nested function

    def has(self, value: object) -> bool:
        """Is it one of these classes, a member of one, or a method: nothing that a text could name?"""
        if not (self.classes or self.methods):
            return False
        return type(value) in self.classes or (isinstance(value, type) and value in self.classes) or (callable(value) and _hashed(value) in self.methods)


def _hashed(value: Any) -> Any:
    try:
        hash(value)
    except TypeError:
        return None
    return value
