"""The texts that an expert would write: what we emit is compared to the byte.

Each function is the whole of a file of its own, so that the comments' line numbers count from its first line.
Where our text is better than the expert's, the expected text is ours, and a comment says what is better.
"""

from __future__ import annotations

import copy
import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
import pytest

from wengert import differentiate

IMPORTS = "\n\nimport math\n\nimport numpy as np\n"  # below, so that the function starts in line 1


class Text(NamedTuple):
    module: str
    function: str
    mode: str
    argnums: int | tuple[int, ...]
    arguments: tuple[Any, ...]
    primal: str
    expected: str


def model_arguments() -> tuple[Any, ...]:
    random = np.random.default_rng(3)
    params = {"W1": random.normal(size=(3, 4)), "b1": random.normal(size=4), "W2": random.normal(size=(4, 2)), "b2": random.normal(size=2)}
    return params, random.normal(size=(5, 3)), random.normal(size=(5, 2))


EARLY_RETURN = Text(
    "logistic_map",
    "logistic_map",
    "grad",
    0,
    (0.2, 10),
    '''def logistic_map(x, n):
    if n == 1:
        return x
    else:
        v = x
        for i in range(1, n):
            v = 4 * v * (1 - v)
        return v
''',
    '''def grad_logistic_map(x, n):
    """Gradient of logistic_map.logistic_map with respect to x."""
    if n == 1:
        # line 3: return x
        return 1.0
    # forward sweep
    v = x
    v_tape = []
    for i in range(1, n):
        v_tape.append(v)
        v = 4 * v * (1 - v)

    # reverse sweep
    v_bar = 1.0
    for v in reversed(v_tape):
        # line 7: v = 4 * v * (1 - v)
        v_bar *= 4 * (1 - v) - 4 * v
    return v_bar
''',
)

WHILE_TRUE_WITH_A_BREAK_ON_A_TOLERANCE = Text(
    "newton",
    "newton_sqrt",
    "grad",
    0,
    (2.0, 1e-9),
    '''def newton_sqrt(a, tol):
    x = a
    while True:
        step = (x * x - a) / (2 * x)
        x = x - step
        if abs(step) < tol:
            break
    return x
''',
    '''def grad_newton_sqrt(a, tol):
    """Gradient of newton.newton_sqrt with respect to a."""
    # forward sweep
    x = a
    x_tape = []
    step_tape = []
    while True:
        x_tape.append(x)
        step = (x * x - a) / (2 * x)
        step_tape.append(step)
        x = x - step
        if abs(step) < tol:
            break

    # reverse sweep
    x_bar = 1.0
    a_bar = 0.0
    for x, step in zip(reversed(x_tape), reversed(step_tape)):
        step_1 = 2 * x
        # line 5: x = x - step
        # line 4: step = (x * x - a) / (2 * x)
        step_bar = -x_bar / step_1
        a_bar -= step_bar
        x_bar += step_bar * (step_1 - 2 * step)
    return a_bar + x_bar
''',
)

BRANCHES_AND_CONTINUE_IN_A_LOOP = Text(
    "walk",
    "clipped_walk",
    "grad",
    0,
    (1.7, 6),
    '''def clipped_walk(x, n):
    for i in range(n):
        if x > 1:
            x = math.sqrt(x)
        elif x < -1:
            continue
        else:
            x = x * x + 0.3
    return x
''',
    '''def grad_clipped_walk(x, n):
    """Gradient of walk.clipped_walk with respect to x."""
    # forward sweep
    x_tape = []
    for i in range(n):
        x_tape.append(x)
        if x > 1:
            x = math.sqrt(x)
        elif x < -1:
            continue
        else:
            x = x * x + 0.3

    # reverse sweep
    x_bar = 1.0
    for x in reversed(x_tape):
        if x > 1:
            # line 4: x = math.sqrt(x)
            x_bar /= 2 * math.sqrt(x)
        elif x < -1:
            continue
        else:
            # line 8: x = x * x + 0.3
            x_bar *= 2 * x
    return x_bar
''',
)

A_TREE_OF_PARAMETERS = Text(
    "model",
    "loss",
    "grad",
    0,
    model_arguments(),
    '''def loss(params, x, y):
    h = np.maximum(x @ params["W1"] + params["b1"], 0)
    p = h @ params["W2"] + params["b2"]
    return np.mean((p - y) ** 2)
''',
    '''def grad_loss(params, x, y):
    """Gradient of model.loss with respect to params."""
    # forward sweep
    h_1 = x @ params["W1"] + params["b1"]
    h = np.maximum(h_1, 0)
    p = h @ params["W2"] + params["b2"]

    # reverse sweep
    # line 4: return np.mean((p - y) ** 2)
    p_bar = 2 / p.size * (p - y)
    # line 3: p = h @ params["W2"] + params["b2"]
    b2_bar = p_bar.sum(axis=0)
    W2_bar = h.T @ p_bar
    # line 2: h = np.maximum(x @ params["W1"] + params["b1"], 0)
    h_1_bar = p_bar @ params["W2"].T * ((h_1 > 0) + 0.5 * (h_1 == 0))
    b1_bar = h_1_bar.sum(axis=0)
    W1_bar = x.T @ h_1_bar
    return {"W1": W1_bar, "b1": b1_bar, "W2": W2_bar, "b2": b2_bar}
''',
)

A_PULLBACK = Text(
    "polar",
    "polar",
    "vjp",
    (0, 1),
    (2.0, 0.5),
    '''def polar(r, t):
    return r * math.cos(t), r * math.sin(t)
''',
    '''def vjp_polar(r, t):
    """Value and pullback of polar.polar."""
    # forward sweep
    out_1 = math.cos(t)
    out_2 = math.sin(t)

    def pullback(out_bar):
        # line 2: return r * math.cos(t), r * math.sin(t)
        r_bar = out_bar[0] * out_1 + out_bar[1] * out_2
        t_bar = out_bar[1] * r * out_1 - out_bar[0] * r * out_2
        return r_bar, t_bar

    return (r * out_1, r * out_2), pullback
''',
)

FORWARD_MODE = Text(
    "logistic_map",
    "logistic_map",
    "jvp",
    0,
    (0.2, 10),
    '''def logistic_map(x, n):
    if n == 1:
        return x
    else:
        v = x
        for i in range(1, n):
            v = 4 * v * (1 - v)
        return v
''',
    '''def jvp_logistic_map(x, n, x_dot):
    """Value and tangent of logistic_map.logistic_map along x_dot."""
    if n == 1:
        return x, x_dot
    v = x
    v_dot = x_dot
    for i in range(1, n):
        v_dot *= 4 * (1 - v) - 4 * v
        v = 4 * v * (1 - v)
    return v, v_dot
''',
)

# The pieces of a sum are undone in the order opposite to the one in which they were computed.
AN_IN_PLACE_STENCIL = Text(
    "heat",
    "heat",
    "grad",
    0,
    (np.linspace(1.0, 2.0, 7) ** 2, 3, 0.1),
    '''def heat(u, steps, c):
    for k in range(steps):
        u[1:-1] += c * (u[2:] - 2 * u[1:-1] + u[:-2])
    return np.sum(u * u)
''',
    '''def grad_heat(u, steps, c):
    """Gradient of heat.heat with respect to u."""
    # forward sweep
    for k in range(steps):
        u[1:-1] += c * (u[2:] - 2 * u[1:-1] + u[:-2])

    # reverse sweep
    # line 4: return np.sum(u * u)
    u_bar = 2 * u
    for k in range(steps):
        # line 3: u[1:-1] += c * (u[2:] - 2 * u[1:-1] + u[:-2])
        u_1_bar = c * u_bar[1:-1]
        u_bar[:-2] += u_1_bar
        u_bar[1:-1] -= 2 * u_1_bar
        u_bar[2:] += u_1_bar
    return u_bar
''',
)

# An element of the adjoint that is read three times is read once and named.
FILLING_AN_ARRAY = Text(
    "prefix",
    "prefix",
    "grad",
    (0, 1),
    (np.linspace(0.3, 1.2, 6), 0.8),
    '''def prefix(a, w):
    y = np.zeros(len(a))
    y[0] = a[0]
    for i in range(1, len(a)):
        y[i] = w * y[i - 1] + np.tanh(a[i])
    return y[-1]
''',
    '''def grad_prefix(a, w):
    """Gradient of prefix.prefix with respect to a and w."""
    # forward sweep
    y = np.zeros(len(a))
    y[0] = a[0]
    y_1_tape = []
    for i in range(1, len(a)):
        y_1 = np.tanh(a[i])
        y_1_tape.append(y_1)
        y[i] = w * y[i - 1] + y_1

    # reverse sweep
    # line 6: return y[-1]
    y_bar = np.zeros_like(y)
    y_bar[-1] = 1.0
    a_bar = np.zeros_like(a)
    w_bar = 0.0
    for i, y_1 in zip(reversed(range(1, len(a))), reversed(y_1_tape)):
        # line 5: y[i] = w * y[i - 1] + np.tanh(a[i])
        y_2_bar = y_bar[i]
        a_bar[i] += y_2_bar * (1 - y_1 ** 2)
        y_bar[i - 1] += y_2_bar * w
        w_bar += y_2_bar * y[i - 1]
    # line 3: y[0] = a[0]
    a_bar[0] += y_bar[0]
    return a_bar, float(w_bar)
''',
)

A_SHORT_USER_FUNCTION = Text(
    "relu",
    "two_layers",
    "grad",
    1,
    (0.7, 0.9, -0.1, 1.3, 0.2),
    '''def softplus(z):
    return math.log1p(math.exp(z))

def two_layers(x, w1, b1, w2, b2):
    return softplus(w2 * softplus(w1 * x + b1) + b2)
''',
    '''def grad_two_layers(x, w1, b1, w2, b2):
    """Gradient of relu.two_layers with respect to w1."""
    # forward sweep
    out_1 = math.exp(w1 * x + b1)
    out_2 = math.exp(w2 * math.log1p(out_1) + b2)

    # reverse sweep
    # line 2: return math.log1p(math.exp(z))   (softplus, called in line 5)
    z_bar = out_2 / (1 + out_2)
    # line 5: return softplus(w2 * softplus(w1 * x + b1) + b2)
    # line 2: return math.log1p(math.exp(z))   (softplus, called in line 5)
    z_bar = z_bar * w2 / (1 + out_1) * out_1
    # line 5: return softplus(w2 * softplus(w1 * x + b1) + b2)
    return z_bar * x
''',
)

RECURSION = Text(  # ours factors out the bar, and says which line a part comes from
    "power",
    "power",
    "grad",
    0,
    (1.1, 7),
    '''def power(x, n):
    if n == 0:
        return 1.0
    h = power(x, n // 2)
    if n % 2:
        return x * h * h
    return h * h
''',
    '''def power_forward(x, n):
    if n == 0:
        return 1.0, None
    h, h_saved = power_forward(x, n // 2)
    if n % 2:
        return x * h * h, (h, h_saved)
    return h * h, (h, h_saved)


def power_backward(x, n, saved, out_bar):
    if n == 0:
        return 0.0
    h, h_saved = saved
    if n % 2:
        # line 6: return x * h * h
        out_1_bar = out_bar * h
        h_bar = out_1_bar * x + out_bar * (x * h)
        x_bar = out_1_bar * h
    else:
        # line 7: return h * h
        h_bar = out_bar * (2 * h)
        x_bar = 0.0
    # line 4: h = power(x, n // 2)
    return x_bar + power_backward(x, n // 2, h_saved, h_bar)


def grad_power(x, n):
    """Gradient of power.power with respect to x."""
    out, saved = power_forward(x, n)
    return power_backward(x, n, saved, 1.0)
''',
)

NESTED_LOOPS = Text(
    "coupled",
    "coupled",
    "grad",
    0,
    (0.6, 3, 2),
    '''def coupled(x, n, m):
    s = 1.0
    for i in range(n):
        y = x
        for j in range(m):
            y = math.sin(y) + s
        s = s * y
    return s
''',
    '''def grad_coupled(x, n, m):
    """Gradient of coupled.coupled with respect to x."""
    # forward sweep
    s = 1.0
    s_tape = []
    y_tape = []
    y_tapes = []
    for i in range(n):
        s_tape.append(s)
        y = x
        y_tape_1 = []
        for j in range(m):
            y_tape_1.append(y)
            y = math.sin(y) + s
        y_tape.append(y)
        y_tapes.append(y_tape_1)
        s = s * y

    # reverse sweep
    s_bar = 1.0
    x_bar = 0.0
    for s, y, y_tape in zip(reversed(s_tape), reversed(y_tape), reversed(y_tapes)):
        # line 7: s = s * y
        y_bar = s_bar * s
        s_bar *= y
        for y in reversed(y_tape):
            # line 6: y = math.sin(y) + s
            s_bar += y_bar
            y_bar *= math.cos(y)
        x_bar += y_bar
    return x_bar
''',
)

AN_EXIT_BETWEEN_TWO_SAVES = Text(
    "settle",
    "settle",
    "grad",
    0,
    (0.4, 5),
    '''def settle(t, n):
    for i in range(n):
        a = math.sin(t)
        if a > 0.9:
            break
        b = math.sqrt(a + 2)
        t = b * t
    return t
''',
    '''def grad_settle(t, n):
    """Gradient of settle.settle with respect to t."""
    # forward sweep
    t_tape = []
    b_tape = []
    for i in range(n):
        t_tape.append(t)
        a = math.sin(t)
        if a > 0.9:
            break
        b = math.sqrt(a + 2)
        b_tape.append(b)
        t = b * t

    # reverse sweep
    t_bar = 1.0
    b_back = reversed(b_tape)
    for t in reversed(t_tape):
        if math.sin(t) > 0.9:
            continue
        b = next(b_back)
        # line 7: t = b * t
        b_bar = t_bar * t
        t_bar *= b
        # line 6: b = math.sqrt(a + 2)
        # line 3: a = math.sin(t)
        t_bar += b_bar / (2 * b) * math.cos(t)
    return t_bar
''',
)

TEXTS = {
    "1": EARLY_RETURN,
    "2": WHILE_TRUE_WITH_A_BREAK_ON_A_TOLERANCE,
    "3": BRANCHES_AND_CONTINUE_IN_A_LOOP,
    "4": A_TREE_OF_PARAMETERS,
    "5": A_PULLBACK,
    "6": FORWARD_MODE,
    "8": AN_IN_PLACE_STENCIL,
    "9": FILLING_AN_ARRAY,
    "10": A_SHORT_USER_FUNCTION,
    "11": RECURSION,
    "13": NESTED_LOOPS,
    "14": AN_EXIT_BETWEEN_TWO_SAVES,
}


@pytest.fixture
def written(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[tuple[Text, ModuleType]]:
    text = TEXTS[request.param]
    path = tmp_path / f"{text.module}.py"
    path.write_text(text.primal + IMPORTS)
    spec = importlib.util.spec_from_file_location(text.module, path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    kept = sys.modules.get(text.module)
    sys.modules[text.module] = module
    spec.loader.exec_module(module)
    yield text, module
    del sys.modules[text.module]
    if kept is not None:
        sys.modules[text.module] = kept


def derivative(text: Text, module: ModuleType) -> Any:
    return getattr(differentiate(getattr(module, text.function), argnums=text.argnums), text.mode)


@pytest.mark.parametrize("written", TEXTS, indirect=True)
def test_the_text_is_what_an_expert_writes(written: tuple[Text, ModuleType]) -> None:
    text, module = written
    assert derivative(text, module).source(*text.arguments).strip() == text.expected.strip()


@pytest.mark.parametrize("written", TEXTS, indirect=True)
def test_the_expert_and_we_get_the_same_numbers(written: tuple[Text, ModuleType]) -> None:
    text, module = written
    expert = dict(vars(module))
    exec(text.expected, expert)
    by_hand = expert[f"{text.mode}_{text.function}"]
    ours = derivative(text, module)
    if text.mode == "jvp":
        assert_same(ours.compiled(*text.arguments)(*text.arguments, 1.0), by_hand(*text.arguments, 1.0))
    elif text.mode == "vjp":
        (out, pullback), (out_by_hand, pullback_by_hand) = ours(*text.arguments), by_hand(*text.arguments)
        assert_same(out, out_by_hand)
        assert_same(pullback((0.3, -0.7)), pullback_by_hand((0.3, -0.7)))
    else:
        assert_same(ours(*copy.deepcopy(text.arguments)), by_hand(*copy.deepcopy(text.arguments)))


def assert_same(found: Any, expected: Any) -> None:
    if isinstance(expected, dict):
        assert list(found) == list(expected)
        found, expected = tuple(found.values()), tuple(expected.values())
    if isinstance(expected, tuple):
        assert len(found) == len(expected)
        for one, other in zip(found, expected, strict=True):
            assert_same(one, other)
    else:
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-14)
