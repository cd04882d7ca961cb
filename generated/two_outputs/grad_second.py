def grad_second(x1, x2):
    """Gradient of two_outputs.second with respect to x1 and x2."""
    if not (isinstance(x1, float) and isinstance(x2, float)):
        raise TypeError("grad_second was made for float, float")
    # reverse sweep
    # line 34: y2 = product + math.log(x2)
    # line 33: product = x1 * x2
    x2_bar = 1 / x2 + x1
    return x2, x2_bar
