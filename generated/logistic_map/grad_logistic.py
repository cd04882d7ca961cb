def grad_logistic(x, n):
    """Gradient of logistic_map.logistic with respect to x."""
    if not (isinstance(x, float) and isinstance(n, int)):
        raise TypeError("grad_logistic was made for float, int")
    # forward sweep
    v = x
    v_tape = []
    for i in range(1, n):
        v_tape.append(v)
        v = 4 * v * (1 - v)

    # reverse sweep
    v_bar = 1.0
    for v in reversed(v_tape):
        # line 22: v = 4 * v * (1 - v)
        v_bar *= 4 * (1 - v) - 4 * v
    return v_bar
