def power_forward(x, n):
    if n == 0:
        return 1.0, None
    h, h_saved = power_forward(x, n // 2)
    if n % 2:
        return x * h * h, (h, h_saved)
    return h * h, (h, h_saved)


def power_backward(x, n, saved, out_bar):
    if n == 0:
        return 0.0
    h, h_saved = saved
    if n % 2:
        # line 16: return x * h * h
        out_1_bar = out_bar * h
        h_bar = out_1_bar * x + out_bar * (x * h)
        x_bar = out_1_bar * h
    else:
        # line 17: return h * h
        h_bar = out_bar * (2 * h)
        x_bar = 0.0
    # line 14: h = power(x, n // 2)
    return x_bar + power_backward(x, n // 2, h_saved, h_bar)


def grad_power(x, n):
    """Gradient of recursion.power with respect to x."""
    if not (isinstance(x, float) and isinstance(n, int)):
        raise TypeError("grad_power was made for float, int")
    out, saved = power_forward(x, n)
    return power_backward(x, n, saved, 1.0)
