"""Print what becomes of each function of `cases.py`: right, refused (with the message) or wrong, and what its gradient costs.

    python tests/packages/table.py              # all of them
    python tests/packages/table.py fluids ht    # of these packages

The cost of a gradient is that of so many plain calls; the median over the functions is the last line.
"""

from __future__ import annotations

import statistics
import sys

from cases import CASES
from judging import Outcome, outcome


def main(packages: list[str]) -> None:
    found: list[Outcome] = []
    for case in CASES:
        if not packages or case.package in packages:
            found.append(shown := outcome(case, timed=True))
            cost = "" if shown.ratio is None else f"{shown.ratio:5.1f}"
            print(f"{case.title:60} {shown.word:8} {cost}{' '.join(shown.note.split())}", flush=True)
    words = [one.word for one in found]
    print(", ".join(f"{words.count(word)} {word}" for word in ("right", "refused", "wrong", "missing") if word in words))
    ratios = [one.ratio for one in found if one.ratio is not None]
    if ratios:
        print(f"a gradient takes as long as {statistics.median(ratios):.1f} plain calls (median of {len(ratios)})")


if __name__ == "__main__":
    main(sys.argv[1:])
