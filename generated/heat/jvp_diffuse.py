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


def jvp_diffuse(u, steps, c, u_dot, c_dot):
    """Value and tangent of heat.diffuse along u_dot and c_dot."""
    if kinds_of(u, steps, c) != KINDS:
        raise TypeError(f"jvp_diffuse was made for {KINDS}, not {kinds_of(u, steps, c)}")
    for _ in range(steps):
        inner_1 = u[2:] - 2 * u[1:-1] + u[:-2]
        inner_1_dot = u_dot[2:] + u_dot[:-2]
        inner_1_dot -= 2 * u_dot[1:-1]
        inner_dot = u_dot[1:-1] + c_dot * inner_1 + c * inner_1_dot
        inner = u[1:-1] + c * inner_1
        u = np.concatenate((u[:1], inner, u[-1:]))
        u_dot = np.concatenate((u_dot[:1], inner_dot, u_dot[-1:]))
    return u, u_dot.copy()
