"""Rules of users: for their own functions, and for those of libraries that have no row here.

A rule is kept by the function object it is about. One in the notation of docs/rules.md becomes a row of the table like ours, under an
op that says where the function comes from (`model.softplus`); the names in its text are looked up where it was written, when a derivative
is made. What a derivative relied on, the rule and those names, it remembers as guards, so another rule makes another derivative.

>>> def double(x): ...
>>> def twice(x): ...
>>> rule = enter_rule(twice, "linear", "y = twice(x)", ("x_bar += double(y_bar)",), Scope(({"double": double},)))
>>> rule_of(twice) is rule, rule.primitive.op, rule.names
(True, 'wengert.rules.users.twice', ('double',))
>>> forget_rule(twice)
"""

from __future__ import annotations

import ast
import builtins
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from wengert import errors
from wengert.entries import Rule, Scope, enter, leave, rule_of
from wengert.ir.axes import broadcast_axes
from wengert.ir.build import Builder, Callee
from wengert.ir.core import Atom, Const
from wengert.ir.kinds import FLOAT, NUMERIC, UNKNOWN, Array, Kind, NumpyScalar, Union, axes_of, dtype_of, scalar_type
from wengert.rules import table
from wengert.rules.notation import Head, Partial, head, split_text
from wengert.rules.table import Call, KindFunction, KindOf, Partials, Primitive, op_of
from wengert.surgery import adjoint


def keep(rule: Rule) -> Rule:
    """Enter a rule, in the place of an earlier one for the same function."""
    forget_rule(rule.function)
    table.put(rule.primitive)
    enter(rule)
    return rule


def forget_rule(function: object) -> None:
    """The function has no rule any more."""
    rule = rule_of(function)
    if rule is not None:
        leave(rule)
        table.drop(rule.primitive.op)


def op_for(function: Any) -> str:
    """The op of a function with a rule: where it comes from, with a number if another one came from there."""
    rule = rule_of(function)
    if rule is not None:
        return str(rule.primitive.op)
    name = str(getattr(function, "__qualname__", None) or getattr(function, "__name__", None) or type(function).__name__)
    name = name.rpartition("<locals>.")[2].replace("<lambda>", "lambda")
    module = getattr(function, "__module__", None)
    op = wanted = f"{module if isinstance(module, str) else 'rule'}.{name}"
    number = 1
    while table.lookup(op) is not None or not op.isprintable():
        number += 1
        op = f"{wanted}_{number}"
    return op


def enter_rule(
    function: Any, family: str, text: str, rules: Sequence[str], scope: Scope, kind: KindFunction | None = None, of: Sequence[str] = (),
    cost: int = 1000,
) -> Rule:  # fmt: skip
    """Make and keep the rule that a text in our notation says."""
    if op_of(function) is not None and rule_of(function) is None:
        raise errors.error("W100", name=op_of(function))
    try:
        row = replace(head(text), op=op_for(function))
    except (SyntaxError, ValueError, AssertionError) as wrong:
        raise errors.error("W101", name=text, what=str(wrong) or "it is no call") from None
    reader = Reader(scope, frozenset({*row.parameters, *(name.strip() for name in row.result.split(","))}))
    maker = _Row(function, row, tuple(rules), reader, tuple(of), kind, cost)
    primitive = maker.make(family)
    return keep(Rule(function, primitive, (text, *rules), scope, tuple(maker.names())))


@dataclass
class Reader:
    """Reads the text of a rule: what its names stand for, where it was written."""

    scope: Scope
    own: frozenset[str]  # the names of the row: parameters, results
    elementwise: bool = False
    found: dict[str, object] = field(default_factory=dict)

    def read(self, node: ast.expr, scalars: bool = False) -> ast.expr:
        """The expression with every name from outside replaced by what it stands for."""
        return _Reading(self, scalars).visit(node)  # type: ignore[no-any-return]  # `visit` returns Any

    def is_own(self, name: str) -> bool:
        return name in self.own or any(name in (f"{own}_bar", f"{own}_dot") for own in self.own)

    def object(self, name: str, scalars: bool) -> object:
        """What a name stands for: where the rule was written, else a builtin, else of `math` or NumPy, as in our own rows."""
        try:
            return self.scope.lookup(name)
        except LookupError:
            for place in (builtins, math, np) if scalars else (builtins, np):
                if hasattr(place, name):
                    return getattr(place, name)
        raise errors.error("W102", name=name)


class _Reading(ast.NodeTransformer):
    def __init__(self, reader: Reader, scalars: bool) -> None:
        self.reader, self.scalars = reader, scalars

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return node if self.reader.is_own(node.id) else _constant(self.reader.object(node.id, self.scalars))

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        found = self._dotted(node)
        return _constant(found) if found is not None else ast.Attribute(self.visit(node.value), node.attr, ast.Load())

    def visit_Call(self, node: ast.Call) -> ast.expr:
        args = [self.visit(argument) for argument in node.args]
        keywords = [ast.keyword(keyword.arg, self.visit(keyword.value)) for keyword in node.keywords]
        found = self._dotted(node.func)
        if found is None:
            function = node.func
            if isinstance(function, ast.Attribute):
                function = ast.Attribute(self.visit(function.value), function.attr, ast.Load())
            return ast.Call(function, args, keywords)
        rule = rule_of(found)
        op = op_of(found) if rule is None else rule.primitive.op
        callee = Callee(op, Const(found), broadcast_result if self.reader.elementwise else None)
        return ast.Call(_constant(callee), args, keywords)

    def _dotted(self, node: ast.expr) -> Any:
        """The object that a dotted name from outside means."""
        path: list[str] = []
        while isinstance(node, ast.Attribute):
            path.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name) or self.reader.is_own(node.id):
            return None
        found: Any = self.reader.object(node.id, self.scalars)
        for name in reversed(path):
            found = getattr(found, name)
        return found


def _constant(value: object) -> ast.expr:
    """An object in a tree, numbers as numbers."""
    plain = value is None or type(value) in (bool, int, float, complex, str, tuple)
    return ast.Constant(value if plain or isinstance(value, Callee) else Const(value))  # type: ignore[arg-type]  # the tree is read by us, never compiled as it is


@dataclass
class _Row:
    """One rule on its way to be a row."""

    function: Any
    head: Head
    rules: tuple[str, ...]
    reader: Reader
    of: tuple[str, ...]
    kind: KindFunction | None
    cost: int

    def names(self) -> Iterator[str]:
        """The names from outside in the texts."""
        for rule in self.rules:
            expression = rule.partition("=")[2]
            names = dict.fromkeys(node.id for node in ast.walk(ast.parse(expression.strip())) if isinstance(node, ast.Name))
            yield from (name for name in names if not self.reader.is_own(name))

    def primitive(self, family: str, **more: Any) -> Primitive:
        kind = self.kind or more.pop("kind", None) or (lambda call, kind: UNKNOWN)
        return Primitive(self.head.op, family, self.head, "np", kind, cost=self.cost, function=self.function, **more)

    def make(self, family: str) -> Primitive:
        try:
            return getattr(self, f"_{family}")()  # type: ignore[no-any-return]  # one method for each family
        except (AssertionError, SyntaxError, ValueError) as wrong:
            raise errors.error("W101", name="; ".join(self.rules), what=str(wrong) or "it is not of this form") from None

    def _elementwise(self) -> Primitive:
        self.reader.elementwise = True
        made = self.primitive("elementwise", texts=self.rules, choose=self.partials, kind=elementwise_result)
        self._check(made.partials)
        return made

    def _weighted(self) -> Primitive:
        self.reader.elementwise = True
        made = self.primitive("weighted", texts=self.rules, choose=self.partials, expand=lambda b, call, bar: bar, kind=reduced_result)
        self._check(made.partials)
        return made

    def _check(self, names: Mapping[str, Any] | Sequence[str]) -> None:
        for name in names:
            if name not in self.head.parameters:
                raise ValueError(f"`{name}_bar` belongs to no parameter")

    def partials(self, call: Call, kind: KindOf) -> Partials:
        """The partials of one call, every name in them an object."""
        scalars = all(scalar_type(kind(call[name])) for name in call.differentiable)
        return {
            name: Partial(partial.sign, tuple((sign, self.reader.read(node, scalars)) for sign, node in partial.factors))
            for name, partial in call.primitive.partials.items()
        }

    def _linear(self) -> Primitive:
        texts = dict(map(split_text, self.rules))
        self._check(texts)
        operands = self.of or tuple(texts)
        return self.primitive("linear", operands=operands, vjp=self._vjp(texts), jvp=_tangent_of_linear)

    def _bilinear(self) -> Primitive:
        texts = dict(map(split_text, self.rules))
        self._check(texts)
        return self.primitive("bilinear", operands=tuple(texts), vjp=self._vjp(texts), jvp=_tangent_of_product)

    def _general(self) -> Primitive:
        bars = dict(split_text(rule) for rule in self.rules if not _is_tangent(rule))
        dots = [_tangent(rule) for rule in self.rules if _is_tangent(rule)]
        self._check(bars)
        operands = self.of or tuple(bars) or tuple(dict.fromkeys(operand for text in dots for operand in self._dotted(text)))
        if dots and not bars:  # the adjoint is the transpose of the tangent
            return self.primitive("tangent", operands=operands, jvp=self._jvp(dots))
        return self.primitive("general", operands=operands, vjp=self._vjp(bars), jvp=self._jvp(dots))

    def _dotted(self, text: str) -> list[str]:
        names = {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}
        return [name for name in self.head.parameters if f"{name}_dot" in names]

    def _vjp(self, texts: Mapping[str, str]) -> table.Vjp:
        nodes = {name: ast.parse(text, mode="eval").body for name, text in texts.items()}

        def vjp(b: Builder, call: Call, y_bar: Atom, parameter: str) -> Atom:
            if parameter not in nodes:
                raise errors.error("W103", call.line.place, name=call.line.op, mode="reverse", what=f"`{parameter}`")
            value = b.expression(self.reader.read(nodes[parameter]), {**call.names, f"{self.head.result}_bar": y_bar})
            return _as_operand(b, value, call[parameter])

        return vjp

    def _jvp(self, texts: Sequence[str]) -> table.Jvp:
        written = [(self._dotted(text), ast.parse(text, mode="eval").body) for text in texts]
        for operands, node in written:
            if len(operands) != 1:
                raise ValueError(f"each tangent text has the tangent of one operand: {ast.unparse(node)}")

        def jvp(b: Builder, call: Call, tangents: Mapping[str, Atom]) -> Atom:
            names = {**call.names, **{f"{name}_dot": atom for name, atom in tangents.items()}}
            missing = [name for name in tangents if not any(name in operands for operands, _ in written)]
            if missing:
                raise errors.error("W103", call.line.place, name=call.line.op, mode="forward", what=f"`{missing[0]}`")
            parts = [b.expression(self.reader.read(node), names) for (name,), node in written if name in tangents]
            total = parts[0]
            for part in parts[1:]:
                total = b.apply("add", total, part)
            return total

        return jvp


def _is_tangent(rule: str) -> bool:
    return rule.partition("=")[0].rstrip("+- ").endswith("_dot")


def _tangent(rule: str) -> str:
    left, _, expression = rule.partition("=")
    if left.rstrip()[-1:] not in "+-":
        raise ValueError(f"a tangent is written `y_dot += ...`: {rule}")
    return f"-({expression.strip()})" if left.rstrip().endswith("-") else expression.strip()


def _as_operand(b: Builder, value: Atom, operand: Atom) -> Atom:
    """The contribution in the operand's shape; where kinds do not tell that it is, the text asks."""
    have, wanted = axes_of(b.kind(value)), axes_of(b.kind(operand))
    if have is not None and wanted is not None and len(have) == len(wanted) or wanted == ():
        return value
    return b.apply("unbroadcast", value, operand)


def _tangent_of_linear(b: Builder, call: Call, tangents: Mapping[str, Atom]) -> Atom:
    return _alike(b, call, table.tangent_of_linear(b, call, tangents))


def _tangent_of_product(b: Builder, call: Call, tangents: Mapping[str, Atom]) -> Atom:
    parts = [_alike(b, call, table.again(b, call, {name: tangent})) for name, tangent in tangents.items()]
    return parts[0] if len(parts) == 1 else b.apply("add", *parts)


def _alike(b: Builder, call: Call, value: Atom) -> Atom:
    """The function of tangents is of the kind of the function itself."""
    if isinstance(value, str) and b.kind(value) is UNKNOWN:
        b.kinds[value] = b.kind(call.result)
    return value


def elementwise_result(call: Call, kind: KindOf) -> Kind:
    """What a function of each element gives: the broadcast shape of its operands, of the larger of their dtypes."""
    return broadcast_result([kind(call[name]) for name in call.differentiable], call.result)


def broadcast_result(kinds: Sequence[Kind], name: str) -> Kind:
    shapes = [axes_of(operand) for operand in kinds]
    known = [shape for shape in shapes if shape is not None]
    if len(known) < len(shapes):
        return NUMERIC if all(isinstance(operand, (type(NUMERIC), Array, NumpyScalar)) or scalar_type(operand) for operand in kinds) else UNKNOWN
    axes = broadcast_axes(known, name)
    dtypes = [np.dtype(found) for found in map(dtype_of, kinds) if found is not None and found.startswith(("float", "complex"))]
    dtype = np.result_type(*dtypes).name if dtypes else "float64"
    if axes:
        return Array(dtype, axes)
    return NumpyScalar(dtype) if dtypes and not any(map(scalar_type, kinds)) else Union((FLOAT, NumpyScalar(dtype)))


def reduced_result(call: Call, kind: KindOf) -> Kind:
    """What a reduction of everything to one number gives."""
    dtype = dtype_of(kind(call[call.differentiable[0]])) or "float64"
    return Union((FLOAT, NumpyScalar(dtype)))


# `h` after `with adjoint(h) as h_bar` is the value that it was; how its adjoint passes through the block, `edits.py` says.
table.put(
    Primitive(
        "edited", "general", head("y = edited(x, before, after)"), "", lambda call, kind: kind(call["x"]), operands=("x",),
        vjp=lambda b, call, y_bar, parameter: y_bar, jvp=lambda b, call, tangents: tangents["x"], view=True, cost=0, function=adjoint,
    )
)  # fmt: skip
