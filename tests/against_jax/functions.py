"""Functions of which JAX and wengert take the same derivatives: the test reads this file twice, for JAX with `jax.numpy` as `np`.

The name says the value: `s_` one number, `v_` an array, `t_` a tree. Each stands in `ARGUMENTS` with what it is called with.
"""

from typing import NamedTuple

import numpy as np


class Layer(NamedTuple):
    w: object
    b: object


def s_square(x):
    return x * x


def s_rational(x, y):
    return x / (1.0 + y * y) - y / x


def s_power(x, y):
    return x**y + x**3 + 2.0**x


def s_trigonometric(x):
    return np.sin(x) * np.cos(2.0 * x) + np.tan(x / 3.0) + np.arctan(x) + np.arcsin(x / 4.0)


def s_exponential(x):
    return np.exp(-x * x) + np.log(1.0 + x) + np.log1p(x) + np.expm1(x) + np.sqrt(x) + np.tanh(x)


def s_hyperbolic(x):
    return np.sinh(x) + np.cosh(x) * np.arcsinh(x) + np.arctanh(x / 3.0)


def s_two_arguments(x, y):
    return np.arctan2(x, y) + np.hypot(x, y) + np.logaddexp(x, y)


def s_logistic_map(x, n):
    v = x
    for _ in range(n):
        v = 4.0 * v * (1.0 - v)
    return v


def s_newton_iteration(x):
    r = x
    for _ in range(6):
        r = 0.5 * (r + x / r)
    return r


def s_horner(x, c):
    total = 0.0
    for i in range(4):
        total = total * x + c[i]
    return total


def s_branch(x, positive):
    if positive:
        return x**3
    return -x


def s_sum_of_squares(x):
    return np.sum(x * x)


def s_dot(x, y):
    return x @ y


def s_quadratic_form(x, a):
    return x @ a @ x


def s_mean_and_variance(x):
    return np.mean(x) * np.var(x) + np.std(x)


def s_rosenbrock(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def s_product(x):
    return np.prod(x)


def s_logsumexp(x):
    m = np.max(x)
    return m + np.log(np.sum(np.exp(x - m)))


def s_norm(x):
    return np.sqrt(np.sum(x * x)) + np.linalg.norm(x)


def s_softmax_entropy(x):
    p = np.exp(x) / np.sum(np.exp(x))
    return -np.sum(p * np.log(p))


def s_where(x):
    return np.sum(np.where(x > 0.5, x**2, np.exp(x)))


def s_extremes(x, y):
    return np.sum(np.maximum(x, y) * np.minimum(x, y)) + np.max(x) - np.min(y)


def s_absolute(x):
    return np.sum(np.abs(x) ** 1.5)


def s_cumulative(x):
    return np.sum(np.cumsum(x) ** 2)


def s_trace(a, b):
    return np.trace(a @ b.T)


def s_determinant(a):
    return np.linalg.det(a)


def s_inverse(a):
    return np.sum(np.linalg.inv(a) ** 2)


def s_solve(a, b):
    return np.sum(np.linalg.solve(a, b) ** 2)


def s_outer(x, y):
    return np.sum(np.outer(x, y) ** 2)


def s_einsum(a, x):
    return np.einsum("i,ij,j->", x, a, x)


def s_broadcast(a, x, c):
    return np.sum((a * x + c) ** 2)


def s_axes(a):
    return np.sum(np.sum(a, axis=0) ** 2) + np.sum(np.mean(a, axis=1, keepdims=True) * a)


def s_reshaped(a):
    return np.sum(np.reshape(a, (-1,))[1:] * np.transpose(a).reshape(-1)[:-1])


def s_stacked(x, y):
    return np.sum(np.concatenate([x, 2.0 * y]) ** 2) + np.sum(np.stack([x, y]) ** 3)


def s_layers(params, x):
    h = np.tanh(x @ params["w1"] + params["b1"])
    return np.sum((h @ params["w2"] + params["b2"]) ** 2)


def s_list_of_layers(layers, x):
    for w, b in layers:
        x = np.tanh(x @ w + b)
    return np.sum(x)


def s_namedtuple(layer, x):
    return np.sum(np.tanh(x @ layer.w + layer.b))


def s_nested_tree(p):
    return p["a"][0] * p["b"] ** 2 + p["a"][1]["c"] * p["a"][0]


def s_three_arguments(x, y, z):
    return x * y**2 * np.exp(z)


def s_regression(w, x, y):
    return np.mean((x @ w - y) ** 2) + 0.1 * np.sum(w * w)


def s_logistic_loss(w, x, y):
    return np.mean(np.log1p(np.exp(-y * (x @ w))))


def s_pairwise(x):
    d = x[:, None] - x[None, :]
    return np.sum(np.exp(-(d**2)))


def s_heat_steps(u):
    for _ in range(3):
        u = np.concatenate([u[:1], u[1:-1] + 0.1 * (u[2:] - 2.0 * u[1:-1] + u[:-2]), u[-1:]])
    return np.sum(u * u)


def v_elementwise(x):
    return np.sin(x) * x


def v_matrix_product(a, x):
    return a @ x


def v_outer(x, y):
    return np.outer(x, y)


def v_polar(x):
    return np.array([x[0] * np.cos(x[1]), x[0] * np.sin(x[1])])


def v_residuals(p, t):
    return p[0] * np.exp(-p[1] * t) + p[2]


def v_of_number(x):
    return np.array([x, x**2, np.sin(x)])


def v_softmax(x):
    e = np.exp(x - np.max(x))
    return e / np.sum(e)


def v_lorenz(u, s):
    return np.array([s * (u[1] - u[0]), u[0] * (28.0 - u[2]) - u[1], u[0] * u[1] - 8.0 / 3.0 * u[2]])


def v_differences(x):
    return x[1:] - x[:-1] ** 2


def v_matrix(a):
    return a @ a.T


def v_transposed(a):
    return np.transpose(a) * 2.0


def v_rows(a):
    return np.sum(a**2, axis=1)


def v_solved(a, b):
    return np.linalg.solve(a, b)


def v_cumulative(x):
    return np.cumsum(x * x)


def v_joined(x, y):
    return np.concatenate([x * y[0], y])


def v_looped(x):
    y = x
    for _ in range(3):
        y = np.tanh(y) + x[0]
    return y


def t_dict(x):
    return {"sum": np.sum(x), "square": x * x}


def t_tuple(x, y):
    return x * y, (np.sin(x), y)


def t_of_tree(p):
    return [p["a"] * p["b"], p["b"]]


_x = np.array([0.3, 0.7, 1.1])
_y = np.array([0.9, 0.4, 0.6])
_a = np.array([[2.0, 0.3, 0.1], [0.2, 1.5, 0.4], [0.3, 0.1, 1.8]])
_r = np.array([[0.5, -0.2, 0.8], [0.1, 0.9, -0.4]])
_layers = {"w1": _r.T, "b1": np.array([0.1, 0.2]), "w2": _r, "b2": _x}

ARGUMENTS = {
    "s_square": (1.5,), "s_rational": (1.2, 0.7), "s_power": (1.3, 0.8), "s_trigonometric": (0.6,), "s_exponential": (0.4,),
    "s_hyperbolic": (0.5,), "s_two_arguments": (0.6, 1.1), "s_logistic_map": (0.2, 4), "s_newton_iteration": (2.0,), "s_horner": (0.7, _r.ravel()[:4]),
    "s_branch": (1.4, True), "s_sum_of_squares": (_x,), "s_dot": (_x, _y), "s_quadratic_form": (_x, _a), "s_mean_and_variance": (_x,),
    "s_rosenbrock": (_x,), "s_product": (_x,), "s_logsumexp": (_x,), "s_norm": (_x,), "s_softmax_entropy": (_x,), "s_where": (_x,),
    "s_extremes": (_x, _y), "s_absolute": (_r,), "s_cumulative": (_x,), "s_trace": (_a, _r[np.array([0, 1, 0])]), "s_determinant": (_a,),
    "s_inverse": (_a,), "s_solve": (_a, _x), "s_outer": (_x, _y), "s_einsum": (_a, _x), "s_broadcast": (_r, _x, 0.5), "s_axes": (_r,),
    "s_reshaped": (_r,), "s_stacked": (_x, _y), "s_layers": (_layers, _r), "s_list_of_layers": ([(_a, _x), (_a.T, _y)], _r),
    "s_namedtuple": (Layer(_a, _x), _r), "s_nested_tree": ({"a": [1.5, {"c": 0.5}], "b": 2.0},), "s_three_arguments": (1.2, 0.5, 0.3),
    "s_regression": (_x, _r, _y[:2]), "s_logistic_loss": (_x, _r, np.array([1.0, -1.0])), "s_pairwise": (_x,), "s_heat_steps": (np.linspace(0.0, 1.0, 6) ** 2,),
    "v_elementwise": (_x,), "v_matrix_product": (_a, _x), "v_outer": (_x, _y), "v_polar": (_x[:2],), "v_residuals": (_x, _y), "v_of_number": (0.7,),
    "v_softmax": (_x,), "v_lorenz": (_x, 10.0), "v_differences": (_x,), "v_matrix": (_r,), "v_transposed": (_r,), "v_rows": (_r,),
    "v_solved": (_a, _x), "v_cumulative": (_x,), "v_joined": (_x, _y), "v_looped": (_x,),
    "t_dict": (_x,), "t_tuple": (_x, 0.5), "t_of_tree": ({"a": _x, "b": 2.0},),
}  # fmt: skip
