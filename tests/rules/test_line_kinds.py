"""The kinds of structure: indexing against NumPy itself, containers, unpacking, what a line may do."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

from wengert.ir.axes import MANY
from wengert.ir.core import Apply, Const
from wengert.ir.kinds import (
    BOTTOM,
    FLOAT,
    INT,
    UNKNOWN,
    Array,
    Dict,
    Iterator,
    Kind,
    Known,
    List,
    NumpyScalar,
    Scalar,
    Slice,
    Text,
    Tuple,
)
from wengert.ir.values import kind_of
from wengert.rules import acts, kinds_of_line
from wengert.rules.index_kinds import item_kind, slice_axis

SLICES = [slice(*bounds) for bounds in itertools.product((None, 0, 1, -1, 2, -2), (None, 1, -1, 2, 5), (None, -1, 2))]
INDICES: list[Any] = [
    0, -1, None, Ellipsis, slice(1, None), (0, slice(None)), (slice(None), 1), (Ellipsis, None), (None, 0), (Ellipsis, 0),
    (slice(1), None, 0),    np.array([0, 1, 0]), np.array([[0, 1]]), (np.array([0, 1]), np.array([1, 1])), (0, np.array([0, 1])),
    (np.array([0, 1]), slice(None)), (slice(None), np.array([0, 1])), (np.array([[0], [1]]), np.array([1, 1])),
    [0, 1], (slice(None), [1]), (None, np.array([0, 1])),
    (0, slice(None), np.array([0, 1])), (np.array([0, 1]), slice(None), np.array([1])),
]  # fmt: skip


def index_kind(index: Any) -> Kind:
    if isinstance(index, tuple):
        return Tuple(tuple(map(index_kind, index)))
    if isinstance(index, slice):
        return Slice(Known(index.start), Known(index.stop), Known(index.step))
    return Known(index) if index is Ellipsis or index is None or type(index) is int else kind_of(index)


def shape_fits(axes: tuple[Any, ...], shape: tuple[int, ...]) -> bool:
    return len(axes) == len(shape) and all(n == 1 if axis == 1 else n > 1 if axis == MANY else True for axis, n in zip(axes, shape))


@pytest.mark.parametrize("shape", [(3,), (2, 3), (1, 4), (3, 1), (2, 3, 4), (0, 2), (2, 1, 2)])
def test_kind_of_an_item_is_what_numpy_gives(shape: tuple[int, ...]) -> None:
    x = np.arange(float(np.prod(shape))).reshape(shape)
    masks = [x > 1, (slice(None),) * (len(shape) - 1) + (np.arange(shape[-1]) > 0,)]
    for index in [*INDICES, *masks]:
        try:
            value = x[index]
        except IndexError:
            continue
        kind = item_kind(kind_of(x), index_kind(index), "x", "%0")
        if isinstance(value, np.ndarray):
            assert isinstance(kind, Array) and kind.dtype == "float64" and shape_fits(kind.axes, value.shape), (shape, index, kind)
        else:
            assert kind == NumpyScalar("float64"), (shape, index, kind)


@pytest.mark.parametrize("cut", SLICES, ids=str)
def test_slice_lengths_hold_for_every_length_of_the_axis(cut: slice) -> None:
    index = Slice(Known(cut.start), Known(cut.stop), Known(cut.step))
    for axis, lengths in ((1, [1]), (MANY, range(2, 30)), ("n", range(30))):
        found = slice_axis(axis, index, "x:0", "%0:0")
        cuts = [len(range(*cut.indices(n))) for n in lengths]
        assert found != 1 or set(cuts) == {1}
        assert found != MANY or min(cuts) > 1
        assert found != axis or cuts == list(lengths) or (axis == MANY and min(cuts) > 1)


def test_slices_of_one_length_have_one_name() -> None:
    u = Array("float64", (MANY,))
    pieces = (slice(2, None), slice(1, -1), slice(None, -2))
    names = {item_kind(u, index_kind(piece), "u.1", "%0") for piece in pieces}
    assert names == {Array("float64", ("u.1:0-2",))}
    assert item_kind(u, index_kind(slice(1, None)), "v.1", "%0") == Array("float64", ("v.1:0-1",))


def kinds(op: str, *args: Any, targets: tuple[str, ...] = ("r",), **table: Kind) -> tuple[Kind, ...]:
    return kinds_of_line(Apply(targets, op, args), table)


CONTAINERS = [
    (kinds("tuple", "x", Const(1), x=FLOAT), Tuple((FLOAT, Known(1)))),
    (kinds("list", "x", "x", x=FLOAT), List(FLOAT, (FLOAT, FLOAT))),
    (kinds("dict", Const("a"), "x", x=FLOAT), Dict((("a", FLOAT),))),
    (kinds("getitem", "d", Const("a"), d=Dict((("a", FLOAT), ("b", INT)))), FLOAT),
    (kinds("getitem", "t", Const(-1), t=Tuple((FLOAT, INT))), INT),
    (kinds("getitem", "t", "i", t=Tuple((FLOAT, FLOAT)), i=INT), FLOAT),
    (kinds("getitem", "xs", "i", xs=List(FLOAT), i=INT), FLOAT),
    (kinds("append", "xs", "x", xs=List(BOTTOM, ()), x=FLOAT), List(FLOAT)),
    (kinds("reversed", "xs", xs=List(FLOAT)), Iterator(FLOAT)),
    (kinds("is_", "x", Const(None), x=Array("float64", (MANY,))), Known(False)),
    (kinds("is_not", "x", Const(None), x=Known(None)), Known(False)),
    (kinds("in_", Const("a"), "d", d=Dict((("a", FLOAT),))), Known(True)),
    (kinds("eq", "n", Const(1), n=INT), Scalar("bool")),
    (kinds("eq", Const(2), Const(1)), Known(False)),
    (kinds("neg", Const(1)), Known(-1)),
    (kinds("truediv", "n", "n", n=INT), FLOAT),
    (kinds("pow", "n", "n", n=INT), Scalar("number")),
    (kinds("add", "x", "n", x=FLOAT, n=Scalar("number")), FLOAT),
    (kinds("np.sin", "x", x=FLOAT), NumpyScalar("float64")),
    (kinds("add", "x", "y", x=FLOAT, y=NumpyScalar("float32")), NumpyScalar("float32")),
    (kinds("isinstance", "x", Const(float), x=FLOAT), Known(True)),
    (kinds("len", "x", x=Tuple((FLOAT, FLOAT))), Known(2)),
    (kinds("np.shape", "x", x=Array("float64", (1, MANY))), Tuple((Known(1), INT))),
    (kinds("call", "f", f=UNKNOWN), UNKNOWN),
    (kinds("fstring", Const("a")), Text()),
]


@pytest.mark.parametrize(("found", "expected"), CONTAINERS, ids=map(str, range(len(CONTAINERS))))
def test_kind_of_a_line(found: tuple[Kind, ...], expected: Kind) -> None:
    assert found == (expected,)


def test_unpacking_gives_each_target_its_item() -> None:
    assert kinds("unpack", "t", targets=("a", "b"), t=Tuple((FLOAT, INT))) == (FLOAT, INT)
    x = Array("float64", (MANY, 1))
    assert kinds("unpack", "x", targets=("a", "b"), x=x) == (Array("float64", (1,)),) * 2
    args = ("t", Const(1), Const(1))
    assert kinds("unpack_star", *args, targets=("a", "b", "c"), t=Tuple((FLOAT, INT, INT, FLOAT))) == (
        FLOAT,
        List(INT, (INT, INT)),
        FLOAT,
    )


def test_python_arithmetic_has_the_types_of_python() -> None:
    numbers = {"int": 3, "float": 2.5, "bool": True}
    for (p, x), (q, y) in itertools.product(numbers.items(), repeat=2):
        for op, function in (("add", lambda a, b: a + b), ("truediv", lambda a, b: a / b), ("floordiv", lambda a, b: a // b)):
            (found,) = kinds(op, "x", "y", x=Scalar(p), y=Scalar(q))
            assert found == Scalar(type(function(x, y)).__name__), (op, p, q)


def test_only_lines_that_do_something_act() -> None:
    assert all(acts(Apply(("r",), op, ("x",))) for op in ("raise", "call", "print", "np.random.rand", "input", "np.unheard_of"))
    assert not any(acts(Apply(("r",), op, ("x",))) for op in ("add", "np.sin", "getitem", "list", "global", "np.zeros", "np.sum"))
