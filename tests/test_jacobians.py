"""Jacobians and Hessians beyond what JAX can be asked: effects, ints, ways, records, and what a call costs."""

from __future__ import annotations

import pickle
from typing import Any, NamedTuple

import numpy as np
import pytest

from wengert import (
    differentiate,
    grad,
    hessian,
    hessian_diag,
    hvp,
    jacfwd,
    jacobian,
    jacrev,
    linearize,
    to_scipy,
    value_and_jacobian,
)
from wengert.errors import ArgumentError, Error
from wengert.jacobians import Jacobian

WAYS = [jacfwd, jacrev, jacobian]


def cubes(x):
    return x**3


@pytest.mark.parametrize("way", WAYS)
def test_a_float_gives_a_float(way: Any) -> None:
    slope = way(lambda x: x * x)(3.0)
    assert type(slope) is float and slope == 6.0


@pytest.mark.parametrize("way", WAYS)
def test_an_int_counts_as_a_float(way: Any) -> None:
    assert way(lambda x: x * x)(3) == 6.0


@pytest.mark.parametrize("way", WAYS)
def test_float32_stays_float32(way: Any) -> None:
    assert way(cubes)(np.array([1.0, 2.0], np.float32)).dtype == np.float32


@pytest.mark.parametrize("way", WAYS)
def test_leaves_that_cannot_vary_are_none(way: Any) -> None:
    found = way(lambda p: {"y": p["x"] * p["n"], "n": p["n"]})({"x": np.array([1.0, 2.0]), "n": 3})
    np.testing.assert_array_equal(found["y"]["x"], 3.0 * np.eye(2))
    assert found["y"]["n"] is None and found["n"] is None


@pytest.mark.parametrize("way", WAYS)
def test_a_tuple_of_one_argnum_gives_a_tuple(way: Any) -> None:
    (found,) = way(cubes, argnums=(0,))(np.array([1.0, 2.0]))
    np.testing.assert_array_equal(found, np.diag([3.0, 12.0]))


@pytest.mark.parametrize("way", WAYS)
def test_arguments_by_name_and_keyword(way: Any) -> None:
    def scaled(x, scale=2.0):
        return x * scale

    np.testing.assert_array_equal(way(scaled, argnums="scale")(np.array([1.0, 2.0]), scale=5.0), [1.0, 2.0])


@pytest.mark.parametrize("way", WAYS)
def test_has_aux_returns_what_the_function_returns_besides(way: Any) -> None:
    rows, aux = way(lambda x: (x * x, "squares"), has_aux=True)(np.array([1.0, 2.0]))
    np.testing.assert_array_equal(rows, np.diag([2.0, 4.0]))
    assert aux == "squares"


@pytest.mark.parametrize("way", WAYS)
def test_an_array_argument_of_ints_is_refused(way: Any) -> None:
    with pytest.raises(ArgumentError) as caught:
        way(cubes)(np.array([1, 2]))
    assert caught.value.code == "W061"


def test_the_directions_go_through_one_run_of_the_function() -> None:
    def noisy(x):
        print("run", end=" ")
        return x * x

    text = jacfwd(noisy).source(np.ones(3))
    assert text.count("print(") == 1 and "np.eye(x.size)" in text


def test_the_text_of_jacrev_is_that_of_the_pullback() -> None:
    assert "def pullback(out_bar):" in jacrev(cubes).source(np.ones(3)) and "def pullback" not in jacfwd(cubes).source(np.ones(3))


def test_a_function_with_effects_is_run_once(capsys: pytest.CaptureFixture[str]) -> None:
    def noisy(x):
        print("run")
        return x * x

    for way in WAYS:
        way(noisy)(np.array([1.0, 2.0]))
        assert capsys.readouterr().out == "run\n"


def test_jacobian_goes_the_way_of_fewer_sweeps(monkeypatch: pytest.MonkeyPatch) -> None:
    went = []
    for name in ("forward", "reverse"):
        run = getattr(Jacobian, name)
        monkeypatch.setattr(Jacobian, name, lambda self, *args, name=name, run=run: went.append(name) or run(self, *args))
    jacobian(lambda x: np.array([np.sum(x), np.sum(x * x)]))(np.ones(5))
    jacobian(lambda x: np.outer(x, x))(np.ones(3))
    assert went == ["reverse", "forward"]


def test_what_cannot_go_at_once_goes_one_by_one() -> None:
    def chained(layers, x):
        for w in layers:
            x = np.tanh(w * x)
        return x

    layers, x = [np.array([0.5, 2.0]), np.array([1.5, 0.3])], np.array([0.2, 0.4])
    forward, backward = jacfwd(chained)(layers, x), jacrev(chained)(layers, x)
    for one, other in zip(forward, backward):
        np.testing.assert_allclose(one, other, rtol=1e-13)


def test_writes_in_place_go_through_in_all_directions() -> None:
    def heat(u, steps, c):
        for _ in range(steps):
            u[1:-1] += c * (u[2:] - 2 * u[1:-1] + u[:-2])
        return u * u

    u = np.array([0.1, 0.5, 0.9, 0.3])
    forward = jacfwd(heat)(u.copy(), 3, 0.2)
    step = 1e-6
    numeric = [(heat(u + step * d, 3, 0.2) - heat(u - step * d, 3, 0.2)) / (2 * step) for d in np.eye(4)]
    np.testing.assert_allclose(forward, np.transpose(numeric), atol=1e-9)
    np.testing.assert_allclose(jacrev(heat)(u.copy(), 3, 0.2), forward, rtol=1e-13)


def test_the_text_of_a_hessian_can_be_read() -> None:
    def rosenbrock(x):
        return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)

    text = hessian(rosenbrock).source(np.ones(3))
    assert text.startswith("def hessian_rosenbrock(x):\n") and '"""Hessian of ' in text
    assert len(text.splitlines()) < 25


def test_value_and_jacobian_is_what_scipy_root_asks_for() -> None:
    optimize = pytest.importorskip("scipy.optimize")

    def equations(x):
        return np.array([x[0] + 0.5 * (x[0] - x[1]) ** 3 - 1.0, 0.5 * (x[1] - x[0]) ** 3 + x[1]])

    found = optimize.root(value_and_jacobian(equations), np.zeros(2), jac=True)
    np.testing.assert_allclose(equations(found.x), 0.0, atol=1e-10)


def test_hvp_is_what_scipy_minimize_asks_for() -> None:
    optimize = pytest.importorskip("scipy.optimize")

    def rosenbrock(x):
        return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)

    options = {"jac": grad(rosenbrock)}
    for method, second in (("trust-ncg", {"hessp": hvp(rosenbrock)}), ("trust-exact", {"hess": hessian(rosenbrock)})):
        found = optimize.minimize(rosenbrock, np.zeros(3), method=method, **options, **second)
        np.testing.assert_allclose(found.x, 1.0, atol=1e-4)


def test_to_scipy_takes_trees() -> None:
    optimize = pytest.importorskip("scipy.optimize")

    class Line(NamedTuple):
        slope: float
        offset: float
        name: str = "line"

    def misfit(line, x, y):
        return np.mean((line.slope * x + line.offset - y) ** 2)

    x = np.linspace(0.0, 1.0, 20)
    fun, start, unflatten = to_scipy(misfit, Line(0.0, 0.0))
    found = optimize.minimize(fun, start, args=(x, 3.0 * x - 1.0), jac=True)
    line = unflatten(found.x)
    assert line.slope == pytest.approx(3.0, abs=1e-4) and line.offset == pytest.approx(-1.0, abs=1e-4) and line.name == "line"


def test_hessian_diag_is_the_diagonal() -> None:
    def f(x, y):
        return np.sum(x**3) * y**2

    x = np.array([1.0, 2.0])
    first, second = hessian_diag(f, argnums=(0, 1))(x, 3.0)
    np.testing.assert_allclose(first, 6 * x * 9.0)
    assert type(second) is float and second == pytest.approx(18.0)


def test_hvp_takes_a_tuple_for_several_arguments() -> None:
    first, second = hvp(lambda x, y: x * x * y, argnums=(0, 1))(2.0, 3.0, (1.0, None))
    assert (first, second) == (6.0, 4.0)


def test_hvp_costs_a_few_gradients_of_text() -> None:
    def f(x, n):
        for _ in range(n):
            x = np.sin(x) * x
        return np.sum(x)

    gradient, product = grad(f).source(np.ones(3), 2), hvp(f).source(np.ones(3), 2)
    assert len(product.splitlines()) < 3 * len(gradient.splitlines())


def test_linearize_can_be_called_again_and_does_not_follow_later_writes() -> None:
    x = np.array([1.0, 2.0])
    out, along = linearize(cubes, x)
    x[:] = 0.0
    for _ in range(2):
        np.testing.assert_array_equal(along(np.ones(2)), [3.0, 12.0])
    np.testing.assert_array_equal(out, [1.0, 8.0])


def test_a_hessian_of_ints_is_refused_by_name() -> None:
    with pytest.raises(Error) as caught:
        hessian(lambda x: np.sum(x))(np.array([1, 2]))
    assert caught.value.code == "W061"


def test_differentiate_gives_them_all_as_attributes() -> None:
    @differentiate
    def f(x):
        return np.sum(x**3)

    x = np.array([1.0, 2.0])
    np.testing.assert_array_equal(f.jacobian(x), f.grad(x))
    np.testing.assert_array_equal(f.hessian(x), np.diag(6 * x))
    np.testing.assert_array_equal(f.hvp(x, np.ones(2)), 6 * x)


@pytest.mark.parametrize("way", [jacfwd, jacrev, jacobian, hessian, value_and_jacobian, hessian_diag])
def test_they_pickle_and_hash(way: Any) -> None:
    derivative = way(np_cubes, argnums=0)
    again = pickle.loads(pickle.dumps(derivative))
    one, other = derivative(np.array([1.0, 2.0])), again(np.array([1.0, 2.0]))
    for first, second in zip(one, other):
        np.testing.assert_array_equal(first, second)
    assert hash(derivative) == hash(derivative) and repr(again) == repr(derivative)


def np_cubes(x):
    return np.sum(x**3)


def power(x, n):
    if n == 0:
        return 1.0
    h = power(x, n // 2)
    if n % 2:
        return x * h * h
    return h * h


@pytest.mark.parametrize("way", WAYS)
def test_a_function_that_calls_itself_has_them_all(way: Any) -> None:
    def scaled(x, n):
        return power(x[0], n) * x[1]

    x = np.array([2.0, 3.0])
    assert way(power)(2.0, 5) == 80.0 and way(power, argnums=(0,))(2.0, 5) == (80.0,) and way(grad(power))(2.0, 5) == 160.0
    np.testing.assert_array_equal(way(scaled)(x, 5), [240.0, 32.0])
    np.testing.assert_array_equal(hessian(scaled)(x, 5), [[480.0, 80.0], [80.0, 0.0]])
