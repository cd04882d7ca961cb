import math


def grad_swing(angle, speed, length, steps, dt):
    """Gradient of pendulum.swing with respect to angle, speed and length."""
    if not (
        all(isinstance(value, float) for value in (angle, speed, length, dt))
        and isinstance(steps, int)
    ):
        raise TypeError("grad_swing was made for float, float, float, int, float")
    # forward sweep
    angle_tape = []
    angle_tape_1 = []
    angle_tape_2 = []
    angle_tape_3 = []
    for _ in range(steps):
        angle_tape.append(angle)
        s1 = -9.81 / length * math.sin(angle)
        angle_2 = angle + dt / 2 * speed
        angle_tape_1.append(angle_2)
        speed_1 = speed + dt / 2 * s1
        s2 = -9.81 / length * math.sin(angle_2)
        angle_2 = angle + dt / 2 * speed_1
        angle_tape_2.append(angle_2)
        speed_2 = speed + dt / 2 * s2
        s3 = -9.81 / length * math.sin(angle_2)
        angle_2 = angle + dt * speed_2
        angle_tape_3.append(angle_2)
        speed_3 = speed + dt * s3
        s4 = -9.81 / length * math.sin(angle_2)
        angle += dt / 6 * (speed + 2 * speed_1 + 2 * speed_2 + speed_3)
        speed += dt / 6 * (s1 + 2 * s2 + 2 * s3 + s4)

    # reverse sweep
    angle_bar = 1.0
    speed_bar = 0.0
    length_bar = 0.0
    for angle, angle_2, angle_3, angle_4 in zip(
        reversed(angle_tape), reversed(angle_tape_1), reversed(angle_tape_2), reversed(angle_tape_3)
    ):
        out_1 = -9.81 / length
        a2_1 = dt / 2
        angle_1 = dt / 6
        # line 24: speed += dt / 6 * (s1 + 2 * s2 + 2 * s3 + s4)
        speed_1_bar = speed_bar * angle_1
        s3_bar = speed_1_bar * 2
        # line 23: angle += dt / 6 * (a1 + 2 * a2 + 2 * a3 + a4)
        angle_2_bar = angle_bar * angle_1
        speed_bar_1 = angle_2_bar * 2
        speed_bar += angle_2_bar
        # line 14: return speed, -9.81 / length * math.sin(angle)   (slope, called in line 22)
        angle_bar_1 = speed_1_bar * out_1 * math.cos(angle_4)
        length_bar -= speed_1_bar * math.sin(angle_4) / length * out_1
        # line 22: a4, s4 = slope(angle + dt * a3, speed + dt * s3, length)
        speed_bar += angle_2_bar
        s3_bar_1 = s3_bar + angle_2_bar * dt
        angle_bar += angle_bar_1
        speed_bar_2 = speed_bar_1 + angle_bar_1 * dt
        # line 14: return speed, -9.81 / length * math.sin(angle)   (slope, called in line 21)
        angle_bar_1 = s3_bar_1 * out_1 * math.cos(angle_3)
        length_bar -= s3_bar_1 * math.sin(angle_3) / length * out_1
        # line 21: a3, s3 = slope(angle + dt / 2 * a2, speed + dt / 2 * s2, length)
        speed_bar += speed_bar_2
        s2_bar = s3_bar + speed_bar_2 * a2_1
        angle_bar += angle_bar_1
        speed_bar_1 += angle_bar_1 * a2_1
        # line 14: return speed, -9.81 / length * math.sin(angle)   (slope, called in line 20)
        angle_bar_1 = s2_bar * out_1 * math.cos(angle_2)
        length_bar -= s2_bar * math.sin(angle_2) / length * out_1
        # line 20: a2, s2 = slope(angle + dt / 2 * a1, speed + dt / 2 * s1, length)
        s1_bar = speed_bar_1 * a2_1 + speed_1_bar
        speed_bar = speed_bar + speed_bar_1 + angle_bar_1 * a2_1
        angle_bar += angle_bar_1
        # line 14: return speed, -9.81 / length * math.sin(angle)   (slope, called in line 19)
        length_bar -= s1_bar * math.sin(angle) / length * out_1
        angle_bar += s1_bar * out_1 * math.cos(angle)
    return angle_bar, speed_bar, length_bar
