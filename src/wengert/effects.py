"""May a program be run a second time? Not if it draws random numbers, prints, or writes into what it was given.

>>> from wengert.ir.text import parse
>>> print(unrepeatable(parse('''
... function f(u, x):
...     v.0 = np.copy(u)
...     v.1 = write(v.0, 0, x)
...     w.0 = getitem(u, 0)
...     w.1 = write(w.0, 1, x)
...     return v.1
... ''')).targets)
('w.1',)
"""

from __future__ import annotations

from wengert.ir.core import Apply, Block, Const, For, Function, If, Line, Name, While, Yield
from wengert.ir.walk import RESIZING, WRITES, atoms, blocks_of, lines_of
from wengert.rules.line_kinds import acts
from wengert.rules.views import may_show

AGAIN = frozenset(
    {"raise", "store", "append", "insert", "pop", "push", "pull", "scatter_add", "add_at", "add_key", "take_key", "pop_key"}
)
"""Ops that may be done twice although they act: they raise the same exception, or change what the program itself has made."""


def unrepeatable(function: Function) -> Apply | None:
    """The first line that may not be done twice."""
    given = set(function.parameters)
    while len(given) < len(given := given | _shown(function.body, given)):
        pass
    for line in lines_of(function):
        if isinstance(line, Apply) and (line.op in WRITES | RESIZING and line.args[0] in given or acts(line) and not _harmless(line)):
            return line
    return None


def _harmless(line: Apply) -> bool:
    if line.op in AGAIN or line.op in WRITES:
        return True
    callee = line.args[0] if line.op == "call" else None
    return isinstance(callee, Const) and isinstance(callee.value, type) and issubclass(callee.value, BaseException)


def _shown(block: Block, given: set[Name]) -> set[Name]:
    """The names that may show memory of these, one step further."""
    found: set[Name] = set()
    for line in block.lines:
        if isinstance(line, Apply):
            if (line.op in WRITES or line.op in RESIZING or may_show(line.op)) and not given.isdisjoint(a for a in atoms(line) if isinstance(a, str)):
                found.update(line.targets)
        else:
            found |= _handed_on(line, given)
            for inner in blocks_of(line):
                found |= _shown(inner, given)
    return found


def _handed_on(line: Line, given: set[Name]) -> set[Name]:
    if isinstance(line, If):
        ends = [block.terminator.values for block in blocks_of(line) if isinstance(block.terminator, Yield)]
        return {target for values in ends for target, value in zip(line.targets, values) if value in given}
    if isinstance(line, (For, While)):
        pairs = [*zip(line.carried, line.initial), *zip(line.targets, line.initial)]
        end = line.body.terminator
        if isinstance(end, Yield):
            pairs += [*zip(line.carried, end.values), *zip(line.targets, end.values)]
        found = {name for name, value in pairs if value in given}
        return found | ({name for name, source in zip(line.elements, line.sources) if source in given} if isinstance(line, For) else set())
    return set()
