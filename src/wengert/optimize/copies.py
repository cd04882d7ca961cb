"""Forget values that are only other names: what both branches yield alike, what a loop carries and never changes."""

from __future__ import annotations

from dataclasses import replace

from wengert.ir.core import Atom, Block, Break, Continue, Def, For, Function, If, Line, Name, While, Yield
from wengert.ir.walk import atoms, defined, exits, map_atoms, map_blocks


def propagate_copies(function: Function) -> Function:
    """Replace results that are always one other value by that value.

    >>> from wengert.ir.text import parse, show
    >>> print(show(propagate_copies(parse('''
    ... function f(x, c, n):
    ...     y.0 = if c:
    ...         yield x
    ...     else:
    ...         yield x
    ...     %0 = range(n)
    ...     s.2, t.1 = for i.0 in %0 carry s.0 = 0.0, t.0 = y.0:
    ...         s.1 = s.0 + t.0
    ...         yield s.1, t.0
    ...     %1 = s.2 * t.1
    ...     return %1
    ... '''))))
    function f(x, c, n):
        if c:
            yield
        %0 = range(n)
        s.2 = for i.0 in %0 carry s.0 = 0.0:
            s.1 = s.0 + x
            yield s.1
        %1 = s.2 * x
        return %1
    """
    return replace(function, body=_block(function.body, {}))


def _block(block: Block, same: dict[Name, Atom]) -> Block:
    def read(atom: Atom) -> Atom:
        while isinstance(atom, str) and atom in same:
            atom = same[atom]
        return atom

    lines: list[Line] = []
    for line in block.lines:
        line = map_atoms(line, read)
        match line:
            case If():
                line = _if(replace(line, then=_block(line.then, same), orelse=_block(line.orelse, same)), same)
            case For() | While():
                line = _loop(line, same)
            case Def():
                line = replace(line, function=replace(line.function, body=_block(line.function.body, same)))
        lines.append(line)
    return Block(tuple(lines), map_atoms(block.terminator, read))


def _if(line: If, same: dict[Name, Atom]) -> If:
    if exits(line.then) and exits(line.orelse):
        return line
    ends = [branch.terminator.values for branch in (line.then, line.orelse) if isinstance(branch.terminator, Yield)]
    inside = {target for branch in (line.then, line.orelse) for inner in branch.lines for target in defined(inner)}
    keep = []
    for k, target in enumerate(line.targets):
        values = [end[k] for end in ends]
        if all(value == values[0] for value in values) and values[0] not in inside:
            same[target] = values[0]
        else:
            keep.append(k)
    if len(keep) == len(line.targets):
        return line

    def prune(block: Block) -> Block:
        end = block.terminator
        return replace(block, terminator=Yield(tuple(end.values[k] for k in keep))) if isinstance(end, Yield) else block

    return replace(line, targets=tuple(line.targets[k] for k in keep), then=prune(line.then), orelse=prune(line.orelse))


def _loop(line: For | While, same: dict[Name, Atom]) -> Line:
    fixed = {k for k, name in enumerate(line.carried) if all(value in (name, line.initial[k]) for value in _handed(line, k))}
    for k in fixed:
        same[line.carried[k]] = line.initial[k]
        same[line.targets[k]] = line.initial[k]
    keep = [k for k in range(len(line.carried)) if k not in fixed]

    def prune(block: Block, branch: bool = False) -> Block:
        lines = tuple(map_blocks(inner, lambda b: prune(b, True)) if isinstance(inner, If) else inner for inner in block.lines)
        end = block.terminator
        if isinstance(end, (Break, Continue)) or (isinstance(end, Yield) and not branch):
            end = replace(end, values=tuple(end.values[k] for k in keep))
        return Block(lines, end)

    if fixed and not (isinstance(line, While) and atoms(line.test.terminator)[1:]):  # `pass ... with` hands on what may differ
        line = replace(
            line, targets=tuple(line.targets[k] for k in keep), carried=tuple(line.carried[k] for k in keep),
            initial=tuple(line.initial[k] for k in keep), body=prune(line.body),
        )  # fmt: skip
    elif fixed:
        for k in fixed:
            del same[line.carried[k]], same[line.targets[k]]
    return map_blocks(line, lambda inner: _block(inner, same))


def _handed(line: For | While, k: int) -> list[Atom]:
    found: list[Atom] = []

    def walk(block: Block, branch: bool) -> None:
        end = block.terminator
        if isinstance(end, (Break, Continue)) or (isinstance(end, Yield) and not branch):
            found.append(end.values[k])
        for inner in block.lines:
            if isinstance(inner, If):
                walk(inner.then, True)
                walk(inner.orelse, True)

    walk(line.body, False)
    return found
