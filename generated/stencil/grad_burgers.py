import numpy as np


def grad_burgers(u, steps, c):
    """Gradient of stencil.burgers with respect to u."""
    if not (
        isinstance(u, np.ndarray) and u.dtype == np.float64 and u.ndim == 1 and 1 not in u.shape
        and isinstance(steps, int)
        and isinstance(c, float)
    ):
        raise TypeError("grad_burgers was made for float64[*], int, float")
    # forward sweep
    u_tape = []
    for k in range(steps):
        u_tape.append(u.copy())
        u[1:-1] -= c * u[1:-1] * (u[2:] - u[:-2])

    # reverse sweep
    # line 23: return np.sum(u * u)
    u_bar = 2 * u
    for u in reversed(u_tape):
        # line 22: u[1:-1] -= c * u[1:-1] * (u[2:] - u[:-2])
        u_1_bar = u_bar[1:-1].copy()
        u_2_bar = -u_1_bar * (c * u[1:-1])
        u_bar[:-2] -= u_2_bar
        u_bar[2:] += u_2_bar
        u_bar[1:-1] -= c * u_1_bar * (u[2:] - u[:-2])
    return u_bar
