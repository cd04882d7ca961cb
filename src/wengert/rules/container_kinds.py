"""The kinds of what lines with containers bind: displays, items, what becomes longer or shorter, what is unpacked.

>>> from wengert.ir.kinds import FLOAT
>>> CONTAINER_KINDS["append"](Apply(("xs.1",), "append", ("xs.0", "v")), [List(FLOAT), FLOAT])
List(element=Scalar(type='float'), items=None)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from wengert.ir.core import Apply
from wengert.ir.kinds import (
    BOTTOM,
    UNKNOWN,
    Closure,
    Dict,
    Iterator,
    Kind,
    Known,
    List,
    Map,
    Record,
    Slice,
    Text,
    Tuple,
    linear_number,
)
from wengert.ir.lattice import join, join_all
from wengert.rules.index_kinds import element_of, item_kind, positional, replaced_item

Result = Kind | tuple[Kind, ...]
"""One kind for all targets of a line, or one each."""

LONG = 16
"""Lists of more items than this are lists of one kind."""


def _getitem(line: Apply, args: list[Kind]) -> Result:
    name = line.args[0] if isinstance(line.args[0], str) else line.targets[0]
    return item_kind(args[0], args[1], name, line.targets[0])


def _list(line: Apply, args: list[Kind]) -> Result:
    return List(join_all(args), tuple(args) if len(args) <= LONG else None)


def _dict(line: Apply, args: list[Kind]) -> Result:
    items: dict[Any, Kind] = {}
    for key, value in zip(args[::2], args[1::2]):
        if (
            isinstance(key, Text)
            and key.value is not None
            or isinstance(key, Known)
            and type(key.value) in (int, bool, float, tuple, type(None))
        ):
            items[key.value] = value
        else:
            return UNKNOWN
    return Dict(tuple(items.items()))


def _mapping(line: Apply, args: list[Kind]) -> Result:
    made: Kind = Map(BOTTOM, BOTTOM)
    for key, value in zip(args[::2], args[1::2]):
        made = replaced_item(made, (key,), value)
    return made


def _get_key(line: Apply, args: list[Kind]) -> Result:
    whole = args[0]
    return join(whole.element, args[2]) if isinstance(whole, Map) else UNKNOWN


def _add_key(line: Apply, args: list[Kind]) -> Result:
    return replaced_item(args[0], (args[1],), args[2])


def _take_key(line: Apply, args: list[Kind]) -> Result:
    """The value of a key that goes, and the dict without it; where there was none it is what the last argument says, or zero."""
    whole = args[0]
    if not isinstance(whole, Map):
        return (UNKNOWN, UNKNOWN)
    other = args[2] if len(args) > 2 else linear_number(whole.element) if line.op == "take_key" else BOTTOM
    return (join(whole.element, other), whole)


def _record(line: Apply, args: list[Kind]) -> Result:
    cls, items = args[0], args[1:]
    names = [name.value for name in items[::2] if isinstance(name, Text) and name.value is not None]
    if not isinstance(cls, Known) or len(names) * 2 != len(items):
        return UNKNOWN
    return Record(cls.value, tuple(zip(names, items[1::2])))


def _unpack(line: Apply, args: list[Kind]) -> Result:
    value, count = positional(args[0]), len(line.targets)
    if isinstance(value, Tuple) or (isinstance(value, List) and value.items is not None):
        items = value.items or ()
        return items if len(items) == count else (UNKNOWN,) * count
    return (element_of(value),) * count


def _unpack_star(line: Apply, args: list[Kind]) -> Result:
    value = positional(args[0])
    before, after = (int(kind.value) if isinstance(kind, Known) else 0 for kind in args[1:3])
    if isinstance(value, Tuple) or (isinstance(value, List) and value.items is not None):
        items = value.items or ()
        last = len(items) - after
        middle = items[before:last]
        return (*items[:before], List(join_all(middle), middle if len(middle) <= LONG else None), *items[last:])
    element = element_of(value)
    return (*(element,) * before, List(element), *(element,) * after)


def _append(line: Apply, args: list[Kind]) -> Result:
    xs = args[0]
    if not isinstance(xs, List):
        return UNKNOWN
    one = args[1]
    if xs.items is not None and (isinstance(one, Closure) or isinstance(one, Known) and callable(one.value)):
        return List(join(xs.element, one), (*xs.items, one))  # each is to be called as itself
    return List(join(xs.element, one))


def _next(line: Apply, args: list[Kind]) -> Result:
    return (element_of(args[0]), args[0])


def _reversed(line: Apply, args: list[Kind]) -> Result:
    return Iterator(element_of(args[0]))


CONTAINER_KINDS: dict[str, Callable[[Apply, list[Kind]], Result]] = {
    "tuple": lambda line, args: Tuple(tuple(args)),
    "slice": lambda line, args: Slice(args[0], args[1], args[2]),
    "insert": lambda line, args: _append(line, [args[0], args[2]]),
    "getitem": _getitem,
    "list": _list,
    "dict": _dict,
    "mapping": _mapping,
    "get_key": _get_key,
    "add_key": _add_key,
    "take_key": _take_key,
    "pop_key": _take_key,
    "record": _record,
    "unpack": _unpack,
    "unpack_star": _unpack_star,
    "append": _append,
    "push": _append,
    "pop": _next,
    "pull": _next,
    "next": _next,
    "reversed": _reversed,
}
