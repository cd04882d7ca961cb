"""Loops over what is known item by item, and of more than one kind: a turn for each item.

    for name, w in params.items():          %0 = getitem(params, 'W')
        new[name] = w - rate * w     ==>    %1 = rate * %0
                                            %2 = %0 - %1
                                            new.1 = write(new.0, 'W', %2)
                                            %3 = getitem(params, 'b')
                                            ...

Keys, strings and functions that stand in a display must be known, each in its turn, for the body to have a meaning. All else that
is walked over stays a loop, so that the text does not grow with the data.
"""

from __future__ import annotations

from collections.abc import Sequence

from wengert.analysis.frame import Frame
from wengert.analysis.generators import fresh_name
from wengert.analysis.inline import tuple_of
from wengert.analysis.objects import is_virtual
from wengert.analysis.state import State
from wengert.analysis.writing_out import place_of
from wengert.ir.core import Apply, Atom, Block, Break, Const, Continue, For, If, Line, Name
from wengert.ir.kinds import UNKNOWN, Array, Closure, Dict, Kind, Known, List, Range, Text, Tuple
from wengert.ir.lattice import join_all
from wengert.ir.walk import INPLACE, bound, defined, lines_of, rename

MOST = 32
"""So many turns are written one by one, at most."""


def items_known(state: State, frame: Frame, line: For, out: list[Line]) -> list[Atom] | None:
    """The items that a loop walks over, if it is to be taken apart."""
    if len(line.sources) != 1:
        return None
    source = frame.handle(line.sources[0])
    if not _named(state, source) and not _writes_into(line, state, source) and place_of(line) not in state.recursion.unrolled:
        return None
    items = _items(state, frame, line, source, out)
    return items if items is not None and len(items) <= MOST else None


def _writes_into(line: For, state: State, source: Atom) -> bool:
    """Does the body write into what it walks over, arrays that are known one by one? `for u in d.values(): u *= x`."""
    found = state.iterables.get(source) if isinstance(source, str) else None
    if found is not None and found[0] != "values" or source in state.generators:
        return False
    container = state.kind(state.read(found[1][0] if found is not None else source))
    items = [kind for _, kind in container.items] if isinstance(container, Dict) else container.items if isinstance(container, (Tuple, List)) else None
    if not items or not all(isinstance(kind, Array) for kind in items):
        return False
    changes = (inner for inner in lines_of(line.body) if isinstance(inner, Apply) and (inner.op in INPLACE or inner.op == "setitem"))
    return any(inner.args[0] in line.elements for inner in changes)


def turns(state: State, frame: Frame, line: For, count: int) -> Sequence[tuple[Name, tuple[Name, ...], Block]]:
    """For each turn its own names: of the element, of what is carried, and in the body."""
    key = id(line), count
    if key not in state.woven:
        state.woven[key] = (line, [_turn(state, frame, line) for _ in range(count)])
    found: Sequence[tuple[Name, tuple[Name, ...], Block]] = state.woven[key][1]
    return found


def _turn(state: State, frame: Frame, line: For) -> tuple[Name, tuple[Name, ...], Block]:
    names = [*line.elements, *line.carried]
    for inner in lines_of(line.body):
        names += (*bound(inner), *defined(inner))
    fresh: dict[Name, Atom] = {name: fresh_name(state, frame, "" if name.startswith("%") else name.rpartition(".")[0] or name) for name in names}
    return str(fresh[line.elements[0]]), tuple(str(fresh[name]) for name in line.carried), rename(line.body, fresh, definitions=True)


def leaves(lines: Sequence[Line]) -> bool:
    """Is there a `break` or `continue` in these lines?"""
    sides = [side for line in lines if isinstance(line, If) for side in (line.then, line.orelse)]
    return any(isinstance(side.terminator, (Break, Continue)) or leaves(side.lines) for side in sides)


def _named(state: State, handle: Atom) -> bool:
    """Must each of its items be known by itself?"""
    found = state.iterables.get(handle) if isinstance(handle, str) else None
    if found is not None:
        op, args = found
        return op in ("items", "keys") or (op in ("zip", "enumerate") and any(_named(state, arg) for arg in args))
    if isinstance(handle, str) and any(is_virtual(state, part) for part in state.made.get(handle, ())):
        return True
    if handle in state.generators:
        return False
    kind = state.kind(state.read(handle))
    if isinstance(kind, Dict):
        return True
    if isinstance(handle, str) and any(part in state.generators for part in state.made.get(handle, ())):
        return True
    items = kind.items if isinstance(kind, (Tuple, List)) else None
    if items is None:
        return False
    return any(map(_speaks, items)) or (UNKNOWN not in items and join_all(items) == UNKNOWN)


def _speaks(kind: Kind) -> bool:
    """Is it a string or a function, or has it one inside?"""
    if isinstance(kind, (Tuple, List)):
        return any(map(_speaks, kind.items or ()))
    return isinstance(kind, (Text, Closure)) or (isinstance(kind, Known) and callable(kind.value))


def _items(state: State, frame: Frame, line: For, handle: Atom, out: list[Line]) -> list[Atom] | None:
    place = frame.place(line.place)
    found = state.iterables.get(handle) if isinstance(handle, str) else None
    op, args = found if found is not None else ("", (handle,))
    if op == "zip":
        columns = [_items(state, frame, line, arg, out) for arg in args]
        known = [column for column in columns if column is not None]
        return [tuple_of(state, row, place, out) for row in zip(*known)] if len(known) == len(columns) else None
    if op == "enumerate":
        inner = _items(state, frame, line, args[0], out)
        start = args[1].value if isinstance(args[1], Const) else None
        if inner is None or not isinstance(start, int):
            return None
        return [tuple_of(state, (Const(start + k), item), place, out) for k, item in enumerate(inner)]
    if isinstance(args[0], str) and args[0] in state.made:
        return list(state.made[args[0]])
    if args[0] in state.generators:
        return None
    value = state.read(args[0])
    kind = state.kind(value)
    if isinstance(kind, Range):
        made = next((found for found in reversed(out) if isinstance(found, Apply) and value in found.targets), None)
        ends = [atom.value for atom in made.args if isinstance(atom, Const)] if made is not None and made.op == "range" else []
        numbers = range(*ends)[: MOST + 1] if made is not None and ends and len(ends) == len(made.args) else None
        return None if numbers is None else list(map(Const, numbers))
    if isinstance(value, Const) and isinstance(value.value, (tuple, list)):
        return [Const(item) for item in value.value]
    if isinstance(kind, Dict):
        keys: list[Atom] = [Const(key) for key, _ in kind.items]
        if op in ("keys", ""):
            return keys
        values: list[Atom] = [_made(state, frame, line, (value, key), out) for key in keys]
        return values if op == "values" else [tuple_of(state, pair, place, out) for pair in zip(keys, values)]
    if isinstance(kind, (Tuple, List)) and kind.items is not None:
        return [_made(state, frame, line, (value, Const(k)), out) for k in range(len(kind.items))]
    return None


def _made(state: State, frame: Frame, line: For, args: tuple[Atom, Atom], out: list[Line]) -> Atom:
    """An item of a container; a string that is known is itself."""
    name = state.names.fresh()
    state.emit(Apply((name,), "getitem", args, place=frame.place(line.place)), out)
    state.lazy.add(name)
    kind = state.kind(name)
    return Const(kind.value) if isinstance(kind, Text) and kind.value is not None else name
