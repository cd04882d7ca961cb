import numpy as np
from own_rules import sigmoid, softplus

KINDS = 'float64[*], float64[*, *]'


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


def grad_loss(w, x):
    """Gradient of own_rules.loss with respect to w."""
    if kinds_of(w, x) != KINDS:
        raise TypeError(f"grad_loss was made for {KINDS}, not {kinds_of(w, x)}")
    # forward sweep
    out_1 = x @ w

    # reverse sweep
    # line 60: return np.sum(softplus(x @ w) ** 2)
    return x.T @ (2 * softplus(out_1) * sigmoid(out_1))
