def value_and_grad_logistic_map(x, n):
    """Value and gradient of logistic_map.logistic_map with respect to x."""
    if not (isinstance(x, float) and isinstance(n, int)):
        raise TypeError("value_and_grad_logistic_map was made for float, int")
    if n == 1:
        # line 28: return x
        return x, 1.0
    # forward sweep
    v = x
    v_tape = []
    for i in range(1, n):
        v_tape.append(v)
        v = 4 * v * (1 - v)

    # reverse sweep
    v_bar = 1.0
    for v_1 in reversed(v_tape):
        # line 32: v = 4 * v * (1 - v)
        v_bar *= 4 * (1 - v_1) - 4 * v_1
    return v, v_bar
