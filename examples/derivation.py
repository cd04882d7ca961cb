"""Print a derivative as it is derived on paper: each line of the Wengert list with the number it gives.

    name        line                        value
    %1          %1 = x1 * x2                6
    ...

The list is the one that the text is printed from; the reference evaluator gives the numbers. For programs without loops.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from wengert.ir.core import Apply, Function, Return
from wengert.ir.evaluate import evaluate
from wengert.ir.text import show_line


class Step(NamedTuple):
    name: str
    line: str
    value: Any
    what: str  # "primal", "tangent" or "adjoint"


def steps(program: Function, *args: Any) -> list[Step]:
    """Every line of a straight program that gives a number, with the number for these arguments."""
    found: list[Step] = []
    kinds: dict[str, str] = {name: what_of(name, ()) for name in program.parameters}
    for at, line in enumerate(program.body.lines, start=1):
        if not isinstance(line, Apply) or len(line.targets) != 1:
            continue
        name = line.targets[0]
        kinds[name] = what_of(name, [kinds[arg] for arg in line.args if isinstance(arg, str) and arg in kinds])
        until_here = replace(program.body, lines=program.body.lines[:at], terminator=Return(name))
        value = evaluate(replace(program, body=until_here), *args)
        if not isinstance(value, tuple):
            found.append(Step(name, show_line(line), value, kinds[name]))
    return found


def what_of(name: str, operands: Sequence[str]) -> str:
    """An adjoint or a tangent says so in its name; an unnamed part is one if it is computed from one."""
    base = name.rpartition(".")[0] or name
    if base.endswith("_bar") or (name.startswith("%") and "adjoint" in operands):
        return "adjoint"
    return "tangent" if base.endswith("_dot") or (name.startswith("%") and "tangent" in operands) else "primal"


def table(title: str, program: Function, *args: Any) -> str:
    """The steps in columns: primals to the left, tangents and adjoints to the right."""
    rows = [f"{title} at {', '.join(format(arg, '.4g') for arg in args)}", f"    {'line':44}{'primal':>12}{'tangent':>12}{'adjoint':>12}"]
    for step in steps(program, *args):
        columns = {"primal": 0, "tangent": 12, "adjoint": 24}[step.what]
        rows.append(f"    {step.line:44}{' ' * columns}{step.value:12.6g}")
    return "\n".join(rows)
