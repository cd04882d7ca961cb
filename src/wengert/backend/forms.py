"""`if` lines that are expressions: `a if t else b`, `a and b`, `a or b`, `a < b < c`.

    %2 = if %1:
        %3 = b < c            with %1 = a < b, lowered from a chained comparison:  `a < b < c`
        yield %3
    else:
        yield %1
"""

from __future__ import annotations

from collections.abc import Mapping

from wengert.backend.fused import Form, Fused
from wengert.ir.core import UNDEF, Apply, Atom, If, Line, Name, Yield

COMPARISONS = frozenset({"eq", "ne", "lt", "le", "gt", "ge", "is_", "is_not", "in_", "not_in"})


def form_of(line: If, fused: Fused, made_by: Mapping[Name, Line]) -> Form | None:
    """The form, or None if the line must be a statement."""
    then, orelse = line.then.terminator, line.orelse.terminator
    if len(line.targets) != 1 or not isinstance(then, Yield) or not isinstance(orelse, Yield):
        return None
    syntax = "" if line.place is None else type(line.place.expression).__name__
    if syntax not in ("IfExp", "BoolOp", "Compare") and not (line.place is None and line.targets[0].startswith("%")):
        return None
    for inner in (line.then, line.orelse):
        if any(len(below.targets) != 1 or below.targets[0] not in fused.inside for below in inner.lines):
            return None
    test, a, b = line.test, then.values[0], orelse.values[0]
    if a == UNDEF or b == UNDEF:
        return None
    once = (test,) if isinstance(test, str) else ()
    if not line.orelse.lines and b == test and syntax != "IfExp":
        middle = _middle(line, fused, made_by)
        if syntax == "Compare" and middle is not None:
            return Form("chain", (test, a), once + ((middle,) if isinstance(middle, str) else ()))
        return Form("and", (test, a), once)
    if not line.then.lines and a == test and syntax != "IfExp":
        return Form("or", (test, b), once)
    return Form("if", (a, test, b))


def _middle(line: If, fused: Fused, made_by: Mapping[Name, Line]) -> Atom | None:
    """What the two comparisons of a chain share."""
    if not isinstance(line.test, str) or not isinstance(line.then.terminator, Yield):
        return None
    first = made_by.get(line.test)
    value = line.then.terminator.values[0]
    second = made_by.get(value) if isinstance(value, str) else None
    if isinstance(second, If) and id(second) in fused.forms and fused.forms[id(second)].kind == "chain":
        test = fused.forms[id(second)].parts[0]
        second = fused.inside.get(test) if isinstance(test, str) else None
    if not isinstance(first, Apply) or not isinstance(second, Apply) or {first.op, second.op} - COMPARISONS:
        return None
    if first.args[1] != second.args[0] or not line.test.startswith("%") or fused.uses.get(line.test) != 2:
        return None
    return first.args[1]
