"""A simulation of objects: particles with methods and a state that changes; the derivative has plain variables in their place.

    python examples/particles.py
"""

from __future__ import annotations

from wengert import grad, value_and_grad

GRAVITY = 9.81


class Particle:
    def __init__(self, height, speed, mass=1.0):
        self.height = height
        self.speed = speed
        self.mass = mass

    @property
    def energy(self):
        return self.mass * (self.speed**2 / 2 + GRAVITY * self.height)

    def push(self, force, dt):
        self.speed += force / self.mass * dt

    def move(self, dt):
        self.height += self.speed * dt
        if self.height < 0:  # bounces off the ground
            self.height = -self.height
            self.speed *= -0.8


def tied(height, stiffness, steps, dt):
    """Two particles on a spring fall; the energy that is left."""
    upper = Particle(height, 0.0)
    lower = Particle(0.5 * height, 1.0, mass=2.0)
    for _ in range(steps):
        pull = stiffness * (upper.height - lower.height)
        upper.push(-pull - GRAVITY * upper.mass, dt)
        lower.push(pull - GRAVITY * lower.mass, dt)
        upper.move(dt)
        lower.move(dt)
    return upper.energy + lower.energy


def thrown(speed, steps, dt):
    """Where a particle is that was thrown upward."""
    particle = Particle(0.0, speed)
    for _ in range(steps):
        particle.push(-GRAVITY * particle.mass - 0.1 * particle.speed, dt)
        particle.move(dt)
    return particle.height


def find_speed(wanted: float, guess: float, turns: int = 6) -> list[float]:
    """Newton's method for the speed that brings the particle to the height wanted."""
    step, speeds = value_and_grad(thrown), [guess]
    for _ in range(turns):
        height, by_speed = step(speeds[-1], 50, 0.01)
        speeds.append(speeds[-1] - (height - wanted) / by_speed)
    return speeds


def main() -> None:
    gradient = grad(tied, argnums=("height", "stiffness"))
    print(gradient.source(1.2, 3.0, 100, 0.01))
    print("energy after a second", tied(1.2, 3.0, 100, 0.01))
    print("its gradient         ", gradient(1.2, 3.0, 100, 0.01))
    step = 1e-6
    by_height = (tied(1.2 + step, 3.0, 100, 0.01) - tied(1.2 - step, 3.0, 100, 0.01)) / (2 * step)
    by_stiffness = (tied(1.2, 3.0 + step, 100, 0.01) - tied(1.2, 3.0 - step, 100, 0.01)) / (2 * step)
    print("by differences       ", (by_height, by_stiffness))
    print("a speed with which the particle is at 2 m after half a second:")
    for speed in find_speed(2.0, guess=5.0):
        print(f"   {speed:.12f}   height {thrown(speed, 50, 0.01):.12f}")


if __name__ == "__main__":
    main()
