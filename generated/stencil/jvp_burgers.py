import numpy as np


def jvp_burgers(u, steps, c, u_dot, c_dot):
    """Value and tangent of stencil.burgers along u_dot and c_dot."""
    if not (
        isinstance(u, np.ndarray) and u.dtype == np.float64 and u.ndim == 1 and 1 not in u.shape
        and isinstance(steps, int)
        and isinstance(c, float)
    ):
        raise TypeError("jvp_burgers was made for float64[*], int, float")
    u_dot = u_dot.copy()
    for k in range(steps):
        u_1 = u[1:-1]
        u_2 = c * u_1
        u_3 = u[2:] - u[:-2]
        u_3_dot = u_dot[2:] - u_dot[:-2]
        u_4_dot = -(c_dot * u_1 + c * u_dot[1:-1]) * u_3 - u_3_dot * u_2
        u[1:-1] -= u_2 * u_3
        u_dot[1:-1] += u_4_dot
    return np.sum(u * u), 2 * u_dot @ u
