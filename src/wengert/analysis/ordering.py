"""Items put in order, and the first of them: `sorted`, `list.sort`, and `max` and `min`, with a key or of more than numbers.

    call(@sorted, xs, key=f)         keys = [f(v) for v in xs]
                                     order = order_of(keys)          # positions, which do not vary
                                     [xs[k] for k in order]

What stands there in the end is `in_order` (`rules/stand_ins_builtins.py`), inlined like a helper. Where the keys of a dict are what is
sorted, their order is known before the run.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Mapping
from typing import Any

from wengert import errors
from wengert.analysis.call import SPECIAL, Call
from wengert.analysis.facts import Fact
from wengert.analysis.inline import inline_function, tuple_of
from wengert.analysis.loop_kinds import settled
from wengert.analysis.method_calls import METHODS
from wengert.analysis.mutators import replace_items
from wengert.analysis.objects import class_of
from wengert.ir.core import Apply, Atom, Const
from wengert.ir.kinds import UNKNOWN, Dict, Kind, List, Packed, Tuple, axes_of, holds_object, scalar_type
from wengert.rules import element_of
from wengert.rules.stand_ins_builtins import first_of, in_order, largest, smallest
from wengert.rules.stand_ins_comparing import first_of_objects, order_of_objects
from wengert.runtime import first_extreme, order_of

NONE = Const(None)


def _kind(call: Call, atom: Atom) -> Kind:
    return UNKNOWN if atom in call.state.iterables or atom in call.state.generators else call.state.kind(call.state.read(atom))


def _is_list(call: Call, values: Atom) -> Const:
    """Is it a list whose items are all of one kind, so that one of them can be read by its position?"""
    kind = _kind(call, values)
    return Const(isinstance(kind, List) and kind.items is None)


def _of_objects(kind: Kind) -> bool:
    """Does a key get objects whose fields are kept one by one? Only the program's own lines can read them: Python's `sorted` has none to give."""
    if isinstance(kind, List):
        return any(map(_of_objects, kind.items or (kind.element,)))
    return isinstance(kind, Packed) or isinstance(kind, Tuple) and any(map(_of_objects, kind.items or ()))


def _sorted(call: Call) -> bool:
    named = dict(call.keywords)
    if len(call.args) != 1 or set(named) - {"key", "reverse"}:
        return False
    kind = _kind(call, call.args[0])
    if _keys_of_a_dict(call, named):
        return True
    if not (call.varied or _of_objects(kind)):
        element = settled(Fact(element_of(kind), False, False)).kind
        if element == UNKNOWN:
            return False
        new = call.emit("call", call.function, *call.args, keywords=call.keywords, varied=False)
        call.state.define(new, List(element))
        return True
    if isinstance(kind, List) and not named and all(scalar_type(item) == "float" for item in kind.items or (kind.element,)):
        return False  # `np.sort`
    return write_sorted(call, call.args[0], named)


def write_sorted(call: Call, values: Atom, named: Mapping[str, Atom]) -> bool:
    """The items of a list in another one."""
    call.returned(inline_function(call.state, call.frame, call.line, in_order, (values, _is_list(call, values)), named, call.out))
    return True


def _keys_of_a_dict(call: Call, named: Mapping[str, Atom]) -> bool:
    """`sorted(d)`, `sorted(d.items())`: the order of keys that are known."""
    op, args = call.state.iterables.get(call.args[0], ("keys", call.args)) if isinstance(call.args[0], str) else ("", ())
    kind = _kind(call, args[0]) if op in ("keys", "items") else UNKNOWN
    backward = named.get("reverse", Const(False))
    if not isinstance(kind, Dict) or "key" in named or not isinstance(backward, Const):
        return False
    try:
        keys = sorted((key for key, _ in kind.items), reverse=bool(backward.value))
    except TypeError:
        return False
    place = call.frame.place(call.line.place)
    items: list[Atom] = [Const(key) for key in keys]
    if op == "items":
        values = [call.state.names.fresh() for _ in keys]
        for name, key in zip(values, items):
            call.state.emit(Apply((name,), "getitem", (call.state.read(args[0]), key), place=place), call.out)
        items = [tuple_of(call.state, pair, place, call.out) for pair in zip(items, values)]
    call.emit("list", *items)
    return True


def _extreme(stand_in: Callable[[list[Any]], Any], greatest: bool) -> Callable[[Call], bool]:
    def write(call: Call) -> bool:
        """`max(xs)` of a list whose length only the run knows: one comparison after the other; with a key, the first of the largest keys."""
        named = dict(call.keywords)
        if not call.args or set(named) - {"key"}:
            return False
        kind = _kind(call, call.args[0])
        if not (call.varied or _of_objects(kind)):
            return False
        numbers = isinstance(kind, List) and axes_of(kind.element) == ()
        if len(call.args) == 1 and not named and isinstance(kind, List) and kind.items is None and numbers:
            call.returned(inline_function(call.state, call.frame, call.line, stand_in, call.args, {}, call.out))
            return True
        objects = len(call.args) > 1 and class_of(call.state, call.args[0]) is not None
        if not (named or objects) and (len(call.args) > 1 or numbers or not isinstance(kind, List)):
            return False
        values = call.args[0] if len(call.args) == 1 else tuple_of(call.state, call.args, call.frame.place(call.line.place), call.out)
        arguments = (values, _is_list(call, values), named.get("key", NONE), Const(greatest))
        call.returned(inline_function(call.state, call.frame, call.line, first_of, arguments, {}, call.out))
        return True

    return write


def _sort(call: Call, handle: Atom) -> bool:
    """`xs.sort(key=f)`: all items of the list are others."""
    named = dict(call.keywords)
    if isinstance(handle, Const) or not isinstance(_kind(call, handle), List) or call.args or set(named) - {"key", "reverse"}:
        return False
    if not (call.varied or call.state.varies(handle) or _of_objects(_kind(call, handle))):
        return False
    value = inline_function(call.state, call.frame, call.line, in_order, (handle, _is_list(call, handle)), named, call.out)
    if isinstance(value, str):
        replace_items(call.state, handle, str(call.state.read(value)))
    call.bind(NONE)
    return True


def _by_objects(stand_in: Callable[..., Any]) -> Callable[[Call], bool]:
    def write(call: Call) -> bool:
        """Positions by keys that are objects of the user's: their own comparisons decide, and not the tuples that stand for them."""
        kind = _kind(call, call.args[0])
        items = [] if not isinstance(kind, List) else kind.items if kind.items is not None else (kind.element,)
        if not any(map(holds_object, items)):
            return False
        if not all(isinstance(item, Packed) and item == items[0] and not issubclass(item.cls, tuple) for item in items):
            raise errors.error("W085", call.state.place, name=call.state.spelled(call.args[0]))
        given = (call.args[0], call.args[1] if len(call.args) > 1 else Const(False))
        call.returned(inline_function(call.state, call.frame, call.line, stand_in, given, {}, call.out))
        return True

    return write


METHODS["sort"] = _sort
SPECIAL.update({
    order_of: _by_objects(order_of_objects), first_extreme: _by_objects(first_of_objects),
    builtins.sorted: _sorted, builtins.max: _extreme(largest, True), builtins.min: _extreme(smallest, False),
})  # fmt: skip
