import numpy as np


def hessian_misfit(u, observed, steps, c):
    """Hessian of heat.misfit with respect to u."""
    if not (
        isinstance(u, np.ndarray) and u.dtype == np.float64 and u.ndim == 1 and 1 not in u.shape
        and isinstance(observed, np.ndarray) and observed.dtype == np.float64 and observed.ndim == 1 and 1 not in observed.shape
        and isinstance(steps, int)
        and isinstance(c, float)
    ):
        raise TypeError("hessian_misfit was made for float64[*], float64[*], int, float")
    u_1 = u.size
    u_dot = np.eye(u_1)
    # forward sweep
    u_tape = []
    for _ in range(steps):
        u_tape.append(u)
        inner_1_dot = u_dot[:, 1:-1]
        inner_2_dot = u_dot[:, 2:] + u_dot[:, :-2]
        inner_2_dot -= 2 * inner_1_dot
        inner_dot = c * inner_2_dot
        inner_dot += u_dot[:, 1:-1]
        inner = u[1:-1] + c * (u[2:] - 2 * u[1:-1] + u[:-2])
        u = np.concatenate((u[:1], inner, u[-1:]))
        u_dot = np.concatenate((u_dot[:, :1], inner_dot, u_dot[:, -1:]), axis=1)

    # reverse sweep
    # line 22: return np.sum((end - observed) ** 2)
    u_bar_dot = 2 * u_dot
    for u in reversed(u_tape):
        # line 16: u = np.concatenate((u[:1], inner, u[-1:]))   (diffuse, called in line 21)
        u_2_dot = u_bar_dot[:, :1]
        u_3_dot = u_bar_dot[:, 1:-1]
        u_4_dot = u_bar_dot[:, -1:]
        u_bar = np.zeros_like(u)
        u_bar_dot = np.zeros((u_1,) + u_bar.shape)
        u_bar_dot[:, -1:] = u_4_dot
        u_bar_dot[:, :1] += u_2_dot
        # line 15: inner = u[1:-1] + c * (u[2:] - 2 * u[1:-1] + u[:-2])   (diffuse, called in line 21)
        inner_2_bar_dot = c * u_3_dot
        u_bar_dot[:, :-2] += inner_2_bar_dot
        u_bar_dot[:, 2:] += inner_2_bar_dot
        u_bar_dot[:, 1:-1] += u_3_dot - 2 * inner_2_bar_dot
    return u_bar_dot.T
