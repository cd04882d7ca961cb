"""What a call hands to a derivative: which parameters are meant, with which values, and whether they can vary.

`Target` takes a callable apart once (a method is a function and its object, a partial a function and some arguments),
so that each call is a plain tuple of values, one per parameter of the function whose text is differentiated.

>>> def loss(w, x, scale=2.0): ...
>>> target = Target(loss)
>>> target.positions((0, "x"))
(0, 1)
>>> target.bind((1.0,), {"x": 3.0})
(1.0, 3.0, 2.0)
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from wengert.errors import error
from wengert.tree import is_tree, paths_of

if TYPE_CHECKING:
    from wengert.ir.kinds import Kind

Argnums: TypeAlias = int | str | tuple[int | str, ...]


class Target:
    """A callable taken apart: the `function` with a text, and how arguments of the callable become values of its parameters."""

    def __init__(self, callable_: Callable[..., Any]) -> None:
        from wengert.frontend.source import unwrap  # here, as it loads the parser
        from wengert.standing import stand_in

        found = unwrap(stand_in(callable_))
        self.callable = callable_
        self.function: Any = found.function  # a FunctionType, or a derivative, which has a program instead of a text
        self.first = found.args  # values of the leading parameters: the object of a method, arguments of a partial
        self.named = dict(found.keywords)  # those that a partial gives by name
        self.signature = inspect.signature(found.function, follow_wrapped=False)
        self.parameters = tuple(self.signature.parameters)
        self.name = name_of(callable_)
        self.plain = not self.first and not self.named and all(
            parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
            for parameter in self.signature.parameters.values()
        )  # fmt: skip

    @property
    def public(self) -> tuple[str, ...]:
        """The parameters that a caller counts: without the object of a method or the first arguments of a partial."""
        return self.parameters[len(self.first) :]

    def positions(self, argnums: Argnums) -> tuple[int, ...]:
        """The parameters that `argnums` means, as positions among all parameters of the function."""
        wanted = argnums if isinstance(argnums, tuple) else (argnums,)
        return tuple(map(self._position, wanted))

    def _position(self, argnum: int | str) -> int:
        public = self.public
        if isinstance(argnum, str) and argnum in public:
            return self.parameters.index(argnum)
        if isinstance(argnum, int) and not isinstance(argnum, bool) and -len(public) <= argnum < len(public):
            return len(self.first) + argnum % len(public)
        parameters = ", ".join(public) if public else "it has none"
        raise error("W065", function=self.name, name=repr(argnum), parameters=parameters)

    def bind(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> tuple[Any, ...]:
        """One value per parameter, defaults filled in; a wrong call is the TypeError that the function itself would raise."""
        if self.plain and not kwargs and len(args) == len(self.parameters):
            return tuple(args)
        try:
            bound = self.signature.bind(*self.first, *args, **{**self.named, **kwargs})
        except TypeError as wrong:
            raise TypeError(f"{self.name}() {wrong}") from None
        bound.apply_defaults()
        return tuple(bound.arguments[name] for name in self.parameters)


def kinds_of_call(target: Target, args: Sequence[Any], kwargs: Mapping[str, Any]) -> tuple[tuple[Kind, ...], dict[str, Any]]:
    """The kinds of all parameters, and the values given; what is not given has the kind of its annotation or default.

    >>> def loss(w: float, x, scale=2.0): ...
    >>> kinds_of_call(Target(loss), (), {})[0]
    (Scalar(type='float'), Unknown(), Scalar(type='float'))
    """
    from wengert.ir.kinds import UNKNOWN
    from wengert.ir.values import kind_of

    try:
        given = target.signature.bind_partial(*target.first, *args, **{**target.named, **kwargs}).arguments
    except TypeError as wrong:
        raise TypeError(f"{target.name}() {wrong}") from None
    kinds = []
    for name, parameter in target.signature.parameters.items():
        if name in given:
            kinds.append(kind_of(given[name]))
        elif parameter.annotation is not parameter.empty:
            kinds.append(_annotated(parameter.annotation))
        else:
            kinds.append(UNKNOWN if parameter.default is parameter.empty else kind_of(parameter.default))
    return tuple(kinds), dict(given)


def _annotated(annotation: Any) -> Kind:
    from wengert.ir.kinds import BOOL, COMPLEX, FLOAT, INT, UNKNOWN, Text

    kinds: dict[str, Kind] = {"float": FLOAT, "int": INT, "complex": COMPLEX, "bool": BOOL, "str": Text()}
    name = annotation if isinstance(annotation, str) else getattr(annotation, "__name__", "")
    return kinds.get(name, UNKNOWN)


def name_of(callable_: Any) -> str:
    """How messages call a function.

    >>> name_of(functools.partial(max, 1)), name_of(lambda: 0)
    ('max', '<lambda>')
    """
    while isinstance(callable_, functools.partial):
        callable_ = callable_.func
    return getattr(callable_, "__name__", None) or type(callable_).__name__


def check_varies(value: Any, name: str, function: str) -> None:
    """Raise unless derivatives by this argument make sense."""
    problem = _problem(value)
    if problem:
        code, fields = problem
        raise error(code, name=name, function=function, **fields)
    if is_tree(value):
        floats = False
        for path, leaf in paths_of(value, name):
            if leaf is None or isinstance(leaf, (bool, int, str)) or _integers(leaf):
                continue
            problem = _problem(leaf)
            if problem:
                code, fields = problem
                raise error(code, name=path, function=function, **fields)
            floats = True
        if not floats:
            raise error("W064", name=name, function=function)


def _integers(leaf: Any) -> bool:
    return type(leaf) is np.ndarray and leaf.dtype.kind in "iub" or isinstance(leaf, (np.integer, np.bool_))


def _problem(value: Any) -> tuple[str, dict[str, Any]] | None:
    """The code and fields of the refusal, if the value cannot be differentiated by."""
    if type(value) in (float, int, complex, tuple, list, dict):
        return None
    if is_tree(value):
        return None
    if value is None or isinstance(value, (bool, str, np.bool_)):
        return "W062", {"what": repr(value) if not isinstance(value, str) else f"the string {value!r}"}
    if isinstance(value, (np.ndarray, np.generic)):
        if isinstance(value, (np.matrix, np.ma.MaskedArray)):
            return "W066", {"what": "an np.matrix" if isinstance(value, np.matrix) else "a masked array"}
        if value.dtype.kind in "iub":
            return "W061", {"dtype": value.dtype.name}
        if value.dtype.kind not in "fc":
            return "W066", {"what": f"an array of dtype {value.dtype.name}"}
        if isinstance(value, np.generic) or type(value) is np.ndarray:
            return None
    return "W063", {"what": describe_value(value)}


def describe_value(value: Any) -> str:
    """A value in the words of a message.

    >>> describe_value(np.zeros(3)), describe_value(2), describe_value({})
    ('an array of shape (3,)', 'the int 2', 'a dict')
    """
    if value is None or isinstance(value, bool):
        return repr(value)
    if isinstance(value, np.ndarray) and type(value) is np.ndarray:
        return f"an array of shape {value.shape}"
    if isinstance(value, (int, float, complex)):
        return f"the {type(value).__name__} {value!r}"
    if isinstance(value, str):
        return f"the string {value!r}"
    name = type(value).__name__
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"
