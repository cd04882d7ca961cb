"""The transpose of a product of matrices, one of which is transposed already: the product of the transposes is shorter.

    %1 = np.transpose(m)                       %4 = np.transpose(a_bar)
    %2 = %1 @ a_bar              ==>           %3 = %4 @ m
    %3 = np.transpose(%2)

The rule of `m.T` in `m @ m.T` gives `(m.T @ a_bar).T`; a person writes `a_bar.T @ m`, which is laid out as `m` is, too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import replace

from wengert.analysis.memory import overwritten
from wengert.ir.build import Names
from wengert.ir.core import Apply, Atom, Block, Def, Function, Line, Name
from wengert.ir.kinds import Array, Kind
from wengert.ir.values import substitute
from wengert.ir.walk import all_names, atoms, blocks_of, lines_of, map_blocks


def transpose_operands(function: Function, given: Collection[Name] = ()) -> Function:
    """Write transposes of products as products of transposes where that are fewer; lines that make a `given` name stay.

    >>> from wengert.ir.axes import MANY
    >>> from wengert.ir.text import parse, show
    >>> f = parse('''
    ... function f(m, a_bar):
    ...     %1 = np.transpose(m)
    ...     %2 = %1 @ a_bar
    ...     %3 = np.transpose(%2)
    ...     return %3
    ... ''')
    >>> kinds = dict.fromkeys(("m", "a_bar", "%1", "%2", "%3"), Array("float64", (MANY, MANY)))
    >>> print(show(transpose_operands(replace(f, kinds=kinds))))
    function f(m, a_bar):
        %1 = np.transpose(m)
        %2 = %1 @ a_bar
        %4 = np.transpose(a_bar)
        %3 = %4 @ m
        return %3
    """
    every = [line for line in lines_of(function) if isinstance(line, Apply) and len(line.targets) == 1]
    turned = {line.targets[0]: line.args[0] for line in every if _is_transpose(line)}
    products = {line.targets[0]: line for line in every if line.op == "matmul" and line.targets[0] not in given}
    if not products or not any(name in products for name in turned.values()):
        return function
    uses, gone = _uses(function), overwritten(function)
    names, kinds = Names(all_names(function)), dict(function.kinds)

    def block(old: Block) -> Block:
        lines: list[Line] = []
        for line in old.lines:
            if isinstance(line, Def):
                line = replace(line, function=replace(line.function, body=block(line.function.body)))
            elif isinstance(line, Apply):
                product = products.get(str(line.args[0])) if _is_transpose(line) and line.targets[0] not in given else None
                if product is not None and uses[product.targets[0]] == 1 and _may_turn(product, turned, gone, kinds):
                    left, right = (turned.get(str(atom)) or transposed(atom, line, lines) for atom in reversed(product.args))
                    line = replace(product, targets=line.targets, args=(left, right), place=line.place)
            else:
                line = map_blocks(line, block)
            lines.append(line)
        return Block(tuple(lines), old.terminator)

    def transposed(atom: Atom, line: Apply, lines: list[Line]) -> Name:
        made, kind = names.fresh(), substitute(kinds, atom)
        assert isinstance(kind, Array)
        kinds[made] = replace(kind, axes=kind.axes[::-1])
        lines.append(replace(line, targets=(made,), args=(atom,), spelled=".T"))
        return made

    return replace(function, body=block(function.body), kinds=kinds)


def _is_transpose(line: Apply) -> bool:
    return line.op == "np.transpose" and len(line.args) == 1 and not line.keywords


def _may_turn(product: Apply, turned: dict[Name, Atom], gone: Collection[Name], kinds: dict[Name, Kind]) -> bool:
    """Are both operands matrices, one of them transposed, and are they what they were when the product was taken?"""
    ends = [turned.get(str(atom), atom) for atom in product.args]
    matrices = all(isinstance(kind := substitute(kinds, atom), Array) and len(kind.axes) == 2 for atom in (*product.args, *ends))
    return matrices and ends != list(product.args) and not any(atom in gone for atom in ends)


def _uses(function: Function) -> Counter[Atom]:
    found = Counter(atoms(function.body.terminator))
    for line in lines_of(function):
        found.update(atoms(line))
        for inner in blocks_of(line):
            found.update(atoms(inner.terminator))
    return found
