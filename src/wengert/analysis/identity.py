"""Are two names one object? `a is b`, and `a == b` of objects whose class does not say what equal means.

    for a in bodies:                      for i in range(len(bodies)):
        for b in bodies:                      for j in range(len(bodies)):
            if a is not b:                        if i != j:

An object that stands in a list is where it stands; two of one list are one where their numbers are. The elements of a loop have
no number at first: a loop whose elements are asked for is walked again, by number.
"""

from __future__ import annotations

from wengert import errors
from wengert.analysis.emitting import emit
from wengert.analysis.objects import class_of, static_attribute
from wengert.analysis.state import State
from wengert.ir.core import Atom, Const, Name
from wengert.ir.kinds import Packed, Record

TESTS = {"is_": True, "is_not": False, "eq": True, "ne": False}
"""The tests, and what each says of an object and itself."""


def identity(state: State, op: str, one: Atom, other: Atom) -> Atom | None:
    """The answer of a test; None if it is no such test, or of other values."""
    classes = [class_of(state, handle) for handle in (one, other)]
    if op not in TESTS or None in classes or not all(_is_object(state, handle) for handle in (one, other)):
        return None
    if op in ("eq", "ne") and any(static_attribute(cls, f"__{op}__") is not vars(object)[f"__{op}__"] for cls in classes):
        return None
    assert isinstance(one, str) and isinstance(other, str)
    heap = state.heap
    first, second = heap.location(one), heap.location(other)
    if first == second:
        return Const(TESTS[op])
    numbers = _numbers(state, first, second)
    if numbers is not None:
        return emit(state, "eq" if TESTS[op] else "ne", *numbers)
    elements = {first, second} & state.elements
    if elements:
        state.asked.update(elements)  # what follows is thrown away
        return emit(state, op, Const(None), Const(0))
    if first in heap.fields and second in heap.fields and heap.disjoint(first, second):
        return Const(not TESTS[op])
    raise errors.error("W081", state.place, name=state.spelled(one), other=state.spelled(other))


def _is_object(state: State, handle: Atom) -> bool:
    return isinstance(handle, str) and (state.heap.location(handle) in state.heap.fields or isinstance(state.kind(handle), (Packed, Record)))


def _numbers(state: State, *locations: Name) -> tuple[Atom, ...] | None:
    """At which numbers the objects stand, of one list that holds none of them twice."""
    heap = state.heap
    views = [heap.views.get(location) for location in locations if (location, None) not in heap.contents]
    bases = {view.base for view in views if view is not None and view.line.op == "getitem"}
    if len(views) != len(locations) or None in views or len(bases) != 1 or bases & heap.twins:
        return None
    numbers = [view.line.args[1] for view in views if view is not None]
    if all(isinstance(number, Const) and number.value >= 0 or number in state.counters for number in numbers):
        return tuple(numbers)
    length = emit(state, "len", state.read(bases.pop()))
    return tuple(emit(state, "mod", number, length) for number in numbers)
