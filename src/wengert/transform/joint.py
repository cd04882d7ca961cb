"""A derivative as one function: the forward sweep, then the reverse sweep.

`grad` and `value_and_grad` undo the primal on the spot, before every `return`; where an early return stands at the top, that is
shorter than anything else (`if n == 1: return 1.0`). `vjp` puts the reverse sweep into a nested function, the pullback.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from wengert import errors
from wengert.analysis.activity import active
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
    Numeric,
    NumpyScalar,
    Scalar,
    Tuple,
    Unknown,
    axes_of,
    describe,
    dtype_of,
    scalar_type,
)
from wengert.ir.walk import all_names, base, blocks_of, map_blocks, reads, rename
from wengert.rules.line_kinds import kinds_of_line
from wengert.rules.table import lookup
from wengert.transform.bars import Bars, Spot, is_container, kind_at, parts, primal
from wengert.transform.define import define_saved
from wengert.transform.reverse import Reversal
from wengert.transform.rotate import rotate_loops
from wengert.transform.saving import Keeping, homes
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
    return _Joint(function, wanted, mode).function()


class _Joint:
    def __init__(self, function: Function, wanted: Sequence[int], mode: str) -> None:
        self.wanted = [function.parameters[k] for k in wanted]
        self.active = active(function, self.wanted)
        function = rotate_loops(function, self.active)
        self.primal, self.mode = function, mode
        self.single = len(wanted) == 1
        self.kinds = dict(function.kinds)
        self.names = Names(all_names(function))
        self.keeping = Keeping(homes(function))
        self.reversal = Reversal(function, self.active, self.keeping, self.kinds)
        self.b = Builder(self.names, self.kinds, kinds_of_line)
        self.unit: Name = ""  # the cotangent of a result of which no kind says that it is a number

    def function(self) -> Function:
        body = self.sweep(self.primal.body, [], top=True)
        body = _strip(self.keeping.put_in(body))
        made = replace(self.primal, name=f"{self.mode}_{self.primal.name}", body=body, kinds=self.kinds, docstring=None)
        return define_saved(thread(made, self.names, self.kinds))

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
        self._protect(b, lines, value)
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

    def _protect(self, b: Builder, lines: list[Line], value: Atom) -> None:
        """Copy the arrays that the pullback reads and the caller holds: he may have overwritten them when it is called."""
        outputs = self._parts_of(value)
        mapping: dict[Name, Atom] = {}
        for name in dict.fromkeys(name for line in b.lines for name in reads(line)):
            kind = self.kinds.get(name)
            if isinstance(kind, (Array, Numeric, Unknown)) and not (isinstance(kind, Array) and kind.axes == ()):
                if name in outputs or self._of_argument(name):
                    copied = self.names.fresh(f"{base(name)}_saved")
                    self.kinds[copied] = kind
                    lines.append(Apply((copied,), "copy" if isinstance(kind, Array) and name in self.primal.parameters else "snapshot", (name,)))
                    mapping[name] = copied
        block = rename(Block(tuple(b.lines), Yield()), mapping)
        b.lines[:] = block.lines

    def _parts_of(self, value: Atom) -> set[Name]:
        found: set[Name] = set()
        pending = [value]
        while pending:
            atom = pending.pop()
            if isinstance(atom, str) and atom not in found:
                found.add(atom)
                line = self.reversal.line.get(atom)
                if isinstance(line, Apply) and (line.op in ("tuple", "list", "dict") or self._views(line)):
                    pending += line.args
        return found

    def _of_argument(self, name: Name) -> bool:
        """May the value share memory with an argument?"""
        line: Line | None = None
        while (line := self.reversal.line.get(name)) is not None:
            if not isinstance(line, Apply) or not (line.op == "getitem" or self._views(line)) or not isinstance(line.args[0], str):
                return not isinstance(line, Apply)
            name = line.args[0]
        return name in self.primal.parameters

    def _views(self, line: Apply) -> bool:
        row = lookup(line.op)
        return row is not None and row.view

    def cotangents(self, b: Builder, value: Atom, out_bar: Name) -> Bars:
        bars: Bars = {}
        for path, _ in parts(self.b.kind(value)):
            part: Atom = out_bar
            for key in path:
                part = b.apply("getitem", part, Const(key))
                self.kinds[part] = _cotangent(kind_at(b, (value, *path)) if isinstance(value, str) else FLOAT)
            self.reversal.give(bars, value, Term(part), path)
        return bars

    def seed(self, value: Atom) -> Bars:
        """The adjoint of the result of a function whose gradient is asked: one."""
        kind = self.b.kind(value)
        name = self.primal.name
        if is_container(kind) or isinstance(kind, (List, Dict)) or (isinstance(kind, Known) and kind.value is None):
            raise errors.error("W060", self.primal.place, name="grad", function=name, what=_what(kind))
        if isinstance(kind, Array) and kind.axes != ():
            raise errors.error("W060", self.primal.place, name="grad", function=name, what=_what(kind))
        bars: Bars = {}
        if isinstance(value, str):
            one: Atom = Const(1.0)
            if axes_of(kind) is None:
                one = self.unit = self.names.fresh("unit")
                self.kinds[one] = FLOAT
            self.reversal.give(bars, value, Term(one))
        return bars

    def undo(self, b: Builder, value: Atom, bars: Bars, path: Sequence[Sequence[Line]], always_tuple: bool = False) -> tuple[Builder, Atom]:
        """Undo everything on the path; the lines, and the gradient that they leave."""
        if axes_of(self.b.kind(value)) is None and self.mode != "vjp":
            b.add(Apply((self.unit,), "unit", (value, Const(self.primal.name))))
        for lines in reversed(path):
            self.reversal.block(lines, Yield(()), b, bars, lambda end, b, bars: None)
        b.place = None
        gradients = [self.gradient(b, bars, (name,)) for name in self.wanted]
        result = gradients[0] if self.single and not always_tuple else b.apply("tuple", *gradients)
        needed = [name for name in dict.fromkeys(n for line in b.lines for n in reads(line)) if self._in_branch(name)]
        mapping: dict[Name, Atom] = {name: self.keeping.export(b, name) for name in needed}
        if mapping:
            block = rename(Block(tuple(b.lines), Return(result)), mapping)
            b.lines[:] = block.lines
            assert isinstance(block.terminator, Return)
            result = block.terminator.value
        return b, result

    def _in_branch(self, name: Name) -> bool:
        """Is it a value that a branch outside all loops made?"""
        home = self.keeping.homes.segment.get(name)
        return home is not None and home.loop is None and not home.every and not name.startswith("&")

    def gradient(self, b: Builder, bars: Bars, spot: Spot) -> Atom:
        """The gradient of (a part of) an argument, of the argument's own type."""
        kind = kind_at(b, spot)
        match kind:
            case Tuple(items):
                return b.apply("tuple", *(self.gradient(b, bars, (*spot, k)) for k in range(len(items))))
            case List(_, items) if items is not None:
                return b.apply("list", *(self.gradient(b, bars, (*spot, k)) for k in range(len(items))))
            case Dict(pairs):
                flat = [atom for key, _ in pairs for atom in (Const(key), self.gradient(b, bars, (*spot, key)))]
                return b.apply("dict", *flat)
        if not parts(kind):
            return Const(None)
        return _project(b, self.reversal.take(b, bars, spot), spot, kind)


def _project(b: Builder, value: Atom, spot: Spot, kind: Kind) -> Atom:
    """The gradient in the type and dtype of the argument, and in memory of its own."""
    have = b.kind(value)
    match kind:
        case Scalar("float" | "number"):
            if isinstance(value, Const):
                return Const(float(value.value))
            return value if scalar_type(have) == "float" else b.apply("float", value)
        case NumpyScalar(dtype):
            if have == kind:
                return value
            return b.apply("call", Const(_dtype(dtype), f"np.{dtype}"), value)
        case Array(dtype, axes):
            if axes == () and dtype_of(have) == dtype:
                return b.apply("np.asarray", value)
            if axes_of(have) is not None and axes != () and dtype_of(have) is not None:
                if dtype_of(have) != dtype:
                    return b.apply("np.astype", value, Const(_dtype(dtype), f"np.{dtype}"), spelled=".astype")
                return b.apply("fresh", value)
    return b.apply("project", value, primal(b, spot))


def _dtype(name: str) -> object:
    return getattr(np, name)


def _cotangent(kind: Kind) -> Kind:
    if isinstance(kind, (Scalar, Array, NumpyScalar, Tuple, List, Dict)):
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


def _strip(block: Block) -> Block:
    """Without the markers of segments."""
    lines = tuple(
        replace(line, function=replace(line.function, body=_strip(line.function.body))) if isinstance(line, Def) else map_blocks(line, _strip)
        for line in block.lines
        if not (isinstance(line, Apply) and line.op == "segment")
    )
    return Block(lines, block.terminator)


