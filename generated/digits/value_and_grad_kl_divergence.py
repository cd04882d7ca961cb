import numpy as np


def value_and_grad_kl_divergence(params, x, target):
    """Value and gradient of digits.kl_divergence with respect to params."""
    if not (
        type(params) is dict and list(params) == ["W1", "b1", "W2", "b2"]
        and all(
            isinstance(value, np.ndarray) and value.dtype == np.float64 and value.ndim == 2 and 1 not in value.shape
            for value in (params["W1"], params["W2"], x, target)
        )
        and isinstance(params["b1"], np.ndarray) and params["b1"].dtype == np.float64 and params["b1"].ndim == 1 and 1 not in params["b1"].shape
        and isinstance(params["b2"], np.ndarray) and params["b2"].dtype == np.float64 and params["b2"].ndim == 1 and 1 not in params["b2"].shape
    ):
        raise TypeError("value_and_grad_kl_divergence was made for {'W1': float64[*, *], 'b1': float64[*], 'W2': float64[*, *], 'b2': float64[*]}, float64[*, *], float64[*, *]")
    # forward sweep
    h = np.tanh(x @ params["W1"] + params["b1"])
    z = h @ params["W2"] + params["b2"]
    shifted_1 = np.max(z, axis=1, keepdims=True)
    shifted = z - shifted_1
    out_1 = np.exp(shifted)
    out_2 = np.sum(out_1, axis=1, keepdims=True)
    log_p = shifted - np.log(out_2)
    out_3 = len(x)

    # reverse sweep
    # line 32: return np.sum(target * (np.log(target) - log_p)) / len(x)
    log_p_bar = -(1.0 / out_3) * target
    # line 27: return shifted - np.log(np.sum(np.exp(shifted), axis=1, keepdims=True))   (log_probabilities, called in line 31)
    shifted_bar = log_p_bar - log_p_bar.sum(axis=1, keepdims=True) / out_2 * out_1
    # line 26: shifted = z - np.max(z, axis=1, keepdims=True)   (log_probabilities, called in line 31)
    shifted_2 = z == shifted_1
    z_bar = (
        -shifted_bar.sum(axis=1, keepdims=True) / shifted_2.sum(axis=1, keepdims=True) * shifted_2
    )
    z_bar += shifted_bar
    # line 25: z = h @ params["W2"] + params["b2"]   (log_probabilities, called in line 31)
    b2_bar = z_bar.sum(axis=0)
    W2_bar = h.T @ z_bar
    # line 24: h = np.tanh(x @ params["W1"] + params["b1"])   (log_probabilities, called in line 31)
    h_1_bar = z_bar @ params["W2"].T * (1 - h ** 2)
    b1_bar = h_1_bar.sum(axis=0)
    W1_bar = x.T @ h_1_bar
    return (
        np.sum(target * (np.log(target) - log_p)) / out_3,
        {"W1": W1_bar, "b1": b1_bar, "W2": W2_bar, "b2": b2_bar},
    )
