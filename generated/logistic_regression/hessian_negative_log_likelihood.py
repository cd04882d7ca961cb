import numpy as np


def hessian_negative_log_likelihood(w, X, t):
    """Hessian of logistic_regression.negative_log_likelihood with respect to w."""
    if not (
        isinstance(w, np.ndarray) and w.dtype == np.float64 and w.ndim == 1 and 1 not in w.shape
        and isinstance(t, np.ndarray) and t.dtype == np.float64 and t.ndim == 1 and 1 not in t.shape
        and isinstance(X, np.ndarray) and X.dtype == np.float64 and X.ndim == 2 and 1 not in X.shape
    ):
        raise TypeError("hessian_negative_log_likelihood was made for float64[*], float64[*, *], float64[*]")
    w_dot = np.eye(w.size)
    # forward sweep
    z = X @ w
    out_1 = np.logaddexp(0.0, z)

    # reverse sweep
    # line 15: return np.mean(np.logaddexp(0.0, z) - t * z)
    out_2 = np.exp(z - out_1)
    z_bar_dot = w_dot @ X.T * (out_2 / z.size - np.exp(z - out_1) / z.size * out_2)
    # line 14: z = X @ w
    return (z_bar_dot @ X).T
