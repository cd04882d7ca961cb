"""`python -m wengert show`: each stage on the terminal."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from wengert.__main__ import main

MODULE = '''
import math

def settle(x, n):
    for _ in range(n):
        x = math.sin(x)
    return x

def worst(x):
    global state
    state = x
    return x

class Model:
    def area(x):
        return x * x
'''


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("WENGERT_CACHE_DIR", "")
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setattr(sys, "modules", {**sys.modules})
    path = tmp_path / "settling.py"
    path.write_text(MODULE)
    return str(path)


def shown(capsys: pytest.CaptureFixture[str], *argv: str) -> str:
    assert main(["show", *argv]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize(
    ("stage", "first"),
    [
        ("source", "def settle(x, n):"),
        ("wengert", "function settle(x, n):"),
        ("forward", "def jvp_settle(x, n, x_dot):"),
        ("reverse", "def grad_settle(x, n):"),
        ("jacobian", "def jacobian_settle(x, n):"),
        ("hessian", "def hessian_settle(x, n):"),
        ("all", "source"),
    ],
)
def test_each_stage_begins_with_its_own_line(file: str, capsys: pytest.CaptureFixture[str], stage: str, first: str) -> None:
    text = shown(capsys, f"{file}:settle", "--args", "0.2", "10", "--stage", stage)
    assert text.splitlines()[0] == first
    assert text.endswith("\n") and not text.endswith("\n\n")


def test_all_stages_are_in_order(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = shown(capsys, f"{file}:settle", "--args", "0.2", "10", "--stage", "all")
    beginnings = ["def settle(", "function settle(", "function grad_settle(", "def grad_settle(", "def jvp_settle("]
    places = [text.index(beginning) for beginning in beginnings]
    assert places == sorted(places)


def test_arguments_are_literals_and_argnums_names(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert "with respect to x." in shown(capsys, f"{file}:Model.area", "--args", "1.5", "--argnums", "x")


def test_a_refusal_is_printed_with_its_place(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", f"{file}:worst", "--args", "0.2"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f'  File "{file}", line ')
    assert "wengert.UnsupportedSyntax: " in err


@pytest.mark.parametrize(
    ("function", "words"),
    [("settle", "expected FILE:FUNCTION"), ("nowhere.py:f", "there is no file nowhere.py"), ("{file}:nothing", "defines no function nothing")],
)
def test_a_command_that_makes_no_sense_says_so(file: str, capsys: pytest.CaptureFixture[str], function: str, words: str) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["show", function.format(file=file)])
    assert caught.value.code == 2
    assert words in capsys.readouterr().err


def test_it_runs_as_a_module(file: str) -> None:
    command = [sys.executable, "-m", "wengert", "show", f"{file}:settle", "--args", "0.2", "10"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "def grad_settle(x, n):")
