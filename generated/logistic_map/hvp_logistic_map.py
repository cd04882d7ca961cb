def hvp_logistic_map(x, n, x_dot):
    """Hessian of logistic_map.logistic_map with respect to x, times x_dot."""
    if not (isinstance(x, float) and isinstance(n, int)):
        raise TypeError("hvp_logistic_map was made for float, int")
    if n == 1:
        # line 28: return x
        return 0.0
    # forward sweep
    v = x
    v_tape = []
    v_dot = x_dot
    v_tape_dot = []
    for i in range(1, n):
        v_tape.append(v)
        v_tape_dot.append(v_dot)
        v_dot *= 4 * (1 - v) - 4 * v
        v = 4 * v * (1 - v)

    # reverse sweep
    v_bar = 1.0
    v_bar_dot = 0.0
    for v, v_dot in zip(reversed(v_tape), reversed(v_tape_dot)):
        # line 32: v = 4 * v * (1 - v)
        v_1 = 4 * (1 - v) - 4 * v
        v_bar_dot = v_bar_dot * v_1 - v_dot * (8 * v_bar)
        v_bar *= v_1
    return v_bar_dot
