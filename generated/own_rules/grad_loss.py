import numpy as np
from own_rules import sigmoid, softplus


def grad_loss(w, x):
    """Gradient of own_rules.loss with respect to w."""
    if not (
        isinstance(w, np.ndarray) and w.dtype == np.float64 and w.ndim == 1 and 1 not in w.shape
        and isinstance(x, np.ndarray) and x.dtype == np.float64 and x.ndim == 2 and 1 not in x.shape
    ):
        raise TypeError("grad_loss was made for float64[*], float64[*, *]")
    # forward sweep
    out_1 = x @ w

    # reverse sweep
    # line 60: return np.sum(softplus(x @ w) ** 2)
    return x.T @ (2 * softplus(out_1) * sigmoid(out_1))
