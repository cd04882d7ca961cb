"""docs/primitives.md: every function that has a derivative, printed from the CSV, the list of refused rows, and the table of rules.

    python tests/rules/primitives_page.py > docs/primitives.md
"""

from __future__ import annotations

import cmath
import importlib
import math
import operator
import re
from collections.abc import Iterable

import numpy as np
import scipy
from probes import MODULES, Row, rows, unclaimed

from wengert.rules.table import attribute_op, lookup, method_op, op_of

HEAD = """# What can be differentiated

Each function below has derivatives in forward and reverse mode, of every order, with respect to the arguments in the column *by* (the letters of the
example). `tests/rules/test_primitives.py` runs every example in both modes against differences and against each other, and those of priority 1 also
at second order, in a loop, on float32, on arrays that are not contiguous, on numbers and arrays without axes, and broadcast.
*How* says what the rule is: `elementwise`, `weighted`, `linear`, `bilinear`, `tangent`, `general` are rows of `src/wengert/rules/` (docs/rules.md), a
`composite` is an expression over other functions; what has no row is differentiated through its own Python source, is a write into an array, or a form of the
language.
A keyword that a rule does not know is refused, never ignored. This page is printed by `python tests/rules/primitives_page.py > docs/primitives.md`.
"""

GROUPS = (
    ("Operators, indexing, builtins", ""), ("math and cmath", "math. cmath."), ("Methods and attributes of arrays", "ndarray."),
    ("np.linalg", "np.linalg."), ("np.fft", "np.fft."), ("np.polynomial", "np.polynomial."), ("np", "np."), ("scipy.special", "scipy.special."),
    ("scipy.linalg", "scipy.linalg."), ("scipy.stats", "scipy.stats."), ("SciPy's other modules", "scipy."),
)  # fmt: skip


def group_of(row: Row) -> str:
    found = [(max(map(len, prefixes.split())), title) for title, prefixes in GROUPS if prefixes and row.name.startswith(tuple(prefixes.split()))]
    return max(found)[1] if found else GROUPS[0][0]


def how(row: Row) -> str:
    """The family of the row in the table, or that there is none."""
    found = re.match(r"[\w.]+", row.name)
    module, _, path = (found[0] if found else "").partition(".")
    if module == "ndarray":
        op = method_op(path) or attribute_op(path)
        return "in place" if op is None else _family(op)
    if not path or module not in ("np", "math", "cmath", "scipy"):
        return "language"
    try:
        value = operator.attrgetter(path)({"np": np, "math": math, "cmath": cmath, "scipy": scipy}[module])
    except AttributeError:
        return "not in this version"
    op = op_of(value)
    return "in place" if op is None and row.note == "in place" else "source" if op is None else _family(op)


def _family(op: str) -> str:
    primitive = lookup(op)
    return "source" if primitive is None else primitive.family


def table(chosen: Iterable[Row]) -> list[str]:
    lines = ["| function | by | how | example | note |", "|---|---|---|---|---|"]
    for row in chosen:
        cells = (f"`{row.name}`", ", ".join(row.wrt), how(row), f"`{row.probe}`", row.note)
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return lines


def page() -> str:
    for module in MODULES.values():
        importlib.import_module(module)
    refused = unclaimed()
    parts = [HEAD]
    for title, _ in GROUPS:
        mine = [row for row in rows() if group_of(row) == title]
        right = [row for row in mine if row.probe and row.wrt and row.name not in refused]
        if right:
            parts += ["", f"## {title}", "", *table(right)]
        passing = [row.name for row in mine if row.scope in ("nondiff", "side") and row.name not in refused]
        if passing:
            parts += ["", "Without derivative, and run once as they stand: " + ", ".join(f"`{name}`" for name in passing) + "."]
        missing = [row.name for row in mine if row.name in refused]
        if missing:
            parts += ["", "Refused, with what to do instead: " + ", ".join(f"`{name}`" for name in missing) + "."]
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    print(page(), end="")
