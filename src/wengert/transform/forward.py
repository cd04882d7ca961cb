"""Forward mode: beside every active value its tangent.

The same walk as the primal's, without reversal. One row serves both modes: an elementwise row says `x_bar += y_bar * p`, so
`y_dot` gains `x_dot * p`. The tangent of a statement is written as one line, above the line that makes the value
(below it where the row uses the result):

    v.1 = 4 * v.0          v_dot.1 = v_dot.0 * 4
                    ==>    v.1 = 4 * v.0
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from wengert import errors
from wengert.analysis.activity import active
from wengert.ir.build import Builder, Names
from wengert.ir.core import (
    Apply,
    Atom,
    Block,
    Break,
    Const,
    Continue,
    Def,
    For,
    Function,
    If,
    Line,
    Name,
    Pass,
    Return,
    Terminator,
    While,
    Yield,
)
from wengert.ir.kinds import FLOAT, UNKNOWN, Array, Dict, Kind, List, Tuple, axes_of, is_scalar, join, may_carry_derivative
from wengert.ir.walk import all_names, atoms, base, blocks_of, lines_of, reads
from wengert.rules.line_kinds import acts, kinds_of_line
from wengert.rules.table import Call, bind, lookup
from wengert.transform.terms import Term, times, write

PARALLEL = frozenset({
    "getitem", "unpack", "unpack_star", "tuple", "list", "dict", "append", "scatter_add", "add_at", "store", "copy", "fresh", "snapshot", "reversed",
    "next", "iadd", "isub", "unbroadcast", "project", "plus",
})  # fmt: skip
"""Ops whose tangent is the op itself, of the tangents: they move values and compute nothing."""

BESIDE = frozenset({"getitem", "scatter_add", "add_at", "store", "unbroadcast", "project"})
"""Those whose second argument, an index or what the result is to be like, stays itself."""


def forward(function: Function, wanted: Sequence[int]) -> Function:
    """The function that takes a tangent for each wanted parameter besides, and returns the result and its tangent.

    >>> from wengert.ir.text import parse, show
    >>> f = parse('''
    ... function f(x):
    ...     %0 = x * x
    ...     return %0
    ... ''')
    >>> print(show(forward(replace(f, kinds={"x": FLOAT, "%0": FLOAT}), [0])))
    function jvp_f(x, x_dot):
        %1 = 2 * x
        %0_dot.0 = x_dot * %1
        %0 = x * x
        %2 = tuple(%0, %0_dot.0)
        return %2
    """
    return _Forward(function, wanted).function()


class _Forward:
    def __init__(self, function: Function, wanted: Sequence[int]) -> None:
        self.primal = function
        self.kinds = dict(function.kinds)
        self.names = Names(all_names(function))
        self.wanted = [function.parameters[k] for k in wanted]
        self.active = active(function, self.wanted)
        self.uses: Counter[Name] = Counter()
        for line in lines_of(function):
            self.uses.update(atom for atom in atoms(line) if isinstance(atom, str))
            for block in blocks_of(line):
                self.uses.update(atom for atom in atoms(block.terminator) if isinstance(atom, str))
        self.dots: dict[Name, list[Term]] = {}
        self.loops: list[list[int]] = []

    def function(self) -> Function:
        b = Builder(self.names, self.kinds, kinds_of_line)
        parameters = []
        for name in self.wanted:
            dot = f"{name}_dot"
            while dot in self.kinds:
                dot += "_1"
            self.names.reserve(dot)
            self.kinds[dot] = self.kinds.get(name, UNKNOWN)
            parameters.append(dot)
            self.dots[name] = [Term(dot)]
        block = self.block(self.primal.body, b, ())
        return replace(
            self.primal, name=f"jvp_{self.primal.name}", parameters=(*self.primal.parameters, *parameters), body=block, kinds=self.kinds,
            docstring=None,
        )  # fmt: skip

    # tangents

    def dot(self, b: Builder, atom: Atom) -> Atom:
        """The tangent of an atom, written down; zero if it has none."""
        if not isinstance(atom, str) or atom not in self.dots:
            return self.zero(b, atom)
        terms = self.dots[atom]
        if not (len(terms) == 1 and terms[0].plain):
            self.dots[atom] = [Term(write(b, terms, f"{base(atom)}_dot"))]
        return self.dots[atom][0].base

    def zero(self, b: Builder, atom: Atom) -> Atom:
        kind = b.kind(atom)
        if isinstance(kind, List) and kind.items == ():  # of what may be appended yet
            return b.apply("list")
        if is_scalar(kind) or isinstance(atom, Const):
            return self.zero_of(atom.value) if isinstance(atom, Const) else Const(0.0)
        if not may_carry_derivative(kind):
            return Const(None)
        match kind:
            case Tuple(items):
                return b.apply("tuple", *(self.zero(b, b.apply("getitem", atom, Const(k))) for k in range(len(items))))
            case List(_, items) if items is not None:
                return b.apply("list", *(self.zero(b, b.apply("getitem", atom, Const(k))) for k in range(len(items))))
            case Dict(pairs):
                return b.apply("dict", *(x for key, _ in pairs for x in (Const(key), self.zero(b, b.apply("getitem", atom, Const(key))))))
            case List():
                return b.apply("mul", b.apply("list", Const(0.0)), b.apply("len", atom))
        return b.apply("np.zeros_like", atom)

    def zero_of(self, value: Any) -> Const:
        return Const(0.0) if isinstance(value, (int, float)) else Const(None)

    # blocks

    def block(self, block: Block, b: Builder, targets: Sequence[int]) -> Block:
        """The block with tangents; its `yield` adds those at the positions `targets`."""
        for line in block.lines:
            b.place = line.place
            self.line(line, b)
        end = self.end(block.terminator, b, targets)  # it may write lines of its own
        return Block(tuple(b.lines), end)

    def end(self, end: Terminator, b: Builder, targets: Sequence[int]) -> Terminator:
        b.place = None
        match end:
            case Yield(values):
                return Yield((*values, *(self.dot(b, values[k]) for k in targets)))
            case Break(values) | Continue(values):
                return replace(end, values=(*values, *(self.dot(b, values[k]) for k in self.loops[-1])))
            case Pass(value, values) if values:
                return Pass(value, (*values, *(self.dot(b, values[k]) for k in targets)))
            case Return(value):
                return Return(b.apply("tuple", value, self.tangent(b, value)))
        return end

    def tangent(self, b: Builder, value: Atom) -> Atom:
        """The tangent of the result, in its shape."""
        made = self.dot(b, value)
        have, wanted = axes_of(b.kind(made)), axes_of(b.kind(value))
        if have is not None and wanted is not None and len(have) < len(wanted):
            shape = b.apply("np.shape", value, spelled=".shape" if isinstance(b.kind(value), Array) else None)
            return b.apply("fresh", b.apply("np.broadcast_to", made, shape))
        return b.apply("fresh", made) if isinstance(b.kind(made), Array) and wanted != () else made

    def line(self, line: Line, b: Builder) -> None:
        match line:
            case Apply():
                self.apply(line, b)
            case If():
                b.add(self.branches(line, b))
            case For() | While():
                b.add(self.loop(line, b))
            case Def():
                if any(name in self.active for name in line.targets):
                    raise errors.error("W040", line.place, name="a nested function that is returned")
                b.add(line)

    def branches(self, line: If, b: Builder) -> If:
        for name in self.mentioned(line):
            self.dot(b, name)
        slots = [k for k, target in enumerate(line.targets) if target in self.active]
        sides = [b.nested(), b.nested()]
        then, orelse = (self.block(branch, side, slots) for branch, side in zip((line.then, line.orelse), sides))
        dots = self.results(b, line.targets, slots)
        ends = [block.terminator.values for block in (then, orelse) if isinstance(block.terminator, Yield)]
        for position, dot in enumerate(dots, len(line.targets)):
            self.kinds[dot] = _joined(b, [end[position] for end in ends])
        return replace(line, targets=(*line.targets, *dots), then=then, orelse=orelse)

    def results(self, b: Builder, targets: Sequence[Name], slots: Sequence[int]) -> list[Name]:
        dots = [b.names.fresh(f"{base(targets[k])}_dot") for k in slots]
        for k, dot in zip(slots, dots):
            self.dots[targets[k]] = [Term(dot)]
            self.kinds[dot] = _dot_kind(b.kind(targets[k]))
        return dots

    def loop(self, line: For | While, b: Builder) -> Line:
        for name in self.mentioned(line):
            self.dot(b, name)
        slots = [k for k, (c, t) in enumerate(zip(line.carried, line.targets)) if c in self.active or t in self.active]
        initial = [self.dot(b, line.initial[k]) for k in slots]
        inside = b.nested()
        carried = self.results(inside, line.carried, slots)
        for dot, first in zip(carried, initial):
            self.kinds[dot] = join(b.kind(first) if isinstance(first, str) else FLOAT, self.kinds[dot])
        self.loops.append(slots)
        sources: list[Atom] = []
        elements: list[Name] = []
        if isinstance(line, For):
            for element, source in zip(line.elements, line.sources):
                if element in self.active:
                    sources.append(self.dot(b, source))
                    elements += self.results(inside, (element,), (0,))
        test = None
        if isinstance(line, While):
            test = self.block(line.test, b.nested(), slots)
        body = self.block(line.body, inside, slots)
        self.loops.pop()
        made = replace(
            line, targets=(*line.targets, *self.results(b, line.targets, slots)), carried=(*line.carried, *carried),
            initial=(*line.initial, *initial), body=body,
        )  # fmt: skip
        if isinstance(made, While) and test is not None:
            return replace(made, test=test)
        assert isinstance(made, For)
        return replace(made, elements=(*made.elements, *elements), sources=(*made.sources, *sources))

    def mentioned(self, line: Line) -> list[Name]:
        """Active values from outside that the blocks of a line read: their tangents are written before it."""
        return [name for name in reads(line) if name in self.active and name in self.dots]

    # lines

    def apply(self, line: Apply, b: Builder) -> None:
        if not any(target in self.active for target in line.targets):
            b.add(line)
            return
        if line.op in PARALLEL:
            b.add(line)
            self.parallel(line, b)
            return
        call = bind(line)
        primitive = call.primitive
        if lookup(line.op) is None or acts(line):
            raise errors.error("W040", line.place, name=line.op)
        varying = [name for name in call.differentiable if call[name] in self.active and call[name] in self.dots]
        target, before = call.result, len(b.lines)
        if primitive.family == "elementwise":
            terms = self.elementwise(call, varying, b)
        elif primitive.family == "weighted":
            terms = [Term(self.weighted(call, varying, b))]
        else:
            assert primitive.jvp is not None
            b.add(line)
            self.dots[target] = [Term(primitive.jvp(b, call, {name: self.dot(b, call[name]) for name in varying}))]
            return
        once = base(target).startswith("%") and self.uses[target] == 1
        if once and primitive.family == "elementwise":
            b.lines.insert(before, line)
            self.dots[target] = terms
            return
        start = next((k for k in range(before, len(b.lines)) if target in atoms(b.lines[k])), None)
        dot = write(b, terms, f"{base(target)}_dot")
        if start is None:
            start = next((k for k in range(before, len(b.lines)) if target in atoms(b.lines[k])), len(b.lines))
        b.lines.insert(start, line)  # below its tangent, or just above the first line that reads the result
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
        return terms

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
        return b.apply("np.sum", value, keywords=keywords)

    def parallel(self, line: Apply, b: Builder) -> None:
        """The same op on the tangents."""
        skip: tuple[int, ...] = (1,) if line.op in BESIDE else ()
        if line.op == "dict":
            skip = tuple(range(0, len(line.args), 2))
        if line.op == "unpack_star":
            skip = (1, 2)
        args = tuple(atom if k in skip else self.dot(b, atom) for k, atom in enumerate(line.args))
        targets = tuple(b.names.fresh(f"{base(target)}_dot") for target in line.targets)
        made = replace(line, targets=targets, args=args)
        self.kinds.update(zip(targets, kinds_of_line(made, self.kinds)))
        b.add(made)
        self.dots.update((target, [Term(dot)]) for target, dot in zip(line.targets, targets))


def _joined(b: Builder, values: Sequence[Atom]) -> Kind:
    kinds = [b.kind(value) if isinstance(value, str) else FLOAT for value in values]
    result = kinds[0]
    for kind in kinds[1:]:
        result = join(result, kind)
    return result


def _dot_kind(kind: Kind) -> Kind:
    return kind if not is_scalar(kind) else FLOAT
