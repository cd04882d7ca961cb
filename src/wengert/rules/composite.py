"""Primitives that are a few others: their rows say which, and the rules of those do the rest.

    composite("y = np.ptp(x, axis=None, *, keepdims=False)",
              "np.max(x, axis=axis, keepdims=keepdims) - np.min(x, axis=axis, keepdims=keepdims)")

The line stays what the user wrote where nothing differentiated goes through it; where something does, `transform/composites.py` puts
its expansion in its place before the derivative is made. The right side is a Python expression, or a function of the builder and the
call where the expression depends on the arguments; it computes bit for bit what the primitive does.

>>> from wengert.ir.kinds import Array
>>> from wengert.ir.axes import MANY
>>> kinds_of_line(Apply(("y",), "np.ptp", ("x",), (("axis", Const(0)),)), {"x": Array("float64", (MANY, MANY))})
(Array(dtype='float64', axes=('*',)),)
"""

from __future__ import annotations

from collections.abc import Callable, Set
from dataclasses import replace
from typing import Any

from wengert import errors
from wengert.ir.build import Builder, Names
from wengert.ir.core import Apply, Atom, Const, Line, Name
from wengert.ir.kinds import UNKNOWN, Kind, may_carry_derivative
from wengert.ir.walk import map_atoms
from wengert.rules.line_kinds import kinds_of_line
from wengert.rules.notation import head
from wengert.rules.result_kinds import NotStatic
from wengert.rules.table import Call, KindFunction, KindOf, Primitive, bind, enter, lookup

Body = Callable[[Builder, Call], Atom]


def composite(
    text: str, body: str | Body, *, of: tuple[str, ...] = (), kind: KindFunction | None = None, **options: Any
) -> Primitive | None:
    """A row that is an expression over other primitives; `of` names the operands, if not all parameters without defaults.

    Its kind is that of the expression, if `kind` does not say it.
    """
    row = head(text)
    operands = of or tuple(name for name in row.parameters if name not in row.defaults)
    write: Body = (lambda b, call: b.text(body, call.names)) if isinstance(body, str) else body
    options = {"cost": 100, "sequences": frozenset(operands), **options}
    return enter(Primitive(row.op, "composite", row, "np", kind or _kind, operands=operands, body=write), options)


def expansion(b: Builder, line: Apply) -> tuple[list[Line], Atom]:
    """The lines that a line of a composite stands for, and the atom of their result; composites among them are expanded too."""
    call = bind(line)
    inner = b.nested()
    inner.place = line.place
    assert call.primitive.body is not None
    try:
        result = call.primitive.body(inner, call)
    except NotStatic:
        raise errors.error("W044", line.place, name=line.op, what="an argument like this known only at run time") from None
    lines: list[Line] = []
    renamed: dict[Name, Atom] = {}
    varied = {call[name] for name in call.differentiable if may_carry_derivative(b.kind(call[name]))}
    for made in inner.lines:
        assert isinstance(made, Apply)
        made = map_atoms(made, lambda atom: renamed.get(atom, atom) if isinstance(atom, str) else atom)
        if _varies(made, varied):
            varied.update(target for target in made.targets if may_carry_derivative(b.kind(target)))
        if is_composite(made) and made.targets[0] in varied:
            below, value = expansion(b, made)
            varied.add(value)
            lines += below
            renamed[made.targets[0]] = value
        else:
            lines.append(_plain(made))
    return lines, renamed.get(result, result) if isinstance(result, str) else result


def is_composite(line: Apply) -> bool:
    """Is the line's row, for the arguments that it has, one of others?"""
    row = lookup(line.op)
    return row is not None and (row.family == "composite" or row.masked is not None) and bind(line).primitive.family == "composite"


def _varies(line: Apply, varied: Set[Atom]) -> bool:
    row = lookup(line.op)
    atoms = (*line.args, *(atom for _, atom in line.keywords))
    return (row is None or bool(row.differentiable)) and any(isinstance(atom, str) and atom in varied for atom in atoms)


def _plain(line: Apply) -> Apply:
    """The line without keywords that say what would be so anyway."""
    row = lookup(line.op)
    if row is None or not line.keywords:
        return line
    defaults = row.head.defaults
    said = [(key, atom) for key, atom in line.keywords if not (isinstance(atom, Const) and _same(defaults.get(key, ...), atom.value))]
    return replace(line, keywords=tuple(said))


def _same(default: Any, value: Any) -> bool:
    return type(default) is type(value) and bool(default == value)


def _kind(call: Call, kind: KindOf) -> Kind:
    """That of the expansion, in names that are nobody else's."""
    known = {atom: kind(atom) for atom in call.arguments.values() if isinstance(atom, str)}
    b = Builder(_Names(call.result), known, kinds_of_line)
    try:
        _, result = expansion(b, call.line)
    except errors.Error:
        return UNKNOWN
    return b.kind(result)


class _Names(Names):
    """Names after the line that is looked into: axes are called after names, and none may be taken for another."""

    def __init__(self, result: Name) -> None:
        super().__init__()
        self._result, self._count = result, 0

    def fresh(self, hint: str = "") -> Name:
        self._count += 1
        return f"{self._result}~{self._count}"


