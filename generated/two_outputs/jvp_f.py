import math


def jvp_f(x1, x2, x1_dot, x2_dot):
    """Value and tangent of two_outputs.f along x1_dot and x2_dot."""
    if not (isinstance(x1, float) and isinstance(x2, float)):
        raise TypeError("jvp_f was made for float, float")
    product_dot = x1_dot * x2 + x2_dot * x1
    product = x1 * x2
    y1_dot = product_dot * math.cos(product)
    y1 = math.sin(product)
    y2_dot = product_dot + x2_dot / x2
    y2 = product + math.log(x2)
    return (y1, y2), (y1_dot, y2_dot)
