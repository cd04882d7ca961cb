"""Pullbacks: called again, from many threads, with parts of a cotangent, whatever has become of the arguments since."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from wengert import vjp
from wengert.errors import ArgumentError


def swing(x, n):
    y = np.zeros(n)
    y[0] = x[0]
    for i in range(1, n):
        y[i] = np.sin(y[i - 1]) * x[i % len(x)]
    return y[-1], {"path": y * 2, "length": n}


def cotangent(last: Any, path: Any) -> Any:
    return last, {"path": path, "length": None}


def test_a_pullback_gives_the_same_from_many_threads() -> None:
    x = np.linspace(0.1, 1.0, 7)
    out, pullback = vjp(swing, x, 40)
    first = pullback(cotangent(1.0, np.ones(40)))[0]
    x[:] = 0.0
    out[1]["path"][:] = 99.0
    with ThreadPoolExecutor(8) as pool:
        rest = list(pool.map(lambda _: pullback(cotangent(1.0, np.ones(40)))[0], range(100)))
    assert all(np.array_equal(first, other) for other in rest)


def test_one_call_does_not_write_into_the_result_of_another() -> None:
    _, pullback = vjp(swing, np.linspace(0.1, 1.0, 7), 10)
    first = pullback(cotangent(1.0, None))[0]
    kept = first.copy()
    first[:] = 7.0
    np.testing.assert_array_equal(pullback(cotangent(1.0, None))[0], kept)


def test_the_cotangent_is_not_written_into() -> None:
    given = np.ones(10)
    vjp(swing, np.linspace(0.1, 1.0, 7), 10)[1](cotangent(None, given))
    np.testing.assert_array_equal(given, 1.0)


def test_parts_of_a_cotangent_may_be_none() -> None:
    x = np.linspace(0.1, 1.0, 7)
    _, pullback = vjp(swing, x, 10)
    whole = pullback(cotangent(2.0, np.ones(10)))[0]
    parts = pullback(cotangent(2.0, None))[0] + pullback((None, {"path": np.ones(10), "length": None}))[0]
    np.testing.assert_allclose(parts, whole, rtol=1e-13)
    np.testing.assert_array_equal(pullback((2.0, None))[0], pullback(cotangent(2.0, np.zeros(10)))[0])
    np.testing.assert_array_equal(pullback(None)[0], np.zeros(7))


def test_ints_in_the_cotangent_are_floats() -> None:
    _, pullback = vjp(lambda x: x / 2, 3.0)
    assert pullback(1) == (0.5,) and type(pullback(1)[0]) is float


def test_a_dict_may_have_its_keys_in_another_order() -> None:
    _, pullback = vjp(lambda x: {"a": 2 * x, "b": 3 * x}, 1.0)
    assert pullback({"b": 1.0, "a": 0.0}) == (3.0,)


@pytest.mark.parametrize("wrong", [1.0, (1.0,), (1.0, {"path": np.ones(9), "length": None}), (1.0, {"path": 1.0})])
def test_a_cotangent_of_another_tree_or_shape_is_refused(wrong: Any) -> None:
    _, pullback = vjp(swing, np.linspace(0.1, 1.0, 7), 10)
    with pytest.raises(ArgumentError) as caught:
        pullback(wrong)
    assert caught.value.code == "W068"


def test_has_aux_leaves_the_pullback_to_the_value() -> None:
    out, pullback, aux = vjp(lambda x: (x * x, "aux"), 3.0, has_aux=True)
    assert (out, pullback(1.0), aux) == (9.0, (6.0,), "aux")


def test_there_is_a_cotangent_for_each_primal_given_and_none_for_defaults() -> None:
    def f(x, scale=2.0):
        return x * scale

    assert vjp(f, 3.0)[1](1.0) == (2.0,) and vjp(f, 3.0, 5.0)[1](1.0) == (5.0, 3.0)
