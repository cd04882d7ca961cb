"""Variables that several functions share: boxes, each the one field of an object of its own.

    c = box(0.0)          the field n of c is 0.0
    v = unbox(c)          v is that field
    rebox(c, w)           from here on the field is w

Python keeps such variables in closure cells; as fields they are plain values, and the text has no boxes.
"""

from __future__ import annotations

import types

from wengert import errors
from wengert.analysis.frame import Frame
from wengert.analysis.heap import Location, Spoilt
from wengert.analysis.objects import location_of
from wengert.analysis.state import State
from wengert.ir.core import UNDEF, Apply, Atom, Const, Line
from wengert.ir.kinds import Record
from wengert.ir.walk import base as stem_of


def box(state: State, frame: Frame, line: Apply, out: list[Line]) -> bool:
    """`c = box(v)`, `v = unbox(c)`, `rebox(c, v)`: a variable that several functions share is the one field of an object.

    True if it surely has no value where it is read; `unbox(c, True)` hands that on.
    """
    heap = state.heap
    if line.op == "box":
        new = state.target(frame, line.targets[0])
        state.define(new, Record(types.CellType, ()))
        heap.fields[new] = None
        heap.contents[new, _variable(state, new)] = frame.handle(line.args[0]) if line.args else UNDEF
        return False
    location = location_of(state, frame.handle(line.args[0]))
    variable = _variable(state, location)
    if line.op == "rebox":
        heap.contents[location, variable] = frame.handle(line.args[1]) if len(line.args) > 1 else UNDEF
        heap.spoil(location, variable)
        return False
    content = heap.contents.get((location, variable))
    if content is None or isinstance(content, Spoilt):
        raise errors.error("W081", state.place, name=variable, other="another function")
    if content == UNDEF and len(line.args) == 1:
        made, place = state.names.fresh(), frame.place(line.place)
        words = f"cannot access local variable {variable!r} where it is not associated with a value"
        state.emit(Apply((made,), "call", (Const(UnboundLocalError, "UnboundLocalError"), Const(words)), place=place), out)
        out.append(Apply((), "raise", (made,), place=place))
        return True
    state.bind(frame, line.targets[0], content)
    return False


def new_box(state: State, hint: str, content: Atom) -> Location:
    """A box that the analysis itself needs."""
    new = state.names.fresh(f"{hint}_box")
    state.define(new, Record(types.CellType, ()))
    state.heap.fields[new] = None
    state.heap.contents[new, hint] = content
    return new


def _variable(state: State, location: Location) -> str:
    """The name of the variable that a box is for, the box of a recursive function's caller included."""
    name = "value" if location.startswith("%") else stem_of(location).removesuffix("_box")
    if (location, name) in state.heap.contents:
        return name
    return next((part for owner, part in state.heap.contents if owner == location and part is not None), name)
