"""`generated/`: up to date, the same under any hash seed, and running without wengert."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from regenerate import GENERATED, regenerate
from table import ROWS

ROOT = GENERATED.parent

# Runs in a Python where wengert cannot be imported: every module must load and give numbers
WITHOUT_WENGERT = """
import importlib.util, pathlib, pickle, sys
sys.modules["wengert"] = None
for name, function, arguments in pickle.load(open(sys.argv[1], "rb")):
    spec = importlib.util.spec_from_file_location(name.replace("/", "_"), pathlib.Path(sys.argv[2]) / (name + ".py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    print(name, repr(getattr(module, function)(*arguments))[:60])
"""


def files(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): path.read_text() for path in sorted(folder.rglob("*.py"))}


def test_generated_is_what_the_examples_give(tmp_path: Path) -> None:
    regenerate(tmp_path)
    assert files(tmp_path) == files(GENERATED), "run python examples/regenerate.py and read the diff"


@pytest.mark.slow
@pytest.mark.parametrize("seed", ["0", "1", "4242"])
def test_texts_do_not_depend_on_the_hash_seed(tmp_path: Path, seed: str) -> None:
    environment = os.environ | {"PYTHONHASHSEED": seed, "WENGERT_CACHE_DIR": ""}
    subprocess.run([sys.executable, ROOT / "examples" / "regenerate.py", tmp_path], env=environment, check=True, capture_output=True)
    assert files(tmp_path) == files(GENERATED)


def test_modules_run_without_wengert_installed(tmp_path: Path) -> None:
    calls: list[tuple[str, str, tuple[Any, ...]]] = []
    rows = [row for row in ROWS if row.module != "own_rules"]  # whose texts call functions of that module, and it imports wengert
    for row in rows:
        arguments = row.arguments()
        if row.mode == "jvp":  # a tangent for each that can vary
            arguments = (*arguments, *(argument * 0.5 for argument in arguments if isinstance(argument, (float, np.ndarray))))
        if row.mode == "hvp":  # the vector
            arguments = (*arguments, arguments[0] * 0.5)
        calls.append((row.name, f"{row.mode}_{row.function}", arguments))
    (tmp_path / "calls").write_bytes(pickle.dumps(calls))
    run = subprocess.run(
        [sys.executable, "-c", WITHOUT_WENGERT, tmp_path / "calls", GENERATED], capture_output=True, text=True, cwd=tmp_path
    )
    assert run.returncode == 0, run.stderr
    assert [line.split()[0] for line in run.stdout.splitlines() if "/" in line] == [row.name for row in rows]


def test_no_helper_is_called_that_plain_numpy_can_say() -> None:
    """A new helper call in `generated/` needs a reason; add it here with it."""
    helpers = ("unbroadcast(", "project(")
    found = {name for name, text in files(GENERATED).items() for helper in helpers if helper in text}
    assert found == set()
