"""Prices, filters, tables and root finders as they stand in papers' repositories, in both modes against differences."""

from __future__ import annotations

import math
from math import erf, exp, log, sqrt

import numpy as np
import pytest
from whole_functions import Case, agree, collecting

from wengert import check_grads

CASES: dict[str, Case] = {}
case = collecting(CASES)


def norm_cdf(x: float) -> float:
    return 0.5 * (1.0 + erf(x / sqrt(2.0)))


@case(100.0, 95.0, 0.5, 0.02, 0.25, "put")
def black_scholes(S: float, K: float, T: float, r: float, sigma: float, option: str = "call") -> float:
    """Price of a European option."""
    assert S > 0 and K > 0, "prices must be positive"
    if T <= 0:
        return max(S - K, 0.0) if option == "call" else max(K - S, 0.0)
    d1 = (log(S / K) + (r + sigma**2 / 2) * T) / (sigma * sqrt(T))
    d2 = d1 - sigma * sqrt(T)
    if option == "call":
        return S * norm_cdf(d1) - K * exp(-r * T) * norm_cdf(d2)
    elif option == "put":
        return K * exp(-r * T) * norm_cdf(-d2) - S * norm_cdf(-d1)
    else:
        raise ValueError(f"Unknown option type: {option}")


@case(100.3, 97.1, 1.0, 0.05, 0.2, 12)
def crr_american_put(S, K, T, r, sigma, N):
    dt = T / N
    u = math.exp(sigma * math.sqrt(dt))
    d = 1 / u
    p = (math.exp(r * dt) - d) / (u - d)
    disc = math.exp(-r * dt)
    values = [max(K - S * u**j * d ** (N - j), 0) for j in range(N + 1)]
    for i in range(N - 1, -1, -1):
        for j in range(i + 1):
            hold = disc * (p * values[j + 1] + (1 - p) * values[j])
            exercise = K - S * u**j * d ** (i - j)
            values[j] = max(hold, exercise)
    return values[0]


@case(np.array([0.01, -0.02, 0.015, -0.03, 0.02]), 0.1, 0.85)
def garch_loglik(returns, alpha, beta, omega=1e-5):
    n = len(returns)
    h = np.zeros(n)
    h[0] = np.var(returns)
    ll = 0.0
    for t in range(n):
        if t > 0:
            h[t] = omega + alpha * returns[t - 1] ** 2 + beta * h[t - 1]
        ll += -0.5 * (np.log(2 * np.pi) + np.log(h[t]) + returns[t] ** 2 / h[t])
    return ll


def sigmoid(z):
    if z >= 0:
        return 1 / (1 + math.exp(-z))
    ez = math.exp(z)
    return ez / (1 + ez)


@case([[[0.1, 0.2, -0.1], [0.3, -0.4, 0.2]], [[0.5, -0.6, 0.1]]], [[0.0, 1.0], [1.0, 1.0], [1.0, 0.0]], [1.0, 0.0, 1.0])
def backprop_from_scratch(net, inputs, targets):
    """Neural network with lists of lists, as on Machine Learning Mastery."""
    err = 0.0
    for row, target in zip(inputs, targets):
        activations = row
        for layer in net:
            new = []
            for neuron in layer:
                a = neuron[-1]
                for i in range(len(neuron) - 1):
                    a += neuron[i] * activations[i]
                new.append(sigmoid(a))
            activations = new
        err += (target - activations[0]) ** 2
    return err / len(targets)


@case(np.array([[0.0, 0.1], [1.0, 1.2], [0.2, -0.1], [1.1, 0.9], [2.0, 0.1]]), 2)
def kmeans_inertia(X, k, n_iter=5):
    centers = X[:k].copy()
    for _ in range(n_iter):
        d = ((X[:, None, :] - centers[None, :, :]) ** 2).sum(axis=2)
        labels = d.argmin(axis=1)
        for j in range(k):
            members = X[labels == j]
            if len(members) > 0:
                centers[j] = members.mean(axis=0)
    return sum(np.sum((X[i] - centers[labels[i]]) ** 2) for i in range(len(X)))


@case(np.array([0.0, 0.5, 1.0, 1.7]), np.array([0.1, 0.4, 0.8, 0.2]), 0.6, 1.1, 0.1)
def gp_marginal(x, y, ell, sf, sn):
    n = x.shape[0]
    K = np.zeros((n, n))
    for i in range(n):
        for j in range(i + 1):
            K[i, j] = K[j, i] = sf**2 * np.exp(-0.5 * (x[i] - x[j]) ** 2 / ell**2)
        K[i, i] += sn**2
    L = np.linalg.cholesky(K)
    alpha = np.linalg.solve(L.T, np.linalg.solve(L, y))
    return -0.5 * y @ alpha - np.log(np.diag(L)).sum() - n / 2 * np.log(2 * np.pi)


@case(np.sin(np.arange(16) * 0.7), 0.3)
def iir_biquad(x, fc, Q=0.707):
    w0 = 2 * math.pi * fc / 2
    alpha = math.sin(w0) / (2 * Q)
    cosw = math.cos(w0)
    b = [(1 - cosw) / 2, 1 - cosw, (1 - cosw) / 2]
    a = [1 + alpha, -2 * cosw, 1 - alpha]
    y = [0.0] * len(x)
    for n in range(len(x)):
        y[n] = b[0] * x[n]
        if n >= 1:
            y[n] += b[1] * x[n - 1] - a[1] * y[n - 1]
        if n >= 2:
            y[n] += b[2] * x[n - 2] - a[2] * y[n - 2]
        y[n] /= a[0]
    return sum(v * v for v in y)


@case([1.0, 0.5, -0.3, 0.2], [0.2, 0.7, 0.1])
def convolve_lists(f, g):
    n = len(f) + len(g) - 1
    out = [0] * n
    for i, a in enumerate(f):
        for j, b in enumerate(g):
            out[i + j] += a * b
    return max(out) * sum(out[::2]) + out[-1]


@case([4.0, 3.0, 2.0, 1.5], 3)
def levinson_durbin(r, order):
    a = [1.0] + [0.0] * order
    e = r[0]
    for i in range(1, order + 1):
        acc = r[i]
        for j in range(1, i):
            acc += a[j] * r[i - j]
        k = -acc / e
        new = a[:]
        for j in range(1, i):
            new[j] = a[j] + k * a[i - j]
        new[i] = k
        a = new
        e *= 1 - k * k
    return e + a[1] * a[order]


@case(np.cos(np.arange(20) * 0.5), 0.1, 3)
def lms_filter(d, mu, taps):
    w = np.zeros(taps)
    x = np.concatenate((np.zeros(taps), d))
    err = []
    for n in range(len(d)):
        u = x[n : n + taps][::-1]
        e = d[n] - w @ u
        w += 2 * mu * e * u
        err.append(e**2)
    return np.mean(err[-5:])


@case(0.4, 0.1, 0.05)
def pid_controller(kp, ki, kd):
    setpoint, y, integral, prev = 1.0, 0.0, 0.0, 1.0
    dt = 0.1
    cost = 0.0
    for k in range(30):
        e = setpoint - y
        integral += e * dt
        integral = min(max(integral, -0.5), 0.5)
        u = kp * e + ki * integral + kd * (e - prev) / dt
        if u > 0.6:
            u = 0.6
        elif u < -0.6:
            u = -0.6
        y += dt * (-y + 2 * u)
        prev = e
        cost += e * e * dt
    return cost


@case([0.5, 0.2, 0.1], {"incub": 0.2, "recov": 0.1, "rate": 0.4})
def seir_age(contact, params):
    groups = [{"S": 0.9 / 3, "E": 0.02, "I": 0.01, "R": 0.0} for _ in contact]
    for step in range(10):
        force = sum(c * g["I"] for c, g in zip(contact, groups)) * params["rate"]
        for g in groups:
            se = force * g["S"]
            ei = params["incub"] * g["E"]
            ir = params["recov"] * g["I"]
            g["S"] -= se
            g["E"] += se - ei
            g["I"] += ei - ir
            g["R"] += ir
    return sum(g["R"] for g in groups) + groups[0]["I"]


@case(np.array([1.0, 3.0, 2.0, 5.0, 4.0, 6.0]), 0.3, 0.1)
def holt_winters(series, alpha, beta):
    level, trend = series[0], series[1] - series[0]
    sse = 0.0
    for n in range(1, len(series)):
        value = series[n]
        forecast = level + trend
        sse += (value - forecast) ** 2
        last_level, level = level, alpha * value + (1 - alpha) * (level + trend)
        trend = beta * (level - last_level) + (1 - beta) * trend
    return sse


@case(1.3, 0.6)
def kepler(M: float, e: float) -> float:
    M = math.fmod(M, 2 * math.pi)
    E = M if e < 0.8 else math.pi
    F = E - e * math.sin(M) - M
    i = 0
    while abs(F) > 1e-14 and i < 50:
        E = E - F / (1.0 - e * math.cos(E))
        F = E - e * math.sin(E) - M
        i += 1
    nu = 2 * math.atan2(math.sqrt(1 + e) * math.sin(E / 2), math.sqrt(1 - e) * math.cos(E / 2))
    return math.remainder(nu, 2 * math.pi)


@case(1.1, 0.4, 1.0, 0.8, "down")
def two_link_ik(x, y, l1, l2, elbow="up"):
    d2 = x * x + y * y
    c2 = (d2 - l1**2 - l2**2) / (2 * l1 * l2)
    if not -1 <= c2 <= 1:
        raise ValueError("target out of reach")
    s2 = math.sqrt(1 - c2 * c2)
    s2 = math.copysign(s2, -1.0 if elbow == "down" else 1.0)
    t2 = math.atan2(s2, c2)
    t1 = math.atan2(y, x) - math.atan2(l2 * s2, l1 + l2 * c2)
    return t1 + 2 * t2


@case([0.0, 1.0, 2.5, 3.6], [1.0, 2.0, 0.5, 3.0], 1.7)
def natural_cubic_spline(x, y, xq):
    n = len(x) - 1
    h = [x[i + 1] - x[i] for i in range(n)]
    alpha = [0.0] * (n + 1)
    for i in range(1, n):
        alpha[i] = 3 * (y[i + 1] - y[i]) / h[i] - 3 * (y[i] - y[i - 1]) / h[i - 1]
    l, mu, z = [1.0] * (n + 1), [0.0] * (n + 1), [0.0] * (n + 1)
    for i in range(1, n):
        l[i] = 2 * (x[i + 1] - x[i - 1]) - h[i - 1] * mu[i - 1]
        mu[i] = h[i] / l[i]
        z[i] = (alpha[i] - h[i - 1] * z[i - 1]) / l[i]
    b, c, d = [None] * n, [0.0] * (n + 1), [None] * n
    for j in range(n - 1, -1, -1):
        c[j] = z[j] - mu[j] * c[j + 1]
        b[j] = (y[j + 1] - y[j]) / h[j] - h[j] * (c[j + 1] + 2 * c[j]) / 3
        d[j] = (c[j + 1] - c[j]) / (3 * h[j])
    k = 0
    while k < n - 1 and xq > x[k + 1]:
        k += 1
    t = xq - x[k]
    return y[k] + b[k] * t + c[k] * t**2 + d[k] * t**3


@case([1.0, 2.0, 4.0, 5.0], [1.0, 4.0, 2.0, 3.0], 3.1)
def newton_divided_differences(xs, ys, x):
    n = len(xs)
    coef = ys.copy()
    for j in range(1, n):
        for i in range(n - 1, j - 1, -1):
            coef[i] = (coef[i] - coef[i - 1]) / (xs[i] - xs[i - j])
    p = coef[-1]
    for k in range(n - 2, -1, -1):
        p = p * (x - xs[k]) + coef[k]
    return p


@case(0.2, 1.9)
def romberg(a, b):
    f = lambda x: math.exp(-x * x) * math.sin(3 * x)
    R = [[0.5 * (b - a) * (f(a) + f(b))]]
    n = 1
    for i in range(1, 6):
        n *= 2
        h = (b - a) / n
        s = sum(f(a + k * h) for k in range(1, n, 2))
        row = [0.5 * R[i - 1][0] + h * s]
        for j in range(1, i + 1):
            row.append(row[j - 1] + (row[j - 1] - R[i - 1][j - 1]) / (4**j - 1))
        R.append(row)
    return R[-1][-1]


@case(np.array([[2.0, 1.0, 0.3], [1.0, 3.0, 0.1], [0.2, 0.5, 1.5]]), np.array([1.0, 1.0, 1.0]))
def power_iteration(A, v):
    lam_old = 0.0
    for k in range(200):
        w = A @ v
        v = w / np.linalg.norm(w)
        lam = v @ A @ v
        if abs(lam - lam_old) < 1e-14:
            break
        lam_old = lam
    return lam


@case([[0.0, 0.0], [1.0, 2.0], [3.0, 3.0], [4.0, 0.0]], 0.3)
def de_casteljau(points, t):
    pts = [list(p) for p in points]
    while len(pts) > 1:
        pts = [[(1 - t) * a + t * b for a, b in zip(p, q)] for p, q in zip(pts, pts[1:])]
    return pts[0][0] * pts[0][1]


@case(np.array([4.0, -1.0, -1.0, 4.0, -1.0, 4.0]), np.array([1.0, 2.0, 3.0]))
def csr_gauss_seidel(data, b):
    indptr, indices = [0, 2, 4, 6], [0, 1, 1, 0, 0, 2]
    x = np.zeros(len(b))
    for sweep in range(4):
        for i in range(len(b)):
            s = 0.0
            diag = 1.0
            for jj in range(indptr[i], indptr[i + 1]):
                j = indices[jj]
                if j == i:
                    diag = data[jj]
                else:
                    s += data[jj] * x[j]
            x[i] = (b[i] - s) / diag
    return x.dot(x)


@case(3.7, -1.2)
def scalar_math_zoo(x, y):
    if math.isnan(x) or math.isinf(y):
        return float("nan")
    a = math.fmod(x, 1.5) + math.remainder(x, 2.0) + math.copysign(x, y) + math.fabs(y)
    n = int(x) + round(y) + math.floor(x) + math.ceil(y)
    frac, whole = math.modf(x)
    m = divmod(x, 1.1)[1]
    return float(a) * n + frac * whole + m + math.hypot(x, y) + pow(x, 2) + math.degrees(y) / 100 + x // 1 + math.trunc(y)


@case(np.array([0.1, 0.4, 0.3]), np.array([1.0, 2.0, 3.0]))
def stack_machine(x, consts):
    prog = ["x0", "c1", "*", "x1", "+", "x2", "c0", "*", "-"]
    stack = []
    for tok in prog:
        if tok[0] == "x":
            stack.append(x[int(tok[1])])
        elif tok[0] == "c":
            stack.append(consts[int(tok[1])])
        else:
            b = stack.pop()
            a = stack.pop()
            stack.append(a * b if tok == "*" else a + b if tok == "+" else a - b)
    return stack[0] ** 2


@pytest.mark.parametrize("name", CASES)
def test_programs_of_scientists_are_differentiated_as_they_stand(name):
    agree(*CASES[name])


TWICE = ("convolve_lists", "seir_age", "holt_winters", "newton_divided_differences", "kepler")


@pytest.mark.parametrize("name", TWICE)
def test_they_have_second_derivatives(name):
    check_grads(*CASES[name], order=2)
