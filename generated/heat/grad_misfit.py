import numpy as np


def grad_misfit(u, observed, steps, c):
    """Gradient of heat.misfit with respect to u."""
    if not (
        isinstance(u, np.ndarray) and u.dtype == np.float64 and u.ndim == 1 and 1 not in u.shape
        and isinstance(observed, np.ndarray) and observed.dtype == np.float64 and observed.ndim == 1 and 1 not in observed.shape
        and isinstance(steps, int)
        and isinstance(c, float)
    ):
        raise TypeError("grad_misfit was made for float64[*], float64[*], int, float")
    # forward sweep
    u_tape = []
    for _ in range(steps):
        u_tape.append(u)
        inner = u[1:-1] + c * (u[2:] - 2 * u[1:-1] + u[:-2])
        u = np.concatenate((u[:1], inner, u[-1:]))

    # reverse sweep
    # line 22: return np.sum((end - observed) ** 2)
    u_bar = 2 * (u - observed)
    for u in reversed(u_tape):
        # line 16: u = np.concatenate((u[:1], inner, u[-1:]))   (diffuse, called in line 21)
        u_1 = u_bar[:1]
        u_2 = u_bar[1:-1]
        u_3 = u_bar[-1:]
        u_bar = np.zeros_like(u)
        u_bar[-1:] = u_3
        u_bar[:1] += u_1
        # line 15: inner = u[1:-1] + c * (u[2:] - 2 * u[1:-1] + u[:-2])   (diffuse, called in line 21)
        inner_1_bar = c * u_2
        u_bar[:-2] += inner_1_bar
        u_bar[2:] += inner_1_bar
        u_bar[1:-1] += u_2 - 2 * inner_1_bar
    return u_bar
