"""Lists of numbers where NumPy takes an array, of known length and of any, in both modes and to second order."""

from __future__ import annotations

import numpy as np
import pytest
from both_modes import function_of

from wengert import check_grads, grad

MADE = """\
xs = [x]
for k in range(n):
    xs.append(x * k + 1.0)
ys = [x, 2 * x, x * x]
rows = [[x, 1.0], [2 * x, x]]
return """

OF_ONE = [
    "np.sum({})", "np.mean({})", "np.prod({})", "np.max({})", "np.std({})", "np.median({})", "np.average({})", "np.linalg.norm({})",
    "np.dot({0}, {0})", "np.sum(np.outer({0}, {0}))", "np.sum(np.exp({0}) * np.array({0}))", "np.cumsum({})[-1]", "np.trapezoid({})",
    "np.sum(np.diff({}))", "np.interp(0.3, [0.0, 1.0, 2.0], {}[:3])", "np.polyval({}, x)", "np.sum(np.convolve({0}, {0}))",
    "np.sum(np.where(np.array({0}) > 1, {0}, 0.0))", "np.sum({0} * np.array({0}))", "math.fsum({})",
]  # fmt: skip
OTHERS = [
    "np.linalg.det(rows)", "np.linalg.solve(rows, [x, 1.0])[0]", "np.dot(rows, [x, 2.0])[0]", "np.linalg.inv(rows)[0, 1]", "np.trace(rows)",
    "np.sum([np.array(ys), np.array(ys) * 2], axis=0)[1]", "np.max((x, 2 * x))", "np.maximum([x, 1.0], [2.0, x]).sum()",
    "np.average(ys, weights=[1.0, 2.0, x])", "np.vstack([ys, ys])[0, 1]", "np.concatenate([ys, [x]])[3]", "np.einsum('i,i', ys, ys)",
    "np.stack([ys, ys])[0, 1]", "np.cross(ys, [1.0, x, 2.0])[0]", "np.clip(ys, 0.0, 1.0).sum()", "np.sum(np.array(ys) ** [1, 2, 3])",
    "np.mean([v for v in xs if v > 1])", "np.array(rows) @ [x, 1.0] @ [1.0, x]",
]  # fmt: skip


@pytest.mark.parametrize("expression", [*(text.format(name) for text in OF_ONE for name in ("xs", "ys")), *OTHERS])
def test_a_list_of_numbers_is_an_array_to_numpy(expression: str) -> None:
    check_grads(function_of(MADE + expression), (0.7, 3), order=2)


def test_a_list_that_does_not_vary_stays_as_it_is() -> None:
    def weighted(x, w):
        return np.sum(np.roll(x, [1, 2], axis=[0, 1]) * w)

    assert "np.array" not in grad(weighted).source(np.ones((2, 3)), 2.0)
