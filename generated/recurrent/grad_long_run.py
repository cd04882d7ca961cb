import numpy as np


def grad_long_run(w, h, n):
    """Gradient of recurrent.long_run with respect to w and h."""
    if not (
        isinstance(w, np.ndarray) and w.dtype == np.float64 and w.ndim == 2 and 1 not in w.shape
        and isinstance(h, np.ndarray) and h.dtype == np.float64 and h.ndim == 1 and 1 not in h.shape
        and isinstance(n, int)
    ):
        raise TypeError("grad_long_run was made for float64[*, *], float64[*], int")
    # forward sweep
    range_1 = range(n)
    count = len(range_1)
    size = max(-(-count // 20), 1)
    h_tape = []
    for start in range(0, count, size):
        h_tape.append(h)
        part = range_1[start:start + size]
        for k in part:
            h = np.tanh(w @ h)

    # reverse sweep
    # line 25: return np.sum(h)
    h_bar = np.ones_like(h)
    w_bar = np.zeros_like(w)
    for start, h in zip(reversed(range(0, count, size)), reversed(h_tape)):
        part = range_1[start:start + size]
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
