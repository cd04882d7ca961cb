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
    for j in range(n):
        l[j, j] = np.sqrt(l[j, j] - l[j, :j] @ l[j, :j])
        for i in range(j + 1, n):
            l[i, j] = (l[i, j] - l[i, :j] @ l[j, :j]) / l[j, j]
    x = np.zeros(len(y))
    for i in range(len(y)):
        x[i] = (y[i] - l[i, :i] @ x[:i]) / l[i, i]

    # reverse sweep
    # line 35: return np.sum(np.log(np.diag(l))) + z @ z / 2
    out_1_bar = 1 / np.diag(l)
    diagonal = np.arange(len(out_1_bar))
    l_bar = np.zeros_like(l)
    l_bar[diagonal, diagonal] = out_1_bar
    x_bar = x.copy()
    for i in reversed(range(len(y))):
        # line 27: x[i] = (b[i] - l[i, :i] @ x[:i]) / l[i, i]   (forward_substitution, called in line 34)
        x_1_bar = x_bar[i] / l[i, i]
        l_bar[i, i] -= x_1_bar * x[i]
        x_bar[:i] -= x_1_bar * l[i, :i]
        l_bar[i, :i] -= x_1_bar * x[:i]
    for j in reversed(range(n)):
        for i in reversed(range(j + 1, n)):
            # line 20: l[i, j] = (l[i, j] - l[i, :j] @ l[j, :j]) / l[j, j]   (cholesky, called in line 33)
            l_1_bar = l_bar[i, j] / l[j, j]
            l_bar[i, j] = l_1_bar
            l_bar[j, j] -= l_1_bar * l[i, j]
            l_bar[j, :j] -= l_1_bar * l[i, :j]
            l_bar[i, :j] -= l_1_bar * l[j, :j]
        # line 18: l[j, j] = np.sqrt(l[j, j] - l[j, :j] @ l[j, :j])   (cholesky, called in line 33)
        l_2_bar = l_bar[j, j] / (2 * l[j, j])
        l_bar[j, j] = l_2_bar
        l_bar[j, :j] -= 2 * l_2_bar * l[j, :j]
    return l_bar
