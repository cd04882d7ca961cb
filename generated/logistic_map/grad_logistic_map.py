def grad_logistic_map(x, n):
    """Gradient of logistic_map.logistic_map with respect to x."""
    if not (isinstance(x, float) and isinstance(n, int)):
        raise TypeError("grad_logistic_map was made for float, int")
    if n == 1:
        # line 28: return x
        return 1.0
    # forward sweep
    v = x
    v_tape = []
    for i in range(1, n):
        v_tape.append(v)
        v = 4 * v * (1 - v)

    # reverse sweep
    v_bar = 1.0
    for v in reversed(v_tape):
        # line 32: v = 4 * v * (1 - v)
        v_bar *= 4 * (1 - v) - 4 * v
    return v_bar
