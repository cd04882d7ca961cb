"""Derivatives in other processes: by spawning, by joblib, by cloudpickle; of functions that cannot be imported there, too."""

from __future__ import annotations

import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import pytest

from wengert import grad, hessian, hvp, jacobian, value_and_grad

pytestmark = pytest.mark.slow


def test_spawned_processes_take_derivatives_of_lambdas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [os.path.dirname(__file__), os.environ.get("PYTHONPATH", "")])))
    scale = 3.0
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        assert list(pool.map(grad(lambda x: scale * x**2), [1.0, 2.0])) == [6.0, 12.0]
        np.testing.assert_array_equal(pool.submit(jacobian(lambda x: x * x), np.arange(3.0)).result(), np.diag([0.0, 2.0, 4.0]))
        assert pool.submit(hvp(lambda x: x**3), 2.0, 1.0).result() == 12.0


def test_joblib_takes_derivatives() -> None:
    joblib = pytest.importorskip("joblib")
    found = joblib.Parallel(n_jobs=2)(joblib.delayed(value_and_grad(lambda x: x**3))(float(x)) for x in range(3))
    assert found == [(0.0, 0.0), (1.0, 3.0), (8.0, 12.0)]


def test_cloudpickle_takes_derivatives() -> None:
    cloudpickle = pytest.importorskip("cloudpickle")
    assert cloudpickle.loads(cloudpickle.dumps(hessian(lambda x: x**3)))(2.0) == 12.0
