"""The functions that a program invokes: which it needs, and what they are called in another program.

>>> from wengert.ir.text import parse
>>> f = parse('''
... function f(x):
...     y.0 = invoke('g', x)
...     return y.0
...
... function g(a):
...     return a
...
... function h(a):
...     return a
... ''')
>>> list(with_callees(f, f.callees).callees)
['g']
>>> list(adopted(f, {"g": f}).callees)
['g_2', 'h']
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from wengert.ir.core import Apply, Block, Const, Def, Function, Line
from wengert.ir.walk import lines_of, map_blocks


def invoked(part: Function | Block) -> dict[str, None]:
    """The names of the callees that the lines invoke, in the order in which they first do."""
    found: dict[str, None] = {}
    for line in lines_of(part):
        if isinstance(line, Apply) and line.op == "invoke" and isinstance(line.args[0], Const):
            found[line.args[0].value] = None
    return found


def with_callees(function: Function, known: Mapping[str, Function]) -> Function:
    """The function with those of the known functions that it invokes, or one of them does; KeyError if one is missing."""
    needed: dict[str, Function] = {}
    waiting = [*invoked(function)]
    for name in waiting:
        if name not in needed:
            needed[name] = known[name]
            waiting += invoked(known[name])
    order = [name for name in known if name in needed]
    return replace(function, callees={name: needed[name] for name in order})


def adopted(function: Function, known: Mapping[str, Function]) -> Function:
    """The program with its callees under names that none of the known functions has, unless it is the same function."""
    mapping: dict[str, str] = {}
    taken = {*known}
    for name, callee in function.callees.items():
        new, number = name, 1
        while new in taken and known.get(new) != callee:
            number += 1
            new = f"{name}_{number}"
        taken.add(new)
        mapping[name] = new
    if all(name == new for name, new in mapping.items()):
        return function

    def block(old: Block) -> Block:
        return replace(old, lines=tuple(map(line, old.lines)))

    def line(old: Line) -> Line:
        if isinstance(old, Apply) and old.op == "invoke" and isinstance(old.args[0], Const):
            return replace(old, args=(Const(mapping[old.args[0].value]), *old.args[1:]))
        return replace(old, function=replace(old.function, body=block(old.function.body))) if isinstance(old, Def) else map_blocks(old, block)

    callees = {mapping[name]: replace(callee, name=mapping[name], body=block(callee.body)) for name, callee in function.callees.items()}
    return replace(function, body=block(function.body), callees=callees)
