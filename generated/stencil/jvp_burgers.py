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


def jvp_burgers(u, steps, c, u_dot, c_dot):
    """Value and tangent of stencil.burgers along u_dot and c_dot."""
    if kinds_of(u, steps, c) != KINDS:
        raise TypeError(f"jvp_burgers was made for {KINDS}, not {kinds_of(u, steps, c)}")
    u_dot = u_dot.copy()
    for k in range(steps):
        u_1 = u[1:-1]
        u_2 = c * u_1
        u_3 = u[2:] - u[:-2]
        u_3_dot = u_dot[2:] - u_dot[:-2]
        u_4_dot = -(c_dot * u_1 + c * u_dot[1:-1]) * u_3 - u_3_dot * u_2
        u[1:-1] -= u_2 * u_3
        u_dot[1:-1] += u_4_dot
    return np.sum(u * u), np.sum(2 * u_dot * u)
