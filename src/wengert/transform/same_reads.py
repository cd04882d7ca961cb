"""Reads of one version of an array by one index: the reverse sweep keeps what the first of them found.

    q[i], q[j] = c * q[i] - s * q[j], s * q[i] + c * q[j]       # reads two elements, twice each

Another read of the same element, after a write, is of another version of the array.

>>> from wengert.ir.kinds import Array, NumpyScalar
>>> from wengert.ir.axes import MANY
>>> from wengert.ir.text import parse
>>> f = parse('''
... function f(q, i):
...     %0 = i + 1
...     %1 = getitem(q, %0)
...     %2 = 1 + i
...     %3 = getitem(q, i)
...     %4 = i + 1
...     %5 = getitem(q, %4)
...     q.1 = write(q, i, %5)
...     %6 = getitem(q.1, %0)
...     return %6
... ''')
>>> same_reads(f, {"q"})
{'%5': '%1'}
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from wengert.ir.core import Apply, Atom, Block, Def, Function, Name
from wengert.ir.walk import blocks_of

SAID = frozenset({"slice", "tuple", "add", "sub", "neg"})
"""What an index is made of, and is written at each use."""


def same_reads(function: Function, arrays: Collection[Name]) -> dict[Name, Name]:
    """For each unnamed item of one of the arrays: the first item, in the same block or around it, that is the same."""
    found: dict[Name, Name] = {}
    said: dict[Name, Any] = {}

    def of(atom: Atom) -> Any:
        return said.get(atom, atom) if isinstance(atom, str) else atom

    def block(old: Block, known: dict[Any, Name]) -> None:
        for line in old.lines:
            if isinstance(line, Apply) and len(line.targets) == 1:
                (target,) = line.targets
                if line.op in SAID:
                    said[target] = (line.op, tuple(map(of, line.args)))
                if line.op == "getitem" and line.args[0] in arrays:
                    first = known.setdefault((line.args[0], of(line.args[1])), target)
                    if first != target and target.startswith("%"):
                        found[target] = first
            for inner in blocks_of(line) if not isinstance(line, Def) else ():
                block(inner, dict(known))

    block(function.body, {})
    return found
