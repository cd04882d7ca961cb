"""A derivative as one function: the forward sweep, then the reverse sweep.

`grad` and `value_and_grad` undo the primal on the spot, before every `return`; where an early return stands at the top, that is
shorter than anything else (`if n == 1: return 1.0`). `vjp` puts the reverse sweep into a nested function, the pullback.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from typing import Protocol

import numpy as np

from wengert import errors
from wengert.analysis.activity import Summaries, active
from wengert.analysis.lengths import lengths
from wengert.forms import AUX, HOLOMORPHIC, TUPLE, plain_mode
from wengert.ir.build import Builder, Names
from wengert.ir.core import Apply, Atom, Block, Const, Def, Function, If, Line, Name, Return, Stop, Terminator, Yield
from wengert.ir.kinds import (
    BOTTOM,
    FLOAT,
    UNKNOWN,
    Array,
    Dict,
    Kind,
    Known,
    List,
    Map,
    Numeric,
    NumpyScalar,
    Record,
    Saved,
    Scalar,
    Tuple,
    Union,
    Unknown,
    axes_of,
    describe,
    dtype_of,
    is_scalar,
    may_be_complex,
    scalar_type,
)
from wengert.ir.walk import all_names, base, blocks_of, defined, map_blocks, reads, rename
from wengert.rules.line_kinds import kinds_of_line
from wengert.transform.adjoints import content
from wengert.transform.bars import Bars, Spot, follow, is_container, items_of, kind_at, packed, parts, primal
from wengert.transform.calls import Undoing, as_dtype
from wengert.transform.define import define_saved
from wengert.transform.keeping import keeping_of
from wengert.transform.reverse import Reversal
from wengert.transform.rotate import rotate_loops
from wengert.transform.ruled import without_rules
from wengert.transform.terms import Term
from wengert.transform.variables import thread


def reverse(function: Function, wanted: Sequence[int], mode: str = "grad") -> Function:
    """The derivative of a function with respect to its `wanted` parameters, in the same language.

    `mode` is "grad", "value_and_grad" or "vjp". No `return` may stand inside a loop (`analysis/returns.py`).

    >>> from wengert.ir.kinds import INT, RANGE
    >>> from wengert.ir.text import parse, show
    >>> f = parse('''
    ... function f(x, n):
    ...     %0 = range(n)
    ...     v.2 = for i.0 in %0 carry v.0 = x:
    ...         v.1 = math.sin(v.0)
    ...         yield v.1
    ...     return v.2
    ... ''')
    >>> f = replace(f, kinds={"%0": RANGE, "i.0": INT, **dict.fromkeys(("x", "v.0", "v.1", "v.2"), FLOAT)})
    >>> print(show(reverse(f, [0])))
    function grad_f(x, n):
        comment('forward sweep')
        %0 = range(n)
        v_tape.0 = list()
        v.2, v_tape.3 = for i.0 in %0 carry v.0 = x, v_tape.1 = v_tape.0:
            v_tape.2 = append(v_tape.1, v.0)
            v.1 = math.sin(v.0)
            yield v.1, v_tape.2
        comment('reverse sweep')
        %2 = reversed(v_tape.3)
        v_bar.2 = for v.3 in %2 carry v_bar.0 = 1.0:
            %1 = math.cos(v.3)
            v_bar.1 = v_bar.0 * %1
            yield v_bar.1
        return v_bar.2
    """
    return Joint(function, wanted, mode).function()


class Calls(Protocol):
    """What knows the callees of a program, and the halves of each (`pairs.py`)."""

    summaries: Summaries

    def split(self, function: Function, active: Set[Name]) -> tuple[Function, Mapping[Name, Undoing]]:
        """The function with calls of forward halves, and how each of them is undone."""


class Joint:
    """One function and its reverse sweep; `calls` makes the halves of what it invokes."""

    def __init__(self, function: Function, wanted: Sequence[int], mode: str, calls: Calls | None = None) -> None:
        self.wanted = [function.parameters[k] for k in wanted]
        self.active = active(function, self.wanted, calls.summaries if calls else None)
        function = rotate_loops(function, self.active)
        undoings: Mapping[Name, Undoing] = {}
        if calls is not None:
            function, undoings = calls.split(function, self.active)
        named = lengths(function)
        function = replace(function, kinds=named.kinds)
        self.primal, self.mode = function, plain_mode(mode)
        self.holomorphic = HOLOMORPHIC in mode
        self.aux, self.single = mode.endswith(AUX), len(wanted) == 1 and TUPLE not in mode
        self.kinds = dict(function.kinds)
        self.names = Names(all_names(function))
        self.keeping = keeping_of(function, mode, named.slots)
        self.reversal = Reversal(function, self.active, self.keeping, self.kinds)
        self.reversal.undoings = undoings
        self.b = Builder(self.names, self.kinds, kinds_of_line)
        self.unit: Name = ""  # the cotangent of a result of which no kind says that it is a number

    def function(self) -> Function:
        body = self.sweep(self.primal.body, [], top=True)
        body = strip(self.keeping.put_in_all(body))
        made = replace(self.primal, name=f"{self.mode}_{self.primal.name}", body=body, kinds=self.kinds, docstring=None)
        return define_saved(thread(without_rules(made), self.names, self.kinds))

    def sweep(self, block: Block, path: Sequence[Sequence[Line]], top: bool = False) -> Block:
        """The block with a reverse sweep before each of its returns; `path` is what was run before it."""
        lines: list[Line] = []
        begun = False
        asked = [line.place.statement for line in block.lines if isinstance(line, If) and _returns(line) and line.place]
        asked = [statement for statement in asked if statement is not None]
        for index, line in enumerate(block.lines):
            if isinstance(line, If) and _returns(line):
                before = [*path, block.lines[:index]]
                last = top and isinstance(block.terminator, Stop)  # `if ...: return` with the rest of the function as its `else`
                then = self.sweep(line.then, before)
                lines.append(replace(line, then=then, orelse=self.sweep(line.orelse, before, last)))
                continue
            if top and not begun and not (line.place and line.place.statement in asked):
                begun = True
                lines.append(comment("forward sweep"))
            lines.append(line)
        if not isinstance(block.terminator, Return):
            return Block(tuple(lines), block.terminator)
        value = block.terminator.value
        if top:
            lines.append(comment("reverse sweep"))
        elif block.terminator.place is not None:
            lines.append(Apply((), "undo", place=block.terminator.place))
        if self.mode == "vjp":
            return self.pullback(lines, value, [*path, block.lines], block.terminator)
        seed = self.seed(value)
        undone, gradient = self.undo(self.b.nested(), value, seed, [*path, block.lines])
        lines += undone.lines
        if self.aux and self.mode == "grad":
            gradient = self._after(lines, "tuple", gradient, self._after(lines, "getitem", value, Const(1)))
        if self.mode == "value_and_grad":
            gradient = self._after(lines, "tuple", value, gradient)
        return Block(tuple(lines), Return(gradient))

    def _after(self, lines: list[Line], op: str, *args: Atom) -> Name:
        b = self.b.nested()
        made = b.apply(op, *args)
        lines += b.lines
        return made

    def pullback(self, lines: list[Line], value: Atom, path: Sequence[Sequence[Line]], end: Terminator) -> Block:
        out_bar = self.names.fresh(self._parameter("out_bar"))
        self.kinds[out_bar] = _cotangent(self.b.kind(value))
        b = self.b.nested()
        bars = self.cotangents(b, value, out_bar)
        b, gradient = self.undo(b, value, bars, path, always_tuple=True)
        self._protect(b, lines)
        pullback = self.names.fresh("pullback")
        self.kinds[pullback] = UNKNOWN
        inner = Function(pullback.rpartition(".")[0], (out_bar,), Block(tuple(b.lines), Return(gradient)), self.kinds)
        lines.append(Def(pullback, inner))
        result = self._after(lines, "tuple", value, pullback)
        return Block(tuple(lines), Return(result))

    def _parameter(self, wanted: str) -> str:
        """A name for a parameter of the pullback: one of the program's own would be hidden by it."""
        bases = set(map(base, all_names(self.primal)))
        while wanted in bases:
            wanted += "_"
        return wanted

    def _protect(self, b: Builder, lines: list[Line]) -> None:
        """Copy the arrays that the pullback reads and the caller holds: he may have overwritten them when it is called."""
        memory = self.keeping.memory
        mapping: dict[Name, Atom] = {}
        for name in dict.fromkeys(name for line in b.lines for name in content(line)):
            kind = self.kinds.get(name)
            if isinstance(kind, (Array, Numeric, Unknown)) and not (isinstance(kind, Array) and kind.axes == ()):
                if memory.is_returned(name) or memory.is_outside(name):
                    copied = self.names.fresh(f"{base(name)}_saved")
                    self.kinds[copied] = kind
                    lines.append(Apply((copied,), "copy" if isinstance(kind, Array) and name in self.primal.parameters else "snapshot", (name,)))
                    mapping[name] = copied
        block = rename(Block(tuple(b.lines), Yield()), mapping)
        b.lines[:] = block.lines

    def cotangents(self, b: Builder, value: Atom, out_bar: Name) -> Bars:
        bars: Bars = {}
        for path, _ in parts(self.b.kind(value)):
            part = follow(b, out_bar, self.b.kind(value), path)
            if isinstance(part, str) and path:
                self.kinds[part] = _cotangent(kind_at(b, (value, *path)) if isinstance(value, str) else FLOAT)
            self.reversal.give(bars, value, Term(part), path)
        return bars

    def seed(self, value: Atom) -> Bars:
        """The adjoint of the result of a function whose gradient is asked: one."""
        kind = self.b.kind(value)
        path: Spot = ()
        self.unit = ""
        name = self.primal.name
        if self.aux:
            if not isinstance(kind, Tuple) or len(kind.items) != 2:
                raise errors.error("W060", self.primal.place, name="grad with has_aux", function=name, what=_what(kind))
            kind, path = kind.items[0], (0,)
        if is_container(kind) or isinstance(kind, (List, Dict, Map)) or (isinstance(kind, Known) and kind.value is None):
            raise errors.error("W060", self.primal.place, name="grad", function=name, what=_what(kind))
        if isinstance(kind, Array) and kind.axes != ():
            raise errors.error("W060", self.primal.place, name="grad", function=name, what=_what(kind))
        bars: Bars = {}
        if isinstance(value, str):
            one: Atom = Const(1.0)
            if axes_of(kind) is None:
                one = self.unit = self.names.fresh("unit")
                self.kinds[one] = UNKNOWN if self.holomorphic else FLOAT
            self.reversal.give(bars, value, Term(one), path)
        return bars

    def undo(self, b: Builder, value: Atom, bars: Bars, path: Sequence[Sequence[Line]], always_tuple: bool = False) -> tuple[Builder, Atom]:
        """Undo everything on the path; the lines, and the gradient that they leave."""
        if self.unit:
            value = b.apply("getitem", value, Const(0)) if self.aux else value
            holomorphic = (Const(True),) if self.holomorphic else ()
            b.add(Apply((self.unit,), "unit", (value, Const(self.primal.name), *holomorphic)))
        self.keeping.visible = {*self.primal.parameters, *(name for lines in path for line in lines for name in defined(line))}
        for lines in reversed(path):
            self.reversal.block(lines, Yield(()), b, bars, lambda end, b, bars: None)
        b.place = None
        gradients = [self.gradient(b, bars, (name,)) for name in self.wanted]
        result = gradients[0] if self.single and not always_tuple else b.apply("tuple", *gradients)
        b.lines[:] = self.reversal.ask_newest(b, b.lines)
        needed = [name for name in dict.fromkeys(n for line in b.lines for n in reads(line)) if self._is_gone(name)]
        mapping: dict[Name, Atom] = {name: self.keeping.export(b, name) for name in needed}
        if mapping:
            block = rename(Block(tuple(b.lines), Return(result)), mapping)
            b.lines[:] = block.lines
            assert isinstance(block.terminator, Return)
            result = block.terminator.value
        return b, result

    def _is_gone(self, name: Name) -> bool:
        """Is it a value, from outside all loops, that a branch made or that a write destroys?"""
        home = self.keeping.homes.segment.get(name)
        gone = home is not None and (not home.every or name in self.keeping.memory.overwritten)
        return gone and home is not None and home.loop is None and not name.startswith("&")

    def gradient(self, b: Builder, bars: Bars, spot: Spot) -> Atom:
        """The gradient of (a part of) an argument, of the argument's own type."""
        kind = kind_at(b, spot)
        items = items_of(kind)
        if items is not None:
            return packed(b, kind, [self.gradient(b, bars, (*spot, key)) for key, _ in items])
        if not parts(kind):
            return Const(None)
        return _project(b, self.reversal.unread(b, self.reversal.take(b, bars, spot), spot), spot, kind)


def _project(b: Builder, value: Atom, spot: Spot, kind: Kind) -> Atom:
    """The gradient in the type and dtype of the argument, and in memory of its own."""
    have = b.kind(value)
    match kind:
        case Scalar("float" | "number"):
            if isinstance(value, Const):
                return Const(float(value.value))
            if may_be_complex(have):
                value = b.apply("np.real", value, spelled=".real")
            return value if scalar_type(b.kind(value)) == "float" else b.apply("float", value)
        case Scalar("complex"):
            if isinstance(value, Const):
                return Const(complex(value.value))
            return value if scalar_type(have) == "complex" else b.apply("complex", value)
        case NumpyScalar(dtype):
            if have == kind:
                return value
            return as_dtype(b, value, dtype)
        case Array(dtype, axes):
            if axes == () and dtype_of(have) == dtype:
                return b.apply("np.asarray", value)
            if axes_of(have) is not None and axes != () and dtype_of(have) is not None:
                if dtype_of(have) != dtype:
                    return b.apply("np.astype", value, Const(_dtype(dtype), f"np.{dtype}"), spelled=".astype")
                return b.apply("fresh", value)
    return value if isinstance(kind, Saved) else b.apply("project", value, primal(b, spot))


def _dtype(name: str) -> object:
    return getattr(np, name)


def _cotangent(kind: Kind) -> Kind:
    if isinstance(kind, Union) and is_scalar(kind):
        return kind
    if isinstance(kind, (Scalar, Array, NumpyScalar, Tuple, List, Dict, Map, Record)):
        return kind
    if isinstance(kind, Known) and scalar_type(kind):
        return FLOAT
    return UNKNOWN if isinstance(kind, (Unknown, Numeric)) or kind is BOTTOM else kind


def _what(kind: Kind) -> str:
    return describe(kind)


def comment(text: str) -> Apply:
    return Apply((), "comment", (Const(text),))


def _returns(line: Line) -> bool:
    return any(isinstance(block.terminator, Return) or any(map(_returns, block.lines)) for block in blocks_of(line)) if isinstance(line, If) else False


def strip(block: Block) -> Block:
    """Without the markers of segments."""
    lines = tuple(
        replace(line, function=replace(line.function, body=strip(line.function.body))) if isinstance(line, Def) else map_blocks(line, strip)
        for line in block.lines
        if not (isinstance(line, Apply) and line.op == "segment")
    )
    return Block(lines, block.terminator)


