"""The kinds of what a line binds: of every op of docs/ir.md, primitives by their row, structure here.

>>> from wengert.ir.kinds import FLOAT
>>> kinds_of_line(Apply(("%0",), "math.sin", ("x",)), {"x": FLOAT})
(Scalar(type='float'),)
>>> kinds_of_line(Apply(("a", "b"), "unpack", ("%0",)), {"%0": Tuple((FLOAT, INT))})
(Scalar(type='float'), Scalar(type='int'))
"""

from __future__ import annotations

import types
from collections import ChainMap
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import product

import numpy as np

from wengert import errors
from wengert.ir.core import Apply, Atom, Name
from wengert.ir.kinds import (
    BOTTOM,
    EITHER,
    FLOAT,
    INT,
    NUMERIC,
    UNKNOWN,
    Array,
    Bottom,
    Closure,
    Dict,
    Frozen,
    Iterator,
    Kind,
    Known,
    List,
    Map,
    Numeric,
    NumpyScalar,
    Range,
    Record,
    Saved,
    Scalar,
    Text,
    Tuple,
    Union,
    axes_of,
    dtype_of,
    is_real,
    is_scalar,
    linear_number,
    may_be_complex,
    scalar_type,
)
from wengert.ir.lattice import join, join_all, options_of
from wengert.ir.values import known, substitute
from wengert.rules.array_kinds import as_array
from wengert.rules.container_kinds import CONTAINER_KINDS, Result
from wengert.rules.index_kinds import element_of, item_kind, replaced_item
from wengert.rules.result_kinds import as_result
from wengert.rules.table import Call, KindOf, bind, lookup

__all__ = ["acts", "element_of", "kinds_of_line"]

LIBRARIES = ("np.", "scipy.")


def kinds_of_line(line: Apply, kinds: Mapping[Name, Kind]) -> tuple[Kind, ...]:
    """The kinds of the targets of a line, from the kinds of its arguments; `UNKNOWN` when in doubt."""
    unions = dict.fromkeys(atom for atom in line.args if isinstance(atom, str) and isinstance(kinds.get(atom), Union))
    if unions and line.op not in CONTAINERS:
        return _for_each(line, kinds, tuple(unions))
    structure = STRUCTURE.get(line.op)
    if structure is not None:
        result = structure(line, [substitute(kinds, atom) for atom in line.args])
        return result if isinstance(result, tuple) else (result,) * len(line.targets)
    row = lookup(line.op)
    if row is None or len(line.targets) != 1:
        return (UNKNOWN,) * len(line.targets)
    if any(isinstance(substitute(kinds, atom), Bottom) for atom in line.args):
        return (BOTTOM,)
    try:
        call = bind(line)
    except errors.Error:
        return (UNKNOWN,)
    found = call.primitive.kind(call, _taken(call, kinds))
    if found == NUMERIC and not row.real and any(may_be_complex(substitute(kinds, atom)) for atom in call.arguments.values()):
        return (UNKNOWN,)  # `NUMERIC` is of real numbers
    return (NUMERIC,) if row.real and found == UNKNOWN else (found,)


def _taken(call: Call, kinds: Mapping[Name, Kind]) -> KindOf:
    """The kinds of the arguments as the primitive takes them: a list of numbers where NumPy makes an array of it is an array."""
    row = call.primitive
    if row.module != "np" or not row.op.startswith(LIBRARIES):
        return lambda atom: substitute(kinds, atom)
    composite = row.family == "composite"
    operands = {call[name] for name in call.differentiable if composite or (row.head.star if name in call.starred else name) not in row.sequences}

    def kind(atom: Atom) -> Kind:
        found = substitute(kinds, atom)
        return as_array(found, f"{call.result}:{atom}", arrays=not composite) if atom in operands else found

    return kind


def _for_each(line: Apply, kinds: Mapping[Name, Kind], unions: tuple[Name, ...]) -> tuple[Kind, ...]:
    """The kinds for each combination of what the arguments may be, joined."""
    combinations = product(*(options_of(kinds[name]) for name in unions[:COMBINED]))
    rest = dict.fromkeys(unions[COMBINED:], NUMERIC)
    each = [kinds_of_line(line, ChainMap(dict(zip(unions, options)), rest, kinds)) for options in combinations]  # type: ignore[arg-type]  # ChainMap asks for mutable maps and only reads these
    return tuple(map(join_all, zip(*each)))


CONTAINERS = frozenset({"tuple", "list", "dict", "record", "slice", "append", "insert", "pop", "push", "pull", "next", "unbroadcast", "project", "plus", "mapping", "get_key", "add_key", "take_key", "pop_key"})
"""Ops that hold their arguments, or look at what they may be: of any kind."""

COMBINED = 2
"""So many arguments are looked at with each kind that they may be."""


def acts(line: Apply) -> bool:
    """Does the line do something besides giving a result, so that it may be neither dropped nor doubled?

    >>> acts(Apply((), "raise", ())), acts(Apply(("%0",), "call", ("f",))), acts(Apply(("%0",), "np.sin", ("x",)))
    (True, True, False)
    """
    if line.op in ACTING:
        return line.op != "invoke" or not line.keywords
    if line.op in STRUCTURE:
        return False
    row = lookup(line.op)
    return row is None or not row.pure


ACTING = frozenset({
    "raise", "call", "call_star", "invoke", "setattr", "delattr", "setitem", "delitem", "setglobal", "enter", "leave", "apart",
})  # fmt: skip


# structure: a function of the line and the kinds of its arguments


def _getattr(line: Apply, args: list[Kind]) -> Result:
    value, name = args[0], args[1].value if isinstance(args[1], Text) else None
    if name is None:
        return UNKNOWN
    if isinstance(value, Known) and isinstance(value.value, (types.ModuleType, type)):
        found = getattr(value.value, name, None)
        return known(found) if found is not None else UNKNOWN
    if isinstance(value, Record):
        return dict(value.items).get(name, UNKNOWN)
    if name == "dtype" and isinstance(value, (Array, NumpyScalar)) and value.dtype != EITHER:
        return Known(np.dtype(value.dtype))
    return UNKNOWN


def _consuming(line: Apply, args: list[Kind]) -> Result:
    """`a += b` after specialisation: `a` is an array or a list, and stays what it is."""
    first, second = args[0], args[1]
    if isinstance(first, Array):
        return first
    if isinstance(first, List) and line.op == "iadd":
        return List(join(first.element, element_of(second)))
    plain = line.op[1:]
    row = lookup({"iand": "and_", "ior": "or_", "ixor": "xor"}.get(line.op, plain))
    if row is not None and axes_of(first) == ():
        renamed = Apply(line.targets, row.op, line.args)
        table = {atom: kind for atom, kind in zip(line.args, args) if isinstance(atom, str)}
        return kinds_of_line(renamed, table)
    return UNKNOWN


def _first(line: Apply, args: list[Kind]) -> Result:
    return args[0]


def _copied(line: Apply, args: list[Kind]) -> Result:
    """A copy, which `tuple(xs)` and `list(xs)` are, too."""
    whole = args[0]
    if isinstance(whole, List) and line.spelled in ("tuple", "list"):
        return Frozen(whole.element) if line.spelled == "tuple" else List(whole.element)
    return whole


def zero_kind(kind: Kind) -> Kind:
    """What `zero_of` gives for a value of this kind: a tree like it, an object in a list being the tuple of its fields."""
    match kind:
        case Tuple(items):
            return Tuple(tuple(map(zero_kind, items)))
        case List(element, items):
            return replace(kind, element=zero_kind(element), items=None if items is None else tuple(map(zero_kind, items)))
        case Dict(items):
            return Dict(tuple((key, zero_kind(item)) for key, item in items))
        case Known() | Text() | Scalar("int" | "bool"):
            return FLOAT
    return kind


def _added(line: Apply, args: list[Kind]) -> Result:
    """`a[i] += v`: an array stays what it is; a list has, somewhere, a sum in place of a number of the text."""
    whole = args[0]
    if isinstance(whole, Map):
        return replaced_item(whole, args[1:-1], args[-1])
    if not isinstance(whole, List):
        return whole
    *outer, last = args[1:-1]
    place: Kind = whole
    for step in outer:
        place = item_kind(place, step, "", "")
    added = join(place.element, args[-1]) if isinstance(place, List) else args[-1]
    return replaced_item(whole, (*outer, last), added)


def _written(line: Apply, args: list[Kind]) -> Result:
    """`a[i] = v`: an array stays what it is, a list or dict has another item."""
    return replaced_item(args[0], args[1:-1], args[-1])


def _last_writes(line: Apply, args: list[Kind]) -> Result:
    found = item_kind(args[0], args[1], line.args[0] if isinstance(line.args[0], str) else "", line.targets[0])
    return Array("bool", found.axes) if isinstance(found, Array) else UNKNOWN


def _unbroadcast(line: Apply, args: list[Kind]) -> Result:
    """Shape of the second argument, dtype of the first; a list for a list."""
    g, x = args[0], args[1]
    if isinstance(g, List) and isinstance(x, List) and (g.items is None) == (x.items is None):
        return g
    axes, dtype = axes_of(x), dtype_of(g)
    if axes == () and scalar_type(g):
        return g
    if axes is None or dtype is None:
        return NUMERIC if axes is None and isinstance(x, Numeric) and is_real(g) else UNKNOWN
    return as_result(dtype, axes)


def _project(line: Apply, args: list[Kind]) -> Result:
    if isinstance(args[1], List) and args[1].items is None and scalar_type(args[1].element) in ("float", "complex"):
        return List(linear_number(args[1].element))
    if isinstance(args[1], Map):
        element = args[1].element
        return Map(args[1].key, linear_number(element) if is_scalar(element) else element)
    return args[1] if isinstance(args[1], (Array, NumpyScalar)) else linear_number(args[1]) if scalar_type(args[1]) else UNKNOWN


def _is(line: Apply, args: list[Kind]) -> Result:
    a, b = args
    if isinstance(a, Known) and isinstance(b, Known):
        small = (bool, type(None))
        decided = (
            a.value is b.value
            or not isinstance(a.value, (int, float, str, tuple))
            or type(a.value) in small
            or type(b.value) in small
        )
        return Known((a.value is b.value) == (line.op == "is_")) if decided else Scalar("bool")
    some = (Scalar, NumpyScalar, Array, Numeric, Text, Tuple, List, Dict, Map, Record, Range, Iterator, Closure)
    nothing = Known(None)
    if (a == nothing and isinstance(b, some)) or (b == nothing and isinstance(a, some)):
        return Known(line.op == "is_not")
    return Scalar("bool")


def _not(line: Apply, args: list[Kind]) -> Result:
    value = args[0]
    if isinstance(value, Known) and type(value.value) in (bool, int, type(None)):
        return Known(not value.value)
    return Scalar("bool")


def _in(line: Apply, args: list[Kind]) -> Result:
    item, container = args
    if isinstance(container, Dict) and isinstance(item, (Known, Text)) and item.value is not None:
        return Known((item.value in dict(container.items)) == (line.op == "in_"))
    return Scalar("bool")


def _always(kind: Kind) -> Callable[[Apply, list[Kind]], Result]:
    return lambda line, args: kind


CONSUMING = (
    "iadd",
    "isub",
    "imul",
    "itruediv",
    "ifloordiv",
    "imod",
    "ipow",
    "imatmul",
    "ilshift",
    "irshift",
    "iand",
    "ior",
    "ixor",
)

STRUCTURE: dict[str, Callable[[Apply, list[Kind]], Result]] = {
    **CONTAINER_KINDS,
    "getattr": _getattr,
    "count": _always(Iterator(INT)),
    "scatter_add": _added,
    "add_at": _added,
    "store": _written,
    "write": _written,
    "clobber": lambda line, args: args[0] if isinstance(args[0], Array) else UNKNOWN,
    "write_add": _written,
    "copy": _copied,
    "fresh": _first,
    "snapshot": _first,
    "unit": _always(Scalar("float")),
    "last_writes": _last_writes,
    "ruled": lambda line, args: tuple(args[: len(line.targets)]),
    "checkpointed": _first,
    "adjoint_of": lambda line, args: linear_number(args[0]) if scalar_type(args[0]) else args[0],
    "pushed": _always(UNKNOWN),
    "unbroadcast": _unbroadcast,
    "project": _project,
    "plus": lambda line, args: join(args[0], args[1]),
    "is_": _is,
    "is_not": _is,
    "not_": _not,
    "in_": _in,
    "not_in": _in,
    "fstring": _always(Text()),
    "format": _always(Text()),
    "set": _always(UNKNOWN),
    "global": _always(UNKNOWN),
    "cell": _always(UNKNOWN),
    "call": _always(UNKNOWN),
    "invoke": _always(UNKNOWN),
    "zero_of": lambda line, args: zero_kind(args[0]),
    "save": lambda line, args: Saved(args[0].value if isinstance(args[0], Text) and args[0].value else ""),
    "restore": _always(UNKNOWN),
    "call_star": _always(UNKNOWN),
    "raise": _always(UNKNOWN),
    "apart": _always(Known(None)),
    "unread": lambda line, args: List(element_of(args[0])),
    **dict.fromkeys(CONSUMING, _consuming),
}
