"""Records: objects that are nothing but named fields, so namedtuples, dataclasses and attrs objects.

>>> from typing import NamedTuple
>>> class Line(NamedTuple):
...     slope: float
...     offset: float
>>> fields_of(Line(2.0, 1.0)), fields_of(2.0)
(('slope', 'offset'), None)
>>> made_of(Line, slope=1.0, offset=0.0)
Line(slope=1.0, offset=0.0)
"""

from __future__ import annotations

import dataclasses
from functools import lru_cache
from typing import Any

from wengert.runtime import made_of

__all__ = ["fields_of", "fields_of_class", "is_frozen", "is_plain", "made_of"]


def fields_of(value: Any) -> tuple[str, ...] | None:
    """The names of the fields, in their order; None if the value is no record."""
    cls: Any = type(value)
    return fields_of_class(cls)


@lru_cache(maxsize=1024)
def fields_of_class(cls: Any) -> tuple[str, ...] | None:
    """The names of the fields of objects of a class."""
    if issubclass(cls, tuple):
        fields = getattr(cls, "_fields", None)
        return fields if isinstance(fields, tuple) and all(isinstance(field, str) for field in fields) else None
    if "__getattribute__" in _own_names(cls):  # a field is then not what is stored under its name
        return None
    if dataclasses.is_dataclass(cls):
        return tuple(field.name for field in dataclasses.fields(cls))
    attributes = getattr(cls, "__attrs_attrs__", None)
    return None if attributes is None else tuple(attribute.name for attribute in attributes)


def _own_names(cls: type) -> set[str]:
    return {name for base in cls.__mro__ if base is not object for name in vars(base)}


@lru_cache(maxsize=1024)
def is_frozen(cls: Any) -> bool:
    """Do the fields of an object of the class stay what they are? Then it does not matter whether two names stand for one object.

    >>> @dataclasses.dataclass(frozen=True)
    ... class Point:
    ...     x: float
    >>> is_frozen(Point), is_frozen(tuple), is_frozen(list)
    (True, True, False)
    """
    parameters = getattr(cls, "__dataclass_params__", None)
    return issubclass(cls, tuple) or (parameters is not None and bool(parameters.frozen))


@lru_cache(maxsize=1024)
def is_plain(cls: Any) -> bool:
    """Does `cls(field=value, ...)` store the values as they are and do nothing else?

    >>> @dataclasses.dataclass
    ... class Scaled:
    ...     x: float
    ...     def __post_init__(self):
    ...         self.x *= 2
    >>> is_plain(Scaled)
    False
    """
    if type(cls).__call__ is not type.__call__:
        return False
    if issubclass(cls, tuple):
        return cls.__init__ is object.__init__ and (getattr(cls.__new__, "__module__", "") or "").startswith("namedtuple_")
    parameters = getattr(cls, "__dataclass_params__", None)
    fields = cls.__dict__.get("__dataclass_fields__", {})
    return (
        parameters is not None
        and parameters.init
        and cls.__new__ is object.__new__
        and not hasattr(cls, "__post_init__")
        and getattr(cls.__init__, "__code__", None) is not None
        and cls.__init__.__code__.co_filename == "<string>"  # the one that `dataclasses` wrote
        and bool(fields)
        and all(field.init and field._field_type is dataclasses._FIELD for field in fields.values())  # type: ignore[attr-defined]  # typeshed leaves out the marker of a plain field
    )
