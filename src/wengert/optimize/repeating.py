"""What is written at each use and never named: indices and ranges, as a person writes them.

    %1 = i.0 - 1                                    %1 = i.0 - 1
    %2 = getitem(y, %1)                             %2 = getitem(y, %1)
    y_bar.1 = scatter_add(y_bar.0, %1, %2)   ==>    %3 = i.0 - 1
                                                    y_bar.1 = scatter_add(y_bar.0, %3, %2)

A slice, a tuple of indices and a variable plus a constant cost about as much as a name; so does `range(1, len(x))` beside its loop.

>>> from dataclasses import replace
>>> from wengert.ir.kinds import INT
>>> from wengert.ir.text import parse
>>> f = parse('''
... function f(y, y_bar, i):
...     %1 = i - 1
...     %2 = getitem(y, %1)
...     %3 = scatter_add(y_bar, %1, %2)
...     %4 = i - 2
...     %5 = tuple(%3, %4)
...     return %5
... ''')
>>> sorted(said_at_each_use(replace(f, kinds={"i": INT})))
['%1']
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from wengert.analysis.memory import overwritten
from wengert.ir.core import Apply, Atom, Const, For, Function, Line, Name
from wengert.ir.kinds import Array, scalar_type
from wengert.ir.values import substitute
from wengert.ir.walk import WRITES, atoms, blocks_of, lines_of

STORING = frozenset({"scatter_add", "add_at", "store", *WRITES})


def said_at_each_use(function: Function) -> dict[Name, Apply]:
    """The lines whose unnamed results are indices, or what loops run over, and nothing else."""
    gone = overwritten(function)
    found: dict[Name, Apply] = {}
    other: set[Atom] = set(atoms(function.body.terminator))
    for line in lines_of(function):
        if isinstance(line, Apply) and len(line.targets) == 1 and line.targets[0].startswith("%"):
            if _is_index(line, function, found) or _is_range(line, function, found, gone):
                found[line.targets[0]] = line
                continue
        other.update(_elsewhere(line))
        for inner in blocks_of(line):
            other.update(atoms(inner.terminator))
    for name in reversed(list(found)):
        if name in other:
            other.update(found.pop(name).args)
    return _used_again(function, found)


def _used_again(function: Function, found: dict[Name, Apply]) -> dict[Name, Apply]:
    """Those that are used more than once, and what they are made of."""
    uses = Counter(atom for line in lines_of(function) for atom in atoms(line))
    kept: set[Atom] = set()
    for name in reversed(list(found)):
        if uses[name] > 1 or name in kept:
            kept.update((name, *found[name].args))
    return {name: line for name, line in found.items() if name in kept}


def _elsewhere(line: Line) -> Iterator[Atom]:
    """What a line reads in other places than those of indices and of what a loop runs over."""
    if isinstance(line, Apply) and line.op == "getitem":
        yield line.args[0]
    elif isinstance(line, Apply) and line.op in STORING:
        yield from (line.args[0], line.args[-1])
    elif isinstance(line, For):
        yield from line.initial
    elif not (isinstance(line, Apply) and line.op == "reversed"):
        yield from atoms(line)


def _is_index(line: Apply, function: Function, found: dict[Name, Apply]) -> bool:
    match line.op:
        case "slice" | "tuple":
            return all(_is_plain(atom) or atom in found for atom in line.args)
        case "add" | "sub":
            first, second = reversed(line.args) if line.op == "add" and isinstance(line.args[0], Const) else line.args
            number = isinstance(second, Const) and type(second.value) is int
            return number and isinstance(first, str) and _is_plain(first) and scalar_type(substitute(function.kinds, first)) == "int"
    return False


def _is_range(line: Apply, function: Function, found: dict[Name, Apply], gone: frozenset[Name]) -> bool:
    if line.op == "range":
        return all(_is_plain(atom) or atom in found for atom in line.args)
    if line.op != "len" or not isinstance(line.args[0], str):
        return False
    return _is_plain(line.args[0]) and line.args[0] not in gone and isinstance(substitute(function.kinds, line.args[0]), Array)


def _is_plain(atom: Atom) -> bool:
    return isinstance(atom, Const) or not atom.startswith("%")
