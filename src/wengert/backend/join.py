"""Put short adjoint lines together: a value that the next statement of the reverse sweep uses, and nobody else.

    a_bar.0 = b_bar.0 / %1
    %2 = math.cos(t)               ==>    t_bar += b_bar / (2 * b) * math.cos(t)
    %3 = a_bar.0 * %2
    t_bar.1 = t_bar.0 + %3

A name that gains line by line (`x_bar += ...`) keeps its lines, and the items of a returned display keep their names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from wengert.backend.fused import SAVED, Fused, fusible
from wengert.backend.purity import acts
from wengert.ir.core import Apply, Atom, Block, Const, Def, For, If, Line, Name, Return, Terminator, While, Yield
from wengert.ir.walk import CONSUMING, base

DISPLAYS = ("tuple", "list", "dict", "mapping", "record", "set")
SHORT = 10  # nodes of an expression


def join_named(fused: Fused, block: Block, users: Mapping[Name, tuple[int, int]]) -> None:
    """Add to `fused` what lines of this block may be written inside the next; `users` says in which block a name is used last."""
    waiting: tuple[Name, Apply] | None = None  # the last line printed, if it may be written inside the next
    for line in (*block.lines, block.terminator):
        targets = line.targets if isinstance(line, (Apply, If, For, While, Def)) else ()
        if isinstance(line, Apply) and (line.op in ("comment", "undo") or len(targets) == 1 and targets[0] in fused.inside):
            continue
        if waiting is not None and not isinstance(line, (Yield, For, While, Def)):
            _join(fused, line, *waiting)
        waiting = None
        if isinstance(line, Apply) and len(targets) == 1 and fused.uses.get(targets[0]) == 1:
            expression = fusible(fused, line) and not acts(line) and line.op not in DISPLAYS
            if expression and users[targets[0]][0] == id(block) and SAVED.search(base(targets[0])) is None:
                waiting = targets[0], line


def _join(fused: Fused, line: Line | Terminator, name: Name, inner: Apply) -> None:
    if name not in set(fused.reads(line)) or isinstance(line, Apply) and line.op in CONSUMING and line.args[0] == name:
        return
    if isinstance(line, (Apply, Return)):  # `return W1_bar, b1_bar`
        for one in _tree(fused, line):
            if isinstance(one, Apply) and one.op in DISPLAYS and name in one.args:
                return
    size = sum(_size(fused, atom) for atom in fused.operands(line)) + _size_of(fused, inner)
    gains = line.targets if isinstance(line, (Apply, If)) else ()
    again = any(isinstance(atom, str) and base(atom) == base(name) for atom in inner.args)
    limit = 2 * SHORT if inner.op == "invoke" else SHORT  # its arguments are short, and a list of them reads well
    if size <= limit and not (again and any(base(gain) == base(name) for gain in gains)):
        fused.inside[name] = inner


def _tree(fused: Fused, line: Line | Terminator) -> Iterator[Line | Terminator]:
    stack: list[Line | Terminator] = [line]
    while stack:
        one = stack.pop()
        yield one
        stack.extend(fused.inside[atom] for atom in fused.operands(one) if isinstance(atom, str) and atom in fused.inside)


def _size(fused: Fused, atom: Atom) -> int:
    return 1 if isinstance(atom, Const) or atom not in fused.inside else _size_of(fused, fused.inside[atom])


def _size_of(fused: Fused, line: Line) -> int:
    """The nodes of its expression: operations and leaves."""
    return sum(1 + sum(isinstance(a, Const) or a not in fused.inside for a in fused.operands(one)) for one in _tree(fused, line))
