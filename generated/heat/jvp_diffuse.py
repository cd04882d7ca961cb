import numpy as np


def jvp_diffuse(u, steps, c, u_dot, c_dot):
    """Value and tangent of heat.diffuse along u_dot and c_dot."""
    if not (
        isinstance(u, np.ndarray) and u.dtype == np.float64 and u.ndim == 1 and 1 not in u.shape
        and isinstance(steps, int)
        and isinstance(c, float)
    ):
        raise TypeError("jvp_diffuse was made for float64[*], int, float")
    for _ in range(steps):
        inner_1 = u[2:] - 2 * u[1:-1] + u[:-2]
        inner_1_dot = u_dot[2:] + u_dot[:-2]
        inner_1_dot -= 2 * u_dot[1:-1]
        inner_dot = u_dot[1:-1] + c_dot * inner_1 + c * inner_1_dot
        inner = u[1:-1] + c * inner_1
        u = np.concatenate((u[:1], inner, u[-1:]))
        u_dot = np.concatenate((u_dot[:1], inner_dot, u_dot[-1:]))
    return u, u_dot.copy()
