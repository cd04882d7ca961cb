"""What values are called that the user has not named."""

from __future__ import annotations

import numpy as np

from wengert import grad


class Grid:
    def __init__(self, items, size):
        self.cells = np.zeros(size)
        self.cells[:] = items

    def step(self, c):
        for k in range(1, len(self.cells)):
            self.cells[k] += c * self.cells[k - 1] ** 2


def test_an_array_in_a_field_and_its_parts_are_called_after_the_field():
    def f(x, c):
        grid = Grid(x, 5)
        for _ in range(3):
            grid.step(c)
        return np.sum(grid.cells**2)

    text = grad(f).source(np.ones(5), 0.3)
    assert "cells_bar = 2 * cells" in text and "cells_1_tape" in text
    assert "items" not in text.replace("self.cells[:] = items", "") and "self_" not in text
