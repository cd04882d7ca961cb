import numpy as np

KINDS = 'float64[*], float64[*, *], float64[*]'


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


def hessian_negative_log_likelihood(w, X, t):
    """Hessian of logistic_regression.negative_log_likelihood with respect to w."""
    if kinds_of(w, X, t) != KINDS:
        raise TypeError(f"hessian_negative_log_likelihood was made for {KINDS}, not {kinds_of(w, X, t)}")
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
