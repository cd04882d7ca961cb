import math


def grad_two_layers(x, w1, b1, w2, b2):
    """Gradient of neuron.two_layers with respect to w1, b1, w2 and b2."""
    if not all(isinstance(value, float) for value in (x, w1, b1, w2, b2)):
        raise TypeError("grad_two_layers was made for float, float, float, float, float")
    # forward sweep
    out_1 = math.exp(w1 * x + b1)
    out_2 = math.log1p(out_1)
    out_3 = math.exp(w2 * out_2 + b2)

    # reverse sweep
    # line 53: return math.log1p(math.exp(z))   (softplus, called in line 57)
    z_bar = out_3 / (1 + out_3)
    # line 57: return softplus(w2 * softplus(w1 * x + b1) + b2)
    w2_bar = z_bar * out_2
    # line 53: return math.log1p(math.exp(z))   (softplus, called in line 57)
    z_bar_1 = z_bar * w2 / (1 + out_1) * out_1
    # line 57: return softplus(w2 * softplus(w1 * x + b1) + b2)
    w1_bar = z_bar_1 * x
    return w1_bar, z_bar_1, w2_bar, z_bar
