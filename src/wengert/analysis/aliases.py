"""What each line does to the abstract memory: views are noted, containers hold what is put into them.

    b.0 = getitem(a.0, %s)     b.0 is a view of a.0, if %s is a basic index
    t.0 = tuple(a.0, b.0)      t.0 holds a.0: when a.0 is written to, t.0 as a whole is spoilt
    c.0 = getitem(t.0, i)      c.0 may be whatever t.0 holds

See `heap.py` for what these words mean.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from wengert.analysis.heap import View
from wengert.ir.core import Apply, Atom, Const
from wengert.ir.kinds import (
    Array,
    Bottom,
    Closure,
    Dict,
    Iterator,
    Kind,
    Known,
    List,
    Map,
    Numeric,
    NumpyScalar,
    Optional,
    Packed,
    Range,
    Record,
    Scalar,
    Slice,
    Text,
    Tuple,
    is_scalar,
)
from wengert.records import is_frozen

if TYPE_CHECKING:
    from wengert.analysis.state import State
    from wengert.rules.table import Primitive

HOLDING = frozenset({"tuple", "list", "dict", "mapping", "append", "write", "iadd", "insert", "extend", "record"})
"""Ops whose result refers to their arguments."""

MAYBE_VIEWS = frozenset({
    "np.reshape", "np.ravel", "np.asarray", "np.atleast_1d", "np.atleast_2d", "np.atleast_3d", "np.ascontiguousarray", "np.asanyarray",
    "np.require", "np.astype", "np.conj", "np.diag", "np.nan_to_num", "np.flat", "np.asfortranarray", "np.linalg.diagonal",
    "np.linalg.matrix_transpose", "np.linalg.matrix_power", "np.real_if_close", "np.trim_zeros", "np.float64", "np.float32",
})  # fmt: skip
"""Views of some arrays, copies of others: only the run can tell."""


ITSELF = {"np.asarray": 0, "np.asanyarray": 0, "np.atleast_1d": 1, "np.atleast_2d": 2, "np.atleast_3d": 3}
"""What gives an array of so many axes at least back as it is."""


def mutable(kind: Kind) -> bool:
    """May a value of this kind be an object that changes, or hold one?

    >>> mutable(Scalar("float")), mutable(Array("float64", ("*",))), mutable(Tuple((Scalar("int"), List(Scalar("int")))))
    (False, True, True)
    """
    match kind:
        case Scalar() | NumpyScalar() | Text() | Bottom() | Range() | Slice() | Closure():
            return False
        case Known(value):
            return not (value is None or callable(value) or isinstance(value, (bool, int, float, complex, str, type(np))))
        case Packed(items, cls):
            return not is_frozen(cls) or any(map(mutable, items))
        case Tuple(items):
            return any(map(mutable, items))
        case Optional(inner) | Iterator(inner):
            return mutable(inner)
        case Record(cls, items):
            return not (is_frozen(cls) and items) or any(mutable(item) for _, item in items)
    return not is_scalar(kind)


def basic(kind: Kind) -> bool | None:
    """Is an index of this kind one that takes a view of an array (slices, integers, `...`, `None`)? None: not known.

    >>> basic(Slice(Known(1), Known(None), Known(None))), basic(Array("int64", ("*",))), basic(Tuple((Scalar("int"), Known(None))))
    (True, False, True)
    """
    match kind:
        case Slice() | Scalar("int"):
            return True
        case Known(value):
            return value is None or value is Ellipsis or type(value) is int
        case NumpyScalar(dtype):
            return "int" in dtype
        case Tuple(items):
            answers = [basic(item) for item in items]
            return False if False in answers else None if None in answers else True
        case Array() | List() | Scalar("bool"):
            return False
    return None


def note_memory(state: State, line: Apply, row: Primitive | None) -> None:
    """Note what the result of a line shares with its arguments."""
    if line.op in ("unpack", "unpack_star", "next", "pop", "pop_key"):
        for target in line.targets[: 1 if line.op in ("pop", "pop_key") else None]:
            if mutable(state.kind(target)):
                taken(state, target, line.args[0])
        return
    if len(line.targets) != 1 or not line.args:
        return
    target = line.targets[0]
    if line.op in HOLDING:
        items = line.args[line.op in ("append", "write", "insert") :]
        state.heap.hold(target, [atom for atom in items if mutable(state.kind(atom))])
        return
    source = line.args[1] if line.op == "np.einsum" and len(line.args) == 2 else line.args[0]
    if isinstance(source, Const) or not mutable(state.kind(target)):
        return
    if line.op == "getitem":
        _item(state, line, source)
    elif line.op in ("np.reshape", "np.ravel") and state.heap.location(source) in state.contiguous and not line.keywords:
        view(state, line, source)
        state.contiguous.add(target)
    elif _is_itself(state, line, source):
        state.heap.where[target] = state.heap.location(source)
    elif line.op == "reversed" or line.op == "copy" and _holds_what_changes(state.kind(target)):
        hand_on(state, target, source)
    elif line.op == "mul" and isinstance(state.kind(target), List):  # `[row] * n` holds one object n times
        hand_on(state, target, source)
        state.heap.doubly.add(target)
    elif line.op in MAYBE_VIEWS and not _copies(line) or line.op == "np.einsum" and source is not line.args[0]:
        state.heap.may_be(target, state.heap.root(state.heap.location(source)))
        state.maybe.note(line, state.place)
    elif line.op == "getattr":
        taken(state, target, source)
    elif row is not None and row.view and isinstance(state.kind(source), Array):
        view(state, line, source)


def _is_itself(state: State, line: Apply, source: str) -> bool:
    """Does NumPy give back the very array that it was given?"""
    kind = state.kind(source)
    if line.op not in ITSELF or not isinstance(kind, Array) or len(line.args) > 1 or (kind.axes is None and ITSELF[line.op]):
        return False
    options = dict(line.keywords)
    wanted = state.kind(options.pop("dtype")) if "dtype" in options else None
    same = wanted is None or isinstance(wanted, Known) and kind.dtype == _dtype_name(wanted.value)
    return same and not options and len(kind.axes or ()) >= ITSELF[line.op]


def _dtype_name(dtype: Any) -> str | None:
    try:
        return str(np.dtype(dtype).name)
    except TypeError:
        return None


def _holds_what_changes(kind: Kind) -> bool:
    """Is a copy of a list or dict of this kind about the same objects? One of numbers is a list of its own."""
    if isinstance(kind, List):
        return any(map(mutable, kind.items)) if kind.items is not None else mutable(kind.element)
    return isinstance(kind, Dict) and any(mutable(item) for _, item in kind.items)


def _copies(line: Apply) -> bool:
    """Is it a call that gives a copy as long as no `copy=False` is said?"""
    return line.op == "np.astype" and len(line.args) == 2 and line.keywords in ((), (("copy", Const(True)),))


def _item(state: State, line: Apply, source: str) -> None:
    base, target = state.kind(source), line.targets[0]
    if isinstance(base, List) and isinstance(state.kind(line.args[1]), Slice):  # a list of its own, of the same items
        if mutable(base.element):
            state.heap.may_be(target, state.heap.root(state.heap.location(source)))
        return
    fixed = isinstance(base, (Dict, Tuple)) and isinstance(line.args[1], Const)
    if fixed or isinstance(base, (Array, List, Map)):
        plain = basic(state.kind(line.args[1])) if isinstance(base, Array) else True
        if plain:
            view(state, line, source)
        elif plain is None:
            state.heap.may_be(target, state.heap.root(state.heap.location(source)))
    else:
        taken(state, target, source)


def view(state: State, line: Apply, source: str) -> None:
    """The target of the line is a view of its first argument."""
    heap, target = state.heap, line.targets[0]
    heap.views[target] = View(heap.location(source), line)
    heap.derived[target] = (source, target)


def hand_on(state: State, target: str, container: str) -> None:
    """Another container of what a container holds."""
    heap = state.heap
    location = heap.root(heap.location(container))
    heap.hold(target, [container, *(held for held, holders in list(heap.holders.items()) if location in holders)])


def taken(state: State, target: str, container: Atom) -> None:
    """What was taken out of a container may be anything that it holds, and writing to it changes what the container holds."""
    if isinstance(container, Const):
        return
    heap = state.heap
    location = heap.root(heap.location(container))
    for held, holders in list(heap.holders.items()):
        if location in holders:
            heap.may_be(target, held)
            for part in heap.packed_in(held) if held in heap.packs else ():
                heap.may_be(target, part)
    if isinstance(state.kind(container), Array) and isinstance(state.kind(target), (Array, Numeric)):  # a row is a view
        heap.may_be(target, location)
    heap.hold(location, [target])


def may_be(state: State, name: str, source: str) -> None:
    """A carried value may be an object from before its loop; an array is in a list that may hold it, and is not the list."""
    heap = state.heap
    if isinstance(state.kind(name), Array) and isinstance(state.kind(source), (List, Dict, Tuple)):
        heap.holders.setdefault(name, set()).add(source)
        return
    heap.overlap(name, source)
    heap.holders.setdefault(name, set()).update(heap.holders.get(source, ()))
