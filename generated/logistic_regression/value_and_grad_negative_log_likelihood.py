import numpy as np


def value_and_grad_negative_log_likelihood(w, X, t):
    """Value and gradient of logistic_regression.negative_log_likelihood with respect to w."""
    if not (
        isinstance(w, np.ndarray) and w.dtype == np.float64 and w.ndim == 1 and 1 not in w.shape
        and isinstance(t, np.ndarray) and t.dtype == np.float64 and t.ndim == 1 and 1 not in t.shape
        and isinstance(X, np.ndarray) and X.dtype == np.float64 and X.ndim == 2 and 1 not in X.shape
    ):
        raise TypeError("value_and_grad_negative_log_likelihood was made for float64[*], float64[*, *], float64[*]")
    # forward sweep
    z = X @ w
    out_1 = np.logaddexp(0.0, z)

    # reverse sweep
    # line 15: return np.mean(np.logaddexp(0.0, z) - t * z)
    z_bar = (np.exp(z - out_1) - t) / z.size
    # line 14: z = X @ w
    return np.mean(out_1 - t * z), X.T @ z_bar
