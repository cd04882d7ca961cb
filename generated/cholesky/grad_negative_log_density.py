import numpy as np


def grad_negative_log_density(a, y):
    """Gradient of cholesky.negative_log_density with respect to a."""
    if not (
        isinstance(a, np.ndarray) and a.dtype == np.float64 and a.ndim == 2 and 1 not in a.shape
        and isinstance(y, np.ndarray) and y.dtype == np.float64 and y.ndim == 1 and 1 not in y.shape
    ):
        raise TypeError("grad_negative_log_density was made for float64[*, *], float64[*]")
    # forward sweep
    l = a.copy()
    n = len(l)
    l_1_tape = []
    l_2_tape = []
    l_3_tape = []
    l_4_tapes = []
    l_5_tapes = []
    for j in range(n):
        l_1 = l[j, :j]
        l_1_tape.append(l_1.copy())
        l_2 = l[j, :j]
        l_2_tape.append(l_2.copy())
        l_3 = np.sqrt(l[j, j] - l_1 @ l_2)
        l_3_tape.append(l_3)
        l[j, j] = l_3
        l_4_tape = []
        l_5_tape = []
        for i in range(j + 1, n):
            l_4 = l[i, :j]
            l_4_tape.append(l_4.copy())
            l_5 = (l[i, j] - l_4 @ l[j, :j]) / l[j, j]
            l_5_tape.append(l_5)
            l[i, j] = l_5
        l_4_tapes.append(l_4_tape)
        l_5_tapes.append(l_5_tape)
    x = np.zeros(len(y))
    x_1_tape = []
    x_2_tape = []
    x_3_tape = []
    for i in range(len(y)):
        x_1 = l[i, :i]
        x_1_tape.append(x_1)
        x_2 = x[:i]
        x_2_tape.append(x_2.copy())
        x_3 = (y[i] - x_1 @ x_2) / l[i, i]
        x_3_tape.append(x_3)
        x[i] = x_3
    out_1 = np.diag(l)

    # reverse sweep
    # line 35: return np.sum(np.log(np.diag(l))) + z @ z / 2
    out_2 = 0.5 * x
    out_3 = np.arange(out_1.shape[-1])
    l_bar = np.zeros_like(l)
    l_bar[out_3, out_3] = 1 / out_1
    x_bar = out_2 + out_2
    for i, x_1, x_2, x_3 in zip(
        reversed(range(len(y))), reversed(x_1_tape), reversed(x_2_tape), reversed(x_3_tape)
    ):
        # line 27: x[i] = (b[i] - l[i, :i] @ x[:i]) / l[i, i]   (forward_substitution, called in line 34)
        x_3_bar = x_bar[i] / l[i, i]
        l_bar[i, i] -= x_3_bar * x_3
        x_4_bar = -x_3_bar
        x_bar[:i] += x_4_bar * x_1
        l_bar[i, :i] += x_4_bar * x_2
    for j, l_1, l_2, l_3, l_4_tape, l_5_tape in zip(
        reversed(range(n)),
        reversed(l_1_tape),
        reversed(l_2_tape),
        reversed(l_3_tape),
        reversed(l_4_tapes),
        reversed(l_5_tapes),
    ):
        for i, l_4, l_5 in zip(reversed(range(j + 1, n)), reversed(l_4_tape), reversed(l_5_tape)):
            # line 20: l[i, j] = (l[i, j] - l[i, :j] @ l[j, :j]) / l[j, j]   (cholesky, called in line 33)
            l_5_bar = l_bar[i, j]
            l_bar[i, j] = 0.0
            l_5_bar /= l[j, j]
            l_bar[j, j] -= l_5_bar * l_5
            l_6_bar = -l_5_bar
            l_bar[j, :j] += l_6_bar * l_4
            l_bar[i, :j] += l_6_bar * l[j, :j]
            l_bar[i, j] += l_5_bar
        # line 18: l[j, j] = np.sqrt(l[j, j] - l[j, :j] @ l[j, :j])   (cholesky, called in line 33)
        l_3_bar = l_bar[j, j]
        l_bar[j, j] = 0.0
        l_7_bar = l_3_bar / (2 * l_3)
        l_8_bar = -l_7_bar
        l_bar[j, :j] += l_8_bar * l_1
        l_bar[j, :j] += l_8_bar * l_2
        l_bar[j, j] += l_7_bar
    return l_bar
