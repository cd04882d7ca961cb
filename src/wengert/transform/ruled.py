"""Values whose derivative somebody else has said: a user's rule, a checkpoint, an edit of an adjoint.

    y.1 = ruled(y.0, @back, x, r)      ==>      x_bar gains what the program `back` makes of x, r and y_bar

Several values have one program between them: `y.1, z.1 = ruled(y.0, z.0, @back, x)`, which takes `y_bar` and `z_bar` as a tuple.
`y.1` is `y.0`, and no derivative flows through that: the adjoint of `y.1` goes by `back` to the operands, the first arguments of it. In
forward mode `y.1 = pushed(@push, x, n)`: the program `push` makes value and tangent of x, n and x_dot. The programs are closed
(`unfolding.py` makes them), and their lines are written where the line is undone, under names of their own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from wengert import errors
from wengert.ir.build import Builder, Names
from wengert.ir.core import Apply, Atom, Block, Const, Function, Line, Name, Place
from wengert.ir.kinds import Known, axes_of
from wengert.ir.splice import write_program
from wengert.ir.walk import all_names, base, map_blocks, rename
from wengert.transform.bars import Bars, parts
from wengert.transform.calls import CallReversal


@dataclass(frozen=True, eq=False)
class Program:
    """A closed program that undoes (or pushes) a line: what it is called in messages, and how many arguments are operands."""

    function: Function
    operands: int
    about: str

    def __repr__(self) -> str:
        return f"<{self.__name__}>"

    @property
    def __name__(self) -> str:
        return f"rule of {self.about}"


def ruled(target: Name, value: Atom, program: Program, args: Sequence[Atom], place: Place | None) -> Apply:
    """The line `target = ruled(value, @program, args)`."""
    return Apply((target,), "ruled", (value, Const(program, "rule"), *args), place=place)


def with_operands(function: Function, count: int) -> Function:
    """The program with so many more parameters in front, which it does not read: through them the adjoints flow."""
    names = Names(all_names(function))
    return replace(function, parameters=(*(names.fresh("_") for _ in range(count)), *function.parameters))


def program_of(line: Apply) -> Program:
    found = line.args[_values(line)]
    assert isinstance(found, Const)
    program: Program = found.value
    return program


def _values(line: Apply) -> int:
    return len(line.targets) if line.op == "ruled" else 0


def operands_of(line: Apply) -> tuple[Atom, ...]:
    """The arguments through which derivatives flow."""
    first = 1 + _values(line)
    return line.args[first : first + program_of(line).operands]


class RuleReversal(CallReversal):
    """Undoes lines of which a program says how."""

    def by_program(self, line: Apply, b: Builder, bars: Bars) -> None:
        program = program_of(line)
        if not any(spot[0] in line.targets for spot in bars):
            return
        y_bars = [self.fitting(b, bars, (target,)) for target in line.targets]
        y_bar = y_bars[0] if len(y_bars) == 1 else b.apply("tuple", *y_bars)
        result = write_program(b, program.function, (*line.args[_values(line) + 1 :], y_bar))
        for position, operand in enumerate(operands_of(line)):
            if not isinstance(operand, str) or operand not in self.active:
                continue
            bar = b.apply("getitem", result, Const(position))
            if b.kind(bar) == Known(None):
                continue
            have, wanted = axes_of(b.kind(bar)), axes_of(b.kind(operand))
            if have is not None and wanted is not None and len(have) != len(wanted):
                given = f"a cotangent with {len(have)} axes"
                raise errors.error("W105", line.place, name=program.about, what=given, expected=f"one with {len(wanted)}")
            if have is None and wanted is not None and parts(b.kind(operand)):
                bar = b.apply("project", bar, operand, hint=f"{base(operand)}_bar")
            self.hand_over(b, bars, operand, bar)


def without_rules(function: Function) -> Function:
    """The program in which each `ruled` value is the value itself: the rules have been followed."""
    mapping: dict[Name, Atom] = {}

    def block(old: Block) -> Block:
        kept: list[Line] = []
        for line in old.lines:
            if isinstance(line, Apply) and line.op == "ruled":
                mapping.update(zip(line.targets, line.args))
            else:
                kept.append(map_blocks(line, block))
        return Block(tuple(kept), old.terminator)

    body = block(function.body)
    return replace(function, body=rename(body, _resolved(mapping))) if mapping else function


def _resolved(mapping: Mapping[Name, Atom]) -> dict[Name, Atom]:
    found: dict[Name, Atom] = {}
    for name, atom in mapping.items():
        while isinstance(atom, str) and atom in mapping:
            atom = mapping[atom]
        found[name] = atom
    return found
