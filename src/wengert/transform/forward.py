"""Forward mode: beside every active value its tangent.

The same walk as the primal's, without reversal. One row serves both modes: an elementwise row says `x_bar += y_bar * p`, so
`y_dot` gains `x_dot * p`. The tangent of a statement is written as one line, above the line that makes the value
(below it where the row uses the result):

    v.1 = 4 * v.0          v_dot.1 = v_dot.0 * 4
                    ==>    v.1 = 4 * v.0
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from wengert import errors
from wengert.analysis.activity import active
from wengert.analysis.memory import memory
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
from wengert.ir.kinds import (
    FLOAT,
    UNKNOWN,
    Array,
    Bottom,
    Dict,
    Iterator,
    Kind,
    List,
    Map,
    Saved,
    axes_of,
    dtype_of,
    is_complex,
    is_scalar,
    linear_number,
    may_carry_derivative,
    scalar_type,
)
from wengert.ir.lattice import join
from wengert.ir.walk import WRITES, all_names, atoms, base, blocks_of, lines_of, reads
from wengert.rules.line_kinds import acts, kinds_of_line
from wengert.rules.table import bind, lookup
from wengert.transform.bars import item, items_of, packed, zeros
from wengert.transform.forward_calls import Calls, CallTangents
from wengert.transform.forward_rows import PARALLEL, RowTangents
from wengert.transform.forward_writes import WriteTangents, holding
from wengert.transform.terms import Term, write


def forward(function: Function, wanted: Sequence[int], with_value: bool = True) -> Function:
    """The function that takes a tangent for each wanted parameter besides, and returns the result and its tangent (or that alone).

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
    return Forward(function, wanted, with_value).function()


class Forward(WriteTangents, CallTangents, RowTangents):
    def __init__(self, function: Function, wanted: Sequence[int], with_value: bool = True, calls: Calls | None = None) -> None:
        self.primal, self.with_value, self.calls = function, with_value, calls
        self.kinds = dict(function.kinds)
        self.names = Names(all_names(function))
        self.wanted = [function.parameters[k] for k in wanted]
        self.active = active(function, self.wanted, calls.summaries if calls else None)
        self.uses: Counter[Name] = Counter()
        for line in lines_of(function):
            self.uses.update(atom for atom in atoms(line) if isinstance(atom, str))
            for block in blocks_of(line):
                self.uses.update(atom for atom in atoms(block.terminator) if isinstance(atom, str))
        self.empty = {line.targets[0] for line in lines_of(function) if isinstance(line, Apply) and line.op == "list" and not line.args}
        self.dots: dict[Name, list[Term]] = {}
        self.loops: list[Mapping[int, Kind]] = []
        self.memory = memory(function)
        self.line_of = {target: line for line in lines_of(function) for target in line.targets}
        self.waiting = {}
        self.following: Line | None = None  # the line after the one at hand, in its block
        self.unpacked: set[Name] = set()  # tuples that have been taken apart already

    def function(self) -> Function:
        b = Builder(self.names, self.kinds, kinds_of_line)
        parameters = []
        for name in self.wanted:
            dot = f"{base(name)}_dot"
            while dot in self.kinds:
                dot += "_1"
            self.names.reserve(dot)
            self.kinds[dot] = self.kinds.get(name, UNKNOWN)
            parameters.append(dot)
            growing = name in self.memory.overwritten and isinstance(self.kinds[dot], List)
            self.dots[name] = [Term(b.apply("copy", dot, hint=dot) if growing else dot)]
        block = self.block(self.primal.body, b, {})
        return replace(
            self.primal, name=f"jvp_{self.primal.name}", parameters=(*self.primal.parameters, *parameters), body=block, kinds=self.kinds,
            docstring=None,
        )  # fmt: skip

    # tangents

    def dot(self, b: Builder, atom: Atom, kind: Kind | None = None) -> Atom:
        """The tangent of an atom, written down; zero if it has none. `kind` is that of what it becomes: whole numbers may give way to floats."""
        if not isinstance(atom, str) or atom not in self.dots:
            return self.zero(b, atom, kind)
        terms = self.dots[atom]
        if not (len(terms) == 1 and terms[0].plain):
            self.dots[atom] = [Term(self.written(b, terms, atom))]
        return self.dots[atom][0].base

    def written(self, b: Builder, terms: Sequence[Term], atom: Name) -> Atom:
        """The sum of the terms; of an array, too, if nothing is left of them (`x - x`), an array, and no array that is written to later."""
        made = write(b, terms, f"{base(atom)}_dot")
        if isinstance(made, Const):
            return self.zero(b, atom) if axes_of(b.kind(atom)) else made
        return b.apply("copy", made, hint=f"{base(atom)}_dot") if made in self.memory.overwritten and self.memory.has_memory(made) else made

    def zero(self, b: Builder, atom: Atom, becomes: Kind | None = None) -> Atom:
        kind = holding(b.kind(atom), becomes)
        if isinstance(kind, List) and (kind.items == () or atom in self.empty):  # of what may be appended yet
            return b.apply("list")
        if isinstance(kind, (Iterator, Saved)) or (isinstance(kind, List) and kind.items is None and isinstance(kind.element, (List, Saved))):
            return b.apply("zero_of", atom)
        if isinstance(kind, Map):
            return b.apply(
                "mapping" if isinstance(kind.element, Bottom) else "zero_of", *(() if isinstance(kind.element, Bottom) else (atom,))
            )
        if isinstance(kind, Dict) and not kind.items:  # of what may be put into it yet
            return b.apply("dict")
        if is_scalar(kind) or isinstance(atom, Const):
            return self.zero_of(atom.value) if isinstance(atom, Const) else Const(0j if is_complex(kind) else 0.0)
        grows = isinstance(kind, Dict) and becomes is not None  # more will be put into it
        if not (grows or may_carry_derivative(kind) or _has_floats(kind)):  # [0.0] * n, (1.0, 2.0)
            return Const(None)
        items = items_of(kind)
        if items is not None:
            return packed(b, kind, [self.zero(b, item(b, atom, key, kind), inner) for key, inner in items])
        if isinstance(kind, List):
            return zeros(b, kind, atom)
        return b.apply("np.zeros_like", atom)

    def beside(self, b: Builder, atom: Atom) -> Atom:
        """The tangent of an item of a list: of a row or an array of whole numbers it is one of zeros, since the others' are rows or arrays."""
        kind = b.kind(atom)
        if isinstance(kind, Array) and kind.axes and isinstance(atom, str) and atom not in self.dots and not may_carry_derivative(kind):
            return b.apply("np.zeros_like", atom)
        items = items_of(kind) if isinstance(atom, str) and atom not in self.dots else None
        if items and all(scalar_type(item) in ("int", "bool") for _, item in items):
            return packed(b, kind, [Const(0.0)] * len(items))
        return self.dot(b, atom)

    def zero_of(self, value: Any) -> Const:
        if type(value) is tuple:
            return Const(tuple(self.zero_of(item).value for item in value))
        if isinstance(value, complex):
            return Const(0j)
        return Const(0.0) if isinstance(value, (int, float)) else Const(None)

    # blocks

    def block(self, block: Block, b: Builder, targets: Mapping[int, Kind]) -> Block:
        """The block with tangents; its `yield` adds those at the positions `targets`, where such kinds go."""
        around, self.waiting = self.waiting, {}
        for line, following in zip(block.lines, (*block.lines[1:], None)):
            b.place = line.place
            self.following = following
            self.line(line, b)
        end = self.end(block.terminator, b, targets)  # it may write lines of its own
        self.waiting = around
        return Block(tuple(b.lines), end)

    def end(self, end: Terminator, b: Builder, targets: Mapping[int, Kind]) -> Terminator:
        b.place = None
        match end:
            case Yield(values):
                return Yield((*values, *(self.dot(b, values[k], kind) for k, kind in targets.items())))
            case Break(values) | Continue(values):
                return replace(end, values=(*values, *(self.dot(b, values[k], kind) for k, kind in self.loops[-1].items())))
            case Pass(value, values) if values:
                return Pass(value, (*values, *(self.dot(b, values[k], kind) for k, kind in targets.items())))
            case Return(value):
                made = self.tangent(b, value)
                return Return(b.apply("tuple", value, made) if self.with_value else made)
        return end

    def tangent(self, b: Builder, value: Atom) -> Atom:
        """The tangent of the result, in its shape."""
        made = as_complex(b, self.dot(b, value), b.kind(value))
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
                self.read_before(b)
                b.add(self.branches(line, b))
            case For() | While():
                self.read_before(b)
                b.add(self.loop(line, b))
            case Def():
                if any(name in self.active for name in line.targets):
                    raise errors.error("W040", line.place, name="a nested function that is returned")
                b.add(line)

    def branches(self, line: If, b: Builder) -> If:
        for name in self.mentioned(line):
            self.dot(b, name)
        slots = {k: b.kind(target) for k, target in enumerate(line.targets) if target in self.active}
        sides = [b.nested(), b.nested()]
        then, orelse = (self.block(branch, side, slots) for branch, side in zip((line.then, line.orelse), sides))
        dots = self.results(b, line.targets, slots)
        ends = [block.terminator.values for block in (then, orelse) if isinstance(block.terminator, Yield)]
        for position, dot in enumerate(dots, len(line.targets)):
            self.kinds[dot] = _joined(b, [end[position] for end in ends])
        return replace(line, targets=(*line.targets, *dots), then=then, orelse=orelse)

    def results(self, b: Builder, targets: Sequence[Name], slots: Iterable[int]) -> list[Name]:
        dots = [b.names.fresh(f"{base(targets[k])}_dot") for k in slots]
        for k, dot in zip(slots, dots):
            self.dots[targets[k]] = [Term(dot)]
            self.kinds[dot] = self.dot_kind(b.kind(targets[k]))
        return dots

    def dot_kind(self, kind: Kind) -> Kind:
        """The kind of the tangent of a value that a loop or a branch gives."""
        return kind if not is_scalar(kind) else linear_number(kind)

    def element_source(self, b: Builder, source: Atom) -> Atom:
        """What a loop over `source` runs over besides, for the tangents of its elements."""
        return self.dot(b, source)

    def loop(self, line: For | While, b: Builder) -> Line:
        for name in self.mentioned(line):
            self.dot(b, name)
        active = [k for k, (c, t) in enumerate(zip(line.carried, line.targets)) if c in self.active or t in self.active]
        slots = {k: b.kind(line.carried[k]) for k in active}
        initial = [self.dot(b, line.initial[k], kind) for k, kind in slots.items()]
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
                    sources.append(self.element_source(b, source))
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
        if line.op in WRITES:
            self.read_before(b)
        if not any(target in self.active for target in line.targets):
            b.add(line)
            return
        if line.op == "invoke" and self.calls is not None:
            self.call(line, self.calls, b)
            return
        if line.op in ("save", "restore"):
            b.add(line)
            self.keep(line, b)
            return
        if line.op in PARALLEL:
            again = line.op == "unpack" and line.args[0] in self.unpacked
            self.parallel(line, b, () if again else (line,))
            return
        if line.op in WRITES:
            self.write(line, b)
            return
        if line.op == "mul" and isinstance(b.kind(line.targets[0]), List):  # `[v] * n`
            b.add(line)
            self.dots[line.targets[0]] = [Term(b.apply("mul", self.dot(b, line.args[0]), line.args[1], hint=f"{base(line.targets[0])}_dot"))]
            return
        if line.op == "pushed":
            self.pushed(line, b)
            return
        call = bind(line)
        primitive = call.primitive
        if lookup(line.op) is None or acts(line):
            raise errors.error("W040", line.place, name=line.op)
        varying = [name for name in call.differentiable if call[name] in self.active and call[name] in self.dots]
        target, before = call.result, len(b.lines)
        if primitive.family == "elementwise":
            terms = self.stretched(call, self.elementwise(call, varying, b), b)
        elif primitive.family == "weighted":
            terms = [Term(self.weighted(call, varying, b))]
        else:
            assert primitive.jvp is not None
            b.add(line)
            match self.following:
                case Apply(op="unpack", args=(source,)) as taken if source == target and len(primitive.results) > 1:
                    b.add(taken)
                    self.unpacked.add(target)
                    call = replace(call, parts=dict(enumerate(taken.targets)))
            self.dots[target] = [Term(primitive.jvp(b, call, {name: self.dot(b, call[name]) for name in varying}))]
            return
        once = base(target).startswith("%") and self.uses[target] == 1
        if once and primitive.family == "elementwise":
            b.lines.insert(before, line)
            self.dots[target] = terms
            self.waiting[target] = None
            return
        start = next((k for k in range(before, len(b.lines)) if target in atoms(b.lines[k])), None)
        dot = self.written(b, terms, target)
        if start is None:
            start = next((k for k in range(before, len(b.lines)) if target in atoms(b.lines[k])), len(b.lines))
        b.lines.insert(start, line)  # below its tangent, or just above the first line that reads the result
        self.dots[target] = [Term(dot)]


def as_complex(b: Builder, dot: Atom, kind: Kind) -> Atom:
    """A tangent of a complex value: of its own type, also where the value varies along the real axis alone."""
    if not is_complex(kind) or is_complex(b.kind(dot)):
        return dot
    if isinstance(dot, Const):
        return Const(complex(dot.value))
    dtype = dtype_of(kind)
    if dtype is None:
        return b.apply("complex", dot)
    if not isinstance(kind, Array):
        return b.apply(f"np.{dtype}", dot)
    real = isinstance(b.kind(dot), Array)
    return b.apply("np.astype", dot, Const(getattr(np, dtype), f"np.{dtype}"), spelled=".astype") if real else dot


def _has_floats(kind: Kind) -> bool:
    """Are there numbers in it whose tangents are zero, though they are known and cannot vary?"""
    items = items_of(kind)
    if items is not None:
        return any(_has_floats(item) for _, item in items)
    return _has_floats(kind.element) if isinstance(kind, List) else scalar_type(kind) == "float"


def _joined(b: Builder, values: Sequence[Atom]) -> Kind:
    kinds = [b.kind(value) if isinstance(value, str) or value == Const(None) else FLOAT for value in values]
    result = kinds[0]
    for kind in kinds[1:]:
        result = join(result, kind)
    return result
