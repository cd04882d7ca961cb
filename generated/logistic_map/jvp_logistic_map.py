def jvp_logistic_map(x, n, x_dot):
    """Value and tangent of logistic_map.logistic_map along x_dot."""
    if not (isinstance(x, float) and isinstance(n, int)):
        raise TypeError("jvp_logistic_map was made for float, int")
    if n == 1:
        return x, x_dot
    v = x
    v_dot = x_dot
    for i in range(1, n):
        v_dot *= 4 * (1 - v) - 4 * v
        v = 4 * v * (1 - v)
    return v, v_dot
