import numpy as np

KINDS = "{'W1': float64[*, *], 'b1': float64[*], 'W2': float64[*, *], 'b2': float64[*]}, float64[*, *], float64[*, *]"


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


def value_and_grad_kl_divergence(params, x, target):
    """Value and gradient of digits.kl_divergence with respect to params."""
    if kinds_of(params, x, target) != KINDS:
        raise TypeError(f"value_and_grad_kl_divergence was made for {KINDS}, not {kinds_of(params, x, target)}")
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
    shifted_bar = -log_p_bar.sum(axis=1, keepdims=True) / out_2 * out_1
    shifted_bar += log_p_bar
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
