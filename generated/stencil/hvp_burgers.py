import numpy as np

KINDS = 'float64[*], int, float'


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


def hvp_burgers(u, steps, c, u_dot):
    """Hessian of stencil.burgers with respect to u, times u_dot."""
    if kinds_of(u, steps, c) != KINDS:
        raise TypeError(f"hvp_burgers was made for {KINDS}, not {kinds_of(u, steps, c)}")
    # forward sweep
    u_dot = u_dot.copy()
    u_1_tape = []
    u_2_tape = []
    u_1_tape_dot = []
    u_2_tape_dot = []
    for k in range(steps):
        u_1_dot = c * u_dot[1:-1]
        u_1 = c * u[1:-1]
        u_1_tape.append(u_1)
        u_1_tape_dot.append(u_1_dot)
        u_2_dot = u_dot[2:] - u_dot[:-2]
        u_2 = u[2:] - u[:-2]
        u_2_tape.append(u_2)
        u_2_tape_dot.append(u_2_dot)
        u[1:-1] -= u_1 * u_2
        u_dot[1:-1] += -u_1_dot * u_2 - u_2_dot * u_1

    # reverse sweep
    # line 23: return np.sum(u * u)
    u_bar_dot = 2 * u_dot
    u_bar = 2 * u
    for u_1, u_2, u_1_dot, u_2_dot in zip(
        reversed(u_1_tape), reversed(u_2_tape), reversed(u_1_tape_dot), reversed(u_2_tape_dot)
    ):
        # line 22: u[1:-1] -= c * u[1:-1] * (u[2:] - u[:-2])
        u_3_bar = u_bar[1:-1].copy()
        u_3_bar_dot = u_bar_dot[1:-1].copy()
        u_4 = -u_3_bar
        u_2_bar_dot = u_1_dot * u_4 - u_3_bar_dot * u_1
        u_2_bar = u_4 * u_1
        u_bar[:-2] -= u_2_bar
        u_bar_dot[:-2] -= u_2_bar_dot
        u_bar[2:] += u_2_bar
        u_bar_dot[2:] += u_2_bar_dot
        u_5 = c * u_3_bar
        u_bar[1:-1] -= u_5 * u_2
        u_bar_dot[1:-1] += -c * u_3_bar_dot * u_2 - u_2_dot * u_5
    return u_bar_dot
