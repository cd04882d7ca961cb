"""`operator.itemgetter`, `attrgetter` and `methodcaller`: functions that remember what to ask for.

    g = operator.itemgetter(1, 0)       g is `items_of`, given 1 and 0
    a, b = g(xs)                  ==>   a, b = xs[1], xs[0]

And `functools.lru_cache`: a function that remembers what it gave, of which a derivative asks the function; and `_make` of a namedtuple.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable
from types import FunctionType, MethodType
from typing import Any

from wengert import errors
from wengert.analysis.call import OBJECTS, SPECIAL, Call, known_atom
from wengert.ir.core import Atom, Const
from wengert.ir.kinds import Closure


def _item(index: Any, x: Any) -> Any:
    return x[index]


def _two_items(first: Any, second: Any, x: Any) -> Any:
    return x[first], x[second]


def _three_items(first: Any, second: Any, third: Any, x: Any) -> Any:
    return x[first], x[second], x[third]


def _attribute(name: str, x: Any) -> Any:
    return getattr(x, name)


def _two_attributes(first: str, second: str, x: Any) -> Any:
    return getattr(x, first), getattr(x, second)


def _three_attributes(first: str, second: str, third: str, x: Any) -> Any:
    return getattr(x, first), getattr(x, second), getattr(x, third)


def _method(name: str, *args: Any) -> Any:
    return getattr(args[-1], name)(*args[:-1])


GETTERS: dict[Any, Callable[[int], Any]] = {
    operator.itemgetter: {1: _item, 2: _two_items, 3: _three_items}.get,
    operator.attrgetter: {1: _attribute, 2: _two_attributes, 3: _three_attributes}.get,
    operator.methodcaller: lambda count: _method,
}
"""For so many things to ask for: the function that asks, whose last argument is what is asked."""


def asking(maker: Any, given: tuple[Any, ...]) -> Callable[..., Any] | None:
    """The function that does what a getter does; an attribute of an attribute has none."""
    dotted = maker is operator.attrgetter and any(isinstance(name, str) and "." in name for name in given)
    return None if dotted else GETTERS[maker](len(given))


def _made(maker: Any) -> Callable[[Call], bool]:
    def write(call: Call) -> bool:
        values = tuple(atom.value if isinstance(atom, Const) else None for atom in call.args)
        function = None if call.keywords else asking(maker, values)
        if function is None:
            return False
        given = tuple(map(call.state.read, call.args))
        new = call.emit("call", call.function, *given, varied=False)
        call.state.define(new, Closure(new))
        call.state.partials[new] = (Const(function, function.__name__), given, {})
        call.state.lazy.add(new)
        return True

    return write


def _known(function: Any) -> tuple[Atom, tuple[Atom, ...]] | None:
    """A getter that was there before: what it calls, and with which first arguments."""
    maker, given, *_ = function.__reduce__()
    found = asking(maker, given) if maker in GETTERS else None
    return None if found is None else (known_atom(found), tuple(map(known_atom, given)))


def _cached(function: Any) -> tuple[Atom, tuple[Atom, ...]] | None:
    """What `functools.lru_cache` remembers the results of; one that calls itself stays a cache, as it may take forever without."""
    plain = function.__wrapped__
    if not isinstance(plain, FunctionType) or plain.__name__ in plain.__code__.co_names + plain.__code__.co_freevars:
        return None
    return known_atom(plain), ()


def _made_of(cls: Any, items: Any) -> Any:
    return cls(*items)


def _method_of_class(method: Any) -> tuple[Atom, tuple[Atom, ...]] | None:
    """`Point._make(xs)` of a namedtuple."""
    cls = method.__self__
    made = isinstance(cls, type) and issubclass(cls, tuple) and method.__name__ == "_make" and hasattr(cls, "_fields")
    return (known_atom(_made_of), (Const(cls),)) if made else None


def _inner_cache(call: Call) -> bool:
    """`functools.lru_cache`, called in the function: what it decorates is an inner function."""
    name = "lru_cache" if call.state.callee(call.function) is functools.lru_cache else "cache"
    raise errors.error("W051", call.frame.place(call.line.place), name=name)


SPECIAL.update({functools.lru_cache: _inner_cache, functools.cache: _inner_cache})
SPECIAL.update({maker: _made(maker) for maker in GETTERS})
OBJECTS.update(dict.fromkeys(GETTERS, _known))
OBJECTS[MethodType] = _method_of_class
OBJECTS[type(functools.cache(len))] = _cached
