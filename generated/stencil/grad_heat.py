import numpy as np


def grad_heat(u, steps, c):
    """Gradient of stencil.heat with respect to u."""
    if not (
        isinstance(u, np.ndarray) and u.dtype == np.float64 and u.ndim == 1 and 1 not in u.shape
        and isinstance(steps, int)
        and isinstance(c, float)
    ):
        raise TypeError("grad_heat was made for float64[*], int, float")
    # forward sweep
    for k in range(steps):
        u[1:-1] += c * (u[2:] - 2 * u[1:-1] + u[:-2])

    # reverse sweep
    # line 16: return np.sum(u * u)
    u_bar = 2 * u
    for k in range(steps):
        # line 15: u[1:-1] += c * (u[2:] - 2 * u[1:-1] + u[:-2])
        u_1_bar = c * u_bar[1:-1]
        u_bar[:-2] += u_1_bar
        u_bar[1:-1] -= 2 * u_1_bar
        u_bar[2:] += u_1_bar
    return u_bar
