"""Forward mode at a line with a row of the table: the tangent of its result, by the row's family.

    elementwise     y_dot = x_dot * p          # p: the row's partial
    weighted        y_dot = np.sum(x_dot * w)  # over the axes of the row
    parallel        y_dot = op(x_dot)          # ops that move values and compute nothing

`Forward` (forward.py) is the walk; this is what it writes at such lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from wengert.ir.axes import MANY, Axis, broadcast_axes, same_axis
from wengert.ir.build import Builder
from wengert.ir.core import Apply, Atom, Const, Name
from wengert.ir.kinds import NUMERIC, UNKNOWN, Array, Kind, Map, Tuple, axes_of, is_real
from wengert.ir.splice import write_program
from wengert.ir.walk import CONSUMING, base
from wengert.rules.line_kinds import kinds_of_line
from wengert.rules.table import Call
from wengert.transform.bars import real_part
from wengert.transform.ruled import operands_of, program_of
from wengert.transform.terms import Term, term_axes, times, write

PARALLEL = frozenset({
    "getitem", "unpack", "unpack_star", "tuple", "list", "dict", "record", "getattr", "append", "insert", "pop", "push", "pull", "scatter_add", "add_at", "store", "copy", "fresh", "snapshot", "reversed",
    "next", "unread", "iadd", "isub", "unbroadcast", "project", "plus", "mapping", "get_key", "add_key", "take_key", "pop_key",
})  # fmt: skip
"""Ops whose tangent is the op itself, of the tangents: they move values and compute nothing."""

BESIDE = frozenset(
    {"getitem", "getattr", "get_key", "take_key", "pop_key", "scatter_add", "add_at", "add_key", "store", "unbroadcast", "project"}
)
"""Those whose second argument, an index or what the result is to be like, stays itself."""

POSITIONS = {"insert": 1, "pop": 1, "pull": 1, "push": 2}
"""Those that may say where in a list: which argument that is."""

MOVING = frozenset({"get_key", "scatter_add", "add_at", "add_key", "store"})
"""Of those, the ones that have a whole path of indices, and then the value."""


class RowTangents:
    """What the tangents of lines with a row need to know of the function's others."""

    active: set[Name]
    kinds: dict[Name, Kind]
    dots: dict[Name, list[Term]]

    def dot(self, b: Builder, atom: Atom, kind: Kind | None = None) -> Atom:
        raise NotImplementedError

    def beside(self, b: Builder, atom: Atom) -> Atom:
        raise NotImplementedError

    def pushed(self, line: Apply, b: Builder) -> None:
        """Value and tangent from a program that somebody has given for both."""
        dots = [self.dot(b, operand) for operand in operands_of(line)]
        pair = write_program(b, program_of(line).function, (*line.args[1:], *dots))
        (target,) = line.targets
        dot = b.names.fresh(f"{base(target)}_dot")
        kind = b.kind(pair)
        self.kinds[dot] = kind.items[1] if isinstance(kind, Tuple) and len(kind.items) == 2 else UNKNOWN
        b.add(Apply((target, dot), "unpack", (pair,), place=line.place))
        self.dots[target] = [Term(dot)]

    def elementwise(self, call: Call, varying: Sequence[str], b: Builder) -> list[Term]:
        partials = call.partials(b.kind)
        terms: list[Term] = []
        for name in (name for name in varying if name in partials):
            atom = call[name]
            assert isinstance(atom, str)
            factors = [(sign, b.expression(node, call.names, call.primitive.module)) for sign, node in partials[name].factors]
            inner = self.dots[atom]
            if len({term.base for term in inner}) > 1 and factors:
                self.dot(b, atom)
                inner = self.dots[atom]
            terms += [times(term, partials[name].sign, factors) for term in inner]
        kind = NUMERIC if call.primitive.real and not all(is_real(b.kind(call[name])) for name in varying) else b.kind(call.result)
        return [real_part(b, term, kind) for term in terms]

    def stretched(self, call: Call, terms: list[Term], b: Builder) -> list[Term]:
        """The terms in the shape of the result, where only an operand that does not vary has all its axes: `x + np.ones((3, 1))`."""
        wanted, shapes = axes_of(b.kind(call.result)), [term_axes(b, term) for term in terms]
        known = [shape for shape in shapes if shape is not None]
        if not wanted or not terms:
            return terms
        have = broadcast_axes(known)
        constant = [axes_of(b.kind(atom)) for atom in call.line.args if atom not in self.active]
        if len(known) == len(shapes) and len(have) == len(wanted) and not any(_stretches(have, axes) for axes in constant):
            return terms
        shape = b.apply("np.shape", call.result, spelled=".shape" if isinstance(b.kind(call.result), Array) else None)
        return [Term(b.apply("np.broadcast_to", write(b, terms), shape))]

    def weighted(self, call: Call, varying: Sequence[str], b: Builder) -> Atom:
        """`y_dot` is the sum of `x_dot` times the weight, over the same axes."""
        (name,) = varying
        partial = call.partials(b.kind)[name]
        factors = [(sign, b.expression(node, call.names, "np")) for sign, node in partial.factors]
        operand = call[name]
        assert isinstance(operand, str)
        dot = self.dot(b, operand)
        value = write(b, [times(Term(dot), partial.sign, factors)])
        have, wanted = axes_of(b.kind(value)), axes_of(b.kind(operand))
        if have is None or wanted is None or len(have) < len(wanted):
            value = b.apply("np.broadcast_to", value, b.apply("np.shape", operand, spelled=".shape" if isinstance(b.kind(operand), Array) else None))
        given = {key: call[key] for key in ("axis", "keepdims") if key in call.arguments}
        keywords = [(key, atom) for key, atom in given.items() if atom not in (Const(None), Const(False))]  # `0` is neither
        found = b.apply("np.sum", value, keywords=keywords)
        return real_part(b, Term(found), NUMERIC if call.primitive.real and not is_real(b.kind(operand)) else b.kind(call.result)).base

    def parallel(self, line: Apply, b: Builder, primal: Sequence[Apply]) -> None:
        """The same op on the tangents, after the primal's line; that of a list that grows is as long as the list was before."""
        if line.op not in CONSUMING:
            b.lines += primal
            primal = ()
        skip: tuple[int, ...] = tuple(range(1, max(len(line.args) - (line.op in MOVING), 2))) if line.op in BESIDE else ()
        if line.op in ("dict", "mapping"):
            skip = tuple(range(0, len(line.args), 2))
        if line.op == "record":
            skip = (0, *range(1, len(line.args), 2))
        if line.op == "unpack_star":
            skip = (1, 2)
        if line.op in POSITIONS:
            skip = (POSITIONS[line.op],)
        of = self.beside if line.op == "list" else self.dot
        args = tuple(atom if k in skip else of(b, atom) for k, atom in enumerate(line.args))
        b.lines += primal
        targets = tuple(b.names.fresh(f"{base(target)}_dot") for target in line.targets)
        if (
            line.op == "pop_key" or line.op == "getitem" and _for_every_key(b.kind(line.args[0]))
        ):  # a key may be missing in the tangent
            line = replace(line, op="take_key") if line.op == "pop_key" else replace(line, op="get_key")
            args = args[:2] if line.op == "take_key" else (*args, Const(0.0))
        made = replace(line, targets=targets, args=args)
        self.kinds.update(zip(targets, kinds_of_line(made, self.kinds)))
        b.add(made)
        self.dots.update((target, [Term(dot)]) for target, dot in zip(line.targets, targets))


def _for_every_key(kind: Kind) -> bool:
    return isinstance(kind, Map) and kind.default


def _stretches(axes: Sequence[Axis], other: Sequence[Axis] | None) -> bool:
    """May an operand of the other axes make the result longer than these are? An axis whose length is not known may be 1."""
    if other is None:
        return True
    pairs = zip(reversed(axes), reversed(other))
    return len(other) > len(axes) or any(one != MANY and two != 1 and not same_axis(one, two) for one, two in pairs)
