"""The lines of forward mode in many directions at once: each tangent has one more axis, in front, along which the directions lie.

    y = np.sin(x)          y_dot = x_dot * np.cos(x)          # x_dot has a row for each direction
    y = x[1:]              y_dot = x_dot[:, 1:]
    y = np.sum(x, axis=0)  y_dot = x_dot.sum(axis=1)

The axis stands in front because then an elementwise tangent is the very line of forward mode: a partial in the shape of the value
broadcasts against rows of that shape. An operand with fewer axes than the result gets the missing ones (`c_dot[:, None]`), an index
gets a slice before it, a reduction counts its axes one further. A line for which nothing of that kind is known here (or in `batched.py`) is
written in a loop over the directions, in which it is what forward mode makes of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from wengert import errors
from wengert.ir.axes import broadcast_axes
from wengert.ir.build import Builder
from wengert.ir.core import Apply, Atom, Block, Const, For, Function, Name, Place, Yield
from wengert.ir.kinds import (
    EITHER,
    INT,
    UNKNOWN,
    Array,
    Iterator,
    Kind,
    Known,
    List,
    Map,
    NumpyScalar,
    Slice,
    Tuple,
    axes_of,
    dtype_of,
    is_complex,
    is_floating,
    is_scalar,
    may_carry_derivative,
    scalar_type,
)
from wengert.ir.walk import WRITES, base, lines_of, reads
from wengert.rules.index_kinds import item_kind
from wengert.rules.table import Call, bind, lookup
from wengert.transform.bars import follow, item, items_of, packed, shape_of
from wengert.transform.batched import BATCHED
from wengert.transform.forward import Forward
from wengert.transform.forward_rows import MOVING, PARALLEL
from wengert.transform.forward_writes import holding
from wengert.transform.terms import Term, term_axes, times, write
from wengert.transform.writes import names_once

DIRECTIONS = "directions"
"""The name of the axis in kinds."""

KEEPS = frozenset({"tuple", "list", "dict", "record", "getattr", "append", "insert", "pop", "push", "pull", "copy", "fresh", "snapshot", "next", "plus"})
"""Ops that move values as they are, however many axes they have."""


def batched(kind: Kind) -> Kind:
    """The kind of the tangents of a value, the directions in front."""
    match kind:
        case Array(dtype, axes):
            return Array(dtype, (DIRECTIONS, *axes))
        case NumpyScalar(dtype):
            return Array(dtype, (DIRECTIONS,))
        case Tuple(items):
            return Tuple(tuple(map(batched, items)))
        case List(element, items):
            return List(batched(element), None if items is None else tuple(map(batched, items)))
        case Iterator(element):
            return Iterator(batched(element))
    pairs = items_of(kind)
    if pairs is not None:
        return replace(kind, items=tuple((key, batched(item)) for key, item in pairs))  # type: ignore[arg-type]  # kinds with `items_of` have a field `items`
    number = "complex128" if is_complex(kind) else "float64"
    return Array(number, (DIRECTIONS,)) if is_scalar(kind) and is_floating(kind) else kind if not may_carry_derivative(kind) else UNKNOWN


def is_real(kind: Kind) -> bool:
    """Can there be a derivative of a value of this kind? Of a number that is known it is 0."""
    items = items_of(kind)
    return may_carry_derivative(kind) or scalar_type(kind) == "float" or items is not None and any(is_real(inner) for _, inner in items)


def refusal(place: Place | None, what: str) -> errors.Error:
    """What is not taken in all directions at once; the caller then takes them one by one."""
    return errors.error("W044", place, name="jacfwd", what=what)


class ManyDirections(Forward):
    """Tangents along many directions, of which all have their full shape."""

    def __init__(self, function: Function, wanted: Sequence[int], with_value: bool = True) -> None:
        super().__init__(function, wanted, with_value)
        if any(isinstance(self.kinds.get(name), Map) for name in self.active):
            raise refusal(function.place, "a dict whose keys only the run knows")
        made = [line for line in lines_of(function) if isinstance(line, Apply) and line.op in ("tuple", "slice")]
        self.tuples = {line.targets[0]: line for line in made if line.op == "tuple"}
        self.slices = {line.targets[0]: line for line in made if line.op == "slice"}
        self.count: Atom = Const(0)  # how many directions there are

    def dot_kind(self, kind: Kind) -> Kind:
        return batched(kind)

    def shape(self, b: Builder, value: Atom) -> Atom:
        """The shape of the tangents of a value."""
        count = b.apply("tuple", self.count)
        return count if axes_of(b.kind(value)) == () else b.apply("add", count, shape_of(b, value))

    def index(self, b: Builder, parts: Sequence[Atom]) -> Atom:
        """The index that takes these parts of each direction."""
        return b.apply("tuple", b.apply("slice", Const(None), Const(None), Const(None)), *parts)

    def zero(self, b: Builder, atom: Atom, becomes: Kind | None = None) -> Atom:
        kind = holding(b.kind(atom), becomes)
        items = items_of(kind)
        if items and is_real(kind):
            return packed(b, kind, [self.zero(b, item(b, atom, key, kind), inner) for key, inner in items])
        if items is not None or atom in self.empty or not may_carry_derivative(kind) and scalar_type(kind) is None and dtype_of(kind) is None:
            return super().zero(b, atom, becomes)
        axes = axes_of(kind)
        if isinstance(kind, List):
            raise refusal(b.place, "a list whose length is known only at run time")
        if axes is None:
            raise refusal(b.place, "a value of which the shape is not known")
        dtype = dtype_of(batched(kind)) if is_floating(kind) else "float64"
        if dtype in (None, EITHER) or not hasattr(np, str(dtype)):
            raise refusal(b.place, "a value that is real or complex as it comes")
        named = [("dtype", Const(getattr(np, str(dtype)), f"np.{dtype}"))] if dtype != "float64" else []
        made = b.apply("np.zeros", self.count if axes == () else self.shape(b, atom), keywords=named)
        self.kinds[made] = Array(str(dtype), (DIRECTIONS, *axes))
        return made

    def lifted(self, b: Builder, dot: Atom, have: int, wanted: int) -> Atom:
        """Tangents of a value of `have` axes, with the axes that broadcasting against `wanted` of them puts before."""
        if have == wanted:
            return dot
        return b.apply("getitem", dot, self.index(b, [Const(None)] * (wanted - have)))

    def dot(self, b: Builder, atom: Atom, kind: Kind | None = None) -> Atom:
        """The tangents of an atom, in their full shape also where they are zero."""
        made = super().dot(b, atom, kind)
        if isinstance(made, Const) and isinstance(made.value, float):
            made = self.zero(b, atom, kind)
            if isinstance(atom, str):
                self.dots[atom] = [Term(made)]
        return made

    def full(self, b: Builder, dot: Atom, value: Atom) -> Atom:
        """Tangents in the full shape of the value; until it is asked for, a constant summand has not stretched them."""
        if b.kind(dot) == batched(b.kind(value)) or axes_of(b.kind(value)) == ():
            return dot
        return b.apply("np.broadcast_to", dot, self.shape(b, value))

    # lines

    def apply(self, line: Apply, b: Builder) -> None:
        if not any(target in self.active for target in line.targets):
            b.add(line)
            return
        for target in line.targets:
            if target in self.active and UNKNOWN in _leaves(batched(b.kind(target))):
                raise refusal(line.place, f"`{base(target)}`, of which the kind is not known")
        row = lookup(line.op)
        if line.op == "invoke":
            raise refusal(line.place, "a function that calls itself")
        if line.op in PARALLEL or line.op in WRITES or (row is not None and row.family in ("elementwise", "weighted")):
            super().apply(line, b)
            return
        if row is None:
            raise refusal(line.place, f"`{line.op}`")
        rule = BATCHED.get(line.op)
        if rule is not None and row is not None:
            call = bind(line)
            moving = [name for name in call.differentiable if call[name] in self.active and call[name] in self.dots]
            dots = {name: self.dot(b, call[name]) for name in moving}
            before = list(b.lines)  # the rule may find that it does not know how
            b.add(line)
            made = rule(self, b, call, dots)
            if made is not None:
                self.dots[line.targets[0]] = [Term(made)]
                self.kinds[str(made)] = batched(b.kind(line.targets[0]))
                return
            b.lines[:] = before
        self.each(line, b)

    def elementwise(self, call: Call, varying: Sequence[str], b: Builder) -> list[Term]:
        wanted = axes_of(b.kind(call.result))
        if wanted is None:
            raise refusal(call.line.place, "a result of which the shape is not known")
        written: dict[Name, list[Term]] = {}
        for name in varying:
            have, atom = axes_of(b.kind(call[name])), call[name]
            assert isinstance(atom, str)
            if have is None:
                raise refusal(call.line.place, "an operand of which the shape is not known")
            if len(have) < len(wanted) and atom not in written:
                lifted = self.lifted(b, self.dot(b, atom), len(have), len(wanted))
                written[atom] = self.dots[atom]
                self.dots[atom] = [Term(lifted)]
        terms = super().elementwise(call, varying, b)
        self.dots.update(written)
        return terms

    def stretched(self, call: Call, terms: list[Term], b: Builder) -> list[Term]:
        wanted = axes_of(b.kind(call.result)) or ()
        if all(isinstance(term.base, Const) for term in terms):  # nothing varies after all: `x - x`
            return [Term(self.zero(b, call.result))]
        shapes = [term_axes(b, term) for term in terms]
        if all(shape is not None for shape in shapes) and broadcast_axes([shape or () for shape in shapes])[1:] == wanted and "?" not in wanted:
            return terms
        return [Term(b.apply("np.broadcast_to", write(b, terms), self.shape(b, call.result)))] if terms and wanted else terms

    def weighted(self, call: Call, varying: Sequence[str], b: Builder) -> Atom:
        (name,) = varying
        operand = call[name]
        assert isinstance(operand, str)
        own = axes_of(b.kind(operand))
        if own is None:
            raise refusal(call.line.place, "an operand of which the shape is not known")
        count = len(own)
        partial = call.partials(b.kind)[name]
        factors = [(sign, b.expression(node, call.names, "np")) for sign, node in partial.factors]
        value = self.full(b, write(b, [times(Term(self.dot(b, operand)), partial.sign, factors)]), operand)
        axis = call.value("axis") if isinstance(call.arguments.get("axis", Const(None)), Const) else ...
        if axis is ...:
            raise refusal(call.line.place, "an axis known only at run time")
        if count == 0:
            return value
        axes = tuple(range(count)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
        shifted = tuple(position % count + 1 for position in axes)
        keywords: list[tuple[str, Atom]] = [("axis", Const(shifted[0] if len(shifted) == 1 else shifted))]
        if call.value("keepdims"):
            keywords.append(("keepdims", Const(True)))
        return b.apply("np.sum", value, keywords=keywords, spelled=".sum")

    def parallel(self, line: Apply, b: Builder, primal: Sequence[Apply]) -> None:
        source = b.kind(line.args[0]) if line.args else UNKNOWN
        if line.op in KEEPS or not (isinstance(source, Array) or is_scalar(source)):
            super().parallel(line, b, primal)
            for target in line.targets:
                (term,) = self.dots[target]
                self.kinds[str(term.base)] = batched(b.kind(target))
            return
        b.lines += primal
        made: list[Atom] | None = None
        if is_scalar(source):
            pass
        elif line.op == "getitem":
            index = self.prefixed(b, line.args[1])
            made = None if index is None else [b.apply("getitem", self.dot(b, line.args[0]), index, hint=f"{base(line.targets[0])}_dot")]
        elif line.op == "unpack":
            whole = self.dot(b, line.args[0])
            made = [b.apply("getitem", whole, self.index(b, [Const(k)]), hint=f"{base(target)}_dot") for k, target in enumerate(line.targets)]
        elif line.op in MOVING:
            made = self.moved(b, line)
        elif line.op in ("iadd", "isub"):
            have, wanted = (axes_of(b.kind(atom)) for atom in (line.args[1], line.args[0]))
            if have is None or wanted is None:
                raise refusal(line.place, "an operand of which the shape is not known")
            value = self.lifted(b, self.dot(b, line.args[1]), len(have), len(wanted))
            made = [b.apply(line.op, self.dot(b, line.args[0]), value, hint=f"{base(line.targets[0])}_dot")]
        if made is None:
            self.each(line, b, written=True)
            return
        for target, dot in zip(line.targets, made):
            self.dots[target] = [Term(dot)]
            self.kinds[str(dot)] = batched(b.kind(target))

    def moved(self, b: Builder, line: Apply) -> list[Atom] | None:
        """A write into the adjoint of an array, in all directions."""
        whole, *path, value = line.args
        found = self.place_of(b, whole, path, value)
        return None if found is None else [b.apply(line.op, self.dot(b, whole), *found, hint=f"{base(line.targets[0])}_dot")]

    def place_of(self, b: Builder, whole: Atom, path: Sequence[Atom], value: Atom) -> list[Atom] | None:
        """The path to the place in all directions, and the value's tangents with the axes that the place has and the value has not."""
        kind = b.kind(whole)
        for index in path:
            kind = item_kind(kind, b.kind(index), "", "")
        place, have = axes_of(kind), axes_of(b.kind(value))
        if place is None or have is None or len(have) > len(place):
            return None
        dot = self.lifted(b, self.dot(b, value), len(have), len(place))
        indices = [self.prefixed(b, index) for index in path]
        return None if None in indices else [*(index for index in indices if index is not None), dot]

    def write(self, line: Apply, b: Builder) -> None:
        whole, *path, value = line.args
        found = self.place_of(b, whole, path, value) if isinstance(b.kind(whole), Array) else None
        once = line.op == "write" or names_once(path[-1], b.kind, self.line_of.get)
        if found is None or not once:
            raise refusal(line.place, "a write by this index")
        dot = self.dot(b, whole)
        b.add(line)
        if line.op == "write" or (isinstance(value, str) and value in self.dots):
            dot = b.apply("store" if line.op == "write" else "scatter_add", dot, *found, hint=f"{base(line.targets[0])}_dot")
        self.dots[line.targets[0]] = [Term(dot)]
        self.kinds[str(dot)] = batched(b.kind(line.targets[0]))

    def prefixed(self, b: Builder, index: Atom) -> Atom | None:
        """The index that takes from each direction what `index` takes from the value; None if there is no such index."""
        kind = b.kind(index)
        if isinstance(kind, Tuple):
            line = self.tuples.get(index) if isinstance(index, str) else None
            items: list[Atom] = list(line.args) if line is not None else [b.apply("getitem", index, Const(k)) for k in range(len(kind.items))]
            if isinstance(index, Const):
                items = [Const(item) for item in index.value]
            kinds = list(kind.items)
        else:
            items, kinds = [index], [kind]
        if not all(isinstance(k, (Slice, Array, NumpyScalar)) or k in (Known(None), Known(Ellipsis)) or scalar_type(k) == "int" for k in kinds):
            return None
        arrays = [k for k, kind in enumerate(kinds) if isinstance(kind, Array)]
        if arrays:  # integers beside arrays are arrays, too; those that stand apart would move to the front
            together = [k for k, kind in enumerate(kinds) if isinstance(kind, Array) or scalar_type(kind) == "int" or isinstance(kind, NumpyScalar)]
            if together != list(range(together[0], together[-1] + 1)):
                return None
        return self.index(b, [self.again(b, item) for item in items])

    def again(self, b: Builder, item: Atom) -> Atom:
        """A slice as a line of its own, so that it is written where it is used."""
        line = self.slices.get(item) if isinstance(item, str) else None
        return item if line is None else b.apply("slice", *line.args)

    # loops

    def element_source(self, b: Builder, source: Atom) -> Atom:
        dot = self.dot(b, source)
        return b.apply("np.swapaxes", dot, Const(0), Const(1)) if isinstance(b.kind(source), Array) else dot

    def each(self, line: Apply, b: Builder, written: bool = False) -> None:
        """Write the line's tangent in a loop over the directions."""
        if not written or line not in b.lines[-1:]:
            b.add(line)
        moving = [name for name in dict.fromkeys(reads(line)) if name in self.active and name in self.dots]
        dots = {name: self.dot(b, name) for name in moving}
        targets = [target for target in line.targets if target in self.active]
        if any(axes_of(b.kind(target)) is None for target in targets):
            raise refusal(line.place, f"`{line.op}`")
        initial = [self.zero(b, target) for target in targets]
        inside = b.nested()
        number = b.names.fresh("direction")
        self.kinds[number] = INT
        one = Forward(self.primal, ())
        one.names, one.kinds, one.active, one.uses = self.names, self.kinds, self.active, self.uses
        one.dots = {name: [Term(self.at(inside, dot, b.kind(name), number))] for name, dot in dots.items()}
        one.apply(line, inside)
        inside.lines[:] = [inner for inner in inside.lines if inner is not line]
        carried, made, results = [], [], []
        for target, zero in zip(targets, initial):
            names = [b.names.fresh(f"{base(target)}_dot") for _ in range(2)]
            self.kinds.update(dict.fromkeys(names, b.kind(zero)))
            carried.append(names[0])
            results.append(names[1])
            made.append(inside.apply("scatter_add", names[0], number, one.dot(inside, target), hint=f"{base(target)}_dot"))
            self.dots[target] = [Term(names[1])]
        turns = b.apply("range", self.count)
        body = Block(tuple(inside.lines), Yield(tuple(made)))
        b.add(For(tuple(results), (number,), (turns,), tuple(carried), tuple(initial), body, None, line.place))

    def at(self, b: Builder, dot: Atom, kind: Kind, number: Atom) -> Atom:
        """The tangent in one direction."""
        items = items_of(kind)
        if items is not None:
            return packed(b, kind, [self.at(b, follow(b, dot, batched(kind), (key,)), inner, number) for key, inner in items])
        if isinstance(kind, List):
            raise refusal(b.place, "a list of which the length is not known")
        if axes_of(kind) is None:
            return dot
        made = b.apply("getitem", dot, number)
        self.kinds[made] = kind if not is_scalar(kind) else NumpyScalar(dtype_of(kind) or "float64")
        return made


def _leaves(kind: Kind) -> list[Kind]:
    items = items_of(kind)
    if items is not None:
        return [leaf for _, item in items for leaf in _leaves(item)]
    return _leaves(kind.element) if isinstance(kind, (List, Iterator)) else [kind]
