import numpy as np


def hvp_heat(u, steps, c, u_dot):
    """Hessian of stencil.heat with respect to u, times u_dot."""
    if not (
        isinstance(u, np.ndarray) and u.dtype == np.float64 and u.ndim == 1 and 1 not in u.shape
        and isinstance(steps, int)
        and isinstance(c, float)
    ):
        raise TypeError("hvp_heat was made for float64[*], int, float")
    # forward sweep
    u_dot = u_dot.copy()
    for k in range(steps):
        u_1_dot = u_dot[2:] + u_dot[:-2]
        u_1_dot -= 2 * u_dot[1:-1]
        u[1:-1] += c * (u[2:] - 2 * u[1:-1] + u[:-2])
        u_dot[1:-1] += c * u_1_dot

    # reverse sweep
    # line 16: return np.sum(u * u)
    u_bar_dot = 2 * u_dot
    for k in range(steps):
        # line 15: u[1:-1] += c * (u[2:] - 2 * u[1:-1] + u[:-2])
        u_1_bar_dot = c * u_bar_dot[1:-1]
        u_bar_dot[:-2] += u_1_bar_dot
        u_bar_dot[1:-1] -= 2 * u_1_bar_dot
        u_bar_dot[2:] += u_1_bar_dot
    return u_bar_dot
