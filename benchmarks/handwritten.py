"""The gradients of `programs` as an expert writes them: what ours are held to, in time and in operations."""

from __future__ import annotations

import math

import numpy as np


def grad_logistic_map(x, n):
    v = x
    v_tape = []
    for i in range(1, n):
        v_tape.append(v)
        v = 4 * v * (1 - v)

    v_bar = 1.0
    for v in reversed(v_tape):
        v_bar *= 4 * (1 - v) - 4 * v
    return v_bar


def grad_rk4(y, n, h):
    y_tape = []
    p2_tape = []
    p3_tape = []
    p4_tape = []
    for i in range(n):
        k1 = math.sin(y) - 0.1 * y
        p2 = y + h / 2 * k1
        k2 = math.sin(p2) - 0.1 * p2
        p3 = y + h / 2 * k2
        k3 = math.sin(p3) - 0.1 * p3
        p4 = y + h * k3
        k4 = math.sin(p4) - 0.1 * p4
        y_tape.append(y)
        p2_tape.append(p2)
        p3_tape.append(p3)
        p4_tape.append(p4)
        y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)

    y_bar = 1.0
    for y, p2, p3, p4 in zip(reversed(y_tape), reversed(p2_tape), reversed(p3_tape), reversed(p4_tape)):
        k4_bar = h / 6 * y_bar
        p4_bar = k4_bar * (math.cos(p4) - 0.1)
        k3_bar = 2 * k4_bar + h * p4_bar
        p3_bar = k3_bar * (math.cos(p3) - 0.1)
        k2_bar = 2 * k4_bar + h / 2 * p3_bar
        p2_bar = k2_bar * (math.cos(p2) - 0.1)
        k1_bar = k4_bar + h / 2 * p2_bar
        y_bar += p4_bar + p3_bar + p2_bar + k1_bar * (math.cos(y) - 0.1)
    return y_bar


def grad_mlp(W1, b1, W2, b2, x, y):
    h = np.tanh(x @ W1 + b1)
    p = h @ W2 + b2

    p_bar = 2 / p.size * (p - y)
    h_bar = p_bar @ W2.T
    W2_bar = h.T @ p_bar
    b2_bar = p_bar.sum(axis=0)
    h_1_bar = h_bar * (1 - h**2)
    W1_bar = x.T @ h_1_bar
    b1_bar = h_1_bar.sum(axis=0)
    return W1_bar, b1_bar, W2_bar, b2_bar


def grad_chain(x):
    y_1 = np.sin(x)
    y = y_1 * x
    z = np.exp(-y * y)
    out_1 = np.tanh(z + x)

    x_bar = 1 - out_1**2
    y_bar = x_bar * z * -2 * y
    return x_bar + y_bar * (y_1 + x * np.cos(x))
