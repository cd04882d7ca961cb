"""A loop over `checkpointed(range(n))` as a loop over parts, of which nothing is kept but where they begin.

    v.2 = for k.0 in r carry v.0 = x:               v.2 = for start.0 in %starts carry v.3 = x:
        v.1 = math.sin(v.0)                             %part = getitem(r, slice(start.0, start.0 + size))
        yield v.1                          ==>          v.4 = for k.0 in %part carry v.0 = v.3: ...
                                                        v.5 = ruled(v.4, @part, v.3, ...)      # undone by running the part again
                                                        yield v.5
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import replace

from wengert import errors
from wengert.effects import unrepeatable
from wengert.ir.build import Builder, Names
from wengert.ir.core import Apply, Atom, Block, Break, Const, For, Function, If, Line, Name, Return, Yield
from wengert.ir.kinds import INT, RANGE, Array, Kind, List, Tuple, may_carry_derivative
from wengert.ir.values import substitute
from wengert.ir.walk import WRITES, base, blocks_of, lines_of, reads
from wengert.rules.line_kinds import kinds_of_line
from wengert.transform.ruled import Program, with_operands

Pull = Callable[[Function, Sequence[int]], Function]
"""The reverse sweep of a program by some of its parameters, as a program with the adjoint of the result as last parameter."""


def segmented(line: For, steps: Atom, snapshots: Atom, names: Names, kinds: dict[Name, Kind], active: Set[Name], pull: Pull) -> list[Line]:
    """The lines in the place of a loop over `checkpointed(steps, snapshots)`."""
    _check(line)
    b = Builder(names, kinds, kinds_of_line)
    b.place = line.place
    starts, size = _starts(b, steps, snapshots)
    start = _fresh(names, kinds, "start", INT)
    carried = tuple(_fresh(names, kinds, base(name), substitute(kinds, name)) for name in line.carried)
    inner = b.nested()
    stop = inner.apply("add", start, size)
    part = inner.apply("getitem", steps, inner.apply("slice", start, stop, Const(None)), hint="part")
    kinds[part] = RANGE
    ends = tuple(_fresh(names, kinds, base(name), substitute(kinds, name)) for name in line.targets)
    loop = replace(line, targets=ends, sources=(part,), initial=carried)
    inner.add(loop)
    program, args = _again(loop, carried, part, names, kinds, active, pull)
    results = tuple(_fresh(names, kinds, base(name), substitute(kinds, name)) for name in line.targets)
    inner.add(Apply(results, "ruled", (*ends, Const(program, "rule"), *args), place=line.place))
    block = Block(tuple(inner.lines), Yield(results))
    return [*b.lines, For(line.targets, (start,), (starts,), carried, line.initial, block, None, line.place)]


def _fresh(names: Names, kinds: dict[Name, Kind], hint: str, kind: Kind) -> Name:
    name = names.fresh("" if hint.startswith("%") else hint)
    kinds[name] = kind
    return name


def _check(line: For) -> None:
    leaves = any(isinstance(block.terminator, Break) for block in _inside(line.body))
    if line.exit is not None or leaves or len(line.sources) != 1:
        raise errors.error("W111", line.place, what="a `break` or `return`" if len(line.sources) == 1 else "more than one sequence")


def _inside(block: Block) -> list[Block]:
    """The block, and the branches in it."""
    found = [block]
    for line in block.lines:
        if isinstance(line, If):
            for inner in blocks_of(line):
                found += _inside(inner)
    return found


def _starts(b: Builder, steps: Atom, snapshots: Atom) -> tuple[Name, Name]:
    """Where the parts begin, and how long they are."""
    count = b.apply("len", steps, hint="count")
    if snapshots == Const(None):
        length = b.apply("int", b.apply("pow", count, Const(0.5)))
    else:
        length = b.apply("neg", b.apply("floordiv", b.apply("neg", count), snapshots))
    size = b.apply("max", length, Const(1), hint="size")
    b.kinds[size] = INT
    starts = b.apply("range", Const(0), count, size)
    return starts, size


def _again(
    loop: For, carried: Sequence[Name], part: Name, names: Names, kinds: dict[Name, Kind], active: Set[Name], pull: Pull
) -> tuple[Program, list[Atom]]:
    """The program that runs a part once more and undoes it, and its arguments but for the last."""
    around = tuple(name for name in reads(loop) if name not in carried and name != part)
    parameters = (*carried, *around, part)
    writes = any(isinstance(line, Apply) and line.op in WRITES for line in lines_of(loop))
    copies: dict[Name, Name] = {}
    lines: list[Line] = []
    for name in carried if writes else ():  # what the part writes into is a copy of its snapshot
        if isinstance(substitute(kinds, name), (Array, List)):
            copies[name] = _fresh(names, kinds, base(name), substitute(kinds, name))
            lines.append(Apply((copies[name],), "copy", (name,), place=loop.place))
    lines.append(replace(loop, initial=tuple(copies.get(name, name) for name in carried)))
    result = loop.targets[0]
    if len(loop.targets) > 1:
        result = _fresh(names, kinds, "", Tuple(tuple(substitute(kinds, target) for target in loop.targets)))
        lines.append(Apply((result,), "tuple", loop.targets, place=loop.place))
    function = Function("part", parameters, Block(tuple(lines), Return(result)), dict(kinds))
    inner = unrepeatable(function)
    if inner is not None:
        what = f"`{inner.place.source.strip()}`" if inner.place is not None and inner.place.source else f"`{inner.op}`"
        raise errors.error("W106", loop.place, name="checkpointed(...)", what=what)
    wanted = [k for k, name in enumerate(parameters) if _varies(name, carried, loop, kinds, active)]
    made = pull(function, wanted)
    operands = [parameters[k] for k in wanted]
    return Program(with_operands(made, len(operands)), len(operands), "the loop"), [*operands, *parameters]


def _varies(name: Name, carried: Sequence[Name], loop: For, kinds: Mapping[Name, Kind], active: Set[Name]) -> bool:
    """Does an adjoint flow to this parameter of a part?"""
    known = loop.carried[carried.index(name)] if name in carried else name
    return known in active and may_carry_derivative(substitute(kinds, name))
