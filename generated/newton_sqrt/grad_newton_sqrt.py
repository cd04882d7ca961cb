def grad_newton_sqrt(a, tol):
    """Gradient of newton_sqrt.newton_sqrt with respect to a."""
    if not (isinstance(a, float) and isinstance(tol, float)):
        raise TypeError("grad_newton_sqrt was made for float, float")
    # forward sweep
    x = a
    x_tape = []
    step_tape = []
    while True:
        x_tape.append(x)
        step = (x * x - a) / (2 * x)
        step_tape.append(step)
        x = x - step
        if abs(step) < tol:
            break

    # reverse sweep
    x_bar = 1.0
    a_bar = 0.0
    for x, step in zip(reversed(x_tape), reversed(step_tape)):
        step_1 = 2 * x
        # line 17: x = x - step
        # line 16: step = (x * x - a) / (2 * x)
        step_bar = -x_bar / step_1
        a_bar -= step_bar
        x_bar += step_bar * (step_1 - 2 * step)
    return a_bar + x_bar
