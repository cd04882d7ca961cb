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


def grad_misfit(u, observed, steps, c):
    """Gradient of heat.misfit with respect to u."""
    if kinds_of(u, observed, steps, c) != KINDS:
        raise TypeError(f"grad_misfit was made for {KINDS}, not {kinds_of(u, observed, steps, c)}")
    # forward sweep
    u_tape = []
    for _ in range(steps):
        u_tape.append(u)
        inner = u[1:-1] + c * (u[2:] - 2 * u[1:-1] + u[:-2])
        u = np.concatenate((u[:1], inner, u[-1:]))

    # reverse sweep
    # line 22: return np.sum((end - observed) ** 2)
    u_bar = 2 * (u - observed)
    for u in reversed(u_tape):
        # line 16: u = np.concatenate((u[:1], inner, u[-1:]))   (diffuse, called in line 21)
        u_1 = u_bar[:1]
        u_2 = u_bar[1:-1]
        u_3 = u_bar[-1:]
        u_bar = np.zeros_like(u)
        u_bar[-1:] = u_3
        u_bar[:1] += u_1
        # line 15: inner = u[1:-1] + c * (u[2:] - 2 * u[1:-1] + u[:-2])   (diffuse, called in line 21)
        inner_1_bar = c * u_2
        u_bar[:-2] += inner_1_bar
        u_bar[1:-1] -= 2 * inner_1_bar
        u_bar[2:] += inner_1_bar
        u_bar[1:-1] += u_2
    return u_bar
