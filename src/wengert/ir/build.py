"""Write lines: the one way passes make new code.

A builder collects lines, names them, computes their kinds, and reads expressions written as Python text,
so that a rule can be a row of Python:

>>> b = Builder()
>>> b.text("y_bar * cos(x)", {"y_bar": "y_bar.0", "x": "x"}, module="math", hint="x_bar")
'x_bar.0'
>>> [(line.targets, line.op, line.args) for line in b.lines]
[(('%0',), 'math.cos', ('x',)), (('x_bar.0',), 'mul', ('y_bar.0', '%0'))]
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Iterable, Mapping
from functools import cache

from wengert.ir.core import Apply, Atom, Const, Line, Name, Place
from wengert.ir.kinds import UNKNOWN, Kind, substitute

KindRule = Callable[[Apply, Mapping[Name, Kind]], tuple[Kind, ...]]
"""The kinds of an Apply's targets, from the kinds of its arguments: `rules.kinds_of_line`."""

OPERATORS: dict[type[ast.AST], str] = {
    ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "truediv", ast.FloorDiv: "floordiv", ast.Mod: "mod",
    ast.Pow: "pow", ast.MatMult: "matmul", ast.USub: "neg", ast.UAdd: "pos", ast.Invert: "invert", ast.Not: "not_",
    ast.Eq: "eq", ast.NotEq: "ne", ast.Lt: "lt", ast.LtE: "le", ast.Gt: "gt", ast.GtE: "ge",
    ast.BitAnd: "and_", ast.BitOr: "or_", ast.BitXor: "xor", ast.LShift: "lshift", ast.RShift: "rshift",
    ast.Is: "is_", ast.IsNot: "is_not", ast.In: "in_", ast.NotIn: "not_in",
}  # fmt: skip


class Names:
    """A supply of fresh SSA names; one supply serves a whole function, nested blocks included."""

    def __init__(self, taken: Iterable[Name] = ()) -> None:
        self._next: dict[str, int] = {}
        for name in taken:
            self.reserve(name)

    def reserve(self, name: Name) -> None:
        plain = name.startswith("%") and name[1:].isdigit()
        base, _, number = ("%", ".", name[1:]) if plain else name.rpartition(".")
        if number.isdigit():
            self._next[base] = max(self._next.get(base, 0), int(number) + 1)

    def fresh(self, hint: str = "") -> Name:
        """`fresh("v")` is the next `v.k`; `fresh()` the next `%k`."""
        base = hint or "%"
        number = self._next.get(base, 0)
        self._next[base] = number + 1
        return f"{hint}.{number}" if hint else f"%{number}"

    def mark(self) -> dict[str, int]:
        """Where the supply stands, for `reset`."""
        return dict(self._next)

    def reset(self, mark: dict[str, int]) -> None:
        """Hand out again the names given since the mark: what was made with them has been thrown away."""
        self._next = dict(mark)


class Builder:
    """Collects lines; every value it makes gets a name and a kind."""

    def __init__(self, names: Names | None = None, kinds: dict[Name, Kind] | None = None, rule: KindRule | None = None) -> None:
        self.names = names or Names()
        self.kinds: dict[Name, Kind] = {} if kinds is None else kinds
        self.rule = rule
        self.lines: list[Line] = []
        self.place: Place | None = None  # given to lines made without one

    def kind(self, atom: Atom) -> Kind:
        return substitute(self.kinds, atom)

    def nested(self) -> Builder:
        """A builder for a block inside: same names and kinds, lines of its own."""
        inner = Builder(self.names, self.kinds, self.rule)
        inner.place = self.place
        return inner

    def add(self, line: Line) -> None:
        """Append a finished line; its targets' kinds are the caller's business."""
        self.lines.append(line)

    def apply(self, op: str, *args: Atom, hint: str = "", spelled: str | None = None, place: Place | None = None,
              keywords: Iterable[tuple[str, Atom]] = ()) -> Name:  # fmt: skip
        """Append `target = op(args)` and return the target."""
        return self.apply_many(op, *args, hints=(hint,), spelled=spelled, place=place, keywords=keywords)[0]

    def apply_many(self, op: str, *args: Atom, hints: Iterable[str], spelled: str | None = None, place: Place | None = None,
                   keywords: Iterable[tuple[str, Atom]] = ()) -> tuple[Name, ...]:  # fmt: skip
        targets = tuple(self.names.fresh(hint) for hint in hints)
        line = Apply(targets, op, args, tuple(keywords), spelled, place or self.place)
        kinds = self.rule(line, self.kinds) if self.rule else (UNKNOWN,) * len(targets)
        self.kinds.update(zip(targets, kinds))
        self.lines.append(line)
        return targets

    def text(self, text: str, names: Mapping[str, Atom], module: str = "np", hint: str = "") -> Atom:
        """Write the lines of a Python expression; bare function names are looked up in `module`, then in builtins."""
        return self.expression(parse_expression(text), names, module, hint)

    def expression(self, node: ast.expr, names: Mapping[str, Atom], module: str = "np", hint: str = "") -> Atom:
        def atom(child: ast.expr) -> Atom:
            return self.expression(child, names, module)

        match node:
            case ast.Constant():
                return Const(node.value)
            case ast.Name():
                if node.id not in names:
                    raise LookupError(f"rule text names {node.id!r}, which is not one of {', '.join(names)}")
                return names[node.id]
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)):
                return Const(-number)
            case ast.UnaryOp():
                return self.apply(OPERATORS[type(node.op)], atom(node.operand), hint=hint)
            case ast.BinOp():
                return self.apply(OPERATORS[type(node.op)], atom(node.left), atom(node.right), hint=hint)
            case ast.Compare(ops=[comparison], comparators=[right]):
                return self.apply(OPERATORS[type(comparison)], atom(node.left), atom(right), hint=hint)
            case ast.Subscript():
                return self.apply("getitem", atom(node.value), atom(node.slice), hint=hint)
            case ast.Slice():
                parts = [Const(None) if part is None else atom(part) for part in (node.lower, node.upper, node.step)]
                return self.apply("slice", *parts)
            case ast.Tuple():
                return self.apply("tuple", *map(atom, node.elts), hint=hint)
            case ast.List():
                return self.apply("list", *map(atom, node.elts), hint=hint)
            case ast.Attribute(value=ast.Name(id="math" | "np" as source)) if source not in names:
                return Const(getattr(math, node.attr))  # math.pi: the number, as the text may not have `math`
            case ast.Attribute():
                op, spelled = METHODS.get(node.attr, ("getattr", None))
                if op == "getattr":
                    return self.apply("getattr", atom(node.value), Const(node.attr), hint=hint)
                return self.apply(op, atom(node.value), spelled=spelled, hint=hint)
            case ast.Call():
                return self._call(node, names, module, hint)
        raise NotImplementedError(f"rule text: {ast.dump(node)}")

    def _call(self, node: ast.Call, names: Mapping[str, Atom], module: str, hint: str) -> Atom:
        args = [self.expression(argument, names, module) for argument in node.args]
        keywords = [(keyword.arg or "", self.expression(keyword.value, names, module)) for keyword in node.keywords]
        function = node.func
        if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name) and function.value.id not in names:
            return self.apply(f"{function.value.id}.{function.attr}", *args, keywords=keywords, hint=hint)
        if isinstance(function, ast.Attribute):  # a method: x.sum(axis=0)
            value = self.expression(function.value, names, module)
            op = f"np.{function.attr}"
            return self.apply(op, value, *args, keywords=keywords, spelled=f".{function.attr}", hint=hint)
        assert isinstance(function, ast.Name)
        op = function.id if function.id in PLAIN else f"{module}.{function.id}"
        return self.apply(op, *args, keywords=keywords, hint=hint)


METHODS = {
    "T": ("np.transpose", ".T"),
    "shape": ("np.shape", ".shape"),
    "size": ("np.size", ".size"),
    "ndim": ("np.ndim", ".ndim"),
}
"""Attributes of arrays that are primitives: the op, and how the text spells it."""

PLAIN = frozenset({"abs", "float", "int", "len", "max", "min", "sum", "range", "unbroadcast", "project", "scatter_add", "copy",
                   "polygamma", "product_of_others"})  # fmt: skip
"""Function names in rule text that are not looked up in the module of the call."""


@cache
def parse_expression(text: str) -> ast.expr:
    return ast.parse(text.strip(), mode="eval").body


