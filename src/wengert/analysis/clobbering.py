"""What a call that is not looked into may write into: everything that it is given and that can change has a new content below it.

    %0 = call(@shake, order.0)         # `shake` has no source
    order.1 = clobber(order.0)         # nothing in the text: it is the object that `order` names

Functions of Python, NumPy and SciPy that only read are known; so are those of which reading found that they change nothing. What the call gives
back may be (a part of) what it was given.
"""

from __future__ import annotations

import sys
import types
from typing import Any

from wengert.analysis.aliases import mutable
from wengert.analysis.call import Call
from wengert.analysis.facts import Method
from wengert.analysis.frame import Frame
from wengert.analysis.heap import Location, Spoilt
from wengert.analysis.state import State
from wengert.ir.core import Apply, Atom, Block, Const, Line, Name
from wengert.ir.kinds import UNKNOWN, Array, Instance, Kind, Known, Unknown
from wengert.ir.values import SOURCES
from wengert.ir.walk import blocks_of, bound, defined

READERS = (sys.stdlib_module_names | {"numpy", "scipy"}) - {"random", "heapq", "bisect", "operator", "_operator", "_random", "_heapq", "_bisect"}
"""Packages of which the functions without a rule only read what they are given, but for `WRITERS` and what is told to write."""

WRITERS = frozenset({
    "copyto", "put", "place", "putmask", "put_along_axis", "fill_diagonal", "at", "shuffle", "setitem", "delitem", "iadd", "isub", "imul", "nditer", "setattr", "delattr", "exec",
    "next", "setfield", "resize", "itemset",
})  # fmt: skip

CHANGING = frozenset({
    "append", "extend", "insert", "pop", "remove", "clear", "sort", "reverse", "update", "setdefault", "popitem",
})  # fmt: skip
"""Methods of lists and dicts that change them."""


MANAGING = frozenset({"__enter__", "__exit__"})
"""Methods of managers, which open and close what a program does not differentiate: files, `np.errstate`."""


def opaque(call: Call, kind: Kind, reads: bool = False) -> None:
    """Write a call that is not looked into; `leftovers.py` refuses it if anything differentiated goes in.

    `reads`: it is known to leave what it is given as it is.
    """
    state = call.state
    state.give_away(*call.args, *(atom for _, atom in call.keywords))
    varied = call.varied or state.varies(call.function)
    new = call.emit("call", call.function, *call.args, keywords=call.keywords, varied=varied)
    state.define(new, kind, varied)
    if varied or reads:
        return
    if may_write(call):
        clobber(call, new)
    elif may_show(state.callee(call.function)):
        may_return(call, new)


def may_write(call: Call) -> bool:
    """May a call of which the lines are not known write into what it is given, or into the object of which it is a method?"""
    state = call.state
    if any(key == "out" or key.startswith("overwrite") for key, _ in call.keywords):
        return True
    method = _method(call)
    if method is not None:
        kind = state.kind(method.value)
        if isinstance(kind, Instance) and kind.cls in SOURCES:
            return method.name in WRITERS
        if isinstance(kind, Instance) and _is_reader(kind.cls.__module__):
            return method.name in CHANGING | WRITERS
        return isinstance(kind, (Unknown, Instance)) and method.name not in MANAGING or method.name in CHANGING | WRITERS
    function = state.callee(call.function)
    return function is None or not only_reads(function)


def only_reads(function: Any) -> bool:
    """Is it known to leave its arguments as they are?

    >>> import numpy as np, random
    >>> only_reads(print), only_reads(np.histogram), only_reads(np.put), only_reads(random.shuffle), only_reads(lambda x: x)
    (True, True, False, False, False)
    """
    if isinstance(function, type):
        return True
    module = getattr(function, "__module__", None) or getattr(type(getattr(function, "__self__", None)), "__module__", "")
    if isinstance(function, types.FunctionType):
        module = function.__globals__.get("__name__", "")  # what `exec` has made says that it is a builtin
    return _is_reader(str(module)) and getattr(function, "__name__", "at") not in WRITERS


def _is_reader(module: str) -> bool:
    return module.partition(".")[0] in READERS


def clobber(call: Call, result: Name) -> None:
    """Let what the call may have written into have a new content; `result` is what it gave back."""
    state = call.state
    for atom in {state.heap.location(atom): atom for atom in _given(call) if isinstance(atom, str)}.values():
        overwrite(state, call.frame, call.line, atom)
    may_return(call, result)


def _method(call: Call) -> Method | None:
    return call.state.methods.get(call.function) if isinstance(call.function, str) else None


def _given(call: Call) -> list[Atom]:
    """What the call can reach: its arguments, and the object of which it is a method, or that is called."""
    method = _method(call)
    return [*call.args, *(atom for _, atom in call.keywords), call.function if method is None else method.value]


def may_show(function: Any) -> bool:
    """May an object of a class, or what a function gives back, show memory of what it was made of?"""
    return not (isinstance(function, type) and (function.__module__ == "builtins" and function is not memoryview or issubclass(function, BaseException)))


def may_return(call: Call, result: Name) -> None:
    """What a function gives back may be what it was given, or show the same memory."""
    state = call.state
    if mutable(state.kind(result)):
        for atom in _given(call):
            if isinstance(atom, str) and _may_change(state, atom):
                state.heap.may_be(result, state.heap.root(state.heap.location(atom)))
                state.shown.add(result)


def overwrite(state: State, frame: Frame, here: Line, handle: Atom) -> None:
    """What the atom stands for, what is in it, and what may be it, has another content below a line."""
    if isinstance(handle, Const) or not _may_change(state, handle):
        return
    heap, location = state.heap, state.heap.location(handle)
    outer = location
    while (outer, None) not in heap.contents and outer in heap.views:
        outer = heap.views[outer].base
    inside = [outer]
    if outer == location:  # else an item, or a part of an array
        for one in inside:
            held = [heap.root(item) for item, holders in heap.holders.items() if one in map(heap.root, map(heap.location, holders))]
            inside += [item for item in dict.fromkeys(held) if item not in inside and _may_change(state, item)]
    others = dict.fromkeys(other for one in inside for other in heap.overlaps.get(one, ()) if other not in inside and _may_change(state, other))
    known = {outer, *_known_here(state, frame, here)}
    versions = {one: state.content(one) for one in reversed((*inside, *others))}
    as_it_was = isinstance(state.kind(location), Array)
    varied = {one: state.varies(one) for one in versions}  # what varies, and may have been written to, cannot be followed
    renewed = {one: _renewed(state, one, old, as_it_was) for one, old in versions.items() if one in known and isinstance(old, str) and not varied[one]}
    for one in versions.keys() - renewed.keys():
        heap.contents[one, None] = Spoilt(location)
    if outer != location and not isinstance(state.kind(outer), Array):
        heap.change_inside(outer)
    heap.contents.update({(one, None): new for one, new in renewed.items()})  # they do not spoil each other


def _known_here(state: State, frame: Frame, here: Line) -> set[Location]:
    """The objects that have a name where the call stands: variables of the functions around, and what this block has made."""
    names = {target for line in state.out for target in defined(line)}
    around: Frame | None = frame
    while around is not None:
        names.update(atom for atom in around.atoms.values() if isinstance(atom, str))
        around = around.around
    names.update(frame.function.parameters, _above(frame.function.body, here) or ())
    return {state.heap.root(state.heap.location(name)) for name in names}


def _above(block: Block, here: Line) -> list[Name] | None:
    """The names that are bound before a line, in its block and those around it; None if the line is not in the block."""
    names: list[Name] = []
    for line in block.lines:
        if line is here or (line.targets and line.targets == here.targets):
            return names
        for inner in blocks_of(line):
            found = _above(inner, here)
            if found is not None:
                return [*names, *bound(line), *found]
        names.extend(defined(line))
    return None


def _may_change(state: State, atom: Name) -> bool:
    return state.heap.location(atom) not in state.heap.fields and not isinstance(state.kind(atom), Known) and mutable(state.kind(atom))


def _renewed(state: State, location: Location, old: Name, as_it_was: bool) -> Name:
    new = state.names.fresh(state.called(location))
    kind = state.kind(old)
    state.define(new, kind if as_it_was or isinstance(kind, Array) else UNKNOWN)
    state.out.append(Apply((new,), "clobber", (old,), place=state.place))
    state.heap.write(location, new, as_long=isinstance(kind, Array))
    return new
