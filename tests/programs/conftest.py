"""Say in the summary which random programs were run."""

from __future__ import annotations

import os
from typing import Any


def pytest_terminal_summary(terminalreporter: Any) -> None:
    seed, count = os.environ.get("PROGRAMS_SEED", "1"), os.environ.get("PROGRAMS_COUNT", "200")
    terminalreporter.write_line(f"random programs: {count} from seed {seed} on (PROGRAMS_SEED, PROGRAMS_COUNT)")
