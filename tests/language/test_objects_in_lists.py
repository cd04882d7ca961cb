"""Lists of objects and of arrays: an object that two of them hold, or a variable and a list, is one object.

A write through one name is then seen through the other: a program of which that is followed is right, another is refused.
"""

from __future__ import annotations

import copy
import dataclasses
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from whole_functions import Case, agree, collecting

from wengert import grad
from wengert.errors import AliasError, Error


class Point:
    def __init__(self, x):
        self.x = x

    def double(self):
        self.x *= 2.0


class Holder:
    def __init__(self, part):
        self.part = part


X = np.array([1.2, 2.1, 3.3])

RIGHT: dict[str, Case] = {}
right = collecting(RIGHT)
REFUSED: dict[str, Case] = {}
refused = collecting(REFUSED)


@right(X)
def an_item_is_read_by_a_variable_and_written_through_it(x):
    points = [Point(xi) for xi in x]
    p = points[0]
    points[0].x = x[1] * 5
    p.double()
    return points[0].x + p.x


@right(X)
def two_items_are_written_in_turns(x):
    points = [Point(xi) for xi in x]
    for i in range(2):
        p, q = points[i], points[i + 1]
        p.x += q.x
        q.x *= p.x
        p.double()
    return points[0].x * 2 + points[1].x * points[2].x


@right(X)
def an_object_in_an_object_in_a_list(x):
    holders = [Holder(Point(xi)) for xi in x]
    p = holders[0].part
    p.x *= 3
    holders[1].part.double()
    return holders[0].part.x * holders[1].part.x


@right(X)
def another_array_in_an_object_that_shares_it(x):
    w = np.array([x[0], x[1]])
    holders = [Holder(w) for _ in range(3)]
    holders[0].part = holders[0].part * 2
    return holders[1].part[0] * holders[0].part[0] + w[1]


@right(X)
def an_array_of_an_object_in_a_list_in_place(x):
    holders = [Holder(np.array([xi, xi * xi])) for xi in x]
    for i in range(3):
        holders[i].part *= x[0]
    holders[1].part[0] += holders[0].part[1]
    return sum([h.part[0] * h.part[1] for h in holders])


@right(X)
def the_same_object_through_the_other_list(x):
    points = [Point(xi) for xi in x]
    swapped = [points[1], points[0]]
    points[0].x *= 2
    return points[0].x + swapped[0].x


@refused(X)
def a_variable_and_a_list(x):
    a, b = Point(x[0]), Point(x[1])
    points = [a, b]
    for _ in range(3):
        a.double()
    return sum([p.x for p in points])


@refused(X)
def the_list_then_the_variable(x):
    a = Point(x[0])
    points = []
    points.append(a)
    points[0].x *= 3
    return a.x


@refused(X)
def those_that_a_comprehension_picks(x):
    points = [Point(xi) for xi in x]
    for p in [p for p in points if p.x > 1.5]:
        p.x *= 2
    return sum([p.x for p in points])


@refused(X)
def those_that_are_appended(x):
    points, chosen = [Point(xi) for xi in x], []
    for p in points:
        chosen.append(p)
    chosen[0].x *= 2
    return points[0].x


@refused(X)
def a_copied_list(x):
    points = [Point(xi) for xi in x]
    others = list(points)
    others[0].x *= 2
    return points[0].x


@refused(X)
def a_longer_list(x):
    points = [Point(xi) for xi in x]
    others = points + [Point(1.0)]
    others[0].x *= 2
    return points[0].x


@refused(X)
def an_unpacked_list(x):
    points = [Point(xi) for xi in x]
    others = [*points]
    others[1].double()
    return points[1].x


@refused(X)
def an_extended_list(x):
    points, others = [Point(xi) for xi in x], []
    others.extend(points)
    others[0].double()
    return points[0].x


@refused(X)
def a_sorted_list(x):
    points = [Point(xi) for xi in x]
    others = sorted(points, key=lambda p: -p.x)
    others[0].double()
    return points[2].x


@refused(X)
def a_dict_of_what_a_list_holds(x):
    points = [Point(xi) for xi in x]
    named = {}
    named["a"] = points[0]
    named["a"].x *= 2
    return points[0].x


@refused(X)
def one_object_twice(x):
    a = Point(x[0])
    points = [a, a]
    points[0].x = x[1] * 3
    return points[1].x


@refused(X)
def one_object_in_every_turn(x):
    a, points = Point(x[0]), []
    for _ in range(3):
        points.append(a)
    points[0].x = x[1] * 3
    return points[1].x


@refused(X)
def one_object_in_all_objects(x):
    p = Point(x[0])
    holders = [Holder(p) for _ in range(3)]
    holders[0].part.x *= 2
    return holders[1].part.x


@refused(X)
def one_array_in_all_objects(x):
    w = np.array([x[0], x[1]])
    holders = [Holder(w) for _ in range(3)]
    holders[0].part *= 2
    return holders[1].part[0]


@refused(X)
def an_array_goes_from_object_to_object(x):
    holders = [Holder(np.array([xi, xi])) for xi in x]
    holders[0].part = holders[1].part
    holders[0].part *= 2
    return holders[1].part[0]


@refused(X)
def an_array_that_an_object_held(x):
    holders = [Holder(np.array([xi, xi])) for xi in x]
    v = holders[0].part
    holders[0].part = v * 2
    v[0] = x[2]
    return holders[1].part[0] + holders[0].part[0]


@refused(X)
def rows_in_a_copied_list(x):
    rows = [np.array([xi, 2 * xi]) for xi in x]
    others = list(rows)
    others[0] *= 2
    return rows[0][0]


@refused(X)
def rows_in_a_shallow_copy(x):
    rows = [np.array([xi, 2 * xi]) for xi in x]
    others = copy.copy(rows)
    others[0] *= 2
    return rows[0][0]


@refused(X)
def lists_in_a_copied_list(x):
    rows = [[xi, 2 * xi] for xi in x]
    others = list(rows)
    rows[0][0] *= 2
    return others[0][0]


@refused(X)
def a_row_is_replaced_in_one_branch_and_written_in_the_other(x):
    a, b = np.array([x[0]]), np.array([x[1]])
    rows = [a, b]
    if x[0] > 0:
        rows[0] = b * 3
    else:
        a *= 2
    return rows[0][0]


@right(X, [np.ones(2), np.ones(2) * 2, np.zeros(2)])
def arrays_of_an_argument_in_objects(x, v):
    holders = [Holder(w) for w in v]
    for h, xi in zip(holders, x):
        h.part += xi
        h.part *= xi
    return sum(np.sum(h.part**2) for h in holders)


@pytest.mark.parametrize(("function", "args"), RIGHT.values(), ids=list(RIGHT))
def test_both_modes_agree(function: Callable[..., Any], args: tuple[Any, ...]) -> None:
    agree(function, args)


@pytest.mark.parametrize(("function", "args"), REFUSED.values(), ids=list(REFUSED))
def test_what_may_have_been_written_under_another_name_is_refused(function: Callable[..., Any], args: tuple[Any, ...]) -> None:
    with pytest.raises(AliasError, match="W081"):
        grad(function)(*args)


class Body:
    def __init__(self, mass, position, velocity):
        self.mass = mass
        self.position = position
        self.velocity = velocity
        self.acceleration = np.zeros(2)

    def move(self, dt):
        self.velocity += dt * self.acceleration
        self.position += dt * self.velocity

    def energy(self):
        return 0.5 * self.mass * np.sum(self.velocity**2)


class System:
    def __init__(self, bodies, g):
        self.bodies = bodies
        self.g = g

    def attract(self):
        for a in self.bodies:
            a.acceleration = np.zeros(2)
            for b in self.bodies:
                if a is b:
                    continue
                r = b.position - a.position
                a.acceleration += self.g * b.mass * r / (np.sum(r**2) + 0.01) ** 1.5


MASSES = [1.0, 0.3, 0.2]
PLACES = np.array([[0.0, 0.0], [1.0, 0.2], [-0.3, 1.1]])
SPEEDS = np.array([[0.1, 0.0], [0.0, 0.5], [0.2, -0.4]])

BODIES: dict[str, Case] = {}
bodies_case = collecting(BODIES)


@bodies_case(PLACES, SPEEDS)
def a_display_of_bodies(x, v):
    bodies = [Body(1.0, x[0].copy(), v[0].copy()), Body(0.5, x[1].copy(), v[1].copy()), Body(0.25, x[2].copy(), v[2].copy())]
    for _ in range(3):
        for a in bodies:
            a.acceleration = np.zeros(2)
            for b in bodies:
                if a is not b:
                    r = b.position - a.position
                    a.acceleration += b.mass * r / np.sum(r**2) ** 1.5
        for b in bodies:
            b.velocity += 0.02 * b.acceleration
            b.position += 0.02 * b.velocity
    return sum(b.energy() for b in bodies)


@bodies_case(PLACES, SPEEDS)
def bodies_that_are_not_equal(x, v):
    bodies = [Body(m, p, w) for m, p, w in zip(MASSES, x, v)]
    for _ in range(3):
        for a in bodies:
            a.acceleration = np.zeros(2)
            for b in bodies:
                if a != b:
                    r = b.position - a.position
                    a.acceleration = a.acceleration + b.mass * r / np.sum(r**2) ** 1.5
        for b in bodies:
            b.velocity = b.velocity + 0.02 * b.acceleration
            b.position = b.position + 0.02 * b.velocity
    return sum(b.energy() for b in bodies)


@bodies_case(PLACES, SPEEDS)
def bodies_by_number(x, v):
    bodies = [Body(MASSES[i], x[i].copy(), v[i].copy()) for i in range(len(x))]
    for _ in range(3):
        for i, a in enumerate(bodies):
            a.acceleration[:] = 0.0
            for j, b in enumerate(bodies):
                if i == j:
                    continue
                r = b.position - a.position
                a.acceleration += b.mass * r / np.sum(r**2) ** 1.5
        for b in bodies:
            b.move(0.02)
    return bodies[0].position @ bodies[1].velocity


@bodies_case(0.8, PLACES, SPEEDS)
def bodies_of_a_system(g, x, v):
    system = System([Body(m, p.copy(), w.copy()) for m, p, w in zip(MASSES, x, v)], g)
    for _ in range(3):
        system.attract()
        for b in system.bodies:
            b.move(0.02)
    return sum(b.energy() for b in system.bodies)


@bodies_case(PLACES, SPEEDS)
def each_pair_of_bodies(x, v):
    bodies = [Body(m, p.copy(), w.copy()) for m, p, w in zip(MASSES, x, v)]
    for _ in range(3):
        for i in range(len(bodies)):
            for j in range(i + 1, len(bodies)):
                a, b = bodies[i], bodies[j]
                r = b.position - a.position
                force = a.mass * b.mass * r / np.sum(r**2) ** 1.5
                a.velocity += 0.02 * force / a.mass
                b.velocity -= 0.02 * force / b.mass
        for b in bodies:
            b.position += 0.02 * b.velocity
    return sum(b.energy() for b in bodies)


@bodies_case(PLACES)
def a_grid_of_points(x):
    grid = [[Point(xi) for xi in row] for row in x]
    for row in grid:
        for p in row:
            p.x *= 2
    return sum([p.x**2 for row in grid for p in row])


@dataclasses.dataclass(frozen=True)
class State:
    x: float
    v: float

    def step(self, dt):
        return State(self.x + dt * self.v, self.v - dt * math.sin(self.x))


@bodies_case(X)
def an_ensemble_of_states_that_are_replaced(x):
    states = [State(xi, 0.1) for xi in x]
    for _ in range(4):
        states = [s.step(0.1) for s in states]
    return sum(0.5 * s.v**2 - math.cos(s.x) for s in states)


class Cell:
    def __init__(self, volume, rate):
        self.volume = volume
        self.rate = rate
        self.age = 0

    def divide(self):
        self.volume /= 2
        return Cell(self.volume, self.rate * 0.9)


@bodies_case(0.7)
def cells_that_divide(rate):
    cells = [Cell(1.0, rate)]
    for _ in range(8):
        new = []
        for c in cells:
            c.volume += 0.3 * c.rate * c.volume
            c.age += 1
            if c.volume > 2.0:
                new.append(c.divide())
        cells.extend(new)
    return sum(c.volume for c in cells)


@bodies_case(0.5, 3)
def objects_of_numbers_and_constants(g, n):
    points = [Cell(g * i, 1.0) for i in range(n)]
    for p in points:
        p.rate += g
        p.volume += p.rate * p.rate
    return points[0].volume * points[-1].volume


@bodies_case(PLACES, SPEEDS)
def bodies_of_rows_of_the_arguments(x, v):
    bodies = [Body(1.0, p, w) for p, w in zip(x, v)]
    for b in bodies:
        b.position += 0.1 * b.velocity
        b.position *= 2
    return sum(np.sum(b.position**2 * b.velocity) for b in bodies)


@bodies_case(X)
def the_last_of_a_list_by_its_negative_number(x):
    points = [Point(xi) for xi in x]
    last = points[-1]
    for p in points:
        if p is not last:
            p.x *= last.x
    return sum([p.x**2 for p in points])


@pytest.mark.parametrize(("function", "args"), BODIES.values(), ids=list(BODIES))
def test_objects_of_a_list_act_on_each_other(function: Callable[..., Any], args: tuple[Any, ...]) -> None:
    agree(function, args, order=2)


def test_a_list_that_becomes_longer_while_its_objects_are_written_is_refused() -> None:
    def grown(x):
        points = [Point(xi) for xi in x]
        for p in points:
            p.x *= 2
            if len(points) < 5:
                points.append(Point(x[0]))
        return sum([p.x for p in points])

    with pytest.raises(Error, match="W08[13]"):
        grad(grown)(X)
