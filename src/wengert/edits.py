"""Move the block of `with adjoint(h) as h_bar` out of the forward sweep: a program that says how the adjoint of `h` passes through it.

    h_bar.0 = adjoint_of(h.0)                          # what the block computes from h_bar.0, the reverse sweep
    h_bar.1 = np.clip(h_bar.0, -1.0, 1.0)     ==>      # computes from the adjoint of h.1
    h.1 = edited(h.0, h_bar.0, h_bar.1)                h.1 = ruled(h.0, @block, h.0)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from wengert import errors
from wengert.ir.build import Names
from wengert.ir.core import Apply, Block, Const, Function, If, Line, Name, Return, Terminator
from wengert.ir.kinds import Kind, Tuple
from wengert.ir.values import substitute
from wengert.ir.walk import defined, exits, lines_of, reads
from wengert.transform.ruled import Program, ruled


def is_edit(line: Line) -> bool:
    """Does the block of an edit begin or end here?"""
    return isinstance(line, Apply) and line.op in ("adjoint_of", "edited")


def without_blocks(
    lines: Sequence[Line], end: Terminator, kept: Callable[[Apply], bool], names: Names, kinds: dict[Name, Kind]
) -> tuple[list[Line], dict[Name, Name | Const]]:
    """The lines of a block without those of edits, and the variables that are what they were; `kept` says which edits count."""
    made: list[Line] = []
    same: dict[Name, Name | Const] = {}
    position = 0
    while position < len(lines):
        line = lines[position]
        position += 1
        if not (isinstance(line, Apply) and line.op == "adjoint_of"):
            made.append(line)
            continue
        last = next((k for k in range(position, len(lines)) if _ends(lines[k], line)), None)
        if last is None:
            raise errors.error("W108", line.place, what="is left before its end, or is not about a variable")
        edit, inside = lines[last], lines[position:last]
        assert isinstance(edit, Apply)
        _check(edit, inside, reads(Block(tuple(lines[last + 1 :]), end)))
        if kept(edit):
            made.append(_undone_by(edit, inside, names, kinds))
        else:
            same[edit.targets[0]] = edit.args[0]
        position = last + 1
    return made, same


def _ends(line: Line, begin: Apply) -> bool:
    return isinstance(line, Apply) and line.op == "edited" and line.args[1] == begin.targets[0]


def _check(edit: Apply, inside: Sequence[Line], after: Sequence[Name]) -> None:
    if any(is_edit(line) for outer in inside for line in lines_of(outer)):
        raise errors.error("W108", edit.place, what="has another one inside")
    if any(exits(block) for outer in inside for line in lines_of(outer) if isinstance(line, If) for block in (line.then, line.orelse)):
        raise errors.error("W108", edit.place, what="is left before its end")
    made = {name for line in inside for name in defined(line)}
    for name in after:
        if name in made:
            variable = name.rpartition(".")[0] or "a value"
            raise errors.error("W108", edit.place, what=f"makes `{variable}`, which is read after it")


def _undone_by(edit: Apply, inside: Sequence[Line], names: Names, kinds: dict[Name, Kind]) -> Apply:
    """The edited variable, with the block as the program that undoes it."""
    value, before, after = edit.args
    made = names.fresh()
    kinds[made] = Tuple((substitute(kinds, after),))
    lines = (*inside, Apply((made,), "tuple", (after,), place=edit.place))
    captured = tuple(name for name in reads(Block(lines, Return(made))) if name != before)
    assert isinstance(before, str)
    program = Function("block", (names.fresh("_"), *captured, before), Block(lines, Return(made)), kinds)
    return ruled(edit.targets[0], value, Program(program, 1, "the block of `with adjoint`"), (value, *captured), edit.place)
