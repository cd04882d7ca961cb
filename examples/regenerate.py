"""Write the derivatives of all examples into `generated/`, where a change to the library shows as a diff to read.

    python examples/regenerate.py [FOLDER]

Files that no row of the table writes any more are removed.
"""

from __future__ import annotations

import sys
from pathlib import Path

from table import ROWS

GENERATED = Path(__file__).resolve().parent.parent / "generated"


def regenerate(folder: Path) -> list[Path]:
    """The files written, in the order of the table."""
    written = []
    for row in ROWS:
        path = folder / f"{row.name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        row.derivative.save(path, *row.arguments())
        written.append(path)
    for path in folder.rglob("*.py"):
        if path not in written and "__pycache__" not in path.parts:
            path.unlink()
    return written


if __name__ == "__main__":
    folder = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else GENERATED
    for path in regenerate(folder):
        print(path.relative_to(folder))
