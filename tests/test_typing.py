"""Types as checkers see them: derivatives keep the signature of their function."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

SNIPPET = '''
import numpy as np
from wengert import grad, value_and_grad, jacobian, hessian, vjp, jvp, linearize

def loss(w: float, n: int = 3) -> float:
    return w**n

reveal_type(grad(loss)(2.0, n=2))
reveal_type(value_and_grad(loss)(2.0))
reveal_type(vjp(loss, 2.0)[0])
reveal_type(jvp(loss, (2.0,), (1.0,)))
reveal_type(linearize(loss, 2.0)[0])
grad(loss)("two")
hessian(loss)(2.0, m=3)
jacobian(loss)()
'''
REVEALED = ["Any", "tuple[float, Any]", "float", "tuple[float, Any]", "float"]


@pytest.mark.slow
def test_mypy_reveals_the_signature(tmp_path: Path) -> None:
    api = pytest.importorskip("mypy.api")
    file = tmp_path / "snippet.py"
    file.write_text(SNIPPET, "utf-8")
    found, problems, _ = api.run(["--strict", "--follow-imports=silent", f"--cache-dir={tmp_path / 'cache'}", str(file)])
    assert not problems
    revealed = [line.split('"')[1].replace("builtins.", "") for line in found.splitlines() if "Revealed type" in line]
    assert revealed == REVEALED
    errors = [line.rpartition("[")[2].rstrip("]") for line in found.splitlines() if ": error:" in line]
    assert errors == ["arg-type", "call-arg", "call-arg"], found


@pytest.mark.slow
def test_pyright_reveals_the_signature(tmp_path: Path) -> None:
    if shutil.which("pyright") is None:
        pytest.skip("pyright is not installed")
    file = tmp_path / "snippet.py"
    file.write_text(SNIPPET, "utf-8")
    found = subprocess.run(["pyright", str(file)], capture_output=True, text=True, check=False).stdout
    assert found.count(" error: ") == 3 and found.count('is "tuple[float, Any]"') == 2
