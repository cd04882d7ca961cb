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


def grad_burgers(u, steps, c):
    """Gradient of stencil.burgers with respect to u."""
    if kinds_of(u, steps, c) != KINDS:
        raise TypeError(f"grad_burgers was made for {KINDS}, not {kinds_of(u, steps, c)}")
    # forward sweep
    u_1_tape = []
    u_2_tape = []
    for k in range(steps):
        u_1 = c * u[1:-1]
        u_1_tape.append(u_1)
        u_2 = u[2:] - u[:-2]
        u_2_tape.append(u_2)
        u[1:-1] -= u_1 * u_2

    # reverse sweep
    # line 23: return np.sum(u * u)
    u_bar = 2 * u
    for u_1, u_2 in zip(reversed(u_1_tape), reversed(u_2_tape)):
        # line 22: u[1:-1] -= c * u[1:-1] * (u[2:] - u[:-2])
        u_3_bar = u_bar[1:-1].copy()
        u_2_bar = -u_3_bar * u_1
        u_bar[:-2] -= u_2_bar
        u_bar[2:] += u_2_bar
        u_bar[1:-1] -= c * u_3_bar * u_2
    return u_bar
