"""Rows about SciPy are read when SciPy is there, and what they do not cover is refused."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wengert import grad
from wengert.errors import Error, UnsupportedKeyword
from wengert.rules.table import lookup, op_of

special = pytest.importorskip("scipy.special")
signal = pytest.importorskip("scipy.signal")
ndimage = pytest.importorskip("scipy.ndimage")


def test_importing_wengert_imports_no_scipy() -> None:
    found = subprocess.run(
        [sys.executable, "-c", "import sys, wengert; print([m for m in sys.modules if m.startswith('scipy')])"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert found.stdout == "[]\n"


def test_function_of_scipy_has_the_op_of_its_module() -> None:
    assert op_of(special.gammaln) == "scipy.special.gammaln"
    assert op_of(special.psi) == op_of(special.digamma)


def test_op_in_a_text_loads_its_rows() -> None:
    code = "from wengert.rules.table import lookup; print(lookup('scipy.special.erf').op)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "scipy.special.erf\n"
    assert lookup("scipy.special.no_such_function") is None


def log_gamma(x: Any) -> Any:
    return special.gammaln(x) * x


def test_text_uses_the_users_name_for_the_module() -> None:
    assert "special.digamma(x)" in grad(log_gamma).source(2.5)
    assert grad(log_gamma)(2.5) == pytest.approx(2.5 * special.digamma(2.5) + special.gammaln(2.5), rel=1e-14)


def test_saved_module_imports_what_it_needs(tmp_path: Path) -> None:
    grad(log_gamma).save(str(tmp_path / "saved_gamma.py"), 2.5)
    text = (tmp_path / "saved_gamma.py").read_text()
    assert "import scipy.special as special" in text
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import saved_gamma; print(saved_gamma.grad_log_gamma(2.5))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert float(found.stdout) == grad(log_gamma)(2.5)


def shape_slope(a: Any, x: Any) -> Any:
    return special.gammainc(a, x)


def test_saved_module_holds_the_helpers_it_calls(tmp_path: Path) -> None:
    grad(shape_slope).save(str(tmp_path / "saved_shape.py"), 1.5, 2.5)
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import saved_shape; print(saved_shape.grad_shape_slope(1.5, 2.5))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert float(found.stdout) == grad(shape_slope)(1.5, 2.5)


def filtered_into(x: Any, out: Any) -> Any:
    return np.sum(ndimage.gaussian_filter(x, 1.0, output=out))


def signed(x: Any) -> Any:
    return special.logsumexp(x, return_sign=True)[0]


def weighted(b: Any, x: Any) -> Any:
    return special.logsumexp(x, b=b)


def struve_order(v: Any) -> Any:
    return special.struve(v, 1.5)


def median(x: Any) -> Any:
    return np.sum(signal.medfilt(x, 3))


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        (filtered_into, (np.ones((3, 3)), np.ones((3, 3)))), (signed, (np.ones(3),)),
        (weighted, (np.ones(3), np.ones(3))), (struve_order, (0.5,)), (median, (np.ones(40),)),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)  # fmt: skip
def test_what_a_row_does_not_cover_is_refused(function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    with pytest.raises(Error):
        grad(function)(*arguments)


def test_array_to_be_written_into_is_an_unsupported_keyword() -> None:
    with pytest.raises(UnsupportedKeyword, match="output"):
        grad(filtered_into)(np.ones((3, 3)), np.ones((3, 3)))
