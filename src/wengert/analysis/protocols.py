"""Objects of the user's classes where Python asks them something without saying so: for their items, and whether they are true.

    for v in queue:                  %0 = queue.__iter__()
        ...                    ==>   for v in %0:
                                         ...
    while queue:                     while queue.__len__():
        ...                    ==>       ...
    total = sum(queue)               total = sum(queue.__iter__())
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from wengert import errors
from wengert.analysis.emitting import emit
from wengert.analysis.frame import Frame
from wengert.analysis.generators import fresh_name
from wengert.analysis.heap import Spoilt
from wengert.analysis.inline import inline_function
from wengert.analysis.objects import class_of, construct, location_of, method_of, note_class
from wengert.analysis.state import State
from wengert.ir.core import Apply, Atom, Block, Const, For, If, Line, Name, Pass, Place, Yield
from wengert.ir.kinds import Kind, List, Unknown, is_scalar
from wengert.ir.walk import reads
from wengert.rules.stand_ins_dicts import Defaulted, Keyed
from wengert.rules.stand_ins_objects import Walked


def _asked(state: State, frame: Frame, handle: Atom, name: str, place: Place | None, out: list[Line]) -> Atom | None:
    """What a special method of an object without further arguments gives; None if it has no such method."""
    function = method_of(state, handle, name)
    if function is None:
        return None
    note_class(state, class_of(state, handle), name)
    outer, state.out = state.out, out
    found = inline_function(state, frame, Apply((state.names.fresh(),), "call", (), place=place), function, (handle,), {}, out)
    state.out = outer
    return found


def items_of_object(state: State, frame: Frame, handle: Atom, place: Place | None, out: list[Line], as_array: bool = False) -> Atom:
    """What is walked over in place of an object: what its `__iter__` gives; anything else as it is.

    `as_array`: where NumPy makes an array of it, which it does of what has a length and items by number only.
    """
    if class_of(state, handle) is None or as_array and not all(method_of(state, handle, name) for name in ("__len__", "__getitem__")):
        return handle
    clock = state.heap.clock
    found = _asked(state, frame, handle, "__iter__", place, out)
    if found is None:
        return handle
    if class_of(state, found) is not Walked:
        return found
    location = location_of(state, found)
    new = state.heap.born.get(location, 0) > clock  # nobody else has it, so nobody sees that its items are taken
    items = state.heap.contents.get((location, "items"))
    return items_of_object(state, frame, found, place, out) if not new or items is None or isinstance(items, Spoilt) else items


def over_items(state: State, frame: Frame, line: For, out: list[Line]) -> For:
    """A loop over an object as one over its items."""
    found = [items_of_object(state, frame, frame.handle(source), frame.place(line.place), out) for source in line.sources]
    if all(items == frame.handle(source) for items, source in zip(found, line.sources)):
        return line
    key = id(line), "items"
    if key not in state.woven:
        state.woven[key] = (line, replace(line, sources=tuple(fresh_name(state, frame) for _ in found)))
    made: For = state.woven[key][1]
    for source, items in zip(made.sources, found):
        state.bind(frame, str(source), items)
    return made


def truth_of_object(state: State, frame: Frame, handle: Atom, place: Place | None, out: list[Line]) -> Atom | None:
    """Is an object true? Of other values the truth is their own: None."""
    if class_of(state, handle) is None:
        return None
    found = _asked(state, frame, handle, "__bool__", place, out)
    if found is None:
        found = _asked(state, frame, handle, "__len__", place, out)
        if found is not None:
            outer, state.out = state.out, out
            found = emit(state, "gt", state.read(found), Const(0))
            state.out = outer
    return Const(True) if found is None else state.read(found)


def contains(state: State, frame: Frame, line: Apply, handles: Sequence[Atom], out: list[Line]) -> Atom | None:
    """`v in obj`, as the object's own method says; None if it has none."""
    value, handle = handles
    function = method_of(state, handle, "__contains__")
    if function is None:
        return None
    note_class(state, class_of(state, handle), "__contains__")
    found = inline_function(state, frame, line, function, (handle, value), {}, out)
    if found is None or line.op == "in_":
        return found
    return emit(state, "not_", state.read(found))


def keyed_display(state: State, frame: Frame, line: Apply, handles: Sequence[Atom], out: list[Line]) -> Name:
    """A display of a dict as an object that holds anything under keys that only the run knows."""
    made = construct(state, frame, line, Keyed, (), {}, out)
    for key, value in zip(handles[::2], handles[1::2]):
        inline_function(state, frame, replace(line, targets=(state.names.fresh(),)), Keyed.__setitem__, (made, key, value), {}, out)
        check_alike(state, made, frame.place(line.place))
    return made


def check_alike(state: State, handle: Atom, place: Place | None) -> None:
    """Refuse such an object once its values are not all of one kind: what stands for the zero of one is none of another."""
    if class_of(state, handle) not in (Keyed, Defaulted):
        return
    kept = state.heap.contents.get((location_of(state, handle), "kept"))
    kind = state.kind(state.read(kept)) if isinstance(kept, str) else None
    if not isinstance(kind, List):
        return
    kinds = kind.items or (kind.element,)
    if len({_form(one) for one in kinds}) > 1 or Unknown in map(type, kinds):
        raise errors.error("W083", place, what="a dict under a key that only the run knows, a value of another kind than the others")


def _form(kind: Kind) -> object:
    return "number" if is_scalar(kind) else type(kind)


def note_item(state: State, op: str, handles: Sequence[Atom], item: Atom) -> None:
    """An item was read from such an object: writing the very same back under its key changes nothing."""
    if op == "getitem" and isinstance(item, str) and class_of(state, handles[0]) in (Keyed, Defaulted):
        state.gotten[item] = (location_of(state, handles[0]), handles[1])


def puts_back(state: State, handles: Sequence[Atom]) -> bool:
    """Does `d[k] += v` only put the array back that it has added to?"""
    target, key, value = handles
    found = state.gotten.get(value) if isinstance(value, str) else None
    return found is not None and class_of(state, target) in (Keyed, Defaulted) and found == (location_of(state, target), key)


def only_asked(block: Block, position: int) -> list[int]:
    """The `if` at this position of a block, and those in its branches, by id, if of their one result nobody asks more than whether it is true."""
    line = block.lines[position]
    if not isinstance(line, If) or len(line.targets) != 1:
        return []
    (target,) = line.targets
    for other in block.lines[position + 1 :]:
        if target in (*reads(other.then), *reads(other.orelse)) if isinstance(other, If) and other.test == target else target in reads(other):
            return []
    end = block.terminator
    if target in (end.values if isinstance(end, Pass) else reads(Block((), end))):
        return []
    return _deciding(line)


def _deciding(line: If) -> list[int]:
    """The `if`, and those that give the value of one of its branches."""
    found = [id(line)]
    for branch in (line.then, line.orelse):
        last = branch.lines[-1] if branch.lines else None
        if isinstance(last, If) and isinstance(branch.terminator, Yield) and branch.terminator.values == last.targets:
            found += _deciding(last)
    return found
