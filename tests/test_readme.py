"""The README says what is true: its derivatives are those we print, its examples give what they say, its links and commands lead somewhere."""

from __future__ import annotations

import doctest
import importlib.util
import re
import shlex
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from wengert import grad

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text()


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


def test_the_examples_give_what_they_say() -> None:
    pytest.importorskip("scipy")
    failed, tried = doctest.testfile(str(ROOT / "README.md"), module_relative=False)
    assert tried > 10 and failed == 0


def test_the_command_prints_the_derivative_above() -> None:
    (command,) = re.findall(r"`python (-m wengert .*?)`", README)
    run = subprocess.run([sys.executable, *shlex.split(command)], capture_output=True, text=True, cwd=ROOT)
    assert run.returncode == 0, run.stderr
    shown, printed = (re.sub(r"# line \d+", "# line", text) for text in (blocks("python")[1], run.stdout))
    assert shown.strip() in printed


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", *(f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md")))])
def test_links_lead_to_files_and_headings_that_are_there(page: str) -> None:
    text = re.sub(r"^```.*?^```$|(?<=\n\n)(?:    [^\n]*\n|\n(?=    ))+", "", (ROOT / page).read_text(), flags=re.DOTALL | re.MULTILINE)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if "://" in target:
            continue
        path, _, heading = target.partition("#")
        file = (ROOT / page).parent / path if path else ROOT / page
        assert file.exists(), target
        assert not heading or heading in headings(file), target


def headings(file: Path) -> set[str]:
    """The names under which a page's headings can be linked to."""
    found = re.findall(r"^#+ (.*)$", file.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in found}
