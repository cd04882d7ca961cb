"""The examples: every derivative in their table against differences, and each program's own claim."""

from __future__ import annotations

import importlib.util
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from table import ROWS, Row

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
PROGRAMS = (
    "logistic_map", "two_outputs", "neuron", "logistic_regression", "newton_sqrt", "pendulum", "heat", "recurrent", "stencil", "cholesky", "particles",
    "soft_dtw", "recursion", "own_rules",
)  # fmt: skip

needs_sklearn = pytest.mark.skipif(importlib.util.find_spec("sklearn") is None, reason="needs wengert[examples]")


# Every row of the table


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_derivative_agrees_with_differences(row: Row) -> None:
    arguments = row.arguments()
    argnums = row.argnums if isinstance(row.argnums, tuple) else (row.argnums,)
    directions = {number: direction_of(arguments[number], seed=number) for number in argnums}
    primal = row.primal
    if row.mode in ("hessian", "hvp"):
        from wengert import grad

        primal = grad(row.primal, row.argnums)
    slopes = difference(primal, arguments, directions)
    cotangent = cotangent_of(slopes)
    expected = inner(cotangent, slopes)
    if row.mode == "jvp":
        from wengert import jvp

        tangents = tuple(directions.get(number, zero_of(argument)) for number, argument in enumerate(arguments))
        found = inner(cotangent, jvp(row.primal, arguments, tangents)[1])
    elif row.mode == "hvp":
        found = inner(cotangent, row.derivative(*arguments, directions[argnums[0]]))
    elif row.mode == "hessian":
        found = inner(cotangent, row.derivative(*arguments) @ directions[argnums[0]])
    else:
        gradient = row.derivative(*arguments)
        if row.mode == "value_and_grad":
            value, gradient = gradient
            assert value == row.primal(*arguments)
        if row.mode == "vjp":
            gradient = gradient[1](cotangent)
            found = sum(inner(gradient[at], direction) for at, direction in enumerate(directions.values()))
        elif isinstance(row.argnums, tuple):
            found = sum(inner(one, direction) for one, direction in zip(gradient, directions.values(), strict=True))
        else:
            found = inner(gradient, directions[row.argnums])
    assert found == pytest.approx(expected, rel=2e-6, abs=1e-8)


def leaves(tree: Any) -> list[Any]:
    if isinstance(tree, dict):
        return [leaf for item in tree.values() for leaf in leaves(item)]
    if isinstance(tree, (tuple, list)):
        return [leaf for item in tree for leaf in leaves(item)]
    return [tree]


def inner(a: Any, b: Any) -> float:
    return float(sum(np.vdot(x, y) for x, y in zip(leaves(a), leaves(b), strict=True)))


def map_leaves(function: Any, *trees: Any) -> Any:
    if isinstance(trees[0], dict):
        return {key: map_leaves(function, *(tree[key] for tree in trees)) for key in trees[0]}
    if isinstance(trees[0], (tuple, list)):
        return type(trees[0])(map_leaves(function, *items) for items in zip(*trees, strict=True))
    return function(*trees)


def direction_of(argument: Any, seed: int) -> Any:
    random = np.random.default_rng(seed)
    return map_leaves(lambda leaf: random.normal(size=leaf.shape) if isinstance(leaf, np.ndarray) else float(random.normal()), argument)


def zero_of(argument: Any) -> Any:
    return map_leaves(lambda leaf: leaf * 0, argument)


def cotangent_of(out: Any) -> Any:
    return 1.0 if isinstance(out, float) else direction_of(out, seed=99)


def difference(primal: Any, arguments: tuple[Any, ...], directions: dict[int, Any], step: float = 1e-6) -> Any:
    """The slope of the outputs along the directions."""

    def moved(by: float) -> Any:
        def along(leaf: Any, direction: Any) -> Any:
            return leaf + by * direction

        shifted = [map_leaves(along, argument, directions[at]) if at in directions else argument for at, argument in enumerate(arguments)]
        return primal(*shifted)

    return map_leaves(lambda up, down: (up - down) / (2 * step), moved(step), moved(-step))


def test_rows_have_different_names() -> None:
    assert len({row.name for row in ROWS}) == len(ROWS)


# Every program


@pytest.mark.slow
@pytest.mark.parametrize("program", PROGRAMS)
def test_program_runs_alone(program: str) -> None:
    run = subprocess.run([sys.executable, EXAMPLES / f"{program}.py"], capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stderr
    assert "nan" not in run.stdout


def test_logistic_map_agrees_with_the_closed_forms() -> None:
    from logistic_map import CLOSED_FORMS, logistic, logistic_map

    from wengert import grad

    for n, closed_form in CLOSED_FORMS.items():
        for x in (0.1, 0.2, 0.77):
            assert grad(logistic)(x, n) == pytest.approx(closed_form(x), rel=1e-12)
            assert grad(logistic_map)(x, n) == pytest.approx(closed_form(x), rel=1e-12)


def test_text_of_the_logistic_map_does_not_grow_but_the_symbolic_derivative_does() -> None:
    pytest.importorskip("sympy")
    from logistic_map import logistic_map, operations_of_derivatives, operations_of_text

    from wengert import grad

    by_rule, by_diff = operations_of_derivatives(20)
    assert {operations_of_text(grad(logistic_map).source(0.2, n)) for n in (1, 5, 20)} == {12}
    assert by_diff[11] > 10**5 and by_rule[19] > 10**7


def test_two_outputs_have_the_jacobian_by_hand_in_both_modes() -> None:
    from two_outputs import by_columns, by_rows, jacobian_of_f

    np.testing.assert_allclose(by_columns(2.0, 3.0), jacobian_of_f(2.0, 3.0), rtol=1e-14)
    np.testing.assert_allclose(by_rows(2.0, 3.0), jacobian_of_f(2.0, 3.0), rtol=1e-14)


def test_derivation_shows_a_primal_and_an_adjoint_for_every_line() -> None:
    from derivation import steps
    from two_outputs import first

    from wengert import value_and_grad

    found = steps(value_and_grad(first, argnums=(0, 1)).wengert(2.0, 3.0), 2.0, 3.0)
    values = {step.name.rpartition(".")[0] or step.name: step.value for step in found}
    assert values["product"] == 6.0
    assert values["y1"] == math.sin(6.0)
    assert values["x1_bar"] == pytest.approx(3 * math.cos(6.0)) and values["x2_bar"] == pytest.approx(2 * math.cos(6.0))


def test_gradient_of_h_and_of_the_double_angle_are_as_by_hand() -> None:
    from two_outputs import double_angle, h

    from wengert import grad

    assert grad(h, argnums=(0, 1))(math.pi, 1.0) == pytest.approx((0.0, math.pi), abs=1e-15)
    assert grad(double_angle)(math.pi, math.pi / 2) == pytest.approx(-1.0)


def test_adjoints_of_the_neuron_have_their_names_and_the_values_by_hand() -> None:
    from neuron import adjoints_by_hand, adjoints_by_name

    point = 0.7, -0.2, 1.5, 1.0, 0.1
    found = adjoints_by_name(*point)
    assert {name: found[name] for name in adjoints_by_hand(*point)} == pytest.approx(adjoints_by_hand(*point), rel=1e-12)


def test_two_layers_of_soft_relu_agree_with_the_formulas() -> None:
    from neuron import two_layers, two_layers_by_hand

    from wengert import grad

    point = 0.7, 0.9, -0.1, 1.3, 0.2
    assert grad(two_layers, argnums=(1, 2, 3, 4))(*point) == pytest.approx(two_layers_by_hand(*point), rel=1e-12)


def test_tower_of_sines_has_a_text_linear_in_its_depth(tmp_path: Path) -> None:
    from neuron import tower, tower_by_hand

    from wengert import grad

    sizes = {}
    for depth in (10, 20, 50):
        gradient = grad(tower(depth, tmp_path))
        assert gradient(0.5) == pytest.approx(tower_by_hand(depth, 0.5), rel=1e-12)
        sizes[depth] = len(gradient.source(0.5))
    assert sizes[50] - sizes[20] < 3.5 * (sizes[20] - sizes[10])


def test_logistic_regression_converges_and_newton_much_faster() -> None:
    from logistic_regression import gradient_descent, hessian, hessian_by_hand, newton, two_clouds

    X, t = two_clouds()
    w, losses = gradient_descent(X, t)
    assert losses[0] == pytest.approx(math.log(2)) and losses[-1] < 0.3
    assert np.mean((X @ w > 0) == t) > 0.85
    np.testing.assert_allclose(hessian(w, X, t), hessian_by_hand(w, X, t), rtol=1e-9, atol=1e-12)
    w_newton, losses_of_newton = newton(X, t)
    assert abs(losses_of_newton[-1] - losses_of_newton[-2]) < 1e-10
    np.testing.assert_allclose(w, w_newton, atol=0.2)


def test_square_root_has_its_derivative_however_many_turns_it_takes() -> None:
    from newton_sqrt import newton_sqrt, newton_steps

    from wengert import grad

    for a in (0.01, 2.0, 50.0, 1e6):
        assert grad(newton_sqrt)(a, 1e-12) == pytest.approx(0.5 / math.sqrt(a), rel=1e-9)
    assert grad(newton_steps)(2.0, 1e-12) == pytest.approx(0.5 / math.sqrt(2.0), rel=1e-9)


def test_length_of_a_pendulum_is_found_from_its_angle() -> None:
    from pendulum import find_length, swing

    lengths = find_length(swing(0.5, 0.0, 1.0, 50, 0.01), guess=0.9)
    assert lengths[-1] == pytest.approx(1.0, abs=1e-10)


def test_gradient_through_the_heat_equation_is_the_transposed_matrix() -> None:
    from heat import gradient_by_hand, misfit, recover

    from wengert import grad

    random = np.random.default_rng(0)
    u, observed = random.normal(size=12), random.normal(size=12)
    np.testing.assert_allclose(grad(misfit)(u, observed, 7, 0.2), gradient_by_hand(u, observed, 7, 0.2), rtol=1e-11)
    _, losses = recover(observed, 3, 0.1, turns=100)
    assert losses[-1] < 0.01 * losses[0]


@needs_sklearn
@pytest.mark.slow
def test_digits_are_recognised(tmp_path: Path) -> None:
    pytest.importorskip("tqdm")
    pytest.importorskip("matplotlib")
    from digits import digits, read, save_pictures, train

    x, labels, x_test, labels_test = digits()
    params, curve = train(x, labels, epochs=25, quiet=True)
    found = read(params, x_test)
    assert np.mean(found == labels_test) > 0.93
    assert curve[-1] < 0.1 * curve[0]
    assert all(path.stat().st_size > 1000 for path in save_pictures(tmp_path, curve, x_test, labels_test, found))
