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
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from wengert.errors import error
from wengert.ir.core import Apply, Atom, Const, Line, Name, Place
from wengert.ir.kinds import UNKNOWN, Kind, axes_of, is_real
from wengert.ir.values import substitute

KindRule = Callable[[Apply, Mapping[Name, Kind]], tuple[Kind, ...]]
"""The kinds of an Apply's targets, from the kinds of its arguments: `rules.kinds_of_line`."""

OPERATORS: dict[type[ast.AST], str] = {
    ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "truediv", ast.FloorDiv: "floordiv", ast.Mod: "mod",
    ast.Pow: "pow", ast.MatMult: "matmul", ast.USub: "neg", ast.UAdd: "pos", ast.Invert: "invert", ast.Not: "not_",
    ast.Eq: "eq", ast.NotEq: "ne", ast.Lt: "lt", ast.LtE: "le", ast.Gt: "gt", ast.GtE: "ge",
    ast.BitAnd: "and_", ast.BitOr: "or_", ast.BitXor: "xor", ast.LShift: "lshift", ast.RShift: "rshift",
    ast.Is: "is_", ast.IsNot: "is_not", ast.In: "in_", ast.NotIn: "not_in",
}  # fmt: skip


@dataclass(frozen=True)
class Callee:
    """A function in a rule's text that is known as an object: its op, if it has a row, and the kind of its result, if that is known."""

    op: str | None
    function: Const
    kind: Callable[[Sequence[Kind], str], Kind] | None = None


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
        """Write the lines of a Python expression; bare function names are looked up in `module`, then in builtins.

        `no_rule(name, what)` refuses the call: what is not known is never left out.
        """
        return self.expression(parse_expression(text), names, module, hint)

    def expression(self, node: ast.expr, names: Mapping[str, Atom], module: str = "np", hint: str = "") -> Atom:
        def atom(child: ast.expr) -> Atom:
            return self.expression(child, names, module)

        match node:
            case ast.Constant():
                return node.value if isinstance(node.value, Const) else Const(node.value)
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
            case ast.Attribute(attr="mT" | "mH"):
                return self.transposed(atom(node.value), conjugated=node.attr == "mH")
            case ast.Attribute():
                op, spelled = METHODS.get(node.attr, ("getattr", None))
                if op == "getattr":
                    return self.apply("getattr", atom(node.value), Const(node.attr), hint=hint)
                return self.apply(op, atom(node.value), spelled=spelled, hint=hint)
            case ast.Call():
                return self._call(node, names, module, hint)
        raise NotImplementedError(f"rule text: {ast.dump(node)}")

    def _call(self, node: ast.Call, names: Mapping[str, Atom], module: str, hint: str) -> Atom:
        if isinstance(node.func, ast.Name) and node.func.id == "no_rule":
            name, what = (argument.value for argument in node.args if isinstance(argument, ast.Constant))
            raise error("W044", self.place, name=name, what=what)
        args = [self.expression(argument, names, module) for argument in node.args]
        keywords = [(keyword.arg or "", self.expression(keyword.value, names, module)) for keyword in node.keywords]
        function = node.func
        if isinstance(function, ast.Constant):
            return self._called(function.value, args, keywords, hint)
        if isinstance(function, ast.Attribute) and _root(function) not in names and _root(function) is not None:
            return self.apply(ast.unparse(function), *args, keywords=keywords, hint=hint)
        if isinstance(function, ast.Attribute):  # a method: x.sum(axis=0)
            value = self.expression(function.value, names, module)
            op = "np.conj" if function.attr == "conjugate" else f"np.{function.attr}"
            return self.apply(op, value, *args, keywords=keywords, hint=hint,
                              spelled=None if isinstance(value, Const) else f".{function.attr}")  # fmt: skip
        assert isinstance(function, ast.Name)
        if function.id in OF_COMPLEX and is_real(self.kind(args[0])):
            return args[0]
        op = function.id if function.id in PLAIN else f"{module}.{function.id}"
        return self.apply(op, *args, keywords=keywords, hint=hint)

    def _called(self, callee: object, args: list[Atom], keywords: list[tuple[str, Atom]], hint: str) -> Name:
        """A call of a function that is known as an object."""
        assert isinstance(callee, Callee)
        if callee.op is not None:
            return self.apply(callee.op, *args, keywords=keywords, hint=hint)
        made = self.apply("call", callee.function, *args, keywords=keywords, hint=hint)
        if callee.kind is not None:
            self.kinds[made] = callee.kind([self.kind(atom) for atom in args], made)
        return made

    def transposed(self, value: Atom, conjugated: bool = False) -> Atom:
        """`x.mT` in rule text: the last two axes exchanged, as one writes it for a matrix and for a stack; `x.mH` conjugates, too."""
        axes = axes_of(self.kind(value))
        if conjugated and not is_real(self.kind(value)):
            value = self.apply("np.conj", value)
        if axes is not None and len(axes) == 2:
            return self.apply("np.transpose", value, spelled=".T")
        return self.apply("np.swapaxes", value, Const(-1), Const(-2))


def _root(node: ast.expr) -> str | None:
    """`np` of `np.linalg.solve`; None if it is no dotted name."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


OF_COMPLEX = frozenset({"conj", "real"})
"""Functions in rule text that are nothing where the operand is known to be real."""

METHODS = {
    "T": ("np.transpose", ".T"),
    "shape": ("np.shape", ".shape"),
    "size": ("np.size", ".size"),
    "ndim": ("np.ndim", ".ndim"),
    "real": ("np.real", ".real"),
    "imag": ("np.imag", ".imag"),
}
"""Attributes of arrays that are primitives: the op, and how the text spells it."""

PLAIN = frozenset({
    "abs", "float", "int", "len", "max", "min", "sum", "range", "unbroadcast", "project", "scatter_add", "copy", "polygamma",
    "product_of_others", "cumprod_along", "transposed_cumprod", "divide_where", "multiply_where", "list_of", "cut_like", "nested_like", "bessel_i",
    "cofactors", "cofactors_along", "inverse_gaps", "bessel_by_order", "betainc_by_shape", "gammainc_by_shape",
    "hypergeometric_by_parameter", "zeta_by_exponent", "vonmises_by_shape", "betabinom_by_shape", "romb_weights",
    "interpolated", "interpolation_transposed", "evaluated", "multilinear", "multilinear_slopes", "multilinear_transposed",
    "stft_transposed", "cross_spectrum", "cross_transposed", "istft_signal", "istft_transposed", "stft_spectrum",
})  # fmt: skip
"""Function names in rule text that are not looked up in the module of the call."""


@cache
def parse_expression(text: str) -> ast.expr:
    return ast.parse(text.strip(), mode="eval").body


