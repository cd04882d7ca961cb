"""A program as a part of another one: with one way out, and saying by name only what its new surroundings have under that name.

Needed where a derivative is called inside of a function that is differentiated: its program comes in the place of the call.
"""

from __future__ import annotations

import sys
from collections.abc import MutableMapping
from dataclasses import replace
from typing import Any

from wengert.analysis.environment import Guard
from wengert.analysis.returns import nest_returns
from wengert.entries import rule_of_op
from wengert.ir.core import Apply, Atom, Block, Const, Function, If, Line, Name, Yield
from wengert.ir.lattice import join_all
from wengert.ir.values import substitute
from wengert.ir.walk import map_atoms, map_blocks, rename


def one_way_out(function: Function) -> Function:
    """The program without `return` inside, and without the remarks on its sweeps."""
    nested = nest_returns(function)
    kinds = dict(nested.kinds)

    def block(old: Block) -> Block:
        lines: list[Line] = []
        for line in old.lines:
            if isinstance(line, Apply) and line.op == "comment":
                continue
            line = map_blocks(line, block)
            if isinstance(line, If):  # the values that `nest_returns` hands out of branches have no kinds yet
                ends = [end.values for end in (line.then.terminator, line.orelse.terminator) if isinstance(end, Yield)]
                for position, target in enumerate(line.targets):
                    if target not in kinds:
                        kinds[target] = join_all([substitute(kinds, values[position]) for values in ends])
            lines.append(line)
        return Block(tuple(lines), old.terminator)

    return replace(nested, body=block(nested.body), kinds=kinds)


def moved(function: Function, old: Any, new: Any, guards: MutableMapping[tuple[int, str, str], Guard]) -> Function:
    """The program for other globals: what it says by a name of its old surroundings is said in a way that holds in the new ones."""
    if old.function.__globals__ is new.function.__globals__ and not old.cells:
        return function
    constants: dict[Name, Atom] = {}

    def same(spelled: str, value: object) -> bool:
        root, *path = spelled.split(".")
        try:
            found = new.lookup(root)
            for name in path:
                found = getattr(found, name)
        except (LookupError, NameError, AttributeError, ValueError):
            return False
        return found is value

    def atom(one: Atom) -> Atom:
        kept = not isinstance(one, Const) or one.spelled is None or not callable(one.value) or same(one.spelled, one.value)
        return one if kept else Const(one.value)  # type: ignore[union-attr]  # `kept` has narrowed it

    def block(inner: Block) -> Block:
        lines = tuple(made for one in inner.lines if (made := line(one)) is not None)
        return Block(lines, map_atoms(inner.terminator, atom))

    def line(one: Line) -> Line | None:
        one = map_blocks(map_atoms(one, atom), block)
        if not isinstance(one, Apply):
            return one
        if one.op in ("global", "cell"):
            return read(one)
        rule = rule_of_op(one.op) if one.spelled else None
        return replace(one, spelled=None) if rule is not None and not same(one.spelled or "", rule.function) else one

    def read(one: Apply) -> Apply | None:
        """A global of another module is read from that module; what stands nowhere is a constant, as long as it is the same object."""
        (name,) = (given.value for given in one.args if isinstance(given, Const))
        module = sys.modules.get(str(old.function.__globals__.get("__name__")))
        if name not in old.cells and module is not None and vars(module) is old.function.__globals__ and name in vars(module):
            return replace(one, op="getattr", args=(Const(module), Const(name)))
        constants[one.targets[0]] = Const(old.lookup(name))
        guards[id(old), "global", name] = Guard(old, "global", name, old.lookup(name))
        return None

    body = block(function.body)
    return replace(function, body=rename(body, constants))
