import math


def grad_h(x, y):
    """Gradient of two_outputs.h with respect to x and y."""
    if not (isinstance(x, float) and isinstance(y, float)):
        raise TypeError("grad_h was made for float, float")
    # reverse sweep
    # line 39: return x * y + math.sin(x)
    return y + math.cos(x), x
