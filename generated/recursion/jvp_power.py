def power_jvp(x, n, x_dot):
    if n == 0:
        return 1.0, 0.0
    h, h_dot = power_jvp(x, n // 2, x_dot)
    if n % 2:
        return x * h * h, (x_dot * h + h_dot * x) * h + h_dot * (x * h)
    return h * h, h_dot * (2 * h)


def jvp_power(x, n, x_dot):
    """Value and tangent of recursion.power along x_dot."""
    if not (isinstance(x, float) and isinstance(n, int)):
        raise TypeError("jvp_power was made for float, int")
    return power_jvp(x, n, x_dot)
