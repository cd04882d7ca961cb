GRAVITY = 9.81


def value_and_grad_thrown(speed, steps, dt):
    """Value and gradient of particles.thrown with respect to speed."""
    if not (isinstance(speed, float) and isinstance(dt, float) and isinstance(steps, int)):
        raise TypeError("value_and_grad_thrown was made for float, int, float")
    # forward sweep
    height = 0.0
    test_tape = []
    for _ in range(steps):
        force = -GRAVITY - 0.1 * speed
        speed += force * dt
        height += speed * dt
        test = height < 0
        test_tape.append(test)
        if test:
            height = -height
            speed *= -0.8

    # reverse sweep
    height_bar = 1.0
    speed_bar = 0.0
    for test in reversed(test_tape):
        if test:
            # line 30: self.speed *= -0.8   (move, called in line 51)
            speed_bar *= -0.8
            # line 29: self.height = -self.height   (move, called in line 51)
            height_bar = -height_bar
        # line 27: self.height += self.speed * dt   (move, called in line 51)
        speed_bar += height_bar * dt
        # line 24: self.speed += force / self.mass * dt   (push, called in line 50)
        # line 50: particle.push(-GRAVITY * particle.mass - 0.1 * particle.speed, dt)
        speed_bar -= speed_bar * dt * 0.1
    return height, speed_bar
