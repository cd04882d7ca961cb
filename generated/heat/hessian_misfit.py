import numpy as np

KINDS = 'float64[*], float64[*], int, float'


def kinds_of(*values):
    """The kinds of values, as messages say them: a saved derivative asks whether they are those it was made for."""
    words = []
    for value in values:
        if isinstance(value, np.ndarray):
            words.append(
                f"{value.dtype}[{', '.join(('1' if length == 1 else '*' for length in value.shape))}]",
            )
        elif isinstance(value, np.generic):
            words.append(f"np.{value.dtype}")
        elif type(value) is dict:
            words.append(
                "{" + ", ".join((f"{key!r}: {kinds_of(item)}" for key, item in value.items())) + "}"
            )
        elif type(value) is tuple:
            words.append(f"({kinds_of(*value)})")
        elif type(value) is list:
            items = [kinds_of(item) for item in value]
            words.append(f"[{items[0]} ...]" if len(set(items)) == 1 else f"[{', '.join(items)}]")
        else:
            words.append(
                repr(value) if value is None or type(value) in (bool, str) else type(value).__name__
            )
    return ", ".join(words)


def hessian_misfit(u, observed, steps, c):
    """Hessian of heat.misfit with respect to u."""
    if kinds_of(u, observed, steps, c) != KINDS:
        raise TypeError(f"hessian_misfit was made for {KINDS}, not {kinds_of(u, observed, steps, c)}")
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
        u_bar_dot[:, 1:-1] -= 2 * inner_2_bar_dot
        u_bar_dot[:, 2:] += inner_2_bar_dot
        u_bar_dot[:, 1:-1] += u_3_dot
    return u_bar_dot.T
