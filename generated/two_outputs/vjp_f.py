import math


def vjp_f(x1, x2):
    """Value and pullback of two_outputs.f."""
    if not (isinstance(x1, float) and isinstance(x2, float)):
        raise TypeError("vjp_f was made for float, float")
    # forward sweep
    product = x1 * x2
    y1 = math.sin(product)
    y2 = product + math.log(x2)

    def pullback(out_bar):
        # line 22: y2 = product + math.log(x2)
        x2_bar = out_bar[1] / x2
        # line 21: y1 = math.sin(product)
        product_bar = out_bar[0] * math.cos(product) + out_bar[1]
        # line 20: product = x1 * x2
        x1_bar = product_bar * x2
        x2_bar += product_bar * x1
        return x1_bar, x2_bar

    return (y1, y2), pullback
