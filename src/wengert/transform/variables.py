"""Variables while a program is being written: names that are assigned again, turned back into SSA.

The forward sweep of a derivative keeps things for the reverse sweep wherever they come up: an append in a branch
of a loop, a counter, a value that a branch made. A transformation writes such code with *variables*, names that
begin with `&` and may be assigned anywhere, any number of times; `thread` then carries them through the blocks:

    &t = alias []                          v.1 = for i.0 in r carry v.0 = x, t.1 = []:
    v.1 = for i.0 in r carry v.0 = x:          t.2 = append(t.1, v.0)
        &t = append(&t, v.0)         ==>       yield v.0, t.2
        yield v.0
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from wengert.ir.build import Names
from wengert.ir.core import (
    UNDEF,
    Apply,
    Atom,
    Block,
    Break,
    Continue,
    Def,
    For,
    Function,
    If,
    Line,
    Name,
    Pass,
    Terminator,
    While,
    Yield,
)
from wengert.ir.kinds import Kind
from wengert.ir.walk import blocks_of, exits, map_atoms

MARK = "&"


def variable(name: str, number: int = 0) -> Name:
    """The variable whose versions ask for `name`; the number tells apart variables that ask for the same."""
    return f"{MARK}{number}{MARK}{name}"


def hint_of(name: Name) -> str:
    return name.rpartition(MARK)[2]


def alias(target: Name, value: Atom) -> Apply:
    """The line `target = value`; it leaves no line behind."""
    return Apply((target,), "alias", (value,))


@dataclass
class _Threading:
    names: Names
    kinds: dict[Name, Kind]
    assigned: dict[int, tuple[Name, ...]] = field(default_factory=dict)  # id(line) -> what its blocks assign; the input is kept alive
    loops: list[tuple[Name, ...]] = field(default_factory=list)


def thread(function: Function, names: Names, kinds: dict[Name, Kind]) -> Function:
    """Carry all variables through the blocks of the function as ordinary values.

    >>> from wengert.ir.core import Return
    >>> from wengert.ir.text import show
    >>> v = variable("t")
    >>> then = Block((alias(v, "x"),), Yield())
    >>> f = Function("f", ("x", "c"), Block((If((), "c", then, Block((), Yield())),), Return(v)))
    >>> print(show(thread(f, Names(), {})))
    function f(x, c):
        t.0 = if c:
            yield x
        else:
            yield undef
        return t.0
    """
    state = _Threading(names, kinds)
    for line in function.body.lines:
        _find(line, state.assigned)
    return replace(function, body=_block(function.body, {}, state))


def _find(line: Line, assigned: dict[int, tuple[Name, ...]]) -> tuple[Name, ...]:
    found: dict[Name, None] = {}
    for block in blocks_of(line):
        for inner in block.lines:
            found.update(dict.fromkeys(_find(inner, assigned)))
    assigned[id(line)] = tuple(found)
    if isinstance(line, Def):  # its variables are its own
        found = {}
    found.update(dict.fromkeys(target for target in line.targets if target.startswith(MARK)))
    return tuple(found)


def _fresh(variable: Name, state: _Threading) -> Name:
    name = state.names.fresh(hint_of(variable))
    if variable in state.kinds:
        state.kinds[name] = state.kinds[variable]
    return name


def _now(atom: Atom, values: dict[Name, Atom]) -> Atom:
    return values.get(atom, UNDEF) if isinstance(atom, str) and atom.startswith(MARK) else atom


def _block(block: Block, values: dict[Name, Atom], state: _Threading, results: Iterable[Name] = ()) -> Block:
    """The block with `values` kept up to date in place; `results` are the variables that its `yield` adds."""
    lines: list[Line] = []
    for old in block.lines:
        changed = state.assigned[id(old)] if blocks_of(old) and not isinstance(old, Def) else ()
        line = map_atoms(old, lambda atom: _now(atom, values))
        match line:
            case Apply(op="alias"):
                values[line.targets[0]] = line.args[0]
                continue
            case Apply():
                targets = tuple(_fresh(t, state) if t.startswith(MARK) else t for t in line.targets)
                values.update((name, new) for name, new in zip(line.targets, targets) if name.startswith(MARK))
                line = replace(line, targets=targets)
            case If():
                line = _if(line, changed, values, state)
            case For() | While():
                line = _loop(line, changed, values, state)
            case Def():
                inner = _block(line.function.body, dict(values), state)
                line = replace(line, function=replace(line.function, body=inner))
        lines.append(line)
    return Block(tuple(lines), _terminator(block.terminator, values, state, results))


def _terminator(end: Terminator, values: dict[Name, Atom], state: _Threading, results: Iterable[Name]) -> Terminator:
    end = map_atoms(end, lambda atom: _now(atom, values))
    match end:
        case Yield():
            return Yield(end.values + tuple(values.get(name, UNDEF) for name in results))
        case Break() | Continue():
            return replace(end, values=end.values + tuple(values.get(name, UNDEF) for name in state.loops[-1]))
        case Pass() if end.values:
            return replace(end, values=end.values + tuple(values[name] for name in results))
    return end


def _if(line: If, changed: tuple[Name, ...], values: dict[Name, Atom], state: _Threading) -> If:
    branches, after = [], []
    for block in (line.then, line.orelse):
        inner = dict(values)
        branches.append(_block(block, inner, state, changed))
        if not exits(block):
            after.append(inner)
    targets = tuple(_fresh(name, state) for name in changed)
    if after:
        values.update(zip(changed, targets))
    return replace(line, targets=line.targets + targets, then=branches[0], orelse=branches[1])


def _loop(line: For | While, changed: tuple[Name, ...], values: dict[Name, Atom], state: _Threading) -> Line:
    initial = tuple(values.get(name, UNDEF) for name in changed)
    carried = tuple(_fresh(name, state) for name in changed)
    inner = {**values, **dict(zip(changed, carried))}
    state.loops.append(changed)
    if isinstance(line, While):
        line = replace(line, test=_block(line.test, inner, state, changed))
    body = _block(line.body, inner, state, changed)
    state.loops.pop()
    targets = tuple(_fresh(name, state) for name in changed)
    values.update(zip(changed, targets))
    return replace(line, targets=line.targets + targets, carried=line.carried + carried, initial=line.initial + initial, body=body)

