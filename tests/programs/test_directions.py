"""Random programs: their Jacobians in all directions at once against those in reverse, and the Hessians of those with one
result against their columns."""

from __future__ import annotations

import contextlib
import copy
import io
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from compare import loaded
from generate import program

from wengert import Error, grad, jacfwd, jacrev
from wengert.tree import leaves_of, varies


def numbers(tree: Any) -> np.ndarray[Any, Any]:
    found = [np.ravel(np.asarray(leaf, float)) for leaf in leaves_of(tree) if leaf is not None]
    return np.concatenate(found) if found else np.zeros(0)


def agree(one: Any, other: Any) -> None:
    scale = 1 + np.nanmax(np.abs(numbers(other)), initial=0.0)
    np.testing.assert_allclose(numbers(one), numbers(other), rtol=1e-7, atol=1e-7 * scale)


@pytest.mark.parametrize("seed", [*range(40), 87, 105, 162, 200, 266])
def test_jacobians_of_random_programs_are_the_same_forward_and_in_reverse(seed: int, tmp_path: Path) -> None:
    made = program(seed)
    by = tuple(k for k, value in enumerate(made.arguments) if any(map(varies, leaves_of(value))))
    with warnings.catch_warnings(), loaded(made, tmp_path) as module, contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        agree(*(way(module.f, argnums=by)(*copy.deepcopy(made.arguments)) for way in (jacfwd, jacrev)))
        gradient = grad(module.f, argnums=by)
        try:
            gradient(*copy.deepcopy(made.arguments))
        except Error:  # of several results
            return
        hessian = jacfwd(gradient, argnums=by)
        one_by_one = hessian.one_by_one(copy.deepcopy(made.arguments), by)[1]
        agree(hessian(*copy.deepcopy(made.arguments)), one_by_one)
