"""Who reads a name, and how often."""

from __future__ import annotations

from collections import Counter

from wengert.ir.core import Apply, Function, Name
from wengert.ir.walk import atoms, blocks_of, lines_of


def consumers(function: Function) -> dict[Name, Counter[str]]:
    """The ops of the lines that read each name, and how often they do; what hands it on is no op: "".

    >>> from wengert.ir.text import parse
    >>> found = consumers(parse('''
    ... function f(x):
    ...     %0 = x + x
    ...     return %0
    ... '''))
    >>> found["x"], found["%0"]
    (Counter({'add': 2}), Counter({'': 1}))
    """
    found: dict[Name, Counter[str]] = {}
    for atom in atoms(function.body.terminator):
        _count(found, atom, "")
    for line in lines_of(function):
        for atom in atoms(line):
            _count(found, atom, line.op if isinstance(line, Apply) else "")
        for inner in blocks_of(line):
            for atom in atoms(inner.terminator):
                _count(found, atom, "")
    return found


def _count(found: dict[Name, Counter[str]], atom: object, op: str) -> None:
    if isinstance(atom, str):
        found.setdefault(atom, Counter())[op] += 1
