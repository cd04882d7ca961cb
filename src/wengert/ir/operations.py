"""What each op computes, as a function of values: the evaluator's table, and the definition of every op of `docs/ir.md`.

Nothing here writes into its arguments, the consuming ops neither: they copy, so an SSA name keeps its value for good.

>>> operation("scatter_add")([1.0, 2.0], 0, 0.5)
[1.5, 2.0]
>>> operation("fstring")("x = ", "2.0")
'x = 2.0'
"""

from __future__ import annotations

import copy
import importlib
import itertools
import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from wengert.entries import rule_of_op
from wengert.ir.constants import resolve
from wengert.ir.core import UNDEFINED
from wengert.ir.walk import INPLACE
from wengert.partial_products import cofactors, cofactors_along, cumprod_along, product_of_others, transposed_cumprod
from wengert.pieces import cut_like, nested_like
from wengert.runtime import (
    apart,
    bessel_i,
    caught,
    first_extreme,
    inverse_gaps,
    last_writes,
    made_of,
    order_of,
    outcome,
    plus,
    polygamma,
    project,
    slice_bounds,
    snapshot,
    unbroadcast,
    unit,
    unread,
    zero_of,
)


@dataclass(frozen=True, slots=True)
class Items:
    """An iterator that is a value: `next` makes another one, and this one may be read again."""

    items: Any  # what has `[k]`, raising IndexError at the end
    position: int = 0

    def __iter__(self) -> Iterator[Any]:
        position = self.position
        while True:
            try:
                item = self.items[position]
            except IndexError:
                return
            yield item
            position += 1


@dataclass(frozen=True, slots=True)
class _Counted:
    start: int

    def __getitem__(self, position: int) -> int:
        return self.start + position


def _next(iterator: Any) -> tuple[Any, Any]:
    if not isinstance(iterator, Items):
        return next(iterator), iterator  # a Python iterator from outside: the one value that reading changes
    try:
        return iterator.items[iterator.position], Items(iterator.items, iterator.position + 1)
    except IndexError:
        raise StopIteration from None


def _owned(value: Any) -> Any:
    """A copy of what an in-place op would write into; other values are never written."""
    if isinstance(value, np.ndarray):
        return value.copy(order="K")
    return copy.copy(value) if isinstance(value, (list, dict, set, bytearray)) else value


def _append(items: list[Any], item: Any) -> list[Any]:
    return [*items, item]


def _pull(items: list[Any], position: int = -1) -> tuple[Any, list[Any]]:
    rest = list(items)
    return rest.pop(position), rest


def _push(items: list[Any], item: Any, position: int | None = None) -> list[Any]:
    return _insert(items, len(items) if position is None else position, item)


def _insert(items: list[Any], position: int, item: Any) -> list[Any]:
    longer = list(items)
    longer.insert(position, item)
    return longer


def _pop_key(items: dict[Any, Any], key: Any, *default: Any) -> tuple[Any, dict[Any, Any]]:
    rest = dict(items)
    return rest.pop(key, *default), rest


def _add_key(items: dict[Any, Any], key: Any, value: Any) -> dict[Any, Any]:
    return {**items, key: items.get(key, 0.0) + value}


def _at(change: Callable[[Any, Any, Any], None]) -> Callable[..., Any]:
    """The op `(target, *path, value)`: a copy of the target with a change at `target[step]...[last]`."""

    def apply(target: Any, *path: Any) -> Any:
        *steps, last, value = path
        result = place = _owned(target)
        for step in steps:
            inner = place[step]
            if not isinstance(place, np.ndarray):  # an item of a list is an object of its own, a part of an array is a view of it
                inner = place[step] = _owned(inner)
            place = inner
        change(place, last, value)
        return result

    return apply


def _add(place: Any, index: Any, value: Any) -> None:
    if isinstance(place, np.ndarray):
        np.add.at(place, index, value)  # an element that is indexed twice gets both
    else:
        place[index] = place[index] + value


def _put(place: Any, index: Any, value: Any) -> None:
    place[index] = value


def _add_once(place: Any, index: Any, value: Any) -> None:
    place[index] += value


def _inplace(name: str) -> Callable[[Any, Any], Any]:
    function: Callable[[Any, Any], Any] = getattr(operator, name)
    return lambda a, b: function(_owned(a), b)


def _unpack_star(values: Iterable[Any], before: int, after: int) -> tuple[Any, ...]:
    items = list(values)
    if len(items) < before + after:
        raise ValueError(f"not enough values to unpack (expected at least {before + after}, got {len(items)})")
    end = len(items) - after
    return (*items[:before], items[before:end], *items[end:])


CONVERSIONS: Mapping[str, Callable[[Any], str]] = {"s": str, "r": repr, "a": ascii}


def _format(value: Any, conversion: str | int | None = None, spec: str | None = None) -> str:
    if isinstance(conversion, int):  # as in Python's syntax tree: -1 is none, 114 is "r"
        conversion = chr(conversion) if conversion > 0 else None
    if conversion:
        value = CONVERSIONS[conversion](value)
    return format(value, spec or "")


def _raise(error: Any = None, *cause: Any) -> None:
    if error is None:
        raise RuntimeError("No active exception to reraise")
    if cause:
        raise error from cause[0]
    raise error


def _call(function: Callable[..., Any], *args: Any, **keywords: Any) -> Any:
    return function(*args, **keywords)


def _call_star(function: Callable[..., Any], args: Iterable[Any], keywords: Mapping[str, Any] | None = None) -> Any:
    return function(*args, **(keywords or {}))


@dataclass(slots=True)
class Box:
    """A variable that several functions share: Python's closure cell."""

    value: Any = UNDEFINED


def _rebox(box: Box, value: Any = UNDEFINED) -> None:
    box.value = value


def _unbox(box: Box) -> Any:
    if box.value is UNDEFINED:
        raise NameError("cannot access free variable where it is not associated with a value in enclosing scope")
    return box.value


def _import(module: str, package: str = "") -> Any:
    """`import a.b as c` is `import_('a.b')`; `import a.b` is the same and then `import_('a')`."""
    return importlib.import_module(module, package or None)


def _import_from(module: str, name: str, package: str = "") -> Any:
    found = importlib.import_module(module, package or None)
    return getattr(found, name) if hasattr(found, name) else importlib.import_module(f"{found.__name__}.{name}")


def _copy(value: Any) -> Any:
    return value.copy() if isinstance(value, np.ndarray) else copy.copy(value)


def _ruled(*args: Any) -> Any:
    """The values, which stand before the program."""
    values = tuple(itertools.takewhile(lambda value: not hasattr(value, "operands"), args))
    return values[0] if len(values) == 1 else values


OPERATIONS: dict[str, Callable[..., Any]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "truediv": operator.truediv,
    "floordiv": operator.floordiv,
    "mod": operator.mod,
    "pow": operator.pow,
    "matmul": operator.matmul,
    "lshift": operator.lshift,
    "rshift": operator.rshift,
    "and_": operator.and_,
    "or_": operator.or_,
    "xor": operator.xor,
    "neg": operator.neg,
    "pos": operator.pos,
    "invert": operator.invert,
    "not_": operator.not_,
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
    "is_": operator.is_,
    "is_not": operator.is_not,
    "in_": lambda item, container: item in container,
    "not_in": lambda item, container: item not in container,
    "getattr": getattr,
    "getitem": operator.getitem,
    "tuple": lambda *items: items,
    "list": lambda *items: list(items),
    "set": lambda *items: set(items),
    "dict": lambda *items: dict(zip(items[::2], items[1::2], strict=True)),
    "mapping": lambda *items: dict(zip(items[::2], items[1::2], strict=True)),
    "get_key": lambda items, key, default: items.get(key, default),
    "add_key": _add_key,
    "take_key": lambda items, key: _pop_key(items, key, 0.0),
    "pop_key": _pop_key,
    "record": lambda cls, *items: made_of(cls, **dict(zip(items[::2], items[1::2], strict=True))),
    "slice": slice,
    "unpack": lambda values: values,  # the evaluator counts the items
    "unpack_star": _unpack_star,
    "fstring": lambda *pieces: "".join(pieces),
    "format": _format,
    "call": _call,
    "call_star": _call_star,
    "raise": _raise,
    "setitem": operator.setitem,  # generic: these change the object
    "delitem": operator.delitem,
    "setattr": setattr,
    "delattr": delattr,
    "box": Box,
    "unbox": _unbox,
    "rebox": _rebox,
    "enter": lambda manager: type(manager).__enter__(manager),
    "leave": lambda manager: type(manager).__exit__(manager, None, None, None),
    "generator": lambda items, endless: iter(items),
    "generate": lambda: None,
    "cleanup": lambda: None,
    "attempted": lambda attempt, *classes: outcome(attempt, classes),
    "caught": caught,
    "apart": apart,
    "unread": unread,
    "import_": _import,
    "import_from": _import_from,
    "append": _append,
    "insert": _insert,
    "pop": _pull,
    "push": _push,
    "pull": _pull,
    "scatter_add": _at(_add),
    "add_at": _at(_add),
    "store": _at(_put),
    "write": _at(_put),
    "clobber": lambda x: x,
    "write_add": _at(_add_once),
    "next": _next,
    "reversed": lambda values: Items(list(reversed(values))),
    "count": lambda start=0: Items(_Counted(start)),
    "copy": _copy,
    "fresh": _copy,
    "unit": unit,
    "ruled": _ruled,
    "stop_gradient": lambda x: x,
    "checkpointed": lambda steps, snapshots: steps,
    "adjoint_of": lambda x: 0.0 * x,
    "edited": lambda x, before, after: x,
    "snapshot": snapshot,
    "zero_of": zero_of,
    "save": lambda pair, *items: items[0] if len(items) == 1 else items,
    "restore": lambda pair, saved: saved,
    "comment": lambda *text: None,
    "undo": lambda: None,
    "np.flatten": lambda x: x.flatten(),  # methods that are no functions, or take their arguments one by one
    "np.tolist": lambda x: x.tolist(),
    "np.item": lambda x, *index: x.item(*index),
    "np.view": lambda x: x.view(),
    "np.flat": lambda x: x.flat,
    "order_of": order_of,
    "slice_bounds": slice_bounds,
    "first_extreme": first_extreme,
    "list_of": list,
    "cut_like": cut_like,
    "nested_like": nested_like,
    "divide_where": lambda x, y, mask, like: np.divide(x, y, out=np.zeros_like(like), where=mask),
    "multiply_where": lambda x, y, mask, like: np.multiply(x, y, out=np.zeros_like(like), where=mask),
    "bessel_i": bessel_i,
    "np.compress_method": lambda x, condition, axis=None: x.compress(condition, axis),
    "np.astype": lambda x, dtype, copy=True: x.astype(dtype, copy=copy),
    "np.reshape": lambda x, *shape: np.reshape(x, shape if len(shape) > 1 else shape[0]),
    "np.transpose": lambda x, *axes, **keywords: np.transpose(x, *((axes,) if len(axes) > 1 else axes), **keywords),
    "polygamma": polygamma,
    "product_of_others": product_of_others,
    "cumprod_along": cumprod_along,
    "transposed_cumprod": transposed_cumprod,
    "cofactors": cofactors,
    "cofactors_along": cofactors_along,
    "inverse_gaps": inverse_gaps,
    "unbroadcast": unbroadcast,
    "project": project,
    "plus": plus,
    "last_writes": last_writes,
    **{name: _inplace(name) for name in INPLACE},
}
"""The ops that are not a function of NumPy, `math` or the builtins (`global` and `cell` are the evaluator's own)."""


def operation(op: str) -> Callable[..., Any]:
    """The function that an op applies; LookupError if the op means nothing."""
    rule = rule_of_op(op)
    if rule is not None:
        function: Callable[..., Any] = rule.function
        return function
    return _operation(op)


@lru_cache(maxsize=1024)
def _operation(op: str) -> Callable[..., Any]:
    found: Callable[..., Any] = OPERATIONS[op] if op in OPERATIONS else resolve(op)
    return found
