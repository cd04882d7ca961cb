import numpy as np

KINDS = 'float64[*, *], float64[*], int'


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


def grad_long_run(w, h, n):
    """Gradient of recurrent.long_run with respect to w and h."""
    if kinds_of(w, h, n) != KINDS:
        raise TypeError(f"grad_long_run was made for {KINDS}, not {kinds_of(w, h, n)}")
    # forward sweep
    range_1 = range(n)
    count = len(range_1)
    size = max(-(-count // 20), 1)
    h_tape = []
    part_tape = []
    for start in range(0, count, size):
        h_tape.append(h)
        part = range_1[start:start + size]
        part_tape.append(part)
        for k in part:
            h = np.tanh(w @ h)

    # reverse sweep
    # line 25: return np.sum(h)
    h_bar = np.ones_like(h)
    w_bar = np.zeros_like(w)
    for h, part in zip(reversed(h_tape), reversed(part_tape)):
        # line 23: for k in checkpointed(range(n), snapshots=20):
        h_tape = []
        h_tape_1 = []
        for k in part:
            h_tape.append(h)
            h = np.tanh(w @ h)
            h_tape_1.append(h)
        w_bar_1 = np.zeros_like(w)
        for h, h_1 in zip(reversed(h_tape), reversed(h_tape_1)):
            # line 24: h = np.tanh(w @ h)
            h_1_bar = h_bar * (1 - h_1 ** 2)
            w_bar_1 += np.outer(h_1_bar, h)
            h_bar = w.T @ h_1_bar
        w_bar += w_bar_1
    return w_bar, h_bar
