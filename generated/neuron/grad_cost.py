import math


def grad_cost(w, b, x, t, lam):
    """Gradient of neuron.cost with respect to w and b."""
    if not all(isinstance(value, float) for value in (w, b, x, t, lam)):
        raise TypeError("grad_cost was made for float, float, float, float, float")
    # forward sweep
    out_1 = math.exp(-(w * x + b))
    out_2 = 1 + out_1
    y = 1 / out_2

    # reverse sweep
    # line 33: R = w**2 / 2
    w_bar = lam * w
    # line 32: L = (y - t) ** 2 / 2
    # line 26: return 1 / (1 + math.exp(-z))   (sigma, called in line 31)
    z_bar = (y - t) / out_2 * y * out_1
    # line 30: z = w * x + b
    w_bar += z_bar * x
    return w_bar, z_bar
