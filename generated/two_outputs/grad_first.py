import math


def grad_first(x1, x2):
    """Gradient of two_outputs.first with respect to x1 and x2."""
    if not (isinstance(x1, float) and isinstance(x2, float)):
        raise TypeError("grad_first was made for float, float")
    # reverse sweep
    # line 28: y1 = math.sin(product)
    y1_1 = math.cos(x1 * x2)
    # line 27: product = x1 * x2
    x1_bar = y1_1 * x2
    x2_bar = y1_1 * x1
    return x1_bar, x2_bar
