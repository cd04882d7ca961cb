"""`f(t, *p)` of an array or list of any length: `f` says how many items it takes, or takes them as a list.

    %1 = tuple(t)                   %2, %3 = unpack(p)
    %2 = call(@tuple, p)     ==>    ... the lines of f, of t, %2 and %3
    %3 = %1 + %2
    y = call_star(@f, %3, {})
"""

from __future__ import annotations

from collections.abc import Sequence
from inspect import CO_VARARGS
from types import FunctionType

from wengert.analysis.emitting import emit
from wengert.analysis.frame import Frame
from wengert.analysis.mutators import extend
from wengert.analysis.state import State
from wengert.ir.core import Apply, Atom, Const, Line
from wengert.ir.kinds import Array, Known, List, Tuple
from wengert.rules.stand_ins_lists import STARRED, columns_of


def as_many_as_wanted(
    state: State, frame: Frame, line: Apply, function: Atom, star: Atom, named: set[object], out: list[Line]
) -> Sequence[Atom] | None:
    """`f(t, *p)` of an array or list of any length is `a, b = p; f(t, a, b)`, where `f` has no parameters that may be left out."""
    known = state.kind(function)
    if not (isinstance(known, Known) and isinstance(known.value, FunctionType)) or known.value.__defaults__:
        return None
    code = known.value.__code__
    if code.co_flags & CO_VARARGS:
        return None
    first, value, used = _apart(state, star, out)
    if first is None or not isinstance(state.kind(value), (Array, List)):
        return None
    count = code.co_argcount - len(first) - len(named.intersection(code.co_varnames[: code.co_argcount]))
    if count < 1:
        return None
    place = frame.place(line.place)
    rest = tuple(state.names.fresh() for _ in range(count))
    state.emit(Apply(rest, "unpack", (value,), place=place), out)
    out[:] = [inner for inner in out if inner not in used]
    return (*first, *rest)


def as_one_list(state: State, frame: Frame, line: Apply, function: Atom, star: Atom, out: list[Line]) -> tuple[Atom, Atom] | None:
    """`max(*xs)` of a list of any length is `max(xs)`: what is called, and the list."""
    known = state.kind(function)
    if not isinstance(known, Known) or not any(known.value is one for one in STARRED):
        return None
    stand_in = STARRED[known.value]
    first, value, used = _apart(state, star, out)
    kind = state.kind(value)
    if first is None or not isinstance(kind, List):
        return None
    element = kind.element
    if known.value is zip and isinstance(element, Tuple):
        stand_in = columns_of(len(element.items))
    whole = value
    if first:
        joined = emit(state, "list", *first)
        if not extend(state, joined, value):
            return None
        whole = state.read(joined)
    out[:] = [inner for inner in out if inner not in used]
    return Const(stand_in, stand_in.__name__), whole


def _apart(state: State, star: Atom, out: list[Line]) -> tuple[Sequence[Atom] | None, Atom, list[Line]]:
    """What `*` unpacks: the arguments before it, what it stands before, and the lines that put them together; None if that is not seen."""
    first: Sequence[Atom] = ()
    value = state.read(star)
    made = {inner.targets[0]: inner for inner in out[-8:] if isinstance(inner, Apply) and inner.targets}
    joint = made.get(value) if isinstance(value, str) else None
    used: list[Line] = []
    if joint is not None and joint.op == "add":  # of the arguments before the star and those behind it
        before = made.get(joint.args[0]) if isinstance(joint.args[0], str) else None
        if before is None or before.op != "tuple":
            return None, value, used
        first = before.args
        used.append(joint)
        value = joint.args[1]
        joint = made.get(value) if isinstance(value, str) else None
    if joint is not None and joint.op == "call" and state.kind(joint.args[0]) == Known(tuple):
        used.append(joint)
        value = joint.args[1]
    return first, value, used
