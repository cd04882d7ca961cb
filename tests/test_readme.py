"""The README says what is true: its derivative is the one we print, and it has the two set-up commands."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

from wengert import grad

README = (Path(__file__).resolve().parent.parent / "README.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)


def module_of(text: str, path: Path) -> ModuleType:
    path.write_text(text)
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_derivative_shown_is_the_one_we_print(tmp_path: Path) -> None:
    example, derivative = blocks("python")
    function = example[example.index("def ") : example.index("\n\ngrad(")] + "\n"
    module = module_of(function, tmp_path / "logistic_map.py")
    assert grad(module.logistic_map).source(0.2, 10).strip() == derivative.strip()


def test_there_are_two_commands_that_set_up_a_machine_with_nothing_but_python() -> None:
    commands = [block.strip() for block in blocks("sh")]
    assert len(commands) == 2
    assert all(command.startswith("python3 -m venv .venv && .venv/bin/pip install -e ") for command in commands)
    assert commands[0].endswith("examples/logistic_map.py") and commands[1].endswith("-m pytest")
