"""Rules of users: texts and functions, in both modes, nested, seen when they change, refused where something is missing."""

from __future__ import annotations

import ctypes
import math
import sys
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import wengert
from wengert import (
    check_grads,
    check_rule,
    checkpoint,
    constant,
    custom_jvp,
    custom_vjp,
    elementwise,
    grad,
    jvp,
    value_and_grad,
    vjp,
)
from wengert.modes import JVP, VJP
from wengert.rules.users import forget_rule

X = np.array([0.3, -0.7, 1.2])


def sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


@elementwise("y = softplus(x)", "x_bar += y_bar * sigmoid(x)")
def softplus(x: Any) -> Any:
    return np.log1p(np.exp(x))


@elementwise("z = blend(a, b, k=1.0)", "a_bar += z_bar * k * b", "b_bar += z_bar * k * a")
def blend(a: Any, b: Any, k: float = 1.0) -> Any:
    return k * a * b


def energy(x: Any) -> Any:
    h = softplus(2 * x)
    return np.sum(h * h)


def test_the_text_calls_the_user_s_functions_by_their_names() -> None:
    text = grad(energy).source(X)
    assert text.count("softplus(h_1)") == 1 and text.count("sigmoid(h_1)") == 1
    compile(text, "text", "exec")


def test_an_elementwise_text_is_right_in_both_modes_and_orders() -> None:
    check_grads(energy, (X,), order=3)
    check_rule(softplus, X)
    check_rule(softplus, 0.4)
    check_rule(softplus, X.astype(np.float32))


def test_an_elementwise_text_of_two_operands_is_broadcast_like_our_own() -> None:
    check_rule(blend, X, np.array([[1.0], [2.0]]), 3)
    check_grads(lambda a, b: np.sum(blend(a, b, k=2.0) ** 2), (X, 0.5))


def test_an_argument_that_varies_and_of_which_the_rule_says_nothing_is_refused() -> None:
    with pytest.raises(wengert.NoRule, match=r"the rule of `blend` does not say what `k` contributes"):
        grad(lambda k: blend(1.0, 2.0, k))(3.0)
    assert grad(lambda k: blend(k, 2.0, wengert.stop_gradient(k)))(3.0) == 6.0


def test_a_rule_for_a_library_function_without_source() -> None:
    cbrt = ctypes.CDLL(None).cbrt
    cbrt.restype, cbrt.argtypes = ctypes.c_double, [ctypes.c_double]
    elementwise(cbrt, "y = cbrt(x)", "x_bar += y_bar / (3 * y * y)")
    try:
        assert grad(lambda x: cbrt(x) + x)(8.0) == pytest.approx(1 + 1 / 12)
        check_grads(lambda x: cbrt(x) * x, (2.0,))
    finally:
        forget_rule(cbrt)


def test_names_in_a_rule_are_looked_up_where_it_was_written() -> None:
    def slope(x: Any) -> Any:
        return 2 * x

    @elementwise("y = square(x)", "x_bar += y_bar * slope(x)")
    def square(x: Any) -> Any:
        return x * x

    def f(x: Any) -> Any:
        slope = 100.0  # another one
        return square(x) + slope

    assert grad(f)(3.0) == 6.0 and grad(grad(f))(3.0) == 2.0


def test_a_name_that_means_nothing_is_refused_with_its_name() -> None:
    @elementwise("y = f(x)", "x_bar += y_bar * no_such_thing(x)")
    def f(x: Any) -> Any:
        return x

    with pytest.raises(wengert.NoRule, match=r"the name `no_such_thing` in the text of a rule is not defined \(W102\)"):
        grad(lambda x: f(x))(1.0)


@pytest.mark.parametrize("text, rule", [("f", "x_bar += y_bar"), ("y = f(x)", "x_bar = y_bar"), ("y = f(x)", "q_bar += y_bar"), ("y = f(x)", "x_bar += 2 * y_bar")])
def test_a_text_that_is_no_rule_is_refused_when_it_is_written(text: str, rule: str) -> None:
    with pytest.raises(wengert.Error, match=r"\(W101\)"):
        elementwise(lambda x: x, text, rule)


def test_a_rule_of_our_own_is_not_replaced() -> None:
    with pytest.raises(wengert.Error, match=r"`np.sin` has a rule already.*\(W100\)"):
        elementwise(np.sin, "y = sin(x)", "x_bar += y_bar")


def test_a_rule_given_again_makes_the_derivative_anew() -> None:
    def f(x: Any) -> Any:
        return x * x

    def g(x: Any) -> Any:
        return f(x) + x

    derivative = grad(g)
    assert derivative(3.0) == 7.0  # no rule: the text of f
    elementwise(f, "y = f(x)", "x_bar += y_bar * 10")
    assert derivative(3.0) == 11.0
    elementwise(f, "y = f(x)", "x_bar += y_bar * 20")
    assert derivative(3.0) == 21.0
    forget_rule(f)
    assert derivative(3.0) == 7.0


def test_a_name_in_a_rule_that_is_rebound_makes_the_derivative_anew() -> None:
    module = ModuleType("rates")
    sys.modules["rates"] = module
    text = "from wengert import elementwise\nRATE = 2.0\ndef f(x):\n    return x\nelementwise(f, 'y = f(x)', 'x_bar += y_bar * RATE')\n"
    exec(compile(text, "rates.py", "exec"), vars(module))
    f = vars(module)["f"]
    derivative = grad(lambda x: f(x) * 1.0)
    assert derivative(1.0) == 2.0
    vars(module)["RATE"] = 5.0
    assert derivative(1.0) == 5.0
    del sys.modules["rates"]


def test_a_derivative_on_disk_is_not_used_under_another_rule(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from wengert.making import forget

    monkeypatch.setenv("WENGERT_CACHE_DIR", str(tmp_path / "cache"))
    assert grad(shifted)(1.0) == 6.0
    elementwise(scale, "y = scale(x)", "x_bar += y_bar * 7")
    try:
        forget()
        assert grad(shifted)(1.0) == 7.0
    finally:
        elementwise(scale, "y = scale(x)", "x_bar += y_bar * 6")
    forget()
    assert grad(shifted)(1.0) == 6.0


def scale(x: Any) -> Any:
    return 6 * x


def shifted(x: Any) -> Any:
    return scale(x) + 1.0


elementwise(scale, "y = scale(x)", "x_bar += y_bar * 6")


def test_linear_bilinear_and_weighted_texts() -> None:
    roll = wengert.linear(lambda x, k: np.roll(x, k), "y = roll(x, k)", "x_bar += np.roll(y_bar, -k)")
    check_rule(roll, X, 2)
    check_grads(lambda x: np.sum(roll(x, 1) * x * x), (X,))

    def outer(a: Any, b: Any) -> Any:
        return np.outer(a, b)

    wengert.bilinear(outer, "c = outer(a, b)", "a_bar += c_bar @ b", "b_bar += c_bar.T @ a")
    check_rule(outer, X, np.array([1.0, 2.0]))

    def lse(x: Any) -> Any:
        return np.log(np.sum(np.exp(x)))

    wengert.weighted(lse, "y = lse(x)", "x_bar += y_bar * exp(x - y)")
    check_rule(lse, X)
    check_grads(lambda x: lse(2 * x) ** 2, (X,))


def test_a_general_rule_by_its_tangent_alone_has_both_modes() -> None:
    def solve(a: Any, b: Any) -> Any:
        return np.linalg.solve(a, b)

    wengert.rule(solve, "x = solve(a, b)", "x_dot += np.linalg.solve(a, b_dot)", "x_dot -= np.linalg.solve(a, a_dot @ x)")
    check_rule(solve, np.array([[2.0, 1.0], [0.5, 3.0]]), np.array([1.0, 2.0]))


def test_a_general_rule_without_a_mode_says_so() -> None:
    def half(x: Any) -> Any:
        return x / 2

    wengert.rule(half, "y = half(x)", "x_bar += y_bar / 2")
    assert grad(lambda x: half(x))(1.0) == 0.5
    with pytest.raises(wengert.NoRule, match=r"in forward mode \(W103\)"):
        jvp(lambda x: half(x), (1.0,), (1.0,))


def test_a_constant_function_runs_once_and_has_no_derivative() -> None:
    calls = []

    @constant
    def nearest(x: float) -> float:
        calls.append(x)
        return float(round(x))

    def f(x: float) -> float:
        return x * nearest(x)

    assert value_and_grad(f)(2.2) == (4.4, 2.0) and calls == [2.2]
    assert grad(f)(2.2) == 2.0 and calls == [2.2, 2.2]
    assert jvp(f, (2.2,), (1.0,)) == (4.4, 2.0)


# functions, in JAX's spelling


@custom_vjp
def squared(x: Any, n: int = 2) -> Any:
    return x**n


def squared_fwd(x: Any, n: int) -> Any:
    return x**n, x


def squared_bwd(x: Any, y_bar: Any) -> Any:
    return 2 * x * y_bar, None


squared.defvjp(squared_fwd, squared_bwd)


def loss(x: Any) -> Any:
    total = 0.0
    for k in range(3):
        if k != 1:
            total = total + np.sum(squared(np.sin(k + x)))
    return total


def plain_loss(x: Any) -> Any:
    total = 0.0
    for k in range(3):
        if k != 1:
            total = total + np.sum(np.sin(k + x) ** 2)
    return total


def test_custom_vjp_calls_fwd_in_the_forward_and_bwd_in_the_reverse_sweep() -> None:
    np.testing.assert_allclose(grad(loss)(X), grad(plain_loss)(X))
    text = grad(loss).source(X)
    assert "squared_fwd(" in text and "squared_bwd(" in text


def test_custom_vjp_is_differentiated_again_through_its_functions() -> None:
    np.testing.assert_allclose(jvp(grad(loss), (X,), (X,))[1], jvp(grad(plain_loss), (X,), (X,))[1])
    check_grads(grad(loss), (X,), order=1)
    assert grad(grad(lambda x: squared(x) * x))(2.0) == pytest.approx(12.0)


def test_custom_vjp_has_no_forward_mode() -> None:
    with pytest.raises(wengert.NoRule, match=r"the rule of `squared` .* in forward mode \(W103\)"):
        jvp(loss, (X,), (X,))


def test_custom_vjp_without_rule_says_what_is_missing() -> None:
    @custom_vjp
    def f(x: Any) -> Any:
        return x

    assert f(2.0) == 2.0
    with pytest.raises(wengert.NoRule, match=r"`f` is a custom_vjp whose rule was never given \(W104\).*|.*defvjp"):
        grad(lambda x: f(x))(1.0)


def test_custom_vjp_with_arguments_that_are_not_differentiated() -> None:
    @custom_vjp
    def plain(x: Any, how: str, k: float) -> Any:
        return k * x

    scaled = custom_vjp(lambda how, x, k: k * x, nondiff_argnums=(0,))

    def fwd(how: str, x: Any, k: float) -> Any:
        return k * x, (x, k)

    def bwd(how: str, kept: Any, y_bar: Any) -> Any:
        x, k = kept
        factor = 10.0 if how == "ten" else 1.0
        return factor * k * y_bar, factor * x * y_bar

    scaled.defvjp(fwd, bwd)
    assert grad(lambda x, k: scaled("ten", x, k), (0, 1))(2.0, 3.0) == (30.0, 20.0)
    assert grad(lambda x, k: scaled("one", x, k=k), (0, 1))(2.0, 3.0) == (3.0, 2.0)
    assert plain(1.0, "", 2.0) == 2.0


def test_custom_vjp_of_trees_and_several_results() -> None:
    @custom_vjp
    def polar(p: Any) -> Any:
        return p["r"] * np.cos(p["t"]), p["r"] * np.sin(p["t"])

    def fwd(p: Any) -> Any:
        return (p["r"] * np.cos(p["t"]), p["r"] * np.sin(p["t"])), (p["r"], p["t"])

    def bwd(kept: Any, out_bar: Any) -> Any:
        r, t = kept
        x_bar, y_bar = out_bar
        return ({"r": x_bar * np.cos(t) + y_bar * np.sin(t), "t": r * (y_bar * np.cos(t) - x_bar * np.sin(t))},)

    polar.defvjp(fwd, bwd)

    def f(p: Any) -> Any:
        x, y = polar(p)
        return np.sum(x * x * y)

    def g(p: Any) -> Any:
        x, y = polar.fun(p)
        return np.sum(x * x * y)

    p = {"r": np.array([1.0, 2.0]), "t": np.array([0.3, 0.4])}
    for key in p:
        np.testing.assert_allclose(grad(f)(p)[key], grad(g)(p)[key])


def test_custom_vjp_that_returns_too_few_cotangents_is_refused() -> None:
    f = custom_vjp(lambda x, y: x * y)
    f.defvjp(lambda x, y: (x * y, (x, y)), lambda kept, z_bar: (kept[1] * z_bar,))
    with pytest.raises(wengert.NoRule, match=r"gives 1 cotangents, but a tuple of 2 is needed \(W105\)"):
        grad(lambda x: f(x, x))(1.0)


def test_fwd_runs_once_for_value_and_gradient_and_the_function_itself_not_at_all() -> None:
    calls: list[str] = []

    @custom_vjp
    def f(x: float) -> float:
        calls.append("f")
        return x

    def fwd(x: float) -> Any:
        calls.append("fwd")
        return x, None

    def bwd(_: None, y_bar: float) -> Any:
        calls.append("bwd")
        return (3.0 * y_bar,)

    f.defvjp(fwd, bwd)
    assert value_and_grad(lambda x: f(x) * 2.0)(1.0) == (2.0, 6.0)
    assert calls == ["fwd", "bwd"]


def test_the_gradient_of_a_function_with_a_rule_itself() -> None:
    assert grad(squared)(3.0) == 6.0
    assert grad(softplus)(0.0) == 0.5
    out, pullback = vjp(squared, X)
    np.testing.assert_allclose(pullback(np.ones(3))[0], 2 * X)


@custom_jvp
def log1pexp(x: Any) -> Any:
    return np.log(1.0 + np.exp(x))


@log1pexp.defjvp
def log1pexp_jvp(primals: Any, tangents: Any) -> Any:
    (x,) = primals
    (x_dot,) = tangents
    return log1pexp(x), (1 - 1 / (1 + np.exp(x))) * x_dot


def test_custom_jvp_has_both_modes_and_all_orders() -> None:
    check_rule(log1pexp, X)
    check_grads(lambda x: np.sum(log1pexp(x * x)), (X,), order=3)
    check_grads(lambda x: log1pexp(x) * x, (0.3,), order=3)
    assert "log1pexp_jvp((x,), (x_dot,))" in JVP(lambda x: np.sum(log1pexp(x))).source(X)


def test_custom_jvp_saves_from_overflow_where_the_plain_text_does_not() -> None:
    with np.errstate(over="ignore", invalid="ignore"):
        assert grad(log1pexp)(1000.0) == 1.0
        assert math.isnan(grad(log1pexp.fun)(np.float64(1000.0)))


def test_custom_jvp_by_one_function_for_each_argument() -> None:
    @custom_jvp
    def product(x: Any, y: Any) -> Any:
        return x * y

    product.defjvps(lambda x_dot, out, x, y: x_dot * y, lambda y_dot, out, x, y: x * y_dot)
    check_grads(lambda x, y: product(x, y) ** 2, (2.0, 3.0))


def test_rules_in_rules_are_followed_in_every_order() -> None:
    @custom_jvp
    def outer(x: Any) -> Any:
        return softplus(x) ** 2

    @outer.defjvp
    def outer_jvp(primals: Any, tangents: Any) -> Any:
        (x,), (x_dot,) = primals, tangents
        y = softplus(x)
        return y * y, 2 * y * sigmoid(x) * x_dot

    check_grads(lambda x: np.sum(outer(x)), (X,), order=3)


# checkpoint and stop_gradient


@checkpoint
def step(x: Any, w: Any) -> Any:
    if np.sum(w) > 100:
        return x
    h = np.tanh(w * x)
    return np.sin(h) + np.exp(-h)


def net(x: Any, w: Any) -> Any:
    for _ in range(4):
        x = step(x, w)
    return np.sum(x * x)


def plain_net(x: Any, w: Any) -> Any:
    for _ in range(4):
        x = step.fun(x, w)
    return np.sum(x * x)


def test_a_checkpoint_keeps_the_arguments_alone_and_changes_no_number() -> None:
    text = grad(net).source(X, 0.3)
    assert text.count("_tape = []") == 1 and "x = step(x, w)" in text
    for argnum in (0, 1):
        np.testing.assert_allclose(grad(net, argnum)(X, 0.3), grad(plain_net, argnum)(X, 0.3), rtol=1e-14)
    check_grads(net, (X, 0.3), order=2)


def test_a_checkpoint_of_a_function_with_effects_is_refused() -> None:
    @checkpoint
    def draw(x: Any) -> Any:
        return x * np.random.random()

    with pytest.raises(wengert.Error, match=r"`draw` is run a second time .* may not be done twice \(W106\)"):
        grad(lambda x: draw(x))(1.0)


def test_a_pullback_through_a_checkpoint_can_be_called_again() -> None:
    out, pullback = vjp(net, X, 0.3)
    first, second = pullback(1.0), pullback(2.0)
    np.testing.assert_allclose(2 * first[0], second[0])


def test_stop_gradient_stops_in_both_modes_and_at_every_level() -> None:
    def f(x: Any) -> Any:
        return np.sum(wengert.stop_gradient(x * x) * x * x)

    np.testing.assert_allclose(grad(f)(X), 2 * X**3)
    np.testing.assert_allclose(jvp(f, (X,), (np.ones(3),))[1], np.sum(2 * X**3))
    np.testing.assert_allclose(jvp(grad(f), (X,), (np.ones(3),))[1], 2 * X * X)
    np.testing.assert_allclose(f(X), np.sum(X**4))


def test_stop_gradient_of_a_tree() -> None:
    def f(p: Any) -> Any:
        q = wengert.stop_gradient(p)
        return p["a"] * q["a"] + q["b"][0]

    assert grad(f)({"a": 2.0, "b": (1.0,)}) == {"a": 2.0, "b": (0.0,)}


def test_derivatives_with_rules_are_pickled() -> None:
    import pickle

    derivative = pickle.loads(pickle.dumps(grad(net)))
    np.testing.assert_array_equal(derivative(X, 0.3), grad(net)(X, 0.3))
    assert pickle.loads(pickle.dumps(squared)) is squared
    assert VJP(loss)(X)[1](1.0)[0].shape == (3,)


class Layer:
    def __init__(self, w: float) -> None:
        self.w = w

    def run(self, x: Any) -> Any:
        return self.w * x * x


layer = Layer(3.0)


def through_a_method(x: Any) -> Any:
    return layer.run(x)


def test_a_rule_for_a_method_is_followed_and_seen_when_it_is_given() -> None:
    derivative, bound = grad(through_a_method), grad(layer.run)
    assert derivative(2.0) == 12.0 and bound(2.0) == 12.0
    elementwise(Layer.run, "y = run(self, x)", "x_bar += y_bar * 20 * self.w * x")
    try:
        assert derivative(2.0) == 120.0 and grad(layer.run)(2.0) == 120.0
    finally:
        forget_rule(Layer.run)
    assert derivative(2.0) == 12.0


def test_a_function_with_a_rule_that_writes_into_its_argument_is_refused() -> None:
    @elementwise("y = halved(x)", "x_bar += y_bar / 2")
    def halved(x: Any) -> Any:
        x[0] = 0.0
        return x / 2

    with pytest.raises(wengert.Error, match=r"`halved` has a rule, but writes into what it is given \(W109\)"):
        grad(lambda x: np.sum(halved(x)))(X.copy())


def test_a_helper_that_writes_into_its_argument_is_followed_where_nothing_varies() -> None:
    def fill(b: Any) -> None:
        b[0] = 2.0

    def f(x: Any) -> Any:
        b = np.zeros(3)
        fill(b)
        return b[0] * x

    assert grad(f)(3.0) == 2.0


def test_a_saved_derivative_imports_the_rule_s_functions(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ruled_model.py").write_text(
        "import numpy as np\n"
        "from wengert import custom_vjp, elementwise\n\n\n"
        "def sigmoid(x):\n    return 1 / (1 + np.exp(-x))\n\n\n"
        "@elementwise('y = softplus(x)', 'x_bar += y_bar * sigmoid(x)')\n"
        "def softplus(x):\n    return np.log1p(np.exp(x))\n\n\n"
        "@custom_vjp\ndef square(x):\n    return x * x\n\n\n"
        "def fwd(x):\n    return x * x, x\n\n\n"
        "def bwd(x, y_bar):\n    return (2 * x * y_bar,)\n\n\n"
        "square.defvjp(fwd, bwd)\n\n\n"
        "def loss(x):\n    return np.sum(square(softplus(x)))\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    import importlib

    model = importlib.import_module("ruled_model")
    derivative = grad(model.loss)
    derivative.save(tmp_path / "ruled_saved.py", X)
    saved = importlib.import_module("ruled_saved")
    np.testing.assert_array_equal(saved.grad_loss(X), derivative(X))
    assert "from ruled_model import bwd, fwd, sigmoid, softplus" in (tmp_path / "ruled_saved.py").read_text()
    for name in ("ruled_model", "ruled_saved"):
        del sys.modules[name]


def test_jacobians_go_through_rules_in_the_modes_that_they_have() -> None:
    def through_squared(x: Any) -> Any:
        return squared(x) * x

    def through_blend(x: Any) -> Any:
        return blend(x, x[::-1].copy())

    def through_log1pexp(x: Any) -> Any:
        return log1pexp(x) * x

    for f in (through_squared, through_blend, through_log1pexp):
        numeric = np.stack([(f(X + 1e-6 * v) - f(X - 1e-6 * v)) / 2e-6 for v in np.eye(3)], -1)
        np.testing.assert_allclose(wengert.jacobian(f)(X), numeric, atol=1e-6)
        np.testing.assert_allclose(wengert.jacrev(f)(X), numeric, atol=1e-6)
        if f is not through_squared:
            np.testing.assert_allclose(wengert.jacfwd(f)(X), numeric, atol=1e-6)
    assert wengert.jacobian(squared)(3.0) == 6.0


def test_a_pullback_keeps_what_its_rule_needs_whatever_becomes_of_the_arguments() -> None:
    for f in (lambda x: squared(x) * 1.0, lambda x: log1pexp(x) * 1.0, lambda x: step(x, 0.3) * 1.0):
        x = X.copy()
        out, pullback = vjp(f, x)
        before = pullback(np.ones(3))[0].copy()
        x[:], out[:] = 100.0, 7.0
        np.testing.assert_array_equal(pullback(np.ones(3))[0], before)


def test_explain_says_which_functions_have_rules() -> None:
    assert "softplus has a rule of yours" in grad(energy).explain(X) and "stands for None" not in grad(energy).explain(X)


def powers(x: Any, n: int) -> Any:
    if n == 0:
        return 1.0
    return log1pexp(x) * powers(x, n - 1) + squared(x)


def plain_powers(x: Any, n: int) -> Any:
    if n == 0:
        return 1.0
    return log1pexp.fun(x) * plain_powers(x, n - 1) + x * x


def test_rules_in_a_recursive_function() -> None:
    assert grad(powers)(0.7, 4) == pytest.approx(grad(plain_powers)(0.7, 4))
    assert grad(grad(powers))(0.7, 4) == pytest.approx(grad(grad(plain_powers))(0.7, 4))


def test_a_checkpoint_keeps_what_a_write_inside_destroys() -> None:
    @checkpoint
    def f(x: Any) -> Any:
        h = np.tanh(x)
        s = h * h
        h[0] = 2.0 * x[1]
        return s * h

    np.testing.assert_allclose(grad(lambda x: np.sum(f(x)))(X), grad(lambda x: np.sum(f.fun(x)))(X))
