"""Is a value that is written into a slice as long as the slice? Then its adjoint is that slice of the adjoint, with nothing to sum.

    a[i, k:] -= f * a[k, k:]                    a_1_bar = -a_bar[i, k:]             # and not `-unbroadcast(a_bar[i, k:], a_1)`

A length that is known only as the program runs is named after the line that cut it, `%9:1`; two such lengths are the same where the same axis
of an array was cut by the same bounds. Writes leave an array its shape, so any of its versions will do.

>>> from wengert.ir.kinds import INT, Array, NumpyScalar
>>> from wengert.ir.axes import MANY
>>> from wengert.ir.text import parse
>>> f = parse('''
... function f(a, k):
...     %0 = k + 1
...     %1 = slice(%0, None, None)
...     %2 = getitem(a, %1)
...     a.1 = write(a, k, 0.0)
...     %3 = 1 + k
...     %4 = slice(%3, None, None)
...     return %2
... ''')
>>> kinds = {"a": Array("float64", (MANY,)), "a.1": Array("float64", (MANY,)), "%2": Array("float64", ("%2:0",)), "k": INT}
>>> line_of = {line.targets[0]: line for line in f.body.lines}.get
>>> kind_of = lambda atom: kinds.get(atom, NumpyScalar("float64"))
>>> measured("%2:0", kind_of, line_of), cut("a.1", "%4", 0, kind_of, line_of)
(('a', 0, (('k', 1), None, None)), ('a', 0, (('k', 1), None, None)))
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from wengert.ir.axes import Axis
from wengert.ir.core import Apply, Atom, Const, Line, Name
from wengert.ir.kinds import Array, Kind, scalar_type

Bound = tuple[Name | None, int] | None
"""A variable plus a number, a number, or the end."""

Cut = tuple[Name, int, tuple[Bound, ...]]
"""The first version of an array, an axis of it, and what cuts that."""

KindOf = Callable[[Atom], Kind]
LineOf = Callable[[Name], "Line | None"]

SHAPED = frozenset({"write", "write_add", "np.copy", "np.zeros_like", "np.ones_like", "np.empty_like"})
"""What makes an array of the shape of its first operand."""


def measured(length: Axis, kind: KindOf, line_of: LineOf, origin: Mapping[Name, Name] = {}) -> Cut | None:
    """What a length was named after; `origin` has the first version of an array."""
    name, _, position = str(length).rpartition(":")
    line, made = line_of(name), kind(name)
    if not position.isdigit() or not isinstance(made, Array) or length not in made.axes:
        return None
    if not isinstance(line, Apply) or line.op != "getitem" or not isinstance(line.args[0], str):
        return None
    return cut(line.args[0], line.args[1], int(position), kind, line_of, origin)


def cut(whole: Name, index: Atom, position: int, kind: KindOf, line_of: LineOf, origin: Mapping[Name, Name] = {}) -> Cut | None:
    """What an index of whole numbers and slices makes of an axis."""
    line = _line(index, line_of)
    parts = line.args if line is not None and line.op == "tuple" else (index,)
    if not isinstance(kind(whole), Array) or position >= len(parts):
        return None
    slices = [found if (found := _line(part, line_of)) is not None and found.op == "slice" else None for part in parts]
    sliced = slices[position]
    if sliced is None or any(found is None and scalar_type(kind(part)) != "int" for found, part in zip(slices, parts)):
        return None
    whole = origin.get(whole, whole)
    while (made := _line(whole, line_of)) is not None and made.op in SHAPED and not made.keywords and isinstance(made.args[0], str) and isinstance(kind(made.args[0]), Array):
        whole = origin.get(made.args[0], made.args[0])
    return whole, position, tuple(_bound(atom, line_of) for atom in sliced.args)


def _bound(atom: Atom, line_of: LineOf) -> Bound:
    plus = 0
    while True:
        match atom if isinstance(atom, Const) else _line(atom, line_of):
            case Const(value=None):
                return None
            case Const(value=int(number)):
                return None, number + plus
            case Apply(op="add", args=(str(inner), Const(value=int(number)))) | Apply(op="add", args=(Const(value=int(number)), str(inner))):
                atom, plus = inner, plus + number
            case Apply(op="sub", args=(str(inner), Const(value=int(number)))):
                atom, plus = inner, plus - number
            case _:
                return str(atom), plus


def _line(atom: Atom, line_of: LineOf) -> Apply | None:
    line = line_of(atom) if isinstance(atom, str) else None
    return line if isinstance(line, Apply) else None
