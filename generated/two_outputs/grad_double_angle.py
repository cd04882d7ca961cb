import math


def grad_double_angle(a, b):
    """Gradient of two_outputs.double_angle with respect to a."""
    if not (isinstance(a, float) and isinstance(b, float)):
        raise TypeError("grad_double_angle was made for float, float")
    # forward sweep
    c = a + b
    out_1 = math.sin(c)
    out_2 = math.cos(c)

    # reverse sweep
    # line 44: return math.sin(c) * math.cos(c)
    return out_2 * out_2 - out_1 * out_1
