"""Keep the user's statements whole: a cheap part of one that the derivative reads too is computed there again.

    %1 = 1 - v.0                       %1 = 1 - v.0
    v_dot.1 = v_dot.0 * %1             %2 = 1 - v.0
    v.1 = v.0 * %1             ==>     v_dot.1 = v_dot.0 * %2
                                       v.1 = v.0 * %1

One float operation costs about as much as a name, and `v = v * (1 - v)` stays what the user wrote.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from wengert.ir.build import Names
from wengert.ir.core import Apply, Atom, Block, Def, Function, Line, Name
from wengert.ir.kinds import Kind, is_scalar
from wengert.ir.values import substitute
from wengert.ir.walk import all_names, atoms, blocks_of, lines_of, map_atoms, map_blocks
from wengert.optimize.repeating import said_at_each_use
from wengert.rules.table import lookup

COMPARISONS = frozenset({"eq", "ne", "lt", "le", "gt", "ge", "is_", "is_not", "not_"})


def keep_statements_whole(function: Function, given: Collection[Name]) -> Function:
    """Compute cheap unnamed parts of `given` statements again in the derivative lines that read them.

    >>> from wengert.ir.kinds import FLOAT
    >>> from wengert.ir.text import parse, show
    >>> f = parse('''
    ... function f(v, v_dot):
    ...     %0 = 1 - v
    ...     v_dot.0 = v_dot * %0
    ...     v.0 = v * %0
    ...     %1 = tuple(v.0, v_dot.0)
    ...     return %1
    ... ''')
    >>> f = replace(f, kinds=dict.fromkeys(("v", "v_dot", "%0", "v_dot.0", "v.0"), FLOAT))
    >>> print(show(keep_statements_whole(f, {"v", "%0", "v.0"})))
    function f(v, v_dot):
        %0 = 1 - v
        %2 = 1 - v
        v_dot.0 = v_dot * %2
        v.0 = v * %0
        %1 = tuple(v.0, v_dot.0)
        return %1
    """
    cheap = _cheap(function, given)
    said = said_at_each_use(function)
    cheap.update(said)
    if not cheap:
        return function
    names, kinds = Names(all_names(function)), dict(function.kinds)

    def block(old: Block) -> Block:
        again: dict[Name, Name] = {}
        lines: list[Line] = []

        def read(atom: Atom) -> Atom:
            if not isinstance(atom, str) or atom not in cheap:
                return atom
            if atom not in again or atom in said:
                line = map_atoms(cheap[atom], read) if atom in said else cheap[atom]
                again[atom] = names.fresh()
                kinds[again[atom]] = substitute(kinds, atom)
                lines.append(replace(line, targets=(again[atom],)))
            return again[atom]

        for line in old.lines:
            own = bool(line.targets) and all(target in given for target in line.targets)
            if not own:
                line = map_atoms(line, read)
            elif isinstance(line, Apply) and line.targets[0] not in said:  # `a[k + 1:, k] /= a[k, k]` reads and writes there
                line = map_atoms(line, lambda atom: read(atom) if atom in said else atom)
            if isinstance(line, Def):
                line = replace(line, function=replace(line.function, body=block(line.function.body)))
            elif blocks_of(line):
                line = map_blocks(line, block)
            lines.append(line)
        return Block(tuple(lines), old.terminator)

    return replace(function, body=block(function.body), kinds=kinds)


def _cheap(function: Function, given: Collection[Name]) -> dict[Name, Apply]:
    """The cheap parts that a statement of the user's and a derivative line both read."""
    found: dict[Name, Apply] = {}
    primal: set[Name] = set()
    for line in lines_of(function):
        if line.targets and all(target in given for target in line.targets):
            primal.update(atom for atom in atoms(line) if isinstance(atom, str))
        if isinstance(line, Apply) and len(line.targets) == 1 and line.targets[0] in given and is_cheap(line, function.kinds):
            if line.op not in COMPARISONS:  # a test that is kept has a name
                found[line.targets[0]] = line
        for inner in blocks_of(line):
            primal.update(atom for atom in atoms(inner.terminator) if isinstance(atom, str))
    return {name: line for name, line in found.items() if name in primal}


def is_cheap(line: Apply, kinds: dict[Name, Kind] | object) -> bool:
    name = line.targets[0]
    row = lookup(line.op)
    if not (name.startswith("%") and row is not None and row.pure and row.cost <= 1):
        return False
    table = kinds if isinstance(kinds, dict) else {}
    if any(isinstance(atom, str) and atom.startswith("%") for atom in line.args):
        return False
    return all(is_scalar(substitute(table, atom)) for atom in (name, *line.args))
