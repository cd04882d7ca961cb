GRAVITY = 9.81


def grad_tied(height, stiffness, steps, dt):
    """Gradient of particles.tied with respect to height and stiffness."""
    if not (
        all(isinstance(value, float) for value in (height, stiffness, dt))
        and isinstance(steps, int)
    ):
        raise TypeError("grad_tied was made for float, float, int, float")
    # forward sweep
    height_1 = 0.5 * height
    speed = 0.0
    speed_1 = 1.0
    pull_1_tape = []
    test_tape = []
    test_1_tape = []
    for _ in range(steps):
        pull_1_tape.append(height - height_1)
        pull = stiffness * (height - height_1)
        force = -pull - GRAVITY
        speed += force * dt
        force = pull - GRAVITY * 2.0
        speed_1 += force / 2.0 * dt
        height += speed * dt
        test = height < 0
        test_tape.append(test)
        if test:
            height = -height
            speed *= -0.8
        height_1 += speed_1 * dt
        test_1 = height_1 < 0
        test_1_tape.append(test_1)
        if test_1:
            height_1 = -height_1
            speed_1 *= -0.8

    # reverse sweep
    # line 21: return self.mass * (self.speed**2 / 2 + GRAVITY * self.height)   (energy, called in line 43)
    height_bar = 2 * GRAVITY
    speed_bar = 2 * speed_1
    height_bar_1 = GRAVITY
    speed_bar_1 = speed
    stiffness_bar = 0.0
    for pull_1, test, test_1 in zip(
        reversed(pull_1_tape), reversed(test_tape), reversed(test_1_tape)
    ):
        if test_1:
            # line 30: self.speed *= -0.8   (move, called in line 42)
            speed_bar *= -0.8
            # line 29: self.height = -self.height   (move, called in line 42)
            height_bar = -height_bar
        # line 27: self.height += self.speed * dt   (move, called in line 42)
        speed_bar += height_bar * dt
        if test:
            # line 30: self.speed *= -0.8   (move, called in line 41)
            speed_bar_1 *= -0.8
            # line 29: self.height = -self.height   (move, called in line 41)
            height_bar_1 = -height_bar_1
        # line 27: self.height += self.speed * dt   (move, called in line 41)
        speed_bar_1 += height_bar_1 * dt
        # line 24: self.speed += force / self.mass * dt   (push, called in line 40)
        # line 24: self.speed += force / self.mass * dt   (push, called in line 39)
        # line 39: upper.push(-pull - GRAVITY * upper.mass, dt)
        pull_bar = speed_bar * dt / 2.0 - speed_bar_1 * dt
        # line 38: pull = stiffness * (upper.height - lower.height)
        pull_1_bar = pull_bar * stiffness
        stiffness_bar += pull_bar * pull_1
        height_bar -= pull_1_bar
        height_bar_1 += pull_1_bar
    # line 36: lower = Particle(0.5 * height, 1.0, mass=2.0)
    height_bar = height_bar_1 + height_bar * 0.5
    return height_bar, stiffness_bar
