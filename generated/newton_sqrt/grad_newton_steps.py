def grad_newton_steps(a, tol):
    """Gradient of newton_sqrt.newton_steps with respect to a."""
    if not (isinstance(a, float) and isinstance(tol, float)):
        raise TypeError("grad_newton_steps was made for float, float")
    # forward sweep
    x = a
    x_tape = []
    while abs(x * x - a) > tol:
        x_tape.append(x)
        x = (x + a / x) / 2

    # reverse sweep
    x_bar = 1.0
    a_bar = 0.0
    for x in reversed(x_tape):
        # line 26: x = (x + a / x) / 2
        x_1_bar = x_bar / 2
        x_2_bar = x_1_bar / x
        x_bar = x_1_bar - x_2_bar * (a / x)
        a_bar += x_2_bar
    return a_bar + x_bar
