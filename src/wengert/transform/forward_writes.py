"""Forward mode of writes: the tangent of what is written goes to the same place of the array's own tangent.

    a.1 = write(a.0, i, v)          a.1 = write(a.0, i, v)
                             ==>    a_dot.1 = store(a_dot.0, i, v_dot)

Tangents are updated as values; `optimize/own.py` proves that they can be updated in place. What reads the array as it was is written
down before the write.
"""

from __future__ import annotations

from dataclasses import replace

from wengert.analysis.regions import Memory
from wengert.ir.build import Builder
from wengert.ir.core import Apply, Atom, Const, Line, Name
from wengert.ir.kinds import Array, Dict, Kind, List, Map, Tuple, axes_of, may_carry_derivative
from wengert.ir.walk import base
from wengert.transform.terms import Term
from wengert.transform.writes import names_once


def holding(kind: Kind, becomes: Kind | None) -> Kind:
    """The kind of a container by what it is about to hold, part by part: `[0] * n` gets floats as items."""
    match kind, becomes:
        case Dict(items), Dict(others):
            if not may_carry_derivative(kind) and dict(items).keys() == dict(others).keys():
                return becomes
            found = dict(others)
            return Dict(tuple((key, holding(item, found.get(key))) for key, item in items))
        case Tuple(items), Tuple(after) if len(items) == len(after):
            return replace(kind, items=tuple(map(holding, items, after)))
        case List(_, parts), List(_, others):
            if parts is None or not may_carry_derivative(kind):
                return becomes if parts is None or others is None or len(parts) == len(others) else kind
            if others is not None and len(parts) == len(others):
                return replace(kind, items=tuple(map(holding, parts, others)))
    return kind


class WriteTangents:
    """What the tangents of writes need to know of the function's others."""

    memory: Memory
    dots: dict[Name, list[Term]]
    line_of: dict[Name, Line]
    waiting: dict[Name, None]  # parts of statements whose tangents are not yet written down

    def dot(self, b: Builder, atom: Atom, kind: Kind | None = None) -> Atom:
        raise NotImplementedError

    def read_before(self, b: Builder) -> None:
        """Write down the tangents of parts of statements that read what a write below may overwrite."""
        for name in list(self.waiting):
            read = [factor for term in self.dots[name] for _, factor in term.factors]
            if any(factor in self.memory.overwritten for factor in read):
                self.dot(b, name)
                del self.waiting[name]

    def write(self, line: Apply, b: Builder) -> None:
        """Add a line that writes, and what it does to the tangent of what it writes into."""
        whole, *path, value = line.args
        dot, added = self.whole_dot(b, whole, b.kind(line.targets[0])), self.dot(b, value)
        b.add(line)
        target = line.targets[0]
        if line.op == "write_add" and not (isinstance(value, str) and value in self.dots):
            self.dots[target] = [Term(dot)]
            return
        if axes_of(b.kind(whole)) == ():  # an array of one number, whose tangent may be a number
            made = b.apply("add", dot, added) if line.op == "write_add" else added
            self.dots[target] = [Term(made)]
            return
        around: list[tuple[Atom, Atom]] = []  # the containers that the path leads through, and where the next one stands in each
        while len(path) > 1 and isinstance(b.kind(dot), (Dict, List, Map)):
            around.append((dot, path[0]))
            dot = b.apply("getitem", dot, path[0])
            path = path[1:]
        if added == Const(None) and isinstance(b.kind(dot), Array):
            added = Const(0.0)
        op = "store"
        if line.op == "write_add" and isinstance(b.kind(dot), Map):
            op = "add_key"
        elif line.op == "write_add" and names_once(path[-1], b.kind, self.line_of.get):
            op = "scatter_add"
        elif line.op == "write_add":  # an element that is named twice is added to once
            place = dot
            for step in path:
                place = b.apply("getitem", place, step)
            added = b.apply("add", place, added)
        hint = f"{base(target)}_dot"
        made = b.apply(op, dot, *path, added, hint=hint)
        for container, index in reversed(around):
            made = b.apply("store", container, index, made, hint=hint)
        self.dots[target] = [Term(made)]

    def whole_dot(self, b: Builder, atom: Atom, kind: Kind) -> Atom:
        """The tangent of an array in the array's own shape, or of a list that becomes one of this kind."""
        dot = self.dot(b, atom, kind)
        have, wanted = axes_of(b.kind(dot)), axes_of(b.kind(atom))
        if have is not None and wanted is not None and len(have) < len(wanted):
            shape = b.apply("np.shape", atom, spelled=".shape" if isinstance(b.kind(atom), Array) else None)
            return b.apply("np.broadcast_to", dot, shape)
        return dot
