import numpy as np


def grad_negative_log_likelihood(w, X, t):
    """Gradient of logistic_regression.negative_log_likelihood with respect to w."""
    if not (
        isinstance(w, np.ndarray) and w.dtype == np.float64 and w.ndim == 1 and 1 not in w.shape
        and isinstance(t, np.ndarray) and t.dtype == np.float64 and t.ndim == 1 and 1 not in t.shape
        and isinstance(X, np.ndarray) and X.dtype == np.float64 and X.ndim == 2 and 1 not in X.shape
    ):
        raise TypeError("grad_negative_log_likelihood was made for float64[*], float64[*, *], float64[*]")
    # forward sweep
    z = X @ w

    # reverse sweep
    # line 15: return np.mean(np.logaddexp(0.0, z) - t * z)
    z_bar = (np.exp(z - np.logaddexp(0.0, z)) - t) / z.size
    # line 14: z = X @ w
    return X.T @ z_bar
