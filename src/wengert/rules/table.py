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
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np

from wengert import errors
from wengert.ir.build import Builder
from wengert.ir.core import Apply, Atom, Const, Name
from wengert.ir.kinds import UNKNOWN, Dict, Kind, List, Tuple, may_carry_derivative
from wengert.rules.notation import Head, Partial, contribution, head, split_text

__all__ = ["Call", "Partial", "Primitive", "attribute_op", "bind", "lookup", "method_op", "op_of"]

KindOf: TypeAlias = Callable[[Atom], Kind]
KindFunction: TypeAlias = Callable[["Call", KindOf], Kind]
Vjp: TypeAlias = Callable[[Builder, "Call", Atom, str], Atom]
Jvp: TypeAlias = Callable[[Builder, "Call", Mapping[str, Atom]], Atom]
Partials: TypeAlias = Mapping[str, Partial]


@dataclass(frozen=True, eq=False)
class Primitive:
    """One row of the table."""

    op: str  # the canonical name: "np.sin", "math.sin", "abs", "mul"
    family: str  # elementwise, weighted, linear, bilinear, general, constant
    head: Head
    module: str  # where bare function names of the rule are looked up: "np" or "math"
    kind: KindFunction
    texts: tuple[str, ...] = ()  # the contributions of an elementwise or weighted row
    choose: Callable[[Call, KindOf], Partials] | None = None  # the partials where they depend on the call
    operands: tuple[str, ...] = ()  # of other rows: the parameters that have a rule
    vjp: Vjp | None = None
    jvp: Jvp | None = None
    expand: Callable[[Builder, Call, Atom], Atom] | None = None
    cost: int = 4
    pure: bool = True
    view: bool = False
    alone: str | None = None  # the row for calls with one argument: `max(xs)` is not `max(x, y)`
    sequences: frozenset[str] = frozenset()  # the parameters that take a list or tuple of numbers or arrays
    domain: tuple[float, float] = (0.2, 0.9)  # where the tests take the operands from

    @property
    def parameters(self) -> tuple[str, ...]:
        return self.head.parameters

    @property
    def result(self) -> str:
        return self.head.result

    @cached_property
    def partials(self) -> Partials:
        """The contributions of an elementwise or weighted row; `Call.partials` has those of one call."""
        return dict(map(contribution, self.texts))

    @cached_property
    def differentiable(self) -> tuple[str, ...]:
        names = self.operands or tuple(self.partials)
        return tuple(name for name in self.parameters if name in names)


@dataclass(frozen=True)
class Call:
    """An Apply with its arguments bound to the names of the row's parameters.

    The items of a star parameter `xs` are called `xs0`, `xs1`, ...
    """

    line: Apply
    primitive: Primitive
    arguments: Mapping[str, Atom]

    def __getitem__(self, parameter: str) -> Atom:
        return self.arguments[parameter]

    @property
    def result(self) -> Name:
        return self.line.targets[0]

    @property
    def names(self) -> Mapping[str, Atom]:
        """What the names in the rule's expressions stand for."""
        return {**self.arguments, self.primitive.result: self.result}

    @property
    def differentiable(self) -> tuple[str, ...]:
        """The bound parameters that have a rule, those of a star parameter one by one."""
        star = self.primitive.head.star
        return tuple(
            name
            for parameter in self.primitive.differentiable
            for name in (self.starred if parameter == star else (parameter,))
            if name in self.arguments
        )

    @cached_property
    def starred(self) -> tuple[str, ...]:
        star = self.primitive.head.star
        return tuple(name for name in self.arguments if star and name not in self.primitive.parameters)

    def atoms(self, parameter: str) -> tuple[Atom, ...]:
        """The atoms bound to a parameter: one, or those of a star parameter, or none."""
        if parameter == self.primitive.head.star:
            return tuple(self.arguments[name] for name in self.starred)
        return (self.arguments[parameter],) if parameter in self.arguments else ()

    def partials(self, kind: KindOf) -> Partials:
        """The contributions of this very call; an operand that is missing gets none (its derivative is zero)."""
        assert self.primitive.family in ("elementwise", "weighted"), self.primitive.op
        check_operands(self, self.differentiable, kind)
        choose = self.primitive.choose
        return choose(self, kind) if choose else self.primitive.partials

    def value(self, parameter: str) -> Any:
        """The value of an argument that is a constant of the text; None for others (`kinds.static` knows more)."""
        atom = self.arguments.get(parameter)
        return atom.value if isinstance(atom, Const) else None


def bind(line: Apply) -> Call:
    """Give the arguments of a line their names; a keyword that the row does not know is an error, never ignored."""
    primitive = _TABLE[line.op]
    if primitive.alone and len(line.args) == 1:
        primitive = _TABLE[primitive.alone]
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
        elif keyword not in row.parameters or keyword in arguments:
            raise errors.error("W045" if keyword == "out" else "W042", line.place, name=line.op, keyword=keyword)
        arguments[keyword] = atom
    for name, value in row.defaults.items():
        arguments.setdefault(name, Const(value))
    missing = [name for name in row.parameters[: row.positional] if name not in arguments]
    if missing:
        raise errors.error("W044", line.place, name=line.op, what=f"a call without `{missing[0]}`")
    return Call(line, primitive, arguments)


def _parameter(row: Head, keyword: str) -> str:
    """The row's name of a parameter that is given by keyword."""
    if keyword in row.parameters:
        return keyword
    return row.parameters[0] if keyword in FIRST else ALIASES.get(keyword, keyword)


def check_operands(call: Call, active: Iterable[str], kind: KindOf) -> None:
    """Refuse a list or tuple with derivatives where the rule is about numbers and arrays (`np.sin([x, y])`)."""
    for parameter in active:
        base = call.primitive.head.star if parameter in call.starred else parameter
        operand = kind(call[parameter])
        if base in call.primitive.sequences or not isinstance(operand, (List, Tuple, Dict)):
            continue
        items = operand.items if isinstance(operand, List) and operand.items is not None else (operand,)
        if any(map(may_carry_derivative, items)):
            what = "a list of differentiated values; make an array of it first: `np.array(...)`"
            raise errors.error("W044", call.line.place, name=call.line.op, what=what)


FIRST = frozenset({"a", "x", "ary", "arr", "object", "arrays", "tup", "m"})
"""Names under which NumPy's functions take their first argument by keyword."""

ALIASES = {"min": "a_min", "max": "a_max", "newshape": "shape"}
"""Other keywords for one parameter."""


# the table and its indices

_TABLE: dict[str, Primitive] = {}
_OPS: dict[int, str] = {}  # id of the function -> op
_METHODS: dict[str, str] = {}
_ATTRIBUTES: dict[str, str] = {}
_MODULES = {"np": np, "math": math}


def lookup(op: str) -> Primitive | None:
    return _TABLE.get(op)


def primitives() -> tuple[Primitive, ...]:
    """All rows, in the order of the files."""
    return tuple(_TABLE.values())


def op_of(obj: object) -> str | None:
    """The op of a function object: `np.sin` -> "np.sin", `operator.add` -> "add"; None if it has no row.

    >>> op_of(math.sin), op_of(abs), op_of(np.add), op_of(print), op_of(dir)
    ('math.sin', 'abs', 'np.add', 'print', None)
    """
    return _OPS.get(id(obj))


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
    found: Any = _MODULES.get(module) if dot else builtins
    for part in (name if dot else op).split("."):
        found = getattr(found, part, None)
    return found


def add(primitive: Primitive, *, method: bool | str = False, attribute: str | None = None) -> Primitive | None:
    """Enter a row, unless the function does not exist here (an older NumPy or Python); `method` may name one without function."""
    op = primitive.op
    function = function_of(op)
    if function is None and op.startswith(("np.", "math.")) and not isinstance(method, str):
        return None
    assert op not in _TABLE, f"two rows for {op}"
    _TABLE[op] = primitive
    if function is not None:
        _OPS.setdefault(id(function), op)
    if method:
        _METHODS[method if isinstance(method, str) else op.rpartition(".")[2]] = op
    if attribute:
        _ATTRIBUTES[attribute] = op
    return primitive


def also_called(function: object, op: str) -> None:
    """Another function object with the meaning of `op`, such as `operator.add`."""
    _OPS.setdefault(id(function), op)


# the notation: one function for each algebra


def elementwise(text: str, *rule: str, module: str = "", kind: KindFunction, **options: Any) -> Primitive | None:
    """A function of each element alone: its Jacobian is diagonal, so exchanging bars and dots gives the tangent."""
    row = head(text)
    module = module or ("math" if row.op.startswith("math.") else "np")
    return _enter(Primitive(row.op, "elementwise", row, module, kind, tuple(rule)), options)


def weighted(text: str, *rule: str, kind: KindFunction, **options: Any) -> Primitive | None:
    """A reduction whose tangent is the sum of `x_dot` times a weight, and whose adjoint spreads `y_bar` times that weight."""
    row = head(text)
    return _enter(Primitive(row.op, "weighted", row, "np", kind, tuple(rule)), options)


def linear(text: str, rule: str | Vjp | None, *, kind: KindFunction, of: tuple[str, ...] = (), **options: Any) -> Primitive | None:
    """A function that is linear in its operands together: the tangent is the function itself of the tangents."""
    row = head(text)
    operands = of or row.parameters[:1]
    made = Primitive(row.op, "linear", row, "np", kind, operands=operands, vjp=_vjp(rule), jvp=tangent_of_linear)
    return _enter(made, options)


def bilinear(text: str, rule: Vjp, *, kind: KindFunction, **options: Any) -> Primitive | None:
    """A product of its two operands: the tangent is `op(x_dot, y) + op(x, y_dot)`."""
    row = head(text)
    made = Primitive(row.op, "bilinear", row, "np", kind, operands=row.parameters[:2], vjp=_checked(rule), jvp=tangent_of_product)
    return _enter(made, options)


def general(text: str, *, vjp: Vjp, jvp: Jvp, of: tuple[str, ...], kind: KindFunction, **options: Any) -> Primitive | None:
    """Anything else: both rules are functions."""
    row = head(text)
    return _enter(Primitive(row.op, "general", row, "np", kind, operands=of, vjp=_checked(vjp), jvp=jvp), options)


def constant(text: str, *, kind: KindFunction = lambda call, kind: UNKNOWN, **options: Any) -> Primitive | None:
    """A function whose result does not vary with its operands, or not with anything a derivative can see."""
    row = head(text)
    return _enter(Primitive(row.op, "constant", row, "np", kind), {"cost": 1, **options})


def _enter(primitive: Primitive, options: dict[str, Any]) -> Primitive | None:
    placed = {key: options.pop(key) for key in ("method", "attribute") if key in options}
    return add(replace(primitive, **options), **placed)


def _vjp(rule: str | Vjp | None) -> Vjp | None:
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
    parts = [again(b, call, {name: tangent}) for name, tangent in tangents.items()]
    return parts[0] if len(parts) == 1 else b.apply("add", *parts)


def again(b: Builder, call: Call, replaced: Mapping[str, Atom]) -> Atom:
    """The line of a call once more, with some of its arguments replaced."""
    row = call.primitive.head
    order = (*row.parameters[: row.positional], *call.starred)
    args = [replaced.get(name, atom) for name, atom in zip(order, call.line.args)]
    keywords = [(keyword, replaced.get(_parameter(row, keyword), atom)) for keyword, atom in call.line.keywords]
    return b.apply(call.line.op, *args, keywords=keywords, spelled=call.line.spelled)
