"""What is written in the accepted syntax: rows of constructs under their headings, each with lines of code that are differentiated.

docs/language.md prints them after the table of syntax (`language.py`). Each is a test: in both modes, against differences, with the value and
the arguments of a plain call.

>>> CONSTRUCTS["In-place writes"][2].title
'masks'
"""

from __future__ import annotations

from collections.abc import Mapping

from wengert.frontend.constructs.construct import Construct as Construct
from wengert.frontend.constructs.containers import CONTAINERS
from wengert.frontend.constructs.flow import FLOW
from wengert.frontend.constructs.functions import FUNCTIONS
from wengert.frontend.constructs.iteration import ITERATION
from wengert.frontend.constructs.writes import WRITES

CONSTRUCTS: Mapping[str, tuple[Construct, ...]] = {
    "In-place writes": WRITES, "Functions and objects": FUNCTIONS, "Containers": CONTAINERS, "Iteration": ITERATION,
    "Control flow, and what only looks": FLOW,
}  # fmt: skip
