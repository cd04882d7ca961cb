"""Simulations as physicists and chemists write them, as they stand, in both modes against differences."""

from __future__ import annotations

import math

import numpy as np
import pytest
from whole_functions import Case, agree, collecting

from wengert import check_grads

CASES: dict[str, Case] = {}
case = collecting(CASES)


@case(0.1, 0.35, 12.0)
def lotka_volterra_rk4(alpha, beta, T, n=40):
    def deriv(state, t):
        x, y = state
        return [alpha * x - beta * x * y, -0.3 * y + 0.1 * x * y]

    h = T / n
    state = [5.0, 2.0]
    t = 0.0
    for _ in range(n):
        k1 = deriv(state, t)
        k2 = deriv([s + h / 2 * k for s, k in zip(state, k1)], t + h / 2)
        k3 = deriv([s + h / 2 * k for s, k in zip(state, k2)], t + h / 2)
        k4 = deriv([s + h * k for s, k in zip(state, k3)], t + h)
        state = [s + h / 6 * (a + 2 * b + 2 * c + d) for s, a, b, c, d in zip(state, k1, k2, k3, k4)]
        t += h
    return state[0] + 2 * state[1]


@case(np.linspace(0, 1, 12) ** 2, 0.3, 0.1)
def crank_nicolson(u, r, left):
    n = len(u)
    u = u.copy()
    a = np.full(n, -r / 2)
    b = np.full(n, 1 + r)
    c = np.full(n, -r / 2)
    for step in range(4):
        d = np.zeros(n)
        for i in range(1, n - 1):
            d[i] = u[i] + r / 2 * (u[i + 1] - 2 * u[i] + u[i - 1])
        d[0] = left
        d[-1] = 0
        b2 = b.copy()
        c2 = c.copy()
        a2 = a.copy()
        b2[0] = 1
        c2[0] = 0
        b2[-1] = 1
        a2[-1] = 0
        for i in range(1, n):
            w = a2[i] / b2[i - 1]
            b2[i] -= w * c2[i - 1]
            d[i] -= w * d[i - 1]
        u[-1] = d[-1] / b2[-1]
        for i in reversed(range(n - 1)):
            u[i] = (d[i] - c2[i] * u[i + 1]) / b2[i]
    return u @ u


@case(np.ones((6, 6)) + np.arange(36).reshape(6, 6) ** 2 * 0.01, 3, 1.5)
def sor_laplace(phi, sweeps, omega):
    phi = np.array(phi)
    ny, nx = phi.shape
    for it in range(sweeps):
        err = 0.0
        for j in range(1, ny - 1):
            for i in range(1, nx - 1):
                new = 0.25 * (phi[j, i + 1] + phi[j, i - 1] + phi[j + 1, i] + phi[j - 1, i])
                delta = omega * (new - phi[j, i])
                phi[j, i] += delta
                err = max(err, abs(delta))
        if err < 1e-12:
            break
    return phi[2, 3] * phi[1, 1]


@case(np.array([1.0, 2.0, 0.5]), np.array([0.5, -0.2, 1.0]), np.array([0.1, 0.2, 0.3]), 1.5)
def boris_push(B, v, E, qm):
    dt = 0.05
    x = np.zeros(3)
    for _ in range(5):
        vminus = v + qm * E * dt / 2
        t = qm * B * dt / 2
        s = 2 * t / (1 + np.dot(t, t))
        vprime = vminus + np.cross(vminus, t)
        vplus = vminus + np.cross(vprime, s)
        v = vplus + qm * E * dt / 2
        x = x + v * dt
    return float(np.linalg.norm(x))


@case(np.sin(np.linspace(0, 6, 20)), 0.5)
def upwind_burgers(u, cfl):
    u = np.asarray(u)
    dx = 0.1
    for n in range(5):
        un = u.copy()
        for i in range(1, len(u) - 1):
            if un[i] >= 0:
                u[i] = un[i] - cfl * un[i] * (un[i] - un[i - 1])
            else:
                u[i] = un[i] - cfl * un[i] * (un[i + 1] - un[i])
        u[0], u[-1] = u[-2], u[1]
    return np.sum(np.abs(u)) * dx


@case(0.02, 0.3, 101325.0)
def colebrook(D, v, p, eps=4.5e-5, nu=1e-6):
    Re = v * D / nu
    if Re < 2300:
        f = 64 / Re
    else:
        f = 0.02
        for _ in range(50):
            f_old = f
            f = 1 / (-2 * math.log10(eps / (3.7 * D) + 2.51 / (Re * math.sqrt(f)))) ** 2
            if math.isclose(f, f_old, rel_tol=1e-14):
                break
    dp = f * 1.0 / D * 0.5 * 998.0 * v**2
    return dp / p


@case([1.0, 0.0], 8.0, 2.0)
def rkf45_adaptive(y0, mu_unused, omega, tol=1e-4):
    """Embedded Runge-Kutta with step-size control."""

    def f(t, y):
        return [y[1], -(omega**2) * y[0]]

    t, tend, h = 0.0, 1.0, 0.1
    y = list(y0)
    steps = 0
    while t < tend:
        if t + h > tend:
            h = tend - t
        k1 = f(t, y)
        k2 = f(t + h / 2, [y[i] + h / 2 * k1[i] for i in range(2)])
        k3 = f(t + 3 * h / 4, [y[i] + 3 * h / 4 * k2[i] for i in range(2)])
        ynew = [y[i] + h / 9 * (2 * k1[i] + 3 * k2[i] + 4 * k3[i]) for i in range(2)]
        k4 = f(t + h, ynew)
        err = math.sqrt(sum((h * (-5 / 72 * k1[i] + k2[i] / 12 + k3[i] / 9 - k4[i] / 8)) ** 2 for i in range(2)))
        if err <= tol:
            t += h
            y = ynew
            steps += 1
        fac = 0.9 * (tol / max(err, 1e-12)) ** (1 / 3)
        h *= min(2.0, max(0.3, fac))
        if steps > 200:
            break
    return y[0] + mu_unused * y[1]


@case(np.array([2.0, 1.0]), 0.15)
def implicit_euler_newton(y, h):
    """Van der Pol, backward Euler with Newton in each step."""
    mu = 1.5
    for n in range(4):
        z = y.copy()
        for it in range(6):
            F = np.array([z[0] - y[0] - h * z[1], z[1] - y[1] - h * (mu * (1 - z[0] ** 2) * z[1] - z[0])])
            J = np.array([[1.0, -h], [h * (2 * mu * z[0] * z[1] + 1), 1 - h * mu * (1 - z[0] ** 2)]])
            dz = np.linalg.solve(J, -F)
            z += dz
            if np.linalg.norm(dz) < 1e-14:
                break
        y = z
    return y.sum()


@case(np.array([0.3, 0.2, 0.1, 0.4]), 0.5)
def lattice_boltzmann_1d(rho0, omega):
    w = [2 / 3, 1 / 6, 1 / 6]
    c = [0, 1, -1]
    f = np.zeros((3, len(rho0)))
    for k in range(3):
        f[k] = w[k] * rho0
    for t in range(4):
        rho = f.sum(axis=0)
        u = (f[1] - f[2]) / rho
        for k in range(3):
            feq = w[k] * rho * (1 + 3 * c[k] * u + 4.5 * (c[k] * u) ** 2 - 1.5 * u * u)
            f[k] += omega * (feq - f[k])
        f[1] = np.roll(f[1], 1)
        f[2] = np.roll(f[2], -1)
    return np.sum(f[1] ** 2) + f[0, 2]


@case(300.0, 0.02, [1.0, 2.0, 3.0])
def fin_temperature(Tb, k, hs):
    T = [Tb] + [293.0] * 6
    for sweep in range(8):
        for i in range(1, len(T)):
            left = T[i - 1]
            right = T[i + 1] if i + 1 < len(T) else T[i - 1]
            h = hs[i % len(hs)]
            T[i] = (left + right + k * h * 293.0) / (2 + k * h)
    return T[-1]


@case(np.array([1.0, 2.0, 3.0]), np.array([0.2, 0.1, 0.4]), 350.0)
def rachford_rice(K, z, T):
    V = 0.5
    for _ in range(30):
        g = np.sum(z * (K - 1) / (1 + V * (K - 1)))
        dg = -np.sum(z * (K - 1) ** 2 / (1 + V * (K - 1)) ** 2)
        Vn = V - g / dg
        Vn = min(max(Vn, 0.0), 1.0)
        if abs(Vn - V) < 1e-13:
            V = Vn
            break
        V = Vn
    x = z / (1 + V * (K - 1))
    return np.sum(K * x) * T / 300.0 + V


@case(0.3, 1.4)
def shock_tube_pressure(p_ratio, gamma):
    """Secant for the pressure behind the shock."""

    def residual(p2):
        A = (gamma - 1) * (p2 - 1)
        B = math.sqrt(2 * gamma * (2 * gamma + (gamma + 1) * (p2 - 1)))
        return p2 * (1 - A / B) ** (-2 * gamma / (gamma - 1)) - 10 * p_ratio

    x0, x1 = 1.2, 1.6
    f0 = residual(x0)
    for k in range(60):
        f1 = residual(x1)
        if abs(f1 - f0) < 1e-16:
            break
        x0, x1, f0 = x1, x1 - f1 * (x1 - x0) / (f1 - f0), f1
        if abs(x1 - x0) < 1e-13:
            break
    return x1


@pytest.mark.parametrize("name", CASES)
def test_programs_of_physicists_are_differentiated_as_they_stand(name):
    agree(*CASES[name])


TWICE = ("fin_temperature", "lattice_boltzmann_1d")


@pytest.mark.parametrize("name", TWICE)
def test_they_have_second_derivatives(name):
    check_grads(*CASES[name], order=2)
