import numpy as np


def hvp_burgers(u, steps, c, u_dot):
    """Hessian of stencil.burgers with respect to u, times u_dot."""
    if not (
        isinstance(u, np.ndarray) and u.dtype == np.float64 and u.ndim == 1 and 1 not in u.shape
        and isinstance(steps, int)
        and isinstance(c, float)
    ):
        raise TypeError("hvp_burgers was made for float64[*], int, float")
    # forward sweep
    u_dot = u_dot.copy()
    u_tape = []
    u_tape_dot = []
    for k in range(steps):
        u_tape.append(u.copy())
        u_tape_dot.append(u_dot.copy())
        u_1 = c * u[1:-1]
        u_2 = u[2:] - u[:-2]
        u_2_dot = u_dot[2:] - u_dot[:-2]
        u_3_dot = -c * u_dot[1:-1] * u_2 - u_2_dot * u_1
        u[1:-1] -= u_1 * u_2
        u_dot[1:-1] += u_3_dot

    # reverse sweep
    # line 23: return np.sum(u * u)
    u_bar_dot = 2 * u_dot
    u_bar = 2 * u
    for u, u_dot in zip(reversed(u_tape), reversed(u_tape_dot)):
        u_1 = c * u[1:-1]
        u_2 = u[2:] - u[:-2]
        # line 22: u[1:-1] -= c * u[1:-1] * (u[2:] - u[:-2])
        u_3_bar = u_bar[1:-1].copy()
        u_3_bar_dot = u_bar_dot[1:-1].copy()
        u_4 = -u_3_bar
        u_2_bar_dot = c * u_dot[1:-1] * u_4 - u_3_bar_dot * u_1
        u_2_bar = u_4 * u_1
        u_bar[:-2] -= u_2_bar
        u_bar_dot[:-2] -= u_2_bar_dot
        u_bar[2:] += u_2_bar
        u_bar_dot[2:] += u_2_bar_dot
        u_5 = c * u_3_bar
        u_6_dot = -c * u_3_bar_dot * u_2 - (u_dot[2:] - u_dot[:-2]) * u_5
        u_bar[1:-1] -= u_5 * u_2
        u_bar_dot[1:-1] += u_6_dot
    return u_bar_dot
