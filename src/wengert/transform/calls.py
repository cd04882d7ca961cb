"""The reversal of calls that are not inlined, and of what their two halves hand to each other.

    y, y_saved = invoke('f_forward', x, n)    ==>    x_bar = invoke('f_backward', x, n, y_saved, y_bar)

`pairs.py` makes the two halves. `save` puts together what the forward half keeps, `restore` takes it apart in the backward half;
they are each other's adjoints, so that a pair can be differentiated again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from wengert import errors
from wengert.ir.build import Builder
from wengert.ir.core import Apply, Atom, Block, Const, Name
from wengert.ir.kinds import (
    FLOAT,
    UNKNOWN,
    Array,
    Bottom,
    Dict,
    Kind,
    Known,
    List,
    Numeric,
    NumpyScalar,
    Optional,
    Record,
    Scalar,
    Tuple,
    Union,
    Unknown,
    axes_of,
    dtype_of,
    is_scalar,
    scalar_type,
)
from wengert.ir.walk import PURE
from wengert.rules.table import lookup
from wengert.transform.adjoints import Adjoints
from wengert.transform.bars import Bars, Spot, follow, hint, items_of, kind_at, packed, parts
from wengert.transform.terms import Term


@dataclass(frozen=True, slots=True)
class Undoing:
    """How a call of a callee's forward half is undone: by its backward half."""

    backward: str
    positions: tuple[int, ...]  # of the arguments whose adjoints it returns
    saved: Name | None  # what the forward half kept, the last target of its call
    kinds: tuple[Kind, ...] = ()  # of those arguments, as the callee has them


class CallReversal(Adjoints):
    """Undoes calls."""

    undoings: Mapping[Name, Undoing] = {}
    """The calls that can be undone, by their first target."""

    def call(self, line: Apply, b: Builder, bars: Bars) -> None:
        """`y, saved = invoke('f_forward', x)`: the adjoint of `x` gains `invoke('f_backward', x, saved, y_bar)`."""
        undoing = self.undoings.get(line.targets[0])
        if undoing is None:
            raise errors.error("W040", line.place, name=str(line.args[0].value if isinstance(line.args[0], Const) else "this call"))
        results = line.targets if undoing.saved is None else line.targets[:-1]
        if not any(spot[0] in results for spot in bars):
            return
        given = line.args[1:]
        out_bars = [self.fitting(b, bars, (target,)) for target in results]
        operands = [given[k] for k in undoing.positions]
        kept = () if undoing.saved is None else (undoing.saved,)
        hints = [hint((operand,)) if isinstance(operand, str) and operand in self.active else "" for operand in operands]
        made = b.apply_many("invoke", Const(undoing.backward), *given, *kept, *out_bars, hints=hints, keywords=PURE)
        for operand, bar, wanted in zip(operands, made, undoing.kinds):
            b.kinds[bar] = _handed(b.kind(operand), wanted)
            self.hand_over(b, bars, operand, bar)

    def hand_over(self, b: Builder, bars: Bars, operand: Atom, bar: Atom) -> None:
        """Give the adjoint of a whole value to its parts."""
        if isinstance(operand, str):
            for path, _ in parts(b.kind(operand)):
                self.give(bars, operand, Term(follow(b, bar, b.kind(operand), path)), path)

    def fitting(self, b: Builder, bars: Bars, spot: Spot) -> Atom:
        """The adjoint of a whole value as another function expects it: a tree, its leaves of the types of the value's own."""
        kind = kind_at(b, spot)
        items = items_of(kind)
        if items is not None:
            return packed(b, kind, [self.fitting(b, bars, (*spot, key)) for key, _ in items])
        return fitted(b, self.unread(b, self.take(b, bars, spot), spot), kind) if parts(kind) else Const(None)

    def save(self, line: Apply, b: Builder, bars: Bars) -> None:
        """What was kept is taken apart again."""
        target = line.targets[0]
        if (target,) not in bars:
            return
        items = line.args[1:]
        bar = self.take(b, bars, (target,))
        made = b.apply_many("restore", line.args[0], bar, hints=[hint((a,)) if isinstance(a, str) else "_" for a in items])
        for item, part in zip(items, made):
            b.kinds[part] = cotangent_kind(b.kind(item))
            self.hand_over(b, bars, item, part)

    def restore(self, line: Apply, b: Builder, bars: Bars) -> None:
        if line.args[1] not in self.active:
            return
        bar = b.apply("save", line.args[0], *(self.fitting(b, bars, (target,)) for target in line.targets), hint=hint((str(line.args[1]),)))
        self.give(bars, line.args[1], Term(bar))


def cotangent_kind(kind: Kind) -> Kind:
    """The kind of the adjoint of a value of this kind, where one function hands it to another."""
    if isinstance(kind, Known) and scalar_type(kind):
        return FLOAT
    if isinstance(kind, Union) and is_scalar(kind):
        return kind
    if isinstance(kind, (Unknown, Numeric, Optional, Bottom)):
        return UNKNOWN
    return FLOAT if isinstance(kind, Scalar) and kind.type in ("number", "int", "bool") else kind


def _handed(kind: Kind, wanted: Kind) -> Kind:
    """The kind of an argument's adjoint: of a container, with a number wherever the callee has one that varies.

    >>> from wengert.ir.kinds import Dict
    >>> _handed(Dict((("s", Known(0.0)),)), Dict((("s", FLOAT),)))
    Dict(items=(('s', Scalar(type='float')),))
    """
    items, others = items_of(kind), items_of(wanted)
    if items is None or others is None or len(items) != len(others):
        return cotangent_kind(kind)
    made = [_handed(one, other) if parts(one) or not parts(other) else cotangent_kind(other) for (_, one), (_, other) in zip(items, others)]
    match kind:
        case Tuple():
            return Tuple(tuple(made))
        case List():
            return replace(kind, items=tuple(made))
        case Dict() | Record():
            return replace(kind, items=tuple((key, one) for (key, _), one in zip(items, made)))
    return kind


def fitted(b: Builder, value: Atom, kind: Kind) -> Atom:
    """The adjoint of a value of this kind, made of its type and dtype if it may be of another."""
    have = b.kind(value)
    match kind:
        case Scalar("float" | "number"):
            if isinstance(value, Const):
                return Const(float(value.value))
            return value if scalar_type(have) == "float" else b.apply("float", value)
        case NumpyScalar(dtype) if have != kind:
            return as_dtype(b, value, dtype)
        case Array(dtype) if dtype_of(have) not in (dtype, None):
            return b.apply("np.astype", value, dtype_constant(dtype), spelled=".astype")
    return value


def as_dtype(b: Builder, value: Atom, dtype: str) -> Name:
    """A number as a NumPy scalar of a dtype."""
    op = f"np.{dtype}"
    return b.apply(op, value) if lookup(op) is not None else b.apply("call", dtype_constant(dtype), value)


def dtype_constant(dtype: str) -> Const:
    return Const(getattr(np, dtype), f"np.{dtype}")


def results_of(body: Block, value: Atom, count: int) -> list[Atom]:
    """The values that a callee returns: one, or those that its last tuple is made of."""
    if count == 1:
        return [value]
    line = next(line for line in reversed(body.lines) if value in line.targets)
    assert isinstance(line, Apply) and line.op == "tuple" and len(line.args) == count
    return list(line.args)


def whole_tangent(b: Builder, value: Atom, dot: Atom) -> Atom:
    """The tangent of a value as another function expects it: of the value's own type and shape."""
    kind = b.kind(value)
    have, wanted = axes_of(b.kind(dot)), axes_of(kind)
    if isinstance(kind, Array) and have is not None and wanted is not None and len(have) < len(wanted):
        dot = b.apply("np.broadcast_to", dot, b.apply("np.shape", value, spelled=".shape"))
    return fitted(b, dot, kind)
