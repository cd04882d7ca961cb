"""Atoms and lines of the IR as expressions of Python's syntax tree.

>>> from wengert.backend.expressions import flat
>>> from wengert.backend.fuse import fuse
>>> from wengert.ir.text import parse
>>> f = parse('''
... function f(x, n):
...     %1 = slice(1, n, None)
...     %2 = getitem(x, %1)
...     %3 = np.sin(%2)
...     return %3
... ''')
>>> flat(Writer(fuse(f), {"x": "x", "n": "n"}, Libraries([f]), {}).atom("%3"))
'np.sin(x[1:n])'
"""

from __future__ import annotations

import ast
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from wengert.backend.fused import Fused
from wengert.backend.libraries import Libraries
from wengert.backend.purity import ATTRIBUTES
from wengert.ir.build import OPERATORS
from wengert.ir.core import UNDEFINED, Apply, Atom, Const, If, Name
from wengert.ir.kinds import Kind
from wengert.ir.walk import INPLACE
from wengert.records import is_plain

LOAD, STORE = ast.Load(), ast.Store()
OPERATOR: Mapping[str, Any] = {op: kind for kind, op in OPERATORS.items()}


def name(text: str) -> ast.Name:
    return ast.Name(text, LOAD)


def invoke(function: ast.expr | str, *args: ast.expr, keywords: list[ast.keyword] | None = None) -> ast.Call:
    return ast.Call(name(function) if isinstance(function, str) else function, list(args), keywords or [])


def binary(op: str, a: ast.expr, b: ast.expr) -> ast.expr:
    operator = OPERATOR[INPLACE.get(op, op)]()
    return ast.Compare(a, [operator], [b]) if isinstance(operator, ast.cmpop) else ast.BinOp(a, operator, b)


@dataclass(slots=True)
class Writer:
    fused: Fused
    names: Mapping[Name, str]
    libraries: Libraries
    kinds: Mapping[Name, Kind]
    outer: Collection[Name] = ()  # the names of the function around, which are not assigned here

    def atom(self, atom: Atom) -> ast.expr:
        if isinstance(atom, Const):
            return self.constant(atom.value, atom)
        line = self.fused.inside.get(atom)
        if line is None:
            return name(self.names[atom])
        return self.form(line) if isinstance(line, If) else self.apply(line)

    def index(self, atom: Atom) -> ast.expr:
        """An index: slices may stand in it."""
        line = self.fused.inside.get(atom) if isinstance(atom, str) else None
        if isinstance(line, Apply) and line.op == "slice":
            bounds = [None if isinstance(part, Const) and part.value is None else self.atom(part) for part in line.args]
            return ast.Slice(*(bounds + [None] * (3 - len(bounds))))
        if isinstance(line, Apply) and line.op == "tuple":
            return ast.Tuple([self.index(part) for part in line.args], LOAD)
        if isinstance(atom, Const) and isinstance(atom.value, slice):
            parts = (atom.value.start, atom.value.stop, atom.value.step)
            return ast.Slice(*(None if part is None else self.constant(part) for part in parts))
        if isinstance(atom, Const) and isinstance(atom.value, tuple):
            return ast.Tuple([self.index(Const(item)) for item in atom.value], LOAD)
        return self.atom(atom)

    def constant(self, value: Any, const: Const | None = None) -> ast.expr:
        const = const or Const(value)
        if value is UNDEFINED:
            return ast.Constant(None)
        if type(value) in (int, float, complex):
            return self._number(value, const)
        if value is None or value is Ellipsis or type(value) in (bool, str, bytes):
            return ast.Constant(value)
        if type(value) is tuple:
            return ast.Tuple([self.constant(item) for item in value], LOAD)
        if isinstance(value, slice):
            return invoke("slice", *map(self.constant, (value.start, value.stop, value.step)))
        if isinstance(value, np.generic):
            return invoke(self.dotted(self.libraries.named(f"np.{type(value).__name__}")), self.constant(value.item()))
        if isinstance(value, np.dtype):
            return invoke(self.dotted(self.libraries.named("np.dtype")), ast.Constant(value.name))
        return self.dotted(self.libraries.constant(const))

    def _number(self, value: complex, const: Const) -> ast.expr:
        if const.spelled and not const.spelled[0].isdigit() and const.spelled[0] != "." and isinstance(value, float):
            return self.dotted(self.libraries.constant(const))
        if isinstance(value, float) and not math.isfinite(value):
            special = self.dotted(self.libraries.named("math.nan" if math.isnan(value) else "math.inf"))
            return ast.UnaryOp(ast.USub(), special) if value < 0 else special
        if isinstance(value, complex) and (value.real or math.copysign(1.0, value.real) < 0 or math.copysign(1.0, value.imag) < 0):
            return invoke("complex", self.constant(value.real), self.constant(value.imag))
        if not isinstance(value, complex) and (value < 0 or math.copysign(1.0, value) < 0):
            return ast.UnaryOp(ast.USub(), ast.Constant(-value))
        node = ast.Constant(value)
        if const.spelled and const.spelled[0] in "0123456789.":
            node.spelled = const.spelled  # type: ignore[attr-defined]  # the printer reads it off the node
        return node

    def dotted(self, text: str) -> ast.expr:
        root, *path = text.split(".")
        node: ast.expr = name(root)
        for part in path:
            node = ast.Attribute(node, part, LOAD)
        return node

    def form(self, line: If) -> ast.expr:
        form = self.fused.forms[id(line)]
        parts = [self.atom(part) for part in form.parts]
        if form.kind == "if":
            return ast.IfExp(parts[1], parts[0], parts[2])
        first, second = parts
        if form.kind == "chain" and isinstance(first, ast.Compare) and isinstance(second, ast.Compare):
            return ast.Compare(first.left, first.ops + second.ops, first.comparators + second.comparators)
        op = ast.Or() if form.kind == "or" else ast.And()
        if isinstance(second, ast.BoolOp) and type(second.op) is type(op):
            return ast.BoolOp(op, [first, *second.values])
        return ast.BoolOp(op, [first, second])

    def apply(self, line: Apply) -> ast.expr:
        """The expression of a line; it remembers the line's place, for tracebacks."""
        node = self._applied(line)
        if line.place is not None and not hasattr(node, "came_from"):
            node.came_from = line.place  # type: ignore[attr-defined]  # `spans.py` reads it off the node
        return node

    def _applied(self, line: Apply) -> ast.expr:
        op, args = line.op, line.args
        if op in OPERATOR or op in INPLACE:
            if len(args) == 1:
                return ast.UnaryOp(OPERATOR[op](), self.atom(args[0]))
            return binary(op, self.atom(args[0]), self.atom(args[1]))
        special = getattr(self, f"_{op}", None) if op.isidentifier() else None
        if special is not None:
            node: ast.expr = special(line)
            return node
        keywords = [ast.keyword(key, self.atom(value)) for key, value in line.keywords]
        if line.spelled and line.spelled.startswith("."):
            member = ast.Attribute(self.atom(args[0]), line.spelled[1:], LOAD)
            if line.spelled in ATTRIBUTES | {".real", ".imag", ".flat", ".mT", ".strides", ".flags", ".nbytes", ".itemsize"} and len(args) == 1 and not keywords:
                return member
            return invoke(member, *map(self.atom, args[1:]), keywords=keywords)
        function = self.dotted(self.libraries.spelling(line, self.names.values()))
        return invoke(function, *map(self.atom, args), keywords=keywords)

    # structure

    def _getattr(self, line: Apply) -> ast.expr:
        assert isinstance(line.args[1], Const)
        return ast.Attribute(self.atom(line.args[0]), line.args[1].value, LOAD)

    def _getitem(self, line: Apply) -> ast.expr:
        return ast.Subscript(self.atom(line.args[0]), self.index(line.args[1]), LOAD)

    def _tuple(self, line: Apply) -> ast.expr:
        return ast.Tuple([self.atom(item) for item in line.args], LOAD)

    def _list(self, line: Apply) -> ast.expr:
        return ast.List([self.atom(item) for item in line.args], LOAD)

    def _set(self, line: Apply) -> ast.expr:
        return ast.Set([self.atom(item) for item in line.args])

    def _dict(self, line: Apply) -> ast.expr:
        items = [self.atom(item) for item in line.args]
        return ast.Dict(list(items[::2]), items[1::2])

    _mapping = _dict

    def _get_key(self, line: Apply) -> ast.expr:
        return invoke(ast.Attribute(self.atom(line.args[0]), "get", LOAD), *map(self.atom, line.args[1:]))

    def _take_key(self, line: Apply) -> ast.expr:
        return invoke(ast.Attribute(self.atom(line.args[0]), "pop", LOAD), self.atom(line.args[1]), ast.Constant(0.0))

    def _record(self, line: Apply) -> ast.expr:
        cls, *items = line.args
        assert isinstance(cls, Const)
        keywords = [ast.keyword(name.value, self.atom(value)) for name, value in zip(items[::2], items[1::2]) if isinstance(name, Const)]
        if is_plain(cls.value):
            return invoke(self.atom(cls), keywords=keywords)
        return invoke(self.dotted(self.libraries.named("made_of")), self.atom(cls), keywords=keywords)

    def _slice(self, line: Apply) -> ast.expr:
        ends = line.args[:2] if line.args[2] == Const(None) else line.args
        return invoke("slice", *map(self.atom, ends))

    def _global(self, line: Apply) -> ast.expr:
        assert isinstance(line.args[0], Const)
        return name(line.args[0].value)

    _cell = _global

    def _call(self, line: Apply) -> ast.expr:
        keywords = [ast.keyword(key, self.atom(value)) for key, value in line.keywords]
        return invoke(self.atom(line.args[0]), *map(self.atom, line.args[1:]), keywords=keywords)

    def _invoke(self, line: Apply) -> ast.expr:
        assert isinstance(line.args[0], Const)
        return invoke(self.libraries.callees.get(line.args[0].value, line.args[0].value), *map(self.atom, line.args[1:]))

    def _save(self, line: Apply) -> ast.expr:
        items = [self.atom(item) for item in line.args[1:]]
        return items[0] if len(items) == 1 else ast.Tuple(items, LOAD)

    def _restore(self, line: Apply) -> ast.expr:
        return self.atom(line.args[1])

    def _call_star(self, line: Apply) -> ast.expr:
        function, args, kwargs = line.args
        made = self.fused.inside.get(args) if isinstance(args, str) else None
        if isinstance(made, Apply) and made.op == "tuple":
            positional = [self.atom(item) for item in made.args]
        else:
            positional = [] if isinstance(args, Const) and args.value == () else [ast.Starred(self.atom(args), LOAD)]
        made = self.fused.inside.get(kwargs) if isinstance(kwargs, str) else None
        nothing = isinstance(made, Apply) and made.op == "dict" and not made.args or isinstance(kwargs, Const)
        return invoke(self.atom(function), *positional, keywords=[] if nothing else [ast.keyword(None, self.atom(kwargs))])

    def _reversed(self, line: Apply) -> ast.expr:
        return invoke("reversed", self.atom(line.args[0]))

    def _count(self, line: Apply) -> ast.expr:
        return invoke(self.dotted(self.libraries.named("itertools.count")), self.atom(line.args[0]))

    def _list_of(self, line: Apply) -> ast.expr:
        return invoke("list", self.atom(line.args[0]))

    def _divide_where(self, line: Apply) -> ast.expr:
        x, y, mask, like = map(self.atom, line.args)
        function = self.dotted(self.libraries.named(f"np.{line.op.removesuffix('_where')}"))
        zeros = invoke(self.dotted(self.libraries.named("np.zeros_like")), like)
        return invoke(function, x, y, keywords=[ast.keyword("out", zeros), ast.keyword("where", mask)])

    _multiply_where = _divide_where

    def _next(self, line: Apply) -> ast.expr:
        return invoke("next", self.atom(line.args[0]))

    def _pull(self, line: Apply) -> ast.expr:
        return invoke(ast.Attribute(self.atom(line.args[0]), "pop", LOAD), *map(self.atom, line.args[1:]))

    _pop = _pull
    _pop_key = _pull

    def _copy(self, line: Apply) -> ast.expr:
        if line.spelled in ("tuple", "list"):
            return invoke(line.spelled, self.atom(line.args[0]))
        return invoke(ast.Attribute(self.atom(line.args[0]), "copy", LOAD))

    _fresh = _copy

    def _alias(self, line: Apply) -> ast.expr:
        return self.atom(line.args[0])

    def _fstring(self, line: Apply) -> ast.expr:
        values: list[ast.expr] = []
        for piece in line.args:
            made = self.fused.inside.get(piece) if isinstance(piece, str) else None
            if isinstance(piece, Const) and isinstance(piece.value, str):
                values.append(ast.Constant(piece.value))
            elif isinstance(made, Apply) and made.op == "format":
                values.append(self._formatted(made))
            else:
                values.append(ast.FormattedValue(self.atom(piece), -1, None))
        return ast.JoinedStr(values)

    def _formatted(self, line: Apply) -> ast.FormattedValue:
        value, conversion, spec = (*line.args, Const(-1), Const(""))[:3]
        code = conversion.value if isinstance(conversion, Const) else -1
        code = ord(code[-1]) if isinstance(code, str) and code else code if isinstance(code, int) else -1
        if isinstance(spec, Const):
            shown: ast.expr | None = ast.JoinedStr([ast.Constant(spec.value)]) if spec.value else None
        else:
            shown = self.atom(spec)
            if not isinstance(shown, ast.JoinedStr):
                shown = ast.JoinedStr([ast.FormattedValue(shown, -1, None)])
        return ast.FormattedValue(self.atom(value), code, shown)

    def _format(self, line: Apply) -> ast.expr:
        return ast.JoinedStr([self._formatted(line)])


def negated(test: ast.expr) -> ast.expr:
    """The opposite test; only equality and identity turn around (`not a < b` is not `a >= b` for nan)."""
    pairs = {ast.Eq: ast.NotEq, ast.Is: ast.IsNot, ast.In: ast.NotIn}
    opposite = {**pairs, **{b: a for a, b in pairs.items()}}
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return test.operand
    if isinstance(test, ast.Compare) and len(test.ops) == 1 and type(test.ops[0]) in opposite:
        return ast.Compare(test.left, [opposite[type(test.ops[0])]()], test.comparators)
    return ast.UnaryOp(ast.Not(), test)
