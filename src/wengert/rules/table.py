"""The table of primitives: for each the kinds of its result, its cost, and how derivatives pass through it.

A primitive is one row in one of the files beside this one, written in the notation of docs/rules.md:

    shared("y = sin(x)", "x_bar += y_bar * cos(x)")
    operator("z = x / y", "x_bar += z_bar / y", "y_bar -= z_bar / y * z")

The functions that make rows (`elementwise`, `weighted`, `linear`, `bilinear`, `general`, `constant`) stand here too;
they say which algebra the row's rule obeys, which is what lets one rule serve both modes.

>>> lookup("math.sin").differentiable, op_of(np.absolute), method_op("sum"), attribute_op("T")
(('x',), 'np.abs', 'np.sum', 'np.transpose')
"""

from __future__ import annotations

import builtins
import cmath
import math
import sys
import types
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from wengert import errors
from wengert.ir.build import Builder
from wengert.ir.core import Apply, Atom, Const
from wengert.ir.kinds import UNKNOWN
from wengert.rules.loading import load_for, load_new
from wengert.rules.notation import Head, Partial, head, split_text
from wengert.rules.primitive import Call, Jvp, KindFunction, KindOf, Partials, Primitive, Vjp, check_operands

__all__ = [
    "Call", "Jvp", "KindFunction", "KindOf", "Partial", "Partials", "Primitive", "Vjp", "attribute_op", "bind", "check_operands", "lookup",
    "method_op", "op_of",
]  # fmt: skip


def bind(line: Apply) -> Call:
    """Give the arguments of a line their names; a keyword that the row does not know is an error, never ignored."""
    primitive = _TABLE[line.op]
    if primitive.alone and len(line.args) == 1:
        primitive = _TABLE[primitive.alone]
    if primitive.masked and any(keyword in ("where", "initial") for keyword, _ in line.keywords):
        primitive = _TABLE[primitive.masked]
    row = primitive.head
    arguments: dict[str, Atom] = dict(zip(row.parameters[: row.positional], line.args))
    rest = line.args[row.positional :]
    if rest and row.star is None:
        raise errors.error("W044", line.place, name=line.op, what=f"{len(line.args)} positional arguments")
    arguments.update({f"{row.star}{i}": atom for i, atom in enumerate(rest)})
    for keyword, atom in line.keywords:
        keyword = _parameter(row, keyword)
        if keyword == row.star and not rest:
            keyword = f"{keyword}0"
        elif primitive.lenient and keyword not in row.parameters:
            continue
        elif keyword not in row.parameters or keyword in arguments:
            raise errors.error("W045" if keyword == "out" else "W042", line.place, name=line.op, keyword=keyword)
        arguments[keyword] = atom
    for name, value in row.defaults.items():
        arguments.setdefault(name, Const(value))
    missing = [name for name in row.parameters[: row.positional] if name not in arguments]
    if missing:
        raise errors.error("W044", line.place, name=line.op, what=f"a call without `{missing[0]}`")
    for name in WRITTEN & arguments.keys():
        given = arguments[name]
        if given not in (Const(None), Const(False)) and not (isinstance(given, Const) and isinstance(given.value, str)):
            raise errors.error("W045", line.place, name=line.op, keyword=name)
    call = Call(line, primitive, arguments)
    other = primitive.variant(call) if primitive.variant else None
    return replace(call, primitive=_TABLE[other]) if other else call


def is_flat(line: Apply, kind: KindOf) -> bool:
    """Does a primitive's result not vary, for operands of these kinds: `np.sign` of real numbers?"""
    primitive = lookup(line.op)
    if primitive is None or not primitive.differentiable:
        return primitive is not None
    return primitive.flat is not None and primitive.flat(bind(line), kind)


def open_parameters(line: Apply) -> Mapping[str, Atom]:
    """The arguments of a call in which the result may vary, and of which the row does not say how.

    >>> list(open_parameters(Apply(("y",), "np.roll", ("x", "n"))))
    ['shift']
    """
    call = bind(line)
    primitive = call.primitive
    if primitive.family == "constant":
        return {}
    known = {*call.differentiable, *primitive.flat_in, *CHOOSING}
    return {name: atom for name, atom in call.arguments.items() if name not in known and not isinstance(atom, Const)}


def _parameter(row: Head, keyword: str) -> str:
    """The row's name of a parameter that is given by keyword."""
    if keyword in row.parameters:
        return keyword
    return row.parameters[0] if keyword in FIRST else ALIASES.get(keyword, keyword)


FIRST = frozenset({"a", "x", "ary", "arr", "object", "arrays", "tup", "m"})
"""Names under which NumPy's functions take their first argument by keyword."""

CHOOSING = frozenset({"where", "condition", "condlist", "mask", "like", "rcond", "rtol", "atol", "tol", "discont"})
"""Parameters that results vary with in steps only: masks and tolerances."""

WRITTEN = frozenset({"output", "overwrite_data"})
"""Parameters of SciPy's functions that name an array to be overwritten."""

ALIASES = {"min": "a_min", "max": "a_max", "newshape": "shape"}
"""Other keywords for one parameter."""


# the table and its indices

_TABLE: dict[str, Primitive] = {}
_OPS: dict[int, str] = {}  # id of the function -> op
_NAMED: list[object] = []  # those functions
_METHODS: dict[str, str] = {}
_ATTRIBUTES: dict[str, str] = {}
_MODULES = {"np": np, "math": math, "cmath": cmath}


def lookup(op: str) -> Primitive | None:
    found = _TABLE.get(op)
    return _TABLE.get(op) if found is None and "." in op and load_for(op) else found


def primitives() -> tuple[Primitive, ...]:
    """All rows of our own, in the order of the files."""
    return tuple(row for row in _TABLE.values() if row.function is None)


def op_of(obj: object) -> str | None:
    """The op of a function object: `np.sin` -> "np.sin", `operator.add` -> "add"; None if it has no row.

    >>> op_of(math.sin), op_of(abs), op_of(np.add), op_of(print), op_of(dir)
    ('math.sin', 'abs', 'np.add', 'print', None)
    """
    found = _OPS.get(id(obj))
    if found is None and isinstance(obj, types.BuiltinMethodType) and isinstance(obj.__self__, np.ufunc):  # made anew each time
        found = f"{_OPS.get(id(obj.__self__))}.{obj.__name__}"
        return found if found in _TABLE else None
    return _OPS.get(id(obj)) if found is None and load_new() else found


def method_op(name: str) -> str | None:
    """The op of an array's method."""
    return _METHODS.get(name)


def attribute_op(name: str) -> str | None:
    """The op of an array's attribute."""
    return _ATTRIBUTES.get(name)


def function_of(op: str) -> Any:
    """The function that an op names, None for operators and what this NumPy or Python does not have.

    >>> function_of("math.sin"), function_of("abs"), function_of("mul")
    (<built-in function sin>, <built-in function abs>, None)
    """
    module, dot, name = op.partition(".")
    found: Any = _MODULES.get(module) or sys.modules.get(module) if dot else builtins
    for part in (name if dot else op).split("."):
        found = getattr(found, part, None)
    return found


def add(primitive: Primitive, *, method: bool | str = False, attribute: str | None = None) -> Primitive | None:
    """Enter a row, unless the function does not exist here (an older NumPy or Python); `method` may name one without function."""
    op = primitive.op
    function = function_of(op)
    if function is None and "." in op and "/" not in op and not isinstance(method, str):
        return None
    assert op not in _TABLE, f"two rows for {op}"
    _TABLE[op] = primitive
    if function is not None:
        also_called(function, op)
    if method:
        _METHODS[method if isinstance(method, str) else op.rpartition(".")[2]] = op
    if attribute:
        _ATTRIBUTES[attribute] = op
    return primitive


def put(primitive: Primitive) -> None:
    """Enter the row of a user's rule, in the place of an earlier one."""
    _TABLE[primitive.op] = primitive


def drop(op: str) -> None:
    """Take a user's row out again."""
    _TABLE.pop(op, None)


def add_method(name: str, op: str) -> None:
    """Another name of the method that means `op`."""
    _METHODS[name] = op


def also_called(function: object, op: str) -> None:
    """A function object with the meaning of `op`; it is kept, so that no other ever has its id (a bound method is made anew each time)."""
    _OPS.setdefault(id(function), op)
    _NAMED.append(function)


# the notation: one function for each algebra


def elementwise(text: str, *rule: str, module: str = "", kind: KindFunction, **options: Any) -> Primitive | None:
    """A function of each element alone: its Jacobian is diagonal, so exchanging bars and dots gives the tangent."""
    row = head(text)
    module = module or ("math" if row.op.startswith("math.") else "np")
    return enter(Primitive(row.op, "elementwise", row, module, kind, tuple(rule)), options)


def weighted(text: str, *rule: str, kind: KindFunction, **options: Any) -> Primitive | None:
    """A reduction whose tangent is the sum of `x_dot` times a weight, and whose adjoint spreads `y_bar` times that weight."""
    row = head(text)
    return enter(Primitive(row.op, "weighted", row, "np", kind, tuple(rule)), options)


def linear(text: str, rule: str | Vjp | None, *, kind: KindFunction, of: tuple[str, ...] = (), **options: Any) -> Primitive | None:
    """A function that is linear in its operands together: the tangent is the function itself of the tangents."""
    row = head(text)
    operands = of or row.parameters[:1]
    made = Primitive(row.op, "linear", row, "np", kind, operands=operands, vjp=as_vjp(rule), jvp=tangent_of_linear)
    return enter(made, options)


def bilinear(text: str, rule: Vjp, *, kind: KindFunction, **options: Any) -> Primitive | None:
    """A product of its two operands: the tangent is `op(x_dot, y) + op(x, y_dot)`."""
    row = head(text)
    made = Primitive(row.op, "bilinear", row, "np", kind, operands=row.parameters[:2], vjp=_checked(rule), jvp=tangent_of_product)
    return enter(made, options)


def general(text: str, *, vjp: Vjp, jvp: Jvp, of: tuple[str, ...], kind: KindFunction, **options: Any) -> Primitive | None:
    """Anything else: both rules are functions."""
    row = head(text)
    return enter(Primitive(row.op, "general", row, "np", kind, operands=of, vjp=_checked(vjp), jvp=jvp), options)


def constant(text: str, *, kind: KindFunction = lambda call, kind: UNKNOWN, **options: Any) -> Primitive | None:
    """A function whose result does not vary with its operands, or not with anything a derivative can see."""
    row = head(text)
    return enter(Primitive(row.op, "constant", row, "np", kind), {"cost": 1, **options})


def enter(primitive: Primitive, options: dict[str, Any]) -> Primitive | None:
    placed = {key: options.pop(key) for key in ("method", "attribute") if key in options}
    return add(replace(primitive, **options), **placed)


def as_vjp(rule: str | Vjp | None) -> Vjp | None:
    if rule is None:
        return None
    if not isinstance(rule, str):
        return _checked(rule)
    _, text = split_text(rule)

    def vjp(b: Builder, call: Call, y_bar: Atom, parameter: str) -> Atom:
        return b.text(text, {**call.names, f"{call.primitive.result}_bar": y_bar})

    return _checked(vjp)


def _checked(vjp: Vjp) -> Vjp:
    """The rule, after a look at its operand: see `check_operands`."""

    def checked(b: Builder, call: Call, y_bar: Atom, parameter: str) -> Atom:
        check_operands(call, (parameter,), b.kind)
        return vjp(b, call, y_bar, parameter)

    return checked


def tangent_of_linear(b: Builder, call: Call, tangents: Mapping[str, Atom]) -> Atom:
    """The line once more, with the tangents in place of the operands; the tangent of a constant operand is zero."""
    zeros: dict[str, Atom] = {name: Const(0.0) for name in call.differentiable}
    return again(b, call, {**zeros, **tangents})


def tangent_of_product(b: Builder, call: Call, tangents: Mapping[str, Atom]) -> Atom:
    """The product rule: for each operand that varies the line once more with its tangent, summed."""
    plain = replace(call, line=replace(call.line, spelled=None)) if call.line.spelled == ".dot" else call  # a tangent may be a number
    parts = [again(b, plain, {name: tangent}) for name, tangent in tangents.items()]
    return parts[0] if len(parts) == 1 else b.apply("add", *parts)


def again(b: Builder, call: Call, replaced: Mapping[str, Atom]) -> Atom:
    """The line of a call once more, with some of its arguments replaced."""
    row = call.primitive.head
    order = (*row.parameters[: row.positional], *call.starred)
    args = [replaced.get(name, atom) for name, atom in zip(order, call.line.args)]
    keywords = [(keyword, replaced.get(_parameter(row, keyword), atom)) for keyword, atom in call.line.keywords]
    return b.apply(call.line.op, *args, keywords=keywords, spelled=call.line.spelled)
