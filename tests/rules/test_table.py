"""Every row of the table against differences: both modes, second differences, scalars, broadcasting, float32, kinds.

The test takes the rows from the table, and its calls from the row itself: operands of many shapes (those which the function
accepts are used), the other parameters by their names from `SETTINGS`. So a new row needs no line here.
"""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pytest

from wengert.errors import Error
from wengert.ir.build import Builder
from wengert.ir.core import Apply, Atom, Block, Const, Function, Return
from wengert.ir.evaluate import evaluate
from wengert.ir.kinds import UNKNOWN, Array, Kind, Known, List, Numeric, NumpyScalar, Scalar, Tuple
from wengert.ir.lattice import join_all
from wengert.ir.values import kind_of
from wengert.rules import bind, kinds_of_line
from wengert.rules.table import Call, Primitive, primitives

SHAPES = [(), (4,), (1,), (3, 4), (3, 1), (4, 4), (2, 3, 4), (4, 2), (2, 1, 4, 2)]
SETTINGS: dict[str, list[Any]] = {
    "axis": [None, 0, -1, (0, 1), 1], "axis1": [0], "axis2": [1], "source": [0], "destination": [-1],
    "axes": [None, (1, 0), (2, 0, 1)], "keepdims": [False, True], "ddof": [0, 1], "dtype": [None, np.float64], "ndmin": [0, 2],
    "shape": [(4, 3), (2, 3, 4), (4,), (12,), (-1,), (5, 3, 4)], "shift": [1, -2], "k": [0, 1], "num": [5],
    "endpoint": [True, False], "indices": [np.array([2, 0, 2])], "index": [1, -1, slice(1, None), None],
    "c": [np.array([True, False, True, False]), True], "n": [2], "i": [3], "start": [1], "base": [None, 3.0],
    "y": [-0.7, 0.7], "a_min": [None, 0.4], "a_max": [None, 0.6], "a": [np.array([0, 2, 1, 0])], "mask": [np.array([True, False, True, True])], "like": [np.ones(4)], "reps": [2, (2, 3), (3, 1, 2)],
    "repeats": [2, np.array([1, 2, 1])], "pad_width": [1, (1, 2), ((1, 0), (0, 2))], "mode": ["full", "same", "valid", "constant", "edge", "wrap"],
    "method": ["linear"], "new_shape": [(5, 2)], "kth": [1], "offset": [0, 1, -1], "index0": [1],
}  # fmt: skip
"""What the parameters that are no operands may be, by name."""

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")  # poles among the sample points
ELSEWHERE = ("tangent", "composite")  # rows whose operands are matrices of some sort, or that are others: `test_primitives.py` has calls of them
LIKE_A_LIST = {"cut_like", "nested_like"}  # as many as a list that a run made: `tests/language/test_joined_lists.py`
ROWS = [row for row in primitives() if row.differentiable and row.family not in ELSEWHERE and not row.op.startswith("masked_")
        and row.op not in LIKE_A_LIST]  # fmt: skip
CONSTANTS = [row for row in primitives() if not row.differentiable]
RANDOM = np.random.default_rng


@dataclass(frozen=True)
class Case:
    """A call of a row: its operands by name, and the other arguments."""

    row: Primitive
    operands: dict[str, Any]
    settings: dict[str, Any]

    def line(self, b: Builder) -> Call:
        """The call in the IR; operands are the program's parameters."""
        row = self.row.head
        args: list[Atom] = []
        for name in row.parameters[: row.positional]:
            if name not in self.operands and name not in self.settings:
                break
            args.append(name if name in self.operands else literal(b, self.settings[name]))
        args += [name for name in self.operands if name not in row.parameters]
        if row.star and row.star in self.settings and self.settings[row.star] is not None:
            args.append(literal(b, self.settings[row.star]))
        keywords = [
            (name, literal(b, self.settings[name]))
            for name in row.parameters[row.positional :]
            if name in self.settings and name != row.star and row.defaults.get(name, ...) != self.settings[name]
        ]
        keywords += [(name, name) for name in row.parameters[row.positional :] if name in self.operands and name != row.star]
        op = self.row.op.removesuffix("_of")
        line = Apply(("result",), op, tuple(args), tuple(keywords))
        b.lines.append(line)
        b.kinds["result"] = kinds_of_line(line, b.kinds)[0]
        return bind(line)

    def builder(self) -> Builder:
        return Builder(kinds={name: spelled_out(value) for name, value in self.operands.items()}, rule=kinds_of_line)


def spelled_out(value: Any) -> Kind:
    """The kind of an operand; a list is one whose items the text shows."""
    if isinstance(value, list):
        items = tuple(map(spelled_out, value))
        return List(join_all(items), items)
    return kind_of(value)


def literal(b: Builder, value: Any) -> Atom:
    """A setting as the front end lowers it: tuples and slices are lines."""
    if isinstance(value, tuple):
        return b.apply("tuple", *(literal(b, item) for item in value))
    if isinstance(value, slice):
        return b.apply("slice", Const(value.start), Const(value.stop), Const(value.step))
    return Const(value)


def run(case: Case, b: Builder, result: Atom, **values: Any) -> Any:
    """The value of an atom of the builder's program."""
    names = (*case.operands, *values)
    with np.errstate(all="ignore"):
        return evaluate(Function("f", names, Block(tuple(b.lines), Return(result))), *case.operands.values(), *values.values())


def value(case: Case, operands: dict[str, Any] | None = None) -> Any:
    case = Case(case.row, operands or case.operands, case.settings)
    b = case.builder()
    case.line(b)
    return run(case, b, "result")


def sample(random: np.random.Generator, shape: tuple[int, ...], domain: tuple[float, float], flavour: str) -> Any:
    low, high = domain
    drawn = random.uniform(low, high, shape)
    return float(drawn) if flavour == "float" else np.dtype(flavour).type(drawn) if shape == () else drawn.astype(flavour)


def cases(row: Primitive, flavour: str) -> Iterator[Case]:
    """Calls of the row that succeed."""
    random = RANDOM(zlib.crc32(row.op.encode()))
    head = row.head
    names = [name for name in row.differentiable if name != head.star]
    if head.star in row.differentiable:
        names += [f"{head.star}{i}" for i in range(1 if row.op == "product_of_others" else 3)]
    if row.op.endswith("_of"):
        names = ["xs"]
    shapes = SHAPES if flavour not in ("float",) else [()]
    others = [name for name in head.parameters if name not in row.differentiable]
    absent = [name for name in others if name not in SETTINGS and name not in head.defaults and name != "x"]
    assert not absent, f"{row.op}: say in SETTINGS what `{absent[0]}` may be"
    choices = [SETTINGS.get(name, [head.defaults.get(name)]) for name in others]
    for shape in itertools.product(shapes, repeat=len([n for n in names if not n.startswith(f"{head.star}")]) or 1):
        for setting in itertools.product(*choices):
            settings = dict(zip(others, setting))
            if "x" in settings:  # np.full_like(x, value)
                settings["x"] = np.ones((3, 4))
            operands = {}
            for name, own in itertools.zip_longest(names, shape, fillvalue=shape[-1]):
                if name in row.sequences and row.op != "getitem":
                    operands[name] = listed(row, random, own, flavour)
                else:
                    operands[name] = sample(random, own, row.domain, flavour)
            case = Case(row, {name: operands[name] for name in names if settings.get(name, 0) is not None}, settings)
            try:
                result = value(case)
            except Exception:  # not every shape suits every function
                continue
            if np.shape(result) == np.shape(result) and all(np.isfinite(leaf).all() for leaf in leaves(result)):
                yield case


def listed(row: Primitive, random: np.random.Generator, shape: tuple[int, ...], flavour: str) -> Any:
    items = [sample(random, shape, row.domain, flavour) for _ in range(3)]
    return tuple(items) if shape == (4,) else items


@cache
def some(row: Primitive, flavour: str, limit: int = 60) -> tuple[Case, ...]:
    found = list(itertools.islice(cases(row, flavour), 600))
    return tuple(found[:: max(1, len(found) // limit)])


def leaves(tree: Any) -> list[Any]:
    return [leaf for item in tree for leaf in leaves(item)] if isinstance(tree, (list, tuple)) else [tree]


def direction(random: np.random.Generator, tree: Any) -> Any:
    if isinstance(tree, (list, tuple)):
        return type(tree)(direction(random, item) for item in tree)
    drawn = random.uniform(-1, 1, np.shape(tree))
    if np.iscomplexobj(tree):
        drawn = drawn + 1j * random.uniform(-1, 1, np.shape(tree))
    dtype = getattr(tree, "dtype", None)
    return (complex if np.iscomplexobj(tree) else float)(drawn) if dtype is None else drawn.astype(dtype) if np.shape(tree) else dtype.type(drawn)


def moved(tree: Any, along: Any, h: float) -> Any:
    if isinstance(tree, (list, tuple)):
        return type(tree)(moved(item, d, h) for item, d in zip(tree, along))
    return tree + h * along


def dot(a: Any, b: Any) -> float:
    """The pairing of a cotangent and a tangent, for complex numbers its real part."""
    return float(sum(np.real(np.sum(np.asarray(x) * np.asarray(y))) for x, y in zip(leaves(a), leaves(b), strict=True)))


def adjoints(case: Case, y_bar: Any) -> dict[str, Any]:
    """What each operand gains, of a complex contribution the real part: that, as the sum over broadcast axes, is the transformation's doing."""
    return {name: np.real(bar) if np.iscomplexobj(bar) else bar for name, bar in contributions(case, y_bar).items()}


def contributions(case: Case, y_bar: Any) -> dict[str, Any]:
    b = case.builder()
    call = case.line(b)
    b.kinds["y_bar"] = kind_of(y_bar)
    row = call.primitive
    result: dict[str, Any] = {}
    for name in call.differentiable:
        if name not in case.operands:
            continue
        atom = case.operands[name]
        if row.family in ("elementwise", "weighted"):
            partial = call.partials(b.kind).get(name)
            found = Const(0.0) if partial is None else chain(b, call, "y_bar", partial, row.family == "weighted")
            got = run(case, b, found, y_bar=y_bar)
            if row.family == "weighted":
                result[name] = np.broadcast_to(got, np.shape(atom))
                continue
            extra = np.ndim(got) - np.ndim(atom)
            got = np.sum(got, axis=tuple(range(extra))) if extra > 0 else got
            stretched = tuple(i for i, n in enumerate(np.shape(atom)) if n == 1 and np.ndim(got) > i and np.shape(got)[i] != 1)
            got = np.sum(got, axis=stretched, keepdims=True) if stretched else got
            result[name] = np.broadcast_to(got, np.shape(atom))
        elif row.op == "getitem":
            result[name] = np.zeros_like(atom)
            result[name][case.settings["index"]] += y_bar
        else:
            assert row.vjp is not None
            result[name] = run(case, b, row.vjp(b, call, "y_bar", name), y_bar=y_bar)
            shapes = [np.shape(leaf) for leaf in leaves(result[name])]
            wanted = [np.shape(leaf) for leaf in leaves(atom)]
            assert shapes == wanted, f"{name}: contribution of shape {shapes} for an operand of shape {wanted}"
    return result


def chain(b: Builder, call: Call, base: Atom, partial: Any, expand: bool) -> Atom:
    if expand:
        assert call.primitive.expand is not None
        base = call.primitive.expand(b, call, base)
    for sign, factor in partial.factors:
        atom = b.expression(factor, call.names, call.primitive.module)
        base = b.apply("mul" if sign == "*" else "truediv", base, atom)
    return base if partial.sign > 0 else b.apply("neg", base)


def tangent(case: Case, dots: dict[str, Any]) -> Any:
    b = case.builder()
    call = case.line(b)
    row = call.primitive
    values = {f"{name}_dot": dots[name] for name in call.differentiable if name in dots}
    b.kinds.update({name: kind_of(value) for name, value in values.items()})
    if row.family in ("elementwise", "weighted"):
        total = 0.0
        for name in values:
            partial = call.partials(b.kind).get(name.removesuffix("_dot"))
            part = run(case, b, chain(b, call, name, partial, False), **values) if partial else 0.0
            if row.family == "weighted" and partial is not None:
                x = case.operands["x"]
                axis, keepdims = case.settings.get("axis"), case.settings.get("keepdims", False)
                part = np.sum(np.broadcast_to(part, np.shape(x)), axis=axis, keepdims=keepdims)
            total = total + part
        return total
    assert row.jvp is not None
    return run(case, b, row.jvp(b, call, {name.removesuffix("_dot"): name for name in values}), **values)


@pytest.mark.parametrize("flavour", ["float", "float64"])
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.op)
def test_row_agrees_with_differences_in_both_modes(row: Primitive, flavour: str) -> None:
    checked = 0
    for case in some(row, flavour):
        random = RANDOM(1)
        y = value(case)
        if getattr(y, "dtype", None) in (np.float32, np.complex64):  # too coarse for differences
            continue
        y_bar, dots = direction(random, y), {name: direction(random, operand) for name, operand in case.operands.items()}
        try:
            bars, y_dot = adjoints(case, y_bar), tangent(case, dots)
        except Error:  # a form the rule refuses
            continue
        shown = f"{row.op}, {case.settings}, {[np.shape(o) for o in case.operands.values()]}"

        def at(h: float, case: Case = case, dots: dict[str, Any] = dots) -> dict[str, Any]:
            return {name: moved(operand, dots[name], h) for name, operand in case.operands.items()}

        h = 1e-6
        slope = (dot(y_bar, value(case, at(h))) - dot(y_bar, value(case, at(-h)))) / (2 * h)
        full = y_dot if isinstance(y_dot, (list, tuple)) else np.broadcast_to(y_dot, np.shape(y))
        forward, reverse = dot(y_bar, full), sum(dot(bars[name], dots[name]) for name in bars)
        assert forward == pytest.approx(reverse, rel=1e-9, abs=1e-11), f"the two modes differ: {shown}"
        assert reverse == pytest.approx(slope, rel=2e-6, abs=2e-7), f"differs from differences: {shown}"

        def second(h: float, case: Case = case, dots: dict[str, Any] = dots, y: Any = y, y_bar: Any = y_bar) -> bool:
            """The derivative of the rule against second differences of the primal."""
            curvature = (dot(y_bar, value(case, at(h))) - 2 * dot(y_bar, y) + dot(y_bar, value(case, at(-h)))) / h**2
            ahead, behind = (adjoints(Case(case.row, at(step), case.settings), y_bar) for step in (h, -h))
            slope = sum(dot(ahead[name], dots[name]) - dot(behind[name], dots[name]) for name in ahead) / (2 * h)
            return bool(slope == pytest.approx(curvature, rel=1e-3, abs=1e-4))

        assert any(map(second, (1e-4, 1e-5))), f"second order: {shown}"  # the larger step may meet a kink
        checked += 1
    TESTED.setdefault(row.op, 0)
    TESTED[row.op] += checked


TESTED: dict[str, int] = {}


def test_every_row_was_tested() -> None:
    assert {op for op, calls in TESTED.items() if not calls} <= NOT_DRAWN


NOT_DRAWN = {"np.float32", "np.complex64", "np.bincount", "np.einsum", "list_of", "np.unstack", *(
    f"np.polynomial.{name}int" for name in
    ("polynomial.poly", "chebyshev.cheb", "legendre.leg", "hermite.herm", "hermite_e.herme", "laguerre.lag")
)}  # fmt: skip
"""Rows whose value is float32 by nature, or that ask for integers, lists or strings among their operands: `test_primitives.py` has calls of them."""


SINGLE = [row for row in ROWS if row.op.startswith("np.") or row.op in ("add", "mul", "truediv", "pow", "abs", "matmul")]
WIDENING = {
    "np.imag",
    "np.angle",
    "np.heaviside",
    "np.full_like",
    "np.astype",
    "np.float64",
    "np.float_power",
    "np.fmax",
    "np.fmin",
    "np.linspace",
    "np.arange",
    "np.item",
    "np.tolist",
    "np.ldexp",
    "np.i0",
}
"""Rows whose value or weight is float64 by nature; the gradient is made float32 at the return."""


@pytest.mark.parametrize("row", [row for row in SINGLE if row.op not in WIDENING], ids=lambda row: row.op)
def test_float32_stays_float32(row: Primitive) -> None:
    for case in some(row, "float32", 20):
        if case.settings.get("dtype") is not None or np.dtype(bool) in [np.asarray(o).dtype for o in case.operands.values()]:
            continue
        y = value(case)
        if isinstance(y, (list, tuple)) or np.iscomplexobj(y):  # NumPy 2 gives complex64, NumPy 1 complex128
            continue
        assert y.dtype == np.float32
        try:
            bars = adjoints(case, direction(RANDOM(2), y))
        except Error:
            continue
        for name, bar in bars.items():
            for leaf in leaves(bar):
                assert np.asarray(leaf).dtype in (np.float32, bool), f"{row.op} {name} {case.settings}"


def fits(kind: Kind, value: Any) -> bool:
    """Is the value of this kind?"""
    match kind:
        case Scalar("number"):
            return type(value) in (int, float)
        case Scalar(name):
            return type(value).__name__ == name
        case NumpyScalar(dtype):
            return isinstance(value, np.generic) and value.dtype.name == dtype
        case Array(dtype, axes):
            return (
                type(value) is np.ndarray and value.dtype.name == dtype and value.ndim == len(axes)
                and all(n == 1 if axis == 1 else n > 1 if axis == "*" else True for n, axis in zip(value.shape, axes))
            )  # fmt: skip
        case Tuple(items):
            return type(value) is tuple and len(value) == len(items) and all(map(fits, items, value))
        case List(element, items):
            return type(value) in (list, tuple) and all(fits(element, v) for v in value) and (items is None or len(items) == len(value))
        case Known(known):
            return type(value) is type(known) and value == known
        case Numeric():
            return isinstance(value, (int, float, np.generic, np.ndarray))
    return True


@pytest.mark.parametrize("flavour", ["float", "float64", "float32", "int64", "bool"])
@pytest.mark.parametrize("row", ROWS + CONSTANTS, ids=lambda row: row.op)
def test_kind_of_the_result_is_the_kind_of_its_value(row: Primitive, flavour: str) -> None:
    named = 0
    for case in constant_cases(row, flavour) if not row.differentiable else some(row, flavour, 40):
        b = case.builder()
        case.line(b)
        kind, result = b.kinds["result"], run(case, b, "result")
        assert fits(kind, result), (
            f"{row.op}{[kind_of(o) for o in case.operands.values()]} {case.settings}: {kind}, not {kind_of(result)}"
        )
        named += kind != UNKNOWN
    if row.family != "constant" and flavour == "float64" and row.op not in ("product_of_others",) and some(row, flavour):
        assert named, "the kind of the result is never known"


def constant_cases(row: Primitive, flavour: str) -> Iterator[Case]:
    """Calls of a row without operands of its own: the first two parameters are numbers and arrays."""
    random = RANDOM(3)
    names = [name for name in row.parameters if name not in row.head.defaults and name != row.head.star]
    if row.op in ("print", "input") or not row.pure or len(names) > 2:
        return
    for shape in itertools.product(SHAPES[:4] if flavour != "float" else [()], repeat=max(len(names), 1)):
        operands = {name: sample(random, own, (1, 4), flavour) for name, own in zip(names, shape)}
        case = Case(row, operands, {})
        try:
            value(case)
        except Exception:  # not every shape suits every function
            continue
        yield case
