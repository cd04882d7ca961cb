"""Texts kept on disk: found again, never trusted blindly, and never in the way."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from wengert import making
from wengert.backend.cache import Entry, Shelf, digest_of, shelf, stamp

PROGRAM = """
import sys
sys.path.insert(0, {folder!r})
import wengert.pipeline, wengert.making as making
made = []
derive = wengert.pipeline.derive
wengert.pipeline.derive = lambda request: made.append(request) or derive(request)
import model
from wengert import grad, vjp
print(grad(model.loss)(0.5, 2), vjp(model.loss, 0.5, 2)[1](1.0), len(made))
"""

MODEL = """
import math
SCALE = 2.0

def helper(x):
    return math.sin(x)

def loss(x, n):
    y = x
    for i in range(n):
        y = helper(y) * SCALE
    return y
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place for a module and a cache of its own."""
    monkeypatch.setenv("WENGERT_CACHE_DIR", str(tmp_path / "cache"))
    (tmp_path / "model.py").write_text(MODEL)
    return tmp_path


def run(folder: Path, **environment: str) -> list[str]:
    """The gradient, the cotangents and how many derivatives were made, from a new process."""
    command = [sys.executable, "-c", PROGRAM.format(folder=str(folder))]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | environment)
    assert done.returncode == 0, done.stderr
    return done.stdout.rsplit(maxsplit=1)


def entries(folder: Path) -> list[Path]:
    return sorted((folder / "cache").glob("*.py"))


def test_a_second_process_makes_nothing(folder: Path) -> None:
    first, second = run(folder), run(folder, PYTHONHASHSEED="7")
    assert (first[1], second[1]) == ("2", "0")
    assert first[0] == second[0]
    assert len(entries(folder)) == 2


def test_entries_are_readable_python(folder: Path) -> None:
    run(folder)
    texts = [path.read_text() for path in entries(folder)]
    assert sorted(text.split("(")[0] for text in texts) == ["def grad_loss", "def vjp_loss"]
    for text in texts:
        compile(text, "entry", "exec")


@pytest.mark.parametrize(
    ("old", "new"),
    [("y = x\n", "y = 2 * x\n"), ("math.sin", "math.cos"), ("SCALE = 2.0", "SCALE = 3"), ("def loss", "\n\ndef loss")],
)
def test_what_shapes_the_text_makes_it_anew(folder: Path, old: str, new: str) -> None:
    run(folder)
    (folder / "model.py").write_text(MODEL.replace(old, new))
    again = run(folder)
    (folder / "cache").rename(folder / "away")
    assert again == run(folder)
    assert again[1] == "2"


@pytest.mark.parametrize("damage", [lambda text: text[:50], lambda text: text.replace("return", "return 2 *"), lambda text: "\x00"])
def test_a_damaged_entry_counts_as_not_there(folder: Path, damage: Any) -> None:
    first = run(folder)
    for path in entries(folder):
        path.write_text(damage(path.read_text()))
    assert run(folder) == first
    assert run(folder)[1] == "0"


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_what_others_can_write_is_never_run(folder: Path) -> None:
    first = run(folder)
    assert (folder / "cache").stat().st_mode & 0o777 == 0o700
    for path in entries(folder):
        path.chmod(0o666)
    assert run(folder) == first
    (folder / "cache").chmod(0o777)
    assert run(folder) == first


def test_an_empty_folder_name_turns_the_cache_off(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WENGERT_CACHE_DIR", "")
    assert shelf() is None
    assert run(folder)[1] == run(folder)[1] == "2"
    assert not (folder / "cache").exists()


def test_a_folder_that_cannot_be_made_is_no_error(folder: Path) -> None:
    (folder / "cache").write_text("a file in the way")
    assert run(folder)[1] == "2"


def test_the_oldest_entries_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wengert.backend.cache.LIMIT", 4)
    kept = Shelf(str(tmp_path / "cache"))
    for number in range(5):
        kept.save(f"entry{number}", Entry("pass\n", "f"))
        os.utime(tmp_path / "cache" / f"entry{number}.py", (number, number))
    assert kept.load("entry4") == Entry("pass\n", "f")
    assert kept.load("entry0") is None
    assert len(entries(tmp_path)) == 2


def test_digests_tell_where_one_part_ends() -> None:
    assert digest_of(["ab", "c"]) != digest_of(["a", "bc"])


def test_a_function_is_stamped_by_its_code() -> None:
    def make(body: str) -> Any:
        namespace: dict[str, Any] = {"__name__": "module"}
        exec(compile(f"def f(x):\n    return {body}", "file", "exec"), namespace)
        return namespace["f"]

    assert stamp(make("x")) == stamp(make("x")) != stamp(make("2 * x"))
    assert stamp(make("x in {'a', 'b', 'c'}")) == stamp(make("x in {'c', 'b', 'a'}"))


def test_loading_takes_at_most_five_milliseconds(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(folder))
    import model

    from wengert import grad

    grad(model.loss)(0.5, 2)
    spent = []
    for _ in range(5):
        making.forget()
        monkeypatch.setattr("wengert.pipeline.derive", lambda request: pytest.fail("made again"))
        start = time.perf_counter()
        grad(model.loss)(0.5, 2)
        spent.append(time.perf_counter() - start)
    assert min(spent) < 0.005
