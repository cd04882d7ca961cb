"""Objects in lists, called by a number of the run, that keep what they have gone through in lists of their own."""

from __future__ import annotations

import pytest
from whole_functions import Case, agree, collecting

CASES: dict[str, Case] = {}
case = collecting(CASES)


class Particle:
    def __init__(self, at):
        self.at, self.speed, self.trail = at, 0.0, []

    def push(self, by):
        self.speed += by
        self.at += self.speed
        self.trail.append(self.at)


class Cell:
    def __init__(self, size):
        self.size, self.log, self.total = size, [size], 0

    def grow(self, f):
        self.size = self.size * f
        self.log.append(self.size)
        self.total = sum(self.log)


@case(0.7)
def called_by_a_number(x):
    some = [Particle(x * k) for k in range(3)]
    for k in range(6):
        some[k % 3].push(some[0].at - x)
    return sum(p.at * p.speed for p in some) + sum(some[1].trail)


@case(0.7)
def written_between_calls(x):
    some = [Particle(x), Particle(2 * x)]
    for k in range(4):
        some[k % 2].at *= x
        some[k % 2].push(some[1].at)
        some[k % 2].at = x
    return sum(p.at * p.speed for p in some) * len(some[1].trail)


@case(0.7)
def histories_written_from_outside(x):
    some = [Particle(x), Particle(2 * x)]
    for k in range(4):
        some[k % 2].trail.append(x * k)
        some[k % 2].at += some[k % 2].trail[-1]
        some[(k + 1) % 2].trail.append(some[k % 2].at)
    return sum(p.at for p in some) + sum(some[0].trail) * some[1].trail[0]


@case(0.7)
def more_of_them_come(x):
    cells = [Cell(x), Cell(2.0)]
    for k in range(3):
        cells[k % 2].grow(x)
        if len(cells) < 4:
            cells.append(Cell(cells[0].size))
    return sum(c.total + c.size for c in cells)


@pytest.mark.parametrize(("function", "args"), CASES.values(), ids=CASES.keys())
def test_objects_with_histories_are_differentiated(function, args):
    agree(function, args)
