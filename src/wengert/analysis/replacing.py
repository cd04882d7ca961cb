"""Items of a list or dict that are replaced: what was read before stays what it was, and two items may change places.

    row.0 = getitem(rows.0, 0)
    rows.1 = write(rows.0, 0, other)          # row.0 holds what it held, and may still be in the list at another place
    rows.2 = write(rows.1, 2, row.0)          # it is in the list twice, if this does not undo what the line before did: a swap
"""

from __future__ import annotations

from wengert.analysis.aliases import mutable
from wengert.analysis.heap import Content, Half, Location, Slot
from wengert.analysis.state import State
from wengert.ir.core import Apply, Atom, Const


def detach(state: State, location: Location, index: Atom) -> None:
    """An item of a list is bound to something else: what was read from it stays what it was, and may still be in the list."""
    heap = state.heap
    for item, view in list(heap.views.items()):
        if view.base == location and (item, None) not in heap.contents and mutable(state.kind(item)):
            known = isinstance(index, Const) and isinstance(view.line.args[1], Const) and isinstance(index.value, str)
            if known and index != view.line.args[1]:
                continue
            found = state.content(item)
            heap.contents[item, None] = found
            heap.overlap(item, location)


def left_alone(state: State, location: Location) -> dict[Slot, Content]:
    """What was read from a list before items of it were replaced: no replacement changes what these objects hold."""
    heap = state.heap
    return {
        (item, None): heap.contents[item, None]
        for item in heap.overlaps.get(location, ())
        if (view := heap.views.get(item)) is not None and view.base == location and view.line.op == "getitem" and (item, None) in heap.contents
    }


def put_back(state: State, location: Location, line: Apply, before: Half | None) -> None:
    """One of its own items is put into a list: it is there twice, unless this ends a swap that the last write began."""
    heap = state.heap
    doubly, twins = {location} - heap.doubly, {location} - heap.twins
    heap.doubly.add(location)
    heap.twins.add(location)
    if before is not None and _swaps(state, before, line):
        heap.doubly -= before.doubly
        heap.twins -= before.twins
    else:
        heap.half = Half(line, doubly, twins)


def _swaps(state: State, half: Half, second: Apply) -> bool:
    """Does the second of two lines put what the first has replaced where the first took its item from, so that each item is there as often as before?

        a.1 = write(a.0, i, a.0[j])
        a.2 = write(a.1, j, a.0[i])
    """
    first = half.line
    if not _surely_follows(state, first) or len(first.args) != 3 or len(second.args) != 3 or second.args[0] != first.targets[0]:
        return False
    views = [state.heap.views.get(state.heap.location(str(line.args[2]))) for line in (first, second)]
    taken, put = (view.line.args if view is not None else () for view in views)
    same = len(taken) == len(put) == 2 and taken[0] == put[0] == first.args[0]
    return same and _equal(state, taken[1], second.args[1]) and _equal(state, put[1], first.args[1])


def _surely_follows(state: State, first: Apply) -> bool:
    """Does the last line come whenever the first does: in the same block, with nothing between them that may leave it?"""
    for line in reversed(state.out):
        if line is first or not isinstance(line, Apply):
            return line is first
    return False


def _equal(state: State, one: Atom, other: Atom) -> bool:
    """Are two indices the same number, or computed alike?"""
    if one == other:
        return True
    made = {line.targets[0]: line for line in state.out if isinstance(line, Apply) and line.targets and line.targets[0] in (one, other)}
    a, b = made.get(str(one)), made.get(str(other))
    return a is not None and b is not None and a.op == b.op in ("add", "sub") and a.args == b.args
