"""Draws: the kind that the table says is that of the number drawn, and what stands in for a draw gives the same numbers."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

from wengert.ir.kinds import Array, Kind, Known
from wengert.ir.lattice import join
from wengert.ir.values import known
from wengert.rules.draws import FLOATS, INTS, PYTHON, PYTHON_INTS, given, kind_of_draw, parameters_of
from wengert.rules.stand_ins_draws import INTO, MOVED, PICKED, moved
from wengert.rules.stand_ins_draws import PYTHON as PYTHON_MOVED

ARGUMENTS: dict[str, Any] = {
    "shape": 2.5, "df": 3.0, "loc": 0.5, "scale": 1.5, "low": 1, "high": 4, "mean": 0.3, "sigma": 0.4, "a": 2.5, "b": 3.5, "nonc": 1.0, "dfnum": 2.0,
    "dfden": 3.0, "left": 0.0, "mode": 0.5, "right": 2.0, "mu": 0.2, "kappa": 1.2, "lam": 3.0, "n": 5, "p": 0.4, "ngood": 5, "nbad": 4, "nsample": 3,
    "lambd": 2.0, "alpha": 1.5, "beta": 2.5, "start": 1, "stop": 9, "step": 2, "k": 5, "x": 4,
}  # fmt: skip
ROWS: dict[str, dict[str, Any]] = {
    "multivariate_normal": {"mean": np.zeros(2), "cov": np.eye(2)}, "dirichlet": {"alpha": np.ones(3)}, "multinomial": {"n": 5, "pvals": np.array([0.2, 0.8])},
    "zipf": {"a": 3.0}, "triangular": {"left": 0.0, "mode": 0.5, "right": 2.0},
}  # fmt: skip
OPTIONAL = frozenset({"size", "dtype", "out", "method", "endpoint", "check_valid", "tol", "axis", "replace", "shuffle"})
SOURCES = (np.random.Generator, np.random.RandomState, random.Random)


def source(cls: type) -> Any:
    return np.random.default_rng(3) if cls is np.random.Generator else cls(3)


def examples() -> list[tuple[type, str, dict[str, Any]]]:
    found = []
    for cls in SOURCES:
        for name in {**PYTHON, **PYTHON_INTS} if cls is random.Random else {**FLOATS, **INTS, "permutation": "x"}:
            names = parameters_of(cls, name)
            if names is None:
                continue
            plain = {n: ARGUMENTS[n] for n in names if n not in OPTIONAL} if name not in ROWS or cls is random.Random else ROWS[name]
            if cls is random.Random and name in PYTHON_INTS:
                plain = {n: int(v) for n, v in plain.items()}
            if cls is random.Random and name == "triangular":
                plain = {"low": 1.0, "high": 4.0, "mode": 2.0}
            if name in ("random", "standard_normal", "integers") and cls is np.random.Generator:
                found.append((cls, name, {**plain, "dtype": "i4" if name == "integers" else "f4", "size": 3}))
            sizes = (3, (2, 4), (), None) if "size" in names else ()
            found += [(cls, name, plain), *((cls, name, {**plain, "size": size}) for size in sizes)]
            arrays = {n: np.array([v, v]) for n, v in plain.items()}
            found += [(cls, name, arrays)] if cls is not random.Random and name not in (*ROWS, "permutation") and plain else []
    choice: list[dict[str, Any]] = [{"a": 5}, {"a": 5, "size": 3}, {"a": np.ones((4, 2)), "size": 3}, {"a": [1.0, 2.0]}, {"a": np.ones(3)}]
    found += [(cls, "choice", call) for cls in SOURCES[:2] for call in choice if np.ndim(call["a"]) < 2 or cls is np.random.Generator]
    return [*found, (np.random.RandomState, "randn", {}),
            *((np.random.RandomState, "rand", dict.fromkeys(range(n), 3)) for n in (1, 2))]  # fmt: skip


@pytest.mark.parametrize(("cls", "name", "call"), [pytest.param(*one, id=f"{one[0].__name__}-{one[1]}-{i}") for i, one in enumerate(examples())])
def test_the_kind_of_a_draw_is_that_of_the_number(cls, name, call):
    args = tuple(value for key, value in call.items() if isinstance(key, int))
    keywords = {key: value for key, value in call.items() if isinstance(key, str)}
    value = getattr(source(cls), name)(*args, **keywords) if cls is not random.Random else getattr(source(cls), name)(*keywords.values())
    kinds = {key: known(one) for key, one in call.items()}
    assert given(cls, name, args, keywords) == call
    kind: Kind = kind_of_draw(cls, name, kinds, "z")
    actual = known(value)
    if isinstance(kind, Array):
        assert isinstance(actual, Array) and actual.dtype == kind.dtype and len(actual.axes) == len(kind.axes)
        assert all(mine == its or ":" in str(mine) for mine, its in zip(kind.axes, actual.axes))
    else:
        assert join(kind, actual) == kind


def drawn(cls: type, name: str, call: dict[str, Any]) -> tuple[Any, Any, Any, Any]:
    """A draw and what stands in for it; what each source gives next."""
    stand_in = moved(cls, name, {key: known(value) for key, value in call.items()}, frozenset())
    assert stand_in is not None
    plain, other = source(cls), source(cls)
    return getattr(plain, name)(**call), stand_in(other, **call), plain.random(), other.random()


def calls() -> list[tuple[type, str, dict[str, Any]]]:
    found: list[tuple[type, str, dict[str, Any]]] = []
    for cls in SOURCES[:2]:
        for name in MOVED:
            names = [n for n in parameters_of(cls, name) or () if n not in OPTIONAL]
            if name == "multivariate_normal":
                found += [(cls, name, {"mean": np.array([1.0, 2.0]), "cov": np.eye(2), **size}) for size in ({}, {"size": 3})]
                continue
            plain = {n: ARGUMENTS[n] for n in names}
            arrays = {n: np.linspace(v, v + 1, 3) for n, v in plain.items()}
            first = {names[0]: arrays[names[0]]}
            found += [(cls, name, call) for call in (plain, {**plain, "size": 4}, {**plain, "size": (2, 2)}, arrays, {**plain, **first}, {**arrays, "size": (2, 3)})]
        found += [(cls, "permutation", {"x": np.arange(6.0)}), (cls, "permutation", {"x": np.ones((4, 2)).cumsum(0)})]
        found += [(cls, "choice", {"a": np.arange(6.0), **more}) for more in ({}, {"size": 3}, {"size": 3, "replace": False}, {"p": np.full(6, 1 / 6)})]
    for name, (parameters, _) in PYTHON_MOVED.items():
        found.append((random.Random, name, {p.split("=")[0].strip(): ARGUMENTS[p.split("=")[0].strip()] for p in parameters.split(",")}))
    found += [(random.Random, "choice", {"seq": [1.0, 2.0, 3.0]}), (random.Random, "sample", {"population": [1.0, 2.0, 3.0], "k": 2})]
    return [*found, (random.Random, "choices", {"population": [1.0, 2.0], "weights": [1, 3], "k": 3})]


@pytest.mark.parametrize(("cls", "name", "call"), [pytest.param(*one, id=f"{one[0].__name__}-{one[1]}-{i}") for i, one in enumerate(calls())])
def test_what_stands_in_for_a_draw_gives_the_same_number(cls, name, call):
    value, other, after, then = drawn(cls, name, call)
    assert type(other) is type(value) and np.shape(other) == np.shape(value)
    np.testing.assert_allclose(other, value, rtol=1e-14)
    assert after == then


def test_each_formula_is_tried():
    assert {name for _, name, _ in calls()} == {*MOVED, *PYTHON_MOVED, *(name for _, name in PICKED)} - {"shuffle"}


@pytest.mark.parametrize("cls", SOURCES)
@pytest.mark.parametrize("whole", [[3.0, 1.0, 2.0, 5.0], np.arange(5), np.arange(8.0).reshape(4, 2)])
def test_a_shuffle_written_out_is_the_same_shuffle(cls, whole):
    one, other = whole.copy(), whole.copy()
    stand_in = moved(cls, "shuffle", {"x": known(whole)}, frozenset())
    if cls is random.Random and not isinstance(whole, list):
        assert stand_in is None
        return
    assert stand_in is not None
    source(cls).shuffle(one)
    stand_in(source(cls), other)
    assert np.array_equal(one, other)


@pytest.mark.parametrize("name", INTO)
def test_a_draw_into_an_array_written_out_is_the_same(name):
    one, other = np.zeros(3), np.zeros(3)
    stand_in = moved(np.random.Generator, name, {"out": known(other)}, frozenset())
    assert stand_in is not None
    getattr(source(np.random.Generator), name)(out=one)
    assert stand_in(source(np.random.Generator), other) is other and np.array_equal(one, other)


@pytest.mark.parametrize(("name", "call"), [("normal", {"scale": -1.0}), ("exponential", {"scale": np.array([1.0, -1.0])}), ("uniform", {"low": 1.0, "high": 0.0})])
def test_the_error_for_a_negative_scale_is_raised_too(name, call):
    stand_in = moved(np.random.Generator, name, {key: known(value) if isinstance(value, np.ndarray) else Known(value) for key, value in call.items()}, frozenset())
    assert stand_in is not None
    with pytest.raises(ValueError, match="< 0") as plain:
        getattr(source(np.random.Generator), name)(**call)
    with pytest.raises(ValueError, match="< 0") as other:
        stand_in(source(np.random.Generator), **call)
    assert str(plain.value) == str(other.value)
