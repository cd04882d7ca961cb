"""Who may import whom: a file imports from its own row of the table below and from the rows above it, never from below.

Every import counts, also one inside of a function or for types alone. In rows 4 to 6 the parts of one row do not import each other.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1] / "src" / "wengert"

LAYERS: Mapping[int, Mapping[str, str]] = {
    1: {  # what imports nothing of ours but this row: values, messages, what users say, what generated code calls
        "errors": "errors codes", "tree": "tree records", "forms": "forms", "dispatch": "dispatch",
        "runtime": "runtime partial_products pieces grids slopes spectra steps", "said": "entries standing snapshots surgery",
    },
    2: {"ir": "ir"},
    3: {"rules": "rules"},
    4: {"frontend": "frontend", "analysis": "analysis", "effects": "effects"},
    5: {"transform": "transform", "optimize": "optimize"},
    6: {"backend": "backend", "unfolding": "unfolding edits embedding segmenting noting"},
    7: {"pipeline": "pipeline surroundings programs"},
    8: {
        "api": "__init__ __main__ api modes jacobians products sparse flat derivative making arguments pickling watching explain nans balance",
        "check": "check check_rules", "custom": "custom custom_functions",
    },
}  # fmt: skip

APART = (4, 5, 6)

EXCEPTIONS: Mapping[tuple[str, str], str] = {}
"""Imports that go against the table: (file, what it imports), and the reason."""

PLACE = {file: (row, part) for row, parts in LAYERS.items() for part, files in parts.items() for file in files.split()}


def files() -> Iterator[tuple[str, Path]]:
    """Each file by its name inside of the package: `analysis.heap`."""
    for path in sorted(ROOT.rglob("*.py")):
        yield ".".join(path.relative_to(ROOT).with_suffix("").parts), path


def imported(text: str) -> set[str]:
    """The names inside of the package that a file imports, wherever the import stands.

    >>> sorted(imported("from wengert.ir.core import Apply\\ndef f():\\n    import wengert.api"))
    ['api', 'ir.core']
    """
    found: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.module and not node.level, "imports are absolute"
            whole = node.module == "wengert"  # `from wengert import errors` imports a file, `from wengert import grad` the package
            found.update(f"wengert.{alias.name}" if alias.name in PLACE else "wengert" for alias in node.names if whole)
            found.update(() if whole else (node.module,))
    return {name.partition(".")[2] or "__init__" for name in found if name.partition(".")[0] == "wengert"}


def against(file: str, text: str) -> list[str]:
    """The imports of a file that go against the table."""
    row, part = PLACE[file.partition(".")[0]]
    wrong = []
    for name in sorted(imported(text)):
        other_row, other = PLACE[name.partition(".")[0]]
        below = other_row > row or (other_row == row and other != part and row in APART)
        if below and (file, name) not in EXCEPTIONS:
            wrong.append(name)
    return wrong


def test_every_file_stands_in_the_table():
    standing = {name.partition(".")[0] for name, _ in files()}
    assert standing == set(PLACE)


@pytest.mark.parametrize(("name", "path"), list(files()), ids=lambda value: value if isinstance(value, str) else "")
def test_a_file_imports_only_from_its_own_row_and_the_rows_above(name, path):
    assert against(name, path.read_text(encoding="utf-8")) == []


def test_an_import_from_below_is_found_wherever_it_stands():
    assert against("ir.core", "def f():\n    from wengert.analysis.heap import Heap") == ["analysis.heap"]
    assert against("rules.table", "from wengert import errors, api") == ["api"]
    assert against("errors", "import wengert") == ["__init__"]


def test_parts_of_one_row_do_not_import_each_other():
    assert against("frontend.lower", "from wengert.analysis.state import State\nfrom wengert.frontend.source import Source") == ["analysis.state"]


def test_an_exception_is_one_that_is_needed():
    texts = {name: path.read_text(encoding="utf-8") for name, path in files()}
    assert all(imports in imported(texts[name]) for name, imports in EXCEPTIONS)
